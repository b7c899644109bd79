// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A Comparison lists how the verdicts on the same documents change between two denylists or days.
type Comparison struct {
	SchemaVersion string   `json:"schemaVersion"`
	Before        Denylist `json:"before"`
	After         Denylist `json:"after"`
	// Notices are those of both reports, see [Report].
	Notices []Notice `json:"notices,omitempty"`
	// Flips are in order of the documents' paths, then of the second report.
	Flips []Flip `json:"flips"`
	// Same counts the findings whose verdict is the same.
	Same int `json:"same"`
	// NotScreened is what was not screened with the second denylist, so that its verdicts are
	// unknown.
	NotScreened []DocumentGap `json:"notScreened"`
}

// A Flip is a change of the verdict on a component and a vendor.
type Flip struct {
	Path      string          `json:"path"`
	Component match.Component `json:"component"`
	Vendor    match.Vendor    `json:"vendor"`
	Before    match.Verdict   `json:"before"` // NoVerdict if there was no finding
	After     match.Verdict   `json:"after"`
	Changes   []Change        `json:"changes"`
}

// A Change is a change of the denylist that explains a flip.
type Change struct {
	Class string `json:"class"`
	Entry string `json:"entry"`
	What  string `json:"what"`
	Why   string `json:"why"`
}

// Compare compares two reports of the same documents. changes are those between their
// releases, see [denylist.Diff]. Each flip gets the changes that explain it: of the entries that
// its findings cite and that led to another verdict, and of the register if the component was
// attributed differently.
func Compare(before, after *Report, changes []denylist.Change) *Comparison {
	c := &Comparison{SchemaVersion: SchemaVersion, Before: before.Denylist, After: after.Denylist, Notices: slices.Concat(before.Notices, after.Notices), Flips: []Flip{}, NotScreened: after.NotScreened()}
	for _, s := range sides(before, after) {
		f := Flip{Path: s.path, Changes: []Change{}}
		for _, x := range [...]*Finding{s.before, s.after} {
			if x != nil {
				f.Component, f.Vendor = x.Component, x.Vendor
			}
		}
		f.Before, f.After = s.before.verdict(), s.after.verdict()
		if f.Before == f.After {
			c.Same++
			continue
		}
		for _, x := range changes {
			if x.Vendor == f.Vendor.ID && s.explains(&f, x) {
				f.Changes = append(f.Changes, Change{string(x.Class), x.Entry, x.What, x.Why})
			}
		}
		c.Flips = append(c.Flips, f)
	}
	return c
}

// verdict returns the verdict of a finding, or NoVerdict for nil.
func (f *Finding) verdict() match.Verdict {
	if f == nil {
		return match.NoVerdict
	}
	return f.Verdict
}

// A side has the findings of two reports on the same component and vendor; nil if there is none.
type side struct {
	before, after   *Finding
	seen, seenAfter *Finding // or observations
	path            string
	order           int
}

// sides pairs the findings of two reports, in order of the documents' paths, then of the second
// report.
func sides(before, after *Report) []*side {
	type document struct {
		path, sha string
		n         int // counts documents with this path and digest: an archive can contain a file twice
	}
	type key struct {
		document
		ref, group, name, version string
		vendor                    vendors.ID
		at                        vendors.Location
		nth                       int // counts equal keys in a document: not every format has places or references
	}
	index := make(map[key]*side)
	collect := func(r *Report, set func(s *side, f *Finding, found bool)) {
		count := make(map[document]int)
		for i := range r.Documents {
			d := &r.Documents[i]
			doc := document{path: d.Path, sha: d.SHA256}
			count[doc]++
			doc.n = count[doc]
			seen := make(map[key]int)
			each := func(f *Finding, found bool) {
				x := &f.Component
				k := key{document: doc, ref: x.Ref, group: x.Group, name: x.Name, version: x.Version, vendor: f.Vendor.ID, at: x.Location}
				seen[k]++
				k.nth = seen[k]
				if index[k] == nil {
					index[k] = &side{path: d.Path, order: len(index)}
				}
				set(index[k], f, found)
			}
			for j := range d.Findings {
				each(&d.Findings[j], true)
			}
			for j := range d.Observations {
				each(&d.Observations[j], false)
			}
		}
	}
	collect(after, func(s *side, f *Finding, found bool) {
		if s.seenAfter = cmp.Or(s.seenAfter, f); found {
			s.after = f
		}
	})
	collect(before, func(s *side, f *Finding, found bool) {
		if s.seen = cmp.Or(s.seen, f); found {
			s.before = f
		}
	})
	var all []*side
	for _, s := range index {
		if s.before != nil || s.after != nil {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *side) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.order, b.order))
	})
	return all
}

// explains reports whether a change of the denylist explains the flip.
func (s *side) explains(f *Flip, x denylist.Change) bool {
	if x.Entry == "" {
		class := denylist.ToUnlisted
		if f.stronger() {
			class = denylist.ToListed
		}
		return x.Class == class && !sameAttributions(s.seen, s.seenAfter)
	}
	before, after := s.before.verdictOf(x.Entry), s.after.verdictOf(x.Entry)
	return f.stronger() && after > before || !f.stronger() && after < before
}

// verdictOf returns the verdict of a listing in a finding, or [match.NoVerdict] if it is not cited.
func (f *Finding) verdictOf(listing string) match.Verdict {
	worst := match.NoVerdict
	if f == nil {
		return worst
	}
	for i := range f.Citations {
		if c := &f.Citations[i]; c.Listing == listing {
			worst = max(worst, c.Verdict)
		}
	}
	return worst
}

// sameAttributions reports whether both findings rest on the same claims and entries of the
// register, with the same tier.
func sameAttributions(a, b *Finding) bool {
	if a == nil || b == nil {
		return false
	}
	return a.Tier == b.Tier && slices.EqualFunc(a.Attributions, b.Attributions, func(x, y vendors.Attribution) bool {
		return x.Tier == y.Tier && x.Claim == y.Claim && x.Rule == y.Rule && x.Matched == y.Matched && x.Member == y.Member
	})
}

func (f *Flip) stronger() bool { return f.After > f.Before }

// Reached reports whether a verdict became more severe and is at or above v.
func (c *Comparison) Reached(v match.Verdict) bool {
	for i := range c.Flips {
		if f := &c.Flips[i]; f.After >= v && f.stronger() {
			return true
		}
	}
	return false
}

// WriteJSON writes the comparison in the layout of [Report.WriteJSON].
func (c *Comparison) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(c)
}
