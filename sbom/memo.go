// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"encoding/binary"

	"github.com/clause76/clause76/vendors"
)

// An effect is what the value of a claim does to a component when claims are dropped, see
// [Document.Keep].
type effect struct {
	wanted   bool // the claim is kept
	maker    bool // it is the name of a maker, which is not dropped either
	identity bool // it identifies the vendor
}

// A memo remembers the effects of short names, because the same suppliers and authors occur in
// component after component. It has a fixed size, and forgets a name when others take its place. The
// zero memo is empty.
type memo struct {
	entries []memoEntry
	asked   int
}

type memoEntry struct {
	role   vendors.Role
	effect effect
	hit    bool // it was found since another value wanted its place
	n      uint8
	value  [memoLength]byte
}

const (
	memoLength = 43      // bytes of the longest name that is remembered
	memoSize   = 1 << 13 // entries, of 64 bytes
	memoStart  = 1000    // names after which a document is long enough for a memo
)

// remembers reports whether a value is remembered. Values of the other kinds hardly ever occur
// twice, or cost as little as a look into the memo.
func (m *memo) remembers(kind vendors.Kind, value []byte) bool {
	return m != nil && len(value) <= memoLength && kind == vendors.KindName
}

// find returns the effect of a value, if it is remembered.
func (m *memo) find(role vendors.Role, kind vendors.Kind, value []byte) (effect, bool) {
	if !m.remembers(kind, value) || m.entries == nil {
		return effect{}, false
	}
	i := memoHash(role, value)
	for _, i := range [...]uint64{i, i ^ 1} {
		if e := &m.entries[i]; int(e.n) == len(value) && string(e.value[:e.n]) == string(value) && e.role == role {
			e.hit = true
			return e.effect, true
		}
	}
	return effect{}, false
}

// add remembers a value that was not found. It has two places. A value that was found since it came
// there is kept once more.
func (m *memo) add(role vendors.Role, kind vendors.Kind, value []byte, does effect) {
	if !m.remembers(kind, value) || len(value) == 0 {
		return
	}
	if m.entries == nil {
		if m.asked++; m.asked < memoStart {
			return
		}
		m.entries = make([]memoEntry, memoSize)
	}
	i := memoHash(role, value)
	if m.entries[i].hit {
		m.entries[i].hit = false
		i ^= 1
	}
	if m.entries[i].hit {
		m.entries[i].hit = false
		return
	}
	e := &m.entries[i]
	e.role, e.effect, e.n = role, does, uint8(len(value))
	copy(e.value[:], value)
}

// memoHash returns the place of a value. Values that somebody made for one place only take it from
// each other.
func memoHash(role vendors.Role, value []byte) uint64 {
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
	return h >> 40 % memoSize
}
