// SPDX-License-Identifier: Apache-2.0

// Package nats is the queue of a fleet on NATS JetStream.
//
// Each tenant is an account of the server, which keeps the tenants apart, with a stream JOBS of
// work that is removed when it is done, a stream RESULTS, and a key-value bucket NOTES.
//
// A job has a subject of its own and a subject has at most one message, so that a job is not in
// the queue twice. The server keeps about 171 bytes in memory for each, and the quota of a tenant
// bounds how many there are. Jobs are delivered without end: with a limit, the server would keep
// a job without telling anybody, and the other jobs that the worker had received.
package nats

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

const (
	jobsStream    = "JOBS"
	resultsStream = "RESULTS"
	notesBucket   = "NOTES"
	workers       = "workers"
	compactor     = "compactor"

	maxPending   = 100_000            // jobs that are being worked on at once
	resultsBytes = 1 << 30            // of results that the compactor has not taken; the bucket has them too
	maxNote      = 64 << 10           // bytes of a note
	noteAge      = 7 * 24 * time.Hour // a note that nobody has written since is of a job that is done
	pollEvery    = 100 * time.Millisecond
)

// Options set how a queue is opened.
type Options struct {
	// AckWait is the time after which a job is delivered again if its worker is silent; default
	// 30 seconds.
	AckWait time.Duration
	// Jobs is how many jobs a tenant may have in the queue; default 100,000. It is used when the
	// streams of the tenant are made.
	Jobs map[string]int64
	// Replicas are the copies of a stream in a cluster; default 1.
	Replicas int
}

const defaultJobs = 100_000

// Connect returns the queue of the tenants with these connections. It makes their streams if they
// do not exist. Close closes the connections.
func Connect(ctx context.Context, connections map[string]*nats.Conn, opts Options) (queue.Queue, error) {
	if opts.AckWait <= 0 {
		opts.AckWait = 30 * time.Second
	}
	opts.Replicas = max(opts.Replicas, 1)
	q := &natsQueue{byName: make(map[string]*tenant)}
	for name, c := range connections {
		if err := job.CheckTenant(name); err != nil {
			return nil, err
		}
		t := &tenant{name: name, conn: c, limit: cmp.Or(opts.Jobs[name], defaultJobs)}
		if err := t.open(ctx, opts); err != nil {
			return nil, fmt.Errorf("the queue of tenant %s: %w", name, err)
		}
		q.tenants = append(q.tenants, t)
		q.byName[name] = t
	}
	slices.SortFunc(q.tenants, func(a, b *tenant) int { return cmp.Compare(a.name, b.name) })
	return q, nil
}

type natsQueue struct {
	tenants []*tenant // in order of their names
	byName  map[string]*tenant
	turn    atomic.Uint64 // of the tenants in Receive
}

// A tenant is the account of a tenant.
type tenant struct {
	name    string
	conn    *nats.Conn
	js      jetstream.JetStream
	jobs    jetstream.Consumer
	results jetstream.Consumer
	notes   jetstream.KeyValue
	limit   int64
}

// open makes the streams of a tenant, or updates them to the options.
func (t *tenant) open(ctx context.Context, opts Options) (err error) {
	if t.js, err = jetstream.New(t.conn); err != nil {
		return err
	}
	_, err = t.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: jobsStream, Subjects: []string{"jobs.*"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardNew, MaxMsgs: t.limit, MaxMsgsPerSubject: 1, DiscardNewPerSubject: true, Replicas: opts.Replicas,
	})
	if err != nil {
		return err
	}
	_, err = t.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: resultsStream, Subjects: []string{"results"}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardOld, MaxBytes: resultsBytes, Replicas: opts.Replicas,
	})
	if err != nil {
		return err
	}
	t.notes, err = t.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: notesBucket, MaxValueSize: maxNote, TTL: noteAge, Replicas: opts.Replicas})
	if err != nil {
		return err
	}
	t.jobs, err = t.js.CreateOrUpdateConsumer(ctx, jobsStream, jetstream.ConsumerConfig{
		Durable: workers, AckPolicy: jetstream.AckExplicitPolicy, AckWait: opts.AckWait, MaxDeliver: -1, MaxAckPending: maxPending,
	})
	if err != nil {
		return err
	}
	t.results, err = t.js.CreateOrUpdateConsumer(ctx, resultsStream, jetstream.ConsumerConfig{
		Durable: compactor, AckPolicy: jetstream.AckExplicitPolicy, AckWait: max(opts.AckWait, 5*time.Second), MaxDeliver: -1, MaxAckPending: maxPending,
	})
	return err
}

func (q *natsQueue) Close() error {
	var err error
	for _, t := range q.tenants {
		err = errors.Join(err, t.conn.Drain())
	}
	return err
}

func (q *natsQueue) Tenants() []string {
	var names []string
	for _, t := range q.tenants {
		names = append(names, t.name)
	}
	return names
}

func (q *natsQueue) tenant(name string) (*tenant, error) {
	t := q.byName[name]
	if t == nil {
		return nil, fmt.Errorf("tenant %q: %w", name, queue.ErrTenant)
	}
	return t, nil
}

// What the server says if a bound of a stream or of an account is reached.
const (
	textMaxMessages        = "maximum messages exceeded"
	textMaxPerSubject      = "maximum messages per subject exceeded"
	textMaxBytes           = "maximum bytes exceeded"
	textInsufficientLimits = "resource limits exceeded for account"
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
		data, err := json.Marshal(&jobs[i])
		if err != nil {
			return i, err
		}
		if _, err := t.js.Publish(ctx, "jobs."+jobs[i].ID(), data); err != nil && !isQueued(err) {
			if isFull(err) {
				return i, fmt.Errorf("tenant %s: %w: %d jobs", t.name, queue.ErrFull, t.limit)
			}
			return i, fmt.Errorf("queuing a job of tenant %s: %w", t.name, err)
		}
	}
	return len(jobs), nil
}

// isQueued reports whether the server refused a job because it has it.
func isQueued(err error) bool { return refusal(err) == textMaxPerSubject }

// isFull reports whether the server refused a job because the tenant may not have more.
func isFull(err error) bool {
	switch refusal(err) {
	case textMaxMessages, textMaxBytes, textInsufficientLimits:
		return true
	}
	return false
}

// refusal returns the server's words for why it did not store a message, "" for other errors.
func refusal(err error) string {
	if api := (*jetstream.APIError)(nil); errors.As(err, &api) {
		return api.Description
	}
	return ""
}

func (q *natsQueue) Receive(ctx context.Context, n int, wait time.Duration) ([]queue.Delivery, error) {
	if len(q.tenants) == 1 {
		batch, err := q.tenants[0].jobs.Fetch(n, jetstream.FetchMaxWait(wait), jetstream.FetchContext(ctx))
		if err != nil {
			return nil, err
		}
		return q.tenants[0].deliveries(ctx, batch)
	}
	for deadline := time.Now().Add(wait); ; {
		first := int(q.turn.Add(1) % uint64(len(q.tenants)))
		for i := range q.tenants {
			t := q.tenants[(first+i)%len(q.tenants)]
			batch, err := t.jobs.FetchNoWait(n)
			if err != nil {
				return nil, fmt.Errorf("receiving jobs of tenant %s: %w", t.name, err)
			}
			if all, err := t.deliveries(ctx, batch); err != nil || len(all) > 0 {
				return all, err
			}
		}
		if !time.Now().Before(deadline) {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pollEvery):
		}
	}
}

// deliveries returns the jobs of a batch of messages. A message that is not a job is removed: only
// a program that is not of a fleet can have written it.
func (t *tenant) deliveries(ctx context.Context, batch jetstream.MessageBatch) ([]queue.Delivery, error) {
	var all []queue.Delivery
	for m := range batch.Messages() {
		d := &delivery{m: m}
		if err := json.Unmarshal(m.Data(), &d.job); err != nil || d.job.Check() != nil || d.job.Tenant != t.name {
			if err := m.TermWithReason("not a job of this tenant"); err != nil {
				return all, err
			}
			continue
		}
		d.attempt = 1
		if meta, err := m.Metadata(); err == nil {
			d.attempt = int(meta.NumDelivered)
		}
		all = append(all, d)
	}
	err := batch.Error()
	if len(all) > 0 || errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = nil
	}
	return all, err
}

type delivery struct {
	m       jetstream.Msg
	job     job.Job
	attempt int
}

func (d *delivery) Job() job.Job                      { return d.job }
func (d *delivery) Attempt() int                      { return d.attempt }
func (d *delivery) Working(ctx context.Context) error { return d.m.InProgress() }
func (d *delivery) Done(ctx context.Context) error    { return d.m.DoubleAck(ctx) }
func (d *delivery) Again(ctx context.Context, after time.Duration) error {
	return d.m.NakWithDelay(after)
}

func (q *natsQueue) Announce(ctx context.Context, r job.Result) error {
	t, err := q.tenant(r.Job.Tenant)
	if err != nil {
		return err
	}
	data, err := json.Marshal(&r)
	if err != nil {
		return err
	}
	if _, err = t.js.Publish(ctx, "results", data, jetstream.WithMsgID(r.Job.ID()+r.Segment)); err != nil {
		return fmt.Errorf("announcing a segment of tenant %s: %w", t.name, err)
	}
	return nil
}

func (q *natsQueue) Results(ctx context.Context, name string, n int, wait time.Duration) (queue.Announced, error) {
	a := queue.Announced{Done: func(context.Context) error { return nil }}
	t, err := q.tenant(name)
	if err != nil {
		return a, err
	}
	batch, err := t.results.Fetch(n, jetstream.FetchMaxWait(wait))
	if err != nil {
		return a, err
	}
	var messages []jetstream.Msg
	for m := range batch.Messages() {
		messages = append(messages, m)
		var r job.Result
		if json.Unmarshal(m.Data(), &r) == nil && r.Job.Check() == nil && r.Job.Tenant == name {
			a.Results = append(a.Results, r)
		}
	}
	a.Done = func(ctx context.Context) error {
		var err error
		for _, m := range messages {
			err = errors.Join(err, m.DoubleAck(ctx))
		}
		return err
	}
	if err := batch.Error(); len(messages) == 0 && err != nil && !errors.Is(err, nats.ErrTimeout) && !errors.Is(err, context.DeadlineExceeded) {
		return a, err
	}
	return a, ctx.Err()
}

func (q *natsQueue) Status(ctx context.Context, name string) (s queue.Status, err error) {
	t, err := q.tenant(name)
	if err != nil {
		return s, err
	}
	jobs, err := t.jobs.Info(ctx)
	if err != nil {
		return s, err
	}
	results, err := t.results.Info(ctx)
	if err != nil {
		return s, err
	}
	return queue.Status{
		Waiting: int64(jobs.NumPending), Working: int64(jobs.NumAckPending), Again: int64(jobs.NumRedelivered),
		Announced: int64(results.NumPending) + int64(results.NumAckPending), Limit: t.limit,
	}, nil
}

func (q *natsQueue) Notes(name string) queue.Notes { return &notes{q, name} }

type notes struct {
	q    *natsQueue
	name string
}

func (n *notes) Get(ctx context.Context, id string) ([]byte, error) {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return nil, err
	}
	e, err := t.notes.Get(ctx, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return e.Value(), nil
}

func (n *notes) Put(ctx context.Context, id string, note []byte) error {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return err
	}
	_, err = t.notes.Put(ctx, id, note)
	return err
}

func (n *notes) Delete(ctx context.Context, id string) error {
	t, err := n.q.tenant(n.name)
	if err != nil {
		return err
	}
	return t.notes.Purge(ctx, id)
}
