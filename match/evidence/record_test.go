// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
)

// many is a report with a finding in each of n components.
func many(t testing.TB, n int) *evidence.Report {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"type":"library","bom-ref":"r%d","name":"agent-%d","version":"1.2.3","supplier":{"name":"AO Kaspersky Lab"},"purl":"pkg:npm/%%40kaspersky/agent-%d@1.2.3"}`, i, i, i)
	}
	b.WriteString(`]}`)
	m, err := match.New(denylist.Current(), &match.Options{MaxFindings: 10 * n})
	if err != nil {
		t.Fatal(err)
	}
	doc := sbom.NewReader(strings.NewReader(b.String()), nil)
	result, err := m.Check(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	r := evidence.New(m, "test", match.Ban)
	r.Finish([]evidence.Document{evidence.NewDocument(evidence.File{Path: "many.json"}, doc.Header(), result, nil)}, nil)
	return r
}

// A finding takes less than two kilobytes of a record, with the observations on the same component,
// because what findings share is in the record once.
func TestRecordOfManyFindingsIsSmall(t *testing.T) {
	const n = 2000
	r := many(t, n)
	if got := len(r.Documents[0].Findings); got != n || len(r.Documents[0].Observations) < n {
		t.Fatalf("%d findings and %d observations; expected %d of each", got, len(r.Documents[0].Observations), n)
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if size := b.Len() / n; size > 1800 {
		t.Errorf("%d bytes for each finding; expected at most 1800", size)
	}
	again, err := evidence.ParseReport(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	x, y := &r.Documents[0], &again.Documents[0]
	for i := range n {
		a, b := x.Findings[i], y.Findings[i]
		if a.Component != b.Component || len(a.Attributions) != len(b.Attributions) || len(a.Citations) != len(b.Citations) || a.Citations[0].Quote != b.Citations[0].Quote || len(a.Context) != len(b.Context) {
			t.Fatalf("finding %d is read as %+v; was %+v", i, b, a)
		}
		if x.Observations[i].Component != y.Observations[i].Component || len(x.Observations[i].Attributions) != len(y.Observations[i].Attributions) {
			t.Fatalf("observation %d is read as %+v; was %+v", i, y.Observations[i], x.Observations[i])
		}
	}
}

// A record in which a reference leads nowhere is refused, and so is one with an entry that
// nothing refers to.
func TestRecordWithBadReferences(t *testing.T) {
	var b bytes.Buffer
	if err := many(t, 2).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new string }{
		{"a list of citations that is not there", `"citations":"c1"`, `"citations":"c9"`},
		{"a source that is not there", `"source":"s1"`, `"source":"s9"`},
		{"a vendor that is not there", `"vendor":"kaspersky"`, `"vendor":"acme"`},
		{"a text that is not there", `"list":[{"listing":"`, `"list":[{"listing":"x`},
		{"a finding that is not there", `"finding":"`, `"finding":"x`},
		{"a finding without a component", `,"component":{`, `,"citations":"c1"},{"id":"0","tier":"none","vendor":"kaspersky"},{"id":"1","tier":"none","vendor":"kaspersky","component":{`},
		{"a source that nothing refers to", `"sources": [`, `"sources": [` + "\n" + `    {"id":"s0","text":"x"},`},
		{"a text that is null", `"texts": [`, `"texts": [null,`},
	} {
		record := strings.Replace(b.String(), tt.old, tt.new, 1)
		if record == b.String() {
			t.Fatalf("%s: %q is not in the record", tt.name, tt.old)
		}
		if _, err := evidence.ParseReport([]byte(record)); !errors.Is(err, evidence.ErrRecord) {
			t.Errorf("%s: %v; want ErrRecord", tt.name, err)
		}
	}
}

func BenchmarkWriteJSON(b *testing.B) {
	r := many(b, 20_000)
	var size bytes.Buffer
	if err := r.WriteJSON(&size); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if err := r.WriteJSON(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// The record for each buyer, with a purpose, is as the schema says and is parsed again.
func TestRecordForBuyers(t *testing.T) {
	for _, buyer := range denylist.Buyers() {
		m, err := match.New(denylist.Current(), &match.Options{Buyer: &buyer, Purpose: []string{"48761000"}})
		if err != nil {
			t.Fatal(err)
		}
		r := evidence.New(m, "test", match.Ban)
		var docs []evidence.Document
		for _, supplier := range []string{"AO Kaspersky Lab", "Huawei Technologies Co., Ltd.", "ZTE Corporation", "Hangzhou Hikvision Digital Technology Co., Ltd."} {
			doc := sbom.NewReader(strings.NewReader(bom("x", supplier)), nil)
			result, err := m.Check(t.Context(), doc)
			docs = append(docs, evidence.NewDocument(evidence.File{Path: supplier}, doc.Header(), result, err))
		}
		r.Finish(docs, nil)
		var b bytes.Buffer
		var v any
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema(t).Validate(v); err != nil {
			t.Errorf("%s: %v", buyer.Name, err)
		}
		if again, err := evidence.ParseReport(b.Bytes()); err != nil || again.Buyer == nil || again.Buyer.Name != buyer.Name || len(again.Purpose) != 1 {
			t.Errorf("%s: %v", buyer.Name, err)
		}
	}
}
