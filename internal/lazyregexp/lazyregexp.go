// SPDX-License-Identifier: Apache-2.0

// Package lazyregexp has regular expressions that are compiled when they are first used. There are
// more than a hundred of them, and a run uses few: to compile all when the program starts takes
// longer than to screen a small document.
package lazyregexp

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// A Regexp is a [regexp.Regexp] that is compiled on first use. It is safe for concurrent use.
type Regexp struct {
	pattern string
	once    sync.Once
	re      *regexp.Regexp
}

// inTest: in a test all patterns are compiled at once, so that it finds one that is wrong.
var inTest = len(os.Args) > 0 && strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// New returns the regular expression of a pattern, which has to be valid.
func New(pattern string) *Regexp {
	r := &Regexp{pattern: pattern}
	if inTest {
		r.compiled()
	}
	return r
}

func (r *Regexp) compiled() *regexp.Regexp {
	r.once.Do(func() { r.re = regexp.MustCompile(r.pattern) })
	return r.re
}

// String returns the pattern.
func (r *Regexp) String() string { return r.pattern }

// The following methods are those of [regexp.Regexp].

// Match reports whether b contains a match.
func (r *Regexp) Match(b []byte) bool { return r.compiled().Match(b) }

// MatchString reports whether s contains a match.
func (r *Regexp) MatchString(s string) bool { return r.compiled().MatchString(s) }

// FindString returns the text of the first match in s.
func (r *Regexp) FindString(s string) string { return r.compiled().FindString(s) }

// FindIndex returns where the first match in b is.
func (r *Regexp) FindIndex(b []byte) []int { return r.compiled().FindIndex(b) }

// FindStringIndex returns where the first match in s is.
func (r *Regexp) FindStringIndex(s string) []int { return r.compiled().FindStringIndex(s) }

// FindSubmatch returns the first match in b and its groups.
func (r *Regexp) FindSubmatch(b []byte) [][]byte { return r.compiled().FindSubmatch(b) }

// FindStringSubmatch returns the first match in s and its groups.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compiled().FindStringSubmatch(s) }

// FindStringSubmatchIndex returns where the first match in s and its groups are.
func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	return r.compiled().FindStringSubmatchIndex(s)
}

// FindAll returns the first n matches in b, all of them for -1.
func (r *Regexp) FindAll(b []byte, n int) [][]byte { return r.compiled().FindAll(b, n) }

// FindAllIndex returns where the first n matches in b are, all of them for -1.
func (r *Regexp) FindAllIndex(b []byte, n int) [][]int { return r.compiled().FindAllIndex(b, n) }

// FindAllSubmatch returns the first n matches in b and their groups, all of them for -1.
func (r *Regexp) FindAllSubmatch(b []byte, n int) [][][]byte {
	return r.compiled().FindAllSubmatch(b, n)
}

// FindAllStringSubmatch returns the first n matches in s and their groups, all of them for -1.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.compiled().FindAllStringSubmatch(s, n)
}

// ReplaceAll returns src with the matches replaced by a template.
func (r *Regexp) ReplaceAll(src, template []byte) []byte {
	return r.compiled().ReplaceAll(src, template)
}

// ReplaceAllFunc returns src with the matches replaced by what a function returns for them.
func (r *Regexp) ReplaceAllFunc(src []byte, replace func([]byte) []byte) []byte {
	return r.compiled().ReplaceAllFunc(src, replace)
}

// ReplaceAllString returns src with the matches replaced by a template.
func (r *Regexp) ReplaceAllString(src, template string) string {
	return r.compiled().ReplaceAllString(src, template)
}

// ReplaceAllStringFunc returns src with the matches replaced by what a function returns for them.
func (r *Regexp) ReplaceAllStringFunc(src string, replace func(string) string) string {
	return r.compiled().ReplaceAllStringFunc(src, replace)
}

// Split returns the texts between the first n-1 matches in s, or between all of them for -1.
func (r *Regexp) Split(s string, n int) []string { return r.compiled().Split(s, n) }
