// SPDX-License-Identifier: Apache-2.0

package csv_test

import (
	"bytes"
	encoding "encoding/csv"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/vendors"
)

// rows writes a report of one document and returns the rows of a kind.
func rows(t *testing.T, d evidence.Document, kind string) [][]string {
	t.Helper()
	r := &evidence.Report{SchemaVersion: "2"}
	r.Finish([]evidence.Document{d}, nil)
	var b bytes.Buffer
	if err := csv.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	all, err := encoding.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for _, row := range all {
		if len(row) != 12 {
			t.Fatalf("%d cells: %q", len(row), row)
		}
		if row[0] == kind {
			out = append(out, row)
		}
	}
	return out
}

func observation(name string, reason match.Reason) evidence.Finding {
	return evidence.Finding{Finding: match.Finding{Reason: reason, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: name}}}
}

// Observations with the same vendor and reason are one row that counts them.
func TestObservationsAreFolded(t *testing.T) {
	d := evidence.Document{Path: "a.json", Observations: []evidence.Finding{observation("x", match.MentionedOnly), observation("y", match.OutOfScope), observation("z", match.MentionedOnly), observation("x", match.MentionedOnly)}}
	got := rows(t, d, "observation")
	if len(got) != 2 || got[0][3] != "3 parts: x, z" || got[1][3] != "y" || !strings.HasSuffix(got[0][11], "(mentionedOnly)") {
		t.Errorf("%q", got)
	}
	d.Observations = nil
	for i := range 30 {
		d.Observations = append(d.Observations, observation(strings.Repeat("n", i+1), match.MentionedOnly))
	}
	if got := rows(t, d, "observation"); len(got) != 1 || !strings.HasPrefix(got[0][3], "30 parts: n, nn, ") || !strings.HasSuffix(got[0][3], " and 10 other names") {
		t.Errorf("%q", got)
	}
}

// Parts without an identity of their vendor have a row each, and those that the report does not name
// are counted.
func TestUnidentified(t *testing.T) {
	d := evidence.Document{Path: "a.json", Coverage: match.Coverage{Components: 9, Unidentified: 5}, Unidentified: []match.Component{{Name: "x", Version: "1", Location: vendors.Location{Pointer: "/components/0", Offset: -1}}, {Name: "y"}}}
	got := rows(t, d, "unidentified")
	if len(got) != 3 || got[0][3] != "x" || got[0][4] != "1" || got[0][10] != "a.json at /components/0" || got[2][3] != "and 3 more" {
		t.Errorf("%q", got)
	}
}

// A cell is never longer than a spreadsheet takes, and says that it was cut.
func TestLongCell(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 100_000), strings.Repeat("é", 50_000), "=" + strings.Repeat("𝄞", 50_000)} {
		d := evidence.Document{Path: s}
		if got := rows(t, d, "document")[0][10]; len(got) > 32_767 || !strings.HasSuffix(got, "… (cut; see the JSON report)") || strings.ContainsRune(got, '\ufffd') {
			t.Errorf("%d bytes, ends in %q", len(got), got[len(got)-40:])
		}
	}
}

// A spreadsheet that splits cells at semicolons or tabs finds no formula, and a cell with them is quoted.
func TestSeparatorsInCells(t *testing.T) {
	for name, want := range map[string]string{
		`a;=HYPERLINK("http://x")`: `"a;'=HYPERLINK(""http://x"")"`, "a\t=1+1": "\"a\t'=1+1\"", "a; \u00a0@x;-1": "\"a;' \u00a0@x;'-1\"", ";＝1": `";'＝1"`,
		"a;b": `"a;b"`, "a\tb": "\"a\tb\"", "=1": "'=1", "a=1": "a=1", "a,=1": `"a,=1"`,
	} {
		for _, opts := range []*csv.Options{nil, {Citations: true}} {
			r := &evidence.Report{SchemaVersion: "2"}
			r.Finish([]evidence.Document{{Path: "a.json", Findings: []evidence.Finding{{ID: "1", Finding: match.Finding{Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: name}}}}}}, nil)
			var b bytes.Buffer
			if err := csv.Write(&b, r, opts); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), ","+want+",") {
				t.Errorf("%q: no %s in %s", name, want, b.String())
			}
			if _, err := encoding.NewReader(&b).ReadAll(); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}
