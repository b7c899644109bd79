// SPDX-License-Identifier: Apache-2.0

// Package csv writes a report as a table for spreadsheets (RFC 4180).
//
//	err := csv.Write(file, report, nil)
//
// The table has twelve columns. "row" tells what a row is:
//
//   - "report": the whole screening, with its verdict, denylist, buyer and coverage
//   - "policy": the decision of a policy; what it requires and the report does not meet; waivers
//     that have expired or that no finding needs
//   - "finding": a finding with its strongest text, the most severe finding first
//   - "gap": something that was not screened; without a document, of the whole report
//   - "notice": a notice of a document, or without a document of the report
//   - "unidentified": a part without an identity of its vendor, or how many more there are
//   - "observation": observations with the same vendor, reason and texts
//   - "context": another fact about the vendor of a finding, which is not used for a verdict
//   - "document": a document, with its coverage
//   - "companion": a file that accompanies documents and was not screened
//
// The other columns are "verdict", "force" (whether a binding text leads to the verdict), "part",
// "version", "vendor", "identified" (how the vendor was identified, and how surely), "text",
// "words" (of the text, with its limits and exceptions), "addressees" (and how the text speaks to
// the buyer), "document" (and the place in it) and "note" (the id of a finding, what the policy
// decided, why the verdict is not stronger).
//
// The long form, see [Options], has a row for each text that a finding or an observation cites. Its
// columns "otherLanguage", "otherQuote", "otherGrade", "otherSource" and "otherNote" are the words of
// the text in the language of [match.Options].
//
// A cell that a spreadsheet could take for a formula starts with an apostrophe, and so does what looks
// like a formula after a semicolon or a tab in a cell, at which some spreadsheets split. Such cells
// are quoted.
package csv

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// columns are the header of the table.
var columns = []string{"row", "verdict", "force", "part", "version", "vendor", "identified", "text", "words", "addressees", "document", "note"}

// Options set the form of the table. A nil *Options means defaults.
type Options struct {
	// Citations selects the long form: a row for each text that a finding or an observation cites,
	// with all that the record has about the text and about the first claim that led to the vendor.
	Citations bool
}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("csv: %w", err)
	}
	if opts != nil && opts.Citations {
		return writeCitations(w, r)
	}
	t := newTable(w, columns)
	t.report(r)
	decisions := view.Decisions(r)
	for _, f := range view.Sorted(r) {
		t.finding(r.Buyer, f, decisions.Of(f))
	}
	for _, g := range view.Gaps(r) {
		t.add("row", "gap", "words", g.Message, "document", g.Path, "note", string(g.Kind))
	}
	for _, n := range r.Notices {
		t.add("row", "notice", "words", n.Message, "note", string(n.Kind))
	}
	for i := range r.Documents {
		for _, n := range r.Documents[i].Notices {
			t.add("row", "notice", "words", n.Message, "document", placeIn(r.Documents[i].Path, view.Place(n.Location)), "note", string(n.Kind))
		}
	}
	t.unidentified(r)
	t.observations(r)
	for _, f := range view.Facts(r) {
		t.add("row", "context", "vendor", f.Vendor.Name, "words", string(f.Date)+": "+f.Text, "note", "not used for a verdict; "+f.Source)
	}
	for i := range r.Documents {
		t.document(r, &r.Documents[i])
	}
	for _, c := range r.Companions {
		t.add("row", "companion", "words", "not screened: "+c.Reason, "document", c.Path)
	}
	return t.out.Flush()
}

// report writes the rows of the report as a whole and of its policy.
func (t *table) report(r *evidence.Report) {
	words := []string{fmt.Sprintf("denylist %s, judged as of %s", r.Denylist.Release, r.Denylist.AsOf)}
	if n := view.Counts(r); n != "" {
		words = append(words, n)
	}
	words = append(words, counts(&r.Coverage))
	t.add("row", "report", "verdict", r.Verdict.String(), "words", strings.Join(words, "; "), "addressees", view.MadeFor(r),
		"note", "a finding is for a person to decide on; this is no legal advice")
	if r.Policy == nil {
		return
	}
	t.add("row", "policy", "words", r.Policy.Result())
	for _, line := range view.PolicyNotes(r.Policy) {
		t.add("row", "policy", "words", line)
	}
}

// finding writes the row of a finding.
func (t *table) finding(b *denylist.Buyer, x view.Part, decided view.Decision) {
	f := x.Finding
	note := []string{"finding " + f.ID}
	if s := decided.String(); s != "" {
		note = append(note, s)
	}
	if c := view.Strongest(f); c != nil {
		t.text(b, c, len(f.Citations)-1)
		note = append(note, view.Held(c)...)
	}
	if f.Note != "" && !strings.Contains(strings.Join(note, "; "), f.Note) {
		note = append(note, f.Note)
	}
	c := &f.Component
	t.add("row", "finding", "verdict", f.Verdict.String(), "force", view.Force(f), "part", view.PartName(c), "version", c.Version,
		"vendor", f.Vendor.Name, "identified", view.Identified(&f.Finding), "document", placeIn(x.Document.Path, view.Place(c.Location)), "note", strings.Join(note, "; "))
}

// text sets the cells of a text, beside which so many others are cited.
func (t *table) text(b *denylist.Buyer, c *match.Citation, others int) {
	t.set("text", view.Name(c.Citation)+furtherTexts(others))
	t.set("words", textWords(c.Citation))
	t.set("addressees", view.Addressed(b, c))
}

// unidentified writes a row for each part without an identity of its vendor that the report names.
func (t *table) unidentified(r *evidence.Report) {
	named, all := view.Unidentified(r)
	for _, u := range named {
		c := u.Component
		t.add("row", "unidentified", "part", view.PartName(c), "version", c.Version, "words", "its vendor is not known, and it is not clear of any vendor",
			"document", placeIn(u.Document.Path, view.Place(c.Location)))
	}
	if n := all - len(named); n > 0 {
		t.add("row", "unidentified", "part", fmt.Sprintf("and %d more", n), "words", "their vendor is not known, and they are not clear of any vendor")
	}
}

// furtherTexts returns how many texts a finding cites beside the strongest.
func furtherTexts(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; and 1 more text"
	}
	return fmt.Sprintf("; and %d more texts", n)
}

// textWords returns what a text says, with its limits and exceptions, its status and its address.
func textWords(c *denylist.Citation) string {
	all := view.Saying(c)
	if c.Status != "" {
		all = append(all, "Status: "+c.Status+".")
	}
	return strings.TrimSpace(strings.Join(append(all, c.URL), " "))
}

// observations writes a row for observations with the same vendor, reason and texts.
func (t *table) observations(r *evidence.Report) {
	const most = 20 // names of parts in a row
	for _, g := range view.Observations(r.Documents) {
		o := g.First.Finding
		if c := view.Strongest(o); c != nil {
			t.text(r.Buyer, c, len(o.Citations)-1)
			t.set("force", view.ForceWords(c.Binds()))
		}
		document := g.First.Document.Path
		if g.Documents > 1 {
			document = fmt.Sprintf("%d documents, the first of them %s", g.Documents, document)
		}
		note := fmt.Sprintf("no part of the verdict: %s (%s)", view.ReasonWords(o.Reason), o.Reason)
		if o.Note != "" {
			note += "; " + o.Note
		}
		for i := range o.Citations {
			if c := &o.Citations[i]; c.CappedBy != "" {
				note += "; " + view.Name(c.Citation) + ": " + c.CappedBy
			}
		}
		t.add("row", "observation", "part", g.Names(most), "vendor", o.Vendor.Name, "identified", view.Identified(&o.Finding), "document", document, "note", note)
	}
}

// document writes the row of a document.
func (t *table) document(r *evidence.Report, d *evidence.Document) {
	words := []string{"read to its end"}
	if !r.Whole(d) {
		words[0] = "NOT READ to its end"
	}
	if d.Error != nil {
		words = append(words, d.Error.Kind+": "+d.Error.Message)
	}
	words = append(words, counts(&d.Coverage))
	note := ""
	if d.SHA256 != "" {
		note = "SHA-256 " + d.SHA256
	}
	t.add("row", "document", "verdict", d.Verdict.String(), "words", strings.Join(words, "; "), "document", d.Path, "note", note)
}

// counts returns how much was screened.
func counts(c *match.Coverage) string {
	return fmt.Sprintf("%s, %d without a vendor identity; fields or elements that could not be read: %d", view.Count(c.Components, "part"), c.Unidentified, c.Malformed)
}

// placeIn returns a path with a place in the document.
func placeIn(path, place string) string { return strings.TrimSpace(path + " " + place) }

// A table writes rows of cells. Its writer keeps the first error.
type table struct {
	out   *bufio.Writer
	row   []string
	index map[string]int // of the columns
}

// newTable writes the header.
func newTable(w io.Writer, columns []string) *table {
	t := &table{out: bufio.NewWriter(w), row: make([]string, len(columns)), index: make(map[string]int)}
	for i, name := range columns {
		t.index[name] = i
	}
	t.write(columns)
	return t
}

// set sets a cell of the row.
func (t *table) set(column, value string) { t.row[t.index[column]] = cell(value) }

// add sets cells, given as names of columns and values, and ends the row.
func (t *table) add(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		t.set(pairs[i], pairs[i+1])
	}
	t.end()
}

// end writes the row and starts an empty one.
func (t *table) end() {
	t.write(t.row)
	clear(t.row)
}

// write writes a row as package encoding/csv does, with CRLF. It quotes cells with any of the
// separators too, so that a spreadsheet that splits there does not split a cell.
func (t *table) write(row []string) {
	for i, s := range row {
		if i > 0 {
			t.out.WriteByte(',')
		}
		first, _ := utf8.DecodeRuneInString(s)
		if !unicode.IsSpace(first) && !strings.ContainsAny(s, ",\"\r\n"+separators) {
			t.out.WriteString(s)
			continue
		}
		t.out.WriteByte('"')
		inCell.WriteString(t.out, s)
		t.out.WriteByte('"')
	}
	t.out.WriteString("\r\n")
}

var inCell = strings.NewReplacer(`"`, `""`, "\r", "", "\n", "\r\n")

// formula are the characters that start a formula, in ASCII and in full width.
const formula = "=+-@|%＝＋－＠"

// longestCell is below the 32,767 characters that spreadsheets take, in bytes.
const longestCell = 32_000

// cell makes a value safe in a spreadsheet. A value that starts like a formula, also after
// blanks, gets an apostrophe in front, and characters that control what shows them are
// replaced. A number stays a number. What is too long for a cell is cut, and says so.
func cell(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	s = view.PrintableLines(s)
	if len(s) > longestCell {
		end := longestCell
		for !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + "… (cut; see the JSON report)"
	}
	return guarded(s)
}

// separators are the characters at which spreadsheets of some languages split a line into cells,
// although RFC 4180 does not.
const separators = ";\t"

// guarded returns a value with an apostrophe before each formula: at the start, and after what some
// spreadsheets take for the start of a cell.
func guarded(s string) string {
	var b strings.Builder
	for len(s) > 0 || b.Len() == 0 {
		end := strings.IndexAny(s, separators)
		part := s
		if end >= 0 {
			part = s[:end+1]
		}
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(part, blank))
		if strings.ContainsRune(formula, first) || b.Len() == 0 && strings.HasPrefix(part, "\t") {
			b.WriteByte('\'')
		}
		b.WriteString(part)
		if s = s[len(part):]; end < 0 {
			break
		}
	}
	return b.String()
}

// blank are the characters that spreadsheets skip at the start of a cell.
const blank = " \n\u00a0\u3000"
