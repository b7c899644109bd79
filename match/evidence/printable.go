// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"strings"
	"unicode"
)

// Printable returns text on one line that cannot steer what shows it: a terminal, an
// editor, a spreadsheet, a browser. Line ends and tabs become blanks; control characters,
// what reorders text or does not show, separators of lines and paragraphs, and bytes that
// are not UTF-8 become U+FFFD. All views use it for what comes out of documents and for
// paths; the JSON report has the text as it is.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case steers(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// PrintableLines is [Printable] for text that may have several lines, which stay.
func PrintableLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && steers(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func steers(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
