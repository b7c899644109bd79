// SPDX-License-Identifier: Apache-2.0

// Package markdown writes a summary of a report as GitHub-flavored Markdown, for a comment or the
// summary of a job.
//
//	err := markdown.Write(file, report, nil)
//
// It has the decision of the policy, a table of the findings, what was not screened, and each cited
// text once, with its limits and exceptions. Findings with the same vendor, verdict and texts are in
// one row; the most severe are first, then those by binding texts. Text from documents is escaped.
//
// The summary stays under the 1 MiB that GitHub accepts: each section has a bound, and says how much
// it leaves out.
package markdown

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Bounds of a summary. Those of the sections in bytes add up to less than 1 MiB.
const (
	mostRows  = 500 // rows of the table
	mostLines = 100 // of each list
	mostParts = 8   // parts in a row

	tableBytes = 400_000
	textsBytes = 200_000
	gapsBytes  = 100_000
	otherBytes = 50_000 // each of the six other lists
)

// Options set the form of the summary. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the summary.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("markdown: %w", err)
	}
	x := &writer{Writer: bufio.NewWriter(w), r: r, decisions: view.Decisions(r), number: make(map[string]int), listings: make(map[string]int)}
	groups := view.Groups(r)
	x.head(groups)
	x.policy()
	x.table(groups)
	x.gaps()
	x.coverage()
	x.notices()
	x.observations()
	x.companions()
	x.cited()
	x.facts()
	return x.Flush()
}

// A writer writes a summary. Its bufio.Writer keeps the first error.
type writer struct {
	*bufio.Writer
	r         *evidence.Report
	decisions view.Decided
	texts     []*denylist.Citation // in the order in which the table cites them
	number    map[string]int       // of a text, by its words
	listings  map[string]int       // the number of the text of a listing
}

// head writes the verdict, the numbers of findings, and what the report was made with.
func (x *writer) head(groups []view.Group) {
	r := x.r
	n := 0
	for i := range groups {
		n += len(groups[i].Parts)
	}
	fmt.Fprintf(x, "## Screening: %s\n\n", md(r.Verdict.String()))
	if tallies := view.Counts(r); tallies != "" {
		fmt.Fprintf(x, "**%s**\n\n", md(tallies))
	}
	fmt.Fprintf(x, "Denylist %s, judged as of %s, %s. %s, %s. A finding is for a person to decide on; it is no legal advice.\n",
		md(r.Denylist.Release), md(r.Denylist.AsOf), escape(view.MadeFor(r), longLine), view.Count(len(r.Documents), "document"), view.Count(n, "finding"))
}

// policy writes the decision of the policy. What it decided about each finding is in the table.
func (x *writer) policy() {
	d := x.r.Policy
	if d == nil {
		return
	}
	fmt.Fprintf(x, "\n### Policy\n\n**%s**\n\n", md(d.Result()))
	x.list("line", otherBytes, view.PolicyNotes(d))
}

// gaps writes what was not screened.
func (x *writer) gaps() {
	gaps := view.GapWords(x.r)
	if len(gaps) > 0 {
		what := "What was not screened may contain parts of any vendor."
		if view.OnlyNoText(x.r) {
			what = md(view.NoText(x.r))
		}
		fmt.Fprintf(x, "\n### Not screened\n\n%s %s:\n\n", what, view.Count(len(gaps), "gap"))
		x.list("gap", gapsBytes, gaps)
	}
}

// coverage writes how much was read, and the parts of which the vendor is not known.
func (x *writer) coverage() {
	c := x.r.Coverage
	x.WriteString("\n### Coverage\n\n")
	fmt.Fprintf(x, "- %s without a vendor identity: nothing is known about them, and they are not clear of any vendor.\n", view.Count(c.Unidentified, "part"))
	fmt.Fprintf(x, "- %s that could not be read.\n", view.Count(c.Malformed, "field"))
	named, all := view.Unidentified(x.r)
	if len(named) == 0 {
		return
	}
	fmt.Fprintf(x, "\n### Without a vendor identity\n\n")
	var lines []string
	for _, u := range named {
		lines = append(lines, u.Document.Path+": "+view.Component(u.Component))
	}
	if n := all - len(named); n > 0 {
		lines = append(lines, fmt.Sprintf("and %d that the report does not name", n))
	}
	x.list("part", otherBytes, lines)
}

// notices writes the notices of the report and its documents.
func (x *writer) notices() {
	var lines []string
	for _, n := range x.r.Notices {
		lines = append(lines, n.Message)
	}
	for i := range x.r.Documents {
		for _, n := range x.r.Documents[i].Notices {
			lines = append(lines, x.r.Documents[i].Path+": "+n.Message)
		}
	}
	if len(lines) > 0 {
		x.WriteString("\n### Notices\n\n")
		x.list("notice", otherBytes, lines)
	}
}

// observations writes the observations, those with the same vendor, reason and texts on one line.
func (x *writer) observations() {
	var lines []string
	for _, g := range view.Observations(x.r.Documents) {
		lines = append(lines, strings.TrimPrefix(g.Line(x.r.Buyer), "no part of the verdict: "))
	}
	if len(lines) > 0 {
		x.WriteString("\n### Observations, no part of the verdict\n\n")
		x.list("line", otherBytes, lines)
	}
}

// companions writes the companion files.
func (x *writer) companions() {
	if len(x.r.Companions) == 0 {
		return
	}
	fmt.Fprintf(x, "\n### Companion files\n\n%s\n\n", md(view.CompanionNotice(x.r)))
	var lines []string
	for _, c := range x.r.Companions {
		lines = append(lines, c.Path+": "+c.Reason)
	}
	x.list("file", otherBytes, lines)
}

// facts writes the other facts about the vendors of the findings.
func (x *writer) facts() {
	var lines []string
	for _, f := range view.Facts(x.r) {
		lines = append(lines, fmt.Sprintf("%s, %s: %s (%s)", f.Vendor.Name, f.Date, f.Text, f.Source))
	}
	if len(lines) > 0 {
		x.WriteString("\n### Other facts, not used for a verdict\n\n")
		x.list("fact", otherBytes, lines)
	}
}

// list writes the first lines of a list, in so many bytes at most, and how many follow.
func (x *writer) list(noun string, most int, lines []string) {
	for i, line := range lines {
		line = "- " + escape(line, longLine) + "\n"
		if most -= len(line); most < 0 || i == mostLines {
			fmt.Fprintf(x, "- and %s more; see the JSON report\n", view.Count(len(lines)-i, noun))
			return
		}
		x.WriteString(line)
	}
}

// The numbers of characters after which a text is cut.
const (
	longCell = 300
	longLine = 1000
	longText = 4000
)

// md returns text on one line, as short as a cell, with the characters of Markdown escaped.
func md(s string) string { return escape(s, longCell) }

// escape returns the first characters of a text on one line, with the characters of Markdown
// escaped.
func escape(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			s = s[:i] + "…"
			break
		}
	}
	var b strings.Builder
	s = view.Printable(s)
	for i, r := range s {
		switch {
		case r == ':' && !strings.HasPrefix(s[i+1:], " ") && i+1 < len(s), r == '.' && endsInWWW(s[:i]):
			fmt.Fprintf(&b, "&#%d;", r) // an address in a text from a document must not become a link
		case strings.ContainsRune("\\`*{}[]!|<>~&@$^=", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case r == '_' || r == '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// endsInWWW reports whether a text ends in "www", in any case: with a dot after it, GitHub makes a link.
func endsInWWW(s string) bool { return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www") }
