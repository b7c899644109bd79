// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes a summary of the report as GitHub-flavoured Markdown, for a comment or
// the summary of a job: a table of findings, and what was not screened. What comes out of
// documents is text, and no markup.
func (r *Report) WriteMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	findings, unread := 0, 0
	for i := range r.Documents {
		findings += len(r.Documents[i].Findings)
		if r.Documents[i].Error != nil {
			unread++
		}
	}
	fmt.Fprintf(out, "## Screening: %s\n\n", md(r.Verdict))
	fmt.Fprintf(out, "Denylist %s, judged as of %s. %s, %s. A finding is for a person to decide on; it is no legal advice.\n",
		md(r.Denylist.Release), md(r.Denylist.AsOf), number(len(r.Documents), "document"), number(findings, "finding"))
	if findings > 0 {
		out.WriteString("\n| verdict | part | vendor | tier | document | strongest text |\n|---|---|---|---|---|---|\n")
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Findings {
			f := &d.Findings[j]
			text := ""
			for k := range f.Citations {
				if c := &f.Citations[k]; c.Verdict == f.Verdict {
					text = fmt.Sprintf("[%s](<%s>)", md(c.Title+clauseOf(c)), strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", " ", "%20").Replace(c.URL))
					break
				}
			}
			fmt.Fprintf(out, "| **%s** | %s | %s | %s | %s | %s |\n", md(f.Verdict), md(component(&f.Component)), md(f.Vendor.Name), md(f.Tier), md(d.Path), text)
		}
	}
	out.WriteString("\n### What was not screened\n\n")
	fmt.Fprintf(out, "- %s without a vendor identity: nothing is known about them, and they are not clear of any vendor.\n", number(r.Coverage.Unidentified, "part"))
	fmt.Fprintf(out, "- %s that could not be read.\n", number(r.Coverage.Malformed, "field"))
	fmt.Fprintf(out, "- %s that could not be screened%s\n", number(unread, "document"), map[bool]string{true: ":", false: "."}[unread > 0])
	for i := range r.Documents {
		if d := &r.Documents[i]; d.Error != nil {
			fmt.Fprintf(out, "  - %s: %s\n", md(d.Path), md(d.Error.Message))
		}
	}
	return out.Flush()
}

func clauseOf(c *Citation) string {
	if c.Clause == "" {
		return ""
	}
	return ", " + c.Clause
}

// md is text in Markdown that is no markup, on one line.
func md(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	var b strings.Builder
	for _, r := range Printable(s) {
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
