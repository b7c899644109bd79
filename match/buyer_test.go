// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/sbom"
)

// profile returns the bundled buyer with the name.
func profile(t testing.TB, name string) *denylist.Buyer {
	t.Helper()
	all := denylist.Buyers()
	i := slices.IndexFunc(all, func(b denylist.Buyer) bool { return b.Name == name })
	if i < 0 {
		t.Fatalf("no buyer %s", name)
	}
	return &all[i]
}

// checkFor screens a document against a release with the options.
func checkFor(t testing.TB, release *denylist.Release, opts *match.Options, doc string) *match.Result {
	t.Helper()
	m, err := match.New(release, opts)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(doc), nil))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// instruments returns the instruments that findings or observations cite, with how each speaks to
// the buyer.
func instruments(fs []match.Finding, reason match.Reason) (ids []string) {
	for _, f := range fs {
		if f.Reason != reason {
			continue
		}
		for _, c := range f.Citations {
			ids = append(ids, c.Instrument+" "+c.Speaks)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

const antivirus = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Kaspersky Anti-Virus","version":"21","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`

// A text that speaks to others is an observation, and in no verdict.
func TestBuyer(t *testing.T) {
	list := sources(t)
	for _, tt := range []struct {
		buyer string
		want  match.Verdict
		cited []string // with the relation
	}{
		{"", match.Ban, nil},
		{"eu-institution", match.Ban, []string{"de-bsi-2022-03-15 advises", "eu-ep-p8-ta-2018-0258 advises"}},
		{"nl-ministry", match.Exclude, []string{"nl-2018-05-14 binds"}},
		{"de-central-government", match.Review, []string{"de-bsi-2022-03-15 advises"}},
		{"us-federal-contractor", match.Ban, []string{"us-far-52.204-23 binds", "us-pl-115-91-s1634 throughContract"}},
		{"us-federal-agency-civilian", match.Ban, []string{"us-dhs-bod-17-01 binds", "us-far-52.204-23 bindsBidders", "us-pl-115-91-s1634 binds"}},
		{"private-company", match.Review, []string{"de-bsi-2022-03-15 advises"}},
	} {
		opts := &match.Options{}
		if tt.buyer != "" {
			opts.Buyer = profile(t, tt.buyer)
		}
		r := checkFor(t, list, opts, antivirus)
		cited, others := instruments(r.Findings, ""), instruments(r.Observations, match.OtherAddressee)
		if r.Verdict != tt.want || tt.buyer != "" && !slices.Equal(cited, tt.cited) || (len(others) == 0) != (tt.buyer == "") {
			t.Errorf("%q: %s; cited %q, to others %q", tt.buyer, r.Verdict, cited, others)
		}
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				if c.Binds() != (c.Binding && c.Speaks != denylist.Advises) || tt.buyer == "" && c.Speaks != "" {
					t.Errorf("%q: %s: binds %t, speaks %q", tt.buyer, c.Listing, c.Binds(), c.Speaks)
				}
			}
		}
		for _, f := range r.Observations {
			if f.Reason == match.OtherAddressee && (f.Verdict != match.NoVerdict || !strings.HasPrefix(f.Note, "addressed to others than the buyer")) {
				t.Errorf("%q: %s, %q", tt.buyer, f.Verdict, f.Note)
			}
		}
	}
}

// The note of a single text names whom it addresses, as the instrument does. A binding text can
// only advise the buyer.
func TestNoteNamesTheAddressees(t *testing.T) {
	opts := &match.Options{Jurisdictions: []string{"AU"}, Buyer: profile(t, "eu-institution")}
	r := checkFor(t, denylist.Current(), opts, antivirus)
	if len(r.Observations) != 1 || r.Observations[0].Note != "addressed to others than the buyer: non-corporate Commonwealth entities" {
		t.Errorf("%+v", r.Observations)
	}
	vital := &denylist.Buyer{Name: "grid", Title: "Dutch grid operator", Codes: []string{"nl.vitalSector"}}
	r = checkFor(t, denylist.Current(), &match.Options{Jurisdictions: []string{"NL"}, Buyer: vital}, antivirus)
	if len(r.Findings) != 1 || r.Verdict != match.Exclude {
		t.Fatalf("%s, %+v", r.Verdict, r.Findings)
	}
	if c := r.Findings[0].Citations[0]; c.Speaks != denylist.Advises || !c.Binding || c.Binds() {
		t.Errorf("speaks %q, binding %t, binds %t", c.Speaks, c.Binding, c.Binds())
	}
}

// A text that only advises the buyer has no rank before others, although it binds somebody else.
func TestOrderOfCitationsForABuyer(t *testing.T) {
	both := &denylist.Buyer{Name: "both", Title: "EU agency with a vital service", Codes: []string{"nl.vitalSector", "eu.institutions", "de.public"}}
	r := checkFor(t, denylist.Current(), &match.Options{Buyer: both}, antivirus)
	var got []string
	for _, c := range r.Findings[0].Citations {
		got = append(got, c.Instrument)
	}
	if want := []string{"eu-ep-p8-ta-2018-0258", "nl-2018-05-14", "de-bsi-2022-03-15"}; !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

// The texts of a release without codes, and of a list without them, count for every buyer.
func TestTextsWithoutCodesCountForEveryBuyer(t *testing.T) {
	old, err := denylist.Open("2026.11.25")
	if err != nil {
		t.Fatal(err)
	}
	with := checkFor(t, old, &match.Options{Buyer: profile(t, "private-company")}, antivirus)
	without := checkFor(t, old, nil, antivirus)
	if with.Verdict != without.Verdict || len(with.Findings[0].Citations) != len(without.Findings[0].Citations) || len(with.Observations) != len(without.Observations) {
		t.Errorf("%s with a buyer, %s without", with.Verdict, without.Verdict)
	}
	for _, c := range with.Findings[0].Citations {
		if c.Speaks != denylist.UnknownRelation {
			t.Errorf("%s speaks %q", c.Listing, c.Speaks)
		}
	}
}

func TestBuyerIsChecked(t *testing.T) {
	bad := profile(t, "private-company")
	bad.Codes = []string{"publik"}
	if _, err := match.New(denylist.Current(), &match.Options{Buyer: bad}); !errors.Is(err, match.ErrOptions) || !errors.Is(err, denylist.ErrBuyer) {
		t.Errorf("%v", err)
	}
	b := profile(t, "private-company")
	m, err := match.New(denylist.Current(), &match.Options{Buyer: b})
	if err != nil {
		t.Fatal(err)
	}
	b.Codes[0] = "changed"
	m.Options().Buyer.Codes[0] = "changed"
	if got := m.Options().Buyer.Codes[0]; got != "public" {
		t.Errorf("a caller changed the codes to %q", got)
	}
}

// An excluded entry has the relation of its own text to the buyer: clause 76 does not name ZTE, and
// speaks to the institutions.
func TestExcludedEntrySpeaksToTheBuyer(t *testing.T) {
	const router = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"MF286","supplier":{"name":"ZTE Corporation"}}},"components":[]}`
	for buyer, want := range map[string]string{"eu-institution": denylist.Advises, "us-state-agency-texas": ""} {
		r := checkFor(t, denylist.Current(), &match.Options{Buyer: profile(t, buyer)}, router)
		n := 0
		for _, o := range r.Observations {
			for _, c := range o.Citations {
				if c.Instrument == "eu-ep-p8-ta-2018-0258" {
					if n++; c.Speaks != want || o.Reason != "notNamed" {
						t.Errorf("%s: %s speaks %q, %s", buyer, c.Listing, c.Speaks, o.Reason)
					}
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no observation cites the resolution", buyer)
		}
	}
}

// The note of an observation is true of each of its citations, or each has its own: a text that ended
// has its own status, and an excluded entry its own reason.
func TestNoteIsOfEachCitation(t *testing.T) {
	m := matcher(t, "", nil)
	several := 0
	for v := range m.Release().Register().All() {
		if len(m.Release().ForVendor(v.ID)) == 0 {
			continue
		}
		for _, typ := range []string{"application", "device"} {
			for _, o := range matched(t, m, made(typ, v.Name, "x"), false) {
				if o.Verdict != match.NoVerdict || o.Vendor.ID != v.ID {
					continue
				}
				for _, c := range o.Citations {
					own, note := true, o.Note
					if c.CappedBy != "" {
						several++
						note = c.CappedBy
					}
					switch {
					case c.Action == "":
						own = note == c.Note
					case o.Reason == match.NoLonger, o.Reason == match.NotEffective:
						own = strings.HasSuffix(note, ": "+c.Status)
					case o.Reason == match.OutOfScope && c.Scope.Limit != "" && strings.HasPrefix(note, "limited to"):
						own = strings.Contains(note, "“"+c.Scope.Limit+"”")
					}
					if !own {
						t.Errorf("%s: %s, %s: %q", v.ID, c.Listing, o.Reason, note)
					}
				}
			}
		}
	}
	if several == 0 {
		t.Error("no citation has a note of its own")
	}
}

// sources returns a release of the list as it is now, which can be newer than the newest one.
func sources(t testing.TB) *denylist.Release {
	t.Helper()
	r, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The clauses of one text can speak to different buyers: what the Commission does about its own
// connectivity is no advice to Member States, and what it thinks of suppliers is for them.
func TestClausesOfATextSpeakToDifferentBuyers(t *testing.T) {
	const router = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"5G router","version":"2","supplier":{"name":"Huawei Technologies Co., Ltd."}}},"components":[]}`
	list := sources(t)
	for _, tt := range []struct{ buyer, counts, observed string }{
		{"eu-commission", "own", "suppliers"},
		{"eu-member-state-authority", "suppliers", "own"},
		{"de-central-government", "suppliers", "own"},
		{"eu-parliament", "", "own suppliers"},
		{"", "own suppliers", ""},
	} {
		opts := &match.Options{Jurisdictions: []string{"EU"}}
		if tt.buyer != "" {
			opts.Buyer = profile(t, tt.buyer)
		}
		r := checkFor(t, list, opts, router)
		clauses := func(fs []match.Finding, reason match.Reason) string {
			var ids []string
			for _, f := range fs {
				for _, c := range f.Citations {
					if id, ok := strings.CutPrefix(c.Listing, "eu-ec-c-2023-4049/"); ok && f.Reason == reason {
						ids = append(ids, strings.TrimSuffix(id, "/huawei"))
					}
				}
			}
			slices.Sort(ids)
			return strings.Join(slices.Compact(ids), " ")
		}
		if counts, others := clauses(r.Findings, ""), clauses(r.Observations, match.OtherAddressee); counts != tt.counts || others != tt.observed {
			t.Errorf("%q: counts %q, to others %q; want %q, %q", tt.buyer, counts, others, tt.counts, tt.observed)
		}
		for _, f := range r.Observations {
			if f.Reason == match.OtherAddressee && tt.observed == "own" && !strings.HasSuffix(f.Note, ": the Commission itself, for its own connectivity") {
				t.Errorf("%q: note %q", tt.buyer, f.Note)
			}
		}
	}
}
