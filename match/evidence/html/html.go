// SPDX-License-Identifier: Apache-2.0

// Package html writes a report as one page for people. Its first screen, and its first sheet on
// paper, is the answer: the verdict with the vendor, the part and whom the texts bind, a matrix of
// parts and jurisdictions, and what to ask the bidder. Then come the findings, and an annex with
// evidence, texts, observations and documents.
//
// The page loads nothing from other addresses, has a light and a dark form, can be used with a
// keyboard and a screen reader and without JavaScript, and prints on A4 with page numbers.
//
//	err := html.Write(file, report, nil)
//
// Text from documents cannot become markup or code: it is escaped, and the Content Security Policy
// of the page allows one script, by its digest, and no connections. The page is bounded: it lists
// at most 1,000 groups of findings, parts, observations, gaps and documents each, and says what is
// only in the JSON record.
package html

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/page"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
	"github.com/clause76/clause76/vendors"
)

var (
	//go:embed page.escaped.html
	escapedPage string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// The templates are page.html, annex.html and letter.html. html/template finds out in a test how the
// values in them have to be escaped, and writes that to page.escaped.html and letter.escaped.html.

//go:generate go test -run ^TestEscaped$ . -update

var pageTemplate = sync.OnceValue(func() *page.Template { return parsed(escapedPage, pageFuncs) })

// parsed returns templates of this package.
func parsed(escaped string, funcs page.Funcs) *page.Template {
	t, err := page.Parse(escaped, funcs)
	if err != nil {
		panic("html: internal error: " + err.Error())
	}
	return t
}

var pageFuncs = page.Funcs{
	"whole": (*evidence.Report).Whole, "component": component, "own": func(c match.Component) bool { return c.OwnPURL() }, "place": place, "plural": view.Count,
	"companions": view.CompanionNotice, "quoted": quoted, "line": line, "rule": view.RuleWords, "claim": func(a vendors.Attribution) string { return view.ClaimWords(&a.Claim) },
	"certainty": view.TierWords, "identified": func(f *evidence.Finding) string { return view.IdentifiedBy(&f.Finding) }, "force": view.ForceWords, "binds": binds, "kind": view.KindOfText,
	"addressed": func(c *match.Citation) string { return view.Addressed(nil, c) }, "depth": view.DepthWords, "basis": basis, "limits": func(c *denylist.Citation) []string { return view.Limits(c) }, "format": view.FormatName,
	"fullname": view.FullName, "shortname": func(c *match.Citation) string { return view.TextName(c.Citation, 90) }, "asks": asks, "tally": tallyWords, "versionlabel": view.VersionLabel, "versionnotes": view.VersionNotes, "result": func(d *decision) string { return d.Result() },
	"firstGaps":        (*pageData).FirstGaps,
	"moreGaps":         (*pageData).MoreGaps,
	"listedGaps":       (*pageData).ListedGaps,
	"cutGaps":          (*pageData).CutGaps,
	"firstNotices":     (*pageData).FirstNotices,
	"moreNotices":      (*pageData).MoreNotices,
	"listedNotices":    (*pageData).ListedNotices,
	"cutNotices":       (*pageData).CutNotices,
	"listedCompanions": (*pageData).ListedCompanions,
	"cutCompanions":    (*pageData).CutCompanions,
	"cutFiles":         (*pageData).CutFiles,
	"askedNext":        (*pageData).AskedNext,
	"unknown":          (*pageData).Unknown,
	"facts":            (*pageData).Facts,
	"warned":           (*pageData).Warned,
	"noText":           (*pageData).NoText,
	"told":             (*pageData).Told,
}

// Options set the form of the page. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the page. The same report gives the same bytes.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	sum := sha256.Sum256([]byte(script))
	v := newPageData(r)
	v.Style, v.Script = page.Raw(style), page.Raw(script)
	v.CSP = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if err := pageTemplate().Execute(w, "page", v); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}

func component(c match.Component) string {
	if view.PartName(&c) == "" && c.Version == "" {
		return "a part without a name"
	}
	return view.Component(&c)
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

// quoted returns a value of a document with invisible characters replaced, and shortened.
func quoted(s string) string {
	const most = 500
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + fmt.Sprintf("… (%d characters)", len(r))
	}
	return view.PrintableLines(s)
}

// asks returns what a text asks, in its own words, with our class for it. In a release that does
// not have these words, it is the start of the quote.
func asks(c *match.Citation) string {
	const most = 80
	class := view.ActionWords(c.Action)
	switch {
	case c.OnlyLists():
		return "it lists the vendor and asks for nothing by itself; our class: " + class
	case c.Verb != "":
		return "it asks: " + view.VerbWords(c) + "; our class: " + class
	case c.Quote != "":
		return "its words: “" + view.Cut(strings.Join(strings.Fields(c.Quote), " "), most) + "”; our class for what it asks: " + class
	}
	return "our class for what it asks: " + class
}

// basis returns how a text covers the vendor, if that is not by its name.
func basis(c *match.Citation) string {
	if c.Basis == "" || c.Basis == denylist.Named {
		return ""
	}
	return view.BasisWords(c.Basis)
}

// line returns a value of a document on one line, shortened more than by quoted: for the part of
// the page that has to fit on a sheet.
func line(s string) string {
	const most = 120
	s = view.Printable(s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}
