// SPDX-License-Identifier: Apache-2.0

package cpe

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// maxPattern bounds the bytes of a pattern.
const maxPattern = 4096

// The wildcards in a pattern: one character, and any number of characters. The URI binding escapes
// them as these bytes (NIST IR 7695, 6.1.2.1.2).
const wildOne, wildAny = '\x01', '\x02'

// VendorPattern returns the vendor as a pattern for [Match], or "" if it has no wildcards or
// nothing else.
func (n Name) VendorPattern() string {
	if len(n.rawVendor) > maxPattern || isWild(n.rawVendor) {
		return ""
	}
	b := make([]byte, 0, len(n.rawVendor))
	found := false
	for rest := n.rawVendor; rest != ""; {
		c, size, wild := n.next(rest)
		rest = rest[size:]
		found = found || wild
		if last := len(b) - 1; c == wildAny && last >= 0 && b[last] == wildAny {
			continue
		}
		b = append(b, c)
	}
	if !found {
		return ""
	}
	return strings.ToLower(string(b))
}

// next decodes the first character of a field. size is its length, and wild reports whether it is
// a wildcard.
func (n Name) next(field string) (c byte, size int, wild bool) {
	switch c = field[0]; {
	case n.escape == '\\' && c == '\\' && len(field) > 1:
		return field[1], 2, false
	case n.escape == '%' && c == '%' && len(field) > 2 && ascii.HexDigit(field[1]) >= 0 && ascii.HexDigit(field[2]) >= 0:
		c = byte(ascii.HexDigit(field[1])<<4 | ascii.HexDigit(field[2]))
		return c, 3, c == wildOne || c == wildAny
	case c == '*':
		return wildAny, 1, true
	case c == '?':
		return wildOne, 1, true
	}
	return c, 1, false
}

// isWild reports whether a field consists of wildcards only, or is empty.
func isWild(field string) bool { return strings.Trim(field, "*?") == "" }

// Match reports whether a pattern of [Name.VendorPattern] matches all of a text.
func Match(pattern, text string) bool {
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

// MayHaveVendorPattern reports whether the vendor of a CPE can be a pattern.
func MayHaveVendorPattern(cpe []byte) bool {
	fields := 3 // colons before the vendor
	if len(cpe) > 5 && cpe[4] == '/' {
		fields = 2
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
