// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

// lint checks the embedded denylist, or the list in a folder, and counts what it has.
func lint(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	alone := flags.Bool("alone", false, "the list is not layered over the embedded one")
	if len(args) == 0 || strings.HasPrefix(args[len(args)-1], "-") {
		if err := parse(flags, args); err != nil {
			return err
		}
		return lintEmbedded(out)
	}
	if err := parse(flags, args, "DIR"); err != nil {
		return err
	}
	base := denylist.Current()
	if *alone {
		base = nil
	}
	return lintList(os.DirFS(flags.Arg(0)), base, out)
}

// lintList checks a list over base, which may be nil, and counts what both have.
func lintList(fsys fs.FS, base *denylist.Release, out io.Writer) error {
	faults := author.Lint(fsys, base)
	for _, f := range faults {
		fmt.Fprintln(out, f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %d", errFaults, len(faults))
	}
	r, err := author.Load(fsys, base)
	if err != nil {
		return err
	}
	count(out, r)
	return nil
}

// lintEmbedded opens every embedded release, which checks it, and lints the files that
// releases are cut from.
func lintEmbedded(out io.Writer) error {
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "release %s  %s  %d instruments\n", name, r.Digest(), len(r.Instruments()))
	}
	fmt.Fprintln(out)
	return lintList(author.Sources(), nil, out)
}

// count prints what a release has.
func count(out io.Writer, r *denylist.Release) {
	clauses, verifiedClauses, listings, verified, excluded, context := 0, 0, 0, 0, 0, 0
	by := map[string]map[string]int{"basis": {}, "listed by": {}, "force": {}, "action": {}, "effect": {}, "jurisdiction": {}, "reason": {}}
	for _, in := range r.Instruments() {
		by["force"][string(in.Force)]++
		by["jurisdiction"][in.Jurisdiction]++
		for _, c := range in.Clauses {
			clauses++
			if c.Verified {
				verifiedClauses++
			}
		}
		for _, l := range in.Listings {
			listings++
			if l.Verified {
				verified++
			}
			by["basis"][string(l.Basis)]++
			by["listed by"][string(in.Force)]++
			by["action"][string(l.Action)]++
			by["effect"][string(l.Effect)]++
		}
		for _, x := range in.Excluded {
			excluded++
			by["reason"][string(x.Reason)]++
		}
		context += len(in.Context)
	}
	families, identifiers := 0, 0
	for v := range r.Register().All() {
		families++
		identifiers += len(v.Identifiers)
	}
	row := func(name, format string, args ...any) {
		fmt.Fprintln(out, wrap(fmt.Sprintf("%-14s%s", name, fmt.Sprintf(format, args...)), 14))
	}
	row("release", "%s of %s", r.Name(), r.Date())
	row("instruments", "%d: %s", len(r.Instruments()), tally(by["force"]))
	row("jurisdictions", "%s", tally(by["jurisdiction"]))
	row("clauses", "%d, verified %s", clauses, share(verifiedClauses, clauses))
	row("listings", "%d, verified %s", listings, share(verified, listings))
	row("  by basis", "%s", tally(by["basis"]))
	row("  by force", "%s", tally(by["listed by"]))
	row("  by action", "%s", tally(by["action"]))
	row("  by effect", "%s", tally(by["effect"]))
	row("excluded", "%d: %s", excluded, tally(by["reason"]))
	row("context", "%d entries", context)
	row("register", "%d families, %d identifiers", families, identifiers)
}

// wrap breaks a line at spaces, so that it fits 80 columns, and indents what follows.
func wrap(line string, indent int) string {
	out := ""
	for len(line) > 80 {
		at := strings.LastIndexByte(line[:80], ' ')
		if at <= indent {
			break
		}
		out += line[:at] + "\n"
		line = strings.Repeat(" ", indent) + line[at+1:]
	}
	return out + line
}

func share(n, of int) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d %%)", n, n*100/of)
}

// tally prints counts, the greatest first.
func tally(counts map[string]int) string {
	keys := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(keys, func(a, b string) int { return counts[b] - counts[a] })
	var words []string
	for _, k := range keys {
		words = append(words, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(words, ", ")
}
