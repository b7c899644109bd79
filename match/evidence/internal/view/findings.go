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

// A Located is a finding or an observation with its document.
type Located struct {
	Document *evidence.Document
	*evidence.Finding
}

// Sorted returns the findings of a report: the most severe first, then those by binding texts, then
// in the order of the report.
func Sorted(r *evidence.Report) []Located {
	var all []Located
	for d, f := range r.Findings() {
		all = append(all, Located{d, f})
	}
	return bySeverity(all)
}

// SortedOf returns the findings of one document in the order of [Sorted].
func SortedOf(d *evidence.Document) []Located {
	all := make([]Located, len(d.Findings))
	for i := range d.Findings {
		all[i] = Located{d, &d.Findings[i]}
	}
	return bySeverity(all)
}

func bySeverity(all []Located) []Located {
	slices.SortStableFunc(all, func(a, b Located) int {
		if c := cmp.Compare(b.Verdict, a.Verdict); c != 0 {
			return c
		}
		switch x, y := Binding(a.Finding), Binding(b.Finding); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return all
}

// Binding reports whether a binding text leads to the verdict of a finding.
func Binding(f *evidence.Finding) bool {
	return slices.ContainsFunc(f.Citations, func(c match.Citation) bool { return c.Binding && c.Verdict == f.Verdict })
}

// Force returns "binding" or "not binding" for a finding; "" without a text.
func Force(f *evidence.Finding) string {
	if len(f.Citations) == 0 {
		return ""
	}
	return bindingWord(Binding(f))
}

// ForceOf returns "binding" or "not binding" for a cited text.
func ForceOf(c *match.Citation) string { return bindingWord(c.Binding) }

func bindingWord(binding bool) string {
	if binding {
		return "binding"
	}
	return "not binding"
}

// The words for how a finding came to its verdict.
const (
	byBinding = "by binding texts"
	byOthers  = "by texts that bind nobody"
	byNone    = "without a text"
)

// ByForce returns how a finding came to its verdict: "by binding texts", "by texts that bind
// nobody".
func ByForce(f *evidence.Finding) string {
	switch {
	case len(f.Citations) == 0:
		return byNone
	case Binding(f):
		return byBinding
	}
	return byOthers
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

// Limits returns the limit and the exceptions of a text in its words.
func Limits(c *denylist.Citation) []string {
	if c.Scope == nil {
		return nil
	}
	var all []string
	if c.Scope.Limit != "" {
		all = append(all, "limited to “"+c.Scope.Limit+"”")
	}
	for _, x := range c.Scope.Exceptions {
		all = append(all, "except “"+x+"”")
	}
	return all
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

// BuyerWords returns for whom a report was made.
func BuyerWords(r *evidence.Report) string {
	if r.Buyer == nil {
		return "no buyer given: texts addressed to anyone count"
	}
	return "buyer: " + cmp.Or(r.Buyer.Title, r.Buyer.Name)
}

// Addressed returns whom a text addresses and how it speaks to the buyer.
func Addressed(c *match.Citation) string {
	s := "addressed to " + cmp.Or(c.Addressees, "nobody that the list names")
	if to, ok := strings.CutPrefix(c.Addressees, "if adopted: "); ok {
		s = "addressed, if adopted, to " + to
	}
	if speaks := Speaks(c.Speaks); speaks != "" {
		s += "; " + speaks
	}
	return s
}

// Speaks returns in words how a text speaks to the buyer; "" without a buyer.
func Speaks(relation string) string {
	switch relation {
	case "binds":
		return "binds the buyer"
	case "advises":
		return "advises the buyer"
	case "bindsBidders":
		return "binds the bidders of the buyer"
	case "unknown":
		return "the list does not say whether it speaks to the buyer"
	}
	return relation
}

// Held returns why the verdict of a text is not more severe, and what settled its limit.
func Held(c *match.Citation) []string {
	var all []string
	if c.CappedBy != "" {
		all = append(all, "not stronger than review: "+c.CappedBy)
	}
	if c.SettledBy != "" {
		all = append(all, "its limit is settled: "+c.SettledBy)
	}
	return all
}

// IdentifiedBy returns in plain words how the vendor of a finding was identified: by the first of
// its surest claims, with the certainty.
func IdentifiedBy(f *evidence.Finding) string {
	i := slices.IndexFunc(f.Attributions, func(a vendors.Attribution) bool { return a.Tier == f.Tier })
	if i < 0 {
		return f.Tier.String()
	}
	a := &f.Attributions[i]
	s := fmt.Sprintf("%s “%s” (%s)", claimWords(a), a.Value, f.Tier)
	if a.Caveat != "" {
		s += "; " + a.Caveat
	}
	return s
}

// kindWords are the words for what a claim is, by its kind.
var kindWords = map[vendors.Kind]string{
	vendors.KindGroup: "by its package group", vendors.KindPURL: "by its package URL", vendors.KindCPE: "by its CPE", vendors.KindEmail: "by an e-mail address",
	vendors.KindRegID: "by its registration id", vendors.KindGUID: "by its GUID", vendors.KindFingerprint: "by the fingerprint of a certificate or image",
	vendors.KindCertificate: "by the subject of a certificate", vendors.KindOUI: "by its MAC address", vendors.KindPEN: "by its enterprise number",
	vendors.KindPCI: "by its PCI vendor id", vendors.KindUSB: "by its USB vendor id", vendors.KindPNP: "by its PNP id", vendors.KindACPI: "by its ACPI id",
	vendors.KindBluetooth: "by its Bluetooth company id", vendors.KindDeviceTree: "by its devicetree name",
}

// claimWords returns what a claim is in plain words.
func claimWords(a *vendors.Attribution) string {
	switch {
	case a.Kind == vendors.KindURL && a.Role == vendors.Homepage:
		return "by its home page"
	case a.Kind == vendors.KindURL:
		return "by a link to where it comes from"
	case kindWords[a.Kind] != "":
		return kindWords[a.Kind]
	case a.Role.IsOrigin(), a.Role == vendors.Author:
		return "named as " + string(a.Role) + ":"
	case a.Kind == vendors.KindProduct:
		return "by its own name"
	}
	return "mentioned in"
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
func (all Decided) Of(f Located) Decision { return all[[2]string{f.Document.Path, f.ID}] }

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
	First     Located
	Documents int // in how many documents they are
	parts     []string
	last      *evidence.Document
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
				g = &Observed{First: Located{d, o}}
				index[key] = g
				all = append(all, g)
			}
			if g.last != d {
				g.last = d
				g.Documents++
			}
			g.parts = append(g.parts, Component(&o.Component))
		}
	}
	return all
}

// Names returns the names of the parts, of which at most n are written out.
func (g *Observed) Names(n int) string {
	if len(g.parts) <= n {
		return strings.Join(g.parts, ", ")
	}
	return strings.Join(g.parts[:n], ", ") + fmt.Sprintf(" and %d more", len(g.parts)-n)
}

// CountsByForce returns how many findings there are of each verdict, apart for those by binding
// texts and those by texts that bind nobody; "" if there is none.
func CountsByForce(r *evidence.Report) string {
	var n [match.Ban + 1]map[string]int
	for _, f := range r.Findings() {
		v := min(f.Verdict, match.Ban)
		if n[v] == nil {
			n[v] = make(map[string]int)
		}
		n[v][ByForce(f)]++
	}
	var all []string
	for v := match.Ban; v > match.NoVerdict; v-- {
		var parts []string
		for _, force := range []string{byBinding, byOthers, byNone} {
			if n := n[v][force]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, force))
			}
		}
		if len(parts) > 0 {
			all = append(all, v.String()+": "+strings.Join(parts, ", "))
		}
	}
	return strings.Join(all, "; ")
}

// String returns the group in words: the vendor, the reason, some of the parts, and the texts.
func (g *Observed) String() string {
	const most = 20
	o := g.First.Finding
	s := fmt.Sprintf("no part of the verdict: %s, %s: %s", o.Vendor.Name, o.Reason, g.Names(most))
	if o.Note != "" {
		s += "; " + o.Note
	}
	for i := range o.Citations {
		s += "; " + Name(o.Citations[i].Citation) + " (" + ForceOf(&o.Citations[i]) + ", " + Addressed(&o.Citations[i]) + ")"
	}
	return s
}

// TextLines returns what a text says and asks, a line each: its name with its force, whom it
// addresses, its words, its limits and exceptions, why its verdict is not stronger, its address.
func TextLines(c *match.Citation) []string {
	first := fmt.Sprintf("%s, %s: %s (%s, %s; %s)", c.Verdict, ForceOf(c), Name(c.Citation), c.Jurisdiction, c.Force, c.Status)
	all := []string{first, Addressed(c)}
	if s := Words(c.Citation); s != "" {
		all = append(all, s)
	}
	all = append(append(all, Limits(c.Citation)...), Held(c)...)
	if c.Fact != "" {
		all = append(all, "covered because: "+c.Fact)
	}
	if c.Note != "" {
		all = append(all, "note: "+c.Note)
	}
	if c.URL != "" {
		all = append(all, c.URL)
	}
	return all
}

// Brief returns a text on one line: its name, whom it addresses, its limits and exceptions, and why
// its verdict is not stronger.
func Brief(c *match.Citation) string {
	all := append([]string{Name(c.Citation) + " (" + ForceOf(c) + ")", Addressed(c)}, Limits(c.Citation)...)
	return strings.Join(append(all, Held(c)...), "; ")
}
