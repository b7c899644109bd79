// SPDX-License-Identifier: Apache-2.0

package names

import (
	"math/rand/v2"
	"testing"
	"unicode"

	"golang.org/x/text/cases"
)

// foldCase returns what package cases returns, for all letters and for texts with bytes that are not
// UTF-8.
func TestFoldCase(t *testing.T) {
	oracle := cases.Fold()
	for r := range rune(unicode.MaxRune + 1) {
		s := string(r)
		if got, want := foldCase(s), oracle.String(s); got != want {
			t.Errorf("%U: %q; want %q", r, got, want)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b []byte
		for range random.IntN(12) {
			switch random.IntN(3) {
			case 0:
				b = append(b, byte(random.IntN(256)))
			case 1:
				b = append(b, byte(random.IntN(128)))
			default:
				b = append(b, string(rune(random.IntN(0x2100)))...)
			}
		}
		if got, want := foldCase(string(b)), oracle.String(string(b)); got != want {
			t.Errorf("%q: %q; want %q", b, got, want)
		}
	}
}

func BenchmarkFold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Fold("Лаборатория Касперского ЗАО")
	}
}
