// SPDX-License-Identifier: Apache-2.0

// Package names folds names of organizations to a form in which they can be compared, and
// recognizes what belongs to a name: legal forms, places, words for lines of business, labels and
// lists, look-alike letters, misspellings and placeholders.
//
// [Fold] returns the tokens of a name, which most functions take.
package names

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MinLetters is the fewest letters of a name that identifies a vendor alone. A shorter name ("ZTE")
// needs a legal form that the register has with it, or a second field.
const MinLetters = 4

// MaxLength bounds the bytes of a value that are compared. No name in a register is nearly as long.
// Readers count a longer name of a maker as not screened.
const MaxLength = 4096

// Fold returns the canonical form in which names are compared: tokens in lower case, joined by
// single spaces. It applies Unicode compatibility composition (NFKC), case folding and the
// simplified forms of Chinese characters, removes marks, invisible characters, signs such as ™ and
// (R) and raised numbers, and splits at punctuation, white space and changes of script.
func Fold(name string) string {
	return string(AppendTokens(nil, name))
}

// AppendTokens appends the tokens of [Fold] to dst. It does not allocate for ASCII if dst has room.
func AppendTokens(dst []byte, s string) []byte {
	if len(s) > MaxLength {
		s = strings.ToValidUTF8(s[:MaxLength], "")
	}
	start := len(dst)
	for i := 0; i < len(s); i++ {
		b := s[i]
		switch {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			dst = append(dst, b)
		case 'A' <= b && b <= 'Z':
			dst = append(dst, b+'a'-'A')
		case b >= 0x80:
			return appendWords(dst[:start], s, true)
		default:
			if b == '(' {
				i += max(MarkLength(s[i:]), 1) - 1
			}
			if len(dst) > start && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
		}
	}
	return bytes.TrimRight(dst, " ")
}

// A script is a class of scripts. A name is split between them.
type script uint8

const (
	scriptNone script = iota
	scriptLatin
	scriptCyrillic
	scriptHan
	scriptOther
)

func scriptOf(r rune) script {
	switch {
	case r < 0x80:
		if 'a' <= r && r <= 'z' {
			return scriptLatin
		}
		return scriptNone // a digit belongs to the script of its neighbors
	case unicode.Is(unicode.Latin, r):
		return scriptLatin
	case unicode.Is(unicode.Cyrillic, r):
		return scriptCyrillic
	case unicode.Is(unicode.Han, r):
		return scriptHan
	}
	return scriptOther
}

// appendWords is AppendTokens for all of Unicode. It splits at each change of script or, if split is
// false, only between scripts with spaces between words and scripts without.
func appendWords(dst []byte, s string, split bool) []byte {
	start := len(dst)
	s = norm.NFKD.String(foldCase(norm.NFKC.String(unmark(s))))
	last := scriptNone
	space := func() {
		if len(dst) > start && dst[len(dst)-1] != ' ' {
			dst = append(dst, ' ')
		}
		last = scriptNone
	}
	skip := 0
	for i, r := range s {
		switch {
		case i < skip, unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), IsInvisible(r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			skip = i + MarkLength(s[i:])
			space()
			continue
		}
		sc := scriptOf(r)
		if !split && sc != scriptNone {
			if sc = scriptLatin; IsUnspacedScript(r) {
				sc = scriptHan
			}
		}
		if sc != scriptNone {
			if last != scriptNone && sc != last {
				space()
			}
			last = sc
		}
		if sc == scriptHan {
			r = simplify(r)
		}
		dst = append(dst, string(r)...)
	}
	return bytes.TrimRight(dst, " ")
}

// IsUnspacedScript reports whether a letter is of a script that is written without spaces
// between words.
func IsUnspacedScript(r rune) bool {
	return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r)
}

// Letters counts the letters of folded tokens. A Han character counts twice, because it is a word.
func Letters(tokens string) int {
	n := 0
	for _, r := range tokens {
		switch {
		case r == ' ':
		case scriptOf(r) == scriptHan:
			n += 2
		default:
			n++
		}
	}
	return n
}

// Join returns the tokens without the spaces between them.
func Join(tokens string) string { return strings.ReplaceAll(tokens, " ", "") }

// AppendJoined appends the tokens to dst without the spaces between them.
func AppendJoined(dst, tokens []byte) []byte {
	for _, b := range tokens {
		if b != ' ' {
			dst = append(dst, b)
		}
	}
	return dst
}
