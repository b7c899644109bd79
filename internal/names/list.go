// SPDX-License-Identifier: Apache-2.0

package names

import (
	"bytes"
	"html"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/words"
)

// A field for a maker often has more than one name: several makers ("Nokia, ZTE"), a label
// ("Vendor: ZTE"), a notice ("Copyright 2020 ZTE"), a name in two scripts without a space
// ("ZTE中兴"), a number ("ZTE1") or a domain ("support.zte.com.cn").

// MaxPieces bounds the parts of a value that are compared. Readers count the rest as not screened.
const MaxPieces = 256

// labelWords come before the name of a maker and are no part of it.
var labelWords = words.Fields(`vendor vendors manufacturer manufacturers supplier suppliers producer maker makers organization
	organisation publisher developer brand distributor oem odm mfr mfg copyright copyrights holder owner provider by made manufactured
	supplied developed published produced provided designed built distributed copr name hersteller lieferant fabricant fournisseur
	fabricante proveedor produttore fornitore изготовитель производитель поставщик 供应商 供货商 制造商 厂商 生产商 生产厂家 厂家 品牌 公司`)

// subjectKeys are keys of distinguished names, which some fields have instead of names.
var subjectKeys = words.Set("o", "ou", "cn", "org")

// Decode decodes the escapes of URLs, HTML and JSON in a name, which are left by a tool or hide the
// name: "Hua%77ei", "&#72;uawei", "Hu\u0061wei".
func Decode(value string) string {
	if !MayBeEscaped(value) {
		return value
	}
	if strings.Contains(value, `\u`) {
		if s, err := strconv.Unquote(`"` + strings.ReplaceAll(value, `"`, `\"`) + `"`); err == nil {
			value = s
		}
	}
	return strings.ToValidUTF8(html.UnescapeString(ascii.UnescapeAll(value)), "")
}

// MayBeEscaped reports whether a value has the beginning of an escape.
func MayBeEscaped[T string | []byte](value T) bool {
	for i := 0; i+2 < len(value); i++ {
		switch value[i] {
		case '%':
			if ascii.HexDigit(value[i+1]) >= 0 && ascii.HexDigit(value[i+2]) >= 0 {
				return true
			}
		case '&':
			if ascii.Alnum[value[i+1]] != 0 || value[i+1] == '#' {
				return true
			}
		case '\\':
			if value[i+1] == 'u' {
				return true
			}
		}
	}
	return false
}

// listForms replaces words and dashes between names by single characters, and removes signs such as
// "(R)", which look like a part in brackets.
var listForms = strings.NewReplacer(" and ", "&", " AND ", "&", " und ", "&", " or ", "&", " et ", "&", "+", "&", " - ", ",", "–", ",", "—", ",", "(c)", " ", "(C)", " ", "(r)", " ", "(R)", " ", "(tm)", " ", "(TM)", " ", "：", ":")

// listBreaks are separators that occur between names and not inside them. A comma can separate the
// surname and the first name of a person.
const listBreaks = "/|;、；\n"

// A Piece is a part of a maker's value.
type Piece struct {
	Text string
	End  rune // the character after it, 0 at the end of the value
}

// Pieces yields the parts of a maker's value, at most [maxPieces].
func Pieces(value string) iter.Seq[Piece] {
	return func(yield func(Piece) bool) {
		rest := listForms.Replace(value)
		for range MaxPieces {
			i := strings.IndexFunc(rest, isListBreak)
			if i < 0 {
				yield(Piece{rest, 0})
				return
			}
			end, size := utf8.DecodeRuneInString(rest[i:])
			if !yield(Piece{rest[:i], end}) {
				return
			}
			rest = rest[i+size:]
		}
	}
}

// InList reports whether the piece ends with a separator that is in no name.
func (p Piece) InList() bool { return p.End != 0 && strings.ContainsRune(listBreaks, p.End) }

// IsSubjectKey reports whether the piece, of which tokens are the tokens, is a key of a
// distinguished name: "O=".
func (p Piece) IsSubjectKey(tokens []byte) bool {
	return (p.End == '=' || p.End == ':') && subjectKeys[string(tokens)]
}

// TooManyPieces reports whether a maker's value has more than [maxPieces] parts.
func TooManyPieces(value []byte) bool {
	n := 0
	for _, r := range listForms.Replace(string(value)) {
		if isListBreak(r) {
			n++
		}
	}
	return n >= MaxPieces
}

// MayHavePieces reports whether a maker's value in ASCII can have more than one part, or a label
// before the name.
func MayHavePieces(value []byte) bool {
	if bytes.ContainsAny(value, listBreakBytes) {
		return true
	}
	for _, word := range listWords {
		if bytes.Contains(value, word) {
			return true
		}
	}
	return BeginsWithLabel(value)
}

// listBreakBytes are the ASCII characters that separate the parts of a maker's value.
const listBreakBytes = ",;/|\n\t:=&()[]<>\"+"

// maxLabel is more than the letters of the longest label in ASCII.
const maxLabel = 24

// labelLengths has the lengths of labels by their first letter: bit n for n letters.
var labelLengths = func() (t [256]uint32) {
	for word := range labelWords {
		t[word[0]] |= 1 << min(len(word), maxLabel)
	}
	return t
}()

// BeginsWithLabel reports whether the first word of a maker's value in ASCII is a label.
func BeginsWithLabel(value []byte) bool {
	from := 0
	for from < len(value) && (value[from] == ' ' || value[from] == '.' || value[from] == '-' || value[from] == '_' || value[from] == '\'') {
		from++
	}
	to := from
	for to < len(value) && to-from < maxLabel && 'a' <= value[to]|0x20 && value[to]|0x20 <= 'z' {
		to++
	}
	if from == to || labelLengths[value[from]|0x20]&(1<<(to-from)) == 0 {
		return false
	}
	var first [maxLabel]byte // in lower case
	for i, c := range value[from:to] {
		first[i] = c | 0x20
	}
	return labelWords[string(first[:to-from])]
}

// listWords are the words that [listForms] replaces by separators.
var listWords = [][]byte{[]byte(" and "), []byte(" AND "), []byte(" und "), []byte(" or "), []byte(" et "), []byte(" - ")}

// isListBreak reports whether a character separates two names, or a label or notice from a name.
func isListBreak(r rune) bool {
	switch r {
	case ',', ';', '/', '|', '\n', '\t', ':', '=', '&', '(', ')', '[', ']', '<', '>', '"', '、', '，', '；', '（', '）', '•', '·':
		return true
	}
	return false
}

// CutLabels removes labels, years and numbers at the start of tokens, and numbers and the end of
// copyright notices at their end. label reports whether there was a label.
func CutLabels(tokens []byte) (rest []byte, label bool) {
	for len(tokens) > 0 {
		word, more, _ := bytes.Cut(tokens, []byte{' '})
		switch {
		case labelWords[string(word)], len(word) == 1 && word[0] == 'c' && label:
			label = true
		case !isNumber(word):
			tokens = bytes.TrimSuffix(tokens, []byte(" all rights reserved"))
			for {
				i := bytes.LastIndexByte(tokens, ' ')
				if i < 0 || !isNumber(tokens[i+1:]) {
					return tokens, label
				}
				tokens = tokens[:i]
			}
		}
		tokens = more
	}
	return nil, label
}

func isNumber(word []byte) bool {
	for _, b := range word {
		if !ascii.IsDigit(b) {
			return false
		}
	}
	return len(word) > 0
}

// ByScript separates the tokens in ASCII from those in other scripts.
func ByScript(tokens []byte) (latin, other []byte) {
	for word := range bytes.SplitSeq(tokens, []byte{' '}) {
		to := &latin
		if len(word) > 0 && word[0] >= 0x80 {
			to = &other
		}
		if len(*to) > 0 {
			*to = append(*to, ' ')
		}
		*to = append(*to, word...)
	}
	return latin, other
}

// WithoutNumber returns a name of one word without its legal form and the number after it: "huawei"
// of "Huawei2012 Co., Ltd.". It returns nil if there is no number, and also unless the number is a
// year or the name is in capitals: "Huawei88" and "zte2012" are the names of somebody's accounts.
func WithoutNumber(piece string, tokens []byte) []byte {
	const year = 4 // digits
	word := StripLegalForms(tokens)
	name := bytes.TrimRight(word, "0123456789")
	n := len(word) - len(name)
	if len(name) == 0 || n == 0 || bytes.ContainsAny(name, " 0123456789") {
		return nil
	}
	if capitals := strings.ToUpper(piece) == piece; capitals || n == year && strings.ToLower(piece) != piece {
		return name
	}
	return nil
}

// DigitBesideLetter reports whether a digit is next to a letter.
func DigitBesideLetter(s []byte) bool {
	for i := 1; i < len(s); i++ {
		a, b := ascii.Alnum[s[i-1]], ascii.Alnum[s[i]]
		if a != 0 && b != 0 && ascii.IsDigit(a) != ascii.IsDigit(b) {
			return true
		}
	}
	return false
}
