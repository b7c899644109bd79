// SPDX-License-Identifier: Apache-2.0

// Package nats is the queue of a fleet on NATS JetStream.
//
// Each tenant is an account of the server, which keeps the tenants apart, with a stream JOBS of
// work that is removed when it is done, a stream RESULTS, and a key-value bucket NOTES. Each of them has a
// part of the bytes of the tenant for itself: many jobs do not keep results from being announced, without
// which no job would be done.
//
// A job has a subject of its own and a subject has at most one message, so that a job is not in
// the queue twice. The server keeps about 171 bytes in memory for each, and the quota of a tenant
// bounds how many there are. Jobs are delivered without end: with a limit, the server would keep
// a job without telling anybody, and the other jobs that the worker had received.
package nats

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

// Options set how a queue is opened.
type Options struct {
	// Quotas are set for the tenants with one, in streams that exist too. Other tenants keep theirs.
	Quotas map[string]queue.Quota
	// AckWait is the time after which a job is delivered again if its worker is silent, and
	// ResultWait that of results. With zero, a queue that exists keeps its own, and a new one has
	// 30 seconds and 2 minutes.
	AckWait, ResultWait time.Duration
	// Replicas are the copies of new streams in a cluster; default 1.
	Replicas int
}

const (
	defaultJobs       = 100_000
	defaultBytes      = 4 << 30
	defaultAckWait    = 30 * time.Second
	defaultResultWait = 2 * time.Minute
)

// Connect returns the queue of the tenants with these connections, which should be made with
// ConnectOptions. It makes the streams that do not exist. Close closes the connections.
func Connect(ctx context.Context, connections map[string]*nats.Conn, opts Options) (queue.Queue, error) {
	q := &natsQueue{byName: make(map[string]*tenant), closed: make(chan struct{})}
	for _, name := range slices.Sorted(maps.Keys(connections)) {
		if err := job.CheckTenant(name); err != nil {
			return nil, err
		}
		t := &tenant{q: q, name: name, conn: connections[name]}
		t.watch()
		if err := t.open(ctx, opts); err != nil {
			return nil, err
		}
		q.tenants = append(q.tenants, t)
		q.byName[name] = t
	}
	if len(q.tenants) == 0 {
		return nil, errors.New("a queue needs the credentials of at least one tenant")
	}
	return q, nil
}

// ConnectOptions returns how a program connects: it waits for a server that is away, without end,
// and sends nothing late. Report is called with errors that no method returns; it may be nil.
func ConnectOptions(report func(error)) []nats.Option {
	if report == nil {
		report = func(error) {}
	}
	return []nats.Option{
		nats.Name("fleet"), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond), nats.Timeout(10 * time.Second),
		// A request that is sent after the reconnect has no receiver anymore: a job would go to it.
		nats.ReconnectBufSize(-1),
		nats.PingInterval(20 * time.Second), nats.MaxPingsOutstanding(2),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { report(err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				report(fmt.Errorf("the connection to the queue is lost: %w", err))
			}
		}),
	}
}

type natsQueue struct {
	tenants []*tenant // in order of their names
	byName  map[string]*tenant

	mu   sync.Mutex
	next int // the index of the tenant that is first in Receive

	close  sync.Once
	closed chan struct{}
}

func (q *natsQueue) Close() error {
	q.close.Do(func() {
		close(q.closed)
		for _, t := range q.tenants {
			if t.conn.IsConnected() {
				t.conn.FlushTimeout(5 * time.Second) // what Working and Again sent
			}
			t.conn.Close()
		}
	})
	return nil
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

// A tenant is the account of a tenant.
type tenant struct {
	q       *natsQueue
	name    string
	conn    *nats.Conn
	js      jetstream.JetStream
	stream  jetstream.Stream // of the jobs
	jobs    jetstream.Consumer
	results jetstream.Consumer
	notes   jetstream.KeyValue
	noted   jetstream.Stream // of the notes

	mu sync.Mutex
	up context.Context // ends when the connection is lost
}

// watch starts to follow the connection, until it is closed. A request does not end by itself when the
// connection is lost, although there will be no answer.
func (t *tenant) watch() {
	changes := t.conn.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED)
	up, down := context.WithCancel(context.Background())
	t.up = up
	go func() {
		for {
			select {
			case <-changes:
			case <-t.q.closed:
			}
			down()
			if t.isClosed() {
				return
			}
			up, down = context.WithCancel(context.Background())
			t.mu.Lock()
			t.up = up
			t.mu.Unlock()
		}
	}()
}

// connected returns a context that ends when the connection is lost.
func (t *tenant) connected() context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.up
}

// Times of requests.
const (
	answerWait = 10 * time.Second       // for one answer
	patience   = 30 * time.Second       // for a server that is away
	retryEvery = 250 * time.Millisecond // while it is
)

// do sends a request until the server answers, for some time. Each request may be sent twice.
func (t *tenant) do(ctx context.Context, what string, request func(ctx context.Context) error) error {
	for deadline := time.Now().Add(patience); ; {
		one, cancel := context.WithTimeout(ctx, answerWait)
		stop := context.AfterFunc(t.connected(), cancel)
		err := request(one)
		stop()
		cancel()
		switch {
		case err == nil:
			return nil
		case t.isClosed():
			return fmt.Errorf("tenant %s: %s: %w", t.name, what, queue.ErrClosed)
		case ctx.Err() != nil:
			return fmt.Errorf("tenant %s: %s: %w", t.name, what, ctx.Err())
		case !isDown(err):
			return fmt.Errorf("tenant %s: %s: %w", t.name, what, err)
		case time.Now().After(deadline):
			return fmt.Errorf("tenant %s: %s: %w: %w", t.name, what, queue.ErrDown, err)
		}
		t.sleep(ctx, retryEvery)
	}
}

// sleep waits for a time, or until the context ends or the queue is closed.
func (t *tenant) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-t.q.closed:
	case <-timer.C:
	}
}

func (t *tenant) isClosed() bool {
	select {
	case <-t.q.closed:
		return true
	default:
		return t.conn.IsClosed()
	}
}

// isDown reports whether an error says that the server did not answer or cannot work now.
func isDown(err error) bool {
	for _, e := range []error{
		nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting,
		nats.ErrStaleConnection, nats.ErrConnectionDraining, context.DeadlineExceeded, context.Canceled,
		jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat, jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	api := apiError(err)
	return api != nil && api.Code == 503 && api.ErrorCode != codeNotForAccount && !isQueued(err) && !isFull(err)
}

// What the server says if a bound of a stream or of an account is reached. They have no numbers of their own.
const (
	textMaxMessages   = "maximum messages exceeded"
	textMaxPerSubject = "maximum messages per subject exceeded"
	textMaxBytes      = "maximum bytes exceeded"

	codeAccountLimits = 10002 // resource limits exceeded for account
	codeNotForAccount = 10039 // JetStream not enabled for account
)

// isQueued reports whether the server refused a job because it has it.
func isQueued(err error) bool { return refusal(err) == textMaxPerSubject }

// isFull reports whether the server refused a job because the tenant may not have more.
func isFull(err error) bool {
	api := apiError(err)
	return api != nil && (api.Description == textMaxMessages || api.Description == textMaxBytes || api.ErrorCode == codeAccountLimits)
}

// refusal returns the server's words for why it did not store a message, "" for other errors.
func refusal(err error) string {
	if api := apiError(err); api != nil {
		return api.Description
	}
	return ""
}

// apiError returns the answer of the server in an error, or nil.
func apiError(err error) *jetstream.APIError {
	if api := (*jetstream.APIError)(nil); errors.As(err, &api) {
		return api
	}
	if js := (jetstream.JetStreamError)(nil); errors.As(err, &js) {
		return js.APIError()
	}
	return nil
}
