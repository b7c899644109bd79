// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// Sorted returns the findings of a report: the most severe first, then those by binding texts, then
// in the order of the report.
func Sorted(r *evidence.Report) []Part {
	var all []Part
	for d, f := range r.Findings() {
		all = append(all, Part{d, f})
	}
	return bySeverity(all)
}

// SortedOf returns the findings of one document in the order of [Sorted].
func SortedOf(d *evidence.Document) []Part {
	all := make([]Part, len(d.Findings))
	for i := range d.Findings {
		all[i] = Part{d, &d.Findings[i]}
	}
	return bySeverity(all)
}

func bySeverity(all []Part) []Part {
	slices.SortStableFunc(all, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Finding.Verdict, a.Finding.Verdict), trueFirst(Binding(&a.Finding.Finding), Binding(&b.Finding.Finding)))
	})
	return all
}

// Force returns "binding" or "not binding" for a finding; "" without a text.
func Force(f *evidence.Finding) string {
	if len(f.Citations) == 0 {
		return ""
	}
	return ForceWords(Binding(&f.Finding))
}

// ByForce returns how a finding came to its verdict: "by binding texts", "by texts that bind
// nobody". A text that binds others can only advise the buyer.
func ByForce(f *evidence.Finding) string {
	leads := func(c match.Citation) bool { return c.Binding && c.Verdict == f.Verdict }
	switch {
	case len(f.Citations) == 0:
		return "without a text"
	case Binding(&f.Finding):
		return "by binding texts"
	case slices.ContainsFunc(f.Citations, leads):
		return "by texts that do not bind the buyer"
	}
	return "by texts that bind nobody"
}

// Strongest returns the first citation with the verdict of the finding, or else the first one; nil
// if there is none.
func Strongest(f *evidence.Finding) *match.Citation {
	for i := range f.Citations {
		if f.Citations[i].Verdict == f.Verdict {
			return &f.Citations[i]
		}
	}
	if len(f.Citations) == 0 {
		return nil
	}
	return &f.Citations[0]
}

// Name returns the title and the clause of a text.
func Name(c *denylist.Citation) string {
	if c.Clause == "" {
		return c.Title
	}
	return c.Title + ", " + c.Clause
}

// Words returns the words of a text with their language, and our translation.
func Words(c *denylist.Citation) string {
	if c.Quote == "" {
		return ""
	}
	s := "“" + c.Quote + "”"
	if c.Language != "" {
		s += " [" + c.Language + "]"
	}
	if c.Translation != "" {
		s += " The clause in English (our translation): “" + c.Translation + "”"
	}
	return s
}

// MadeFor returns what a report was made for: the buyer or that there is none, what is bought, and
// the bid.
func MadeFor(r *evidence.Report) string {
	s := strings.TrimSuffix(strings.ToLower(NoBuyer[:1])+NoBuyer[1:], ".")
	if r.Buyer != nil {
		s = "for the buyer " + cmp.Or(r.Buyer.Title, r.Buyer.Name)
	}
	if len(r.Purpose) > 0 {
		s += "; the lot is about CPV " + strings.Join(r.Purpose, ", ")
	}
	if r.Bid != nil {
		for _, x := range [][2]string{{"bidder", r.Bid.Bidder}, {"tender", r.Bid.Tender}, {"lot", r.Bid.Lot}} {
			if x[1] != "" {
				s += "; " + x[0] + " " + x[1]
			}
		}
	}
	return s
}

// Addressed returns whom a text addresses and, if there is a buyer, how it speaks to the buyer.
func Addressed(b *denylist.Buyer, c *match.Citation) string {
	s := "addressed to " + cmp.Or(c.Addressees, "nobody that the list names")
	if to, ok := strings.CutPrefix(c.Addressees, "if adopted: "); ok {
		s = "addressed, if adopted, to " + to
	}
	if b != nil {
		s += "; " + SpeaksWords(b, c)
	}
	return s
}

// Held returns why the verdict of a text is not more severe, and what settled its limit.
func Held(c *match.Citation) []string {
	var all []string
	if c.CappedBy != "" {
		all = append(all, "Not stronger than review: "+c.CappedBy+".")
	}
	if c.SettledBy != "" {
		all = append(all, "Its limit is settled: "+c.SettledBy+".")
	}
	return all
}

// Identified returns how the vendor of a finding was identified, with the value and the certainty:
// "named as supplier: “Acme Ltd” (declared)".
func Identified(f *match.Finding) string {
	s := IdentifiedBy(f)
	if s == "" {
		return f.Tier.String()
	}
	if i := slices.IndexFunc(f.Attributions, func(a vendors.Attribution) bool { return a.Tier == f.Tier }); i >= 0 {
		if value := Printable(f.Attributions[i].Value); !strings.Contains(s, value) {
			s += ": “" + value + "”"
		}
	}
	if f.Tier == vendors.NoTier {
		return s + " (not attributed)"
	}
	return s + " (" + f.Tier.String() + ")"
}

// Place returns the place of a part in its document.
func Place(l vendors.Location) string {
	switch {
	case l.Pointer == "":
		return ""
	case l.Offset < 0:
		return "at " + l.Pointer
	}
	return fmt.Sprintf("at %s (byte %d)", l.Pointer, l.Offset)
}

// A Decided tells what the policy decided about each finding.
type Decided map[[2]string]Decision

// A Decision is the decision of a policy about one finding.
type Decision struct {
	Fails  bool
	Waiver *policy.Waiver // that let it pass, if any
	Why    string         // why it does not count
}

// Decisions returns the decisions of the policy of a report; nil if there is none.
func Decisions(r *evidence.Report) Decided {
	if r.Policy == nil {
		return nil
	}
	all := make(Decided)
	for _, f := range r.Policy.Waived {
		all[[2]string{f.Document, f.ID}] = Decision{Waiver: cmp.Or(f.Waiver, &policy.Waiver{})}
	}
	for _, f := range r.Policy.OutOfPolicy {
		all[[2]string{f.Document, f.ID}] = Decision{Why: cmp.Or(f.Why, "the policy does not count it")}
	}
	for _, f := range r.Policy.Fails { // last: of findings with the same id one that fails decides
		all[[2]string{f.Document, f.ID}] = Decision{Fails: true}
	}
	return all
}

// Of returns the decision about a finding.
func (all Decided) Of(f Part) Decision { return all[[2]string{f.Document.Path, f.Finding.ID}] }

// WaiverWords returns who waived a finding, until when, and why.
func WaiverWords(w *policy.Waiver) string {
	return fmt.Sprintf("waived until %s by %s: %s", w.Expires, w.Author, w.Reason)
}

// WaiverFor returns what a waiver applies to.
func WaiverFor(w *policy.Waiver) string {
	return strings.Join(strings.Fields(strings.Join([]string{w.Finding, string(w.Vendor), w.Component, w.Version, w.Document}, " ")), " ")
}

// String returns the decision in words; "" if there is none.
func (d Decision) String() string {
	switch {
	case d.Fails:
		return "fails the policy"
	case d.Waiver != nil:
		return WaiverWords(d.Waiver)
	case d.Why != "":
		return "not counted by the policy: " + d.Why
	}
	return ""
}

// ListKey returns a text that is equal for equal lists of citations.
func ListKey(cs []match.Citation) string {
	var b strings.Builder
	for i := range cs {
		c := &cs[i]
		fmt.Fprintf(&b, "%s\x00%d\x00%s\x00%s\x00%s\n", c.Listing, c.Verdict, c.CappedBy, c.SettledBy, c.Speaks)
	}
	return b.String()
}

// PolicyNotes returns what a policy's decision says apart from the findings that fail or are waived:
// what the report does not meet, what is allowed, waivers that expired or that no finding needs.
func PolicyNotes(d *policy.Decision) []string {
	rest := *d
	rest.Fails, rest.Waived = nil, nil
	return rest.Lines()
}

// An Observed is a group of observations with the same vendor, reason and texts.
type Observed struct {
	First     Part
	Documents int // in how many documents they are
	Parts     int // how many there are
	last      *evidence.Document
	names     []string // each once
	named     map[string]bool
}

// Observations returns the observations of documents in groups, in the order of the report.
func Observations(documents []evidence.Document) []*Observed {
	var all []*Observed
	index := make(map[string]*Observed)
	for i := range documents {
		d := &documents[i]
		for j := range d.Observations {
			o := &d.Observations[j]
			key := string(o.Vendor.ID) + "\x00" + string(o.Reason) + "\x00" + o.Note + "\x00" + ListKey(o.Citations)
			g := index[key]
			if g == nil {
				g = &Observed{First: Part{d, o}, named: make(map[string]bool)}
				index[key] = g
				all = append(all, g)
			}
			if g.last != d {
				g.last = d
				g.Documents++
			}
			g.Parts++
			if name := Component(&o.Component); !g.named[name] {
				g.named[name] = true
				g.names = append(g.names, name)
			}
		}
	}
	return all
}

// Names returns how many parts there are if there are several, and their names, each once, of which
// at most n are written out.
func (g *Observed) Names(n int) string {
	s := strings.Join(g.names[:min(n, len(g.names))], ", ")
	if more := len(g.names) - n; more > 0 {
		s += fmt.Sprintf(" and %d other names", more)
	}
	if g.Parts == 1 {
		return s
	}
	return Count(g.Parts, "part") + ": " + s
}

// Line returns the group in words: the vendor, the reason, some of the parts, and the texts.
func (g *Observed) Line(b *denylist.Buyer) string {
	const most = 20
	o := g.First.Finding
	s := fmt.Sprintf("no part of the verdict: %s, %s (%s): %s", o.Vendor.Name, ReasonWords(o.Reason), o.Reason, g.Names(most))
	if o.Note != "" {
		s += "; " + o.Note
	}
	for i := range o.Citations {
		s += "; " + Name(o.Citations[i].Citation) + " (" + ForceWords(o.Citations[i].Binds()) + ", " + Addressed(b, &o.Citations[i]) + ")"
	}
	return s
}

// Saying returns what a text says, a sentence each: its words, what it asks, how it covers the vendor,
// its limits and exceptions, and our note.
func Saying(c *denylist.Citation) []string {
	var all []string
	if s := Words(c); s != "" {
		all = append(all, s)
	}
	if c.Action != "" {
		all = append(all, "It asks: "+VerbWords(&match.Citation{Citation: c})+".")
	}
	if c.Basis != "" {
		all = append(all, "It "+BasisWords(c.Basis)+".")
	}
	all = append(all, Limits(c)...)
	if c.Fact != "" {
		all = append(all, "Covered because: "+c.Fact)
	}
	if c.Note != "" {
		all = append(all, "Note: "+c.Note)
	}
	return all
}

// TextLines returns what a finding has of a text, a line each: its verdict, force and name, whom it
// addresses, what it says, why its verdict is not stronger, its address.
func TextLines(b *denylist.Buyer, c *match.Citation) []string {
	first := fmt.Sprintf("%s, %s: %s (%s, %s; %s)", c.Verdict, ForceWords(c.Binds()), Name(c.Citation), c.Jurisdiction, KindOfText(c.Force), c.Status)
	all := append([]string{first, Addressed(b, c)}, Saying(c.Citation)...)
	all = append(all, Held(c)...)
	if c.URL != "" {
		all = append(all, c.URL)
	}
	return all
}

// Brief returns a text on one line: its name and force, what it asks and of whom, its limits and
// exceptions, and why its verdict is not stronger.
func Brief(b *denylist.Buyer, c *match.Citation) string {
	first := Name(c.Citation) + " (" + ForceWords(c.Binds())
	if c.Action != "" {
		first += "; asks: " + VerbWords(c)
	}
	all := append([]string{first + "), " + Addressed(b, c) + "."}, Limits(c.Citation)...)
	return strings.Join(append(all, Held(c)...), " ")
}

// A Fact is an entry of counter-evidence or later history about the vendor of a finding.
type Fact struct {
	Vendor match.Vendor
	denylist.Context
}

// Facts returns the other facts about the vendors of the findings of a report, each once.
func Facts(r *evidence.Report) []Fact {
	var all []Fact
	seen := make(map[vendors.ID]bool)
	for _, f := range r.Findings() {
		if seen[f.Vendor.ID] {
			continue
		}
		seen[f.Vendor.ID] = true
		for _, c := range f.Context {
			all = append(all, Fact{f.Vendor, c})
		}
	}
	return all
}

// Counts returns how many findings there are of each verdict, apart by the force of the texts: "ban:
// 2 parts by binding texts, 1 by texts that bind nobody"; "" if there is none.
func Counts(r *evidence.Report) string {
	type kind struct {
		verdict match.Verdict
		force   string
	}
	n := make(map[kind]int)
	var kinds []kind // in order of severity
	for _, p := range Sorted(r) {
		k := kind{p.Finding.Verdict, ByForce(p.Finding)}
		if n[k]++; n[k] == 1 {
			kinds = append(kinds, k)
		}
	}
	var all []string
	for i, k := range kinds {
		if i > 0 && kinds[i-1].verdict == k.verdict {
			all[len(all)-1] += fmt.Sprintf(", %d %s", n[k], k.force)
		} else {
			all = append(all, fmt.Sprintf("%s: %s %s", k.verdict, Count(n[k], "part"), k.force))
		}
	}
	return strings.Join(all, "; ")
}
