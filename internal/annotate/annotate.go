// SPDX-License-Identifier: Apache-2.0

// Package annotate writes annotations about findings into bills of materials. It does not need the
// types of the field's libraries, so that programs that only annotate files do not link them. Package
// adapter has them, and annotates documents in memory.
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

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match/evidence"
)

// Errors of annotating, for errors.Is.
var (
	// ErrOtherDocument: the bill of materials is missing, or not that of the record.
	ErrOtherDocument = errors.New("adapter: another document than the record's")
	// ErrCannotAnnotate: the format, version or encoding of the document has no annotations.
	ErrCannotAnnotate = errors.New("adapter: a document that cannot be annotated")
)

// Annotate writes a copy of a document, which is the content of the record, with an annotation for each
// finding of the record. See package adapter.
func Annotate(w io.Writer, r *evidence.Report, document []byte, d *evidence.Document) error {
	if sum := sha256.Sum256(document); hex.EncodeToString(sum[:]) != d.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is %x; the record has %s", ErrOtherDocument, sum, d.SHA256)
	}
	if d.Encoding != "JSON" {
		return fmt.Errorf("%w: %s in %s; expected JSON", ErrCannotAnnotate, d.Format, d.Encoding)
	}
	if err := HasAnnotations(d); err != nil {
		return err
	}
	x := &writer{document: document, r: r, d: d}
	add := x.cyclonedx
	if d.Format == "SPDX" {
		add = x.spdx
	}
	if err := add(); err != nil {
		return err
	}
	return x.write(w)
}

// HasAnnotations returns an error if the document was not read, or its format has no annotations.
func HasAnnotations(d *evidence.Document) error {
	versions := map[string][]string{"CycloneDX": {"1.5", "1.6", "1.7"}, "SPDX": {"SPDX-2.2", "SPDX-2.3"}}
	switch {
	case d.Error != nil:
		return fmt.Errorf("%w: it was not read to its end: %s", ErrCannotAnnotate, d.Error.Message)
	case slices.ContainsFunc(d.Findings, func(f evidence.Finding) bool { return !f.IsCited() }):
		return fmt.Errorf("%w: a finding has a citation without a text", ErrCannotAnnotate)
	case !slices.Contains(versions[d.Format], d.SpecVersion):
		return fmt.Errorf("%w: %s %s; expected CycloneDX 1.5 or later, or SPDX 2.2 or 2.3", ErrCannotAnnotate, d.Format, d.SpecVersion)
	}
	return nil
}

// A writer annotates the bytes of a document.
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
	sorting.StableFunc(x.inserts, func(a, b insert) int { return cmp.Compare(a.at, b.at) })
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
		return nil, fmt.Errorf("%w: no object at byte %d", ErrCannotAnnotate, at)
	}
	d := jsontext.NewDecoder(bytes.NewReader(x.document[at:]))
	if _, err := d.ReadToken(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCannotAnnotate, err)
	}
	o := &object{start: at + 1, empty: true, members: make(map[string]member)}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCannotAnnotate, err)
		}
		text, kind := name.String(), d.PeekKind()
		value, err := d.ReadValue()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCannotAnnotate, err)
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
			return fmt.Errorf("%w: its %s is no array", ErrCannotAnnotate, name)
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
	a := New(x.r, x.d)
	var list []string
	for i := range x.d.Findings {
		f := &x.d.Findings[i]
		ref := f.Component.Ref
		if ref == "" && HasSubject(f.Component.Location.Pointer) {
			at := f.Component.Location.Offset
			if refs[at] == "" {
				o, err := x.object(int(at))
				if err != nil {
					return err
				}
				if _, ok := o.members["bom-ref"]; ok { // a second one would make the document invalid
					return fmt.Errorf("%w: the bom-ref of the component at byte %d is empty or no string", ErrCannotAnnotate, at)
				}
				refs[at] = NewRef(f)
				comma := ","
				if o.empty {
					comma = ""
				}
				x.inserts = append(x.inserts, insert{o.start, fmt.Sprintf(`"bom-ref":%q%s`, refs[at], comma)})
			}
			ref = refs[at]
		}
		s, err := text(a.annotation(f, ref))
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
	a := New(x.r, x.d)
	byPackage := make(map[int64][]string)
	var order []int64
	for i := range x.d.Findings {
		f := &x.d.Findings[i]
		s, err := text(map[string]any{
			"annotationDate": a.Stamp(), "annotationType": "REVIEW", "annotator": "Tool: " + x.r.Tool.Name + "-" + x.r.Tool.Version, "comment": a.About(f),
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

// An annotation is an annotation of CycloneDX.
type annotation struct {
	BOMRef    string   `json:"bom-ref"`
	Subjects  []string `json:"subjects"`
	Annotator struct {
		Component struct {
			Type    string `json:"type"`
			Name    string `json:"name"`
			Version string `json:"version,omitempty"`
		} `json:"component"`
	} `json:"annotator"`
	Timestamp string `json:"timestamp"`
	Text      string `json:"text"`
}

// annotation returns the annotation for a finding about the component with a bom-ref, or about
// what has none.
func (a *Annotator) annotation(f *evidence.Finding, ref string) annotation {
	x := annotation{BOMRef: RefOf(f), Subjects: []string{}, Timestamp: a.Stamp(), Text: a.About(f)}
	if ref != "" {
		x.Subjects = append(x.Subjects, ref)
	}
	component := &x.Annotator.Component
	component.Type, component.Name, component.Version = "application", a.r.Tool.Name, a.r.Tool.Version
	return x
}

// RefOf returns the bom-ref of the annotation for a finding.
func RefOf(f *evidence.Finding) string { return "clause76-annotation-" + f.ID }

// NewRef returns the bom-ref for a component without one, of which this is the first finding.
func NewRef(f *evidence.Finding) string { return "clause76-" + f.ID }

// HasSubject reports whether what package sbom reads at a pointer can have a bom-ref. What the document
// says about its product without a component for it has none, and so has the address of something that
// a build used. An annotation about them has no subject.
func HasSubject(pointer string) bool {
	return pointer != "" && pointer != "/metadata" && !(strings.HasPrefix(pointer, "/formulation/") && strings.Contains(pointer, "/workflows/"))
}
