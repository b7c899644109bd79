// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strconv"
	"strings"
)

// A Gap is something in a document that was not screened.
type Gap struct {
	Kind    GapKind `json:"kind"`
	Message string  `json:"message"`
}

// A GapKind is the word for a kind of gap. The set is closed.
type GapKind string

// The kinds of gaps.
const (
	GapIncomplete GapKind = "incomplete"      // the document was not read to its end
	GapMalformed  GapKind = "malformed"       // fields or elements could not be read
	GapLinks      GapKind = "linkedDocuments" // the document refers to others that were not screened
	GapNothing    GapKind = "nothingScreened" // the document has no components
	GapNoParts    GapKind = "noParts"         // the document names a product and lists no parts, see [sbom.Header.NoParts]
	GapNoListings GapKind = "noListings"      // no listing applies on the day, see [Matcher.Strongest]
	GapIdentity   GapKind = "noIdentity"      // components carry no vendor identity, and [Options] require one
	// GapUndecided: a text that binds the buyer, or those who supply it, may cover the vendor of a
	// component by a list of names that was not read or by a criterion, and nothing else was found on
	// the vendor. Nobody can tell from the denylist whether the component is clear.
	GapUndecided GapKind = "undecided"
)

// Gap returns a gap of this kind. n is the number of fields, documents or components that were
// not screened, for the kinds that count them.
func (kind GapKind) Gap(n int) Gap {
	message := map[GapKind]string{
		GapIncomplete: "it was not read to its end",
		GapMalformed:  "fields or elements that could not be read: %d",
		GapLinks:      "linked documents that were not screened: %d",
		GapNothing:    "it has no components",
		GapNoParts:    "it lists no parts of the product that it names",
		GapNoListings: "nothing could be found: no listing of the denylist applies",
		GapIdentity:   "components without a vendor identity: %d",
		GapUndecided:  "components that a text which binds the buyer may cover by a criterion or a list that was not read: %d",
	}[kind]
	return Gap{kind, strings.Replace(message, "%d", strconv.Itoa(n), 1)}
}

// gaps returns what was not screened of the document.
func (m *Matcher) gaps(r *Result) []Gap {
	var gaps []Gap
	add := func(is bool, kind GapKind, n int) {
		if is {
			gaps = append(gaps, kind.Gap(n))
		}
	}
	c, h := &r.Coverage, &r.Header
	add(!c.Complete, GapIncomplete, 0)
	add(c.Malformed > 0, GapMalformed, c.Malformed)
	add(h.UnresolvedRefs > 0, GapLinks, h.UnresolvedRefs)
	// Whatever an incomplete document seems to lack may be in the part that was not read.
	add(c.Complete && c.Components == 0 && !r.PartsElsewhere, GapNothing, 0)
	add(c.Complete && c.Components > 0 && h.NoParts, GapNoParts, 0)
	if m.strongest == NoVerdict {
		gaps = append(gaps, m.noListings())
	}
	add(c.Undecided > 0, GapUndecided, c.Undecided)
	add(m.opts.RequireIdentity && c.Unidentified > 0, GapIdentity, c.Unidentified)
	return gaps
}

// noListings is the gap of a release without a listing that applies. It names the release, the
// day, the jurisdictions and the buyer.
func (m *Matcher) noListings() Gap {
	g := GapNoListings.Gap(0)
	g.Message = strings.Replace(g.Message, "denylist", "denylist "+m.release.Name(), 1) + " on " + string(m.opts.AsOf)
	if js := m.opts.Jurisdictions; len(js) > 0 {
		g.Message += " in " + strings.Join(js, ", ")
	}
	if b := m.opts.Buyer; b != nil {
		g.Message += "; texts that do not speak to the buyer (" + b.Title + ") were left out, which is no permission"
	}
	return g
}

// Settle computes the gaps and the verdict of a result from its other fields: the verdict is
// that of the most severe finding, and at least [Inconclusive] if there are gaps. [Matcher.Check]
// has done so. A caller that changes the header of a result afterwards, because documents that
// it refers to were screened too, calls it again.
func (m *Matcher) Settle(r *Result) {
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
