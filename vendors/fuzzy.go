// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"maps"
	"slices"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/pack"
)

// A fuzzyIndex finds the distinctive names of a register that a word is one letter away from. The
// names are in ASCII and written as one word. The first letter of the word has to be right.
type fuzzyIndex struct {
	names   map[byte][]string // by first letter
	lengths [128]uint64       // by first letter: bit n is set if there is a name of n letters
}

const maxFuzzyLength = 63 // lengths has a bit for each

func (f *fuzzyIndex) add(name string) {
	f.names[name[0]] = append(f.names[name[0]], name)
	f.lengths[name[0]] |= 1 << min(len(name), maxFuzzyLength)
}

// code reads or writes the names.
func (f *fuzzyIndex) code(c *pack.Coder) {
	var all []string
	for _, first := range slices.Sorted(maps.Keys(f.names)) {
		all = append(all, f.names[first]...)
	}
	pack.Slice(c, &all, pack.String[string])
	if f.names == nil {
		f.names = make(map[byte][]string)
		for _, name := range all {
			if name != "" {
				f.add(name)
			}
		}
	}
}

// mayHave reports whether a word can be one letter away from a name. It costs less than find.
func (f *fuzzyIndex) mayHave(word []byte) bool {
	if f.lengths[word[0]&127]&(7<<len(word)>>1) == 0 { // lengths n-1, n and n+1
		return false
	}
	for _, name := range f.names[word[0]] {
		d := len(name) - len(word)
		if d < -1 || d > 1 || name[1] != word[1] && name[len(name)-1] != word[len(word)-1] {
			continue // one edit cannot change the second letter and the last
		}
		if names.OneEdit(name, string(word)) {
			return true
		}
	}
	return false
}

// find returns a name that the word is one letter away from and may be a misspelling of.
func (f *fuzzyIndex) find(word []byte) (name string, ok bool) {
	if len(word) < minDistinct-1 {
		return "", false
	}
	for _, name := range f.names[word[0]] {
		if d := len(name) - len(word); d < -1 || d > 1 || !names.OneEdit(name, string(word)) {
			continue
		}
		if len(name) > minDistinct || names.IsPlausibleTypo(name, string(word)) {
			return name, true
		}
	}
	return "", false
}
