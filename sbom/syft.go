// SPDX-License-Identifier: Apache-2.0

package sbom

import (
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
	b builder
}

func readSyft(r io.Reader, s *Sink) error {
	x := &syft{fields: newFields(jsonstream.NewReader(r, s.Limits().json()), s)}
	defer x.j.Close()
	x.b = newBuilder(s)
	s.Placed()
	x.document()
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
		switch string(x.j.Name()) {
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
		default:
			x.j.Skip()
		}
	}
	if named {
		x.emit()
	}
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
		case x.j.Kind() == '[' && name == "main", x.j.Kind() == '[' && strings.Contains(strings.ToLower(name), "sections"):
			x.pairs(b, where)
		case role == "":
			x.j.Skip()
		default:
			x.texts(b, role, kind, where+"/")
		}
	}
}

// pairs reads a list of {"key", "value"}, as the sections of a Java manifest are.
func (x *syft) pairs(b *builder, at string) {
	x.j.Enter('[')
	for i := 0; x.j.More(); i++ {
		if x.j.Kind() != '{' {
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
	case "maintainer", "maintainers", "author", "authors", "authoremail", "publisher":
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
