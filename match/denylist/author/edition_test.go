// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// cutOn makes a release of a day from the sources.
func cutOn(t *testing.T, day vendors.Date) *denylist.Release {
	t.Helper()
	data, err := author.BuildRelease(author.Cut{Name: "t", Date: day, Note: "n"}, os.DirFS("data"), vendors.Bundled().Files())
	if err != nil {
		t.Fatalf("%s: %v", day, err)
	}
	r, err := denylist.Parse("t", data, nil)
	if err != nil {
		t.Fatalf("%s: %v", day, err)
	}
	return r
}

func citation(r *denylist.Release, vendor vendors.ID, listing string, day vendors.Date) *denylist.Citation {
	for _, e := range r.ForVendor(vendor) {
		if e.Listing != nil && e.Listing.ID == listing {
			c := e.Cite(day)
			return &c
		}
	}
	return nil
}

// A release cites the words that a text had on its day, and so does a newer one about that day.
func TestSourcesHaveTheWordsOfTheDay(t *testing.T) {
	tests := []struct {
		day     vendors.Date
		vendor  vendors.ID
		listing string
		quote   string // "" if there is no such listing on the day
		clause  string
	}{
		{"2018-06-14", "kaspersky", "us-far-52.204-23/b/kaspersky", "", ""},
		{"2018-06-15", "kaspersky", "us-far-52.204-23/b/kaspersky", "(1) Providing any covered article that", "52.204-23(b) (Jul 2018)"},
		{"2023-12-03", "kaspersky", "us-far-52.204-23/b/kaspersky", "(1) Providing any covered article that", "52.204-23(b) (Jul 2018)"},
		{"2023-12-04", "kaspersky", "us-far-52.204-23/b/kaspersky", "(a) Providing any Kaspersky Lab covered article that", "4.2002 (Dec 2023)"},
		{"2018-08-13", "zte", "us-pl-115-232-s889/a1A/zte", "The head of an executive agency may not— (A) procure or obtain or extend", "section 889(a)(1)(A)"},
		{"2019-08-12", "huawei", "us-far-52.204-25/b1/huawei", "", ""},
		{"2020-08-12", "huawei", "us-far-52.204-25/b1/huawei", "are covered by a waiver described in Federal Acquisition Regulation 4.2104.", "52.204-25(b) (Aug 2019)"},
		{"2020-08-13", "huawei", "us-far-52.204-25/b1/huawei", "are covered by a waiver described in FAR 4.2104.", "52.204-25(b)(1) (Aug 2020)"},
		{"2025-01-01", "hikvision", "us-2cfr-200.216/a/hikvision", "prohibited from obligating or expending loan or grant funds", "200.216(a)"},
		{"2022-03-26", "huawei", "us-fcc-covered-list/huawei", "Telecommunications equipment produced by Huawei", "row Huawei Technologies Company"},
		{"2024-07-24", "zte", "us-fcc-covered-list/zte", "Telecommunications equipment produced by ZTE", "row ZTE Corporation"},
		{"2026-07-28", "zte", "us-fcc-covered-list/zte", "services provided or provided by such entity", "row ZTE Corporation"},
		{"2021-06-03", "huawei", "us-1260h/list/huawei-2021", "Huawei Technologies Co., Ltd.", "list of 2021-06-03 (86 FR 33994)"},
		{"2026-11-30", "huawei", "us-1260h/list/huawei-2021", "Huawei Technologies Co., Ltd.", "list of 2026-06-08 (91 FR 35189)"},
		{"2026-06-07", "dji", "us-1260h/list/dji-2022", "Shenzhen DJI Innovation Technology Co., Ltd.", "list of 2025-01-07 (90 FR 1105)"},
		{"2026-11-30", "dji", "us-1260h/list/dji-2022", "Shenzhen DJI Technology Co., Ltd.", "list of 2026-06-08 (91 FR 35189)"},
		{"2022-04-26", "positive-technologies", "it-dl-21-2022-a29/waf/positive-technologies", "prodotti e servizi della società Positive Technologies", "circular 4336, list, web application firewalls"},
		{"2025-11-22", "positive-technologies", "it-dl-21-2022-a29/waf/positive-technologies", "procedere, tempestivamente, alla diversificazione", "circular of 2025"},
	}
	newest := cutOn(t, "2026-11-30")
	for _, tt := range tests {
		for _, r := range []*denylist.Release{cutOn(t, tt.day), newest} {
			c := citation(r, tt.vendor, tt.listing, tt.day)
			switch {
			case tt.quote == "":
				if c != nil && c.Status != "not yet made" {
					t.Errorf("release of %s on %s: %s: %q; expected no listing", r.Date(), tt.day, tt.listing, c.Quote)
				}
			case c == nil || !strings.Contains(c.Quote, tt.quote) || c.Clause != tt.clause:
				t.Errorf("release of %s on %s: %s: %+v; want %q in %s", r.Date(), tt.day, tt.listing, c, tt.quote, tt.clause)
			}
		}
	}
}

// A text is in force from its own day, also if its words of that day were not seen or if what it
// prohibits begins later.
func TestSourcesAreInForceFromTheDaysOfTheTexts(t *testing.T) {
	tests := []struct {
		vendor    vendors.ID
		listing   string
		day       vendors.Date
		status    string
		dayBefore string
	}{
		{"kaspersky", "us-far-52.204-23/b/kaspersky", "2018-07-16", "effective", "published, not effective"},
		{"huawei", "us-far-52.204-25/b1/huawei", "2019-08-13", "effective", "not yet made"},
		{"kaspersky", "us-bis-icts-2021-002/agreements/kaspersky", "2024-07-20", "effective", "published, not effective"},
		{"kaspersky", "us-bis-icts-2021-002/finding/kaspersky", "2024-09-29", "effective", "published, not effective"},
		{"zte", "us-dfars-252.204-7018/summary-2019/zte", "2019-12-31", "effective", "not yet made"},
		{"zte", "us-dfars-252.204-7018/b/zte", "2023-01-31", "effective", "not yet made"},
		{"dahua", "us-2cfr-200.216/a/dahua", "2020-08-13", "effective", "not yet made"},
		{"smic", "us-pl-117-263-s5949/a1A/smic", "2027-12-23", "effective", "enacted, not effective"},
		{"cxmt", "us-1260h/list/cxmt-2025", "2026-02-17", "published", "published"}, // a notice that was withdrawn ends nothing
		{"ymtc", "us-1260h/list/ymtc-2024", "2026-06-07", "published", "published"},
	}
	list := sources(t)
	for _, tt := range tests {
		eve, _ := time.Parse(time.DateOnly, string(tt.day))
		before := vendors.Date(eve.AddDate(0, 0, -1).Format(time.DateOnly))
		for day, want := range map[vendors.Date]string{tt.day: tt.status, before: tt.dayBefore} {
			if c := citation(list, tt.vendor, tt.listing, day); c == nil || c.Status != want {
				t.Errorf("%s on %s: %+v; want %q", tt.listing, day, c, want)
			}
		}
	}
}

// What is said beside the words is of the day too.
func TestNotesAreOfTheDay(t *testing.T) {
	tests := []struct {
		vendor  vendors.ID
		listing string
		day     vendors.Date
		has     string // in the note
		hasNot  string
	}{
		{"huawei", "us-1260h/list/huawei-2021", "2022-01-01", "The list itself prohibits nothing.", "118-31"},
		{"huawei", "us-1260h/list/huawei-2021", "2024-01-01", "Section 805 of Public Law 118-31", ""},
		{"dji", "us-1260h/list/dji-2022", "2026-11-30", "Section 805 of Public Law 118-31", ""},
		{"kaspersky", "us-far-52.204-23/b/kaspersky", "2024-01-01", "", "52.240-91"},
		{"kaspersky", "us-far-52.204-23/b/kaspersky", "2026-01-01", "FAR 52.240-91 replaces", ""},
		{"zte", "us-far-52.204-25/b1/zte", "2021-01-01", "", "52.240-91"},
		{"zte", "us-far-52.204-25/b1/zte", "2026-01-01", "FAR 52.240-91 replaces", ""},
	}
	list := sources(t)
	for _, tt := range tests {
		c := citation(list, tt.vendor, tt.listing, tt.day)
		if c == nil || !strings.Contains(c.Note, tt.has) || tt.hasNot != "" && strings.Contains(c.Note, tt.hasNot) {
			t.Errorf("%s on %s: %+v; want a note with %q and not %q", tt.listing, tt.day, c, tt.has, tt.hasNot)
		}
	}
}

// The facts around the vote are in each release from their day on, also in that of the eve of the
// vote, which does not have the resolution.
func TestContextOfTheVote(t *testing.T) {
	tests := []struct {
		day            vendors.Date
		vendor         vendors.ID
		has, hasNot    []string
		statusOnMotion string
	}{
		{"2017-09-14", "kaspersky", []string{"ks-best-buy-2017", "ks-allegation-2017", "ks-office-depot-2017"}, []string{"ks-transparency-2017", "ce-01"}, ""},
		{"2018-06-12", "kaspersky", []string{"ce-01", "ce-04", "ks-transparency-2017", "ks-washington-2017", "ks-twitter-2018", "ks-amendment-2018"}, []string{"ce-03", "ks-article-2018", "ks-mitigation-2024"}, "tabled"},
		{"2018-06-12", "zte", []string{"zte-denial-2018", "zte-settlement-2018"}, []string{"ce-11", "zte-article-2018"}, ""},
		{"2018-06-13", "kaspersky", []string{"ce-03", "ks-article-2018", "ks-confirmed-2018"}, []string{"ce-15", "ce-02"}, "superseded"},
		{"2019-04-17", "kaspersky", []string{"ce-02", "ce-15", "ce-10"}, nil, "superseded"},
	}
	for _, tt := range tests {
		r := cutOn(t, tt.day)
		got := make(map[string]bool)
		for _, c := range r.ContextFor(tt.vendor) {
			got[c.ID] = true
			if c.Date > tt.day {
				t.Errorf("%s: %s of %s", tt.day, c.ID, c.Date)
			}
		}
		for _, id := range tt.has {
			if !got[id] {
				t.Errorf("%s: %s is missing", tt.day, id)
			}
		}
		for _, id := range tt.hasNot {
			if got[id] {
				t.Errorf("%s: %s was not public yet", tt.day, id)
			}
		}
		if tt.statusOnMotion != "" {
			if c := citation(r, "kaspersky", "eu-ep-a8-0189-2018/76/kaspersky", tt.day); c == nil || c.Status != tt.statusOnMotion {
				t.Errorf("%s: the motion is %+v; want %s", tt.day, c, tt.statusOnMotion)
			}
		}
	}
}

// The resolution stays adopted when the Official Journal prints it.
func TestResolutionIsAdopted(t *testing.T) {
	r := cutOn(t, "2026-11-30")
	c := citation(r, "kaspersky", "eu-ep-p8-ta-2018-0258/76/kaspersky", "2026-11-30")
	if c == nil || c.Status != "adopted" {
		t.Errorf("%+v; want adopted", c)
	}
	for _, in := range r.Instruments() {
		if in.ID != "eu-ep-p8-ta-2018-0258" {
			continue
		}
		v := in.Clauses[0].Version("es")
		if v == nil || v.Grade != "B" || !strings.HasSuffix(v.Text, "como los de Kaspersky Lab") || in.Clauses[0].Version("ga") != nil {
			t.Errorf("the Spanish version is %+v", v)
		}
	}
}

// At least 95 of 100 clauses and of 100 listings are verified.
func TestSourcesAreVerified(t *testing.T) {
	var clauses, listings, verifiedClauses, verifiedListings int
	for _, in := range cutOn(t, "2026-11-30").Instruments() {
		for _, c := range in.Clauses {
			clauses++
			if c.Verified {
				verifiedClauses++
			}
		}
		for _, l := range in.Listings {
			listings++
			if l.Verified {
				verifiedListings++
			}
		}
	}
	if verifiedClauses*100 < clauses*95 || verifiedListings*100 < listings*95 {
		t.Errorf("verified are %d of %d clauses and %d of %d listings; expected 95 of 100", verifiedClauses, clauses, verifiedListings, listings)
	}
}

// silentOrder is an order that has facts about a vendor and nothing else.
const silentOrder = `{
 "id": "xx-order-7",
 "title": "Order 7",
 "issuer": "Ministry of the Interior",
 "jurisdiction": "XX",
 "force": "order",
 "binding": true,
 "addressees": "agencies of the ministry",
 "bound": ["eu.institutions"],
 "url": "https://example.org/order-7",
 "events": [{"date": "2026-11-01", "event": "issued", "source": "https://example.org/order-7"}],
 "context": [{"id": "c", "vendor": "zte", "date": "2026-11-01", "text": "x", "source": "https://example.org/order-7"}]
}`

// Warnings name the file and line of a vendor without an entry and of a source that nobody can open.
func TestWarningsNameVendorsAndSources(t *testing.T) {
	const order, entry = "instruments/xx-order-7.json", `"source": "https://example.org/order-7",`
	tests := []struct{ old, new, want string }{
		{`Example Works or of Acronis AG."`, `Example Works or of Acronis AG, nor of Kaspersky Lab."`, order + `:15: xx-order-7#2: the clause names kaspersky, which is neither in listings nor in excluded; expected an entry about it`},
		{entry, `"source": "register of orders",`, order + `:14: xx-order-7#2: source is "register of orders"; expected an address`},
		{entry, entry + ` "versions": [{"language": "fi", "text": "x", "grade": "B", "source": "radio"}],`, order + `:14: xx-order-7#2: source is "radio"; expected an address`},
		{` "listings": [`, ` "context": [{"id": "c", "vendor": "acronis", "date": "2026-01-01", "text": "x", "source": "hearsay"}],
 "listings": [`, order + `:17: c: source is "hearsay"; expected an address`},
		{string(ministry()[order].Data), silentOrder, order + `:12: xx-order-7: the instrument has facts about zte and neither a listing nor an excluded entry`},
		{` "listings": [`, ` "excluded": [{"id": "x", "vendor": "zte", "clause": "2", "reason": "notNamed", "note": "n", "public": "2026-11-01", "source": "words of the order"}],
 "listings": [`, ""},
		{entry, `"source": "83 FR 17644",`, ""},
		{entry, `"source": "a/b@0fc042ddcffa file.json",`, ""},
	}
	for _, tt := range tests {
		files := ministry()
		data := string(files[order].Data)
		if !strings.Contains(data, tt.old) {
			t.Fatalf("%q is not in %s", tt.old, order)
		}
		files[order] = &fstest.MapFile{Data: []byte(strings.Replace(data, tt.old, tt.new, 1))}
		if faults := author.Lint(files, denylist.Current()); len(faults) > 0 {
			t.Errorf("%s: faults %v", tt.new, faults)
		}
		w := author.Warnings(files, denylist.Current())
		if tt.want == "" && len(w) > 0 || tt.want != "" && (len(w) != 1 || !strings.HasPrefix(w[0].String(), tt.want)) {
			t.Errorf("%s: warnings %v; want %q", tt.new, w, tt.want)
		}
	}
}

// The list that releases are made from has no warnings, but for texts without a verb.
func TestSourcesHaveNoOtherWarnings(t *testing.T) {
	for _, w := range author.Warnings(author.Sources(), nil) {
		if !strings.Contains(w.String(), "verb is missing") {
			t.Error(w)
		}
	}
}

// A translation of a whole clause beside a quote of a part of it says more than the words.
func TestWarningsNameQuotesThatAreShorterThanTheTranslation(t *testing.T) {
	const order, locator, text = "instruments/xx-order-7.json", `"locator"`, "The ministry does not buy products of Example Works or of Acronis AG."
	files := ministry()
	data := strings.Replace(string(files[order].Data), locator, `"translation": "The ministry does not buy them.", `+locator, 1)
	data = strings.Replace(data, `"quote": "does not buy products of Example Works"`, `"quote": "`+text+`"`, 1) // the other quote is a part
	files[order] = &fstest.MapFile{Data: []byte(data)}
	w := author.Warnings(files, denylist.Current())
	if want := order + `:26: xx-order-7/2/acronis: the quote is a part of clause "2", and its translation is of the whole clause`; len(w) != 1 || !strings.HasPrefix(w[0].String(), want) {
		t.Errorf("%v; want %q", w, want)
	}
}
