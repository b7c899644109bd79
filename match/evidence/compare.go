// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A Comparison lists how the verdicts on the same documents change between two denylists or days.
type Comparison struct {
	Before Denylist
	After  Denylist
	// Notices are those of both reports, see [Report].
	Notices []sbom.Warning
	// Flips are changes of a verdict, or of whether a binding text leads to it. They are in order of
	// the documents' paths, then of the second report.
	Flips []Flip
	// Differently says in words what else the two reports were made with: "the buyer was not given and
	// is eu-institution". It explains flips without changes.
	Differently []string
	// Same counts the findings with the same verdict and force in both reports.
	Same int
	// NotScreened is what was not screened with the second denylist, in words with the path of
	// the document, so that its verdicts are unknown.
	NotScreened []string

	failOn     match.Verdict // of the second report
	unscreened bool          // by the second report
}

// A Flip is a change of the verdict on a component and a vendor, or of its force.
type Flip struct {
	Path      string
	Component match.Component
	Vendor    match.Vendor
	Before    match.Verdict // NoVerdict if there was no finding
	After     match.Verdict
	// BeforeBinds and AfterBinds tell whether a binding text leads to the verdict.
	BeforeBinds, AfterBinds bool
	// Changes are the changes of the denylist that explain it, the one that decides first.
	Changes []denylist.Change
}

// Compare compares two reports of the same documents. changes are those between their
// releases, see [denylist.Diff]. Each flip gets the changes that explain it: of the entries that
// its findings cite and that led to another verdict, and of the register if the component was
// attributed differently.
func Compare(before, after *Report, changes []denylist.Change) *Comparison {
	c := &Comparison{Before: before.Denylist, After: after.Denylist, Notices: slices.Concat(before.Notices, after.Notices),
		Differently: madeDifferently(before, after), failOn: after.Options.FailOn, unscreened: after.Unscreened()}
	for d, g := range after.NotScreened() {
		words := g.Message
		if d != nil {
			words = d.Path + ": " + words
		}
		c.NotScreened = append(c.NotScreened, words)
	}
	for _, s := range sides(before, after) {
		f := Flip{Path: s.path}
		for _, x := range [...]*Finding{s.before, s.after} {
			if x != nil {
				f.Component, f.Vendor = x.Component, x.Vendor
			}
		}
		f.Before, f.After = s.before.verdict(), s.after.verdict()
		f.BeforeBinds, f.AfterBinds = s.before.binds(), s.after.binds()
		if f.Before == f.After && f.BeforeBinds == f.AfterBinds {
			c.Same++
			continue
		}
		f.Changes = s.causes(&f, changes, after.Buyer != nil || before.Buyer != nil)
		c.Flips = append(c.Flips, f)
	}
	return c
}

// madeDifferently returns in words which options of two reports differ.
func madeDifferently(before, after *Report) []string {
	var all []string
	add := func(what, a, b, none string) {
		if a != b {
			all = append(all, fmt.Sprintf("%s was %s and is %s", what, cmp.Or(a, none), cmp.Or(b, none)))
		}
	}
	buyer := func(r *Report) string {
		if r.Buyer == nil {
			return ""
		}
		return r.Buyer.Name
	}
	add("the day judged by", before.Denylist.AsOf, after.Denylist.AsOf, "not given")
	add("the buyer", buyer(before), buyer(after), "not given")
	add("the purpose (CPV)", strings.Join(before.Purpose, ", "), strings.Join(after.Purpose, ", "), "not given")
	add("the choice of jurisdictions", strings.Join(before.Options.Jurisdictions, ", "), strings.Join(after.Options.Jurisdictions, ", "), "all")
	return all
}

// verdict returns the verdict of a finding, or NoVerdict for nil.
func (f *Finding) verdict() match.Verdict {
	if f == nil {
		return match.NoVerdict
	}
	return f.Verdict
}

// binds reports whether a binding text leads to the verdict of a finding; false for nil.
func (f *Finding) binds() bool {
	return f != nil && slices.ContainsFunc(f.Citations, func(c match.Citation) bool { return c.Binds() && c.Verdict == f.Verdict })
}

// forceOf returns the force of a verdict as a record has it; "" without a verdict.
func forceOf(v match.Verdict, binds bool) string {
	if v == match.NoVerdict {
		return ""
	}
	return forceWord(binds)
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
	sorting.Func(all, func(a, b *side) int {
		return cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.order, b.order))
	})
	return all
}

// weight is a verdict with its force: of equal verdicts, one by a binding text weighs more.
func weight(v match.Verdict, binds bool) int {
	w := 2 * int(v)
	if binds {
		w++
	}
	return w
}

// weightOf returns the weight of a listing in a finding, or 0 if it is not cited.
func (f *Finding) weightOf(listing string) int {
	worst := 0
	if f == nil {
		return worst
	}
	for i := range f.Citations {
		if c := &f.Citations[i]; c.Listing == listing && c.Verdict != match.NoVerdict {
			worst = max(worst, weight(c.Verdict, c.Binds()))
		}
	}
	return worst
}

// causes returns the changes of the denylist that explain a flip, that of the most severe text
// first: changes of the texts that alone keep the finding from being as it was, or is, and of the
// register if the component was attributed differently. byBuyer means that a buyer was given.
func (s *side) causes(f *Flip, changes []denylist.Change, byBuyer bool) []denylist.Change {
	class := denylist.ToUnlisted
	from, to := s.before, s.after // the text led to more before than the finding comes to after
	if f.stronger() {
		class, from, to = denylist.ToListed, s.after, s.before
	}
	low := weight(min(f.Before, f.After), f.Before != f.After)
	var deciding, others, register []denylist.Change
	for _, x := range changes {
		switch {
		case x.Vendor != f.Vendor.ID:
		case x.Entry == "":
			if x.Class == class && !sameAttributions(s.seen, s.seenAfter) {
				register = append(register, x)
			}
		case from.weightOf(x.Entry) <= to.weightOf(x.Entry):
		case from.weightOf(x.Entry) > low:
			deciding = append(deciding, x)
		default:
			others = append(others, x)
		}
	}
	if len(deciding)+len(register) == 0 {
		deciding = others
	}
	deciding = directed(deciding, class, byBuyer)
	slices.SortStableFunc(deciding, func(x, y denylist.Change) int {
		return cmp.Compare(from.weightOf(y.Entry), from.weightOf(x.Entry))
	})
	return append(deciding, register...)
}

// directed leaves out the changes of an entry that cannot do what happened, if the entry has others
// that can: what its words or its verification became is no reason for a text that no longer counts.
func directed(changes []denylist.Change, class string, byBuyer bool) []denylist.Change {
	can := func(x denylist.Change) bool { return x.Class == class || byBuyer && x.Class == denylist.ByBuyer }
	able := make(map[string]bool)
	for _, x := range changes {
		able[x.Entry] = able[x.Entry] || can(x)
	}
	return slices.DeleteFunc(changes, func(x denylist.Change) bool {
		return able[x.Entry] && !can(x) || x.Class == denylist.ByBuyer && !byBuyer
	})
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

func (f *Flip) weightBefore() int { return weight(f.Before, f.BeforeBinds) }

func (f *Flip) weightAfter() int { return weight(f.After, f.AfterBinds) }

// stronger reports whether the verdict became more severe, or a binding text leads to it now.
func (f *Flip) stronger() bool { return f.weightAfter() > f.weightBefore() }

// ExitStatus returns the exit status of a program for the comparison: [ExitFound] if a verdict
// became more severe, or came to rest on a binding text, and is one that the program fails on, by [Options].FailOn of the second
// report; else [ExitUnscreened] if something was not screened.
func (c *Comparison) ExitStatus() int {
	reached := func(f Flip) bool { return f.stronger() && f.After >= c.failOn }
	switch {
	case c.failOn != match.NoVerdict && slices.ContainsFunc(c.Flips, reached):
		return ExitFound
	case c.unscreened:
		return ExitUnscreened
	}
	return ExitClear
}

// The comparison in JSON.
type (
	comparison struct {
		SchemaVersion string   `json:"schemaVersion"`
		Before        Denylist `json:"before"`
		After         Denylist `json:"after"`
		Notices       []notice `json:"notices,omitempty"`
		Flips         []flip   `json:"flips"`
		Differently   []string `json:"differently,omitempty"`
		Same          int      `json:"same"`
		NotScreened   []string `json:"notScreened"`
	}
	flip struct {
		Path      string          `json:"path"`
		Component match.Component `json:"component"`
		Vendor    match.Vendor    `json:"vendor"`
		Before    match.Verdict   `json:"before"`
		After     match.Verdict   `json:"after"`
		// "binding" or "notBinding"; "" without a verdict
		BeforeForce string   `json:"beforeForce"`
		AfterForce  string   `json:"afterForce"`
		Changes     []change `json:"changes"`
	}
	change struct {
		Class string `json:"class"`
		Entry string `json:"entry"`
		What  string `json:"what"`
		Why   string `json:"why"`
	}
)

// WriteJSON writes the comparison: indented by two spaces, without HTML escapes, with a line feed
// at the end.
func (c *Comparison) WriteJSON(w io.Writer) error {
	out := comparison{SchemaVersion: SchemaVersion, Before: c.Before, After: c.After, Notices: notices(c.Notices), Flips: []flip{}, Differently: c.Differently, Same: c.Same,
		NotScreened: append([]string{}, c.NotScreened...)}
	for _, f := range c.Flips {
		changes := []change{}
		for _, x := range f.Changes {
			changes = append(changes, change{string(x.Class), x.Entry, x.What, x.Why})
		}
		out.Flips = append(out.Flips, flip{f.Path, f.Component, f.Vendor, f.Before, f.After, forceOf(f.Before, f.BeforeBinds), forceOf(f.After, f.AfterBinds), changes})
	}
	return writeIndented(w, out)
}
