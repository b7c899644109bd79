// SPDX-License-Identifier: Apache-2.0

package inspect

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/internal/cli"
)

// passKeys bounds the keys that a pass has in memory.
const passKeys = 4 << 20

// passes returns how many passes are needed for some keys.
func passes(keys int64) int { return int(keys/passKeys) + 1 }

// screened says which documents of a batch have a record: all, or those with these indexes.
type screened struct {
	all  bool
	some map[int]bool
}

// jobs compares the batches and the segments in the bucket with those of the commits.
func (a *audit) jobs(ctx context.Context) error {
	n := passes(a.totals.Segments)
	for pass := range n {
		batches, segments := make(map[string]*screened), make(map[string]string)
		for l, err := range a.links(ctx) {
			if err != nil {
				return err
			}
			for i := range l.Segments {
				noteSegment(batches, segments, &l.Segments[i], func(id string) bool { return inPass(id, pass, n) })
			}
		}
		a.totals.Batches += int64(len(batches))
		if err := a.batchesIn(ctx, batches, func(id string) bool { return inPass(id, pass, n) }); err != nil {
			return err
		}
		if err := a.jobsIn(ctx, segments, func(id string) bool { return inPass(id, pass, n) }); err != nil {
			return err
		}
		if err := a.segmentsIn(ctx, segments, func(id string) bool { return inPass(id, pass, n) }); err != nil {
			return err
		}
	}
	if a.last != nil && a.last.Totals.Batches != a.totals.Batches {
		a.differs(a.last.Key(), "it counts %d batches; the commits have %d", a.last.Totals.Batches, a.totals.Batches)
	}
	return nil
}

// noteSegment notes the batch and the segment of a commit that are in a pass.
func noteSegment(batches map[string]*screened, segments map[string]string, s *compact.Segment, mine func(string) bool) {
	if id := s.Job.ID(); mine(id) {
		segments[id] = s.SHA256
	}
	if !mine(s.Job.Batch) {
		return
	}
	b := batches[s.Job.Batch]
	if b == nil {
		b = &screened{}
		batches[s.Job.Batch] = b
	}
	if len(s.Job.Only) == 0 {
		b.all, b.some = true, nil
	}
	for _, i := range s.Job.Only {
		if !b.all {
			if b.some == nil {
				b.some = make(map[int]bool)
			}
			b.some[i] = true
		}
	}
}

// batchesIn compares the batches of a pass with those of the commits.
func (a *audit) batchesIn(ctx context.Context, known map[string]*screened, mine func(string) bool) error {
	for o, err := range a.c.store.List(ctx, a.c.tenant+"/batches/") {
		if err != nil {
			return err
		}
		id, ok := strings.CutSuffix(path.Base(o.Key), ".json")
		if !ok || !mine(id) {
			continue
		}
		a.batches++
		s := known[id]
		if s != nil && s.all {
			continue
		}
		b, err := readBatch(ctx, a.c, id)
		switch {
		case errors.Is(err, job.ErrBad):
			a.differs(o.Key, "%v", err)
		case err != nil:
			return err
		case s == nil:
			a.notDone(o.Key, "%s submitted and in no commit: %s", cli.Count(len(b.Documents), "document"), names(b))
		case len(s.some) < len(b.Documents):
			a.notDone(o.Key, "%d of its %d documents have a record", len(s.some), len(b.Documents))
		}
	}
	return nil
}

// names returns the first names of the documents of a batch.
func names(b *job.Batch) string {
	var all []string
	for i := range min(len(b.Documents), 3) {
		all = append(all, b.Documents[i].Name)
	}
	if more := len(b.Documents) - len(all); more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(all, ", ")
}

// jobsIn reports the jobs of a pass without a segment in a commit.
func (a *audit) jobsIn(ctx context.Context, known map[string]string, mine func(string) bool) error {
	for o, err := range a.c.store.List(ctx, a.c.tenant+"/jobs/") {
		if err != nil {
			return err
		}
		id, ok := strings.CutSuffix(path.Base(o.Key), ".json")
		if _, committed := known[id]; !committed && ok && mine(id) {
			a.notDone(o.Key, "the job has no segment in a commit")
		}
	}
	return nil
}

// segmentsIn reports the segments of a pass that are in no commit.
func (a *audit) segmentsIn(ctx context.Context, known map[string]string, mine func(string) bool) error {
	for o, err := range a.c.store.List(ctx, a.c.tenant+"/segments/") {
		if err != nil {
			return err
		}
		id, ok := strings.CutSuffix(path.Base(o.Key), ".seg")
		if _, committed := known[id]; committed || ok && !mine(id) {
			continue
		}
		r, err := segment.NewReader(&store.ReaderAt{Context: ctx, Store: a.c.store, Key: o.Key}, o.Size)
		switch {
		case errors.Is(err, segment.ErrVersion), errors.Is(err, segment.ErrBad):
			a.notDone(o.Key, "the segment is in no commit: %v", err)
		case err != nil:
			return err
		default:
			a.notDone(o.Key, "the segment with %s is in no commit yet", cli.Count(len(r.Index.Entries), "record"))
		}
	}
	return nil
}
