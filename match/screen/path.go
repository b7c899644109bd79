// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// EscapePath returns the path of a file as a report has it. File names are bytes, and a report
// is UTF-8: a byte that is not part of a UTF-8 character becomes an escape such as \xff, and the
// backslash of text that resembles such an escape becomes \x5c. All other paths stay unchanged,
// and different names have different paths.
func EscapePath(name string) string {
	if utf8.ValidString(name) && !strings.Contains(name, `\x`) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		_, escape := escaped(name[i:])
		if escape || r == utf8.RuneError && n == 1 {
			const digits = "0123456789abcdef"
			b.WriteString(`\x`)
			b.WriteByte(digits[name[i]>>4])
			b.WriteByte(digits[name[i]&15])
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

// UnescapePath returns the file name for a path of a report. It is the inverse of [EscapePath].
func UnescapePath(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		if c, ok := escaped(path[i:]); ok {
			b.WriteByte(c)
			i += len(`\xff`) - 1
		} else {
			b.WriteByte(path[i])
		}
	}
	return b.String()
}

// escaped reads an escape at the start of a text.
func escaped(s string) (byte, bool) {
	if len(s) < 4 || s[:2] != `\x` || strings.ToLower(s[2:4]) != s[2:4] {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:4], 16, 8)
	return byte(n), err == nil
}
