// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"testing"
)

// A refSet has the keys that were added, and no others, whatever their number.
func TestRefSet(t *testing.T) {
	var s refSet
	key := func(i int) refKey { return keyOf(fmt.Sprint("element ", i)) }
	if s.has(key(0)) {
		t.Error("the empty set has a key")
	}
	for i := range 20_000 {
		if s.has(key(i)) {
			t.Fatalf("key %d before it was added", i)
		}
		s.add(key(i))
		if s.add(key(i / 2)); s.len() != i+1 || !s.has(key(i)) {
			t.Fatalf("%d keys after %d were added; has the last: %v", s.len(), i+1, s.has(key(i)))
		}
	}
	for i := range 40_000 {
		if s.has(key(i)) != (i < 20_000) {
			t.Fatalf("has key %d: %v", i, i >= 20_000)
		}
	}
	last := refSet{} // a key that belongs into the last slot goes on from the first
	for i := range 12 {
		last.add(^refKey(0) - refKey(i)<<6)
	}
	for i := range 13 {
		if last.has(^refKey(0)-refKey(i)<<6) != (i < 12) {
			t.Errorf("keys of one place: %d", i)
		}
	}
}
