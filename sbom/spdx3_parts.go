// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/vendors"
)

// values reads a string, or what JSON-LD allows in its place: an array of strings, or an
// object with a @value or an @id.
func (x *spdx3) values(b *builder, read func(text []byte)) {
	x.each(func(k jsontext.Kind) {
		switch k {
		case '"':
			if text, ok := x.str(b); ok {
				read(text)
			}
		case '{':
			x.j.Enter('{')
			found := false
			for x.j.More() {
				switch string(x.j.Name()) {
				case "@value", "@id":
					if text, ok := x.str(b); ok {
						found = true
						read(text)
					}
				default:
					x.j.Skip()
				}
			}
			if !found {
				b.malformed++
				x.s.Warn(WarnMalformed, "a value is an object without a @value", vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.Offset()})
			}
		default:
			x.wrong(b, "")
		}
	})
}

// plainValues is values for a field that cannot identify a vendor.
func (x *spdx3) plainValues(b *builder, read func(text []byte)) {
	before := b.malformed
	x.values(b, func(text []byte) {
		if x.j.Lossy() {
			b.malformed = before
		}
		read(text)
	})
}

func (x *spdx3) mentions(b *builder, role vendors.Role, at string) {
	x.each(func(k jsontext.Kind) {
		if k != '"' {
			x.j.Skip()
			return
		}
		x.mention(b, role, path{a: at})
	})
}

// readAgents reads references to agents.
func (x *spdx3) readAgents(b *graphElement, role vendors.Role, at string) {
	x.each(func(k jsontext.Kind) {
		where := vendors.Location{Pointer: x.at(b, at), Offset: x.j.Offset()}
		switch k {
		case '"':
			text, _ := x.plainText()
			where.Offset = x.j.TextOffset()
			b.makers = append(b.makers, agentRef{role, string(text), where})
		case '{':
			id := x.element([]byte(x.at(b, "")), at[1:], -1)
			b.makers = append(b.makers, agentRef{role, id, where})
		default:
			x.wrong(&b.builder, "agent")
		}
	})
}

// identifiers reads the names of an element in other systems. The sbom-tool of Microsoft writes
// identifiers as elements of their own, and refers to them.
func (x *spdx3) identifiers(b *graphElement) {
	i := -1
	x.each(func(k jsontext.Kind) {
		i++
		switch k {
		case '"':
			text, _ := x.plainText()
			b.class.identified = true
			b.idRefs = append(b.idRefs, agentRef{"", string(text), vendors.Location{Pointer: x.at(b, "/externalIdentifier/"+strconv.Itoa(i)), Offset: x.j.TextOffset()}})
			return
		case '{':
		default:
			x.wrong(&b.builder, "external identifier")
			return
		}
		x.j.Enter('{')
		typ := ""
		var id span
		var off int64
		for x.j.More() {
			switch name := string(x.j.Name()); name {
			case "externalIdentifierType":
				x.values(&b.builder, func(text []byte) { typ = lastWord(string(text)) })
			case "identifier":
				x.values(&b.builder, func(text []byte) { id, off = b.add(text), x.j.TextOffset() })
			case "identifierLocator": // a page about the identifier
				at := element("/externalIdentifier/", i, "/identifierLocator")
				x.plainValues(&b.builder, func(text []byte) {
					page := b.add(text)
					x.agentIdentifier(b, identifier{refOther, true, page, at, x.j.TextOffset()})
					b.claimSpan(vendors.Mention, vendors.KindURL, page, at, x.j.TextOffset())
				})
			default:
				x.refs(b, name, nil)
			}
		}
		kind, at := refKindOf([]byte(typ), b.get(id)), element("/externalIdentifier/", i, "/identifier")
		// An identifier of another kind can be the address that stands for the agent.
		x.agentIdentifier(b, identifier{kind, kind == refOther && !bytes.Contains(b.get(id), []byte("://")), id, at, off})
		x.identifier(b, kind, id, at, off)
	})
}

// agentIdentifier keeps an identifier for the case that the element is an agent.
func (x *spdx3) agentIdentifier(b *graphElement, id identifier) {
	switch {
	case !x.first || id.text.from == id.text.to:
	case len(b.ids) <= maxAgentIDs+maxAgentMentions:
		b.ids = append(b.ids, id)
	case !id.mention:
		b.manyIDs = true
	}
}

// identifier adds the claims of an identifier.
func (x *spdx3) identifier(b *graphElement, kind refKind, id span, at path, off int64) {
	b.class.identified = b.class.identified || kind == refPURL || kind == refCPE
	if kind == refOther {
		b.claimSpan(vendors.Mention, vendors.KindText, id, at, off)
		return
	}
	x.locator(&b.builder, kind, false, id, at, off)
}

// externalRefs reads the addresses at which an element is kept or described.
func (x *spdx3) externalRefs(b *graphElement) {
	i := -1
	x.each(func(k jsontext.Kind) {
		i++
		if k != '{' {
			x.wrong(&b.builder, "external reference")
			return
		}
		x.j.Enter('{')
		typ := ""
		var locators []span
		var off int64
		for x.j.More() {
			switch name := string(x.j.Name()); name {
			case "externalRefType":
				x.values(&b.builder, func(text []byte) { typ = lastWord(string(text)) })
			case "locator":
				x.values(&b.builder, func(text []byte) { locators, off = append(locators, b.add(text)), x.j.TextOffset() })
			default:
				x.refs(b, name, nil)
			}
		}
		for _, l := range locators {
			kind := refKindOf([]byte(typ), b.get(l))
			b.class.identified = b.class.identified || kind == refPURL || kind == refCPE
			at := element("/externalRef/", i, "/locator")
			x.agentIdentifier(b, identifier{kind, kind == refOther, l, at, off})
			if kind == refOther && x.ownType(&b.builder, []byte(typ), l, at, off) {
				b.class.property = true
				continue
			}
			x.locator(&b.builder, kind, false, l, at, off)
		}
	})
}

// imports reads which elements are in other documents.
func (x *spdx3) imports(b *graphElement) {
	i := -1
	x.each(func(k jsontext.Kind) {
		i++
		if k != '{' {
			x.wrong(&b.builder, "external map")
			return
		}
		x.j.Enter('{')
		link := DocumentRef{Location: vendors.Location{Pointer: x.at(b, "/import/"+strconv.Itoa(i)), Offset: x.j.Offset()}}
		for x.j.More() {
			switch name := string(x.j.Name()); name {
			case "externalSpdxId":
				x.values(&b.builder, func(text []byte) {
					if link.URL = string(text); x.first && len(x.index.imported) < maxAgents {
						x.index.imported[link.URL] = true
					}
				})
			case "verifiedUsing":
				x.each(func(k jsontext.Kind) { x.checksum(&link, "algorithm", "hashValue") })
			default:
				x.refs(b, name, nil)
			}
		}
		if !x.first {
			x.s.AddDocumentRef(link)
		}
	})
}
