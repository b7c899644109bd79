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

func (q *natsQueue) Submit(ctx context.Context, jobs ...job.Job) (int, error) {
	for i := range jobs {
		if err := jobs[i].Check(); err != nil {
			return i, err
		}
		t, err := q.tenant(jobs[i].Tenant)
		if err != nil {
			return i, err
		}
		if err := t.submit(ctx, &jobs[i]); err != nil {
			return i, err
		}
	}
	return len(jobs), nil
}

// submit queues a job.
func (t *tenant) submit(ctx context.Context, j *job.Job) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	subject := jobsSubject + j.ID()
	err = t.do(ctx, "queuing a job", func(ctx context.Context) error {
		_, err := t.js.Publish(ctx, subject, data, jetstream.WithExpectStream(jobsStream))
		if isFull(err) {
			// A cluster says that the stream is full before it looks at the subject.
			if _, missing := t.stream.GetLastMsgForSubject(ctx, subject); missing == nil {
				return nil
			}
		}
		return err
	})
	switch {
	case isFull(err):
		return fmt.Errorf("tenant %s: %w: %s", t.name, queue.ErrFull, refusal(err))
	case isQueued(err):
		return nil
	}
	return err
}

const (
	maxReceive = 1000                  // jobs or results in one request
	pollFirst  = 20 * time.Millisecond // the time between two rounds over the tenants, which doubles
	pollLast   = 500 * time.Millisecond
)

func (q *natsQueue) Receive(ctx context.Context, n int, wait time.Duration) ([]queue.Delivery, error) {
	n = min(max(n, 1), maxReceive)
	poll := pollFirst
	for deadline := time.Now().Add(wait); ; poll = min(2*poll, pollLast) {
		all, down := q.round(ctx, n)
		left := time.Until(deadline)
		switch {
		case len(all) > 0:
			return all, nil
		case q.tenants[0].isClosed():
			return nil, fmt.Errorf("receiving jobs: %w", queue.ErrClosed)
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case left <= 0:
			return nil, down
		case len(q.tenants) > 1 || down != nil:
			q.tenants[0].sleep(ctx, min(poll, left))
		default:
			if all := q.tenants[0].wait(ctx, n, left); len(all) > 0 {
				return all, nil
			}
		}
	}
}

// round asks each tenant in turn for jobs, and returns those of the first that has any. The next
// round starts after it. The error is ErrDown if a tenant did not answer and no other has jobs.
func (q *natsQueue) round(ctx context.Context, n int) (all []queue.Delivery, down error) {
	q.mu.Lock()
	first := q.next
	q.next = (first + 1) % len(q.tenants)
	q.mu.Unlock()
	for i := range q.tenants {
		k := (first + i) % len(q.tenants)
		t := q.tenants[k]
		up := t.connected()
		messages, err := t.fetch(ctx, jobsStream, workers, n, 0)
		if err != nil {
			down = fmt.Errorf("tenant %s: receiving jobs: %w: %w", t.name, queue.ErrDown, err)
		}
		if all = t.deliveries(up, messages); len(all) > 0 {
			if i > 0 {
				q.mu.Lock()
				q.next = (k + 1) % len(q.tenants)
				q.mu.Unlock()
			}
			return all, nil
		}
	}
	return nil, down
}

// wait waits for a job of a tenant, and returns it with others that have come in the meantime.
func (t *tenant) wait(ctx context.Context, n int, wait time.Duration) []queue.Delivery {
	up := t.connected()
	messages, _ := t.fetch(ctx, jobsStream, workers, 1, wait) // the next round has the error again
	if len(messages) == 1 && n > 1 {
		more, _ := t.fetch(ctx, jobsStream, workers, n-1, 0)
		messages = append(messages, more...)
	}
	return t.deliveries(up, messages)
}

// deliveries returns the jobs of messages. A message that is not a job is removed: only a program
// that is not of a fleet can have written it.
func (t *tenant) deliveries(up context.Context, messages []*nats.Msg) []queue.Delivery {
	var all []queue.Delivery
	for _, m := range messages {
		d := &delivery{t: t, up: up, m: m, attempt: 1}
		if err := json.Unmarshal(m.Data, &d.job); err != nil || d.job.Check() != nil || d.job.Tenant != t.name {
			m.Term() // without it, the message is delivered again
			continue
		}
		if meta, err := m.Metadata(); err == nil {
			d.attempt = int(meta.NumDelivered)
		}
		all = append(all, d)
	}
	return all
}

type delivery struct {
	t       *tenant
	up      context.Context // ends when the connection with which it came is lost
	m       *nats.Msg
	job     job.Job
	attempt int
}

func (d *delivery) Job() job.Job { return d.job }
func (d *delivery) Attempt() int { return d.attempt }

func (d *delivery) Working(ctx context.Context) error {
	return d.t.do(ctx, "working on a job", func(context.Context) error { return ignoreAnswered(d.m.InProgress()) })
}

// Done removes the job also if the server does not know any more that it delivered it, because it was
// killed. It would deliver it again.
func (d *delivery) Done(ctx context.Context) error {
	return d.t.do(ctx, "removing a job that is done", func(ctx context.Context) error {
		err := d.t.acknowledge(ctx, d.up, d.m)
		if errors.Is(err, errIgnored) {
			return d.t.stream.Purge(ctx, jetstream.WithPurgeSubject(jobsSubject+d.job.ID()))
		}
		return err
	})
}

func (d *delivery) Again(ctx context.Context, after time.Duration) error {
	return d.t.do(ctx, "giving a job back", func(context.Context) error { return ignoreAnswered(d.m.NakWithDelay(max(after, 0))) })
}

// ackWait is the time that the server has to answer that it knows that a message is done.
const ackWait = 3 * time.Second

var errIgnored = errors.New("the server does not say that it knows of the message")

// acknowledge tells the server that a message is done, and waits for its answer. It is errIgnored
// if there is none, or if the connection with which the message came is lost: a server that was
// killed does not answer for messages that it does not know to have delivered.
func (t *tenant) acknowledge(ctx, up context.Context, m *nats.Msg) error {
	if up.Err() != nil {
		if err := ignoreAnswered(m.Ack()); err != nil {
			return err
		}
		if err := t.conn.FlushWithContext(ctx); err != nil {
			return err
		}
		return errIgnored
	}
	short, cancel := context.WithTimeout(ctx, ackWait)
	defer cancel()
	err := ignoreAnswered(m.AckSync(nats.Context(short)))
	if err != nil && ctx.Err() == nil && short.Err() != nil && t.conn.IsConnected() {
		return errIgnored
	}
	return err
}

// ignoreAnswered returns nil for the error that the delivery was done or given back already.
func ignoreAnswered(err error) error {
	if errors.Is(err, nats.ErrMsgAlreadyAckd) {
		return nil
	}
	return err
}
