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
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	csvview "github.com/clause76/clause76/match/evidence/csv"
	"github.com/clause76/clause76/match/evidence/html"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/evidence/markdown"
	"github.com/clause76/clause76/match/evidence/oscal"
	"github.com/clause76/clause76/match/evidence/sarif"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/policy"
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
		r.Documents = append(r.Documents, evidence.Document{Path: h, Format: h, SpecVersion: h, Encoding: h, Verdict: match.Review, Findings: []evidence.Finding{f}, Observations: []evidence.Finding{f}, Unidentified: []match.Component{f.Component}, Warnings: said, Notices: said},
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
		if err := csvview.Write(&b, &evidence.Report{Documents: []evidence.Document{{Observations: []evidence.Finding{f}}}}, &csvview.Options{Citations: true}); err != nil {
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
	for _, tt := range []struct {
		form          string
		columns, rows int
		first         string // the kind of the first row with a document
	}{
		{"csv", 12, 3 + 12*len(hostile), "finding"},
		{"csv-citations", 57, 3 + 11*len(hostile), "document"},
	} {
		rows, err := csv.NewReader(strings.NewReader(written(t, tt.form, allViews[tt.form], poisoned()))).ReadAll()
		if err != nil || len(rows) != tt.rows || len(rows[0]) != tt.columns {
			t.Fatalf("%s: %d rows, %d columns, %v; want %d and %d", tt.form, len(rows), len(rows[0]), err, tt.rows, tt.columns)
		}
		for _, row := range rows[1:] {
			for i, cell := range row {
				trimmed := strings.TrimLeft(cell, " \t\r\n\u3000")
				if cell == "-1" {
					continue
				}
				if trimmed != "" && strings.ContainsAny(trimmed[:1], "=+-@|%\t") || strings.HasPrefix(trimmed, "＝") || strings.ContainsAny(cell, steering) {
					t.Errorf("%s: %s is %.40q", tt.form, rows[0][i], cell)
				}
			}
		}
		first := slices.IndexFunc(rows, func(row []string) bool { return row[0] == tt.first })
		if got := rows[first][slices.Index(rows[0], "document")]; !strings.HasPrefix(got, "'"+hostile[0]) {
			t.Errorf("%s: the document is %q", tt.form, got)
		}
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
	if table != 2+len(hostile) { // two findings in a row
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
	"summary": func(w io.Writer, r *evidence.Report) error { return text.Write(w, r, nil) },
	"table":   func(w io.Writer, r *evidence.Report) error { return text.Write(w, r, &text.Options{Details: true}) },
	"csv":     func(w io.Writer, r *evidence.Report) error { return csvview.Write(w, r, nil) },
	"csv-citations": func(w io.Writer, r *evidence.Report) error {
		return csvview.Write(w, r, &csvview.Options{Citations: true})
	},
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
		"table": {"NOT READ TO ITS END (syntax): what follows was found before that", "COULD NOT BE SCREENED (syntax)", "Notice: it says that it is a draft", "4 documents, 1 could not be screened, 2 not read to the end", "── Not screened ─", "- a.json: it was not read to its end: unexpected end of input", "- c.json: it was not read to its end", "PDF document (1): offer.pdf"},
		"csv": {"finding,ban,,agent,,Acme,declared,,,,a.json,finding 0123456789abcdef", "gap,,,,,,,,it was not read to its end: unexpected end of input,,a.json,incomplete", "gap,,,,,,,,it was not read to its end,,c.json,incomplete", "notice,,,,,,,,it says that it is a draft,,a.json,",
			"NOT READ to its end; syntax: unexpected end of input", "companion,,,,,,,,not screened: PDF document,,offer.pdf,", `document,inconclusive,,,,,,,"NOT READ to its end; 0 parts`, `"read to its end; 1 part`},
		"csv-citations": {"document,a.json,,ban,", "syntax: unexpected end of input,false", "notice,a.json", "companion,offer.pdf", "document,c.json,,inconclusive", ",,false\r\n", ",,true\r\n"},
		"markdown":      {"### Not screened", "3 gaps:", "- a.json: it was not read to its end: unexpected end of input", "- b.json: it was not read to its end: unexpected end of input", "- c.json", "calls itself incomplete", "offer.pdf: PDF document"},
		"html":          {"3 documents</strong> could not be screened, or not to the end", "The document was not read to its end. These findings were made before that.", "What was found before that: 1 finding.", "<strong>not read to its end</strong>", "it says that it is a draft", "offer.pdf", "PDF document"},
		"junit":         {`errors="3"`, `failures="1"`, "unexpected end of input", "it was not read to its end: unexpected end of input", "notice: it says that it is a draft", `name="offer.pdf"`, "PDF document"},
		"sarif":         {`"executionSuccessful": false`, "Not all of the document was screened: it was not read to its end: unexpected end of input. The findings are what was found before that.", "Not screened: it was not read to its end: unexpected end of input", `"kind":"open"`, `"kind":"fail"`, "it says that it is a draft", "PDF document", `"uri": "offer.pdf"`},
		"oscal":         {"Not screened to the end: a.json", "Not screened: b.json", "Not screened: c.json", "Notice: it says that it is a draft", "Companion file, not screened: offer.pdf", "PDF document"},
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
	old := &evidence.Report{SchemaVersion: "1"}
	old.Finish([]evidence.Document{{Path: "c.json", Verdict: match.Clear, Coverage: match.Coverage{Components: 1}}}, nil)
	if out := written(t, "junit", allViews["junit"], old); strings.Contains(out, "<error") {
		t.Error(out)
	}
}

// Findings with the same texts are in one row, and a clause that lists two vendors in the same words
// is one text.
func TestMarkdownGroups(t *testing.T) {
	r := told()
	other := *r.Documents[0].Findings[2].Citations[0].Citation
	other.Listing = "us/1/other"
	f := r.Documents[0].Findings[2]
	f.ID, f.Vendor, f.Citations = "6666666666666666", match.Vendor{ID: "other", Name: "Other"}, []match.Citation{{Citation: &other, Verdict: match.Ban}}
	r.Documents[0].Findings = append(r.Documents[0].Findings, f)
	out := written(t, "markdown", allViews["markdown"], r)
	for _, want := range []string{"2 parts of Acme: waived 1 (a.json, finding 3333333333333333), failing 1 (a.json, finding 4444444444444444)", "1 part waived until 2027-06-30 by A. Buyer: until it is replaced; 1 part fails the policy",
		"(text 1); also text 2 | heads of agencies; binds the buyer |", "| Other, named as supplier: “Acme Ltd” (declared) | [Act One, section 1](<https://example.gov/one>) (text 1) |"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "shall not procure"); n != 1 {
		t.Errorf("the words of the text are there %d times:\n%s", n, out)
	}
}

// A summary in Markdown stays under the 1 MiB of a step's summary, with the worst first.
func TestMarkdownSize(t *testing.T) {
	r := &evidence.Report{}
	for i := range 3000 {
		name := fmt.Sprintf("%04d", i)
		d := evidence.Document{Path: name + strings.Repeat("x", 1000), Verdict: match.Review, Error: &evidence.Error{Message: strings.Repeat("<", 1000)}, Notices: []sbom.Warning{{Message: name}}}
		d.Findings = []evidence.Finding{{Finding: match.Finding{Verdict: map[bool]match.Verdict{true: match.Ban, false: match.Review}[i == 2999], Vendor: match.Vendor{ID: vendors.ID(name)}, Component: match.Component{Name: name}}}}
		r.Documents = append(r.Documents, d)
		r.Companions = append(r.Companions, evidence.File{Path: name})
	}
	out := written(t, "markdown", allViews["markdown"], r)
	if len(out) > 1<<20 {
		t.Errorf("%d bytes", len(out))
	}
	for _, want := range []string{"| **ban**, without a text | 2999 (", "And 2500 findings more", " notices more; see the JSON report", "and 2900 files more", " gaps more; see the JSON report", "3000 findings"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Index(out, "**ban**") > strings.Index(out, "**review**") {
		t.Error("the worst is not the first")
	}
}

// It does so, too, if all that is in it is as long as can be once it is escaped.
func TestMarkdownSizeOfLongWords(t *testing.T) {
	long := strings.Repeat("<", 5000)
	warn := []sbom.Warning{{Message: long}}
	r := &evidence.Report{Bid: &evidence.Bid{Bidder: long}, Policy: &policy.Decision{Policy: long}}
	for i := range 150 {
		text := &denylist.Citation{Listing: fmt.Sprint(i), Title: fmt.Sprint(i, long), Clause: long, Quote: long, Note: long, Addressees: long, Status: long, URL: "https://example.com/" + long}
		d := evidence.Document{Path: fmt.Sprint(i, long), Notices: warn, Unidentified: []match.Component{{Name: long}}, Coverage: match.Coverage{Unidentified: 1}}
		for j := range 10 {
			f := evidence.Finding{ID: fmt.Sprint(j, long), Finding: match.Finding{Verdict: match.Ban, Note: long, Vendor: match.Vendor{ID: vendors.ID(fmt.Sprint(i)), Name: long}, Component: match.Component{Name: long},
				Citations: []match.Citation{{Citation: text, Verdict: match.Ban, CappedBy: long}}}}
			d.Findings = append(d.Findings, f)
			f.Reason = match.Reason(fmt.Sprint(i))
			d.Observations = append(d.Observations, f)
		}
		r.Documents = append(r.Documents, d)
		r.Policy.Gaps = append(r.Policy.Gaps, long)
		r.Companions = append(r.Companions, evidence.File{Path: long, Reason: fmt.Sprint(i, long)})
	}
	out := written(t, "markdown", allViews["markdown"], r)
	if len(out) > 1<<20 || len(out) < 1<<19 {
		t.Errorf("%d bytes", len(out))
	}
	for _, want := range []string{" findings more, no worse than these", " texts more", " notices more", " parts more", " files more", " lines more", "gaps"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q", want)
		}
	}
}

// Every view shows why each text of an observation leads to no verdict, if that differs.
func TestObservationWithSeveralNotes(t *testing.T) {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &sbom.Component{Type: "device", Name: "MF286", Claims: []vendors.Claim{{Role: vendors.Manufacturer, Kind: vendors.KindName, Value: "ZTE Corporation"}}}
	fs, err := m.MatchComponent(c, true)
	if err != nil {
		t.Fatal(err)
	}
	d := gapped("a.json", match.Clear)
	var notes []string
	for _, f := range fs {
		if f.Reason != "notNamed" {
			continue
		}
		d.Observations = append(d.Observations, evidence.Finding{ID: "0123456789abcdef", Finding: f})
		for _, c := range f.Citations {
			notes = append(notes, c.CappedBy)
		}
	}
	if slices.Sort(notes); len(slices.Compact(slices.Clone(notes))) < 2 || notes[0] == "" {
		t.Fatalf("the notes are %q", notes)
	}
	r := evidence.New(m, "test", match.Review)
	r.Finish([]evidence.Document{d}, nil)
	plain := strings.NewReplacer("&#39;", "'", "&#34;", `"`, `\"`, `"`, `""`, `"`)
	for name, write := range allViews {
		out := strings.Join(strings.Fields(plain.Replace(written(t, name, write, r))), " ")
		for _, note := range notes {
			if name == "summary" || name == "markdown" { // they count observations, and cut long lines
				continue
			}
			if start, _, _ := strings.Cut(note, "'"); !strings.Contains(out, start) {
				t.Errorf("%s: no %q in %s", name, note, out)
			}
		}
	}
}
