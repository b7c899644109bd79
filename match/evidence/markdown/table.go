// SPDX-License-Identifier: Apache-2.0

package markdown

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// table writes the table of findings, a group in a row.
func (x *writer) table(groups []view.Group) {
	if len(groups) == 0 {
		return
	}
	x.WriteString("\n| verdict | part | vendor | strongest text | addressed to | notes |\n|---|---|---|---|---|---|\n")
	left := tableBytes
	for i := range groups {
		row := x.row(&groups[i])
		if left -= len(row); left < 0 || i == mostRows {
			n := 0
			for _, g := range groups[i:] {
				n += len(g.Parts)
			}
			fmt.Fprintf(x, "\nAnd %s more, no worse than these; see the JSON report.\n", view.Count(n, "finding"))
			return
		}
		x.WriteString(row)
	}
}

// row returns the row of a group.
func (x *writer) row(g *view.Group) string {
	first := g.Parts[0].Finding
	text, addressed := "", ""
	var notes []string
	if c := view.Strongest(first); c != nil {
		n := x.cite(c.Citation)
		text = fmt.Sprintf("%s (text %d)%s", link(c.Citation), n, x.others(g, n))
		addressed = md(strings.TrimPrefix(view.Addressed(x.r.Buyer, c), "addressed to "))
		for _, s := range view.Held(c) {
			notes = append(notes, escape(s, longLine))
		}
	}
	if first.Note != "" && !strings.Contains(strings.Join(notes, " "), md(first.Note)) {
		notes = append(notes, md(first.Note))
	}
	notes = append(notes, x.decided(g)...)
	return fmt.Sprintf("| **%s**, %s | %s | %s, %s | %s | %s | %s |\n", md(g.Verdict.String()), forceOf(g), parts(g), md(g.Vendor.Name), identified(g), text, addressed, strings.Join(notes, "; "))
}

func forceOf(g *view.Group) string {
	if len(g.Citations) == 0 {
		return "without a text"
	}
	return view.ForceWords(g.Binding)
}

// parts returns the parts of a group, each with its document and the id of the finding.
func parts(g *view.Group) string {
	var all []string
	for i, p := range g.Parts {
		if i == mostParts {
			all = append(all, fmt.Sprintf("and %d more", len(g.Parts)-mostParts))
			break
		}
		all = append(all, fmt.Sprintf("%s (%s, finding %s)", md(view.Component(&p.Finding.Component)), md(p.Document.Path), md(p.Finding.ID)))
	}
	if n := len(g.Parts); n > 1 {
		return fmt.Sprintf("%d parts of %s: %s", n, md(g.Vendor.Name), strings.Join(all, ", "))
	}
	return all[0]
}

// identified returns how the vendor of a group was identified, in so many ways at most.
func identified(g *view.Group) string {
	const most = 3
	var all []string
	for _, p := range g.Parts {
		if s := md(view.Identified(&p.Finding.Finding)); !slices.Contains(all, s) {
			if len(all) == most {
				return strings.Join(all, "; ") + "; and in other ways"
			}
			all = append(all, s)
		}
	}
	return strings.Join(all, "; ")
}

// decided returns what the policy decided about the findings of a group.
func (x *writer) decided(g *view.Group) []string {
	if x.decisions == nil {
		return nil
	}
	count := make(map[string]int)
	var words []string // in the order of the group
	for _, p := range g.Parts {
		s := x.decisions.Of(p).String()
		if s == "" {
			s = "not decided by the policy"
		}
		if count[s]++; count[s] == 1 {
			words = append(words, s)
		}
	}
	var all []string
	for i, s := range words {
		if i == mostParts {
			return append(all, fmt.Sprintf("and %d other decisions of the policy", len(words)-mostParts))
		}
		if len(g.Parts) > 1 {
			s = view.Count(count[s], "part") + " " + s
		}
		all = append(all, md(s))
	}
	return all
}

// others returns the numbers of the other texts of a group, each once.
func (x *writer) others(g *view.Group, but int) string {
	var all []string
	seen := map[int]bool{but: true}
	for i := range g.Citations {
		if n := x.cite(g.Citations[i].Citation); !seen[n] {
			seen[n] = true
			all = append(all, strconv.Itoa(n))
		}
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return "; also text " + all[0]
	}
	return "; also texts " + strings.Join(all, ", ")
}

// cite returns the number of a text, which is then in the list of texts. A clause that lists several
// vendors in the same words is one text.
func (x *writer) cite(c *denylist.Citation) int {
	n, ok := x.listings[c.Listing]
	if ok {
		return n
	}
	key := c.Instrument + entry(c)
	if n, ok = x.number[key]; !ok {
		x.texts = append(x.texts, c)
		n = len(x.texts)
		x.number[key] = n
	}
	x.listings[c.Listing] = n
	return n
}

// entry returns a text in the list of texts: its name, force, addressees, words, limits and exceptions.
func entry(c *denylist.Citation) string {
	return fmt.Sprintf("%s: %s; %s, %s; addressed to %s; %s.%s\n", link(c), view.ForceWords(c.Binding), md(view.KindOfText(c.Force)), md(c.Jurisdiction), md(c.Addressees), md(c.Status), saying(c))
}

// cited writes the cited texts, each once, in the order of their numbers.
func (x *writer) cited() {
	if len(x.texts) == 0 {
		return
	}
	x.WriteString("\n### What the texts say\n\n")
	left := textsBytes
	for i, c := range x.texts {
		line := fmt.Sprintf("%d. %s", i+1, entry(c))
		if left -= len(line); left < 0 {
			fmt.Fprintf(x, "\nAnd %s more; see the JSON report.\n", view.Count(len(x.texts)-i, "text"))
			return
		}
		x.WriteString(line)
	}
}

// saying returns what a text says, with its limits, its exceptions and what happened to it.
func saying(c *denylist.Citation) string {
	var b strings.Builder
	for _, s := range append(view.Saying(c), view.History(c)...) {
		b.WriteString(" " + escape(s, longText))
	}
	return b.String()
}

// link returns the name of a text as a link to it.
func link(c *denylist.Citation) string {
	return fmt.Sprintf("[%s](<%s>)", md(view.Name(c)), strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "", " ", "%20", "|", "%7C").Replace(c.URL))
}
