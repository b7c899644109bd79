// SPDX-License-Identifier: Apache-2.0

package annotate

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match/evidence"
)

// An Annotator writes the texts of the annotations of one document.
type Annotator struct {
	r       *evidence.Report
	d       *evidence.Document
	decided map[string]string // id of a finding → what the policy decided
}

// New returns an Annotator for a document of a report.
func New(r *evidence.Report, d *evidence.Document) *Annotator {
	a := &Annotator{r, d, make(map[string]string)}
	if r.Policy == nil {
		return a
	}
	for _, f := range r.Policy.Waived {
		if w := f.Waiver; f.Document == d.Path && w != nil {
			a.decided[f.ID] = fmt.Sprintf("waived until %s by %s: %s", w.Expires, w.Author, w.Reason)
		}
	}
	for _, f := range r.Policy.OutOfPolicy {
		if f.Document == d.Path {
			a.decided[f.ID] = "not counted by the policy: " + f.Why
		}
	}
	for _, f := range r.Policy.Fails { // last: of findings with the same id one that fails decides
		if f.Document == d.Path {
			a.decided[f.ID] = "fails the policy"
		}
	}
	return a
}

// Stamp returns the as-of day as a time: the record contains no time of the run.
func (a *Annotator) Stamp() string { return a.r.Denylist.AsOf + "T00:00:00Z" }

// AboutID returns the id of the finding that a text of About is about, or "".
func AboutID(text string) string {
	rest, ok := strings.CutPrefix(text, findingPrefix)
	id, _, found := strings.Cut(rest, ":")
	if !ok || !found {
		return ""
	}
	return id
}

// findingPrefix starts each text of About.
const findingPrefix = "clause76 finding "

// About returns the text of the annotation for a finding of the document.
func (a *Annotator) About(f *evidence.Finding) string {
	buyer := "no buyer given"
	if b := a.r.Buyer; b != nil {
		buyer = "for the buyer " + cmp.Or(b.Title, b.Name)
	}
	all := []string{fmt.Sprintf(findingPrefix+"%s: %s, %s. Attributed to %s (%s). Denylist %s, as of %s, %s. A finding is for a person to decide on; it is no legal advice.",
		f.ID, f.Verdict, forceOf(f), f.Vendor.Name, f.Tier, a.r.Denylist.Release, a.r.Denylist.AsOf, buyer)}
	if f.Note != "" {
		all = append(all, f.Note+".")
	}
	for i := range f.Citations {
		all = append(all, citation(f, i))
	}
	if a.r.Policy != nil {
		all = append(all, a.r.Policy.Result()+".")
	}
	if s := a.decided[f.ID]; s != "" {
		all = append(all, "This finding: "+s+".")
	}
	for _, n := range a.r.Notices {
		all = append(all, "Notice: "+n.Message+".")
	}
	for _, n := range a.d.Notices {
		all = append(all, "Notice of this document: "+n.Message+".")
	}
	for _, g := range a.r.GapsOf(a.d) {
		all = append(all, "Not screened of this document: "+g.Message+".")
	}
	return strings.Join(all, "\n")
}

// forceOf returns whether a binding text leads to the verdict of a finding.
func forceOf(f *evidence.Finding) string {
	for i := range f.Citations {
		if c := &f.Citations[i]; c.Binds() && c.Verdict == f.Verdict {
			return "binding"
		}
	}
	return "not binding"
}

// speaks are the words for how a text speaks to the buyer, by the words of the record.
var speaks = map[string]string{
	"binds": "binds the buyer", "advises": "advises the buyer", "bindsBidders": "binds those who supply the buyer",
	"throughContract": "binds the buyer by contract or subsidy terms", "unknown": "whether it speaks to the buyer is not recorded",
}

// citation returns a cited text of a finding with its force, whom it addresses, its words, limits and exceptions, and
// why its verdict is not stronger.
func citation(f *evidence.Finding, i int) string {
	c := &f.Citations[i]
	binding := "not binding"
	if c.Binds() {
		binding = "binding"
	}
	name := c.Title
	if c.Clause != "" {
		name += ", " + c.Clause
	}
	to := c.Addressees
	if s := speaks[c.Speaks]; s != "" {
		to += "; " + s
	}
	s := fmt.Sprintf("%s: %s (%s, %s; %s, addressed to %s; %s)", c.Verdict, name, c.Jurisdiction, c.Force, binding, to, c.Status)
	if c.Quote != "" {
		s += fmt.Sprintf(": “%s” [%s]", c.Quote, c.Language)
	}
	if v := c.Version; v != nil {
		from := "not seen on the official page, from "
		if v.Grade == "A" {
			from = "from "
		}
		s += fmt.Sprintf(" In another language: “%s” [%s; %s%s].", v.Text, v.Language, from, v.Source)
	}
	if c.Scope != nil && c.Scope.Limit != "" {
		s += " Limited to “" + c.Scope.Limit + "”."
	}
	if c.Scope != nil {
		for _, x := range c.Scope.Exceptions {
			s += " Except “" + x + "”."
		}
	}
	if c.CappedBy != "" {
		s += " Not stronger than review: " + c.CappedBy + "."
	}
	if c.SettledBy != "" {
		s += " Its limit is settled: " + c.SettledBy + "."
	}
	return s + " " + c.URL
}
