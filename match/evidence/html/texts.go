// SPDX-License-Identifier: Apache-2.0

package html

import (
	"cmp"
	"slices"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// An instrument is a law or another official text, with the passages that are cited from it.
type instrument struct {
	*match.Citation // of its first passage
	Texts           []*text
	cited           bool // by a finding
}

// A text is a cited passage: the same words that ask the same, once, for all vendors.
type text struct {
	*match.Citation
	Number  int
	vendors []string // that it is cited for
	For     string   // the same in words, with how it covers each
	Naming  []string // the words that name vendors, and those on parts
	Facts   []string // what brings vendors under it
	Notes   []string
	Speaks  string // how it speaks to the buyer
}

// A textKey is what makes passages the same.
type textKey struct {
	instrument, title, clause, digest, quote, limit, exceptions string
	action                                                      denylist.Action
	effect                                                      string
	depth                                                       string
	status                                                      string
}

// text returns the text of a citation, and adds it to the page if it is new.
func (v *pageData) text(c *match.Citation, vendor string, found bool) *text {
	key := textKey{instrument: c.Instrument, title: c.Title, clause: c.Clause, digest: c.TextDigest, quote: c.Quote, action: c.Action, effect: c.Effect, depth: c.Depth, status: c.Status}
	if c.Scope != nil {
		key.limit = c.Scope.Limit
		for _, x := range c.Scope.Exceptions {
			key.exceptions += x + "\n"
		}
	}
	id := cmp.Or(c.Instrument, c.Title)
	act := v.acts[id]
	if act == nil {
		act = &instrument{Citation: c}
		v.acts[id] = act
		v.Texts = append(v.Texts, act)
	}
	act.cited = act.cited || found
	t := v.texts[key]
	if t == nil {
		t = &text{Citation: c}
		if found && v.Buyer != nil {
			t.Speaks = view.SpeaksWords(v.Buyer, c)
		}
		v.texts[key] = t
		act.Texts = append(act.Texts, t)
	}
	t.cite(c, vendor)
	return t
}

// cite adds a vendor for which the text is cited.
func (t *text) cite(c *match.Citation, vendor string) {
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for _, s := range view.Naming(c.Citation) {
		add(&t.Naming, s)
	}
	add(&t.Facts, c.Fact)
	add(&t.Notes, c.Note)
	if slices.Contains(t.vendors, vendor) {
		return
	}
	t.vendors = append(t.vendors, vendor)
	if t.For != "" {
		t.For += "; "
	}
	t.For += line(vendor)
	if c.Basis != "" {
		t.For += " (it " + view.BasisWords(c.Basis) + ")"
	}
}

// number numbers the texts: first those of instruments that findings cite, then the others.
func (v *pageData) number() {
	all := v.Texts
	v.Texts = nil
	for _, act := range all {
		if act.cited {
			v.Texts = append(v.Texts, act)
		} else {
			v.Others = append(v.Others, act)
		}
	}
	n := 0
	for _, act := range slices.Concat(v.Texts, v.Others) {
		for _, t := range act.Texts {
			n++
			t.Number = n
		}
	}
}

// places returns the jurisdictions of the texts of findings, in alphabetical order.
func (v *pageData) places() []string {
	var all []string
	for _, g := range v.Groups {
		all = append(all, g.Places...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
