// SPDX-License-Identifier: Apache-2.0

package match

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/internal/choice"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A Verdict is what is said of a finding or a document. Verdicts are ordered by
// severity.
type Verdict uint8

// The verdicts, mildest first. The zero Verdict is none, as of an observation.
const (
	NoVerdict Verdict = iota
	Clear
	Inconclusive
	Review
	Exclude
	Ban
)

var verdictNames = [...]string{"", "clear", "inconclusive", "review", "exclude", "ban"}

// String returns the verdict's word: "ban".
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// ParseVerdict returns the verdict with this word.
func ParseVerdict(s string) (Verdict, error) {
	for v := Clear; v <= Ban; v++ {
		if verdictNames[v] == s {
			return v, nil
		}
	}
	return NoVerdict, fmt.Errorf("match: %q is not a verdict; expected one of %q", s, verdictNames[1:])
}

// A Reason says why an observation is no finding.
type Reason string

// The reasons of observations. Those of excluded entries are the denylist's:
// notNamed, criterionOnly, lifted, productOnly; those of claims set aside are the register's:
// stranger, lookAlike, formerMember, notYetMember, hosting, contribution.
const (
	MentionedOnly Reason = "mentionedOnly" // the vendor is only talked about
	AuthoredOnly  Reason = "authoredOnly"  // somebody of the vendor contributed
	NotEffective  Reason = "notEffective"  // not yet in force on the as-of day
	NoLonger      Reason = "noLonger"      // no longer in force on the as-of day
	SupplySide    Reason = "supplySide"    // about supply to the vendor
	SubsidyOnly   Reason = "subsidyOnly"   // about subsidy or authorisation
	OutOfScope    Reason = "outOfScope"    // about another kind of product
	OutOfDepth    Reason = "outOfDepth"    // does not reach components inside other products
)

// Options set how a Matcher judges. A nil *Options means defaults.
type Options struct {
	// AsOf is the day to judge by; default the release's date.
	AsOf vendors.Date
	// Jurisdictions restricts listings to those of these jurisdictions ("EU",
	// "US", "NL"), in any case; default all.
	Jurisdictions []string
	// RequireIdentity makes a document inconclusive if a component carries no
	// vendor identity.
	RequireIdentity bool
	// MaxFindings bounds the findings and observations that are listed of one document;
	// default 10,000. Further ones are counted, see [Unlisted].
	MaxFindings int
}

// A Matcher screens documents against one release. It is safe for concurrent use.
type Matcher struct {
	release   *denylist.Release
	opts      Options
	strongest Verdict // see Strongest
}

// ErrOptions: an option has a value that it cannot have.
var ErrOptions = errors.New("match: bad option")

// New returns a Matcher for the release.
func New(release *denylist.Release, opts *Options) (*Matcher, error) {
	m := &Matcher{release: release}
	if opts != nil {
		m.opts = *opts
		m.opts.Jurisdictions = slices.Clone(opts.Jurisdictions)
	}
	var err error
	if m.opts.Jurisdictions, err = choice.List("jurisdictions", m.opts.Jurisdictions, release.Jurisdictions()); err != nil {
		return nil, fmt.Errorf("%w: release %s: %w", ErrOptions, release.Name(), err)
	}
	if m.opts.AsOf == "" {
		m.opts.AsOf = release.Date()
	}
	if !m.opts.AsOf.IsDay() {
		return nil, fmt.Errorf("%w: as-of day %q; expected YYYY-MM-DD", ErrOptions, m.opts.AsOf)
	}
	if m.opts.MaxFindings <= 0 {
		m.opts.MaxFindings = defaultMaxFindings
	}
	m.strongest = m.strongestListing()
	return m, nil
}

// Release returns the release that the Matcher screens against.
func (m *Matcher) Release() *denylist.Release { return m.release }

// Options returns the options in force, with defaults filled in.
func (m *Matcher) Options() Options {
	o := m.opts
	o.Jurisdictions = slices.Clone(o.Jurisdictions)
	return o
}

// A Finding is a component, a vendor it was attributed to and the listings that
// apply; or, with a Reason instead of a Verdict, an observation.
//
// A finding is Review, whatever its listings say, if the attribution only
// resembles, if the component's claims contradict each other, or if the component
// is not in the product but in its history. A single listing counts as Review if
// its action is review or warn, if its text is only proposed or was not verified, if
// the component is inside another product and the text is silent on such components or
// reaches only substantial or essential ones, or if it has a limit of purpose or product
// that what is known of the component does not settle.
type Finding struct {
	Verdict      Verdict
	Reason       Reason
	Tier         vendors.Tier // the surest of the attributions
	Vendor       vendors.ID
	VendorName   string
	Component    Component
	Attributions []vendors.Attribution
	Citations    []Citation
	Context      []denylist.Context
	// Note says in words why a verdict is not stronger or an observation is none.
	Note     string
	sequence int // of the component among those of the document
}

// A Citation is a listing with what it comes to for the component by itself.
type Citation struct {
	denylist.Citation
	Verdict  Verdict // NoVerdict in an observation
	CappedBy string  // why the verdict is no stronger than Review; "" for every other verdict
	// VerdictIfPartsReached is what Verdict would be if the text said that it reaches
	// components inside other products. It is NoVerdict unless only the text's silence on
	// them holds Verdict at Review.
	VerdictIfPartsReached Verdict
}

// A Component is what a finding says of its component.
type Component struct {
	Ref, Type, Group, Name, Version, PURL string
	// CanonicalPURL is the component's own package URL in canonical form, or one
	// made from the attribution: pkg:generic/<vendor>/<name>@<version>. It is "" instead
	// of the latter if the vendor is only mentioned or excluded.
	CanonicalPURL string
	Subject       bool // the component is the product itself
	Location      vendors.Location
}

// Coverage says how much of a document was screened.
type Coverage struct {
	Components   int
	Identified   int  // with a claim that says who stands behind the component
	Unidentified int  // without one: nothing can be said about them
	WithSupplier int  // with a maker's or supplier's name
	WithPURL     int  // with a package URL
	Malformed    int  // fields and elements that could not be read
	Complete     bool // the document was read to its end
}

// Add adds the counts of another document. The sum is complete if both are.
func (c *Coverage) Add(o Coverage) {
	c.Components += o.Components
	c.Identified += o.Identified
	c.Unidentified += o.Unidentified
	c.WithSupplier += o.WithSupplier
	c.WithPURL += o.WithPURL
	c.Malformed += o.Malformed
	c.Complete = c.Complete && o.Complete
}

// A Result is what was found in one document. Findings and observations are in the order
// in which the document gives the components, then of vendors and reasons.
type Result struct {
	Verdict      Verdict
	Header       sbom.Header
	Findings     []Finding
	Observations []Finding
	Coverage     Coverage
	Unlisted     Unlisted
	Gaps         []Gap   // what was not screened; with any, Verdict is never Clear
	worst        Verdict // of the findings that are listed or were, see list
	// elsewhere says that the document only refers to others, and that those were screened.
	elsewhere bool
}

// An IncompleteError says that a document was not read to its end, or has more findings
// than [Options] list. Result holds what was found before that; its verdict is the worst
// of its findings, listed or not, and [Inconclusive], and never [Clear].
type IncompleteError struct {
	Result *Result
	Err    error // the document's own error, the context's, an [sbom.ErrLimit] or an [ErrUnlisted]
}

// Error returns the text of the cause, and how many findings were made before it.
func (e *IncompleteError) Error() string {
	if e.Result == nil || len(e.Result.Findings) == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v; before that, %d findings were made, the worst of them %s (see Result)", e.Err, len(e.Result.Findings), e.Result.Verdict)
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.Err }

// Check screens a document. If it was not read to its end, for the document's own error or the
// context's, it returns no result and an [IncompleteError] with what was found before that. If
// there are more findings than [Options] list, the document is read to its end all the same, and
// the [IncompleteError] wraps an [ErrUnlisted] and has the result with the others counted.
func (m *Matcher) Check(ctx context.Context, doc *sbom.Document) (*Result, error) {
	r := &Result{}
	var fault error
	for f, err := range m.Stream(ctx, doc, &r.Coverage) {
		if err != nil {
			fault = err
			break
		}
		r.list(f, m.opts.MaxFindings)
	}
	if fault == nil {
		fault = r.Unlisted.err()
	}
	r.Header = doc.Header()
	r.Coverage.Malformed, r.Coverage.Complete = r.Header.Malformed, fault == nil
	slices.SortFunc(r.Findings, inOrder)
	slices.SortFunc(r.Observations, inOrder)
	if r.Coverage.Complete && r.Header.NoParts {
		r.Header.Warnings = append(slices.Clone(r.Header.Warnings), sbom.Warning{Kind: sbom.WarnIncomplete,
			Message: "the document lists no parts of the product that it names, and does not say that there are none"})
	}
	if m.strongest == NoVerdict { // every summary shows a notice, and so says why nothing was found
		r.Header.Notices = append(slices.Clone(r.Header.Notices), sbom.Warning{Kind: sbom.WarnNothingScreened, Message: m.noListings().Message})
	}
	m.settle(r)
	if fault != nil {
		return nil, &IncompleteError{Result: r, Err: fault}
	}
	return r, nil
}

// inOrder is the strict order of findings: a component has at most one for each vendor and
// reason.
func inOrder(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Reason, b.Reason))
}

// Stream screens a document and yields findings and observations as they are found.
// Findings on components whose place the document tells only at its end come last.
// An error is yielded once, with the zero Finding, and ends the sequence: the
// document was then not read to its end, whatever was yielded before. If coverage is not
// nil, it is filled in by the end of the sequence, with the counts so far if there is an
// error. Single-use.
func (m *Matcher) Stream(ctx context.Context, doc *sbom.Document, coverage *Coverage) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		if coverage == nil {
			coverage = new(Coverage)
		}
		*coverage = Coverage{}
		doc.Keep(m.release.Register().MayMatch)
		type unplaced struct {
			sbom.Component
			sequence int
		}
		var later []unplaced
		emit := func(c *sbom.Component, p sbom.Placement, sequence int) bool {
			for _, f := range m.judge(c, p) {
				f.sequence = sequence
				if !yield(f, nil) {
					return false
				}
			}
			return true
		}
		var fault error
		for c, err := range doc.Components() {
			n := coverage.Components
			if err == nil && n&255 == 0 {
				err = ctx.Err()
			}
			if err != nil {
				fault = err
				break
			}
			coverage.count(&c)
			if len(c.Claims) == 0 {
				continue
			}
			c := c // most components end above, and need no place on the heap
			if c.Placement != sbom.Unresolved {
				if !emit(&c, c.Placement, n) {
					return
				}
			} else if m.hasAttribution(&c) {
				if len(later) >= maxUnplaced {
					fault = &sbom.Error{Pointer: c.Location.Pointer, Offset: c.Location.Offset, Kind: sbom.ErrLimit,
						Err: fmt.Errorf("more than %d components of listed vendors before it is told which of them is the product", maxUnplaced)}
					break
				}
				later = append(later, unplaced{c, n})
			}
		}
		coverage.Malformed, coverage.Complete = doc.Header().Malformed, fault == nil
		for i := range later {
			c := &later[i].Component
			switch {
			case doc.IsPrimary(c.Ref):
				c.Placement = sbom.Primary
			case fault == nil:
				c.Placement = sbom.Included
			}
			if !emit(c, c.Placement, later[i].sequence) {
				return
			}
		}
		if fault != nil {
			yield(Finding{}, fault)
		}
	}
}

func (c *Coverage) count(x *sbom.Component) {
	c.Components++
	if x.Identified {
		c.Identified++
	} else {
		c.Unidentified++
	}
	if x.Supplied {
		c.WithSupplier++
	}
	if x.HasPURL {
		c.WithPURL++
	}
}

// hasAttribution reports whether the component's claims resolve to anything at all.
func (m *Matcher) hasAttribution(c *sbom.Component) bool {
	res := m.release.Register().Resolve(m.opts.AsOf, c.Claims)
	return len(res.Attributions)+len(res.Unattributed) > 0
}
