// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
)

// An Applied plan tells what was done.
type Applied struct {
	Deltas int // statements that were written
	Known  int // statements that were in the bucket already
	Jobs   int // that were queued
	Done   int // jobs with a segment already
}

// Apply carries out a plan: it writes the jobs to the bucket, then writes and announces the delta
// statements, and then queues the jobs. Without a queue (nil), a program that looks for jobs and
// statements in the bucket finds them. It can be repeated after an interruption at any point. In this
// order, whoever sees a delta statement can also see that documents are still to be screened.
//
// Waiting, which may be nil, is called while the queue is full. Progress may be nil too.
func (p *Plan) Apply(ctx context.Context, signer dsse.Signer, q queue.Queue, waiting func(error), progress func(Applied)) (a Applied, err error) {
	tell := func() {
		if progress != nil {
			progress(a)
		}
	}
	for i := range p.Jobs {
		if err := writeJob(ctx, p.Store, &p.Jobs[i]); err != nil {
			return a, err
		}
	}
	for _, s := range p.Deltas {
		known, err := p.writeDelta(ctx, s, signer, q)
		if err != nil {
			return a, err
		}
		if known {
			a.Known++
		} else {
			a.Deltas++
		}
		tell()
	}
	if q == nil {
		return a, nil
	}
	for part := range slices.Chunk(p.Jobs, 64) {
		done, err := submit.Jobs(ctx, p.Store, q, waiting, part...)
		if a.Done, a.Jobs = a.Done+done, a.Jobs+len(part)-done; err != nil {
			return a, err
		}
		tell()
	}
	return a, nil
}

// writeJob writes a job where a program that queues jobs again finds it.
func writeJob(ctx context.Context, s store.Store, j *job.Job) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return s.Write(ctx, store.JobKey(j), bytes.NewReader(data))
}

// errOther: there is another delta statement for a segment.
var errOther = errors.New("there is another delta statement, which was made by another version of the program or when there was another state of the records; let the compactor commit it, and start again")

// writeDelta signs, writes and announces a delta statement. It reports whether one with the same
// documents was there.
func (p *Plan) writeDelta(ctx context.Context, s *Statement, signer dsse.Signer, q queue.Queue) (known bool, err error) {
	signed, err := s.Sign(ctx, signer)
	if err != nil {
		return false, err
	}
	to := s.To.ID()
	key := store.DeltaKey(&s.Job, to)
	err = p.Store.Create(ctx, key, signed)
	if errors.Is(err, store.ErrExists) {
		// The tables had more commits since, so that the bytes differ.
		known = true
		err = p.sameDelta(ctx, key, s)
	}
	if err != nil || q == nil {
		return known, err
	}
	return known, q.Announce(ctx, job.Result{Job: s.Job, Delta: to})
}

// sameDelta checks that the statement in the bucket is about the same documents.
func (p *Plan) sameDelta(ctx context.Context, key string, s *Statement) error {
	data, err := store.Read(ctx, p.Store, key, maxStatement)
	if err != nil {
		return err
	}
	var e dsse.Envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("%s: %w: %w", key, ErrStatement, err)
	}
	payload, err := e.DecodeB64Payload()
	if err != nil {
		return fmt.Errorf("%s: %w: %w", key, ErrStatement, err)
	}
	old, err := parse(payload)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if old.Segment != s.Segment || !slices.Equal(old.Excepted(), s.Excepted()) {
		return fmt.Errorf("%s: %w", key, errOther)
	}
	return nil
}
