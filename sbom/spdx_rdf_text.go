// SPDX-License-Identifier: Apache-2.0

package sbom

import "strings"

// A property that SPDX has as text can be given as a node all the same: an organization of
// FOAF, a container, a blank node with rdf:value. The text is then in the properties of that
// node. What such a node says beyond its names is counted, and so is a reference to a node
// that is not in the document.

const (
	// rdfTextDepth bounds how many nodes lie between a property and its text.
	rdfTextDepth = 8
	// rdfTexts and rdfSteps bound the texts of one property and the properties that are
	// looked at for them: many properties can have one node.
	rdfTexts = 64
	rdfSteps = 256
)

// rdfNaming are the properties that name what a node stands for, by their local names.
var rdfNaming = map[string]bool{
	"name": true, "value": true, "label": true, "title": true, "prefLabel": true, "legalName": true, "nick": true, "fn": true,
	"li": true, "first": true, "rest": true, "member": true,
}

// rdfAddresses are the properties whose text is the address of a page or a term, so that a
// reference is a text as well.
var rdfAddresses = map[string]bool{
	"homepage": true, "downloadLocation": true, "referenceType": true, "referenceLocator": true, "referenceCategory": true,
	"primaryPackagePurpose": true, "specVersion": true, "spdxDocument": true, "algorithm": true,
}

// An rdfText gathers what a property says.
type rdfText struct {
	g     *rdfGraph
	texts []string
	steps int
	whole bool // all of it was understood
}

// text writes a property's text. Of several, it writes an array. What was not understood is
// an object in it, which no field has, so that the reader counts it.
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

// property adds the texts of a property. An address is the text itself where one belongs.
func (t *rdfText) property(p rdfProp, address bool, depth int) {
	if p.node == "" {
		t.add(p.text)
		return
	}
	n := t.g.nodes[p.node]
	if n == nil || len(n.props) == 0 {
		t.reference(p.node, address)
		return
	}
	if depth == rdfTextDepth {
		t.whole = false
		return
	}
	if address && n.named() && !strings.HasPrefix(n.id, "_:") {
		t.add(n.id)
	}
	for _, q := range n.props {
		if t.steps++; t.steps > rdfSteps {
			t.whole = false
			return
		}
		switch {
		case q.name == "rdf:type", q.name == "comment":
		case rdfNaming[q.name], len(q.name) > 1 && q.name[0] == '_' && strings.Trim(q.name[1:], "0123456789") == "":
			if fragment(q.node) != "nil" { // the end of a list
				t.property(q, false, depth+1)
			}
		case q.name == "mbox":
			t.add("(" + strings.TrimPrefix(q.text+q.node, "mailto:") + ")") // as in "Organization: Acme (address)"
		default:
			t.whole = false
			if text := q.text + q.node; text != "" && !strings.HasPrefix(text, "_:") {
				t.add(text)
			}
		}
	}
}

// reference adds what a reference says to which the document has no node: the term of a
// vocabulary, as the other encodings have it, or an address. Where text belongs, an address
// says that somebody is meant, and not who.
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
