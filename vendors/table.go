// SPDX-License-Identifier: Apache-2.0

package vendors

import "fmt"

// A table finds entries by their folded value. It is a map, or a part of a packed register. A nil
// table is empty.
type table struct {
	made   map[string]*entry
	packed *packedTable
}

func newTable() *table { return &table{made: make(map[string]*entry)} }

// get returns the entry under a key, or nil.
func (t *table) get(key []byte) *entry {
	switch {
	case t == nil:
		return nil
	case t.packed != nil:
		return t.packed.get(key)
	}
	return t.made[string(key)]
}

// each calls a function for all keys, in no particular order.
func (t *table) each(f func(key string, e *entry)) {
	switch {
	case t == nil:
	case t.packed != nil:
		t.packed.each(f)
	default:
		for key, e := range t.made {
			f(key, e)
		}
	}
}

// put adds an entry under a key. If the vendor has the value from several sources, the better entry
// remains, or the first of equally good ones. put returns an error if another vendor has the value, or
// if it is both an identifier and an exclusion.
func (t *table) put(key string, e *entry) error {
	if key == "" {
		return fmt.Errorf("no value is left after folding")
	}
	old := t.made[key]
	switch {
	case old == nil:
		t.made[key] = e
	case old.vendor != e.vendor:
		return fmt.Errorf("also claimed by %s", old.vendor.ID)
	case (old.excl != nil) != (e.excl != nil):
		return fmt.Errorf("both an identifier and an exclusion")
	case old.id != nil && isBetter(e, old):
		t.made[key] = e
	}
	return nil
}
