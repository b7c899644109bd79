// SPDX-License-Identifier: Apache-2.0

// Package html writes a report as one page for people. The page loads nothing from other
// addresses, has a light and a dark form, can be used with a keyboard and a screen reader, and
// prints on A4 with page numbers.
//
//	err := html.Write(file, report, nil)
//
// Text from documents cannot become markup or code: it is escaped, and the Content Security Policy
// of the page allows one script, by its digest, and no connections.
package html

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

//go:embed page.html
var page string

//go:embed page.css
var style string

//go:embed page.js
var script string

var tmpl = template.Must(template.New("page").Funcs(template.FuncMap{
	"whole": (*evidence.Report).Whole, "component": component, "own": func(c match.Component) bool { return c.OwnPURL() }, "place": place, "plural": view.Count, "companions": view.CompanionNotice, "width": width, "short": short, "quoted": quoted,
}).Parse(page))

// Options set the form of the page. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the page. The same report gives the same bytes.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	v := newPageData(r)
	out := bufio.NewWriter(w)
	if err := tmpl.Execute(out, v); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return out.Flush()
}

// A pageData is what the template shows.
type pageData struct {
	*evidence.Report
	Style    template.CSS
	Script   template.JS
	Policy   string
	Words    words
	Gaps     []gap // of all documents
	Unread   int   // documents that were not read to their end
	Notices  []notice
	Texts    []*text
	Found    []document
	Seen     []document // observations
	Vendors  []bar
	Places   []bar
	Covered  []segment
	Findings int
	Observed int
	Kinds    []match.Verdict // of findings, which the reader can show or hide
	Context  []note
	context  map[string]bool
	texts    map[string]int
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

// A document is a document with its findings or observations.
type document struct {
	*evidence.Document
	Cut   bool // not read to its end
	Items []item
}

// An item is a finding with the numbers of the texts that it cites.
type item struct {
	*evidence.Finding
	Cites []cite
}

type cite struct {
	*match.Citation
	Number int
}

// A text is a cited official text. The page shows each once.
type text struct {
	*match.Citation
	Number int
	Names  []string // of the vendors that it is cited for
}

// A note is later history or counter-evidence about a vendor.
type note struct {
	Vendor string
	denylist.Context
}

// words explain a verdict to a buyer.
type words struct{ Headline, Meaning string }

var verdicts = map[match.Verdict]words{
	match.Ban:          {"An official text asks to ban the vendor of a part in these files", "At least one part was attributed to that vendor. Whether the text is binding, and for whom, is stated with its words below. What follows from it is for the person in charge to decide."},
	match.Exclude:      {"An official text asks to exclude the vendor of a part in these files", "At least one part was attributed to that vendor. Whether the text is binding, and for whom, is stated with its words below. What follows from it is for the person in charge to decide."},
	match.Review:       {"A person has to review this", "A part in these files may come from a vendor that an official text concerns. It is open whether the part comes from that vendor, or whether the text applies."},
	match.Inconclusive: {"Nothing was found, but not everything could be screened", "What was not screened may contain parts of any vendor. Check it before you rely on this result."},
	match.Clear:        {"Nothing was found in what was screened", "Every document was read to its end. The vendor of parts without vendor information is unknown: they are not clear of any vendor."},
}

// A bar is a bar of a chart.
type bar struct {
	Name    string
	Count   int
	Width   float64 // percent of the longest
	Verdict match.Verdict
}

// A segment is a segment of the chart of coverage.
type segment struct {
	Class, Name string
	Count       int
	X, Width    float64
}

func newPageData(r *evidence.Report) *pageData {
	sum := sha256.Sum256([]byte(script))
	v := &pageData{
		Report: r, Style: template.CSS(style), Script: template.JS(script),
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Words:  verdicts[r.Verdict], Kinds: []match.Verdict{match.Ban, match.Exclude, match.Review}, texts: make(map[string]int), context: make(map[string]bool),
	}
	vendors, places := make(map[string]*bar), make(map[string]*bar)
	for i := range r.Documents {
		d := &r.Documents[i]
		v.gaps(d)
		for _, n := range d.Notices {
			v.Notices = append(v.Notices, notice{d.Path, n})
		}
		found, seen := document{Document: d, Cut: !r.Whole(d)}, document{Document: d}
		for j := range d.Findings {
			f := &d.Findings[j]
			found.Items = append(found.Items, v.item(f))
			count(vendors, f.Vendor.Name, f.Verdict)
			for _, place := range jurisdictions(f) {
				count(places, place.name, place.verdict)
			}
		}
		for j := range d.Observations {
			seen.Items = append(seen.Items, v.item(&d.Observations[j]))
		}
		v.Findings += len(found.Items)
		v.Observed += len(seen.Items)
		if len(found.Items) > 0 {
			v.Found = append(v.Found, found)
		}
		if len(seen.Items) > 0 {
			v.Seen = append(v.Seen, seen)
		}
	}
	for _, g := range r.GapsOf(nil) {
		v.Gaps = append(v.Gaps, gap{view.Gap{Gap: g}, 0})
	}
	v.Vendors, v.Places = bars(vendors), bars(places)
	v.Covered = segments(&r.Coverage)
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

// item returns a finding with its cited texts, and adds new texts and notes to the page.
func (v *pageData) item(f *evidence.Finding) item {
	it := item{Finding: f}
	for i := range f.Citations {
		c := &f.Citations[i]
		key := cmp.Or(c.Listing, c.Instrument+" "+c.Clause)
		n, ok := v.texts[key]
		if !ok {
			n = len(v.Texts) + 1
			v.texts[key] = n
			v.Texts = append(v.Texts, &text{Citation: c, Number: n})
		}
		if t := v.Texts[n-1]; !slices.Contains(t.Names, f.Vendor.Name) {
			t.Names = append(t.Names, f.Vendor.Name)
		}
		it.Cites = append(it.Cites, cite{c, n})
	}
	for _, x := range f.Context {
		if key := string(f.Vendor.ID) + " " + x.ID; !v.context[key] {
			v.context[key] = true
			v.Context = append(v.Context, note{f.Vendor.Name, x})
		}
	}
	return it
}

// jurisdictions returns the jurisdictions of the texts that a finding cites.
func jurisdictions(f *evidence.Finding) []jurisdiction {
	worst := make(map[string]match.Verdict)
	for _, c := range f.Citations {
		if c.Verdict != match.NoVerdict {
			worst[c.Jurisdiction] = max(worst[c.Jurisdiction], c.Verdict)
		}
	}
	var all []jurisdiction
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		all = append(all, jurisdiction{name, worst[name]})
	}
	return all
}

// A jurisdiction has texts that a finding cites, with the most severe verdict of these texts.
type jurisdiction struct {
	name    string
	verdict match.Verdict
}

func count(bars map[string]*bar, name string, verdict match.Verdict) {
	b := bars[name]
	if b == nil {
		b = &bar{Name: name}
		bars[name] = b
	}
	b.Count++
	b.Verdict = max(b.Verdict, verdict)
}

// bars returns the bars of a chart, longest first.
func bars(m map[string]*bar) []bar {
	var all []bar
	most := 1
	for _, b := range m {
		all = append(all, *b)
		most = max(most, b.Count)
	}
	for i := range all {
		all[i].Width = 100 * float64(all[i].Count) / float64(most)
	}
	slices.SortFunc(all, func(a, b bar) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
	return all
}

// segments returns the chart of coverage.
func segments(c *match.Coverage) []segment {
	total := float64(max(1, c.Identified+c.Unidentified+c.Malformed))
	all := []segment{
		{Class: "known", Name: "identify their vendor", Count: c.Identified},
		{Class: "unknown", Name: "do not", Count: c.Unidentified},
		{Class: "unread", Name: "could not be read", Count: c.Malformed},
	}
	x := 0.0
	for i := range all {
		all[i].X, all[i].Width = x, 100*float64(all[i].Count)/total
		x += all[i].Width
	}
	return all
}

func component(c match.Component) string {
	return cmp.Or(view.Component(&c), "a part without a name")
}

func place(l vendors.Location) string {
	switch {
	case l.Pointer == "":
		return "the document"
	case l.Offset < 0:
		return l.Pointer
	}
	return fmt.Sprintf("%s, byte %d", l.Pointer, l.Offset)
}

// width returns a number for an attribute in SVG.
func width(f float64) string { return fmt.Sprintf("%.2f", f) }

func short(id string) string { return id[:min(8, len(id))] }

// quoted returns a value of a document with invisible characters replaced, and shortened.
func quoted(s string) string {
	const most = 500
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + fmt.Sprintf("… (%d characters)", len(r))
	}
	return view.PrintableLines(s)
}
