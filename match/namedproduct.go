// SPDX-License-Identifier: Apache-2.0

package match

import (
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// productOnly is the reason of an excluded entry if its text names a product and does not name the vendor.
// It holds for the other products of the vendor only: the product that the text names is a finding.
const productOnly = "productOnly"

// A namedProduct is a product that a text names.
type namedProduct struct {
	name string // as the register writes it
	fold string // its tokens, with a space before and after
}

// namedProducts returns the products that a text names, for an excluded entry with the reason
// productOnly: the vendor's products in the register of which the words of the entry, the clause
// or the title have the name.
func (m *Matcher) namedProducts(in *denylist.Instrument, x *denylist.Excluded) []namedProduct {
	v := m.release.Register().Vendor(x.Vendor)
	if v == nil {
		return nil
	}
	words := phrase(x.Note) + phrase(in.Title)
	for i := range in.Clauses {
		if in.Clauses[i].ID == x.Clause {
			words += phrase(in.Clauses[i].Text)
		}
	}
	var all []namedProduct
	for _, id := range v.Identifiers {
		p := namedProduct{id.Value, phrase(id.Value)}
		if id.Kind == vendors.IdentifierProduct && strings.Contains(words, p.fold) && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// phrase returns the tokens of a text with a space before and after each.
func phrase(text string) string {
	// folding is bounded by the length of names, and a clause is longer
	var b strings.Builder
	b.WriteByte(' ')
	for field := range strings.FieldsSeq(text) {
		if tokens := names.Fold(field); tokens != "" {
			b.WriteString(tokens + " ")
		}
	}
	return b.String()
}

// setExcluded looks at the entries without a listing: it finds the products that texts name, which
// count among what the Matcher can find, and whether texts speak to the buyer.
func (m *Matcher) setExcluded() {
	m.products = make(map[string][]namedProduct)
	for _, in := range m.release.Instruments() {
		for i := range in.Excluded {
			x := &in.Excluded[i]
			entry := denylist.Entry{Instrument: in, Excluded: x}
			for j := range in.Clauses {
				if in.Clauses[j].ID == x.Clause {
					entry.Clause = &in.Clauses[j]
				}
			}
			state, b := entry.State(m.opts.AsOf), m.opts.Buyer
			counts := m.opts.wants(in.Jurisdiction) && (b == nil || m.opts.speaks(entry) != "") && (state == denylist.InForce || state == denylist.Proposed)
			// A text without a listing speaks to the buyer too, by a criterion or a list that was not read.
			m.toBuyer = m.toBuyer || counts && x.Reason != "lifted" && (b == nil || !b.AdvisedAsPublic(entry))
			if x.Reason != productOnly {
				continue
			}
			if m.products[x.ID] = m.namedProducts(in, x); counts && len(m.products[x.ID]) > 0 {
				m.strongest = max(m.strongest, Review)
			}
		}
	}
}

// product returns the product of an excluded entry that the component is or may be; "" if it is
// another product of the vendor.
func (e *evaluation) product(x *denylist.Excluded) string {
	products := e.m.products[x.ID]
	if len(products) == 0 {
		return ""
	}
	called := e.names()
	for _, p := range products {
		if slices.ContainsFunc(e.attributions, func(a vendors.Attribution) bool {
			return (a.Rule == vendors.RuleProduct || a.Rule == vendors.RuleProductStart) && phrase(a.Matched) == p.fold
		}) {
			return p.name
		}
		// Another name that contains that of the product counts if the document says that the part is
		// the vendor's: "TikTok Lite" of ByteDance. Of others it can be a program for the product.
		if e.tier > vendors.Resembles && slices.ContainsFunc(called, func(s string) bool { return strings.Contains(s, p.fold) }) {
			return p.name
		}
	}
	return ""
}

// names returns the names that the document gives the component, as phrases: its own, and those in
// its package URLs and CPEs.
func (e *evaluation) names() []string {
	all := []string{phrase(e.c.Name)}
	for i := range e.c.Claims {
		switch c := &e.c.Claims[i]; c.Kind {
		case vendors.KindProduct:
			all = append(all, phrase(c.Value))
		case vendors.KindCPE:
			if n, ok := cpe.Parse(c.Value); ok {
				all = append(all, phrase(n.Product))
			}
		case vendors.KindPURL:
			if p, _, ok := purl.ParseTolerant(c.Value); ok {
				all = append(all, phrase(p.Name))
			}
		}
	}
	return all
}

// applyProduct returns the effect of a text that names a product on the component, which is that
// product or may be it. The entry does not record what the text asks, so it is a matter to review.
func (e *evaluation) applyProduct(name string, state denylist.State, o outcome) (outcome, bool) {
	switch {
	case e.m.opts.Buyer != nil && o.Speaks == "":
		o.reason, o.note = OtherAddressee, "addressed to others than the buyer: "+o.Addressees
		return o, true
	case state == denylist.Ended:
		o.reason, o.note = NoLonger, "no longer in force on "+string(e.m.opts.AsOf)+": "+o.Status
		return o, true
	}
	caps := slices.Clone(e.caps)
	caps = append(caps, "the text names the product “"+name+"” and does not name its vendor; what it asks, and for which devices or uses, is in its words")
	if state == denylist.Proposed {
		caps = append(caps, "the text is only proposed")
	}
	o.Verdict, o.CappedBy = Review, strings.Join(caps, "; ")
	return o, true
}
