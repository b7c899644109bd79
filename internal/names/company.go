// SPDX-License-Identifier: Apache-2.0

package names

import (
	"bytes"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/words"
)

// businessWords are frequent words in the names of companies in the trades of the register's
// vendors: electronics, networks, software and cameras. They are chosen by hand, because a missing
// word hides a vendor and a wrong word accuses another company.
const businessWords = `
business businesses camera cameras cloud communication communications computer computers computing connect corporate
data device devices digital display drone drones electric electrical electronic electronics embedded energy engineering
enterprise enterprises equipment global group holding holdings industrial industries industry information
informatics innovation innovations innovative integrated integration intelligence intelligent international internet
investment iot it lab laboratories laboratory labs manufacturing microelectronic microelectronics microsystems mobile mobility monitoring network
networking networks online optoelectronics overseas platform platforms product products research robot robotics robots
satellite science sciences security semiconductor semiconductors service services smart software solution
solutions supply surveillance system systems tech technologies technology telecom telecommunication telecommunications
telecoms terminal terminals trade trading video vision wireless
technologie technologien technologia tecnologia tecnologie tecnologias telecomunicaciones telecomunicazioni comunicaciones
elektronik elektronika elettronica sicherheit kommunikation systeme vertriebs vertrieb`

// hanBusinessWords are the same in Chinese. If a word starts another, the longer one is first.
const hanBusinessWords = `云计算 半导体 微电子 信息 网络 通信 通讯 技术 科技 数字 数码 电子 软件 系统 工程 智能 智慧 设备 终端 移动 视讯
视频 安防 服务 研究院 研究所 集团 控股 投资 实业 产业 股份 国际 企业 创新 光电 无线 电信 电器 云 新技术 发展 制造 贸易 供应链 能源`

// tradeWords are words of other trades. A company with one of them in its name is not a vendor.
const tradeWords = `
accountants accounting agriculture architects architecture association auto automobile bakery bank banking beverage biological
biotech building cement ceramics charity chemical chemicals church clinic clothing club college concrete construction consulting cosmetics
cpa culture dental education entertainment estate farm farms fashion film finance financial fisheries food foods foundation
fruit fund furniture garment garments glass guild health hospital hotel hotels insurance jewellery jewelry kindergarten law leasing
legal logistics medical medicine metal metals mining motor motors museum oil packaging paper pharma pharmaceutical
pharmaceuticals pharmacy plastic plastics port press printing property publishing railway realty restaurant rubber school securities
shipping shoes ship silk sport sports steel tea textile textiles theatre tires tobacco tourism toy toys transport travel
tyre tyres university wine wood yoga`

// neutralWords are articles and conjunctions.
var neutralWords = words.Set("a", "and", "co", "de", "for", "of", "the", "und", "y")

// plainWords are other ordinary words in the names of vendors.
var plainWords = words.Set("better", "complete", "pacific", "positive", "tower", "way")

// IsOrdinary reports whether folded tokens are only words that many names of companies contain:
// "positive technologies".
func IsOrdinary(tokens []byte) bool {
	f := vocab()
	for len(tokens) > 0 {
		word, rest, _ := bytes.Cut(tokens, []byte{' '})
		if !f.business[string(word)] && !f.regions[string(word)] && !f.china[string(word)] && !f.forms[string(word)] && !plainWords[string(word)] &&
			!neutralWords[string(word)] && !f.codes[string(word)] {
			return false
		}
		tokens = rest
	}
	return true
}

// HasOtherTrade reports whether a name has a word of a trade in which there are no vendors.
func HasOtherTrade(name string) bool {
	f := vocab()
	for word := range bytes.SplitSeq(AppendTokens(nil, name), []byte{' '}) {
		if f.trades[string(word)] {
			return true
		}
	}
	return false
}

// A WordCount counts the words of a company's name around the name of a vendor, by their meaning.
type WordCount struct {
	Places, Forms, Business, Unknown int
	OtherTrade                       bool // an unknown word is of another trade
	PlaceLast                        bool // the last word was a place in China
}

// Next counts the longest known phrase at the start of the tokens, or else the first word, and
// returns its length.
func (k *WordCount) Next(tokens []byte) int {
	if n := k.known(tokens); n > 0 {
		return n
	}
	f := vocab()
	word, _, _ := bytes.Cut(tokens, []byte{' '})
	k.PlaceLast = false
	if !neutralWords[string(word)] && !f.codes[string(word)] {
		k.Unknown++
		k.OtherTrade = k.OtherTrade || f.trades[string(word)]
	}
	return len(word)
}

// known counts the longest place, legal form or business word at the start of s, and returns its
// length, 0 if there is none.
func (k *WordCount) known(s []byte) int {
	f := vocab()
	var ends [maxPhrase]int
	n := 0
	for i := 0; i <= len(s) && n < len(ends); i++ {
		if i == len(s) || s[i] == ' ' {
			ends[n] = i
			n++
		}
	}
	for words := n; words > 0; words-- {
		end := ends[words-1]
		phrase := string(s[:end])
		switch {
		case f.regions[phrase], f.china[phrase]:
			k.Places++
			k.PlaceLast = f.china[phrase]
			return end
		case f.forms[phrase], f.leading[phrase], isSpelledForm(f.forms, s[:end]):
			k.Forms++
			k.PlaceLast = false
			return end
		case words == 1 && f.business[phrase]:
			k.Business++
			k.PlaceLast = false
			return end
		case words == 1 && s[0] >= 0x80 && k.han(phrase):
			return end
		}
	}
	return 0
}

// isSpelledForm reports whether tokens are single letters that make a legal form: "s a u".
func isSpelledForm(forms map[string]bool, tokens []byte) bool {
	if n := len(tokens); n < 3 || n > 7 || n%2 == 0 {
		return false
	}
	var joined [4]byte
	for i, b := range tokens {
		if (b == ' ') != (i%2 == 1) {
			return false
		}
		if i%2 == 0 {
			joined[i/2] = b
		}
	}
	return forms[string(joined[:(len(tokens)+1)/2])]
}

// han counts a word in Han script that consists of places, business words and a legal form. It
// returns false for other words.
func (k *WordCount) han(word string) bool {
	f := vocab()
	rest := AfterPlaces(word)
	places := len(rest) < len(word)
	form := false
	for _, g := range f.glued {
		if s, ok := strings.CutSuffix(rest, g); ok {
			rest, form = s, true
			break
		}
	}
	business := false
	for cut := true; rest != "" && cut; {
		cut = false
		for _, w := range f.hanWords {
			if s, ok := strings.CutPrefix(rest, w); ok {
				rest, cut, business = s, true, true
				break
			}
		}
	}
	if rest != "" {
		return false
	}
	k.PlaceLast = places && !form && !business
	for _, c := range []struct {
		is bool
		n  *int
	}{{places, &k.Places}, {form, &k.Forms}, {business, &k.Business}} {
		if c.is {
			*c.n++
		}
	}
	return true
}

// maxHanPlace bounds the bytes of the name of a place in Han script: seven characters.
const maxHanPlace = 21

// AfterPlaces returns a word in Han script without the places at its start: "华为" of
// "广东省深圳市华为".
func AfterPlaces(word string) string {
	f := vocab()
	for range 3 {
		n := 0
		for i := min(len(word), maxHanPlace); i > 0 && n == 0; i-- {
			if f.han[word[:i]] {
				n = i
			}
		}
		if n == 0 {
			return word
		}
		word = word[n:]
		for _, unit := range [...]string{"特别行政区", "自治区", "省", "市"} {
			if s, ok := strings.CutPrefix(word, unit); ok {
				word = s
				break
			}
		}
	}
	return word
}

// A vocabulary contains the words of companies' names that do not distinguish a company: legal forms,
// places and words for lines of business.
type vocabulary struct {
	forms    map[string]bool // legal forms, folded, of at most maxPhrase words
	glued    []string        // legal forms that are written without a space before or after them, longest first
	leading  map[string]bool // legal forms that are written before a name
	regions  map[string]bool // countries and regions
	china    map[string]bool // Chinese provinces and cities
	han      map[string]bool // places in Han script
	codes    map[string]bool // of countries
	business map[string]bool
	hanWords []string // business words in Han script
	trades   map[string]bool
}

// maxPhrase bounds the words of a legal form or a place.
const maxPhrase = 7

// vocab returns the vocabulary, which is made on first use.
var vocab = sync.OnceValue(func() *vocabulary {
	f := &vocabulary{
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

// StripLegalForms removes the legal forms at the end of folded tokens, and at the start the forms
// that are written before names. It never removes all tokens.
func StripLegalForms(tokens []byte) []byte {
	f := vocab()
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

// CutPlaces removes the places and legal forms at the end of folded tokens.
func CutPlaces(tokens []byte) []byte {
	f := vocab()
	for {
		rest := cutLastPhrase(f.china, cutLastPhrase(f.regions, StripLegalForms(tokens)))
		if len(rest) == len(tokens) {
			return rest
		}
		tokens = rest
	}
}

// cutGlued removes a legal form that is written without a space at the end of the tokens or, for the
// forms that are written before names, at their start.
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

// cutLastPhrase removes the longest phrase of the set at the end of the tokens, unless it is all of
// them. It joins single letters at the end: "S.A.U." folds to "s a u".
func cutLastPhrase(set map[string]bool, tokens []byte) []byte {
	rest := tokens
	for i, words := len(tokens)-1, 0; i > 0 && words < maxPhrase; i-- {
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
