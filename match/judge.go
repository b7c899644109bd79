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
		j := judgement{m: m, c: c, subject: subject, id: id, attributions: byVendor[id]}
		out = append(out, j.findings()...)
	}
	return append(out, m.setAside(c, subject, res.Unattributed, byVendor)...)
}

// setAside makes observations of claims that look like a vendor's and are not.
func (m *Matcher) setAside(c *sbom.Component, subject bool, us []vendors.Unattributed, attributed map[vendors.ID][]vendors.Attribution) []Finding {
	var out []Finding
	seen := make(map[string]bool)
	for _, u := range us {
		key := string(u.Vendor) + " " + u.Reason
		if len(attributed[u.Vendor]) > 0 || seen[key] {
			continue
		}
		seen[key] = true
		j := judgement{m: m, c: c, subject: subject, id: u.Vendor}
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
	subject      bool
	id           vendors.ID
	attributions []vendors.Attribution
	tier         vendors.Tier
	holds        []string // why the verdict is held down to review
}

func (j *judgement) finding() Finding {
	c := j.c
	f := Finding{
		Tier: j.tier, Vendor: j.id, VendorName: string(j.id), Attributions: j.attributions,
		Component: Component{
			Ref: c.Ref, Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, PURL: c.PURL,
			CanonicalPURL: vendors.CanonicalPURL(c.PURL, j.id, c.Name, c.Version), Subject: j.subject, Location: c.Location,
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
		j.holds = append(j.holds, "the claims contradict each other: "+other)
	}
	return j.listings()
}

// An outcome is what one entry of the denylist comes to.
type outcome struct {
	verdict Verdict
	reason  Reason
	note    string
	cite    denylist.Citation
}

func (o outcome) citation() Citation {
	c := Citation{Citation: o.cite, Verdict: o.verdict}
	if o.verdict != NoVerdict {
		c.Held = o.note
	}
	return c
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
		case o.verdict != NoVerdict:
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
			f.Citations = append(f.Citations, o.citation())
			f.Note = o.note
		}
		out = append(out, f)
	}
	return out
}

func (j *judgement) applied(os []outcome) Finding {
	sort.SliceStable(os, func(a, b int) bool { return os[a].verdict > os[b].verdict })
	f := j.finding()
	f.Context = j.m.release.ContextFor(j.id)
	f.Note = strings.Join(j.holds, "; ")
	for _, o := range os {
		f.Verdict = max(f.Verdict, o.verdict)
		f.Citations = append(f.Citations, o.citation())
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
	o := outcome{cite: e.Cite(day)}
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
		return observe(NoLonger, "no longer in force on "+string(day)+": "+o.cite.Status)
	case state == denylist.Pending:
		return observe(NotEffective, "not in force on "+string(day)+": "+o.cite.Status)
	case l.Effect == denylist.Supply:
		return observe(SupplySide, "about supply to the vendor, not about buying or using its products")
	case l.Effect == denylist.Subsidy:
		return observe(SubsidyOnly, "about subsidy or authorisation, not about buying or using the product")
	case l.Depth == denylist.Product && !j.subject:
		return observe(OutOfDepth, "does not reach a component inside another product: “"+l.Reach+"”")
	}
	fit, note := fits(&l.Scope, j.c, j.attributions)
	if fit == outside {
		return observe(OutOfScope, note)
	}
	o.cite.Inferred = l.Depth == denylist.NotAddressed && !j.subject
	switch l.Action {
	case denylist.Ban:
		o.verdict = Ban
	case denylist.Exclude, denylist.PhaseOut, denylist.Diversify:
		o.verdict = Exclude
	default:
		o.verdict = Review
	}
	hold := func(why string) { o.verdict, o.note = Review, why }
	switch {
	case len(j.holds) > 0:
		o.verdict = Review
	case state == denylist.Proposed:
		hold("the text is only proposed")
	case !l.Verified || e.Clause != nil && !e.Clause.Verified:
		hold("the words were not verified in the official text")
	case l.Depth == denylist.Essential && !j.subject:
		hold("it reaches only substantial or essential components of other products")
	case fit == open:
		hold(note)
	}
	return o, true
}

// succeeded reports whether another instrument of the release follows this one.
func (m *Matcher) succeeded(id string) bool {
	return slices.ContainsFunc(m.release.Instruments(), func(in *denylist.Instrument) bool { return in.History == id })
}
