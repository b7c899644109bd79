// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strings"

	vendornames "github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// A rank orders the identifiers of a component by how well they identify its maker or supplier,
// weakest first. An identifier of a higher rank outweighs one of a lower rank: the name under
// which a package is published is better evidence than the place of its source code. Both are
// better than a CPE, which an editor chose or a tool guessed, and than a web site.
type rank uint8

const (
	byLink       rank = iota // a site, a download
	byCPE                    // the vendor of a CPE
	byRepository             // the account that hosts the source code or the package
	byPackage                // the namespace or group of the package, or an assigned number
)

// rankOf returns the rank of a claim. The role of an attributed package URL is that of the part
// that matched, such as a qualifier with the address of the repository.
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
	default: // an assigned number, or a digest
		return byPackage
	}
	return byLink
}

// byAddress reports whether a name field matched by an address that it contains.
func byAddress(a *vendors.Attribution) bool {
	return a.Claim.Kind == vendors.KindName && (a.Rule == vendors.RuleDomain || a.Rule == vendors.RuleEmail || a.Rule == vendors.RuleRepository)
}

func asReference(c vendors.Claim) vendors.Claim {
	c.Role = vendors.Reference
	return c
}

// contradiction returns who else is named as the maker or supplier of the component, or "".
// Identifiers do not contradict a maker's or supplier's name, or number, that is attributed to
// the vendor. A distributor's name contradicts nothing, because anybody can distribute the
// products of others.
func (e *evaluation) contradiction() string {
	s, named := e.support()
	if named {
		return ""
	}
	for _, c := range e.c.Claims {
		if c.Role.IsOrigin() && c.Role != vendors.Distributor && c.Kind == vendors.KindName && !vendornames.Placeholder(c.Value) && !s.addresses[c.Value] {
			return inReason(c.Value) + " is named as the maker or supplier"
		}
		s.addOwner(c)
	}
	if s.owner != "" {
		return inReason(s.owner) + " is named as the owner of the component"
	}
	return ""
}

// inReason returns a name of a document as a reason can have it: "; " is between reasons.
func inReason(name string) string { return strings.ReplaceAll(name, "; ", ", ") }

// A support is the evidence for an attribution that rests on identifiers alone, and the best
// evidence against it.
type support struct {
	best      rank          // of the identifiers of the vendor
	ranks     map[rank]bool // of all identifiers of the vendor
	addresses map[string]bool
	owner     string // somebody else, by an identifier of otherRank
	otherRank rank
}

// support returns the evidence for the vendor. named means that a maker's or supplier's field
// names the vendor. addresses are the values of such fields that hold only an address of it.
func (e *evaluation) support() (s support, named bool) {
	s = support{ranks: make(map[rank]bool), addresses: make(map[string]bool)}
	for _, a := range e.attributions {
		switch {
		case !a.Role.IsOrigin(), a.Kind == vendors.KindURL, a.Kind == vendors.KindEmail:
		case byAddress(&a) && strings.ContainsAny(a.Value, " \t\n<("): // the address follows a name, which may be another's
		case byAddress(&a):
			s.addresses[a.Value] = true
		default:
			return s, true
		}
		if a.Tier > vendors.Mentions {
			r := rankOf(a.Claim)
			s.best, s.ranks[r] = max(s.best, r), true
		}
	}
	return s, false
}

// addOwner takes the owner of a claim's identifier as evidence against the vendor, if the
// identifier ranks at least as high as those of the vendor.
func (s *support) addOwner(c vendors.Claim) {
	r := rankOf(c)
	if s.ranks[r] || r < s.best || r <= s.otherRank {
		return
	}
	if owner := c.Owner(); owner != "" {
		s.owner, s.otherRank = owner, r
	}
}
