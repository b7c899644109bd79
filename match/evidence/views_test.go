// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	csvview "github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// hostile are names that mean something to a spreadsheet, a terminal or a renderer.
var hostile = []string{
	`=HYPERLINK("http://x","y")`, "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1", " =1", "＝1", "|x", "a,b\"c", "two\nlines", "\x1b[31mred",
	`<script>alert(1)</script>`, "![x](javascript:alert(1))", "[x](http://x)", "`code`", "a | b", "*bold* _it_", "<!-- x", "&lt;", "\u202eleft", strings.Repeat("long ", 2000), "\x00",
	"\u2066isolated\u2069", "\u200bnot shown\u00ad", "\u2028line\u2029", "\u009b31m", "\xff\xfe", "\ufefffirst", "]]>", "\U000e0041",
}

// steering are the characters that no view may have as they are.
const steering = "\x1b\x00\x07\u009b\u202e\u2066\u2069\u200b\u00ad\u2028\u2029\ufeff\U000e0041"

// poisoned is a report with such names wherever a document's words come through.
func poisoned() *evidence.Report {
	r := &evidence.Report{SchemaVersion: "1", Verdict: match.Review, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}, Options: evidence.Options{FailOn: match.Ban}}
	for i, h := range hostile {
		at := vendors.Location{Pointer: h}
		f := evidence.Finding{ID: fmt.Sprintf("%016d", i), Finding: match.Finding{Verdict: match.Review, Tier: vendors.Declared, Note: h, Vendor: match.Vendor{ID: "x", Name: "Acme"},
			Component:    match.Component{Ref: h, Type: h, Group: h, Name: h, Version: h, PURL: h, CanonicalPURL: h, Location: at},
			Attributions: []vendors.Attribution{{Tier: vendors.Declared, Claim: vendors.Claim{Role: "supplier", Kind: "name", Value: h, Location: at}, Rule: "name.whole", Matched: h, Caveat: h}}}}
		said := []sbom.Warning{{Kind: sbom.WarningKind(h), Message: h, Location: at}}
		r.Documents = append(r.Documents, evidence.Document{Path: h, Format: h, SpecVersion: h, Encoding: h, Verdict: match.Review, Findings: []evidence.Finding{f}, Observations: []evidence.Finding{f}, Warnings: said, Notices: said},
			evidence.Document{Path: h, Verdict: match.Inconclusive, Error: &evidence.Error{Kind: h, Message: h, Location: at}, Notices: said},
			evidence.Document{Path: h, Verdict: match.Review, Error: &evidence.Error{Kind: h, Message: h, Location: at}, Findings: []evidence.Finding{f}})
		r.Companions = append(r.Companions, evidence.File{Path: h, Reason: h})
	}
	return r
}

// The column "purl" has the document's own package URL, and none that was made from a vendor.
func TestCSVPrintsOwnPackageURL(t *testing.T) {
	for _, tt := range []struct{ own, canonical, want string }{
		{"", "pkg:generic/kaspersky/x@1", ""},
		{"pkg:NPM/x@1", "pkg:npm/x@1", "pkg:npm/x@1"},
		{"npm/x@1", "pkg:generic/kaspersky/x@1", "npm/x@1"},
		{"", "", ""},
	} {
		f := evidence.Finding{Finding: match.Finding{Component: match.Component{Name: "x", PURL: tt.own, CanonicalPURL: tt.canonical}}}
		var b bytes.Buffer
		if err := csvview.Write(&b, &evidence.Report{Documents: []evidence.Document{{Observations: []evidence.Finding{f}}}}, nil); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := slices.Index(rows[0], "purl")
		row := slices.IndexFunc(rows, func(row []string) bool { return row[0] == "observation" })
		if row < 0 || rows[row][column] != tt.want {
			t.Errorf("%+v: %q", tt, rows)
		}
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := csvview.Write(&b, poisoned(), nil); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 2+11*len(hostile) {
		t.Fatalf("%d rows, %v; want %d", len(rows), err, 2+11*len(hostile))
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
			if trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@|%\t") || strings.HasPrefix(trimmed, "＝") || strings.ContainsAny(cell, steering) {
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
	if err := markdown.Write(&b, poisoned(), nil); err != nil {
		t.Fatal(err)
	}
	table := 0
	for line := range strings.SplitSeq(b.String(), "\n") {
		if strings.HasPrefix(line, "|") {
			if table++; strings.Count(line, "|") != 7 {
				t.Errorf("a row of %d cells: %.200q", strings.Count(line, "|")-1, line)
			}
		}
		for _, bad := range []string{"<script", "](javascript", "](http://x", "`", "*bold*", "<!--"} {
			if strings.Contains(line, bad) {
				t.Errorf("markup %q in %.100q", bad, line)
			}
		}
		if strings.ContainsAny(line, steering) {
			t.Errorf("a character that steers in %.100q", line)
		}
	}
	if table != 2+2*len(hostile) {
		t.Errorf("%d rows", table)
	}
}

// In the other views such names are data too: on a terminal, in JSON, XML and HTML.
func TestHostileNames(t *testing.T) {
	r := poisoned()
	for name, write := range allViews {
		out := written(t, name, write, r)
		if at := strings.IndexAny(out, steering); at >= 0 {
			t.Errorf("%s has a character that steers: %q", name, out[max(0, at-60):min(len(out), at+20)])
		}
		if !utf8.ValidString(out) {
			t.Errorf("%s is not UTF-8", name)
		}
		switch name {
		case "sarif", "oscal":
			var v any
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			text := fmt.Sprint(v) // with escapes resolved
			if strings.ContainsAny(text, steering) {
				t.Errorf("%s has an escaped character that steers", name)
			}
		case "table":
			if strings.Contains(out, "\r") {
				t.Error("the table has a carriage return")
			}
		}
	}
	d := xml.NewDecoder(strings.NewReader(written(t, "junit", allViews["junit"], r)))
	cases := 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal("junit", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if e.Name.Local == "script" || e.Name.Local == "b" {
				t.Errorf("an element %s", e.Name.Local)
			}
			if e.Name.Local == "testcase" {
				cases++
			}
			for _, a := range e.Attr {
				if strings.ContainsAny(a.Value, steering) {
					t.Errorf("junit: %s is %.60q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			if strings.ContainsAny(string(e), steering) {
				t.Errorf("junit: %.60q", e)
			}
		}
	}
	if want := 8*len(hostile) + 1; cases != want {
		t.Errorf("%d cases, want %d", cases, want)
	}
	table := ""
	if err := text.WriteComparison(writer(func(p []byte) { table += string(p) }), evidence.Compare(&evidence.Report{}, r, nil), nil); err != nil || strings.ContainsAny(table, steering) {
		t.Errorf("the comparison has a character that steers, or %v", err)
	}
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }

// allViews are all views of a report, for people and for programs.
var allViews = map[string]func(io.Writer, *evidence.Report) error{
	"summary":  func(w io.Writer, r *evidence.Report) error { return text.Write(w, r, nil) },
	"table":    func(w io.Writer, r *evidence.Report) error { return text.Write(w, r, &text.Options{Details: true}) },
	"csv":      func(w io.Writer, r *evidence.Report) error { return csvview.Write(w, r, nil) },
	"markdown": func(w io.Writer, r *evidence.Report) error { return markdown.Write(w, r, nil) },
	"html":     func(w io.Writer, r *evidence.Report) error { return html.Write(w, r, nil) },
	"junit":    func(w io.Writer, r *evidence.Report) error { return junit.Write(w, r, nil) },
	"sarif":    func(w io.Writer, r *evidence.Report) error { return sarif.Write(w, r, nil) },
	"oscal":    func(w io.Writer, r *evidence.Report) error { return oscal.Write(w, r, nil) },
}

func written(t *testing.T, name string, write func(io.Writer, *evidence.Report) error, r *evidence.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(name, err)
	}
	return b.String()
}

// A document that was not read to its end looks so in every view, with its error and the
// findings that were made before it; notices and what was passed over show too.
func TestIncomplete(t *testing.T) {
	f := evidence.Finding{ID: "0123456789abcdef", Finding: match.Finding{Verdict: match.Ban, Tier: vendors.Declared, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: "agent", Location: vendors.Location{Offset: -1}}}}
	broken := &evidence.Error{Kind: "syntax", Message: "unexpected end of input"}
	report := func(d ...evidence.Document) *evidence.Report {
		r := &evidence.Report{SchemaVersion: "2", Options: evidence.Options{FailOn: match.Ban}, Denylist: evidence.Denylist{AsOf: "2018-06-13"}}
		r.Finish(d, nil)
		return r
	}
	whole := evidence.Document{Path: "whole.json", Verdict: match.Clear, Complete: true, Coverage: match.Coverage{Components: 1, Complete: true},
		Notices: []sbom.Warning{{Kind: "incomplete", Message: "the document calls itself incomplete"}}}
	r := report(whole,
		evidence.Document{Path: "a.json", Verdict: match.Ban, Error: broken, Findings: []evidence.Finding{f}, Notices: []sbom.Warning{{Message: "it says that it is a draft"}}},
		evidence.Document{Path: "b.json", Verdict: match.Inconclusive, Error: broken},
		evidence.Document{Path: "c.json", Verdict: match.Clear})
	r.Companions = []evidence.File{{Path: "offer.pdf", SHA256: strings.Repeat("0", 64), Reason: "PDF document"}}
	want := map[string][]string{
		"table":    {"NOT READ TO ITS END (syntax): what follows was found before that", "COULD NOT BE SCREENED (syntax)", "Notice: it says that it is a draft", "4 documents, 1 could not be screened, 2 not read to the end", "── Not screened ─", "- a.json: it was not read to its end: unexpected end of input", "- c.json: it was not read to its end", "PDF document (1): offer.pdf"},
		"csv":      {"document,a.json,,ban,", "syntax: unexpected end of input,false", "notice,a.json", "companion,offer.pdf", "document,c.json,,clear", ",,false\r\n", ",,true\r\n"},
		"markdown": {"### Not screened", "3 gaps:", "- a.json: it was not read to its end: unexpected end of input", "- b.json: it was not read to its end: unexpected end of input", "- c.json", "calls itself incomplete", "offer.pdf: PDF document"},
		"html":     {"3 documents</strong> could not be screened, or not to the end", "The document was not read to its end. These findings were made before that.", "What was found before that: 1 finding.", "<strong>not read to its end</strong>", "it says that it is a draft", "offer.pdf", "PDF document"},
		"junit":    {`errors="3"`, `failures="1"`, "unexpected end of input", "it was not read to its end: unexpected end of input", "notice: it says that it is a draft", `name="offer.pdf"`, "PDF document"},
		"sarif":    {`"executionSuccessful": false`, "Not all of the document was screened: it was not read to its end: unexpected end of input. The findings are what was found before that.", "Not screened: it was not read to its end: unexpected end of input", `"kind": "open"`, `"kind": "fail"`, "it says that it is a draft", "PDF document", `"uri": "offer.pdf"`},
		"oscal":    {"Not screened to the end: a.json", "Not screened: b.json", "Not screened: c.json", "Notice: it says that it is a draft", "Companion file, not screened: offer.pdf", "PDF document"},
	}
	for name, write := range allViews {
		out := strings.Join(strings.Fields(written(t, name, write, r)), " ")
		for _, w := range want[name] {
			if !strings.Contains(out, strings.Join(strings.Fields(w), " ")) {
				t.Errorf("%s: no %q in\n%s", name, w, out)
			}
		}
		// By itself a document that was read to its end is not said to be otherwise.
		out = written(t, name, write, report(whole))
		for _, bad := range []string{"NOT READ", "not read to its end", `"executionSuccessful": false`, "Not screened", ",false\r", "<error"} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: %q of a document that was read:\n%s", name, bad, out)
			}
		}
	}
	// An old report says nothing of it apart from the error.
	old := report(evidence.Document{Path: "c.json", Verdict: match.Clear, Coverage: match.Coverage{Components: 1}})
	old.SchemaVersion = "1"
	if out := written(t, "junit", allViews["junit"], old); strings.Contains(out, "<error") {
		t.Error(out)
	}
}

// A summary in Markdown stays under the 1 MiB of a step's summary, with the worst first.
func TestMarkdownSize(t *testing.T) {
	r := &evidence.Report{}
	for i := range 3000 {
		name := fmt.Sprintf("%04d", i)
		d := evidence.Document{Path: name + strings.Repeat("x", 1000), Verdict: match.Review, Error: &evidence.Error{Message: strings.Repeat("<", 1000)}, Notices: []sbom.Warning{{Message: name}}}
		d.Findings = []evidence.Finding{{Finding: match.Finding{Verdict: map[bool]match.Verdict{true: match.Ban, false: match.Review}[i == 2999], Component: match.Component{Name: name}}}}
		r.Documents = append(r.Documents, d)
		r.Companions = append(r.Companions, evidence.File{Path: name})
	}
	out := written(t, "markdown", allViews["markdown"], r)
	if len(out) > 1<<20 {
		t.Errorf("%d bytes", len(out))
	}
	for _, want := range []string{"| **ban** | 2999 |", "And 2500 findings more", "and 2900 more", "3000 findings"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Index(out, "**ban**") > strings.Index(out, "**review**") {
		t.Error("the worst is not the first")
	}
}
