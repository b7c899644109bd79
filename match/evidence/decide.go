// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"iter"

	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

// Findings yields each finding with its document, in the order of the report. It does not yield
// observations, which are in [Document].
func (r *Report) Findings() iter.Seq2[*Document, *Finding] {
	return func(yield func(*Document, *Finding) bool) {
		for i := range r.Documents {
			d := &r.Documents[i]
			for j := range d.Findings {
				if !yield(d, &d.Findings[j]) {
					return
				}
			}
		}
	}
}

// Decide sets Policy to the decision of a policy on a day, on which its waivers have to be valid.
// By a nil policy nothing passes.
func (r *Report) Decide(p *policy.Policy, day vendors.Date) {
	s := &policy.Screening{Release: r.Denylist.Release, Digest: r.Denylist.Digest, AsOf: vendors.Date(r.Denylist.AsOf),
		Jurisdictions: r.Options.Jurisdictions, Buyer: r.Buyer, Coverage: r.Coverage}
	s.Findings = func(yield func(policy.Finding) bool) {
		for d, f := range r.Findings() {
			if !yield(policy.Finding{Document: d.Path, ID: f.ID, Finding: &f.Finding}) {
				return
			}
		}
	}
	s.Gaps = func(yield func(policy.Gap) bool) {
		for d, g := range r.NotScreened() {
			if !yield(policy.Gap{Document: pathOf(d), Gap: g}) {
				return
			}
		}
	}
	r.Policy = p.Decide(s, day)
}

// pathOf returns the path of a document, or "" for the report as a whole.
func pathOf(d *Document) string {
	if d == nil {
		return ""
	}
	return d.Path
}
