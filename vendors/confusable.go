// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// confusables maps letters that are drawn like a Latin letter to it. It is the
// part of Unicode's confusables.txt (UTS #39) that covers single Cyrillic, Greek,
// Armenian and Latin-extended letters.
var confusables = map[rune]rune{
	'а': 'a', 'ɑ': 'a', 'α': 'a', 'в': 'b', 'Ь': 'b', 'с': 'c', 'ϲ': 'c', 'ԁ': 'd', 'е': 'e', 'є': 'e',
	'ҽ': 'e', 'ε': 'e', 'ɡ': 'g', 'ց': 'g', 'һ': 'h', 'н': 'h', 'հ': 'h', 'і': 'i', 'ι': 'i', 'ı': 'i', 'ɩ': 'i',
	'ј': 'j', 'ϳ': 'j', 'к': 'k', 'κ': 'k', 'ӏ': 'l', 'ⅼ': 'l', 'м': 'm', 'ո': 'n', 'п': 'n', 'η': 'n',
	'о': 'o', 'ο': 'o', 'σ': 'o', 'օ': 'o', 'р': 'p', 'ρ': 'p', 'ԛ': 'q', 'ѕ': 's', 'т': 't', 'τ': 't',
	'υ': 'u', 'ս': 'u', 'ʋ': 'u', 'ν': 'v', 'ѵ': 'v', 'ѡ': 'w', 'ԝ': 'w', 'ω': 'w', 'х': 'x', 'χ': 'x', 'у': 'y', 'ү': 'y',
	'γ': 'y', 'ᴢ': 'z',
	'А': 'a', 'В': 'b', 'С': 'c', 'Е': 'e', 'Н': 'h', 'І': 'i', 'Ј': 'j', 'К': 'k', 'М': 'm', 'О': 'o',
	'Р': 'p', 'Ѕ': 's', 'Т': 't', 'Х': 'x', 'У': 'y', 'Α': 'a', 'Β': 'b', 'Ε': 'e', 'Ζ': 'z', 'Η': 'h', 'Ι': 'i',
	'Κ': 'k', 'Μ': 'm', 'Ν': 'n', 'Ο': 'o', 'Ρ': 'p', 'Τ': 't', 'Υ': 'y', 'Χ': 'x',
}

// skeleton returns s with look-alike letters replaced by Latin ones and invisible
// characters removed, and whether that changed anything.
func skeleton(s string) (string, bool) {
	if len(s) > MaxName {
		s = strings.ToValidUTF8(s[:MaxName], "")
	}
	if isASCII(s) {
		return s, false
	}
	changed := false
	var b strings.Builder
	composed := norm.NFKC.String(s)
	changed = composed != s // "K", the Kelvin sign, is "K" already
	for _, r := range composed {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) {
			changed = true
			continue
		}
		if l, ok := confusables[r]; ok {
			r, changed = l, true
		}
		b.WriteRune(r)
	}
	return b.String(), changed
}

// hidden reports whether s has characters that do not show: format characters
// such as zero-width joiners and bidirectional controls.
func hidden(s string) bool {
	for _, r := range s {
		if r >= 0x80 && unicode.Is(unicode.Cf, r) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
