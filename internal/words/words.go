// SPDX-License-Identifier: Apache-2.0

package words

import "strings"

func Lines(table string) map[string]bool {
	return Set(strings.Split(strings.Trim(table, "\n"), "\n")...)
}

func Fields(list string) map[string]bool { return Set(strings.Fields(list)...) }

func Set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
