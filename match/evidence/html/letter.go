// SPDX-License-Identifier: Apache-2.0

package html

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/page"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/internal/view"
)

//go:embed letter.escaped.html
var escapedLetter string

var letterTemplate = sync.OnceValue(func() *page.Template { return parsed(escapedLetter, letterFuncs) })

var letterFuncs = page.Funcs{
	"printable": view.Printable, "versionlabel": view.VersionLabel, "versionnotes": view.VersionNotes, "empty": (*view.Letter).Empty, "why": view.LetterWhy, "plural": view.Count,
	"link": func(url string) bool { return strings.HasPrefix(url, "https://") },
}

// letterData is what the template of a letter shows.
type letterData struct {
	*view.Letter
	Greeting, NoFinding, Nothing, NoMaker, AboutTexts string
}

// LetterOptions set the form of a letter. There are none yet: a nil *LetterOptions means defaults.
type LetterOptions struct{}

// WriteLetter writes a request for clarification to the bidder as a page that prints on A4, for a
// person to complete and to send. It has what [github.com/clause76/clause76/match/evidence/text.WriteLetter]
// has. The page has no script and loads nothing.
func WriteLetter(w io.Writer, r *evidence.Report, _ *LetterOptions) error {
	if err := view.Check(r); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	data := letterData{view.NewLetter(r), view.LetterGreeting, view.LetterNoFinding, view.LetterNothing, view.LetterUnnamed, view.LetterTexts}
	if err := letterTemplate().Execute(w, "letter", data); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	return nil
}
