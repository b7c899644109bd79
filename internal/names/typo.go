// SPDX-License-Identifier: Apache-2.0

package names

import (
	"strings"

	"github.com/clause76/clause76/internal/ascii"
)

// OneEdit reports whether a and b differ by exactly one insertion, deletion, substitution or
// transposition of neighbors (optimal string alignment distance 1). The first letters must be
// equal, because a different first letter mostly makes another word ("phytera" is not "hytera").
// An added digit is not a misspelling, and neither is a letter that is added at the end, unless it
// doubles the last: "kaspersky3" and "acronisv" are the names of somebody's accounts.
func OneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || a == "" || a[0] != b[0] || a == b {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:] && !ascii.IsDigit(b[i]) && (i < len(a) || b[i] == b[i-1])
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// IsPlausibleTypo reports whether a name that is one edit away from a short one is a misspelling of
// that and not one of the many other words. It has lost a letter, doubled the last, swapped two,
// or has another letter in its second half or one that looks alike.
func IsPlausibleTypo(alias, name string) bool {
	n := len(alias)
	if len(name) != n {
		if len(name) < n {
			return true
		}
		i := 0
		for i < n && alias[i] == name[i] {
			i++
		}
		return i > 0 && name[i] == name[i-1]
	}
	i := 0
	for alias[i] == name[i] {
		i++
	}
	swapped := i+1 < n && alias[i] == name[i+1] && alias[i+1] == name[i]
	lookAlike := strings.IndexByte("il1", alias[i]) >= 0 && strings.IndexByte("il1", name[i]) >= 0
	return swapped || lookAlike || i >= n/2
}
