// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// The states of a clause.
const (
	found      = "found"
	differ     = "words differ"
	unreadable = "unreadable"
	noCopy     = "no copy"
)

// state returns what the copies of a clause tell about its words.
func (w *words) state() string {
	files, readable := 0, 0
	for _, c := range w.copies {
		if c.file != "" {
			files++
		}
		if c.file != "" && c.err == nil {
			readable++
		}
	}
	switch {
	case files == 0:
		return noCopy
	case readable == 0:
		return unreadable
	case len(w.missing()) > 0 || len(w.wanted) == 0:
		return differ
	}
	return found
}

// missing returns the passages that are in no copy: those of the clause, or else of its listings.
func (w *words) missing() []*passage {
	var all []*passage
	for _, x := range w.wanted {
		if len(x.in) == 0 {
			all = append(all, x)
		}
	}
	return all
}

// count returns the number of clauses in a state.
func (k *comparison) count(state string) int {
	n := 0
	for _, w := range k.clauses {
		if w.state() == state {
			n++
		}
	}
	return n
}

// printAddresses prints the addresses of the copies that are not in the folder, as a file of options
// for curl.
func (k *comparison) printAddresses(out io.Writer) error {
	w := bufio.NewWriter(out)
	fmt.Fprint(w, "location\nfail\ngloboff\n")
	for _, c := range k.copies {
		if c.file == "" {
			fmt.Fprintf(w, "url = \"%s\"\noutput = \"%s\"\n", escape(c.address), copyName(c.address))
		}
	}
	return w.Flush()
}

// escape writes text for the inside of quotation marks in a file of options for curl.
func escape(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }

// column is where the text begins after a state.
const column = 14

// A report is printed in lines that fit a terminal.
type report struct{ w io.Writer }

// line prints a state, and text after it.
func (r report) line(state, format string, args ...any) {
	s := text.Printable(fmt.Sprintf(format, args...))
	fmt.Fprintln(r.w, strings.TrimRight(cli.Wrap(fmt.Sprintf("%-*s%s", column, state, s), cli.Width, column), " "))
}

// print prints the report: the copies, the clauses and their numbers.
func (k *comparison) print(out io.Writer) {
	w := bufio.NewWriter(out)
	defer w.Flush()
	r := report{w}
	fmt.Fprintln(w, "Copies")
	for _, c := range k.copies {
		if c.file != "" {
			k.printCopy(r, c)
		}
	}
	for _, name := range k.unknown {
		r.line("not used", "%s is the copy of no source", name)
	}
	fmt.Fprintln(w, "\nClauses")
	for _, x := range k.clauses {
		x.print(r)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, cli.Wrap(fmt.Sprintf("%s: %s %d, %s %d, %s %d, %s %d.", cli.Count(len(k.clauses), "text"),
		found, k.count(found), differ, k.count(differ), unreadable, k.count(unreadable), noCopy, k.count(noCopy)), cli.Width, 0))
}

// printCopy prints whether a copy is the one that was recorded.
func (k *comparison) printCopy(r report, c *copyFile) {
	if c.err != nil {
		r.line(unreadable, "%s: %v", c.file, c.err)
		return
	}
	last := vendors.Date("")
	for _, old := range k.record {
		switch {
		case old.Address != c.address || old.Digest == "":
		case old.Digest == c.digest:
			r.line("same", "%s, as of %s", c.file, old.Read)
			return
		default:
			last = max(last, old.Read)
		}
	}
	if last == "" {
		r.line("new", "%s, no digest is recorded", c.file)
		return
	}
	r.line("changed", "%s, since %s", c.file, last)
}

// print prints the state of a clause, and what is missing.
func (w *words) print(r report) {
	state := w.state()
	r.line(state, "%s, %s", w.key, w.locator)
	switch state {
	case noCopy, unreadable:
		var files []string
		for _, c := range w.copies {
			files = append(files, cmp.Or(c.file, copyName(c.address)))
		}
		if files == nil {
			r.line("", "its source names no address")
		} else if state == noCopy {
			r.line("", "expected %s", strings.Join(files, " or "))
		} else {
			r.line("", "in %s", strings.Join(files, " and "))
		}
	case differ:
		w.printMissing(r)
	}
}

// printMissing prints where the words of a clause differ from its copies, and which listings quote
// words that are in no copy.
func (w *words) printMissing(r report) {
	var quoted []string
	for _, x := range w.missing() {
		switch {
		case x.of != "":
			if !slices.Contains(quoted, x.of) {
				quoted = append(quoted, x.of)
			}
		case x.nearest == nil:
			r.line("", "not found, and nothing similar: %s", beginning(x.text))
		default:
			x.nearest.print(r)
		}
	}
	if len(quoted) > 0 {
		r.line("", "not found: %s", strings.Join(quoted, "; "))
	}
}

// print prints a difference. A bar marks its beginning, or its end if the words before it differ.
func (d *difference) print(r report) {
	r.line("", "in %s, the words %s the bar differ", d.file, map[bool]string{false: "after", true: "before"}[d.before])
	fmt.Fprintf(r.w, "  recorded: %s|%s\n", text.Printable(d.words[0]), text.Printable(d.words[1]))
	fmt.Fprintf(r.w, "  copy:     %s|%s\n", text.Printable(d.found[0]), text.Printable(d.found[1]))
}

// beginning returns the first characters of a text.
func beginning(s string) string {
	if r := []rune(s); len(r) > 2*shown {
		return string(r[:2*shown-1]) + "…"
	}
	return s
}

// copiesRow describes for how many of the words of a list its record has a copy.
func (k *comparison) copiesRow() string {
	read, kept := 0, 0
	for _, w := range k.clauses {
		hasCopy, hasDigest := false, false
		for _, c := range k.record {
			if slices.Contains(c.Clauses, w.key) {
				hasCopy, hasDigest = true, hasDigest || c.Digest != ""
			}
		}
		if hasCopy {
			read++
		}
		if hasDigest {
			kept++
		}
	}
	return fmt.Sprintf("%d verified clauses and versions, with the day of a copy %s, with its digest %s", len(k.clauses), share(read, len(k.clauses)), share(kept, len(k.clauses)))
}
