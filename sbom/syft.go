// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// syft reads the JSON that Syft writes by default (schema 1 to 16). It has the metadata of
// packages, part of which is lost in Syft's bills of materials.
type syft struct {
	fieldReader
	b        builder
	subject  bool // the source has a name
	parts    bool
	elements references
	inImage  bool // the metadata that is read is that of the source
}

func readSyft(r io.Reader, s *Sink) error {
	x := &syft{fieldReader: newFieldReader(jsonstream.NewReader(r, s.Limits().json()), s)}
	defer x.j.Close()
	x.b.keep = s.Keep()
	s.PlacementFinal()
	x.document()
	x.elements.settle(&x.fieldReader)
	return x.j.End()
}

func (x *syft) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	artifacts := false
	for j.More() {
		switch name := string(j.Name()); name {
		case "artifacts":
			artifacts = true
			x.artifacts()
		case "source":
			x.source()
		case "schema":
			x.schema()
		case "distro":
			x.distro()
		case "artifactRelationships":
			x.relationships()
		case "files":
			x.files()
		case "descriptor":
			j.Skip()
		default:
			x.single("Syft", name)
			counted := x.unknown(name, "artifacts", "source")
			if n := x.stray(isPartName(name), true); !counted {
				x.countStray(nil, n)
			}
		}
	}
	x.s.doc.header.NoParts = x.subject && !x.parts
	if !artifacts {
		j.Fail(ErrNotRecognized, errors.New("artifacts is missing"))
	}
}

func (x *syft) schema() {
	if !x.expect('{', "schema", "/schema") {
		return
	}
	for x.j.More() {
		if string(x.j.Name()) != "version" {
			x.j.Skip()
			continue
		}
		if text, ok := x.j.Text(); ok {
			x.s.SetVersion(string(text))
		}
	}
}

// distroFields has the fields of a distribution, which are those of os-release.
var distroFields = map[string]makerField{
	"prettyName": productName, "name": productName, "id": productName, "idLike": mentionText, "variant": mentionText,
	"cpeName": {vendors.Namespace, vendors.KindCPE}, "vendorName": supplyName, "vendorURL": {vendors.Supplier, vendors.KindURL},
	"homeURL": homepageURL, "supportURL": homepageURL, "bugReportURL": homepageURL, "privacyPolicyURL": homepageURL,
}

// distro reads the distribution that an image is made from, as a component.
func (x *syft) distro() {
	if !x.expect('{', "distro", "/distro") {
		return
	}
	b := &x.b
	b.reset()
	b.setPointer(nil, "distro", -1)
	b.offset = max(x.j.Offset()-1, 0)
	b.typ = b.add([]byte("operating-system"))
	for x.j.More() {
		name := string(x.j.Name())
		field, is := distroFields[name]
		switch {
		case name == "name", name == "id" && b.name.from == b.name.to:
			x.set(b, &b.name)
			b.nameAt = x.j.TextOffset()
			b.claimSpan(field.role, field.kind, b.name, path{a: "/" + name}, x.j.TextOffset())
		case name == "versionID":
			x.setPlain(b, &b.version)
		case is:
			x.makerValues(b, field, "/"+name)
		default:
			x.unknownIn(b, []byte(name))
			x.j.Skip()
		}
	}
	if b.claimed || b.malformed > 0 {
		x.emit()
	}
}

// source reads the source of the scan, which is the primary component.
func (x *syft) source() {
	if !x.expect('{', "source", "/source") {
		return
	}
	b := &x.b
	b.reset()
	b.setPointer(nil, "source", -1)
	b.offset, b.placement = max(x.j.Offset()-1, 0), Primary
	named := false
	for x.j.More() {
		switch name := string(x.j.Name()); name {
		case "id":
			x.setPlain(b, &b.ref)
			b.refAt = x.j.TextOffset()
		case "name":
			named = true
			x.set(b, &b.name)
			b.nameAt = x.j.TextOffset()
			b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, x.j.TextOffset())
		case "version":
			x.setPlain(b, &b.version)
		case "supplier":
			named = true
			x.text(b, vendors.Supplier, vendors.KindName, path{a: "/supplier"})
		case "metadata", "target": // of an image, with its labels
			if x.j.Kind() != '{' { // a path
				x.j.Skip()
				continue
			}
			x.inImage = true
			x.metadata(b, "/"+name, 0, fieldOf)
			x.inImage = false
		case "type":
			x.j.Skip()
		default:
			x.unmapped(b, name)
		}
	}
	if x.subject = named || b.claimed || b.malformed > 0; x.subject {
		x.emit()
	}
}

func (x *syft) emit() {
	x.elements.define(x.b.get(x.b.ref))
	x.b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(x.b.component()) {
		x.stop()
	}
}

func (x *syft) artifacts() {
	if !x.expect('[', "artifacts", "/artifacts") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.parts = true
		x.j.Load()
		if !x.expect('{', "an artifact", "/artifacts/"+strconv.Itoa(i)) {
			continue
		}
		b := &x.b
		b.reset()
		b.setPointer(nil, "artifacts", i)
		b.offset = max(x.j.Offset()-1, 0)
		for x.j.More() {
			x.member(b, x.j.Name())
		}
		x.ownIdentity(b, path{a: "/name"}, path{a: "/id"})
		x.emit()
	}
}

func (x *syft) member(b *builder, name []byte) {
	switch string(name) {
	case "id":
		x.setPlain(b, &b.ref)
		b.refAt = x.j.TextOffset()
	case "name":
		x.set(b, &b.name)
		b.nameAt = x.j.TextOffset()
		b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, x.j.TextOffset())
	case "version":
		x.setPlain(b, &b.version)
	case "purl":
		x.purl(b)
	case "cpes":
		x.cpes(b)
	case "metadata":
		x.metadata(b, "/metadata", 0, fieldOf)
	case "type", "foundBy", "locations", "licenses", "language", "metadataType":
		x.j.Skip()
	default:
		x.unmapped(b, string(name))
	}
}

// unmapped reads a member that Syft does not have, and counts what names a maker in it.
func (x *syft) unmapped(b *builder, name string) {
	counted := x.unknownIn(b, []byte(name))
	if n := x.stray(isPartName(name), true); !counted {
		x.countStray(b, n)
	}
}

// cpes reads CPEs, which are strings, and objects since schema 16.
func (x *syft) cpes(b *builder) {
	if !x.list(b, "list of CPEs") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if x.j.Kind() == '"' {
			x.cpe(b, element("/cpes/", i, ""))
			continue
		}
		x.cpeObject(b, i)
	}
}

// cpeObject reads {"cpe", "source"}. A value with the scheme of CPEs is a CPE under any name; an
// object without one is counted.
func (x *syft) cpeObject(b *builder, i int) {
	where := vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.Offset()}
	if !x.object(b, "CPE") {
		return
	}
	found := false
	for x.j.More() {
		name := string(x.j.Name())
		if x.j.Kind() != '"' {
			x.j.Skip()
			continue
		}
		if text, ok := x.str(b); ok && (name == "cpe" || isCPE(text)) {
			found = true
			b.claim(vendors.Namespace, vendors.KindCPE, text, element("/cpes/", i, "/"+name), x.j.TextOffset())
		}
	}
	if !found && x.j.Err() == nil {
		b.malformed++
		x.s.Warn(WarnMalformed, "a CPE is an object without a CPE", where)
	}
}

// metadata reads the metadata of package managers and files. The structure depends on the kind of
// package, but the fields have the same names, so they are recognized by their names at any
// place.
func (x *syft) metadata(b *builder, at string, depth int, of func(string) (makerField, bool)) {
	if depth > 3 {
		x.j.Skip()
		return
	}
	if !x.object(b, "metadata") {
		return
	}
	for x.j.More() {
		name := string(x.j.Name())
		where := string(jsontext.Pointer(at).AppendToken(name))
		field, is := of(name)
		switch k := x.j.Kind(); {
		case x.inImage && depth == 0 && x.imageMember(b, name, where):
		case k == '"' && name == "ref":
			x.conanReference(b, where)
		case k == '{' && is && field.role != vendors.Mention:
			x.makerValues(b, field, where)
		case k == '{' && isLabels(name):
			x.metadata(b, where, depth+1, labelOf)
		case k == '{':
			x.metadata(b, where, depth+1, of)
		case is:
			x.makerValues(b, field, where)
		case k != 'n' && fields.MayNameMaker(name):
			x.unknownIn(b, []byte(name))
			x.j.Skip()
		case k == '[' && name != "files": // the files of a package, with paths and digests
			x.pairs(b, where, of, 0)
		default:
			x.j.Skip()
		}
	}
}

// isLabels reports whether a member is an object with the labels of an image.
func isLabels(name string) bool { return name == "labels" || name == "Labels" || name == "annotations" }

// setText is set for a value that need not be a string.
func (x *syft) setText(b *builder, to *span) {
	if text, k := x.j.TryLossyText(); k == '"' {
		if x.lossy() {
			b.malformed++
		}
		*to = b.add(text)
		return
	}
	x.j.Skip()
}

// pairs reads a list of {"key", "value"}, such as the sections of a Java manifest and the version
// resources of a Windows program, or a list of such lists. It skips any other list.
func (x *syft) pairs(b *builder, at string, of func(string) (makerField, bool), depth int) {
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		switch k := x.j.Kind(); {
		case k == '[' && depth == 0:
			x.pairs(b, at+"/"+strconv.Itoa(i), of, depth+1)
			continue
		case k != '{':
			x.j.Skip()
			continue
		}
		x.j.Enter('{')
		var key, value span
		var off int64
		for x.j.More() {
			switch string(x.j.Name()) {
			case "key":
				x.setText(b, &key)
			case "value":
				x.setText(b, &value)
				off = x.j.TextOffset()
			default:
				x.j.Skip()
			}
		}
		if field, is := of(string(b.get(key))); is {
			x.makerValue(b, field, b.get(value), element(at+"/", i, "/value"), off)
		}
	}
}
