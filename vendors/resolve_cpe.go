// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
)

// cpe attributes a CPE. Its vendor is an editor's or the document author's word,
// not an identifier issued to the vendor: it declares at most. One that only
// echoes the product's name may be a tool's guess: it resembles.
func (r *resolver) cpe(c *Claim) {
	name, ok := cpe.Parse(c.Value)
	if !ok {
		return
	}
	if pattern := name.VendorPattern(); pattern != "" {
		r.cpeMatching(c, pattern)
		return
	}
	vendor := name.Vendor
	switch {
	case name.MatchesAnyVendor():
		r.cpeProduct(c, name.Product)
		return
	case name.VendorEchoesProduct():
		r.cpeEcho(c, vendor, "the CPE's vendor only repeats its product; tools guess it so")
		return
	case r.lookup(c, IdentifierCPEVendor, ascii.AppendLower(r.buf[:0], vendor), RuleCPE, Declared):
		return
	}
	if s, changed := names.Skeleton(vendor); changed && r.lookup(c, IdentifierCPEVendor, ascii.AppendLower(r.buf[:0], s), RuleNameConfusable, Resembles) {
		return
	}
	r.namespaceName(c, vendor)
}

// cpeEcho attributes a CPE by a vendor that may be a guess.
func (r *resolver) cpeEcho(c *Claim, vendor, caveat string) (found bool) {
	r.withCaveat(caveat, func() {
		found = r.lookup(c, IdentifierCPEVendor, ascii.AppendLower(r.buf[:0], vendor), RuleCPEEcho, Resembles)
	})
	return found
}

// maxCPEVendor is more than the bytes of the longest vendor of a CPE in a register.
const maxCPEVendor = 64

// cpeProduct attributes a CPE that matches those of any vendor, or has none, by its product: one
// that begins with a vendor's name ("kaspersky_anti-virus"), or is known.
func (r *resolver) cpeProduct(c *Claim, product string) {
	for end := len(product); end > 0; end = strings.LastIndexAny(product[:min(end, maxCPEVendor)], "-_. ") {
		if end <= maxCPEVendor && r.cpeEcho(c, product[:end], "the CPE names no vendor; its product begins with the vendor's name") {
			return
		}
	}
	if tokens := names.AppendTokens(nil, product); len(tokens) > 0 {
		r.product(c, tokens)
	}
}

// cpeMatching attributes a CPE of which the vendor is a pattern (NIST IR 7695, 5.3.2) to those
// that it matches.
func (r *resolver) cpeMatching(c *Claim, pattern string) {
	for _, vendor := range r.cpeVendors {
		if !cpe.Match(pattern, vendor) {
			continue
		}
		r.withCaveat("the CPE's vendor is a pattern that matches the vendor's", func() {
			r.lookup(c, IdentifierCPEVendor, ascii.AppendLower(r.buf[:0], vendor), RuleCPE, Resembles)
		})
	}
}
