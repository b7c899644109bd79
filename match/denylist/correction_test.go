// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// The last correction of a release is found, and a mistake in the history does not make that
// endless.
func TestLastCorrection(t *testing.T) {
	history := denylist.ParseHistory("# comment h1:no\n2018.06.12 h1:a\n2018.06.13 h1:b\n2018.06.12.1 h1:c 2018.06.12\n2018.06.12.2 h1:d 2018.06.12.1\nx h1:e y\ny h1:f x\n")
	for digest, want := range map[string]string{"h1:a": "2018.06.12.2", "h1:b": "", "h1:c": "2018.06.12.2", "h1:d": "", "h1:unknown": "", "": "", "h1:no": ""} {
		if got := denylist.LastCorrection(history, digest); got != want {
			t.Errorf("%s: %q, want %q", digest, got, want)
		}
	}
	denylist.LastCorrection(history, "h1:e") // ends
}

func TestNamesAreInTheOrderOfTheirNumbers(t *testing.T) {
	want := []string{"2017.09.14", "2018.06.12", "2018.06.12.1", "2018.06.12.2", "2018.06.12.10", "2018.06.13", "2026.12.01", "own"}
	got := slices.Sorted(slices.Values(want))
	slices.SortFunc(got, denylist.CompareNames)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A release that corrects another one is of the same day, says why, and is named after it. The one
// that it corrects tells so, also if a custom list extends it, and opens with its own digest.
func TestCorrections(t *testing.T) {
	for _, name := range denylist.Names() {
		r := open(t, name)
		old := r.Supersedes()
		if old == "" {
			continue
		}
		o := open(t, old)
		if o.Date() != r.Date() || !strings.HasPrefix(name, strings.ReplaceAll(string(r.Date()), "-", ".")+".") || r.Note() == "" || o.Digest() == r.Digest() {
			t.Errorf("%s of %s supersedes %s of %s, note %q", name, r.Date(), old, o.Date(), r.Note())
		}
		for last := name; last != ""; last = open(t, last).SupersededBy() {
			name = last
		}
		if got := o.SupersededBy(); got != name {
			t.Errorf("%s is superseded by %q, want %q", old, got, name)
		}
		own, err := o.Extend("own", o.Date(), "h1:own", nil, o.Register())
		if err != nil {
			t.Fatal(err)
		}
		if own, err = own.Extend("more", o.Date(), "h1:more", nil, o.Register()); err != nil || own.SupersededBy() != name {
			t.Errorf("%s extended: superseded by %q, want %q; %v", old, own.SupersededBy(), name, err)
		}
	}
	if r := denylist.Current(); r.SupersededBy() != "" {
		t.Errorf("the current release is superseded by %s", r.SupersededBy())
	}
}

// Who keeps the statement on the release last trusted is given a correction of the same day, and not
// the release that it corrects again, or another one of the day.
func TestSignedCorrection(t *testing.T) {
	signer, verifier := keys(t, "lists.example")
	type file struct{ data, signed []byte }
	files := make(map[string]file)
	for _, c := range []author.Cut{{Name: "2018.06.12"}, {Name: "2018.06.12.1", Supersedes: "2018.06.12"}, {Name: "2018.06.12.2", Supersedes: "2018.06.12.1"}, {Name: "2018.06.12.3"}} {
		c.Date, c.Note = "2018-06-12", "why"
		data, err := author.BuildRelease(c, fstest.MapFS{}, vendors.Bundled().Files())
		if err != nil {
			t.Fatal(err)
		}
		r, err := denylist.Parse(c.Name, data, nil)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := author.Sign(r, "2027-06-01", signer)
		if err != nil {
			t.Fatal(err)
		}
		files[c.Name] = file{data, signed}
	}
	for _, tt := range []struct {
		last, next string
		fine       bool
	}{
		{"2018.06.12", "2018.06.12", true},
		{"2018.06.12", "2018.06.12.1", true},
		{"2018.06.12.1", "2018.06.12.2", true},
		{"2018.06.12", "2018.06.12.2", true}, // the first correction was missed
		{"2018.06.12.1", "2018.06.12", false},
		{"2018.06.12.2", "2018.06.12.1", false},
		{"2018.06.12.2", "2018.06.12", false},
		{"2018.06.12", "2018.06.12.3", false}, // it corrects nothing
	} {
		next := files[tt.next]
		r, err := openSigned(next.data, next.signed, denylist.Trust{Keys: note.VerifierList(verifier), Today: "2026-12-01", Last: files[tt.last].signed})
		if (err == nil) != tt.fine || (r == nil) == tt.fine || err != nil && !errors.Is(err, denylist.ErrRollback) {
			t.Errorf("%s after %s: %v", tt.next, tt.last, err)
		}
	}
}

// Other words of a measure on supply change no verdict, because it never leads to one. Those of a
// measure on use can.
func TestDiffOfSupply(t *testing.T) {
	cut := func(effect string, verified bool) *denylist.Release {
		file := fmt.Sprintf(`{"id":"x-1","title":"T","issuer":"I","jurisdiction":"EU","force":"order","binding":true,"addressees":"A","url":"https://x",
			"events":[{"date":"2018-01-01","event":"adopted","source":"s"}],
			"clauses":[{"id":"1","locator":"1","language":"en","text":"nothing for Kaspersky Lab","verified":true,"public":"2018-01-01","source":"s"}],
			"listings":[{"id":"x-1/1/k","vendor":"kaspersky","clause":"1","named":"Kaspersky Lab","basis":"named","action":"ban","effect":%q,"depth":"notAddressed","scope":{"software":true,"hardware":true,"services":false},"quote":"nothing for Kaspersky Lab","public":"2018-01-01","from":"2018-01-01","verified":%v,"note":"n"}]}`, effect, verified)
		data, err := author.BuildRelease(author.Cut{Name: "t", Date: "2018-06-01", Note: "n"}, fstest.MapFS{"instruments/x-1.json": {Data: []byte(file)}}, vendors.Bundled().Files())
		if err != nil {
			t.Fatal(err)
		}
		r, err := denylist.Parse("t", data, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for effect, want := range map[string]string{denylist.Supply: denylist.NoChange, denylist.Use: denylist.ToListed} {
		changes := denylist.Diff(cut(effect, false), cut(effect, true))
		if len(changes) != 1 || changes[0].Class != want {
			t.Errorf("%s: %+v, want %s", effect, changes, want)
		}
	}
}
