// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxName bounds the bytes of a value that are compared. No name in a register
// is near it; a longer value is compared by its first bytes only. Readers count a
// maker's name that is longer as one that was not screened.
const MaxName = 4096

// Fold returns the canonical form in which names are compared: tokens in lower
// case, joined by single spaces. It applies Unicode compatibility composition
// (NFKC), case folding, and removal of marks and format characters, and splits
// at punctuation, white space and changes of script.
func Fold(name string) string {
	return string(appendTokens(nil, name))
}

// appendTokens appends the folded tokens of s to dst. ASCII takes a short way
// that allocates nothing when dst has room.
func appendTokens(dst []byte, s string) []byte {
	if len(s) > MaxName {
		s = strings.ToValidUTF8(s[:MaxName], "")
	}
	start := len(dst)
	for i := range len(s) {
		b := s[i]
		switch {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			dst = append(dst, b)
		case 'A' <= b && b <= 'Z':
			dst = append(dst, b+'a'-'A')
		case b >= 0x80:
			return appendTokensUnicode(dst[:start], s)
		default:
			if len(dst) > start && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
		}
	}
	return bytes.TrimRight(dst, " ")
}

// script classes, between which a name is split.
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
		return scriptNone // digits belong to the script beside them
	case unicode.Is(unicode.Latin, r):
		return scriptLatin
	case unicode.Is(unicode.Cyrillic, r):
		return scriptCyrillic
	case unicode.Is(unicode.Han, r):
		return scriptHan
	}
	return scriptOther
}

func appendTokensUnicode(dst []byte, s string) []byte {
	start := len(dst)
	s = norm.NFKD.String(cases.Fold().String(norm.NFKC.String(s)))
	last := scriptNone
	space := func() {
		if len(dst) > start && dst[len(dst)-1] != ' ' {
			dst = append(dst, ' ')
		}
		last = scriptNone
	}
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			space()
			continue
		}
		if sc := scriptOf(r); sc != scriptNone {
			if last != scriptNone && sc != last {
				space()
			}
			last = sc
		}
		dst = append(dst, string(r)...)
	}
	return bytes.TrimRight(dst, " ")
}

// legalForms are the words that end a company's name and only say its legal form.
// They are removed at the end of a name, never elsewhere and never to nothing.
// Source: ISO 20275 (Entity Legal Forms) abbreviations of the jurisdictions that
// occur in the register and of the large trading languages.
var legalForms = makeSet(
	"ltd", "limited", "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "plc",
	"gmbh", "ag", "kg", "ohg", "ug", "se", "mbh", "ek",
	"sa", "sas", "sarl", "sau", "sl", "slu", "spa", "srl", "snc", "lda", "ltda", "eirl",
	"bv", "nv", "ab", "asa", "aps", "oy", "oyj", "hf", "ehf",
	"ao", "oao", "zao", "ooo", "pao", "jsc", "ojsc", "cjsc", "pjsc",
	"sro", "doo", "dd", "kft", "zrt", "nyrt", "sp", "zoo",
	"pvt", "private", "pte", "pty", "sdn", "bhd", "tbk", "kk", "gk",
	"fz", "fze", "fzco", "fzllc", "lllp", "pllc",
	"ао", "оао", "зао", "ооо", "пао",
)

// hanForms are the same for names in Han script, which have no spaces.
var hanForms = []string{"股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "公司"}

func makeSet(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// stripForms removes the legal forms at the end of folded tokens.
func stripForms(tokens []byte) []byte {
	for {
		i := bytes.LastIndexByte(tokens, ' ')
		if i < 0 {
			break
		}
		if legalForms[string(tokens[i+1:])] {
			tokens = tokens[:i]
			continue
		}
		// "S.A.U." folds to "s a u": join up to four single letters at the end.
		var joined [4]byte
		n, j := 0, len(tokens)
		for n < 4 && j >= 2 && tokens[j-2] == ' ' {
			n++
			joined[4-n] = tokens[j-1]
			j -= 2
		}
		for ; n >= 2; n-- {
			if legalForms[string(joined[4-n:])] {
				break
			}
		}
		if n < 2 {
			break
		}
		tokens = tokens[:len(tokens)-2*n]
	}
	for _, form := range hanForms {
		if s, ok := bytes.CutSuffix(tokens, []byte(form)); ok && len(bytes.TrimSpace(s)) > 0 {
			return bytes.TrimRight(s, " ")
		}
	}
	return tokens
}

// squash appends the tokens without their spaces.
func squash(dst, tokens []byte) []byte {
	for _, b := range tokens {
		if b != ' ' {
			dst = append(dst, b)
		}
	}
	return dst
}

// oneEdit reports whether a and b differ by exactly one insertion, deletion,
// substitution or transposition of neighbours (optimal string alignment distance
// 1). The first letters must be equal: a different first letter is far more often
// another word than a slip ("phytera" is not "hytera").
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == "" || a[0] != b[0] || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
