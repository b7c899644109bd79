// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// references reads external references. The places where the code is kept and where the
// component comes from are references to its vendor, and its site is its homepage; all other
// types are mentions.
func (x *cdx) references(b *builder) {
	if !x.list(b, "list of external references") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.reference(b, element("/externalReferences/", i, ""), element("/externalReferences/", i, "/url"))
	}
}

// reference reads one external reference at a place of a component, and the place of its URL. It
// returns the URL and its role.
func (x *cdx) reference(b *builder, at, urlAt path) (url span, role vendors.Role) {
	role = vendors.Mention
	if !x.object(b, "external reference") {
		return url, role
	}
	off := int64(0)
	var link DocumentRef
	typ, lossy := "", false
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "type":
			text, _ := x.str(b)
			role, typ = x.referenceType(b, text)
		case "url":
			x.setPlain(b, &url)
			off, lossy = x.j.TextOffset(), x.j.Lossy()
		case "hashes":
			x.hashes(&link)
		default:
			x.member(b, name, "comment")
		}
	}
	if lossy && role != vendors.Mention {
		b.malformed++
	}
	if typ == "bom" || linksParts(typ, b.get(url)) && !x.isOwnLink(string(b.get(url))) {
		link.URL = string(b.get(url))
		link.Location = vendors.Location{Pointer: string(b.get(b.addPointer(at))), Offset: off}
		b.links = append(b.links, link)
	}
	b.claimSpan(role, vendors.KindURL, url, urlAt, off)
	return url, role
}

// referenceRoles are the types of external references that are more than mentions: those of all
// versions of the schema, and the names that other formats and tools use for them.
var referenceRoles = map[string]vendors.Role{
	"vcs": vendors.Reference, "distribution": vendors.Reference, "distribution-intake": vendors.Reference, "source-distribution": vendors.Reference,
	"website": vendors.Homepage,

	"homepage": vendors.Homepage,
	"scm":      vendors.Reference, "git": vendors.Reference, "repository": vendors.Reference, "source": vendors.Reference, "download": vendors.Reference,
}

// referenceMentions are the other types of the schema.
var referenceMentions = func() map[string]bool {
	m := map[string]bool{"": true}
	for word := range strings.FieldsSeq(`other issue-tracker advisories bom mailing-list social chat documentation support license build-meta
		build-system security-contact attestation threat-model adversary-model risk-assessment vulnerability-assertion exploitability-statement
		pentest-report static-analysis-report dynamic-analysis-report runtime-analysis-report component-analysis-report maturity-report
		certification-report quality-metrics codified-infrastructure model-card poam log configuration evidence formulation
		electronic-signature digital-signature rfc-9116 release-notes patent patent-family patent-assertion citation`) {
		m[word] = true
	}
	return m
}()

// referenceTypes are all of these, with their names and roles.
var referenceTypes = func() map[string]referenceType {
	m := make(map[string]referenceType)
	for name := range referenceMentions {
		m[name] = referenceType{name, vendors.Mention}
	}
	for name, role := range referenceRoles {
		m[name] = referenceType{name, role}
	}
	return m
}()

type referenceType struct {
	name string
	role vendors.Role
}

// foldType returns the type of an external reference in the spelling of the schema: "vcs" for
// "VCS", "source-distribution" for "source_distribution".
func foldType(typ []byte) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(string(typ))), "_", "-")
}

// referenceType returns the role of an external reference and its type in the spelling of the schema. A
// type that the schema does not have is counted, because its meaning is not known.
func (x *cdx) referenceType(b *builder, typ []byte) (vendors.Role, string) {
	if known, ok := referenceTypes[string(typ)]; ok {
		return known.role, known.name
	}
	folded := foldType(typ)
	known, ok := referenceTypes[folded]
	kind, what := WarnSchema, "; it is read as "+quote(folded)
	if !ok {
		known = referenceType{folded, vendors.Mention}
		kind, what = WarnMalformed, "; what its address is was not understood"
		b.malformed++
	}
	x.s.Warn(kind, "the type of an external reference is "+quote(string(typ))+", which the schema does not have"+what,
		vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.TextOffset()})
	return known.role, known.name
}

// linked reports the bills of materials that a component refers to. A registry's own record of
// the package is not a bill of materials.
func (x *cdx) linked(b *builder) {
	for _, link := range b.links {
		if isRegistryRecord(string(b.get(b.purl)), link.URL) {
			x.s.Warn(WarnSchema, "the reference of type bom is to the registry's record of the package, which is not a bill of materials", link.Location)
			continue
		}
		x.s.AddDocumentRef(link)
	}
}

// properties reads name-value pairs. Some are known or likely to have a maker or an identifier, see
// propertyOf. All others are mentions. It reports whether one may say who made the component.
func (x *cdx) properties(b *builder) (named bool) {
	if !x.list(b, "list of properties") {
		return false
	}
	for i := 0; x.j.More(); i++ {
		if !x.object(b, "property") {
			continue
		}
		field := mentionText
		var value span
		var off int64
		build, lossy := false, false
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "name":
				text, ok := x.plainText()
				if known, is := x.property(text); ok && is {
					field = known
				}
				build = ok && string(text) == "BR_TYPE"
			case "value":
				x.setPlain(b, &value)
				off, lossy = x.j.TextOffset(), x.j.Lossy()
			default:
				x.member(b, name)
			}
		}
		if lossy && field.role != vendors.Mention {
			b.malformed++
		}
		if build && string(b.get(value)) == "host" {
			b.indirect = true // Buildroot lists its build tools
		}
		named = x.propertyValue(b, field, value, element("/properties/", i, "/value"), off) || named
	}
	return named
}

// propertyValue makes the claims of the value of a property with the meaning of field. A package URL
// or CPE in any property is a reason to review. It reports whether the value may say who made the
// component.
func (f *fieldReader) propertyValue(b *builder, field makerField, value span, at path, off int64) bool {
	switch text := b.get(value); {
	case field.role != vendors.Mention:
	case isPURL(text):
		field = makerField{vendors.Author, vendors.KindPURL}
	case isCPE(text):
		field = makerField{vendors.Author, vendors.KindCPE}
	}
	if field == mentionText {
		if len(b.claims) < maxMentions {
			b.claimSpan(field.role, field.kind, value, at, off)
		}
		return false
	}
	f.makerValue(b, field, b.get(value), at, off)
	return field.role != vendors.Mention && value.from < value.to
}

// only reads one member of an object with read. known are the other members of the object.
func (x *cdx) only(b *builder, name string, read func(), known ...string) {
	if !x.object(b, "element") {
		return
	}
	for x.j.More() {
		if other := x.j.Name(); string(other) != name {
			x.member(b, other, known...)
			continue
		}
		read()
	}
}

// swid reads the identity of a SWID tag, and the tag itself if it is enclosed.
func (x *cdx) swid(b *builder) {
	if !x.object(b, "swid") {
		return
	}
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "name":
			x.text(b, vendors.Mention, vendors.KindProduct, path{a: "/swid/name"})
		case "tagId":
			x.text(b, vendors.Mention, vendors.KindText, path{a: "/swid/tagId"})
		case "url":
			x.text(b, vendors.Reference, vendors.KindURL, path{a: "/swid/url"})
		case "text":
			x.swidText(b)
		default:
			x.member(b, name, "version", "tagVersion", "patch")
		}
	}
}

// swidText reads an enclosed SWID tag. Its entities are claims of the component.
func (x *cdx) swidText(b *builder) {
	if !x.object(b, "swid text") {
		return
	}
	var content span
	var off int64
	encoded := false
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "content":
			x.set(b, &content)
			off = x.j.TextOffset()
		case "encoding":
			text, _ := x.str(b)
			encoded = string(text) == "base64"
		default:
			x.member(b, name, "contentType")
		}
	}
	data := b.get(content)
	if encoded {
		// DecodeString ignores line breaks, which are allowed, and nothing else.
		decoded, err := base64.StdEncoding.DecodeString(string(data))
		if err != nil {
			x.malformedTag(b, off, err)
			return
		}
		data = decoded
	}
	if data = bytes.TrimSpace(data); len(data) == 0 {
		return
	}
	read := readSWID
	if bytes.HasPrefix(data, []byte(coswidMagic)) {
		read = readCoSWID
	}
	tag := NewDocument(Header{}, &x.limits, func(s *Sink) error {
		return read(bytes.NewReader(data), s)
	})
	for c, err := range tag.Components() {
		if err != nil {
			x.malformedTag(b, off, err)
			return
		}
		b.malformed += c.Malformed
		for _, claim := range c.Claims {
			b.examinedClaim(claim.Role, claim.Kind, []byte(claim.Value), path{a: "/swid/text/content"}, off)
		}
	}
	for _, w := range tag.Header().Warnings {
		x.s.Warn(w.Kind, w.Message, vendors.Location{Pointer: string(b.get(b.pointer)) + "/swid/text/content", Offset: off})
	}
}

func (x *cdx) malformedTag(b *builder, off int64, err error) {
	b.malformed++
	x.s.Warn(WarnMalformed, "the enclosed SWID tag cannot be read: "+err.Error(), vendors.Location{Pointer: string(b.get(b.pointer)) + "/swid/text/content", Offset: off})
}

// pedigree reads the components that the component was made from, and those made from it. Each
// is delivered as a component with Pedigree set.
func (x *cdx) pedigree(b *builder) {
	if !x.object(b, "pedigree") {
		return
	}
	for x.j.More() {
		name := x.j.Name()
		switch shape, known := pedigreeShapes[string(name)]; {
		case shape != nil:
			x.shaped(b, shape, "pedigree/"+string(name))
		case known:
			x.pass(b)
		case string(name) == "ancestors", string(name) == "descendants", string(name) == "variants":
			list := string(name)
			x.nested(b, func(parent []byte) { x.components(append(parent, "/pedigree"...), list, true) })
		default:
			x.unexpected(b, name)
		}
	}
}
