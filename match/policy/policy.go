// SPDX-License-Identifier: Apache-2.0

// Package policy applies a buyer's rules to a report: which findings count, which are waived, by
// whom and until when, and whether the bid passes.
//
//	p, err := policy.Parse(file)
//	report.Decide(p, "2027-01-15")
//	if !report.Policy.Pass { … }
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
// A decision does not change the verdict or the findings of a report, and is part of its
// record. It lists the findings that do not count, with the reason, and the
// waivers that have expired or that no finding needs.
//
// A report in which something was not screened does not pass, unless the policy contains
// "requireComplete": false. Not screened are, for example, fields that could not be read, linked
// documents that are not among the inputs, and a bill of materials that is empty or lists no parts.
// Even with "requireComplete": false, a document that was not read to its end fails, and so does a
// report in which nothing was screened. A document in an envelope with an unchecked signature
// was screened and is not a gap. To require the signature, give the key to the screening: it then
// does not read a document with a signature that does not verify.
//
// A policy that no text of the denylist could ever fail is an error.
package policy

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/internal/choice"
	"github.com/clause76/clause76/vendors"
)

// ErrPolicy: the text is not a valid policy.
var ErrPolicy = errors.New("policy: not a policy")

//go:embed schema/policy-1.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of a policy. It has the words of closed sets in the
// spelling of this package; [Parse] reads them in any letter case.
func Schema() []byte { return bytes.Clone(schema) }

// A Policy is a buyer's rules. An empty list means all. Words can be in upper or lower case.
type Policy struct {
	Name string `json:"policy"`
	// FailOn is the least severe verdict that fails: "ban", "exclude", "review" or
	// "inconclusive"; default "review".
	FailOn string `json:"failOn"`
	// Jurisdictions and Actions restrict the texts that count.
	Jurisdictions []string `json:"jurisdictions"`
	Actions       []string `json:"actions"`
	// MinimumTier is the least certain attribution that counts: "registered", "declared",
	// "resembles".
	MinimumTier string `json:"minimumTier"`
	// ComponentTypes restricts the parts that count to these types of CycloneDX and purposes of
	// SPDX. A part without a type in its document, or with a type that neither format
	// defines, counts.
	ComponentTypes []string `json:"componentTypes"`
	// SilentOnParts is the verdict on a component inside another product by a text that does not
	// mention such components: "review", or "count" for the same verdict as on the product
	// itself. Default "review".
	SilentOnParts string `json:"silentOnParts"`
	// RequireComplete fails a report in which something was not screened; default true.
	RequireComplete bool `json:"requireComplete"`
	// RequireIdentity is the minimum share of parts with a vendor identity, from 0 to 1.
	RequireIdentity float64  `json:"requireIdentity"`
	Waivers         []Waiver `json:"waivers"`

	failOn  match.Verdict
	tier    vendors.Tier
	release *denylist.Release
	sha256  string // of its text
}

// Parse parses a policy for reports by the newest denylist, see [ParseFor].
func Parse(text []byte) (*Policy, error) { return ParseFor(text, denylist.Current()) }

// ParseFor parses a policy for reports by a release. An unknown member, an invalid value, and a
// policy under which no listing of the release could ever fail a report are an [Error], which is an
// [ErrPolicy] and has their places.
func ParseFor(text []byte, release *denylist.Release) (*Policy, error) {
	if release == nil {
		return nil, fmt.Errorf("%w: the release is nil; expected one of package denylist, such as denylist.Current()", ErrPolicy)
	}
	p := &Policy{FailOn: "review", SilentOnParts: reviewSilence, RequireComplete: true, release: release}
	x := &finder{text: text}
	if x.decode(p) {
		p.check(x)
	}
	if err := x.err(); err != nil {
		return nil, err
	}
	p.sha256 = fmt.Sprintf("%x", sha256.Sum256(text))
	return p, nil
}

// check adds the faults of a policy in the right form, and parses its words.
func (p *Policy) check(x *finder) {
	p.words(x)
	if !(p.RequireIdentity >= 0 && p.RequireIdentity <= 1) {
		x.add("/requireIdentity", "requireIdentity is %v; expected a share from 0 to 1", p.RequireIdentity)
	}
	for i := range p.Waivers {
		if member, err := check(&p.Waivers[i], p.release.Register()); err != nil {
			x.add(jsontext.Pointer(fmt.Sprintf("/waivers/%d/%s", i, member)), "waiver %d %v", i+1, err)
		}
	}
	if len(x.faults) > 0 {
		return
	}
	if err := p.counts(p.release); err != nil {
		x.add("", "%v", err)
	}
}

// The values of SilentOnParts.
const (
	reviewSilence = "review"
	countSilence  = "count"
)

// words parses the members with a closed set of values.
func (p *Policy) words(x *finder) {
	one := func(what string, value *string, valid ...string) {
		word, err := choice.One(what, *value, valid)
		if *value = word; err != nil {
			x.add(jsontext.Pointer("/"+what), "%v", err)
		}
	}
	list := func(what string, values []string, valid ...string) {
		for i := range values {
			word, err := choice.One(fmt.Sprintf("entry %d of %s", i+1, what), values[i], valid)
			if values[i] = word; err != nil {
				x.add(jsontext.Pointer(fmt.Sprintf("/%s/%d", what, i)), "%v", err)
			}
		}
	}
	one("failOn", &p.FailOn, "ban", "exclude", "review", "inconclusive")
	if p.MinimumTier != "" {
		one("minimumTier", &p.MinimumTier, "registered", "declared", "resembles")
	}
	one("silentOnParts", &p.SilentOnParts, reviewSilence, countSilence)
	list("actions", p.Actions, "ban", "exclude", "phaseOut", "diversify", "review", "warn")
	list("jurisdictions", p.Jurisdictions, p.release.Jurisdictions()...)
	for i, t := range p.ComponentTypes {
		if p.ComponentTypes[i] = foldType(t); !knownTypes()[p.ComponentTypes[i]] {
			x.add(jsontext.Pointer(fmt.Sprintf("/componentTypes/%d", i)), "entry %d of componentTypes is %q; expected one of %s", i+1, t, strings.Join(componentTypes, ", "))
		}
	}
	if len(x.faults) > 0 {
		return
	}
	err := p.failOn.UnmarshalText([]byte(p.FailOn))
	if err == nil && p.MinimumTier != "" {
		err = p.tier.UnmarshalText([]byte(p.MinimumTier))
	}
	if err != nil {
		x.add("", "%v", err)
	}
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

// wants reports whether texts of the jurisdiction with the action count. A text that names a product
// has none, because the denylist does not record what it asks; nothing shows that it does not count.
func (p *Policy) wants(jurisdiction string, action denylist.Action) bool {
	return (len(p.Jurisdictions) == 0 || slices.Contains(p.Jurisdictions, jurisdiction)) &&
		(len(p.Actions) == 0 || action == "" || slices.Contains(p.Actions, string(action)))
}

// Decide decides about a screening on a day, on which waivers have to be valid. Nothing passes by a
// policy that is nil or was not read by [Parse] or [ParseFor], and no screening without sequences of
// its findings and gaps. On a day that is not written as YYYY-MM-DD no waiver is valid, and the
// decision has a gap.
func (p *Policy) Decide(s *Screening, day vendors.Date) *Decision {
	if p == nil {
		p = new(Policy) // which fails, because Parse did not read it
	}
	if s == nil {
		s = new(Screening)
	}
	d := &Decision{Policy: p.Name, SHA256: p.sha256, Day: day, Release: s.Release, Fails: []Decided{}, Waived: []Decided{}, OutOfPolicy: []Decided{}, Gaps: []string{}, Expired: []ExpiredWaiver{}, Unused: []Waiver{}}
	used, over := make([]int, len(p.Waivers)), make([]int, len(p.Waivers))
	if s.Findings == nil || s.Gaps == nil {
		d.Gaps = append(d.Gaps, "the screening does not tell its findings, or what was not screened")
	}
	for f := range each(s.Findings) {
		if f.Finding == nil {
			d.Gaps = append(d.Gaps, fmt.Sprintf("the finding %q of %q is nil", f.ID, f.Document))
			continue
		}
		verdict, why := p.verdict(f.Finding)
		out := Decided{Document: f.Document, ID: f.ID, Verdict: verdict, Vendor: f.Vendor.ID, Component: strings.TrimSpace(f.Component.Name + " " + f.Component.Version), Why: why}
		if verdict < p.failOn {
			if out.Verdict = f.Verdict; out.Why == "" {
				out.Why = "the policy fails on " + p.FailOn
			}
			d.OutOfPolicy = append(d.OutOfPolicy, out)
			continue
		}
		if n := p.waiver(&f, day, used, over); n >= 0 {
			out.Waiver = &p.Waivers[n]
			d.Waived = append(d.Waived, out)
			continue
		}
		d.Fails = append(d.Fails, out)
	}
	for i, w := range p.Waivers {
		switch {
		case !day.IsDay(): // it is not known whether it has expired
		case !valid(&w, day):
			d.Expired = append(d.Expired, ExpiredWaiver{Waiver: w, Findings: over[i]})
		case used[i] == 0:
			d.Unused = append(d.Unused, w)
		}
	}
	if !day.IsDay() {
		d.Gaps = append(d.Gaps, fmt.Sprintf("the day of the decision is %q; expected YYYY-MM-DD: no waiver is valid", day))
	}
	p.gaps(s, d)
	d.Pass = len(d.Fails) == 0 && len(d.Gaps) == 0
	return d
}

// each yields what a sequence yields, and nothing for nil.
func each[T any](all iter.Seq[T]) iter.Seq[T] {
	if all == nil {
		return func(func(T) bool) {}
	}
	return all
}

// verdict returns the most severe verdict of the texts that count for a finding, and the reason if
// there is none.
func (p *Policy) verdict(f *match.Finding) (match.Verdict, string) {
	if f.Tier < p.tier {
		return match.NoVerdict, "the vendor is identified with less certainty than the policy requires: " + f.Tier.String()
	}
	// An unknown type carries no information about the part.
	if t := foldType(f.Component.Type); knownTypes()[t] && t != otherType && len(p.ComponentTypes) > 0 && !slices.Contains(p.ComponentTypes, t) {
		return match.NoVerdict, fmt.Sprintf("the policy does not cover parts of the type %q", f.Component.Type)
	}
	worst := match.NoVerdict
	for _, c := range f.Citations {
		if c.Citation == nil { // nothing shows that it does not count
			worst = max(worst, c.Verdict, f.Verdict)
			continue
		}
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

// gaps adds the requirements of the policy that the screening does not meet.
func (p *Policy) gaps(s *Screening, d *Decision) {
	if err := p.fits(s); err != nil {
		d.Gaps = append(d.Gaps, err.Error())
	}
	all := p.RequireComplete || p.failOn <= match.Inconclusive
	for g := range each(s.Gaps) {
		if all || g.Kind == match.GapIncomplete || g.Kind == match.GapNoListings || g.Document == "" {
			d.Gaps = append(d.Gaps, g.words())
		} else {
			d.Unscreened = append(d.Unscreened, g.words())
		}
	}
	c := s.Coverage
	if total := c.Identified + c.Unidentified; !reaches(c.Identified, total, p.RequireIdentity) {
		d.Gaps = append(d.Gaps, fmt.Sprintf("%d of %d parts carry a vendor identity; the policy requires %g of every hundred", c.Identified, total, 100*p.RequireIdentity))
	}
}

// fits returns an error if the policy cannot decide about screenings with this denylist.
func (p *Policy) fits(s *Screening) error {
	if p.release == nil {
		return errors.New("the policy was not read by Parse or ParseFor")
	}
	release := p.release
	if release.Name() != s.Release || release.Digest() != s.Digest {
		var err error
		if release, err = denylist.Open(s.Release); err != nil || release.Digest() != s.Digest {
			return fmt.Errorf("the policy was read for the denylist %s, and the report is by %s; read it with ParseFor for that denylist", p.release.Name(), s.Release)
		}
		if err := p.counts(release); err != nil {
			return err
		}
	}
	return p.countsIn(release, s)
}

// countsIn returns an error if no listing could fail a screening with the day, the jurisdictions
// and the buyer of this one.
func (p *Policy) countsIn(release *denylist.Release, s *Screening) error {
	if p.countsUnder(release, &match.Options{AsOf: s.AsOf, Jurisdictions: s.Jurisdictions, Buyer: s.Buyer}) {
		return nil
	}
	where := "all jurisdictions"
	if len(s.Jurisdictions) > 0 {
		where = strings.Join(s.Jurisdictions, ", ")
	}
	if s.Buyer != nil {
		where += " and for the buyer " + s.Buyer.Name
	}
	return fmt.Errorf("nothing that the policy counts could be found: the report is as of %s and for %s, and no listing of the denylist %s that applies there could fail a bid under the policy",
		s.AsOf, where, release.Name())
}

// words returns the gap in words, with the path of the document.
func (g *Gap) words() string {
	if g.Document == "" {
		return g.Message
	}
	return g.Document + ": " + g.Message
}

// reaches reports whether n of total are at least a share. It compares exactly with the decimal
// number of the policy: 7 of 100 are 0.07.
func reaches(n, total int, share float64) bool {
	want, ok := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	if !ok {
		return false
	}
	want.Mul(want, new(big.Rat).SetInt64(int64(total)))
	return want.Cmp(new(big.Rat).SetInt64(int64(n))) <= 0
}
