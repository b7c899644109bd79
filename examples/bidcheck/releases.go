// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// A releaseEntry is a release of the denylist in this program.
type releaseEntry struct {
	Release string       `json:"release"`
	Date    vendors.Date `json:"date"`
	Digest  string       `json:"digest"`
	Texts   int          `json:"texts"`
	// Supersedes is the release that this one corrects, and SupersededBy the last one that corrects
	// this one.
	Supersedes   string `json:"supersedes,omitempty"`
	SupersededBy string `json:"supersededBy,omitempty"`
	Note         string `json:"note,omitempty"`
}

// A releaseList is what "bidcheck releases" prints, oldest first.
type releaseList struct {
	Current  string         `json:"current"`
	Releases []releaseEntry `json:"releases"`
}

// listReleases writes the releases in this program.
func (s *session) listReleases() int {
	list := &releaseList{Current: denylist.Current().Name()}
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			s.warn("%v", err)
			return exitUnscreened
		}
		list.Releases = append(list.Releases, releaseEntry{r.Name(), r.Date(), r.Digest(), len(r.Instruments()), r.Supersedes(), r.SupersededBy(), r.Note()})
	}
	out, write := s.outputs[0], list.writeText
	if out.form.name == "json" {
		write = list.writeJSON
	}
	if err := s.write(out, write); err != nil {
		s.warn("the list of releases could not be written: %v", err)
		return exitUnscreened
	}
	return exitClear
}

func (l *releaseList) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(l)
}

// writeText prints the list for people.
func (l *releaseList) writeText(w io.Writer) error {
	out := bufio.NewWriter(w)
	const head = "Releases of the denylist in this program. Each has what was public on its day, and never changes: a mistake is corrected by another release of the same day. Choose one with -denylist RELEASE. Without it, %s is used, also with -as-of: it has the texts of earlier days too, as they are known today."
	fmt.Fprintln(out, cli.Wrap(fmt.Sprintf(head, l.Current), cli.Width, 0))
	for i := range l.Releases {
		r := &l.Releases[i]
		words := fmt.Sprintf("%s: as of %s, %s", r.Release, r.Date, cli.Count(r.Texts, "text"))
		if r.SupersededBy != "" {
			words += "; replaced by " + r.SupersededBy
		}
		if r.Supersedes != "" {
			words += "; replaces " + r.Supersedes
		}
		fmt.Fprintln(out, "\n"+cli.Wrap(words, cli.Width, 2))
		if r.Note != "" {
			fmt.Fprintln(out, cli.Wrap("  "+text.Printable(r.Note), cli.Width, 2))
		}
	}
	return out.Flush()
}
