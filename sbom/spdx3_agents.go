// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// An agent is an organization, a person or a program.
type agent struct {
	typed bool // an element says that it is an agent
	names []value
	ids   []value    // in other systems, and addresses of its pages
	text  int        // bytes of both
	cut   bool       // it has more or longer ones than are kept
	refs  []agentRef // identifiers that are elements of their own
	// mentions are identifiers and pages that do not say who the agent is.
	mentions []value
}

// An identifierElement is an identifier that is an element of its own.
type identifierElement struct {
	typ   string
	value value
	long  bool // it is too long to be kept
}

// A value is a name or an identifier, and its place.
type value struct {
	kind refKind // of an identifier
	text string
	at   vendors.Location
}

// The names of an agent become claims of each element that refers to it. They are limited, so
// that the number of claims is linear in the length of the document.
const (
	// maxAgents limits the agents, identifiers and relationships that are kept.
	maxAgents = 1 << 20
	// maxAgentNames, maxAgentIDs and maxAgentText limit the names of an agent, its
	// identifiers, and the bytes of both. The specification allows one name; two nodes of
	// one agent can have two names.
	maxAgentNames = 4
	maxAgentIDs   = 8
	maxAgentText  = 2048
	// maxAgentMentions limits the other identifiers and pages of an agent. The rest is left out.
	maxAgentMentions = 4
	// maxMakers limits the agents of an element.
	maxMakers = 16
)

var agentTypes = []string{"Agent", "Organization", "Person", "SoftwareAgent"}

// add adds a name or identifier, unless the agent has it or a limit is reached.
func (a *agent) add(to *[]value, most int, v value) {
	switch same := func(o value) bool { return o.kind == v.kind && o.text == v.text }; {
	case v.text == "" || slices.ContainsFunc(*to, same):
	case len(*to) >= most || a.text+len(v.text) > maxAgentText:
		a.cut = true
	default:
		a.text += len(v.text)
		*to = append(*to, v)
	}
}

// finish adds an element to the index, or emits it, and returns its id.
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
	isAgent := slices.Contains(agentTypes, b.class.name)
	// A vulnerability has the fields of an artifact, for the agents who found it.
	c := &b.class
	artifact := c.software || strings.HasSuffix(c.name, "Package") || !c.security && (c.artifact || c.identified && !isAgent) || c.described(isAgent)
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
		x.uncertain(b)
		x.s.doc.header.Malformed += b.malformed
		if b.class.name == "SpdxDocument" {
			x.s.SetSerial(id)
		}
	}
	return id
}

// A definition is what was read under an id.
type definition uint8

const (
	definesAgent   definition = iota + 1 // agents, or nodes without a type, which can be merged
	definesElement                       // a package, file or identifier
)

// unique rejects a document in which two elements have the same id, because parsers differ in
// which of them they take. Nodes of one agent are merged, as JSON-LD does.
func (x *spdx3) unique(b *graphElement, id string, isAgent, artifact bool) {
	x.elements.define([]byte(id))
	kind := definition(0)
	switch {
	case id == "":
		return
	case artifact, b.class.name == "ExternalIdentifier":
		kind = definesElement
	case isAgent, b.class.name == "" && len(b.names)+len(b.ids) > 0:
		kind = definesAgent
	default:
		return
	}
	key := keyOf(id)
	if before := x.index.defined[key]; before != 0 && (before == definesElement || kind == definesElement) {
		x.j.Fail(ErrDuplicate, errors.New("two elements have the same spdxId"))
		return
	}
	x.index.defined[key] = kind
}

// note adds to the index what the second reading needs.
func (x *spdx3) note(b *graphElement, id string, isAgent bool) {
	for _, root := range b.roots {
		x.s.SetPrimary(root)
	}
	switch b.relation.typ {
	case "describes":
		for _, to := range b.relation.to {
			x.s.SetPrimary(to)
		}
	case "contains":
		for _, from := range b.relation.from {
			for _, to := range b.relation.to {
				x.s.setInside(to, from)
			}
		}
	case "availableFrom":
		to := slices.Clone(b.relation.to)
		slices.Sort(to)
		to = slices.Compact(to)
		for _, from := range b.relation.from {
			x.index.suppliers[from] = append(x.index.suppliers[from], to)
			x.index.kept++
		}
		x.index.kept += len(to)
	}
	if id != "" && (isAgent || b.class.name == "" && len(b.names)+len(b.ids) > 0) {
		x.noteAgent(b, id, isAgent)
	}
	if b.class.name == "ExternalIdentifier" && id != "" {
		own := &b.ownID
		n := identifierElement{typ: own.typ, value: value{text: own.value, at: vendors.Location{Pointer: x.at(b, "/identifier"), Offset: own.at}}}
		if n.long = len(own.value) > maxAgentText; n.long {
			n.value.text = ""
		}
		x.index.identifiers[id] = n
		x.index.kept++
	}
	if x.index.kept > maxAgents {
		x.j.Fail(ErrLimit, limitError("agents, identifiers and relationships", maxAgents))
	}
}

// noteAgent adds the names of an agent to the index. A node without a type may be part of one.
func (x *spdx3) noteAgent(b *graphElement, id string, isAgent bool) {
	a := x.index.agents[id]
	if a == nil {
		a = &agent{}
		x.index.agents[id] = a
		x.index.kept++
	}
	a.typed = a.typed || isAgent
	for _, n := range b.names {
		a.add(&a.names, maxAgentNames, value{text: string(b.get(n.text)), at: vendors.Location{Pointer: x.at(b, "/name"), Offset: n.at}})
	}
	for _, i := range b.ids {
		v := value{i.kind, string(b.get(i.text)), vendors.Location{Pointer: string(b.get(b.addPointer(i.path))), Offset: i.at}}
		switch {
		case !i.mention:
			a.add(&a.ids, maxAgentIDs, v)
		case len(a.mentions) < maxAgentMentions && len(v.text) <= maxAgentText/maxAgentMentions:
			a.mentions = append(a.mentions, v)
		}
	}
	for _, r := range b.idRefs {
		if len(a.refs) == maxAgentIDs {
			a.cut = true
			break
		}
		a.refs = append(a.refs, r)
	}
	a.cut = a.cut || b.manyIDs
}

// emit adds the claims of the element's agents and delivers the component.
func (x *spdx3) emit(b *graphElement, id string) {
	x.suppliers(b, id)
	var makers []agentRef // without duplicates
	for _, m := range b.makers {
		same := func(o agentRef) bool { return o.role == m.role && o.id == m.id }
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
	for _, m := range b.idRefs {
		if len(b.text) > x.limits.Component {
			break // check reports the error
		}
		if n, ok := x.identifierOf(b, m); ok {
			text := b.add([]byte(n.value.text))
			x.identifier(b, refKindOf([]byte(n.typ), b.get(text)), text, path{a: n.value.at.Pointer, top: true}, n.value.at.Offset)
		}
	}
	if len(b.names) > maxAgentNames {
		b.malformed++
		x.s.Warn(WarnMalformed, fmt.Sprintf("an element has more than %d names; the rest was not screened", maxAgentNames),
			vendors.Location{Pointer: x.at(b, "/name"), Offset: b.names[0].at})
	}
	if b.class.build {
		b.indirect = true
		b.typ = b.add([]byte("build"))
	}
	if !strings.HasSuffix(b.class.name, "File") {
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

// suppliers adds the agents that the element is available from, without duplicates.
func (x *spdx3) suppliers(b *graphElement, id string) {
	where := vendors.Location{Pointer: string(b.get(b.pointer)), Offset: b.offset}
	var seen map[string]bool
	for _, list := range x.index.suppliers[id] {
		for _, to := range list {
			if seen[to] {
				continue
			}
			if seen == nil {
				seen = make(map[string]bool)
			}
			seen[to] = true
			b.makers = append(b.makers, agentRef{vendors.Supplier, to, where})
			if len(seen) > maxMakers { // emit reports that the rest is left out
				return
			}
		}
	}
}

// maker adds the claims of an agent to which the element refers.
func (x *spdx3) maker(b *graphElement, m agentRef) {
	a := x.index.agents[m.id]
	if a == nil || !a.typed {
		if !isSPDX3Individual(m.id) {
			b.malformed++
			x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" is not in this document; who it is was not screened", m.at)
		}
		if a == nil {
			return
		}
	}
	if len(a.names) == 0 && len(a.ids) == 0 && len(a.refs) == 0 {
		b.malformed++
		x.s.Warn(WarnUnresolved, "the agent "+quote(m.id)+" has no name", m.at)
	}
	if a.cut {
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
	for _, v := range a.mentions {
		if len(b.claims) < maxMentions {
			kind := vendors.KindText
			if strings.Contains(v.text, "://") {
				kind = vendors.KindURL
			}
			b.claim(vendors.Mention, kind, []byte(v.text), path{a: v.at.Pointer, top: true}, v.at.Offset)
		}
	}
	for _, r := range a.refs {
		if n, ok := x.identifierOf(b, r); ok {
			role, kind := m.role, refKindOf([]byte(n.typ), []byte(n.value.text))
			claim := agentKind(kind)
			if kind == refOther && !strings.Contains(n.value.text, "://") {
				role, claim = vendors.Mention, vendors.KindText
			}
			b.claim(role, claim, []byte(n.value.text), path{a: n.value.at.Pointer, top: true}, n.value.at.Offset)
		}
	}
}

// identifierOf returns an identifier that is an element of its own. One that is not there, or that is
// too long, is counted.
func (x *spdx3) identifierOf(b *graphElement, r agentRef) (identifierElement, bool) {
	n, known := x.index.identifiers[r.id]
	if known && !n.long {
		return n, true
	}
	b.malformed++
	x.s.Warn(WarnUnresolved, "the identifier "+quote(r.id)+" is not in this document, or is too long; it was not screened", r.at)
	return n, false
}

// agentKind returns the kind of claim for an identifier of an agent.
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

// check records the references of an element, to compare them with the document's elements.
func (x *spdx3) check(b *graphElement) {
	for _, id := range b.roots {
		x.refer(b, id, "/rootElement")
	}
	switch b.relation.typ {
	case "hasDeclaredLicense", "hasConcludedLicense": // often to licenses of SPDX's own list
		return
	}
	for _, id := range b.relation.from {
		x.refer(b, id, "/from")
	}
	for _, id := range b.relation.to {
		x.refer(b, id, "/to")
	}
}

// refer records a reference to an element of this document.
func (x *spdx3) refer(b *graphElement, id, at string) {
	if x.first || x.index.imported[id] || isSPDX3Individual(id) || id == documentRef { // sbom-tool of Microsoft writes documentRef
		return
	}
	x.elements.refer([]byte(id), func() vendors.Location {
		return vendors.Location{Pointer: x.at(b, at), Offset: b.offset}
	})
}
