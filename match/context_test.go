// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// Other facts are those that were public on the day judged by.
func TestContextIsOfItsDay(t *testing.T) {
	for _, day := range []vendors.Date{"2017-09-13", "2018-06-12", "2018-06-13", "2026-11-30"} {
		r := checkFor(t, denylist.Current(), &match.Options{AsOf: day}, antivirus)
		want := 0
		for _, c := range denylist.Current().ContextFor("kaspersky") {
			if c.Date <= day {
				want++
			}
		}
		if len(r.Findings) != 1 || len(r.Findings[0].Context) != want || want == 0 {
			t.Errorf("%s: %d findings, want 1 with %d facts", day, len(r.Findings), want)
			continue
		}
		for _, c := range r.Findings[0].Context {
			if c.Date > day {
				t.Errorf("%s: a fact of %s: %s", day, c.Date, c.Text)
			}
		}
	}
}

// A vendor that texts lead to observations about has its facts too, and somebody who only has a
// similar name does not.
func TestContextOfObservations(t *testing.T) {
	r := checkFor(t, open(t, "2018.06.13"), nil, cyclonedxOf(`{"type":"device","name":"MF286","supplier":{"name":"ZTE Corporation"}}`))
	if len(r.Findings) != 0 || len(r.Observations) == 0 {
		t.Fatalf("%+v", r)
	}
	for _, o := range r.Observations {
		if len(o.Context) == 0 {
			t.Errorf("%s: no facts", o.Reason)
		}
	}
	r = checkFor(t, denylist.Current(), nil, cyclonedxOf(`{"type":"library","name":"x","description":"works with Kaspersky Lab software"}`))
	for _, o := range r.Observations {
		if o.Reason == match.MentionedOnly && len(o.Context) != 0 {
			t.Errorf("facts beside a mention: %+v", o.Context)
		}
	}
}
