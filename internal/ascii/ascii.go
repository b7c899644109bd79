// SPDX-License-Identifier: Apache-2.0

// Package ascii looks at the ASCII characters of texts and decodes percent-encoding. It leaves
// other characters as they are, and allocates only if it changes a text.
package ascii

import "strings"

// Alnum maps a byte to its lower-case form if it belongs to a token, else to 0.
var Alnum = func() (t [256]byte) {
	for c := byte('0'); c <= '9'; c++ {
		t[c] = c
	}
	for c := byte('a'); c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = c, c
	}
	return t
}()

// IsUpper reports whether c is a capital letter.
func IsUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// Only reports whether s contains no characters beyond ASCII.
func Only(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// HexDigit returns the value of a hexadecimal digit, or -1.
func HexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// IsDigit reports whether c is a decimal digit.
func IsDigit(c byte) bool { return '0' <= c && c <= '9' }

// AppendLower appends s to dst with its ASCII letters in lower case.
func AppendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// HasPrefixFold reports whether s starts with prefix, in any case.
func HasPrefixFold(s, prefix string) bool {
	_, ok := CutPrefixFold(s, prefix)
	return ok
}

// CutPrefixFold returns s without prefix, in any case, and whether s started with it.
func CutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// IsPlain reports whether s is printable ASCII without blanks and percent signs.
func IsPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '%' || c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// Lower returns s in lower case if it has a capital ASCII letter, else s.
func Lower(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// CutLast cuts s around the last sep, as [strings.Cut] does around the first.
func CutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// EqualFold reports whether s is lower, a text in lower case, apart from the case of its letters.
func EqualFold[T string | []byte](s T, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
