// SPDX-License-Identifier: Apache-2.0

package words

import "strings"

const maxLength = 80 // no valid word is longer

// Nearest returns the valid word that differs least from a value, if at most a third of its
// characters have to be added, removed or replaced; else "". Letter case does not count.
func Nearest(value string, valid []string) string {
	v := []rune(strings.ToLower(strings.TrimSpace(value)))
	if len(v) > maxLength {
		return ""
	}
	best, least := "", maxLength
	for _, word := range valid {
		w := []rune(strings.ToLower(word))
		if d := distance(v, w); d < least && d <= max(1, max(len(v), len(w))/3) {
			best, least = word, d
		}
	}
	return best
}

// distance returns the Levenshtein distance of two texts: the number of characters that have to
// be added, removed or replaced.
func distance(x, y []rune) int {
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
