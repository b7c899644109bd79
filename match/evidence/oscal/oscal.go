// SPDX-License-Identifier: Apache-2.0

// Package oscal writes a report as assessment results in OSCAL, in JSON, for governance and
// compliance systems (NIST, Open Security Controls Assessment Language 1.1.2,
// assessment-results model).
//
//	err := oscal.Write(file, report, nil)
//
// Each screened file is a component of the assessment. Each document is an observation with its
// coverage. Each finding is a finding with the cited text as its target, and the state
// "not-satisfied" with the reason "other", because the model has no state for an open decision.
// Each gap is a finding with that state, too. Companion files are observations.
//
// UUIDs are derived from the record (version 5), and all times are the as-of day: the same
// record gives the same bytes.
package oscal

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Version is the version of OSCAL.
const Version = "1.1.2"

// namespace is the namespace of our properties and of the UUIDs.
const namespace = "https://github.com/clause76/clause76/ns/oscal"

type document struct {
	Results assessment `json:"assessment-results"`
}

type assessment struct {
	UUID     string   `json:"uuid"`
	Metadata metadata `json:"metadata"`
	ImportAP link     `json:"import-ap"`
	Results  []result `json:"results"`
}

type metadata struct {
	Title        string `json:"title"`
	LastModified string `json:"last-modified"`
	Version      string `json:"version"`
	OSCALVersion string `json:"oscal-version"`
}

type link struct {
	Href    string `json:"href"`
	Remarks string `json:"remarks,omitempty"`
}

type result struct {
	UUID         string           `json:"uuid"`
	Title        string           `json:"title"`
	Description  string           `json:"description"`
	Start        string           `json:"start"`
	Props        []property       `json:"props"`
	Local        local            `json:"local-definitions"`
	Reviewed     map[string][]any `json:"reviewed-controls"`
	Observations []observation    `json:"observations"`
	Findings     []finding        `json:"findings,omitempty"`
}

type local struct {
	Components []component `json:"components,omitempty"`
}

type component struct {
	UUID        string            `json:"uuid"`
	Type        string            `json:"type"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Props       []property        `json:"props,omitempty"`
	Status      map[string]string `json:"status"`
}

type property struct {
	Name  string `json:"name"`
	NS    string `json:"ns"`
	Value string `json:"value"`
}

type observation struct {
	UUID        string     `json:"uuid"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Props       []property `json:"props,omitempty"`
	Methods     []string   `json:"methods"`
	Subjects    []subject  `json:"subjects,omitempty"`
	Evidence    []link     `json:"relevant-evidence,omitempty"`
	Collected   string     `json:"collected"`
}

type subject struct {
	UUID string `json:"subject-uuid"`
	Type string `json:"type"`
}

type finding struct {
	UUID        string     `json:"uuid"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Props       []property `json:"props"`
	Target      target     `json:"target"`
	Related     []related  `json:"related-observations"`
}

type target struct {
	Type    string            `json:"type"`
	ID      string            `json:"target-id"`
	Title   string            `json:"title"`
	Status  map[string]string `json:"status"`
	Remarks string            `json:"remarks"`
}

type related struct {
	UUID string `json:"observation-uuid"`
}

// Options set the form of the report. There are none yet: a nil *Options means defaults.
type Options struct{}

// Write writes the report.
func Write(w io.Writer, r *evidence.Report, _ *Options) error {
	record := sha256.New()
	if err := r.WriteJSON(record); err != nil {
		return fmt.Errorf("oscal: %w", err)
	}
	x := &writer{seed: string(record.Sum(nil)), r: r, stamp: r.Denylist.AsOf + "T00:00:00Z"}
	res := result{
		UUID: x.uuid("result"), Title: "Screening: " + r.Verdict.String(), Start: x.stamp,
		Description: "Bills of materials and device manifests were screened against a denylist of vendors. A finding is for a person to decide on; it is no legal advice.",
		Props:       x.props("verdict", r.Verdict.String(), "denylist", r.Denylist.Release, "denylist-digest", r.Denylist.Digest, "as-of", r.Denylist.AsOf, "tool", r.Tool.Name, "tool-version", r.Tool.Version),
		Reviewed:    map[string][]any{"control-selections": {map[string]any{"include-all": map[string]any{}}}},
	}
	for _, n := range r.Notices {
		res.Description += "\nNotice: " + line(n.Message)
	}
	if r.Policy != nil {
		res.Description += "\n" + line(r.Policy.Result())
		for _, s := range r.Policy.Lines() {
			res.Description += "\n" + line(s)
		}
	}
	for i := range r.Documents {
		x.document(&res, i, &r.Documents[i])
	}
	for i, c := range r.Companions {
		x.companion(&res, i, c)
	}
	for i, g := range r.GapsOf(nil) {
		name := fmt.Sprintf("gap %d", i)
		o := observation{UUID: x.uuid(name + " observation"), Title: "Not screened: all files", Description: line(g.Message), Methods: []string{"TEST"}, Collected: x.stamp}
		res.Observations = append(res.Observations, o)
		res.Findings = append(res.Findings, x.gap(g, "all files", name, o.UUID))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document{assessment{
		UUID:     x.uuid("assessment"),
		Metadata: metadata{"Screening of vendors", x.stamp, r.SchemaVersion, Version},
		ImportAP: link{"#" + x.uuid("plan"), "There is no assessment plan in OSCAL; the model wants a reference to one."},
		Results:  []result{res},
	}})
}

type writer struct {
	r     *evidence.Report
	seed  string // the digest of the record
	stamp string
}

// uuid returns a UUID (version 5) for a name in the record.
func (x *writer) uuid(name string) string {
	sum := sha1.Sum([]byte(namespace + "\x00" + x.seed + "\x00" + name))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// props returns properties of our namespace from names and values, without those that are empty.
func (x *writer) props(pairs ...string) []property {
	var all []property
	for i := 0; i < len(pairs); i += 2 {
		if value := line(pairs[i+1]); value != "" {
			all = append(all, property{pairs[i], namespace, value})
		}
	}
	return all
}

// line returns text as a string of OSCAL: on one line, without surrounding blanks.
func line(s string) string { return strings.TrimSpace(view.Printable(s)) }

// document adds the component, observation and findings of a document.
func (x *writer) document(res *result, i int, d *evidence.Document) {
	name := fmt.Sprintf("document %d", i)
	id := x.uuid(name)
	title := line(d.Path)
	if title == "" {
		title = "a document without a name"
	}
	res.Local.Components = append(res.Local.Components, component{
		UUID: id, Type: "software", Title: title, Description: line("A screened document. " + d.Format + " " + d.SpecVersion),
		Props: x.props("sha-256", d.SHA256, "verdict", d.Verdict.String()), Status: map[string]string{"state": "other"},
	})
	c := d.Coverage
	o := observation{
		UUID: x.uuid(name + " observation"), Title: "Screened: " + title, Methods: []string{"TEST"}, Subjects: []subject{{id, "component"}}, Collected: x.stamp,
		Description: fmt.Sprintf("%d parts: %d identify their vendor; the vendor of the other %d is unknown. %d fields or elements could not be read.", c.Components, c.Identified, c.Unidentified, c.Malformed),
		Props:       x.props("components", fmt.Sprint(c.Components), "unidentified", fmt.Sprint(c.Unidentified), "malformed", fmt.Sprint(c.Malformed)),
	}
	if !x.r.Whole(d) {
		why := "."
		if d.Error != nil {
			why = ": " + line(d.Error.Message)
		}
		o.Title, o.Description = "Not screened: "+title, "The document could not be screened"+why
		if len(d.Findings) > 0 {
			o.Title, o.Description = "Not screened to the end: "+title, "The document was not read to its end; the findings are what was found before that"+why
		}
		o.Props = append(o.Props, x.props("complete", "false")...)
	}
	for j, g := range x.r.GapsOf(d) {
		o.Description += "\nNot screened: " + line(g.Message)
		res.Findings = append(res.Findings, x.gap(g, title, fmt.Sprintf("%s gap %d", name, j), o.UUID))
	}
	for _, n := range d.Notices {
		o.Description += "\nNotice: " + line(n.Message)
	}
	res.Observations = append(res.Observations, o)
	for j := range d.Findings {
		res.Findings = append(res.Findings, x.finding(&d.Findings[j], fmt.Sprintf("%s finding %d", name, j), o.UUID))
	}
}

// companion adds the observation of a companion file.
func (x *writer) companion(res *result, i int, c evidence.File) {
	res.Observations = append(res.Observations, observation{
		UUID: x.uuid(fmt.Sprintf("companion %d", i)), Title: strings.TrimSpace("Companion file, not screened: " + line(c.Path)), Methods: []string{"TEST"}, Collected: x.stamp,
		Description: strings.TrimSpace("The file accompanies a document and was not screened: " + line(c.Reason)), Props: x.props("sha-256", c.SHA256),
	})
}

// finding returns the finding on the text that leads to the verdict.
func (x *writer) finding(f *evidence.Finding, name, observed string) finding {
	t := target{Type: "statement-id", ID: "none", Title: "no text", Status: map[string]string{"state": "not-satisfied", "reason": "other"},
		Remarks: "What follows from a finding is for a person to decide."}
	var texts []string
	for _, c := range f.Citations {
		if t.ID == "none" && c.Verdict == f.Verdict {
			t.ID, t.Title = token(c.Listing), line(c.Title)
		}
		texts = append(texts, line(fmt.Sprintf("%s: %s: “%s” %s", c.Verdict, c.Title, c.Quote, c.URL)))
	}
	part := line(strings.TrimSpace(f.Component.Group + " " + f.Component.Name + " " + f.Component.Version))
	return finding{
		UUID: x.uuid(name), Title: line(fmt.Sprintf("%s: %s is attributed to %s", f.Verdict, part, f.Vendor.Name)),
		Description: fmt.Sprintf("At %s, %s.\n%s", line(f.Component.Location.Pointer), f.Tier, strings.Join(texts, "\n")),
		Props:       x.props("finding-id", f.ID, "verdict", f.Verdict.String(), "tier", f.Tier.String(), "vendor", string(f.Vendor.ID), "purl", f.Component.CanonicalPURL),
		Target:      t, Related: []related{{observed}},
	}
}

// gap returns the finding on something that was not screened, which satisfies nothing.
func (x *writer) gap(g match.Gap, title, name, observed string) finding {
	return finding{
		UUID: x.uuid(name), Title: "Not screened: " + title, Description: line(g.Message), Props: x.props("gap", string(g.Kind)),
		Target: target{Type: "statement-id", ID: token("not-screened-" + string(g.Kind)), Title: "everything is screened", Status: map[string]string{"state": "not-satisfied", "reason": "other"},
			Remarks: "What was not screened may contain parts of any vendor."},
		Related: []related{{observed}},
	}
}

// token returns an id as an OSCAL token: letters, digits, dots, hyphens and underscores, with a
// letter or an underscore first.
func token(s string) string {
	s = strings.Map(func(r rune) rune {
		if letter(r) || other(r) || r == '_' {
			return r
		}
		return '_'
	}, s)
	if s == "" || other(rune(s[0])) {
		s = "_" + s
	}
	return s
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// other reports whether a token can contain the character, but not start with it.
func other(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == '-' }
