// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"encoding/csv"
	"errors"
	"iter"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"

	"github.com/clause76/clause76/internal/lazyregexp"
)

// tableReason recognizes comma- or tab-separated values, by the name of the file because text has no
// magic. A header that looks like that of a parts list is an error.
func tableReason(data []byte, t *input) (string, error) {
	if e := strings.ToLower(path.Ext(t.name)); e != ".csv" && e != ".tsv" {
		return "", nil
	}
	if documentMark.Match(data) || partsMark.Match(data) {
		return "", notRead(errParts)
	}
	if binwalkTable.Match(data) {
		return "", notRead(errBinwalk)
	}
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	text := lines.Replace(strings.TrimPrefix(string(data), "\ufeff"))
	for text := range inOtherEncodings(data) {
		if hasPartsHeader(lines.Replace(text)) {
			return "", notRead(errParts)
		}
	}
	if hasPartsHeader(text) {
		return "", notRead(errParts)
	}
	columns := false
	for _, separator := range ",;\t|" {
		rows := records(text, separator)
		if len(rows) == 0 {
			continue
		}
		columns = true
		likely := 0
		for _, cells := range rows {
			if partRow(cells) {
				likely++
			}
			if partsHeader(cells) || productHeader(cells) {
				return "", notRead(errParts)
			}
		}
		switch {
		case 2*likely >= len(rows), makersColumn(rows):
			return "", notRead(errParts)
		case slices.ContainsFunc(rows[0], dataCell.MatchString):
			return "", notRead(errHeader)
		}
	}
	if !columns {
		return "", nil // a list
	}
	return "table without the columns of a parts list", nil
}

// maxRecoded is the length of the start of a table that is looked at in other encodings.
const maxRecoded = 64 << 10

// inOtherEncodings yields the start of a text that is not in UTF-8 in each of the encodings that
// spreadsheet programs write for the languages of the words.
func inOtherEncodings(data []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		if utf8.Valid(data) {
			return
		}
		data = data[:min(len(data), maxRecoded)]
		for _, e := range []encoding.Encoding{charmap.Windows1252, charmap.Windows1250, charmap.Windows1251, charmap.Windows1253, charmap.Windows1254, charmap.Windows1256, charmap.Windows1257, charmap.Windows1258,
			charmap.KOI8R, charmap.CodePage866, charmap.CodePage852, simplifiedchinese.GB18030, traditionalchinese.Big5, japanese.ShiftJIS, japanese.EUCJP, korean.EUCKR} {
			if text, err := e.NewDecoder().Bytes(data); err == nil && !yield(string(text)) {
				return
			}
		}
	}
}

// hasPartsHeader reports whether a line of a table is the header of a parts list.
func hasPartsHeader(text string) bool {
	for line := range strings.Lines(text) {
		for _, separator := range []string{",", ";", "\t", "|", "^", "~"} {
			if cells := strings.Split(line, separator); len(cells) > 1 && (partsHeader(cells) || productHeader(cells)) {
				return true
			}
		}
	}
	return false
}

var (
	errHeader  = errors.New("a table without a row that says what its columns are: it may be a parts list")
	errBinwalk = errors.New("a report of binwalk as a table, which was not read; expected its JSON")
	// binwalkTable matches the first line of "binwalk --csv".
	binwalkTable = lazyregexp.New(`(?i)^\x{feff}?"?decimal"?,"?hex(?:adecimal)?"?,"?desc(?:ription)?"?`)
	dataCell     = lazyregexp.New(`^[\s\d.,:/€$£%+-]*\d[\s\d.,:/€$£%+-]*$`)
	// fullVersion matches a version of three numbers or more; noVersion matches dates,
	// addresses and numbers with separators, which look the same.
	fullVersion = lazyregexp.New(`^[vV]?\d+\.\d+\.\d+[\w.+~-]*$`)
	noVersion   = lazyregexp.New(`^(?:\d{1,2}\.\d{1,2}\.\d{4}|\d\d\.\d\d\.\d\d|\d{1,3}(?:\.\d{3})+|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$`)
)

// records returns the rows with more than one cell that is not empty.
func records(text string, separator rune) (rows [][]string) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
	for {
		cells, err := r.Read()
		if err != nil {
			return rows
		}
		n := 0
		for i, c := range cells {
			if strings.TrimSpace(c) != "" {
				n++
			}
			cells[i] = strings.ReplaceAll(c, "\n", "") // words are broken in a narrow column
		}
		if n > 1 {
			rows = append(rows, cells)
		}
	}
}

// partRow reports whether cells may describe a part: a name, and after it a version.
func partRow(cells []string) bool {
	named, version := false, false
	for _, c := range cells {
		c = strings.TrimSpace(c)
		switch words := len(strings.Fields(c)); {
		case words > 6:
			return false
		case named && fullVersion.MatchString(c) && !noVersion.MatchString(c):
			version = true
		case strings.ContainsFunc(c, unicode.IsLetter):
			named = true
		}
	}
	return version
}

// hasPartsLine reports whether a line of a text looks like the header of a parts list.
func hasPartsLine(text string) bool {
	for line := range strings.Lines(text) {
		for _, separator := range []string{"\t", "|", ",", ";"} {
			if cells := strings.Split(line, separator); (len(cells) > 2 || len(cells) == 2 && separator != "," && separator != ";") && onlyShort(cells) && (partsHeader(cells) || (separator == "\t" || separator == "|") && productHeader(cells)) {
				return true
			}
		}
	}
	return false
}

// Words in the header of a parts list, in languages of the European Union. One word for a maker, a
// supplier or an identifier is enough; of the other words it takes two.
var (
	makerWords = lazyNames("make developer developers company provider éditeur editeur marque marca marcas merk marke anbieter herausgeber " +
		"fabbricante leveranciers produttrice märke merkki editor editore " +
		"supplier suppliers manufacturer manufacturers vendor vendors publisher maker oem brand mfg mfr purl purls cpe cpes mpn " +
		"hersteller lieferant fabricant fournisseur produttore fornitore fabricante proveedor fornecedor fabrikant leverancier producent dostawca výrobce dodavatel výrobca dodávateľ " +
		"gyártó beszállító valmistaja toimittaja tillverkare leverantör fabrikant leverandør producător furnizor proizvođač dobavljač proizvajalec dobavitelj gamintojas tiekėjas ražotājs piegādātājs tootja tarnija производител доставчик κατασκευαστής προμηθευτής " +
		"manuf mfgr mfrs vend fabr herst lief производитель поставщик изготовитель вендор разработчик виробник постачальник розробник üretici tedarikçi satıcı  المورد المصنع المصنعة")
	// unspacedMakers and unspacedParts are the same in scripts without spaces, where they can be parts of a word.
	unspacedMakers = []string{"供应商", "供應商", "制造商", "製造商", "厂商", "廠商", "厂家", "生产商", "开发商", "製造者", "製造元", "製造業者", "供給者", "供給元", "開発元", "メーカー", "ベンダー", "サプライヤー",
		"제조사", "제조업체", "제조자", "공급사", "공급업체", "공급자", "벤더"}
	unspacedParts = []string{"组件", "組件", "部件", "部品", "软件", "軟體", "版本", "バージョン", "コンポーネント", "ソフトウェア", "부품", "구성요소", "소프트웨어", "버전", "版"}
	partWords     = lazyNames("component components package packages library libraries module modules part parts software artifact dependency version versions release license licenses licence licences sbom " +
		"teil bauteil komponente komponenten bibliothek paket lizenz composant composants bibliothèque paquet componente componenti libreria licenza biblioteca licencia licença onderdeel pakket licentie komponent składnik licencja komponenta balíček licenc komponentti komponenta licens lisenssi компонент компоненты версия версії версія пакет библиотека бібліотека bileşen bileşenler sürüm paket kütüphane المكون الإصدار")
	headerWords = lazyNames("casa name names no nr number id ids identifier url uri string code country info the a of or and product type sw hw original source declared concluded " +
		"firmware hardware equipment device devices الشركة اسم " +
		"del della dello dei di de du des der die das dem den da do dos el la le les los il lo e et und och y en van vom von for für equipo equipos gerät geräts geräte gerätes apparecchio apparecchiatura appareil matériel équipement " +
		"dispositivo dispositivos equipamento apparatuur zařízení urządzenia urządzenie laite laitteen utrustning udstyr oprema model models modell modèle modelo modello оборудования устройства " +
		"legal full official entity company organization organisation party upstream short long firm firma")
)

// madeBy replaces phrases for a maker.
var madeBy = strings.NewReplacer("made by", "maker", "manufactured by", "maker", "supplied by", "maker", "produced by", "maker", "provided by", "maker", "nhà sản xuất", "maker", "nhà cung cấp", "maker")

var camel = lazyregexp.New(`(\p{Ll})(\p{Lu})`)

// recordLine matches a line of a record, with a key of one to three words and a value. It may be in
// a list, or quoted.
var recordLine = lazyregexp.New(`(?m)^[ \t>*+|-]*((?:\pL[\pL\w.-]*)(?: \pL[\pL\w.-]*){0,2})[*_ \t]*:[*_]*[ \t]+\S`)

// hasPartsRecord reports whether a text has lines of keys and values with a key for a part and a key
// for a maker.
func hasPartsRecord(text string) bool {
	var keys []string
	for _, m := range recordLine.FindAllStringSubmatch(text, 10_000) {
		keys = append(keys, m[1])
	}
	makers, parts := headerWordsOf(keys)
	return makers > 0 && parts > 0
}

// partsHeader reports whether cells look like the header of a parts list.
func partsHeader(cells []string) bool {
	makers, parts := headerWordsOf(cells)
	return makers > 0 || parts > 1
}

// containsAny reports whether a word, as long as one in a header, contains one of the texts.
func containsAny(word string, texts []string) bool {
	return len(word) <= 30 && word[0] >= 0x80 && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(word, text) })
}

// unspacedPart returns the word for a part that a word contains.
func unspacedPart(word string) string {
	return unspacedParts[slices.IndexFunc(unspacedParts, func(text string) bool { return strings.Contains(word, text) })]
}

// headerWordsOf returns the number of cells with a word for a maker, and the number of different
// words for a part. It ignores cells with any other word.
func headerWordsOf(cells []string) (makers, kinds int) {
	parts := make(map[string]bool)
	for _, c := range cells {
		if len(c) > 80 {
			continue
		}
		maker, part, other := false, "", false
		for _, word := range strings.FieldsFunc(madeBy.Replace(strings.ToLower(camel.ReplaceAllString(norm.NFC.String(c), "$1 $2"))), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) }) {
			stem := strings.TrimSuffix(strings.TrimSuffix(word, "s"), "name")
			switch {
			case makerWords()[word] || stem != "" && makerWords()[stem]:
				maker = true
			case partWords()[word]:
				part = word
			case containsAny(word, unspacedMakers):
				maker = true
			case containsAny(word, unspacedParts):
				part = unspacedPart(word)
			case !headerWords()[word]:
				other = true
			}
		}
		switch {
		case other:
		case maker:
			makers++
		case part != "":
			parts[part] = true
		}
	}
	return makers, len(parts)
}
