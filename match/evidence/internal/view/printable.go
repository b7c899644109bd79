// SPDX-License-Identifier: Apache-2.0

// Package view has what the views of a report share: text that is safe to show, and the words
// for components, places and counts.
package view

import (
	"strings"
	"unicode"
)

// Printable returns text on one line that cannot control the program that shows it: a terminal,
// an editor, a spreadsheet, a browser. Line feeds and tabs become spaces. Control characters,
// characters that are invisible or change the order of text, separators of lines and paragraphs,
// and bytes that are not UTF-8 become U+FFFD. All views use it for text from documents and for
// paths; the JSON record has the text unchanged.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case controls(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// PrintableLines is [Printable] for text of several lines. Line feeds and tabs stay.
func PrintableLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && controls(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// controls reports whether a character can control the program that shows it.
func controls(r rune) bool {
	if r < 0x80 {
		return r < ' ' || r == 0x7f // nearly all text, and faster
	}
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // letters and symbols that show nothing: Hangul fillers, the blank of Braille
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
