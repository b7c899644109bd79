// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// A record in which an id is empty, or is that of two entries of one list, is refused: a reference
// to it could lead to another entry in another program.
func TestRecordWithRepeatedIDs(t *testing.T) {
	var b bytes.Buffer
	if err := many(t, 3).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	record := b.String()
	for _, list := range []string{"vendors", "texts", "sources", "citations", "findings", "observations"} {
		first := regexp.MustCompile(`"` + list + `": \[\n +(\{.*\}),?\n`).FindStringSubmatch(record)
		if first == nil {
			t.Fatalf("no %s", list)
		}
		key := "id"
		if list == "texts" {
			key = "listing"
		}
		for name, with := range map[string]string{
			"twice": first[1] + "," + first[1],
			"empty": regexp.MustCompile(`^\{"`+key+`":"[^"]*"`).ReplaceAllString(first[1], `{"`+key+`":""`),
		} {
			bad := strings.Replace(record, first[1], with, 1)
			if bad == record {
				t.Fatalf("%s %s: nothing is replaced", list, name)
			}
			if err := new(evidence.Report).UnmarshalJSON([]byte(bad)); !errors.Is(err, evidence.ErrRecord) {
				t.Errorf("%s %s: %v; want ErrRecord", list, name, err)
			}
		}
	}
	// An observation with the id of a finding.
	ids := regexp.MustCompile(`\{"id":"([0-9a-f]{16})","(?:verdict|reason)"`).FindAllStringSubmatch(record, -1)
	bad := strings.ReplaceAll(record, ids[len(ids)-1][1], ids[0][1])
	if err := new(evidence.Report).UnmarshalJSON([]byte(bad)); !errors.Is(err, evidence.ErrRecord) {
		t.Errorf("a finding and an observation: %v; want ErrRecord", err)
	}
}

// A hostile record of many empty entries is refused at the first, before there is memory for all.
func TestRecordOfEmptyEntries(t *testing.T) {
	const n = 100_000
	empty := "[" + strings.Repeat("{},", n) + "{}]"
	for _, version := range []string{"1", "2"} {
		for _, list := range []string{`"documents":%s`, `"documents":[{"path":"x","findings":%s}]`, `"documents":[{"path":"x","observations":[{"id":"1","citations":%s}]}]`,
			`"texts":%s`, `"vendors":%s`, `"sources":%s`, `"citations":%s`, `"companions":%s`, `"documents":[{"unidentified":%s}]`, `"documents":[{"findings":[{"id":"1","attributions":%s}]}]`} {
			record := []byte(`{"schemaVersion":"` + version + `",` + fmt.Sprintf(list, empty) + `}`)
			allocs := testing.AllocsPerRun(1, func() {
				if _, err := evidence.ParseReport(record); !errors.Is(err, evidence.ErrRecord) {
					t.Errorf("%s: %v", list, err)
				}
			})
			if allocs > 1000 {
				t.Errorf("schema %s, %s: %.0f allocations for %d empty entries", version, list, allocs, n)
			}
		}
	}
}

// A hostile record in which many findings refer to one large component is refused, because a
// reader that writes them in full would write many times its size.
func TestRecordOfManyReferences(t *testing.T) {
	r := many(t, 1)
	r.Documents[0].Findings[0].Component.Name = strings.Repeat("x", 100_000)
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.ParseReport(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	id := r.Documents[0].Findings[0].ID
	var more strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&more, `{"id":"%016d","verdict":"ban","tier":"declared","vendor":"kaspersky","finding":%q,"citations":"c1"},`, i, id)
	}
	// The references come after the finding that has the component.
	at := strings.Index(b.String(), `"observations": [`) + len(`"observations": [`)
	record := b.String()[:at] + more.String() + b.String()[at:]
	if _, err := evidence.ParseReport([]byte(record)); !errors.Is(err, evidence.ErrRecord) || !strings.Contains(err.Error(), "times its size") {
		t.Errorf("%v; want ErrRecord", err)
	}
}
