// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// spdx reads SPDX 2.1 to 2.3 in its JSON form. Clause numbers are those of SPDX 2.3.
type spdx struct {
	fieldReader
	b        builder
	versions *lazyregexp.Regexp // accepted versions
	// open means that the encoding has no end mark, so that a document that was cut off can
	// look complete.
	open     bool
	last     lastPackage
	elements references
}

// A lastPackage describes the package read last.
type lastPackage struct {
	any, location bool
	at            vendors.Location
}

// spdxVersion matches the versions in JSON, which began with 2.1.
var spdxVersion = lazyregexp.New(`^SPDX-2\.[123](\.\d+)?$`)

// documentRef is the SPDXID of every document (6.3).
const documentRef = "SPDXRef-DOCUMENT"

var errNoVersion = errors.New("spdxVersion is missing; expected SPDX-2.1, SPDX-2.2 or SPDX-2.3")

func readSPDX(r io.Reader, s *Sink) error {
	return newSPDX(jsonstream.NewReader(r, s.Limits().json()), s).read()
}

func newSPDX(j *jsonstream.Reader, s *Sink) *spdx {
	return &spdx{fieldReader: newFieldReader(j, s), versions: spdxVersion, b: newBuilder(s)}
}

func (x *spdx) read() error {
	defer x.j.Close()
	x.document()
	x.whole()
	return x.j.End()
}

func (x *spdx) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	version := ""
	for j.More() {
		x.last.any = false // the document goes on, so the package was not cut off
		switch name := string(j.Name()); name {
		case "SPDXID":
			if text, ok := x.plainText(); ok {
				x.elements.define(text)
			}
		case "spdxVersion":
			text, _ := j.Text()
			version = string(text)
			x.version(version)
		case "packages":
			x.packages()
		case "files":
			x.files()
		case "snippets":
			x.snippets()
		case "documentDescribes":
			x.describes()
		case "relationships":
			x.relationships()
		case "documentNamespace":
			text, _ := x.plainText()
			x.s.SetSerial(string(text))
		case "externalDocumentRefs":
			x.externalDocuments()
		case "creationInfo", "name", "dataLicense", "comment", "annotations", "hasExtractedLicensingInfos", "revieweds":
			x.pass(nil, name)
		default:
			x.single("SPDX 2", name)
			x.unknown(name, "packages", "files", "spdxVersion", "relationships", "documentDescribes", "SPDXID", "snippets", "externalDocumentRefs")
			x.unexpected(nil, name)
		}
	}
	if version == "" {
		j.Fail(ErrNotRecognized, errNoVersion)
	}
}

func (x *spdx) version(v string) {
	if !x.versions.MatchString(v) {
		x.j.Fail(ErrVersion, fmt.Errorf("the version is %q; expected SPDX-2.1, SPDX-2.2 or SPDX-2.3", v))
	}
	x.s.SetVersion(v)
}

// elementsOf calls read for each object of an array of elements.
func (x *spdx) elementsOf(name string, read func(i int)) {
	j := x.j
	if !x.expect('[', name, "/"+name) {
		return
	}
	a := x.ahead(name)
	for i := 0; x.j.More(); i++ {
		if a.pass() {
			continue
		}
		j.Load()
		if k := j.Kind(); k != '{' {
			kind := WarnMalformed
			if k == 'n' {
				kind = WarnNullElement
			}
			x.s.Malformed(kind, fmt.Sprintf("an element of %s is %s; expected an object", name, x.kindWord(k)),
				vendors.Location{Pointer: fmt.Sprintf("/%s/%d", name, i), Offset: j.Offset()})
			j.Skip()
			continue
		}
		x.begin(name, i)
		read(i)
	}
}

// ahead lets other goroutines read the packages of the document before x does. It returns nil if
// there are none, or if all claims are kept.
func (x *spdx) ahead(name string) *ahead {
	if name != "packages" || x.open || x.limits.Workers == nil || x.s.Keep() == nil {
		return nil
	}
	return &ahead{f: &x.fieldReader, elements: &x.elements, fork: func() *elementReader {
		e := newElementReader(&x.fieldReader)
		y := &spdx{fieldReader: fieldReader{j: e.j, s: e.s, limits: x.limits, standIn: x.standIn}, versions: x.versions, b: newBuilder(e.s)}
		e.read = func() {
			y.begin(name, 0)
			y.onePackage()
		}
		y.elements.recorded = new([]refKey)
		e.elements = &y.elements
		return e
	}}
}

// begin enters the object of a component.
func (x *spdx) begin(name string, i int) {
	x.j.Enter('{')
	b := &x.b
	b.reset()
	b.setPointer(nil, name, i)
	b.offset = max(x.j.Offset()-1, 0)
	b.placement = Unresolved
}

func (x *spdx) emit() {
	x.b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(x.b.component()) {
		x.stop()
	}
}

func (x *spdx) packages() {
	x.elementsOf("packages", func(int) { x.onePackage() })
}

func (x *spdx) onePackage() {
	x.last.any, x.last.location = true, false
	for x.j.More() {
		x.packageMember(&x.b, x.j.Name())
	}
	x.schema()
	x.b.deviceName()
	if x.open {
		x.last.at = vendors.Location{Pointer: string(x.b.get(x.b.pointer)), Offset: x.b.offset}
	}
	x.elements.define(x.b.get(x.b.ref))
	x.emit()
}

// schema warns about missing fields that the specification requires of every package (7.1, 7.2,
// 7.7).
func (x *spdx) schema() {
	rule := ""
	switch b := &x.b; {
	case x.j.Err() != nil:
	case b.name.from == b.name.to:
		rule = "name is required"
	case b.ref.from == b.ref.to:
		rule = "SPDXID is required"
	case !x.last.location:
		rule = "downloadLocation is required"
	}
	if rule != "" {
		x.s.Warn(WarnSchema, rule, vendors.Location{Pointer: string(x.b.get(x.b.pointer)), Offset: x.b.offset})
	}
}

// whole checks at the end that the document is complete: that it has the elements that it refers
// to and, in an encoding without an end mark, that a package at its end has the field that every
// package must have after its supplier (7.7). Old versions of Trivy never write that field, but
// they write relationships after the packages.
func (x *spdx) whole() {
	if x.j.Err() != nil {
		return
	}
	if x.open && x.last.any && !x.last.location {
		x.s.Malformed(WarnIncomplete, "the last package has no download location, which every package must have; the document may have been cut off", x.last.at)
	}
	x.elements.settle(&x.fieldReader)
}

func (x *spdx) packageMember(b *builder, name []byte) {
	j := x.j
	switch string(name) {
	case "SPDXID":
		x.one(b, "/SPDXID", &b.ref)
	case "name": // 7.1
		x.set(b, &b.name)
		b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, j.TextOffset())
		x.nameIdentity(b, b.name, path{a: "/name"}, j.TextOffset())
	case "versionInfo":
		x.values(b, "/versionInfo", func(path) { x.setPlain(b, &b.version) })
	case "supplier": // 7.5: the source of the distribution
		x.values(b, "/supplier", func(at path) { x.actor(b, vendors.Supplier, at) })
	case "originator": // 7.6: the origin of the package
		x.values(b, "/originator", func(at path) { x.actor(b, vendors.Manufacturer, at) })
	case "externalRefs": // 7.21
		j.Load()
		x.externalRefs(b)
	case "homepage": // 7.11
		x.values(b, "/homepage", func(at path) { x.url(b, vendors.Homepage, at) })
	case "downloadLocation": // 7.7
		x.last.location = true
		x.values(b, "/downloadLocation", func(at path) { x.url(b, vendors.Reference, at) })
	case "primaryPackagePurpose": // 7.24
		x.one(b, "/primaryPackagePurpose", &b.typ)
		b.typ = b.add(bytes.ToLower(b.get(b.typ)))
	case "copyrightText":
		x.mentions(b, vendors.Author, "/copyrightText")
	case "packageFileName", "sourceInfo", "summary", "description", "comment":
		x.mentions(b, vendors.Mention, mentionPaths[string(name)])
	case "hasFiles":
		x.referAll(b)
	case "filesAnalyzed", "licenseConcluded", "licenseDeclared", "licenseComments", "licenseInfoFromFiles",
		"attributionTexts", "builtDate", "releaseDate", "validUntilDate", "checksums":
		j.Drop()
	case "packageVerificationCode", "annotations":
		x.pass(b, string(name))
	default:
		x.unknownIn(b, name)
		x.unexpected(b, string(name))
	}
}

var mentionPaths = map[string]string{"packageFileName": "/packageFileName", "sourceInfo": "/sourceInfo",
	"summary": "/summary", "description": "/description", "comment": "/comment"}

// values reads the value of a member that has one value in the format. If it is a list, such as
// from a repeated tag, it reads each element.
func (x *spdx) values(b *builder, at string, read func(at path)) {
	if x.j.Kind() != '[' {
		read(path{a: at})
		return
	}
	x.s.Warn(WarnSchema, at[1:]+" has more than one value; each was read",
		vendors.Location{Pointer: string(b.get(b.pointer)) + at, Offset: x.j.Offset()})
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		read(element(at+"/", i, ""))
	}
}

// mentions reads text that can only be a mention. Any other value is skipped, but packages in it
// are counted.
func (x *spdx) mentions(b *builder, role vendors.Role, at string) {
	if x.j.Kind() == '{' {
		x.unexpected(b, at[1:])
		return
	}
	x.values(b, at, func(at path) { x.mention(b, role, at) })
}

// one reads a member that can have only one value. If it is a list, it reads the first element
// and counts the others as malformed.
func (x *spdx) one(b *builder, at string, to *span) {
	if x.j.Kind() != '[' {
		x.set(b, to)
		return
	}
	b.malformed++
	x.s.Warn(WarnMalformed, at[1:]+" has more than one value; only the first was read",
		vendors.Location{Pointer: string(b.get(b.pointer)) + at, Offset: x.j.Offset()})
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		if i > 0 {
			x.j.Skip()
			continue
		}
		x.set(b, to)
	}
}

// actor reads "Organization: Name (email)" or "Person: …".
func (x *spdx) actor(b *builder, role vendors.Role, at path) {
	text, ok := x.str(b)
	if !ok {
		return
	}
	off := x.j.TextOffset()
	if names.Placeholder(text) {
		return
	}
	name := text
	if kind, rest, found := bytes.Cut(text, []byte(":")); found && isActorKind(kind) {
		name = bytes.TrimSpace(rest)
	} else {
		x.s.Warn(WarnSupplierForm, quote(string(text))+" has no \"Organization:\", \"Person:\" or \"Tool:\" before it; it is read as a name",
			vendors.Location{Pointer: x.j.Pointer(), Offset: off})
	}
	if open := bytes.LastIndexByte(name, '('); open >= 0 && bytes.HasSuffix(name, []byte(")")) {
		if email := name[open+1 : len(name)-1]; len(email) == 0 || bytes.IndexByte(email, '@') >= 0 {
			b.claim(role, vendors.KindEmail, email, at, off)
			name = bytes.TrimSpace(name[:open])
		}
	}
	x.checkName(b, name)
	b.claim(role, vendors.KindName, name, at, off)
}

func isActorKind(s []byte) bool {
	switch string(s) {
	case "Organization", "Person":
		return true
	}
	s = bytes.TrimSpace(s)
	return bytes.EqualFold(s, []byte("Organization")) || bytes.EqualFold(s, []byte("Person")) || bytes.EqualFold(s, []byte("Tool"))
}

func (x *spdx) url(b *builder, role vendors.Role, at path) {
	text, ok := x.str(b)
	if ok && !names.Placeholder(text) {
		b.claim(role, vendors.KindURL, text, at, x.j.TextOffset())
	}
}

// externalRefs reads the identifiers of a package in other systems.
func (x *spdx) externalRefs(b *builder) {
	if !x.list(b, "list of external references") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if !x.object(b, "external reference") {
			continue
		}
		var typ, locator, category span
		var off int64
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "referenceType":
				x.set(b, &typ)
			case "referenceLocator":
				x.set(b, &locator)
				off = x.j.TextOffset()
			case "referenceCategory":
				x.set(b, &category)
			case "comment":
				x.j.Skip()
			default:
				x.unknownIn(b, name)
				x.j.Skip()
			}
		}
		kind := refKindOf(b.get(typ), b.get(locator))
		if kind == refOther && x.ownType(b, b.get(typ), locator, element("/externalRefs/", i, "/referenceLocator"), off) {
			continue
		}
		x.locator(b, kind, hasPrefixFold(b.get(category), "package"), locator, element("/externalRefs/", i, "/referenceLocator"), off)
	}
}

// files reads files. A file becomes a component only if it has contributors or a copyright (8.8,
// 8.14), which almost none has.
func (x *spdx) files() {
	x.elementsOf("files", func(int) { x.oneFile() })
}

func (x *spdx) oneFile() {
	b := &x.b
	x.s.files = true
	named := false
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "SPDXID":
			x.one(b, "/SPDXID", &b.ref)
		case "fileName":
			x.setPlain(b, &b.name)
			b.claimSpan(vendors.Mention, vendors.KindText, b.name, path{a: "/fileName"}, x.j.TextOffset())
		case "fileContributors":
			named = true
			x.texts(b, vendors.Author, vendors.KindName, "/fileContributors/")
		case "copyrightText":
			x.values(b, "/copyrightText", func(at path) {
				if text, ok := x.plainText(); ok && !names.Placeholder(text) && len(b.claims) < maxMentions {
					named = true
					b.claim(vendors.Author, vendors.KindText, text, at, x.j.TextOffset())
				}
			})
		case "fileTypes", "checksums", "licenseConcluded", "licenseInfoInFiles", "licenseComments", "comment", "noticeText",
			"attributionTexts", "annotations", "fileDependencies":
			x.j.Drop()
		case "artifactOf", "artifactOfs":
			named = x.projects(b, "/"+string(name)+"/") || named
		default:
			x.unknownIn(b, name)
			x.unexpected(b, string(name))
		}
	}
	x.elements.define(b.get(b.ref))
	if named {
		b.typ = b.add([]byte("file"))
		x.emit()
		return
	}
	x.s.doc.header.Malformed += b.malformed
}

// projects reads the projects that a file is taken from, by their names and home pages (SPDX 2.1 and
// earlier). It reports whether there is one.
func (x *spdx) projects(b *builder, at string) (found bool) {
	if !x.list(b, "list of projects") {
		return false
	}
	for i := 0; x.j.More(); i++ {
		if !x.object(b, "project") {
			continue
		}
		for x.j.More() {
			switch name := string(x.j.Name()); name {
			case "name":
				found = true
				x.text(b, vendors.Mention, vendors.KindProduct, element(at, i, "/name"))
			case "homePage", "homepage":
				found = true
				x.url(b, vendors.Homepage, element(at, i, "/"+name))
			case "projectUri", "projectURI":
				found = true
				x.url(b, vendors.Homepage, element(at, i, "/"+name))
			default:
				x.unknownIn(b, []byte(name))
				x.j.Skip()
			}
		}
	}
	return found
}

// snippets reads the ids of snippets, which are parts of files.
func (x *spdx) snippets() {
	x.elementsOf("snippets", func(int) {
		b := &x.b
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "SPDXID":
				x.one(b, "/SPDXID", &b.ref)
			case "snippetFromFile":
				x.referAll(b)
			default:
				x.pass(b, string(name))
			}
		}
		x.elements.define(b.get(b.ref))
		x.s.doc.header.Malformed += b.malformed
	})
}
