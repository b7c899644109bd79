// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
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

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/examples/internal/exit"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/vendors"
)

// A search is the result of find: what was searched, and what was found.
type search struct {
	newest map[string]record // the statement by the newest release on each file, by the digest of the file
	files  map[string]bool   // the digests of all files, even without a statement by the release
	found  []found           // findings of the vendor in all statements
}

// findCommand lists the documents with findings of a vendor, and prints what it searched.
func findCommand(ctx context.Context, c *config) (int, error) {
	if c.store == "" || c.vendor == "" || len(c.paths) > 0 {
		return exitUsage, usageError("expected -store FOLDER and -vendor ID, and no PATH")
	}
	if denylist.Current().Register().Vendor(vendors.ID(c.vendor)) == nil {
		return exitUsage, usageError("-vendor: the register has no vendor with the id %q%s", c.vendor, vendorHint(c.vendor))
	}
	who, err := c.openBuyer()
	if err != nil {
		return exitUsage, err
	}
	c.audience = audience(&evidence.Report{Buyer: who})
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
			return exitUsage, usageError("-key %s is not an Ed25519 key, but the checkpoint of a store is signed with one", c.key)
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

// vendorHint returns which vendor was probably meant, or "".
func vendorHint(id string) string {
	var ids []string
	for v := range denylist.Current().Register().All() {
		ids = append(ids, string(v.ID))
	}
	if near := buyer.Nearest(id, ids); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// wanted returns which statements are searched: " by denylist 2018.06.13 for the buyer nl-ministry".
func (c *config) wanted() string {
	s := ""
	if c.denylist != "" {
		s += " by denylist " + c.denylist
	}
	if c.audience != "" {
		return s + " for the buyer " + text.Printable(c.buyer)
	}
	return s + " for no buyer in particular (see -buyer)"
}

// cut leaves out the lines after those of the checkpoint. They must be announced, as a run that
// was interrupted leaves them.
func (s *store) cut(n int, c *config) error {
	if len(s.lines) == n && len(s.tail) == 0 {
		return nil
	}
	if _, err := s.file("pending"); errors.Is(err, fs.ErrNotExist) {
		return s.ends(n)
	} else if err != nil {
		return err
	}
	c.warn("not searched: %s not in the checkpoint yet, because a run has not finished; run screen or rescreen again to finish it", cli.Count(len(s.lines)-n, "statement"))
	c.unfinished = true
	for _, line := range s.lines[n:] {
		delete(s.known, nameIn(line))
	}
	s.lines, s.hashes = s.lines[:n], s.hashes[:tlog.StoredHashCount(int64(n))]
	return nil
}

// search searches the index if it is signed with the key, and all statements otherwise. An index
// that does not belong to the statements is made again.
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
		return nil, fmt.Errorf("%w: its digest should be %s, but %s was signed", errIndex, truth.sum(), want)
	}
	if err != nil || d.sum() != truth.sum() {
		c.warn("%v: the statements were read instead", errIndex)
		if err := s.indexAgain(ctx, truth.sum()); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// indexAgain makes the index again from the statements. Another program may be writing to the
// store.
func (s *store) indexAgain(ctx context.Context, want string) error {
	unlock, err := lock(s.path("lock"))
	if errors.Is(err, errBusy) {
		return nil // the other program makes it, or this one may not write to the store
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
		return fmt.Errorf("%w: it was made again, and still differs from the statements", errIndex)
	}
	return nil
}

func newSearch() *search {
	return &search{newest: make(map[string]record), files: make(map[string]bool)}
}

// asker returns an asker that collects the rows, and digests them.
func (x *search) asker(c *config, d *digester) asker {
	return asker{
		func(r record) error {
			x.files[r.Digest] = true
			if (c.denylist == "" || r.Release == c.denylist) && r.Audience == c.audience {
				if last, ok := x.newest[r.Digest]; !ok || !r.isOlderThan(&last) {
					x.newest[r.Digest] = r // the rows are in the order of the log
				}
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

// report prints what was found, what was searched and what could not be searched.
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
	names := slices.Sorted(maps.Keys(releases))
	if err := x.printFound(c, byLine, names); err != nil {
		return exitUnread, err
	}
	root, err := s.rootOf(len(s.lines))
	if err != nil {
		return exitUnread, err
	}
	searched := []string{fmt.Sprintf("searched %s in a log of %s with the root %s: the statement by the newest denylist on each", cli.Count(len(x.newest), "file"), cli.Count(len(s.lines), "statement"), checkpoint.Root(root))}
	for _, name := range names {
		searched = append(searched, fmt.Sprintf("%d by denylist %s", releases[name], name))
	}
	how := "the checkpoint is signed by the key"
	if !signed {
		how = "the signature of the checkpoint was not checked: give the public key with -key"
	}
	c.warn("%s; %s", strings.Join(searched, ", "), how)
	missing := len(x.files) - len(x.newest)
	if missing > 0 {
		c.warn("not searched: %s without a statement%s", cli.Count(missing, "file"), c.wanted())
	}
	if unread > 0 {
		c.warn("%s could not be screened completely: the unread parts can contain components of the vendor", cli.Count(unread, "file"))
	}
	return exit.Status(len(x.found) > 0, unread > 0 || missing > 0 || c.unfinished || len(x.newest) == 0), nil
}

// printFound prints the findings as a table. names are the releases and days of the statements.
func (x *search) printFound(c *config, byLine map[int]record, names []string) error {
	if len(x.found) == 0 {
		by := ""
		if len(names) > 0 {
			by = " by denylist " + strings.Join(names, ", ")
		}
		_, err := fmt.Fprintf(c.stdout, "nothing found of %s in the statements on %s%s\n", c.vendor, cli.Count(len(x.newest), "file"), by)
		return err
	}
	out := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "VERDICT\tFORCE\tTIER\tCOMPONENT\tDOCUMENT\tDENYLIST")
	for _, f := range x.found {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Verdict, cmp.Or(f.Force, "no text"), f.Tier, text.Printable(f.Component+" "+f.Version), text.Printable(f.Document), byLine[f.Line].Release)
	}
	return out.Flush()
}
