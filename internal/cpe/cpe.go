// SPDX-License-Identifier: Apache-2.0

// Package cpe reads the part, the vendor and the product of CPE names (NIST IR 7695), in the
// formatted string binding of version 2.3 and in the URI binding of version 2.2.
package cpe

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// The prefixes of the two bindings.
const (
	formatted = "cpe:2.3:"
	uri       = "cpe:/"
)

// A Name is a CPE name. Its fields are decoded, in lower case, and "" if they are ANY ("*") or
// NA ("-").
type Name struct {
	Part    string // "a" for an application, "o" for an operating system, "h" for hardware
	Vendor  string
	Product string

	rawVendor string
	escape    byte // the character that begins escapes
}

// Parse reads the formatted string binding ("cpe:2.3:a:vendor:…", 6.2) and the URI binding
// ("cpe:/a:vendor:…", 6.1). ok is false for other texts.
func Parse(s string) (n Name, ok bool) {
	s = strings.TrimSpace(s)
	var product, part string
	if rest, is := ascii.CutPrefixFold(s, formatted); is {
		n.escape = '\\'
		part, _, _ = strings.Cut(rest, ":")
		if _, rest, ok = cutField(rest); !ok {
			return Name{}, false
		}
		if n.rawVendor, rest, ok = cutField(rest); !ok {
			return Name{}, false
		}
		product, _, _ = cutField(rest)
	} else if rest, is := ascii.CutPrefixFold(s, uri); is {
		n.escape = '%'
		if part, rest, ok = strings.Cut(rest, ":"); !ok {
			return Name{}, false
		}
		n.rawVendor, rest, _ = strings.Cut(rest, ":")
		product, _, _ = strings.Cut(rest, ":")
	} else {
		return Name{}, false
	}
	n.Part, n.Vendor, n.Product = value(part, '\\'), value(n.rawVendor, n.escape), value(product, n.escape)
	return n, true
}

// MatchesAnyVendor reports whether the CPE has no vendor, or one that consists of wildcards only.
func (n Name) MatchesAnyVendor() bool { return n.Vendor == "" || isWild(n.rawVendor) }

// VendorEchoesProduct reports whether the vendor only repeats the start of the product's name:
// tools that do not know the vendor guess it from the name of the package
// ("cpe:2.3:a:huawei:huawei-lte-api"). Such a vendor alone proves nothing.
func (n Name) VendorEchoesProduct() bool {
	if n.Product == "" {
		return false
	}
	rest, ok := strings.CutPrefix(n.Product, n.Vendor)
	return ok && (rest == "" || strings.IndexByte("-_. ", rest[0]) >= 0)
}

// Valid reports whether s is in ASCII, as CPE names are (NIST IR 7695, 5.3.2), and a CPE of one of
// the two bindings at least up to its vendor.
func Valid(s []byte) bool {
	s = bytes.TrimSpace(s)
	need := 0 // colons that must come after the prefix
	switch {
	case len(s) > len(formatted) && bytes.EqualFold(s[:len(formatted)], []byte(formatted)):
		s, need = s[len(formatted):], 2
	case len(s) > len(uri) && bytes.EqualFold(s[:len(uri)], []byte(uri)):
		s, need = s[len(uri):], 1
	default:
		return false
	}
	for i := 0; i < len(s); i++ {
		switch special[s[i]] {
		case 0:
		case ':':
			need--
		case '\\': // an escaped character must be ASCII too
			if i++; i < len(s) && (s[i] <= ' ' || s[i] >= 0x7f) {
				return false
			}
		default:
			return false
		}
	}
	return need <= 0
}

// special maps the bytes with a meaning in a CPE to themselves, those that cannot occur to 1,
// and all others to 0.
var special = func() (t [256]byte) {
	for b := range t {
		if b <= ' ' || b >= 0x7f {
			t[b] = 1
		}
	}
	t[':'], t['\\'] = ':', '\\'
	return t
}()

// cutField cuts s at the first colon that is not escaped.
func cutField(s string) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// value decodes a field and returns it in lower case. It returns "" for ANY and NA.
func value(s string, escape byte) string {
	if s == "*" || s == "-" {
		return ""
	}
	s = ascii.Lower(s)
	if escape == '%' {
		return ascii.Unescape(s)
	}
	if strings.IndexByte(s, escape) < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == escape && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// HasPrefix reports whether a text begins as a CPE does.
func HasPrefix(s string) bool {
	return ascii.HasPrefixFold(s, formatted) || ascii.HasPrefixFold(s, uri)
}
