// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

const aboutTable = `Print the instruments of a release as a table in Markdown, for people: what
each text asks about which vendor, whom it addresses and whether it binds.
RELEASE is the name of a release in this program, or a file; default: the newest.`

// table prints the instruments of a release as a table in Markdown.
func table(c *call) error {
	if err := c.parse(aboutTable, "[RELEASE]"); err != nil {
		return err
	}
	release := denylist.Current()
	if c.flags.NArg() == 1 {
		var err error
		if release, err = openRelease(c.flags.Arg(0)); err != nil {
			return err
		}
	}
	w := bufio.NewWriter(c.stdout)
	err := writeTable(w, release)
	if c.flags.NArg() == 0 {
		err = errors.Join(err, writeReleases(w))
	}
	return errors.Join(err, w.Flush())
}

// writeReleases writes a table of the releases in this program, oldest first.
func writeReleases(w io.Writer) error {
	_, err := fmt.Fprint(w, releasesHead)
	for _, name := range denylist.Names() {
		r, e := denylist.Open(name)
		if e != nil {
			return e
		}
		_, e = fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", name, r.Date(), cell(r.Note()), r.Supersedes(), r.SupersededBy())
		err = cmp.Or(err, e)
	}
	return err
}

const releasesHead = `
## Releases

Releases are never changed. A mistake in one is corrected by another release of the same day; the old
one can still be opened, and [history.txt](data/history.txt) has the digest of each.

| release | day | note | replaces | replaced by |
|---|---|---|---|---|
`

// writeTable writes the table: by jurisdiction, then by the day of the first event.
func writeTable(w io.Writer, r *denylist.Release) error {
	all := r.Instruments()
	slices.SortStableFunc(all, func(a, b *denylist.Instrument) int {
		return cmp.Or(strings.Compare(a.Jurisdiction, b.Jurisdiction), strings.Compare(string(firstDay(a)), string(firstDay(b))))
	})
	n := 0
	for _, in := range all {
		n += len(in.Listings)
	}
	_, err := fmt.Fprintf(w, tableHead, r.Name(), len(all), len(r.Jurisdictions()), n)
	for _, in := range all {
		_, e := fmt.Fprintf(w, "| %s | %s | [%s](%s) | %s | %s | %s | %s |\n", in.Jurisdiction, firstDay(in), cell(cmp.Or(in.Short, in.Title)), in.URL, bindingWords(in), cell(in.Addressees), cell(asks(in)), status(r, in))
		err = cmp.Or(err, e)
	}
	return err
}

const tableHead = `# The denylist in one table

Release %s has %d instruments of %d jurisdictions with %d listings. This page is written by
` + "`go run ./examples/listkeeper table`" + `, and a test compares it with the newest release. Titles,
dates, words and sources are in [author/data/instruments](author/data/instruments), and the copies
that the words were compared with in [author/data/copies.json](author/data/copies.json). "Asks" is our
class for what a text asks, beside each vendor that it lists; an entry in brackets is a vendor that was
looked at and is not listed.

| | since | text | force | addressed to | asks | status |
|---|---|---|---|---|---|---|
`

func firstDay(in *denylist.Instrument) vendors.Date {
	if len(in.Events) == 0 {
		return ""
	}
	return in.Events[0].Date
}

func bindingWords(in *denylist.Instrument) string {
	if in.Binding {
		return string(in.Force) + ", binding"
	}
	return string(in.Force)
}

// asks returns what an instrument asks: the vendors by action, and in brackets those that it does
// not list.
func asks(in *denylist.Instrument) string {
	var actions []string
	byAction := make(map[string][]string)
	add := func(action string, vendor vendors.ID) {
		if byAction[action] == nil {
			actions = append(actions, action)
		}
		if !slices.Contains(byAction[action], string(vendor)) {
			byAction[action] = append(byAction[action], string(vendor))
		}
	}
	for i := range in.Listings {
		add(string(in.Listings[i].Action), in.Listings[i].Vendor)
	}
	var not []string
	for i := range in.Excluded {
		if v := string(in.Excluded[i].Vendor); !slices.Contains(not, v) {
			not = append(not, v)
		}
	}
	var all []string
	for _, a := range actions {
		all = append(all, a+": "+strings.Join(byAction[a], ", "))
	}
	if len(not) > 0 {
		all = append(all, "("+strings.Join(not, ", ")+")")
	}
	return strings.Join(all, "; ")
}

// status returns the status of an instrument on the day of the release.
func status(r *denylist.Release, in *denylist.Instrument) string {
	switch e := (denylist.Entry{Instrument: in}); {
	case len(in.Listings) > 0:
		e.Listing = &in.Listings[0]
		return e.Status(r.Date())
	case len(in.Excluded) > 0:
		e.Excluded = &in.Excluded[0]
		return e.Status(r.Date())
	}
	return ""
}

// cell returns text for a cell of a table in Markdown.
func cell(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }
