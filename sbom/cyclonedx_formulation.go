// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"

	"github.com/clause76/clause76/vendors"
)

// formulation reads the components and services that went into the build.
func (x *cdx) formulation() {
	if !x.array(nil, "formulation") {
		return
	}
	for i := 0; x.j.More(); i++ {
		at := fmt.Sprintf("/formulation/%d", i)
		if x.expect('{', "a formula", at) {
			x.parts(at, true, "bom-ref")
		}
	}
}

// parts reads the components and services of an object that was entered. known are its other
// members.
func (x *cdx) parts(at string, indirect bool, known ...string) {
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "components":
			x.components([]byte(at), "components", indirect)
		case "services":
			x.services([]byte(at), "services", indirect)
		case "workflows":
			x.workflows()
		default:
			x.member(nil, name, known...)
		}
	}
}

// workflows reads a value in a description of how the product was built: the references to what a
// workflow or a task read, wrote or ran, which are elements of the document or addresses. The nesting
// is that of the document, which the reader of JSON limits.
func (x *cdx) workflows() {
	switch x.j.Kind() {
	case '[':
		x.j.Enter('[')
		for x.j.More() {
			x.workflows()
		}
	case '{':
		x.j.Enter('{')
		for x.j.More() {
			x.workflowMember(string(x.j.Name()))
		}
	default:
		x.j.Skip()
	}
}

func (x *cdx) workflowMember(name string) {
	switch {
	case name == "externalReference":
		x.buildReference()
	case name == "bom-ref" && x.j.Kind() == '"':
		if text, k := x.j.TryLossyText(); k == '"' {
			x.elements.define(text)
		}
	case name == "ref" && x.j.Kind() == '"': // in a list of dependencies it is the id of a task
		if text, k := x.j.TryLossyText(); k == '"' {
			x.elements.referIndirect(text, func() vendors.Location {
				return vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.TextOffset()}
			})
		}
	case isPartName(name):
		x.pass(nil)
	case passedOver(name):
		x.j.Skip()
	default:
		x.workflows()
	}
}

// buildReference reads the address of something that the build used. If it leads to an owner, it is a
// component that is not in the product itself.
func (x *cdx) buildReference() {
	b := x.begin(nil, "", -1)
	b.pointer, b.offset, b.indirect, b.identity = b.add([]byte(x.j.Pointer())), x.j.Offset(), true, true
	url, role := x.reference(b, path{}, path{a: "/url"})
	if b.malformed == 0 && (role == vendors.Mention || url.from == url.to) {
		x.linked(b)
		x.free = append(x.free, b)
		return
	}
	b.name = url
	x.linked(b)
	x.deliver(b)
}
