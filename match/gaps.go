// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strconv"
	"strings"
)

// A Gap is something in a document that was not screened.
type Gap struct {
	Kind    GapKind
	Message string
}

// A GapKind is a word for a kind of gaps. The set is closed.
type GapKind string

// The kinds of gaps.
const (
	GapIncomplete GapKind = "incomplete"      // the document was not read to its end
	GapMalformed  GapKind = "malformed"       // fields or elements could not be read
	GapLinks      GapKind = "linkedDocuments" // it refers to documents that were not screened
	GapNothing    GapKind = "nothingScreened" // it has no components
	GapNoParts    GapKind = "noParts"         // it names a product and lists no parts, see [sbom.Header.NoParts]
	GapNoListings GapKind = "noListings"      // no listing could apply to anything, see [Matcher.Strongest]
	GapIdentity   GapKind = "noIdentity"      // components carry no vendor identity, and [Options] want one
)

// NewGap returns a gap of a kind. n is how many fields, documents or components it is about.
func NewGap(kind GapKind, n int) Gap {
	message := map[GapKind]string{
		GapIncomplete: "it was not read to its end",
		GapMalformed:  "fields or elements that could not be read: %d",
		GapLinks:      "linked documents that were not screened: %d",
		GapNothing:    "it has no components",
		GapNoParts:    "it lists no parts of the product that it names",
		GapNoListings: "nothing could be found: no listing of the denylist applies",
		GapIdentity:   "components without a vendor identity: %d",
	}[kind]
	return Gap{kind, strings.Replace(message, "%d", strconv.Itoa(n), 1)}
}

// gaps says what of the document was not screened.
func (m *Matcher) gaps(r *Result) []Gap {
	var gaps []Gap
	add := func(is bool, kind GapKind, n int) {
		if is {
			gaps = append(gaps, NewGap(kind, n))
		}
	}
	c, h := &r.Coverage, &r.Header
	add(!c.Complete, GapIncomplete, 0)
	add(c.Malformed > 0, GapMalformed, c.Malformed)
	add(h.UnresolvedRefs > 0, GapLinks, h.UnresolvedRefs)
	// What an incomplete document lacks can be in the part that was not read.
	add(c.Complete && c.Components == 0 && !r.elsewhere, GapNothing, 0)
	add(c.Complete && c.Components > 0 && h.NoParts, GapNoParts, 0)
	if m.strongest == NoVerdict {
		gaps = append(gaps, m.noListings())
	}
	add(m.opts.RequireIdentity && c.Unidentified > 0, GapIdentity, c.Unidentified)
	return gaps
}

// noListings says by which release, on which day and where nothing could be found.
func (m *Matcher) noListings() Gap {
	g := NewGap(GapNoListings, 0)
	g.Message = strings.Replace(g.Message, "denylist", "denylist "+m.release.Name(), 1) + " on " + string(m.opts.AsOf)
	if js := m.opts.Jurisdictions; len(js) > 0 {
		g.Message += " in " + strings.Join(js, ", ")
	}
	return g
}

// settle sets the gaps and the verdict of a result: the worst of its findings, and
// Inconclusive if there are gaps.
func (m *Matcher) settle(r *Result) {
	r.Gaps = m.gaps(r)
	r.Verdict = Clear
	if len(r.Gaps) > 0 {
		r.Verdict = Inconclusive
	}
	for i := range r.Findings {
		r.Verdict = max(r.Verdict, r.Findings[i].Verdict)
	}
	r.Verdict = max(r.Verdict, r.Unlisted.Verdict)
}
