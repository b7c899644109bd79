// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// gap separates passages of a clause that do not follow one another in the original.
const gap = "[…]"

// passages returns the passages of the words of a clause.
func passages(words string) []string {
	var all []string
	for p := range strings.SplitSeq(words, gap) {
		if p = fold(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// typography maps characters that typesetting chooses to plain ones. "" removes a character.
var typography = map[rune]string{
	'\u00AD': "", '\u200B': "", '\u200C': "", '\u200D': "", '\u2060': "", '\uFEFF': "", // soft hyphen and characters without width
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '`': "'", '´': "'", '‹': "'", '›': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': `"`, '»': `"`,
	'\u2010': "-", '\u2011': "-", '\u2012': "-", '–': "-", '—': "-", '\u2015': "-", '\u2212': "-",
	'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st",
	'…': "...",
	'†': "", '‡': "", '*': "", '^': "", '¹': "", '²': "", '³': "", // marks of footnotes
}

// mark matches signs that are marks of footnotes if they are at the end of a word.
var mark = regexp.MustCompile(`(^|[\p{L}\p{P}\s])[#£±]+(\s|$)`)

// fold returns a text with single spaces and plain characters, without marks of footnotes. Two single
// quotes are a double one, as in texts of the US Government Publishing Office.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFC.String(mark.ReplaceAllString(s, "$1$2")) {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		plain, ok := typography[r]
		switch {
		case !ok:
			plain = string(r)
		case plain == "":
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteString(plain)
	}
	return strings.ReplaceAll(b.String(), "''", `"`)
}

// A page is the text of a copy, ready for comparisons, which ignore white space: it is lost and
// added between the elements and the lines of a text.
type page struct {
	text  string // folded
	dense string // without spaces
	// hyphens is the text without spaces and hyphens, if words are divided at ends of lines.
	hyphens string
}

// divided matches a word that is divided at the end of a line.
var divided = regexp.MustCompile(`\p{L}[-\x{2010}][ \t]*\r?\n\s*\p{Ll}`)

func newPage(text string, isPlain bool) *page {
	p := &page{text: fold(text)}
	p.dense = without(p.text, " ")
	if isPlain && divided.MatchString(text) {
		p.hyphens = without(p.text, " -")
	}
	return p
}

// without returns a text without some characters.
func without(s, characters string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(characters, r) {
			return -1
		}
		return r
	}, s)
}

// has reports whether a passage, which is folded, is in the page as whole words.
func (p *page) has(passage string) bool {
	return p.hasIn(p.dense, passage, " ") || p.hyphens != "" && p.hasIn(p.hyphens, passage, " -")
}

// hasIn looks for a passage in the text of a page without some characters.
func (p *page) hasIn(dense, passage, ignored string) bool {
	words := without(passage, ignored)
	if words == "" {
		return false
	}
	at := place{text: p.text, ignored: ignored}
	for start := 0; ; {
		i := strings.Index(dense[start:], words)
		if i < 0 {
			return false
		}
		i += start
		from := at.of(i)
		end := at // the end of this match can be after the start of the next one
		to := end.of(i + len(words))
		if isBoundary(p.text, from) && isBoundary(p.text, to) {
			return true
		}
		_, size := utf8.DecodeRuneInString(dense[i:])
		start = i + size
	}
}

// A place finds places in a text by places in the same text without some characters, in order.
type place struct {
	text, ignored string
	dense, offset int
}

// of returns the place after the first n bytes that are not ignored.
func (a *place) of(n int) int {
	for a.dense < n {
		if strings.IndexByte(a.ignored, a.text[a.offset]) < 0 {
			a.dense++
		}
		a.offset++
	}
	return a.offset
}

// isBoundary reports whether a word can begin or end at a place in a text.
func isBoundary(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	isWord := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}
	return !isWord(before) || !isWord(after)
}

// A difference shows where a passage and the nearest words of a copy begin to differ, or where they are
// the same again.
type difference struct {
	file         string
	same         int // bytes in common
	before       bool
	words, found [2]string // before and after the place
}

const (
	leastSame = 12 // bytes that a passage has in common with the words nearest to it, at least
	tries     = 16 // places in a passage at which a search begins
	shown     = 30 // characters on each side of the place
)

// nearest returns the first difference between a passage, which is not in the page, and the words that
// have most in common with it. Without such words it returns nil.
func (p *page) nearest(passage string) *difference {
	words := without(passage, " ")
	starts := wordStarts(passage)
	best, at, length := 0, -1, leastSame-1
	for _, start := range starts {
		if n, i := longest(p.dense, words[start:]); n > length {
			best, at, length = start, i, n
		}
		if best == 0 && at >= 0 {
			break // the beginning is the same
		}
	}
	if at < 0 {
		return nil
	}
	d := &difference{same: length, before: best > 0}
	inWords, inPage := best+length, at+length
	if d.before {
		inWords, inPage = best, at
		for inWords > 0 && inPage > 0 && words[inWords-1] == p.dense[inPage-1] {
			inWords, inPage = inWords-1, inPage-1
		}
		for inWords < len(words) && !utf8.RuneStart(words[inWords]) {
			inWords, inPage = inWords+1, inPage+1
		}
	}
	d.words = around(passage, inWords)
	d.found = around(p.text, inPage)
	return d
}

// wordStarts returns places in a passage without its spaces at which words begin: the beginning, and
// some others.
func wordStarts(passage string) []int {
	var all []int
	n := 0
	for w := range strings.SplitSeq(passage, " ") {
		all = append(all, n)
		n += len(w)
	}
	step := (len(all) + tries - 1) / tries
	var some []int
	for i := 0; i < len(all); i += step {
		some = append(some, all[i])
	}
	return some
}

// longest returns the length of the longest beginning of the words that a text has, and its place.
func longest(text, words string) (length, at int) {
	at = -1
	low, high := 0, len(words)+1 // the text has words[:low] and does not have words[:high]
	for high-low > 1 {
		middle := (low + high) / 2
		if i := strings.Index(text, words[:middle]); i >= 0 {
			low, at = middle, i
		} else {
			high = middle
		}
	}
	for low > 0 && low < len(words) && !utf8.RuneStart(words[low]) {
		low--
	}
	return low, at
}

// around returns the characters before and after a place, which counts bytes without spaces.
func around(text string, dense int) [2]string {
	at := place{text: text, ignored: " "}
	i := at.of(dense)
	before := []rune(text[max(0, i-4*shown):i])
	after := []rune(text[i:min(len(text), i+4*shown)])
	if n := len(before); n > shown {
		before = append([]rune("…"), before[n-shown+1:]...)
	}
	if len(after) > shown {
		after = append(slices.Clone(after[:shown-1]), '…')
	}
	return [2]string{string(before), string(after)}
}
