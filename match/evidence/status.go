// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"slices"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/internal/choice"
)

// Exit statuses of programs that screen. 2, as usual, is a wrong call.
const (
	ExitClear      = 0 // clear; or nothing that the program was told to fail on, and all was screened
	ExitFound      = 1 // something that it is to fail on
	ExitUnscreened = 3 // no such thing, and something was not screened
)

// ExitStatus is the status that a program exits with for the report. found says that the
// report has something that the program is to fail on.
func (r *Report) ExitStatus(found bool) int {
	v := verdictOf(r.Verdict)
	return ExitStatus(found, v == match.NoVerdict || v == match.Inconclusive || len(r.NotScreened()) > 0)
}

// ExitStatus is the order of exit statuses: what was found wins over what was not screened.
func ExitStatus(found, unscreened bool) int {
	switch {
	case found:
		return ExitFound
	case unscreened:
		return ExitUnscreened
	}
	return ExitClear
}

// Reaches reports whether the report's verdict is failOn or worse. Nothing reaches
// [match.NoVerdict], which stands for never.
func (r *Report) Reaches(failOn match.Verdict) bool {
	return failOn != match.NoVerdict && verdictOf(r.Verdict) >= failOn
}

// GapsOf returns what of a document of the report was not screened, whatever was found in it:
// its gaps, that of an incomplete document with its error. All views take them from here. What
// the coverage, the error or the verdict tell of a gap counts as one, also if the record has no
// gap for it. Without a document they are those of the report as a whole: that nothing was
// screened.
func (r *Report) GapsOf(d *Document) []Gap {
	if d == nil {
		if r.Coverage.Components > 0 {
			return nil
		}
		return []Gap{{string(match.GapNothing), "nothing was screened"}}
	}
	gaps := slices.Clone(d.Gaps)
	add := func(is bool, kind match.GapKind, n int) {
		if is && !slices.ContainsFunc(gaps, func(g Gap) bool { return g.Kind == string(kind) }) {
			gaps = append(gaps, gap(match.NewGap(kind, n)))
		}
	}
	add(!r.Whole(d), match.GapIncomplete, 0)
	add(d.Coverage.Malformed > 0, match.GapMalformed, d.Coverage.Malformed)
	if v := verdictOf(d.Verdict); len(gaps) == 0 && (v == match.NoVerdict || v == match.Inconclusive) {
		add(d.Coverage.Components == 0, match.GapNothing, 0)
		add(d.Coverage.Components > 0, match.GapIdentity, d.Coverage.Unidentified)
	}
	for i := range gaps {
		if g := &gaps[i]; g.Incomplete() && d.Error != nil {
			g.Message += ": " + d.Error.Message
		}
	}
	return gaps
}

// NotScreened returns what was not screened, by document: its gaps, see [Report.GapsOf], or
// that there was nothing.
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

// A DocumentGap is a gap in a document; in all of the report if Path is "".
type DocumentGap struct {
	Path string `json:"path"`
	Gap
}

// String returns the gap in words, with the path.
func (g DocumentGap) String() string {
	if g.Path == "" {
		return g.Message
	}
	return g.Path + ": " + g.Message
}

const never = "never"

// ParseFailOn reads the mildest verdict that a program fails on: "ban", "exclude", "review",
// "inconclusive", or "never", which is [match.NoVerdict].
func ParseFailOn(word string) (match.Verdict, error) {
	word, err := choice.One("the verdict to fail on", word, []string{"ban", "exclude", "review", "inconclusive", never})
	if err != nil || word == never {
		return match.NoVerdict, err
	}
	return match.ParseVerdict(word)
}

func failOnWord(v match.Verdict) string {
	if v == match.NoVerdict {
		return never
	}
	return v.String()
}
