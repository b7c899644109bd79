// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"

	"github.com/clause76/clause76/sbom/format"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// SchemaVersion is the version of the form of the report. [ParseReport] also parses version 1.
const SchemaVersion = "2"

//go:embed schema/report-2.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the report.
func Schema() []byte { return bytes.Clone(schema) }

// A Report is the record of one screening.
type Report struct {
	SchemaVersion string        `json:"schemaVersion"`
	Tool          Tool          `json:"tool"`
	Denylist      Denylist      `json:"denylist"`
	Bid           *Bid          `json:"bid,omitempty"`
	Options       Options       `json:"options"`
	Verdict       match.Verdict `json:"verdict"`
	// Notices are facts about the whole screening that change no verdict and belong in every
	// summary, such as that the as-of day is not the day of the denylist.
	Notices   []Notice   `json:"notices,omitempty"`
	Documents []Document `json:"documents"`
	// Policy is the decision by a buyer's policy about the report; nil if there was none.
	Policy *Decision `json:"policy,omitempty"`
	// Companions are files that accompany documents and were not screened.
	Companions []Companion    `json:"companions,omitempty"`
	Coverage   match.Coverage `json:"coverage"`
}

// A Companion is a file of a kind that accompanies documents, such as a checksum file. It was not
// screened.
type Companion struct {
	Path   string `json:"path"`
	File   string `json:"file,omitempty"` // the archive that contains it, if any
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Reason string `json:"reason"` // what it is: "checksum file", "PDF document"
}

// A Notice is a fact that every summary of a record shows and that changes no verdict.
type Notice struct {
	Kind    string `json:"kind"` // "asOf"
	Message string `json:"message"`
}

// A Tool names the program that screened.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A Denylist names the release and the day that the documents were screened with.
type Denylist struct {
	Release string `json:"release"`
	Digest  string `json:"digest"`
	AsOf    string `json:"asOf"`
	// Trust is the reason for which the release was trusted: "signed", "pinned" (by its digest),
	// "own" (with a custom denylist), "unchecked"; "" for a release that is part of the program.
	Trust string `json:"trust,omitempty"`
}

// A Bid names the bidder, tender and lot of the screened documents, as the caller states them.
type Bid struct {
	Bidder string `json:"bidder"`
	Tender string `json:"tender"`
	Lot    string `json:"lot"`
}

// Options are the options that can change a result.
type Options struct {
	Jurisdictions   []string `json:"jurisdictions"`
	RequireIdentity bool     `json:"requireIdentity"`
	FailOn          string   `json:"failOn"` // a verdict, or "never"
	// Keys are the fingerprints of the keys with which the signatures of signed documents were
	// checked, see [Fingerprints]; sorted.
	Keys []string `json:"keys,omitempty"`
}

// A Document is one screened document, or one that could not be read.
type Document struct {
	Path string `json:"path"`
	// SHA256 is of the document's bytes; for a directory tree, of the output of sha256sum
	// for its files in order of their paths, see [github.com/clause76/clause76/firmware.FSOptions].
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// Container is the file that contains the document, if it is not a file itself.
	// Offsets then count from the start of the document, not of the container.
	Container   *Container    `json:"container,omitempty"`
	Format      string        `json:"format"`
	SpecVersion string        `json:"specVersion"`
	Encoding    string        `json:"encoding"`
	Verdict     match.Verdict `json:"verdict"`
	// Complete means that the document was read to its end. If it was not, Error says why, and
	// findings, observations and coverage are of the part that was read.
	Complete bool   `json:"complete"`
	Error    *Error `json:"error"`
	// Gaps are what was not screened of the document.
	Gaps []match.Gap `json:"gaps"`
	// Notices are statements of the document about itself that change no verdict and belong in
	// every summary, such as that it is incomplete.
	Notices      []sbom.Warning `json:"notices"`
	Warnings     []sbom.Warning `json:"warnings"`
	Coverage     match.Coverage `json:"coverage"`
	Findings     []Finding      `json:"findings"`
	Observations []Finding      `json:"observations"`
	// Unlisted counts further findings and observations that are not listed because there are
	// too many; nil if all are listed. Complete is then false.
	Unlisted *match.Unlisted `json:"unlisted,omitempty"`
}

// A Finding is a finding or an observation of a report with its id, which is the same for the
// same finding on the same bytes.
type Finding struct {
	ID string `json:"id"`
	match.Finding
}

// A Container is a file that contains documents, such as an archive.
type Container struct {
	Path   string   `json:"path"`
	SHA256 string   `json:"sha256"`
	Bytes  int64    `json:"bytes"`
	Layers []string `json:"layers"` // the archive, compression and envelope formats around the document, outermost first
}

// An Error is the reason for which a document could not be read to its end.
type Error struct {
	Kind     string           `json:"kind"`
	Message  string           `json:"message"`
	Location vendors.Location `json:"location"`
}

// New returns an empty report of a screening with m. The program fails on failOn and more severe
// verdicts; [match.NoVerdict] means never.
func New(m *match.Matcher, tool string, failOn match.Verdict) *Report {
	o := m.Options()
	js := o.Jurisdictions
	if js == nil {
		js = []string{}
	}
	return &Report{
		SchemaVersion: SchemaVersion,
		Tool:          Tool{Name: tool, Version: version()},
		Denylist:      Denylist{m.Release().Name(), m.Release().Digest(), string(o.AsOf), trust(m.Release())},
		Options:       Options{Jurisdictions: js, RequireIdentity: o.RequireIdentity, FailOn: failOnWord(failOn)},
		Verdict:       match.Inconclusive,
		Notices:       notices(m.Release(), o.AsOf),
		Documents:     []Document{},
	}
}

// notices returns a notice if the as-of day is not the day of the release.
func notices(r *denylist.Release, asOf vendors.Date) []Notice {
	cut := string(r.Date())
	what := fmt.Sprintf("the denylist %s was cut on %s, and the day judged by, %s, ", r.Name(), cut, asOf)
	switch {
	case cut == "" || asOf == r.Date():
		return nil
	case asOf > r.Date():
		what += "lies after it: texts that came, changed or ended since are not in it"
	default:
		what += "lies before it: it has what was known when it was cut, and texts count as they were in force on the day judged by"
	}
	return []Notice{{"asOf", what}}
}

// trust returns the word for the reason for which a release was trusted.
func trust(r *denylist.Release) string {
	switch k := r.Trust(); k {
	case denylist.Embedded:
		return ""
	case denylist.Unchecked:
		return "unchecked"
	default:
		return string(k)
	}
}

// version is the version of this module in the running program.
func version() string {
	const path = "github.com/clause76/clause76"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	mods := append([]*debug.Module{&info.Main}, info.Deps...)
	for _, m := range mods {
		if m.Path == path && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}

// A Source is where a document's bytes came from.
type Source struct {
	Path   string
	SHA256 string // lower-case hexadecimal; "" if the bytes could not be read
	Bytes  int64
}

// Screened returns the record of a document that was screened.
func Screened(src Source, r *match.Result) Document {
	d := document(src, r.Header)
	d.Verdict, d.Complete = r.Verdict, r.Coverage.Complete
	d.Coverage = r.Coverage
	d.Gaps = append(d.Gaps, r.Gaps...)
	for _, f := range r.Findings {
		d.Findings = append(d.Findings, finding(src, f))
	}
	for _, f := range r.Observations {
		d.Observations = append(d.Observations, finding(src, f))
	}
	if u := r.Unlisted; u.Any() {
		d.Unlisted = &u
	}
	return d
}

// Failed returns the record of a document that could not be read to its end. If err is or wraps a
// [match.IncompleteError], the record has what was found up to that point. Otherwise nothing was
// found, and h describes the document. The verdict is inconclusive, or that of the most severe
// finding.
func Failed(src Source, h sbom.Header, err error) Document {
	r := &match.Result{Header: h}
	if partial := (*match.IncompleteError)(nil); errors.As(err, &partial) && partial.Result != nil {
		r, err = partial.Result, partial.Err
	}
	d := Screened(src, r)
	at := vendors.Location{}
	if e := (*sbom.Error)(nil); errors.As(err, &e) {
		at = vendors.Location{Pointer: e.Pointer, Offset: e.Offset}
	}
	d.Fail(Error{Kind: format.ErrorKind(err), Message: err.Error(), Location: at})
	return d
}

// Fail marks the document as not read to its end, or as not the expected one. Its findings stay.
func (d *Document) Fail(e Error) {
	d.Error, d.Complete, d.Coverage.Complete = &e, false, false
	if !slices.ContainsFunc(d.Gaps, func(g match.Gap) bool { return g.Kind == match.GapIncomplete }) {
		d.Gaps = slices.Insert(d.Gaps, 0, match.GapIncomplete.Gap(0))
	}
	d.Verdict = max(d.Verdict, match.Inconclusive)
}

// TooManyFindings reports whether the document's only error is that not all findings are listed:
// it was read to its end.
func (d *Document) TooManyFindings() bool {
	return d.Unlisted != nil && d.Error != nil && d.Error.Message == d.Unlisted.Err().Error()
}

// document returns the record of a document without its results. Lists are empty and not nil,
// so that the record has arrays.
func document(src Source, h sbom.Header) Document {
	return Document{
		Path: src.Path, SHA256: src.SHA256, Bytes: src.Bytes,
		Format: h.Format, SpecVersion: h.SpecVersion, Encoding: h.Encoding,
		Gaps: []match.Gap{}, Findings: []Finding{}, Observations: []Finding{},
		Notices: append([]sbom.Warning{}, h.Notices...), Warnings: append([]sbom.Warning{}, h.Warnings...),
	}
}

// finding returns the record of a finding. Its lists are empty and not nil, so that the record
// has arrays, and the entries of the context do not repeat the vendor.
func finding(src Source, f match.Finding) Finding {
	out := Finding{ID: id(src, f), Finding: f}
	out.Attributions = append([]vendors.Attribution{}, f.Attributions...)
	out.Citations = append([]match.Citation{}, f.Citations...)
	out.Context = append([]denylist.Context{}, f.Context...)
	for i := range out.Context {
		out.Context[i].Vendor = ""
	}
	return out
}

// id returns the first 16 hexadecimal digits of a SHA-256 over what identifies the finding.
func id(src Source, f match.Finding) string {
	h := sha256.New()
	for _, s := range []string{src.SHA256, string(f.Vendor.ID), f.Verdict.String(), string(f.Reason), f.Component.Ref, f.Component.Location.Pointer} {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Whole reports whether a document of the report was read to its end. A report of schema 1
// shows that only by the absence of an error.
func (r *Report) Whole(d *Document) bool {
	return d.Error == nil && (d.Complete || r.SchemaVersion == "" || r.SchemaVersion == schema1)
}

// Finish adds the documents and companions, sorts both by path, and computes the verdict and the
// coverage of the report. A report without documents, or without components in any, is at
// least inconclusive, because nothing was screened.
func (r *Report) Finish(docs []Document, companions []Companion) {
	r.Companions = append(r.Companions, companions...)
	slices.SortStableFunc(r.Companions, func(a, b Companion) int { return cmp.Compare(a.Path, b.Path) })
	r.Documents = append(r.Documents, docs...)
	slices.SortStableFunc(r.Documents, func(a, b Document) int { return cmp.Compare(a.Path, b.Path) })
	verdict := match.Clear
	total := match.Coverage{Complete: len(r.Documents) > 0}
	for _, d := range r.Documents {
		verdict = max(verdict, cmp.Or(d.Verdict, match.Inconclusive)) // a document without a verdict was not screened
		total.Add(d.Coverage)
	}
	if total.Components == 0 {
		verdict = max(verdict, match.Inconclusive)
	}
	r.Verdict, r.Coverage = verdict, total
}

// WriteJSON writes the canonical report: indented by two spaces, without HTML escapes, with
// a line feed at the end. A report that was read as schema 1 is written as schema 1.
func (r *Report) WriteJSON(w io.Writer) error {
	var v any = r
	if r.SchemaVersion == schema1 {
		v = toSchema1(r)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
