// SPDX-License-Identifier: Apache-2.0

// Package mud reads manufacturer usage descriptions, the files in which a maker says what a
// device talks to on a network (RFC 8520), with what RFC 9472 adds: where the device's
// bill of materials is.
//
// The device is a product. Its mfg-name is the maker. The host of its mud-url, which is
// often generated, and its texts only mention. Bills of materials that it refers to are
// documents that were not read; so are those that only the device itself can give.
package mud

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "mud"

const container = "ietf-mud:mud"

// Sniff reports whether a document that starts with head is a MUD file.
func Sniff(head []byte) bool {
	if !bytes.Contains(head, []byte("ietf-mud")) {
		return false
	}
	for name := range jsonstream.TopLevel(head) {
		switch name {
		case container, "ietf-access-control-list:acls", "ietf-access-control-list:access-lists":
			return true
		case "bomFormat", "spdxVersion", "@context":
			return false
		}
	}
	return false
}

// fields are the leaves that bear on vendors.
var fields = map[string]struct {
	role vendors.Role
	kind vendors.Kind
}{
	"mfg-name":      {vendors.Manufacturer, vendors.KindName},
	"model-name":    {vendors.Reference, vendors.KindProduct},
	"systeminfo":    {vendors.Mention, vendors.KindText},
	"mud-url":       {vendors.Mention, vendors.KindURL},
	"documentation": {vendors.Mention, vendors.KindURL},
}

// Read returns the device of a MUD file.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := &reader{j: jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		x.document()
		return x.j.End()
	})
}

type reader struct {
	j *jsonstream.Reader
	s *sbom.Sink
}

func (x *reader) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	found := false
	for j.More() {
		switch name := string(j.Name()); name {
		case container:
			found = true
			x.device()
		default:
			if err := format.CheckPolyglot("MUD", name); err != nil {
				j.Fail(sbom.ErrNotRecognized, err)
			}
			x.unknown(name, "", container)
		}
	}
	if !found && j.Err() == nil {
		j.Fail(sbom.ErrNotRecognized, errors.New("a JSON object without "+container))
	}
}

// unknown passes over a member, unless other parsers may read it as a known one.
func (x *reader) unknown(name, pointer string, known ...string) {
	if near := format.SimilarField(name, known...); near != "" {
		x.s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), vendors.Location{Pointer: pointer, Offset: x.j.Offset()})
	}
	x.j.Skip()
}

func (x *reader) device() {
	j := x.j
	const pointer = "/" + container
	c := sbom.Component{Ref: "device", Type: "device", Name: "device", Placement: sbom.Primary, Location: vendors.Location{Pointer: pointer, Offset: j.Offset()}}
	if !j.Enter('{') {
		j.Fail(sbom.ErrSyntax, errors.New("expected an object"))
		return
	}
	for j.More() {
		name := string(j.Name())
		at := vendors.Location{Pointer: pointer + "/" + name, Offset: j.Offset()}
		switch name {
		case "mfg-name", "model-name", "systeminfo", "mud-url", "documentation", "firmware-rev":
			text, ok := x.text(&c, at)
			if !ok {
				continue
			}
			at.Offset = j.TextOffset()
			switch name {
			case "mfg-name":
				c.Group = text
			case "model-name":
				c.Name = text
			case "firmware-rev":
				c.Version = text
				continue
			}
			x.s.Claim(&c, fields[name].role, fields[name].kind, text, at)
		case "mudtx:transparency", "ietf-mud-transparency:transparency", "transparency", "sboms":
			x.transparency(&c, at.Pointer)
		default:
			x.unknown(name, pointer, "mfg-name", "ietf-mud-transparency:transparency")
		}
	}
	if j.Err() == nil && !x.s.Emit(c) {
		j.Fail(sbom.ErrRead, errors.New("stopped"))
	}
}

// text reads a string, or counts what stands in its place.
func (x *reader) text(c *sbom.Component, at vendors.Location) (string, bool) {
	if k := x.j.Kind(); k != '"' {
		if k != 'n' {
			c.Malformed++
			x.s.Warn(sbom.WarnMalformed, "expected a string; it was not screened", at)
		}
		x.j.Skip()
		return "", false
	}
	raw, ok := x.j.Text()
	return string(raw), ok
}

// transparency reads where bills of materials are: RFC 9472, section 3.
func (x *reader) transparency(c *sbom.Component, pointer string) {
	j := x.j
	switch j.Kind() {
	case '{':
		for j.Enter('{'); j.More(); {
			name := string(j.Name())
			at := vendors.Location{Pointer: pointer + "/" + name, Offset: j.Offset()}
			switch name {
			case "sbom-url", "sbom-archive-list":
				if url, ok := x.text(c, at); ok {
					at.Offset = j.TextOffset()
					x.s.AddDocumentRef(sbom.DocumentRef{URL: url, Location: at})
				}
			case "sbom-local-well-known", "contact-info":
				if text, ok := x.text(c, at); ok {
					x.s.Malformed(sbom.WarnIncomplete, "the bill of materials is to be had elsewhere ("+text+"), and was not screened", at)
				}
			case "sboms":
				x.transparency(c, at.Pointer)
			default:
				x.unknown(name, pointer, "sboms", "sbom-url")
			}
		}
	case '[':
		j.Enter('[')
		for i := 0; j.More(); i++ {
			x.transparency(c, fmt.Sprintf("%s/%d", pointer, i))
		}
	default:
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, "expected an object or a list; it was not screened", vendors.Location{Pointer: pointer, Offset: j.Offset()})
		j.Skip()
	}
}
