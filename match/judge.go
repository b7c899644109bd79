// SPDX-License-Identifier: Apache-2.0

package match

import (
	"slices"
	"sort"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Judge returns the findings and observations on one component. subject says that
// the component is the product itself and not a part of one.
func (m *Matcher) Judge(c *sbom.Component, subject bool) []Finding {
	if subject {
		return m.judge(c, sbom.Subject)
	}
	return m.judge(c, sbom.Part)
}

// judge judges a component. Unplaced means that the document was not read far enough to know
// whether it is the product itself. Neither answer may be assumed: a part would lose the
// listings that reach only products, and a product would get a stronger verdict than what is
// known of it supports. Such a listing is a finding, and held at review.
func (m *Matcher) judge(c *sbom.Component, placement sbom.Placement) []Finding {
	res := m.release.Register().Resolve(m.opts.AsOf, c.Claims)
	if len(res.Attributions)+len(res.Unattributed) == 0 {
		return nil
	}
	byVendor := make(map[vendors.ID][]vendors.Attribution)
	for _, a := range res.Attributions {
		byVendor[a.Vendor] = append(byVendor[a.Vendor], a)
	}
	var ids []vendors.ID
	for id := range byVendor {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var out []Finding
	for _, id := range ids {
		j := judgement{m: m, c: c, placement: placement, id: id, attributions: byVendor[id]}
		out = append(out, j.findings()...)
	}
	return append(out, m.setAside(c, placement, res.Unattributed, byVendor)...)
}

// setAside makes observations of claims that look like a vendor's and are not.
func (m *Matcher) setAside(c *sbom.Component, placement sbom.Placement, us []vendors.Unattributed, attributed map[vendors.ID][]vendors.Attribution) []Finding {
	var out []Finding
	seen := make(map[string]bool)
	for _, u := range us {
		key := string(u.Vendor) + " " + u.Reason
		if len(attributed[u.Vendor]) > 0 || seen[key] {
			continue
		}
		seen[key] = true
		j := judgement{m: m, c: c, placement: placement, id: u.Vendor}
		f := j.finding()
		f.Reason, f.Note = Reason(u.Reason), u.Matched+": "+u.Note
		f.Attributions = []vendors.Attribution{{Vendor: u.Vendor, Claim: u.Claim, Matched: u.Matched, Source: u.Source}}
		out = append(out, f)
	}
	return out
}

// A judgement is on one component and one vendor.
type judgement struct {
	m            *Matcher
	c            *sbom.Component
	placement    sbom.Placement
	id           vendors.ID
	attributions []vendors.Attribution
	tier         vendors.Tier
	holds        []string // why every verdict is held at review
}

func (j *judgement) finding() Finding {
	c := j.c
	f := Finding{
		Tier: j.tier, Vendor: j.id, VendorName: string(j.id), Attributions: j.attributions,
		Component: Component{
			Ref: c.Ref, Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, PURL: c.PURL,
			CanonicalPURL: vendors.CanonicalPURL(c.PURL, j.id, c.Name, c.Version), Subject: j.placement == sbom.Subject, Location: c.Location,
		},
	}
	if v := j.m.release.Register().Vendor(j.id); v != nil {
		f.VendorName = v.Name
	}
	return f
}

func (j *judgement) findings() []Finding {
	for _, a := range j.attributions {
		j.tier = max(j.tier, a.Tier)
	}
	if j.tier == vendors.Mentions {
		f := j.finding()
		f.Reason, f.Note = MentionedOnly, "the vendor is only mentioned; that says nothing about who made the component"
		if !slices.ContainsFunc(j.attributions, func(a vendors.Attribution) bool { return a.Claim.Role != vendors.Author }) {
			f.Reason, f.Note = AuthoredOnly, "somebody of the vendor contributed; that says nothing about who supplies the component"
		}
		return []Finding{f}
	}
	if j.tier == vendors.Resembles {
		j.holds = append(j.holds, "the attribution only resembles the vendor")
	}
	if j.c.Indirect {
		j.holds = append(j.holds, "the component is in the history of another and not in the product itself")
	}
	if other := j.contradiction(); other != "" {
		j.holds = append(j.holds, "the claims contradict each other: "+other+" is named as the maker or supplier")
	}
	return j.listings()
}

// contradiction returns the maker's or supplier's name that another vendor bears,
// if the component was attributed by identifiers only.
func (j *judgement) contradiction() string {
	for _, a := range j.attributions {
		if a.Claim.Role.Makes() {
			return ""
		}
	}
	for _, c := range j.c.Claims {
		if c.Role.Makes() && c.Role != vendors.Distributor && c.Kind == vendors.KindName && !vendors.Placeholder(c.Value) {
			return c.Value
		}
	}
	return ""
}

// An outcome is what one entry of the denylist comes to.
type outcome struct {
	Citation
	reason Reason // of an observation
	note   string // of an observation
}

// listings applies the denylist's entries about the vendor: those that apply make
// one finding, the others one observation for each reason.
func (j *judgement) listings() []Finding {
	var applied []outcome
	observed := make(map[Reason][]outcome)
	for _, e := range j.m.release.ForVendor(j.id) {
		if !j.m.wants(e.Instrument.Jurisdiction) {
			continue
		}
		o, ok := j.apply(e)
		switch {
		case !ok:
		case o.Verdict != NoVerdict:
			applied = append(applied, o)
		default:
			observed[o.reason] = append(observed[o.reason], o)
		}
	}
	var out []Finding
	if len(applied) > 0 {
		out = append(out, j.applied(applied))
	}
	var reasons []Reason
	for r := range observed {
		reasons = append(reasons, r)
	}
	slices.Sort(reasons)
	for _, r := range reasons {
		f := j.finding()
		f.Reason = r
		for _, o := range observed[r] {
			f.Citations = append(f.Citations, o.Citation)
			f.Note = o.note
		}
		out = append(out, f)
	}
	return out
}

func (j *judgement) applied(os []outcome) Finding {
	sort.SliceStable(os, func(a, b int) bool { return os[a].Verdict > os[b].Verdict })
	f := j.finding()
	f.Context = j.m.release.ContextFor(j.id)
	f.Note = strings.Join(j.holds, "; ")
	for _, o := range os {
		f.Verdict = max(f.Verdict, o.Verdict)
		f.Citations = append(f.Citations, o.Citation)
	}
	return f
}

func (m *Matcher) wants(jurisdiction string) bool {
	return len(m.opts.Jurisdictions) == 0 || slices.Contains(m.opts.Jurisdictions, jurisdiction)
}

// apply says what an entry comes to for the component. It returns false if the
// entry has nothing to say: its text did not exist on the day, or it is the history
// of another entry.
func (j *judgement) apply(e denylist.Entry) (outcome, bool) {
	day := j.m.opts.AsOf
	o := outcome{Citation: Citation{Citation: e.Cite(day)}}
	state := e.State(day)
	if state == denylist.Unborn || state == denylist.Ended && j.m.succeeded(e.Instrument.ID) {
		return o, false
	}
	if e.Excluded != nil {
		o.reason, o.note = Reason(e.Excluded.Reason), e.Excluded.Note
		return o, state != denylist.Ended
	}
	l := e.Listing
	observe := func(r Reason, note string) (outcome, bool) {
		o.reason, o.note = r, note
		return o, true
	}
	switch {
	case state == denylist.Ended:
		return observe(NoLonger, "no longer in force on "+string(day)+": "+o.Status)
	case state == denylist.Pending:
		return observe(NotEffective, "not in force on "+string(day)+": "+o.Status)
	case l.Effect == denylist.Supply:
		return observe(SupplySide, "about supply to the vendor, not about buying or using its products")
	case l.Effect == denylist.Subsidy:
		return observe(SubsidyOnly, "about subsidy or authorisation, not about buying or using the product")
	case l.Depth == denylist.Product && j.placement == sbom.Part:
		return observe(OutOfDepth, "does not reach a component inside another product: “"+l.Reach+"”")
	}
	fit, note := fits(&l.Scope, j.c, j.attributions)
	if fit == outside {
		return observe(OutOfScope, note)
	}
	j.weigh(e, fit, note, state, &o.Citation)
	return o, true
}

// weigh gives the citation of a listing that applies its verdict: what the text asks, or
// review for every reason that a person has to settle first.
func (j *judgement) weigh(e denylist.Entry, fit fit, limit string, state denylist.State, c *Citation) {
	l := e.Listing
	verdict := verdictOf(l.Action)
	var held []string
	hold := func(is bool, why string) {
		if is {
			held = append(held, why)
		}
	}
	held = append(held, j.holds...)
	hold(l.Action == denylist.Review, "the text itself asks for a review")
	hold(verdict == Review && l.Action != denylist.Review, "the text warns and asks for nothing more")
	hold(state == denylist.Proposed, "the text is only proposed")
	hold(!l.Verified || e.Clause != nil && !e.Clause.Verified, "the words were not verified in the official text")
	if j.placement != sbom.Subject {
		hold(l.Depth == denylist.Essential, "it reaches only substantial or essential components of other products")
		hold(l.Depth == denylist.Product, "it reaches only the vendor's own products, and the document was not read far enough to know whether the component is one")
	}
	hold(fit == open, limit)
	c.Inferred = l.Depth == denylist.NotAddressed && j.placement != sbom.Subject
	if c.Inferred && len(held) == 0 {
		c.VerdictIfPartsReached = verdict
	}
	hold(c.Inferred, "the text does not say that it reaches components inside other products")
	if c.Verdict = verdict; len(held) > 0 {
		c.Verdict, c.Held = Review, strings.Join(held, "; ")
	}
}

// verdictOf is the verdict for what a text asks.
func verdictOf(a denylist.Action) Verdict {
	switch a {
	case denylist.Ban:
		return Ban
	case denylist.Exclude, denylist.PhaseOut, denylist.Diversify:
		return Exclude
	}
	return Review
}

// Strongest returns the strongest verdict that a listing can come to for any component.
func Strongest(in *denylist.Instrument, l *denylist.Listing) Verdict {
	unverified := func(c denylist.Clause) bool { return c.ID == l.Clause && !c.Verified }
	if in.Force == denylist.Proposal || !l.Verified || slices.ContainsFunc(in.Clauses, unverified) {
		return Review
	}
	return verdictOf(l.Action)
}

// succeeded reports whether another instrument of the release follows this one.
func (m *Matcher) succeeded(id string) bool {
	return slices.ContainsFunc(m.release.Instruments(), func(in *denylist.Instrument) bool { return in.History == id })
}

// A fit says whether a component is within a scope.
type fit uint8

const (
	within fit = iota
	open       // what is known of the component does not settle it
	outside
)

// fits compares a listing's scope with what is known of the component.
func fits(s *denylist.Scope, c *sbom.Component, as []vendors.Attribution) (fit, string) {
	software, hardware, services := kinds(c)
	overlap := s.Software && software || s.Hardware && hardware || s.Services && services
	switch {
	case !software && !hardware && !services:
		if !(s.Software && s.Hardware) {
			return open, "the document does not say what kind of product the component is"
		}
	case !overlap:
		return outside, "about " + scopeWords(s) + "; the component is " + kindWords(software, hardware, services)
	}
	if s.Limit == "" {
		return within, ""
	}
	category := c.Category
	for _, a := range as {
		if category == "" {
			category = a.Category
		}
	}
	switch {
	case category != "" && slices.Contains(s.Settles, category):
		return within, ""
	case category != "" && slices.Contains(s.Outside, category):
		return outside, "limited to “" + s.Limit + "”; the component is recorded as " + category
	}
	return open, "limited to “" + s.Limit + "”, which what is known of the component does not settle"
}

// kinds says what a component is, from its type in CycloneDX or its purpose in SPDX.
// Firmware is a programme in a device: both. All false means not known.
func kinds(c *sbom.Component) (software, hardware, services bool) {
	switch c.Type {
	case "device":
		return false, true, false
	case "firmware":
		return true, true, false
	case "service":
		return false, false, true
	case "application", "framework", "library", "container", "platform", "operating-system", "operating_system", "device-driver",
		"file", "machine-learning-model", "data", "cryptographic-asset", "source", "archive", "install":
		return true, false, false
	}
	if c.PURL != "" && !strings.HasPrefix(c.PURL, "pkg:generic/") {
		return true, false, false // the other types of package URLs name software
	}
	return false, false, false
}

func scopeWords(s *denylist.Scope) string {
	return kindWords(s.Software, s.Hardware, s.Services)
}

func kindWords(software, hardware, services bool) string {
	var w []string
	if software {
		w = append(w, "software")
	}
	if hardware {
		w = append(w, "hardware")
	}
	if services {
		w = append(w, "services")
	}
	switch len(w) {
	case 0:
		return "nothing stated"
	case 1:
		return w[0]
	}
	return strings.Join(w[:len(w)-1], ", ") + " and " + w[len(w)-1]
}
