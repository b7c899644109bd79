// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/clause76/clause76/match/denylist"
)

// TableOptions set how [Report.WriteTable] prints. A nil *TableOptions means
// defaults.
type TableOptions struct {
	Width int  // columns; default 80, at least 40
	Color bool // ANSI colours, for a terminal
}

// WriteTable writes the report for people: one line a finding, then for each
// listing its words, what it is, whom it addresses and where it stands. What was
// only observed follows, and coverage and what could not be screened come last.
// Characters that could steer a terminal are replaced.
func (r *Report) WriteTable(w io.Writer, opts *TableOptions) error {
	p := &printer{w: bufio.NewWriter(w), width: 80}
	if opts != nil {
		p.color = opts.Color
		if opts.Width > 0 {
			p.width = max(opts.Width, 40)
		}
	}
	p.report(r)
	return p.w.Flush()
}

type printer struct {
	w     *bufio.Writer
	width int
	color bool
}

func (p *printer) report(r *Report) {
	asOf := r.Denylist.AsOf
	p.line("", "", "clause76: denylist release "+r.Denylist.Release+", judged as of "+asOf)
	if len(r.Options.Jurisdictions) > 0 {
		p.line("", "", "Jurisdictions: "+strings.Join(r.Options.Jurisdictions, ", ")+" only")
	}
	p.line("", "", "A finding is for a person to decide on. It is no legal advice.")
	for i := range r.Documents {
		p.document(&r.Documents[i])
	}
	p.coverage(r)
}

func (p *printer) document(d *Document) {
	p.blank()
	p.rule(d.Path)
	format := strings.TrimSpace(d.Format + " " + d.SpecVersion)
	if format == "" {
		format = "format not recognised"
	}
	p.line("", "", verdict(d.Verdict), format)
	if d.Error != nil {
		p.blank()
		p.line("  ", "  ", painted{"31", "COULD NOT BE SCREENED"}, "("+d.Error.Kind+")")
		p.line("  ", "  ", d.Error.Message)
		return
	}
	for _, f := range d.Findings {
		p.finding(&f)
	}
	p.observations(d.Observations)
	if len(d.Warnings) > 0 {
		p.blank()
		p.line("  ", "  ", bold("Warnings"))
		for i, w := range d.Warnings {
			if i == 10 {
				p.line("  - ", "    ", fmt.Sprintf("and %d more; see the JSON report", len(d.Warnings)-i))
				break
			}
			p.line("  - ", "    ", w.Message+place(w.Location))
		}
	}
	p.blank()
	c := d.Coverage
	p.line("  ", "  ", bold("Coverage"), fmt.Sprintf("%d components; %d with a vendor identity, %d without; %d with a supplier, %d with a package URL",
		c.Components, c.Identified, c.Unidentified, c.WithSupplier, c.WithPURL))
	if c.Malformed > 0 {
		p.line("  ", "  ", painted{"33", "Not screened:"}, fmt.Sprintf("%d fields or elements could not be read", c.Malformed))
	}
}

func (p *printer) finding(f *Finding) {
	p.blank()
	p.line("", "        ", verdict(f.Verdict), bold(component(&f.Component)), "— "+f.Vendor.Name+", "+f.Tier)
	for _, a := range f.Attributions {
		p.line("  by  ", "      ", attribution(&a))
	}
	if f.Note != "" {
		p.line("  note  ", "        ", f.Note)
	}
	for _, c := range f.Citations {
		p.citation(&c)
	}
	if len(f.Context) > 0 {
		p.line("  ", "  ", "Other facts, which the verdict does not use:")
		for _, x := range f.Context {
			p.line("    "+x.Date+"  ", "                ", x.Text)
		}
	}
}

func component(c *Component) string {
	name := c.Name
	if c.Group != "" {
		name = c.Group + " " + name
	}
	return strings.TrimSpace(name + " " + c.Version)
}

func attribution(a *Attribution) string {
	s := fmt.Sprintf("%s %q", a.Role, a.Value)
	if a.Matched != "" && !strings.EqualFold(a.Matched, a.Value) {
		s += " ~ " + a.Matched
	}
	if a.Rule != "" {
		s += " (" + a.Rule + ", " + a.Tier + ")"
	}
	if a.Caveat != "" {
		s += "; " + a.Caveat
	}
	return s + place(a.Location)
}

func place(l Location) string {
	switch {
	case l.Pointer == "":
		return ""
	case l.Offset < 0:
		return " at " + l.Pointer
	}
	return fmt.Sprintf(" at %s (byte %d)", l.Pointer, l.Offset)
}

// citation prints force, binding and addressee first, then the words.
func (p *printer) citation(c *denylist.Citation) {
	p.line("  * ", "    ", painted{"36", force(c)}, c.Title)
	p.line("    ", "    ", standing(c))
	if c.Quote != "" {
		p.line("    ", "    ", c.Clause+": “"+c.Quote+"” ["+c.Language+"]")
	}
	if s := c.Scope; s != nil {
		if s.Limit != "" {
			p.line("    ", "    ", "Limited to: “"+s.Limit+"”")
		}
		for _, x := range s.Exceptions {
			p.line("    ", "    ", "Except: “"+x+"”")
		}
	}
	if c.Note != "" {
		p.line("    ", "    ", "Note: "+c.Note)
	}
	p.line("    ", "    ", c.URL)
}

func force(c *denylist.Citation) string {
	return "[" + c.Jurisdiction + " " + string(c.Force) + "]"
}

func standing(c *denylist.Citation) string {
	s := "not binding"
	if c.Binding {
		s = "binding"
	}
	s += "; addressed to " + c.Addressees + "; " + c.Status
	if c.Action == "" {
		return s
	}
	s += fmt.Sprintf("; action %s, effect %s", c.Action, c.Effect)
	switch c.Basis {
	case denylist.Example:
		s += "; named as an example"
	case denylist.Named:
		s += "; named"
	case denylist.Covered:
		s += "; covered by its definition"
	}
	if c.Inferred {
		s += "; components inside other products are not addressed: inferred"
	}
	return s
}

// observations prints one line for each observation and the citations' places.
func (p *printer) observations(os []Finding) {
	if len(os) == 0 {
		return
	}
	p.blank()
	p.line("  ", "  ", bold("Observed, not found"))
	const most = 40
	for i := range os {
		if i == most {
			p.line("  - ", "    ", fmt.Sprintf("and %d more; see the JSON report", len(os)-most))
			break
		}
		o := &os[i]
		p.line("  - ", "    ", component(&o.Component)+" — "+o.Vendor.Name+": "+o.Reason)
		for _, c := range o.Citations {
			s := c.Title + ", " + c.Clause + " (" + c.Status + ")"
			switch {
			case o.Reason == "notNamed" || o.Reason == "criterionOnly" || o.Reason == "lifted":
				s += ": " + c.Note
			case o.Reason == "outOfScope" && c.Scope != nil && c.Scope.Limit != "":
				s += ": limited to “" + c.Scope.Limit + "”"
			case o.Reason == "outOfDepth":
				s += ": " + o.Note
			}
			p.line("      ", "      ", s)
		}
		if len(o.Citations) == 0 && o.Note != "" {
			p.line("      ", "      ", o.Note)
		}
	}
}

func (p *printer) coverage(r *Report) {
	p.blank()
	p.rule("All documents")
	failed := 0
	for _, d := range r.Documents {
		if d.Error != nil {
			failed++
		}
	}
	p.line("", "", verdict(r.Verdict), fmt.Sprintf("%d documents, %d could not be screened", len(r.Documents), failed))
	c := r.Coverage
	p.line("", "", fmt.Sprintf("Coverage: %d components; %d with a vendor identity, %d without; %d with a supplier, %d with a package URL; %d fields or elements unreadable",
		c.Components, c.Identified, c.Unidentified, c.WithSupplier, c.WithPURL, c.Malformed))
	switch {
	case !c.Complete:
		p.line("", "", "Not everything was read to its end: nothing is known of what was not read.")
	case c.Unidentified > 0:
		p.line("", "", fmt.Sprintf("About the %d components without a vendor identity nothing is known; they are not clear of any vendor.", c.Unidentified))
	}
}

func (p *printer) blank() { p.w.WriteByte('\n') }

func (p *printer) rule(title string) {
	title = clean(title)
	p.word("1", "── "+title+" ")
	for n := columns(title) + 4; n < p.width; n++ {
		p.w.WriteString("─")
	}
	p.w.WriteByte('\n')
}

// A painted is text with a colour. Text without one is printed as it is.
type painted struct{ color, text string }

func verdict(v string) painted {
	color := map[string]string{"ban": "1;31", "exclude": "1;35", "review": "1;33", "inconclusive": "1;36", "clear": "1;32"}[v]
	return painted{color, strings.ToUpper(v)}
}

func bold(text string) painted { return painted{"1", text} }

// line prints text word by word within the width, behind first on the first line
// and behind rest on the others. A part is a string or a painted. All of it is
// cleaned here, so that no text of a document can steer the terminal; colours are
// added behind that.
func (p *printer) line(first, rest string, parts ...any) {
	p.w.WriteString(first)
	col, start := columns(first), true
	for _, part := range parts {
		text, ok := part.(painted)
		if !ok {
			text.text = part.(string)
		}
		for word := range strings.FieldsSeq(clean(text.text)) {
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

// clean replaces what could steer a terminal: control characters, and the
// invisible characters that reorder text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return '�'
		}
		return r
	}, s)
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
