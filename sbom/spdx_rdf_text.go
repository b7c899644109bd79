// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"strings"

	"github.com/clause76/clause76/internal/names"
)

// A property that is text in SPDX can be a node: an organization of FOAF, a container, a blank
// node with rdf:value. The text is then in the properties of that node. Other properties of such
// a node are counted, and so is a reference to a node that is not in the document.

const (
	// rdfTextDepth limits the nodes between a property and its text.
	rdfTextDepth = 8
	// rdfTexts and rdfSteps limit the texts of one property and the properties that are
	// searched for them, because many properties can refer to the same node.
	rdfTexts = 64
	rdfSteps = 256
	// rdfShared limits the texts of nodes in all properties that refer to them, and
	// names.MaxLength limits each: a document can have many references to one long text.
	rdfShared = 64 << 20
)

// rdfNaming has the local names of properties that name a node.
var rdfNaming = map[string]bool{
	"name": true, "value": true, "label": true, "title": true, "prefLabel": true, "legalName": true, "nick": true, "fn": true,
	"li": true, "first": true, "rest": true, "member": true,
}

// rdfAddresses has the properties with the address of a page or a term as text. For them, the
// reference itself is the text.
var rdfAddresses = map[string]bool{
	"homepage": true, "downloadLocation": true, "referenceType": true, "referenceLocator": true, "referenceCategory": true,
	"primaryPackagePurpose": true, "specVersion": true, "spdxDocument": true, "algorithm": true,
}

// An rdfText collects the texts of a property.
type rdfText struct {
	g     *rdfGraph
	texts []string
	steps int
	whole bool // everything was understood
}

// text writes the text of a property, or an array of several texts. An object in the array replaces
// text that was not understood; see standInRDF.
func (f *rdfForm) text(p rdfProp) {
	t := f.textsOf(p)
	if len(t.texts) == 1 && t.whole {
		f.w.At(p.offset)
		f.w.Text([]byte(t.texts[0]))
		return
	}
	f.w.At(p.offset)
	f.w.Begin('[')
	f.elements(p, t)
	f.w.End(']')
}

// elements writes the texts of a property as elements of an array.
func (f *rdfForm) elements(p rdfProp, t *rdfText) {
	for _, text := range t.texts {
		f.w.At(p.offset)
		f.w.Text([]byte(text))
	}
	if !t.whole {
		f.w.At(p.offset)
		f.w.Begin('{')
		f.w.End('}')
	}
}

func (f *rdfForm) textsOf(p rdfProp) *rdfText {
	t := &rdfText{g: f.g, whole: true}
	t.property(p, rdfAddresses[p.name], 0)
	if len(t.texts) == 0 && p.node != "" {
		t.whole = false
	}
	return t
}

func (t *rdfText) add(text string) {
	if len(t.texts) == rdfTexts {
		t.whole = false
		return
	}
	t.texts = append(t.texts, text)
}

// addShared adds the text of a node, which other properties may refer to as well.
func (t *rdfText) addShared(text string) {
	if len(text) > names.MaxLength {
		text = strings.ToValidUTF8(text[:names.MaxLength], "")
		t.whole = false
	}
	if t.g.shared += len(text); t.g.shared <= rdfShared {
		t.add(text)
		return
	}
	t.whole = false
}

// property adds the texts of a property. address means that a reference is the text itself.
func (t *rdfText) property(p rdfProp, address bool, depth int) {
	switch n := t.g.nodes[p.node]; {
	case p.node == "" && depth == 0:
		t.add(p.text)
	case p.node == "":
		t.addShared(p.text)
	case n != nil && len(n.props) > 0:
		t.node(n, address, depth)
	case depth > 0 && (len(p.node) > names.MaxLength || t.g.shared+len(p.node) > rdfShared):
		t.whole = false
	default:
		t.reference(p.node, address)
	}
}

// node adds the texts of a node that a property refers to.
func (t *rdfText) node(n *rdfNode, address bool, depth int) {
	if depth == rdfTextDepth {
		t.whole = false
		return
	}
	if address && n.named() && !strings.HasPrefix(n.id, "_:") {
		t.addShared(n.id)
	}
	for _, q := range n.props {
		if t.steps++; t.steps > rdfSteps {
			t.whole = false
			return
		}
		t.nodeProperty(q, depth)
	}
}

// nodeProperty adds the text of a property of a node. A property that is not known to name the
// node counts as not understood.
func (t *rdfText) nodeProperty(q rdfProp, depth int) {
	switch {
	case q.name == "rdf:type", q.name == "comment":
	case rdfNaming[q.name], len(q.name) > 1 && q.name[0] == '_' && strings.Trim(q.name[1:], "0123456789") == "":
		if fragment(q.node) != "nil" { // the end of a list
			t.property(q, false, depth+1)
		}
	case q.name == "mbox":
		t.addShared("(" + strings.TrimPrefix(q.text+q.node, "mailto:") + ")") // as in "Organization: Acme (address)"
	default:
		t.whole = false
		if text := q.text + q.node; text != "" && !strings.HasPrefix(text, "_:") {
			t.addShared(text)
		}
	}
}

// reference adds the text of a reference to a node that the document does not have: the term of a
// vocabulary, as in the other encodings, or an address. In the place of a text, an address does
// not say who is meant, so that the text counts as not understood.
func (t *rdfText) reference(id string, address bool) {
	term := fragment(id)
	switch {
	case term == "noassertion", term == "none":
		t.add(strings.ToUpper(term))
		return
	case address && hasAnyPrefix(term, "purpose_", "checksumAlgorithm_", "referenceCategory_"):
		_, term, _ = strings.Cut(term, "_")
		t.add(term)
		return
	}
	if strings.HasPrefix(id, "_:") {
		t.whole = false
		return
	}
	t.whole = t.whole && address
	t.add(id)
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// projects writes the projects that a file is taken from, which DOAP describes. A project that is not
// in the document has only its address.
func (f *rdfForm) projects(n *rdfNode) {
	if !n.has("artifactOf") {
		return
	}
	f.w.Member("artifactOf")
	f.w.Begin('[')
	for _, p := range n.props {
		if p.name != "artifactOf" {
			continue
		}
		f.w.At(p.offset)
		project := f.g.nodes[p.node]
		if project == nil && p.node == "" {
			f.w.Raw([]byte("0")) // text in the place of a project, see standInRDF
			continue
		}
		f.w.Begin('{')
		if !strings.HasPrefix(p.node, "_:") {
			f.name("projectUri", p)
			f.w.Text([]byte(p.node))
		}
		if project != nil {
			f.members(project, rdfProject)
		}
		f.w.End('}')
	}
	f.w.End(']')
}
