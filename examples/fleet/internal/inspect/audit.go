// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/rescreen"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/match/evidence/text"
)

// ParseDelta checks and reads a delta statement; tests replace it.
var ParseDelta = rescreen.ParseDelta

// An audit compares the parts of a fleet.
type audit struct {
	c          *config
	dir        string // of temporary files
	last       *compact.Link
	hashes     hashes // of the log
	commits    int
	tables     map[[16]byte]bool // keys of the files of commits
	batches    int64             // that were submitted
	totals     compact.Totals    // that were counted
	incomplete int64             // records on documents that were not screened completely
	companions int64             // rows on known companions of documents, which are not screened
	faults     int               // things that are not as they were signed
	undone     int               // things that were not done, or can never be
}

// audit compares what was submitted, the records, the commits and the tables.
func (c *config) audit(ctx context.Context) (int, error) {
	if len(c.args) > 0 {
		return exitUsage, usageError("expected no arguments after the flags; the first is %q", c.args[0])
	}
	dir, err := os.MkdirTemp("", "fleet-audit-*")
	if err != nil {
		return exitUnread, err
	}
	defer os.RemoveAll(dir)
	a := &audit{c: c, dir: dir, tables: make(map[[16]byte]bool)}
	for _, step := range []func(context.Context) error{a.chain, a.leftCommits, a.sinceCommit, a.tiles, a.jobs, a.records, a.leftTables, a.leftNotes} {
		if err := step(ctx); err != nil {
			return exitUnread, err
		}
	}
	return a.report()
}

// differs prints that something is not as it was signed.
func (a *audit) differs(key, format string, args ...any) {
	a.faults++
	a.say("DIFFERENT", key, format, args...)
}

// notDone prints that something was not done.
func (a *audit) notDone(key, format string, args ...any) {
	a.undone++
	a.say("NOT DONE", key, format, args...)
}

func (a *audit) say(what, key, format string, args ...any) {
	fmt.Fprintf(a.c.stdout, "%s: %s: %s\n", what, text.Printable(key), text.PrintableLines(fmt.Sprintf(format, args...)))
}

// report prints the end, and returns the exit status.
func (a *audit) report() (int, error) {
	size, root := int64(0), "none"
	if a.last != nil {
		size, root = a.last.Size, checkpoint.Root(a.last.Root)
	}
	fmt.Fprintf(a.c.stdout, "%s: %s with %s, %s on %s, %s, a log of %d leaves with the root %s\n", a.c.tenant, count(a.batches, "submitted batch"),
		count(a.totals.Batches, "batch")+" screened", cli.Count(int(a.totals.Records), "record"), cli.Count(int(a.totals.Documents), "document"), cli.Count(a.commits, "commit"), size, root)
	if a.incomplete > 0 {
		fmt.Fprintf(a.c.stdout, "%s say that the document was not screened completely\n", cli.Count(int(a.incomplete), "record"))
	}
	if a.companions > 0 {
		fmt.Fprintf(a.c.stdout, "%s known companions of documents, such as license texts, and have no statement\n", are(a.companions))
	}
	if a.c.notes == nil {
		fmt.Fprintln(a.c.stdout, "the signatures were not checked: give the public key with -key")
	} else if !a.c.signatures {
		fmt.Fprintln(a.c.stdout, "the signatures of commits and segments were checked, and not those of single statements: see -signatures")
	}
	if a.c.since == "" {
		fmt.Fprintln(a.c.stdout, "whether the bucket was replaced by an earlier copy of itself was not checked: give a copy of an earlier commit with -since")
	}
	switch {
	case a.faults > 0:
		return exitFound, nil
	case a.undone > 0:
		return exitUnread, nil
	case a.totals.Records == 0:
		fmt.Fprintln(a.c.stdout, "nothing was screened")
		return exitUnread, nil
	}
	return exitOK, nil
}

// are returns "1 document is one of the" or "2 documents are".
func are(n int64) string {
	if n == 1 {
		return "1 document is one of the"
	}
	return fmt.Sprintf("%d documents are", n)
}

// count returns a number of batches in words.
func count(n int64, thing string) string {
	if strings.HasSuffix(thing, "batch") && n != 1 {
		return fmt.Sprintf("%d %ses", n, thing)
	}
	return cli.Count(int(n), thing)
}

// hashes are the stored hashes of the log, see [tlog.HashReader].
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, n := range indexes {
		if n < 0 || n >= int64(len(h)) {
			return nil, fmt.Errorf("there is no hash %d of the log", n)
		}
		out[i] = h[n]
	}
	return out, nil
}

// chain checks the commits in order, and what is in each.
func (a *audit) chain(ctx context.Context) error {
	for {
		l, err := compact.Next(ctx, a.c.store, a.c.tenant, a.last, a.c.notes)
		if errors.Is(err, compact.ErrChain) {
			number := int64(1)
			if a.last != nil {
				number = a.last.Number + 1
			}
			a.differs(store.CommitKey(a.c.tenant, number), "%v; no later commit was read", err)
			return nil
		}
		if err != nil || l == nil {
			return err
		}
		for i, leaf := range l.Leaves() {
			more, err := tlog.StoredHashes(l.Size-int64(len(l.Leaves())-i), leaf, a.hashes)
			if err != nil {
				return err
			}
			a.hashes = append(a.hashes, more...)
		}
		root, err := tlog.TreeHash(l.Size, a.hashes)
		if err != nil {
			return err
		}
		if root != l.Root {
			a.differs(l.Key(), "the root of the log is %s; with the segments of the commits it is %s", checkpoint.Root(l.Root), checkpoint.Root(root))
		}
		if err := a.commit(ctx, l); err != nil {
			return err
		}
		a.last = l
		a.commits++
	}
}

// links yields the commits that chain has checked.
func (a *audit) links(ctx context.Context) iter.Seq2[*compact.Link, error] {
	return func(yield func(*compact.Link, error) bool) {
		last := (*compact.Link)(nil)
		for range a.commits {
			l, err := compact.Next(ctx, a.c.store, a.c.tenant, last, a.c.notes)
			if err == nil && l == nil {
				err = fmt.Errorf("%s was removed during the audit", store.CommitKey(a.c.tenant, int64(a.commits)))
			}
			if !yield(l, err) || err != nil {
				return
			}
			last = l
		}
	}
}

// leftCommits reports commits after the last one of the chain.
func (a *audit) leftCommits(ctx context.Context) error {
	end := store.CommitKey(a.c.tenant, int64(a.commits))
	for o, err := range a.c.store.List(ctx, a.c.tenant+"/commits/") {
		if err != nil {
			return err
		}
		if o.Key > end {
			a.differs(o.Key, "it is not the next commit after number %d: one before it is missing or was changed", a.commits)
		}
	}
	return nil
}

// sinceCommit checks that the chain has the commit of -since.
func (a *audit) sinceCommit(ctx context.Context) error {
	if a.c.since == "" {
		return nil
	}
	data, err := os.ReadFile(a.c.since)
	if err != nil {
		return usageError("-since: %v", err)
	}
	old, err := compact.Parse(data, a.c.tenant, a.c.notes)
	if err != nil {
		return usageError("-since %s: %v", a.c.since, err)
	}
	key := store.CommitKey(a.c.tenant, old.Number)
	if old.Number > int64(a.commits) {
		a.differs(key, "the chain ends before the commit of -since, with number %d", a.commits)
		return nil
	}
	now, err := store.Read(ctx, a.c.store, key, 1<<20)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, data) {
		a.differs(key, "it is not the commit of -since")
	}
	return nil
}

// tiles compares the tiles of the log with the commits, for -log.
func (a *audit) tiles(ctx context.Context) error {
	if !a.c.log || a.last == nil {
		return nil
	}
	for _, t := range tlog.NewTiles((&compact.Tiles{}).Height(), 0, a.last.Size) {
		want, err := tlog.ReadTileData(t, a.hashes)
		if err != nil {
			return err
		}
		key := store.TileKey(a.c.tenant, t.Path())
		got, err := store.Read(ctx, a.c.store, key, 1<<20)
		if err != nil && !errors.Is(err, store.ErrMissing) {
			return err
		}
		if !bytes.Equal(got, want) {
			a.differs(key, "the tile has %d bytes that are not those of the log", len(got))
		}
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: a.last.Size, Hash: a.last.Root}, &compact.Tiles{Context: ctx, Store: a.c.store, Tenant: a.c.tenant})
	n := int64(0)
	for l, err := range a.links(ctx) {
		if err != nil {
			return err
		}
		for _, leaf := range l.Leaves() {
			proof, err := tlog.ProveRecord(a.last.Size, n, hashes)
			if err == nil {
				err = tlog.CheckRecord(proof, a.last.Size, a.last.Root, n, tlog.RecordHash(leaf))
			}
			if err != nil {
				a.differs(l.Key(), "leaf %d is not in the log: %v", n, err)
			}
			n++
		}
	}
	return nil
}

// records checks that no record has two rows, and that what was dropped has one.
func (a *audit) records(ctx context.Context) error {
	n := passes(a.totals.Records)
	for pass := range n {
		known := make(map[[16]byte]bool)
		documents := make(map[[16]byte]bool)
		for l, err := range a.links(ctx) {
			if err != nil {
				return err
			}
			if err := a.recordsOf(ctx, l, known, documents, func(id string) bool { return inPass(id, pass, n) }); err != nil {
				return err
			}
		}
		a.totals.Documents += int64(len(documents))
	}
	if a.last != nil && a.last.Totals.Documents != a.totals.Documents {
		a.differs(a.last.Key(), "it counts %d documents; the tables have %d", a.last.Totals.Documents, a.totals.Documents)
	}
	return nil
}

// recordsOf checks the records of a commit that are in a pass.
func (a *audit) recordsOf(ctx context.Context, l *compact.Link, known, documents map[[16]byte]bool, mine func(string) bool) error {
	for i := range l.Tables {
		t := &l.Tables[i]
		if t.Name != table.Documents {
			continue
		}
		for d, err := range compact.ReadTable[table.Document](ctx, a.c.store, l.Commit, t) {
			if errors.Is(err, compact.ErrTable) || errors.Is(err, table.ErrBad) || errors.Is(err, store.ErrMissing) {
				break // it was reported
			}
			if err != nil {
				return err
			}
			if !mine(d.Document) {
				continue
			}
			if known[short(d.Record)] {
				a.differs(l.Commit.Key(t), "record %s on %q has a row in an earlier file too", d.Record, d.Name)
			}
			known[short(d.Record)] = true
			documents[short(d.Document)] = true
		}
	}
	return a.dropped(ctx, l, known, documents, mine)
}

// dropped checks that the documents that a commit has dropped, or of which it has no claims, are
// known.
func (a *audit) dropped(ctx context.Context, l *compact.Link, known, documents map[[16]byte]bool, mine func(string) bool) error {
	for i := range l.Segments {
		s := &l.Segments[i]
		if len(s.Dropped)+len(s.Known) == 0 {
			continue
		}
		b, err := readBatch(ctx, a.c, s.Job.Batch)
		if errors.Is(err, job.ErrBad) || errors.Is(err, store.ErrMissing) {
			continue // it was reported
		}
		if err != nil {
			return err
		}
		for _, n := range slices.Concat(s.Dropped, s.Known) {
			if n < 0 || n >= len(b.Documents) {
				a.differs(l.Key(), "it says that document %d of batch %s is known, which has %d", n, s.Job.Batch, len(b.Documents))
				continue
			}
			key := b.Documents[n].Key()
			if !mine(key) {
				continue
			}
			_, isDropped := slices.BinarySearch(s.Dropped, n)
			if isDropped && !known[short(job.Digest("record", key, s.Job.Screening))] || !documents[short(key)] {
				a.differs(l.Key(), "it says that document %d of batch %s is known, and no earlier commit has it", n, s.Job.Batch)
			}
		}
	}
	return nil
}

// leftTables reports files in the folder of the tables that are of no commit.
func (a *audit) leftTables(ctx context.Context) error {
	for o, err := range a.c.store.List(ctx, a.c.tenant+"/tables/") {
		if err != nil {
			return err
		}
		if !a.tables[short(job.Digest(o.Key))] {
			a.differs(o.Key, "the file is of no commit")
		}
	}
	return nil
}

// leftNotes reports jobs that can never be done, and segments that were rejected.
func (a *audit) leftNotes(ctx context.Context) error {
	for _, folder := range []string{"failed", "rejected"} {
		for o, err := range a.c.store.List(ctx, a.c.tenant+"/"+folder+"/") {
			if err != nil {
				return err
			}
			if !strings.HasSuffix(o.Key, ".json") {
				continue
			}
			data, err := store.Read(ctx, a.c.store, o.Key, 1<<20)
			if err != nil {
				return err
			}
			if folder == "failed" {
				a.notDone(o.Key, "the job can never be done: %s", data)
			} else {
				// The job was done again, or its batch is reported.
				a.say("note", o.Key, "a segment was rejected: %s", data)
			}
		}
	}
	return nil
}

// short returns the first bytes of a digest in hex.
func short(digest string) (key [16]byte) {
	for i := range min(len(digest)/2, len(key)) {
		key[i] = unhex(digest[2*i])<<4 | unhex(digest[2*i+1])
	}
	return key
}

func unhex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}
