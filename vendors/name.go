// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/words"
)

// MaxName bounds the bytes of a value that are compared. No name in a register
// is near it; a longer value is compared by its first bytes only. Readers count a
// maker's name that is longer as one that was not screened.
const MaxName = 4096

// Fold returns the canonical form in which names are compared: tokens in lower
// case, joined by single spaces. It applies Unicode compatibility composition
// (NFKC), case folding, the simplified forms of Chinese characters, and removal of marks and
// of what does not show, and splits at punctuation, white space and changes of script. Signs
// such as ™ and (R) and raised numbers are no part of a name.
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
				i += max(asciiMark(s[i:]), 1) - 1
			}
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

// appendWords is appendTokens for all of Unicode. It splits at each change of script, or
// without split only between scripts with spaces between words and those without.
func appendWords(dst []byte, s string, split bool) []byte {
	start := len(dst)
	s = norm.NFKD.String(cases.Fold().String(norm.NFKC.String(unmark(s))))
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
		case i < skip, unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), ignorable(r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			skip = i + asciiMark(s[i:])
			space()
			continue
		}
		sc := scriptOf(r)
		if !split && sc != scriptNone {
			if sc = scriptLatin; unspaced(r) {
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

// unspaced reports whether a letter is of a script that is written without spaces between
// words.
func unspaced(r rune) bool {
	return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r)
}

// forms are the legal forms at the end or the start of a company's name, which only say what
// sort of company it is, and the words of such names that are no one's own: places and what
// companies do. They are taken apart on first use.
type formTables struct {
	forms    map[string]bool // folded, of one to maxFormWords words
	glued    []string        // written without a space before or behind them, longest first
	leading  map[string]bool // that stand before the name
	regions  map[string]bool // countries and regions
	china    map[string]bool // Chinese provinces and cities
	han      map[string]bool // both in Han script
	codes    map[string]bool // of countries
	business map[string]bool
	hanWords []string // what companies do, in Han script
	trades   map[string]bool
}

const maxFormWords = 7

var forms = sync.OnceValue(func() *formTables {
	f := &formTables{
		forms: words.Lines(legalFormsTable), glued: strings.Fields(gluedFormsTable), leading: make(map[string]bool),
		regions: words.Lines(regionsTable), china: words.Lines(chinesePlacesTable), han: words.Lines(hanPlacesTable), codes: words.Fields(regionCodesTable),
		business: words.Fields(businessWords), hanWords: strings.Fields(hanBusinessWords), trades: words.Fields(tradeWords),
	}
	for _, form := range strings.Split(leadingForms, ",") {
		f.leading[Fold(form)] = true
	}
	return f
})

// leadingForms are the legal forms that are written before a name, in the languages that
// do so: Russian, Ukrainian, Kazakh, Lithuanian, Latvian, Finnish, Indonesian, Vietnamese,
// Japanese, Korean, Arabic and Persian.
const leadingForms = "АО,ОАО,ЗАО,ООО,ПАО,ТОВ,ТОО,AO,OAO,ZAO,OOO,PAO,TOV,TOO,UAB,SIA,Oy,PT,CONG TY TNHH,CONG TY CO PHAN," +
	"株式会社,有限会社,合同会社,주식회사,유한회사,(주),شركة,شرکت"

// stripForms removes the legal forms at the end of folded tokens and those at the start that
// stand there, never elsewhere and never to nothing.
func stripForms(tokens []byte) []byte {
	f := forms()
	for {
		rest := cutGlued(f.glued, cutLastPhrase(f.forms, tokens))
		if len(rest) == len(tokens) {
			break
		}
		tokens = rest
	}
	for i, words := 0, 0; i < len(tokens) && words < 4; i++ {
		if tokens[i] == ' ' {
			if words++; f.leading[string(tokens[:i])] {
				return tokens[i+1:]
			}
		}
	}
	return tokens
}

// cutPlaces removes the places and legal forms at the end of folded tokens.
func cutPlaces(tokens []byte) []byte {
	f := forms()
	for {
		rest := cutLastPhrase(f.china, cutLastPhrase(f.regions, stripForms(tokens)))
		if len(rest) == len(tokens) {
			return rest
		}
		tokens = rest
	}
}

// cutGlued cuts a legal form that is written without a space off the end of tokens, or off
// the start where it stands there.
func cutGlued(forms []string, tokens []byte) []byte {
	if len(tokens) == 0 || tokens[len(tokens)-1] < 0x80 {
		return tokens
	}
	for _, form := range forms {
		if s, ok := bytes.CutSuffix(tokens, []byte(form)); ok && len(bytes.TrimSpace(s)) > 0 {
			return bytes.TrimRight(s, " ")
		}
	}
	for _, form := range forms {
		if s, ok := bytes.CutPrefix(tokens, []byte(form)); ok && len(s) > 0 && s[0] != ' ' && strings.HasSuffix(form, "会社") {
			return s
		}
	}
	return tokens
}

// cutLastPhrase cuts the longest phrase of the set off the end of tokens, if it is not all
// of them. Single letters at the end are joined too: "S.A.U." folds to "s a u".
func cutLastPhrase(set map[string]bool, tokens []byte) []byte {
	rest := tokens
	for i, words := len(tokens)-1, 0; i > 0 && words < maxFormWords; i-- {
		if tokens[i] == ' ' {
			if words++; set[string(tokens[i+1:])] {
				rest = tokens[:i]
			}
		}
	}
	if len(rest) < len(tokens) {
		return rest
	}
	var joined [4]byte
	n, j := 0, len(tokens)
	for n < len(joined) && j >= 2 && tokens[j-2] == ' ' {
		n++
		joined[len(joined)-n] = tokens[j-1]
		j -= 2
	}
	for ; n >= 2; n-- {
		if set[string(joined[len(joined)-n:])] {
			return tokens[:len(tokens)-2*n]
		}
	}
	return tokens
}

// letters counts the letters of folded tokens; a Han character, which is a word of its
// own, counts twice.
func letters(tokens string) int {
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
// another word than a slip ("phytera" is not "hytera"). An added digit is not a slip either,
// nor is a letter added at the end, unless it doubles the last: "kaspersky3" and
// "acronisv" are the names of somebody's accounts.
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
		return a[i:] == b[i+1:] && !ascii.IsDigit(b[i]) && (i < len(a) || b[i] == b[i-1])
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// keyslip reports whether a name one edit from a short alias is a slip of it and not another
// word, of which there are many one letter away: it has lost a letter, doubled the last,
// swapped two, or has another letter in its second half or one that is drawn alike.
func keyslip(alias, name string) bool {
	n := len(alias)
	if len(name) != n {
		if len(name) < n {
			return true
		}
		i := 0
		for i < n && alias[i] == name[i] {
			i++
		}
		return i > 0 && name[i] == name[i-1]
	}
	i := 0
	for alias[i] == name[i] {
		i++
	}
	swapped := i+1 < n && alias[i] == name[i+1] && alias[i+1] == name[i]
	drawn := strings.IndexByte("il1", alias[i]) >= 0 && strings.IndexByte("il1", name[i]) >= 0
	return swapped || drawn || i >= n/2
}
