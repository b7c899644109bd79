// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// A change is what became of a part with a finding, from one bid to another.
type change struct {
	Document  string `json:"document"` // within its bid
	Vendor    string `json:"vendor"`
	Component string `json:"component"`
	PURL      string `json:"purl"`   // of the part, without its version
	Before    string `json:"before"` // verdict; "" if there was none
	After     string `json:"after"`
	// BeforeVersion and AfterVersion are the part's; "" also where it is not there.
	BeforeVersion string `json:"beforeVersion"`
	AfterVersion  string `json:"afterVersion"`
	// Count is how many times the document has the part to which this happened.
	Count int `json:"count"`
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
	Before match.Coverage `json:"before"`
	After  match.Coverage `json:"after"`
}

// compareBids compares two reports by the paths of their documents within the bids, and in each
// by the vendor and the identity of each part, its version, and how many times it is there.
func compareBids(a, b *evidence.Report, rootA, rootB string) *differences {
	d := &differences{Changes: []change{}, Added: []string{}, Removed: []string{}, UnreadBefore: unread(a, rootA), Unread: unread(b, rootB), Before: a.Coverage, After: b.Coverage}
	before, after := findingsOf(a, rootA), findingsOf(b, rootB)
	keys := slices.Collect(maps.Keys(before))
	for key := range after {
		if before[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y identity) int {
		return cmp.Or(strings.Compare(x.document, y.document), strings.Compare(x.component, y.component), strings.Compare(x.purl, y.purl), strings.Compare(x.vendor, y.vendor))
	})
	for _, key := range keys {
		d.part(key, before[key], after[key])
	}
	docsA, docsB := documentsOf(a, rootA), documentsOf(b, rootB)
	d.Added, d.Removed = append(d.Added, missing(docsB, docsA)...), append(d.Removed, missing(docsA, docsB)...)
	return d
}

// part compares the occurrences of one part. Those that are the same in both go together first,
// then those of one version, then the most severe with the most severe: what is left was added or
// removed. So one occurrence more is a finding that is new, and another version is not.
func (d *differences) part(key identity, before, after []occurrence) {
	counts := make(map[change]int)
	pair := func(same func(x, y occurrence) bool) {
		var rest []occurrence
		for _, x := range before {
			i := slices.IndexFunc(after, func(y occurrence) bool { return same(x, y) })
			if i < 0 {
				rest = append(rest, x)
				continue
			}
			y := after[i]
			after = slices.Delete(after, i, i+1)
			if x == y {
				d.Same++
			} else {
				counts[change{Before: x.verdict, After: y.verdict, BeforeVersion: x.version, AfterVersion: y.version}]++
			}
		}
		before = rest
	}
	slices.SortFunc(before, worstFirst)
	slices.SortFunc(after, worstFirst)
	pair(func(x, y occurrence) bool { return x == y })
	pair(func(x, y occurrence) bool { return x.version == y.version })
	pair(func(x, y occurrence) bool { return true })
	for _, x := range before {
		counts[change{Before: x.verdict, BeforeVersion: x.version}]++
	}
	for _, y := range after {
		counts[change{After: y.verdict, AfterVersion: y.version}]++
	}
	found := len(d.Changes)
	for c, n := range counts {
		c.Document, c.Vendor, c.Component, c.PURL, c.Count = key.document, key.vendor, key.component, key.purl, n
		d.Changes = append(d.Changes, c)
	}
	slices.SortFunc(d.Changes[found:], func(x, y change) int {
		return cmp.Or(strings.Compare(x.BeforeVersion, y.BeforeVersion), strings.Compare(x.AfterVersion, y.AfterVersion), strings.Compare(x.Before, y.Before), strings.Compare(x.After, y.After))
	})
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

// An identity is a part in a document of a bid, without its version, and the vendor of a finding
// on it.
type identity struct{ document, vendor, component, purl string }

// An occurrence is a part that a document has, with what was found.
type occurrence struct{ version, verdict string }

func worstFirst(x, y occurrence) int {
	return cmp.Or(severity[y.verdict]-severity[x.verdict], strings.Compare(x.version, y.version))
}

// findingsOf are the occurrences of each part with findings.
func findingsOf(r *evidence.Report, root string) map[identity][]occurrence {
	all := make(map[identity][]occurrence)
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Findings {
			f := &d.Findings[j]
			c := &f.Component
			key := identity{within(d.Path, root), f.Vendor.Name, strings.TrimPrefix(c.Group+"/"+c.Name, "/"), unversioned(c)}
			all[key] = append(all[key], occurrence{c.Version, f.Verdict.String()})
		}
	}
	return all
}

// unversioned is the part's own package URL in canonical form without its version, and without
// what says where or how it was built; "" if it has none.
func unversioned(c *match.Component) string {
	if c.PURL == "" {
		return ""
	}
	purl, _, _ := strings.Cut(c.CanonicalPURL, "#")
	purl, _, _ = strings.Cut(purl, "?")
	if i := strings.LastIndexByte(purl, '@'); i > strings.LastIndexByte(purl, '/') {
		purl = purl[:i]
	}
	return purl
}

// missing are the paths of the first list that the second has not.
func missing(all, from []string) []string {
	there := make(map[string]bool, len(from))
	for _, p := range from {
		there[p] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return there[p] })
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
	path = strings.TrimPrefix(path, "./")
	if root = screen.EscapePath(filepath.ToSlash(filepath.Clean(root))); root == "." { // as paths in it are
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
			fmt.Fprintf(out, "%s: %s\n", list.what, text.Printable(cmp.Or(p, "(the file itself)")))
		}
	}
	several := make(map[[3]string]int) // parts of one name, by their package URLs
	for i, c := range d.Changes {
		if i == 0 || d.Changes[i-1].PURL != c.PURL {
			several[[3]string{c.Document, c.Component, c.Vendor}]++
		}
	}
	last := "\x00"
	for _, c := range d.Changes {
		if c.Document != last {
			last = c.Document
			fmt.Fprintf(out, "\n%s\n", text.Printable(cmp.Or(c.Document, "(the file itself)")))
		}
		fmt.Fprintf(out, "  %s\n", c.line(several[[3]string{c.Document, c.Component, c.Vendor}] > 1))
	}
	changed := 0
	for _, c := range d.Changes {
		changed += c.Count
	}
	fmt.Fprintf(out, "\nIn all: %d findings changed, %d stayed as they were.\n", changed, d.Same)
	fmt.Fprintf(out, "Parts without a vendor identity: %d, then %d. Fields that could not be read: %d, then %d.\n", d.Before.Unidentified, d.After.Unidentified, d.Before.Malformed, d.After.Malformed)
	return out.Flush()
}

// line is the change for people: "added: nothing → ban: agent 2 — Kaspersky".
func (c *change) line(withPURL bool) string {
	kind, version := "changed", c.AfterVersion
	switch {
	case c.Before == "":
		kind = "added"
	case c.After == "":
		kind, version = "removed", c.BeforeVersion
	case c.BeforeVersion != c.AfterVersion:
		version = cmp.Or(c.BeforeVersion, "(no version)") + " → " + cmp.Or(c.AfterVersion, "(no version)")
	}
	s := fmt.Sprintf("%s: %s → %s: %s — %s", kind, cmp.Or(c.Before, "nothing"), cmp.Or(c.After, "nothing"), strings.TrimSpace(c.Component+" "+version), c.Vendor)
	if withPURL {
		s += ", " + cmp.Or(c.PURL, "without a package URL")
	}
	if c.Count > 1 {
		s += fmt.Sprintf(" (%d times)", c.Count)
	}
	return text.Printable(s)
}
