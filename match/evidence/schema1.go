// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"encoding/json"
	"errors"
	"io"

	strict "github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// schema1 is the version before [SchemaVersion]. It is frozen, see schema/report-1.schema.json,
// and still read because signed statements have it.
const schema1 = "1"

// The record in schema 1. Each finding repeats its texts and the context of its vendor, and a
// document has no complete, gaps and notices.
type (
	recordV1 struct {
		SchemaVersion string              `json:"schemaVersion"`
		Tool          tool                `json:"tool"`
		Denylist      Denylist            `json:"denylist"`
		Bid           *Bid                `json:"bid,omitempty"`
		Options       options             `json:"options"`
		Verdict       match.Verdict       `json:"verdict"`
		Documents     entries[documentV1] `json:"documents"`
		Coverage      match.Coverage      `json:"coverage"`
	}
	documentV1 struct {
		Path         string             `json:"path"`
		SHA256       string             `json:"sha256"`
		Bytes        int64              `json:"bytes"`
		Container    *File              `json:"container,omitempty"`
		Format       string             `json:"format"`
		SpecVersion  string             `json:"specVersion"`
		Encoding     string             `json:"encoding"`
		Verdict      match.Verdict      `json:"verdict"`
		Error        *Error             `json:"error"`
		Warnings     []sbom.Warning     `json:"warnings"`
		Coverage     *match.Coverage    `json:"coverage"`
		Findings     entries[findingV1] `json:"findings"`
		Observations entries[findingV1] `json:"observations"`
	}
	findingV1 struct {
		ID           string                `json:"id"`
		Verdict      match.Verdict         `json:"verdict,omitempty"`
		Reason       match.Reason          `json:"reason,omitempty"`
		Note         string                `json:"note"`
		Tier         vendors.Tier          `json:"tier"`
		Vendor       match.Vendor          `json:"vendor"`
		Component    match.Component       `json:"component"`
		Attributions []vendors.Attribution `json:"attributions"`
		Citations    entries[citationV1]   `json:"citations"`
		Context      []denylist.Context    `json:"context"`
	}
	citationV1 struct {
		Listing      string          `json:"listing"`
		Instrument   string          `json:"instrument"`
		Title        string          `json:"title"`
		Issuer       string          `json:"issuer"`
		Jurisdiction string          `json:"jurisdiction"`
		Force        denylist.Force  `json:"force"`
		Binding      bool            `json:"binding"`
		Addressees   string          `json:"addressees"`
		Status       string          `json:"status"`
		Clause       string          `json:"clause"`
		Action       denylist.Action `json:"action"`
		Effect       string          `json:"effect"`
		Basis        string          `json:"basis"`
		Depth        string          `json:"depth"`
		Inferred     bool            `json:"inferred"`
		Scope        *denylist.Scope `json:"scope"`
		Quote        string          `json:"quote"`
		Language     string          `json:"language"`
		Translation  string          `json:"translation,omitzero"`
		Ground       string          `json:"ground,omitzero"`
		Fact         string          `json:"fact,omitzero"`
		QuoteStart   int             `json:"quoteStart"`
		QuoteEnd     int             `json:"quoteEnd"`
		TextDigest   string          `json:"textDigest"`
		URL          string          `json:"url"`
		Note         string          `json:"note"`

		Verdict               match.Verdict `json:"verdict"`
		CappedBy              string        `json:"held"`
		VerdictIfPartsReached match.Verdict `json:"verdictIfPartsReached,omitzero"`
	}
)

func (d *documentV1) check() error {
	return errors.Join(needs(d.Coverage != nil, "its coverage"), needs(d.Verdict != match.NoVerdict || d.Path != "", "a path or a verdict"))
}
func (f *findingV1) check() error  { return needs(f.ID != "", "an id") }
func (c *citationV1) check() error { return needs(c.Listing != "", "a listing") }

// writeSchema1 writes the report as schema 1: indented by two spaces, without HTML escapes, with a
// line feed at the end.
func writeSchema1(w io.Writer, r *Report) error {
	out := recordV1{SchemaVersion: r.SchemaVersion, Tool: tool(r.Tool), Denylist: r.Denylist, Bid: r.Bid, Options: recordOptions(&r.Options),
		Verdict: r.Verdict, Documents: []documentV1{}, Coverage: r.Coverage}
	for i := range r.Documents {
		d := &r.Documents[i]
		out.Documents = append(out.Documents, documentV1{d.Path, d.SHA256, d.Bytes, d.Container, d.Format, d.SpecVersion, d.Encoding,
			d.Verdict, d.Error, append([]sbom.Warning{}, d.Warnings...), &d.Coverage, toFindingsV1(d.Findings), toFindingsV1(d.Observations)})
	}
	return writeIndented(w, out)
}

// writeIndented writes JSON indented by two spaces, without HTML escapes, with a line feed at the
// end.
func writeIndented(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func toFindingsV1(fs []Finding) []findingV1 {
	all := []findingV1{}
	for i := range fs {
		f := &fs[i]
		out := findingV1{f.ID, f.Verdict, f.Reason, f.Note, f.Tier, f.Vendor, f.Component, append([]vendors.Attribution{}, f.Attributions...),
			[]citationV1{}, append([]denylist.Context{}, withoutVendor(f.Context)...)}
		for j := range f.Citations {
			c := &f.Citations[j]
			out.Citations = append(out.Citations, citationV1{c.Listing, c.Instrument, c.Title, c.Issuer, c.Jurisdiction, c.Force, c.Binding, c.Addressees, c.Status,
				c.Clause, c.Action, c.Effect, c.Basis, c.Depth, c.Inferred, c.Scope, c.Quote, c.Language, c.Translation, c.Ground, c.Fact,
				c.QuoteStart, c.QuoteEnd, c.TextDigest, c.URL, c.Note, c.Verdict, c.CappedBy, c.VerdictIfPartsReached})
		}
		all = append(all, out)
	}
	return all
}

// parseSchema1 parses a record of schema 1. A document is complete if it has no error. Its gaps
// are those that schema 1 shows: it does not record that a document lists no parts, or notices.
func parseSchema1(record []byte) (*Report, error) {
	var v recordV1
	if err := strict.Unmarshal(record, &v, strict.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	r := &Report{SchemaVersion: v.SchemaVersion, Tool: struct{ Name, Version string }(v.Tool), Denylist: v.Denylist, Bid: v.Bid, Verdict: v.Verdict, Coverage: v.Coverage}
	var err error
	if r.Options, err = v.Options.options(); err != nil {
		return nil, err
	}
	for i := range v.Documents {
		d := &v.Documents[i]
		r.Documents = append(r.Documents, Document{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes, Container: d.Container, Format: d.Format,
			SpecVersion: d.SpecVersion, Encoding: d.Encoding, Verdict: d.Verdict, Complete: d.Error == nil, Error: d.Error, Gaps: d.gaps(),
			Warnings: d.Warnings, Coverage: *d.Coverage, Findings: fromFindingsV1(d.Findings), Observations: fromFindingsV1(d.Observations)})
	}
	return r, nil
}

func fromFindingsV1(fs []findingV1) []Finding {
	var all []Finding
	for i := range fs {
		f := &fs[i]
		out := match.Finding{Verdict: f.Verdict, Reason: f.Reason, Note: f.Note, Tier: f.Tier, Vendor: f.Vendor, Component: f.Component,
			Attributions: f.Attributions, Context: f.Context}
		for j := range out.Attributions {
			out.Attributions[j].Vendor = f.Vendor.ID // the record has it once for each finding
		}
		for j := range f.Citations {
			out.Citations = append(out.Citations, f.Citations[j].citation())
		}
		all = append(all, Finding{f.ID, out})
	}
	return all
}

func (c *citationV1) citation() match.Citation {
	return match.Citation{Verdict: c.Verdict, CappedBy: c.CappedBy, Inferred: c.Inferred, VerdictIfPartsReached: c.VerdictIfPartsReached,
		Citation: &denylist.Citation{Listing: c.Listing, Instrument: c.Instrument, Title: c.Title, Issuer: c.Issuer, Jurisdiction: c.Jurisdiction,
			Force: c.Force, Binding: c.Binding, Addressees: c.Addressees, Status: c.Status, Clause: c.Clause, Action: c.Action, Effect: c.Effect,
			Basis: c.Basis, Depth: c.Depth, Scope: c.Scope, Quote: c.Quote, Language: c.Language, Translation: c.Translation, Ground: c.Ground,
			Fact: c.Fact, QuoteStart: c.QuoteStart, QuoteEnd: c.QuoteEnd, TextDigest: c.TextDigest, URL: c.URL, Note: c.Note}}
}

// gaps returns the gaps that schema 1 shows by other members.
func (d *documentV1) gaps() []match.Gap {
	var gaps []match.Gap
	add := func(is bool, kind match.GapKind, n int) {
		if is {
			gaps = append(gaps, kind.Gap(n))
		}
	}
	links := 0
	for _, w := range d.Warnings {
		if w.Kind == sbom.WarnExternalDocument {
			links++
		}
	}
	c := d.Coverage
	add(d.Error != nil, match.GapIncomplete, 0)
	add(c.Malformed > 0, match.GapMalformed, c.Malformed)
	add(links > 0, match.GapLinks, links)
	add(d.Error == nil && c.Components == 0, match.GapNothing, 0)
	// Any other inconclusive document is so because of [match.Options].RequireIdentity.
	add(len(gaps) == 0 && d.Verdict == match.Inconclusive, match.GapIdentity, c.Unidentified)
	return gaps
}
