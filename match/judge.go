// SPDX-License-Identifier: Apache-2.0

package match

import (
	"slices"
	"sort"
	"strings"

	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// MatchComponent returns the findings and observations on one component. subject says that
// the component is the product itself and not a part of one.
func (m *Matcher) MatchComponent(c *sbom.Component, subject bool) []Finding {
	if subject {
		return m.judge(c, sbom.Primary)
	}
	return m.judge(c, sbom.Included)
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
		j := evaluation{m: m, c: c, placement: placement, id: id, attributions: byVendor[id]}
		out = append(out, j.findings()...)
	}
	return append(out, m.exclusionObservations(c, placement, res.Unattributed, byVendor)...)
}

// exclusionObservations makes observations of claims that look like a vendor's and are not.
func (m *Matcher) exclusionObservations(c *sbom.Component, placement sbom.Placement, us []vendors.Unattributed, attributed map[vendors.ID][]vendors.Attribution) []Finding {
	var out []Finding
	seen := make(map[string]bool)
	for _, u := range us {
		key := string(u.Vendor) + " " + string(u.Reason)
		if len(attributed[u.Vendor]) > 0 || seen[key] {
			continue
		}
		seen[key] = true
		j := evaluation{m: m, c: c, placement: placement, id: u.Vendor}
		f := j.finding()
		f.Reason, f.Note = Reason(u.Reason), u.Matched+": "+u.Note
		f.Attributions = []vendors.Attribution{{Vendor: u.Vendor, Claim: u.Claim, Matched: u.Matched, Source: u.Source}}
		out = append(out, f)
	}
	return out
}

// A judgement is on one component and one vendor.
type evaluation struct {
	m            *Matcher
	c            *sbom.Component
	placement    sbom.Placement
	id           vendors.ID
	attributions []vendors.Attribution
	tier         vendors.Tier
	holds        []string // why every verdict is held at review
}

func (j *evaluation) finding() Finding {
	c := j.c
	f := Finding{
		Tier: j.tier, Vendor: j.id, VendorName: string(j.id), Attributions: j.attributions,
		Component: Component{
			Ref: c.Ref, Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, PURL: c.PURL,
			CanonicalPURL: purl.Canonical(c.PURL, string(j.id), c.Name, c.Version), Subject: j.placement == sbom.Primary, Location: c.Location,
		},
	}
	if j.tier <= vendors.Mentions { // a package URL of the vendor would say that the vendor made the component
		f.Component.CanonicalPURL = purl.Canonical(c.PURL, "", "", "")
	}
	if v := j.m.release.Register().Vendor(j.id); v != nil {
		f.VendorName = v.Name
	}
	return f
}

func (j *evaluation) findings() []Finding {
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
	if j.c.Pedigree {
		j.holds = append(j.holds, "the component is in the history of another and not in the product itself")
	}
	if other := j.contradiction(); other != "" {
		j.holds = append(j.holds, "the claims contradict each other: "+other)
	}
	return j.listings()
}

// An outcome is what one entry of the denylist comes to.
type outcome struct {
	Citation
	reason Reason // of an observation
	note   string // of an observation
}

// listings applies the denylist's entries about the vendor: those that apply make
// one finding, the others one observation for each reason.
func (j *evaluation) listings() []Finding {
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

func (j *evaluation) applied(os []outcome) Finding {
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
func (j *evaluation) apply(e denylist.Entry) (outcome, bool) {
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
	case l.Depth == denylist.Product && j.placement == sbom.Included:
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
func (j *evaluation) weigh(e denylist.Entry, fit fit, limit string, state denylist.State, c *Citation) {
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
	if j.placement != sbom.Primary {
		hold(l.Depth == denylist.Essential, "it reaches only substantial or essential components of other products")
		hold(l.Depth == denylist.Product, "it reaches only the vendor's own products, and the document was not read far enough to know whether the component is one")
	}
	hold(fit == open, limit)
	c.Inferred = l.Depth == denylist.NotAddressed && j.placement != sbom.Primary
	if c.Inferred && len(held) == 0 {
		c.VerdictIfPartsReached = verdict
	}
	hold(c.Inferred, "the text does not say that it reaches components inside other products")
	if c.Verdict = verdict; len(held) > 0 {
		c.Verdict, c.CappedBy = Review, strings.Join(held, "; ")
	}
}

// verdictOf is the verdict for what a text asks.
func verdictOf(a denylist.Action) Verdict {
	switch a {
	case "":
		return NoVerdict
	case denylist.Ban:
		return Ban
	case denylist.Exclude, denylist.PhaseOut, denylist.Diversify:
		return Exclude
	}
	return Review
}

// Strongest returns the strongest verdict that a listing can come to for any component, on
// whatever day. It is [NoVerdict] for a listing that is about supply to the vendor or about
// subsidy, which makes observations only.
func Strongest(in *denylist.Instrument, l *denylist.Listing) Verdict {
	return verdictOf(denylist.Entry{Instrument: in, Listing: l}.Strongest())
}

// StrongestOn is [Strongest] on a day: [NoVerdict] for a listing that does not exist yet, is not
// yet in force or no longer is.
func StrongestOn(in *denylist.Instrument, l *denylist.Listing, day vendors.Date) Verdict {
	return verdictOf(denylist.Entry{Instrument: in, Listing: l}.StrongestOn(day))
}

// Strongest returns the strongest verdict that the Matcher can give a component, whatever the
// document says. With [NoVerdict], no listing of the release applies on the as-of day in the
// jurisdictions that were asked for: nothing could be found, and every document is at least
// [Inconclusive].
func (m *Matcher) Strongest() Verdict { return m.strongest }

// strongestListing goes through the listings for [Matcher.Strongest].
func (m *Matcher) strongestListing() Verdict {
	strongest := NoVerdict
	for _, in := range m.release.Instruments() {
		if !m.wants(in.Jurisdiction) {
			continue
		}
		for i := range in.Listings {
			strongest = max(strongest, StrongestOn(in, &in.Listings[i], m.opts.AsOf))
		}
	}
	return strongest
}

// succeeded reports whether another instrument of the release follows this one.
func (m *Matcher) succeeded(id string) bool {
	return slices.ContainsFunc(m.release.Instruments(), func(in *denylist.Instrument) bool { return in.History == id })
}
