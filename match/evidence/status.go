// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"slices"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/internal/choice"
)

// Exit statuses of programs that screen. Status 2 is left for usage errors.
const (
	ExitClear      = 0 // everything was screened, and the program has nothing to fail on
	ExitFound      = 1 // the program fails on a finding
	ExitUnscreened = 3 // the program has no finding to fail on, and something was not screened
)

// ExitStatus returns the exit status of a program for the report. found means that the report
// has a finding that the program fails on.
func (r *Report) ExitStatus(found bool) int {
	v := r.Verdict
	return ExitStatus(found, v == match.NoVerdict || v == match.Inconclusive || len(r.NotScreened()) > 0)
}

// ExitStatus returns the exit status of a program that screens. A finding takes precedence over
// something that was not screened.
func ExitStatus(found, unscreened bool) int {
	switch {
	case found:
		return ExitFound
	case unscreened:
		return ExitUnscreened
	}
	return ExitClear
}

// Reaches reports whether the report's verdict is failOn or more severe. It is false for
// [match.NoVerdict], which means never.
func (r *Report) Reaches(failOn match.Verdict) bool {
	return failOn != match.NoVerdict && r.Verdict >= failOn
}

// GapsOf returns what was not screened of a document of the report: its gaps, that of an incomplete
// document with its error. A gap that shows only in the coverage, the error or the verdict is
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
	if v := d.Verdict; len(gaps) == 0 && (v == match.NoVerdict || v == match.Inconclusive) {
		add(d.Coverage.Components == 0, match.GapNothing, 0)
		add(d.Coverage.Components > 0, match.GapIdentity, d.Coverage.Unidentified)
	}
	for i := range gaps {
		if g := &gaps[i]; g.Kind == match.GapIncomplete && d.Error != nil {
			g.Message += ": " + d.Error.Message
		}
	}
	return gaps
}

// NotScreened returns the gaps of all documents and of the report as a whole, see
// [Report.GapsOf].
func (r *Report) NotScreened() []DocumentGap {
	all := []DocumentGap{}
	for i := range r.Documents {
		for _, g := range r.GapsOf(&r.Documents[i]) {
			all = append(all, DocumentGap{r.Documents[i].Path, g})
		}
	}
	for _, g := range r.GapsOf(nil) {
		all = append(all, DocumentGap{"", g})
	}
	return all
}

// A DocumentGap is a gap in a document, or in the report as a whole if Path is "".
type DocumentGap struct {
	Path string `json:"path"`
	match.Gap
}

// String returns the gap in words, with the path.
func (g DocumentGap) String() string {
	if g.Path == "" {
		return g.Message
	}
	return g.Path + ": " + g.Message
}

const never = "never"

// ParseFailOn parses the least severe verdict that a program fails on: "ban", "exclude",
// "review", "inconclusive", or "never", for which it returns [match.NoVerdict].
func ParseFailOn(word string) (match.Verdict, error) {
	word, err := choice.One("the verdict to fail on", word, []string{"ban", "exclude", "review", "inconclusive", never})
	if err != nil || word == never {
		return match.NoVerdict, err
	}
	var v match.Verdict
	return v, v.UnmarshalText([]byte(word))
}

func failOnWord(v match.Verdict) string {
	if v == match.NoVerdict {
		return never
	}
	return v.String()
}
