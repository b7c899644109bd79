// SPDX-License-Identifier: Apache-2.0

package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// A headline is the answer in a sentence, with what it means.
type headline struct {
	Text    string
	Parts   string // the names of the parts with the most severe verdict
	Meaning string
}

const (
	mostVendors    = 3  // names of vendors in the headline
	mostParts      = 5  // names of parts under it
	mostAddressees = 2  // of texts
	mostWho        = 90 // characters of addressees, after the first
)

// meanings say what a verdict means for a buyer.
var meanings = map[match.Verdict]string{
	match.Ban:          "“ban” is our class for what a text asks about a vendor; the words of each text are below. What follows from it is for the person in charge to decide.",
	match.Exclude:      "“exclude” is our class for texts that ask to exclude, remove, replace or phase out; the words of each text are below. What follows from it is for the person in charge to decide.",
	match.Review:       "A part may come from a vendor that an official text concerns. It is open whether it does, or whether the text applies: a person has to settle that.",
	match.Inconclusive: "What was not screened may contain parts of any vendor. Have it screened before you rely on this result.",
	match.Clear:        "Every document was read to its end. The vendor of parts without vendor information is unknown: they are not clear of any vendor.",
}

// newHeadline returns the headline of a report.
func newHeadline(r *evidence.Report, groups []view.Group) headline {
	h := headline{Meaning: meanings[r.Verdict]}
	switch {
	case view.OnlyNoText(r):
		h.Text, h.Meaning = "Nothing could be found, because no text applies", view.NoText(r)+" Choose another day or other jurisdictions before you rely on this result."
		return h
	case r.Verdict == match.Inconclusive:
		h.Text = "Nothing was found, but not everything could be screened"
		return h
	case r.Verdict == match.Clear:
		h.Text, h.Parts = clear(r)
		return h
	case len(groups) == 0 || groups[0].Verdict != r.Verdict:
		h.Text = "There are findings that this report does not list"
		return h
	}
	var worst []*view.Group
	for i := range groups {
		if groups[i].Verdict == r.Verdict {
			worst = append(worst, &groups[i])
		}
	}
	t := view.Tallies(groups)[0]
	n := t.Binding + t.NotBinding
	h.Text = subject(worst, n) + by(r.Buyer, worst, &t)
	if n > 1 {
		h.Parts = names(worst, n)
	}
	if unlisted(r) > 0 {
		h.Text = "at least " + h.Text
	}
	return h
}

// subject returns what the verdict is about: "Hi6932 1 of Huawei", "4 parts of Huawei and ZTE".
func subject(worst []*view.Group, n int) string {
	var vendors []string
	for _, g := range worst {
		if name := line(g.Vendor.Name); !slices.Contains(vendors, name) {
			vendors = append(vendors, name)
		}
	}
	of, parts := view.List(view.First(vendors, mostVendors), len(vendors)), view.Count(n, "part")
	if n == 1 {
		parts = view.ShortPart(&worst[0].Parts[0].Finding.Component)
	}
	switch {
	case worst[0].Verdict == match.Review:
		return "open questions on " + parts + " that may concern " + of
	case n == 1:
		return parts + ", of " + of
	}
	return parts + " of " + of
}

// names returns the names of the parts of groups.
func names(groups []*view.Group, n int) string {
	var all []string
	for _, p := range view.First(view.Parts(groups), mostParts) {
		all = append(all, view.ShortPart(&p.Finding.Component))
	}
	return view.List(all, n)
}

// by returns by which texts there is a verdict, with the force and whom they bind: the end of a
// headline.
func by(b *denylist.Buyer, worst []*view.Group, t *view.Tally) string {
	binding := addressees(b, worst, true)
	others := addressees(b, worst, false)
	switch {
	case t.NotBinding == 0:
		return ", by texts that bind " + binding
	case t.Binding == 0:
		return ", by texts that " + others
	}
	return fmt.Sprintf(": %d by texts that bind %s; %d by texts that %s", t.Binding, binding, t.NotBinding, others)
}

// clear returns the headline for nothing found. With a buyer it can be that texts speak to others
// about vendors of these parts: the reader sees that at once.
func clear(r *evidence.Report) (text, others string) {
	if r.Buyer == nil {
		return "Nothing was found in what was screened", ""
	}
	for _, f := range view.Folds(r) {
		if f.Reason == match.OtherAddressee {
			others = "Texts that speak to others than this buyer: " + view.Count(len(f.Parts), "observation") + " on " + view.List(view.First(f.Vendors, mostVendors), len(f.Vendors)) + ", in the annex."
		}
	}
	if words := view.CriteriaWords(r); words != "" {
		others = strings.TrimSpace(others + " " + words)
	}
	return "No text that speaks to this buyer names a vendor of what was screened", others
}

// nobody returns what a text does that does not bind: without a buyer it binds nobody, and with one
// it may bind others.
func nobody(b *denylist.Buyer) string {
	if b == nil {
		return "bind nobody"
	}
	return "only call on or advise the buyer"
}

// addressees returns whom the texts that lead to the verdict of groups address, as the end of
// "texts that bind …" or "texts that …": the buyer if there is one, else the start of their own
// words with the jurisdiction.
func addressees(b *denylist.Buyer, groups []*view.Group, binding bool) string {
	var all []string
	speaks := make(map[string]bool)
	for _, g := range groups {
		for i := range g.Citations {
			c := &g.Citations[i]
			if g.Binding != binding || c.Verdict != g.Verdict || binds(c) != binding {
				continue
			}
			speaks[c.Speaks] = true
			if who := addressee(c); !slices.Contains(all, who) {
				all = append(all, who)
			}
		}
	}
	known := b != nil && !speaks[""] && !speaks[denylist.UnknownRelation]
	switch {
	case known && binding:
		return relation(speaks)
	case known:
		return nobody(b)
	}
	shown := few(all)
	who := view.List(shown, len(shown))
	if len(shown) < len(all) {
		who += " and others"
	}
	if !binding {
		return "bind nobody, addressed to " + cmp.Or(who, "others")
	}
	return cmp.Or(who, "others")
}

// relation returns whom binding texts bind, for a buyer to whom they speak so.
func relation(speaks map[string]bool) string {
	buyer := "the buyer"
	switch {
	case speaks[denylist.Binds]:
	case speaks[denylist.ThroughContract]:
		buyer = "the buyer by contract or subsidy terms"
	default:
		return "those who supply the buyer"
	}
	if speaks[denylist.BindsBidders] {
		buyer += " and those who supply it"
	}
	return buyer
}

// few returns the first of the addressees: two if they are short.
func few(all []string) []string {
	all = view.First(all, mostAddressees)
	if len(all) == mostAddressees && len(all[0])+len(all[1]) > mostWho {
		return all[:1]
	}
	return all
}

// addressee returns whom a text addresses, in a few words.
func addressee(c *match.Citation) string {
	who, _, _ := strings.Cut(strings.TrimPrefix(c.Addressees, "if adopted: "), ";")
	if c.Jurisdiction == "" || strings.Contains(who, c.Jurisdiction+" ") {
		return line(who)
	}
	return line(who) + " (" + c.Jurisdiction + ")"
}

// tallyWords returns the number of parts with a verdict, with the force apart: "2 parts by binding
// texts, 1 by texts that bind nobody".
func tallyWords(t view.Tally) string {
	others := " " + t.NotBindingWords()
	switch {
	case t.NotBinding == 0:
		return view.Count(t.Binding, "part") + " by binding texts"
	case t.Binding == 0:
		return view.Count(t.NotBinding, "part") + others
	}
	return view.Count(t.Binding, "part") + fmt.Sprintf(" by binding texts, %d", t.NotBinding) + others
}

// unlisted counts the findings of a report that are not listed because there are too many.
func unlisted(r *evidence.Report) int {
	n := 0
	for i := range r.Documents {
		if u := r.Documents[i].Unlisted; u != nil {
			n += u.Findings
		}
	}
	return n
}
