// SPDX-License-Identifier: Apache-2.0

// Package prefilter rejects values that cannot match an entry of a register, at the cost of one
// pass over their bytes. Nearly all values of nearly all documents are rejected.
//
// A [Filter] contains one token of each entry, which occurs in every value that matches the
// entry: "kasperskylab" of "golang/github.com/kasperskylab". A value without any of the tokens
// cannot match. The filter has false positives, which cost time, and no false negatives.
package prefilter

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/pack"
)

// A Filter is a set of tokens of ASCII letters and digits, in any case. The zero Filter is empty.
type Filter struct {
	tokens        hashSet
	tokensAgain   hashSet  // the same by another hash, so that hardly any other token is in both
	starts        hashSet  // the first three letters of the tokens
	prefixes      hashSet  // starts of the names of packages
	prefixLengths uint64   // bit n: there is a prefix of n letters
	prefixTypes   []string // the types of package URLs that have prefixes: "pypi"
}

// A hashSet is a set of hashes of up to 16 bits.
type hashSet [1024]uint64

func (s *hashSet) add(h uint32) { s[h>>6&1023] |= 1 << (h & 63) }

// code reads or writes the set as the distances between its hashes.
func (s *hashSet) code(c *pack.Coder) {
	var steps []uint64
	last := 0
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			h := i<<6 | bits.TrailingZeros64(word)
			steps = append(steps, uint64(h-last))
			last = h
		}
	}
	pack.Slice(c, &steps, (*pack.Coder).Uint)
	h := uint64(0)
	for _, step := range steps {
		h += step
		s.add(uint32(h))
	}
}

func (s *hashSet) has(h uint32) bool { return s[h>>6&1023]&(1<<(h&63)) != 0 }

// step adds a letter to the hash of a token, and finish completes the hash. Both are as cheap as
// possible, because step runs for nearly every byte of a document.
func step(h uint32, c byte) uint32 { return bits.RotateLeft32(h, 5) ^ uint32(c) }

func finish(h uint32) uint32 { return h * 0x9e3779b1 >> 12 }

// finishAgain completes another hash of the token.
func finishAgain(h uint32) uint32 { return h * 0x85ebca6b >> 15 }

func hash(token string) uint32 { return finish(steps(token)) }

func steps(token string) uint32 {
	h := uint32(0)
	for i := range len(token) {
		h = step(h, token[i])
	}
	return h
}

// splitTokens returns the tokens of a value in lower case.
func splitTokens(value string) []string {
	return strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return r >= 0x80 || ascii.Alnum[byte(r)] == 0 })
}

// commonTokens ranks words that occur in many names and identifiers: the higher the rank, the
// more documents contain the word. Words that are not ranked come first.
var commonTokens = func() map[string]int {
	ranks := make(map[string]int)
	for rank, words := range [...]string{
		`better branch center complete computer data design device devices digital electronic electronics enterprises
		forensic global group holdings industry information innovation institute integrated intelligent manufacturing memory
		mobile online planning positive products research robotics satellite semiconductor telecom telecommunication
		telecommunications united wireless beijing chengdu china guangzhou hangzhou hongkong shanghai shenzhen zhejiang`,
		`bitbucket cloud communications company corporation endpoint github gitlab golang international internet
		limited maven network networks npm nuget password pub pypi composer security services software systems technology technologies
		cn com io net org ru`,
	} {
		for _, w := range strings.Fields(words) {
			ranks[w] = rank + 1
		}
	}
	return ranks
}()

// Add adds the rarest token of an entry, the longest if several are as rare. It adds nothing for a value without ASCII
// letters, because [Filter.HasToken] accepts all values with other characters.
func (f *Filter) Add(value string) {
	best := ""
	for _, t := range splitTokens(value) {
		if d := commonTokens[best] - commonTokens[t]; best == "" || d > 0 || d == 0 && len(t) > len(best) {
			best = t
		}
	}
	if best != "" {
		f.AddToken(best)
	}
}

// AddToken adds a token in lower case.
func (f *Filter) AddToken(token string) {
	f.tokens.add(hash(token))
	f.tokensAgain.add(finishAgain(steps(token)))
	f.starts.add(hash(token[:min(len(token), maxStart)]))
}

// maxStart is the number of letters by which most tokens are rejected.
const maxStart = 3

// maxPrefix bounds the letters of a prefix: prefixLengths has a bit for each.
const maxPrefix = 63

// AddPrefix adds the start of the names of packages, with the type of their package URLs:
// "pypi/huaweicloudsdk". It reports whether the value has a name.
func (f *Filter) AddPrefix(value string) bool {
	typ, name, _ := strings.Cut(strings.ToLower(value), "/")
	tokens := splitTokens(name)
	if len(tokens) == 0 {
		return false
	}
	f.prefixTypes = append(f.prefixTypes, typ)
	f.prefixes.add(hash(tokens[0]))
	f.prefixLengths |= 1 << min(len(tokens[0]), maxPrefix)
	return true
}

// Code writes the filter, or reads what was written into an empty one.
func (f *Filter) Code(c *pack.Coder) {
	f.tokens.code(c)
	f.tokensAgain.code(c)
	f.starts.code(c)
	f.prefixes.code(c)
	c.Uint(&f.prefixLengths)
	pack.Slice(c, &f.prefixTypes, pack.String[string])
}

func (f *Filter) hasToken(h uint32) bool {
	return f.tokens.has(finish(h)) && f.tokensAgain.has(finishAgain(h))
}

// HasToken reports whether a token of the value is in the filter, or whether its bytes do not
// tell: it has other scripts, look-alikes or letters that are written as escapes.
func (f *Filter) HasToken(value []byte) bool {
	for i := 0; i < len(value); {
		c := ascii.Alnum[value[i]]
		if c == 0 {
			if plainSeparator[value[i]] {
				i++
				continue
			}
			n, hidden := separator(value[i:])
			if hidden {
				return true
			}
			i += n
			continue
		}
		h := step(0, c)
		if i+2 < len(value) {
			c1, c2 := ascii.Alnum[value[i+1]], ascii.Alnum[value[i+2]]
			if c1 != 0 && c2 != 0 {
				h = step(step(h, c1), c2)
				i += 2
				if !f.starts.has(finish(h)) { // no token starts like this
					for i++; i < len(value) && ascii.Alnum[value[i]] != 0; i++ {
					}
					continue
				}
			}
		}
		for i++; i < len(value); i++ {
			c := ascii.Alnum[value[i]]
			if c == 0 {
				break
			}
			h = step(h, c)
		}
		if f.hasToken(h) {
			return true
		}
	}
	return false
}

// plainSeparator has the separators that are one byte long and hide nothing.
var plainSeparator = func() (t [256]bool) {
	for b := range t {
		t[b] = b < 0x80 && ascii.Alnum[b] == 0 && b != '%' && b != '\\' && b != '!'
	}
	return t
}()

// separator returns the length of the separator at the start of the value. hidden reports whether
// it is a character beyond ASCII or an escape that can be a letter, or comes before a capital letter.
func separator(value []byte) (length int, hidden bool) {
	switch b := value[0]; {
	case b >= 0x80:
		return 1, true
	case b == '%' && len(value) > 2:
		high, low := ascii.HexDigit(value[1]), ascii.HexDigit(value[2])
		if high < 0 || low < 0 {
			return 1, false
		}
		c := byte(high<<4 | low)
		return 3, c >= 0x80 || c == '%' || ascii.Alnum[c] != 0 // a '%' can begin another escape
	case (b == '\\' || b == '!') && len(value) > 1: // "!z!t!e" is "ZTE" in the cache of modules of Go
		return 1, ascii.Alnum[value[1]] != 0
	}
	return 1, false
}

// HasJoined reports whether the words of the value up to some word, written as one, are in the
// filter.
func (f *Filter) HasJoined(value []byte) bool {
	h, letters := uint32(0), 0
	for i := 0; i < len(value); i++ {
		c := ascii.Alnum[value[i]]
		if c == 0 {
			if value[i] == '(' {
				i += max(names.MarkLength(value[i:]), 1) - 1
			}
			continue
		}
		h = step(h, c)
		if letters++; letters == maxStart && !f.starts.has(finish(h)) {
			return false
		}
		if (i+1 == len(value) || ascii.Alnum[value[i+1]] == 0) && f.hasToken(h) {
			return true
		}
	}
	return false
}

// HasPackagePage reports whether a URL can be on a host of the registries that have prefixes,
// pypi.org and nuget.org, and has a token that starts with a prefix.
func (f *Filter) HasPackagePage(url []byte) bool {
	if bytes.IndexByte(url, '%') >= 0 {
		return f.startsToken(url)
	}
	for rest := url; ; {
		dot := bytes.IndexByte(rest, '.')
		if dot < 0 {
			return false
		}
		if dot > 0 && len(rest) >= dot+4 && (rest[dot-1]|0x20 == 'i' || rest[dot-1]|0x20 == 't') && bytes.EqualFold(rest[dot+1:dot+4], []byte("org")) {
			return f.startsToken(url)
		}
		rest = rest[dot+1:]
	}
}

// HasPrefix reports whether a token of a package URL starts with a prefix of its type.
func (f *Filter) HasPrefix(purl []byte) bool {
	if len(purl) > 4 && purl[4] != '/' && !slices.ContainsFunc(f.prefixTypes, func(t string) bool {
		return len(purl) > 4+len(t) && bytes.EqualFold(purl[4:4+len(t)], []byte(t))
	}) {
		return false
	}
	return f.startsToken(purl)
}

// startsToken reports whether a token of the value starts with a prefix.
func (f *Filter) startsToken(value []byte) bool {
	h, n := uint32(0), 0
	for _, b := range value {
		c := ascii.Alnum[b]
		if c == 0 {
			h, n = 0, 0
			continue
		}
		h = step(h, c)
		if n++; n < maxPrefix && f.prefixLengths&(1<<n) != 0 && f.prefixes.has(finish(h)) {
			return true
		}
	}
	return false
}
