// SPDX-License-Identifier: Apache-2.0

//go:build race

package match_test

// underRace: the race detector makes everything ten times slower, and the matrix has no
// goroutines of its own, so an eighth of it is enough then.
const underRace = true
