// SPDX-License-Identifier: Apache-2.0

package sbom

import "math/bits"

// A refSet is a set of keys. It takes less time than a map, because the keys are hashes already, and
// grows in parts, so that it never takes twice its memory. The zero refSet is empty.
type refSet struct {
	parts []refPart // one, or many
	n     int
}

// A refPart has the keys in a table of slots; the key of an empty slot is zero. A key is in the first
// slot that was empty from its place on.
type refPart struct {
	slots []refKey
	n     int
}

const (
	manyParts = 64
	manyKeys  = 1024 // from which there are many parts
)

// len returns the number of keys.
func (s *refSet) len() int { return s.n }

func (s *refSet) part(k refKey) *refPart { return &s.parts[int(k%manyParts)%len(s.parts)] }

func (s *refSet) has(k refKey) bool {
	if s.n == 0 {
		return false
	}
	p := s.part(k)
	return len(p.slots) > 0 && p.slots[p.find(k)] == k
}

func (s *refSet) add(k refKey) {
	switch {
	case s.parts == nil:
		s.parts = make([]refPart, 1)
	case s.n == manyKeys && len(s.parts) == 1:
		few := s.parts[0].slots
		s.parts, s.n = make([]refPart, manyParts), 0
		for _, k := range few {
			if k != 0 {
				s.add(k)
			}
		}
	}
	if s.part(k).add(k) {
		s.n++
	}
}

// find returns the slot of a key, or the empty one where it belongs.
func (p *refPart) find(k refKey) int {
	place, _ := bits.Mul64(uint64(k), uint64(len(p.slots)))
	i := int(place)
	for p.slots[i] != k && p.slots[i] != 0 {
		if i++; i == len(p.slots) {
			i = 0
		}
	}
	return i
}

// add reports whether the key is new.
func (p *refPart) add(k refKey) bool {
	if (p.n+1)*6 > len(p.slots)*5 {
		old := p.slots
		p.slots = make([]refKey, len(old)+len(old)/4+16)
		for _, k := range old {
			if k != 0 {
				p.slots[p.find(k)] = k
			}
		}
	}
	i := p.find(k)
	if p.slots[i] == k {
		return false
	}
	p.slots[i] = k
	p.n++
	return true
}
