// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// edited is an instrument with words that change on 1 January 2020, announced in November 2019.
const edited = `{"id":"x-1","title":"T","issuer":"I","jurisdiction":"EU","force":"directive","binding":true,"addressees":"A","url":"https://x",
	"events":[{"date":"2018-01-01","event":"adopted","source":"s"},{"date":"2020-01-01","event":"amended","known":"2019-11-01","source":"s2"}],
	"clauses":[{"id":"1","locator":"clause 1","language":"en","text":"do not buy goods of Kaspersky Lab, toys excepted","verified":true,"public":"2018-01-01","until":"2020-01-01","source":"s",
			"versions":[{"language":"es","text":"no compre","grade":"B","source":"s3"}]},
		{"id":"1-2020","locator":"clause 1 (2020)","language":"en","text":"buy no goods of AO Kaspersky Lab, except toys and books","verified":false,"public":"2019-11-01","from":"2020-01-01","source":"s2"}],
	"listings":[{"id":"x-1/1/k","vendor":"kaspersky","clause":"1","named":"Kaspersky Lab","basis":"named","action":"ban","effect":"use","depth":"notAddressed",
		"scope":{"software":true,"hardware":true,"services":false,"exceptions":["toys excepted"]},
		"quote":"do not buy goods of Kaspersky Lab","verb":"do not buy","public":"2018-01-01","from":"2018-01-01","verified":true,
		"editions":[{"from":"2020-01-01","public":"2019-11-01","clause":"1-2020","named":"AO Kaspersky Lab","quote":"buy no goods of AO Kaspersky Lab","verb":"buy no goods","exceptions":["except toys and books"]}]}],
	"context":[{"id":"c-1","vendor":"kaspersky","date":"2017-05-01","text":"C","source":"https://c"}]}`

func releaseOn(day vendors.Date, file string) (*denylist.Release, error) {
	data, err := author.BuildRelease(author.Cut{Name: "t", Date: day, Note: "n"}, fstest.MapFS{"instruments/x-1.json": {Data: []byte(file)}}, vendors.Bundled().Files())
	if err != nil {
		return nil, err
	}
	return denylist.Parse("t", data, nil)
}

// A release knows the words that were public on its day, and a citation has those of the as-of day.
func TestCitationHasTheWordsOfTheDay(t *testing.T) {
	tests := []struct {
		release, asOf              vendors.Date
		locator, quote, verb, exce string
		strongest                  denylist.Action
	}{
		{"2019-10-31", "2019-10-31", "clause 1", "do not buy goods of Kaspersky Lab", "do not buy", "toys excepted", denylist.Ban},
		{"2019-10-31", "2021-01-01", "clause 1", "do not buy goods of Kaspersky Lab", "do not buy", "toys excepted", denylist.Ban},
		{"2019-11-01", "2019-12-31", "clause 1", "do not buy goods of Kaspersky Lab", "do not buy", "toys excepted", denylist.Ban},
		{"2019-11-01", "2020-01-01", "clause 1 (2020)", "buy no goods of AO Kaspersky Lab", "buy no goods", "except toys and books", denylist.Review},
		{"2026-01-01", "2018-06-01", "clause 1", "do not buy goods of Kaspersky Lab", "do not buy", "toys excepted", denylist.Ban},
		{"2026-01-01", "2026-01-01", "clause 1 (2020)", "buy no goods of AO Kaspersky Lab", "buy no goods", "except toys and books", denylist.Review},
	}
	for _, tt := range tests {
		r, err := releaseOn(tt.release, edited)
		if err != nil {
			t.Fatal(err)
		}
		e := r.ForVendor("kaspersky")[0]
		c := e.Cite(tt.asOf)
		if c.Clause != tt.locator || c.Quote != tt.quote || c.Verb != tt.verb || c.Scope.Exceptions[0] != tt.exce || c.Listing != "x-1/1/k" || c.TextDigest != e.On(tt.asOf).Clause.TextDigest() {
			t.Errorf("release of %s on %s: %s: %q, verb %q, %q", tt.release, tt.asOf, c.Clause, c.Quote, c.Verb, c.Scope.Exceptions)
		}
		if got := e.StrongestOn(tt.asOf); got != tt.strongest || e.Strongest() != denylist.Ban {
			t.Errorf("release of %s on %s: strongest %q, ever %q; want %q, ban", tt.release, tt.asOf, got, e.Strongest(), tt.strongest)
		}
	}
}

// Words that the text does not have on a day on which a listing cites them are refused.
func TestWordsOfAnotherDayAreRefused(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           error
		text           string
	}{
		{"a quote of later words", `"clause":"1","named"`, `"clause":"1-2020","named"`, denylist.ErrInterval, `clause "1-2020" is public from 2019-11-01, but the listing cites it from 2018-01-01`},
		{"words that the clause gets later", `"public":"2018-01-01","until"`, `"public":"2018-01-01","from":"2018-02-01","until"`, denylist.ErrInterval, `clause "1" has its words from 2018-02-01, but the listing cites it from 2018-01-01; expected the words of that day`},
		{"no edition after the end of the words", `"until":"2020-01-01"`, `"until":"2019-12-01"`, denylist.ErrInterval, `clause "1" has its words until 2019-12-01, but the listing cites it longer`},
		{"an exception of other words", `"exceptions":["toys excepted"]`, `"exceptions":["except toys and books"]`, denylist.ErrQuote, `exceptions is "except toys and books"`},
		{"an old exception in the edition", `"exceptions":["except toys and books"]`, `"exceptions":["toys excepted"]`, denylist.ErrQuote, `exceptions is "toys excepted"`},
		{"no verb in the edition", `"verb":"buy no goods",`, ``, denylist.ErrQuote, `verb is "do not buy"`},
		{"a quote that the edition does not have", `"quote":"buy no goods`, `"quote":"buy goods`, denylist.ErrQuote, `quote is "buy goods`},
		{"an edition before the listing", `"editions":[{"from":"2020-01-01"`, `"editions":[{"from":"2018-01-01"`, denylist.ErrInterval, `the edition from 2018-01-01 does not begin after 2018-01-01`},
		{"a missing clause", `"clause":"1-2020","named"`, `"clause":"7","named"`, denylist.ErrReference, `clause "7"`},
		{"a reversed clause", `"until":"2020-01-01"`, `"until":"2017-01-01"`, denylist.ErrInterval, `x-1#1: until 2017-01-01 is not after 2018-01-01`},
		{"a version without grade", `"grade":"B"`, `"grade":"official"`, denylist.ErrValue, `x-1#1: grade is "official"; expected one of ["A" "B" "C"]`},
		{"a version in the language of the clause", `"language":"es"`, `"language":"en"`, denylist.ErrDuplicate, `x-1#1: a second version in "en"`},
	}
	for _, tt := range tests {
		if !strings.Contains(edited, tt.old) {
			t.Fatalf("%s: %s is not in the instrument", tt.name, tt.old)
		}
		_, err := releaseOn("2026-01-01", strings.Replace(edited, tt.old, tt.new, 1))
		if !errors.Is(err, tt.want) || !errors.Is(err, denylist.ErrRelease) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v; want %v, %s", tt.name, err, tt.want, tt.text)
		}
	}
}

// The difference between two releases names the change of the words and its event, once.
func TestDiffNamesAnEdition(t *testing.T) {
	var rs []*denylist.Release
	for _, day := range []vendors.Date{"2019-10-31", "2019-12-31", "2020-01-02"} {
		r, err := releaseOn(day, edited)
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	if c := denylist.Diff(rs[0], rs[1]); len(c) != 0 {
		t.Errorf("before the words apply: %+v", c)
	}
	if c := denylist.Diff(rs[1], rs[2]); len(c) != 1 || c[0].Class != denylist.ToUnlisted || !strings.Contains(c[0].Why, "amended on 2020-01-01") {
		t.Errorf("when they apply, unverified: %+v", c)
	}
}

// Context belongs to the vendor: a release has it before it has the instrument.
func TestContextComesBeforeTheInstrument(t *testing.T) {
	for _, tt := range []struct {
		day         vendors.Date
		instruments int
		context     int
	}{{"2017-04-30", 0, 0}, {"2017-05-01", 0, 1}, {"2018-01-01", 1, 1}} {
		r, err := releaseOn(tt.day, edited)
		if err != nil {
			t.Fatal(err)
		}
		if n, c := len(r.Instruments()), len(r.ContextFor("kaspersky")); n != tt.instruments || c != tt.context {
			t.Errorf("%s: %d instruments, %d context entries; want %d, %d", tt.day, n, c, tt.instruments, tt.context)
		}
		more, err := r.Extend("own", tt.day, "h1:x", nil, r.Register())
		if err != nil || len(more.ContextFor("kaspersky")) != tt.context {
			t.Errorf("%s: extended, the context is lost: %v", tt.day, err)
		}
	}
}

// A corrected release names the one that it corrects, and says why.
func TestReleaseSupersedes(t *testing.T) {
	lists := fstest.MapFS{"instruments/x-1.json": {Data: []byte(edited)}}
	tests := []struct {
		cut  author.Cut
		want string // in the error
	}{
		{author.Cut{Name: "2018.06.12.1", Date: "2018-06-12", Supersedes: "2018.06.12", Note: "Its words were of another day."}, ""},
		{author.Cut{Name: "2018.06.12.1", Date: "2018-06-12", Note: "First."}, ""},
		{author.Cut{Name: "2018.06.12.1", Date: "2018-06-12", Supersedes: "2018.06.12"}, `supersedes is "2018.06.12"; expected the name of another release, and a note that says why`},
		{author.Cut{Name: "2018.06.12", Date: "2018-06-12", Supersedes: "2018.06.12", Note: "n"}, `supersedes is "2018.06.12"; expected the name of another release`},
	}
	for _, tt := range tests {
		data, err := author.BuildRelease(tt.cut, lists, vendors.Bundled().Files())
		if tt.want != "" {
			if !errors.Is(err, denylist.ErrValue) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%+v: %v; want %s", tt.cut, err, tt.want)
			}
			continue
		}
		r, err := denylist.Parse(tt.cut.Name, data, nil)
		if err != nil || r.Supersedes() != tt.cut.Supersedes || r.Note() != tt.cut.Note {
			t.Errorf("%+v: %v", tt.cut, err)
		}
	}
	if old := open(t, "2018.06.12"); old.Supersedes() != "" || old.Note() == "" {
		t.Errorf("%s: supersedes %q, note %q", old.Name(), old.Supersedes(), old.Note())
	}
}
