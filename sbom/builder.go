// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"strconv"

	"github.com/clause76/clause76/sbom/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// A builder gathers one component. All its text goes into one buffer, so that a
// finished component costs a handful of allocations however many claims it has.
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
	offset    int64
	placement Placement
	indirect  bool
	identity  bool // a dropped claim said who stands behind the component
	supplied  bool // a dropped claim was a maker's name
	keep      func(vendors.Role, vendors.Kind, []byte) bool
}

// A span is a piece of a builder's text.
type span struct{ from, to int }

type protoClaim struct {
	role    vendors.Role
	kind    vendors.Kind
	value   span
	pointer span
	offset  int64
}

func (b *builder) reset() {
	*b = builder{text: b.text[:0], claims: b.claims[:0], keep: b.keep}
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

// path is a place within a component: fixed names around up to two indexes.
// Its zero value is the component itself.
type path struct {
	a string // "/externalReferences/"
	i int
	b string // "/url"
	j int    // used if c is set
	c string
}

func (b *builder) addPointer(p path) span {
	from := len(b.text)
	b.text = append(b.text, b.get(b.pointer)...)
	b.text = append(b.text, p.a...)
	if p.b != "" {
		b.text = append(strconv.AppendInt(b.text, int64(p.i), 10), p.b...)
	}
	if p.c != "" {
		b.text = append(strconv.AppendInt(b.text, int64(p.j), 10), p.c...)
	}
	return span{from, len(b.text)}
}

func (b *builder) claim(role vendors.Role, kind vendors.Kind, value []byte, at path, offset int64) {
	if len(value) == 0 || b.drop(role, kind, value) {
		return
	}
	b.claims = append(b.claims, protoClaim{role, kind, b.add(value), b.addPointer(at), offset})
}

// drop reports whether the claim is not wanted. It takes note of whether the claim
// says who stands behind the component.
func (b *builder) drop(role vendors.Role, kind vendors.Kind, value []byte) bool {
	if b.keep == nil || b.keep(role, kind, value) {
		return false
	}
	switch kind {
	case vendors.KindText, vendors.KindProduct, vendors.KindURL, vendors.KindEmail:
	default:
		if b.identity && !role.Makes() {
			break
		}
		if (vendors.Claim{Role: role, Kind: kind, Value: string(value)}).Identity() {
			b.identity = true
			b.supplied = b.supplied || kind == vendors.KindName
		}
	}
	return true
}

func (b *builder) claimSpan(role vendors.Role, kind vendors.Kind, value span, at path, offset int64) {
	if value.from == value.to || b.drop(role, kind, b.get(value)) {
		return
	}
	b.claims = append(b.claims, protoClaim{role, kind, value, b.addPointer(at), offset})
}

// check fails the reader if the component is too large.
func (b *builder) check(j *jsonstream.Reader, l *Limits) {
	if len(b.text) > l.Component {
		j.Fail(ErrLimit, limitError("bytes of claims in one component", l.Component))
	}
	if len(b.claims) > l.Claims {
		j.Fail(ErrLimit, limitError("claims in one component", l.Claims))
	}
}

func (b *builder) component() Component {
	text := string(b.text)
	get := func(s span) string { return text[s.from:s.to] }
	c := Component{
		Ref: get(b.ref), Type: get(b.typ), Group: get(b.group), Name: get(b.name), Version: get(b.version),
		PURL: get(b.purl), Placement: b.placement, Indirect: b.indirect, Malformed: b.malformed,
		Identified: b.identity, Supplied: b.supplied,
		Location: vendors.Location{Pointer: get(b.pointer), Offset: b.offset},
	}
	if len(b.claims) > 0 {
		c.Claims = make([]vendors.Claim, len(b.claims))
		for i, p := range b.claims {
			c.Claims[i] = vendors.Claim{Role: p.role, Kind: p.kind, Value: get(p.value),
				Location: vendors.Location{Pointer: get(p.pointer), Offset: p.offset}}
		}
	}
	return c
}

type limitErr struct {
	what  string
	limit int
}

func limitError(what string, limit int) error { return limitErr{what, limit} }

func (e limitErr) Error() string { return "more than " + strconv.Itoa(e.limit) + " " + e.what }
