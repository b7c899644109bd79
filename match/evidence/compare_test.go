// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"testing"

	"github.com/clause76/clause76/match/evidence"
)

// Findings of a format without places or references are compared one by one.
func TestCompareOccurrences(t *testing.T) {
	made := func(verdicts ...string) *evidence.Report {
		d := evidence.Document{Path: "a"}
		for _, v := range verdicts {
			f := evidence.Finding{Verdict: v, Vendor: evidence.Vendor{ID: "x"}}
			f.Component.Name, f.Component.Location.Offset = "part", -1
			d.Findings = append(d.Findings, f)
		}
		return &evidence.Report{Documents: []evidence.Document{d}}
	}
	for _, tt := range []struct {
		before, after *evidence.Report
		flips, same   int
	}{
		{made("ban", "ban"), made("ban", "ban"), 0, 2},
		{made("ban", "ban"), made("ban"), 1, 1},
		{made("review", "ban"), made("ban", "ban"), 1, 1},
	} {
		if c := evidence.Compare(tt.before, tt.after, nil); len(c.Flips) != tt.flips || c.Same != tt.same {
			t.Errorf("%d flips, %d the same; want %d and %d", len(c.Flips), c.Same, tt.flips, tt.same)
		}
	}
}
