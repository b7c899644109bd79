// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
)

// cannot handles a segment that cannot be committed. It reports whether another compactor has
// changed something, so that the commit starts again.
func (c *Compactor) cannot(ctx context.Context, r *job.Result, err error) (again bool, _ error) {
	bad := (*badSegment)(nil)
	switch {
	case ctx.Err() != nil:
		return false, err
	case errors.As(err, &bad):
		return false, c.reject(ctx, store.SegmentKey(&r.Job), r.Job, bad.digest, err)
	case errors.Is(err, segment.ErrVersion), errors.Is(err, store.ErrMissing), errors.Is(err, job.ErrBad):
		c.name(r.Job.ID(), err)
		return false, nil
	}
	return false, err
}

// A badSegment is an error about the bytes of a segment.
type badSegment struct {
	digest string
	error
}

func (b *badSegment) Unwrap() error { return b.error }

// load reads and checks the segment of a result. A segment that looks damaged is read twice, because
// the reading can be at fault.
func (c *Compactor) load(ctx context.Context, r *job.Result) (*Checked, error) {
	before := ""
	for {
		s, err := CheckSegment(ctx, c.Store, &r.Job, c.files(), c.keys)
		if err == nil && r.Segment != "" && s.SHA256 != r.Segment {
			// A job has one segment, but a worker of another version may have made another one of
			// it in between: what is in the bucket counts, and it is signed.
			c.Log.Warn("a segment is not the one that was announced", "tenant", c.Tenant, "job", r.Job.ID(), "announced", r.Segment, "found", s.SHA256)
		}
		if err == nil {
			return s, nil
		}
		digest := s.SHA256
		if closeErr := s.Close(); closeErr != nil {
			return nil, closeErr
		}
		if !errors.Is(err, ErrSegment) {
			return nil, err
		}
		if digest == before {
			return nil, &badSegment{digest, err}
		}
		before = digest
	}
}

// reject moves an object that is no segment of its job to the folder rejected, with the reason, and
// queues the job again.
func (c *Compactor) reject(ctx context.Context, key string, j job.Job, sum string, why error) error {
	data, err := store.Read(ctx, c.Store, key, store.MaxSegment)
	if errors.Is(err, store.ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	if got := digest(data); sum == "" {
		sum = got
	} else if got != sum {
		return nil // it was written again since
	}
	to := strings.Replace(key, "/segments/", "/rejected/", 1)
	to = strings.TrimSuffix(to, ".seg") + "." + sum + ".seg"
	reason, err := json.Marshal(struct {
		Key    string `json:"key"`
		SHA256 string `json:"sha256"`
		Error  string `json:"error"`
	}{key, sum, why.Error()})
	if err != nil {
		return err
	}
	if err := c.Store.Write(ctx, to, bytes.NewReader(data)); err != nil {
		return err
	}
	if err := c.Store.Write(ctx, to+".json", bytes.NewReader(reason)); err != nil {
		return err
	}
	if err := c.Store.Delete(ctx, key); err != nil {
		return err
	}
	c.Log.Error("a segment was rejected", "tenant", c.Tenant, "key", key, "moved", to, "error", why)
	if c.Queue == nil || j.Batch == "" {
		return nil // serve finds the batch without a segment
	}
	if _, err := c.Queue.Submit(ctx, j); err != nil && !errors.Is(err, queue.ErrFull) {
		return err
	}
	return nil
}
