// SPDX-License-Identifier: Apache-2.0

// Package queue is what a fleet needs of a message queue. Package nats (JetStream) and package
// postgres (River) have it.
//
// A queue may deliver a job or a result more than once, and may lose everything: the bucket says
// what is done.
package queue

import (
	"context"
	"errors"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// Errors of a queue, for errors.Is.
var (
	// ErrFull: the tenant has as many jobs in the queue as it may have, or as many bytes. Try again
	// later.
	ErrFull = errors.New("the queue of the tenant is full")
	// ErrTenant: the queue has no such tenant, or the credentials are not for it.
	ErrTenant = errors.New("there is no such tenant for these credentials")
	// ErrDown: the queue did not answer. Try again later: all methods can be called again.
	ErrDown = errors.New("the queue does not answer")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("the queue is closed")
	// ErrNote: a note is larger than MaxNote.
	ErrNote = errors.New("the note is too large")
)

// MaxNote is how many bytes a note may have.
const MaxNote = 64 << 10

// A Queue transports the jobs and results of the tenants that its credentials are for. It is safe
// for concurrent use.
type Queue interface {
	// Tenants returns the names of the tenants, in order.
	Tenants() []string
	// Submit queues jobs. It stops at the first that does not fit (ErrFull), and returns how many
	// are queued. A job that is in the queue already counts as queued and is not there twice.
	Submit(ctx context.Context, jobs ...job.Job) (int, error)
	// Receive returns the next jobs, at most n, and waits for the first at most for the given
	// time; then it returns none. It takes from the tenants in turn, so that a tenant with many
	// jobs does not delay the others.
	Receive(ctx context.Context, n int, wait time.Duration) ([]Delivery, error)
	// Announce queues a result for the compactor. It returns when the queue has stored it.
	Announce(ctx context.Context, r job.Result) error
	// Results returns the next results of a tenant, at most n, in the order in which they were
	// announced, and waits for the first at most for the given time. All of them are acknowledged
	// with Done.
	Results(ctx context.Context, tenant string, n int, wait time.Duration) (Announced, error)
	// Notes are the notes of a tenant.
	Notes(tenant string) Notes
	// Status returns the numbers of a tenant.
	Status(ctx context.Context, tenant string) (Status, error)
	Close() error
}

// A Delivery is a job that was received. It is delivered again if none of its methods was called
// for some time (the queue's acknowledgement wait), or if its receiver ends.
type Delivery interface {
	Job() job.Job
	// Attempt is 1 for the first delivery.
	Attempt() int
	// Working tells the queue that the job is still being worked on.
	Working(ctx context.Context) error
	// Done removes the job from the queue. It is no error if another delivery of the job did.
	Done(ctx context.Context) error
	// Again gives the job back, to be delivered again after a time.
	Again(ctx context.Context, after time.Duration) error
}

// Announced are results that were received. They are delivered again if Done was not called for
// some time, which is longer than that of jobs.
type Announced struct {
	Results []job.Result
	Done    func(ctx context.Context) error // never nil
}

// Notes are small values by job id that survive the process that wrote them. An id is a digest in
// hex. The queue may forget a note that was not written for a week.
type Notes interface {
	Get(ctx context.Context, id string) ([]byte, error) // nil without a note
	Put(ctx context.Context, id string, note []byte) error
	Delete(ctx context.Context, id string) error
}

// A Quota is what a tenant may use of a queue.
type Quota struct {
	Jobs  int64 // in the queue; default 100,000
	Bytes int64 // of what is in the queue; default 4 GiB, or less if the account has less
}

// A Status has the numbers of a tenant in a queue.
type Status struct {
	Waiting   int64 // jobs that were not delivered
	Working   int64 // jobs that were delivered and are not done, also those that were given back
	Again     int64 // jobs that were delivered more than once and are not done
	Announced int64 // results that the compactor has not taken
	Limit     int64 // jobs that the tenant may have in the queue
}
