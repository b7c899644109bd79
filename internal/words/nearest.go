// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strings"
	"unicode/utf8"
)

const maxLength = 80 // no valid word is longer

// Nearest returns the valid word that differs least from a value, if at most a third of its
// characters have to be added, removed or replaced; else "". Letter case does not count.
func Nearest(value string, valid []string) string {
	v := strings.ToLower(strings.TrimSpace(value))
	n := utf8.RuneCountInString(v)
	if n > maxLength {
		return ""
	}
	best, least := "", maxLength
	for _, word := range valid {
		w := strings.ToLower(word)
		if d := Distance(v, w); d < least && d <= max(1, max(n, utf8.RuneCountInString(w))/3) {
			best, least = word, d
		}
	}
	return best
}

// Distance returns the Levenshtein distance of two texts: the number of characters that have to
// be added, removed or replaced. It takes time in proportion to the product of their lengths, so
// the caller bounds them.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1) // of the letters of x so far to each start of y
	for j := range row {
		row[j] = j
	}
	for i := range x {
		above := row[0]
		row[0] = i + 1
		for j := range y {
			cost := above
			if x[i] != y[j] {
				cost = 1 + min(above, row[j], row[j+1])
			}
			above, row[j+1] = row[j+1], cost
		}
	}
	return row[len(y)]
}
