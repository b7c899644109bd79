// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"
)

// Digests are the same, however the file is read and in how many goroutines they are taken.
func TestDigestsAside(t *testing.T) {
	text := strings.Repeat("0123456789abcdef-", 100_000)
	s256, s1 := sha256.Sum256([]byte(text)), sha1.Sum([]byte(text))
	for _, size := range []int{100, 40 << 10, 1 << 20, 4 << 20} {
		n := 0
		changing := func() int { n++; return 1 + n%3 } // processors become free and busy
		for _, workers := range []func() int{nil, func() int { return 2 }, changing} {
			r := newTally(t.Context(), strings.NewReader(text), func(int) {}).aside(workers).withSHA1()
			buf := make([]byte, size)
			for {
				_, err := r.Read(buf)
				copy(buf, bytes.Repeat([]byte("x"), len(buf))) // the caller may change it
				if err == io.EOF {
					break
				}
			}
			if a, b := r.sums(); a != hex.EncodeToString(s256[:]) || b != hex.EncodeToString(s1[:]) {
				t.Errorf("reading %d bytes at once: digests %s, %s", size, a, b)
			}
		}
	}
}
