// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
)

// cpe attributes a CPE. It declares at most, because its vendor is chosen by an editor or the
// author of the document and not issued to the vendor. A vendor that only repeats the product's name
// may be the guess of a tool, and resembles.
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

// maxCPEVendor bounds the bytes of the start of a product that are compared with vendors.
const maxCPEVendor = 64

// cpeProduct attributes a CPE without a vendor by its product, if that starts with the name of a
// vendor ("kaspersky_anti-virus") or is in the register.
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

// cpeMatching attributes a CPE with a pattern as its vendor (NIST IR 7695, 5.3.2) to the vendors
// that match.
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
