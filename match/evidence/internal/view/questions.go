// SPDX-License-Identifier: Apache-2.0

package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

const (
	mostNames  = 8  // names of parts in a question
	mostLimits = 4  // limits of texts in a question
	mostChars  = 80 // of a name
)

// Questions returns what to ask the bidder: a question a group of findings, one on the parts
// without an identity of their vendor, and one for each kind of gap. A question asks for facts. It
// states no breach and demands nothing.
func Questions(r *evidence.Report, groups []Group) []string {
	var all []string
	for i := range groups {
		all = append(all, groupQuestion(&groups[i]))
	}
	if q := unidentifiedQuestion(r); q != "" {
		all = append(all, q)
	}
	return append(all, gapQuestions(r)...)
}

// groupQuestion returns what to ask about the parts of a group.
func groupQuestion(g *Group) string {
	var names []string
	for _, p := range First(g.Parts, mostNames) {
		names = append(names, ShortPart(&p.Finding.Component))
	}
	parts, one := List(names, len(g.Parts)), len(g.Parts) == 1
	f := &g.Parts[0].Finding.Finding
	q := "Please confirm who manufactures or supplies " + parts
	switch by := IdentifiedBy(f); {
	case f.Tier < vendors.Declared:
		q = "Please state who manufactures or supplies " + parts
		if one && by != "" {
			q += " (" + by + ")"
		}
	case one && by != "":
		q += " (we read: " + Printable(g.Vendor.Name) + ", " + by + ")"
	default:
		q += " (we read: " + Printable(g.Vendor.Name) + ")"
	}
	return q + useQuestion(g, one)
}

// useQuestion asks for the facts on which the texts depend: whether a product is offered, which
// product contains a part, and what a limit needs to be settled.
func useQuestion(g *Group, one bool) string {
	it, is, are := "them", "they are", "Are they"
	if one {
		it, is, are = "it", "it is", "Is it"
	}
	q := ", and which product of the offer contains " + it
	if g.Primary {
		q = ", and whether " + is + " part of the offer"
	}
	essential := false
	var limits []string
	for i := range g.Citations {
		c := &g.Citations[i]
		if c.Verdict == match.NoVerdict || c.CappedBy == "" {
			continue
		}
		essential = essential || c.Depth == denylist.Essential && !g.Primary
		if g.Verdict == match.Review && c.Scope != nil && c.Scope.Limit != "" && strings.Contains(c.CappedBy, c.Scope.Limit) {
			limit := c.Scope.LimitWords()
			if !slices.Contains(limits, limit) {
				limits = append(limits, limit)
			}
		}
	}
	switch {
	case essential && one:
		q += "; is it a substantial or essential component of that?"
	case essential:
		q += "; are they substantial or essential components of that?"
	default:
		q += "."
	}
	if len(limits) > 0 {
		n := min(len(limits), mostLimits)
		words := limits[n-1]
		if n > 1 {
			words = strings.Join(limits[:n-1], ", ") + " or " + words
		}
		q += " " + are + " for " + words + "?"
	}
	return q
}

// unidentifiedQuestion asks who made the parts without an identity of their vendor.
func unidentifiedQuestion(r *evidence.Report) string {
	named, all := Unidentified(r)
	if all == 0 {
		return ""
	}
	var names []string
	for _, p := range First(named, mostNames) {
		names = append(names, ShortPart(p.Component))
	}
	switch {
	case len(names) == 0 && all == 1:
		return "Please state who manufactures or supplies the part for which its document does not say so."
	case len(names) == 0:
		return fmt.Sprintf("Please state who manufactures or supplies the %d parts for which their documents do not say so.", all)
	case all == 1:
		return "Please state who manufactures or supplies " + names[0] + ": its document does not say so."
	}
	return "Please state who manufactures or supplies " + List(names, all) + ": their documents do not say so."
}

// gapKinds are the gaps that a bidder can close, in the order of the questions, with what to ask.
var gapKinds = []struct {
	kind      match.GapKind
	ask, says string
}{
	{match.GapIncomplete, "Please send again, complete and readable: ", "not read to the end"},
	{match.GapMalformed, "Please check and send again: ", "some fields or elements could not be read"},
	{match.GapLinks, "Please send the documents that these refer to: ", ""},
	{match.GapNothing, "Please send a list of parts for: ", "without any part"},
	{match.GapNoParts, "Please send the list of parts of the product that is named in: ", ""},
}

// gapQuestions asks for what could not be screened, a question a kind of gap.
func gapQuestions(r *evidence.Report) []string {
	paths := make(map[match.GapKind][]string)
	for d, g := range r.NotScreened() {
		if d != nil {
			paths[g.Kind] = append(paths[g.Kind], shortened(d.Path))
		}
	}
	var all []string
	for _, k := range gapKinds {
		if len(paths[k.kind]) == 0 {
			continue
		}
		q := k.ask + List(First(paths[k.kind], mostNames), len(paths[k.kind]))
		if k.says != "" {
			q += " (" + k.says + ")"
		}
		all = append(all, q+".")
	}
	return all
}

// ShortPart returns the name and version of a component for a sentence: on one line, shortened, and never empty.
func ShortPart(c *match.Component) string {
	if PartName(c) == "" && c.Version == "" {
		return "a part without a name"
	}
	return shortened(Component(c))
}

// shortened returns a value of a document on one line, with at most mostChars characters.
func shortened(s string) string {
	s = Printable(s)
	if r := []rune(s); len(r) > mostChars {
		return string(r[:mostChars]) + "…"
	}
	return s
}
