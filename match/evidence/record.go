// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The record in schema 2, see schema/report-2.schema.json. Whatever many findings share is in it
// once: the vendors with what is known about them, the texts, and the lists of citations, to which
// findings refer by id.
type (
	recordV2 struct {
		SchemaVersion string           `json:"schemaVersion"`
		Tool          tool             `json:"tool"`
		Denylist      Denylist         `json:"denylist"`
		Bid           *Bid             `json:"bid,omitempty"`
		Buyer         *denylist.Buyer  `json:"buyer,omitempty"`
		Purpose       []string         `json:"purpose,omitempty"`
		Options       options          `json:"options"`
		Verdict       match.Verdict    `json:"verdict"`
		Notices       []notice         `json:"notices,omitempty"`
		Coverage      match.Coverage   `json:"coverage"`
		Policy        *policy.Decision `json:"policy,omitempty"`

		// The lists, each entry on a line of its own. The writer leaves them out here.
		Vendors    entries[vendor]    `json:"vendors,omitempty"`
		Texts      entries[text]      `json:"texts,omitempty"`
		Sources    entries[source]    `json:"sources,omitempty"`
		Citations  entries[citations] `json:"citations,omitempty"`
		Documents  entries[document]  `json:"documents,omitempty"`
		Companions entries[companion] `json:"companions,omitempty"`
	}
	tool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	options struct {
		Jurisdictions   []string `json:"jurisdictions"`
		Language        string   `json:"language,omitempty"`
		RequireIdentity bool     `json:"requireIdentity"`
		FailOn          string   `json:"failOn"`
		Keys            []string `json:"keys,omitempty"`
	}
	notice struct {
		Kind    sbom.WarningKind `json:"kind"`
		Message string           `json:"message"`
	}
	// A vendor is one that a finding or observation is about.
	vendor struct {
		ID      vendors.ID         `json:"id"`
		Name    string             `json:"name"`
		Context []denylist.Context `json:"context,omitempty"`
	}
	// A citations is a list of citations that findings share, with their note.
	citations struct {
		ID   string            `json:"id"`
		Note string            `json:"note,omitempty"`
		List entries[citation] `json:"list"`
	}
	citation struct {
		Listing               string        `json:"listing"`
		Force                 string        `json:"force"` // "binding" or "notBinding"
		Verdict               match.Verdict `json:"verdict,omitzero"`
		Speaks                string        `json:"speaks,omitempty"`
		Inferred              bool          `json:"inferred,omitempty"`
		CappedBy              string        `json:"cappedBy,omitempty"`
		SettledBy             string        `json:"settledBy,omitempty"`
		VerdictIfPartsReached match.Verdict `json:"verdictIfPartsReached,omitzero"`
	}
	document struct {
		Path        string          `json:"path"`
		SHA256      string          `json:"sha256"`
		Bytes       int64           `json:"bytes"`
		Container   *File           `json:"container,omitempty"`
		Format      string          `json:"format"`
		SpecVersion string          `json:"specVersion"`
		Encoding    string          `json:"encoding"`
		Verdict     match.Verdict   `json:"verdict"`
		Complete    bool            `json:"complete"`
		Error       *Error          `json:"error"`
		Coverage    *match.Coverage `json:"coverage"`
		Unlisted    *match.Unlisted `json:"unlisted,omitempty"`

		Gaps         []match.Gap        `json:"gaps,omitempty"`
		Notices      []sbom.Warning     `json:"notices,omitempty"`
		Warnings     []sbom.Warning     `json:"warnings,omitempty"`
		Unidentified entries[component] `json:"unidentified,omitempty"`
		Findings     entries[finding]   `json:"findings,omitempty"`
		Observations entries[finding]   `json:"observations,omitempty"`
	}
	finding struct {
		ID      string        `json:"id"`
		Verdict match.Verdict `json:"verdict,omitzero"`
		Reason  match.Reason  `json:"reason,omitempty"`
		Note    string        `json:"note,omitempty"` // if there are no citations, which have it otherwise
		Tier    vendors.Tier  `json:"tier"`
		Vendor  vendors.ID    `json:"vendor"`
		// Finding is the id of the finding or observation before this one in the document that has
		// the same component and attributions; they are then left out.
		Finding      string               `json:"finding,omitempty"`
		Component    *component           `json:"component,omitempty"`
		Attributions entries[attribution] `json:"attributions,omitempty"`
		Citations    string               `json:"citations,omitempty"` // the id of a list of citations
	}
	component struct {
		Ref           string           `json:"ref,omitempty"`
		Type          string           `json:"type,omitempty"`
		Group         string           `json:"group,omitempty"`
		Name          string           `json:"name,omitempty"`
		Version       string           `json:"version,omitempty"`
		PURL          string           `json:"purl,omitempty"`
		CanonicalPURL string           `json:"canonicalPURL,omitempty"`
		Primary       bool             `json:"subject,omitempty"`
		Location      vendors.Location `json:"location"`
	}
	attribution struct {
		Tier     vendors.Tier     `json:"tier"`
		Role     vendors.Role     `json:"role"`
		Kind     vendors.Kind     `json:"kind"`
		Value    string           `json:"value"`
		Location vendors.Location `json:"location"`
		Rule     vendors.Rule     `json:"rule,omitempty"`
		Matched  string           `json:"matched,omitempty"`
		Source   string           `json:"source,omitempty"` // the id of a source
		Member   string           `json:"member,omitempty"`
		Caveat   string           `json:"caveat,omitempty"`
	}
	// A text is a listing that findings cite.
	text struct{ *denylist.Citation }
	// A companion is a file that was not screened.
	companion File
	// A source is where an entry of the register comes from.
	source struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
)

// WriteJSON writes the record: the lists of the report have one entry on a line, so that the
// record of many findings can be searched by lines and stays small. There are no HTML escapes,
// and a line feed is at the end. A report that was read as schema 1 is written as schema 1.
//
// Bytes that are not UTF-8 are written as U+FFFD, and a finding without an id of its own in its
// document is given one, so that [ParseReport] can read the record.
func (r *Report) WriteJSON(w io.Writer) error {
	if r == nil {
		return errors.New("evidence: the report is nil")
	}
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, fs := range [...][]Finding{d.Findings, d.Observations} {
			if j := slices.IndexFunc(fs, func(f Finding) bool { return !f.IsCited() }); j >= 0 {
				return fmt.Errorf("evidence: finding %q of %q: a citation without a text", fs[j].ID, d.Path)
			}
		}
	}
	r = recordable(r)
	if r.SchemaVersion == schema1 {
		return writeSchema1(w, r)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	x := &recordWriter{w: b, shared: share(r)}
	x.json = json.NewEncoder(&x.buf)
	x.json.SetEscapeHTML(false)
	x.record(r)
	return cmp.Or(x.err, b.Flush())
}

// MarshalJSON returns the record of the report, see [Report.WriteJSON].
func (r *Report) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := r.WriteJSON(&b)
	return b.Bytes(), err
}

// A recordWriter writes a record and keeps the first error.
type recordWriter struct {
	w      *bufio.Writer
	shared *shared
	buf    bytes.Buffer // of encoder
	json   *json.Encoder
	err    error
}

// record writes the report: first the members with one value, then the lists.
func (x *recordWriter) record(r *Report) {
	v := recordV2{SchemaVersion: r.SchemaVersion, Tool: tool(r.Tool), Denylist: r.Denylist, Bid: r.Bid, Buyer: r.Buyer, Purpose: r.Purpose,
		Options: recordOptions(&r.Options), Verdict: r.Verdict, Coverage: r.Coverage, Policy: r.Policy,
		Notices: notices(r.Notices)}
	x.open(0, v)
	list(x, 0, "vendors", slices.Values(x.shared.vendors))
	list(x, 0, "texts", slices.Values(x.shared.texts))
	list(x, 0, "sources", slices.Values(x.shared.sources))
	list(x, 0, "citations", slices.Values(x.shared.lists))
	x.text(",\n  \"documents\": [")
	for i := range r.Documents {
		if x.err != nil {
			return
		}
		if i > 0 {
			x.text(",")
		}
		x.text("\n    ")
		x.document(&r.Documents[i])
	}
	if len(r.Documents) > 0 {
		x.text("\n  ")
	}
	x.text("]")
	list(x, 0, "companions", slices.Values(r.Companions))
	x.text("\n}\n")
}

// notices returns notices in the form of the record, without locations.
func notices(all []sbom.Warning) []notice {
	var out []notice
	for _, n := range all {
		out = append(out, notice{n.Kind, n.Message})
	}
	return out
}

func (x *recordWriter) document(d *Document) {
	x.open(4, document{Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes, Container: d.Container, Format: d.Format, SpecVersion: d.SpecVersion, Encoding: d.Encoding,
		Verdict: d.Verdict, Complete: d.Complete, Error: d.Error, Coverage: &d.Coverage, Unlisted: d.Unlisted})
	list(x, 4, "gaps", slices.Values(d.Gaps))
	list(x, 4, "notices", slices.Values(d.Notices))
	list(x, 4, "warnings", slices.Values(d.Warnings))
	list(x, 4, "unidentified", unidentifiedOf(d))
	seen := make(map[match.Component]*Finding)
	list(x, 4, "findings", x.shared.findings(d.Findings, seen))
	list(x, 4, "observations", x.shared.findings(d.Observations, seen))
	x.text("\n    }")
}

// unidentifiedOf yields the components without an identity in the form of the record.
func unidentifiedOf(d *Document) iter.Seq[component] {
	return func(yield func(component) bool) {
		for _, c := range d.Unidentified {
			if !yield(component(c)) {
				return
			}
		}
	}
}

// open writes the members of an object with an indentation, and leaves the object open.
func (x *recordWriter) open(indent int, v any) {
	if x.err != nil {
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(strings.Repeat(" ", indent), "  ")
	x.fail(e.Encode(v))
	x.text(strings.TrimSuffix(strings.TrimSuffix(b.String(), "\n"), "\n"+strings.Repeat(" ", indent)+"}"))
}

// list writes a member of an open object with one entry on a line.
func list[T any](x *recordWriter, indent int, name string, entries iter.Seq[T]) {
	x.text(fmt.Sprintf(",\n%*s%q: [", indent+2, "", name))
	n := 0
	for v := range entries {
		if x.err != nil {
			return
		}
		if n++; n > 1 {
			x.text(",")
		}
		x.text(fmt.Sprintf("\n%*s", indent+4, ""))
		x.line(v)
	}
	if n > 0 {
		x.text(fmt.Sprintf("\n%*s", indent+2, ""))
	}
	x.text("]")
}

// line writes a value on one line.
func (x *recordWriter) line(v any) {
	if x.err != nil {
		return
	}
	x.buf.Reset()
	x.fail(x.json.Encode(v))
	if x.err == nil {
		_, x.err = x.w.Write(bytes.TrimSuffix(x.buf.Bytes(), []byte("\n")))
	}
}

func (x *recordWriter) text(s string) {
	if x.err == nil {
		_, x.err = x.w.WriteString(s)
	}
}

func (x *recordWriter) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func recordOptions(o *Options) options {
	return options{Jurisdictions: append([]string{}, o.Jurisdictions...), Language: o.Language, RequireIdentity: o.RequireIdentity, FailOn: failOnWord(o.FailOn), Keys: o.Keys}
}

// A shared has what the findings of a report share.
type shared struct {
	vendors []vendor             // in the order of their ids
	texts   []*denylist.Citation // in the order of their ids
	lists   []citations          // in the order of the first findings with them
	ids     map[string]string    // key of a list → its id
	known   map[listed]string    // the lists that were seen already → their ids
	last    map[cited]noted      // the last note of each list and its id: comparing it takes no time if it is shared
	sources []source             // in the order of the first attributions with them
	texted  map[string]string    // text of a source → its id
}

// A listed identifies a list of citations with a note without looking at all of it.
type listed struct {
	first *match.Citation
	n     int
	note  string
}

// A cited identifies a list of citations, and a noted has a note of it with their id.
type (
	cited struct {
		first *match.Citation
		n     int
	}
	noted struct{ note, id string }
)

// share collects what the findings of a report share.
func share(r *Report) *shared {
	s := &shared{ids: make(map[string]string), known: make(map[listed]string), last: make(map[cited]noted), texted: make(map[string]string)}
	looked := make(map[*vendors.Attribution]int) // how many attributions from this one on
	byID, texts := make(map[vendors.ID]vendor), make(map[string]*denylist.Citation)
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, fs := range [...][]Finding{d.Findings, d.Observations} {
			for j := range fs {
				f := &fs[j]
				v := vendor{ID: f.Vendor.ID, Name: f.Vendor.Name, Context: byID[f.Vendor.ID].Context}
				if len(v.Context) == 0 {
					v.Context = withoutVendor(f.Context)
				}
				byID[v.ID] = v
				if n := len(f.Attributions); n > 0 && looked[&f.Attributions[0]] < n {
					looked[&f.Attributions[0]] = n
					for k := range f.Attributions {
						s.addSource(f.Attributions[k].Source)
					}
				}
				if s.list(f) == "" {
					for k := range f.Citations {
						texts[f.Citations[k].Listing] = f.Citations[k].Citation
					}
					s.addList(f)
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		s.vendors = append(s.vendors, byID[id])
	}
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		s.texts = append(s.texts, texts[id])
	}
	return s
}

// list returns the id of the list of citations of a finding, or "".
func (s *shared) list(f *Finding) string {
	if len(f.Citations) == 0 {
		return ""
	}
	key := cited{&f.Citations[0], len(f.Citations)}
	if l, ok := s.last[key]; ok && l.note == f.Note {
		return l.id
	}
	id := s.known[listed{key.first, key.n, f.Note}]
	if id != "" {
		s.last[key] = noted{f.Note, id}
	}
	return id
}

// addList adds the list of citations of a finding, unless there is an equal one.
func (s *shared) addList(f *Finding) {
	if len(f.Citations) == 0 {
		return
	}
	key := listKey(f)
	id := s.ids[key]
	if id == "" {
		id = "c" + strconv.Itoa(len(s.lists)+1)
		s.ids[key] = id
		s.lists = append(s.lists, citations{id, f.Note, citationList(f.Citations)})
	}
	s.known[listed{&f.Citations[0], len(f.Citations), f.Note}] = id
}

func (s *shared) addSource(text string) {
	if text != "" && s.texted[text] == "" {
		s.texted[text] = "s" + strconv.Itoa(len(s.sources)+1)
		s.sources = append(s.sources, source{s.texted[text], text})
	}
}

// withoutVendor returns entries of the context without the vendor, which the record names once.
func withoutVendor(context []denylist.Context) []denylist.Context {
	out := slices.Clone(context)
	for i := range out {
		out[i].Vendor = ""
	}
	return out
}

// listKey returns a text that is equal for equal lists of citations with equal notes.
func listKey(f *Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q\n", f.Note)
	for i := range f.Citations {
		c := &f.Citations[i]
		fmt.Fprintf(&b, "%q %d %d %t %q %q %q\n", c.Listing, c.Verdict, c.VerdictIfPartsReached, c.Inferred, c.CappedBy, c.SettledBy, c.Speaks)
	}
	return b.String()
}

func citationList(cs []match.Citation) []citation {
	var list []citation
	for i := range cs {
		c := &cs[i]
		list = append(list, citation{Listing: c.Listing, Force: forceWord(c.Binds()), Verdict: c.Verdict, Speaks: c.Speaks, Inferred: c.Inferred,
			CappedBy: c.CappedBy, SettledBy: c.SettledBy, VerdictIfPartsReached: c.VerdictIfPartsReached})
	}
	return list
}

// forceWord returns the word of the record for whether a text binds somebody.
func forceWord(binding bool) string {
	if binding {
		return "binding"
	}
	return "notBinding"
}

// findings yields findings in the form of the record. seen has the last of the document for each
// component.
func (s *shared) findings(fs []Finding, seen map[match.Component]*Finding) iter.Seq[finding] {
	return func(yield func(finding) bool) {
		for i := range fs {
			f := &fs[i]
			out := finding{ID: f.ID, Verdict: f.Verdict, Reason: f.Reason, Tier: f.Tier, Vendor: f.Vendor.ID, Citations: s.list(f)}
			if out.Citations == "" {
				out.Note = f.Note
			}
			if before := seen[f.Component]; before != nil && before.Vendor.ID == f.Vendor.ID && equalAttributions(before.Attributions, f.Attributions) {
				out.Finding = before.ID
			} else {
				c := component(f.Component)
				out.Component = &c
				out.Attributions = s.attributions(f.Attributions)
				seen[f.Component] = f
			}
			if !yield(out) {
				return
			}
		}
	}
}

// equalAttributions reports whether two lists are equal. It does not look at lists that are shared.
func equalAttributions(a, b []vendors.Attribution) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

func (s *shared) attributions(as []vendors.Attribution) []attribution {
	var all []attribution
	for i := range as {
		a := &as[i]
		all = append(all, attribution{a.Tier, a.Role, a.Kind, a.Value, a.Location, a.Rule, a.Matched, s.texted[a.Source], a.Member, a.Caveat})
	}
	return all
}
