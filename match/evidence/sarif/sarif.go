// SPDX-License-Identifier: Apache-2.0

// Package sarif writes a report in the Static Analysis Results Interchange Format (OASIS,
// SARIF 2.1.0), which code hosts show beside the code.
//
// Each text that is cited is a rule; each finding is a result of the rule of its strongest
// text, with all others as properties. ban is an error, exclude a warning and review a
// result of the kind "review". A document without a finding is a result of the kind "pass",
// and one that could not be screened in whole of the kind "open", besides a notification if
// it is an error. The fingerprint of a result is the id of the finding, which is the same for the same finding
// on the same bytes.
//
// It is a view of the record, and no full one: hosts keep some thousand results of a run.
// The types are our own, for the library of the format links an HTTP client, and writes
// what it then fetches a schema to check.
package sarif

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/clause76/clause76/match/evidence"
)

// Schema is the address of the format's schema, as the specification has it.
const Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// Rules of documents, apart from those of texts.
const (
	ruleScreened    = "clause76/screened"
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
	ByteOffset int64 `json:"byteOffset"`
}

type logical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report) error {
	x := &writer{rules: make(map[string]int), artifacts: []artifact{}, results: []result{}}
	x.rule(rule{ID: ruleScreened, ShortDescription: text{"Read to its end, without a finding"}, FullDescription: text{"The document was read to its end, and nothing in it that says whose it is is a listed vendor's. What does not say whose it is remains unknown."}})
	x.rule(rule{ID: ruleNotScreened, ShortDescription: text{"Could not be screened"}, FullDescription: text{"The document, or a part of it, could not be screened: it can hold anything."}})
	success := len(r.Documents) > 0
	if !success {
		x.notes = append(x.notes, notification{Level: "error", Message: text{"Nothing was screened."}})
	}
	for i := range r.Documents {
		success = success && r.Documents[i].Error == nil
		x.document(i, &r.Documents[i])
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(log{Schema: Schema, Version: "2.1.0", Runs: []run{{
		Tool:        tool{driver{r.Tool.Name, r.Tool.Version, "https://github.com/clause76/clause76", x.list}},
		Invocations: []invocation{{success, x.notes}}, Artifacts: x.artifacts, Results: x.results, ColumnKind: "unicodeCodePoints",
		Properties: map[string]any{"denylist": r.Denylist, "verdict": r.Verdict, "coverage": r.Coverage},
	}}})
}

type writer struct {
	rules     map[string]int
	list      []rule
	notes     []notification
	artifacts []artifact
	results   []result
}

func (x *writer) rule(r rule) int {
	if i, ok := x.rules[r.ID]; ok {
		return i
	}
	x.rules[r.ID] = len(x.list)
	x.list = append(x.list, r)
	return len(x.list) - 1
}

// uri is a path as a relative reference.
func uri(path string) string {
	return strings.TrimPrefix((&url.URL{Path: path}).String(), "./")
}

func (x *writer) document(i int, d *evidence.Document) {
	at := artifactLocation{URI: uri(d.Path), Index: &i}
	a := artifact{Location: artifactLocation{URI: at.URI}, Length: d.Bytes}
	if d.SHA256 != "" {
		a.Hashes = map[string]string{"sha-256": d.SHA256}
	}
	x.artifacts = append(x.artifacts, a)
	whole := []location{{Physical: physical{Artifact: at}}}
	id := map[string]string{"clause76/document/v1": d.SHA256}
	switch {
	case d.Error != nil:
		x.notes = append(x.notes, notification{"error", text{d.Error.Message}, whole})
		fallthrough
	case d.Verdict == "inconclusive", d.Coverage.Malformed > 0:
		message := "Not all of the document could be screened."
		if d.Error != nil {
			message = "The document could not be screened: " + d.Error.Message
		}
		x.results = append(x.results, result{ruleNotScreened, x.rules[ruleNotScreened], "open", "none", text{message}, whole, id, nil})
	case d.Verdict == "clear":
		message := fmt.Sprintf("No finding among %d parts; %d of them do not say whose they are.", d.Coverage.Components, d.Coverage.Unidentified)
		x.results = append(x.results, result{ruleScreened, x.rules[ruleScreened], "pass", "none", text{message}, whole, id, nil})
	}
	for j := range d.Findings {
		x.finding(at, &d.Findings[j])
	}
}

var levels = map[string][2]string{"ban": {"fail", "error"}, "exclude": {"fail", "warning"}, "review": {"review", "none"}}

func (x *writer) finding(at artifactLocation, f *evidence.Finding) {
	ruleID, n := ruleScreened, 0
	var texts []string
	for i := range f.Citations {
		c := &f.Citations[i]
		k := x.rule(rule{
			ID: c.Listing, ShortDescription: text{c.Title}, FullDescription: text{c.Quote}, HelpURI: c.URL,
			Properties: map[string]any{"jurisdiction": c.Jurisdiction, "force": c.Force, "binding": c.Binding, "clause": c.Clause, "action": c.Action, "effect": c.Effect, "language": c.Language},
		})
		if c.Verdict == f.Verdict && ruleID == ruleScreened {
			ruleID, n = c.Listing, k
		}
		texts = append(texts, c.Listing)
	}
	level, ok := levels[f.Verdict]
	if !ok {
		level = [2]string{"review", "none"}
	}
	message := fmt.Sprintf("%s %s is attributed to %s (%s). A finding is for a person to decide on.", strings.TrimSpace(f.Component.Group+" "+f.Component.Name), f.Component.Version, f.Vendor.Name, f.Tier)
	where := location{Physical: physical{Artifact: at}, Logical: []logical{{f.Component.Location.Pointer}}}
	if f.Component.Location.Offset >= 0 {
		where.Physical.Region = &region{f.Component.Location.Offset}
	}
	x.results = append(x.results, result{
		RuleID: ruleID, RuleIndex: n, Kind: level[0], Level: level[1], Message: text{message}, Locations: []location{where},
		Fingerprints: map[string]string{"clause76/finding/v1": f.ID},
		Properties:   map[string]any{"verdict": f.Verdict, "vendor": f.Vendor.ID, "tier": f.Tier, "purl": f.Component.CanonicalPURL, "texts": texts, "note": f.Note},
	})
}
