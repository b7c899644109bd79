// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/words"
)

// businessWords are words of companies' names that many have, in the trades of the
// register's vendors: electronics, networks, software and cameras. They are chosen by hand;
// a word that is missing costs a find, one too many an accusation.
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

// hanBusinessWords are the same in Chinese, the longest first where one starts another.
const hanBusinessWords = `云计算 半导体 微电子 信息 网络 通信 通讯 技术 科技 数字 数码 电子 软件 系统 工程 智能 智慧 设备 终端 移动 视讯
视频 安防 服务 研究院 研究所 集团 控股 投资 实业 产业 股份 国际 企业 创新 光电 无线 电信 电器 云 新技术 发展 制造 贸易 供应链 能源`

// tradeWords are words of other trades: a company with one in its name is another.
const tradeWords = `
accountants accounting agriculture architects architecture association auto automobile bakery bank banking beverage biological
biotech building cement ceramics charity chemical chemicals church clinic clothing club college concrete construction consulting cosmetics
cpa culture dental education entertainment estate farm farms fashion film finance financial fisheries food foods foundation
fruit fund furniture garment garments glass guild health hospital hotel hotels insurance jewellery jewelry kindergarten law leasing
legal logistics medical medicine metal metals mining motor motors museum oil packaging paper pharma pharmaceutical
pharmaceuticals pharmacy plastic plastics port press printing property publishing railway realty restaurant rubber school securities
shipping shoes ship silk sport sports steel tea textile textiles theatre tires tobacco tourism toy toys transport travel
tyre tyres university wine wood yoga`

// neutralWords join others.
var neutralWords = words.Set("a", "and", "co", "de", "for", "of", "the", "und", "y")

// plainWords are others of which names are made that are no one's own.
var plainWords = words.Set("better", "complete", "pacific", "positive", "tower", "way")

// isOrdinary reports whether folded tokens are only words that many names of companies contain:
// "positive technologies".
func isOrdinary(tokens []byte) bool {
	f := forms()
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

// hasOtherTrade reports whether a name has a word of a trade that no vendor is in.
func hasOtherTrade(name string) bool {
	f := forms()
	for word := range bytes.SplitSeq(appendTokens(nil, name), []byte{' '}) {
		if f.trades[string(word)] {
			return true
		}
	}
	return false
}

// A wordCount counts the words of a company's name beside the vendor's name, by what they mean.
type wordCount struct {
	places, forms, business, unknown int
	otherTrade                       bool // an unknown word is of another trade
	placeLast                        bool // the last word was a place in China
}

// next counts the longest known phrase at the start of the tokens, or else the first word, and
// returns its length.
func (k *wordCount) next(tokens []byte) int {
	if n := k.known(tokens); n > 0 {
		return n
	}
	f := forms()
	word, _, _ := bytes.Cut(tokens, []byte{' '})
	k.placeLast = false
	if !neutralWords[string(word)] && !f.codes[string(word)] {
		k.unknown++
		k.otherTrade = k.otherTrade || f.trades[string(word)]
	}
	return len(word)
}

// known counts the longest place, legal form or business word at the start of s, and returns its
// length, 0 if there is none.
func (k *wordCount) known(s []byte) int {
	f := forms()
	var ends [maxFormWords]int
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
			k.places++
			k.placeLast = f.china[phrase]
			return end
		case f.forms[phrase], f.leading[phrase], spelled(f.forms, s[:end]):
			k.forms++
			k.placeLast = false
			return end
		case words == 1 && f.business[phrase]:
			k.business++
			k.placeLast = false
			return end
		case words == 1 && s[0] >= 0x80 && k.han(phrase):
			return end
		}
	}
	return 0
}

// spelled reports whether tokens are single letters that make a legal form: "s a u".
func spelled(forms map[string]bool, tokens []byte) bool {
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
func (k *wordCount) han(word string) bool {
	f := forms()
	rest := afterPlaces(word)
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
	k.placeLast = places && !form && !business
	for _, c := range []struct {
		is bool
		n  *int
	}{{places, &k.places}, {form, &k.forms}, {business, &k.business}} {
		if c.is {
			*c.n++
		}
	}
	return true
}

// maxHanPlace is the most bytes of a place's name in Han script that a company has before its
// own: seven characters.
const maxHanPlace = 21

// afterPlaces returns a word in Han script without the places at its start: "华为" of
// "广东省深圳市华为".
func afterPlaces(word string) string {
	f := forms()
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

// inCompany attributes a short or common name, or one of ordinary words, that is a whole
// word of a longer name with nothing else in it but places, legal forms and business
// words: "Shenzhen ZTE Mobile Telecom Co., Ltd.". Behind a place in China, where a
// company's own name follows it, there may be other words, but none of another trade.
func (r *resolver) inCompany(x *aliases, c *Claim, tokens []byte, rule Rule) bool {
	const maxWords = 6 // of a name
	var k wordCount
	type spot struct {
		entry      *entry
		afterPlace bool
	}
	var spots []spot
	for rest := tokens; len(rest) > 0; rest = bytes.TrimLeft(rest, " ") {
		n := x.shortName(rest, maxWords)
		if n == 0 {
			rest = rest[k.next(rest):]
			continue
		}
		s := spot{x.names[string(rest[:n])], k.placeLast}
		if !slices.Contains(spots, s) {
			spots = append(spots, s)
		}
		k.placeLast = false
		rest = rest[n:]
	}
	found := false
	for _, s := range spots {
		sure := k.unknown == 0 && k.places+k.forms+k.business > 0
		if sure || s.afterPlace && !k.otherTrade && k.forms+k.business > 0 && k.unknown <= 2 && !s.entry.ordinary {
			r.hit(c, s.entry, rule, Resembles)
			found = true
		}
	}
	return found
}

// shortName returns the length of the longest name with which tokens start that is not found
// in longer ones wherever it stands.
func (x *aliases) shortName(tokens []byte, maxWords int) (length int) {
	for i := 0; i <= len(tokens) && maxWords > 0; i++ {
		if i < len(tokens) && tokens[i] != ' ' {
			continue
		}
		maxWords--
		if e := x.names[string(tokens[:i])]; e != nil && e.id.Kind != "transliteration" && (e.ordinary || x.phrases[string(tokens[:i])] == nil) {
			length = i
		}
	}
	return length
}
