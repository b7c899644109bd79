// SPDX-License-Identifier: Apache-2.0

package names_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/internal/names"
)

// business are the generic forms of undertakings; those of foundations, states,
// armies and churches, of cooperatives and of single persons and partnerships of persons, are
// no reason to take two names for the same company.
var business = []string{"", "LLC", "JSC", "LP", "LLP"}

// more are forms that the list does not have: single words that it only has in
// combinations, and the abbreviations of the register's own jurisdictions.
var more = []string{"Co.", "Company", "Corp.", "Corporation", "Inc.", "Incorporated", "Ltd.", "Limited", "LLC", "PLC", "GmbH", "AG", "SE",
	"Pvt.", "Private", "Pte.", "Pty.", "Sdn.", "Bhd.", "公司", "有限公司", "有限责任公司", "有限責任公司", "股份有限公司",
	"주식회사", "유한회사", "유한공사", "유한책임회사", "المحدودة", "المحدوده",
	"АО", "ОАО", "ЗАО", "ООО", "ПАО", "AO", "OAO", "ZAO", "OOO", "PAO", "FZ-LLC", "FZE", "FZCO", "S.A.U.", "S.L.", "S.L.U.", "S.R.L.S.", "SASU", "EOOD", "TOV", "K.K.", "ASA", "W.L.L.", "PSC", "Tbk", "TNHH"}

// notForms are entries of the list that are words of ordinary names too, or of another trade
// (an accountant's CPA, a bank, a school), or, as SCS, in the names of companies that are not
// the one without it.
var notForms = []string{"cpa", "scs", "c p a", "s c s", "детскии сад", "акб",
	"group", "holding", "holdings", "trust", "enterprise", "enterprises", "establishment", "international", "partners",
	"firma", "union", "concern", "association", "cooperative", "cooperation", "foundation", "bank", "institute", "studio", "agency", "office",
	"in", "at", "ii", "ip", "pc", "pe", "et", "tu", "pr", "nl", "ps", "na", "ei", "ay", "uu", "xt", "yu", "rp", "ll", "sd", "sb", "sc", "jv", "sem", "tov", "sube", "scop", "pup", "gie", "snt",
	"yoaj", "amba", "adsic", "ets", "osk", "ut", "us", "eu"}

var wider = []string{"Africa", "America", "Americas", "APAC", "Asia", "Asia Pacific", "EMEA", "Europe", "Europa", "Global", "H.K.", "International",
	"LATAM", "Latin America", "Baltics", "Benelux", "DACH", "Iberia", "Middle East", "MENA", "Nordic", "Nordics", "North America", "Overseas", "U.A.E.", "UAE", "U.K.", "UK", "U.S.", "U.S.A.", "US", "USA",
	"Czech", "Holland", "Great Britain", "Hong Kong", "Korea", "Russia", "Turkey", "Taiwan", "Deutschland", "Österreich", "Schweiz", "España", "Italia", "Nederland", "Polska", "Magyarország",
	"România", "Sverige", "Norge", "Danmark", "Suomi", "Česko", "Hrvatska", "Slovensko", "Slovenija", "Eesti", "Latvija", "Lietuva", "Brasil", "México"}

// forms_table.go is what the public list gives, with the changes above.
func TestNameTables(t *testing.T) {
	data, err := os.ReadFile("../../../shared/corpus/screening/rigour/org_types.yml")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no corpus here")
	} else if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Types []struct {
			Display, Compare, Generic string
			Aliases                   []string
		}
	}
	if err := yaml.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	forms, han := make(map[string]bool), make(map[string]bool)
	add := func(s string) {
		folded := names.Fold(s)
		first := []rune(folded + " ")[0]
		switch {
		case unicode.Is(unicode.Han, first), unicode.Is(unicode.Hangul, first):
			if len(folded) > 6 || unicode.Is(unicode.Han, first) {
				han[strings.ReplaceAll(folded, " ", "")] = true
			}
		case strings.Contains(folded, "банк"), strings.Contains(folded, "учреждение"), strings.Contains(folded, "компания"): // of banks and schools
		case len(folded) < 2, strings.Count(folded, " ") > 6, slices.Contains(notForms, folded), !unicode.IsLetter(first):
		default:
			forms[folded] = true
		}
	}
	for _, t := range list.Types {
		if !slices.Contains(business, t.Generic) {
			continue
		}
		for _, s := range append(t.Aliases, t.Display, t.Compare) {
			add(s)
		}
	}
	for _, s := range more {
		add(s)
	}
	regions, codes := make(map[string]bool), make(map[string]bool)
	for _, l := range []language.Tag{language.English, language.German, language.French, language.Spanish, language.Italian} {
		namer := display.Regions(l)
		for a := 'A'; a <= 'Z'; a++ {
			for b := 'A'; b <= 'Z'; b++ {
				r, err := language.ParseRegion(string([]rune{a, b}))
				if err != nil || !r.IsCountry() {
					continue
				}
				if len(r.String()) == 2 && unicode.IsLetter(rune(r.String()[1])) {
					codes[strings.ToLower(r.String())] = true
				}
				if folded := names.Fold(namer.Name(r)); len(folded) > 3 && strings.Count(folded, " ") < 4 {
					regions[folded] = true
				}
			}
		}
	}
	for _, s := range wider {
		regions[names.Fold(s)] = true
	}
	var out bytes.Buffer
	fmt.Fprint(&out, `// SPDX-License-Identifier: Apache-2.0
// SPDX-License-Identifier: MIT (the legal forms)

// Code generated by go test -run NameTables -update; DO NOT EDIT.
//
// Legal forms: org_types.yml of github.com/opensanctions/rigour, Copyright (c)
// 2023-2025 OpenSanctions Datenbanken GmbH, under the MIT License:
//
// Permission is hereby granted, free of charge, to any person obtaining a copy of
// this software and associated documentation files (the "Software"), to deal in the
// Software without restriction, including without limitation the rights to use,
// copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
// Software, and to permit persons to whom the Software is furnished to do so, subject
// to the following conditions: The above copyright notice and this permission notice
// shall be included in all copies or substantial portions of the Software. THE
// SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED,
// INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A
// PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
// HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
// OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
// SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
//
// Countries: CLDR, in English, German, French, Spanish and Italian.

package names
`)
	table := func(name, doc string, set map[string]bool, longestFirst bool) {
		var words []string
		for w := range set {
			words = append(words, w)
		}
		slices.SortFunc(words, func(a, b string) int {
			if d := len(b) - len(a); longestFirst && d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		fmt.Fprintf(&out, "\n// %s %s\nconst %s = `\n%s\n`\n", name, doc, name, strings.Join(words, "\n"))
	}
	table("legalFormsTable", "has the folded forms of names in scripts with spaces, one a line.", forms, false)
	table("gluedFormsTable", "has those in Han and Hangul script, longest first.", han, true)
	table("regionsTable", "has the folded names of countries and regions.", regions, false)
	table("regionCodesTable", "has the codes of countries, ISO 3166-1.", codes, false)
	src, err := format.Source(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "forms_table.go", src)
}
