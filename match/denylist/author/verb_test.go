// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

// The verbs of the list that releases are made from, by the beginnings of the ids of listings.
var verbs = []struct{ listing, verb, english string }{
	{"au-pspf-001-2025/", "prevent the access, use or installation", ""},
	{"au-pspf-002-2025/", "prevent the installation", ""},
	{"ca-ica-hikvision-2025-06-27/", "are not used going forward", ""},
	{"ca-tbs-2023-10-30/", "will be removed", ""},
	{"de-bsi-2022-03-15/", "", ""}, // only the subject of the warning was seen
	{"eu-ec-c-2023-4049/own/", "progressivamente eliminati", "progressively removed"},
	{"eu-ec-c-2023-4049/suppliers/", "represent in fact materially higher risks", ""},
	{"eu-ep-a8-0189-2018/", "ban", ""},
	{"eu-ep-p8-ta-2018-0258/", "ban", ""},
	{"it-dl-21-2022-a29/", "", ""}, // a list of names; since 2025 the editions have one
	{"lt-2017-12-20/", "have to replace", ""},
	{"nl-2018-05-14/", "uit te faseren", "to phase out"},
	{"uk-dcms-huawei-2022-10-13/", "legally required to remove", ""},
	{"us-1260h/", "", ""}, // a list of names, which asks nothing
	{"us-bis-icts-2021-002/agreements/", "prohibited from entering into any new agreement", ""},
	{"us-bis-icts-2021-002/finding/", "shall be prohibited from engaging", ""},
	{"us-bis-zte-2018-04-15/", "Activating Suspended Denial Order", ""},
	{"us-dhs-bod-17-01/", "remove and discontinue", ""},
	{"us-far-52.204-23/", "is prohibited from", ""},
	{"us-far-52.204-25/", "is prohibited from providing", ""},
	{"us-fascsa-acronis-2025/", "exclude", ""},
	{"us-fcc-covered-list/", "", ""}, // a list of products, which asks nothing
	{"us-pl-115-232-s889/", "may not", ""},
	{"us-pl-115-91-s1634/", "No department, agency, organization, or other element of the Federal Government may use", ""},
	{"us-pl-117-263-s5949/", "may not", ""},

	{"ca-telecom-2022-05-19/", "intends to prohibit", ""},
	{"cz-nukib-2018-12-17/", "WARNING against the use", ""},
	{"cz-nukib-2025-07-10-deepseek/", "cybersecurity threat", ""}, // only the subject of the warning was seen
	{"se-pts-2020-10-20/28/", "får inte genomföras", "must not be carried out"},
	{"se-pts-2020-10-20/announcement/", "inte får genomföras", "must not be carried out"},
	{"uk-ncsc-2018-04-16-zte/", "cannot be mitigated", ""},
	{"us-2cfr-200.216/", "are prohibited from obligating or expending", ""},
	{"us-dfars-252.204-7018/b/", "shall not provide", ""},
	{"us-dfars-252.204-7018/summary-2019/", "prohibits the procurement", ""},
	{"us-pl-118-31-s805/", "may not", ""},
}

// Each listing has the verb of its text, in the quote, and an English one if the quote is in another
// language.
func TestSourcesHaveTheVerbsOfTheTexts(t *testing.T) {
	list, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for v := range list.Register().All() {
		for _, e := range list.ForVendor(v.ID) {
			if e.Listing == nil {
				continue
			}
			l := e.Listing
			i := slices.IndexFunc(verbs, func(v struct{ listing, verb, english string }) bool { return strings.HasPrefix(l.ID, v.listing) })
			if i < 0 {
				t.Errorf("%s with the verb %q is not in the table", l.ID, l.Verb)
				continue
			}
			want := verbs[i]
			seen[want.listing] = true
			if l.Verb != want.verb || l.VerbEnglish != want.english {
				t.Errorf("%s: verb %q, in English %q; want %q, %q", l.ID, l.Verb, l.VerbEnglish, want.verb, want.english)
			}
			if !strings.Contains(l.Quote, l.Verb) {
				t.Errorf("%s: verb %q is not in the quote %q", l.ID, l.Verb, l.Quote)
			}
			if foreign := e.Clause.Language != "en"; l.Verb != "" && foreign != (l.VerbEnglish != "") {
				t.Errorf("%s: language %s, verb in English %q", l.ID, e.Clause.Language, l.VerbEnglish)
			}
		}
	}
	for _, v := range verbs {
		if !seen[v.listing] {
			t.Errorf("no listing begins with %s", v.listing)
		}
	}
}

// A listing without a verb is a warning with file and line. The listings of the base are not.
func TestWarningsNameListingsWithoutVerb(t *testing.T) {
	const order, member = "instruments/xx-order-7.json", `"verb": "does not buy", `
	base := denylist.Current()
	if w := author.Warnings(ministry(), base); len(w) > 0 {
		t.Errorf("a list with verbs: %v", w)
	}
	files := ministry()
	data := string(files[order].Data)
	if strings.Count(data, member) != 2 {
		t.Fatalf("%s is not in both listings of %s", member, order)
	}
	files[order] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(data, member, ""))}
	if faults := author.Lint(files, base); len(faults) > 0 {
		t.Errorf("faults %v", faults)
	}
	w := author.Warnings(files, base)
	const want = order + ":18: xx-order-7/2/example-works: verb is missing; expected the words in which the text says what it asks"
	if len(w) != 2 || !strings.HasPrefix(w[0].String(), want) || !strings.HasPrefix(w[1].String(), order+":23: xx-order-7/2/acronis: ") {
		t.Errorf("warnings %v; want %s", w, want)
	}
	files[order] = &fstest.MapFile{Data: []byte(strings.Replace(data, member, `"verb": "never buys", `, 1))}
	const fault = order + `:22: xx-order-7/2/example-works: verb is "never buys"; expected whole words`
	if faults := author.Lint(files, base); len(faults) != 1 || !strings.HasPrefix(faults[0].String(), fault) {
		t.Errorf("faults %v; want %s", faults, fault)
	}
	if w := author.Warnings(files, base); w != nil {
		t.Errorf("warnings about a list that does not load: %v", w)
	}
}
