// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// EscapePath returns the path of a file as a report has it. Names of files are bytes and
// those of a report are UTF-8: a byte that is no part of a character becomes \xff, by its
// number, and a backslash in front of what looks like such an escape becomes \x5c. All
// other paths stay as they are, and no two become one.
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

// UnescapePath returns the name of the file that [EscapePath] made the path of.
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
