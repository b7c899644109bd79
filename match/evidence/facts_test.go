// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
)

// Facts about a vendor are in the views and in the record too if it has observations only.
func TestFactsOfAnObservation(t *testing.T) {
	release, err := denylist.Open("2018.06.13")
	if err != nil {
		t.Fatal(err)
	}
	r := screenWith(t, release, map[string]string{"a.json": bom("MF286", "ZTE Corporation")})
	if len(r.Documents[0].Findings) != 0 || len(r.Documents[0].Observations) == 0 {
		t.Fatalf("%+v", r.Documents[0])
	}
	for _, name := range []string{"table", "html", "csv", "markdown"} {
		out := strings.Join(strings.Fields(written(t, name, allViews[name], r)), " ")
		if !strings.Contains(out, "agreed a superseding settlement") {
			t.Errorf("%s does not have the settlement: %s", name, out)
		}
	}
	facts := r.Documents[0].Observations[0].Context
	if again := rewritten(t, r).Documents[0].Observations[0].Context; len(facts) == 0 || !slices.EqualFunc(again, facts, func(a, b denylist.Context) bool { return a.ID == b.ID }) {
		t.Errorf("%d facts, and %d after the record was read", len(facts), len(again))
	}
}
