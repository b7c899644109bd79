// SPDX-License-Identifier: Apache-2.0

package textpos_test

import (
	"testing"

	"github.com/clause76/clause76/internal/textpos"
)

func TestAt(t *testing.T) {
	text := []byte("a\nßc\n\r\nd")
	for offset, want := range map[int64]string{-1: "1:1", 0: "1:1", 1: "1:2", 2: "2:1", 4: "2:2", 5: "2:3", 6: "3:1", 8: "4:1", 9: "4:2", 99: "4:2"} {
		if got := textpos.Name(text, offset); got != want {
			t.Errorf("%d: %s; want %s", offset, got, want)
		}
	}
}
