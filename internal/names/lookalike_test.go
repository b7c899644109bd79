// SPDX-License-Identifier: Apache-2.0

package names

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// The ranges are those of Default_Ignorable_Code_Point in DerivedCoreProperties.txt of Unicode
// 15.0.0.
func TestInvisibleCharactersAreThoseOfUnicode(t *testing.T) {
	ranges := [][2]rune{{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
		{0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfff8},
		{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}}
	count := 0
	for r := rune(0); r <= utf8.MaxRune; r++ {
		want := slices.ContainsFunc(ranges, func(s [2]rune) bool { return s[0] <= r && r <= s[1] })
		if got := IsInvisible(r); got != want {
			t.Errorf("%U: %v, want %v", r, got, want)
		}
		if want {
			count++
		}
	}
	if count != 4174 {
		t.Errorf("%d characters; the file has 4174", count)
	}
}

func TestUnicodeTablesAreInOrderAndComplete(t *testing.T) {
	if !slices.IsSortedFunc(lookalikes[:], func(a, b lookalike) int { return int(a.from - b.from) }) {
		t.Error("lookalikes are not in order")
	}
	for r, want := range map[rune]string{'а': "a", 'К': "k", 'к': "k", 'ĸ': "k", 'Н': "h", 'т': "t", 'ꓗ': "k", 'Ꮋ': "h", 'ǀ': "1", 'І': "i", 'Ι': "i",
		'ᴢ': "z", 'ⲟ': "o", 'ո': "n", 'ѡ': "w", 'œ': "oe", '力': "", 'カ': "力", 'z': "", 'é': "", 'ж': ""} {
		if got := lookalikeOf(r); got != want {
			t.Errorf("%c looks like %q, want %q", r, got, want)
		}
	}
	last := rune(0)
	for i, r := range simplifiedTable {
		if i%6 != 0 {
			continue
		}
		if r <= last || utf8.RuneLen(r) != 3 {
			t.Fatalf("%c after %c: not in order, or not of three bytes", r, last)
		}
		last = r
	}
	for from, want := range map[rune]rune{'華': '华', '訊': '讯', '騰': '腾', '为': '为', '龍': '龙', '乾': '乾', 'a': 'a', '傌': '㐷'} {
		if got := simplify(from); got != want {
			t.Errorf("%c is simplified to %c, want %c", from, got, want)
		}
	}
}
