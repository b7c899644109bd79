// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence/text"
)

const aboutLint = "Check the list in the folder DIR, or the denylist of this program, and print how much it contains. Each mistake is printed with its file and line, and so are warnings: a listing without the text's own verb, a vendor that a clause names and that has no entry, a translation of more than the quote, a source that a reader cannot open."

// lint checks the list in a folder, or the bundled denylist.
func lint(c *call) error {
	alone := c.flags.Bool("alone", false, "the list does not extend the denylist of this program")
	if err := c.parse(aboutLint, "[DIR]"); err != nil {
		return err
	}
	if c.flags.NArg() == 0 {
		return lintBundled(c.stdout)
	}
	base := denylist.Current()
	if *alone {
		base = nil
	}
	return lintList(os.DirFS(c.flags.Arg(0)), base, c.stdout)
}

// lintList checks a list that extends base, which may be nil, and prints how much both contain.
func lintList(fsys fs.FS, base *denylist.Release, out io.Writer) error {
	mistakes := author.Lint(fsys, base)
	for _, m := range mistakes {
		fmt.Fprintln(out, text.Printable(m.String()))
	}
	if len(mistakes) > 0 {
		return fmt.Errorf("%w: %d", errMistakes, len(mistakes))
	}
	r, err := author.Load(fsys, base)
	if err != nil {
		return err
	}
	for _, w := range author.Warnings(fsys, base) {
		fmt.Fprintln(out, text.Printable("warning: "+w.String()))
	}
	k, err := newComparison(fsys, base)
	if err != nil {
		return err
	}
	printCounts(out, r, k)
	return nil
}

// lintBundled opens every release of this program, which checks it, and checks the files that
// releases are made from.
func lintBundled(out io.Writer) error {
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			return err
		}
		corrects := ""
		if r.Supersedes() != "" {
			corrects = "  corrects " + r.Supersedes()
		}
		fmt.Fprintf(out, "release %s  %s  %s%s\n", name, r.Digest(), cli.Count(len(r.Instruments()), "instrument"), corrects)
	}
	fmt.Fprintln(out)
	return lintList(author.Sources(), nil, out)
}

// counts are how much a release contains. A tally is by kind.
type counts struct {
	clauses, verifiedClauses   int
	dated, versions            int // clauses with words that began later or ended; texts in other languages
	edited                     int // listings with editions
	listings, verifiedListings int
	excluded, context          int
	families, identifiers      int

	force, jurisdiction                          tally // of instruments
	basis, listingForce, action, effect, reasons tally
	withCodes                                    int   // instruments
	bound, advised, throughContract              tally // addressee codes
	grades                                       tally // of versions, by grade and language
}

type tally map[string]int

func countOf(r *denylist.Release) *counts {
	n := &counts{force: tally{}, jurisdiction: tally{}, basis: tally{}, listingForce: tally{}, action: tally{}, effect: tally{}, reasons: tally{}, bound: tally{}, advised: tally{}, throughContract: tally{}, grades: tally{}}
	for _, in := range r.Instruments() {
		n.force[string(in.Force)]++
		n.jurisdiction[in.Jurisdiction]++
		n.countCodes(in)
		n.countClauses(in)
		n.listings += len(in.Listings)
		for _, l := range in.Listings {
			if l.Verified {
				n.verifiedListings++
			}
			if len(l.Editions) > 0 {
				n.edited++
			}
			n.basis[l.Basis]++
			n.listingForce[string(in.Force)]++
			n.action[string(l.Action)]++
			n.effect[string(l.Effect)]++
		}
		n.excluded += len(in.Excluded)
		for _, x := range in.Excluded {
			n.reasons[x.Reason]++
		}
		n.context += len(in.Context)
	}
	for v := range r.Register().All() {
		n.families++
		n.identifiers += len(v.Identifiers)
	}
	return n
}

// countClauses counts the clauses of an instrument, their editions and their versions.
func (n *counts) countClauses(in *denylist.Instrument) {
	n.clauses += len(in.Clauses)
	for _, c := range in.Clauses {
		if c.Verified {
			n.verifiedClauses++
		}
		if c.From != "" || c.Until != "" {
			n.dated++
		}
		n.versions += len(c.Versions)
		for _, v := range c.Versions {
			n.grades[v.Grade+" "+v.Language]++
		}
	}
}

// countCodes counts the codes for whom an instrument speaks to.
func (n *counts) countCodes(in *denylist.Instrument) {
	if len(in.Bound)+len(in.Advised)+len(in.ThroughContract) > 0 {
		n.withCodes++
	}
	for _, list := range []struct {
		codes []string
		tally tally
	}{{in.Bound, n.bound}, {in.Advised, n.advised}, {in.ThroughContract, n.throughContract}} {
		for _, code := range list.codes {
			list.tally[code]++
		}
	}
}

// printCounts prints how much a release contains, and for how much of a list copies are recorded.
func printCounts(out io.Writer, r *denylist.Release, k *comparison) {
	n := countOf(r)
	row := func(name, format string, args ...any) {
		const column = 14
		fmt.Fprintln(out, cli.Wrap(fmt.Sprintf("%-*s%s", column, name, fmt.Sprintf(format, args...)), cli.Width, column))
	}
	row("release", "%s of %s", r.Name(), r.Date())
	row("instruments", "%d: %s", len(r.Instruments()), n.force)
	row("jurisdictions", "%s", n.jurisdiction)
	row("addressees", "codes in %s", share(n.withCodes, len(r.Instruments())))
	row("  bound", "%s", n.bound)
	row("  advised", "%s", n.advised)
	row("  by contract", "%s", n.throughContract)
	row("clauses", "%d, verified %s", n.clauses, share(n.verifiedClauses, n.clauses))
	row("  editions", "%d with words of other days, cited by %s", n.dated, cli.Count(n.edited, "listing"))
	row("  versions", "%d: %s", n.versions, n.grades)
	row("  copies", "%s", k.copiesRow())
	row("listings", "%d, verified %s", n.listings, share(n.verifiedListings, n.listings))
	row("  by basis", "%s", n.basis)
	row("  by force", "%s", n.listingForce)
	row("  by action", "%s", n.action)
	row("  by effect", "%s", n.effect)
	row("excluded", "%d: %s", n.excluded, n.reasons)
	row("context", "%d entries", n.context)
	row("register", "%d families, %d identifiers", n.families, n.identifiers)
}

func share(n, of int) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d %%)", n, n*100/of)
}

// String returns the counts, the greatest first.
func (t tally) String() string {
	keys := slices.Sorted(maps.Keys(t))
	slices.SortStableFunc(keys, func(a, b string) int { return t[b] - t[a] })
	var words []string
	for _, k := range keys {
		words = append(words, fmt.Sprintf("%s %d", k, t[k]))
	}
	return strings.Join(words, ", ")
}
