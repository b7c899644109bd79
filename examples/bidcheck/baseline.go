// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// openBaseline reads the record of -baseline.
func (c *config) openBaseline() (err error) {
	if c.opts.baseline == "" {
		return nil
	}
	if c.baseline, err = openRecord(c.opts.baseline); err != nil {
		return fmt.Errorf("-baseline: %w", err)
	}
	if c.baseline == nil {
		return fmt.Errorf("-baseline %s is not the record of an earlier run; expected a file that was written with -o report.json", c.opts.baseline)
	}
	return nil
}

// screenAgainstBaseline screens the inputs, writes the report and what changed since the baseline,
// and returns the exit status, which is about what is new or more severe.
func (s *session) screenAgainstBaseline(ctx context.Context) int {
	report := s.screen(ctx, s.matcher, s.inputs())
	d := compareWithBaseline(s.baseline, report)
	if err := errors.Join(s.writeReport(ctx, report), s.writeAnnotated(report), s.writeBaseline(d)); err != nil {
		s.warn("the report could not be written: %v", err)
		return exitUnscreened
	}
	return exit.Status(d.reached(s.failOn), report.Unscreened())
}

// writeBaseline prints what changed: after the report if that is a table on standard output, and on
// standard error beside other reports.
func (s *session) writeBaseline(d *differences) error {
	to := s.stderr
	if out := s.outputs[0]; out.path == "" && out.form.name == "table" {
		to = s.stdout
	}
	out := bufio.NewWriter(to)
	fmt.Fprintf(out, "\nCompared with the baseline %s:\n", text.Printable(s.opts.baseline))
	d.writeChanges(out)
	return out.Flush()
}

// compareWithBaseline compares a report with that of an earlier run.
func compareWithBaseline(before, after *evidence.Report) *differences {
	names := pairDocuments(before, after)
	d := compareReports(before, after, func(path string) string { return names[path] }, func(path string) string { return path })
	d.first, d.second = "the baseline", "this run"
	return d
}

// pairDocuments returns the name of each document of the first report: the path of the document of
// the second that it belongs to, or else its own path. Documents belong together if they have the
// same path, else the same bytes, else the same path inside the folder that all documents of their
// report are in.
func pairDocuments(a, b *evidence.Report) map[string]string {
	taken, names := make(map[string]bool), make(map[string]string)
	pair := func(key func(r *evidence.Report, d *evidence.Document) string) {
		free := make(map[string]string)
		for i := range b.Documents {
			d := &b.Documents[i]
			if k := key(b, d); k != "" && !taken[d.Path] && free[k] == "" {
				free[k] = d.Path
			}
		}
		for i := range a.Documents {
			d := &a.Documents[i]
			k := key(a, d)
			if names[d.Path] != "" || k == "" || free[k] == "" {
				continue
			}
			names[d.Path] = free[k]
			taken[free[k]] = true
			delete(free, k)
		}
	}
	pair(func(_ *evidence.Report, d *evidence.Document) string { return d.Path })
	pair(func(_ *evidence.Report, d *evidence.Document) string { return d.SHA256 })
	folders := map[*evidence.Report]string{a: folderOf(a), b: folderOf(b)}
	pair(func(r *evidence.Report, d *evidence.Document) string { return strings.TrimPrefix(d.Path, folders[r]) })
	for i := range a.Documents {
		if p := a.Documents[i].Path; names[p] == "" {
			names[p] = p
		}
	}
	return names
}

// folderOf returns the folder that all documents of a report are in, with a slash at its end.
func folderOf(r *evidence.Report) string {
	folder := ""
	for i := range r.Documents {
		dir := path.Dir(r.Documents[i].Path) + "/"
		if i == 0 {
			folder = dir
		}
		for folder != "" && !strings.HasPrefix(dir, folder) {
			folder = folder[:strings.LastIndexByte(strings.TrimSuffix(folder, "/"), '/')+1]
		}
	}
	return folder
}

// madeDifferently returns in which ways two reports were made differently.
func madeDifferently(a, b *evidence.Report) []string {
	var all []string
	add := func(what, before, after string) {
		if before != after {
			all = append(all, fmt.Sprintf("%s was %s, and is now %s", what, before, after))
		}
	}
	list := func(values []string, none string) string {
		if len(values) == 0 {
			return none
		}
		return strings.Join(slices.Sorted(slices.Values(values)), ", ")
	}
	add("the denylist", a.Denylist.Release+" ("+a.Denylist.Digest+")", b.Denylist.Release+" ("+b.Denylist.Digest+")")
	add("the day judged by", a.Denylist.AsOf, b.Denylist.AsOf)
	add("the buyer", buyerWords(a.Buyer), buyerWords(b.Buyer))
	add("the purpose", list(a.Purpose, "not given"), list(b.Purpose, "not given"))
	add("the choice of jurisdictions", list(a.Options.Jurisdictions, "all"), list(b.Options.Jurisdictions, "all"))
	add("the set of keys for signed documents", list(a.Options.Keys, "empty"), list(b.Options.Keys, "empty"))
	add("whether each part has to have an identity", fmt.Sprint(a.Options.RequireIdentity), fmt.Sprint(b.Options.RequireIdentity))
	add("the version of the program", a.Tool.Name+" "+a.Tool.Version, b.Tool.Name+" "+b.Tool.Version)
	return all
}

// buyerWords returns a buyer with its codes, so that two with the same name can be told apart.
func buyerWords(b *denylist.Buyer) string {
	if b == nil {
		return "not given"
	}
	words := b.Name + " (" + strings.Join(b.Codes, ", ")
	if len(b.BidderCodes) > 0 {
		words += "; its bidders " + strings.Join(b.BidderCodes, ", ")
	}
	return words + ")"
}
