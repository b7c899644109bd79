// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/vendors"
)

// spdx3 reads SPDX 3.0 in JSON-LD. The supplier of a package is an element of its own, which
// can be anywhere in the document. So the document is read twice: first for the agents,
// relationships and roots, which go into the index, and then for the packages. In between it
// is kept compressed in memory.
//
// Fields are recognized by the names that the context of the specification gives them; a
// context of the document's own changes nothing. Where it could change something, the document
// counts as not completely screened.
type spdx3 struct {
	fieldReader
	first    bool // the first reading
	free     []*graphElement
	context  bool // a context of SPDX 3 was read
	version  string
	index    spdx3Index
	elements references
	names    map[string]unlistedName
}

// An spdx3Index has what the first reading collects for the second.
type spdx3Index struct {
	agents      map[string]*agent
	identifiers map[string]identifierElement
	suppliers   map[string][][]string // for the id of a package, lists of agents that it is available from
	kept        int                   // entries of the three
	imported    map[string]bool       // ids of elements that are in other documents
	defined     map[refKey]definition // ids of which parsers may take one of two elements
}

func readSPDX3(r io.Reader, s *Sink) error {
	l := s.Limits()
	copied := &compressedBuffer{limit: maxCompressed}
	defer copied.close()
	x := &spdx3{fieldReader: newFieldReader(jsonstream.NewReader(io.TeeReader(r, copied), l.json()), s), first: true,
		index: spdx3Index{agents: make(map[string]*agent), identifiers: make(map[string]identifierElement),
			suppliers: make(map[string][][]string), imported: make(map[string]bool), defined: make(map[refKey]definition)}}
	s.muted = true // the second reading reports all warnings
	if err := x.read(); err != nil {
		return err
	}
	s.muted, s.indexed, x.index.defined = false, true, nil
	again, err := copied.reader()
	if err != nil {
		return &Error{Kind: ErrRead, Err: err}
	}
	x.first = false
	x.j = jsonstream.NewReader(again, l.json())
	return x.read()
}

func (x *spdx3) read() error {
	defer x.j.Close()
	x.document()
	if !x.first {
		x.elements.settle(&x.fieldReader)
	}
	return x.j.End()
}

func (x *spdx3) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	b := x.begin(nil, "", -1) // a document with one element has no @graph
	graph := false
	for j.More() {
		switch name := j.Name(); string(name) {
		case "@context":
			x.contexts()
		case "@graph":
			graph = true
			x.graph(nil, "@graph")
		default:
			if string(name) != "specVersion" { // a CreationInfo can be the only element
				x.single("SPDX 3", string(name))
			}
			x.member(b, name)
		}
	}
	if !x.context {
		j.Fail(ErrNotRecognized, errors.New("there is no @context of SPDX 3"))
	}
	x.finish(b)
	if b.class.name == "" && !graph && x.j.Err() == nil {
		j.Fail(ErrNotRecognized, errors.New("there is no @graph and no element"))
	}
}

var spdx3Context = lazyregexp.New(`^https?://spdx\.org/rdf/(v?3\.\d+(?:\.\d+)?)/spdx-context\.json(?:ld)?$`)

// contexts reads the document's @context.
func (x *spdx3) contexts() {
	at := vendors.Location{Pointer: "/@context", Offset: x.j.Offset()}
	x.each(func(k jsontext.Kind) {
		switch k {
		case '"':
			text, _ := x.j.Text()
			m := spdx3Context.FindSubmatch(text)
			if m == nil {
				x.malformed("a further context was not read; it may rename fields: "+quote(string(text[:min(len(text), 200)])), at)
				return
			}
			x.context = true
			if version := strings.TrimPrefix(string(m[1]), "v"); !strings.HasPrefix(version, "3.0") {
				x.j.Fail(ErrVersion, fmt.Errorf("the context is of SPDX %s; expected 3.0.0 or 3.0.1", version))
			} else if x.version == "" {
				x.s.SetVersion(version)
			}
		case '{':
			x.j.Enter('{')
			for x.j.More() {
				term := string(x.j.Name())
				text, _ := x.j.Text()
				if strings.HasPrefix(term, "@") || spdx3Names[spdx3Fold(term)] || strings.Contains(string(text), "spdx.org/rdf/") || text == nil {
					x.malformed("the document's own context redefines "+quote(term)+"; fields were read by their names in the specification", at)
				}
			}
		default:
			x.malformed("a context is "+x.kindWord(k), at)
			x.j.Skip()
		}
	})
}

func (x *spdx3) malformed(message string, at vendors.Location) {
	x.s.Malformed(WarnMalformed, message, at)
}

// each calls read with the kind of each element of an array, or of a single value.
func (x *spdx3) each(read func(k jsontext.Kind)) {
	if x.j.Kind() != '[' {
		if k := x.j.Kind(); k != 'n' && k != 0 {
			read(k)
			return
		}
		x.j.Skip()
		return
	}
	x.j.Enter('[')
	for x.j.More() {
		read(x.j.Kind())
	}
}

// graph reads an array of elements.
func (x *spdx3) graph(parent []byte, name string) {
	if !x.expect('[', name, string(parent)+"/"+name) {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.j.Load()
		if k := x.j.Kind(); k != '{' {
			x.s.Malformed(WarnNullElement, "an element is "+x.kindWord(k)+"; expected an object",
				vendors.Location{Pointer: string(parent) + "/" + name + "/" + strconv.Itoa(i), Offset: x.j.Offset()})
			x.j.Skip()
			continue
		}
		x.element(parent, name, i)
	}
}

// element reads one object and returns its id.
func (x *spdx3) element(parent []byte, name string, i int) string {
	return x.ownedElement(nil, parent, name, i)
}

// ownedElement is element for an extension of owner.
func (x *spdx3) ownedElement(owner *graphElement, parent []byte, name string, i int) string {
	b := x.begin(parent, name, i)
	b.owner = owner
	x.j.Enter('{')
	b.offset = max(x.j.Offset()-1, 0)
	for x.j.More() {
		x.member(b, x.j.Name())
	}
	return x.finish(b)
}

// maxPointer limits the pointer of an element, because the document can choose the names in
// it. A deeper element has the pointer of the element around it.
const maxPointer = 512

func (x *spdx3) begin(parent []byte, name string, i int) *graphElement {
	var b *graphElement
	if n := len(x.free); n > 0 {
		b, x.free = x.free[n-1], x.free[:n-1]
	} else {
		b = &graphElement{}
	}
	if b.builder.keep, b.sink = x.s.Keep(), x.s; x.first {
		b.keep = dropAll
	}
	b.reset()
	b.clear()
	if len(parent)+len(name) > maxPointer {
		b.pointer = b.add(parent)
	} else if name != "" {
		b.setPointer(parent, name, i)
	}
	b.placement = Unresolved
	return b
}

func dropAll(vendors.Role, vendors.Kind, []byte) bool { return false }

// A graphElement is an element while it is being read.
type graphElement struct {
	builder
	class elementClass

	makers   []agentRef // agents that made or supplied the element
	names    []elementName
	ids      []identifier
	manyIDs  bool       // it has more identifiers than an agent can have
	idRefs   []agentRef // identifiers that are elements of their own
	roots    []string
	relation relationship
	ownID    ownIdentifier
	owner    *graphElement // for an extension, the element that has it
}

// clear empties the element, except for its builder, and keeps its memory.
func (b *graphElement) clear() {
	b.class = elementClass{}
	b.makers, b.names, b.ids, b.manyIDs = b.makers[:0], b.names[:0], b.ids[:0], false
	b.idRefs, b.roots = b.idRefs[:0], b.roots[:0]
	b.relation = relationship{from: b.relation.from[:0], to: b.relation.to[:0]}
	b.ownID, b.owner = ownIdentifier{}, nil
}

// A relationship is the type and the ends of an element that is a relationship.
type relationship struct {
	typ      string
	from, to []string
}

// An ownIdentifier has the fields of an element that is an identifier.
type ownIdentifier struct {
	typ, value string
	at         int64
}

// An elementName is one of the names of an element.
type elementName struct {
	text span
	at   int64
}

// An identifier is the name of an element in another system, or the address of a page about it.
// If it only mentions somebody, such as a page about support, it does not say who the element is.
type identifier struct {
	kind    refKind
	mention bool
	text    span
	path    path
	at      int64
}

// An agentRef is a reference from an element to an agent, or to an identifier.
type agentRef struct {
	role vendors.Role
	id   string
	at   vendors.Location
}

// member reads a member of an element.
func (x *spdx3) member(b *graphElement, name []byte) {
	switch {
	case x.nodeMember(b, name), x.artifactMember(b, name), x.textMember(b, name), x.identifierMember(b, name), x.linkMember(b, name),
		x.extensionMember(b, name):
		return
	}
	j := x.j
	switch string(name) {
	case "@context":
		x.malformed("an element has a context of its own; fields were read by their names in the specification",
			vendors.Location{Pointer: x.at(b, "/@context"), Offset: j.Offset()})
		j.Skip()
	case "profileConformance", "created", "dataLicense", "startTime", "endTime":
		if j.Kind() == '{' {
			x.refs(b, string(name), nil) // there may be elements within
			return
		}
		j.Drop()
	default:
		if known, maker := x.unlisted(name); known || maker && j.Kind() != 'n' {
			x.malformed("the name "+quote(string(name))+" is not of SPDX 3, but may say who made something; it was not screened",
				vendors.Location{Pointer: x.at(b, "/"+string(name)), Offset: j.Offset()})
		}
		x.refs(b, string(name), nil) // there may be elements within
	}
}

// An unlistedName is what the name of a member shows that is not read by its name.
type unlistedName struct {
	known bool // it is the name of a field that can identify a vendor, in another form
	maker bool // it may be that of one who made something
}

// maxUnlisted and maxUnlistedName limit the names that are remembered, and their lengths.
const maxUnlisted, maxUnlistedName = 1000, 100

// unlisted examines the name of a member that is not read by its name. Documents have few such names,
// in element after element.
func (x *spdx3) unlisted(name []byte) (known, maker bool) {
	u, found := x.names[string(name)]
	if !found {
		u = unlistedName{spdx3Names[spdx3Fold(string(name))], fields.MayNameMaker(name)}
		if len(x.names) < maxUnlisted && len(name) <= maxUnlistedName {
			if x.names == nil {
				x.names = make(map[string]unlistedName)
			}
			x.names[string(name)] = u
		}
	}
	return u.known, u.maker
}

// nodeMember reads a member that every element has. It reports whether name is one.
func (x *spdx3) nodeMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "type", "@type":
		x.values(&b.builder, func(text []byte) { b.class.set(string(text)) })
	case "spdxId", "@id":
		x.set(&b.builder, &b.ref)
	case "name":
		x.values(&b.builder, func(text []byte) {
			name := b.add(text)
			if b.name.from == b.name.to {
				b.name = name
			}
			if len(b.names) <= maxAgentNames {
				b.names = append(b.names, elementName{name, x.j.TextOffset()})
			}
			b.claim(vendors.Mention, vendors.KindProduct, text, path{a: "/name"}, x.j.TextOffset())
		})
	default:
		return false
	}
	return true
}

// artifactMember reads a member of artifacts and packages that can identify a vendor, or that
// describes the component. It reports whether name is one.
func (x *spdx3) artifactMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "suppliedBy":
		b.class.artifact = true
		x.readAgents(b, vendors.Supplier, "/suppliedBy")
	case "originatedBy":
		b.class.artifact = true
		x.readAgents(b, vendors.Manufacturer, "/originatedBy")
	case "packagedBy":
		x.readAgents(b, vendors.Reference, "/packagedBy")
	case "software_packageUrl":
		b.class.software = true
		x.values(&b.builder, func(text []byte) { x.purlValue(&b.builder, slices.Clone(text), path{a: "/software_packageUrl"}) })
	case "software_homePage":
		x.addresses(b, vendors.Homepage, "/software_homePage")
	case "software_downloadLocation":
		x.addresses(b, vendors.Reference, "/software_downloadLocation")
	case "software_packageVersion":
		x.plainValues(&b.builder, func(text []byte) { b.version = b.add(text) })
	case "software_primaryPurpose":
		x.plainValues(&b.builder, func(text []byte) { b.typ = b.add([]byte(strings.ToLower(string(text)))) })
	default:
		return false
	}
	return true
}

// addresses reads the addresses of a package.
func (x *spdx3) addresses(b *graphElement, role vendors.Role, at string) {
	x.values(&b.builder, func(text []byte) { b.claim(role, vendors.KindURL, text, path{a: at}, x.j.TextOffset()) })
}

// textMember reads a member that can only mention a vendor. It reports whether name is one.
func (x *spdx3) textMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "software_copyrightText", "software_attributionText":
		x.mentions(&b.builder, vendors.Author, "/"+string(name))
	case "software_sourceInfo", "description", "summary", "comment":
		x.mentions(&b.builder, vendors.Mention, "/"+string(name))
	default:
		return false
	}
	return true
}

// identifierMember reads the identifiers and references of an element, or a member of an
// element that is an identifier. It reports whether name is one.
func (x *spdx3) identifierMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "externalIdentifier":
		x.identifiers(b)
	case "externalRef":
		x.externalRefs(b)
	case "externalIdentifierType":
		x.values(&b.builder, func(text []byte) { b.ownID.typ = lastWord(string(text)) })
	case "identifier":
		x.values(&b.builder, func(text []byte) { b.ownID.value, b.ownID.at = string(text), x.j.TextOffset() })
	default:
		return false
	}
	return true
}

// linkMember reads a member of relationships, collections and documents. It reports whether
// name is one.
func (x *spdx3) linkMember(b *graphElement, name []byte) bool {
	switch string(name) {
	case "relationshipType":
		x.values(&b.builder, func(text []byte) { b.relation.typ = lastWord(string(text)) })
	case "from":
		x.refs(b, "from", func(id string) { b.relation.from = append(b.relation.from, id) })
	case "to":
		x.refs(b, "to", func(id string) { b.relation.to = append(b.relation.to, id) })
	case "rootElement":
		x.refs(b, "rootElement", func(id string) { b.roots = append(b.roots, id) })
	case "element":
		x.refs(b, "element", func(id string) { x.refer(b, id, "/element") })
	case "import":
		x.imports(b)
	case "specVersion":
		x.values(&b.builder, func(text []byte) { x.specVersion(string(text)) })
	default:
		return false
	}
	return true
}

// refs reads references to elements, and calls add with each id unless add is nil. An element
// in the place of a reference is read, and add gets its id.
func (x *spdx3) refs(b *graphElement, name string, add func(id string)) {
	i := -1
	if x.j.Kind() == '[' {
		i = 0
	}
	x.each(func(k jsontext.Kind) {
		switch k {
		case '"':
			text, _ := x.plainText()
			if add != nil {
				add(string(text))
			}
		case '{':
			id := x.element([]byte(x.at(b, "")), name, i)
			if add != nil {
				add(id)
			}
		case '[':
			x.refs(b, name, add)
		default:
			x.j.Skip()
		}
		if i >= 0 {
			i++
		}
	})
}

// at returns the pointer of a path within the element.
func (x *spdx3) at(b *graphElement, path string) string {
	return string(b.get(b.pointer)) + path
}

func (x *spdx3) specVersion(v string) {
	switch {
	case !x.first:
	case v != "3.0" && !strings.HasPrefix(v, "3.0."):
		x.j.Fail(ErrVersion, fmt.Errorf("specVersion is %q; expected 3.0.0 or 3.0.1", v))
	default:
		x.version = v
		x.s.SetVersion(v)
	}
}

// isSPDX3Individual reports whether an id is one of the individuals that the specification defines.
// They are not vendors.
func isSPDX3Individual(id string) bool {
	switch id {
	case "NoAssertion", "None", "NoAssertionElement", "NoneElement", "NoAssertionLicense", "NoneLicense", "SpdxOrganization":
		return true
	}
	return strings.HasPrefix(id, "https://spdx.org/rdf/") || strings.HasPrefix(id, "http://spdx.org/rdf/")
}

// lastWord returns a term without the address of its vocabulary.
func lastWord(term string) string {
	return term[strings.LastIndexAny(term, "/#:")+1:]
}

// spdx3Fold returns the form in which the names of fields are compared.
func spdx3Fold(name string) string {
	if len(name) > 200 {
		return ""
	}
	name = fields.FoldLetters(lastWord(strings.TrimSpace(name)))
	return strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "software_"))
}

// spdx3Names are the folded names of the fields that can identify a vendor.
var spdx3Names = map[string]bool{
	"suppliedby": true, "originatedby": true, "packageurl": true, "externalidentifier": true, "externalref": true,
	"name": true, "homepage": true, "downloadlocation": true, "spdxid": true, "type": true, "identifier": true,
	"externalidentifiertype": true, "packageversion": true, "packagedby": true,
}
