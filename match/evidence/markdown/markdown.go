// SPDX-License-Identifier: Apache-2.0

// Package markdown writes a summary of a report as GitHub-flavored Markdown, for a comment or the
// summary of a job.
//
//	err := markdown.Write(file, report, nil)
//
// It has a table of findings, most severe first, and what was not screened. Text from documents is
// escaped. Beyond 500 findings and 100 lines of a list, the rest is counted, so that the summary
// stays under the 1 MiB that GitHub accepts.
package markdown

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Bounds of a summary.
const (
	mostRows  = 500 // findings
	mostLines = 100 // of each list
)

// Options set the form of the summary. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the summary.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	out := bufio.NewWriter(w)
	var findings []foundIn
	var notices []string
	for _, n := range r.Notices {
		notices = append(notices, md(n.Message))
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Findings {
			findings = append(findings, foundIn{d, &d.Findings[j]})
		}
		for _, n := range d.Notices {
			notices = append(notices, md(d.Path)+": "+md(n.Message))
		}
	}
	slices.SortStableFunc(findings, func(a, b foundIn) int { return cmp.Compare(b.f.Verdict, a.f.Verdict) })
	fmt.Fprintf(out, "## Screening: %s\n\n", md(r.Verdict.String()))
	fmt.Fprintf(out, "Denylist %s, judged as of %s. %s, %s. A finding is for a person to decide on; it is no legal advice.\n",
		md(r.Denylist.Release), md(r.Denylist.AsOf), view.Count(len(r.Documents), "document"), view.Count(len(findings), "finding"))
	table(out, findings)
	if r.Policy != nil {
		fmt.Fprintf(out, "\n### Policy\n\n%s\n\n", md(r.Policy.Result()))
		var lines []string
		for _, line := range r.Policy.Lines() {
			lines = append(lines, md(line))
		}
		list(out, "- ", lines)
	}
	if gaps := view.Gaps(r); len(gaps) > 0 {
		fmt.Fprintf(out, "\n### Not screened\n\nWhat was not screened may contain parts of any vendor. %s:\n\n", view.Count(len(gaps), "gap"))
		var lines []string
		for _, g := range gaps {
			line := md(g.Message)
			if g.Path != "" {
				line = md(g.Path) + ": " + line
			}
			lines = append(lines, line)
		}
		list(out, "- ", lines)
	}
	out.WriteString("\n### Coverage\n\n")
	fmt.Fprintf(out, "- %s without a vendor identity: nothing is known about them, and they are not clear of any vendor.\n", view.Count(r.Coverage.Unidentified, "part"))
	fmt.Fprintf(out, "- %s that could not be read.\n", view.Count(r.Coverage.Malformed, "field"))
	if len(notices) > 0 {
		out.WriteString("\n### Notices\n\n")
		list(out, "- ", notices)
	}
	if len(r.Companions) > 0 {
		fmt.Fprintf(out, "\n### Companion files\n\n%s\n\n", md(view.CompanionNotice(r)))
		var lines []string
		for _, c := range r.Companions {
			lines = append(lines, md(c.Path)+": "+md(c.Reason))
		}
		list(out, "- ", lines)
	}
	return out.Flush()
}

// A foundIn is a finding with its document.
type foundIn struct {
	d *evidence.Document
	f *evidence.Finding
}

// table writes the table of findings.
func table(out *bufio.Writer, findings []foundIn) {
	if len(findings) == 0 {
		return
	}
	out.WriteString("\n| verdict | part | vendor | certainty | document | strongest text |\n|---|---|---|---|---|---|\n")
	for i, x := range findings {
		if i == mostRows {
			fmt.Fprintf(out, "\nAnd %s more, no worse than these; see the JSON report.\n", view.Count(len(findings)-mostRows, "finding"))
			return
		}
		f := x.f
		text := ""
		for k := range f.Citations {
			if c := &f.Citations[k]; c.Verdict == f.Verdict {
				text = fmt.Sprintf("[%s](<%s>)", md(c.Title+clauseOf(c)), strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", " ", "%20").Replace(c.URL))
				break
			}
		}
		fmt.Fprintf(out, "| **%s** | %s | %s | %s | %s | %s |\n", md(f.Verdict.String()), md(view.Component(&f.Component)), md(f.Vendor.Name), md(f.Tier.String()), md(x.d.Path), text)
	}
}

// list writes the first lines of a list, and how many follow.
func list(out *bufio.Writer, mark string, lines []string) {
	for i, line := range lines {
		if i == mostLines {
			fmt.Fprintf(out, "%sand %d more; see the JSON report\n", mark, len(lines)-mostLines)
			return
		}
		out.WriteString(mark + line + "\n")
	}
}

// clauseOf returns the clause of a citation after a comma.
func clauseOf(c *match.Citation) string {
	if c.Clause == "" {
		return ""
	}
	return ", " + c.Clause
}

// md returns text on one line, with the characters of Markdown escaped.
func md(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	var b strings.Builder
	for _, r := range view.Printable(s) {
		switch {
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
