// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"maps"
	"math/bits"
	"slices"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/pack"
)

// A fuzzyIndex finds the distinctive names of a register that a word is one letter away from. The
// names are in ASCII and written as one word. The first letter of the word has to be right.
type fuzzyIndex struct {
	names   map[byte][]string // by first letter
	lengths [128]uint64       // by first letter: bit n is set if there is a name of n letters
	short   bool              // there is a name of less than minEnds letters
	ends    [1 << 10]uint64   // the first and the last letters of the names, hashed, see hashStart
}

const (
	maxFuzzyLength = 63 // lengths has a bit for each
	minEnds        = 5  // letters of the shortest name that is found by its ends
	minLongEnds    = 7  // letters of the shortest name with ends of three letters, and not two
)

func (f *fuzzyIndex) add(name string) {
	f.names[name[0]] = append(f.names[name[0]], name)
	f.lengths[name[0]] |= 1 << min(len(name), maxFuzzyLength)
	if len(name) < minEnds {
		f.short = true
		return
	}
	n := 2
	if len(name) >= minLongEnds {
		n = 3
	}
	for _, h := range [...]uint32{hashStart(name, n), hashEnd(name, n)} {
		f.ends[h>>6] |= 1 << (h & 63)
	}
}

// hashStart returns a hash of the first n letters of a word, and hashEnd one of its first letter and
// the last n. An edit of a name changes a letter, or two that are neighbors, and not the first; so it
// leaves one of the two as it was, because the ends are apart by a letter or more.
func hashStart[T string | []byte](word T, n int) uint32 {
	h := uint32(n)
	for i := range n {
		h = bits.RotateLeft32(h, 8) ^ uint32(word[i])
	}
	return h * 0x9e3779b1 >> 16
}

func hashEnd[T string | []byte](word T, n int) uint32 {
	h := uint32(word[0]) ^ uint32(n)<<16
	for i := len(word) - n; i < len(word); i++ {
		h = bits.RotateLeft32(h, 8) ^ uint32(word[i])
	}
	return h * 0x85ebca6b >> 16
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
	if !f.short && len(word) >= minEnds-1 &&
		!(len(word) <= minLongEnds && f.hasEnd(word, 2) || len(word) >= minLongEnds-1 && f.hasEnd(word, 3)) {
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

// hasEnd reports whether a name can begin or end with the n letters with which the word does.
func (f *fuzzyIndex) hasEnd(word []byte, n int) bool {
	start, end := hashStart(word, n), hashEnd(word, n)
	return f.ends[start>>6]&(1<<(start&63)) != 0 || f.ends[end>>6]&(1<<(end&63)) != 0
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
