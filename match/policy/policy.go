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
//	  "silentOnParts": "count",
//	  "requireComplete": true,
//	  "requireIdentity": 0.8,
//	  "waivers": [
//	    {"vendor": "huawei", "component": "ME909s-120", "document": "lot-2/*.json",
//	     "reason": "in use until the contract ends", "author": "A. Buyer", "expires": "2027-06-30"}
//	  ]
//	}
//
// A decision is about a report and changes nothing that was found: it can be put beside that in
// the record, as its Policy. It never makes a finding go away: what does not count, and why, is in the decision. A waiver
// that expired, or that nothing needs any more, is reported.
//
// A report in which something was not screened does not pass, unless the policy says
// "requireComplete": false. Not screened are: fields and elements that could not be read, linked
// documents that were not handed in, a bill of materials that lists no parts or is empty. Even
// then a document that was not read to its end fails, and so does a report in which nothing
// was screened. A document from an envelope with an unchecked signature was screened, and
// is no such gap: who wants its signature checked gives the key, and then one that does not
// verify is not read.
//
// A policy that no text of the denylist could ever fail is refused.
package policy

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/internal/choice"
	"github.com/clause76/clause76/vendors"
)

// ErrPolicy: the text is no policy.
var ErrPolicy = errors.New("policy: not a policy")

// A Policy says which findings count. An empty list means all. Words can be in any case.
type Policy struct {
	Name string `json:"policy"`
	// FailOn is the mildest verdict that fails: "ban", "exclude", "review" or
	// "inconclusive"; default "review".
	FailOn string `json:"failOn"`
	// Jurisdictions and Actions restrict the texts that count.
	Jurisdictions []string `json:"jurisdictions"`
	Actions       []string `json:"actions"`
	// MinimumTier is how surely the vendor has to be identified: "registered", "declared",
	// "resembles".
	MinimumTier string `json:"minimumTier"`
	// ComponentTypes restricts the parts that count, by their types in the documents: those
	// of CycloneDX and the purposes of SPDX. A part without a type in its document, or with one
	// that neither format has, counts.
	ComponentTypes []string `json:"componentTypes"`
	// SilentOnParts says what a text comes to that does not say whether it reaches components
	// inside other products, for such a component: "review", or "count" for what it comes to
	// for a product itself. Default "review".
	SilentOnParts string `json:"silentOnParts"`
	// RequireComplete fails a report in which something was not screened; default true.
	RequireComplete bool `json:"requireComplete"`
	// RequireIdentity is the least share of parts that carry a vendor identity, from 0 to 1.
	RequireIdentity float64  `json:"requireIdentity"`
	Waivers         []Waiver `json:"waivers"`

	failOn  match.Verdict
	tier    vendors.Tier
	release *denylist.Release
	sha256  string // of its text
}

// What a decision consists of is part of the record, see [evidence.Report].
type (
	// A Decision is what a policy makes of a report on a day.
	Decision = evidence.Decision
	// A Finding is one of a report, with what the policy says of it.
	Finding = evidence.Decided
	// A Waiver lets findings pass, for a reason that somebody stands for, to a day.
	Waiver = evidence.Waiver
	// An ExpiredEntry is a waiver that is over.
	ExpiredEntry = evidence.ExpiredWaiver
)

// Parse reads a policy for reports by the newest denylist, see [ParseFor].
func Parse(text []byte) (*Policy, error) { return ParseFor(text, denylist.Current()) }

// ParseFor reads a policy for reports by a release. Members that it does not know, values that
// cannot be, and a policy under which no listing of the release could ever count, are an
// [ErrPolicy].
func ParseFor(text []byte, release *denylist.Release) (*Policy, error) {
	p := &Policy{FailOn: "review", SilentOnParts: reviewSilence, RequireComplete: true, release: release}
	err := json.Unmarshal(text, p, json.RejectUnknownMembers(true))
	if err == nil {
		err = p.words()
	}
	if err == nil && !(p.RequireIdentity >= 0 && p.RequireIdentity <= 1) {
		err = fmt.Errorf("requireIdentity is %v; expected a share from 0 to 1", p.RequireIdentity)
	}
	for i := 0; err == nil && i < len(p.Waivers); i++ {
		if err = check(&p.Waivers[i], release.Register()); err != nil {
			err = fmt.Errorf("waiver %d %w", i+1, err)
		}
	}
	if err == nil {
		err = p.counts(release)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	p.sha256 = fmt.Sprintf("%x", sha256.Sum256(text))
	return p, nil
}

// What a policy can say of texts that are silent on parts.
const (
	reviewSilence = "review"
	countSilence  = "count"
)

// words reads the members that are words of closed sets.
func (p *Policy) words() error {
	var errs []error
	one := func(what string, value *string, valid ...string) {
		word, err := choice.One(what, *value, valid)
		*value, errs = word, append(errs, err)
	}
	list := func(what string, values *[]string, valid ...string) {
		words, err := choice.List(what, *values, valid)
		*values, errs = words, append(errs, err)
	}
	one("failOn", &p.FailOn, "ban", "exclude", "review", "inconclusive")
	if p.MinimumTier != "" {
		one("minimumTier", &p.MinimumTier, "registered", "declared", "resembles")
	}
	one("silentOnParts", &p.SilentOnParts, reviewSilence, countSilence)
	list("actions", &p.Actions, "ban", "exclude", "phaseOut", "diversify", "review", "warn")
	list("jurisdictions", &p.Jurisdictions, p.release.Jurisdictions()...)
	for i, t := range p.ComponentTypes {
		if p.ComponentTypes[i] = foldType(t); !knownTypes[p.ComponentTypes[i]] {
			errs = append(errs, fmt.Errorf("entry %d of componentTypes is %q; expected one of %s", i+1, t, strings.Join(componentTypes, ", ")))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var err error
	if err = p.failOn.UnmarshalText([]byte(p.FailOn)); err == nil && p.MinimumTier != "" {
		err = p.tier.UnmarshalText([]byte(p.MinimumTier))
	}
	return err
}

// counts returns an error if no listing of the release could fail a report by the policy.
func (p *Policy) counts(release *denylist.Release) error {
	if p.countsUnder(release, &match.Options{}) {
		return nil
	}
	return fmt.Errorf("no listing of the denylist %s could fail a bid under its jurisdictions, actions and failOn", release.Name())
}

// countsUnder reports whether a listing of the release could fail a report that was made with the
// options.
func (p *Policy) countsUnder(release *denylist.Release, opts *match.Options) bool {
	for _, in := range release.Instruments() {
		for i := range in.Listings {
			if l := &in.Listings[i]; p.wants(in.Jurisdiction, l.Action) && opts.Strongest(in, l) >= p.failOn {
				return true
			}
		}
	}
	return false
}

// wants reports whether texts of the jurisdiction with the action count.
func (p *Policy) wants(jurisdiction string, action denylist.Action) bool {
	return (len(p.Jurisdictions) == 0 || slices.Contains(p.Jurisdictions, jurisdiction)) &&
		(len(p.Actions) == 0 || slices.Contains(p.Actions, string(action)))
}

// Decide decides about a report on a day, by which waivers hold or do not.
func (p *Policy) Decide(r *evidence.Report, day vendors.Date) *Decision {
	d := &Decision{Policy: p.Name, SHA256: p.sha256, Day: day, Release: r.Denylist.Release, Fails: []Finding{}, Waived: []Finding{}, OutOfPolicy: []Finding{}, Gaps: []string{}, Expired: []ExpiredEntry{}, Unused: []Waiver{}}
	used, over := make([]int, len(p.Waivers)), make([]int, len(p.Waivers))
	for i := range r.Documents {
		doc := &r.Documents[i]
		for j := range doc.Findings {
			f := &doc.Findings[j]
			verdict, why := p.verdict(f)
			out := Finding{Document: doc.Path, ID: f.ID, Verdict: verdict, Vendor: f.Vendor.ID, Component: strings.TrimSpace(f.Component.Name + " " + f.Component.Version), Why: why}
			if verdict < p.failOn {
				if out.Verdict = f.Verdict; out.Why == "" {
					out.Why = "the policy fails on " + p.FailOn
				}
				d.OutOfPolicy = append(d.OutOfPolicy, out)
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
			d.Expired = append(d.Expired, ExpiredEntry{Waiver: w, Findings: over[i]})
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
	if f.Tier < p.tier {
		return match.NoVerdict, "the vendor is identified less surely than the policy wants: " + f.Tier.String()
	}
	// A type that the supplier made up says nothing about the part.
	if t := foldType(f.Component.Type); knownTypes[t] && t != otherType && len(p.ComponentTypes) > 0 && !slices.Contains(p.ComponentTypes, t) {
		return match.NoVerdict, fmt.Sprintf("the policy is not about parts of the type %q", f.Component.Type)
	}
	worst := match.NoVerdict
	for _, c := range f.Citations {
		if !p.wants(c.Jurisdiction, c.Action) {
			continue
		}
		v := c.Verdict
		if p.SilentOnParts == countSilence && c.VerdictIfPartsReached != match.NoVerdict {
			v = c.VerdictIfPartsReached
		}
		worst = max(worst, v)
	}
	if worst == match.NoVerdict {
		return worst, "no text that the policy counts applies"
	}
	return worst, ""
}

// gaps adds what the policy requires of the report and the report has not.
func (p *Policy) gaps(r *evidence.Report, d *Decision) {
	if err := p.fits(r); err != nil {
		d.Gaps = append(d.Gaps, err.Error())
	}
	all := p.RequireComplete || p.failOn <= match.Inconclusive
	for _, g := range r.NotScreened() {
		if all || g.Kind == match.GapIncomplete || g.Kind == match.GapNoListings || g.Path == "" {
			d.Gaps = append(d.Gaps, g.String())
		} else {
			d.Unscreened = append(d.Unscreened, g.String())
		}
	}
	c := r.Coverage
	if total := c.Identified + c.Unidentified; !reaches(c.Identified, total, p.RequireIdentity) {
		d.Gaps = append(d.Gaps, fmt.Sprintf("%d of %d parts carry a vendor identity; the policy requires %g of every hundred", c.Identified, total, 100*p.RequireIdentity))
	}
}

// fits returns an error if the policy cannot decide about reports by the report's denylist.
func (p *Policy) fits(r *evidence.Report) error {
	if p.release == nil {
		return errors.New("the policy was not read by Parse or ParseFor")
	}
	release := p.release
	if r.CheckRelease(release) != nil {
		var err error
		if release, err = denylist.Open(r.Denylist.Release); err != nil || r.CheckRelease(release) != nil {
			return fmt.Errorf("the policy was read for the denylist %s, and the report is by %s", p.release.Name(), r.Denylist.Release)
		}
		if err := p.counts(release); err != nil {
			return err
		}
	}
	return p.countsIn(release, r)
}

// countsIn returns an error if no listing could fail a report that was made with the day and the
// jurisdictions of this one.
func (p *Policy) countsIn(release *denylist.Release, r *evidence.Report) error {
	day, js := vendors.Date(r.Denylist.AsOf), r.Options.Jurisdictions
	if p.countsUnder(release, &match.Options{AsOf: day, Jurisdictions: js}) {
		return nil
	}
	where := "all jurisdictions"
	if len(js) > 0 {
		where = strings.Join(js, ", ")
	}
	return fmt.Errorf("nothing that the policy counts could be found: the report is as of %s and for %s, and no listing of the denylist %s that applies there could fail a bid under the policy",
		day, where, release.Name())
}

// reaches reports whether n of total are at least a share, which is compared as the decimal
// number that the policy has: 7 of 100 are 0.07.
func reaches(n, total int, share float64) bool {
	want, ok := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	if !ok {
		return false
	}
	want.Mul(want, new(big.Rat).SetInt64(int64(total)))
	return want.Cmp(new(big.Rat).SetInt64(int64(n))) <= 0
}
