// SPDX-License-Identifier: Apache-2.0

// Package sarif writes a report in the Static Analysis Results Interchange Format (OASIS,
// SARIF 2.1.0), which code hosting services display next to the code.
//
//	err := sarif.Write(file, report, nil)
//
// Each cited text is a rule. Each finding is a result of the rule of its most severe text, with the
// other texts as properties: ban is an error, exclude a warning, and review a result of the
// kind "review". Each gap is a notification, its document has a result of the kind "open", and
// the run is not successful. Services show every result as an alert, so a document without a
// finding or gap has no result: it is only listed among the artifacts. Notices and companion files
// are notifications of the level "note". The fingerprint of a result is the id of the finding.
//
// Services accept only some thousand results of a run, so this view does not replace the record.
// The types are our own, because the library for the format links an HTTP client, with which it
// fetches the schema to validate its output.
package sarif

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Schema is the address of the schema of the format, as in the specification.
const Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// Rules other than those of texts.
const (
	ruleFinding     = "clause76/finding" // without a text
	ruleNotScreened = "clause76/not-screened"
)

type log struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []run  `json:"runs"`
}

type run struct {
	Tool        tool         `json:"tool"`
	Invocations []invocation `json:"invocations"`
	Artifacts   []artifact   `json:"artifacts"`
	Results     []result     `json:"results"`
	ColumnKind  string       `json:"columnKind"`
	Properties  any          `json:"properties"`
}

type tool struct {
	Driver driver `json:"driver"`
}

type driver struct {
	Name           string `json:"name"`
	Version        string `json:"version"`
	InformationURI string `json:"informationUri"`
	Rules          []rule `json:"rules"`
}

type rule struct {
	ID               string         `json:"id"`
	ShortDescription text           `json:"shortDescription"`
	FullDescription  text           `json:"fullDescription"`
	HelpURI          string         `json:"helpUri,omitempty"`
	Properties       map[string]any `json:"properties,omitempty"`
}

type text struct {
	Text string `json:"text"`
}

type invocation struct {
	ExecutionSuccessful bool           `json:"executionSuccessful"`
	Notifications       []notification `json:"toolExecutionNotifications,omitempty"`
}

type notification struct {
	Level     string     `json:"level"`
	Message   text       `json:"message"`
	Locations []location `json:"locations,omitempty"`
}

type artifact struct {
	Location artifactLocation  `json:"location"`
	Hashes   map[string]string `json:"hashes,omitempty"`
	Length   int64             `json:"length"`
}

type artifactLocation struct {
	URI   string `json:"uri"`
	Index *int   `json:"index,omitempty"`
}

type result struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Message      text              `json:"message"`
	Locations    []location        `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Properties   map[string]any    `json:"properties,omitempty"`
}

type location struct {
	Physical physical  `json:"physicalLocation"`
	Logical  []logical `json:"logicalLocations,omitempty"`
}

type physical struct {
	Artifact artifactLocation `json:"artifactLocation"`
	Region   *region          `json:"region,omitempty"`
}

type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
}

type logical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

// Options set the form of the report. A nil *Options means defaults.
type Options struct {
	// Open opens the file with a path of the report, see
	// [github.com/clause76/clause76/match/screen.UnescapePath]. If it is set, findings in text files have a line
	// and a column. Findings in a file that cannot be opened, or has changed since it was screened,
	// have none. Without it no finding has a line, because the record counts bytes.
	Open func(path string) (io.ReadCloser, error)
}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if opts == nil {
		opts = &Options{}
	}
	x := &writer{r: r, open: opts.Open, rules: make(map[string]int), artifacts: []artifact{}, results: []result{}}
	x.rule(rule{ID: ruleNotScreened, ShortDescription: text{"Could not be screened"}, FullDescription: text{"The document, or a part of it, could not be screened: it may contain parts of any vendor."}})
	for _, n := range r.Notices {
		x.notes = append(x.notes, notification{Level: "note", Message: printable(n.Message)})
	}
	if r.Policy != nil {
		x.notes = append(x.notes, notification{Level: "note", Message: printable(r.Policy.Result())})
	}
	for _, g := range r.GapsOf(nil) {
		x.notes = append(x.notes, notification{Level: "error", Message: printable("Not screened: " + g.Message)})
	}
	for i := range r.Documents {
		x.document(&r.Documents[i])
	}
	for _, c := range r.Companions {
		at := x.artifact(c.Path, c.SHA256, c.Bytes)
		x.notes = append(x.notes, notification{"note", printable("Companion file, not screened: " + c.Reason), []location{{Physical: physical{Artifact: at}}}})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(log{Schema: Schema, Version: "2.1.0", Runs: []run{{
		Tool:        tool{driver{r.Tool.Name, r.Tool.Version, "https://github.com/clause76/clause76", x.list}},
		Invocations: []invocation{{len(view.Gaps(r)) == 0, x.notes}}, Artifacts: x.artifacts, Results: x.results, ColumnKind: "unicodeCodePoints",
		Properties: map[string]any{"denylist": r.Denylist, "verdict": r.Verdict, "coverage": r.Coverage},
	}}})
}

// printable returns a message without characters that control the program that shows it.
func printable(s string) text { return text{view.Printable(s)} }

type writer struct {
	r         *evidence.Report
	open      func(path string) (io.ReadCloser, error)
	rules     map[string]int
	list      []rule
	notes     []notification
	artifacts []artifact
	results   []result
}

// rule adds a rule, unless it is known, and returns its index.
func (x *writer) rule(r rule) int {
	if i, ok := x.rules[r.ID]; ok {
		return i
	}
	x.rules[r.ID] = len(x.list)
	x.list = append(x.list, r)
	return len(x.list) - 1
}

// uri returns a path as a relative reference. If the first segment has a colon, it starts with
// "./", because it would be a scheme without.
func uri(path string) string {
	return (&url.URL{Path: strings.TrimPrefix(path, "./")}).String()
}

// artifact adds a file and returns its location.
func (x *writer) artifact(path, sha256 string, bytes int64) artifactLocation {
	i := len(x.artifacts)
	a := artifact{Location: artifactLocation{URI: uri(path)}, Length: bytes}
	if sha256 != "" {
		a.Hashes = map[string]string{"sha-256": sha256}
	}
	x.artifacts = append(x.artifacts, a)
	return artifactLocation{URI: a.Location.URI, Index: &i}
}

// document adds the results and notifications of a document.
func (x *writer) document(d *evidence.Document) {
	at := x.artifact(d.Path, d.SHA256, d.Bytes)
	whole := []location{{Physical: physical{Artifact: at}}}
	var gaps []string
	for _, g := range x.r.GapsOf(d) {
		level := "warning"
		if g.Kind == match.GapIncomplete || d.Coverage.Components == 0 {
			level = "error"
		}
		x.notes = append(x.notes, notification{level, printable("Not screened: " + g.Message), whole})
		gaps = append(gaps, g.Message)
	}
	if len(gaps) > 0 {
		message := "Not all of the document was screened: " + strings.Join(gaps, "; ")
		if !x.r.Whole(d) && len(d.Findings) > 0 {
			message += ". The findings are what was found before that."
		}
		id := map[string]string{"clause76/document/v1": d.SHA256}
		x.results = append(x.results, result{ruleNotScreened, x.rules[ruleNotScreened], "open", "none", printable(message), whole, id, nil})
	}
	for _, n := range d.Notices {
		x.notes = append(x.notes, notification{"note", printable(n.Message), whole})
	}
	lines := x.lines(d)
	for j := range d.Findings {
		x.finding(at, &d.Findings[j], lines)
	}
}

// levels are the kinds and levels of results by verdict.
var levels = map[match.Verdict][2]string{match.Ban: {"fail", "error"}, match.Exclude: {"fail", "warning"}, match.Review: {"review", "none"}}

// finding adds the result of a finding, and the rules of its texts.
func (x *writer) finding(at artifactLocation, f *evidence.Finding, lines map[int64]region) {
	ruleID, n := "", 0
	var texts []string
	for i := range f.Citations {
		c := &f.Citations[i]
		k := x.rule(rule{
			ID: c.Listing, ShortDescription: text{c.Title}, FullDescription: text{c.Quote}, HelpURI: c.URL,
			Properties: map[string]any{"jurisdiction": c.Jurisdiction, "force": c.Force, "binding": c.Binding, "clause": c.Clause, "action": c.Action, "effect": c.Effect, "language": c.Language},
		})
		if c.Verdict == f.Verdict && ruleID == "" {
			ruleID, n = c.Listing, k
		}
		texts = append(texts, c.Listing)
	}
	if ruleID == "" {
		ruleID = ruleFinding
		n = x.rule(rule{ID: ruleFinding, ShortDescription: text{"A finding"}, FullDescription: text{"A part is attributed to a vendor; the record has no text for it."}})
	}
	level, ok := levels[f.Verdict]
	if !ok {
		level = [2]string{"review", "none"}
	}
	message := fmt.Sprintf("%s %s is attributed to %s (%s). A finding is for a person to decide on.", strings.TrimSpace(f.Component.Group+" "+f.Component.Name), f.Component.Version, f.Vendor.Name, f.Tier)
	where := location{Physical: physical{Artifact: at}}
	if p := f.Component.Location.Pointer; p != "" {
		where.Logical = []logical{{view.Printable(p)}}
	}
	if r, ok := lines[f.Component.Location.Offset]; ok {
		where.Physical.Region = &r
	}
	x.results = append(x.results, result{
		RuleID: ruleID, RuleIndex: n, Kind: level[0], Level: level[1], Message: printable(message), Locations: []location{where},
		Fingerprints: map[string]string{"clause76/finding/v1": f.ID},
		Properties: map[string]any{"verdict": f.Verdict, "vendor": f.Vendor.ID, "tier": f.Tier, "purl": view.Printable(f.Component.CanonicalPURL),
			"texts": texts, "note": view.Printable(f.Note), "byteOffset": f.Component.Location.Offset},
	})
}

// longest is the size of the longest file that is read again for its lines.
const longest = 256 << 20

// lines returns the lines and columns of a document's findings, by their offsets. There are none
// unless the document is a text file in UTF-8 that can be opened and is unchanged.
func (x *writer) lines(d *evidence.Document) map[int64]region {
	if x.open == nil || d.Container != nil || d.Encoding == "files" || len(d.Findings) == 0 || d.Bytes > longest {
		return nil
	}
	data := x.unchangedText(d)
	var offsets []int64
	for i := range d.Findings {
		if o := d.Findings[i].Component.Location.Offset; o >= 0 && o < int64(len(data)) {
			offsets = append(offsets, o)
		}
	}
	slices.Sort(offsets)
	all := make(map[int64]region)
	line, start, from := 1, 0, 0
	for _, o := range offsets {
		for i, b := range data[from:o] {
			if b == '\n' {
				line, start = line+1, from+i+1
			}
		}
		from = int(o)
		all[o] = region{line, utf8.RuneCount(data[start:o]) + 1}
	}
	return all
}

// unchangedText returns the content of a document's file, or nil if the file cannot be read, has
// changed since it was screened, or is not text in UTF-8.
func (x *writer) unchangedText(d *evidence.Document) []byte {
	f, err := x.open(d.Path)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, longest+1))
	if sum := sha256.Sum256(data); err != nil || hex.EncodeToString(sum[:]) != d.SHA256 || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	return data
}
