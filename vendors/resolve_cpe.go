// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
)

// cpe attributes a CPE. Its vendor is an editor's or the document author's word,
// not an identifier issued to the vendor: it declares at most. One that only
// echoes the product's name may be a tool's guess: it resembles.
func (r *resolver) cpe(c *Claim) {
	raw, rawProduct, escape, ok := rawCPE(c.Value)
	if !ok {
		return
	}
	vendor, product := cpeValue(raw, escape), cpeValue(rawProduct, escape)
	if pattern := cpePattern(raw, escape); pattern != "" {
		r.cpeMatching(c, pattern)
		return
	}
	switch {
	case vendor == "", strings.Trim(raw, "*?") == "":
		r.cpeProduct(c, product)
		return
	case echoes(vendor, product):
		r.cpeEcho(c, vendor, "the CPE's vendor only repeats its product; tools guess it so")
		return
	case r.lookup(c, "cpeVendor", ascii.AppendLower(r.buf[:0], vendor), RuleCPE, Declared):
		return
	}
	if s, changed := names.Skeleton(vendor); changed && r.lookup(c, "cpeVendor", ascii.AppendLower(r.buf[:0], s), RuleNameConfusable, Resembles) {
		return
	}
	r.namespaceName(c, vendor)
}

// cpeEcho attributes a CPE by what may be a guess at its vendor.
func (r *resolver) cpeEcho(c *Claim, vendor, caveat string) bool {
	n := len(r.out.Attributions)
	found := r.lookup(c, "cpeVendor", ascii.AppendLower(r.buf[:0], vendor), RuleCPEEcho, Resembles)
	if len(r.out.Attributions) > n && r.out.Attributions[n].Caveat == "" {
		r.out.Attributions[n].Caveat = caveat
	}
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
		if !wildMatch(pattern, vendor) {
			continue
		}
		n := len(r.out.Attributions)
		r.lookup(c, "cpeVendor", ascii.AppendLower(r.buf[:0], vendor), RuleCPE, Resembles)
		if len(r.out.Attributions) > n && r.out.Attributions[n].Caveat == "" {
			r.out.Attributions[n].Caveat = "the CPE's vendor is a pattern that matches the vendor's"
		}
	}
}

// The wildcards of a pattern: one character, and any number of them. They are written so in the
// URI binding (NIST IR 7695, 6.1.2.1.2).
const wildOne, wildAny = '\x01', '\x02'

// cpePattern returns the vendor of a CPE with its wildcards as [wildOne] and [wildAny], or "" if it
// has none, or nothing else.
func cpePattern(raw string, escape byte) string {
	if len(raw) > names.MaxLength || strings.Trim(raw, "*?") == "" {
		return ""
	}
	b := make([]byte, 0, len(raw))
	wild := false
	for i := 0; i < len(raw); i++ {
		ch := raw[i]
		switch {
		case escape == '\\' && ch == escape && i+1 < len(raw):
			i++
			ch = raw[i]
		case escape == '%' && ch == escape && i+2 < len(raw) && ascii.HexDigit(raw[i+1]) >= 0 && ascii.HexDigit(raw[i+2]) >= 0:
			ch = byte(ascii.HexDigit(raw[i+1])<<4 | ascii.HexDigit(raw[i+2]))
			i += 2
			wild = wild || ch == wildOne || ch == wildAny
		case ch == '*':
			ch, wild = wildAny, true
		case ch == '?':
			ch, wild = wildOne, true
		}
		if n := len(b); ch != wildAny || n == 0 || b[n-1] != wildAny {
			b = append(b, ch)
		}
	}
	if !wild {
		return ""
	}
	return strings.ToLower(string(b))
}

// wildMatch reports whether a pattern matches a text in whole.
func wildMatch(pattern, text string) bool {
	p, t := 0, 0
	star, mark := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == wildAny:
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == wildOne || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], string(rune(wildAny))) == ""
}

// hasWildVendor reports whether the vendor of a CPE can be a pattern.
func hasWildVendor(cpe []byte) bool {
	fields := 0 // colons before the vendor
	switch {
	case len(cpe) > 5 && cpe[4] == '/':
		fields = 2
	default:
		fields = 3
	}
	n := 0
	for i := 0; i < len(cpe); i++ {
		switch b := cpe[i]; {
		case b == ':':
			if n++; n > fields {
				return false
			}
		case n < fields:
		case b == '\\':
			i++
		case b == '*', b == '?', b == '%' && i+1 < len(cpe) && cpe[i+1] == '0':
			return true
		}
	}
	return false
}
