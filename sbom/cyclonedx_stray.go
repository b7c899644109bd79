// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/vendors"
)

// Components and services are read where the schema has them. A component in any other place is
// not screened, so it is counted. There are two kinds of such places:
//
//   - members that the schema does not have: there, every object with the fields of a
//     component counts, under any name;
//   - members that the schema has and that have no claims, such as dependencies: there, an
//     object counts if its member is named component or service.
//
// Properties and annotations are texts. The tools that made the document or an assessment are
// not parts of the product.

// A partLook collects the fields of an object or XML element, to find out whether it looks
// like a component or service.
type partLook struct {
	listed bool // its own name is one for components or services
	name   bool // it has a name
	bears  bool // it has a field that can identify the vendor of a component
	maker  bool // it has a field that may name its maker
}

const minPartName, maxPartName = len("service"), len("components")

// isPartName reports whether parts are members of this name, in CycloneDX or in SPDX.
func isPartName[T string | []byte](name T) bool {
	is := func(part string) bool { return strings.EqualFold(string(name), part) }
	switch len(name) {
	case len("package"):
		return is("package") || is("service")
	case len("packages"):
		return is("packages") || is("services")
	case len("component"):
		return is("component")
	case len("components"):
		return is("components")
	}
	return false
}

// field records a member of an object, or a child or attribute of an element.
func (l *partLook) field(name []byte) {
	switch string(name) {
	case "name":
		l.name = true
	case "purl", "cpe", "supplier", "manufacturer", "publisher", "provider", "author", "authors", "group", "bom-ref", "swid",
		"SPDXID", "originator", "downloadLocation", "externalRefs":
		l.bears = true
	}
}

// isPart reports whether it looks like a component. loose means that it is within a member that
// the schema does not have.
func (l *partLook) isPart(loose bool) bool {
	return l.listed && (l.name || l.bears) || loose && (l.maker || l.name && l.bears)
}

// partElement is the name of the member that is written for an XML element that looks like a
// part where the format has none.
const partElement = "#part"

// strayPart counts n parts that were found where the format has none, in a component, or in the
// document if b is nil.
func (f *fieldReader) strayPart(b *builder, n int) {
	at := vendors.Location{Pointer: f.j.Pointer(), Offset: f.j.Offset()}
	message := "something here looks like a component, service, package or file, or names a maker, where the format has none; it was not screened"
	if n > 1 {
		message = fmt.Sprintf("%d things here look like components, services, packages or files, where the format has none; they were not screened", n)
	}
	if b == nil {
		f.s.Malformed(WarnMalformed, message, at)
		return
	}
	b.malformed++
	f.s.Warn(WarnMalformed, message, at)
}

// passedOver are the members within which components are not parts of the product.
func passedOver[T string | []byte](name T) bool {
	switch string(name) {
	case "properties", "annotations", "annotator", "tools", "signature":
		return true
	}
	return false
}

// pass reads a member of the schema that has no claims.
func (x *cdx) pass(b *builder) {
	if b != nil && !x.j.Watched() {
		x.j.Drop()
		return
	}
	x.countStray(b, x.stray(false, false))
}

// unexpected reads a member that the schema does not have.
func (x *cdx) unexpected(b *builder, name []byte) {
	listed := isPartName(name)
	counted := false
	if b != nil {
		counted = x.unknownIn(b, name)
	} else {
		counted = x.unknown(string(name), "bomFormat", "specVersion", "metadata", "components", "services", "component", "supplier",
			"manufacture", "formulation", "declarations", "targets")
	}
	if n := x.stray(listed, true); !counted {
		x.countStray(b, n)
	}
}

// member reads a member of which only components are read. known are the members that the
// schema has here.
func (x *cdx) member(b *builder, name []byte, known ...string) {
	switch {
	case passedOver(name):
		x.j.Skip()
	case slices.Contains(known, string(name)):
		x.pass(b)
	default:
		x.unexpected(b, name)
	}
}

// countStray counts n parts that were found, if there are any.
func (f *fieldReader) countStray(b *builder, n int) {
	if n == 0 {
		return
	}
	f.strayPart(b, n)
}

// stray reads a value and counts the objects in it that look like components or services.
func (f *fieldReader) stray(listed, loose bool) (n int) {
	j := f.j
	j.Load()
	if !loose && !listed && !j.Watched() {
		j.Skip()
		return 0
	}
	switch j.Kind() {
	case '[':
		j.Enter('[')
		for j.More() {
			n += f.stray(listed, loose)
		}
	case '{':
		j.Enter('{')
		look := partLook{listed: listed}
		for j.More() {
			name := j.Name()
			switch {
			case passedOver(name) && (!loose || string(name) == "properties"):
				j.Skip()
			case string(name) == "type":
				if text, k := j.TryLossyText(); k != '"' {
					j.Skip()
				} else if componentTypes[string(text)] {
					look.bears = true
				}
			default:
				look.field(name)
				if loose && j.Kind() != 'n' && fields.MayNameMaker(name) {
					look.maker = true
				}
				n += f.stray(isPartName(name), loose)
			}
		}
		if look.isPart(loose) {
			n++
		}
	default:
		j.Skip()
	}
	return n
}
