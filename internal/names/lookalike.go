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

// IsInvisible reports whether a character is invisible and therefore not part of a name: soft
// hyphens, joiners, bidirectional controls, variation selectors, Hangul fillers and tags. These have
// the property Default_Ignorable_Code_Point, which is derived as in DerivedCoreProperties.txt.
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

// HasInvisible reports whether s has invisible characters.
func HasInvisible(s string) bool {
	return strings.ContainsFunc(s, IsInvisible)
}

// isMark reports whether a character is a sign after a name: ™, ®, ©, the number of a footnote.
// Compatibility decomposition would make the letters "TM" of "™".
func isMark(r rune) bool {
	switch r {
	case '™', '℠', '®', '©', '℗', '²', '³', '¹', '⁰', '\U0001F16A', '\U0001F16B', '\U0001F16C':
		return true
	}
	return '⁴' <= r && r <= '⁹'
}

// MarkLength returns the length of a "(R)", "(TM)", "(SM)" or "(C)" at the start of s, or 0.
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

// unmark replaces marks by spaces and removes invisible characters.
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

// lookalikeOf returns the letters that a character looks like, or "".
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

// Skeleton returns s with look-alike letters replaced and invisible characters removed, and reports
// whether that changed s. It does not change ASCII.
func Skeleton(s string) (string, bool) {
	if len(s) > MaxLength {
		s = strings.ToValidUTF8(s[:MaxLength], "")
	}
	if ascii.Only(s) {
		return s, false
	}
	k := inLatin(s, 'l')
	return k, k != s
}

// inLatin returns s in the letters that its letters look like, without marks and invisible
// characters. one is the letter for characters that can be l, I or 1.
func inLatin(s string, one byte) string {
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
	return appendWords(nil, inLatin(s, 'l'), false)
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
			k = inLatin(s, one)
		}
		b := []byte(k)
		DigitsAsLetters(b, one)
		v := appendWords(nil, string(b), false)
		add(v)
		add(bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("rn"), []byte("m")), []byte("vv"), []byte("w")))
	}
	return variants
}

// DigitsAsLetters replaces ASCII characters by letters that they look like: 0 by o, 1 and | by one,
// an I after a small letter by l, an l between capitals by i.
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

// suspiciousBytes are the bytes that MayHaveLookalikes examines.
var suspiciousBytes = func() (t [256]bool) {
	for _, c := range []byte("(01|IlNnVv") {
		t[c] = true
	}
	return t
}()

// MayHaveLookalikes reports whether a name in ASCII can have [Lookalikes], or has a mark such as "(R)".
func MayHaveLookalikes(name []byte) bool {
	for i, c := range name {
		if !suspiciousBytes[c] {
			continue
		}
		var before, after byte
		if i > 0 {
			before = name[i-1]
		}
		if i+1 < len(name) {
			after = name[i+1]
		}
		if isSuspicious(before, c, after) && (c != '(' || MarkLength(name[i:]) > 0) {
			return true
		}
	}
	return false
}

// isSuspicious reports whether one of the suspicious bytes can look like a letter between two others.
func isSuspicious(before, c, after byte) bool {
	switch c {
	case 'I':
		return 'a' <= before && before <= 'z'
	case 'l':
		return ascii.IsUpper(before) && ascii.IsUpper(after)
	case 'n', 'N':
		return before|0x20 == 'r'
	case 'v', 'V':
		return before|0x20 == 'v'
	}
	return true
}
