// SPDX-License-Identifier: Apache-2.0

package match

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/internal/choice"
	"github.com/clause76/clause76/match/internal/cpv"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Options set how a Matcher evaluates documents. A nil *Options means defaults.
type Options struct {
	// AsOf is the day on which listings have to apply; default the release's date.
	AsOf vendors.Date
	// Jurisdictions restricts listings to those of these jurisdictions ("EU",
	// "US", "NL"), in upper or lower case; default all.
	Jurisdictions []string
	// Buyer is for whom the document is screened; default nobody in particular. With a buyer, a
	// listing of a text that speaks to others only is an observation, see [OtherAddressee]. A text
	// without codes for whom it speaks to counts for every buyer.
	Buyer *denylist.Buyer
	// Purpose is what the lot is about that the document was offered for: codes of the Common
	// Procurement Vocabulary (Regulation (EC) No 213/2008), eight digits and perhaps a check digit.
	// If all of them are within the limit of a listing, such as "telecommunications equipment", so
	// is the primary component, unless its own category is recorded, or the document describes
	// several products or places the product inside another. See [Citation].SettledBy.
	Purpose []string
	// Language asks for the words of the clauses in another language beside the original ones, such
	// as "es", see [denylist.Release.Languages]. They change no verdict. A language of the release, or
	// of the newest one, in which no clause has other words is no error: a report says that there are
	// none. Default: none.
	Language string
	// RequireIdentity makes a document inconclusive if a component carries no
	// vendor identity.
	RequireIdentity bool
	// MaxFindings bounds how many findings and observations of one document are listed;
	// default 10,000. Further ones are counted, see [Unlisted].
	MaxFindings int
}

// A Matcher screens documents against one release. It is immutable and safe for concurrent use.
type Matcher struct {
	release   *denylist.Release
	opts      Options
	strongest Verdict                   // see Strongest
	toBuyer   bool                      // see SpeaksOnlyToPublic
	cited     sync.Map                  // id of a listing or excluded entry → *denylist.Citation; see cite
	products  map[string][]namedProduct // by the id of an excluded entry; see namedProducts
	purpose   []cpv.Code
}

// Errors, for errors.Is.
var (
	// ErrOptions: the release is nil, or an option has an invalid value.
	ErrOptions = errors.New("match: bad option")
	// ErrNoClaims: a component has no claims, or one without a role or kind that is known, so
	// nothing could be found.
	ErrNoClaims = errors.New("match: the component has no usable claims; make it with sbom.NewComponent")
)

// New returns a Matcher for the release.
func New(release *denylist.Release, opts *Options) (*Matcher, error) {
	if release == nil {
		return nil, fmt.Errorf("%w: the release is nil; expected one of package denylist, such as denylist.Current()", ErrOptions)
	}
	m := &Matcher{release: release}
	if opts != nil {
		m.opts = *opts
		m.opts.Jurisdictions = slices.Clone(opts.Jurisdictions)
	}
	var err error
	if m.opts.Jurisdictions, err = choice.List("jurisdictions", m.opts.Jurisdictions, release.Jurisdictions()); err != nil {
		return nil, fmt.Errorf("%w: release %s: %w", ErrOptions, release.Name(), err)
	}
	if err := checkLanguage(release, m.opts.Language); err != nil {
		return nil, err
	}
	if b := m.opts.Buyer; b != nil {
		if err := b.Check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrOptions, err)
		}
		m.opts.Buyer = clone(b)
	}
	if err := m.setPurpose(m.opts.Purpose); err != nil {
		return nil, err
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
	for _, in := range release.Instruments() {
		for i := range in.Listings {
			v := m.opts.Strongest(in, &in.Listings[i])
			m.strongest = max(m.strongest, v)
			entry := denylist.Entry{Instrument: in, Listing: &in.Listings[i]}
			if b := m.opts.Buyer; v != NoVerdict && (b == nil || !b.AdvisedAsPublic(entry.On(m.opts.AsOf))) {
				m.toBuyer = true
			}
		}
	}
	m.setExcluded()
	return m, nil
}

// checkLanguage returns an error for a language in which neither the release nor the newest one has
// words of any clause.
func checkLanguage(release *denylist.Release, language string) error {
	if language == "" {
		return nil
	}
	var known []string
	for _, r := range []*denylist.Release{release, denylist.Current()} {
		known = slices.Concat(known, r.Languages(), r.OwnLanguages())
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if !slices.Contains(known, language) {
		return fmt.Errorf("%w: release %s: language %q; expected one of %q", ErrOptions, release.Name(), language, known)
	}
	return nil
}

// Release returns the release that the Matcher screens against.
func (m *Matcher) Release() *denylist.Release { return m.release }

// Options returns the options in force, with defaults filled in.
func (m *Matcher) Options() Options {
	o := m.opts
	o.Jurisdictions, o.Purpose = slices.Clone(o.Jurisdictions), slices.Clone(o.Purpose)
	if o.Buyer != nil {
		o.Buyer = clone(o.Buyer)
	}
	return o
}

// clone copies a buyer, so that a caller who changes it does not change a Matcher.
func clone(b *denylist.Buyer) *denylist.Buyer {
	c := *b
	c.Codes, c.BidderCodes = slices.Clone(b.Codes), slices.Clone(b.BidderCodes)
	return &c
}

// Check screens a document. If the document is not read to its end, because of an error of the
// document or the context, Check returns no result and an [IncompleteError] that holds what was
// found up to that point. If there are more findings than [Options] allow to list, the document
// is still read to its end, and the [IncompleteError] wraps an [ErrUnlisted] and holds the
// result, in which the other findings are counted.
func (m *Matcher) Check(ctx context.Context, doc *sbom.Document) (*Result, error) {
	r := &Result{}
	var fault error
	for f, err := range m.stream(ctx, doc, &r.Coverage, &r.Unidentified) {
		if err != nil {
			fault = err
			break
		}
		r.list(f, m.opts.MaxFindings)
	}
	if fault == nil {
		fault = r.Unlisted.Err()
	}
	r.Header = doc.Header()
	for i := range r.Unidentified {
		if c := &r.Unidentified[i]; c.Ref != "" && doc.IsPrimary(c.Ref) {
			c.Primary = true
		}
	}
	r.Coverage.Malformed, r.Coverage.Complete = r.Header.Malformed, fault == nil
	slices.SortFunc(r.Findings, inOrder)
	slices.SortFunc(r.Observations, inOrder)
	if r.Coverage.Complete && r.Header.NoParts {
		r.Header.Warnings = append(slices.Clone(r.Header.Warnings), sbom.Warning{Kind: sbom.WarnIncomplete,
			Message: "the document lists no parts of the product that it names, and does not say that there are none"})
	}
	if m.strongest == NoVerdict { // a notice, because every summary has to show why nothing was found
		r.Header.Notices = append(slices.Clone(r.Header.Notices), sbom.Warning{Kind: sbom.WarnNothingScreened, Message: m.noListings().Message})
	}
	m.Settle(r)
	if fault != nil {
		return nil, &IncompleteError{Result: r, Err: fault}
	}
	return r, nil
}

// Stream screens a document and yields findings and observations as they are found.
// Findings on components that the document places only at its end come last, and with a purpose
// those on the product itself.
// An error is yielded once, with the zero Finding, and ends the sequence: the
// document was then not read to its end, whatever was yielded before. If coverage is not
// nil, it is filled in by the end of the sequence, with the counts so far if there is an
// error. Single-use.
func (m *Matcher) Stream(ctx context.Context, doc *sbom.Document, coverage *Coverage) iter.Seq2[Finding, error] {
	return m.stream(ctx, doc, coverage, nil)
}

// stream is Stream. If unidentified is not nil, it gets the first components without an identity.
func (m *Matcher) stream(ctx context.Context, doc *sbom.Document, coverage *Coverage, unidentified *[]Component) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		if coverage == nil {
			coverage = new(Coverage)
		}
		*coverage = Coverage{}
		s := &stream{m: m, doc: doc, coverage: coverage, unidentified: unidentified, yield: yield}
		fault := s.read(ctx)
		coverage.Malformed, coverage.Complete = doc.Header().Malformed, fault == nil
		if s.stopped {
			return
		}
		s.placeLater(fault == nil)
		if fault != nil && !s.stopped {
			yield(Finding{}, fault)
		}
	}
}

// A stream is one run of [Matcher.Stream].
type stream struct {
	m        *Matcher
	doc      *sbom.Document
	coverage *Coverage
	// unidentified gets the first components without an identity; may be nil
	unidentified *[]Component
	yield        func(Finding, error) bool
	shared       sharer
	later        []unplaced
	stopped      bool // the caller wants no more
}

// maxUnidentified bounds [Result].Unidentified.
const maxUnidentified = 100

// An unplaced component waits until the document tells whether it is the primary component.
type unplaced struct {
	sbom.Component
	sequence int
}

// read evaluates the components as they come, except those that are not placed yet. It returns
// why the document was not read to its end, or nil.
func (s *stream) read(ctx context.Context) error {
	s.doc.Keep(s.m.release.Register().MayMatch)
	for c, err := range s.doc.Components() {
		n := s.coverage.Components
		if err == nil && n&255 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		s.coverage.count(&c)
		if !c.Identified && s.unidentified != nil && len(*s.unidentified) < maxUnidentified {
			*s.unidentified = append(*s.unidentified, componentOf(&c, c.Placement))
		}
		if len(c.Claims) == 0 {
			continue
		}
		c := c // most components end above, and need no place on the heap
		switch {
		case c.Placement == sbom.Primary && len(s.m.purpose) > 0 && len(s.later) < maxUnplaced && s.m.hasAttribution(&c):
			// whether it is the only product, which the purpose of the lot is about, is known at the end
			s.later = append(s.later, unplaced{c, n})
		case c.Placement != sbom.Unresolved:
			if s.emit(&c, n, false); s.stopped {
				return nil
			}
		case !s.m.hasAttribution(&c):
		case len(s.later) >= maxUnplaced:
			return &sbom.Error{Pointer: c.Location.Pointer, Offset: c.Location.Offset, Kind: sbom.ErrLimit,
				Err: fmt.Errorf("more than %d components of listed vendors before the document states which of them is the product", maxUnplaced)}
		default:
			s.later = append(s.later, unplaced{c, n})
		}
	}
	return nil
}

// placeLater evaluates the components that were not placed when they were read. If the document
// was not read to its end, those that are not known to be primary stay unresolved.
func (s *stream) placeLater(complete bool) {
	for i := range s.later {
		c := &s.later[i].Component
		switch {
		case c.Placement == sbom.Primary:
		case s.doc.IsPrimary(c.Ref):
			c.Placement = sbom.Primary
		case complete:
			c.Placement = sbom.Included
		}
		if s.emit(c, s.later[i].sequence, complete && s.doc.Header().OneProduct); s.stopped {
			return
		}
	}
}

// emit yields the findings on a component. only means that it is the only product of the document.
func (s *stream) emit(c *sbom.Component, sequence int, only bool) {
	findings := s.m.evaluate(c, c.Placement, only)
	if slices.ContainsFunc(findings, func(f Finding) bool { return f.undecided }) {
		s.coverage.Undecided++
	}
	for _, f := range findings {
		f.sequence = sequence
		s.shared.share(&f)
		if !s.yield(f, nil) {
			s.stopped = true
			return
		}
	}
}

// hasAttribution reports whether the component's claims resolve to a vendor or an exclusion.
func (m *Matcher) hasAttribution(c *sbom.Component) bool {
	res := m.release.Register().Resolve(m.opts.AsOf, c.Claims)
	return len(res.Attributions)+len(res.Unattributed) > 0
}
