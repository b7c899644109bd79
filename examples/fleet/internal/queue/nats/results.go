// SPDX-License-Identifier: Apache-2.0

package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

func (q *natsQueue) Announce(ctx context.Context, r job.Result) error {
	t, err := q.tenant(r.Job.Tenant)
	if err != nil {
		return err
	}
	if err := r.Job.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(&r)
	if err != nil {
		return err
	}
	err = t.do(ctx, "announcing a segment", func(ctx context.Context) error {
		_, err := t.js.Publish(ctx, "results", data, jetstream.WithMsgID(job.Digest(string(data))), jetstream.WithExpectStream(resultsStream))
		return err
	})
	if isFull(err) { // in an account of others with streams of others
		return fmt.Errorf("tenant %s: announcing a segment: %w: %s", t.name, queue.ErrFull, refusal(err))
	}
	return err
}

func (q *natsQueue) Results(ctx context.Context, name string, n int, wait time.Duration) (queue.Announced, error) {
	none := queue.Announced{Done: func(context.Context) error { return nil }}
	t, err := q.tenant(name)
	if err != nil {
		return none, err
	}
	n = min(max(n, 1), maxReceive)
	for deadline := time.Now().Add(wait); ; {
		up := t.connected()
		messages, down := t.fetch(ctx, resultsStream, compactor, n, 0)
		left := time.Until(deadline)
		if len(messages) == 0 && down == nil && left > 0 {
			if messages, down = t.fetch(ctx, resultsStream, compactor, 1, left); len(messages) == 1 && n > 1 {
				more, _ := t.fetch(ctx, resultsStream, compactor, n-1, 0)
				messages = append(messages, more...)
			}
		}
		switch {
		case len(messages) > 0:
			return t.announced(up, messages), nil
		case t.isClosed():
			return none, fmt.Errorf("tenant %s: receiving results: %w", name, queue.ErrClosed)
		case ctx.Err() != nil:
			return none, ctx.Err()
		case time.Until(deadline) <= 0 && down != nil:
			return none, fmt.Errorf("tenant %s: receiving results: %w: %w", name, queue.ErrDown, down)
		case time.Until(deadline) <= 0:
			return none, nil
		case down != nil:
			t.sleep(ctx, retryEvery)
		}
	}
}

// announced returns the results of messages. A message that is not a result of the tenant is left
// out, and removed with the others.
func (t *tenant) announced(up context.Context, messages []*nats.Msg) queue.Announced {
	var a queue.Announced
	for _, m := range messages {
		var r job.Result
		if json.Unmarshal(m.Data, &r) == nil && r.Job.Check() == nil && r.Job.Tenant == t.name {
			a.Results = append(a.Results, r)
		}
	}
	a.Done = func(ctx context.Context) error {
		return t.do(ctx, "acknowledging results", func(ctx context.Context) error {
			for _, m := range messages[:len(messages)-1] {
				if err := ignoreAnswered(m.Ack()); err != nil {
					return err
				}
			}
			// The server works on them in order: if it has the last, it has all.
			err := t.acknowledge(ctx, up, messages[len(messages)-1])
			if errors.Is(err, errIgnored) {
				return nil // at worst it delivers them again
			}
			return err
		})
	}
	return a
}

func (q *natsQueue) Status(ctx context.Context, name string) (s queue.Status, err error) {
	t, err := q.tenant(name)
	if err != nil {
		return s, err
	}
	err = t.do(ctx, "the status", func(ctx context.Context) error {
		stream, err := t.stream.Info(ctx)
		if err != nil {
			return err
		}
		jobs, err := t.jobs.Info(ctx)
		if err != nil {
			return err
		}
		results, err := t.results.Info(ctx)
		if err != nil {
			return err
		}
		s = queue.Status{
			Waiting: int64(jobs.NumPending), Working: int64(jobs.NumAckPending), Again: int64(jobs.NumRedelivered),
			Announced: int64(results.NumPending) + int64(results.NumAckPending), Limit: stream.Config.MaxMsgs,
		}
		return nil
	})
	return s, err
}

func (q *natsQueue) Notes(name string) queue.Notes { return &notes{q, name} }

type notes struct {
	q    *natsQueue
	name string
}

func (n *notes) Get(ctx context.Context, id string) (note []byte, err error) {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return nil, err
	}
	err = t.do(ctx, "reading a note", func(ctx context.Context) error {
		e, err := t.notes.Get(ctx, id)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			return nil
		}
		if err == nil {
			note = append([]byte{}, e.Value()...) // not nil
		}
		return err
	})
	return note, err
}

func (n *notes) Put(ctx context.Context, id string, note []byte) error {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return err
	}
	if len(note) > queue.MaxNote {
		return fmt.Errorf("tenant %s: %w: %d bytes; expected at most %d", n.name, queue.ErrNote, len(note), queue.MaxNote)
	}
	return t.do(ctx, "writing a note", func(ctx context.Context) error {
		_, err := t.notes.Put(ctx, id, note)
		return err
	})
}

// Delete removes the message with the note. The deletion of a key-value bucket would leave one
// that says that the note was deleted, for a week.
func (n *notes) Delete(ctx context.Context, id string) error {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return err
	}
	return t.do(ctx, "removing a note", func(ctx context.Context) error {
		return t.noted.Purge(ctx, jetstream.WithPurgeSubject(notesSubject+id))
	})
}
