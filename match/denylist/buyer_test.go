// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/internal/addressee"
)

// buyer returns the bundled buyer with the name.
func buyer(t testing.TB, name string) *denylist.Buyer {
	t.Helper()
	all := denylist.Buyers()
	i := slices.IndexFunc(all, func(b denylist.Buyer) bool { return b.Name == name })
	if i < 0 {
		t.Fatalf("no buyer %s", name)
	}
	return &all[i]
}

// The relation of the texts of the newest release to the buyers, judged by reading the texts.
func TestRelation(t *testing.T) {
	texts := make(map[string]*denylist.Instrument)
	for _, in := range denylist.Current().Instruments() {
		texts[in.ID] = in
	}
	for _, tt := range []struct{ buyer, text, want string }{
		{"eu-institution", "eu-ep-p8-ta-2018-0258", denylist.Advises}, // "calls on the EU", "used in the institutions"
		{"eu-commission", "eu-ep-p8-ta-2018-0258", denylist.Advises},  // it is one of the institutions
		{"eu-commission", "eu-ec-c-2023-4049", denylist.Advises},      // a commitment that binds nobody
		{"eu-institution", "eu-ec-c-2023-4049", ""},                   // of the Commission and not of all institutions
		{"eu-institution", "us-pl-115-91-s1634", ""},
		{"eu-institution", "de-bsi-2022-03-15", denylist.Advises}, // it speaks to anyone
		{"eu-institution", "eu-com-2026-11", ""},                  // a proposal of a text for others
		{"nl-ministry", "nl-2018-05-14", denylist.Binds},
		{"nl-ministry", "eu-ep-p8-ta-2018-0258", ""}, // not the Member States
		{"nl-ministry", "eu-ec-c-2023-4049", denylist.Advises},
		{"de-central-government", "eu-ec-c-2023-4049", denylist.Advises},
		{"de-central-government", "nl-2018-05-14", ""},
		{"us-federal-agency-civilian", "us-dhs-bod-17-01", denylist.Binds},
		{"us-federal-agency-civilian", "us-pl-115-232-s889", denylist.Binds},
		{"us-federal-agency-civilian", "us-far-52.204-25", denylist.BindsBidders},
		{"us-dod", "us-dhs-bod-17-01", ""},
		{"us-dod", "us-1260h", denylist.Advises},
		{"us-dod", "us-pl-115-91-s1634", denylist.Binds}, // it is a part of the federal government
		{"us-ic-agency", "us-fascsa-acronis-2025", denylist.Binds},
		{"us-federal-contractor", "us-pl-115-232-s889", denylist.ThroughContract},
		{"us-federal-contractor", "us-far-52.204-23", denylist.Binds},
		{"us-dod-contractor", "us-far-52.204-23", denylist.Binds},
		{"us-grant-recipient", "us-pl-115-232-s889", denylist.ThroughContract},
		{"us-grant-recipient", "us-far-52.204-25", ""},
		{"us-federal-agency-civilian", "us-bis-zte-2018-07-13", ""}, // the parties only
		{"uk-department", "uk-co-wms-2022-11-24", denylist.Binds},
		{"uk-public-body", "uk-co-wms-2022-11-24", ""},
		{"uk-telecoms-provider", "uk-dcms-huawei-2022-10-13", denylist.Binds},
		{"lt-cii-manager", "lt-2017-12-20", denylist.Binds},
		{"private-company", "lt-2017-12-20", ""}, // its words speak to managers of information infrastructure
		{"private-company", "us-pl-115-91-s1634", ""},
		{"private-company", "us-bis-el-2019", ""},
		{"private-company", "de-bsi-2022-03-15", denylist.Advises},
		{"it-public-administration", "it-dl-21-2022-a29", denylist.Binds},
		{"ro-authority", "ro-l-354-2022", denylist.Binds},
		{"ca-department", "ca-tbs-2023-10-30", denylist.Binds},
		{"au-entity", "au-pspf-002-2025", denylist.Binds},
	} {
		in := texts[tt.text]
		if got := buyer(t, tt.buyer).RelationTo(denylist.Entry{Instrument: in}); got != tt.want {
			t.Errorf("%s to %s: %q; want %q", tt.text, tt.buyer, got, tt.want)
		}
		for _, l := range in.Listings {
			c := denylist.Entry{Instrument: in, Listing: &l}.Cite("2026-11-30")
			if c.Addressees != in.Addressees {
				continue // its clause speaks to fewer
			}
			if got := buyer(t, tt.buyer).Relation(&c); got != tt.want {
				t.Errorf("%s to %s: %q; want %q", l.ID, tt.buyer, got, tt.want)
			}
		}
	}
}

// Releases before 2026.11.30 have no codes, so nobody knows whom their texts speak to, unless they
// correct another one.
func TestTextWithoutCodesIsUnknown(t *testing.T) {
	for _, name := range denylist.Names() {
		r := open(t, name)
		withCodes := name >= "2026.11.30" || r.Supersedes() != ""
		if r.HasAddressees() != withCodes {
			t.Errorf("%s: has addressees %t", name, r.HasAddressees())
		}
		for _, in := range r.Instruments() {
			if got := buyer(t, "private-company").RelationTo(denylist.Entry{Instrument: in}); (got == denylist.UnknownRelation) == withCodes {
				t.Errorf("%s: %s: %q", name, in.ID, got)
			}
		}
	}
}

// A release with codes can change the verdict for a buyer, and Diff says so.
func TestDiffTellsThatCodesChanged(t *testing.T) {
	n := 0
	for _, c := range denylist.Diff(open(t, "2026.11.25"), open(t, "2026.11.30")) {
		if !strings.Contains(c.What, "for whom it counts was recorded, ") {
			continue
		}
		if n++; c.Class != denylist.ByBuyer || c.Entry == "" || c.Why != "without codes it counted for every buyer" {
			t.Errorf("%s: %s, %s", c.Entry, c.Class, c.What)
		}
	}
	if n == 0 {
		t.Error("no change of codes")
	}
	back := denylist.Diff(open(t, "2026.11.30"), open(t, "2026.11.25"))
	if !slices.ContainsFunc(back, func(c denylist.Change) bool {
		return c.Class == denylist.ByBuyer && c.Entry == "nl-2018-05-14/decision/kaspersky"
	}) {
		t.Error("without codes a text counts for more buyers, and Diff does not say so")
	}
}

func TestBuyers(t *testing.T) {
	all := denylist.Buyers()
	if !slices.IsSortedFunc(all, func(a, b denylist.Buyer) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
	for _, b := range all {
		if err := b.Check(); err != nil || b.Source == "" {
			t.Errorf("%s: %v, source %q", b.Name, err, b.Source)
		}
	}
	all[0].Codes[0] = "changed"
	if denylist.Buyers()[0].Codes[0] == "changed" {
		t.Error("a caller can change the bundled buyers")
	}
}

func TestParseBuyer(t *testing.T) {
	const good = `{"name": "de-operator", "title": "German operator", "codes": ["de.telecomOperators"], "bidderCodes": ["us.federal.contractors"], "note": "n", "source": "s"}`
	b, err := denylist.ParseBuyer([]byte(good))
	if err != nil || b.Name != "de-operator" || b.Note != "n" || !slices.Equal(b.BidderCodes, []string{"us.federal.contractors"}) {
		t.Fatalf("%+v, %v", b, err)
	}
	if got := b.RelationTo(denylist.Entry{Instrument: &denylist.Instrument{Advised: []string{"eu.telecomOperators"}}}); got != denylist.Advises {
		t.Errorf("a German operator is one of the EU: %q", got)
	}
	for _, tt := range []struct{ old, new, want string }{
		{`"de.telecomOperators"`, `"de.telecomOperator"`, `de-operator: entry 1 of codes: "de.telecomOperator" is not an addressee code; did you mean "de.telecomOperators"? Expected one of`},
		{`"us.federal.contractors"`, `"us.federal.contractor"`, `entry 1 of bidderCodes`},
		{`["de.telecomOperators"]`, `["` + addressee.NamedParty + `"]`, `entry 1 of codes is "namedParty", which no buyer is`},
		{`["de.telecomOperators"]`, `["` + addressee.NoBuyer + `"]`, `"noBuyer", which no buyer is`},
		{`["de.telecomOperators"]`, `[]`, `codes is missing or empty; expected at least one addressee code`},
		{`"codes"`, `"code"`, `code`},
		{`"title": "German operator"`, `"title": "German\u202eoperator"`, `title has the invisible character U+202E at byte 6`},
		{`"title": "German operator"`, `"title": "German\noperator"`, `title has the invisible character U+000A`},
		{`"title": "German operator"`, `"title": "` + strings.Repeat("x", 301) + `"`, `title has 301 bytes; expected at most 300`},
		{`"note": "n"`, `"note": "` + strings.Repeat("x", 4001) + `"`, `note has 4001 bytes`},
		{`"note": "n"`, `"note": "a\u200bb"`, `note has the invisible character U+200B`},
		{`"source": "s"`, `"source": "a\u00adb"`, `source has the invisible character U+00AD`},
		{`"name": "de-operator"`, `"name": "eu-institution"`, `eu-institution is the name of a buyer of this program, with the codes ["eu.institutions"`},
		{`"name": "de-operator"`, `"name": "DE"`, `name is "DE"; expected at most 80 lower-case letters`},
		{`"German operator"`, `" "`, `title is missing or empty`},
		{`"n"`, `"n", "note": "m"`, `note`},
		{`{`, `[`, `expected an object with name, title, codes`},
		{`"n"`, `"` + strings.Repeat("n", 1<<17) + `"`, `expected at most 65536`},
	} {
		b, err := denylist.ParseBuyer([]byte(strings.Replace(good, tt.old, tt.new, 1)))
		if b != nil || !errors.Is(err, denylist.ErrBuyer) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s → %.80s: %v, %v; want %q", tt.old, tt.new, b, err, tt.want)
		}
	}
}
