// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"io"
	"slices"
	"strconv"

	"github.com/clause76/clause76/sbom/jsonstream"
	"github.com/clause76/clause76/sbom/xmlstream"
)

// Documents in XML are read in their JSON form, so that a field means the same in
// both, and one mapping of fields to claims is enough. A xmlForm says what form an
// element has; elements without one are passed over, but for those whose names other
// parsers may take for a known one.
type xmlForm struct {
	text  bool                // the element's content is a string
	list  string              // the element's children of this name are an array
	many  bool                // consecutive elements of this name are an array
	wrap  string              // as an element of an array, it is put under this name
	value string              // the element's text is a member of this name
	attrs []string            // attributes that are members
	in    map[string]*xmlForm // children that are members, or of a list; nil: passed over
}

var xmlText = &xmlForm{text: true}

// mixed is the name under which text stands that is where none should be.
const mixed = "#text"

// xmlWriter writes the JSON form of one document.
type xmlWriter struct {
	x     *xmlstream.Reader
	w     *jsonstream.Writer
	space string // namespace of the root element
	text  []byte // of the elements that are open, one behind the other
	// prelude writes the members with which the root element's object begins.
	prelude func()
	// stray reads an element that has no place and says how many parts were in it, which the
	// reader counts. It may be nil.
	stray func(t *xmlWriter) int
}

func transcodeXML(r io.Reader, l Limits, write func(*xmlWriter) error) *jsonstream.Reader {
	return jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		t := &xmlWriter{x: xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), w: w}
		if err := write(t); err != nil {
			return err
		}
		for t.x.Next() != xmlstream.None { // only white space and comments can follow
		}
		return t.x.Err()
	})
}

// value writes the element whose Start was read last, up to its End.
func (t *xmlWriter) value(f *xmlForm) {
	t.w.At(t.x.Offset())
	switch {
	case f.text:
		t.string()
	case f.list != "":
		t.array(f)
	default:
		t.object(f)
	}
}

// string writes an element's text. If it has elements within, which no format
// allows in a string, it writes an object, which the reader counts as malformed.
func (t *xmlWriter) string() {
	whole, stray := true, 0
	from := len(t.text)
	at := t.x.Offset()
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		switch t.x.Kind() {
		case xmlstream.Text:
			at = t.x.Offset()
			t.text = append(t.text, t.x.Text()...)
		case xmlstream.Start:
			whole = false
			stray += t.pass()
		}
	}
	t.w.At(at)
	switch {
	case whole:
		t.w.Text(bytes.TrimSpace(t.text[from:]))
	case stray > 0:
		t.w.Begin('{')
		t.writeStray(at, stray)
		t.w.End('}')
	default:
		t.w.Raw([]byte("{}"))
	}
	t.text = t.text[:from]
}

// pass reads over an element and returns how many parts were in it.
func (t *xmlWriter) pass() int {
	if t.stray == nil {
		t.x.Skip()
		return 0
	}
	return t.stray(t)
}

// writeStray writes how many parts were passed over, as a member that no format has.
func (t *xmlWriter) writeStray(at int64, n int) {
	t.w.At(at)
	t.w.Member(strayPrefix + strconv.FormatInt(at, 10))
	t.w.Raw(strconv.AppendInt(nil, int64(n), 10))
}

// array writes the children of a list. An element of another name is null, unless it
// is known and passed over.
func (t *xmlWriter) array(f *xmlForm) {
	t.w.Begin('[')
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		if t.x.Kind() == xmlstream.Text {
			t.w.Null()
			continue
		}
		t.w.At(t.x.Offset())
		item, known := f.in[string(t.x.Name())]
		switch {
		case t.x.Space() != t.space || known && item == nil:
			t.x.Skip()
		case !known:
			t.w.Null()
			t.x.Skip()
		case item.wrap != "":
			t.w.Begin('{')
			t.w.Member(item.wrap)
			t.value(item)
			t.w.End('}')
		default:
			t.value(item)
		}
	}
	t.w.End(']')
}

// object writes an element with its attributes and children as members. If it holds
// nothing but text, it is written as that text.
func (t *xmlWriter) object(f *xmlForm) {
	o := &xmlObject{xmlWriter: t, f: f}
	o.attributes()
	from := len(t.text)
	stray, at := false, t.x.Offset() // text that has no place
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		if t.x.Kind() == xmlstream.Start {
			o.member()
			continue
		}
		if !stray {
			stray, at = true, t.x.Offset()
		}
		if !o.begun || f.value != "" {
			t.text = append(t.text, t.x.Text()...)
		}
	}
	o.endArray()
	if o.stray > 0 {
		o.begin()
		t.writeStray(o.strayAt, o.stray)
	}
	t.w.At(at)
	text := bytes.TrimSpace(t.text[from:])
	t.text = t.text[:from]
	switch {
	case f.value != "":
		o.begin()
		t.w.Member(f.value)
		t.w.Text(text)
	case stray && !o.begun:
		t.w.Text(text)
		return
	case stray:
		t.w.Member(mixed)
		t.w.Null()
	}
	o.begin()
	t.w.End('}')
}

// An xmlObject is an object while it is being written.
type xmlObject struct {
	*xmlWriter
	f       *xmlForm
	begun   bool   // its brace is written
	array   string // name of the array that is open
	stray   int    // parts that were passed over
	strayAt int64  // the first of them
}

func (o *xmlObject) begin() {
	if o.begun {
		return
	}
	o.begun = true
	o.w.Begin('{')
	if o.prelude != nil {
		o.prelude()
		o.prelude = nil
	}
}

// attributes writes the element's attributes. One whose name may be taken for a field
// is null, under a name that says what it is.
func (o *xmlObject) attributes() {
	for _, a := range o.x.Attrs() {
		switch {
		case a.Space != "" && a.Space != o.space:
		case slices.Contains(o.f.attrs, string(a.Name)):
			o.begin()
			o.w.At(a.Offset)
			o.w.Name(a.Name)
			o.w.Text(bytes.TrimSpace(a.Value))
		case string(a.Name) != "bom-ref" && nearMiss("@"+string(a.Name)) != "":
			o.begin()
			o.w.At(a.Offset)
			o.w.Name(append([]byte("@"), a.Name...))
			o.w.Null()
		}
	}
}

// member writes the child whose Start was read last.
func (o *xmlObject) member() {
	child, name := o.child(o.f)
	if child == nil && name == nil {
		at := o.x.Offset()
		if n := o.pass(); n > 0 {
			if o.stray == 0 {
				o.strayAt = at
			}
			o.stray += n
		}
		return
	}
	o.begin()
	if child == nil || !child.many || o.array != string(name) {
		o.endArray()
	}
	o.w.At(o.x.Offset())
	if o.array == "" {
		o.w.Name(name)
		if child != nil && child.many {
			o.array = string(name)
			o.w.Begin('[')
		}
	}
	if child == nil {
		o.w.Null()
		o.x.Skip() // a name that is close to a known one is counted as it is
		return
	}
	o.value(child)
}

func (o *xmlObject) endArray() {
	if o.array != "" {
		o.w.End(']')
		o.array = ""
	}
}

// child returns the form of the child whose Start was read last and its name as a
// member. Without a form the child is null, and without a name too it is passed over.
func (t *xmlWriter) child(f *xmlForm) (*xmlForm, []byte) {
	name := t.x.Name()
	if t.x.Space() == t.space {
		if child, known := f.in[string(name)]; known {
			if child == nil {
				return nil, nil
			}
			return child, name
		}
		if nearMiss(string(name)) != "" {
			return nil, name
		}
		return nil, nil
	}
	if qualified := "ext:" + string(name); nearMiss(qualified) != "" {
		return nil, []byte(qualified)
	}
	return nil, nil
}
