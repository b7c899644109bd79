// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"strconv"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// A builder collects one component. All its text is in one buffer, so that a component takes a
// few allocations however many claims it has.
type builder struct {
	text      []byte
	pointer   span // of the component
	ref       span
	typ       span
	group     span
	name      span
	version   span
	purl      span
	claims    []protoClaim
	malformed int
	links     []DocumentRef // to bills of materials
	doubtful  int           // values that count as malformed if the component has no package URL
	offset    int64
	refAt     int64 // offset of ref
	nameAt    int64 // offset of name
	placement Placement
	indirect  bool
	identity  bool // a dropped claim identifies the vendor
	supplied  bool // a dropped claim is the name of a maker
	wanted    bool // a claim was kept by keep
	claimed   bool // there was a claim, kept or not
	beside    int  // identifiers that are kept because they can contradict another claim
	keep      func(vendors.Role, vendors.Kind, []byte) bool
	sink      *Sink // for warnings about values; may be nil
	memo      *memo // nil if no claims are dropped
}

// newBuilder returns a builder of components for the sink.
func newBuilder(s *Sink) builder {
	b := builder{keep: s.Keep(), sink: s}
	if b.keep != nil {
		b.memo = &s.memo
	}
	return b
}

// A span is a piece of a builder's text.
type span struct{ from, to int }

type protoClaim struct {
	role   vendors.Role
	kind   vendors.Kind
	value  span
	at     path
	offset int64
}

func (b *builder) reset() {
	*b = builder{text: b.text[:0], claims: b.claims[:0], keep: b.keep, sink: b.sink, memo: b.memo}
}

func (b *builder) add(s []byte) span {
	from := len(b.text)
	b.text = append(b.text, s...)
	return span{from, len(b.text)}
}

func (b *builder) get(s span) []byte { return b.text[s.from:s.to] }

// setPointer sets the component's pointer to parent/name/index, or parent/name if
// index is negative.
func (b *builder) setPointer(parent []byte, name string, index int) {
	from := len(b.text)
	b.text = append(append(append(b.text, parent...), '/'), name...)
	if index >= 0 {
		b.text = strconv.AppendInt(append(b.text, '/'), int64(index), 10)
	}
	b.pointer = span{from, len(b.text)}
}

// A path is a place within a component: its pointer, then a, then n-1 and b if n is not 0. The
// zero value is the component itself. If top is set, a is a pointer in the document.
type path struct {
	a   string // "/externalReferences/"
	n   int    // 1 for element 0; 0 for no element
	b   string // "/url"
	top bool
}

// element is the path of b in element i of the array a.
func element(a string, i int, b string) path { return path{a: a, n: i + 1, b: b} }

func (b *builder) addPointer(p path) span {
	from := len(b.text)
	if !p.top {
		b.text = append(b.text, b.get(b.pointer)...)
	}
	b.text = append(b.text, p.a...)
	if p.n > 0 {
		b.text = append(strconv.AppendInt(b.text, int64(p.n-1), 10), p.b...)
	}
	return span{from, len(b.text)}
}

func (b *builder) claim(role vendors.Role, kind vendors.Kind, value []byte, at path, offset int64) {
	if len(value) == 0 {
		return
	}
	if role, kind, kept := b.weigh(role, kind, value, &at, offset); kept {
		b.claims = append(b.claims, protoClaim{role, kind, b.add(value), at, offset})
	}
}

// examinedClaim adds a claim with a value that was examined.
func (b *builder) examinedClaim(role vendors.Role, kind vendors.Kind, value []byte, at path, offset int64) {
	if kind != "" && b.apply(b.effect(role, kind, value), role, kind) {
		b.claims = append(b.claims, protoClaim{role, kind, b.add(value), at, offset})
	}
}

func (b *builder) claimSpan(role vendors.Role, kind vendors.Kind, value span, at path, offset int64) {
	if value.from == value.to {
		return
	}
	if role, kind, kept := b.weigh(role, kind, b.get(value), &at, offset); kept {
		b.claims = append(b.claims, protoClaim{role, kind, value, at, offset})
	}
}

// claimPURL adds the claim of one of the component's own package URLs.
func (b *builder) claimPURL(value span, at path, offset int64) {
	if value.from == value.to {
		return
	}
	role, kind, kept := b.weigh(vendors.Namespace, vendors.KindPURL, b.get(value), &at, offset)
	if kind == vendors.KindPURL && b.purl.from == b.purl.to {
		b.purl = value
	}
	if kept {
		b.claims = append(b.claims, protoClaim{role, kind, value, at, offset})
	}
}

// weigh examines the value of a claim, and records what it does to the component. It returns the
// role and kind in which the value is read, and whether the claim is kept.
func (b *builder) weigh(role vendors.Role, kind vendors.Kind, value []byte, at *path, offset int64) (vendors.Role, vendors.Kind, bool) {
	if does, known := b.memo.find(role, kind, value); known {
		return role, kind, b.apply(does, role, kind)
	}
	plain := examine.Plain(role, kind, value)
	if !plain {
		e := examine.Value(role, kind, value)
		plain = e.Note == "" && !e.Unread && e.Kind == kind && e.Role == role
		b.examined(&e, kind, at, offset)
		if role, kind = e.Role, e.Kind; kind == "" {
			return role, kind, false
		}
	}
	does := b.effect(role, kind, value)
	if plain {
		b.memo.add(role, kind, value, does)
	}
	return role, kind, b.apply(does, role, kind)
}

// examined counts a value that cannot be read, and adds a warning about it and about unusual
// values to the header. kind is that of the field.
func (b *builder) examined(e *examine.Result, kind vendors.Kind, at *path, offset int64) {
	if e.Unread {
		b.malformed++
	}
	if e.Note != "" && b.sink != nil {
		b.sink.Warn(examined(kind), e.Note, vendors.Location{Pointer: string(b.get(b.addPointer(*at))), Offset: offset})
	}
}

// examined returns the kind of warnings about a kind of values.
func examined(kind vendors.Kind) WarningKind {
	switch kind {
	case vendors.KindPURL:
		return WarnPURL
	case vendors.KindCPE:
		return WarnCPE
	}
	return WarnMalformed
}

// maxBeside limits the identifiers of one component that are kept only because they can
// contradict another claim. One that does is enough.
const maxBeside = 32

// effect returns what a value does to the component.
func (b *builder) effect(role vendors.Role, kind vendors.Kind, value []byte) effect {
	if b.keep == nil || b.keep(role, kind, value) {
		return effect{wanted: true}
	}
	switch kind {
	case vendors.KindName:
		maker := role.IsOrigin() && !names.Placeholder(value)
		return effect{maker: maker, identity: maker}
	case vendors.KindText, vendors.KindProduct, vendors.KindURL, vendors.KindEmail:
		return effect{} // they identify nobody
	}
	if b.identity {
		return effect{} // the component is identified already
	}
	return effect{identity: vendors.Claim{Role: role, Kind: kind, Value: string(value)}.Identity()}
}

// apply records the effect of a value, and reports whether its claim is kept. Names of makers and
// identifiers are not dropped, because they can contradict a claim that is kept.
func (b *builder) apply(does effect, role vendors.Role, kind vendors.Kind) bool {
	b.claimed = true
	if does.wanted {
		b.wanted = true
		return true
	}
	b.identity = b.identity || does.identity
	switch kind {
	case vendors.KindName:
		b.supplied = b.supplied || does.maker
		return does.maker
	case vendors.KindPURL, vendors.KindCPE, vendors.KindGroup, vendors.KindURL:
		b.beside++
		return b.beside <= maxBeside && (role == vendors.Namespace || role == vendors.Reference)
	}
	return false
}

// deviceName makes the name of a device a reference, as the texts about its model that a device
// itself reports are. The name of a vendor in it is a reason to review, and never more.
func (b *builder) deviceName() {
	if string(b.get(b.typ)) != "device" {
		return
	}
	for i := range b.claims {
		if c := &b.claims[i]; c.role == vendors.Mention && c.kind == vendors.KindProduct && c.value == b.name {
			c.role = vendors.Reference
		}
	}
}

// check fails the reader if the component is too large.
func (b *builder) check(j *jsonstream.Reader, l *Options) {
	if len(b.text) > l.Component {
		j.Fail(ErrLimit, limitError("bytes of claims in one component", l.Component))
	}
	if len(b.claims) > l.Claims {
		j.Fail(ErrLimit, limitError("claims in one component", l.Claims))
	}
}

// maxNamed is the number of components without an identity that keep their names although no
// claim of theirs is kept, so that a report can say which they are.
const maxNamed = 100

// component returns the component. If keep kept no claim, it has only counts and flags, and
// takes no memory; the first maxNamed without an identity also have their names and place.
func (b *builder) component() Component {
	c := Component{Placement: b.placement, Pedigree: b.indirect, Malformed: b.malformed,
		Identified: b.identity, Supplied: b.supplied, HasPURL: b.purl.from < b.purl.to}
	if b.keep != nil && !b.wanted {
		if !b.identity && b.sink != nil && b.sink.named < maxNamed {
			b.sink.named++
			text := func(s span) string { return string(b.get(s)) }
			c.Ref, c.Type, c.Group, c.Name, c.Version, c.PURL = text(b.ref), text(b.typ), text(b.group), text(b.name), text(b.version), text(b.purl)
			c.Location = vendors.Location{Pointer: text(b.pointer), Offset: b.offset}
		}
		return c
	}
	pointer := b.pointer
	pointers := make([]span, len(b.claims))
	for i := range b.claims {
		pointers[i] = b.addPointer(b.claims[i].at)
	}
	text := string(b.text)
	get := func(s span) string { return text[s.from:s.to] }
	c.Ref, c.Type, c.Group, c.Name = get(b.ref), get(b.typ), get(b.group), get(b.name)
	c.Version, c.PURL = get(b.version), get(b.purl)
	c.Location = vendors.Location{Pointer: get(pointer), Offset: b.offset}
	c.Claims = make([]vendors.Claim, len(b.claims))
	for i, p := range b.claims {
		c.Claims[i] = vendors.Claim{Role: p.role, Kind: p.kind, Value: get(p.value),
			Location: vendors.Location{Pointer: get(pointers[i]), Offset: p.offset}}
	}
	return c
}

type limitErr struct {
	what  string
	limit int
}

func limitError(what string, limit int) error { return limitErr{what, limit} }

func (e limitErr) Error() string { return "more than " + strconv.Itoa(e.limit) + " " + e.what }
