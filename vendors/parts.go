// SPDX-License-Identifier: Apache-2.0

package vendors

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

// The field of a maker often holds more than its name: several makers ("Nokia, ZTE"), a label
// ("Vendor: ZTE"), a notice ("Copyright 2020 ZTE"), a name in two scripts without a space
// ("ZTE中兴"), a number ("ZTE1") or a domain ("support.zte.com.cn"). A vendor that is a whole
// part of such a value resembles.

// maxPieces bounds the parts of a list that are looked at. [Examine] says of a longer list that a
// part of it is unread.
const maxPieces = 256

// labelWords come before a maker's name and are no part of one.
var labelWords = words.Fields(`vendor vendors manufacturer manufacturers supplier suppliers producer maker makers organization
	organisation publisher developer brand distributor oem odm mfr mfg copyright copyrights holder owner provider by made manufactured
	supplied developed published produced provided designed built distributed copr name hersteller lieferant fabricant fournisseur
	fabricante proveedor produttore fornitore изготовитель производитель поставщик 供应商 供货商 制造商 厂商 生产商 生产厂家 厂家 品牌 公司`)

// subjectKeys are the keys in a distinguished name that is in the place of a name.
var subjectKeys = words.Set("o", "ou", "cn", "org")

// parts attributes what a maker's value holds beside other things. Vendors that were found
// in the value by other rules are not found again.
func (r *resolver) parts(c *Claim) {
	value := c.Value
	if len(value) > MaxName {
		value = strings.ToValidUTF8(value[:MaxName], "")
	}
	if plain := decoded(value); plain != value {
		r.sub(c, Claim{Role: c.Role, Kind: KindName, Value: plain}, func(inner *Claim) {
			r.atMost(Resembles, func() { r.name(inner) })
		})
		return
	}
	r.addresses(c, value)
	if strings.Contains(value, "://") {
		return // a URL and no list
	}
	r.list(c, value)
}

// list attributes the parts of a maker's value that is a list, or has a label or a notice.
func (r *resolver) list(c *Claim, value string) {
	labelled := false // a label or the separator of a list comes before the piece
	otherTrade := hasOtherTrade(value)
	first, before := true, rune(0)
	for p := range pieces(value) {
		changed := !first || p.end != 0
		first = false
		tokens, label := cutLabels(appendTokens(nil, p.text))
		switch {
		case len(tokens) == 0:
			labelled = labelled || label
			continue
		case p.isSubjectKey(tokens):
			labelled = true
			continue
		case otherTrade && (p.end == '&' || before == '&'): // "ZTE & Partners Bakery"
			continue
		}
		before = p.end
		r.piece(c, p.text, tokens, labelled || label || p.inList() || len(r.out.Attributions) > r.start, changed)
		labelled = p.inList()
	}
}

// decoded returns a name without the escapes of URLs, HTML and JSON, which a tool has left in it or
// somebody has put there: "Hua%77ei", "&#72;uawei", "Hu\u0061wei".
func decoded(value string) string {
	if !mayBeEscaped(value) {
		return value
	}
	if strings.Contains(value, `\u`) {
		if s, err := strconv.Unquote(`"` + strings.ReplaceAll(value, `"`, `\"`) + `"`); err == nil {
			value = s
		}
	}
	return strings.ToValidUTF8(html.UnescapeString(ascii.UnescapeAll(value)), "")
}

// mayBeEscaped reports whether a value has what an escape begins with.
func mayBeEscaped[T string | []byte](value T) bool {
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

// listForms writes "and" as "&", and leaves out what looks like a part in brackets and is a sign.
var listForms = strings.NewReplacer(" and ", "&", " AND ", "&", " und ", "&", " or ", "&", " et ", "&", "+", "&", " - ", ",", "–", ",", "—", ",", "(c)", " ", "(C)", " ", "(r)", " ", "(R)", " ", "(tm)", " ", "(TM)", " ", "：", ":")

// listBreaks are the characters that are between the names of a list and in no name. A comma
// can be between the surname and the first name of a person.
const listBreaks = "/|;、；\n"

// A piece is a part of a maker's value.
type piece struct {
	text string
	end  rune // the character after it, 0 at the end of the value
}

// pieces yields the parts of a maker's value, at most [maxPieces].
func pieces(value string) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		rest := listForms.Replace(value)
		for range maxPieces {
			i := strings.IndexFunc(rest, isListBreak)
			if i < 0 {
				yield(piece{rest, 0})
				return
			}
			end, size := utf8.DecodeRuneInString(rest[i:])
			if !yield(piece{rest[:i], end}) {
				return
			}
			rest = rest[i+size:]
		}
	}
}

// inList reports whether the piece ends with a separator that is in no name.
func (p piece) inList() bool { return p.end != 0 && strings.ContainsRune(listBreaks, p.end) }

// isSubjectKey reports whether the piece, of which tokens are the tokens, is a key of a
// distinguished name: "O=".
func (p piece) isSubjectKey(tokens []byte) bool {
	return (p.end == '=' || p.end == ':') && subjectKeys[string(tokens)]
}

// tooManyPieces reports whether a maker's value has more than [maxPieces] parts.
func tooManyPieces(value []byte) bool {
	n := 0
	for _, r := range listForms.Replace(string(value)) {
		if isListBreak(r) {
			n++
		}
	}
	return n >= maxPieces
}

// isListBreak reports whether a character is between two names in a list, or between a label or
// a notice and a name.
func isListBreak(r rune) bool {
	switch r {
	case ',', ';', '/', '|', '\n', '\t', ':', '=', '&', '(', ')', '[', ']', '<', '>', '"', '、', '，', '；', '（', '）', '•', '·':
		return true
	}
	return false
}

// cutLabels takes labels, years and numbers off the start of tokens, and numbers and what
// notices end with off their end.
func cutLabels(tokens []byte) (rest []byte, label bool) {
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

// piece attributes a part of a value. sure says that it is a part of a list or behind a label
// and not, say, the first name of a person behind a comma; changed, that the whole value was not
// yet looked at in this form.
func (r *resolver) piece(c *Claim, text string, tokens []byte, sure, changed bool) {
	whole := func(tokens []byte) bool {
		return r.anew(c, sure, func() bool {
			x := &r.aliases
			return r.alias(x, c, tokens, RuleNameContains, Resembles) || r.branch(x, c, tokens, RuleNameContains) || r.inCompany(x, c, tokens, RuleNameContains)
		})
	}
	if len(tokens) == 0 || ascii.Only(text) && !mayMatch(r.index, c.Role, KindName, []byte(text)) {
		return
	}
	if changed || string(tokens) != Fold(text) {
		if whole(tokens) {
			return
		}
		for _, v := range redrawn(text, tokens) {
			v, _ = cutLabels(v)
			if r.anew(c, sure, func() bool {
				return r.alias(&r.aliases, c, v, RuleNameConfusable, Resembles) || r.alias(&r.drawn, c, v, RuleNameConfusable, Resembles)
			}) {
				return
			}
		}
	}
	if latin, other := byScript(tokens); len(latin) > 0 && len(other) > 0 {
		sure = sure || r.sameInHan(latin, other)
		if a, b := whole(latin), whole(other); a || b {
			return
		}
	}
	if name := withoutNumber(text, tokens); name != nil {
		r.anew(c, sure, func() bool { return r.alias(&r.aliases, c, name, RuleNameContains, Resembles) })
	}
}

// anew runs a rule on a claim and takes back what it finds of vendors that the claim is
// attributed to already, and, if it is not sure that a name is meant, of vendors with a common
// name that persons have too or one of ordinary words.
func (r *resolver) anew(c *Claim, sure bool, rule func() bool) bool {
	n := len(r.out.Attributions)
	found := rule()
	kept := r.out.Attributions[:n]
	for _, a := range r.out.Attributions[n:] {
		known := false
		for i := r.start; i < n; i++ {
			known = known || r.out.Attributions[i].Vendor == a.Vendor
		}
		if e := r.names[string(stripForms([]byte(Fold(a.Matched))))]; known || !sure && e != nil && (e.ordinary || e.id.Common && len(a.Matched) >= minName) {
			continue
		}
		kept = append(kept, a)
	}
	r.out.Attributions = kept
	return found
}

// sameInHan reports whether a name in Han script is what the full name of the vendor of a name
// in Latin script starts with, apart from places: "大华" of "浙江大华技术股份有限公司" beside "Dahua".
func (r *resolver) sameInHan(latin, other []byte) bool {
	e := r.names[string(stripForms(latin))]
	if e == nil {
		return false
	}
	const two = 6 // bytes of two characters
	for _, u := range r.unspaced {
		if len(other) >= two && u.entry.vendor == e.vendor && (strings.HasPrefix(u.name, string(other)) || strings.HasPrefix(afterPlaces(u.name), string(other))) {
			return true
		}
	}
	return false
}

// byScript takes the tokens in ASCII and those in other scripts apart.
func byScript(tokens []byte) (latin, other []byte) {
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

// withoutNumber returns a name of one word and its legal form without the number behind the
// word, nil if there is none: "huawei" of "Huawei2012 Co., Ltd.". The number has to be a year or
// the name in capitals: "Huawei88" and "zte2012" are the names of somebody's accounts.
func withoutNumber(piece string, tokens []byte) []byte {
	const year = 4 // digits
	word := stripForms(tokens)
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

func digitBesideLetter(s []byte) bool {
	for i := 1; i < len(s); i++ {
		a, b := ascii.Alnum[s[i-1]], ascii.Alnum[s[i]]
		if a != 0 && b != 0 && ascii.IsDigit(a) != ascii.IsDigit(b) {
			return true
		}
	}
	return false
}

// addresses attributes the domains, e-mail addresses and URLs in a maker's value.
func (r *resolver) addresses(c *Claim, value string) {
	if strings.IndexByte(value, '.') < 0 {
		return
	}
	for field := range strings.FieldsFuncSeq(value, func(r rune) bool { return r <= ' ' || strings.ContainsRune(",;<>()[]\"'|、，；（）", r) }) {
		field = strings.TrimRight(field, ".:")
		if strings.IndexByte(field, '.') < 0 || !r.anchors.hasToken([]byte(field)) {
			continue
		}
		r.anew(c, true, func() bool {
			from := len(r.out.Attributions)
			if at := strings.LastIndexByte(field, '@'); at >= 0 {
				host, look, ok := emailHost(field)
				return ok && (r.domain(c, host, RuleEmail, Resembles) || r.domain(c, look, RuleNameConfusable, Resembles))
			}
			p, ok := readURL(field)
			if !ok || p.host == "" {
				return false
			}
			r.atMost(Resembles, func() { r.place(c, p) }) // the field is for a name
			return len(r.out.Attributions) > from
		})
	}
}
