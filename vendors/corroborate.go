// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
)

// The tier of a claim can depend on the other claims of the component. A hostile document has many
// claims, so nothing here compares each claim with each other claim.

// A claimKey identifies a claim.
type claimKey struct {
	kind     Kind
	value    string
	location Location
}

func keyOf(c *Claim) claimKey { return claimKey{c.Kind, c.Value, c.Location} }

// declarations contains two claims that declare each vendor. At least one of them is another claim
// than any given one.
type declarations map[ID][]claimKey

func (s declarations) add(a *Attribution) {
	if a.Tier < Declared || a.Rule == RuleNameCommon {
		return
	}
	if key, old := keyOf(&a.Claim), s[a.Vendor]; len(old) < 2 && !slices.Contains(old, key) {
		s[a.Vendor] = append(old, key)
	}
}

// hasOther reports whether another claim than that of the attribution declares the vendor.
func (s declarations) hasOther(a *Attribution) bool {
	key := keyOf(&a.Claim)
	return slices.ContainsFunc(s[a.Vendor], func(k claimKey) bool { return k != key })
}

// corroborate raises the tier of common names if there is independent evidence of the same vendor:
// another claim that declares it, or a second field of a device with its name.
func (r *resolver) corroborate(claims []Claim) {
	as := r.out.Attributions
	if !slices.ContainsFunc(as, func(a Attribution) bool { return a.Rule == RuleNameCommon }) {
		return
	}
	second := make(declarations)
	for i := range as {
		second.add(&as[i])
	}
	d := deviceOf(claims, as)
	for i := range as {
		if a := &as[i]; a.Rule == RuleNameCommon && (second.hasOther(a) || a.Claim.Role.IsOrigin() && d.hasSecondField(a)) {
			a.Tier, a.Rule, a.Caveat = min(Declared, a.Claim.Role.Cap()), RuleName, ""
			second.add(a)
		}
	}
}

// A device contains the fields of a device. Only what a device reports and bills of materials about
// devices have claims about models, as references.
type device struct {
	isDevice bool
	models   map[string]bool // how the models start: all their words but the last, and fewer
	roles    map[ID][]Role   // the roles in which a common name names each vendor
}

// maxModelWords bounds the words of a model that are compared. No vendor has a name with as many.
const maxModelWords = 16

func deviceOf(claims []Claim, as []Attribution) device {
	d := device{models: make(map[string]bool), roles: make(map[ID][]Role)}
	for i := range claims {
		c := &claims[i]
		if c.Role != Reference || c.Kind != KindProduct {
			continue
		}
		d.isDevice = true
		model := names.AppendTokens(nil, c.Value)
		for end, words := 0, 0; words < maxModelWords; words++ {
			next := bytes.IndexByte(model[end:], ' ')
			if next < 0 {
				break
			}
			d.models[string(model[:end+next])] = true
			end += next + 1
		}
	}
	for i := range as {
		if a := &as[i]; a.Rule == RuleNameCommon && a.Claim.Role.IsOrigin() && !slices.Contains(d.roles[a.Vendor], a.Claim.Role) {
			d.roles[a.Vendor] = append(d.roles[a.Vendor], a.Claim.Role)
		}
	}
	return d
}

// hasSecondField reports whether two fields of a device have the common name of a vendor: the brand
// and the manufacturer, or one of them and a model that starts with the name.
func (d *device) hasSecondField(a *Attribution) bool {
	if !d.isDevice {
		return false
	}
	return d.models[names.Fold(a.Claim.Value)] || slices.ContainsFunc(d.roles[a.Vendor], func(r Role) bool { return r != a.Claim.Role })
}

// demote lowers attributions by the name of a product to mentions if the component is a package of
// a library, or if the name only starts with that of a product and another maker is named.
func (r *resolver) demote(claims []Claim) {
	as := r.out.Attributions
	byName := func(a *Attribution) bool {
		return (a.Rule == RuleProduct || a.Rule == RuleProductStart) && a.Claim.Role == Mention && a.Tier > Mentions
	}
	if !slices.ContainsFunc(as, func(a Attribution) bool { return byName(&a) }) {
		return
	}
	library := slices.ContainsFunc(claims, func(c Claim) bool {
		if c.Kind != KindPURL || c.Role != Namespace {
			return false
		}
		p, _, ok := purl.ParseTolerant(c.Value)
		return ok && packageTypes[p.Type]
	})
	m := makersOf(claims, as)
	for i := range as {
		switch a := &as[i]; {
		case !byName(a):
		case a.Rule == RuleProductStart && m.other(a.Vendor):
			a.Tier, a.Caveat = Mentions, "another maker is named"
		case library:
			a.Tier, a.Caveat = Mentions, "the name of a package of libraries"
		}
	}
}

// makers contains the claims that name a maker.
type makers struct {
	all map[claimKey]bool
	of  map[ID]map[claimKey]bool // those that are attributed to each vendor
}

func makersOf(claims []Claim, as []Attribution) makers {
	m := makers{make(map[claimKey]bool), make(map[ID]map[claimKey]bool)}
	for i := range claims {
		if c := &claims[i]; c.Kind == KindName && c.Role.IsOrigin() && !names.Placeholder(c.Value) {
			m.all[keyOf(c)] = true
		}
	}
	for i := range as {
		key := keyOf(&as[i].Claim)
		if !m.all[key] {
			continue
		}
		if m.of[as[i].Vendor] == nil {
			m.of[as[i].Vendor] = make(map[claimKey]bool)
		}
		m.of[as[i].Vendor][key] = true
	}
	return m
}

// other reports whether a claim names a maker that is not the vendor.
func (m makers) other(vendor ID) bool { return len(m.of[vendor]) < len(m.all) }
