// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// spdx3 reads SPDX 3.0 in JSON-LD. Who supplied a package stands in an element of its
// own, anywhere in the document, so the document is read twice: first for agents,
// relationships and roots, then for the packages. What is read a second time is held
// compressed in memory meanwhile.
//
// Fields are known by the names that the specification's context gives them; a
// document's own context changes nothing. Where it could have, the document counts as
// not screened in whole.
type spdx3 struct {
	fieldReader
	first   bool // the first reading
	free    []*graphElement
	context bool
	version string

	agents   map[string]*agent
	named    map[string]named      // identifiers that are elements of their own
	from     map[string][][]string // package to lists of agents that it is available from
	kept     int                   // of the three
	once     map[refKey]once       // elements of which parsers may take one of two
	elements references
	imported map[string]bool // elements that other documents have
}

func readSPDX3(r io.Reader, s *Sink) error {
	l := s.Limits()
	h := &held{limit: maxHeld}
	defer h.close()
	x := &spdx3{fieldReader: newFieldReader(jsonstream.NewReader(io.TeeReader(r, h), l.json()), s), first: true,
		agents: make(map[string]*agent), named: make(map[string]named), from: make(map[string][][]string),
		once: make(map[refKey]once), imported: make(map[string]bool)}
	s.muted = true // the second reading warns of everything
	if err := x.read(); err != nil {
		return err
	}
	s.muted, x.once = false, nil
	again, err := h.reader()
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
	b := x.begin(nil, "", -1) // a document of one element has no @graph
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
	if b.types == "" && !graph && x.j.Err() == nil {
		j.Fail(ErrNotRecognized, errors.New("there is no @graph and no element"))
	}
}

var spdx3Context = regexp.MustCompile(`^https?://spdx\.org/rdf/(v?3\.\d+(?:\.\d+)?)/spdx-context\.json(?:ld)?$`)

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
	b := x.begin(parent, name, i)
	x.j.Enter('{')
	b.offset = max(x.j.Offset()-1, 0)
	for x.j.More() {
		x.member(b, x.j.Name())
	}
	return x.finish(b)
}

// maxPointer bounds the pointer of an element: the document can choose the names in it. What
// is deeper has the pointer of the element around it.
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
	r := &b.relations
	*r = relations{makers: r.makers[:0], from: r.from[:0], to: r.to[:0], roots: r.roots[:0], ids: r.ids[:0], named: r.named[:0], names: r.names[:0]}
	if len(parent)+len(name) > maxPointer {
		b.pointer = b.add(parent)
	} else if name != "" {
		b.setPointer(parent, name, i)
	}
	b.placement = Unresolved
	return b
}

func dropAll(vendors.Role, vendors.Kind, []byte) bool { return false }

// An graphElement is an element while it is being read.
type graphElement struct {
	builder
	relations
}

// relations are what an element says of others while it is being read.
type relations struct {
	types            string // the element's type, without its profile
	security         bool   // it is of the security profile
	makers           []maker
	from             []string
	relationshipType string
	to               []string
	roots            []string
	names            []nameOf
	ids              []identifier
	named            []maker // identifiers that are elements of their own
	idType           string  // what the element is, if it is an identifier itself
	id               string
	idAt             int64
	moreIDs          bool // it has more identifiers than an agent can have
	artifact         bool // it has a field that only artifacts have
	software         bool // it has one that only packages have
	identified       bool // it has a purl or CPE, as an agent can have too
}

// A nameOf is one of the names of an element.
type nameOf struct {
	text span
	at   int64
}

// An identifier is what an element is called in another system.
type identifier struct {
	kind  refKind
	text  span
	index int
	at    int64
}

// A maker is an agent to which an element refers.
type maker struct {
	role vendors.Role
	id   string
	at   vendors.Location
}

// member reads a member of an element.
func (x *spdx3) member(b *graphElement, name []byte) {
	j := x.j
	switch string(name) {
	case "type", "@type":
		x.values(&b.builder, func(text []byte) { b.setType(string(text)) })
	case "spdxId", "@id":
		x.set(&b.builder, &b.ref)
	case "name":
		x.values(&b.builder, func(text []byte) {
			name := b.add(text)
			if b.name.from == b.name.to {
				b.name = name
			}
			if len(b.names) <= maxAgentNames {
				b.names = append(b.names, nameOf{name, j.TextOffset()})
			}
			b.claim(vendors.Mention, vendors.KindProduct, text, path{a: "/name"}, j.TextOffset())
		})
	case "suppliedBy":
		b.artifact = true
		x.readAgents(b, vendors.Supplier, "/suppliedBy")
	case "originatedBy":
		b.artifact = true
		x.readAgents(b, vendors.Manufacturer, "/originatedBy")
	case "packagedBy":
		x.readAgents(b, vendors.Reference, "/packagedBy")
	case "software_packageUrl":
		b.software = true
		x.values(&b.builder, func(text []byte) { x.purlValue(&b.builder, slices.Clone(text), path{a: "/software_packageUrl"}) })
	case "software_packageVersion":
		x.plainValues(&b.builder, func(text []byte) { b.version = b.add(text) })
	case "software_primaryPurpose":
		x.plainValues(&b.builder, func(text []byte) { b.typ = b.add([]byte(strings.ToLower(string(text)))) })
	case "software_homePage", "software_downloadLocation":
		at, role := "/"+string(name), vendors.Reference
		if string(name) == "software_homePage" {
			role = vendors.Homepage
		}
		x.values(&b.builder, func(text []byte) { b.claim(role, vendors.KindURL, text, path{a: at}, j.TextOffset()) })
	case "software_copyrightText":
		x.mentions(&b.builder, vendors.Author, "/software_copyrightText")
	case "software_attributionText":
		x.mentions(&b.builder, vendors.Author, "/software_attributionText")
	case "software_sourceInfo":
		x.mentions(&b.builder, vendors.Mention, "/software_sourceInfo")
	case "description", "summary", "comment":
		x.mentions(&b.builder, vendors.Mention, "/"+string(name))
	case "externalIdentifier":
		x.identifiers(b)
	case "externalRef":
		x.externalRefs(b)
	case "externalIdentifierType":
		x.values(&b.builder, func(text []byte) { b.idType = lastWord(string(text)) })
	case "identifier":
		x.values(&b.builder, func(text []byte) { b.id, b.idAt = string(text), j.TextOffset() })
	case "relationshipType":
		x.values(&b.builder, func(text []byte) { b.relationshipType = lastWord(string(text)) })
	case "from":
		x.refs(b, "from", func(id string) { b.from = append(b.from, id) })
	case "to":
		x.refs(b, "to", func(id string) { b.to = append(b.to, id) })
	case "rootElement":
		x.refs(b, "rootElement", func(id string) { b.roots = append(b.roots, id) })
	case "specVersion":
		x.values(&b.builder, func(text []byte) { x.specVersion(string(text)) })
	case "import":
		x.imports(b)
	case "@context":
		x.malformed("an element has a context of its own; fields were read by their names in the specification",
			vendors.Location{Pointer: x.at(b, "/@context"), Offset: j.Offset()})
		j.Skip()
	case "profileConformance", "created", "dataLicense", "startTime", "endTime":
		if k := j.Kind(); k == '{' {
			x.refs(b, string(name), nil) // there may be elements within
			return
		}
		j.Drop()
	case "element":
		x.refs(b, "element", func(id string) { x.refer(b, id, "/element") })
	default:
		if known := spdx3Names[spdx3Fold(string(name))]; known || fields.MayNameMaker(name) && j.Kind() != 'n' {
			x.malformed("the name "+quote(string(name))+" is not of SPDX 3, but may say who made something; it was not screened",
				vendors.Location{Pointer: x.at(b, "/"+string(name)), Offset: j.Offset()})
		}
		x.refs(b, string(name), nil) // there may be elements within
	}
}

// refs reads references to elements. An element that is in the place of a reference is
// read, and referred to. add may be nil.
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

// at returns the pointer of what is in the element.
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

// spdx3Nobody reports whether an id is one of the specification's own individuals.
func spdx3Nobody(id string) bool {
	switch id {
	case "NoAssertion", "None", "NoAssertionElement", "NoneElement", "NoAssertionLicense", "NoneLicense", "SpdxOrganization":
		return true
	}
	return strings.HasPrefix(id, "https://spdx.org/rdf/") || strings.HasPrefix(id, "http://spdx.org/rdf/")
}

// lastWord drops what stands before a term: the address of its vocabulary.
func lastWord(term string) string {
	return term[strings.LastIndexAny(term, "/#:")+1:]
}

// setType keeps the element's type.
func (r *relations) setType(t string) {
	t = lastWord(t)
	if profile, name, found := strings.Cut(t, "_"); found {
		r.security = r.security || profile == "security"
		t = name
	}
	if r.types == "" || !slices.Contains(agentTypes, r.types) && !strings.HasSuffix(r.types, "Package") {
		r.types = t
	}
}

// spdx3Fold returns the form in which names are compared to find near misses.
func spdx3Fold(name string) string {
	if len(name) > 200 {
		return ""
	}
	name = fields.FoldLetters(lastWord(strings.TrimSpace(name)))
	return strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "software_"))
}

// spdx3Names are the names that bear on vendors, folded.
var spdx3Names = map[string]bool{
	"suppliedby": true, "originatedby": true, "packageurl": true, "externalidentifier": true, "externalref": true,
	"name": true, "homepage": true, "downloadlocation": true, "spdxid": true, "type": true, "identifier": true,
	"externalidentifiertype": true, "packageversion": true, "packagedby": true,
}
