// SPDX-License-Identifier: Apache-2.0

// Package sorting sorts slices in places that are not hot. The functions of package slices are
// compiled once for each type of elements, with about 25 kB of code each time. These share their code.
package sorting

import "sort"

// Func sorts a slice as slices.SortFunc does.
func Func[S ~[]E, E any](s S, compare func(a, b E) int) {
	if len(s) > 1 {
		sort.Slice(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
	}
}

// StableFunc sorts a slice as slices.SortStableFunc does: equal elements keep their order.
func StableFunc[S ~[]E, E any](s S, compare func(a, b E) int) {
	if len(s) > 1 {
		sort.SliceStable(s, func(i, j int) bool { return compare(s[i], s[j]) < 0 })
	}
}
