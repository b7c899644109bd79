// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// What Diff says can happen to verdicts is all that happens: the truth set is screened
// with every pair of neighbouring releases and with the oldest and the newest, and where a
// verdict on a vendor became stronger or weaker, a change of that class is there.
func TestDiffClasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	names := denylist.Names()
	pairs := [][2]string{{names[0], names[len(names)-1]}}
	for i := range names[1:] {
		pairs = append(pairs, [2]string{names[i], names[i+1]})
	}
	rows := truths(t)
	screened := make(map[string]map[verdictKey]match.Verdict) // each release once
	for _, name := range names {
		screened[name] = verdicts(t, name, rows)
	}
	for _, pair := range pairs {
		before, after := screened[pair[0]], screened[pair[1]]
		a, b := release(t, pair[0]), release(t, pair[1])
		classes := make(map[vendors.ID]map[string]bool)
		for _, c := range denylist.Diff(a, b) {
			if classes[c.Vendor] == nil {
				classes[c.Vendor] = make(map[string]bool)
			}
			classes[c.Vendor][c.Class] = true
			if c.What == "" || c.Why == "" {
				t.Errorf("%v: %+v has no words", pair, c)
			}
		}
		flips := map[string]int{}
		for key, v := range after {
			if was := before[key]; v != was {
				class := denylist.ToListed
				if v < was {
					class = denylist.ToUnlisted
				}
				flips[class]++
				if !classes[key.vendor][class] {
					t.Errorf("%v: %s: %s became %s, and no change says so", pair, key, was, v)
				}
			}
		}
		t.Logf("%s to %s: %d verdicts stronger, %d weaker", pair[0], pair[1], flips[denylist.ToListed], flips[denylist.ToUnlisted])
	}
}

type verdictKey struct {
	row    string
	vendor vendors.ID
}

func (k verdictKey) String() string { return k.row + " " + string(k.vendor) }

func release(t *testing.T, name string) *denylist.Release {
	t.Helper()
	r, err := denylist.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// verdicts screens the rows with a release, as of its own day. Every row and vendor of
// any release has an entry.
func verdicts(t *testing.T, name string, rows []truth) map[verdictKey]match.Verdict {
	t.Helper()
	m, err := match.New(release(t, name), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[verdictKey]match.Verdict)
	for i := range rows {
		for v := range vendors.Bundled().All() {
			out[verdictKey{rows[i].ID, v.ID}] = match.NoVerdict
		}
		c := rows[i].component()
		for _, f := range matched(t, m, &c, true) {
			key := verdictKey{rows[i].ID, f.Vendor.ID}
			out[key] = max(out[key], f.Verdict)
		}
	}
	return out
}
