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

// A memo remembers the effects of the short names of makers and persons, and of the addresses of makers,
// because the same ones occur in component after component. It has a fixed size, and forgets a value when
// others take its place. The zero memo is empty.
type memo struct {
	entries []memoEntry
	asked   int
}

type memoEntry struct {
	role   vendors.Role
	effect effect
	hit    bool  // it was found since another value wanted its place
	kind   uint8 // see memoKind
	n      uint8
	value  [memoLength]byte
}

const (
	memoLength = 42      // bytes of the longest value that is remembered
	memoSize   = 1 << 14 // entries, of 64 bytes
	memoPlaces = 4       // places of one value
	memoStart  = 1000    // values after which a document is long enough for a memo
)

// memoKind returns a number for the kind of a value that is remembered, or 0. Values of the other kinds
// and roles hardly ever occur twice, or cost as little as a look into the memo.
func memoKind(role vendors.Role, kind vendors.Kind) uint8 {
	switch {
	case kind == vendors.KindName:
		return 1
	case kind == vendors.KindURL && role.IsOrigin():
		return 2
	case kind == vendors.KindEmail && role.IsOrigin():
		return 3
	}
	return 0
}

// find returns the effect of a value, if it is remembered.
func (m *memo) find(role vendors.Role, kind vendors.Kind, value []byte) (effect, bool) {
	if m == nil || m.entries == nil || len(value) > memoLength {
		return effect{}, false
	}
	k := memoKind(role, kind)
	if k == 0 {
		return effect{}, false
	}
	places := m.places(role, value)
	for i := range places {
		if e := &places[i]; int(e.n) == len(value) && e.kind == k && string(e.value[:e.n]) == string(value) && e.role == role {
			e.hit = true
			return e.effect, true
		}
	}
	return effect{}, false
}

// add remembers a value that was not found, in a place that is free or has a value that was not found
// either. If there is none, the next value gets one.
func (m *memo) add(role vendors.Role, kind vendors.Kind, value []byte, does effect) {
	k := memoKind(role, kind)
	if m == nil || k == 0 || len(value) > memoLength {
		return
	}
	if m.entries == nil {
		if m.asked++; m.asked < memoStart {
			return
		}
		m.entries = make([]memoEntry, memoSize)
	}
	places := m.places(role, value)
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
	e := &places[i]
	e.role, e.kind, e.effect, e.n = role, k, does, uint8(len(value))
	copy(e.value[:], value)
}

// places returns the places that a value can have. Values that somebody made for the same places only
// take them from each other.
func (m *memo) places(role vendors.Role, value []byte) []memoEntry {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(len(value))<<8 ^ uint64(len(role))
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
	return m.entries[i : i+memoPlaces]
}
