// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// An agent is an organisation, person or program.
type agent struct {
	typed bool // an element says that it is an agent
	names []value
	ids   []value // identifiers of other systems
	text  int     // bytes of both
	left  bool    // it has more, or longer ones, than are kept
}

// A named identifier is an element of its own.
type named struct {
	typ   string
	value value
	left  bool // it is too long to be kept
}

// A value is a name or an identifier, and where it is.
type value struct {
	kind refKind // of an identifier
	text string
	at   vendors.Location
}

// What agents are called becomes claims of each element that refers to them, so it is
// bounded: then the claims of a document are linear in its length.
const (
	// maxAgents bounds what is kept of a document's agents, identifiers and relationships.
	maxAgents = 1 << 20
	// maxAgentNames, maxAgentIDs and maxAgentText bound the names and identifiers of an
	// agent and the bytes of both. The specification allows one name; two nodes of one agent
	// can have two.
	maxAgentNames = 4
	maxAgentIDs   = 4
	maxAgentText  = 2048
	// maxMakers bounds the agents of an element.
	maxMakers = 16
)

var agentTypes = []string{"Agent", "Organization", "Person", "SoftwareAgent"}

// add adds a name or identifier, unless it is there or goes beyond a bound.
func (a *agent) add(to *[]value, most int, v value) {
	switch same := func(o value) bool { return o.kind == v.kind && o.text == v.text }; {
	case v.text == "" || slices.ContainsFunc(*to, same):
	case len(*to) >= most || a.text+len(v.text) > maxAgentText:
		a.left = true
	default:
		a.text += len(v.text)
		*to = append(*to, v)
	}
}

// finish keeps what an element says, or emits it, and returns its id.
func (x *spdx3) finish(b *graphElement) string {
	defer func() {
		if cap(b.text) < 1<<20 {
			x.free = append(x.free, b)
		}
	}()
	id := string(b.get(b.ref))
	if x.j.Err() != nil {
		return id
	}
	isAgent := slices.Contains(agentTypes, b.types)
	// A vulnerability has the fields of an artifact, about who found it.
	artifact := b.software || strings.HasSuffix(b.types, "Package") || !b.security && (b.artifact || b.identified && !isAgent)
	if isAgent && id == "" {
		id = "_: " + string(b.get(b.pointer)) // no blank node id has a space
	}
	switch {
	case x.first:
		x.unique(b, id, isAgent, artifact)
		x.note(b, id, isAgent)
	case artifact:
		x.check(b)
		x.emit(b, id)
	default:
		x.check(b)
		x.s.doc.header.Malformed += b.malformed
		if b.types == "SpdxDocument" {
			x.s.SetSerial(id)
		}
	}
	return id
}

// once says what was read under an id.
type once uint8

const (
	someAgent   once = iota + 1 // agents, or nodes without a type, which can be merged
	someElement                 // a package, file or identifier
)

// unique refuses a document in which an id is of two elements: parsers differ in which of
// them they take. Nodes of one agent are merged, as JSON-LD does.
func (x *spdx3) unique(b *graphElement, id string, isAgent, artifact bool) {
	x.elements.define([]byte(id))
	kind := once(0)
	switch {
	case id == "":
		return
	case artifact, b.types == "ExternalIdentifier":
		kind = someElement
	case isAgent, b.types == "" && len(b.names)+len(b.ids) > 0:
		kind = someAgent
	default:
		return
	}
	key := keyOf(id)
	if before := x.once[key]; before != 0 && (before == someElement || kind == someElement) {
		x.j.Fail(ErrDuplicate, errors.New("two elements have the same spdxId"))
		return
	}
	x.once[key] = kind
}

// note keeps what the second reading needs.
func (x *spdx3) note(b *graphElement, id string, isAgent bool) {
	for _, root := range b.roots {
		x.s.SetPrimary(root)
	}
	switch b.relationshipType {
	case "describes":
		for _, to := range b.to {
			x.s.SetPrimary(to)
		}
	case "availableFrom":
		to := slices.Clone(b.to)
		slices.Sort(to)
		to = slices.Compact(to)
		for _, from := range b.from {
			x.from[from] = append(x.from[from], to)
			x.kept++
		}
		x.kept += len(to)
	}
	if id != "" && (isAgent || b.types == "" && len(b.names)+len(b.ids) > 0) {
		x.noteAgent(b, id, isAgent)
	}
	if b.types == "ExternalIdentifier" && id != "" {
		n := named{typ: b.idType, value: value{text: b.id, at: vendors.Location{Pointer: x.at(b, "/identifier"), Offset: b.idAt}}}
		if n.left = len(b.id) > maxAgentText; n.left {
			n.value.text = ""
		}
		x.named[id] = n
		x.kept++
	}
	if x.kept > maxAgents {
		x.j.Fail(ErrLimit, limitError("agents, identifiers and relationships", maxAgents))
	}
}

// noteAgent keeps what an agent is called. A node without a type may be a part of one.
func (x *spdx3) noteAgent(b *graphElement, id string, isAgent bool) {
	a := x.agents[id]
	if a == nil {
		a = &agent{}
		x.agents[id] = a
		x.kept++
	}
	a.typed = a.typed || isAgent
	for _, n := range b.names {
		a.add(&a.names, maxAgentNames, value{text: string(b.get(n.text)), at: vendors.Location{Pointer: x.at(b, "/name"), Offset: n.at}})
	}
	for _, i := range b.ids {
		a.add(&a.ids, maxAgentIDs, value{i.kind, string(b.get(i.text)),
			vendors.Location{Pointer: x.at(b, "/externalIdentifier/"+strconv.Itoa(i.index)+"/identifier"), Offset: i.at}})
	}
	a.left = a.left || b.moreIDs
}

// emit adds what the element's agents are called and delivers the component.
func (x *spdx3) emit(b *graphElement, id string) {
	x.suppliers(b, id)
	var makers []maker // each once
	for _, m := range b.makers {
		same := func(o maker) bool { return o.role == m.role && o.id == m.id }
		if slices.ContainsFunc(makers, same) {
			continue
		}
		if len(makers) == maxMakers {
			b.malformed++
			x.s.Warn(WarnMalformed, fmt.Sprintf("an element has more than %d makers and suppliers; the rest was not screened", maxMakers), m.at)
			break
		}
		makers = append(makers, m)
		x.maker(b, m)
	}
	for _, m := range b.named {
		if len(b.text) > x.limits.Component {
			break // which is an error
		}
		n, known := x.named[m.id]
		if !known || n.left {
			b.malformed++
			x.s.Warn(WarnUnresolved, "the identifier "+quote(m.id)+" is not in this document, or is too long; it was not screened", m.at)
			continue
		}
		text := b.add([]byte(n.value.text))
		x.identifier(b, refKindOf([]byte(n.typ), b.get(text)), text, path{a: n.value.at.Pointer, top: true}, n.value.at.Offset)
	}
	if len(b.names) > maxAgentNames {
		b.malformed++
		x.s.Warn(WarnMalformed, fmt.Sprintf("an element has more than %d names; the rest was not screened", maxAgentNames),
			vendors.Location{Pointer: x.at(b, "/name"), Offset: b.names[0].at})
	}
	if !strings.HasSuffix(b.types, "File") {
		for _, n := range b.names {
			x.nameIdentity(&b.builder, n.text, path{a: "/name"}, n.at)
		}
	} else if b.typ.from == b.typ.to {
		b.typ = b.add([]byte("file"))
	}
	b.builder.check(x.j, &x.limits)
	if x.j.Err() == nil && !x.s.Emit(b.component()) {
		x.stop()
	}
}

// suppliers adds the agents that the element is available from, each once.
func (x *spdx3) suppliers(b *graphElement, id string) {
	where := vendors.Location{Pointer: string(b.get(b.pointer)), Offset: b.offset}
	var seen map[string]bool
	for _, list := range x.from[id] {
		for _, to := range list {
			if seen[to] {
				continue
			}
			if seen == nil {
				seen = make(map[string]bool)
			}
			seen[to] = true
			b.makers = append(b.makers, maker{vendors.Supplier, to, where})
			if len(seen) > maxMakers { // and so some are left out
				return
			}
		}
	}
}

// maker adds the claims of an agent to which the element refers.
func (x *spdx3) maker(b *graphElement, m maker) {
	a := x.agents[m.id]
	if a == nil || !a.typed {
		if !spdx3Nobody(m.id) {
			b.malformed++
			x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" is not in this document; who it is was not screened", m.at)
		}
		if a == nil {
			return
		}
	}
	if len(a.names) == 0 && len(a.ids) == 0 {
		b.malformed++
		x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" has no name", m.at)
	}
	if a.left {
		b.malformed++
		x.s.Warn(WarnMalformed, fmt.Sprintf("the agent %s has more than %d names, %d identifiers or %d bytes of both; the rest was not screened",
			quote(m.id), maxAgentNames, maxAgentIDs, maxAgentText), m.at)
	}
	for _, v := range a.names {
		if m.role.IsOrigin() {
			x.checkName(&b.builder, []byte(v.text))
		}
		b.claim(m.role, vendors.KindName, []byte(v.text), path{a: v.at.Pointer, top: true}, v.at.Offset)
	}
	for _, v := range a.ids {
		b.claim(m.role, agentKind(v.kind), []byte(v.text), path{a: v.at.Pointer, top: true}, v.at.Offset)
	}
}

// agentKind is the kind of claim of an agent's identifier.
func agentKind(kind refKind) vendors.Kind {
	switch kind {
	case refPURL:
		return vendors.KindPURL
	case refCPE:
		return vendors.KindCPE
	case refEmail:
		return vendors.KindEmail
	}
	return vendors.KindURL
}

// check compares what an element refers to with what the document has.
func (x *spdx3) check(b *graphElement) {
	for _, id := range b.roots {
		x.refer(b, id, "/rootElement")
	}
	switch b.relationshipType {
	case "hasDeclaredLicense", "hasConcludedLicense": // often to licenses of SPDX's own list
		return
	}
	for _, id := range b.from {
		x.refer(b, id, "/from")
	}
	for _, id := range b.to {
		x.refer(b, id, "/to")
	}
}

// refer takes note of a reference to an element of this document.
func (x *spdx3) refer(b *graphElement, id, at string) {
	if x.first || x.imported[id] || spdx3Nobody(id) || id == documentRef { // as Microsoft's sbom-tool has it
		return
	}
	x.elements.refer([]byte(id), func() vendors.Location {
		return vendors.Location{Pointer: x.at(b, at), Offset: b.offset}
	})
}
