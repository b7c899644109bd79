// SPDX-License-Identifier: Apache-2.0

package submit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
)

const maxJobObject = 1 << 20

// Jobs writes jobs to the bucket and queues those that have no segment. While the queue of the tenant is
// full or does not answer it waits, and calls waiting, which may be nil. It returns how many of
// the jobs were done before.
func Jobs(ctx context.Context, s store.Store, q queue.Queue, waiting func(error), jobs ...job.Job) (done int, err error) {
	var open []job.Job
	for i := range jobs {
		j := &jobs[i]
		if err := j.Check(); err != nil {
			return done, err
		}
		_, err := s.Stat(ctx, store.SegmentKey(j))
		if err == nil {
			done++
			continue
		}
		if !errors.Is(err, store.ErrMissing) {
			return done, err
		}
		data, err := json.Marshal(j)
		if err != nil {
			return done, err
		}
		if err := s.Write(ctx, store.JobKey(j), bytes.NewReader(data)); err != nil {
			return done, err
		}
		open = append(open, *j)
	}
	return done, enqueue(ctx, q, waiting, open)
}

// enqueue queues jobs, and waits while the queue is full.
func enqueue(ctx context.Context, q queue.Queue, waiting func(error), jobs []job.Job) error {
	const first, longest = 250 * time.Millisecond, 15 * time.Second
	for wait := first; len(jobs) > 0; wait = min(2*wait, longest) {
		n, err := q.Submit(ctx, jobs...)
		jobs = jobs[n:]
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || !errors.Is(err, queue.ErrFull) && !errors.Is(err, queue.ErrDown) {
			return err
		}
		if n > 0 {
			wait = first
		}
		if waiting != nil {
			waiting(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	return nil
}

// Requeue queues the jobs of a tenant that have neither a segment nor failed, until the queue is
// full. It returns how many there are.
func Requeue(ctx context.Context, s store.Store, q queue.Queue, tenant string) (int, error) {
	queued := 0
	for o, err := range Open(ctx, s, tenant) {
		if err != nil {
			return queued, err
		}
		data, err := store.Read(ctx, s, o, maxJobObject)
		if err != nil {
			return queued, err
		}
		var j job.Job
		if err := json.Unmarshal(data, &j); err != nil {
			return queued, fmt.Errorf("%s: %w: %w", o, job.ErrBad, err)
		}
		if err := j.Check(); err != nil {
			return queued, fmt.Errorf("%s: %w", o, err)
		}
		if j.Tenant != tenant || store.JobKey(&j) != o {
			return queued, fmt.Errorf("%s: %w: it is the job %s of tenant %s", o, job.ErrBad, j.ID(), j.Tenant)
		}
		n, err := q.Submit(ctx, j)
		if queued += n; errors.Is(err, queue.ErrFull) {
			return queued, nil
		}
		if err != nil {
			return queued, err
		}
	}
	return queued, nil
}

// Open yields the keys of the jobs of a tenant that have neither a segment nor failed. It reads three
// lists at the same time, which are in the same order.
func Open(ctx context.Context, s store.Store, tenant string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		done, failed := newCursor(ctx, s, tenant+"/segments/"), newCursor(ctx, s, tenant+"/failed/")
		defer done.stop()
		defer failed.stop()
		for o, err := range s.List(ctx, tenant+"/jobs/") {
			if err != nil {
				yield("", err)
				return
			}
			id := identity(o.Key, tenant+"/jobs/")
			inDone, err := done.has(id)
			inFailed, err2 := failed.has(id)
			if err = errors.Join(err, err2); err != nil {
				yield("", err)
				return
			}
			if !inDone && !inFailed && !yield(o.Key, nil) {
				return
			}
		}
	}
}

// identity returns the part of a key that the lists of jobs, segments and failures have in common.
func identity(key, prefix string) string {
	id := strings.TrimPrefix(key, prefix)
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		id = id[:i]
	}
	return id
}

// A cursor reads a list forward.
type cursor struct {
	prefix string
	next   func() (store.Object, error, bool)
	stop   func()
	id     string // of the entry that was read last
	ended  bool
}

func newCursor(ctx context.Context, s store.Store, prefix string) *cursor {
	c := &cursor{prefix: prefix}
	c.next, c.stop = iter.Pull2(s.List(ctx, prefix))
	return c
}

// has reports whether the list has an id. The ids of all calls are in ascending order.
func (c *cursor) has(id string) (bool, error) {
	for !c.ended && c.id < id {
		o, err, ok := c.next()
		if err != nil {
			return false, err
		}
		if !ok {
			c.ended = true
			return false, nil
		}
		c.id = identity(o.Key, c.prefix)
	}
	return c.id == id, nil
}

// Counts are numbers of jobs in the bucket.
type Counts struct {
	Jobs, Open, Failed int64
}

// Count counts the jobs of a tenant. It lists them all.
func Count(ctx context.Context, s store.Store, tenant string) (Counts, error) {
	var c Counts
	count := func(prefix string, n *int64) error {
		for _, err := range s.List(ctx, tenant+prefix) {
			if err != nil {
				return err
			}
			*n++
		}
		return nil
	}
	if err := errors.Join(count("/jobs/", &c.Jobs), count("/failed/", &c.Failed)); err != nil {
		return c, err
	}
	for _, err := range Open(ctx, s, tenant) {
		if err != nil {
			return c, err
		}
		c.Open++
	}
	return c, nil
}
