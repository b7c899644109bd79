// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// A change is what became of a finding, from one bid to another.
type change struct {
	Document  string `json:"document"` // within its bid
	Vendor    string `json:"vendor"`
	Component string `json:"component"`
	Before    string `json:"before"` // verdict; "" if there was none
	After     string `json:"after"`
}

// differences are what changed between the reports on two bids, or two revisions of one.
type differences struct {
	Changes []change `json:"changes"`
	Same    int      `json:"same"`
	// Added and Removed are documents that only one of the two has. UnreadBefore is what of the
	// first was not screened, so that a finding can be older than it seems; Unread is that of
	// the second.
	Added        []string `json:"added"`
	Removed      []string `json:"removed"`
	UnreadBefore []string `json:"unreadBefore"`
	Unread       []string `json:"unread"`
	// Before and After are the coverage of each.
	Before evidence.Coverage `json:"before"`
	After  evidence.Coverage `json:"after"`
}

// compareBids compares two reports by the paths of their documents within the bids, and by the
// vendor and the name of each part.
func compareBids(a, b *evidence.Report, rootA, rootB string) *differences {
	d := &differences{Changes: []change{}, Added: []string{}, Removed: []string{}, UnreadBefore: unread(a, rootA), Unread: unread(b, rootB), Before: a.Coverage, After: b.Coverage}
	before, after := findingsOf(a, rootA), findingsOf(b, rootB)
	for key, v := range before {
		if after[key] == v {
			d.Same++
			continue
		}
		d.Changes = append(d.Changes, change{key[0], key[1], key[2], v, after[key]})
	}
	for key, v := range after {
		if before[key] == "" {
			d.Changes = append(d.Changes, change{key[0], key[1], key[2], "", v})
		}
	}
	slices.SortFunc(d.Changes, func(x, y change) int {
		return cmp.Or(strings.Compare(x.Document, y.Document), strings.Compare(x.Component, y.Component), strings.Compare(x.Vendor, y.Vendor))
	})
	docsA, docsB := documentsOf(a, rootA), documentsOf(b, rootB)
	for _, p := range docsB {
		if !slices.Contains(docsA, p) {
			d.Added = append(d.Added, p)
		}
	}
	for _, p := range docsA {
		if !slices.Contains(docsB, p) {
			d.Removed = append(d.Removed, p)
		}
	}
	return d
}

// unread is what of a bid was not screened.
func unread(r *evidence.Report, root string) []string {
	all := []string{}
	for _, g := range r.NotScreened() {
		if g.Path != "" {
			g.Path = cmp.Or(within(g.Path, root), "(the file itself)")
		}
		all = append(all, g.String())
	}
	return all
}

var severity = map[string]int{"review": 1, "exclude": 2, "ban": 3}

// findingsOf is the worst verdict by document, vendor and part.
func findingsOf(r *evidence.Report, root string) map[[3]string]string {
	all := make(map[[3]string]string)
	for i := range r.Documents {
		d := &r.Documents[i]
		for _, f := range d.Findings {
			key := [3]string{within(d.Path, root), f.Vendor.Name, strings.TrimPrefix(f.Component.Group+"/"+f.Component.Name, "/")}
			if severity[f.Verdict] > severity[all[key]] {
				all[key] = f.Verdict
			}
		}
	}
	return all
}

func documentsOf(r *evidence.Report, root string) []string {
	var all []string
	for i := range r.Documents {
		all = append(all, within(r.Documents[i].Path, root))
	}
	return all
}

// within is a path without the bid that it is in; the bid itself, if it is one file, is "".
func within(path, root string) string {
	if root = evidence.EscapePath(filepath.ToSlash(filepath.Clean(root))); root == "." { // as paths in it are
		return path
	}
	return strings.TrimLeft(strings.TrimPrefix(path, root), "/")
}

// reached reports whether a finding is there that was milder or not there before, and that is
// at least so severe.
func (d *differences) reached(failOn match.Verdict) bool {
	return failOn != match.NoVerdict && slices.ContainsFunc(d.Changes, func(c change) bool {
		return severity[c.After] > severity[c.Before] && severity[c.After] >= max(1, severity[failOn.String()])
	})
}

// write prints the differences for people.
func (d *differences) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "A finding is for a person to decide on. It is no legal advice.")
	for _, list := range []struct {
		what  string
		paths []string
	}{{"only in the second", d.Added}, {"only in the first", d.Removed}, {"not screened in the first", d.UnreadBefore}, {"not screened in the second", d.Unread}} {
		for _, p := range list.paths {
			fmt.Fprintf(out, "%s: %s\n", list.what, evidence.Printable(cmp.Or(p, "(the file itself)")))
		}
	}
	last := "\x00"
	for _, c := range d.Changes {
		if c.Document != last {
			last = c.Document
			fmt.Fprintf(out, "\n%s\n", evidence.Printable(cmp.Or(c.Document, "(the file itself)")))
		}
		fmt.Fprintf(out, "  %s → %s: %s — %s\n", cmp.Or(c.Before, "nothing"), cmp.Or(c.After, "nothing"), evidence.Printable(c.Component), c.Vendor)
	}
	fmt.Fprintf(out, "\nIn all: %d findings changed, %d stayed as they were.\n", len(d.Changes), d.Same)
	fmt.Fprintf(out, "Parts without a vendor identity: %d, then %d. Fields that could not be read: %d, then %d.\n", d.Before.Unidentified, d.After.Unidentified, d.Before.Malformed, d.After.Malformed)
	return out.Flush()
}
