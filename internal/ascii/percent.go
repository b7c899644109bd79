// SPDX-License-Identifier: Apache-2.0

package ascii

import "strings"

// HasEscape reports whether s has the escape of the byte that hex gives: "2f".
func HasEscape(s, hex string) bool {
	for i := strings.IndexByte(s, '%'); i >= 0 && i+2 < len(s); i++ {
		if s[i] == '%' && strings.EqualFold(s[i+1:i+3], hex) {
			return true
		}
	}
	return false
}

// UnescapeAll decodes percent-encoding that was applied up to three times. A percent sign that
// begins no escape remains.
func UnescapeAll(s string) string {
	for range 3 {
		next := Unescape(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

// Unescape decodes percent-encoding once. A percent sign that begins no escape remains.
func Unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && HexDigit(s[i+1]) >= 0 && HexDigit(s[i+2]) >= 0 {
			b = append(b, byte(HexDigit(s[i+1])<<4|HexDigit(s[i+2])))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// CleanPath removes dot segments, with and without escapes, from a path or from the namespace of a
// package URL (RFC 3986, 5.2.4; WHATWG URL, 4.4).
func CleanPath(path string) string {
	if !hasDots(path) {
		return path
	}
	var out []string
	for segment := range strings.SplitSeq(path, "/") {
		switch UnescapeAll(segment) {
		case ".":
		case "..":
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, segment)
		}
	}
	return strings.Join(out, "/")
}

// hasDots reports whether a path can have a dot segment.
func hasDots(path string) bool {
	if strings.HasPrefix(path, ".") || strings.Contains(path, "/.") {
		return true
	}
	return strings.IndexByte(path, '%') >= 0 && (HasEscape(path, "2e") || HasEscape(path, "25"))
}
