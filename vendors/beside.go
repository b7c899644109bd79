// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
)

// What a claim is worth can depend on the claims beside it. A component can have as many claims
// as a document has room for, so nothing here compares each with each.

// A claimKey is what two claims that are the same one share.
type claimKey struct {
	kind     Kind
	value    string
	location Location
}

func keyOf(c *Claim) claimKey { return claimKey{c.Kind, c.Value, c.Location} }

// declarations are, of each vendor, two claims that declare it: one of them is another one than any
// given claim.
type declarations map[ID][]claimKey

func (s declarations) add(a *Attribution) {
	if a.Tier < Declared || a.Rule == RuleNameCommon {
		return
	}
	if key, old := keyOf(&a.Claim), s[a.Vendor]; len(old) < 2 && !slices.Contains(old, key) {
		s[a.Vendor] = append(old, key)
	}
}

// hasOther reports whether a claim other than that of the attribution declares the vendor.
func (s declarations) hasOther(a *Attribution) bool {
	key := keyOf(&a.Claim)
	return slices.ContainsFunc(s[a.Vendor], func(k claimKey) bool { return k != key })
}

// corroborate raises common names beside independent evidence of the same vendor: another
// claim that declares it, or on a device a second field with its name.
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

// A device is what the fields of a device say: only readers of devices make claims on models,
// as references.
type device struct {
	isDevice bool
	models   map[string]bool // with what words, one or more, models start that have more words
	roles    map[ID][]Role   // in which roles a common name makes it whose
}

// maxModelWords is more than the words of any vendor's name.
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

// hasSecondField reports whether a device names the vendor of a common name twice: its brand
// and its manufacturer, or one of them and a model that starts with the name.
func (d *device) hasSecondField(a *Attribution) bool {
	if !d.isDevice {
		return false
	}
	return d.models[names.Fold(a.Claim.Value)] || slices.ContainsFunc(d.roles[a.Vendor], func(r Role) bool { return r != a.Claim.Role })
}

// demote makes mentions of products' names that are those of packages of libraries, and of names
// that only start with a product's where another maker is named.
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

// makers are the names of makers that the claims have, and those that are a vendor's.
type makers struct {
	all map[claimKey]bool
	of  map[ID]map[claimKey]bool
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

// other reports whether a maker is named that is not the vendor.
func (m makers) other(vendor ID) bool { return len(m.of[vendor]) < len(m.all) }
