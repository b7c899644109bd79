// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/xmlstream"
)

const (
	// maxRDF limits a document in RDF/XML. Its graph is built in memory.
	maxRDF = 64 << 20
	// rdfDepth limits its nesting. Writers nest a package in each relationship.
	rdfDepth = 8192
	rdfSpace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	xmlSpace = "http://www.w3.org/XML/1998/namespace"
)

// readSPDXRDF reads SPDX RDF/XML (SPDX 2.3, annex C). The graph is built first, because a node can
// be anywhere and in several pieces, and is then written in JSON form. The reader of tools-golang
// rejects SPDX's own examples of 2.2 and 2.3, and has data races.
func readSPDXRDF(r io.Reader, s *Sink) error {
	l := s.Limits()
	x := newSPDX(jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		g := &rdfGraph{x: xmlstream.NewReader(r, xmlstream.Limits{Bytes: min(maxRDF, l.bytes()), Depth: rdfDepth, String: l.String}),
			nodes: make(map[string]*rdfNode)}
		if err := g.read(); err != nil {
			return err
		}
		g.write(w)
		if g.shared > rdfShared {
			return &Error{Kind: ErrLimit, Err: fmt.Errorf("more than %d bytes of text in nodes that properties refer to", rdfShared)}
		}
		return nil
	}), s)
	x.versions = tagValueVersions
	x.standIn = standInRDF
	return x.read()
}

// An rdfGraph has the nodes of a document and their properties.
type rdfGraph struct {
	x     *xmlstream.Reader
	nodes map[string]*rdfNode // by IRI, or "_:" and blank node id
	order []*rdfNode
	blank int
	// shared is the length of the texts of nodes in properties that refer to them.
	shared int
}

type rdfNode struct {
	id     string
	types  []string
	props  []rdfProp
	offset int64
}

type rdfProp struct {
	name   string // local name
	text   string
	node   string // id of the node that it refers to; "" for a literal
	offset int64
}

func (g *rdfGraph) read() error {
	x := g.x
	if x.Next() != xmlstream.Start {
		return x.Err()
	}
	if string(x.Name()) != "RDF" || x.Space() != rdfSpace {
		return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf("the root element is %q; expected rdf:RDF", x.Name())}
	}
	for x.Next() != xmlstream.None {
		if x.Kind() == xmlstream.Start {
			g.node()
		}
	}
	return x.Err()
}

// node reads a node element after its Start, and returns its id.
func (g *rdfGraph) node() string {
	x := g.x
	id := ""
	var literals []rdfProp
	var types []string
	for _, a := range x.Attrs() {
		value := string(a.Value)
		switch {
		case a.Space == rdfSpace && (string(a.Name) == "about" || string(a.Name) == "ID"):
			id = value
			if string(a.Name) == "ID" {
				id = "#" + value
			}
		case a.Space == rdfSpace && string(a.Name) == "nodeID":
			id = "_:" + value
		case a.Space == rdfSpace && string(a.Name) == "type":
			types = append(types, fragment(value))
		case a.Space != "" && a.Space != rdfSpace: // a property written as an attribute
			literals = append(literals, rdfProp{name: string(a.Name), text: value, offset: a.Offset})
		case a.Space == "": // RDF does not have it; counted if it may name a maker
			literals = append(literals, rdfProp{name: "@" + string(a.Name), text: value, offset: a.Offset})
		}
	}
	if id == "" {
		g.blank++
		id = fmt.Sprintf("_: %d", g.blank) // no nodeID has a space
	}
	n := g.nodes[id]
	if n == nil {
		n = &rdfNode{id: id, offset: x.Offset()}
		g.nodes[id] = n
		g.order = append(g.order, n)
	}
	if x.Space() != rdfSpace { // not rdf:Description
		n.types = append(n.types, string(x.Name()))
	}
	n.types = append(n.types, types...)
	for _, p := range literals {
		n.add(p)
	}
	for x.Next() != xmlstream.None && x.Kind() != xmlstream.End {
		if x.Kind() == xmlstream.Start {
			g.property(n)
		}
	}
	return id
}

// property reads a property element: a literal, a reference or nested nodes. An element in the
// place of a property is also read.
func (g *rdfGraph) property(n *rdfNode) {
	x := g.x
	if rdfElements[string(x.Name())] {
		at := x.Offset()
		n.add(rdfProp{name: rdfMisplaced, node: g.node(), offset: at})
		return
	}
	p := rdfProp{name: string(x.Name()), offset: x.Offset()}
	if x.Space() == rdfSpace && p.name == "type" {
		p.name = "rdf:type"
	}
	switch form, ok := g.valueForm(&p); {
	case !ok:
	case form.other: // RDF does not have it; counted if it is in the place of a maker
		n.add(rdfProp{name: "@" + p.name, offset: p.offset})
		g.propertyValue(n, p, form)
	case form.blank:
		g.blankProperty(n, p)
	default:
		g.propertyValue(n, p, form)
	}
}

// An rdfValueForm is the form of a property's value, by the attributes of its element.
type rdfValueForm struct {
	reference bool // an attribute has the id of a node
	literal   bool // there is only text
	blank     bool // the children are properties of a node without an element
	other     bool // an attribute without a namespace
}

// valueForm reads the attributes of a property element. It returns false if the reader has
// failed.
func (g *rdfGraph) valueForm(p *rdfProp) (form rdfValueForm, ok bool) {
	for _, a := range g.x.Attrs() {
		if a.Space != rdfSpace {
			if a.Space != "" && a.Space != xmlSpace { // a property of a node without an element
				g.x.Fail(ErrSyntax, fmt.Errorf("the property %q has the attribute %q, which SPDX does not use", p.name, a.Name))
				return form, false
			}
			form.other = form.other || a.Space == ""
			continue
		}
		switch string(a.Name) {
		case "resource":
			p.node, form.reference = string(a.Value), true
		case "nodeID":
			p.node, form.reference = "_:"+string(a.Value), true
		case "parseType":
			switch string(a.Value) {
			case "Collection":
			case "Literal":
				form.literal = true
			case "Resource":
				form.blank = true
				return form, true
			default:
				g.x.Fail(ErrSyntax, fmt.Errorf("rdf:parseType %q, which SPDX does not use", a.Value))
				return form, false
			}
		}
	}
	return form, true
}

// propertyValue reads the content of a property element, and adds the property.
func (g *rdfGraph) propertyValue(n *rdfNode, p rdfProp, form rdfValueForm) {
	x := g.x
	nested := false
	var text []byte
	for x.Next() != xmlstream.None && x.Kind() != xmlstream.End {
		switch x.Kind() {
		case xmlstream.Text:
			text = append(text, x.Text()...)
		case xmlstream.Start:
			if form.literal {
				x.Fail(ErrSyntax, fmt.Errorf("the property %q has elements in its text", p.name))
				return
			}
			at := x.Offset()
			nested = true
			n.add(rdfProp{name: p.name, node: g.node(), offset: at})
		}
	}
	if nested && len(bytes.TrimSpace(text)) > 0 {
		x.Fail(ErrSyntax, fmt.Errorf("the property %q has text beside a node", p.name))
		return
	}
	if p.node != "" || !form.reference && !nested {
		p.text = string(bytes.TrimSpace(text))
		n.add(p)
	}
}

// blankProperty reads the property elements of a node without an element
// (rdf:parseType="Resource").
func (g *rdfGraph) blankProperty(n *rdfNode, p rdfProp) {
	g.blank++
	inner := &rdfNode{id: fmt.Sprintf("_: %d", g.blank), offset: p.offset}
	g.nodes[inner.id] = inner
	g.order = append(g.order, inner)
	p.node = inner.id
	n.add(p)
	for g.x.Next() != xmlstream.None && g.x.Kind() != xmlstream.End {
		if g.x.Kind() == xmlstream.Start {
			g.property(inner)
		}
	}
}

// add adds a property, unless the node has it: a graph is a set.
func (n *rdfNode) add(p rdfProp) {
	if len(n.props) < 1000 { // for long lists this would take quadratic time
		for _, q := range n.props {
			if q.name == p.name && q.text == p.text && q.node == p.node {
				return
			}
		}
	}
	if p.name == "rdf:type" {
		n.types = append(n.types, fragment(p.node))
	}
	n.props = append(n.props, p)
}

// fragment returns the name of a term: the part of an IRI after "#" or the last "/".
func fragment(iri string) string {
	return iri[strings.LastIndexAny(iri, "#/")+1:]
}

func (n *rdfNode) is(typ string) bool {
	for _, t := range n.types {
		if t == typ {
			return true
		}
	}
	return false
}

// The members of the JSON form for properties.
var (
	rdfPackage = map[string]string{
		"name": "name", "versionInfo": "versionInfo", "packageFileName": "packageFileName", "supplier": "supplier",
		"originator": "originator", "downloadLocation": "downloadLocation", "homepage": "homepage",
		"copyrightText": "copyrightText", "sourceInfo": "sourceInfo", "summary": "summary", "description": "description",
		"comment": "comment", "primaryPackagePurpose": "primaryPackagePurpose",
	}
	rdfProject = map[string]string{"name": "name", "homepage": "homePage"}
	rdfFile    = map[string]string{"fileName": "fileName", "copyrightText": "copyrightText"}
)

// rdfElements are the classes of nodes with an id. They begin with a capital letter, unlike
// properties.
var rdfElements = map[string]bool{"Package": true, "File": true, "Snippet": true, "SpdxDocument": true}

// rdfMisplaced is the name of a property for an element in the place of a property.
const rdfMisplaced = "element in the place of a property"

// isPackage reports whether the node is a package: by its class or, if it has no class with an id,
// by a property that only packages have.
func (n *rdfNode) isPackage() bool {
	if n.is("Package") {
		return true
	}
	for typ := range rdfElements {
		if n.is(typ) {
			return false
		}
	}
	return n.has("supplier") || n.has("originator") || n.has("downloadLocation") || n.has("externalRef") || n.has("packageFileName")
}

// isFile reports whether the node is a file with contributors, a copyright or a project.
func (n *rdfNode) isFile() bool {
	return n.is("File") && (n.has("fileContributor") || n.has("copyrightText") || n.has("artifactOf"))
}

func (g *rdfGraph) write(w *jsonstream.Writer) {
	f := &rdfForm{g, w}
	w.Begin('{')
	for _, n := range g.order {
		if n.is("SpdxDocument") {
			f.document(n)
		}
	}
	f.section("packages", (*rdfNode).isPackage, func(n *rdfNode) {
		f.members(n, rdfPackage)
		f.list(n, "externalRef", "externalRefs", func(p rdfProp, ref *rdfNode) { f.members(ref, rdfReference) })
	})
	f.section("files", (*rdfNode).isFile, func(n *rdfNode) {
		f.members(n, rdfFile)
		f.projects(n)
		if !n.has("fileContributor") {
			return
		}
		w.Member("fileContributors")
		w.Begin('[')
		for _, p := range n.props {
			if p.name == "fileContributor" {
				f.elements(p, f.textsOf(p))
			}
		}
		w.End(']')
	})
	// Other nodes are written as snippets, so that references to them are known.
	f.section("snippets", func(n *rdfNode) bool { return !n.isPackage() && !n.isFile() && !n.is("SpdxDocument") && n.named() }, func(*rdfNode) {})
	f.relationships()
	w.End('}')
}

var rdfReference = map[string]string{"referenceType": "referenceType", "referenceLocator": "referenceLocator", "referenceCategory": "referenceCategory"}

func (n *rdfNode) has(name string) bool {
	for _, p := range n.props {
		if p.name == name {
			return true
		}
	}
	return false
}

// rdfForm writes the JSON form of a graph.
type rdfForm struct {
	g *rdfGraph
	w *jsonstream.Writer
}

// document writes the properties of the document itself. A second document makes a duplicate
// name, which is an error.
func (f *rdfForm) document(n *rdfNode) {
	for _, p := range n.props {
		if p.name == "specVersion" {
			f.name("spdxVersion", p)
			f.text(p)
		}
	}
	f.w.At(n.offset)
	f.w.Member("documentNamespace")
	namespace, _, _ := strings.Cut(n.id, "#")
	f.w.Text([]byte(namespace))
	f.list(n, "externalDocumentRef", "externalDocumentRefs", func(p rdfProp, ref *rdfNode) {
		for _, p := range ref.props {
			switch p.name {
			case "spdxDocument":
				f.name("spdxDocument", p)
				f.text(p)
			case "checksum":
				if sum := f.g.nodes[p.node]; sum != nil {
					f.name("checksum", p)
					f.w.Begin('{')
					f.members(sum, map[string]string{"algorithm": "algorithm", "checksumValue": "checksumValue"})
					f.w.End('}')
				}
			}
		}
	})
	for _, p := range n.props {
		if p.name == "describesPackage" {
			f.w.Member("documentDescribes")
			f.w.Begin('[')
			for _, p := range n.props {
				if p.name == "describesPackage" {
					f.w.At(p.offset)
					f.w.Text([]byte(p.node))
				}
			}
			f.w.End(']')
			break
		}
	}
}

func (f *rdfForm) name(name string, p rdfProp) {
	f.w.At(p.offset)
	f.w.Member(name)
}

// members writes properties as members.
func (f *rdfForm) members(n *rdfNode, names map[string]string) {
	for _, p := range n.props {
		if name := names[p.name]; name != "" {
			f.name(name, p)
			f.text(p)
		} else if similarVendorField(p.name) != "" || fields.MayNameMaker(p.name) {
			f.name(p.name, p)
			f.w.Raw([]byte("false")) // counts as malformed, see standInRDF
		}
	}
}

// section writes an array of the nodes for which want returns true.
func (f *rdfForm) section(name string, want func(*rdfNode) bool, write func(*rdfNode)) {
	f.w.Member(name)
	f.w.Begin('[')
	for _, n := range f.g.order {
		if want(n) {
			f.w.At(n.offset)
			f.w.Begin('{')
			f.w.Member("SPDXID")
			f.w.Text([]byte(n.id))
			write(n)
			f.w.End('}')
		}
	}
	f.w.End(']')
}

// list writes an array of the nodes that a property refers to. A node that is not in the document
// is 0, see standInRDF.
func (f *rdfForm) list(n *rdfNode, property, name string, write func(rdfProp, *rdfNode)) {
	if !n.has(property) {
		return
	}
	f.w.Member(name)
	f.w.Begin('[')
	for _, p := range n.props {
		if p.name != property {
			continue
		}
		f.w.At(p.offset)
		ref := f.g.nodes[p.node]
		if ref == nil {
			f.w.Raw([]byte("0"))
			continue
		}
		f.w.Begin('{')
		write(p, ref)
		f.w.End('}')
	}
	f.w.End(']')
}

// named reports whether other documents and encodings can refer to the node.
func (n *rdfNode) named() bool { return !strings.HasPrefix(n.id, "_: ") }
