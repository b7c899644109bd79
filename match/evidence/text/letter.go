// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

// LetterOptions set the form of a letter. There are none yet: a nil *LetterOptions means defaults.
type LetterOptions struct{}

// blankField is a field that a person fills in.
const blankField = "____________________"

// WriteLetter writes a request for clarification to the bidder as Markdown, for a person to complete
// and to send: the parts that findings are about, with their places, and questions about them; the
// parts without a maker's name; the documents that could not be screened; and the texts, with their
// words, force and address. It asks for facts and says that it is no finding about the bidder. Text
// from documents is escaped.
func WriteLetter(w io.Writer, r *evidence.Report, _ *LetterOptions) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("text: %w", err)
	}
	x := &letter{bufio.NewWriter(w)}
	l := view.NewLetter(r)
	x.head(l)
	for i := range l.Items {
		x.item(&l.Items[i])
	}
	if l.MoreItems > 0 {
		x.printf("\nThere are questions about %s; they will follow.\n", view.Count(l.MoreItems, "more group")+" of parts")
	}
	x.unnamed(l)
	x.files(l)
	x.end(l)
	return x.w.Flush()
}

// A letter writes Markdown.
type letter struct{ w *bufio.Writer }

func (x *letter) printf(format string, args ...any) { fmt.Fprintf(x.w, format, args...) }

func (x *letter) head(l *view.Letter) {
	field := func(s string) string {
		if s == "" {
			return blankField
		}
		return escaped(s)
	}
	x.printf("# Request for clarification\n\n- Date: %s\n- Our reference: %s\n- Tender: %s\n- Lot: %s\n- Bidder: %s\n- Please answer by: %s\n\n",
		blankField, blankField, field(l.Tender), field(l.Lot), field(l.Bidder), blankField)
	x.printf("%s\n\n%s\n\n%s\n", view.LetterGreeting, escaped(view.LetterWhy(l)), escaped(view.LetterNoFinding))
	if l.Empty() {
		x.printf("\n%s\n", view.LetterNothing)
	}
}

func (x *letter) item(it *view.LetterItem) {
	x.printf("\n## %d. %s\n\n%s\n\n", it.Number, escaped(it.Title), escaped(it.Read))
	x.parts(it.Parts, it.More)
	x.printf("\n")
	for i, q := range it.Questions {
		x.printf("%d. %s\\\n   Answer: %s\n", i+1, escaped(q), blankField)
	}
	var numbers []string
	for _, n := range it.Texts {
		numbers = append(numbers, fmt.Sprintf("\\[%d\\]", n))
	}
	if len(numbers) > 0 {
		x.printf("\nWhy we ask: see %s below.\n", strings.Join(numbers, ", "))
	}
}

// parts writes a list of parts with their places.
func (x *letter) parts(parts []view.LetterPart, more int) {
	for _, p := range parts {
		x.printf("- %s, in %s at %s\n", escaped(p.Name), escaped(p.Document), escaped(p.Place))
	}
	if more > 0 {
		x.printf("- and %s\n", view.Count(more, "more part"))
	}
}

func (x *letter) unnamed(l *view.Letter) {
	if len(l.Unnamed)+l.MoreUnnamed == 0 {
		return
	}
	x.printf("\n## Parts without a maker's name\n\n%s\n\n", view.LetterUnnamed)
	x.parts(l.Unnamed, l.MoreUnnamed)
	x.printf("\nAnswer: %s\n", blankField)
}

func (x *letter) files(l *view.Letter) {
	if len(l.Files) == 0 {
		return
	}
	x.printf("\n## Documents that leave questions open\n\n")
	for _, f := range l.Files {
		x.printf("- %s: %s\n", escaped(f.Document), escaped(f.Ask))
	}
	if l.MoreFiles > 0 {
		x.printf("- and %s\n", view.Count(l.MoreFiles, "more document"))
	}
}

func (x *letter) end(l *view.Letter) {
	if len(l.Texts) > 0 {
		x.printf("\n## The texts\n\n%s\n", escaped(view.LetterTexts))
	}
	for i := range l.Texts {
		t := &l.Texts[i]
		x.printf("\n\\[%d\\] %s (%s; %s; %s). Addressed to: %s.\n\n> %s\n", t.Number, escaped(t.Name), escaped(t.Issuer), escaped(t.Force), escaped(t.Status), escaped(t.Addressees), escaped("“"+t.Quote+"”"))
		if t.Translation != "" {
			x.printf("\nIn English, translated by the makers of the list; only the original counts: “%s”\n", escaped(t.Translation))
		}
		if t.Version != nil {
			x.printf("\n%s:\n\n> %s\n", escaped(view.VersionLabel(t.Version)), escaped("“"+t.Version.Text+"”"))
			for _, n := range view.VersionNotes(t.Version) {
				x.printf("\n%s\n", escaped(n))
			}
		}
		for _, s := range t.Limits {
			x.printf("\n%s\n", escaped(s))
		}
		x.printf("\n%s\n", address(t.URL))
	}
	x.printf("\nYours faithfully,\n\n%s\n", blankField)
}

// address returns a web address as a link, or as escaped text if it is not one.
func address(url string) string {
	if strings.HasPrefix(url, "https://") && view.Printable(url) == url && !strings.ContainsAny(url, " <>\"`\\") {
		return "<" + url + ">"
	}
	return escaped(url)
}

// escaped returns text on one line, with the characters of Markdown escaped.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range view.Printable(s) {
		switch {
		case strings.ContainsRune("\\`*{}[]!|<>~&@$^=", r):
			fmt.Fprintf(&b, "&#%d;", r)
		case r == '_' || r == '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
