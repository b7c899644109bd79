// SPDX-License-Identifier: Apache-2.0

// Package policy decides what a buyer's own rules make of a report: which findings count,
// which were waived by whom and until when, and whether a bid passes.
//
//	p, err := policy.Parse(file)
//	d := p.Decide(report, "2027-01-15")
//	if !d.Pass { … }
//
// A policy is JSON:
//
//	{
//	  "policy": "Ministry of Works, network equipment",
//	  "failOn": "exclude",
//	  "jurisdictions": ["EU", "NL"],
//	  "actions": ["ban", "exclude", "phaseOut"],
//	  "minimumTier": "declared",
//	  "componentTypes": ["device", "firmware"],
//	  "requireComplete": true,
//	  "requireIdentity": 0.8,
//	  "waivers": [
//	    {"vendor": "huawei", "component": "ME909s-120", "document": "lot-2/*.json",
//	     "reason": "in use until the contract ends", "author": "A. Buyer", "expires": "2027-06-30"}
//	  ]
//	}
//
// A decision is about a report and changes nothing in it: the record stays what was found. It
// never makes a finding go away: what does not count, and why, is in the decision. A waiver
// that expired, or that nothing needs any more, is reported.
package policy

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// ErrPolicy: the text is no policy.
var ErrPolicy = errors.New("policy: not a policy")

// A Policy says which findings count. An empty list means all.
type Policy struct {
	Name string `json:"policy"`
	// FailOn is the mildest verdict that fails: "ban", "exclude", "review" or
	// "inconclusive"; default "ban".
	FailOn string `json:"failOn"`
	// Jurisdictions and Actions restrict the texts that count.
	Jurisdictions []string `json:"jurisdictions"`
	Actions       []string `json:"actions"`
	// MinimumTier is how surely the vendor has to be identified: "registered", "declared",
	// "resembles".
	MinimumTier string `json:"minimumTier"`
	// ComponentTypes restricts the parts that count, by their types in the documents. A part
	// whose document gives it no type counts.
	ComponentTypes []string `json:"componentTypes"`
	// RequireComplete fails a report with something that could not be read.
	RequireComplete bool `json:"requireComplete"`
	// RequireIdentity is the least share of parts that say whose they are, from 0 to 1.
	RequireIdentity float64  `json:"requireIdentity"`
	Waivers         []Waiver `json:"waivers"`

	failOn match.Verdict
	tier   vendors.Tier
}

// A Waiver lets findings pass, for a reason that somebody stands for, to a day. What it says
// of a finding has to be so; what it leaves out can be anything.
type Waiver struct {
	Finding   string `json:"finding"`   // the start of its id, of eight characters or more
	Vendor    string `json:"vendor"`    // the id of the vendor
	Component string `json:"component"` // its name
	Version   string `json:"version"`
	Document  string `json:"document"` // the end of its path, with *, ? and [] as in package path
	Reason    string `json:"reason"`
	Author    string `json:"author"`
	// Expires is the last day on which it holds.
	Expires vendors.Date `json:"expires"`
}

// Parse reads a policy. Names that it does not know, and values that cannot be, are an
// [ErrPolicy].
func Parse(text []byte) (*Policy, error) {
	p := &Policy{FailOn: "ban"}
	if err := json.Unmarshal(text, p, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	fail := func(format string, args ...any) (*Policy, error) {
		return nil, fmt.Errorf("%w: %s", ErrPolicy, fmt.Sprintf(format, args...))
	}
	var err error
	if p.failOn, err = match.ParseVerdict(p.FailOn); err != nil || p.failOn == match.Clear {
		return fail("failOn is %q; expected ban, exclude, review or inconclusive", p.FailOn)
	}
	if p.MinimumTier != "" {
		if err := p.tier.UnmarshalText([]byte(p.MinimumTier)); err != nil || p.tier < vendors.Resembles {
			return fail("minimumTier is %q; expected registered, declared or resembles", p.MinimumTier)
		}
	}
	for _, a := range p.Actions {
		if !slices.Contains([]string{"ban", "exclude", "phaseOut", "diversify", "review", "warn"}, a) {
			return fail("the action %q; expected ban, exclude, phaseOut, diversify, review or warn", a)
		}
	}
	if p.RequireIdentity < 0 || p.RequireIdentity > 1 {
		return fail("requireIdentity is %v; expected a share from 0 to 1", p.RequireIdentity)
	}
	for i, w := range p.Waivers {
		switch {
		case w.Reason == "" || w.Author == "":
			return fail("waiver %d has no reason or no author", i+1)
		case !w.Expires.IsDay():
			return fail("waiver %d expires on %q; expected YYYY-MM-DD", i+1, w.Expires)
		case w.Finding == "" && w.Vendor == "":
			return fail("waiver %d names neither a finding nor a vendor", i+1)
		case w.Finding != "" && len(w.Finding) < 8:
			return fail("waiver %d names the finding %q; expected eight characters of its id or more", i+1, w.Finding)
		}
		if _, err := path.Match(w.Document, ""); err != nil {
			return fail("waiver %d: the document %q: %v", i+1, w.Document, err)
		}
		if _, err := vendors.ParseDate(string(w.Expires)); err != nil {
			return fail("waiver %d: %v", i+1, err)
		}
	}
	return p, nil
}

// A Decision is what a policy makes of a report on a day.
type Decision struct {
	Policy  string         `json:"policy"`
	Day     vendors.Date   `json:"day"`
	Release string         `json:"release"`
	Pass    bool           `json:"pass"`
	Fails   []Finding      `json:"fails"`   // that count, and are not waived
	Waived  []Finding      `json:"waived"`  // that count, and are
	Passed  []Finding      `json:"passed"`  // that do not count, and why
	Gaps    []string       `json:"gaps"`    // what the policy requires and the report has not
	Expired []ExpiredEntry `json:"expired"` // waivers that are over
	Unused  []Waiver       `json:"unused"`  // waivers that nothing needed
}

// A Finding is one of a report, with what the policy says of it.
type Finding struct {
	Document  string  `json:"document"`
	ID        string  `json:"id"`
	Verdict   string  `json:"verdict"`
	Vendor    string  `json:"vendor"`
	Component string  `json:"component"`
	Why       string  `json:"why,omitzero"`
	Waiver    *Waiver `json:"waiver,omitzero"`
}

// An ExpiredEntry is a waiver that is over, and how many findings it would have let pass.
type ExpiredEntry struct {
	Waiver
	Findings int `json:"findings"`
}

// Decide decides about a report on a day, by which waivers hold or do not.
func (p *Policy) Decide(r *evidence.Report, day vendors.Date) *Decision {
	d := &Decision{Policy: p.Name, Day: day, Release: r.Denylist.Release, Fails: []Finding{}, Waived: []Finding{}, Passed: []Finding{}, Gaps: []string{}, Expired: []ExpiredEntry{}, Unused: []Waiver{}}
	used, over := make([]int, len(p.Waivers)), make([]int, len(p.Waivers))
	for i := range r.Documents {
		doc := &r.Documents[i]
		if doc.Error != nil {
			d.Gaps = append(d.Gaps, fmt.Sprintf("%s could not be screened: %s", doc.Path, doc.Error.Message))
		}
		for j := range doc.Findings {
			f := &doc.Findings[j]
			verdict, why := p.verdict(f)
			out := Finding{Document: doc.Path, ID: f.ID, Verdict: verdict.String(), Vendor: f.Vendor.ID, Component: strings.TrimSpace(f.Component.Name + " " + f.Component.Version), Why: why}
			if verdict < p.failOn {
				if out.Verdict = f.Verdict; out.Why == "" {
					out.Why = "the policy fails on " + p.FailOn
				}
				d.Passed = append(d.Passed, out)
				continue
			}
			if n := p.waiver(doc, f, day, used, over); n >= 0 {
				out.Waiver = &p.Waivers[n]
				d.Waived = append(d.Waived, out)
				continue
			}
			d.Fails = append(d.Fails, out)
		}
	}
	for i, w := range p.Waivers {
		switch {
		case w.Expires < day:
			d.Expired = append(d.Expired, ExpiredEntry{w, over[i]})
		case used[i] == 0:
			d.Unused = append(d.Unused, w)
		}
	}
	p.gaps(r, d)
	d.Pass = len(d.Fails) == 0 && len(d.Gaps) == 0
	return d
}

// verdict is the strongest of the texts that count for a finding.
func (p *Policy) verdict(f *evidence.Finding) (match.Verdict, string) {
	var tier vendors.Tier
	if err := tier.UnmarshalText([]byte(f.Tier)); err == nil && tier < p.tier {
		return match.NoVerdict, "the vendor is identified less surely than the policy wants: " + f.Tier
	}
	if f.Component.Type != "" && len(p.ComponentTypes) > 0 && !slices.Contains(p.ComponentTypes, f.Component.Type) {
		return match.NoVerdict, fmt.Sprintf("the policy is not about parts of the type %q", f.Component.Type)
	}
	worst := match.NoVerdict
	for _, c := range f.Citations {
		if len(p.Jurisdictions) > 0 && !slices.Contains(p.Jurisdictions, c.Jurisdiction) || len(p.Actions) > 0 && !slices.Contains(p.Actions, string(c.Action)) {
			continue
		}
		if v, err := match.ParseVerdict(c.Verdict); err == nil {
			worst = max(worst, v)
		}
	}
	if worst == match.NoVerdict {
		return worst, "no text that the policy counts applies"
	}
	// A finding is never worse by a part of its texts than by all of them.
	if v, err := match.ParseVerdict(f.Verdict); err == nil {
		worst = min(worst, v)
	}
	return worst, ""
}

// waiver returns the first waiver that lets a finding pass, or -1.
func (p *Policy) waiver(doc *evidence.Document, f *evidence.Finding, day vendors.Date, used, over []int) int {
	found := -1
	for i := range p.Waivers {
		w := &p.Waivers[i]
		if !w.covers(doc, f) {
			continue
		}
		if w.Expires < day {
			over[i]++
			continue
		}
		used[i]++
		if found < 0 {
			found = i
		}
	}
	return found
}

func (w *Waiver) covers(doc *evidence.Document, f *evidence.Finding) bool {
	return strings.HasPrefix(f.ID, w.Finding) && (w.Vendor == "" || w.Vendor == f.Vendor.ID) && (w.Component == "" || w.Component == f.Component.Name) &&
		(w.Version == "" || w.Version == f.Component.Version) && (w.Document == "" || ends(doc.Path, w.Document))
}

// ends reports whether the last elements of a path match a pattern of as many elements.
func ends(file, pattern string) bool {
	parts := strings.Split(file, "/")
	n := strings.Count(pattern, "/") + 1
	if n > len(parts) {
		return false
	}
	ok, err := path.Match(pattern, strings.Join(parts[len(parts)-n:], "/"))
	return err == nil && ok
}

// gaps adds what the policy requires of the report.
func (p *Policy) gaps(r *evidence.Report, d *Decision) {
	c := r.Coverage
	if p.RequireComplete && c.Malformed > 0 {
		d.Gaps = append(d.Gaps, fmt.Sprintf("%d fields or elements could not be read, and the policy wants all", c.Malformed))
	}
	// The verdict of a document with findings says nothing of what could not be read in it.
	inconclusive := c.Malformed > 0 || slices.ContainsFunc(r.Documents, func(d evidence.Document) bool { return d.Verdict == match.Inconclusive.String() })
	if p.failOn <= match.Inconclusive && inconclusive && len(d.Gaps) == 0 {
		d.Gaps = append(d.Gaps, "not everything could be screened")
	}
	if len(r.Documents) == 0 {
		d.Gaps = append(d.Gaps, "nothing was screened")
	}
	if total := c.Identified + c.Unidentified; p.RequireIdentity > 0 && float64(c.Identified) < p.RequireIdentity*float64(total) {
		d.Gaps = append(d.Gaps, fmt.Sprintf("%d of %d parts say whose they are; the policy wants %g of each hundred", c.Identified, total, 100*p.RequireIdentity))
	}
}
