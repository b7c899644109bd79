// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/sbom/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// syft reads the JSON that Syft writes by default (schema 1 to 16). It keeps what a
// package says of itself, which Syft's bills of materials lose in part.
type syft struct {
	fields
	b     builder
	named bool // the source has a name
	parts int  // artifacts
}

func readSyft(r io.Reader, s *Sink) error {
	x := &syft{fields: newFields(jsonstream.NewReader(r, s.Limits().json()), s)}
	defer x.j.Close()
	x.b = newBuilder(s)
	s.Placed()
	x.document()
	s.doc.header.NoParts = x.named && x.parts == 0
	return x.j.End()
}

func (x *syft) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognised, errors.New("expected a JSON object"))
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
		default:
			x.single("Syft", name)
			x.unknown(name, "artifacts", "source")
			j.Skip()
		}
	}
	if !artifacts {
		j.Fail(ErrNotRecognised, errors.New("artifacts is missing"))
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

// source is what was scanned: the product itself.
func (x *syft) source() {
	if !x.expect('{', "source", "/source") {
		return
	}
	b := &x.b
	b.reset()
	b.setPointer(nil, "source", -1)
	b.offset, b.placement = max(x.j.Offset()-1, 0), Subject
	named := false
	for x.j.More() {
		switch name := string(x.j.Name()); name {
		case "id":
			x.set(b, &b.ref)
		case "name":
			named = true
			x.set(b, &b.name)
			b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, x.j.TextOffset())
		case "version":
			x.set(b, &b.version)
		case "supplier":
			named = true
			x.text(b, vendors.Supplier, vendors.KindName, path{a: "/supplier"})
		case "metadata", "target": // "target" until schema 8
			x.sourceMetadata(b, "/"+name)
		default:
			x.j.Skip()
		}
	}
	if named {
		x.named = true
		x.emit()
	}
}

// sourceMetadata reads the labels of an image.
func (x *syft) sourceMetadata(b *builder, at string) {
	if x.j.Kind() != '{' {
		x.j.Skip() // the path of a folder
		return
	}
	x.j.Enter('{')
	for x.j.More() {
		if string(x.j.Name()) != "labels" || x.j.Kind() != '{' {
			x.j.Skip()
			continue
		}
		x.j.Enter('{')
		for x.j.More() {
			name := string(x.j.Name())
			l, known := imageLabels[strings.ToLower(name)]
			if !known {
				x.j.Skip()
				continue
			}
			where := path{a: string(jsontext.Pointer(at + "/labels").AppendToken(name))}
			if text, ok := x.str(b); ok {
				x.said(b, l, text, where)
			}
		}
	}
}

// A label is what a named value says: in which role, and what sort of value it is.
type label struct {
	role vendors.Role
	kind vendors.Kind
}

// imageLabels are the labels of images that say who made or keeps one: the annotations of the
// OCI image specification, those of label-schema.org before them, and MAINTAINER of Dockerfiles.
var imageLabels = map[string]label{
	"org.opencontainers.image.vendor":        {vendors.Supplier, vendors.KindName},
	"org.opencontainers.image.authors":       {vendors.Author, vendors.KindName},
	"org.opencontainers.image.url":           {vendors.Homepage, vendors.KindURL},
	"org.opencontainers.image.documentation": {vendors.Homepage, vendors.KindURL},
	"org.opencontainers.image.source":        {vendors.Reference, vendors.KindURL},
	"org.label-schema.vendor":                {vendors.Supplier, vendors.KindName},
	"org.label-schema.url":                   {vendors.Homepage, vendors.KindURL},
	"org.label-schema.vcs-url":               {vendors.Reference, vendors.KindURL},
	"vendor":                                 {vendors.Supplier, vendors.KindName},
	"maintainer":                             {vendors.Author, vendors.KindName},
}

// said adds the claims of a value: of a name, also the address that follows it.
func (f *fields) said(b *builder, l label, text []byte, at path) {
	if l.kind == vendors.KindName {
		if l.role.Makes() {
			f.checkName(b, text)
		}
		if name, address, found := bytes.Cut(text, []byte("<")); found {
			if address, _, closed := bytes.Cut(address, []byte(">")); closed && bytes.IndexByte(address, '@') > 0 {
				b.claim(l.role, vendors.KindEmail, address, at, f.j.TextOffset())
				text = bytes.TrimSpace(name)
			}
		}
	}
	b.claim(l.role, l.kind, text, at, f.j.TextOffset())
}

func (x *syft) emit() {
	x.b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(x.b.component()) {
		x.stop()
	}
}

func (x *syft) artifacts() {
	if !x.expect('[', "artifacts", "/artifacts") {
		return
	}
	for i := 0; x.more(i); i++ {
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
		x.parts++
		x.emit()
	}
}

func (x *syft) member(b *builder, name []byte) {
	switch string(name) {
	case "id":
		x.set(b, &b.ref)
	case "name":
		x.set(b, &b.name)
		b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, x.j.TextOffset())
	case "version":
		x.set(b, &b.version)
	case "purl":
		x.purl(b)
	case "cpes":
		x.cpes(b)
	case "metadata":
		x.metadata(b, "/metadata", 0)
	default:
		x.unknownIn(b, name)
		x.j.Skip()
	}
}

// cpes are strings, and since schema 16 objects.
func (x *syft) cpes(b *builder) {
	if !x.list(b, "list of CPEs") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if x.j.Kind() == '"' {
			x.cpe(b, element("/cpes/", i, ""))
			continue
		}
		if !x.object(b, "CPE") {
			continue
		}
		for x.j.More() {
			if string(x.j.Name()) == "cpe" {
				x.cpe(b, element("/cpes/", i, "/cpe"))
				continue
			}
			x.j.Skip()
		}
	}
}

// metadata reads what package managers and files say, whose fields depend on the kind
// of package; they are the same ones at several places, so it goes by their names.
func (x *syft) metadata(b *builder, at string, depth int) {
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
		switch role, kind := syftField(name); {
		case x.j.Kind() == '{' && role != "":
			x.wrong(b, "field "+quote(name))
		case x.j.Kind() == '{':
			x.metadata(b, where, depth+1)
		case x.j.Kind() == '[' && role == "":
			x.pairs(b, where, 0)
		case role == "":
			x.j.Skip()
		case x.j.Kind() == '"' && kind == vendors.KindName:
			if text, ok := x.str(b); ok {
				x.said(b, label{role, kind}, text, path{a: where})
			}
		default:
			x.texts(b, role, kind, where+"/")
		}
	}
}

// pairs reads lists of {"key", "value"}, as the sections of a Java manifest and the version
// resources of a Windows program are, and lists of such lists.
func (x *syft) pairs(b *builder, at string, depth int) {
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		switch k := x.j.Kind(); {
		case k == '[' && depth < 2:
			x.pairs(b, at+"/"+strconv.Itoa(i), depth+1)
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
				x.set(b, &key)
			case "value":
				x.set(b, &value)
				off = x.j.TextOffset()
			default:
				x.j.Skip()
			}
		}
		if role, kind := syftField(string(b.get(key))); role != "" {
			if role.Makes() && kind == vendors.KindName {
				x.checkName(b, b.get(value))
			}
			b.claimSpan(role, kind, value, element(at+"/", i, "/value"), off)
		}
	}
}

// syftField says what a field of a package's metadata is about. The vendor of an RPM
// and the company of a Windows program are of the artifact itself.
func syftField(name string) (vendors.Role, vendors.Kind) {
	switch strings.ReplaceAll(foldName(name), "-", "") {
	case "vendor", "companyname", "implementationvendor", "specificationvendor", "bundlevendor", "createdbyvendor", "implementor":
		return vendors.Manufacturer, vendors.KindName
	case "maintainer", "maintainers", "author", "authors", "authoremail", "publisher", "packager":
		return vendors.Author, vendors.KindName
	case "homepage", "url", "bundledocurl":
		return vendors.Homepage, vendors.KindURL
	case "source", "repository":
		return vendors.Reference, vendors.KindURL
	case "groupid", "implementationvendorid":
		return vendors.Namespace, vendors.KindGroup
	case "legalcopyright", "description", "productname":
		return vendors.Mention, vendors.KindText
	}
	return "", ""
}
