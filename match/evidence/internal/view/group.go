// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// A Part is a finding with its document.
type Part struct {
	Document *evidence.Document
	Finding  *evidence.Finding
}

// A Group is findings on components of one vendor to which the same texts apply in the same way.
type Group struct {
	Verdict match.Verdict
	Vendor  match.Vendor
	// Binding means that a binding text leads to the verdict.
	Binding bool
	// Primary means that the components are products themselves, and not parts of others.
	Primary bool
	// Citations are those of each finding, in their order.
	Citations []match.Citation
	Note      string // why the verdict is not more severe, or ""
	Parts     []Part // in the order of the report
}

// Groups returns the findings of a report in groups: the most severe verdict first, those by binding
// texts before others, products before parts, then in the order of the report.
func Groups(r *evidence.Report) []Group {
	var all []Group
	index := make(map[string]int)
	for d, f := range r.Findings() {
		key := groupKey(f)
		i, ok := index[key]
		if !ok {
			i = len(all)
			index[key] = i
			all = append(all, Group{Verdict: f.Verdict, Vendor: f.Vendor, Binding: Binding(&f.Finding), Primary: f.Component.Primary, Citations: f.Citations, Note: f.Note})
		}
		all[i].Parts = append(all[i].Parts, Part{d, f})
	}
	sorting.StableFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Verdict, a.Verdict), trueFirst(a.Binding, b.Binding), trueFirst(a.Primary, b.Primary))
	})
	return all
}

// groupKey returns a text that is equal for findings of one group.
func groupKey(f *evidence.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %t %q", f.Vendor.ID, f.Verdict, f.Component.Primary, f.Note)
	for i := range f.Citations {
		c := &f.Citations[i]
		fmt.Fprintf(&b, " %q %d %q %q", c.Listing, c.Verdict, c.CappedBy, c.SettledBy)
	}
	return b.String()
}

// trueFirst compares two conditions: one that is met comes first.
func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// Binding reports whether a binding text leads to the verdict of a finding.
func Binding(f *match.Finding) bool {
	return slices.ContainsFunc(f.Citations, func(c match.Citation) bool { return c.Binds() && c.Verdict == f.Verdict })
}

// Lead returns the citation that a summary shows for the group: the first that leads to the verdict,
// so one that speaks to the buyer and binds, if there is one; nil if there is none.
func (g *Group) Lead() *match.Citation {
	for i := range g.Citations {
		if g.Citations[i].Verdict == g.Verdict {
			return &g.Citations[i]
		}
	}
	return nil
}

// Jurisdictions returns the jurisdictions of the texts that lead to a verdict, each once, in
// alphabetical order: those of binding texts, and those that have only texts that do not bind.
func (g *Group) Jurisdictions(v match.Verdict) (binding, notBinding []string) {
	for i := range g.Citations {
		switch c := &g.Citations[i]; {
		case c.Verdict != v:
		case c.Binds():
			binding = append(binding, c.Jurisdiction)
		default:
			notBinding = append(notBinding, c.Jurisdiction)
		}
	}
	slices.Sort(binding)
	binding = slices.Compact(binding)
	slices.Sort(notBinding)
	notBinding = slices.DeleteFunc(slices.Compact(notBinding), func(j string) bool { return slices.Contains(binding, j) })
	return binding, notBinding
}

// A partOf is a component with findings of a verdict. Several vendors can have a finding on one.
type partOf struct {
	verdict                     match.Verdict
	document                    *evidence.Document
	ref, pointer, name, version string
}

func (p *Part) of(v match.Verdict) partOf {
	c := &p.Finding.Component
	return partOf{v, p.Document, c.Ref, c.Location.Pointer, c.Name, c.Version}
}

// Parts returns the components of groups, each once: one can have findings on several vendors.
func Parts(groups []*Group) []Part {
	var all []Part
	seen := make(map[partOf]bool)
	for _, g := range groups {
		for j := range g.Parts {
			if part := g.Parts[j].of(match.NoVerdict); !seen[part] {
				seen[part] = true
				all = append(all, g.Parts[j])
			}
		}
	}
	return all
}

// A Tally is the number of parts with a verdict. A part with findings on several vendors is one.
type Tally struct {
	Verdict             match.Verdict
	Binding, NotBinding int // to which a binding text leads, and to which none does
	// BindsOthers means that a text that leads to one of NotBinding binds others than the buyer.
	BindsOthers bool
}

// NotBindingWords returns by which texts there are the parts of NotBinding, see [ByForce].
func (t *Tally) NotBindingWords() string {
	if t.BindsOthers {
		return bindOthers
	}
	return bindNobody
}

// Tallies returns the numbers of parts with each verdict that there is, the most severe first.
// Findings that are not listed are not among them, see [evidence.Document].
func Tallies(groups []Group) []Tally {
	var all []Tally
	seen := make(map[partOf]bool)
	for i := range groups { // those by binding texts first
		g := &groups[i]
		if len(all) == 0 || all[len(all)-1].Verdict != g.Verdict {
			all = append(all, Tally{Verdict: g.Verdict})
		}
		t := &all[len(all)-1]
		for j := range g.Parts {
			p := &g.Parts[j]
			switch part := p.of(g.Verdict); {
			case seen[part]:
				continue
			case g.Binding:
				t.Binding++
			default:
				t.NotBinding++
				t.BindsOthers = t.BindsOthers || ByForce(p.Finding) == bindOthers
			}
			seen[p.of(g.Verdict)] = true
		}
	}
	return all
}

// A Fold is observations for one reason.
type Fold struct {
	Reason  match.Reason
	Words   string // the reason in plain words, as the end of "3 observations: …"
	Parts   []Part
	Vendors []string // their names, each once, in the order of the report
	// Texts is the number of different texts that the observations cite.
	Texts int
}

// Folds returns the observations of a report by reason, in the order of the first of each.
func Folds(r *evidence.Report) []Fold {
	var all []Fold
	index := make(map[match.Reason]int)
	texts := make(map[match.Reason]map[string]bool)
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Observations {
			f := &d.Observations[j]
			k, ok := index[f.Reason]
			if !ok {
				k = len(all)
				index[f.Reason], texts[f.Reason] = k, make(map[string]bool)
				all = append(all, Fold{Reason: f.Reason, Words: ReasonWords(f.Reason)})
			}
			x := &all[k]
			x.Parts = append(x.Parts, Part{d, f})
			if !slices.Contains(x.Vendors, f.Vendor.Name) {
				x.Vendors = append(x.Vendors, f.Vendor.Name)
			}
			for n := range f.Citations {
				texts[f.Reason][f.Citations[n].Listing] = true
			}
			x.Texts = len(texts[f.Reason])
		}
	}
	return all
}

// Criteria returns the observations on texts that bind the buyer, or those who supply it, and do not
// name the vendor in words that were read: they set a criterion, or have a list that does not name it
// or was not read, or were not read themselves, so that a person has to see whether they apply.
// Without a buyer, all texts that bind somebody count, but for those that do not name the vendor, and
// only about vendors without a finding.
func Criteria(r *evidence.Report) (names []string, texts []*denylist.Citation) {
	found := make(map[vendors.ID]bool)
	for _, f := range r.Findings() {
		found[f.Vendor.ID] = r.Buyer == nil
	}
	for i := range r.Documents {
		for j := range r.Documents[i].Observations {
			f := &r.Documents[i].Observations[j]
			if f.Reason != "criterionOnly" && f.Reason != "listNotRead" && f.Reason != "notRead" && f.Reason != "notNamed" || f.Tier < vendors.Resembles || found[f.Vendor.ID] {
				continue
			}
			for k := range f.Citations {
				c := &f.Citations[k]
				if !c.Binds() || r.Buyer == nil && f.Reason == "notNamed" ||
					r.Buyer != nil && c.Speaks != denylist.Binds && c.Speaks != denylist.BindsBidders && c.Speaks != denylist.ThroughContract {
					continue
				}
				if !slices.Contains(names, f.Vendor.Name) {
					names = append(names, f.Vendor.Name)
				}
				if !slices.ContainsFunc(texts, func(t *denylist.Citation) bool { return t.Instrument == c.Instrument }) {
					texts = append(texts, c.Citation)
				}
			}
		}
	}
	return names, texts
}

// CriteriaWords returns a sentence about [Criteria], or "" if there are none.
func CriteriaWords(r *evidence.Report) string {
	named, texts := Criteria(r)
	if len(texts) == 0 {
		return ""
	}
	return "To check: " + Count(len(texts), "binding text") + " may cover " + strings.Join(named, ", ") + " by a criterion or a list."
}

// Unidentified returns the components without an identity of their vendor that the report names,
// and the number of all of them.
func Unidentified(r *evidence.Report) (named []UnidentifiedPart, all int) {
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Unidentified {
			named = append(named, UnidentifiedPart{d, &d.Unidentified[j]})
		}
	}
	return named, r.Coverage.Unidentified
}

// An UnidentifiedPart is a component without an identity of its vendor, with its document.
type UnidentifiedPart struct {
	Document  *evidence.Document
	Component *match.Component
}
