// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sort"

	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// SchemaVersion is the version of the report's form. [ParseReport] also reads version 1.
const SchemaVersion = "2"

//go:embed schema/report-2.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the report.
func Schema() []byte { return bytes.Clone(schema) }

// A Report is the record of one screening.
type Report struct {
	SchemaVersion string   `json:"schemaVersion"`
	Tool          Tool     `json:"tool"`
	Denylist      Denylist `json:"denylist"`
	Bid           *Bid     `json:"bid,omitempty"`
	Options       Options  `json:"options"`
	Verdict       string   `json:"verdict"`
	// Notices are what the record as a whole says that changes no verdict and belongs in every
	// summary, such as that the denylist is of another day than the one that was judged by.
	Notices   []Notice   `json:"notices,omitempty"`
	Documents []Document `json:"documents"`
	// Policy is what the policy of a buyer decided about the report; nil if there was none.
	Policy *Decision `json:"policy,omitempty"`
	// Companions are files that lie beside documents and were passed over.
	Companions []Companion `json:"companions,omitempty"`
	Coverage   Coverage    `json:"coverage"`
}

// A Companion is a file that is known to lie beside documents, was passed over, and why.
type Companion struct {
	Path   string `json:"path"`
	File   string `json:"file,omitempty"` // that it came out of, if it is not a file itself
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Reason string `json:"reason"` // what it is: "checksum file", "PDF document"
}

// A Notice is something that a record says in every summary, and that changes no verdict.
type Notice struct {
	Kind    string `json:"kind"` // "asOf"
	Message string `json:"message"`
}

// A Tool names the program that screened.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A Denylist names the release that was used and the day that was judged by.
type Denylist struct {
	Release string `json:"release"`
	Digest  string `json:"digest"`
	AsOf    string `json:"asOf"`
	// Trust says why its bytes were trusted, "" for a release that came with the
	// program: "signed", "pinned" (an old one, on purpose), "own", "unchecked".
	Trust string `json:"trust,omitempty"`
}

// A Bid says whose offer was screened, as who offers or buys states it.
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
	// Keys are the fingerprints of the keys that the signatures of envelopes around
	// documents were checked with, see [Fingerprints]; sorted.
	Keys []string `json:"keys,omitempty"`
}

// A Document is one screened document, or one that could not be read.
type Document struct {
	Path string `json:"path"`
	// SHA256 is of the document's bytes; of a tree of files, of what sha256sum prints for
	// them in order of their paths, see [github.com/clause76/clause76/firmware/tree.Options].
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// Container is the file that the document came out of, if it is not a file itself.
	// Offsets then count in the document, whose digest is SHA256.
	Container   *Container `json:"container,omitempty"`
	Format      string     `json:"format"`
	SpecVersion string     `json:"specVersion"`
	Encoding    string     `json:"encoding"`
	Verdict     string     `json:"verdict"`
	// Complete says that the document was read to its end. If it was not, Error says why, and
	// findings, observations and coverage are of what was read before.
	Complete bool   `json:"complete"`
	Error    *Error `json:"error"`
	// Gaps are what of the document was not screened, whatever was found in it.
	Gaps []Gap `json:"gaps"`
	// Notices are what the document says of itself that changes no verdict and belongs in
	// every summary, such as that it calls itself incomplete.
	Notices      []Warning `json:"notices"`
	Warnings     []Warning `json:"warnings"`
	Coverage     Coverage  `json:"coverage"`
	Findings     []Finding `json:"findings"`
	Observations []Finding `json:"observations"`
	// Unlisted counts what was found besides and is not listed, because there is too much; nil
	// if all is listed. Complete is then false.
	Unlisted *Unlisted `json:"unlisted,omitempty"`
}

// Unlisted counts findings and observations that are not listed; Verdict is the worst of the
// findings, "" if there are none.
type Unlisted struct {
	Findings     int    `json:"findings"`
	Observations int    `json:"observations"`
	Verdict      string `json:"verdict"`
}

// A Gap is something in a document that was not screened; its kind is a [match.GapKind].
type Gap struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
}

// Incomplete reports whether the gap is that a document was not read to its end.
func (g Gap) Incomplete() bool { return g.Kind == string(match.GapIncomplete) }

// A Container is a file in which documents are packed.
type Container struct {
	Path   string   `json:"path"`
	SHA256 string   `json:"sha256"`
	Bytes  int64    `json:"bytes"`
	Layers []string `json:"layers"` // what was taken off to get at the document, outermost first
}

// An Error says why a document could not be read.
type Error struct {
	Kind     string   `json:"kind"`
	Message  string   `json:"message"`
	Location Location `json:"location"`
}

// A Warning tells of something odd that did not stop the reading.
type Warning struct {
	Kind     string   `json:"kind"`
	Message  string   `json:"message"`
	Location Location `json:"location"`
}

// A Location says where in a document something stands. Offset is -1 if it is not
// known.
type Location struct {
	Pointer string `json:"pointer"`
	Offset  int64  `json:"offset"`
}

// Coverage says how much was screened.
type Coverage struct {
	Components   int  `json:"components"`
	Identified   int  `json:"identified"`
	Unidentified int  `json:"unidentified"`
	WithSupplier int  `json:"withSupplier"`
	WithPURL     int  `json:"withPURL"`
	Malformed    int  `json:"malformed"`
	Complete     bool `json:"complete"`
}

// A Finding is a finding, or with a reason instead of a verdict an observation.
type Finding struct {
	ID           string        `json:"id"`
	Verdict      string        `json:"verdict,omitempty"`
	Reason       string        `json:"reason,omitempty"`
	Note         string        `json:"note"`
	Tier         string        `json:"tier"`
	Vendor       Vendor        `json:"vendor"`
	Component    Component     `json:"component"`
	Attributions []Attribution `json:"attributions"`
	Citations    []Citation    `json:"citations"`
	Context      []Context     `json:"context"`
}

// A Citation is a listing and what it comes to for the component by itself.
type Citation struct {
	denylist.Citation
	Verdict  string `json:"verdict"` // "" in an observation
	CappedBy string `json:"held"`    // why the verdict is no stronger than review; "" for every other verdict
	// VerdictIfPartsReached is the verdict if the text said that it reaches components
	// inside other products; "" unless only its silence on them holds the verdict at review.
	VerdictIfPartsReached string `json:"verdictIfPartsReached,omitzero"`
}

// A Vendor names a vendor.
type Vendor struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Component names a component.
type Component struct {
	Ref           string   `json:"ref"`
	Type          string   `json:"type"`
	Group         string   `json:"group"`
	Name          string   `json:"name"`
	Version       string   `json:"version"`
	PURL          string   `json:"purl"`          // in the document's own words
	CanonicalPURL string   `json:"canonicalPURL"` // what it is compared as, see [Component.OwnPURL]
	Subject       bool     `json:"subject"`
	Location      Location `json:"location"`
}

// OwnPURL reports whether CanonicalPURL is a form of the document's own package URL. It is not if
// it was made from the vendor and the name, as for a component that has none that can be read.
func (c *Component) OwnPURL() bool {
	own := purl.Canonical(c.PURL, "", "", "") // "" if it cannot be read
	return own != "" && own == c.CanonicalPURL
}

// An Attribution says which claim led to a vendor, and by which rule.
type Attribution struct {
	Tier     string   `json:"tier"`
	Role     string   `json:"role"`
	Kind     string   `json:"kind"`
	Value    string   `json:"value"`
	Location Location `json:"location"`
	Rule     string   `json:"rule"`
	Matched  string   `json:"matched"`
	Source   string   `json:"source"`
	Member   string   `json:"member"`
	Caveat   string   `json:"caveat"`
}

// A Context entry is counter-evidence or later history.
type Context struct {
	ID     string `json:"id"`
	Date   string `json:"date"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

// New returns an empty report of a screening with m that fails on failOn, or never if that is
// [match.NoVerdict].
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
		Verdict:       match.Inconclusive.String(),
		Notices:       notices(m.Release(), o.AsOf),
		Documents:     []Document{},
	}
}

// notices say that a release was cut on another day than the one to judge by.
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

// trust is the word for why a release was trusted.
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
	d.Verdict, d.Complete = r.Verdict.String(), r.Coverage.Complete
	d.Coverage = Coverage(r.Coverage)
	for _, g := range r.Gaps {
		d.Gaps = append(d.Gaps, gap(g))
	}
	for _, f := range r.Findings {
		d.Findings = append(d.Findings, finding(src, f))
	}
	for _, f := range r.Observations {
		d.Observations = append(d.Observations, finding(src, f))
	}
	if u := r.Unlisted; u.Any() {
		d.Unlisted = &Unlisted{u.Findings, u.Observations, u.Verdict.String()}
	}
	return d
}

// Failed returns the record of a document that could not be read to its end. It keeps what
// was found before, if err is or wraps a [match.IncompleteError]; else nothing was, and h is
// what is known of the document. Its verdict is inconclusive, or that of the worst finding.
func Failed(src Source, h sbom.Header, err error) Document {
	r := &match.Result{Header: h}
	if partial := (*match.IncompleteError)(nil); errors.As(err, &partial) && partial.Result != nil {
		r, err = partial.Result, partial.Err
	}
	d := Screened(src, r)
	at := Location{}
	if e := (*sbom.Error)(nil); errors.As(err, &e) {
		at = Location{e.Pointer, e.Offset}
	}
	d.Fail(Error{Kind: errorKind(err), Message: err.Error(), Location: at})
	return d
}

// Fail marks the document as one that was not read to its end, or is not what it was said to
// be, and keeps what was found in it.
func (d *Document) Fail(e Error) {
	d.Error, d.Complete, d.Coverage.Complete = &e, false, false
	incomplete := string(match.GapIncomplete)
	if !slices.ContainsFunc(d.Gaps, func(g Gap) bool { return g.Kind == incomplete }) {
		d.Gaps = slices.Insert(d.Gaps, 0, gap(match.NewGap(match.GapIncomplete, 0)))
	}
	d.Verdict = max(verdictOf(d.Verdict), match.Inconclusive).String()
}

func gap(g match.Gap) Gap { return Gap{string(g.Kind), g.Message} }

func document(src Source, h sbom.Header) Document {
	d := Document{
		Path: src.Path, SHA256: src.SHA256, Bytes: src.Bytes,
		Format: h.Format, SpecVersion: h.SpecVersion, Encoding: h.Encoding,
		Gaps: []Gap{}, Notices: []Warning{}, Warnings: []Warning{}, Findings: []Finding{}, Observations: []Finding{},
	}
	for _, n := range h.Notices {
		d.Notices = append(d.Notices, Warning{string(n.Kind), n.Message, Location(n.Location)})
	}
	for _, w := range h.Warnings {
		d.Warnings = append(d.Warnings, Warning{string(w.Kind), w.Message, Location(w.Location)})
	}
	return d
}

func finding(src Source, f match.Finding) Finding {
	c := f.Component
	out := Finding{
		Verdict: f.Verdict.String(), Reason: string(f.Reason), Note: f.Note, Tier: f.Tier.String(),
		Vendor: Vendor{string(f.Vendor), f.VendorName},
		Component: Component{c.Ref, c.Type, c.Group, c.Name, c.Version, c.PURL, c.CanonicalPURL, c.Subject,
			Location(c.Location)},
		Attributions: []Attribution{}, Citations: []Citation{}, Context: []Context{},
	}
	for _, c := range f.Citations {
		out.Citations = append(out.Citations, Citation{c.Citation, c.Verdict.String(), c.CappedBy, c.VerdictIfPartsReached.String()})
	}
	for _, a := range f.Attributions {
		out.Attributions = append(out.Attributions, Attribution{
			a.Tier.String(), string(a.Claim.Role), string(a.Claim.Kind), a.Claim.Value,
			Location(a.Claim.Location), string(a.Rule), a.Matched, a.Source, a.Member, a.Caveat,
		})
	}
	for _, x := range f.Context {
		out.Context = append(out.Context, Context{x.ID, string(x.Date), x.Text, x.Source})
	}
	out.ID = id(src, f)
	return out
}

// id is the same for the same finding on the same bytes: the first 16 hexadecimal
// digits of a SHA-256 over what identifies it.
func id(src Source, f match.Finding) string {
	h := sha256.New()
	for _, s := range []string{src.SHA256, string(f.Vendor), f.Verdict.String(), string(f.Reason), f.Component.Ref, f.Component.Location.Pointer} {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Whole reports whether a document of the report was read to its end. Reports of schema 1
// did not say so apart from the error.
func (r *Report) Whole(d *Document) bool {
	return d.Error == nil && (d.Complete || r.SchemaVersion == "" || r.SchemaVersion == "1")
}

// Finish puts the documents and companions in order of their paths and sums up. A report
// without documents, or with none that has a component, is at least inconclusive: nothing
// was screened.
func (r *Report) Finish(docs []Document, companions []Companion) {
	r.Companions = append(r.Companions, companions...)
	sort.SliceStable(r.Companions, func(i, j int) bool { return r.Companions[i].Path < r.Companions[j].Path })
	r.Documents = append(r.Documents, docs...)
	sort.SliceStable(r.Documents, func(i, j int) bool { return r.Documents[i].Path < r.Documents[j].Path })
	verdict := match.Clear
	total := match.Coverage{Complete: len(r.Documents) > 0}
	for _, d := range r.Documents {
		v, err := match.ParseVerdict(d.Verdict)
		if err != nil {
			v = match.Inconclusive
		}
		verdict = max(verdict, v)
		total.Add(match.Coverage(d.Coverage))
	}
	if total.Components == 0 {
		verdict = max(verdict, match.Inconclusive)
	}
	r.Verdict, r.Coverage = verdict.String(), Coverage(total)
}

// WriteJSON writes the canonical report: two spaces of indent, no escapes of HTML,
// a line feed at the end. A report that was read in the form of schema 1 is written in it.
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
