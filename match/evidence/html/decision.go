// SPDX-License-Identifier: Apache-2.0

package html

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/match/policy"
)

// A decision is what a buyer's policy decided, in lines: the first few on the first sheet, all of
// them in the annex.
type decision struct {
	*policy.Decision
	Counts string
	Short  []string // waivers that were used, have expired or are not needed
	More   int      // waivers that are only in the annex
	All    []string // of the annex
	Cut    int      // lines that are only in the record
}

// newDecision returns the lines of a decision; nil if there is none.
func newDecision(d *policy.Decision) *decision {
	if d == nil {
		return nil
	}
	x := &decision{Decision: d, Counts: d.Counts()}
	waivers := waivers(d)
	x.Short = view.First(waivers, mostLines)
	x.More = len(waivers) - len(x.Short)
	lines := d.Lines()
	x.All = view.First(lines, most)
	x.Cut = len(lines) - len(x.All)
	return x
}

// waivers returns a line for each waiver that has expired, was used or is not needed.
func waivers(d *policy.Decision) []string {
	var all []string
	for i := range d.Expired {
		w := &d.Expired[i]
		all = append(all, fmt.Sprintf("Expired on %s: %s, by %s; it would have let pass %s", w.Expires, covers(&w.Waiver), line(w.Author), view.Count(w.Findings, "finding")))
	}
	for i := range d.Waived {
		f := &d.Waived[i]
		w := f.Waiver
		if w == nil {
			w = &policy.Waiver{}
		}
		all = append(all, fmt.Sprintf("Used: %s (%s), valid until %s, by %s: %s", line(f.Component), f.Vendor, w.Expires, line(w.Author), line(w.Reason)))
	}
	for i := range d.Unused {
		w := &d.Unused[i]
		all = append(all, fmt.Sprintf("Not needed: %s, valid until %s, by %s", covers(w), w.Expires, line(w.Author)))
	}
	return all
}

// covers returns what a waiver is for.
func covers(w *policy.Waiver) string {
	var all []string
	for _, s := range []string{string(w.Vendor), w.Component, w.Version, w.Finding, w.Document} {
		if s != "" {
			all = append(all, line(s))
		}
	}
	if len(all) == 0 {
		return "any finding"
	}
	return strings.Join(all, " ")
}
