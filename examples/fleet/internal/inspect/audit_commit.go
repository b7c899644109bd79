// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
)

// readBatch reads the batch with an id.
func readBatch(ctx context.Context, c *config, id string) (*job.Batch, error) {
	return work.ReadBatch(ctx, c.store, &job.Job{Tenant: c.tenant, Batch: id})
}

// commit checks the segments, the delta statements and the tables of a commit.
func (a *audit) commit(ctx context.Context, l *compact.Link) error {
	want := &segment.Content{}
	whole := true
	for i := range l.Segments {
		s := &l.Segments[i]
		content, err := a.segment(ctx, l, s)
		if err != nil {
			return err
		}
		if content == nil {
			whole = false
			continue
		}
		rows := compact.RowsOf(content, s, l.Generation)
		want.Documents = append(want.Documents, rows.Documents...)
		want.Findings = append(want.Findings, rows.Findings...)
		want.Claims = append(want.Claims, rows.Claims...)
	}
	for i := range l.Deltas {
		if err := a.delta(ctx, l, &l.Deltas[i]); err != nil {
			return err
		}
	}
	a.totals.Segments += int64(len(l.Segments))
	slices.SortFunc(want.Documents, table.CompareDocuments)
	slices.SortStableFunc(want.Findings, table.CompareFindings)
	slices.SortFunc(want.Claims, table.CompareClaims)
	if err := compare(ctx, a, l, want.Documents, whole); err != nil {
		return err
	}
	if err := compare(ctx, a, l, want.Findings, whole); err != nil {
		return err
	}
	if err := compare(ctx, a, l, want.Claims, whole); err != nil {
		return err
	}
	if whole {
		a.sums(l, want)
	}
	return nil
}

// sums checks what a commit counts.
func (a *audit) sums(l *compact.Link, want *segment.Content) {
	incomplete := int64(0)
	for i := range want.Documents {
		if compact.Incomplete(&want.Documents[i]) {
			incomplete++
		}
	}
	for i := range want.Documents {
		if companion(&want.Documents[i]) {
			a.companions++
		}
	}
	a.incomplete += incomplete
	if l.Incomplete != incomplete {
		a.differs(l.Key(), "it counts %d documents that were not screened completely; its segments have %d", l.Incomplete, incomplete)
	}
	if l.Totals.Records != a.totals.Records || l.Totals.Segments != a.totals.Segments {
		a.differs(l.Key(), "it counts %d records and %d segments; the commits have %d and %d", l.Totals.Records, l.Totals.Segments, a.totals.Records, a.totals.Segments)
	}
	var vendors []string
	for i := range want.Findings {
		vendors = append(vendors, want.Findings[i].Vendor)
	}
	for i := range l.Tables {
		if l.Tables[i].Name == table.Findings && !slices.Equal(l.Tables[i].Vendors, slices.Compact(vendors)) {
			a.differs(l.Key(), "its list of vendors is not that of its findings")
		}
	}
}

// segment checks a segment, and returns its rows; nil if they cannot be read.
func (a *audit) segment(ctx context.Context, l *compact.Link, s *compact.Segment) (*segment.Content, error) {
	key := store.SegmentKey(&s.Job)
	x, err := compact.CheckSegment(ctx, a.c.store, &s.Job, a.dir, a.c.keys())
	defer x.Close()
	switch {
	case errors.Is(err, store.ErrMissing):
		a.differs(key, "commit %d has the segment: %v", l.Number, err)
		return nil, nil
	case errors.Is(err, compact.ErrSegment), errors.Is(err, segment.ErrVersion), errors.Is(err, job.ErrBad):
		a.differs(key, "%v", err)
		return nil, nil
	case err != nil:
		return nil, err
	}
	if x.SHA256 != s.SHA256 || x.Bytes != s.Bytes || len(x.Index.Entries) != s.Documents || x.Index.Program != s.Program {
		a.differs(key, "it has the SHA-256 digest %s, %d bytes and %d records; commit %d has %s, %d and %d", x.SHA256, x.Bytes, len(x.Index.Entries), l.Number, s.SHA256, s.Bytes, s.Documents)
		return nil, nil
	}
	if a.c.signatures {
		if err := a.statements(ctx, x, s); err != nil {
			return nil, err
		}
	}
	return x.Content, nil
}

// statements checks the signatures of the statements of a segment, and that its rows follow from
// them.
func (a *audit) statements(ctx context.Context, x *compact.Checked, s *compact.Segment) error {
	if a.c.statements == nil {
		return usageError("-signatures needs the public key: give it with -key")
	}
	b, err := readBatch(ctx, a.c, s.Job.Batch)
	if err != nil {
		return err
	}
	screening, err := work.ReadScreening(ctx, a.c.store, a.c.tenant, s.Job.Screening)
	if err != nil {
		return err
	}
	next, verified := 0, 0
	var findings []table.Finding
	key := store.SegmentKey(&s.Job)
	err = x.EachStatement(func(e *segment.Entry, statement []byte) error {
		d, row := &b.Documents[e.Index], next
		next++
		if e.Size == 0 {
			if !withoutStatement(d, &x.Content.Documents[row]) {
				a.differs(key, "there is no statement on %q", d.Name)
				return nil
			}
			verified++
			return nil
		}
		report, _, err := evidence.Verify(ctx, statement, a.c.statements)
		if err != nil {
			a.differs(key, "the statement on %q: %v", d.Name, err)
			return nil
		}
		if err := about(report, d, screening); err != nil {
			a.differs(key, "the statement on %q: %v", d.Name, err)
			return nil
		}
		rows := work.Rows(screening, &s.Job, d, e, report)
		want, got := rows.Documents[0], x.Content.Documents[row]
		// What the statement does not have: it only says that nothing was screened.
		want.Indexed = got.Indexed
		if want.Error != "" {
			want.Crashed = got.Crashed
			if got.Error == work.Missing || got.Error == work.Changed {
				want.Error = got.Error
			}
		}
		if want != got {
			a.differs(key, "the row on %q is not the one of its statement", d.Name)
		}
		findings = append(findings, rows.Findings...)
		verified++
		return nil
	})
	if err == nil && verified == len(x.Content.Documents) && !slices.Equal(findings, x.Content.Findings) {
		a.differs(key, "its findings are not those of its statements")
	}
	return err
}

// withoutStatement reports whether a document can have no statement: it is a known companion of
// documents, such as a license text; or no digest was submitted, and its content was not there.
func withoutStatement(d *job.Document, row *table.Document) bool {
	return (companion(row) || d.SHA256 == "" && row.Error != "") && row.Verdict == match.Inconclusive.String() && row.Findings == 0
}

// companion reports whether a row is about a known companion of documents, which is not screened.
func companion(row *table.Document) bool {
	return row.Documents == 0 && row.Error == "" && !row.Crashed
}

// about checks that a record is on a document under a screening.
func about(r *evidence.Report, d *job.Document, s *job.Screening) error {
	if r.Denylist.Digest != s.Digest || s.AsOf != "" && string(r.Denylist.AsOf) != s.AsOf {
		return fmt.Errorf("it is by denylist %s (%s) as of %s; expected %s (%s)", r.Denylist.Release, r.Denylist.Digest, r.Denylist.AsOf, s.Release, s.Digest)
	}
	for _, f := range r.Files() {
		if d.SHA256 != "" && f.SHA256 != d.SHA256 {
			return fmt.Errorf("it is on a file with the SHA-256 digest %s; expected %s", f.SHA256, d.SHA256)
		}
	}
	return nil
}

// compare compares the file of a table of a commit with the rows of its segments; only the digest of
// the file if not all segments could be read.
func compare[T table.Row](ctx context.Context, a *audit, l *compact.Link, want []T, whole bool) error {
	var t *compact.Table
	for i := range l.Tables {
		if l.Tables[i].Name == table.Name[T]() {
			t = &l.Tables[i]
		}
	}
	if t == nil {
		if whole && len(want) > 0 {
			a.differs(l.Key(), "it has no table %s; its segments have %d rows for it", table.Name[T](), len(want))
		}
		return nil
	}
	key := l.Commit.Key(t)
	a.tables[short(job.Digest(key))] = true
	n := 0
	for row, err := range compact.ReadTable[T](ctx, a.c.store, l.Commit, t) {
		switch {
		case errors.Is(err, compact.ErrTable), errors.Is(err, table.ErrBad), errors.Is(err, store.ErrMissing):
			a.differs(key, "%v", err)
			return nil
		case err != nil:
			return err
		}
		if whole && (n >= len(want) || *row != want[n]) {
			a.differs(key, "row %d is not one of the segments of commit %d", n, l.Number)
			return nil
		}
		n++
	}
	if whole && n != len(want) || int64(n) != t.Rows {
		a.differs(key, "it has %d rows; the segments of commit %d have %d, and the commit says %d", n, l.Number, len(want), t.Rows)
	}
	if t.Name == table.Documents {
		a.totals.Records += int64(n)
	}
	return nil
}

// delta checks a delta statement.
func (a *audit) delta(ctx context.Context, l *compact.Link, d *compact.Delta) error {
	key := store.DeltaKey(&d.Job, l.Screening)
	data, err := store.Read(ctx, a.c.store, key, 1<<20)
	if errors.Is(err, store.ErrMissing) {
		a.differs(key, "commit %d has the delta statement, which is missing", l.Number)
		return nil
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != d.SHA256 {
		a.differs(key, "it has the SHA-256 digest %s; commit %d has %s", got, l.Number, d.SHA256)
		return nil
	}
	if a.c.statements == nil {
		return nil
	}
	x, err := ParseDelta(ctx, data, a.c.statements)
	if err != nil {
		a.differs(key, "%v", err)
		return nil
	}
	if x.Job.ID() != d.Job.ID() || x.Screening != l.Screening || !slices.Equal(x.Affected, d.Affected) {
		a.differs(key, "it does not say what commit %d says", l.Number)
	}
	return nil
}
