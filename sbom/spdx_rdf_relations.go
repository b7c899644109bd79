// SPDX-License-Identifier: Apache-2.0

package sbom

import "strings"

// external returns the namespaces of the documents that this one declares.
func (f *rdfForm) external() map[string]bool {
	spaces := make(map[string]bool)
	for _, n := range f.g.order {
		for _, p := range n.props {
			if n.is("ExternalDocumentRef") && p.name == "spdxDocument" {
				space, _, _ := strings.Cut(p.text+p.node, "#")
				spaces[space] = true
			}
		}
	}
	return spaces
}

// relationships writes the relationships between nodes.
func (f *rdfForm) relationships() {
	external := f.external()
	f.w.Member("relationships")
	f.w.Begin('[')
	for _, n := range f.g.order {
		for _, p := range n.props {
			switch rel := f.g.nodes[p.node]; {
			case p.name == "relationship" && rel != nil:
				f.relationship(n, p, rel, external)
			case rdfReferences[p.name] && rel == nil && p.node != "":
				if space, _, _ := strings.Cut(p.node, "#"); !external[space] {
					f.missing(p)
				}
			}
		}
	}
	f.w.End(']')
}

// rdfReferences are the properties, other than relationships, that refer to elements.
var rdfReferences = map[string]bool{"hasFile": true, "referencesFile": true, "snippetFromFile": true}

// missing writes a reference to a node that the graph does not have, as a relationship.
func (f *rdfForm) missing(p rdfProp) {
	f.w.At(p.offset)
	f.w.Begin('{')
	f.name("relatedSpdxElement", p)
	f.w.Text([]byte(p.node))
	f.w.End('}')
}

func (f *rdfForm) relationship(n *rdfNode, p rdfProp, rel *rdfNode, external map[string]bool) {
	typ, to := "", ""
	for _, q := range rel.props {
		switch q.name {
		case "relationshipType":
			_, typ, _ = strings.Cut(fragment(q.node), "_")
		case "relatedSpdxElement":
			to = q.node
		}
	}
	// A node without a known class is an element too.
	known := func(id string) string {
		node := f.g.nodes[id]
		space, _, _ := strings.Cut(id, "#")
		switch term := fragment(id); {
		case node != nil && (node.is("SpdxDocument") || !node.named()):
			return documentRef
		case node == nil && (external[space] || term == "noassertion" || term == "none"):
			return documentRef
		}
		return id
	}
	from := known(n.id)
	if to == "" || known(to) == documentRef && typ == "describes" {
		return
	}
	f.w.At(p.offset)
	f.w.Begin('{')
	for _, member := range [][2]string{{"spdxElementId", from}, {"relationshipType", map[string]string{"describes": "DESCRIBES", "describedBy": "DESCRIBED_BY", "contains": "CONTAINS", "containedBy": "CONTAINED_BY"}[typ]},
		{"relatedSpdxElement", known(to)}} {
		f.w.Member(member[0])
		f.w.Text([]byte(member[1]))
	}
	f.w.End('}')
}
