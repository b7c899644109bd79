// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
)

// maxFlips bounds the changes of verdicts that are listed for an earlier screening.
const maxFlips = 1000

// A Pair is two segments with records of the same documents, under an earlier screening and under the
// new one.
type Pair struct {
	Before, After job.Job  // of the segments
	Documents     [][2]int // the indexes of each document in the batch of Before and of After
}

// maxOpen bounds the jobs that Wait finds open before it waits again: jobs are done in about the
// order in which they were queued.
const maxOpen = 64

// Wait waits until all jobs of the plan have a segment or have failed for good. It calls progress,
// which may be nil, each time it has looked.
func (p *Plan) Wait(ctx context.Context, every time.Duration, progress func(done, all int)) error {
	open := slices.Clone(p.Jobs)
	for {
		var fault error
		n := 0
		open = slices.DeleteFunc(open, func(j job.Job) bool {
			if fault != nil || n == maxOpen {
				return false
			}
			ended, err := ended(ctx, p.Store, &j)
			if fault = err; !ended {
				n++
			}
			return ended
		})
		if fault != nil {
			return fault
		}
		if progress != nil {
			progress(len(p.Jobs)-len(open), len(p.Jobs))
		}
		if len(open) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
	}
}

// ended reports whether a job has a segment or has failed for good.
func ended(ctx context.Context, s store.Store, j *job.Job) (bool, error) {
	for _, key := range []string{store.SegmentKey(j), store.FailedKey(j)} {
		if _, err := s.Stat(ctx, key); err == nil {
			return true, nil
		} else if !errors.Is(err, store.ErrMissing) {
			return false, err
		}
	}
	return false, nil
}

// A Change is what the records of documents that were screened again say that changed from an earlier screening to
// the new one.
type Change struct {
	From string // the id of the earlier screening
	// Comparison has the first 1000 flips, in the order of batches and documents. Unlisted counts
	// the others.
	*evidence.Comparison
	Unlisted int
	Severer  int // flips to a more severe verdict, listed or not
}

// Changes are what changed with a plan that was carried out.
type Changes struct {
	By []*Change // in the order of the ids of the earlier screenings
	// Missing are affected documents without a record yet, and Incomplete those with a record that
	// says that something was not screened. Unread are those without a statement before or after, so that
	// nothing can be compared.
	Missing, Incomplete, Unread int
}

// Changes reads the records of documents that were screened again, now or before, and compares them
// with those by the earlier screenings. One of the keys must have signed them.
func (p *Plan) Changes(ctx context.Context, keys ...dsse.Verifier) (*Changes, error) {
	c := &Changes{}
	by := make(map[string]*Change)
	diffs := make(map[string][]denylist.Change)
	for i := range p.Pairs {
		x := &p.Pairs[i]
		from := x.Before.Screening
		if _, ok := diffs[from]; !ok {
			m, _, err := p.Earlier(ctx, from)
			switch {
			case errors.Is(err, ErrUnknown): // without the causes
				diffs[from] = nil
			case err != nil:
				return nil, err
			default:
				diffs[from] = denylist.Diff(m.Release(), p.Matcher.Release())
			}
		}
		if err := p.changesOf(ctx, c, by, x, diffs[from], keys); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(c.By, func(a, b *Change) int { return strings.Compare(a.From, b.From) })
	return c, nil
}

// changesOf compares the records in two segments.
func (p *Plan) changesOf(ctx context.Context, c *Changes, by map[string]*Change, pair *Pair, diff []denylist.Change, keys []dsse.Verifier) error {
	now, err := openSegment(ctx, p.Store, &pair.After)
	if errors.Is(err, store.ErrMissing) {
		c.Missing += len(pair.Documents)
		return nil
	}
	if err != nil {
		return err
	}
	was, err := openSegment(ctx, p.Store, &pair.Before)
	if err != nil {
		return err
	}
	for _, d := range pair.Documents {
		old, err := was.report(ctx, d[0], keys)
		if err != nil {
			return err
		}
		report, err := now.report(ctx, d[1], keys)
		if err != nil {
			return err
		}
		if report != nil && report.Unscreened() {
			c.Incomplete++
		}
		if old == nil || report == nil {
			c.Unread++
			continue
		}
		x := by[pair.Before.Screening]
		if x == nil {
			x = &Change{From: pair.Before.Screening}
			by[x.From] = x
			c.By = append(c.By, x)
		}
		x.add(evidence.Compare(old, report, diff))
	}
	return nil
}

// add adds the comparison of one document.
func (c *Change) add(x *evidence.Comparison) {
	for _, f := range x.Flips {
		if f.After > f.Before && f.After > match.Inconclusive {
			c.Severer++
		}
	}
	if c.Comparison == nil {
		first := *x
		first.Flips, first.NotScreened, first.Same = nil, nil, 0
		c.Comparison = &first
	}
	n := min(len(x.Flips), maxFlips-len(c.Flips))
	c.Flips = append(c.Flips, x.Flips[:n]...)
	c.Unlisted += len(x.Flips) - n
	c.Same += x.Same
}

// openedSegment is a segment in the bucket.
type openedSegment struct {
	*segment.Reader
	key string
}

func openSegment(ctx context.Context, s store.Store, j *job.Job) (*openedSegment, error) {
	key := store.SegmentKey(j)
	o, err := s.Stat(ctx, key)
	if err != nil {
		return nil, err
	}
	r, err := segment.NewReader(&store.ReaderAt{Context: ctx, Store: s, Key: key}, o.Size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return &openedSegment{r, key}, nil
}

// report returns the record of a document of the batch; nil if it has no statement.
func (s *openedSegment) report(ctx context.Context, index int, keys []dsse.Verifier) (*evidence.Report, error) {
	for i := range s.Index.Entries {
		e := &s.Index.Entries[i]
		if e.Index != index {
			continue
		}
		text, err := s.Statement(e)
		if err == nil && len(bytes.TrimSpace(text)) == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.key, err)
		}
		r, _, err := evidence.Verify(ctx, text, keys...)
		if err != nil {
			return nil, fmt.Errorf("%s: document %d of the batch: %w", s.key, index, err)
		}
		return r, nil
	}
	return nil, fmt.Errorf("%s: %w: it has no document %d of the batch", s.key, segment.ErrBad, index)
}
