// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

func open(t testing.TB, name string) *denylist.Release {
	t.Helper()
	r, err := denylist.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNames(t *testing.T) {
	all := denylist.Names()
	names := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return strings.Count(n, ".") > 2 }) // corrections
	if want := []string{"2017.09.14", "2018.06.12", "2018.06.13", "2020.08.14", "2022.03.26", "2024.07.24", "2026.11.23"}; len(names) < 8 || !slices.Equal(names[:7], want) || !slices.IsSortedFunc(all, denylist.CompareNames) {
		t.Errorf("names %q", all)
	}
	if got := denylist.Current().Name(); got != all[len(all)-1] {
		t.Errorf("current release %q, want the last of %q", got, all)
	}
	if _, err := denylist.Open("2018.06.14"); !errors.Is(err, denylist.ErrUnknownRelease) {
		t.Errorf("unknown release: error %v", err)
	}
}

// The digest can be checked with sha256sum: it is the hash of the line that sha256sum prints.
func TestDigestIsThatOfSha256sum(t *testing.T) {
	data, err := os.ReadFile("data/releases/2018.06.13.json")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%x  %s\n", sha256.Sum256(data), "2018.06.13.json")))
	if got, want := open(t, "2018.06.13").Digest(), "h1:"+base64.StdEncoding.EncodeToString(sum[:]); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
	if bytes.Contains(data, []byte("us-far-52.204-23")) {
		t.Error("the release contains a rule that was published two days later")
	}
}

func TestReleaseContainsOnlyWhatWasPublic(t *testing.T) {
	for _, name := range denylist.Names() {
		r := open(t, name)
		for _, in := range r.Instruments() {
			for _, e := range in.Events {
				if e.Date > r.Date() && (e.Known == "" || e.Known > r.Date()) {
					t.Errorf("%s: %s: event of %s", name, in.ID, e.Date)
				}
			}
			for _, l := range in.Listings {
				if l.Public > r.Date() || l.Until > r.Date() {
					t.Errorf("%s: %s: public %s, until %s", name, l.ID, l.Public, l.Until)
				}
			}
			for _, c := range in.Context {
				if c.Date > r.Date() {
					t.Errorf("%s: context %s of %s", name, c.ID, c.Date)
				}
			}
		}
	}
}

// A listing that is not verified has a note that tells why. Clauses are short quotations.
func TestUnverifiedListingsHaveANote(t *testing.T) {
	for _, in := range denylist.Current().Instruments() {
		for _, c := range in.Clauses {
			if words := len(strings.Fields(c.Text)); words > 170 {
				t.Errorf("%s#%s: %d words; quote less", in.ID, c.ID, words)
			}
		}
		for _, l := range in.Listings {
			if !l.Verified && l.Note == "" {
				t.Errorf("%s is not verified and has no note", l.ID)
			}
		}
	}
}

func TestEachMistakeHasItsOwnError(t *testing.T) {
	const good = `{"id":"x-1","title":"T","issuer":"I","jurisdiction":"EU","force":"resolution","binding":false,"addressees":"A","url":"https://x",
		"events":[{"date":"2018-01-01","event":"adopted","source":"s"}],
		"clauses":[{"id":"1","locator":"clause 1","language":"en","text":"ban things such as Kaspersky Lab and its kind","verified":true,"public":"2018-01-01","source":"s"}],
		"listings":[{"id":"x-1/1/k","vendor":"kaspersky","clause":"1","named":"Kaspersky Lab","basis":"example","action":"ban","effect":"use","depth":"notAddressed","scope":{"software":true,"hardware":true,"services":false},"quote":"ban things such as Kaspersky Lab","public":"2018-01-01","from":"2018-01-01","verified":true}],
		"excluded":[{"id":"x-1/1/z","vendor":"zte","clause":"1","reason":"notNamed","note":"n","public":"2018-01-01","source":"s"}]}`
	cut := func(file string) error {
		lists := fstest.MapFS{"instruments/x-1.json": {Data: []byte(file)}}
		_, err := author.BuildRelease(author.Cut{Name: "t", Date: "2018-06-01", Note: "n"}, lists, vendors.Bundled().Files())
		return err
	}
	if err := cut(good); err != nil {
		t.Fatalf("the valid file is refused: %v", err)
	}
	if err := cut(strings.Replace(good, `"reason":"notNamed"`, `"reason":"listNotRead"`, 1)); err != nil {
		t.Errorf("a list that was not read: %v", err)
	}
	tests := []struct {
		fault, old, new string
		kind            error
	}{
		{"one character of the quote", `"quote":"ban things`, `"quote":"Ban things`, denylist.ErrQuote},
		{"a quote that names more", `such as Kaspersky Lab","public"`, `such as Kaspersky Lab and ZTE","public"`, denylist.ErrQuote},
		{"a name that is not in the clause", `"named":"Kaspersky Lab"`, `"named":"AO Kaspersky Lab"`, denylist.ErrQuote},
		{"a name of another vendor", `"vendor":"kaspersky"`, `"vendor":"zte"`, denylist.ErrVendor},
		{"an unknown vendor", `"vendor":"kaspersky"`, `"vendor":"acme"`, denylist.ErrVendor},
		{"an excluded vendor that is named", `"vendor":"zte"`, `"vendor":"kaspersky"`, denylist.ErrQuote},
		{"a dangling clause", `"clause":"1","named"`, `"clause":"2","named"`, denylist.ErrReference},
		{"a dangling history", `"url":"https://x"`, `"url":"https://x","history":"y"`, denylist.ErrReference},
		{"a reversed interval", `"from":"2018-01-01"`, `"from":"2018-01-01","until":"2017-01-01"`, denylist.ErrInterval},
		{"an empty interval", `"from":"2018-01-01"`, `"from":"2018-01-01","until":"2018-01-01"`, denylist.ErrInterval},
		{"a date that does not exist", `"from":"2018-01-01"`, `"from":"2018-13-01"`, denylist.ErrInterval},
		{"an unknown force", `"force":"resolution"`, `"force":"law"`, denylist.ErrValue},
		{"an unknown action", `"action":"ban"`, `"action":"prohibit"`, denylist.ErrValue},
		{"no source", `"event":"adopted","source":"s"`, `"event":"adopted","source":""`, denylist.ErrValue},
		{"covered without a fact", `"basis":"example"`, `"basis":"covered"`, denylist.ErrValue},
		{"an id used twice", `"id":"x-1/1/z"`, `"id":"x-1/1/k"`, denylist.ErrDuplicate},
		{"a duplicate key", `"title":"T"`, `"title":"T","title":"T"`, denylist.ErrRelease},
		{"an unknown key", `"title":"T"`, `"title":"T","colour":"red"`, denylist.ErrRelease},
		{"a translation of no limit", `"services":false}`, `"services":false,"limitEnglish":"on Tuesdays"}`, denylist.ErrValue},
		{"a limit that the text does not have", `"services":false}`, `"services":false,"limit":"on Tuesdays"}`, denylist.ErrQuote},
	}
	for _, tt := range tests {
		if !strings.Contains(good, tt.old) {
			t.Fatalf("%s: %q is not in the file", tt.fault, tt.old)
		}
		if err := cut(strings.Replace(good, tt.old, tt.new, 1)); !errors.Is(err, tt.kind) || !errors.Is(err, denylist.ErrRelease) {
			t.Errorf("%s: error %v, want %v", tt.fault, err, tt.kind)
		}
	}
	listing := good[strings.Index(good, `{"id":"x-1/1/k"`):strings.Index(good, `],
		"excluded"`)]
	twice := strings.Replace(good, listing, listing+","+strings.Replace(listing, "x-1/1/k", "x-1/1/l", 1), 1)
	if err := cut(twice); !errors.Is(err, denylist.ErrInterval) {
		t.Errorf("overlapping listings: error %v, want ErrInterval", err)
	}
	ended := strings.Replace(twice, `"from":"2018-01-01","verified"`, `"from":"2018-01-01","until":"2018-02-01","verified"`, 1)
	i := strings.LastIndex(ended, `"from":"2018-01-01"`)
	ended = ended[:i] + `"from":"2018-02-01"` + ended[i+len(`"from":"2018-01-01"`):]
	if err := cut(ended); err != nil {
		t.Errorf("listings that follow one another: %v", err)
	}
}

// A changed byte gives another digest, so that a release in the package does not open.
func TestChangedByteIsFound(t *testing.T) {
	data, err := os.ReadFile("data/releases/2018.06.13.json")
	if err != nil {
		t.Fatal(err)
	}
	want := open(t, "2018.06.13").Digest()
	for i := 0; i < len(data); i += 997 {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if r, err := denylist.Parse("2018.06.13", changed, nil); err == nil && r.Digest() == want {
			t.Fatalf("byte %d was changed without an error", i)
		}
	}
	for _, n := range []int{0, 1, len(data) / 2, len(data) - 3} {
		if _, err := denylist.Parse("2018.06.13", data[:n], nil); !errors.Is(err, denylist.ErrRelease) {
			t.Errorf("cut to %d bytes: error %v", n, err)
		}
	}
	if _, err := denylist.Parse("other", data, nil); !errors.Is(err, denylist.ErrValue) {
		t.Errorf("another name: error %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"schema":"1","release":"t","date":"2018-01-01","note":"","instruments":[],"register":[]}`))
	f.Add([]byte(`{"schema":"1","release":"t","date":"2018-01-01","note":"n","instruments":[{"id":"a","listings":[{"vendor":"v"}]}],"register":[{"id":"v","name":"V","sources":{"s":"t"},"members":[],"identifiers":[{"kind":"name","values":["Vvvvvv"],"source":"s"}],"exclusions":[]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := denylist.Parse("t", data, nil); (r == nil) == (err == nil) {
			t.Fatalf("release %v, error %v", r, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	name := denylist.Names()[len(denylist.Names())-1]
	for b.Loop() {
		if _, err := denylist.Open(name); err != nil {
			b.Fatal(err)
		}
	}
}
