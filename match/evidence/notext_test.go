// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// If all was read and no text applies, a report says that, and not that something could not be
// screened. If something could not be read as well, it says that.
func TestNoTextApplies(t *testing.T) {
	m, err := match.New(denylist.Current(), &match.Options{AsOf: "2010-01-01", Jurisdictions: []string{"EU", "NL"}})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{"a.json": bom("kav", "AO Kaspersky Lab"), "b.json": bom("left-pad", "Acme")}
	broken := maps.Clone(read)
	broken["c.json"] = `{"bomFormat":`
	const none, other = "No text of the denylist applies on 2010-01-01 in EU, NL, so nothing could be found.", "omething could not be screened"
	for _, form := range []string{"summary", "table", "markdown", "html"} {
		for _, docs := range []map[string]string{read, broken} {
			r := screenBy(t, m, docs)
			if r.Verdict != match.Inconclusive {
				t.Fatalf("%s", r.Verdict)
			}
			var b bytes.Buffer
			if err := allViews[form](&b, r); err != nil {
				t.Fatal(err)
			}
			out := strings.Join(strings.Fields(b.String()), " ")
			answer, _, _ := strings.Cut(out, "<h2>Words") // the glossary explains all verdicts
			answer, _, _ = strings.Cut(answer, "<dl")
			if got := strings.Contains(out, none); got != (len(docs) == 2) || got && strings.Contains(answer, other) {
				t.Errorf("%s of %q: %t\n%.2000s", form, slices.Sorted(maps.Keys(docs)), got, out)
			}
		}
	}
}
