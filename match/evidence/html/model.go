// SPDX-License-Identifier: Apache-2.0

package html

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/internal/page"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The bounds of the page. What is beyond them is only in the JSON record, and the page says so.
const (
	most      = 1000 // groups of findings, parts with evidence, observations, gaps, documents
	mostGroup = 100  // parts with evidence of a group, and observations for a reason
	mostNames = 8    // names of parts in the heading of a group
	mostAll   = 100  // questions
	mostLines = 5    // waivers on the first sheet
)

// A pageData is what the template shows.
type pageData struct {
	*evidence.Report
	Style    page.Raw
	Script   page.Raw
	CSP      string
	Headline headline
	Tallies  []view.Tally
	Unlisted int // findings that the report does not list
	Matrix   *matrix
	Todo     []string // for the buyer
	Asked    []string // for the bidder
	AskedToo []string // the same, in the annex
	Unasked  int      // questions that are not on the page
	Made     *decision
	Gaps     []gap // of all documents
	Unread   int   // documents that were not read to their end
	Notices  []notice
	Vendors  []*vendor
	Groups   []*group // those of the vendors, in their order
	Parts    int      // listed findings
	Cut      int      // groups that are not on the page
	Seen     []fold
	Observed int
	Places   []string // jurisdictions of the texts of findings, for the filter
	Kinds    []match.Verdict
	Texts    []*instrument
	Others   []*instrument // that no finding cites
	Files    []*evidence.Document
	Glossary []term
	texts    map[textKey]*text
	acts     map[string]*instrument
}

// A gap is something that was not screened. For a document that was not read to its end, Before
// is the number of findings up to that point.
type gap struct {
	view.Gap
	Before int
}

// A notice is a statement of a document about itself.
type notice struct {
	Path string
	sbom.Warning
}

// A vendor is a vendor with its findings.
type vendor struct {
	match.Vendor
	Number  int
	Counter *denylist.Context // in one line
	Context []denylist.Context
	Groups  []*group
}

// A group is a group of findings with its place on the page.
type group struct {
	*view.Group
	Number int
	Names  string // of the parts
	By     string // how the vendor was identified, if that is the same for all parts
	Lead   *cite
	Why    string // the lead is not more than review; "" if the note says so
	Limit  string // the limit of the lead, and how many exceptions it has
	Cites  []cite
	Sums   []sum
	Marks  []mark // by verdict, force and jurisdiction, with the numbers of texts
	Places []string
	Cut    int // parts in documents that were not read to their end
	Listed []view.Part
	SameAs int // the number of a group before it to which the texts apply in the same way
	More   int // parts without evidence on the page
}

// A cite is a citation with its text on the page.
type cite struct {
	*match.Citation
	Text *text
}

// A fold is observations for one reason, with their texts.
type fold struct {
	view.Fold
	Items []seen
	More  int // observations that are not on the page
}

// A seen is an observation.
type seen struct {
	view.Part
	Texts []*text
	Whys  []string // of single texts, if they differ
}

func newPageData(r *evidence.Report) *pageData {
	groups := view.Groups(r)
	v := &pageData{
		Report: r, Headline: newHeadline(r, groups), Tallies: view.Tallies(groups), Unlisted: unlisted(r), Made: newDecision(r.Policy),
		Kinds: kinds(groups), Glossary: glossary, texts: make(map[textKey]*text), acts: make(map[string]*instrument),
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		v.Parts += len(d.Findings)
		v.Observed += len(d.Observations)
		v.gaps(d)
		for _, n := range d.Notices {
			v.Notices = append(v.Notices, notice{d.Path, n})
		}
	}
	for _, g := range r.GapsOf(nil) {
		v.Gaps = append(v.Gaps, gap{view.Gap{Gap: g}, 0})
	}
	v.group(groups)
	v.observe(view.Folds(r))
	v.number()
	v.Todo = steps(r, groups)
	v.fit(view.Questions(r, groups))
	v.Places = v.places()
	v.Files = files(r)
	return v
}

// gaps adds the gaps of a document.
func (v *pageData) gaps(d *evidence.Document) {
	if !v.Whole(d) {
		v.Unread++
	}
	for _, g := range v.GapsOf(d) {
		x := gap{view.Gap{Path: d.Path, Gap: g}, 0}
		if g.Kind == match.GapIncomplete {
			x.Before = len(d.Findings)
		}
		v.Gaps = append(v.Gaps, x)
	}
}

// group puts the groups under their vendors, in the order of the most severe group of each.
func (v *pageData) group(groups []view.Group) {
	index := make(map[vendors.ID]*vendor)
	budget := most
	for i := range groups {
		if i == most {
			v.Cut = len(groups) - i
			break
		}
		g := &groups[i]
		o := index[g.Vendor.ID]
		f := &g.Parts[0].Finding.Finding
		if o == nil {
			o = &vendor{Vendor: g.Vendor, Number: len(v.Vendors) + 1, Counter: view.CounterEvidence(f), Context: f.Context}
			index[g.Vendor.ID] = o
			v.Vendors = append(v.Vendors, o)
		}
		x := v.newGroup(g, min(mostGroup, budget))
		budget -= len(x.Listed)
		o.Groups = append(o.Groups, x)
	}
	first := make(map[string]int)
	for _, o := range v.Vendors {
		for _, g := range o.Groups {
			g.Number = len(v.Groups) + 1
			v.Groups = append(v.Groups, g)
			key := g.application()
			if g.SameAs = first[key]; g.SameAs == 0 {
				first[key] = g.Number
			}
		}
	}
}

// newGroup returns a group with the evidence of at most n parts.
func (v *pageData) newGroup(g *view.Group, n int) *group {
	x := &group{Group: g, Listed: view.First(g.Parts, n)}
	x.More = len(g.Parts) - len(x.Listed)
	var names []string
	for _, p := range view.First(g.Parts, mostNames) {
		names = append(names, view.ShortPart(&p.Finding.Component))
	}
	x.Names = view.List(names, len(g.Parts))
	x.By = view.IdentifiedBy(&g.Parts[0].Finding.Finding)
	for _, p := range g.Parts {
		if !v.Whole(p.Document) {
			x.Cut++
		}
		if view.IdentifiedBy(&p.Finding.Finding) != x.By {
			x.By = ""
		}
	}
	lead := g.Lead()
	for i := range g.Citations {
		c := &g.Citations[i]
		x.Cites = append(x.Cites, cite{c, v.text(c, g.Vendor.Name, true)})
		if c == lead {
			x.Lead = &x.Cites[i]
		}
	}
	if lead != nil && lead.CappedBy != g.Note {
		x.Why = strings.TrimPrefix(lead.CappedBy, g.Note+"; ") // the note is above it
	}
	if lead != nil && lead.Citation != nil {
		x.Limit = limit(lead, x.Why)
	}
	return x
}

// application returns a text that is equal for groups to which the same texts apply in the same way.
func (g *group) application() string {
	var b strings.Builder
	for _, c := range g.Cites {
		fmt.Fprintf(&b, "%p %d %t %q %q\n", c.Text, c.Verdict, c.Inferred, c.CappedBy, c.SettledBy)
	}
	return b.String()
}

// limit returns the limit of a text, unless why tells it, and how many exceptions it has. Their
// words are with the text in the annex.
func limit(c *match.Citation, why string) string {
	if c.Scope == nil {
		return ""
	}
	words := ""
	if l := c.Scope.Limit; l != "" && !strings.Contains(why, l) {
		words = "Limited to " + c.Scope.LimitWords() + ". "
	}
	if n := len(c.Scope.Exceptions); n > 0 {
		words += "With " + view.Count(n, "exception") + "."
	}
	return strings.TrimSpace(words)
}

// observe adds the observations.
func (v *pageData) observe(folds []view.Fold) {
	budget := most
	for _, f := range folds {
		x := fold{Fold: f}
		for _, p := range view.First(f.Parts, min(mostGroup, budget)) {
			s := seen{Part: p}
			for i := range p.Finding.Citations {
				c := &p.Finding.Citations[i]
				s.Texts = append(s.Texts, v.text(c, p.Finding.Vendor.Name, false))
				if c.CappedBy != "" && c.CappedBy != c.Note { // the page has the note with the text
					s.Whys = append(s.Whys, view.TextName(c.Citation, 90)+": "+c.CappedBy)
				}
			}
			x.Items = append(x.Items, s)
		}
		x.More = len(f.Parts) - len(x.Items)
		budget -= len(x.Items)
		v.Seen = append(v.Seen, x)
	}
}

// kinds returns the verdicts of the groups, the most severe first.
func kinds(groups []view.Group) []match.Verdict {
	var all []match.Verdict
	for i := range groups {
		if n := len(all); n == 0 || all[n-1] != groups[i].Verdict {
			all = append(all, groups[i].Verdict)
		}
	}
	return all
}

// files returns the documents that the page lists: all, or the first of those that are not clear
// if there are too many.
func files(r *evidence.Report) []*evidence.Document {
	var all, open []*evidence.Document
	for i := range r.Documents {
		d := &r.Documents[i]
		all = append(all, d)
		if d.Verdict != match.Clear {
			open = append(open, d)
		}
	}
	if len(all) > most {
		return view.First(open, most)
	}
	return all
}

// steps returns what the buyer can do next.
func steps(r *evidence.Report, groups []view.Group) []string {
	var all []string
	if r.Buyer == nil && len(groups) > 0 {
		all = append(all, "Screen again with who buys: texts that speak only to others then no longer count.")
	}
	if ts := view.Tallies(groups); len(ts) > 0 && ts[0].Verdict > match.Review {
		if r.Buyer == nil && ts[0].Binding > 0 {
			all = append(all, "Check whether you, or your bidders by the contract, are among those whom the binding texts address.")
		}
		if ts[0].NotBinding > 0 {
			all = append(all, "Texts that do not bind leave the decision to you.")
		}
	}
	for i := range groups {
		if groups[i].Verdict == match.Review {
			all = append(all, "Decide what is marked review when the bidder has answered.")
			break
		}
	}
	if n := unlisted(r); n > 0 {
		all = append(all, fmt.Sprintf("Screen the documents one at a time: %s not listed.", are(n, "finding")))
	}
	if r.Unscreened() {
		all = append(all, "Have what was not screened sent again, and screen it before you decide.")
	}
	return all
}

// are returns a number with its noun and verb: "1 finding is", "2 findings are".
func are(n int, noun string) string {
	if n == 1 {
		return view.Count(n, noun) + " is"
	}
	return view.Count(n, noun) + " are"
}
