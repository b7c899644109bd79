// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/xmlstream"
)

// An xmlForm describes the JSON form of an element. Documents in XML are read in their JSON form,
// so that a field has the same meaning in both, and one mapping of fields to claims is enough.
// Elements without a form are skipped, except for those that other parsers may take for a known
// one.
type xmlForm struct {
	text  bool                // the element's content is a string
	list  string              // the element's children of this name are an array
	many  bool                // consecutive elements of this name are an array
	wrap  string              // as an element of an array, it is a member of this name
	value string              // the element's text is a member of this name
	attrs []string            // attributes that are members
	attr  string              // the attribute that is the value of the element
	named bool                // children that the format does not have are members too
	in    map[string]*xmlForm // children that are members or elements of a list; nil if skipped
}

var xmlText = &xmlForm{text: true}

// mixed is the name of the member for text between elements.
const mixed = "#text"

// xmlWriter writes the JSON form of one document.
type xmlWriter struct {
	x     *xmlstream.Reader
	w     *jsonstream.Writer
	space string // namespace of the root element
	text  []byte // of the elements that are open, one after the other
	// prelude writes the first members of the root element's object.
	prelude func()
	// strayParts reads an element that the format does not have, and returns the number of
	// parts in it. By default these are elements that look like parts of CycloneDX.
	strayParts func(t *xmlWriter) int
}

func transcodeXML(r io.Reader, l Options, write func(*xmlWriter) error) *jsonstream.Reader {
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

// value writes an element after its Start was read, up to its End.
func (t *xmlWriter) value(f *xmlForm) {
	t.w.At(t.x.Offset())
	switch {
	case f.attr != "":
		t.attribute(f.attr)
	case f.text:
		t.string()
	case f.list != "":
		t.array(f)
	default:
		t.object(f)
	}
}

// attribute writes one attribute of an element as a string.
func (t *xmlWriter) attribute(name string) {
	var value []byte
	for _, a := range t.x.Attrs() {
		if a.Space == "" && string(a.Name) == name {
			value = a.Value
		}
	}
	value = slices.Clone(value) // stray overwrites it
	at := t.x.Offset()
	made := 0
	for _, a := range t.x.Attrs() {
		if fields.MayNameMaker(a.Name) {
			made = 1
		}
	}
	if n := t.stray(true) + made; n > 0 {
		t.noString(at, n)
		return
	}
	t.w.Text(value)
}

// string writes the text of an element. Old versions of cdxgen write it in an inner element of
// the same name (<url><url>…</url></url>). If there are other inner elements, which no format
// allows in a string, it writes an object, which the reader counts as malformed.
func (t *xmlWriter) string() {
	from := len(t.text)
	made, other := t.leafAttributes()
	at, whole, parts := t.stringText(true)
	text := bytes.TrimSpace(t.text[from:])
	if len(text) == 0 {
		made += other
	}
	parts += made
	whole = whole && made == 0
	t.w.At(at)
	if whole {
		t.w.Text(text)
	} else {
		t.noString(at, parts)
	}
	t.text = t.text[:from]
}

// leafAttributes looks at the attributes of an element that has only text. made is 1 if one may name
// a maker, or has what belongs into the text: <purl value="pkg:npm/x@1"/>. other is 1 if there is any
// other attribute, which is the content of the element if it has no text.
func (t *xmlWriter) leafAttributes() (made, other int) {
	for _, a := range t.x.Attrs() {
		switch name := string(a.Name); {
		case fields.MayNameMaker(a.Name), isContentAttribute(a), isPURL(a.Value), isCPE(a.Value), similarVendorField("@"+name) != "" && name != "bom-ref":
			made = 1
		case a.Space == "" && len(bytes.TrimSpace(a.Value)) > 0:
			other = 1
		}
	}
	return made, other
}

// isContentAttribute reports whether an attribute has a name for the content of an element. No format
// has such an attribute where an element has a text.
func isContentAttribute(a xmlstream.Attr) bool {
	if len(bytes.TrimSpace(a.Value)) == 0 {
		return false
	}
	switch strings.ToLower(string(a.Name)) {
	case "value", "content", "text", "val", "string":
		return true
	}
	return false
}

// includeSpace is the namespace of elements that stand for the content of another document.
const includeSpace = "http://www.w3.org/2001/XInclude"

// noString writes an object in the place of a string, with the number of parts in it.
func (t *xmlWriter) noString(at int64, parts int) {
	t.w.Begin('{')
	if parts > 0 {
		t.writeStray(at, parts)
	}
	t.w.End('}')
}

// writeStray writes the number of parts that were skipped, as a member that no format has.
func (t *xmlWriter) writeStray(at int64, n int) {
	t.w.At(at)
	if t.strayParts == nil {
		t.w.Member(partElement)
		t.w.Null()
		return
	}
	t.w.Member(strayPrefix + strconv.FormatInt(at, 10))
	t.w.Raw(strconv.AppendInt(nil, int64(n), 10))
}

// stringText appends the text of an element to t.text. It returns the offset of the text, whether
// the element has nothing else, and the number of parts in it.
func (t *xmlWriter) stringText(outer bool) (at int64, whole bool, parts int) {
	name, space := string(t.x.Name()), t.x.Space()
	at, whole = t.x.Offset(), true
	texts, elements := 0, 0
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		if t.x.Kind() == xmlstream.Text {
			texts++
			at = t.x.Offset()
			t.text = append(t.text, t.x.Text()...)
			continue
		}
		elements++
		if outer && string(t.x.Name()) == name && t.x.Space() == space {
			var inner int
			at, whole, inner = t.stringText(false)
			parts += inner
			continue
		}
		whole = false
		parts += t.stray(true)
	}
	return at, whole && elements < 2 && (texts == 0 || elements == 0), parts
}

// array writes the children of a list. A child of another name is null. A child that looks like a
// part, or that other parsers may take for an element of the list, is false, which no list has,
// so that it is counted.
func (t *xmlWriter) array(f *xmlForm) {
	t.w.Begin('[')
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		if t.x.Kind() == xmlstream.Text {
			t.w.Null()
			continue
		}
		t.w.At(t.x.Offset())
		name, ours := string(t.x.Name()), t.x.Space() == t.space
		item, known := f.in[name]
		switch {
		case known && ours && item != nil && item.wrap != "":
			t.w.Begin('{')
			t.w.Member(item.wrap)
			t.value(item)
			t.w.End('}')
		case known && ours && item != nil:
			t.value(item)
		case t.x.Space() == includeSpace, known && item != nil || item == nil && nearItem(f, name) || !known && fields.MayNameMaker(name):
			t.x.Skip()
			t.w.Raw([]byte("false"))
		case t.stray(!known) > 0:
			t.w.Raw([]byte("false"))
		case !known && ours:
			t.w.Null()
		}
	}
	t.w.End(']')
}

// nearItem reports whether other parsers may take name for an element of the list.
func nearItem(f *xmlForm, name string) bool {
	for item, form := range f.in {
		if form != nil && name != item && fields.Fold(name) == fields.Fold(item) {
			return true
		}
	}
	return false
}

// stray reads an element without claims and returns the number of parts in it, see
// [xmlWriter.strayParts]. loose means that the format does not have the element.
func (t *xmlWriter) stray(loose bool) int {
	switch {
	case t.strayParts != nil:
		return t.strayParts(t)
	case t.looksLikePart(loose):
		return 1
	}
	return 0
}

// looksLikePart reads an element without claims and reports whether it, or an element in it, looks
// like a part. loose means that the format does not have the element. Then only its fields
// count, because its name means nothing.
func (t *xmlWriter) looksLikePart(loose bool) (found bool) {
	name := t.x.Name()
	if t.x.Space() == includeSpace {
		t.x.Skip()
		return true
	}
	if passedOver(name) && (!loose || string(name) == "properties") {
		t.x.Skip()
		return false
	}
	look := partLook{listed: isPartName(name)}
	for _, a := range t.x.Attrs() {
		if string(a.Name) == "bom-ref" || string(a.Name) == "type" && componentTypes[string(a.Value)] {
			look.bears = true
		}
		found = found || fields.MayNameMaker(a.Name)
	}
	for t.x.Next() != xmlstream.None && t.x.Kind() != xmlstream.End {
		if t.x.Kind() == xmlstream.Start {
			look.field(t.x.Name())
			look.maker = look.maker || loose && fields.MayNameMaker(t.x.Name())
			found = t.looksLikePart(loose) || found
		}
	}
	return found || look.isPart(loose)
}

// object writes an element with its attributes and children as members, or as a string if it has
// only text.
func (t *xmlWriter) object(f *xmlForm) {
	o := &xmlObject{xmlWriter: t, f: f}
	o.attributes()
	from := len(t.text)
	stray, at := false, t.x.Offset() // text between elements
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
	text := bytes.TrimSpace(t.text[from:])
	t.text = t.text[:from]
	switch {
	case o.content == nil:
	case len(text) == 0:
		text = o.content
	default:
		o.skipped(at, 1)
	}
	if o.parts > 0 {
		o.begin()
		t.writeStray(o.where, o.parts)
	}
	t.w.At(at)
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
	f     *xmlForm
	begun bool   // the opening brace is written
	parts int    // parts that were skipped
	where int64  // offset of the first of them
	array string // name of the array that is open
	// content is the value of an attribute that has the place of the element's text.
	content []byte
}

// skipped counts something in the element that was skipped.
func (o *xmlObject) skipped(at int64, n int) {
	if o.parts == 0 {
		o.where = at
	}
	o.parts += n
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

// attributes writes the attributes of the element. One that may be taken for a field is null or
// false, under its name after "@".
func (o *xmlObject) attributes() {
	for _, a := range o.x.Attrs() {
		switch {
		case slices.Contains(o.f.attrs, string(a.Name)) && (a.Space == "" || a.Space == o.space):
			o.begin()
			o.w.At(a.Offset)
			o.w.Name(a.Name)
			o.w.Text(bytes.TrimSpace(a.Value))
		case isContentAttribute(a) && o.f.value == string(a.Name) && o.content == nil: // some tools write properties so
			o.content = bytes.Clone(bytes.TrimSpace(a.Value))
		case isContentAttribute(a):
			o.skipped(a.Offset, 1)
		case fields.MayNameMaker(a.Name) && !slices.Contains(o.f.attrs, string(a.Name)):
			o.begin()
			o.w.At(a.Offset)
			o.w.Name(append([]byte("@"), a.Name...))
			o.w.Raw([]byte("false")) // counts as malformed, see standInXML
		case a.Space != "" && a.Space != o.space:
		case string(a.Name) != "bom-ref" && similarVendorField("@"+string(a.Name)) != "":
			o.begin()
			o.w.At(a.Offset)
			o.w.Name(append([]byte("@"), a.Name...))
			o.w.Null()
		}
	}
}

// member writes a child after its Start was read.
func (o *xmlObject) member() {
	child, name, known := o.child(o.f)
	if child == nil && name == nil {
		at := o.x.Offset()
		if n := o.stray(!known); n > 0 {
			o.skipped(at, n)
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
		o.w.Raw([]byte("false")) // counts as malformed, see standInXML
		o.x.Skip()
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

// child returns the form and the name of the member for a child after its Start was read. A child
// without a form is false; one without a name and a form has no claims. known reports whether
// the format has it.
func (t *xmlWriter) child(f *xmlForm) (form *xmlForm, name []byte, known bool) {
	name = t.x.Name()
	if t.x.Space() == t.space {
		if child, known := f.in[string(name)]; known {
			if child == nil {
				return nil, nil, true
			}
			return child, name, true
		}
		if f.named || similarVendorField(string(name)) != "" || fields.MayNameMaker(name) {
			return nil, name, false
		}
		return nil, nil, false
	}
	if qualified := "ext:" + string(name); similarVendorField(qualified) != "" || fields.MayNameMaker(name) {
		return nil, []byte(qualified), false
	}
	return nil, nil, false
}
