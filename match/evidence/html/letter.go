// SPDX-License-Identifier: Apache-2.0

package html

import (
	"bufio"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

//go:embed letter.html
var letterPage string

var letterTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("letter").Funcs(template.FuncMap{
		"printable": view.Printable, "why": view.LetterWhy, "plural": view.Count,
		"link": func(url string) bool { return strings.HasPrefix(url, "https://") },
	}).Parse(letterPage))
})

// LetterOptions set the form of a letter. There are none yet: a nil *LetterOptions means defaults.
type LetterOptions struct{}

// WriteLetter writes a request for clarification to the bidder as a page that prints on A4, for a
// person to complete and to send. It has what [github.com/clause76/clause76/match/evidence/text.WriteLetter]
// has. The page has no script and loads nothing.
func WriteLetter(w io.Writer, r *evidence.Report, _ *LetterOptions) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	out := bufio.NewWriter(w)
	data := struct {
		*view.Letter
		Greeting, NoFinding, Nothing, NoMaker, AboutTexts string
	}{view.NewLetter(r), view.LetterGreeting, view.LetterNoFinding, view.LetterNothing, view.LetterUnnamed, view.LetterTexts}
	if err := letterTemplate().Execute(out, data); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return out.Flush()
}
