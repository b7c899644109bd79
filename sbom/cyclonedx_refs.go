// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"

	"github.com/clause76/clause76/vendors"
)

// dependencies reads which elements the document refers to. In XML, a dependency has
// dependencies of its own where JSON has references.
func (x *cdx) dependencies() {
	if !x.array(nil, "dependencies") {
		return
	}
	for i := 0; x.j.More(); i++ {
		x.j.Load()
		x.dependency(i)
	}
}

func (x *cdx) dependency(i int) {
	if x.j.Kind() != '{' {
		x.expect('{', "a dependency", fmt.Sprintf("/dependencies/%d", i))
		return
	}
	x.j.Enter('{')
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "ref":
			x.elementRef("a dependency", "/dependencies", i, nil)
		case "dependsOn", "provides", "dependency", "dependencies":
			x.elementRefs("a list of dependencies", "/dependencies", i, nil)
		default:
			x.member(nil, name, "ref", "dependsOn", "provides")
		}
	}
}

// vulnerabilities reads the ids of vulnerabilities, because compositions can refer to them, and what
// they affect.
func (x *cdx) vulnerabilities() {
	if !x.array(nil, "vulnerabilities") {
		return
	}
	for i := 0; x.j.More(); i++ {
		if !x.expect('{', "a vulnerability", fmt.Sprintf("/vulnerabilities/%d", i)) {
			continue
		}
		for x.j.More() {
			name := x.j.Name()
			switch string(name) {
			case "bom-ref":
				if text, k := x.j.TryLossyText(); k == '"' {
					x.elements.define(text)
					continue
				}
			case "affects":
				x.affects(i)
				continue
			}
			x.member(nil, name, string(name)) // each is searched for parts, except for tools
		}
	}
}

// affects reads which elements a vulnerability affects. They are those of the document, or are in
// the documents that a BOM-Link names, which need not be parts of this product.
func (x *cdx) affects(i int) {
	if !x.expect('[', "affects", fmt.Sprintf("/vulnerabilities/%d/affects", i)) {
		return
	}
	for x.j.More() {
		if !x.expect('{', "an affected element", fmt.Sprintf("/vulnerabilities/%d/affects", i)) {
			continue
		}
		for x.j.More() {
			name := x.j.Name()
			if string(name) != "ref" {
				x.member(nil, name, "versions")
				continue
			}
			text, k := x.j.TryLossyText()
			if k != '"' {
				x.j.Skip()
			} else if isPURL(text) || isCPE(text) {
				x.elements.refer(text, func() vendors.Location {
					return vendors.Location{Pointer: fmt.Sprintf("/vulnerabilities/%d/affects", i), Offset: x.j.TextOffset()}
				})
			}
		}
	}
}

// elementRefs reads a list of references to elements, and calls then with each unless then is
// nil.
func (x *cdx) elementRefs(what, list string, i int, then func([]byte)) {
	if !x.expect('[', what, fmt.Sprintf("%s/%d", list, i)) {
		return
	}
	for x.j.More() {
		if x.j.Kind() != '{' {
			x.elementRef(what, list, i, then)
			continue
		}
		x.j.Enter('{')
		for x.j.More() {
			switch string(x.j.Name()) {
			case "ref":
				x.elementRef(what, list, i, then)
				continue
			case partElement:
				x.strayPart(nil, 1)
			}
			x.j.Skip()
		}
	}
}

// elementRef reads one reference.
func (x *cdx) elementRef(what, list string, i int, then func([]byte)) {
	text, k := x.j.TryLossyText()
	switch k {
	case '"':
		x.elements.refer(text, func() vendors.Location {
			return vendors.Location{Pointer: fmt.Sprintf("%s/%d", list, i), Offset: x.j.TextOffset()}
		})
		if then != nil {
			then(text)
		}
		return
	case 'n', 0:
	default:
		x.s.Malformed(WarnMalformed, "a reference in "+what+" is "+x.kindWord(k)+"; expected a string",
			vendors.Location{Pointer: fmt.Sprintf("%s/%d", list, i), Offset: x.j.Offset()})
	}
	x.j.Skip()
}
