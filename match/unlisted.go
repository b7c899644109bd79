// SPDX-License-Identifier: Apache-2.0

package match

import (
	"errors"
	"fmt"
	"slices"

	"github.com/clause76/clause76/sbom"
)

const (
	// defaultMaxFindings: a finding with its citations takes about 10 kB of memory, and 40 kB
	// in a report.
	defaultMaxFindings = 10_000
	// maxUnplaced bounds the components that are kept until the end of the document.
	maxUnplaced = 100_000
)

// ErrUnlisted: there are more findings and observations than are listed. It also wraps an
// [sbom.ErrLimit].
var ErrUnlisted = errors.New("not all findings and observations are listed")

// Unlisted counts the findings and observations of a document that are not listed because
// there are too many. The zero Unlisted means that all are listed.
type Unlisted struct {
	Findings     int     `json:"findings"`
	Observations int     `json:"observations"`
	Verdict      Verdict `json:"verdict"` // the most severe of the findings
}

// Any reports whether anything is not listed.
func (u Unlisted) Any() bool { return u.Findings+u.Observations > 0 }

func (u *Unlisted) count(f *Finding) {
	if f.Verdict == NoVerdict {
		u.Observations++
		return
	}
	u.Findings++
	u.Verdict = max(u.Verdict, f.Verdict)
}

// Err returns an [ErrUnlisted] with the numbers, or nil if all are listed.
func (u Unlisted) Err() error {
	if !u.Any() {
		return nil
	}
	worst := ""
	if u.Findings > 0 {
		worst = ", the worst of them " + u.Verdict.String()
	}
	return fmt.Errorf("%w: %w; left out: %d findings%s; %d observations", sbom.ErrLimit, ErrUnlisted, u.Findings, worst, u.Observations)
}

// list adds a finding or an observation if fewer than n are listed, and else counts it. A finding
// replaces a listed observation, and a finding that is more severe than all before it replaces the
// last listed one, so that a reader sees one of the most severe.
func (r *Result) list(f Finding, n int) {
	full := len(r.Findings)+len(r.Observations) >= n
	if f.Verdict == NoVerdict {
		if full {
			r.Unlisted.count(&f)
		} else {
			r.Observations = append(r.Observations, f)
		}
		return
	}
	last, worse := len(r.Findings)-1, f.Verdict > r.worst
	r.worst = max(r.worst, f.Verdict)
	switch {
	case !full:
		r.Findings = append(r.Findings, f)
	case len(r.Observations) > 0:
		r.Observations = r.Observations[:len(r.Observations)-1]
		r.Unlisted.Observations++
		r.Findings = append(r.Findings, f)
	case last >= 0 && worse:
		r.Unlisted.count(&r.Findings[last])
		r.Findings[last] = f
	default:
		r.Unlisted.count(&f)
	}
}

// Limit keeps the first n findings and observations of the result, findings before observations,
// and counts the others in Unlisted. The verdict never becomes milder, and is not
// [Clear] if one is not listed. The error is nil if all are listed, and else an [ErrUnlisted]
// with the numbers.
func (r *Result) Limit(n int) error {
	n = max(n, 0)
	if keep := min(n, len(r.Findings)); keep < len(r.Findings) {
		for i := keep; i < len(r.Findings); i++ {
			r.Unlisted.count(&r.Findings[i])
		}
		r.Findings = slices.Clone(r.Findings[:keep]) // releases the memory of the others
	}
	if keep := min(n-len(r.Findings), len(r.Observations)); keep < len(r.Observations) {
		r.Unlisted.Observations += len(r.Observations) - keep
		r.Observations = slices.Clone(r.Observations[:keep])
	}
	if r.Unlisted.Any() {
		r.Coverage.Complete = false
		if !slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.Kind == GapIncomplete }) {
			r.Gaps = slices.Insert(slices.Clone(r.Gaps), 0, GapIncomplete.Gap(0))
		}
		r.Verdict = max(r.Verdict, r.Unlisted.Verdict, Inconclusive)
	}
	return r.Unlisted.Err()
}
