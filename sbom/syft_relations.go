// SPDX-License-Identifier: Apache-2.0

package sbom

import "github.com/clause76/clause76/vendors"

// relationships reads to which packages and files others relate. The parent can also be the source of
// the scan, of which old versions do not write the id.
func (x *syft) relationships() {
	x.idOf("artifactRelationships", "child", func(id []byte) {
		x.elements.refer(id, func() vendors.Location {
			return vendors.Location{Pointer: x.j.Pointer(), Offset: x.j.TextOffset()}
		})
	})
}

// files reads the ids of files, to which relationships refer.
func (x *syft) files() { x.idOf("files", "id", x.elements.define) }

// idOf calls use with one member of each object of an array.
func (x *syft) idOf(array, member string, use func(id []byte)) {
	if !x.expect('[', array, "/"+array) {
		return
	}
	for x.j.More() {
		x.j.Load()
		if !x.expect('{', "an element of "+array, "/"+array) {
			continue
		}
		for x.j.More() {
			if string(x.j.Name()) == member && x.j.Kind() == '"' {
				if text, ok := x.plainText(); ok {
					use(text)
				}
				continue
			}
			x.j.Skip()
		}
	}
}
