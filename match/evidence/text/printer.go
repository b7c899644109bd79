// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bufio"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

func newPrinter(w io.Writer, opts *Options) *printer {
	p := &printer{w: bufio.NewWriter(w), width: 80}
	if opts != nil {
		p.color = opts.Color
		if opts.Width > 0 {
			p.width = max(opts.Width, 40)
		}
	}
	return p
}

// A printer writes lines within a width. It numbers the texts that findings cite.
type printer struct {
	w      *bufio.Writer
	width  int
	color  bool
	number map[string]int // of a cited text, by listing
	texts  []*match.Citation
	buyer  *denylist.Buyer // of the report, or nil
	// cutLines counts the questions of a summary that are cut.
	cutLines int
}

func (p *printer) blank() { p.w.WriteByte('\n') }

// rule prints a heading.
func (p *printer) rule(title string) {
	p.blank()
	title = "── " + view.Printable(title) + " "
	p.word("1", title+strings.Repeat("─", max(0, p.width-columns(title))))
	p.blank()
}

// A painted is text with a color, as parameters of an ANSI sequence.
type painted struct{ color, text string }

var colors = map[match.Verdict]string{match.Ban: "1;31", match.Exclude: "1;35", match.Review: "1;33", match.Inconclusive: "1;36", match.Clear: "1;32"}

func verdict(v match.Verdict) painted { return painted{colors[v], v.String()} }

func bold(text string) painted { return painted{"1", text} }

// line prints text word by word within the width, after first on the first line
// and after rest on the others. A part is a string or a painted. The text is
// made printable here, so that no text of a document can control the terminal; colors are
// added after that.
func (p *printer) line(first, rest string, parts ...any) {
	p.w.WriteString(first)
	p.words(columns(first), rest, parts...)
}

// source prints where a fact is from. An address stays on one line, so that it can be followed.
func (p *printer) source(indent, text string) {
	col := 0
	for word := range strings.FieldsSeq(view.Printable(text)) {
		switch n := columns(word); {
		case col == 0:
			p.w.WriteString(indent + word)
			col = columns(indent) + n
		case col+1+n > p.width:
			p.w.WriteString("\n" + indent + word)
			col = columns(indent) + n
		default:
			p.w.WriteString(" " + word)
			col += 1 + n
		}
	}
	p.w.WriteByte('\n')
}

// words prints the words of a line that has so many columns already, see line.
func (p *printer) words(col int, rest string, parts ...any) {
	start := true
	for _, part := range parts {
		text, ok := part.(painted)
		if !ok {
			text.text = part.(string)
		}
		for word := range strings.FieldsSeq(view.Printable(text.text)) {
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

// columns returns the number of columns of text on a terminal: two for wide
// characters of East Asian scripts, none for combining marks.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
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
