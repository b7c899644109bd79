// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// lint checks the embedded denylist, or the list in a folder, and counts what it has.
func lint(args []string, out io.Writer) error {
	fs := flag.NewFlagSet("lint", flag.ContinueOnError)
	alone := fs.Bool("alone", false, "the list is not layered over the embedded one")
	if len(args) == 0 || strings.HasPrefix(args[len(args)-1], "-") {
		if err := parse(fs, args); err != nil {
			return err
		}
		return lintEmbedded(out)
	}
	if err := parse(fs, args, "DIR"); err != nil {
		return err
	}
	base := denylist.Current()
	if *alone {
		base = nil
	}
	dir := os.DirFS(fs.Arg(0))
	faults := denylist.Lint(dir, base)
	for _, f := range faults {
		fmt.Fprintln(out, f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %d", errFaults, len(faults))
	}
	r, err := denylist.Load(dir, base)
	if err != nil {
		return err
	}
	count(out, r)
	return nil
}

// lintEmbedded opens every embedded release, which checks it, and lints the register.
func lintEmbedded(out io.Writer) error {
	for _, name := range denylist.Names() {
		r, err := denylist.Open(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "release %s  %s  %d instruments\n", name, r.Digest(), len(r.Instruments()))
	}
	if err := vendors.Lint(vendors.BundledData()); err != nil {
		return err
	}
	fmt.Fprintln(out)
	count(out, denylist.Current())
	return nil
}

// count prints what a release has.
func count(out io.Writer, r *denylist.Release) {
	clauses, verifiedClauses, listings, verified, excluded, context := 0, 0, 0, 0, 0, 0
	by := map[string]map[string]int{"basis": {}, "force": {}, "action": {}, "effect": {}, "jurisdiction": {}, "reason": {}}
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
			by["action"][string(l.Action)]++
			by["effect"][string(l.Effect)]++
		}
		for _, x := range in.Excluded {
			excluded++
			by["reason"][string(x.Reason)]++
		}
		context += len(in.Context)
	}
	fmt.Fprintf(out, "release       %s of %s\n", r.Name(), r.Date())
	fmt.Fprintf(out, "instruments   %d: %s\n", len(r.Instruments()), tally(by["force"]))
	fmt.Fprintf(out, "jurisdictions %s\n", tally(by["jurisdiction"]))
	fmt.Fprintf(out, "clauses       %d, verified %s\n", clauses, share(verifiedClauses, clauses))
	fmt.Fprintf(out, "listings      %d, verified %s\n", listings, share(verified, listings))
	fmt.Fprintf(out, "  by basis    %s\n", tally(by["basis"]))
	fmt.Fprintf(out, "  by action   %s\n", tally(by["action"]))
	fmt.Fprintf(out, "  by effect   %s\n", tally(by["effect"]))
	fmt.Fprintf(out, "excluded      %d: %s\n", excluded, tally(by["reason"]))
	fmt.Fprintf(out, "context       %d entries\n", context)
	families, identifiers := 0, 0
	for v := range r.Register().All() {
		families++
		identifiers += len(v.Identifiers)
	}
	fmt.Fprintf(out, "register      %d families, %d identifiers\n", families, identifiers)
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
