// SPDX-License-Identifier: Apache-2.0

package table

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
)

// TestSchema: a column is never changed or removed in a version.
func TestSchema(t *testing.T) {
	all := Schema[Document]() + "\n" + Schema[Finding]() + "\n" + Schema[Claim]() + "\n"
	golden.Check(t, "testdata/schema.txt", []byte(all))
}

func write[T Row](t testing.TB, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter[T](&b)
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read[T Row](t testing.TB, data []byte, where ...Where) []T {
	t.Helper()
	var all []T
	for row, err := range Read[T](bytes.NewReader(data), int64(len(data)), where...) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *row)
	}
	return all
}

func testFindings(n int) []Finding {
	var rows []Finding
	for i := range n {
		rows = append(rows, Finding{Document: fmt.Sprintf("d%07d", i), Vendor: fmt.Sprintf("vendor-%05d", i/7), Verdict: "ban", Index: int32(i), Path: strings.Repeat("long/", 40)})
	}
	return rows
}

func TestReadAndWrite(t *testing.T) {
	rows := testFindings(1500)
	data := write(t, rows)
	if !bytes.Equal(data, write(t, rows)) {
		t.Error("the same rows have different bytes")
	}
	if got := read[Finding](t, data); !slices.Equal(got, rows) {
		t.Errorf("read %d rows that differ from the %d written", len(got), len(rows))
	}
	if got := read[Document](t, write[Document](t, nil)); len(got) != 0 {
		t.Errorf("read %d rows of an empty file", len(got))
	}
}

// TestPruneKeepsEachRow: a search finds the same rows as a reading of everything.
func TestPruneKeepsEachRow(t *testing.T) {
	rows := testFindings(2*groupRows + 7)
	data := write(t, rows)
	for _, vendor := range []string{"", "vendor-00000", rows[len(rows)-1].Vendor, "vendor-1", "w"} {
		got := read[Finding](t, data, Where{"vendor", vendor})
		has := func(all []Finding) (n int) {
			for _, r := range all {
				if r.Vendor == vendor {
					n++
				}
			}
			return n
		}
		if has(got) != has(rows) {
			t.Errorf("%s: found %d rows; expected %d", vendor, has(got), has(rows))
		}
		if len(got) > groupRows+100 {
			t.Errorf("%s: read %d rows of %d; expected that row groups are left out", vendor, len(got), len(rows))
		}
	}
}

// TestPruneLongValues: an index has only the first bytes of values.
func TestPruneLongValues(t *testing.T) {
	long := strings.Repeat("x", 300)
	data := write(t, []Claim{{Value: long + "a"}, {Value: long + "z"}})
	if got := read[Claim](t, data, Where{"value", long + "z"}); len(got) != 2 {
		t.Errorf("read %d rows; expected 2", len(got))
	}
}

func TestBadFiles(t *testing.T) {
	data := write(t, testFindings(100))
	for row, err := range Read[Document](bytes.NewReader(data), int64(len(data))) {
		if row != nil || !errors.Is(err, ErrBad) || !strings.Contains(err.Error(), `of the table "findings"`) {
			t.Errorf("a file of findings read as documents: %v", err)
		}
	}
	for at := 0; at < len(data); at += 17 { // no panic
		bad := slices.Clone(data)
		bad[at] ^= 0x55
		for _, err := range Read[Finding](bytes.NewReader(bad), int64(len(bad))) {
			if err != nil {
				break
			}
		}
	}
}

// TestDocumentation: TABLES.md names each column.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile("../../TABLES.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range map[string]string{Documents: Schema[Document](), Findings: Schema[Finding](), Claims: Schema[Claim]()} {
		_, section, ok := strings.Cut(string(data), "\n## "+name+",")
		if !ok {
			t.Fatalf("there is no section on %s", name)
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for _, m := range regexp.MustCompile(`(?m)^\trequired \w+ (\w+)`).FindAllStringSubmatch(schema, -1) {
			if !strings.Contains(section, "`"+m[1]+"`") {
				t.Errorf("the section on %s does not have the column %s", name, m[1])
			}
		}
	}
}
