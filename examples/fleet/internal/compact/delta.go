// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
)

// maxDelta bounds a delta statement.
const maxDelta = 1 << 20

// deltaID identifies the delta statement for the segment of a job under a screening.
func deltaID(j *job.Job, screening string) string {
	return job.Digest("delta", j.ID(), screening)
}

// A DeltaStatement is what a delta statement says.
type DeltaStatement struct {
	Job       job.Job // of the segment
	Segment   string  // the SHA-256 digest of the segment, in hex
	Screening string  // under which its records are also right
	Affected  []int   // indexes of the documents of which they are not, in ascending order
}

// searchDeltas commits the delta statements that are in no commit.
func (c *Compactor) searchDeltas(ctx context.Context) error {
	id := func(f found) string { return job.Digest("delta", f.job, f.screening) }
	return c.eachFound(ctx, "deltas/", ".json", id, c.commitDeltas)
}

// announcedDeltas commits the delta statements that were announced and are in no commit.
func (c *Compactor) announcedDeltas(ctx context.Context, results []job.Result) error {
	var ids []string
	byID := make(map[string]found)
	for _, r := range results {
		id := deltaID(&r.Job, r.Delta)
		if _, twice := byID[id]; !twice {
			ids = append(ids, id)
			byID[id] = found{r.Delta, r.Job.ID()}
		}
	}
	known, err := c.state.has(bucketJobs, ids...)
	if err != nil {
		return err
	}
	byScreening := make(map[string][]found)
	for i, id := range ids {
		if !known[i] {
			f := byID[id]
			byScreening[f.screening] = append(byScreening[f.screening], f)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(byScreening)) {
		all := byScreening[s]
		slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.job, b.job) })
		if err := c.commitDeltas(ctx, all); err != nil {
			return err
		}
	}
	return nil
}

// commitDeltas commits delta statements for segments that are in a commit.
func (c *Compactor) commitDeltas(ctx context.Context, all []found) error {
	for len(all) > 0 {
		n := min(len(all), c.Segments)
		ok, err := c.commitSomeDeltas(ctx, all[:n])
		if err != nil {
			return err
		}
		if ok {
			all = all[n:]
		}
	}
	return nil
}

// commitSomeDeltas makes one commit. It reports false if another compactor has made one with the
// number.
func (c *Compactor) commitSomeDeltas(ctx context.Context, all []found) (bool, error) {
	screening := all[0].screening
	generation, err := c.nextGeneration(screening)
	if err != nil {
		return false, err
	}
	s, err := work.ReadScreening(ctx, c.Store, c.Tenant, screening)
	if errors.Is(err, store.ErrMissing) || errors.Is(err, job.ErrBad) {
		c.name(screening, err)
		return true, nil
	}
	if err != nil {
		return false, err
	}
	p := &part{c: c, generation: generation}
	for _, f := range all {
		if known, err := c.state.has(bucketJobs, job.Digest("delta", f.job, screening)); err != nil {
			return false, err
		} else if known[0] {
			continue // another compactor has committed it
		}
		d, err := c.readDelta(ctx, f)
		switch {
		case ctx.Err() != nil:
			return false, ctx.Err()
		case err != nil && !errors.Is(err, errDelta) && !errors.Is(err, store.ErrMissing):
			return false, err
		case err != nil:
			c.name(job.Digest("delta", f.job, screening), err)
		case d != nil:
			p.deltas = append(p.deltas, *d)
		}
	}
	if len(p.deltas) == 0 {
		return true, nil
	}
	return c.write(ctx, p, s)
}

// errDelta: the object with the key of a delta statement is not a delta statement on the segment.
var errDelta = errors.New("not a delta statement for the segment of its job")

// readDelta reads a delta statement and checks that its segment is in a commit. It returns nil if
// the segment is in none yet.
func (c *Compactor) readDelta(ctx context.Context, f found) (*Delta, error) {
	key := c.Tenant + "/deltas/" + f.screening + "/" + f.job[:2] + "/" + f.job + ".json"
	data, err := store.Read(ctx, c.Store, key, maxDelta)
	if err != nil {
		return nil, err
	}
	d, err := c.ParseDelta(ctx, data, c.keys...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", key, errDelta, err)
	}
	switch {
	case d.Job.Check() != nil || d.Job.Tenant != c.Tenant || d.Job.ID() != f.job || d.Screening != f.screening || d.Job.Screening == d.Screening:
		return nil, fmt.Errorf("%s: %w: it is for the segment of job %s and the screening %s", key, errDelta, d.Job.ID(), d.Screening)
	case !slices.IsSorted(d.Affected) || len(d.Affected) > job.MaxDocuments:
		return nil, fmt.Errorf("%s: %w: the affected documents are not in ascending order", key, errDelta)
	}
	segment, err := c.state.segment(d.Job.ID())
	if err != nil || segment == nil {
		return nil, err
	}
	if !bytes.Equal(segment, short(d.Segment)) {
		return nil, fmt.Errorf("%s: %w: it is about a segment with the digest %s, which is not the one in the commits", key, errDelta, d.Segment)
	}
	return &Delta{Job: d.Job, SHA256: digest(data), Affected: d.Affected}, nil
}
