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

	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/match/screen"
)

// A change is what happened to the finding on a component from one bid to the other.
type change struct {
	Document  string `json:"document"` // path inside the bid
	Vendor    string `json:"vendor"`
	Component string `json:"component"`
	PURL      string `json:"purl"`   // without the version
	Before    string `json:"before"` // the verdict; "" without a finding
	After     string `json:"after"`
	// BeforeForce and AfterForce are "binding" or "not binding": whether a binding text leads to the
	// verdict; "" without a finding.
	BeforeForce string `json:"beforeForce"`
	AfterForce  string `json:"afterForce"`
	// BeforeVersion and AfterVersion are the versions of the component, "" if it has none or is
	// missing in that bid.
	BeforeVersion string `json:"beforeVersion"`
	AfterVersion  string `json:"afterVersion"`
	// Count is the number of occurrences in the document with the same change.
	Count int `json:"count"`
}

// differences are the changes between the reports on two bids, or on two versions of a bid.
type differences struct {
	Changes []change `json:"changes"`
	Same    int      `json:"same"` // findings that did not change
	// Added and Removed are the documents that only one of the bids has. UnreadBefore is what was
	// not screened in the first bid, because of which a finding can be older than it seems.
	// Unread is what was not screened in the second.
	Added        []string `json:"added"`
	Removed      []string `json:"removed"`
	UnreadBefore []string `json:"unreadBefore"`
	Unread       []string `json:"unread"`
	// Before and After are the coverage of the two reports.
	Before match.Coverage `json:"before"`
	After  match.Coverage `json:"after"`
	// MadeDifferently says in which ways the two reports were made differently, so that a change can
	// come from that and not from the bid.
	MadeDifferently []string `json:"madeDifferently,omitempty"`

	first, second string // what the two are called
}

// compareBids compares two reports. Findings belong together if they are in documents with the
// same path inside the bids and on the same component and vendor; see [differences.compare].
func compareBids(a, b *evidence.Report, rootA, rootB string) *differences {
	return compareReports(a, b, func(path string) string { return within(path, rootA) }, func(path string) string { return within(path, rootB) })
}

// compareReports compares two reports. The functions return the names of their documents, which
// belong together if they are equal.
func compareReports(a, b *evidence.Report, nameA, nameB func(path string) string) *differences {
	d := &differences{Changes: []change{}, Added: []string{}, Removed: []string{}, UnreadBefore: unread(a, nameA), Unread: unread(b, nameB), Before: a.Coverage, After: b.Coverage,
		MadeDifferently: madeDifferently(a, b), first: "the first", second: "the second"}
	before, after := findingsOf(a, nameA), findingsOf(b, nameB)
	keys := slices.Collect(maps.Keys(before))
	for key := range after {
		if before[key] == nil {
			keys = append(keys, key)
		}
	}
	sorting.Func(keys, func(x, y identity) int {
		return cmp.Or(strings.Compare(x.document, y.document), strings.Compare(x.component, y.component), strings.Compare(x.purl, y.purl), strings.Compare(x.vendor, y.vendor))
	})
	for _, key := range keys {
		d.compare(key, before[key], after[key])
	}
	docsA, docsB := documentsOf(a, nameA), documentsOf(b, nameB)
	d.Added, d.Removed = append(d.Added, without(docsB, docsA)...), append(d.Removed, without(docsA, docsB)...)
	return d
}

// compare pairs the occurrences of a component in two bids: first those that are equal, then
// those with the same version, then the most severe with the most severe. The rest was added or
// removed. So one more occurrence is a new finding, but another version is not.
func (d *differences) compare(key identity, before, after []occurrence) {
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
				counts[change{Before: x.verdict, After: y.verdict, BeforeForce: x.force, AfterForce: y.force, BeforeVersion: x.version, AfterVersion: y.version}]++
			}
		}
		before = rest
	}
	sorting.Func(before, worstFirst)
	sorting.Func(after, worstFirst)
	pair(func(x, y occurrence) bool { return x == y })
	pair(func(x, y occurrence) bool { return x.version == y.version && x.verdict == y.verdict })
	pair(func(x, y occurrence) bool { return x.version == y.version })
	pair(func(x, y occurrence) bool { return true })
	for _, x := range before {
		counts[change{Before: x.verdict, BeforeForce: x.force, BeforeVersion: x.version}]++
	}
	for _, y := range after {
		counts[change{After: y.verdict, AfterForce: y.force, AfterVersion: y.version}]++
	}
	found := len(d.Changes)
	for c, n := range counts {
		c.Document, c.Vendor, c.Component, c.PURL, c.Count = key.document, key.vendor, key.component, key.purl, n
		d.Changes = append(d.Changes, c)
	}
	sorting.Func(d.Changes[found:], func(x, y change) int {
		return cmp.Or(strings.Compare(x.BeforeVersion, y.BeforeVersion), strings.Compare(x.AfterVersion, y.AfterVersion), strings.Compare(x.Before, y.Before), strings.Compare(x.After, y.After),
			strings.Compare(x.BeforeForce, y.BeforeForce), strings.Compare(x.AfterForce, y.AfterForce))
	})
}

// unread returns what was not screened in a bid.
func unread(r *evidence.Report, name func(string) string) []string {
	all := []string{}
	for doc, g := range r.NotScreened() {
		words := g.Message
		if doc != nil {
			words = cmp.Or(name(doc.Path), itself) + ": " + words
		}
		all = append(all, words)
	}
	return all
}

// itself is printed instead of the path of a bid that is a single file.
const itself = "(the file itself)"

// severity returns the verdict of a finding, or [match.NoVerdict] for "", which means that there
// is no finding.
func severity(verdict string) match.Verdict {
	v := match.NoVerdict
	_ = v.UnmarshalText([]byte(verdict)) // "" stays NoVerdict
	return v
}

// An identity is a component of a document, without its version, and the vendor of a finding on
// it.
type identity struct{ document, vendor, component, purl string }

// An occurrence is the version of a component in a document, and the verdict on it with its force.
type occurrence struct{ version, verdict, force string }

func worstFirst(x, y occurrence) int {
	return cmp.Or(cmp.Compare(severity(y.verdict), severity(x.verdict)), strings.Compare(x.force, y.force), strings.Compare(x.version, y.version))
}

// findingsOf returns the occurrences of each component with findings.
func findingsOf(r *evidence.Report, name func(string) string) map[identity][]occurrence {
	all := make(map[identity][]occurrence)
	for i := range r.Documents {
		d := &r.Documents[i]
		for j := range d.Findings {
			f := &d.Findings[j]
			c := &f.Component
			key := identity{name(d.Path), f.Vendor.Name, strings.TrimPrefix(c.Group+"/"+c.Name, "/"), unversioned(c)}
			all[key] = append(all[key], occurrence{c.Version, f.Verdict.String(), forceOf(f)})
		}
	}
	return all
}

// The forces of a verdict.
const (
	binds    = "binding"
	bindsNot = "not binding"
)

// forceOf returns whether a binding text leads to the verdict of a finding.
func forceOf(f *evidence.Finding) string {
	if slices.ContainsFunc(f.Citations, func(c match.Citation) bool { return c.Binds() && c.Verdict == f.Verdict }) {
		return binds
	}
	return bindsNot
}

// unversioned returns the package URL of a component in canonical form without version,
// qualifiers and subpath, or "" if the document gives no package URL.
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

// without returns the paths of the first list that are not in the second.
func without(all, other []string) []string {
	found := make(map[string]bool, len(other))
	for _, p := range other {
		found[p] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return found[p] })
}

// documentsOf returns the paths of all documents.
func documentsOf(r *evidence.Report, name func(string) string) []string {
	var all []string
	for i := range r.Documents {
		all = append(all, name(r.Documents[i].Path))
	}
	return all
}

// within returns a path relative to its bid: "" for a bid that is a single file.
func within(path, root string) string {
	path = strings.TrimPrefix(path, "./")
	if root = screen.EscapePath(filepath.ToSlash(filepath.Clean(root))); root == "." { // paths in the current folder do not start with it
		return path
	}
	return strings.TrimLeft(strings.TrimPrefix(path, root), "/")
}

// reached reports whether a finding is new, became more severe or came to rest on a binding text,
// and is as severe as failOn or more.
func (d *differences) reached(failOn match.Verdict) bool {
	return failOn != match.NoVerdict && slices.ContainsFunc(d.Changes, func(c change) bool {
		worse := severity(c.After) > severity(c.Before) || c.After == c.Before && c.BeforeForce == bindsNot && c.AfterForce == binds
		return worse && severity(c.After) >= failOn
	})
}

// writeText prints the differences for people.
func (d *differences) writeText(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "A finding is for a person to decide on. It is not legal advice.")
	d.writeChanges(out)
	return out.Flush()
}

// writeChanges prints what changed, and what could not be compared.
func (d *differences) writeChanges(out io.Writer) {
	for _, line := range d.MadeDifferently {
		fmt.Fprintln(out, cli.Wrap(text.Printable("Made differently: "+line+"."), cli.Width, 2))
	}
	for _, list := range []struct {
		what  string
		paths []string
	}{{"only in " + d.second, d.Added}, {"only in " + d.first, d.Removed}, {"not screened in " + d.first, d.UnreadBefore}, {"not screened in " + d.second, d.Unread}} {
		for _, p := range list.paths {
			fmt.Fprintf(out, "%s: %s\n", list.what, text.Printable(cmp.Or(p, itself)))
		}
	}
	purls := make(map[[3]string]int) // how many package URLs the components with a name have
	for i, c := range d.Changes {
		if i == 0 || d.Changes[i-1].PURL != c.PURL {
			purls[[3]string{c.Document, c.Component, c.Vendor}]++
		}
	}
	last := "\x00"
	for _, c := range d.Changes {
		if c.Document != last {
			last = c.Document
			fmt.Fprintf(out, "\n%s\n", text.Printable(cmp.Or(c.Document, itself)))
		}
		fmt.Fprintf(out, "  %s\n", c.line(purls[[3]string{c.Document, c.Component, c.Vendor}] > 1))
	}
	fmt.Fprintf(out, "\n%s\n", d.total())
	fmt.Fprintf(out, "Components without a vendor identity: %d in %s, %d in %s.\nFields that could not be read: %d in %s, %d in %s.\n",
		d.Before.Unidentified, d.first, d.After.Unidentified, d.second, d.Before.Malformed, d.first, d.After.Malformed, d.second)
}

// total returns how many findings changed, in a sentence.
func (d *differences) total() string {
	added, gone, changed := 0, 0, 0
	for _, c := range d.Changes {
		switch {
		case c.Before == "":
			added += c.Count
		case c.After == "":
			gone += c.Count
		default:
			changed += c.Count
		}
	}
	return fmt.Sprintf("In total: %s: %d new, %d gone, %d changed; %d stayed the same.", cli.Count(added+gone+changed, "change"), added, gone, changed, d.Same)
}

// line returns the change for people: "added: nothing → ban: agent 2 — Kaspersky".
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
	before, after := cmp.Or(c.Before, "nothing"), cmp.Or(c.After, "nothing")
	if c.BeforeForce != c.AfterForce && c.Before != "" && c.After != "" {
		before, after = before+" ("+c.BeforeForce+")", after+" ("+c.AfterForce+")"
	}
	s := fmt.Sprintf("%s: %s → %s: %s — %s", kind, before, after, strings.TrimSpace(c.Component+" "+version), c.Vendor)
	if withPURL {
		s += ", " + cmp.Or(c.PURL, "without a package URL")
	}
	if c.Count > 1 {
		s += fmt.Sprintf(" (%d times)", c.Count)
	}
	return text.Printable(s)
}
