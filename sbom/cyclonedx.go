// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// cycloneDXVersions are the versions of the JSON encoding, which began with 1.2.
var cycloneDXVersions = []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}

// maxMentions limits the claims of one component that can only be mentions. Dropping more of
// them cannot change a verdict.
const maxMentions = 256

// cdx reads the JSON form of CycloneDX. Which fields are claims, and in which role, follows the
// schema of version 1.7 and its descriptions of the fields.
type cdx struct {
	fieldReader
	free     []*builder
	versions []string // accepted values of specVersion
	unnamed  int      // what the document says about makers without a component of its own
	at       []byte   // pointer of the value that is read by its shape
	scope    scope
	elements references
	people   []contactName         // memory for contacts
	props    map[string]makerField // the meaning of properties by their names
}

func readCycloneDX(r io.Reader, s *Sink) error {
	x := &cdx{fieldReader: newFieldReader(jsonstream.NewReader(r, s.Limits().json()), s), versions: cycloneDXVersions}
	return x.read()
}

func (x *cdx) read() error {
	defer x.j.Close()
	x.j.Watch(minPartName, maxPartName, isPartName[[]byte])
	x.s.PlacementFinal()
	x.document()
	x.elements.settle(&x.fieldReader)
	return x.j.End()
}

func (x *cdx) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	format, version := "", ""
	for j.More() {
		switch name := string(j.Name()); name {
		case "bomFormat":
			text, _ := j.Text()
			if format = string(text); format != "CycloneDX" {
				j.Fail(ErrNotRecognized, fmt.Errorf("bomFormat is %q; expected \"CycloneDX\"", format))
			}
		case "specVersion":
			text, _ := j.Text()
			if version = string(text); !slices.Contains(x.versions, version) {
				j.Fail(ErrVersion, fmt.Errorf("specVersion is %q; expected one of %q", version, x.versions))
			}
			x.s.SetVersion(version)
		default:
			x.documentMember(name)
		}
	}
	x.s.doc.header.NoParts = x.noParts()
	switch {
	case format == "":
		j.Fail(ErrNotRecognized, errors.New("bomFormat is missing; expected \"CycloneDX\""))
	case version == "":
		j.Fail(ErrVersion, fmt.Errorf("specVersion is missing; expected one of %q", x.versions))
	case x.unnamed > 0 && x.s.doc.header.Components == x.unnamed:
		x.s.Malformed(WarnNothingScreened, "the document names a supplier, and has no components", vendors.Location{Pointer: "/metadata"})
	}
}

// documentMember reads a member of the document, except for its format and version.
func (x *cdx) documentMember(name string) {
	switch name {
	case "metadata":
		x.metadata()
	case "components":
		x.components(nil, "components", false)
	case "services":
		x.services(nil, "services", false)
	case "formulation":
		x.formulation()
	case "declarations":
		x.declarations()
	case "compositions":
		x.compositions()
	case "dependencies":
		x.dependencies()
	case "vulnerabilities":
		x.vulnerabilities()
	case "externalReferences":
		x.linkedDocuments()
	case "properties":
		x.ownProperties()
	case "serialNumber":
		text, _ := x.plainText()
		x.s.SetSerial(string(text))
	case "version":
		x.documentVersion()
	default:
		x.single("CycloneDX", name)
		x.member(nil, []byte(name), "$schema", "dependencies", "vulnerabilities", "definitions", "citations")
	}
}

// documentVersion reads the version of the document itself, which is a number in JSON.
func (x *cdx) documentVersion() {
	text, k := x.j.TryText()
	if k == '0' {
		text = x.j.Number()
	} else if k != '"' {
		x.j.Skip()
		return
	}
	x.s.doc.header.Version = string(text[:min(len(text), 20)])
}

// begin returns a builder for the component at parent/name/index.
func (x *cdx) begin(parent []byte, name string, index int) *builder {
	var b *builder
	if n := len(x.free); n > 0 {
		b, x.free = x.free[n-1], x.free[:n-1]
	} else {
		fresh := newBuilder(x.s)
		b = &fresh
	}
	b.reset()
	b.setPointer(parent, name, index)
	return b
}

func (x *cdx) finish(b *builder) {
	x.elements.define(b.get(b.ref))
	x.schema(b)
	b.deviceName()
	x.ownIdentity(b, path{a: "/name"}, path{a: "/bom-ref"})
	x.scope.see(b)
	x.linked(b)
	if b.purl.from == b.purl.to {
		b.malformed += b.doubtful
	}
	x.deliver(b)
}

// deliver delivers the component and keeps its builder for the next.
func (x *cdx) deliver(b *builder) {
	b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(b.component()) {
		x.stop()
	}
	if cap(b.text) < 1<<20 {
		x.free = append(x.free, b)
	}
}

// componentTypes are the types of components in all versions of the schema.
var componentTypes = map[string]bool{
	"application": true, "framework": true, "library": true, "container": true, "platform": true, "operating-system": true,
	"device": true, "device-driver": true, "firmware": true, "file": true, "machine-learning-model": true, "data": true,
	"cryptographic-asset": true,
}

// schema warns about faults that the schema would reject in a component or service, and that
// do not prevent reading it.
func (x *cdx) schema(b *builder) {
	rule := ""
	switch typ := b.get(b.typ); {
	case x.j.Err() != nil || string(b.get(b.pointer)) == "/metadata":
	case b.name.from == b.name.to:
		rule = "name is required"
	case string(typ) == "service" || componentTypes[string(typ)]:
	case len(typ) == 0:
		rule = "type is required"
	default:
		rule = "type " + quote(string(typ)) + " is not one of the schema's"
	}
	if rule != "" {
		x.s.Warn(WarnSchema, rule, vendors.Location{Pointer: string(b.get(b.pointer)), Offset: b.offset})
	}
}

// components reads an array of components.
func (x *cdx) components(parent []byte, name string, indirect bool) {
	if !x.array(parent, name) {
		return
	}
	var a *ahead
	if parent == nil {
		a = x.ahead()
	}
	for i := 0; x.j.More(); i++ {
		if a.pass() {
			continue
		}
		b := x.begin(parent, name, i)
		b.indirect = indirect
		x.component(b)
	}
}

// ahead lets other goroutines read the components of the document before x does. It returns nil if
// there are none, or if all claims are kept.
func (x *cdx) ahead() *ahead {
	if x.limits.Workers == nil || x.s.Keep() == nil {
		return nil
	}
	return &ahead{f: &x.fieldReader, elements: &x.elements,
		see: func(c Component) { x.scope.parts = x.scope.parts || !c.Pedigree },
		fork: func() *elementReader {
			e := newElementReader(&x.fieldReader)
			y := &cdx{fieldReader: fieldReader{j: e.j, s: e.s, limits: x.limits, standIn: x.standIn}, versions: x.versions}
			e.read = func() { y.component(y.begin(nil, "components", 0)) }
			y.elements = references{recorded: new([]refKey)}
			e.elements = &y.elements
			return e
		}}
}

// array enters an array, or warns about any other value.
func (x *cdx) array(parent []byte, name string) bool {
	return x.expect('[', name, string(parent)+"/"+name)
}

// component reads one component into b and delivers it.
func (x *cdx) component(b *builder) {
	j := x.j
	j.Load()
	switch k := j.Kind(); k {
	case '{':
	case 0:
		j.Skip()
		return
	default:
		kind := WarnMalformed
		if k == 'n' {
			kind = WarnNullElement
		}
		x.s.Malformed(kind, "a component is "+x.kindWord(k)+"; expected an object",
			vendors.Location{Pointer: string(b.get(b.pointer)), Offset: j.Offset()})
		j.Skip()
		x.free = append(x.free, b)
		return
	}
	j.Enter('{')
	b.offset = j.Offset() - 1
	for j.More() {
		x.componentMember(b, j.Name())
	}
	x.finish(b)
}

func (x *cdx) componentMember(b *builder, name []byte) {
	switch string(name) {
	case "components":
		x.nested(b, func(parent []byte) { x.components(parent, "components", b.indirect) })
		return
	case "services":
		x.nested(b, func(parent []byte) { x.services(parent, "services", b.indirect) })
		return
	case "pedigree":
		x.pedigree(b)
		return
	}
	x.leafMember(b, name)
}

// leafMember reads a member of a component that contains no other components.
func (x *cdx) leafMember(b *builder, name []byte) {
	if x.identityMember(b, name) || x.partyMember(b, name) {
		return
	}
	j := x.j
	switch string(name) {
	case "externalReferences":
		j.Load()
		x.references(b)
	case "properties":
		j.Load()
		x.properties(b)
	case "licenses":
		x.shaped(b, licensesShape, "licenses")
	case "data", "modelCard", "patentAssertions", "cryptoProperties":
		x.shaped(b, componentShapes[string(name)], string(name))
	case "evidence":
		j.Load()
		x.evidence(b)
	case "description":
		x.mention(b, vendors.Mention, path{a: "/description"})
	case "copyright":
		x.mention(b, vendors.Author, path{a: "/copyright"})
	case "hashes", "mime-type", "scope", "modified", "tags", "omniborId", "swhid", "isExternal", "versionRange", "releaseNotes":
		x.pass(b)
	case "signature":
		j.Skip()
	default:
		x.unexpected(b, name)
	}
}

// identityMember reads a member that identifies a component. It reports whether name is one.
func (x *cdx) identityMember(b *builder, name []byte) bool {
	j := x.j
	switch string(name) {
	case "type":
		x.setPlain(b, &b.typ)
	case "bom-ref":
		x.setPlain(b, &b.ref)
		b.refAt = j.TextOffset()
	case "version":
		x.setPlain(b, &b.version)
	case "name":
		x.set(b, &b.name)
		b.nameAt = j.TextOffset()
		b.claimSpan(vendors.Mention, vendors.KindProduct, b.name, path{a: "/name"}, j.TextOffset())
	case "group":
		x.set(b, &b.group)
		b.claimSpan(vendors.Namespace, vendors.KindGroup, b.group, path{a: "/group"}, j.TextOffset())
	case "purl":
		x.purl(b)
	case "cpe":
		x.cpe(b, path{a: "/cpe"})
	case "swid":
		j.Load()
		x.swid(b)
	default:
		return false
	}
	return true
}

// partyMember reads a member that names a maker, supplier or author of a component. It reports
// whether name is one.
func (x *cdx) partyMember(b *builder, name []byte) bool {
	j := x.j
	switch string(name) {
	case "supplier":
		j.Load()
		x.entity(b, vendors.Supplier, &supplierPaths)
	case "manufacturer":
		j.Load()
		x.entity(b, vendors.Manufacturer, &manufacturerPaths)
	case "publisher":
		x.text(b, vendors.Publisher, vendors.KindName, path{a: "/publisher"})
	case "author":
		x.text(b, vendors.Author, vendors.KindName, path{a: "/author"})
	case "authors":
		j.Load()
		x.authors(b)
	default:
		return false
	}
	return true
}

// nested reads components within a component. The pointer of the parent is copied, so that it
// does not depend on the buffer of its builder.
func (x *cdx) nested(b *builder, read func(parent []byte)) {
	read(slices.Clone(b.get(b.pointer)))
}

func (x *cdx) services(parent []byte, name string, indirect bool) {
	if !x.array(parent, name) {
		return
	}
	for i := 0; x.j.More(); i++ {
		b := x.begin(parent, name, i)
		b.indirect = indirect
		if !x.expect('{', "a service", string(b.get(b.pointer))) {
			continue
		}
		b.offset = x.j.Offset() - 1
		b.typ = b.add([]byte("service"))
		for x.j.More() {
			switch name := x.j.Name(); string(name) {
			case "provider":
				x.entity(b, vendors.Supplier, &providerPaths)
			case "endpoints":
				x.texts(b, vendors.Reference, vendors.KindURL, "/endpoints/")
			case "data":
				x.shaped(b, serviceDataShape, "data")
			case "type", "authenticated", "x-trust-boundary", "trustZone", "trust-boundary":
				x.pass(b)
			default:
				x.componentMember(b, name)
			}
		}
		x.finish(b)
	}
}

// metadata reads the description of the primary component. The authors, tools and manufacturer
// (since 1.6) of metadata made the document and not the product. Whether its supplier supplied
// the product or the document is disputed (CycloneDX specification issues 345 and 1090), so it
// counts as a reference.
func (x *cdx) metadata() {
	j := x.j
	if !x.expect('{', "metadata", "/metadata") {
		return
	}
	subject := x.begin(nil, "metadata/component", -1)
	subject.placement = Primary
	about := x.begin(nil, "metadata", -1) // claims of metadata itself
	found := false
	for j.More() {
		switch name := string(j.Name()); name {
		case "component":
			if !x.object(subject, "metadata.component") {
				continue
			}
			found = true
			subject.offset = j.Offset() - 1
			for j.More() {
				x.componentMember(subject, j.Name())
			}
		case "manufacture": // until 1.5, of the primary component
			x.entity(about, vendors.Manufacturer, &manufacturePaths)
		case "supplier":
			x.entity(about, vendors.Reference, &supplierPaths)
		case "properties":
			about.claimed = x.documentProperties(about) || about.claimed
		default:
			x.member(nil, []byte(name), "timestamp", "lifecycles", "manufacturer", "authors", "licenses", "distributionConstraints")
		}
	}
	for _, c := range about.claims {
		c.value = subject.add(about.get(c.value))
		c.at.a, c.at.top = "/metadata"+c.at.a, true
		subject.claims = append(subject.claims, c)
	}
	subject.wanted = subject.wanted || about.wanted
	subject.identity = subject.identity || about.identity
	subject.supplied = subject.supplied || about.supplied
	subject.malformed += about.malformed
	if found || about.claimed || subject.malformed > 0 {
		if !found {
			x.unnamed++
			subject.pointer = subject.add([]byte("/metadata"))
		}
		x.finish(subject)
	}
}

// declarations reads the targets of attestations, which are products as components are.
func (x *cdx) declarations() {
	if !x.expect('{', "declarations", "/declarations") {
		return
	}
	for x.j.More() {
		name := x.j.Name()
		if string(name) != "targets" {
			x.member(nil, name, "assessors", "attestations", "claims", "evidence", "affirmation")
			continue
		}
		if x.expect('{', "targets", "/declarations/targets") {
			x.parts("/declarations/targets", false, "organizations")
		}
	}
}
