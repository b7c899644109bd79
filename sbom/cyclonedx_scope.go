// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"

	"github.com/clause76/clause76/vendors"
)

// A scope is the statement of a document about its own completeness.
type scope struct {
	subject  bool            // metadata has a primary component
	ref      string          // of the primary component
	parts    bool            // there is a component or service of the product
	whole    bool            // a composition without references is complete
	complete map[string]bool // references of compositions that are complete
}

// maxComplete limits the references that are kept. A document without parts has few.
const maxComplete = 1000

// see records a component that was read.
func (s *scope) see(b *builder) {
	switch {
	case b.placement == Primary:
		s.subject = string(b.get(b.pointer)) != "/metadata"
		s.ref = string(b.get(b.ref))
	case !b.indirect:
		s.parts = true
	}
}

// noParts reports whether the document has a primary component and no parts of it, does not
// state that there are none, and does not refer to documents that may list them.
func (x *cdx) noParts() bool {
	s := &x.scope
	return s.subject && !s.parts && !s.whole && !s.complete[s.ref] && x.s.doc.header.UnresolvedRefs == 0
}

// compositions reads for which components the list of parts or dependencies is complete.
func (x *cdx) compositions() {
	if !x.array(nil, "compositions") {
		return
	}
	said := make(map[string]bool)
	for i := 0; x.j.More(); i++ {
		at := fmt.Sprintf("/compositions/%d", i)
		if !x.expect('{', "a composition", at) {
			continue
		}
		x.composition(i, at, said)
	}
}

func (x *cdx) composition(i int, at string, said map[string]bool) {
	aggregate := ""
	var refs []string
	about := false // it refers to elements
	for x.j.More() {
		switch name := x.j.Name(); string(name) {
		case "aggregate":
			text, ok := x.j.Text()
			if aggregate = string(text); ok && aggregate != "complete" {
				x.incomplete(aggregate, vendors.Location{Pointer: at + "/aggregate", Offset: x.j.TextOffset()}, said)
			}
		case "assemblies", "dependencies":
			about = true
			x.elementRefs("a composition", "/compositions", i, func(ref []byte) {
				if len(refs) < maxComplete {
					refs = append(refs, string(ref))
				}
			})
		default:
			about = about || string(name) == "vulnerabilities"
			x.member(nil, name, "bom-ref", "vulnerabilities")
		}
	}
	if aggregate != "complete" {
		return
	}
	x.scope.whole = x.scope.whole || !about
	for _, ref := range refs {
		if x.scope.complete == nil {
			x.scope.complete = make(map[string]bool)
		}
		if len(x.scope.complete) < maxComplete {
			x.scope.complete[ref] = true
		}
	}
}

// incomplete reports that a composition is not complete: with one notice for each value of
// aggregate, and with a warning unless the value is "not_specified".
func (x *cdx) incomplete(aggregate string, at vendors.Location, said map[string]bool) {
	message := "the document says that this composition is " + quote(aggregate)
	if aggregate != "not_specified" {
		x.s.Warn(WarnIncomplete, message, at)
	}
	if !said[aggregate] && len(said) < maxNotices {
		said[aggregate] = true
		x.s.Notice(WarnIncomplete, message, at)
	}
}
