// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strings"

	vendornames "github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// The ranks of what identifies the maker or supplier of a component, weakest first. What is of a
// higher rank outweighs what is of a lower one: under whose name a package is published
// says more than where its source is, and both more than a CPE, which is the word of an
// editor or the guess of a tool, and than the site on which something is found.
type rank uint8

const (
	byLink       rank = iota // a site, a download
	byCPE                    // the vendor of a CPE
	byRepository             // the account in which the source or the package is kept
	byPackage                // the namespace or group of the package, or a number that is issued
)

// rankOf is the rank of a claim. The role of a package URL that was attributed is that of
// what was found in it, such as a qualifier that says where the package is kept.
func rankOf(c vendors.Claim) rank {
	switch c.Kind {
	case vendors.KindCPE:
		return byCPE
	case vendors.KindURL:
		if asReference(c).Owner() != "" {
			return byRepository
		}
	case vendors.KindPURL, vendors.KindGroup:
		if c.Role == vendors.Namespace {
			return byPackage
		}
	case vendors.KindName, vendors.KindProduct, vendors.KindText, vendors.KindEmail:
	default: // a number or digest that is issued
		return byPackage
	}
	return byLink
}

// byAddress reports whether the vendor was found by an address in the place of a name.
func byAddress(a *vendors.Attribution) bool {
	return a.Claim.Kind == vendors.KindName && (a.Rule == vendors.RuleDomain || a.Rule == vendors.RuleEmail || a.Rule == vendors.RuleRepository)
}

func asReference(c vendors.Claim) vendors.Claim {
	c.Role = vendors.Reference
	return c
}

// contradiction returns who else is named as the maker or supplier of the component, or ""
// if nobody is. A maker's or supplier's name, or number, that is attributed to the vendor is not
// contradicted by identifiers; a distributor's name contradicts nothing, for anybody can
// distribute what others make.
func (j *evaluation) contradiction() string {
	best := byLink
	own := make(map[rank]bool)         // what names the vendor
	addresses := make(map[string]bool) // in the place of the maker's name
	for _, a := range j.attributions {
		switch {
		case !a.Claim.Role.IsOrigin(), a.Claim.Kind == vendors.KindURL, a.Claim.Kind == vendors.KindEmail:
		case byAddress(&a) && strings.ContainsAny(a.Claim.Value, " \t\n<("): // of somebody with a name of its own
		case byAddress(&a):
			addresses[a.Claim.Value] = true
		default:
			return ""
		}
		if a.Tier > vendors.Mentions {
			r := rankOf(a.Claim)
			best, own[r] = max(best, r), true
		}
	}
	other, otherRank := "", byLink
	for _, c := range j.c.Claims {
		if c.Role.IsOrigin() && c.Role != vendors.Distributor && c.Kind == vendors.KindName && !vendornames.Placeholder(c.Value) && !addresses[c.Value] {
			return c.Value + " is named as the maker or supplier"
		}
		r := rankOf(c)
		if own[r] || r < best || r <= otherRank {
			continue
		}
		if owner := c.Owner(); owner != "" {
			other, otherRank = owner, r
		}
	}
	if other != "" {
		return other + " is named as the owner of the component"
	}
	return ""
}
