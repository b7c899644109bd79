// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"

	"github.com/clause76/clause76/vendors"
)

// refer records a reference to an element of this document, or of another document that this one
// declares.
func (x *spdx) refer(id []byte, offset int64) {
	switch string(id) {
	case documentRef, "NOASSERTION", "NONE":
		return
	}
	if bytes.HasPrefix(id, []byte("DocumentRef-")) {
		id, _, _ = bytes.Cut(id, []byte(":"))
	}
	x.elements.refer(id, func() vendors.Location { return vendors.Location{Pointer: x.j.Pointer(), Offset: offset} })
}

// referAll records the references of a member to elements: one, or a list.
func (x *spdx) referAll(b *builder) {
	if x.j.Kind() != '[' {
		if text, ok := x.str(b); ok {
			x.refer(text, x.j.TextOffset())
		}
		return
	}
	x.j.Enter('[')
	for x.j.More() {
		if text, ok := x.str(b); ok {
			x.refer(text, x.j.TextOffset())
		}
	}
}

func (x *spdx) describes() {
	if !x.expect('[', "documentDescribes", "/documentDescribes") {
		return
	}
	x.b.reset()
	for x.j.More() {
		if text, ok := x.str(&x.b); ok {
			x.s.SetPrimary(string(text))
			x.refer(text, x.j.TextOffset())
		}
	}
	x.s.doc.header.Malformed += x.b.malformed
}

// relationships reads relationships (11.1): some state what the document describes.
func (x *spdx) relationships() {
	if !x.expect('[', "relationships", "/relationships") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.j.Load()
		if x.j.Kind() != '{' {
			x.expect('{', "a relationship", fmt.Sprintf("/relationships/%d", i))
			continue
		}
		x.j.Enter('{')
		x.oneRelationship()
	}
}

func (x *spdx) oneRelationship() {
	var typ, from, to span
	var fromAt, toAt int64
	b := &x.b
	b.reset()
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "relationshipType":
			x.set(b, &typ)
		case "spdxElementId":
			x.set(b, &from)
			fromAt = x.j.TextOffset()
		case "relatedSpdxElement":
			x.set(b, &to)
			toAt = x.j.TextOffset()
		case "comment":
			x.pass(b, string(name))
		default:
			x.unexpected(b, string(name))
		}
	}
	x.s.doc.header.Malformed += b.malformed
	x.refer(b.get(from), fromAt)
	x.refer(b.get(to), toAt)
	switch string(b.get(typ)) {
	case "DESCRIBES":
		if string(b.get(from)) == documentRef {
			x.s.SetPrimary(string(b.get(to)))
		}
	case "DESCRIBED_BY":
		if string(b.get(to)) == documentRef {
			x.s.SetPrimary(string(b.get(from)))
		}
	case "CONTAINS":
		x.s.setInside(string(b.get(to)), string(b.get(from)))
	case "CONTAINED_BY":
		x.s.setInside(string(b.get(from)), string(b.get(to)))
	}
}

// externalDocuments reads the references to other documents (6.6).
func (x *spdx) externalDocuments() {
	if !x.expect('[', "externalDocumentRefs", "/externalDocumentRefs") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.externalDocument(i)
	}
}

func (x *spdx) externalDocument(i int) {
	link := DocumentRef{Location: vendors.Location{Pointer: fmt.Sprintf("/externalDocumentRefs/%d", i), Offset: x.j.Offset()}}
	if !x.expect('{', "a reference to a document", link.Location.Pointer) {
		return
	}
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "externalDocumentId":
			if text, ok := x.plainText(); ok {
				x.elements.define(text)
			}
		case "spdxDocument":
			if text, ok := x.plainText(); ok {
				link.URL, link.Location.Offset = string(text), x.j.TextOffset()
			}
		case "checksum":
			if x.j.Kind() == '"' { // tag-value: "SHA1: d6a7…"
				text, _ := x.plainText()
				algorithm, value, _ := bytes.Cut(text, []byte(":"))
				link.digest(string(algorithm), string(value))
				continue
			}
			x.checksum(&link, "algorithm", "checksumValue")
		default:
			x.unexpected(nil, string(name))
		}
	}
	x.s.AddDocumentRef(link)
}
