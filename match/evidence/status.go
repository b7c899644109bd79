// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"iter"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom"
)

// Exit statuses of programs that screen. Status 2 is left for usage errors.
const (
	ExitClear      = 0 // everything was screened, and the program has nothing to fail on
	ExitFound      = 1 // the program fails on a finding
	ExitUnscreened = 3 // the program has no finding to fail on, and something was not screened
)

// ExitStatus returns the exit status of a program for the report: by the decision of the policy if
// there is one, and else by [Options].FailOn. A finding that the program fails on takes precedence
// over something that was not screened.
func (r *Report) ExitStatus() int {
	switch {
	case r.Policy != nil && len(r.Policy.Fails) > 0, r.Policy == nil && r.Reaches(r.Options.FailOn):
		return ExitFound
	case r.Policy != nil && !(r.Policy.Pass && passes(r.Policy)), r.Policy == nil && r.Unscreened():
		return ExitUnscreened
	}
	return ExitClear
}

// Unscreened reports whether something was not screened, or nothing was.
func (r *Report) Unscreened() bool {
	for range r.NotScreened() {
		return true
	}
	return r.Verdict == match.NoVerdict || r.Verdict == match.Inconclusive
}

// Reaches reports whether the verdict of the report, of a document or of a finding is failOn or more
// severe. It is false for [match.NoVerdict], which means never.
func (r *Report) Reaches(failOn match.Verdict) bool {
	return failOn != match.NoVerdict && r.worst() >= failOn
}

// GapsOf returns what was not screened of a document of the report: its gaps, that of an incomplete
// document with its error, and that not all findings are listed. A gap that shows only in the coverage, the error or the verdict is
// included, too. For a nil document it returns the gaps of the report as a whole: that nothing
// was screened. All views use it.
func (r *Report) GapsOf(d *Document) []match.Gap {
	if d == nil {
		if r.Coverage.Components > 0 {
			return nil
		}
		return []match.Gap{{Kind: match.GapNothing, Message: "nothing was screened"}}
	}
	gaps := slices.Clone(d.Gaps)
	add := func(is bool, kind match.GapKind, n int) {
		if is && !slices.ContainsFunc(gaps, func(g match.Gap) bool { return g.Kind == kind }) {
			gaps = append(gaps, kind.Gap(n))
		}
	}
	add(!r.Whole(d), match.GapIncomplete, 0)
	add(d.Coverage.Malformed > 0, match.GapMalformed, d.Coverage.Malformed)
	add(d.Coverage.Undecided > 0, match.GapUndecided, d.Coverage.Undecided)
	if v := d.Verdict; len(gaps) == 0 && (v == match.NoVerdict || v == match.Inconclusive) {
		add(d.Coverage.Components == 0, match.GapNothing, 0)
		add(d.Coverage.Components > 0, match.GapIdentity, d.Coverage.Unidentified)
	}
	for i := range gaps {
		if g := &gaps[i]; g.Kind == match.GapIncomplete && d.Error != nil {
			g.Message += ": " + d.Error.Message
		}
	}
	// An error other than that there are too many findings does not tell of them.
	if d.Unlisted != nil && d.Unlisted.Any() && !d.TooManyFindings() {
		message := strings.TrimPrefix(d.Unlisted.Err().Error(), sbom.ErrLimit.Error()+": ")
		gaps = append(gaps, match.Gap{Kind: match.GapIncomplete, Message: message})
	}
	return gaps
}

// NotScreened yields the gaps of all documents, with the document, and then those of the report as
// a whole, with nil; see [Report.GapsOf].
func (r *Report) NotScreened() iter.Seq2[*Document, match.Gap] {
	return func(yield func(*Document, match.Gap) bool) {
		for i := range r.Documents {
			for _, g := range r.GapsOf(&r.Documents[i]) {
				if !yield(&r.Documents[i], g) {
					return
				}
			}
		}
		for _, g := range r.GapsOf(nil) {
			if !yield(nil, g) {
				return
			}
		}
	}
}

const never = "never"

// parseFailOn parses the word of a record for the least severe verdict that a program fails on.
func parseFailOn(word string) (v match.Verdict, err error) {
	if word != never {
		err = v.UnmarshalText([]byte(word))
	}
	return v, err
}

func failOnWord(v match.Verdict) string {
	if v == match.NoVerdict {
		return never
	}
	return v.String()
}
