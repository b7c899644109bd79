// SPDX-License-Identifier: Apache-2.0

// Package compact makes segments visible: it checks them, drops what an earlier commit has, writes
// the files of the tables, adds the segments to an append-only log, and writes a commit.
//
// A commit is an object with a number. Of several compactors that write the same number, one
// succeeds (store.Create), and the others read its commit and start again. A commit has the digest of
// the one before, and is a signed checkpoint of the log, so that the commits of a tenant are a
// chain in which nothing can be changed or removed by somebody who does not have the key.
//
// The order of writing is:
//
//  1. the files of the tables, in the folder staging of the number of the commit
//  2. the commit
//  3. the files of the tables, in their place; the tiles of the log
//  4. the local state, which can be made again from the commits
//
// After an interruption at any point, what comes after the commit is done again, and what comes
// before it counts for nothing. A file in the folder tables is always one of a commit.
package compact

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// KeyName is the name of the key in the notes of a fleet.
const KeyName = "clause76.fleet"

// ErrChain is wrapped by each error about a commit that is not the next one of its chain.
var ErrChain = errors.New("bad commit")

const (
	commitVersion = 1
	maxCommit     = 1_000_000 // bytes of a note
)

// head returns the first line of the commits of a tenant. It has the name of the tenant, so that a
// commit cannot be used for another tenant.
func head(tenant string) string { return KeyName + "/" + tenant }

// A Commit makes segments, deltas and the files of tables visible. All are of one screening.
type Commit struct {
	Version  int    `json:"version"`
	Tenant   string `json:"tenant"`
	Number   int64  `json:"number"`   // the first is 1
	Previous string `json:"previous"` // the SHA-256 digest of the commit before, in hex; "" for the first

	Screening  string `json:"screening"` // its id
	Release    string `json:"release"`   // its name
	Generation int32  `json:"generation"`

	Segments []Segment `json:"segments,omitempty"` // in the order of the ids of their jobs
	Deltas   []Delta   `json:"deltas,omitempty"`   // likewise
	Tables   []Table   `json:"tables,omitempty"`
	// Incomplete is how many of the documents of this commit were not screened completely.
	Incomplete int64 `json:"incomplete,omitempty"`
	// Totals are the sums over all commits up to this one.
	Totals Totals `json:"totals"`

	// Size and Root are those of the log with this commit. They are lines of the note, not of the
	// JSON.
	Size int64     `json:"-"`
	Root tlog.Hash `json:"-"`
}

// A Segment is a segment that a commit makes visible.
type Segment struct {
	Job       job.Job `json:"job"`
	SHA256    string  `json:"sha256"`
	Bytes     int64   `json:"bytes"`
	Documents int     `json:"documents"` // records in it
	Program   string  `json:"program"`   // the version of the program that made it
	// Dropped are the indexes of the documents with a record under the same screening in an earlier
	// segment. Their rows are not in the tables.
	Dropped []int `json:"dropped,omitempty"`
	// Known are the indexes of the documents with claims that are in the tables already: all those that
	// the version of the program has read, if it has read all.
	Known []int `json:"known,omitempty"`
}

// A Delta is a signed statement that the records of a segment are also right under the screening of
// the commit, without those of the affected documents.
type Delta struct {
	Job      job.Job `json:"job"` // of the segment; its screening is the one before
	SHA256   string  `json:"sha256"`
	Affected []int   `json:"affected,omitempty"` // indexes in the batch, in ascending order
}

// A Table is a file of a table.
type Table struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
	// Vendors are the vendors of findings, in order.
	Vendors []string `json:"vendors,omitempty"`
}

// Totals are sums over commits.
type Totals struct {
	Documents int64 `json:"documents"` // different ones
	Records   int64 `json:"records"`
	Batches   int64 `json:"batches"` // different ones
	Segments  int64 `json:"segments"`
}

// Leaves returns the leaves that the commit adds to the log.
func (c *Commit) Leaves() [][]byte {
	var all [][]byte
	for i := range c.Segments {
		s := &c.Segments[i]
		all = append(all, fmt.Appendf(nil, "segment %s %s\n", s.Job.ID(), s.SHA256))
	}
	for i := range c.Deltas {
		d := &c.Deltas[i]
		all = append(all, fmt.Appendf(nil, "delta %s %s %s\n", d.Job.ID(), c.Screening, d.SHA256))
	}
	return all
}

// sign returns the signed note of a commit.
func (c *Commit) sign(key note.Signer) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	data, err := checkpoint.Sign(key, head(c.Tenant), strconv.FormatInt(c.Size, 10), checkpoint.Root(c.Root), string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))))
	if err == nil && len(data) > maxCommit {
		err = fmt.Errorf("the commit has %d bytes; expected at most %d", len(data), maxCommit)
	}
	return data, err
}

// Parse reads a commit of a tenant. It does not check the signature if v is nil.
func Parse(data []byte, tenant string, v note.Verifier) (*Commit, error) {
	lines, err := checkpoint.Open(data, head(tenant), v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChain, err)
	}
	if len(lines) != 4 {
		return nil, fmt.Errorf("%w: it has %d lines; expected 4", ErrChain, len(lines))
	}
	c := &Commit{}
	if err := json.Unmarshal([]byte(lines[3]), c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChain, err)
	}
	n, root, err := checkpoint.Tree(lines[1], lines[2])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChain, err)
	}
	c.Size, c.Root = int64(n), root
	if c.Version != commitVersion {
		return nil, fmt.Errorf("%w: it has version %d; expected %d", ErrChain, c.Version, commitVersion)
	}
	return c, c.check(tenant)
}

// check checks what the other parts of a fleet rely on.
func (c *Commit) check(tenant string) error {
	if c.Tenant != tenant || c.Number < 1 || c.Generation < 1 || len(c.Screening) != 64 {
		return fmt.Errorf("%w: number %d of tenant %q, generation %d, screening %q", ErrChain, c.Number, c.Tenant, c.Generation, c.Screening)
	}
	for i := range c.Segments {
		s := &c.Segments[i]
		if err := s.Job.Check(); err != nil {
			return fmt.Errorf("%w: segment %d: %w", ErrChain, i, err)
		}
		if s.Job.Tenant != tenant || s.Job.Screening != c.Screening {
			return fmt.Errorf("%w: segment %d is of another tenant or screening", ErrChain, i)
		}
	}
	for i := range c.Deltas {
		if err := c.Deltas[i].Job.Check(); err != nil || c.Deltas[i].Job.Tenant != tenant {
			return fmt.Errorf("%w: the job of delta %d: %w", ErrChain, i, err)
		}
	}
	return nil
}

// A Link is a commit and its place in the chain.
type Link struct {
	*Commit
	SHA256 string // of its object
	Note   []byte // its object
}

// Key returns the key of its object.
func (l *Link) Key() string { return store.CommitKey(l.Tenant, l.Number) }

// Chain yields the commits of a tenant after a link, in order; all of them if it is nil. Each is
// checked to be the next one. It does not check signatures if v is nil.
func Chain(ctx context.Context, s store.Store, tenant string, after *Link, v note.Verifier) iter.Seq2[*Link, error] {
	return func(yield func(*Link, error) bool) {
		last := after
		for {
			next, err := Next(ctx, s, tenant, last, v)
			if err != nil {
				yield(nil, err)
				return
			}
			if next == nil || !yield(next, nil) {
				return
			}
			last = next
		}
	}
}

// Next reads the commit after a link, the first one after nil. It returns nil if there is none.
func Next(ctx context.Context, s store.Store, tenant string, last *Link, v note.Verifier) (*Link, error) {
	number, previous, size := int64(1), "", int64(0)
	if last != nil {
		number, previous, size = last.Number+1, last.SHA256, last.Size
	}
	key := store.CommitKey(tenant, number)
	data, err := store.Read(ctx, s, key, maxCommit)
	if errors.Is(err, store.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := Parse(data, tenant, v)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", key, err)
	case c.Number != number || c.Previous != previous:
		return nil, fmt.Errorf("%s: %w: it is number %d after %s; expected number %d after %s", key, ErrChain, c.Number, c.Previous, number, previous)
	case c.Size != size+int64(len(c.Segments)+len(c.Deltas)):
		return nil, fmt.Errorf("%s: %w: the log has %d leaves with it; expected %d", key, ErrChain, c.Size, size+int64(len(c.Segments)+len(c.Deltas)))
	}
	return &Link{c, digest(data), data}, nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
