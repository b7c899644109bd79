// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// A search is what find looks at: the newest statement on each file, by one release if one
// is asked for.
type search struct {
	newest map[string]record // by the digest of the file
	files  map[string]bool   // all, also those without a statement by the release
	found  []found           // of the vendor, in all statements
}

// findCommand lists the documents with findings of a vendor, and says what it searched.
func findCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || c.vendor == "" || len(c.paths) > 0 {
		return exitUsage, usageError("give the folder of the store with -store and a vendor with -vendor, and no path")
	}
	if denylist.Current().Register().Vendor(vendors.ID(c.vendor)) == nil {
		return exitUsage, usageError("no vendor has the id %q", c.vendor)
	}
	if c.denylist != "" {
		if _, err := denylist.Open(c.denylist); err != nil {
			return exitUsage, usageError("-denylist: %v", err)
		}
	}
	s, err := storeAt(c.store)
	if err != nil {
		return exitUnread, err
	}
	defer s.root.Close()
	var key note.Verifier
	if c.key != "" {
		if s.verify, key, err = loadVerifyingKey(c.key); err != nil {
			return exitUsage, err
		}
		if key == nil {
			return exitUsage, usageError("the checkpoint of a store is signed with Ed25519; %s is another key", c.key)
		}
	}
	n, _, err := s.read(key)
	if err == nil {
		err = s.cut(n, c)
	}
	if err != nil {
		return exitUnread, err
	}
	x, err := s.search(ctx, c, key)
	if err != nil {
		return exitUnread, err
	}
	return x.report(c, s, key != nil)
}

// cut leaves out lines after those of the checkpoint. Only a run that has not finished leaves
// some, with an announcement.
func (s *store) cut(n int, c *config) error {
	if len(s.lines) == n && len(s.tail) == 0 {
		return nil
	}
	if _, err := s.file("pending"); errors.Is(err, fs.ErrNotExist) {
		return s.ends(n)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "auditpipe: not searched: %d statements that the checkpoint does not have yet: a run has not finished; screen or rescreen again finishes it\n", len(s.lines)-n)
	c.unfinished = true
	for _, line := range s.lines[n:] {
		delete(s.known, nameIn(line))
	}
	s.lines, s.hashes = s.lines[:n], s.hashes[:tlog.StoredHashCount(int64(n))]
	return nil
}

// search asks the index if it is signed by the key that is given, and the statements
// themselves otherwise. An index that is not that of the statements is made again.
func (s *store) search(ctx context.Context, c *config, key note.Verifier) (*search, error) {
	var want string
	if key != nil {
		n, digest, err := s.signedIndex(key)
		if err != nil {
			return nil, err
		}
		if n == len(s.lines) {
			want = digest
		}
	}
	x, d := newSearch(), newDigester()
	err := s.rowsOf(ctx, x.asker(c, d))
	if err == nil && want != "" && d.sum() == want {
		return x, nil
	}
	x, truth := newSearch(), newDigester()
	if err := s.statements(ctx, 0, x.asker(c, truth)); err != nil {
		return nil, err
	}
	if want != "" && truth.sum() != want {
		return nil, fmt.Errorf("%w: the statements give %s, and %s was signed", errIndex, truth.sum(), want)
	}
	if err != nil || d.sum() != truth.sum() {
		fmt.Fprintln(c.stderr, "auditpipe: the index is not the one of the log: the statements are read instead")
		if err := s.indexAgain(ctx, truth.sum()); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// indexAgain makes the index of the statements, in a store that somebody else may write to.
func (s *store) indexAgain(ctx context.Context, want string) error {
	unlock, err := lock(s.path("lock"))
	if errors.Is(err, errBusy) {
		return nil // the one who writes makes it, or nobody may write here
	}
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.dropIndex(); err != nil {
		return err
	}
	if err := s.addRows(ctx, 0, newDigester()); err != nil {
		return err
	}
	d := newDigester()
	if err := s.rowsOf(ctx, asker{d.record, d.found}); err != nil {
		return err
	}
	if d.sum() != want {
		return fmt.Errorf("%w: made again, it has not the rows of the statements", errIndex)
	}
	return nil
}

func newSearch() *search {
	return &search{newest: make(map[string]record), files: make(map[string]bool)}
}

func (x *search) asker(c *config, d *digester) asker {
	return asker{
		func(r record) error {
			x.files[r.Digest] = true
			if c.denylist == "" || r.Release == c.denylist {
				x.newest[r.Digest] = r // lines are in their order
			}
			return d.record(r)
		},
		func(f found) error {
			if f.Vendor == c.vendor {
				x.found = append(x.found, f)
			}
			return d.found(f)
		},
	}
}

// report prints what was found, what was searched, and what could not be.
func (x *search) report(c *config, s *store, signed bool) (int, error) {
	byLine := make(map[int]record)
	releases := make(map[string]int)
	unread := 0
	for _, r := range x.newest {
		byLine[r.Line] = r
		releases[r.Release+" as of "+r.AsOf]++
		if r.unscreened() {
			unread++
		}
	}
	x.found = slices.DeleteFunc(x.found, func(f found) bool { _, ok := byLine[f.Line]; return !ok })
	slices.SortStableFunc(x.found, func(a, b found) int { return strings.Compare(a.Document, b.Document) })
	if len(x.found) > 0 {
		out := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "VERDICT\tTIER\tPART\tDOCUMENT\tDENYLIST")
		for _, f := range x.found {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", f.Verdict, f.Tier, text.Printable(f.Component+" "+f.Version), text.Printable(f.Document), byLine[f.Line].Release)
		}
		if err := out.Flush(); err != nil {
			return exitUnread, err
		}
	} else {
		fmt.Fprintf(c.stdout, "nothing found of %s in the statements on %d files\n", c.vendor, len(x.newest))
	}
	root, err := s.rootOf(len(s.lines))
	if err != nil {
		return exitUnread, err
	}
	var by []string
	for _, name := range slices.Sorted(maps.Keys(releases)) {
		by = append(by, fmt.Sprintf("%d by denylist %s", releases[name], name))
	}
	how := "the checkpoint is signed by the key"
	if !signed {
		how = "the signature of the checkpoint was not checked: give the public key with -key"
	}
	fmt.Fprintf(c.stderr, "auditpipe: searched %d files in a log of %d statements with the root %s: the newest statement on each, %s; %s\n",
		len(x.newest), len(s.lines), rootText(root), strings.Join(append(by, "")[:max(1, len(by))], ", "), how)
	missing := len(x.files) - len(x.newest)
	if missing > 0 {
		fmt.Fprintf(c.stderr, "auditpipe: not searched: %d files without a statement by denylist %s\n", missing, c.denylist)
	}
	if unread > 0 {
		fmt.Fprintf(c.stderr, "auditpipe: %d files could not be screened in whole: what could not be read of them could be the vendor's\n", unread)
	}
	return evidence.ExitStatus(len(x.found) > 0, unread > 0 || missing > 0 || c.unfinished || len(x.newest) == 0), nil
}
