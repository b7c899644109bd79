// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

// The words of a clause in another language are in the record if they were asked for, with their
// grade. They change no verdict, and the record can be made again.
func TestRecordInAnotherLanguage(t *testing.T) {
	release, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	record := func(language string) (*evidence.Report, string) {
		m, err := match.New(release, &match.Options{Language: language})
		if err != nil {
			t.Fatal(err)
		}
		r := report(t, m, "../../testdata/bids/endpoint-tender")
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		return r, b.String()
	}
	plain, without := record("")
	spanish, with := record("es")
	if strings.Contains(without, `"version":{`) || strings.Contains(without, "como los de Kaspersky Lab") {
		t.Error("a version that nobody asked for")
	}
	if spanish.Verdict != plain.Verdict || !strings.Contains(with, `"language":"es"`) || !strings.Contains(with, "como los de Kaspersky Lab") || !strings.Contains(with, `"grade":"B"`) {
		t.Errorf("%s and %s; the Spanish words are not in the record", spanish.Verdict, plain.Verdict)
	}
	again, err := evidence.ParseReport([]byte(with))
	if err != nil {
		t.Fatal(err)
	}
	if err := screen.Reproduce(t.Context(), again, release, nil); err != nil {
		t.Errorf("screened again: %v", err)
	}
	if _, err := match.New(release, &match.Options{Language: "ga"}); !errors.Is(err, match.ErrOptions) || !strings.Contains(err.Error(), `language "ga"; expected one of ["da" "de" "en" "es" "fr" "hu" "it" "ja" "nl" "pl" "pt" "ro" "sv" "uk"]`) {
		t.Errorf("a language of no text: %v", err)
	}
}

// A language in which the release, or the texts that are cited, have no other words is no error, and
// the report says that there are none.
func TestNoWordsInALanguage(t *testing.T) {
	for _, tt := range []struct{ release, language, of, want string }{
		{"2018.06.12", "es", "EU", `has no words of any text in the language "es"`},
		{"2026.11.30", "ro", "EU", `texts that are in that language themselves are quoted in it`},
		{"2026.11.30", "de", "US", `has no words in the language "de" of the texts that are cited here`},
		{"2026.11.30", "es", "EU", ""},
		{"2026.11.30", "", "EU", ""},
	} {
		release, err := denylist.Open(tt.release)
		if err != nil {
			t.Fatal(err)
		}
		m, err := match.New(release, &match.Options{Language: tt.language, Jurisdictions: []string{tt.of}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range report(t, m, "../../testdata/bids/endpoint-tender").Notices {
			if n.Kind == "language" {
				got = append(got, n.Message)
			}
		}
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
			t.Errorf("%s in %q: notices %q, want %q", tt.release, tt.language, got, tt.want)
		}
	}
}
