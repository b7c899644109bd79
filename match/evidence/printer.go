// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bufio"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/clause76/clause76/match"
)

func newPrinter(w io.Writer, opts *TableOptions) *printer {
	p := &printer{w: bufio.NewWriter(w), width: 80}
	if opts != nil {
		p.color = opts.Color
		if opts.Width > 0 {
			p.width = max(opts.Width, 40)
		}
	}
	return p
}

type printer struct {
	w      *bufio.Writer
	width  int
	color  bool
	number map[string]int // of the texts cited, by listing
	texts  []*match.Citation
}

func (p *printer) blank() { p.w.WriteByte('\n') }

func (p *printer) rule(title string) {
	p.blank()
	title = "── " + Printable(title) + " "
	p.word("1", title+strings.Repeat("─", max(0, p.width-columns(title))))
	p.blank()
}

// A painted is text with a colour. Text without one is printed as it is.
type painted struct{ color, text string }

func verdict(v string) painted {
	color := map[string]string{"ban": "1;31", "exclude": "1;35", "review": "1;33", "inconclusive": "1;36", "clear": "1;32"}[v]
	return painted{color, v}
}

func bold(text string) painted { return painted{"1", text} }

// line prints text word by word within the width, after first on the first line
// and after rest on the others. A part is a string or a painted. All of it is
// made printable here, so that no text of a document can steer the terminal; colours are
// added after that.
func (p *printer) line(first, rest string, parts ...any) {
	p.w.WriteString(first)
	col, start := columns(first), true
	for _, part := range parts {
		text, ok := part.(painted)
		if !ok {
			text.text = part.(string)
		}
		for word := range strings.FieldsSeq(Printable(text.text)) {
			if n := columns(word); !start && col+1+n > p.width {
				p.w.WriteString("\n" + rest)
				col, start = columns(rest), true
			} else if !start {
				p.w.WriteByte(' ')
				col++
			}
			for col+columns(word) > p.width { // a word longer than a line is broken
				head, tail := split(word, p.width-col)
				p.word(text.color, head)
				p.w.WriteString("\n" + rest)
				word, col = tail, columns(rest)
			}
			p.word(text.color, word)
			col, start = col+columns(word), false
		}
	}
	p.w.WriteByte('\n')
}

func (p *printer) word(color, word string) {
	if p.color && color != "" {
		word = "\x1b[" + color + "m" + word + "\x1b[0m"
	}
	p.w.WriteString(word)
}

// columns counts the columns that text takes in a terminal: two for wide
// characters of East Asian scripts, none for marks.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case r < 0x80:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// split cuts word so that its head takes at most n columns, and at least one
// character.
func split(word string, n int) (head, tail string) {
	used := 0
	for i, r := range word {
		c := runeColumns(r)
		if i > 0 && used+c > n {
			return word[:i], word[i:]
		}
		used += c
	}
	return word, ""
}
