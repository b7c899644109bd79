// SPDX-License-Identifier: Apache-2.0

package view

import (
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// A Gap is something that was not screened, with the path of its document, or "" for the inputs as
// a whole.
type Gap struct {
	Path string
	match.Gap
}

// Gaps returns what was not screened by a report.
func Gaps(r *evidence.Report) []Gap {
	var all []Gap
	for d, g := range r.NotScreened() {
		path := ""
		if d != nil {
			path = d.Path
		}
		all = append(all, Gap{path, g})
	}
	return all
}

// GapWords returns what was not screened by a report in words.
func GapWords(r *evidence.Report) []string {
	var all []string
	for _, g := range Gaps(r) {
		all = append(all, g.String())
	}
	return all
}

// String returns the gap in words, with the path.
func (g Gap) String() string {
	if g.Path == "" {
		return g.Message
	}
	return g.Path + ": " + g.Message
}

// NoText returns what the verdict of a report means if all documents were read and no text applies,
// see [OnlyNoText].
func NoText(r *evidence.Report) string {
	s := "No text of the denylist applies on " + r.Denylist.AsOf
	if len(r.Options.Jurisdictions) > 0 {
		s += " in " + strings.Join(r.Options.Jurisdictions, ", ")
	}
	if r.Buyer != nil {
		s += " to the buyer " + r.Buyer.Name
	}
	return s + ", so nothing could be found."
}

// OnlyNoText reports whether nothing was left out of a report except that no text applies, so that
// all was read and nothing could be found.
func OnlyNoText(r *evidence.Report) bool {
	none := false
	for _, g := range r.NotScreened() {
		if g.Kind != match.GapNoListings {
			return false
		}
		none = true
	}
	return none && r.Verdict == match.Inconclusive
}
