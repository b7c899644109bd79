// SPDX-License-Identifier: Apache-2.0

package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
)

// SortedOf returns the findings of one document in the order of [Sorted].
func SortedOf(d *evidence.Document) []Part {
	all := make([]Part, len(d.Findings))
	for i := range d.Findings {
		all[i] = Part{d, &d.Findings[i]}
	}
	return bySeverity(all)
}

// A Decided tells what the policy decided about each finding.
type Decided map[[2]string]Decision

// A Decision is the decision of a policy about one finding.
type Decision struct {
	Fails  bool
	Waiver *policy.Waiver // that let it pass, if any
	Why    string         // why it does not count
}

// Decisions returns the decisions of the policy of a report; nil if there is none.
func Decisions(r *evidence.Report) Decided {
	if r.Policy == nil {
		return nil
	}
	all := make(Decided)
	for _, f := range r.Policy.Waived {
		all[[2]string{f.Document, f.ID}] = Decision{Waiver: cmp.Or(f.Waiver, &policy.Waiver{})}
	}
	for _, f := range r.Policy.OutOfPolicy {
		all[[2]string{f.Document, f.ID}] = Decision{Why: cmp.Or(f.Why, "the policy does not count it")}
	}
	for _, f := range r.Policy.Fails { // last: of findings with the same id one that fails decides
		all[[2]string{f.Document, f.ID}] = Decision{Fails: true}
	}
	return all
}

// Of returns the decision about a finding.
func (all Decided) Of(f Part) Decision { return all[[2]string{f.Document.Path, f.Finding.ID}] }

// WaiverWords returns who waived a finding, until when, and why.
func WaiverWords(w *policy.Waiver) string {
	return fmt.Sprintf("waived until %s by %s: %s", w.Expires, w.Author, w.Reason)
}

// WaiverFor returns what a waiver applies to.
func WaiverFor(w *policy.Waiver) string {
	return strings.Join(strings.Fields(strings.Join([]string{w.Finding, string(w.Vendor), w.Component, w.Version, w.Document}, " ")), " ")
}

// String returns the decision in words; "" if there is none.
func (d Decision) String() string {
	switch {
	case d.Fails:
		return "fails the policy"
	case d.Waiver != nil:
		return WaiverWords(d.Waiver)
	case d.Why != "":
		return "not counted by the policy: " + d.Why
	}
	return ""
}

// PolicyNotes returns what a policy's decision says apart from the findings that fail or are waived:
// waivers that expired, the numbers, what the report does not meet, what is allowed, and waivers that no
// finding needs.
func PolicyNotes(d *policy.Decision) []string {
	rest := *d
	rest.Fails, rest.Waived = nil, nil
	lines := rest.Lines()
	if n := len(d.Expired); d.Counts() != "" {
		if rest.Counts() == "" {
			lines = slices.Insert(lines, n, "")
		}
		lines[n] = d.Counts() // of all
	}
	return lines
}
