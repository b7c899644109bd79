// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"testing"

	"github.com/clause76/clause76/internal/names"
)

// A word that is one edit away from a name passes the filter of the names' ends.
func TestFuzzyFindsEveryEdit(t *testing.T) {
	f := fuzzyIndex{names: make(map[byte][]string)}
	all := []string{"abcde", "huawei", "dahuat", "kaspers", "hikvision", "aaaaaaa", "chinamobile", "xyzxyzxyz"}
	for _, name := range all {
		f.add(name)
	}
	check := func(name, word string) {
		if word != "" && names.OneEdit(name, word) && !f.mayHave([]byte(word)) {
			t.Errorf("%q is one edit away from %q, and is not found", word, name)
		}
	}
	for _, name := range all {
		for i := range len(name) + 1 {
			for _, c := range "abhwxyz09" {
				check(name, name[:i]+string(c)+name[i:])
				if i < len(name) {
					check(name, name[:i]+string(c)+name[i+1:])
				}
			}
			if i < len(name) {
				check(name, name[:i]+name[i+1:])
			}
			if i+1 < len(name) {
				check(name, name[:i]+name[i+1:i+2]+name[i:i+1]+name[i+2:])
			}
		}
	}
	if f.mayHave([]byte("northwind")) {
		t.Error("a word without such an end is found")
	}
}
