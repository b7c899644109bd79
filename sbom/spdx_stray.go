// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"strconv"
	"strings"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/xmlstream"
)

// Packages, files and snippets are read where the format has them. One in any other place is not
// screened, so it is counted: in a member that the format does not have, every object that looks
// like an element; in a member of the format that has no elements, every object under a name for
// packages.

// strayPrefix begins the names of members in which the XML reader writes the number of such
// elements that it has skipped.
const strayPrefix = "#stray:"

// An elementLook collects the fields of an object or XML element, to find out whether it looks
// like an element of SPDX or a component.
type elementLook struct {
	listed bool // its own name is one for packages
	id     bool
	name   bool
	part   bool // a field that components have
	maker  bool // a field that only elements of SPDX have and that names a maker
}

// namesElements reports whether packages are members of this name.
func namesElements(name string) bool {
	switch fields.Fold(name) {
	case "package", "packages", "component", "components":
		return true
	}
	return false
}

// field records a member of an object, or a child of an XML element.
func (l *elementLook) field(name string) {
	switch name {
	case "SPDXID", "spdxId", "bom-ref":
		l.id = true
	case "name", "fileName", "packageName":
		l.name = true
	case "supplier", "originator", "externalRefs", "suppliedBy", "originatedBy", "software_packageUrl":
		l.maker = true
	case "purl", "cpe", "manufacturer", "publisher", "downloadLocation", "packageFileName", "versionInfo":
		l.part = true
	}
}

// is reports whether it looks like an element. loose means that it is within a member that the
// format does not have.
func (l *elementLook) is(loose bool) bool {
	if l.listed && (l.id || l.name || l.part || l.maker) {
		return true
	}
	return loose && (l.maker || l.name && (l.id || l.part))
}

// pass reads a member of the format that has no packages.
func (x *spdx) pass(b *builder, name string) {
	if k := x.j.Kind(); k != '{' && k != '[' {
		x.j.Skip()
		return
	}
	x.countStray(b, x.stray(namesElements(name), false))
}

// unexpected reads a member that the format does not have.
func (x *spdx) unexpected(b *builder, name string) {
	if _, is := strings.CutPrefix(name, strayPrefix); is {
		n, _ := strconv.Atoi(string(x.j.Number()))
		x.countStray(b, n)
		return
	}
	x.countStray(b, x.stray(namesElements(name), true))
}

// countStray counts elements that were not read, in the component or, if b is nil, in the
// document.
func (x *spdx) countStray(b *builder, n int) {
	if n == 0 || x.j.Err() != nil {
		return
	}
	x.strayPart(b, n)
}

// stray reads a value and counts the objects in it that look like elements.
func (x *spdx) stray(listed, loose bool) (n int) {
	j := x.j
	switch j.Kind() {
	case '[':
		j.Enter('[')
		for j.More() {
			n += x.stray(listed, loose)
		}
	case '{':
		j.Enter('{')
		look := elementLook{listed: listed}
		for j.More() {
			name := string(j.Name())
			if strings.HasPrefix(name, strayPrefix) {
				more, _ := strconv.Atoi(string(j.Number()))
				n += more
				continue
			}
			look.field(name)
			look.maker = look.maker || loose && j.Kind() != 'n' && fields.MayNameMaker(name)
			n += x.stray(namesElements(name), loose)
		}
		if look.is(loose) {
			n++
		}
	default:
		j.Skip()
	}
	return n
}

// strayElements reads an XML element after its Start, and counts the elements in it that look
// like elements of SPDX.
func strayElements(t *xmlWriter, listed, loose bool) (n int) {
	x := t.x
	listed = listed || namesElements(string(x.Name()))
	look := elementLook{listed: listed}
	for _, a := range x.Attrs() {
		look.field(string(a.Name))
		if loose && fields.MayNameMaker(a.Name) {
			n++
		}
	}
	children := false
	for x.Next() != xmlstream.None && x.Kind() != xmlstream.End {
		if x.Kind() == xmlstream.Start {
			children = true
			look.field(string(x.Name()))
			look.maker = look.maker || loose && fields.MayNameMaker(x.Name())
			n += strayElements(t, false, loose)
		}
	}
	if children && look.is(loose) {
		n++
	}
	return n
}
