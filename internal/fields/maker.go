// SPDX-License-Identifier: Apache-2.0

package fields

import (
	"strings"
	"sync"
	"unicode"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/words"
)

// makerWords are the words for the maker or supplier of something. A field with one of them in
// its name is likely to name a vendor. Those of other languages are written without marks.
var makerWords = words.Fields(`supplier suppliers manufacturer manufacturers manufacture mfr mfrs mfg mfgr manuf mnf
	vendor vendors publisher publishers originator originators maker makers brand brands distributor distributors importer
	developer developers producer producers oem oems company provider suppliedby originatedby manufacturedby
	packagesupplier packageoriginator
	hersteller lieferant anbieter marke fabricant fournisseur editeur marque fabricante proveedor fornecedor marca
	produttore fornitore costruttore fabbricante fabrikant leverancier producent dostawca vyrobce vyrobca dodavatel gyarto
	beszallito valmistaja toimittaja tillverkare leverantor leverandor producator furnizor proizvodac dobavljac
	proizvajalec dobavitelj gamintojas tiekejas razotajs piegadatajs tootja tarnija uretici tedarikci merk leverandør proizvođac`)

// identifierWords are the words for identifiers that name a vendor.
var identifierWords = words.Fields("purl purls packageurl packageurls cpe cpes cpe22 cpe23")

// lastMakerWords name a maker only at the end of a name: "device.make", but not "makeFlags".
var lastMakerWords = words.Fields("make")

// makerSuffixes end words in which neither a capital letter nor punctuation separates the
// parts: "packagesupplier", "gerätehersteller".
var makerSuffixes = []string{"supplier", "manufacturer", "originator", "vendor", "hersteller"}

// makerPhrases are the words for a maker in languages in which they are inflected, have several
// words or are not separated from others. A name that contains one is likely to name a vendor.
var makerPhrases = sync.OnceValue(func() []string {
	list := strings.Split(`производител|изготовител|поставщик|разработчик|виробник|постачальник|доставчик|κατασκευαστ|προμηθευτ|
制造商|生产商|供应商|厂商|厂家|製造商|供應商|廠商|制造厂|生产厂|制造企业|生产企业|品牌|製造元|製造者|供給者|供給元|メーカー|ベンダー|
제조사|제조업체|제조자|공급업체|공급자|공급사|제조원|المصنع|الشركة المصنعة|المورد|nhà sản xuất|nhà cung cấp|יצרן|ספק`, "|")
	for i, phrase := range list {
		list[i] = names.Fold(strings.TrimSpace(phrase))
	}
	return list
})

// MayNameMaker reports whether a field of this name is likely to say who made or supplied
// something, or to have an identifier that does: "vendor", "packageSupplier",
// "x-device-manufacturer", "Manufacturer Name", "purls".
func MayNameMaker[T string | []byte](field T) bool {
	if len(field) < len("mfr") || len(field) > MaxName {
		return false
	}
	name := string(field)
	return NamesMaker(name) || hasWord(name, func(word string, _ bool) bool { return identifierWords[word] })
}

// NamesMaker is [MayNameMaker] for a name of any length, and without identifiers.
func NamesMaker(name string) bool {
	if hasWord(name, isMakerWord) {
		return true
	}
	if isASCII(name) {
		return false
	}
	folded := names.Fold(name)
	for _, phrase := range makerPhrases() {
		if phrase != "" && strings.Contains(folded, phrase) {
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

// isMakerWord reports whether a word of a name, in lower case, is one for a maker. last means that
// nothing comes after it but numbers.
func isMakerWord(word string, last bool) bool {
	stem := strings.TrimSuffix(strings.TrimSuffix(word, "names"), "name")
	if makerWords[word] || makerWords[stem] || last && (lastMakerWords[word] || lastMakerWords[stem]) {
		return true
	}
	for _, suffix := range makerSuffixes {
		if strings.HasSuffix(word, suffix) || strings.HasSuffix(stem, suffix) {
			return true
		}
	}
	return false
}

// hasWord reports whether is is true for a word of a name: for the name as a whole, or for what
// is between punctuation, white space, digits and changes from small to capital letters.
func hasWord(name string, is func(word string, last bool) bool) bool {
	if !isASCII(name) {
		name = plain(name)
	}
	if is(strings.ToLower(name), true) {
		return true
	}
	from := 0
	for i := 0; i <= len(name); i++ {
		end := i == len(name)
		switch {
		case !end && isLetter(name[i]) && !(i > from && startsWord(name, i)):
			continue
		case i > from && is(strings.ToLower(name[from:i]), !hasLetter(name[i:])):
			return true
		}
		if from = i; !end && !isLetter(name[i]) {
			from = i + 1
		}
	}
	return false
}

// startsWord reports whether the letter at i is the first of a word: "deviceVendor", "OEMName".
func startsWord(name string, i int) bool {
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	if !upper(name[i]) {
		return false
	}
	return !upper(name[i-1]) || i+1 < len(name) && isLetter(name[i+1]) && !upper(name[i+1])
}

// isLetter reports whether a byte is a letter, or part of one beyond ASCII.
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }

func hasLetter(s string) bool {
	for i := range len(s) {
		if isLetter(s[i]) {
			return true
		}
	}
	return false
}

// plain returns a name without marks and invisible characters, with the usual forms of its
// letters ("ｖｅｎｄｏｒ", "ſupplier"), and spaces for other punctuation. The words stay apart.
func plain(name string) string {
	var apart strings.Builder
	var before rune
	for _, r := range strings.ToValidUTF8(name, "\uFFFD") {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			apart.WriteByte(' ')
		}
		apart.WriteRune(r)
		before = r
	}
	return names.Fold(apart.String())
}
