// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/clause76/clause76/sbom/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// spdx reads SPDX 2.1 to 2.3 in its JSON form. Clause numbers are those of SPDX 2.3.
type spdx struct {
	fields
	b        builder
	versions *regexp.Regexp // that are read
	// open says that the encoding has no end of its own, so that what is left of a
	// document that was cut off can look like a whole one.
	open bool
	ids  []uint64 // hashes of the ids of packages and files, if so
	last lastPackage
}

// A lastPackage is what is known of the package read last.
type lastPackage struct {
	any, location bool
	at            vendors.Location
}

// spdxVersion are the versions that are read. What came before 2.1 had no JSON.
var spdxVersion = regexp.MustCompile(`^SPDX-2\.[123](\.\d+)?$`)

// documentRef is the SPDXID of every document (6.3).
const documentRef = "SPDXRef-DOCUMENT"

var errNoVersion = errors.New("spdxVersion is missing; expected SPDX-2.1, SPDX-2.2 or SPDX-2.3")

func readSPDX(r io.Reader, s *Sink) error {
	return newSPDX(jsonstream.NewReader(r, s.Limits().json()), s).read()
}

func newSPDX(j *jsonstream.Reader, s *Sink) *spdx {
	x := &spdx{fields: newFields(j, s), versions: spdxVersion}
	x.b.keep = s.Keep()
	return x
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
		j.Fail(ErrNotRecognised, errors.New("expected a JSON object"))
		return
	}
	version := ""
	for j.More() {
		switch name := string(j.Name()); name {
		case "spdxVersion":
			text, _ := j.Text()
			version = string(text)
			x.version(version)
		case "packages":
			x.packages()
		case "files":
			x.files()
		case "documentDescribes":
			x.describes()
		case "relationships":
			x.relationships()
		case "documentNamespace":
			text, _ := j.Text()
			x.s.SetSerial(string(text))
		case "externalDocumentRefs":
			x.externalDocuments()
		default:
			x.single("SPDX 2", name)
			x.unknown(name, "packages", "files", "spdxVersion", "relationships", "documentDescribes")
			j.Skip()
		}
	}
	if version == "" {
		j.Fail(ErrNotRecognised, errNoVersion)
	}
}

func (x *spdx) version(v string) {
	if !x.versions.MatchString(v) {
		x.j.Fail(ErrVersion, fmt.Errorf("the version is %q; expected SPDX-2.1, SPDX-2.2 or SPDX-2.3", v))
	}
	x.s.SetVersion(v)
}

// elements calls read for each object of an array of components.
func (x *spdx) elements(name string, read func(i int)) {
	j := x.j
	if !x.expect('[', name, "/"+name) {
		return
	}
	for i := 0; x.more(i); i++ {
		j.Load()
		if k := j.Kind(); k != '{' {
			kind := WarnMalformed
			if k == 'n' {
				kind = WarnNullElement
			}
			x.s.Malformed(kind, fmt.Sprintf("an element of %s is %s; expected an object", name, kindWord(k)),
				vendors.Location{Pointer: fmt.Sprintf("/%s/%d", name, i), Offset: j.Offset()})
			j.Skip()
			continue
		}
		x.begin(name, i)
		read(i)
	}
}

// begin enters the object of a component.
func (x *spdx) begin(name string, i int) {
	x.j.Enter('{')
	b := &x.b
	b.reset()
	b.setPointer(nil, name, i)
	b.offset = max(x.j.Offset()-1, 0)
	b.placement = Unplaced
}

func (x *spdx) emit() {
	x.b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(x.b.component()) {
		x.stop()
	}
}

func (x *spdx) packages() {
	x.elements("packages", func(int) { x.onePackage() })
}

func (x *spdx) onePackage() {
	x.last.any, x.last.location = true, false
	for x.j.More() {
		x.packageMember(&x.b, x.j.Name())
	}
	x.schema()
	if x.open {
		x.last.at = vendors.Location{Pointer: string(x.b.get(x.b.pointer)), Offset: x.b.offset}
		x.seen()
	}
	x.emit()
}

// schema warns of what the specification requires of every package and is not there
// (7.1, 7.2, 7.7).
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

// seen takes note of the element that is being read.
func (x *spdx) seen() {
	if x.open {
		h := fnv.New64a()
		h.Write(x.b.get(x.b.ref))
		x.ids = append(x.ids, h.Sum64())
	}
}

// whole looks for the traces of a document that was cut off: a last package without
// the one field that every package must have behind its supplier (7.7), and a
// described element that is not there.
func (x *spdx) whole() {
	if !x.open || x.j.Err() != nil {
		return
	}
	if x.last.any && !x.last.location {
		x.s.Malformed(WarnIncomplete, "the last package has no download location, which every package must have; the document may have been cut off", x.last.at)
	}
	slices.Sort(x.ids)
	missing := ""
	for id := range x.s.doc.subjects {
		h := fnv.New64a()
		h.Write([]byte(id))
		if _, found := slices.BinarySearch(x.ids, h.Sum64()); !found && id != documentRef && !strings.HasPrefix(id, "DocumentRef-") {
			missing = max(missing, id)
		}
	}
	if missing != "" {
		x.s.Malformed(WarnIncomplete, "the described element "+quote(missing)+" is not in the document, which may have been cut off", vendors.Location{})
	}
}

func (x *spdx) packageMember(b *builder, name []byte) {
	j := x.j
	switch string(name) {
	case "SPDXID":
		x.set(b, &b.ref)
	case "name": // 7.1
		x.set(b, &b.name)
		b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, j.TextOffset())
	case "versionInfo":
		x.set(b, &b.version)
	case "supplier": // 7.5: the actual distribution source
		x.actor(b, vendors.Supplier, "/supplier")
	case "originator": // 7.6: from where or whom the package originally came
		x.actor(b, vendors.Manufacturer, "/originator")
	case "externalRefs": // 7.21
		j.Load()
		x.externalRefs(b)
	case "homepage": // 7.11
		x.url(b, "/homepage")
	case "downloadLocation": // 7.7
		x.last.location = true
		x.url(b, "/downloadLocation")
	case "primaryPackagePurpose": // 7.24
		if text, ok := x.str(b); ok {
			b.typ = b.add(bytes.ToLower(text))
		}
	case "copyrightText":
		x.mention(b, vendors.Author, path{a: "/copyrightText"})
	case "packageFileName":
		x.mention(b, vendors.Mention, path{a: "/packageFileName"})
	case "sourceInfo":
		x.mention(b, vendors.Mention, path{a: "/sourceInfo"})
	case "summary":
		x.mention(b, vendors.Mention, path{a: "/summary"})
	case "description":
		x.mention(b, vendors.Mention, path{a: "/description"})
	case "comment":
		x.mention(b, vendors.Mention, path{a: "/comment"})
	case "checksums", "filesAnalyzed", "hasFiles", "licenseConcluded", "licenseDeclared", "licenseComments",
		"licenseInfoFromFiles", "packageVerificationCode", "annotations", "attributionTexts",
		"builtDate", "releaseDate", "validUntilDate":
		j.Drop()
	default:
		x.unknownIn(b, name)
		j.Skip()
	}
}

// actor reads "Organization: Name (email)" or "Person: …".
func (x *spdx) actor(b *builder, role vendors.Role, at string) {
	text, ok := x.str(b)
	if !ok {
		return
	}
	off := x.j.TextOffset()
	if vendors.Placeholder(text) {
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
			b.claim(role, vendors.KindEmail, email, path{a: at}, off)
			name = bytes.TrimSpace(name[:open])
		}
	}
	x.checkName(b, name)
	b.claim(role, vendors.KindName, name, path{a: at}, off)
}

func isActorKind(s []byte) bool {
	switch string(s) {
	case "Organization", "Person":
		return true
	}
	s = bytes.TrimSpace(s)
	return bytes.EqualFold(s, []byte("Organization")) || bytes.EqualFold(s, []byte("Person")) || bytes.EqualFold(s, []byte("Tool"))
}

func (x *spdx) url(b *builder, at string) {
	text, ok := x.str(b)
	if ok && !vendors.Placeholder(text) {
		b.claim(vendors.Reference, vendors.KindURL, text, path{a: at}, x.j.TextOffset())
	}
}

// externalRefs reads a package's identifiers in other systems.
func (x *spdx) externalRefs(b *builder) {
	if !x.list(b, "list of external references") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if !x.object(b, "external reference") {
			continue
		}
		var typ, locator span
		var off int64
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "referenceType":
				x.set(b, &typ)
			case "referenceLocator":
				x.set(b, &locator)
				off = x.j.TextOffset()
			case "referenceCategory", "comment":
				x.j.Skip()
			default:
				x.unknownIn(b, name)
				x.j.Skip()
			}
		}
		at := element("/externalRefs/", i, "/referenceLocator")
		kind := b.get(typ)
		if slash := bytes.LastIndexByte(kind, '/'); slash >= 0 { // http://spdx.org/rdf/references/purl
			kind = kind[slash+1:]
		}
		switch string(kind) {
		case "purl":
			b.claimSpan(vendors.Namespace, vendors.KindPURL, locator, at, off)
			if b.purl.from == b.purl.to {
				b.purl = locator
			}
			x.checkPURL(b, b.get(locator), off)
		case "cpe22Type", "cpe23Type":
			b.claimSpan(vendors.Namespace, vendors.KindCPE, locator, at, off)
			x.checkCPE(b, b.get(locator), off)
		case "maven-central":
			group, _, _ := bytes.Cut(b.get(locator), []byte(":"))
			b.claimSpan(vendors.Namespace, vendors.KindGroup, b.add(group), at, off)
		case "npm":
			if scope, _, found := bytes.Cut(b.get(locator), []byte("/")); found {
				b.claimSpan(vendors.Namespace, vendors.KindGroup, b.add(scope), at, off)
			}
		default:
			b.claimSpan(vendors.Mention, vendors.KindURL, locator, at, off)
		}
	}
}

// files become components only where they name contributors (8.14).
func (x *spdx) files() {
	x.elements("files", func(int) { x.oneFile() })
}

func (x *spdx) oneFile() {
	b := &x.b
	x.s.files = true
	contributors := false
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "SPDXID":
			x.set(b, &b.ref)
		case "fileName":
			x.set(b, &b.name)
			b.claimSpan(vendors.Mention, vendors.KindText, b.name, path{a: "/fileName"}, x.j.TextOffset())
		case "fileContributors":
			contributors = true
			x.texts(b, vendors.Author, vendors.KindName, "/fileContributors/")
		case "copyrightText":
			x.mention(b, vendors.Author, path{a: "/copyrightText"})
		default:
			x.j.Skip()
		}
	}
	x.seen()
	if contributors {
		b.typ = b.add([]byte("file"))
		x.emit()
	}
}

func (x *spdx) describes() {
	if !x.expect('[', "documentDescribes", "/documentDescribes") {
		return
	}
	x.b.reset()
	for x.j.More() {
		if text, ok := x.str(&x.b); ok {
			x.s.SetSubject(string(text))
		}
	}
	x.s.doc.header.Malformed += x.b.malformed
}

// relationships says which packages the document describes (11.1).
func (x *spdx) relationships() {
	if !x.expect('[', "relationships", "/relationships") {
		return
	}
	for i := 0; x.more(i); i++ {
		x.j.Load()
		if x.j.Lacks("DESCRIBE") { // of two parts, as almost all are
			x.j.Drop()
			continue
		}
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
	x.b.reset()
	for x.j.More() {
		switch string(x.j.Name()) {
		case "relationshipType":
			x.set(&x.b, &typ)
		case "spdxElementId":
			x.set(&x.b, &from)
		case "relatedSpdxElement":
			x.set(&x.b, &to)
		default:
			x.j.Skip()
		}
	}
	x.s.doc.header.Malformed += x.b.malformed
	switch string(x.b.get(typ)) {
	case "DESCRIBES":
		if string(x.b.get(from)) == documentRef {
			x.s.SetSubject(string(x.b.get(to)))
		}
	case "DESCRIBED_BY":
		if string(x.b.get(to)) == documentRef {
			x.s.SetSubject(string(x.b.get(from)))
		}
	}
}

// externalDocuments reads which documents this one refers to (6.6).
func (x *spdx) externalDocuments() {
	if !x.expect('[', "externalDocumentRefs", "/externalDocumentRefs") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.externalDocument(i)
	}
}

func (x *spdx) externalDocument(i int) {
	link := Link{Location: vendors.Location{Pointer: fmt.Sprintf("/externalDocumentRefs/%d", i), Offset: x.j.Offset()}}
	if !x.expect('{', "a reference to a document", link.Location.Pointer) {
		return
	}
	for x.j.More() {
		switch string(x.j.Name()) {
		case "spdxDocument":
			if text, ok := x.j.Text(); ok {
				link.URL, link.Location.Offset = string(text), x.j.TextOffset()
			}
		case "checksum":
			if x.j.Kind() == '"' { // tag-value: "SHA1: d6a7…"
				text, _ := x.j.Text()
				algorithm, value, _ := bytes.Cut(text, []byte(":"))
				link.digest(string(algorithm), string(value))
				continue
			}
			x.checksum(&link, "algorithm", "checksumValue")
		default:
			x.j.Skip()
		}
	}
	x.s.Link(link)
}
