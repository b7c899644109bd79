// SPDX-License-Identifier: Apache-2.0

package match

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// MatchComponent returns the findings and observations on one component. primary means that
// the component is the product itself and not a part of one. Only the component's Claims are
// matched, and not its Name, PURL or other fields, so a component has to be made with
// [sbom.NewComponent] or come from a document: one that has no claims, or a claim with an
// unknown role or kind, is an [ErrNoClaims], because nothing could be found in it.
func (m *Matcher) MatchComponent(c *sbom.Component, primary bool) ([]Finding, error) {
	if err := checkClaims(c.Claims); err != nil {
		return nil, err
	}
	if primary {
		return m.evaluate(c, sbom.Primary, true), nil
	}
	return m.evaluate(c, sbom.Included, false), nil
}

// checkClaims returns an error if there is a claim that no rule can ever match, or no claim.
func checkClaims(claims []vendors.Claim) error {
	if len(claims) == 0 {
		return ErrNoClaims
	}
	for i, c := range claims {
		if c.Role.Cap() == vendors.NoTier && c.Role != vendors.SBOMAuthor {
			return fmt.Errorf("%w: claim %d has the role %q; expected one such as vendors.Supplier", ErrNoClaims, i, c.Role)
		}
		if !knownKind(c.Kind) {
			return fmt.Errorf("%w: claim %d has the kind %q; expected one such as vendors.KindName", ErrNoClaims, i, c.Kind)
		}
	}
	return nil
}

func knownKind(k vendors.Kind) bool {
	switch k {
	case vendors.KindName, vendors.KindGroup, vendors.KindProduct, vendors.KindText, vendors.KindPURL, vendors.KindCPE, vendors.KindURL,
		vendors.KindEmail, vendors.KindRegID, vendors.KindGUID, vendors.KindFingerprint, vendors.KindCertificate, vendors.KindOUI, vendors.KindPEN,
		vendors.KindPCI, vendors.KindUSB, vendors.KindPNP, vendors.KindACPI, vendors.KindBluetooth, vendors.KindDeviceTree:
		return true
	}
	return false
}

// evaluate returns the findings and observations on a component. [sbom.Unresolved] means that
// the document was not read far enough to know whether the component is the product itself.
// Neither answer may be assumed: a part would lose the listings that reach only products, and a
// product would get a stronger verdict than is justified. Such a listing leads to a finding
// that is capped at review.
//
// only means that the component is the only product that its document describes.
func (m *Matcher) evaluate(c *sbom.Component, placement sbom.Placement, only bool) []Finding {
	res := m.release.Register().Resolve(m.opts.AsOf, c.Claims)
	if len(res.Attributions)+len(res.Unattributed) == 0 {
		return nil
	}
	byVendor := make(map[vendors.ID][]vendors.Attribution)
	for _, a := range res.Attributions {
		byVendor[a.Vendor] = append(byVendor[a.Vendor], a)
	}
	var out []Finding
	for _, id := range slices.Sorted(maps.Keys(byVendor)) {
		e := evaluation{m: m, c: c, placement: placement, only: only, id: id, attributions: byVendor[id]}
		out = append(out, e.findings()...)
	}
	return append(out, m.exclusionObservations(c, placement, res.Unattributed, byVendor)...)
}

// exclusionObservations returns observations on claims that resemble a vendor and that the
// register excludes.
func (m *Matcher) exclusionObservations(c *sbom.Component, placement sbom.Placement, us []vendors.Unattributed, attributed map[vendors.ID][]vendors.Attribution) []Finding {
	var out []Finding
	seen := make(map[string]bool)
	for _, u := range us {
		key := string(u.Vendor) + " " + string(u.Reason)
		if len(attributed[u.Vendor]) > 0 || seen[key] {
			continue
		}
		seen[key] = true
		e := evaluation{m: m, c: c, placement: placement, id: u.Vendor}
		f := e.finding()
		f.Reason, f.Note = Reason(u.Reason), u.Matched+": "+u.Note
		f.Attributions = []vendors.Attribution{{Vendor: u.Vendor, Claim: u.Claim, Matched: u.Matched, Source: u.Source}}
		out = append(out, f)
	}
	return out
}

// An evaluation applies the listings of one vendor to one component.
type evaluation struct {
	m            *Matcher
	c            *sbom.Component
	placement    sbom.Placement
	only         bool // it is the only product of the document
	id           vendors.ID
	attributions []vendors.Attribution
	tier         vendors.Tier
	caps         []string // why no verdict is stronger than review
}

func (e *evaluation) finding() Finding {
	c := e.c
	f := Finding{
		Tier: e.tier, Vendor: Vendor{e.id, string(e.id)}, Attributions: e.attributions,
		Component: componentOf(c, e.placement),
	}
	f.Component.CanonicalPURL = purl.Canonical(c.PURL, string(e.id), c.Name, c.Version)
	if e.tier <= vendors.Mentions { // a package URL of the vendor would say that the vendor made the component
		f.Component.CanonicalPURL = purl.Canonical(c.PURL, "", "", "")
	}
	if v := e.m.release.Register().Vendor(e.id); v != nil {
		f.Vendor.Name = v.Name
	}
	return f
}

func componentOf(c *sbom.Component, placement sbom.Placement) Component {
	return Component{Ref: c.Ref, Type: c.Type, Group: c.Group, Name: c.Name, Version: c.Version, PURL: c.PURL,
		Primary: placement == sbom.Primary, Location: c.Location}
}

func (e *evaluation) findings() []Finding {
	for _, a := range e.attributions {
		e.tier = max(e.tier, a.Tier)
	}
	if e.tier == vendors.Mentions {
		f := e.finding()
		f.Reason, f.Note = MentionedOnly, "the vendor is only mentioned; that says nothing about who made the component"
		if !slices.ContainsFunc(e.attributions, func(a vendors.Attribution) bool { return a.Claim.Role != vendors.Author }) {
			f.Reason, f.Note = AuthoredOnly, "somebody of the vendor contributed; that says nothing about who supplies the component"
		}
		return []Finding{f}
	}
	if e.tier == vendors.Resembles {
		e.caps = append(e.caps, "the attribution only resembles the vendor")
	}
	if e.c.Pedigree {
		e.caps = append(e.caps, "the component is in the history of another and not in the product itself")
	}
	if other := e.contradiction(); other != "" {
		e.caps = append(e.caps, "the claims contradict each other: "+other)
	}
	return e.listings()
}

// An outcome is the effect of one entry of the denylist on a component.
type outcome struct {
	Citation
	from   vendors.Date // of the listing
	reason Reason       // of an observation
	note   string       // of an observation
	// undecided: a text in force that binds the buyer may cover the vendor by a criterion or a list
	undecided bool
}

// inOrder is the order of the citations of a finding, see [Citation].
func (o *outcome) inOrder(p *outcome) int {
	return cmp.Or(trueFirst(o.speaks(), p.speaks()), trueFirst(o.Binds(), p.Binds()),
		trueFirst(o.Speaks == denylist.Binds, p.Speaks == denylist.Binds), cmp.Compare(p.Verdict, o.Verdict), cmp.Compare(o.from, p.from))
}

// speaks reports whether the text is known to speak to the buyer.
func (o *outcome) speaks() bool { return o.Speaks != "" && o.Speaks != denylist.UnknownRelation }

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

// listings applies the denylist's entries about the vendor: those that apply make
// one finding, the others observations.
func (e *evaluation) listings() []Finding {
	entries := e.m.release.ForVendor(e.id)
	if len(entries) == 0 {
		f := e.finding()
		f.Context = e.context()
		f.Reason, f.Note = NoListing, "the vendor is in the register, and no text of the denylist is about it"
		if len(f.Context) > 0 {
			f.Note = "the vendor is in the register, and no text of the denylist lists it; there are other facts about it"
		}
		return []Finding{f}
	}
	var applied []outcome
	var observed []outcome
	for _, entry := range entries {
		if !e.m.opts.wants(entry.Instrument.Jurisdiction) {
			continue
		}
		o, ok := e.apply(entry.On(e.m.opts.AsOf))
		switch {
		case !ok:
		case o.Verdict != NoVerdict:
			applied = append(applied, o)
		default:
			observed = append(observed, o)
		}
	}
	var out []Finding
	if len(applied) > 0 {
		out = append(out, e.applied(applied))
	}
	for _, f := range e.observed(observed) {
		// Where a finding asks a person to decide on the vendor anyway, nothing is left undecided.
		f.undecided = f.undecided && len(applied) == 0 && e.tier >= vendors.Resembles
		out = append(out, f)
	}
	return out
}

// observed returns the observations of the listings and excluded entries that do not apply: one for
// each reason. If their notes differ, each citation has its own, so that no note is about a text of
// which it is not true. Of texts that speak to others each citation tells to whom anyway.
func (e *evaluation) observed(os []outcome) []Finding {
	byReason := make(map[Reason][]outcome)
	for _, o := range os {
		byReason[o.reason] = append(byReason[o.reason], o)
	}
	var out []Finding
	for _, r := range slices.Sorted(maps.Keys(byReason)) {
		f := e.finding()
		f.Context = e.context()
		f.Reason, f.Note = r, byReason[r][0].note
		differ := slices.ContainsFunc(byReason[r], func(o outcome) bool { return o.note != f.Note })
		for _, o := range byReason[r] {
			if differ && r != OtherAddressee {
				o.CappedBy = o.note
			}
			f.Citations = append(f.Citations, o.Citation)
			f.undecided = f.undecided || o.undecided
		}
		switch {
		case differ && r == OtherAddressee:
			f.Note = "addressed to others than the buyer; each citation tells to whom"
		case differ:
			f.Note = "for different reasons; each citation tells its own"
		}
		out = append(out, f)
	}
	return out
}

// applied returns the finding of the listings that apply.
func (e *evaluation) applied(os []outcome) Finding {
	slices.SortStableFunc(os, func(a, b outcome) int { return a.inOrder(&b) })
	f := e.finding()
	f.Context = e.context()
	f.Note = strings.Join(e.caps, "; ")
	for _, o := range os {
		f.Verdict = max(f.Verdict, o.Verdict)
		f.Citations = append(f.Citations, o.Citation)
	}
	return f
}

// context returns the other facts about the vendor that were public on the as-of day.
func (e *evaluation) context() []denylist.Context {
	all := e.m.release.ContextFor(e.id) // in the order of their dates
	n := len(all)
	for n > 0 && all[n-1].Date > e.m.opts.AsOf {
		n--
	}
	return all[:n:n]
}

// apply returns the effect of an entry on the component, as a citation with a verdict or as an
// observation. It returns false if the entry has no effect at all: its text did not exist on the
// day, or another instrument replaced it.
func (e *evaluation) apply(entry denylist.Entry) (outcome, bool) {
	day := e.m.opts.AsOf
	state := entry.State(day)
	if state == denylist.Unborn || state == denylist.Ended && e.m.succeeded(entry.Instrument.ID) {
		return outcome{}, false
	}
	o := outcome{Citation: Citation{Citation: e.m.cite(entry), Speaks: e.m.opts.speaks(entry)}}
	if entry.Excluded != nil {
		o.from = entry.Excluded.Public
		if name := e.product(entry.Excluded); name != "" {
			return e.applyProduct(name, state, o)
		}
		o.reason, o.note = Reason(entry.Excluded.Reason), entry.Excluded.Note
		o.undecided = entry.Excluded.Open() && state == denylist.InForce && bindsBuyer(o.Binding, o.Speaks)
		return o, state != denylist.Ended
	}
	l := entry.Listing
	o.from = l.From
	observe := func(r Reason, note string) (outcome, bool) {
		o.reason, o.note = r, note
		return o, true
	}
	switch {
	case e.m.opts.Buyer != nil && o.Speaks == "":
		return observe(OtherAddressee, "addressed to others than the buyer: "+o.Addressees)
	case state == denylist.Ended:
		return observe(NoLonger, "no longer in force on "+string(day)+": "+o.Status)
	case state == denylist.Pending:
		return observe(NotEffective, "not in force on "+string(day)+": "+o.Status)
	case l.Effect == denylist.Supply:
		return observe(SupplySide, "about supply to the vendor, not about buying or using its products")
	case l.Effect == denylist.Subsidy && !bindsBuyer(o.Binding, o.Speaks):
		return observe(SubsidyOnly, "about subsidy or authorisation, not about buying or using the product")
	case l.Depth == denylist.Product && e.placement == sbom.Included:
		return observe(OutOfDepth, "does not reach a component inside another product: “"+l.Reach+"”")
	}
	fit, note, settledBy := e.fits(&l.Scope)
	if fit == outside {
		return observe(OutOfScope, note)
	}
	o.SettledBy = settledBy
	// The name alone, which the bidder chooses, clears nobody.
	if words := e.exceptedName(&l.Scope); words != "" {
		excepted := "the text excepts it by its name, to be confirmed: “" + words + "”"
		if fit == open {
			excepted += "; " + note
		}
		fit, note = open, excepted
	}
	e.weigh(entry, fit, note, state, &o.Citation)
	return o, true
}

// weigh sets the verdict of a listing that applies: what the text asks, or review if there is a
// question that a person has to settle first.
func (e *evaluation) weigh(entry denylist.Entry, fit fit, limit string, state denylist.State, c *Citation) {
	l := entry.Listing
	verdict := verdictFor(l.Action)
	caps := slices.Clone(e.caps)
	capIf := func(is bool, why string) {
		if is {
			caps = append(caps, why)
		}
	}
	capIf(l.Effect == denylist.Subsidy, "the text restricts what subsidies may pay for, and does not ban the product")
	capIf(c.OnlyLists(), "the text lists the vendor and asks for nothing by itself")
	capIf(l.Action == denylist.Review && !c.OnlyLists(), "the text itself asks for a review")
	capIf(verdict == Review && l.Action != denylist.Review, "the text warns and asks for nothing more")
	capIf(state == denylist.Proposed, "the text is only proposed")
	capIf(!l.Verified || entry.Clause != nil && !entry.Clause.Verified, "the words were not verified in the official text")
	if e.placement != sbom.Primary {
		capIf(l.Depth == denylist.Essential, "it reaches only substantial or essential components of other products")
		capIf(l.Depth == denylist.Product, "it reaches only the vendor's own products, and the document was not read far enough to know whether the component is one")
	}
	capIf(fit == open, limit)
	c.Inferred = l.Depth == denylist.NotAddressed && e.placement != sbom.Primary
	if c.Inferred && len(caps) == 0 {
		c.VerdictIfPartsReached = verdict
	}
	capIf(c.Inferred, "the text does not say that it reaches components inside other products")
	if c.Verdict = verdict; len(caps) > 0 {
		c.Verdict, c.CappedBy = Review, strings.Join(caps, "; ")
	}
}

// Strongest returns the strongest verdict that a listing can lead to for any component under the
// options. With an empty AsOf it is that of any day. It is [NoVerdict] for a listing of another
// jurisdiction, one of a text that speaks to others than the buyer, one that is not in force on
// the day, and one about supply to the vendor, which leads to observations only. A listing about
// subsidies leads to [Review] for a buyer whom its text binds, and to observations for others.
func (o *Options) Strongest(in *denylist.Instrument, l *denylist.Listing) Verdict {
	entry := denylist.Entry{Instrument: in, Listing: l}
	speaks := o.speaksOn(entry)
	if !o.wants(in.Jurisdiction) || o.Buyer != nil && !slices.ContainsFunc(speaks, func(relation string) bool { return relation != "" }) {
		return NoVerdict
	}
	if l.Effect == denylist.Subsidy {
		state := entry.State(o.AsOf)
		binds := slices.ContainsFunc(speaks, func(relation string) bool { return bindsBuyer(in.Binding, relation) })
		if binds && (o.AsOf == "" || state == denylist.InForce || state == denylist.Proposed) {
			return Review
		}
		return NoVerdict
	}
	action := entry.Strongest()
	if o.AsOf != "" {
		action = entry.StrongestOn(o.AsOf)
	}
	if action == "" {
		return NoVerdict
	}
	return verdictFor(action)
}

// bindsBuyer reports whether a text with this relation to the buyer lays a duty on the buyer or on
// those who supply it.
func bindsBuyer(binding bool, speaks string) bool {
	return binding && (speaks == denylist.Binds || speaks == denylist.BindsBidders || speaks == denylist.ThroughContract)
}

// wants reports whether the options include listings of a jurisdiction.
func (o *Options) wants(jurisdiction string) bool {
	return len(o.Jurisdictions) == 0 || slices.Contains(o.Jurisdictions, jurisdiction)
}

// speaks returns the relation of a text to the buyer, or "" without a buyer.
func (o *Options) speaks(entry denylist.Entry) string {
	if o.Buyer == nil {
		return ""
	}
	return o.Buyer.RelationTo(entry)
}

// speaksOn returns the relations of a listing to the buyer: that of its words on the as-of day, or
// those of all its editions without one.
func (o *Options) speaksOn(entry denylist.Entry) []string {
	if o.AsOf != "" {
		return []string{o.speaks(entry.On(o.AsOf))}
	}
	all := []string{o.speaks(entry)}
	for i := range entry.Listing.Editions {
		all = append(all, o.speaks(entry.On(entry.Listing.Editions[i].From)))
	}
	return all
}

// Strongest returns the strongest verdict that the Matcher can give a component, whatever the
// document contains. A text that names a product leads to [Review] for that product. With
// [NoVerdict], no listing of the release applies on the as-of day in the jurisdictions that were
// asked for and speaks to the buyer, if there is one: nothing could be found, and every document is
// at least [Inconclusive].
func (m *Matcher) Strongest() Verdict { return m.strongest }

// SpeaksOnlyToPublic reports whether all listings and excluded entries that count for the buyer of
// the screening are in texts that advise the public, so that no text of the release speaks to the
// buyer in particular. It is false without a buyer, and if no listing counts, see [Matcher.Strongest].
func (m *Matcher) SpeaksOnlyToPublic() bool {
	return m.opts.Buyer != nil && m.strongest != NoVerdict && !m.toBuyer
}

// succeeded reports whether another instrument of the release replaced this one.
func (m *Matcher) succeeded(id string) bool {
	return slices.ContainsFunc(m.release.Instruments(), func(in *denylist.Instrument) bool { return in.History == id })
}

// cite returns the citation of an entry on the as-of day. All findings share it.
func (m *Matcher) cite(entry denylist.Entry) *denylist.Citation {
	id := ""
	switch {
	case entry.Listing != nil:
		id = entry.Listing.ID
	case entry.Excluded != nil:
		id = entry.Excluded.ID
	}
	if c, ok := m.cited.Load(id); ok {
		return c.(*denylist.Citation)
	}
	c := entry.CiteIn(m.opts.AsOf, m.opts.Language)
	shared, _ := m.cited.LoadOrStore(id, &c)
	return shared.(*denylist.Citation)
}
