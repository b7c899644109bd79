// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// write makes the commit of a part. It reports false if another compactor has made one with the
// number; then that one was read.
func (c *Compactor) write(ctx context.Context, p *part, s *job.Screening) (bool, error) {
	l, err := c.state.last(c.Tenant)
	if err != nil {
		return false, err
	}
	x := &Commit{
		Version: commitVersion, Tenant: c.Tenant, Number: l.Number + 1, Previous: l.SHA256,
		Screening: s.ID(), Release: s.Release, Generation: p.generation,
		Segments: p.segments, Deltas: p.deltas, Totals: l.Totals,
	}
	if err := c.stage(ctx, p, x); err != nil {
		return false, err
	}
	if err := c.count(p, x); err != nil {
		return false, err
	}
	log, err := grow(c.state, l.Size, x.Leaves())
	if err != nil {
		return false, err
	}
	x.Size = l.Size + int64(len(x.Leaves()))
	if x.Root, err = tlog.TreeHash(x.Size, log); err != nil {
		return false, err
	}
	data, err := x.sign(c.Key.Notes)
	if err != nil {
		return false, err
	}
	err = c.Store.Create(ctx, store.CommitKey(c.Tenant, x.Number), data)
	if err != nil && !errors.Is(err, store.ErrExists) {
		return false, err
	}
	created := err == nil
	if err := c.catchUp(ctx); err != nil {
		return false, err
	}
	if !created && c.last != nil && c.last.Number < x.Number {
		return false, fmt.Errorf("%s exists and cannot be read", store.CommitKey(c.Tenant, x.Number))
	}
	if created && c.Done != nil {
		c.Done(x)
	}
	return created, nil
}

// count sets the sums of a commit.
func (c *Compactor) count(p *part, x *Commit) error {
	var batches []string
	for i := range p.segments {
		batches = append(batches, p.segments[i].Job.Batch)
	}
	slices.Sort(batches)
	batches = slices.Compact(batches)
	known, err := c.state.has(bucketBatches, batches...)
	if err != nil {
		return err
	}
	for _, k := range known {
		if !k {
			x.Totals.Batches++
		}
	}
	for i := range p.rows {
		if Incomplete(&p.rows[i]) {
			x.Incomplete++
		}
	}
	x.Totals.Documents += p.newDocuments
	x.Totals.Records += int64(len(p.rows))
	x.Totals.Segments += int64(len(p.segments))
	return nil
}

// stage writes the files of the tables to the folder of the commit that is being made.
func (c *Compactor) stage(ctx context.Context, p *part, x *Commit) error {
	slices.SortFunc(p.rows, table.CompareDocuments)
	slices.SortStableFunc(p.findings, table.CompareFindings)
	if err := stage(ctx, c, x, slices.Values(p.rows)); err != nil {
		return err
	}
	if err := stage(ctx, c, x, slices.Values(p.findings)); err != nil {
		return err
	}
	for i := range p.findings {
		if v := p.findings[i].Vendor; len(p.findings) > 0 && (i == 0 || v != p.findings[i-1].Vendor) {
			t := &x.Tables[len(x.Tables)-1]
			t.Vendors = append(t.Vendors, v)
		}
	}
	return stage(ctx, c, x, merge(p.claims))
}

// stage writes the file of a table, if it has rows.
func stage[T table.Row](ctx context.Context, c *Compactor, x *Commit, rows iter.Seq[T]) (err error) {
	f, err := os.CreateTemp(c.files(), "table-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	h := sha256.New()
	w := table.NewWriter[T](io.MultiWriter(f, h))
	for row := range rows {
		if err := w.Write(&row); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil || w.Rows() == 0 {
		return err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	t := Table{Name: table.Name[T](), SHA256: hex.EncodeToString(h.Sum(nil)), Bytes: size, Rows: w.Rows()}
	x.Tables = append(x.Tables, t)
	return c.Store.Write(ctx, store.StagedKey(c.Tenant, x.Number, t.SHA256), f)
}

// merge yields the claims of sorted lists in the order of the table.
func merge(lists [][]table.Claim) iter.Seq[table.Claim] {
	return func(yield func(table.Claim) bool) {
		h := claimHeap(slices.Clone(lists))
		heap.Init(&h)
		for len(h) > 0 {
			if !yield(h[0][0]) {
				return
			}
			if h[0] = h[0][1:]; len(h[0]) == 0 {
				heap.Pop(&h)
			} else {
				heap.Fix(&h, 0)
			}
		}
	}
}

// A claimHeap has the list with the least first claim first.
type claimHeap [][]table.Claim

func (h claimHeap) Len() int           { return len(h) }
func (h claimHeap) Less(i, j int) bool { return table.CompareClaims(h[i][0], h[j][0]) < 0 }
func (h claimHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *claimHeap) Push(x any)        { *h = append(*h, x.([]table.Claim)) }
func (h *claimHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Key returns the key of the file of a table of a commit.
func (c *Commit) Key(t *Table) string {
	release := c.Release
	if t.Name == table.Claims {
		release = ""
	}
	return store.TableKey(c.Tenant, t.Name, release, c.Number)
}

// catchUp brings the state to the newest commit, and finishes commits that were interrupted.
func (c *Compactor) catchUp(ctx context.Context) error {
	if c.last == nil {
		if err := c.resume(ctx); err != nil {
			return err
		}
	}
	for l, err := range Chain(ctx, c.Store, c.Tenant, c.last, c.Key.NoteVerifier) {
		if err != nil {
			return err
		}
		if err := c.publish(ctx, l); err != nil {
			return err
		}
		if err := c.learn(ctx, l); err != nil {
			return err
		}
		c.last = l
	}
	return nil
}

// resume finds the commit that the state is as of. A state of another chain, or of a commit that
// does not exist, is made again.
func (c *Compactor) resume(ctx context.Context) error {
	was, err := c.state.last(c.Tenant)
	if err != nil {
		return err
	}
	if was.Number > 0 {
		data, err := store.Read(ctx, c.Store, store.CommitKey(c.Tenant, was.Number), maxCommit)
		if err != nil && !errors.Is(err, store.ErrMissing) {
			return err
		}
		if err == nil && digest(data) == was.SHA256 {
			x, err := Parse(data, c.Tenant, c.Key.NoteVerifier)
			if err != nil {
				return err
			}
			c.last = &Link{x, was.SHA256, data}
			return nil
		}
		c.Log.Warn("the local state is not of this bucket, and is made again from the commits", "tenant", c.Tenant)
	}
	return c.state.clear()
}

// learn adds a commit to the state.
func (c *Compactor) learn(ctx context.Context, l *Link) error {
	before, err := c.state.last(c.Tenant)
	if err != nil {
		return err
	}
	log, err := grow(c.state, before.Size, l.Leaves())
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(l.Size, log)
	if err != nil {
		return err
	}
	if root != l.Root {
		return fmt.Errorf("%s: %w: the log has another root", l.Key(), ErrChain)
	}
	// The tiles are written before the state says that the commit is done.
	if err := writeTiles(ctx, c.Store, c.Tenant, before.Size, l.Size, log); err != nil {
		return err
	}
	var keys keysOf
	programs := make(map[string]string) // of segments, by the ids of their jobs
	for i := range l.Segments {
		programs[l.Segments[i].Job.ID()] = l.Segments[i].Program
	}
	for i := range l.Tables {
		if l.Tables[i].Name != table.Documents {
			continue
		}
		for row, err := range ReadTable[table.Document](ctx, c.Store, l.Commit, &l.Tables[i]) {
			if err != nil {
				return err
			}
			keys.records = append(keys.records, row.Record)
			keys.documents = append(keys.documents, row.Document)
			if row.Indexed {
				keys.claims = append(keys.claims, claimsID(row.Document, programs[row.Segment]))
			}
		}
	}
	return c.state.apply(l, keys, log.hashes)
}

// publish copies the files of the tables of a commit to their places, and removes what was staged for
// commits up to this one.
func (c *Compactor) publish(ctx context.Context, l *Link) error {
	for i := range l.Tables {
		t := &l.Tables[i]
		key, staged := l.Commit.Key(t), store.StagedKey(c.Tenant, l.Number, t.SHA256)
		if o, err := c.Store.Stat(ctx, key); err == nil && o.Size == t.Bytes {
			continue
		} else if err != nil && !errors.Is(err, store.ErrMissing) {
			return err
		}
		if err := c.move(ctx, l, staged, key, t); err != nil {
			return err
		}
	}
	var old []string
	for o, err := range c.Store.List(ctx, c.Tenant+"/staging/") {
		if err != nil {
			return err
		}
		if o.Key < fmt.Sprintf("%s/staging/%08d/", c.Tenant, l.Number+1) {
			old = append(old, o.Key)
		}
	}
	for _, key := range old {
		if err := c.Store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// move copies a staged file to its place. If it is missing, another compactor has done it, or the file was
// lost in its place, and is made again.
func (c *Compactor) move(ctx context.Context, l *Link, staged, key string, t *Table) error {
	data, err := readTable(ctx, c.Store, staged, t)
	if errors.Is(err, store.ErrMissing) {
		if o, err := c.Store.Stat(ctx, key); err == nil && o.Size == t.Bytes {
			return nil
		}
		data, err = c.restore(ctx, l, t)
	}
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, key, bytes.NewReader(data))
}

// maxTable bounds a file of a table. A commit has one segment at least, which bounds it as well.
const maxTable = 2 << 30

// ErrTable is wrapped by the error about a file of a table that is not the one of its commit.
var ErrTable = errors.New("not the file of the commit")

// readTable reads a file of a table and checks its digest.
func readTable(ctx context.Context, s store.Store, key string, t *Table) ([]byte, error) {
	if t.Bytes < 0 || t.Bytes > maxTable {
		return nil, fmt.Errorf("%s has %d bytes; expected at most %d", key, t.Bytes, int64(maxTable))
	}
	data, err := store.Read(ctx, s, key, t.Bytes)
	if err != nil {
		return nil, err
	}
	if got := digest(data); got != t.SHA256 {
		return nil, fmt.Errorf("%s: %w: its SHA-256 digest is %s; expected %s", key, ErrTable, got, t.SHA256)
	}
	return data, nil
}
