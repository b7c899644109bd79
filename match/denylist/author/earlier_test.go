// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// build makes a release of a day and opens it.
func build(day vendors.Date, files fstest.MapFS) (*denylist.Release, error) {
	data, err := author.BuildRelease(author.Cut{Name: "t", Date: day, Note: "n"}, files, vendors.Bundled().Files())
	if err != nil {
		return nil, err
	}
	return denylist.Parse("t", data, nil)
}

// A release has our own words as they were right on its day.
func TestEarlierWords(t *testing.T) {
	const instrument = `{"id":"x-1","title":"Act, and order of 2020","issuer":"I","jurisdiction":"EU","force":"statute","binding":true,"addressees":"A; since 2021 B","bound":["eu.institutions","eu.commission"],"url":"https://x","note":"Old. New of 2020. Newer of 2021.",
		"events":[{"date":"2018-01-01","event":"adopted","note":"later too","source":"s"}],
		"clauses":[{"id":"1","locator":"1","language":"en","text":"no Kaspersky Lab of 2020","verified":true,"public":"2018-01-01","source":"s","note":"seen in 2020"}],
		"listings":[{"id":"x-1/1/k","vendor":"kaspersky","clause":"1","named":"Kaspersky Lab","basis":"named","action":"ban","effect":"use","depth":"notAddressed","scope":{"software":true,"hardware":true,"services":false},"quote":"no Kaspersky Lab of 2020","public":"2018-01-01","from":"2018-01-01","verified":true,"note":"Newer of 2021."}]}`
	const earlier = `[{"instrument":"x-1","before":"2020-05-05","words":", and order of 2020"},
		{"instrument":"x-1","before":"2020-05-05","words":" New of 2020."},
		{"instrument":"x-1","before":"2021-06-06","words":" Newer of 2021."},
		{"instrument":"x-1","before":"2021-06-06","words":"Newer of 2021."},
		{"instrument":"x-1","before":"2021-06-06","words":"; since 2021 B","instead":" only"},
		{"instrument":"x-1","before":"2020-05-05","words":"seen in 2020","instead":"seen"},
		{"instrument":"x-1","before":"2020-05-05","words":"later too"},
		{"instrument":"x-1","before":"2020-05-05","words":"eu.commission"}]`
	files := func(earlier string) fstest.MapFS {
		return fstest.MapFS{"instruments/x-1.json": {Data: []byte(instrument)}, "earlier.json": {Data: []byte(earlier)}}
	}
	for _, tt := range []struct {
		day                                                    vendors.Date
		title, addressees, codes, note, clause, listing, event string
	}{
		{"2019-01-01", "Act", "A only", "eu.institutions", "Old.", "seen", "", ""},
		{"2020-05-04", "Act", "A only", "eu.institutions", "Old.", "seen", "", ""},
		{"2020-05-05", "Act, and order of 2020", "A only", "eu.institutions eu.commission", "Old. New of 2020.", "seen in 2020", "", "later too"},
		{"2021-06-06", "Act, and order of 2020", "A; since 2021 B", "eu.institutions eu.commission", "Old. New of 2020. Newer of 2021.", "seen in 2020", "Newer of 2021.", "later too"},
	} {
		r, err := build(tt.day, files(earlier))
		if err != nil {
			t.Fatal(err)
		}
		in := r.Instruments()[0]
		got := []string{in.Title, in.Addressees, strings.Join(in.Bound, " "), in.Note, in.Clauses[0].Note, in.Listings[0].Note, in.Events[0].Note}
		if want := []string{tt.title, tt.addressees, tt.codes, tt.note, tt.clause, tt.listing, tt.event}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", tt.day, got, want)
		}
		if in.Clauses[0].Text != "no Kaspersky Lab of 2020" {
			t.Errorf("%s: the words of the text were changed: %q", tt.day, in.Clauses[0].Text)
		}
	}
	for _, tt := range []struct {
		earlier string
		kind    error
	}{
		{`[{"instrument":"x-1","before":"2020-05-05","words":"no Kaspersky Lab"}]`, denylist.ErrReference}, // not our words
		{`[{"instrument":"x-1","before":"2020-05-05","words":"gone"}]`, denylist.ErrReference},
		{`[{"instrument":"x-2","before":"2020-05-05","words":"Act"}]`, denylist.ErrReference},
		{`[{"instrument":"x-1","before":"2020","words":"Act"}]`, denylist.ErrValue},
		{`[{"instrument":"x-1","before":"2020-05-05","words":""}]`, denylist.ErrValue},
		{`[{"instrument":"x-1","before":"2020-05-05","word":"Act"}]`, denylist.ErrRelease},
	} {
		for _, day := range []vendors.Date{"2019-01-01", "2026-01-01"} {
			if _, err := build(day, files(tt.earlier)); !errors.Is(err, tt.kind) || !errors.Is(err, denylist.ErrRelease) {
				t.Errorf("%s on %s: %v", tt.earlier, day, err)
			}
		}
	}
}

// foreseen are words on days to come that were known before.
var foreseen = regexp.MustCompile(`until 13 March 2025|5G equipment to go by 28 June 2024 and 4G equipment by 31 December 2027|due by 8 September 2025|by 1 January 2025|` +
	`steps up to 31 December 2027|from 30 June 2026, and for goods and services that include theirs from 30 June 2027|starts on 23 December 2027|from 13 August 2020|until 12 August 2020`)

var dated = regexp.MustCompile(`\b(?:(\d{1,2}) )?(?:(January|February|March|April|May|June|July|August|September|October|November|December) )?(20[12]\d)\b`)

// lastDay returns the last day that is mentioned in a text, as YYYY-MM-DD, YYYY-MM or YYYY.
func lastDay(text string) (last string) {
	for _, m := range dated.FindAllStringSubmatch(foreseen.ReplaceAllString(text, ""), -1) {
		found := m[3]
		if day, err := time.Parse("2 January 2006", cmp.Or(m[1], "1")+" "+m[2]+" "+m[3]); err == nil {
			found = day.Format(time.DateOnly)
			if m[1] == "" {
				found = day.Format("2006-01")
			}
		}
		last = max(last, found)
	}
	return last
}

// In a release of an earlier day, no title, addressee or note of ours tells what came later.
func TestEarlierReleasesTellNothingLater(t *testing.T) {
	for _, day := range []vendors.Date{"2017-09-14", "2018-06-12", "2018-06-13", "2020-08-14", "2022-03-26", "2024-07-24"} {
		data, err := author.BuildRelease(author.Cut{Name: "t", Date: day, Note: "n"}, os.DirFS("data"), vendors.Bundled().Files())
		if err != nil {
			t.Fatal(err)
		}
		r, err := denylist.Parse("t", data, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range r.Instruments() {
			text, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			eachOwnWords(v, func(member, words string) {
				if last := lastDay(words); last > string(day) {
					t.Errorf("%s: %s: %s tells of %s: %q; expected words of the day in data/earlier.json", day, in.ID, member, last, words)
				}
			})
		}
	}
}

// eachOwnWords calls a function with every member of an instrument that is in our own words.
func eachOwnWords(v any, f func(member, words string)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			eachOwnWords(x, f)
		}
	case map[string]any:
		for name, x := range v {
			if words, ok := x.(string); ok && slices.Contains([]string{"title", "short", "addressees", "ground", "note", "fact"}, name) {
				f(name, words)
			}
			if name != "context" {
				eachOwnWords(x, f)
			}
		}
	}
}
