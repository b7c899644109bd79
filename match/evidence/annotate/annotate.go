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

// Write writes the document with an annotation for each finding of its record. The
// annotations also state what was not screened of the document.
func Write(w io.Writer, r *evidence.Report, opts *Options) error {
	if opts == nil || opts.Record == nil {
		return fmt.Errorf("%w: no document is given; expected Options with its content and its record", ErrDocument)
	}
	document, d := opts.Content, opts.Record
	if sum := sha256.Sum256(document); hex.EncodeToString(sum[:]) != d.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is %x; the record has %s", ErrDocument, sum, d.SHA256)
	}
	x := &writer{document: document, r: r, d: d}
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

// about returns the text of an annotation.
func (x *writer) about(f *evidence.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "clause76 finding %s: %s. Attributed to %s (%s). Denylist %s, as of %s. A finding is for a person to decide on; it is no legal advice.", f.ID, f.Verdict, f.Vendor.Name, f.Tier, x.r.Denylist.Release, x.r.Denylist.AsOf)
	for _, c := range f.Citations {
		binding := "not binding, addressed to " + c.Addressees
		if c.Binding {
			binding = "binding"
		}
		fmt.Fprintf(&b, "\n%s: %s", c.Verdict, c.Title)
		if c.Clause != "" {
			fmt.Fprintf(&b, ", %s", c.Clause)
		}
		fmt.Fprintf(&b, " (%s, %s; %s; %s)", c.Jurisdiction, c.Force, binding, c.Status)
		if c.Quote != "" {
			fmt.Fprintf(&b, ": “%s” [%s]", c.Quote, c.Language)
		}
		fmt.Fprintf(&b, " %s", c.URL)
	}
	for _, n := range x.r.Notices {
		fmt.Fprintf(&b, "\nNotice: %s.", n.Message)
	}
	for _, g := range x.r.GapsOf(x.d) {
		fmt.Fprintf(&b, "\nNot screened of this document: %s.", g.Message)
	}
	return b.String()
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
	for i := range x.d.Findings {
		f := &x.d.Findings[i]
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
			"bom-ref": "clause76-annotation-" + f.ID, "subjects": []string{ref}, "timestamp": x.stamp(), "text": x.about(f),
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
	for i := range x.d.Findings {
		f := &x.d.Findings[i]
		s, err := text(map[string]any{
			"annotationDate": x.stamp(), "annotationType": "REVIEW", "annotator": "Tool: " + x.r.Tool.Name + "-" + x.r.Tool.Version, "comment": x.about(f),
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
