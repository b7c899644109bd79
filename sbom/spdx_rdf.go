// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom/jsonstream"
	"github.com/clause76/clause76/sbom/xmlstream"
)

const (
	// maxRDF bounds a document in RDF/XML, whose graph is held in memory.
	maxRDF = 64 << 20
	// rdfDepth bounds its nesting: writers nest a package in each relationship.
	rdfDepth = 8192
	rdfSpace = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
)

// readSPDXRDF reads SPDX RDF/XML (SPDX 2.3, annex C). The graph is built first, for
// a node may stand anywhere and in several pieces, and then written in JSON form. The
// reader of tools-golang refuses SPDX's own examples of 2.2 and 2.3, and its goroutines
// race with one another.
func readSPDXRDF(r io.Reader, s *Sink) error {
	l := s.Limits()
	x := newSPDX(jsonstream.Transcode(l.json(), func(w *jsonstream.Writer) error {
		g := &rdfGraph{x: xmlstream.NewReader(r, xmlstream.Limits{Bytes: min(maxRDF, l.bytes()), Depth: rdfDepth, String: l.String}),
			nodes: make(map[string]*rdfNode)}
		if err := g.read(); err != nil {
			return err
		}
		g.write(w)
		return nil
	}), s)
	x.versions = tagValueVersions
	return x.read()
}

// An rdfGraph is what a document says: nodes and their properties.
type rdfGraph struct {
	x     *xmlstream.Reader
	nodes map[string]*rdfNode // by IRI, or "_:" and blank node id
	order []*rdfNode
	blank int
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
	node   string // id of the node it refers to, "" for a literal
	offset int64
}

func (g *rdfGraph) read() error {
	x := g.x
	if x.Next() != xmlstream.Start {
		return x.Err()
	}
	if string(x.Name()) != "RDF" || x.Space() != rdfSpace {
		return &Error{Kind: ErrNotRecognised, Err: fmt.Errorf("the root element is %q; expected rdf:RDF", x.Name())}
	}
	for x.Next() != xmlstream.None {
		if x.Kind() == xmlstream.Start {
			g.node()
		}
	}
	return x.Err()
}

// node reads the node element whose Start was read last, and returns its id.
func (g *rdfGraph) node() string {
	x := g.x
	id := ""
	var literals []rdfProp
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
		case a.Space != "" && a.Space != rdfSpace: // a property written as an attribute
			literals = append(literals, rdfProp{name: string(a.Name), text: value, offset: a.Offset})
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

// property reads a property element: a literal, a reference or nested nodes.
func (g *rdfGraph) property(n *rdfNode) {
	x := g.x
	p := rdfProp{name: string(x.Name()), offset: x.Offset()}
	if x.Space() == rdfSpace && p.name == "type" {
		p.name = "rdf:type"
	}
	resource, nested := false, false
	for _, a := range x.Attrs() {
		if a.Space != rdfSpace {
			continue
		}
		switch string(a.Name) {
		case "resource":
			p.node, resource = string(a.Value), true
		case "nodeID":
			p.node, resource = "_:"+string(a.Value), true
		case "parseType":
			if string(a.Value) != "Collection" {
				x.Fail(ErrSyntax, fmt.Errorf("rdf:parseType %q, which SPDX does not use", a.Value))
				return
			}
		}
	}
	var text []byte
	for x.Next() != xmlstream.None && x.Kind() != xmlstream.End {
		switch x.Kind() {
		case xmlstream.Text:
			text = append(text, x.Text()...)
		case xmlstream.Start:
			at := x.Offset()
			resource, nested = true, true
			n.add(rdfProp{name: p.name, node: g.node(), offset: at})
		}
	}
	if nested && len(bytes.TrimSpace(text)) > 0 {
		x.Fail(ErrSyntax, fmt.Errorf("the property %q has text beside a node", p.name))
		return
	}
	if p.node != "" || !resource {
		p.text = string(bytes.TrimSpace(text))
		n.add(p)
	}
}

// add adds a property. A graph is a set: what is said twice is said once.
func (n *rdfNode) add(p rdfProp) {
	if len(n.props) < 1000 { // beyond, as in long lists, it would take quadratic time
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

// fragment returns what identifies a term: what stands behind "#" or the last "/".
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

// The members that properties stand for in the JSON form.
var (
	rdfPackage = map[string]string{
		"name": "name", "versionInfo": "versionInfo", "packageFileName": "packageFileName", "supplier": "supplier",
		"originator": "originator", "downloadLocation": "downloadLocation", "homepage": "homepage",
		"copyrightText": "copyrightText", "sourceInfo": "sourceInfo", "summary": "summary", "description": "description",
		"comment": "comment", "primaryPackagePurpose": "primaryPackagePurpose",
	}
	rdfFile = map[string]string{"fileName": "fileName", "copyrightText": "copyrightText"}
)

func (g *rdfGraph) write(w *jsonstream.Writer) {
	f := &rdfForm{g, w}
	w.Begin('{')
	for _, n := range g.order {
		if n.is("SpdxDocument") {
			f.document(n)
		}
	}
	f.section("packages", func(n *rdfNode) bool { return n.is("Package") }, func(n *rdfNode) {
		f.members(n, rdfPackage)
		f.list(n, "externalRef", "externalRefs", func(p rdfProp, ref *rdfNode) { f.members(ref, rdfReference) })
	})
	f.section("files", func(n *rdfNode) bool { return n.is("File") }, func(n *rdfNode) {
		f.members(n, rdfFile)
		if !n.has("fileContributor") {
			return
		}
		w.Member("fileContributors")
		w.Begin('[')
		for _, p := range n.props {
			if p.name == "fileContributor" {
				f.text(p)
			}
		}
		w.End(']')
	})
	f.relationships()
	w.End('}')
}

var rdfReference = map[string]string{"referenceType": "referenceType", "referenceLocator": "referenceLocator"}

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

// document writes what is said of the document itself. A second one makes a
// duplicate name.
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

// text writes a property's text. Where a term stands for one, it is written as the
// other encodings have it.
func (f *rdfForm) text(p rdfProp) {
	text := p.text
	if p.node != "" {
		text = p.node
		switch term := fragment(p.node); {
		case term == "noassertion", term == "none":
			text = strings.ToUpper(term)
		case strings.HasPrefix(term, "purpose_"), strings.HasPrefix(term, "checksumAlgorithm_"):
			_, text, _ = strings.Cut(term, "_")
		}
	}
	f.w.At(p.offset)
	f.w.Text([]byte(text))
}

// members writes properties as members.
func (f *rdfForm) members(n *rdfNode, names map[string]string) {
	for _, p := range n.props {
		if name := names[p.name]; name != "" {
			f.name(name, p)
			f.text(p)
		} else if nearMiss(p.name) != "" {
			f.name(p.name, p)
			f.w.Null()
		}
	}
}

// section writes an array of the nodes that are wanted.
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

// list writes an array of the nodes that a property refers to. One that is not in
// the document is null.
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
			f.w.Raw([]byte("0")) // not an object: it could not be read
			continue
		}
		f.w.Begin('{')
		write(p, ref)
		f.w.End('}')
	}
	f.w.End(']')
}

// relationships writes which nodes the document describes.
func (f *rdfForm) relationships() {
	f.w.Member("relationships")
	f.w.Begin('[')
	for _, n := range f.g.order {
		for _, p := range n.props {
			rel := f.g.nodes[p.node]
			if p.name != "relationship" || rel == nil {
				continue
			}
			typ, to := "", ""
			for _, q := range rel.props {
				switch q.name {
				case "relationshipType":
					_, typ, _ = strings.Cut(fragment(q.node), "_")
				case "relatedSpdxElement":
					to = q.node
				}
			}
			from := n.id
			switch {
			case typ == "describes" && n.is("SpdxDocument"):
				from = documentRef
			case typ == "describedBy":
				if node := f.g.nodes[to]; node != nil && node.is("SpdxDocument") {
					to = documentRef
				}
			default:
				continue
			}
			f.w.At(p.offset)
			f.w.Begin('{')
			f.w.Member("spdxElementId")
			f.w.Text([]byte(from))
			f.w.Member("relationshipType")
			f.w.Text([]byte(map[string]string{"describes": "DESCRIBES", "describedBy": "DESCRIBED_BY"}[typ]))
			f.w.Member("relatedSpdxElement")
			f.w.Text([]byte(to))
			f.w.End('}')
		}
	}
	f.w.End(']')
}
