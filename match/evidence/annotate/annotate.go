// SPDX-License-Identifier: Apache-2.0

// Package annotate writes a copy of a bill of materials with the findings as annotations: for
// CycloneDX from version 1.5 on and SPDX 2.2 and 2.3, in JSON.
//
//	err := annotate.Write(file, report, &annotate.Options{Content: data, Record: &report.Documents[0]})
//
// The bytes of the document stay the same, and the annotations are inserted between them.
//
// Findings are not vulnerabilities, and the annotations are not VEX: a measure about a vendor
// has no affected version, no fix, and no status that a supplier could state.
package annotate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// Errors, for errors.Is.
var (
	// ErrDocument: the bill of materials is missing, or not that of the record.
	ErrDocument = errors.New("annotate: another document than the record's")
	// ErrForm: the format, version or encoding of the document has no annotations.
	ErrForm = errors.New("annotate: a document that cannot be annotated")
)

// Options name the document to annotate. Both fields are required.
type Options struct {
	Content []byte             // the bill of materials, as it was screened
	Record  *evidence.Document // its record in the report
}

// Write writes the document with an annotation for each finding of its record, the most severe
// first. The first annotation also states what was not screened of the document, and what the policy
// decided about the report.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if opts == nil || opts.Record == nil {
		return fmt.Errorf("%w: no document is given; expected Options with its content and its record", ErrDocument)
	}
	document, d := opts.Content, opts.Record
	if sum := sha256.Sum256(document); hex.EncodeToString(sum[:]) != d.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is %x; the record has %s", ErrDocument, sum, d.SHA256)
	}
	x := &writer{document: document, r: r, d: d, decisions: view.Decisions(r), shown: make(map[string]string)}
	var err error
	switch {
	case d.Error != nil || d.Encoding != "JSON":
		err = fmt.Errorf("%w: %s in %s", ErrForm, d.Format, d.Encoding)
	case d.Format == "CycloneDX" && slices.Contains([]string{"1.5", "1.6", "1.7"}, d.SpecVersion):
		err = x.cyclonedx()
	case d.Format == "SPDX" && slices.Contains([]string{"SPDX-2.2", "SPDX-2.3"}, d.SpecVersion):
		err = x.spdx()
	default:
		err = fmt.Errorf("%w: %s %s; expected CycloneDX 1.5 or later, or SPDX 2.2 or 2.3", ErrForm, d.Format, d.SpecVersion)
	}
	if err != nil {
		return err
	}
	return x.write(w)
}

type writer struct {
	document []byte
	r        *evidence.Report
	d        *evidence.Document
	inserts  []insert

	decisions view.Decided
	first     string            // the id of the finding that is annotated first
	shown     map[string]string // key of a list of texts → the first finding with them
}

// An insert is a text to insert before the byte at.
type insert struct {
	at   int
	text string
}

func (x *writer) write(w io.Writer) error {
	slices.SortStableFunc(x.inserts, func(a, b insert) int { return cmp.Compare(a.at, b.at) })
	from := 0
	for _, in := range x.inserts {
		if _, err := w.Write(x.document[from:in.at]); err != nil {
			return err
		}
		if _, err := io.WriteString(w, in.text); err != nil {
			return err
		}
		from = in.at
	}
	_, err := w.Write(x.document[from:])
	return err
}

// An object is a JSON object of the document.
type object struct {
	start   int // after its brace
	empty   bool
	members map[string]member
}

type member struct {
	kind       jsontext.Kind
	start, end int
}

// object parses the object at an offset.
func (x *writer) object(at int) (*object, error) {
	if at < 0 || at >= len(x.document) || x.document[at] != '{' {
		return nil, fmt.Errorf("%w: no object at byte %d", ErrForm, at)
	}
	d := jsontext.NewDecoder(bytes.NewReader(x.document[at:]))
	if _, err := d.ReadToken(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForm, err)
	}
	o := &object{start: at + 1, empty: true, members: make(map[string]member)}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForm, err)
		}
		text, kind := name.String(), d.PeekKind()
		value, err := d.ReadValue()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForm, err)
		}
		end := at + int(d.InputOffset())
		o.members[text] = member{kind, end - len(value), end}
		o.empty = false
	}
	return o, nil
}

// add adds elements to an array of an object. If there is no such array, it adds one.
func (x *writer) add(o *object, name string, elements []string) error {
	list := strings.Join(elements, ",")
	if m, ok := o.members[name]; ok {
		if m.kind != '[' {
			return fmt.Errorf("%w: its %s is no array", ErrForm, name)
		}
		if len(bytes.TrimSpace(x.document[m.start+1:m.end-1])) > 0 {
			list = "," + list
		}
		x.inserts = append(x.inserts, insert{m.end - 1, list})
		return nil
	}
	text := fmt.Sprintf("%q:[%s]", name, list)
	if !o.empty {
		text += ","
	}
	x.inserts = append(x.inserts, insert{o.start, text})
	return nil
}

// root parses the object that is the document.
func (x *writer) root() (*object, error) {
	at := bytes.IndexByte(x.document, '{')
	return x.object(at)
}

// stamp returns the as-of day as a time: the record contains no time of the run.
func (x *writer) stamp() string { return x.r.Denylist.AsOf + "T00:00:00Z" }

// about returns the text of the annotation of a finding: the verdict with its force, how the vendor
// was identified, the texts, and what the policy decided. The first annotation also says what
// concerns the whole document, and only the first finding with the same texts has all of them.
func (x *writer) about(p view.Part) string {
	f := p.Finding
	all := []string{fmt.Sprintf("clause76 finding %s: %s %s. Attributed to %s, %s. Denylist %s, as of %s, %s. A finding is for a person to decide on; it is no legal advice.",
		f.ID, f.Verdict, view.ByForce(f), f.Vendor.Name, view.Identified(&f.Finding), x.r.Denylist.Release, x.r.Denylist.AsOf, view.MadeFor(x.r))}
	if f.Note != "" {
		all = append(all, f.Note)
	}
	if s := x.decisions.Of(p).String(); s != "" {
		all = append(all, "Policy: "+s+".")
	}
	all = append(all, x.texts(f)...)
	if x.first == "" {
		x.first = f.ID
		all = append(all, x.whole()...)
	} else if len(x.r.GapsOf(x.d)) > 0 {
		all = append(all, "Not all of this document was screened: see the annotation of the finding "+x.first+".")
	}
	for i := range all {
		all[i] = view.Printable(all[i])
	}
	return strings.Join(all, "\n")
}

// texts returns the texts of a finding: all of them in full if it is the first with these texts, and
// else the strongest on a line.
func (x *writer) texts(f *evidence.Finding) []string {
	if len(f.Citations) == 0 {
		return nil
	}
	key := view.ListKey(f.Citations)
	if first := x.shown[key]; first != "" {
		return []string{"Strongest text: " + view.Brief(x.r.Buyer, view.Strongest(f)), fmt.Sprintf("Its texts: those of the finding %s (%d).", first, len(f.Citations))}
	}
	x.shown[key] = f.ID
	var all []string
	for i := range f.Citations {
		all = append(all, strings.Join(view.TextLines(x.r.Buyer, &f.Citations[i]), "; "))
	}
	return all
}

// whole returns what concerns the whole document and the report: notices, what was not screened,
// the decision of the policy, and the observations.
func (x *writer) whole() []string {
	var all []string
	for _, n := range x.r.Notices {
		all = append(all, "Notice: "+n.Message+".")
	}
	for _, n := range x.d.Notices {
		all = append(all, "Notice: "+n.Message+".")
	}
	for _, g := range x.r.GapsOf(x.d) {
		all = append(all, "Not screened of this document: "+g.Message+".")
	}
	if x.r.Policy != nil {
		all = append(all, append([]string{x.r.Policy.Result()}, view.PolicyNotes(x.r.Policy)...)...)
	}
	for _, g := range view.Observations([]evidence.Document{*x.d}) {
		all = append(all, g.Line(x.r.Buyer))
	}
	return all
}

func text(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}

func (x *writer) cyclonedx() error {
	root, err := x.root()
	if err != nil {
		return err
	}
	refs := make(map[int64]string) // new references, of components without one
	var list []string
	for _, p := range view.SortedOf(x.d) {
		f := p.Finding
		ref := f.Component.Ref
		if ref == "" {
			at := f.Component.Location.Offset
			if refs[at] == "" {
				o, err := x.object(int(at))
				if err != nil {
					return err
				}
				refs[at] = "clause76-" + f.ID
				comma := ","
				if o.empty {
					comma = ""
				}
				x.inserts = append(x.inserts, insert{o.start, fmt.Sprintf(`"bom-ref":%q%s`, refs[at], comma)})
			}
			ref = refs[at]
		}
		s, err := text(map[string]any{
			"bom-ref": "clause76-annotation-" + f.ID, "subjects": []string{ref}, "timestamp": x.stamp(), "text": x.about(p),
			"annotator": map[string]any{"component": map[string]any{"type": "application", "name": x.r.Tool.Name, "version": x.r.Tool.Version}},
		})
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	if len(list) == 0 {
		return nil
	}
	return x.add(root, "annotations", list)
}

func (x *writer) spdx() error {
	byPackage := make(map[int64][]string)
	var order []int64
	for _, p := range view.SortedOf(x.d) {
		f := p.Finding
		s, err := text(map[string]any{
			"annotationDate": x.stamp(), "annotationType": "REVIEW", "annotator": "Tool: " + x.r.Tool.Name + "-" + x.r.Tool.Version, "comment": x.about(p),
		})
		if err != nil {
			return err
		}
		at := f.Component.Location.Offset
		if byPackage[at] == nil {
			order = append(order, at)
		}
		byPackage[at] = append(byPackage[at], s)
	}
	for _, at := range order {
		o, err := x.object(int(at))
		if err != nil {
			return err
		}
		if err := x.add(o, "annotations", byPackage[at]); err != nil {
			return err
		}
	}
	return nil
}
