// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom"
)

// schema1 is the version before [SchemaVersion]. It is frozen, see schema/report-1.schema.json,
// and still read because signed statements have it.
const schema1 = "1"

// reportV1 is a report in the form of schema 1.
type reportV1 struct {
	SchemaVersion string         `json:"schemaVersion"`
	Tool          Tool           `json:"tool"`
	Denylist      Denylist       `json:"denylist"`
	Bid           *Bid           `json:"bid,omitempty"`
	Options       Options        `json:"options"`
	Verdict       match.Verdict  `json:"verdict"`
	Documents     []documentV1   `json:"documents"`
	Coverage      match.Coverage `json:"coverage"`
}

// documentV1 is a document in the form of schema 1: without complete, gaps and notices.
type documentV1 struct {
	Path         string         `json:"path"`
	SHA256       string         `json:"sha256"`
	Bytes        int64          `json:"bytes"`
	Container    *Container     `json:"container,omitempty"`
	Format       string         `json:"format"`
	SpecVersion  string         `json:"specVersion"`
	Encoding     string         `json:"encoding"`
	Verdict      match.Verdict  `json:"verdict"`
	Error        *Error         `json:"error"`
	Warnings     []sbom.Warning `json:"warnings"`
	Coverage     match.Coverage `json:"coverage"`
	Findings     []Finding      `json:"findings"`
	Observations []Finding      `json:"observations"`
}

// toSchema1 returns the report as schema 1.
func toSchema1(r *Report) *reportV1 {
	out := &reportV1{SchemaVersion: r.SchemaVersion, Tool: r.Tool, Denylist: r.Denylist, Bid: r.Bid, Options: r.Options,
		Verdict: r.Verdict, Documents: []documentV1{}, Coverage: r.Coverage}
	for i := range r.Documents {
		d := &r.Documents[i]
		out.Documents = append(out.Documents, documentV1{d.Path, d.SHA256, d.Bytes, d.Container, d.Format, d.SpecVersion, d.Encoding,
			d.Verdict, d.Error, d.Warnings, d.Coverage, d.Findings, d.Observations})
	}
	return out
}

// report returns the report as schema 2. A document is complete if it has no error. Its gaps are
// those that schema 1 shows: it does not record that a document lists no parts, or notices.
func (r *reportV1) report() *Report {
	out := &Report{SchemaVersion: r.SchemaVersion, Tool: r.Tool, Denylist: r.Denylist, Bid: r.Bid, Options: r.Options,
		Verdict: r.Verdict, Documents: []Document{}, Coverage: r.Coverage}
	for i := range r.Documents {
		d := &r.Documents[i]
		out.Documents = append(out.Documents, Document{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes, Container: d.Container, Format: d.Format,
			SpecVersion: d.SpecVersion, Encoding: d.Encoding, Verdict: d.Verdict, Complete: d.Error == nil, Error: d.Error, Gaps: d.gaps(),
			Notices: []sbom.Warning{}, Warnings: d.Warnings, Coverage: d.Coverage, Findings: d.Findings, Observations: d.Observations})
	}
	return out
}

// gaps returns the gaps that schema 1 shows by other members.
func (d *documentV1) gaps() []match.Gap {
	gaps := []match.Gap{}
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
	c := &d.Coverage
	add(d.Error != nil, match.GapIncomplete, 0)
	add(c.Malformed > 0, match.GapMalformed, c.Malformed)
	add(links > 0, match.GapLinks, links)
	add(d.Error == nil && c.Components == 0, match.GapNothing, 0)
	// Any other inconclusive document is so because of [match.Options].RequireIdentity.
	add(len(gaps) == 0 && d.Verdict == match.Inconclusive, match.GapIdentity, c.Unidentified)
	return gaps
}
