// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// splitCPE returns the vendor and product of a CPE, with escapes removed and in
// lower case. A vendor of ANY ("*") or NA ("-") is returned as "". ok is false if s is no CPE.
func splitCPE(s string) (vendor, product string, ok bool) {
	vendor, product, escape, ok := rawCPE(s)
	return cpeValue(vendor, escape), cpeValue(product, escape), ok
}

// rawCPE returns the vendor and product of a CPE as they are written, and the character that
// begins escapes. It reads the 2.3 formatted string binding ("cpe:2.3:a:vendor:…", NIST IR 7695,
// 6.2) and the 2.2 URI binding ("cpe:/a:vendor:…", 6.1). ok is false if s is neither.
func rawCPE(s string) (vendor, product string, escape byte, ok bool) {
	s = strings.TrimSpace(s)
	if rest, is := ascii.CutPrefixFold(s, "cpe:2.3:"); is {
		if _, rest, ok = cutCPE(rest); !ok { // part
			return "", "", 0, false
		}
		if vendor, rest, ok = cutCPE(rest); !ok {
			return "", "", 0, false
		}
		product, _, _ = cutCPE(rest)
		return vendor, product, '\\', true
	}
	if rest, is := ascii.CutPrefixFold(s, "cpe:/"); is {
		_, rest, ok = strings.Cut(rest, ":")
		if !ok {
			return "", "", 0, false
		}
		vendor, rest, _ = strings.Cut(rest, ":")
		product, _, _ = strings.Cut(rest, ":")
		return vendor, product, '%', true
	}
	return "", "", 0, false
}

// ValidCPE reports whether s is a CPE of one of the two bindings, as far as its vendor,
// and in ASCII, as CPE names are (NIST IR 7695, 5.3.2).
func ValidCPE(s []byte) bool {
	const formatted, uri = "cpe:2.3:", "cpe:/"
	s = bytes.TrimSpace(s)
	need := 0 // colons behind the binding's mark
	switch {
	case len(s) > len(formatted) && bytes.EqualFold(s[:len(formatted)], []byte(formatted)):
		s, need = s[len(formatted):], 2
	case len(s) > len(uri) && bytes.EqualFold(s[:len(uri)], []byte(uri)):
		s, need = s[len(uri):], 1
	default:
		return false
	}
	for i := 0; i < len(s); i++ {
		switch cpeBytes[s[i]] {
		case 0:
		case ':':
			need--
		case '\\': // what is escaped is looked at for being ASCII only
			if i++; i < len(s) && (s[i] <= ' ' || s[i] >= 0x7f) {
				return false
			}
		default:
			return false
		}
	}
	return need <= 0
}

// cpeBytes are the bytes that mean something in a CPE, and 1 for those that cannot be
// in one.
var cpeBytes = func() (t [256]byte) {
	for b := range t {
		if b <= ' ' || b >= 0x7f {
			t[b] = 1
		}
	}
	t[':'], t['\\'] = ':', '\\'
	return t
}()

// cutCPE cuts s at the first colon that is not escaped.
func cutCPE(s string) (before, after string, found bool) {
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

func cpeValue(s string, escape byte) string {
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

// echoes reports whether the vendor of a CPE only repeats the product's name:
// tools that have no better idea guess the vendor from the package's name
// ("cpe:2.3:a:huawei:huawei-lte-api"). Such a CPE is no evidence by itself.
func echoes(vendor, product string) bool {
	if product == "" {
		return false
	}
	rest, ok := strings.CutPrefix(product, vendor)
	return ok && (rest == "" || strings.IndexByte("-_. ", rest[0]) >= 0)
}

// PartCPE returns the part of a CPE, which says what kind of product it is ("a" for an
// application, "o" for an operating system, "h" for hardware), and the product. Both are
// "" if s is no CPE, and the part is "" if it is any.
func PartCPE(s string) (part, product string) {
	_, product, ok := splitCPE(s)
	if !ok {
		return "", ""
	}
	rest := strings.TrimSpace(s)
	if formatted, is := ascii.CutPrefixFold(rest, "cpe:2.3:"); is {
		rest = formatted
	} else {
		rest, _ = ascii.CutPrefixFold(rest, "cpe:/")
	}
	part, _, _ = strings.Cut(rest, ":")
	return cpeValue(part, '\\'), product
}
