// SPDX-License-Identifier: Apache-2.0

// Package csv writes a report as a table for spreadsheets (RFC 4180).
//
//	err := csv.Write(file, report, nil)
//
// The column "row" tells what a row is:
//
//   - "document": a document, with its coverage
//   - "gap": something that was not screened, with its kind as the reason; without a document, it
//     is about the whole report
//   - "notice": a notice of a document, or without a document of the report
//   - "finding", "observation": a text that a finding or an observation cites, with the first
//     claim that led to the vendor
//   - "policy": the decision of a policy
//   - "companion": a file that accompanies documents and was not screened
//
// A cell that a spreadsheet could take for a formula starts with an apostrophe.
package csv

import (
	encoding "encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// columns are the header of the table.
var columns = []string{
	"row", "document", "sha256", "verdict", "reason", "vendor", "component", "version", "purl", "subject", "tier", "pointer", "offset",
	"claimRole", "claimKind", "claimValue", "rule", "matched", "source", "listing", "instrument", "clause", "jurisdiction", "force", "binding",
	"addressees", "status", "action", "effect", "citationVerdict", "held", "quote", "language", "url", "note", "id",
	"components", "unidentified", "malformed", "error", "complete",
}

// Options set the form of the table. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	t := newTable(w)
	for _, n := range r.Notices {
		t.set("row", "notice")
		t.set("reason", string(n.Kind))
		t.set("note", n.Message)
		t.end()
	}
	for i := range r.Documents {
		t.document(r, &r.Documents[i])
	}
	if d := r.Policy; d != nil {
		t.set("row", "policy")
		t.set("sha256", d.SHA256)
		t.set("reason", map[bool]string{true: "pass", false: "fail"}[d.Pass])
		t.set("note", strings.Join(append([]string{d.Result()}, d.Lines()...), "\n"))
		t.end()
	}
	for _, g := range r.GapsOf(nil) {
		t.set("row", "gap")
		t.set("reason", string(g.Kind))
		t.set("note", g.Message)
		t.end()
	}
	for _, c := range r.Companions {
		t.set("row", "companion")
		t.set("document", c.Path)
		t.set("sha256", c.SHA256)
		t.set("reason", c.Reason)
		t.end()
	}
	t.out.Flush()
	return t.out.Error()
}

// A table writes rows of cells. Its writer keeps the first error.
type table struct {
	out   *encoding.Writer
	row   []string
	index map[string]int // of the columns
}

// newTable writes the header.
func newTable(w io.Writer) *table {
	t := &table{out: encoding.NewWriter(w), row: make([]string, len(columns)), index: make(map[string]int)}
	t.out.UseCRLF = true
	for i, name := range columns {
		t.index[name] = i
	}
	_ = t.out.Write(columns)
	return t
}

// set sets a cell of the row.
func (t *table) set(column, value string) { t.row[t.index[column]] = cell(value) }

// end writes the row and starts an empty one.
func (t *table) end() {
	_ = t.out.Write(t.row)
	clear(t.row)
}

// document writes the rows of a document.
func (t *table) document(r *evidence.Report, d *evidence.Document) {
	start := func(kind string) {
		t.set("row", kind)
		t.set("document", d.Path)
		t.set("sha256", d.SHA256)
	}
	start("document")
	t.set("verdict", d.Verdict.String())
	t.set("components", strconv.Itoa(d.Coverage.Components))
	t.set("unidentified", strconv.Itoa(d.Coverage.Unidentified))
	t.set("malformed", strconv.Itoa(d.Coverage.Malformed))
	t.set("complete", strconv.FormatBool(r.Whole(d)))
	if d.Error != nil {
		t.set("error", d.Error.Kind+": "+d.Error.Message)
	}
	t.end()
	for _, g := range r.GapsOf(d) {
		start("gap")
		t.set("reason", string(g.Kind))
		t.set("note", g.Message)
		t.end()
	}
	for _, n := range d.Notices {
		start("notice")
		t.set("reason", string(n.Kind))
		t.set("note", n.Message)
		t.set("pointer", n.Location.Pointer)
		t.set("offset", strconv.FormatInt(n.Location.Offset, 10))
		t.end()
	}
	for _, of := range []struct {
		kind string
		list []evidence.Finding
	}{{"finding", d.Findings}, {"observation", d.Observations}} {
		for j := range of.list {
			f := &of.list[j]
			for k := range max(1, len(f.Citations)) { // a finding without a citation has a row, too
				start(of.kind)
				t.finding(f)
				if k < len(f.Citations) {
					t.citation(&f.Citations[k])
				}
				t.end()
			}
		}
	}
}

// finding sets the cells of a finding.
func (t *table) finding(f *evidence.Finding) {
	c := &f.Component
	t.set("verdict", f.Verdict.String())
	t.set("reason", string(f.Reason))
	t.set("vendor", f.Vendor.Name)
	t.set("component", strings.TrimPrefix(c.Group+"/"+c.Name, "/"))
	t.set("version", c.Version)
	t.set("purl", c.PURL)
	if c.OwnPURL() { // and not one that was made from the vendor and the name
		t.set("purl", c.CanonicalPURL)
	}
	t.set("subject", strconv.FormatBool(c.Primary))
	t.set("tier", f.Tier.String())
	t.set("pointer", c.Location.Pointer)
	t.set("offset", strconv.FormatInt(c.Location.Offset, 10))
	t.set("note", f.Note)
	t.set("id", f.ID)
	if len(f.Attributions) > 0 {
		a := &f.Attributions[0]
		t.set("claimRole", string(a.Role))
		t.set("claimKind", string(a.Kind))
		t.set("claimValue", a.Value)
		t.set("rule", string(a.Rule))
		t.set("matched", a.Matched)
		t.set("source", a.Source)
	}
}

// citation sets the cells of a cited text.
func (t *table) citation(c *match.Citation) {
	t.set("listing", c.Listing)
	t.set("instrument", c.Title)
	t.set("clause", c.Clause)
	t.set("jurisdiction", c.Jurisdiction)
	t.set("force", string(c.Force))
	t.set("binding", strconv.FormatBool(c.Binding))
	t.set("addressees", c.Addressees)
	t.set("status", c.Status)
	t.set("action", string(c.Action))
	t.set("effect", string(c.Effect))
	t.set("citationVerdict", c.Verdict.String())
	t.set("held", c.CappedBy)
	t.set("quote", c.Quote)
	t.set("language", c.Language)
	t.set("url", c.URL)
}

// formula are the characters that start a formula, in ASCII and in full width.
const formula = "=+-@|%＝＋－＠"

// cell makes a value safe in a spreadsheet. A value that starts like a formula, also after
// blanks, gets an apostrophe in front, and characters that control what shows them are
// replaced. A number stays a number.
func cell(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	s = view.PrintableLines(s)
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \t\n\u00a0\u3000"))
	if strings.ContainsRune(formula, first) || strings.HasPrefix(s, "\t") {
		return "'" + s
	}
	return s
}
