// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/sbom/jsonstream"
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
	fields
	first   bool // the first reading
	free    []*element3
	context bool
	version string

	agents map[string]*agent
	named  map[string]named    // identifiers that are elements of their own
	from   map[string][]string // package to agents that it is available from
	ids    []uint64            // hashes of the ids of agents and artifacts
}

// An agent is an organisation, person or program.
type agent struct {
	name value
	ids  []value // identifiers of other systems
}

// A named identifier is an element of its own.
type named struct {
	typ   string
	value value
}

type value struct {
	kind vendors.Kind
	text string
	at   vendors.Location
}

// maxAgents bounds what is kept of a document's agents and relationships.
const maxAgents = 1 << 20

func readSPDX3(r io.Reader, s *Sink) error {
	l := s.Limits()
	h := &held{limit: maxHeld}
	defer h.close()
	x := &spdx3{fields: newFields(jsonstream.NewReader(io.TeeReader(r, h), l.json()), s), first: true,
		agents: make(map[string]*agent), named: make(map[string]named), from: make(map[string][]string)}
	s.muted = true // the second reading warns of everything
	if err := x.read(); err != nil {
		return err
	}
	s.muted = false
	if err := x.unique(); err != nil {
		return err
	}
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
	return x.j.End()
}

// unique refuses a document in which an id stands for two elements: parsers differ
// in which of them they take.
func (x *spdx3) unique() error {
	slices.Sort(x.ids)
	for i := 1; i < len(x.ids); i++ {
		if x.ids[i] == x.ids[i-1] {
			return &Error{Kind: ErrDuplicate, Err: errors.New("two elements have the same spdxId")}
		}
	}
	x.ids = nil
	return nil
}

func (x *spdx3) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(ErrNotRecognised, errors.New("expected a JSON object"))
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
			x.elements(nil, "@graph")
		default:
			if string(name) != "specVersion" { // a CreationInfo can be the only element
				x.single("SPDX 3", string(name))
			}
			x.member(b, name)
		}
	}
	if !x.context {
		j.Fail(ErrNotRecognised, errors.New("there is no @context of SPDX 3"))
	}
	x.finish(b)
	if b.types == "" && !graph && x.j.Err() == nil {
		j.Fail(ErrNotRecognised, errors.New("there is no @graph and no element"))
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
			x.malformed("a context is "+kindWord(k), at)
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

// elements reads an array of elements.
func (x *spdx3) elements(parent []byte, name string) {
	if !x.expect('[', name, string(parent)+"/"+name) {
		return
	}
	for i := 0; x.more(i); i++ {
		x.j.Load()
		if k := x.j.Kind(); k != '{' {
			x.s.Malformed(WarnNullElement, "an element is "+kindWord(k)+"; expected an object",
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

func (x *spdx3) begin(parent []byte, name string, i int) *element3 {
	var b *element3
	if n := len(x.free); n > 0 {
		b, x.free = x.free[n-1], x.free[:n-1]
	} else {
		b = &element3{}
	}
	if b.builder.keep, b.sink = x.s.Keep(), x.s; x.first {
		b.keep = dropAll
	}
	b.reset()
	r := &b.relations
	*r = relations{makers: r.makers[:0], from3: r.from3[:0], to3: r.to3[:0], roots: r.roots[:0], ids: r.ids[:0], named: r.named[:0]}
	if name != "" {
		b.setPointer(parent, name, i)
	}
	b.placement = Unplaced
	return b
}

func dropAll(vendors.Role, vendors.Kind, []byte) bool { return false }

// An element3 is an element while it is being read.
type element3 struct {
	builder
	relations
}

// relations are what an element says of others while it is being read.
type relations struct {
	types      string // the element's type, without its profile
	security   bool   // it is of the security profile
	makers     []maker
	from3      []string
	typ3       string
	to3        []string
	roots      []string
	nameAt     int64
	ids        []identifier
	named      []maker // identifiers that are elements of their own
	idType     string  // what the element is, if it is an identifier itself
	id         string
	idAt       int64
	artifact   bool // it has a field that only artifacts have
	software   bool // it has one that only packages have
	identified bool // it has a purl or CPE, as an agent can have too
}

// An identifier is what an element is called in another system.
type identifier struct {
	kind  vendors.Kind
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
func (x *spdx3) member(b *element3, name []byte) {
	j := x.j
	switch string(name) {
	case "type", "@type":
		x.values(&b.builder, func(text []byte) { b.setType(string(text)) })
	case "spdxId", "@id":
		x.set(&b.builder, &b.ref)
	case "name":
		x.values(&b.builder, func(text []byte) {
			if b.name.from == b.name.to {
				b.name = b.add(text)
			}
			b.nameAt = j.TextOffset()
			b.claim(vendors.Mention, vendors.KindProduct, text, path{a: "/name"}, j.TextOffset())
		})
	case "suppliedBy":
		b.artifact = true
		x.agents3(b, vendors.Supplier, "/suppliedBy")
	case "originatedBy":
		b.artifact = true
		x.agents3(b, vendors.Manufacturer, "/originatedBy")
	case "packagedBy":
		x.agents3(b, vendors.Reference, "/packagedBy")
	case "software_packageUrl":
		b.software = true
		x.values(&b.builder, func(text []byte) { x.purlValue(&b.builder, slices.Clone(text), path{a: "/software_packageUrl"}) })
	case "software_packageVersion":
		x.values(&b.builder, func(text []byte) { b.version = b.add(text) })
	case "software_primaryPurpose":
		x.values(&b.builder, func(text []byte) { b.typ = b.add([]byte(strings.ToLower(string(text)))) })
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
		x.values(&b.builder, func(text []byte) { b.typ3 = lastWord(string(text)) })
	case "from":
		x.refs(b, "from", func(id string) { b.from3 = append(b.from3, id) })
	case "to":
		x.refs(b, "to", func(id string) { b.to3 = append(b.to3, id) })
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
	case "verifiedUsing", "namespaceMap", "profileConformance", "created", "dataLicense", "startTime", "endTime":
		j.Drop()
	default:
		if known := spdx3Names[spdx3Fold(string(name))]; known {
			x.malformed("the name "+quote(string(name))+" is not of SPDX 3, but other parsers may read it as a known one; it was not screened",
				vendors.Location{Pointer: x.at(b, "/"+string(name)), Offset: j.Offset()})
		}
		x.refs(b, string(name), func(string) {}) // there may be elements within
	}
}

// refs reads references to elements. An element that stands in the place of a
// reference is read, and referred to.
func (x *spdx3) refs(b *element3, name string, add func(id string)) {
	i := -1
	if x.j.Kind() == '[' {
		i = 0
	}
	parent := ""
	x.each(func(k jsontext.Kind) {
		switch k {
		case '"':
			text, _ := x.j.Text()
			add(string(text))
		case '{':
			if parent == "" {
				parent = x.at(b, "")
			}
			add(x.element([]byte(parent), name, i))
		default:
			x.j.Skip()
		}
		if i >= 0 {
			i++
		}
	})
}

// at returns the pointer of what is in the element.
func (x *spdx3) at(b *element3, path string) string {
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

// finish keeps what an element says, or emits it, and returns its id.
func (x *spdx3) finish(b *element3) string {
	defer func() {
		if cap(b.text) < 1<<20 {
			x.free = append(x.free, b)
		}
	}()
	id := string(b.get(b.ref))
	if x.j.Err() != nil {
		return id
	}
	isAgent := slices.Contains(agentTypes, b.types)
	// A vulnerability has the fields of an artifact, about who found it.
	artifact := b.software || strings.HasSuffix(b.types, "Package") || !b.security && (b.artifact || b.identified && !isAgent)
	if x.first {
		if (isAgent || artifact || b.types == "ExternalIdentifier") && id != "" {
			h := fnv.New64a()
			h.Write([]byte(id))
			x.ids = append(x.ids, h.Sum64())
		}
		x.note(b, id, isAgent)
	} else if artifact {
		x.emit(b, id)
	} else {
		x.s.doc.header.Malformed += b.malformed
		if b.types == "SpdxDocument" {
			x.s.SetSerial(id)
		}
	}
	if isAgent && id == "" {
		id = "_: " + string(b.get(b.pointer)) // no blank node id has a space
	}
	return id
}

var agentTypes = []string{"Agent", "Organization", "Person", "SoftwareAgent"}

// note keeps what the second reading needs.
func (x *spdx3) note(b *element3, id string, isAgent bool) {
	for _, root := range b.roots {
		x.s.SetSubject(root)
	}
	if b.typ3 == "describes" {
		for _, to := range b.to3 {
			x.s.SetSubject(to)
		}
	}
	if b.typ3 == "availableFrom" {
		for _, from := range b.from3 {
			x.from[from] = append(x.from[from], b.to3...)
		}
	}
	if isAgent {
		if id == "" {
			id = "_: " + string(b.get(b.pointer))
		}
		a := &agent{name: value{vendors.KindName, string(b.get(b.name)), vendors.Location{Pointer: x.at(b, "/name"), Offset: b.nameAt}}}
		for _, i := range b.ids {
			a.ids = append(a.ids, value{i.kind, string(b.get(i.text)),
				vendors.Location{Pointer: x.at(b, "/externalIdentifier/"+strconv.Itoa(i.index)+"/identifier"), Offset: i.at}})
		}
		x.agents[id] = a
	}
	if b.types == "ExternalIdentifier" && id != "" {
		x.named[id] = named{b.idType, value{text: b.id, at: vendors.Location{Pointer: x.at(b, "/identifier"), Offset: b.idAt}}}
	}
	if len(x.agents)+len(x.from)+len(x.named) > maxAgents {
		x.j.Fail(ErrLimit, limitError("agents, identifiers and relationships", maxAgents))
	}
}

// emit adds what the element's agents are called and delivers the component.
func (x *spdx3) emit(b *element3, id string) {
	where := vendors.Location{Pointer: string(b.get(b.pointer)), Offset: b.offset}
	for _, to := range x.from[id] {
		b.makers = append(b.makers, maker{vendors.Supplier, to, where})
	}
	for _, m := range b.makers {
		a := x.agents[m.id]
		if a == nil {
			if !spdx3Nobody(m.id) {
				b.malformed++
				x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" is not in this document; who it is was not screened", m.at)
			}
			continue
		}
		if a.name.text == "" && len(a.ids) == 0 {
			b.malformed++
			x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" has no name", m.at)
		}
		if m.role.Makes() {
			x.checkName(&b.builder, []byte(a.name.text))
		}
		for _, v := range append([]value{a.name}, a.ids...) {
			b.claim(m.role, v.kind, []byte(v.text), path{a: v.at.Pointer, top: true}, v.at.Offset)
		}
	}
	for _, m := range b.named {
		n, known := x.named[m.id]
		if !known {
			b.malformed++
			x.s.Warn(WarnUnresolved, "the identifier "+quote(m.id)+" is not in this document; it was not screened", m.at)
			continue
		}
		role, kind := identifierKind(n.typ)
		x.identifier(b, role, kind, b.add([]byte(n.value.text)), path{a: n.value.at.Pointer, top: true}, n.value.at.Offset)
	}
	if b.typ.from == b.typ.to {
		if t := b.types; strings.HasSuffix(t, "File") {
			b.typ = b.add([]byte("file"))
		}
	}
	b.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(b.component()) {
		x.stop()
	}
}

// spdx3Nobody reports whether an id is one of the specification's own individuals.
func spdx3Nobody(id string) bool {
	return strings.HasPrefix(id, "https://spdx.org/rdf/3.") || strings.HasPrefix(id, "http://spdx.org/rdf/3.") || id == "NoAssertion" || id == "None"
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
	name = foldLetters.Replace(lastWord(strings.TrimSpace(name)))
	return strings.ToLower(strings.TrimPrefix(strings.ToLower(name), "software_"))
}

// spdx3Names are the names that bear on vendors, folded.
var spdx3Names = map[string]bool{
	"suppliedby": true, "originatedby": true, "packageurl": true, "externalidentifier": true, "externalref": true,
	"name": true, "homepage": true, "downloadlocation": true, "spdxid": true, "type": true, "identifier": true,
	"externalidentifiertype": true, "packageversion": true, "packagedby": true,
}
