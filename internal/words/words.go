// SPDX-License-Identifier: Apache-2.0

// Package words makes sets of words and finds the one that was meant.
package words

import "strings"

// Lines returns the set of the lines of a table.
func Lines(table string) map[string]bool {
	return Set(strings.Split(strings.Trim(table, "\n"), "\n")...)
}

// Fields returns the set of the words in a list that is separated by white space.
func Fields(list string) map[string]bool { return Set(strings.Fields(list)...) }

// Set returns the set of the words.
func Set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
