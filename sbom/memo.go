// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"encoding/binary"
	"slices"

	"github.com/clause76/clause76/vendors"
)

// An effect is what the value of a claim does to a component when claims are dropped, see
// [Document.Keep].
type effect struct {
	wanted   bool // the claim is kept
	maker    bool // it is the name of a maker, which is not dropped either
	identity bool // it identifies the vendor
}

// A memo remembers the effects of the short names of makers and persons, because the same ones occur in
// component after component. It has a fixed size, and forgets values when
// others take their places. The zero memo is empty.
//
// It is laid out so that a look into it reads little memory, because it is much used and much of it is
// in use.
type memo struct {
	entries []memoEntry
	text    []byte // of all values
	asked   int
}

// A memoEntry is a value and its effect. It is free if n is 0.
type memoEntry struct {
	hash   uint32
	at     uint32 // of the value in text
	n      uint8
	what   uint8 // see memoKind
	effect effect
	hit    bool // it was found since another value wanted its place
}

const (
	memoLength = 64        // bytes of the longest value that is remembered
	memoSize   = 1 << 13   // entries
	memoPlaces = 4         // places of one value
	memoText   = 128 << 10 // bytes of all values
	memoStart  = 1000      // values after which a document is long enough for a memo
)

// memoKind returns a number for the role and the kind of a value that is remembered, or 0. Values of the
// other kinds and roles hardly ever occur twice, or cost as little as a look into the memo.
func memoKind(role vendors.Role, kind vendors.Kind) uint8 {
	if kind != vendors.KindName {
		return 0
	}
	switch role {
	case vendors.Supplier:
		return 1
	case vendors.Manufacturer:
		return 2
	case vendors.Publisher:
		return 3
	case vendors.Distributor:
		return 4
	case vendors.Author:
		return 5
	case vendors.Reference:
		return 6
	}
	return 0
}

// find returns the effect of a value, if it is remembered.
func (m *memo) find(role vendors.Role, kind vendors.Kind, value []byte) (effect, bool) {
	if m == nil || m.entries == nil || len(value) > memoLength {
		return effect{}, false
	}
	what := memoKind(role, kind)
	if what == 0 {
		return effect{}, false
	}
	hash, places := m.places(what, value)
	for i := range places {
		e := &places[i]
		if e.hash == hash && e.what == what && string(m.text[e.at:e.at+uint32(e.n)]) == string(value) {
			e.hit = true
			return e.effect, true
		}
	}
	return effect{}, false
}

// add remembers a value that was not found, in a place that is free or has a value that was not found
// either. If there is none, the next value gets one. If there is no room for its text, all other
// values are forgotten.
func (m *memo) add(role vendors.Role, kind vendors.Kind, value []byte, does effect) {
	what := memoKind(role, kind)
	if m == nil || what == 0 || len(value) > memoLength || len(value) == 0 {
		return
	}
	if m.entries == nil {
		if m.asked++; m.asked < memoStart {
			return
		}
		m.entries, m.text = make([]memoEntry, memoSize), make([]byte, 0, memoText)
	}
	if len(m.text)+len(value) > memoText {
		clear(m.entries)
		m.text = m.text[:0]
	}
	hash, places := m.places(what, value)
	i := slices.IndexFunc(places, func(e memoEntry) bool { return e.n == 0 })
	if i < 0 {
		i = slices.IndexFunc(places, func(e memoEntry) bool { return !e.hit })
	}
	if i < 0 {
		for i := range places {
			places[i].hit = false
		}
		return
	}
	places[i] = memoEntry{hash: hash, at: uint32(len(m.text)), n: uint8(len(value)), what: what, effect: does}
	m.text = append(m.text, value...)
}

// places returns a hash of a value, and the places that it can have. Values that somebody made for the
// same places only take them from each other.
func (m *memo) places(what uint8, value []byte) (uint32, []memoEntry) {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(len(value))<<8 ^ uint64(what)
	for len(value) >= 8 {
		h = (h ^ binary.LittleEndian.Uint64(value)) * odd
		h ^= h >> 32
		value = value[8:]
	}
	rest := uint64(0)
	for _, b := range value {
		rest = rest<<8 | uint64(b)
	}
	h = (h ^ rest) * odd
	h = (h ^ h>>32) * odd
	i := h >> 32 % (memoSize / memoPlaces) * memoPlaces
	return uint32(h>>16) ^ uint32(h), m.entries[i : i+memoPlaces]
}
