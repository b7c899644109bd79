// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"hash/crc32"
	"testing"
)

// sampled reports whether a cell of a matrix is checked in this run: all of them, one of eight
// under the race detector, one of a hundred with -short. It is always the same ones.
func sampled(cell string) bool {
	n := uint32(1)
	switch {
	case testing.Short():
		n = 100
	case underRace:
		n = 8
	}
	return crc32.ChecksumIEEE([]byte(cell))%n == 0
}
