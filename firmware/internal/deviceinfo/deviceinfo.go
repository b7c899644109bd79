// SPDX-License-Identifier: Apache-2.0

// Package deviceinfo reads the XML element in which a device describes itself, with one child element
// for each field: GetDeviceInformationResponse of ONVIF and DeviceInfo of ISAPI.
//
//	device := &deviceinfo.Element{Format: "onvif", Name: "GetDeviceInformationResponse", Fields: fields}
//	err := device.Read(x, s)
//
// A field that is repeated, nested or misspelled, or that is written as an attribute, counts as
// not screened.
package deviceinfo

import (
	"errors"
	"strings"

	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// An Element describes the element of a format.
type Element struct {
	Format string       // the format's name in reports
	Name   string       // the local name of the element
	Fields format.Table // the child elements that make claims
	// Namespace adds the XML namespace of the element as a claim. Other companies may implement
	// the protocol, so the namespace is a reference.
	Namespace bool
}

// labels are the child elements with the attributes of the component, in lower case. Unlike claims, the
// attributes do not depend on the exact spelling.
var labels = format.Table{
	"model":           {To: format.Name},
	"firmwareversion": {To: format.Version},
	"manufacturer":    {To: format.Group},
}

// Read finds the element and emits its device. The reader x is at the start of the document.
func (e *Element) Read(x *xmlstream.Reader, s *sbom.Sink) error {
	r := &reader{Element: e, x: x, s: s, seen: make(map[string]bool)}
	for ; x.Kind() != xmlstream.None; x.Next() {
		switch x.Kind() {
		case xmlstream.Start:
			r.start()
		case xmlstream.Text:
			r.text()
		case xmlstream.End:
			if x.Depth() <= r.depth+1 {
				r.field = ""
			}
		}
	}
	if err := x.Err(); err != nil {
		return err
	}
	if r.c == nil {
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New(e.Name + " is missing")}
	}
	if r.c.Name == "" {
		r.c.Name = e.Format + " device"
	}
	s.Emit(*r.c)
	return nil
}

type reader struct {
	*Element
	x     *xmlstream.Reader
	s     *sbom.Sink
	c     *sbom.Component // nil before the element
	depth int             // of the element
	field string          // the child element that is open, or ""
	seen  map[string]bool // child elements
}

// at returns the location of a child element that is being read.
func (r *reader) at(field string) vendors.Location {
	return vendors.Location{Pointer: "/" + r.Name + "/" + field, Offset: r.x.Offset()}
}

// start reads a start tag.
func (r *reader) start() {
	name := string(r.x.Name())
	switch {
	case name == r.Name && r.c == nil:
		r.device()
	case name == r.Name:
		r.x.Fail(sbom.ErrSyntax, errors.New("a second "+r.Name))
	case r.c == nil:
	case r.x.Depth() == r.depth+1:
		r.child(name)
	case r.field != "":
		// A field in another field, or markup in the text of a field.
		if r.known(r.field) || r.known(name) {
			format.Malformed(r.s, r.c, sbom.WarnMalformed, "the element "+name+" in "+r.field+" was not screened", r.at(r.field))
		}
	}
}

// device reads the start tag of the element.
func (r *reader) device() {
	at := vendors.Location{Pointer: "/" + r.Name, Offset: r.x.Offset()}
	r.c = &sbom.Component{Ref: "device", Type: "device", Placement: sbom.Primary, Location: at}
	r.depth = r.x.Depth()
	if r.Namespace && r.x.Space() != "" {
		r.s.Claim(r.c, vendors.Reference, vendors.KindProduct, r.x.Space(), at)
	}
	r.attributes(at.Pointer)
}

// child reads the start tag of a child element.
func (r *reader) child(name string) {
	at := r.at(name)
	if r.seen[name] && r.known(name) {
		format.Malformed(r.s, r.c, sbom.WarnMalformed, name+" is repeated", at)
	}
	r.seen[name], r.field = true, name
	if !r.Fields.Unknown(r.s, r.c, name, at) && !r.known(name) && format.MayNameMaker(name) {
		format.UnknownMaker(r.s, r.c, name, at)
	}
	r.attributes(at.Pointer)
}

// known reports whether a child element of this name is a field.
func (r *reader) known(name string) bool {
	_, ok := r.Fields[name]
	return ok
}

// text reads the text of a child element.
func (r *reader) text() {
	if r.field == "" {
		return
	}
	text := strings.TrimSpace(string(r.x.Text()))
	at := r.at(r.field)
	labels[strings.ToLower(r.field)].Read(r.s, r.c, text, at)
	r.Fields[r.field].Read(r.s, r.c, text, at)
}

// attributes counts the attributes of the start tag that may name the maker of the device: attributes
// with the name of a field or a name that suggests a maker, and the value of a field. The formats
// have child elements for all of these.
func (r *reader) attributes(pointer string) {
	for _, a := range r.x.Attrs() {
		name := string(a.Name)
		value := r.known(r.field) && (strings.EqualFold(name, "value") || strings.EqualFold(name, "name"))
		if len(a.Value) > 0 && (value || r.known(name) || r.Fields.Similar(name) != "" || format.MayNameMaker(name)) {
			format.UnknownMaker(r.s, r.c, name, vendors.Location{Pointer: pointer + "/@" + name, Offset: a.Offset})
		}
	}
}
