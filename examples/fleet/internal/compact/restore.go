// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// restore makes a file of a table of a commit again from the segments, if it was lost. The bytes
// must be those that the commit has.
func (c *Compactor) restore(ctx context.Context, l *Link, t *Table) ([]byte, error) {
	c.Log.Warn("a file of a table was lost, and is made again from the segments", "tenant", c.Tenant, "key", l.Commit.Key(t))
	p := &part{}
	for i := range l.Segments {
		s := &l.Segments[i]
		if err := c.restoreRows(ctx, p, s, l.Generation); err != nil {
			return nil, fmt.Errorf("%s: making it again: %w", l.Commit.Key(t), err)
		}
	}
	var data []byte
	var err error
	switch t.Name {
	case table.Documents:
		slices.SortFunc(p.rows, table.CompareDocuments)
		data, err = encodeTable(slices.Values(p.rows))
	case table.Findings:
		slices.SortStableFunc(p.findings, table.CompareFindings)
		data, err = encodeTable(slices.Values(p.findings))
	case table.Claims:
		data, err = encodeTable(merge(p.claims))
	}
	if err == nil && digest(data) != t.SHA256 {
		err = fmt.Errorf("%s: %w: made again from the segments, it has other bytes; the version of the program that made it can", l.Commit.Key(t), ErrTable)
	}
	return data, err
}

// restoreRows adds the rows of a segment.
func (c *Compactor) restoreRows(ctx context.Context, p *part, s *Segment, generation int32) error {
	x, err := CheckSegment(ctx, c.Store, &s.Job, c.files(), c.keys)
	defer x.Close()
	if err != nil {
		return err
	}
	if x.SHA256 != s.SHA256 {
		return fmt.Errorf("%s: %w: its SHA-256 digest is %s; the commit has %s", store.SegmentKey(&s.Job), ErrSegment, x.SHA256, s.SHA256)
	}
	rows := RowsOf(x.Content, s, generation)
	p.rows = append(p.rows, rows.Documents...)
	p.findings = append(p.findings, rows.Findings...)
	if len(rows.Claims) > 0 {
		p.claims = append(p.claims, rows.Claims)
	}
	return nil
}

// encodeTable returns a file of a table.
func encodeTable[T table.Row](rows iter.Seq[T]) ([]byte, error) {
	var b bytes.Buffer
	w := table.NewWriter[T](&b)
	for row := range rows {
		if err := w.Write(&row); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
