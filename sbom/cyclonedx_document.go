// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// A document has properties and external references of its own, and so has its metadata. What they
// say about a maker can be about the product.

// documentProperties reads the properties of the document or of its metadata into b. Those that name
// no maker, and are no identifier, are about the document. It reports whether there are others.
func (x *cdx) documentProperties(b *builder) bool {
	own := newBuilder(x.s)
	own.pointer = own.add(b.get(b.pointer)) // for warnings
	named := x.properties(&own)
	b.malformed += own.malformed
	for _, c := range own.claims {
		if c.role != vendors.Mention {
			c.value = b.add(own.get(c.value))
			b.claims = append(b.claims, c)
			b.wanted = b.wanted || own.wanted
		}
	}
	return named
}

// ownProperties reads the properties of the document.
func (x *cdx) ownProperties() {
	b := x.begin(nil, "", -1)
	b.pointer, b.offset = span{}, x.j.Offset()
	x.aboutDocument(b, x.documentProperties(b))
}

// aboutDocument delivers what the document says about makers outside of its components, if it does, as
// a component without a name. It is no part that lacks an identity.
func (x *cdx) aboutDocument(b *builder, named bool) {
	if !named && b.malformed == 0 {
		x.free = append(x.free, b)
		return
	}
	b.identity = true
	x.unnamed++
	x.deliver(b)
}

// linkedDocuments reads the external references of the document itself. They can be about the
// product, so that the place of its code, or its site, is a link to the owner.
func (x *cdx) linkedDocuments() {
	if !x.array(nil, "externalReferences") {
		return
	}
	b := x.begin(nil, "", -1)
	b.pointer, b.offset = span{}, x.j.Offset()
	named := false
	for i := 0; x.j.More(); i++ {
		link := DocumentRef{Location: vendors.Location{Pointer: fmt.Sprintf("/externalReferences/%d", i), Offset: x.j.Offset()}}
		if !x.expect('{', "an external reference", link.Location.Pointer) {
			continue
		}
		typ, off := "", int64(0)
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "type":
				text, _ := x.plainText()
				typ = string(text)
			case "url":
				text, _ := x.plainText()
				link.URL, off = string(text), x.j.TextOffset()
			case "hashes":
				x.hashes(&link)
			default:
				x.member(nil, name, "comment")
			}
		}
		switch typ = foldType([]byte(typ)); {
		case typ == "bom" || linksParts(typ, []byte(link.URL)) && !x.isOwnLink(link.URL):
			x.s.AddDocumentRef(link)
		case referenceRoles[typ] != "" && link.URL != "":
			named = true
			b.claim(vendors.Homepage, vendors.KindURL, []byte(link.URL), element("/externalReferences/", i, "/url"), off)
		}
	}
	x.aboutDocument(b, named)
}

// withoutParts are the types of external references to documents that are about vulnerabilities or
// conformance. A BOM-Link of any other type leads to a bill of materials or to an element of one.
var withoutParts = map[string]bool{
	"vulnerability-assertion": true, "exploitability-statement": true, "advisories": true, "attestation": true,
	"certification-report": true, "risk-assessment": true, "threat-model": true, "release-notes": true,
}

// linksParts reports whether a URL of an external reference of a type, in the spelling of the schema,
// is a BOM-Link to parts.
func linksParts(typ string, url []byte) bool {
	if len(url) == 0 || 'a' <= url[0] && url[0] < 'u' { // the usual case
		return false
	}
	return hasPrefixFold(bytes.TrimSpace(url), "urn:cdx:") && !withoutParts[typ]
}

// isOwnLink reports whether a BOM-Link leads to the document itself, as far as it is known.
func (x *cdx) isOwnLink(url string) bool {
	serial, ok := strings.CutPrefix(strings.ToLower(x.s.doc.header.Serial), "urn:uuid:")
	return ok && serial != "" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(url)), "urn:cdx:"+serial+"/")
}

// hashes reads the digests of a linked document.
func (x *cdx) hashes(l *DocumentRef) {
	if !x.expect('[', "a list of hashes", l.Location.Pointer) {
		return
	}
	for x.j.More() {
		x.checksum(l, "alg", "content")
	}
}
