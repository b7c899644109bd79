// SPDX-License-Identifier: Apache-2.0

package names

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/clause76/clause76/internal/ascii"
)

// IsInvisible reports whether a character is invisible and so not part of a name: the
// property Default_Ignorable_Code_Point, derived as DerivedCoreProperties.txt says (soft
// hyphens, joiners, bidirectional controls, variation selectors, Hangul fillers, tags).
func IsInvisible(r rune) bool {
	if r < 0xad {
		return false
	}
	switch {
	case unicode.Is(unicode.White_Space, r), 0xfff9 <= r && r <= 0xfffb, 0x13430 <= r && r <= 0x13440,
		unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r)
}

// HasInvisible reports whether s has characters that do not show.
func HasInvisible(s string) bool {
	return strings.ContainsFunc(s, IsInvisible)
}

// A mark is next to a name and not part of it: ™, ®, ©, the number of a footnote. In
// compatibility decomposition "™" would become the letters "TM".
func isMark(r rune) bool {
	switch r {
	case '™', '℠', '®', '©', '℗', '²', '³', '¹', '⁰', '\U0001F16A', '\U0001F16B', '\U0001F16C':
		return true
	}
	return '⁴' <= r && r <= '⁹'
}

// MarkLength returns the length of the "(R)", "(TM)", "(SM)" or "(C)" with which s starts.
func MarkLength[T string | []byte](s T) int {
	if len(s) < 3 || s[0] != '(' {
		return 0
	}
	switch a := s[1] | 0x20; {
	case s[2] == ')' && (a == 'r' || a == 'c'):
		return 3
	case len(s) > 3 && s[3] == ')' && (a == 't' || a == 's') && s[2]|0x20 == 'm':
		return 4
	}
	return 0
}

// unmark replaces marks by spaces and removes what does not show.
func unmark(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "ᵀᴹ", " "), "ˢᴹ", " ")
	circled := false
	return strings.Map(func(r rune) rune {
		was := circled
		circled = '\u2460' <= r && r <= '\u24ff'
		switch {
		case isMark(r), !was && (r == 'Ⓡ' || r == 'ⓡ' || r == 'Ⓒ' || r == 'ⓒ'):
			circled = false
			return ' '
		case IsInvisible(r):
			return -1
		}
		return r
	}, s)
}

// lookalikeOf returns what a character is drawn like, or "".
func lookalikeOf(r rune) string {
	if i, ok := slices.BinarySearchFunc(lookalikes[:], r, func(l lookalike, r rune) int { return int(l.from - r) }); ok {
		return lookalikes[i].to
	}
	return ""
}

// simplify returns the simplified form of a character in Han script.
func simplify(r rune) rune {
	const size = 3
	if r < 0x3400 || r > 0xffff {
		return r
	}
	key := string(r)
	lo, hi := 0, len(simplifiedTable)/(2*size)
	for lo < hi {
		mid := (lo + hi) / 2
		switch from := simplifiedTable[2*size*mid:][:size]; {
		case from == key:
			to := []rune(simplifiedTable[2*size*mid+size:][:size])
			return to[0]
		case from < key:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return r
}

// Skeleton returns s with look-alike letters replaced and invisible characters removed,
// and whether that changed anything. ASCII is left as it is.
func Skeleton(s string) (string, bool) {
	if len(s) > MaxLength {
		s = strings.ToValidUTF8(s[:MaxLength], "")
	}
	if ascii.Only(s) {
		return s, false
	}
	k := drawnAs(s, 'l')
	return k, k != s
}

// drawnAs writes s in the letters that its letters are drawn like, without marks and what
// does not show. one is the letter for those that may be l, I or 1.
func drawnAs(s string, one byte) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(unmark(s)) {
		switch to := lookalikeOf(r); {
		case unicode.Is(unicode.Mn, r), IsInvisible(r):
		case to == "1":
			b.WriteByte(one)
		case to != "":
			b.WriteString(to)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// LookalikeTokens returns the tokens of a name in the letters that its letters look like.
func LookalikeTokens(s string) []byte {
	return appendWords(nil, drawnAs(s, 'l'), false)
}

// Lookalikes returns the tokens that a name has in the letters that its letters look like. Most
// names have none. Others have several, because a letter can be an l or an I, and "rn" an m.
// tokens are the folded tokens of the name, which are left out.
func Lookalikes(s string, tokens []byte) (variants [][]byte) {
	if ascii.Only(s) && !MayHaveLookalikes([]byte(s)) {
		return nil
	}
	if len(s) > MaxLength {
		s = strings.ToValidUTF8(s[:MaxLength], "")
	}
	add := func(v []byte) {
		same := func(w []byte) bool { return string(w) == string(v) }
		if !same(tokens) && !slices.ContainsFunc(variants, same) {
			variants = append(variants, v)
		}
	}
	for _, one := range [...]byte{'l', 'i'} {
		k := s
		if !ascii.Only(s) {
			k = drawnAs(s, one)
		}
		b := []byte(k)
		DigitsAsLetters(b, one)
		v := appendWords(nil, string(b), false)
		add(v)
		add(bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("rn"), []byte("m")), []byte("vv"), []byte("w")))
	}
	return variants
}

// DigitsAsLetters replaces the digits, bars and letters of ASCII that are drawn like others:
// 0 by o, 1 and | by one, an I between small letters by l, an l between capitals by i.
func DigitsAsLetters(b []byte, one byte) {
	for i, c := range b {
		switch {
		case c == '0':
			b[i] = 'o'
		case c == '1', c == '|':
			b[i] = one
		case c == 'I' && i > 0 && 'a' <= b[i-1] && b[i-1] <= 'z':
			b[i] = 'l'
		case c == 'l' && i > 0 && i+1 < len(b) && ascii.IsUpper(b[i-1]) && ascii.IsUpper(b[i+1]):
			b[i] = 'i'
		}
	}
}

// redrawnBytes are the bytes at which maybeRedrawn looks closer.
var redrawnBytes = func() (t [256]bool) {
	for _, c := range []byte("(01|IlNnVv") {
		t[c] = true
	}
	return t
}()

// MayHaveLookalikes reports whether a name in ASCII has [redrawn] forms, or a mark such as "(R)".
func MayHaveLookalikes(name []byte) bool {
	for i, c := range name {
		if !redrawnBytes[c] {
			continue
		}
		var before, after byte
		if i > 0 {
			before = name[i-1]
		}
		if i+1 < len(name) {
			after = name[i+1]
		}
		switch c {
		case '(':
			if MarkLength(name[i:]) > 0 {
				return true
			}
		case 'I':
			if 'a' <= before && before <= 'z' {
				return true
			}
		case 'l':
			if ascii.IsUpper(before) && ascii.IsUpper(after) {
				return true
			}
		case 'n', 'N':
			if before|0x20 == 'r' {
				return true
			}
		case 'v', 'V':
			if before|0x20 == 'v' {
				return true
			}
		default:
			return true
		}
	}
	return false
}
