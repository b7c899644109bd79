// SPDX-License-Identifier: Apache-2.0

package sorting_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/clause76/clause76/internal/sorting"
)

func TestFunc(t *testing.T) {
	type pair struct{ key, at int }
	for n := range 200 {
		var a []pair
		for i := range n {
			a = append(a, pair{(i*i*7 + 3*i) % 11, i})
		}
		b, want := slices.Clone(a), slices.Clone(a)
		byKey := func(x, y pair) int { return cmp.Compare(x.key, y.key) }
		slices.SortStableFunc(want, byKey)
		if sorting.StableFunc(b, byKey); !slices.Equal(b, want) {
			t.Errorf("%d elements: %v; want %v", n, b, want)
		}
		if sorting.Func(a, func(x, y pair) int { return cmp.Or(byKey(x, y), cmp.Compare(x.at, y.at)) }); !slices.Equal(a, want) {
			t.Errorf("%d elements: %v; want %v", n, a, want)
		}
	}
}
