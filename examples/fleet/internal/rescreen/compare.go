// SPDX-License-Identifier: Apache-2.0

// Package rescreen applies a new release to documents that were screened with an older one. It
// screens again only those documents of which the result can differ, and signs for all others a
// statement that their records are also right under the new release.
//
// The result for a document depends on a release in three ways only, so that the claims of a
// document decide whether it is affected:
//
//   - The register attributes a claim by itself to vendors. What the other claims of a component
//     change about that (a second field with a common name, another maker) depends on those
//     attributions and on the claims, and not on the register. A claim that neither register may
//     match has no part in it.
//   - The denylist has texts about a vendor. They count only for components with an attribution to
//     the vendor that is more than a mention.
//   - If no listing of the release can lead to a verdict, each record has a gap.
//
// Links between documents lead to nothing outside of the file that was submitted, and its claims are
// those of all documents in it. The head of a record (the denylist, the options, the buyer and the
// notices about the whole screening) is that of the screening; see [Statement].
package rescreen

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// A Cause is why the results for documents with a claim can differ.
type Cause string

// The causes.
const (
	// Same: the results are equal.
	Same Cause = ""
	// Attribution: the registers attribute the claim differently.
	Attribution Cause = "attribution"
	// Denylist: the denylists have different texts about a vendor of the claim, or the texts have
	// another status or relation to the buyer.
	Denylist Cause = "denylist"
	// Presence: a claim that is attributed to nobody is left out under one of the registers, and
	// not under the other one. It can contradict other claims.
	Presence Cause = "presence"
)

// A Comparer compares what two screenings make of claims. It is not safe for concurrent use.
type Comparer struct {
	before, after view
	all           string
}

// A view is one of two screenings.
type view struct {
	m       *match.Matcher
	opts    match.Options
	effects map[vendors.ID]string // see effect
}

// NewComparer returns a comparer of two screenings.
func NewComparer(before, after *match.Matcher) (*Comparer, error) {
	c := &Comparer{before: newView(before), after: newView(after)}
	a, b := &c.before.opts, &c.after.opts
	if a.RequireIdentity != b.RequireIdentity || a.Language != b.Language || a.MaxFindings != b.MaxFindings || !slices.Equal(a.Purpose, b.Purpose) {
		return nil, fmt.Errorf("the screenings differ in other options than the release, the day, the jurisdictions and the buyer")
	}
	switch match.NoVerdict {
	case before.Strongest():
		c.all = "no listing of the earlier screening applies, which each record says"
	case after.Strongest():
		c.all = "no listing of the new screening applies, which each record has to say"
	}
	return c, nil
}

func newView(m *match.Matcher) view {
	return view{m, m.Options(), make(map[vendors.ID]string)}
}

// All returns why the results for all documents differ, or "".
func (c *Comparer) All() string { return c.all }

// A head is what a record has about its screening.
type head struct {
	Denylist evidence.Denylist `json:"denylist"`
	Notices  []notice          `json:"notices,omitempty"`
}

// A notice is one about the whole screening, as records have them.
type notice struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// headOf returns what records under a screening have about it.
func headOf(m *match.Matcher) head {
	r := evidence.New(m, "fleet", match.Ban)
	h := head{Denylist: r.Denylist}
	for _, n := range r.Notices {
		h.Notices = append(h.Notices, notice{string(n.Kind), n.Message})
	}
	return h
}

// Compare returns why the results for documents with a claim can differ, and for which vendor; Same
// if they do not differ because of the claim. The vendor is "" for Presence.
func (c *Comparer) Compare(role, kind, value string) (Cause, vendors.ID) {
	claim := vendors.Claim{Role: vendors.Role(role), Kind: vendors.Kind(kind), Value: value}
	may, mayNow := c.before.mayMatch(&claim), c.after.mayMatch(&claim)
	if !may && !mayNow {
		return Same, ""
	}
	was, now := c.before.resolve(claim), c.after.resolve(claim)
	if v, differs := attributedDifferently(&was, &now); differs {
		return Attribution, v
	}
	if len(was.Attributions)+len(was.Unattributed) == 0 {
		if may != mayNow && presenceMatters(&claim) {
			return Presence, ""
		}
		return Same, ""
	}
	for i := range was.Attributions {
		a := &was.Attributions[i]
		if c.nameOf(a.Vendor) {
			return Denylist, a.Vendor
		}
		// A mention leads to an observation without texts. It stays one in any component: only a common
		// name can get a greater tier by other claims.
		if a.Tier <= vendors.Mentions && a.Rule != vendors.RuleNameCommon {
			continue
		}
		if c.before.effect(a.Vendor) != c.after.effect(a.Vendor) {
			return Denylist, a.Vendor
		}
	}
	for i := range was.Unattributed {
		if v := was.Unattributed[i].Vendor; c.nameOf(v) {
			return Denylist, v
		}
	}
	return Same, ""
}

// presenceMatters reports whether a claim that is attributed to nobody can change what is made of
// other claims of its component, and whether readers leave it out under a register that cannot match it,
// see Keep of sbom.Document. Readers never leave out the names of makers. Identifiers are left out
// only if a component has many. Other names and texts change nothing, except the model of a device.
func presenceMatters(c *vendors.Claim) bool {
	switch c.Kind {
	case vendors.KindName, vendors.KindText, vendors.KindEmail:
		return false
	case vendors.KindProduct:
		return c.Role == vendors.Reference
	}
	return true
}

func (v *view) mayMatch(c *vendors.Claim) bool {
	return v.m.Release().Register().MayMatch(c.Role, c.Kind, []byte(c.Value))
}

func (v *view) resolve(c vendors.Claim) vendors.Resolution {
	return v.m.Release().Register().Resolve(v.opts.AsOf, []vendors.Claim{c})
}

// attributedDifferently returns the first vendor that two resolutions of a claim differ about.
func attributedDifferently(a, b *vendors.Resolution) (vendors.ID, bool) {
	for i := range max(len(a.Attributions), len(b.Attributions)) {
		switch {
		case i >= len(a.Attributions):
			return b.Attributions[i].Vendor, true
		case i >= len(b.Attributions), a.Attributions[i] != b.Attributions[i]:
			return a.Attributions[i].Vendor, true
		}
	}
	for i := range max(len(a.Unattributed), len(b.Unattributed)) {
		switch {
		case i >= len(a.Unattributed):
			return b.Unattributed[i].Vendor, true
		case i >= len(b.Unattributed), a.Unattributed[i] != b.Unattributed[i]:
			return a.Unattributed[i].Vendor, true
		}
	}
	return "", false
}

// nameOf reports whether a vendor has different names.
func (c *Comparer) nameOf(id vendors.ID) bool { return c.before.name(id) != c.after.name(id) }

func (v *view) name(id vendors.ID) string {
	if x := v.m.Release().Register().Vendor(id); x != nil {
		return x.Name
	}
	return ""
}

// An entryEffect is all of an entry of the denylist that decides what it does to a component, and
// what a record says about it.
type entryEffect struct {
	Citation       denylist.Citation
	State          denylist.State
	Day            vendors.Date // if the record tells it
	Speaks         string
	Other          bool // it speaks to others than the buyer
	From           vendors.Date
	Verified, Text bool
	Reach          string
	Excluded       string // the reason
}

// effect returns a text that is equal for screenings with equal effects on components of a vendor.
func (v *view) effect(id vendors.ID) string {
	if text, ok := v.effects[id]; ok {
		return text
	}
	r := v.m.Release()
	entries := r.ForVendor(id)
	var all []entryEffect
	for _, e := range entries {
		if !v.wants(e.Instrument) {
			continue
		}
		if x, ok := v.entry(e.On(v.opts.AsOf)); ok {
			all = append(all, x)
		}
	}
	context := r.ContextFor(id) // later facts are not in a record
	context = slices.DeleteFunc(slices.Clone(context), func(c denylist.Context) bool { return c.Date > v.opts.AsOf })
	text, err := json.Marshal([]any{len(entries) == 0, all, context})
	if err != nil {
		panic("rescreen: internal error: " + err.Error()) // what is in a release can be marshaled
	}
	v.effects[id] = string(text)
	return v.effects[id]
}

func (v *view) wants(in *denylist.Instrument) bool {
	return len(v.opts.Jurisdictions) == 0 || slices.Contains(v.opts.Jurisdictions, in.Jurisdiction)
}

// entry returns the effect of an entry. It reports false if the entry has no effect at all. The
// cases are those of package match.
func (v *view) entry(e denylist.Entry) (x entryEffect, ok bool) {
	day := v.opts.AsOf
	x = entryEffect{State: e.State(day), Text: e.Clause == nil || e.Clause.Verified}
	if x.State == denylist.Unborn || x.State == denylist.Ended && (e.Excluded != nil || v.succeeded(e.Instrument.ID)) {
		return x, false
	}
	x.Citation = e.Cite(day)
	if b := v.opts.Buyer; b != nil {
		x.Speaks = b.RelationTo(e)
	}
	if e.Excluded != nil {
		x.Excluded = e.Excluded.Reason
		return x, true
	}
	x.From, x.Verified, x.Reach = e.Listing.From, e.Listing.Verified, e.Listing.Reach
	other := v.opts.Buyer != nil && x.Speaks == ""
	x.Other = other
	if !other && (x.State == denylist.Ended || x.State == denylist.Pending) {
		x.Day = day
	}
	return x, true
}

// succeeded reports whether another instrument of the release replaced this one.
func (v *view) succeeded(id string) bool {
	return slices.ContainsFunc(v.m.Release().Instruments(), func(in *denylist.Instrument) bool { return in.History == id })
}

// always reports whether a document has to be screened again under each new release: it was not read
// to its end, or not all its claims are known.
func always(d *table.Document) bool {
	return d.Error != "" || d.Crashed || !d.Indexed
}
