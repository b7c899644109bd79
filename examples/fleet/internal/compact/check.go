// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
)

// ErrSegment is wrapped by each error about a segment that is not that of its job: its bytes are
// damaged, or it is of another job, or it does not have all documents, or it is not signed.
var ErrSegment = errors.New("not the segment of the job")

// A Checked segment is one that was read and is that of its job. Close removes its copy.
type Checked struct {
	*segment.Reader
	Content *segment.Content
	SHA256  string // of its object; set also with an error, if it could be read
	Bytes   int64
	file    *os.File
}

// Close removes the copy of the segment.
func (c *Checked) Close() error {
	if c.file == nil {
		return nil
	}
	return errors.Join(c.file.Close(), os.Remove(c.file.Name()))
}

// CheckSegment reads the segment of a job into a temporary file in a folder and checks everything in
// it: the digests of all blocks, the signature, and that it has the documents of the job. An
// error about the segment itself wraps ErrSegment, or segment.ErrVersion for one that another
// version of the program made; other errors are those of the store. Without keys, the signature is
// not checked. The caller closes the result, also with an error.
func CheckSegment(ctx context.Context, s store.Store, j *job.Job, dir string, keys []dsse.Verifier) (*Checked, error) {
	c := &Checked{}
	if err := c.copy(ctx, s, store.SegmentKey(j), dir); err != nil {
		return c, err
	}
	if err := c.open(ctx, j, keys); err != nil {
		if errors.Is(err, segment.ErrVersion) {
			return c, err
		}
		return c, fmt.Errorf("%w: %w", ErrSegment, err)
	}
	b, err := work.ReadBatch(ctx, s, j)
	if err != nil {
		return c, err
	}
	screening, err := work.ReadScreening(ctx, s, j.Tenant, j.Screening)
	if err != nil {
		return c, err
	}
	if err := c.matches(j, b, screening); err != nil {
		return c, fmt.Errorf("%w: %w", ErrSegment, err)
	}
	return c, nil
}

// copy copies the object to a temporary file, and computes its digest.
func (c *Checked) copy(ctx context.Context, s store.Store, key, dir string) (err error) {
	in, err := s.Open(ctx, key, 0, -1)
	if err != nil {
		return err
	}
	defer in.Close()
	if c.file, err = os.CreateTemp(dir, "segment-*"); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(c.file, h), io.LimitReader(in, store.MaxSegment+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", key, err)
	}
	if n > store.MaxSegment {
		return fmt.Errorf("reading %s: it is larger than %d bytes", key, int64(store.MaxSegment))
	}
	c.SHA256, c.Bytes = hex.EncodeToString(h.Sum(nil)), n
	return nil
}

// open reads the index, the content and all blocks.
func (c *Checked) open(ctx context.Context, j *job.Job, keys []dsse.Verifier) (err error) {
	if c.Reader, err = segment.NewReader(c.file, c.Bytes); err != nil {
		return err
	}
	if len(keys) > 0 {
		if err := c.Verify(ctx, keys...); err != nil {
			return err
		}
	}
	if got := c.Index.Job.ID(); got != j.ID() {
		return fmt.Errorf("it is the segment of job %s", got)
	}
	return c.eachStatement(func(*segment.Entry, []byte) error { return nil }, func() (err error) {
		c.Content, err = c.Reader.Content()
		return err
	})
}

// eachStatement reads each block once, and calls a function with each statement, and another one
// at the end.
func (c *Checked) eachStatement(each func(*segment.Entry, []byte) error, end func() error) error {
	for n := range c.Statements() {
		raw, err := c.Block(n)
		if err != nil {
			return err
		}
		for i := range c.Index.Entries {
			e := &c.Index.Entries[i]
			if e.Block != n {
				continue
			}
			statement := raw[e.Offset : e.Offset+e.Size]
			if digest(statement) != e.SHA256 {
				return fmt.Errorf("the statement on document %d of the batch does not have the digest of the index", e.Index)
			}
			if err := each(e, statement); err != nil {
				return err
			}
		}
	}
	return end()
}

// EachStatement calls a function with each statement of the segment. It reads one block at a time.
func (c *Checked) EachStatement(each func(*segment.Entry, []byte) error) error {
	return c.eachStatement(each, func() error { return nil })
}

// matches checks that the segment has exactly the documents of the job, with a row each.
func (c *Checked) matches(j *job.Job, b *job.Batch, s *job.Screening) error {
	want := j.Only
	if len(want) == 0 {
		for i := range b.Documents {
			want = append(want, i)
		}
	}
	entries, rows := c.Index.Entries, c.Content.Documents
	if len(entries) != len(want) || len(rows) != len(want) {
		return fmt.Errorf("it has %d records and %d rows for %d documents", len(entries), len(rows), len(want))
	}
	id := j.ID()
	records := make(map[string]bool)
	for i, n := range want {
		d, e, row := &b.Documents[n], &entries[i], &rows[i]
		key := d.Key()
		record := work.RecordKey(key, j.Screening)
		if e.Index != n || e.Document != key || e.Record != record {
			return fmt.Errorf("record %d is not on document %d of the batch, %q", i, n, d.Name)
		}
		if int(row.Index) != n || row.Document != key || row.Record != record || row.Name != d.Name || row.Batch != j.Batch ||
			row.Segment != id || row.Screening != j.Screening || row.Release != s.Release {
			return fmt.Errorf("row %d is not about document %d of the batch, %q", i, n, d.Name)
		}
		records[record] = true
	}
	for i := range c.Content.Findings {
		f := &c.Content.Findings[i]
		n := int(f.Index)
		if n < 0 || n >= len(b.Documents) || f.Document != b.Documents[n].Key() || !records[f.Record] || f.Record != work.RecordKey(f.Document, j.Screening) ||
			f.Screening != j.Screening || f.Release != s.Release || f.Segment != id {
			return fmt.Errorf("finding %d is not about a document of the job", i)
		}
	}
	return nil
}
