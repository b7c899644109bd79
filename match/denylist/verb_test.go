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

// withVerb returns a release with one listing, which has these members in addition.
func withVerb(t *testing.T, language, members string) (*denylist.Release, error) {
	t.Helper()
	file := `{"id":"x-1","title":"T","issuer":"I","jurisdiction":"EU","force":"resolution","binding":false,"addressees":"A","url":"https://x",
		"events":[{"date":"2018-01-01","event":"adopted","source":"s"}],
		"clauses":[{"id":"1","locator":"clause 1","language":"` + language + `","text":"reuse; not to use (or buy) AO Kaspersky Lab’s things\n[…]\nto be öde","verified":true,"public":"2018-01-01","source":"s"}],
		"listings":[{"id":"x-1/1/k","vendor":"kaspersky","clause":"1","named":"Kaspersky Lab","basis":"named","action":"ban","effect":"use","depth":"notAddressed","scope":{"software":true,"hardware":true,"services":false},
			"quote":"Kaspersky Lab",` + members + `"public":"2018-01-01","from":"2018-01-01","verified":true}]}`
	data, err := author.BuildRelease(author.Cut{Name: "t", Date: "2018-06-01", Note: "n"}, fstest.MapFS{"instruments/x-1.json": {Data: []byte(file)}}, vendors.Bundled().Files())
	if err != nil {
		return nil, err
	}
	return denylist.Parse("t", data, nil)
}

// A verb is whole words of one passage of the clause. A citation has it.
func TestVerbIsInTheClause(t *testing.T) {
	tests := []struct {
		language, verb, english string
		want                    error
		text                    string // in the error
	}{
		{"en", "", "", nil, ""},
		{"en", "not to use", "", nil, ""},
		{"en", "use", "", nil, ""}, // "reuse" comes first and is another word
		{"en", "(or buy)", "", nil, ""},
		{"de", "öde", "barren", nil, ""},
		{"de", "öde", "", nil, ""},
		{"en", "prohibit", "", denylist.ErrQuote, `x-1/1/k: verb is "prohibit"; expected whole words that are copied exactly from one passage of the quote or of its clause`},
		{"en", "Not to use", "", denylist.ErrQuote, `verb is "Not to use"`},
		{"en", "euse", "", denylist.ErrQuote, `verb is "euse"`},
		{"en", "not to us", "", denylist.ErrQuote, `verb is "not to us"`},
		{"de", "de", "", denylist.ErrQuote, `verb is "de"`},
		{"en", " ", "", denylist.ErrQuote, `verb is " "`},
		{"en", "not to use ", "", denylist.ErrQuote, `verb is "not to use "`},
		{"en", `things\n[…]\nto be`, "", denylist.ErrQuote, `from one passage`},
		{"de", "", "barren", denylist.ErrValue, `verbEnglish is "barren", but verb is missing`},
		{"en", "not to use", "not to use", denylist.ErrValue, `the clause is in English`},
		{"en-GB", "not to use", "not to use", denylist.ErrValue, `the clause is in English`},
	}
	for _, tt := range tests {
		members := ""
		if tt.verb != "" {
			members += `"verb":"` + tt.verb + `",`
		}
		if tt.english != "" {
			members += `"verbEnglish":"` + tt.english + `",`
		}
		r, err := withVerb(t, tt.language, members)
		if !errors.Is(err, tt.want) || err != nil && (!errors.Is(err, denylist.ErrRelease) || !strings.Contains(err.Error(), tt.text)) {
			t.Errorf("%q, %q: error %v; want %v, %s", tt.verb, tt.english, err, tt.want, tt.text)
			continue
		}
		if err != nil {
			continue
		}
		c := r.ForVendor("kaspersky")[0].Cite("2018-06-01")
		if c.Verb != tt.verb || c.VerbEnglish != tt.english {
			t.Errorf("the citation has %q, %q; want %q, %q", c.Verb, c.VerbEnglish, tt.verb, tt.english)
		}
	}
}

// A verb decides no verdict, so that a release that only adds it changes none. Other changes of the
// same entry keep their class.
func TestDiffOfVerbsChangesNoVerdict(t *testing.T) {
	release := func(members string) *denylist.Release {
		r, err := withVerb(t, "de", members)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	none, use, buy := release(""), release(`"verb":"not to use",`), release(`"verb":"not to use","verbEnglish":"buy",`)
	noted := release(`"verb":"not to use","note":"n",`)
	wider := release(`"verb":"not to use","until":"2030-01-01","untilKnown":"2018-02-01",`)
	tests := []struct {
		before, after *denylist.Release
		class, what   string
	}{
		{none, none, "", ""},
		{use, use, "", ""},
		{none, use, denylist.NoChange, `the recorded verb of the text was "" and is "not to use": T, clause 1`},
		{use, buy, denylist.NoChange, `the recorded verb of the text was "not to use" and is "not to use"`},
		{none, noted, denylist.NoChange, "the words, a source or a note changed"},
		{noted, wider, denylist.ToListed, "the words or the scope changed"},
	}
	for i, tt := range tests {
		changes := denylist.Diff(tt.before, tt.after)
		switch {
		case tt.class == "" && len(changes) == 0:
		case tt.class == "" || len(changes) != 1 || changes[0].Class != tt.class || !strings.HasPrefix(changes[0].What, tt.what):
			t.Errorf("%d: %+v; want %s, %s", i, changes, tt.class, tt.what)
		}
	}
}
