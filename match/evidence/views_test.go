// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/evidence/sarif"
)

// hostile are names that mean something to a spreadsheet, a terminal or a renderer.
var hostile = []string{
	`=HYPERLINK("http://x","y")`, "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1", " =1", "＝1", "|x", "a,b\"c", "two\nlines", "\x1b[31mred",
	`<script>alert(1)</script>`, "![x](javascript:alert(1))", "[x](http://x)", "`code`", "a | b", "*bold* _it_", "<!-- x", "&lt;", "\u202eleft", strings.Repeat("long ", 2000), "\x00",
}

// poisoned is a report with such names wherever a document's words come through.
func poisoned() *evidence.Report {
	r := &evidence.Report{SchemaVersion: "1", Verdict: "review", Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}, Options: evidence.Options{FailOn: "ban"}}
	for i, h := range hostile {
		at := evidence.Location{Pointer: h}
		f := evidence.Finding{ID: fmt.Sprintf("%016d", i), Verdict: "review", Tier: "declared", Note: h, Vendor: evidence.Vendor{ID: "x", Name: "Acme"},
			Component:    evidence.Component{Ref: h, Type: h, Group: h, Name: h, Version: h, PURL: h, CanonicalPURL: h, Location: at},
			Attributions: []evidence.Attribution{{Tier: "declared", Role: "supplier", Kind: "name", Value: h, Location: at, Rule: "name.whole", Matched: h, Caveat: h}}}
		r.Documents = append(r.Documents, evidence.Document{Path: h, Format: h, Verdict: "review", Findings: []evidence.Finding{f}, Observations: []evidence.Finding{f}},
			evidence.Document{Path: h, Verdict: "inconclusive", Error: &evidence.Error{Kind: "syntax", Message: h, Location: at}})
	}
	return r
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := poisoned().WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 1+4*len(hostile) {
		t.Fatalf("%d rows, %v; want %d", len(rows), err, 1+4*len(hostile))
	}
	for _, row := range rows[1:] {
		if len(row) != len(rows[0]) {
			t.Fatalf("%d cells, %d columns", len(row), len(rows[0]))
		}
		for i, cell := range row {
			trimmed := strings.TrimLeft(cell, " \t\r\n\u3000")
			if _, number := map[string]bool{"-1": true}[cell]; number {
				continue
			}
			if trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@|%\t") || strings.HasPrefix(trimmed, "＝") || strings.ContainsAny(cell, "\x1b\x00") {
				t.Errorf("%s is %.40q", rows[0][i], cell)
			}
		}
	}
	if rows[1][1] != `'`+hostile[0] {
		t.Errorf("the document is %q", rows[1][1])
	}
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := poisoned().WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	table := 0
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.HasPrefix(line, "|") {
			if table++; strings.Count(line, "|") != 7 {
				t.Errorf("a row of %d cells: %.200q", strings.Count(line, "|")-1, line)
			}
		}
		for _, bad := range []string{"<script", "](javascript", "](http://x", "`", "*bold*", "<!--", "\x1b", "\u202e"} {
			if strings.Contains(line, bad) {
				t.Errorf("markup %q in %.100q", bad, line)
			}
		}
	}
	if table != 2+len(hostile) {
		t.Errorf("%d rows", table)
	}
}

// In the other views such names are data too: on a terminal, in JSON and in XML.
func TestHostileNames(t *testing.T) {
	r := poisoned()
	var table bytes.Buffer
	if err := r.WriteTable(&table, nil); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b", "\x00", "\u202e", "\r"} {
		if strings.Contains(table.String(), bad) {
			t.Errorf("the table has %q", bad)
		}
	}
	for name, write := range map[string]func(io.Writer, *evidence.Report) error{"sarif": sarif.Write, "oscal": oscal.Write} {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Fatal(name, err)
		}
		if !json.Valid(b.Bytes()) || bytes.ContainsAny(b.Bytes(), "\x1b\x00") {
			t.Errorf("%s is no JSON, or has characters that steer", name)
		}
	}
	var b bytes.Buffer
	if err := junit.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	cases := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal("junit", err)
		}
		if e, ok := tok.(xml.StartElement); ok {
			if e.Name.Local == "script" || e.Name.Local == "b" {
				t.Errorf("an element %s", e.Name.Local)
			}
			if e.Name.Local == "testcase" {
				cases++
			}
		}
	}
	if cases != 3*len(hostile) {
		t.Errorf("%d cases, want %d", cases, 3*len(hostile))
	}
}
