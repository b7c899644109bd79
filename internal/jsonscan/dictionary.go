// SPDX-License-Identifier: Apache-2.0

package jsonscan

import "slices"

// A dictionary has the names of members that occur first. Documents have few names, in the same order
// in object after object, so that nearly every name is the expected one, and whether an object has a
// name twice is known from a bit.
//
// A name that is not in the dictionary when it occurs first never comes into it: then the
// dictionary is full, or the name is too long. So the names of an object are compared either by their
// bits or by their texts.
type dictionary struct {
	entries []entry
	slots   [256]uint8               // ids by digest
	last    uint8                    // the id of the name read last; 0 if it is not in the dictionary
	after   [maxEntries + 1][2]uint8 // by id: those of the names that came after it last, the newest first
}

type entry struct {
	id      uint8 // from 1
	name    string
	raw     string // with its quotes and the colon; "" if the name needs escapes
	watched bool
}

const (
	maxEntries = 64 // a bit for each
	maxEntry   = 40 // bytes of a name
)

// expected returns the name that the text begins with, with its quotes and the colon, if it is one of
// the two that came after the last name before; otherwise it returns nil.
func (d *dictionary) expected(text []byte) *entry {
	for _, id := range d.after[d.last] {
		if id == 0 {
			return nil
		}
		e := &d.entries[id-1]
		if n := len(e.raw); n > 0 && len(text) > n && string(text[:n]) == e.raw {
			return e
		}
	}
	return nil
}

// expect records the name that comes after the last one.
func (d *dictionary) expect(e *entry) {
	if two := &d.after[d.last]; two[0] != e.id {
		two[0], two[1] = e.id, two[0]
	}
}

// find returns a name of the dictionary. A new name is added if there is room.
func (d *dictionary) find(s *Scanner, name []byte, digest uint64) *entry {
	if len(name) > maxEntry {
		return nil
	}
	slot := uint8(digest * spread >> 56)
	for ; d.slots[slot] != 0; slot++ {
		if e := &d.entries[d.slots[slot]-1]; e.name == string(name) {
			return e
		}
	}
	if len(d.entries) == maxEntries {
		return nil
	}
	text := string(name)
	raw := `"` + text + `":`
	if slices.ContainsFunc(name, func(b byte) bool { return b < ' ' || b == '"' || b == '\\' }) {
		raw = ""
	}
	d.entries = append(d.entries, entry{uint8(len(d.entries) + 1), text, raw, s.isWatched(name)})
	e := &d.entries[len(d.entries)-1]
	d.slots[slot] = e.id
	return e
}
