// SPDX-License-Identifier: Apache-2.0

package work

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
)

// Bounds of what is read for a job.
const (
	maxBatchObject     = 16 << 20 // bytes of the description of a batch
	maxScreeningObject = 1 << 20
	inMemory           = 64 << 20 // bytes of a document; a larger one is read from a temporary file
	suspect            = 2        // deliveries that ended without an answer while a document was screened
)

// A Worker screens the jobs of a queue. Its fields are set before Run and not changed.
type Worker struct {
	Queue queue.Queue
	Store store.Store
	// Screener returns the screener of a screening of a tenant.
	Screener func(ctx context.Context, tenant, screening string) (*Screener, error)
	// Isolated screens a document in a process of its own. The error is ErrCrashed if the process
	// ended without an answer while this one was not asked to end.
	Isolated func(ctx context.Context, j job.Job, index int) (*Record, error)
	// Every is how often the queue is told that a job is being worked on: a third of its wait for
	// an acknowledgement or less.
	Every time.Duration
	Log   *slog.Logger
	// Done, if it is set, is called after each job.
	Done func(Outcome)
}

// An Outcome is what became of a delivered job.
type Outcome struct {
	Job       job.Job
	Documents int
	Crashed   int   // documents on which the program ended without a result
	Err       error // why the job will be delivered again, or why it failed for good
	Failed    bool  // for good
}

// ErrCrashed is the error of Isolated.
var ErrCrashed = errors.New("the process that screened the document ended without an answer")

// errContent is wrapped by errors about content that is not the one that was submitted.
var errContent = errors.New("the content is not the one that was submitted")

// Run works until ctx is done. A job that is not finished then is given back to the queue.
func (w *Worker) Run(ctx context.Context) error {
	const wait = 5 * time.Second
	for ctx.Err() == nil {
		deliveries, err := w.Queue.Receive(ctx, 1, wait)
		if err != nil && ctx.Err() == nil {
			w.Log.Error("receiving jobs", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
		for _, d := range deliveries {
			w.handle(ctx, d)
		}
	}
	return nil
}

// handle does a job and tells the queue what became of it.
func (w *Worker) handle(ctx context.Context, d queue.Delivery) {
	j := d.Job()
	o := Outcome{Job: j}
	stop := w.keep(ctx, d)
	o.Documents, o.Crashed, o.Err = w.do(ctx, d)
	stop()
	// The queue must be told even if the program is asked to end.
	tell, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var err error
	switch {
	case o.Err == nil:
		err = d.Done(tell)
	case errors.Is(o.Err, job.ErrBad):
		o.Failed = true
		if err = w.fail(tell, &j, o.Err); err == nil {
			err = d.Done(tell)
		}
	case ctx.Err() != nil:
		err = d.Again(tell, 0)
	default:
		err = d.Again(tell, min(time.Second<<min(d.Attempt(), 6), time.Minute))
	}
	if err != nil {
		w.Log.Error("telling the queue", "tenant", j.Tenant, "job", j.ID(), "error", err)
	}
	if o.Err != nil && ctx.Err() == nil {
		w.Log.Error("a job was not done", "tenant", j.Tenant, "job", j.ID(), "attempt", d.Attempt(), "failed", o.Failed, "error", o.Err)
	}
	if w.Done != nil {
		w.Done(o)
	}
}

// keep tells the queue that the job is being worked on, until stop is called.
func (w *Worker) keep(ctx context.Context, d queue.Delivery) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	wait.Go(func() {
		t := time.NewTicker(w.Every)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if err := d.Working(ctx); err != nil && ctx.Err() == nil {
					w.Log.Warn("telling the queue that a job is being worked on", "error", err)
				}
			}
		}
	})
	return func() {
		cancel()
		wait.Wait()
	}
}

// fail writes why a job can never be done, where status and audit find it.
func (w *Worker) fail(ctx context.Context, j *job.Job, why error) error {
	data, err := json.Marshal(struct {
		Job   *job.Job `json:"job"`
		Error string   `json:"error"`
	}{j, why.Error()})
	if err != nil {
		return err
	}
	return w.Store.Write(ctx, store.FailedKey(j), bytes.NewReader(data))
}

// do screens a job, and writes and announces its segment.
func (w *Worker) do(ctx context.Context, d queue.Delivery) (documents, crashed int, err error) {
	j := d.Job()
	segment, err := store.Read(ctx, w.Store, store.SegmentKey(&j), store.MaxSegment)
	if errors.Is(err, store.ErrMissing) {
		segment, documents, crashed, err = w.make(ctx, d)
	}
	if err != nil {
		return 0, 0, err
	}
	sum := sha256.Sum256(segment)
	if err := w.Queue.Announce(ctx, job.Result{Job: j, Segment: hex.EncodeToString(sum[:]), Bytes: int64(len(segment))}); err != nil {
		return 0, 0, err
	}
	if d.Attempt() > 1 {
		err = w.Queue.Notes(j.Tenant).Delete(ctx, j.ID())
	}
	return documents, crashed, err
}

// make screens a job and writes its segment. If another worker has written it since, it returns
// that one: a segment is written once, because a commit may name it.
func (w *Worker) make(ctx context.Context, d queue.Delivery) (segment []byte, documents, crashed int, err error) {
	j := d.Job()
	b, err := ReadBatch(ctx, w.Store, &j)
	if err != nil {
		return nil, 0, 0, err
	}
	s, err := w.Screener(ctx, j.Tenant, j.Screening)
	if err != nil {
		return nil, 0, 0, err
	}
	indexes := j.Only
	if len(indexes) == 0 {
		for i := range b.Documents {
			indexes = append(indexes, i)
		}
	}
	x := &attempt{w: w, s: s, j: &j, b: b, pack: newPack(w.Store, b)}
	if d.Attempt() > 1 {
		if err := x.resume(ctx); err != nil {
			return nil, 0, 0, err
		}
	}
	var records []*Record
	for _, i := range indexes {
		r, err := x.document(ctx, i)
		if err != nil {
			return nil, 0, 0, fmt.Errorf("document %d of the batch: %w", i, err)
		}
		if r.Content.Documents[0].Crashed {
			crashed++
		}
		records = append(records, r)
	}
	if segment, err = s.Encode(ctx, j, records); err != nil {
		return nil, 0, 0, err
	}
	err = w.Store.Create(ctx, store.SegmentKey(&j), segment)
	if errors.Is(err, store.ErrExists) {
		segment, err = store.Read(ctx, w.Store, store.SegmentKey(&j), store.MaxSegment)
	}
	return segment, len(records), crashed, err
}

// ReadBatch reads the batch of a job and checks that it is the one with the id.
func ReadBatch(ctx context.Context, s store.Store, j *job.Job) (*job.Batch, error) {
	data, err := store.Read(ctx, s, store.BatchKey(j.Tenant, j.Batch), maxBatchObject)
	if err != nil {
		return nil, err
	}
	b := &job.Batch{}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("%w: batch %s: %w", job.ErrBad, j.Batch, err)
	}
	if err := b.Check(); err != nil {
		return nil, err
	}
	if id := b.ID(); id != j.Batch || b.Tenant != j.Tenant {
		return nil, fmt.Errorf("%w: the batch %s has the id %s and the tenant %q; it was changed", job.ErrBad, j.Batch, id, b.Tenant)
	}
	for _, i := range j.Only {
		if i >= len(b.Documents) {
			return nil, fmt.Errorf("%w: the job is about document %d of a batch of %d", job.ErrBad, i, len(b.Documents))
		}
	}
	return b, nil
}

// An attempt is the work on a job after one delivery.
type attempt struct {
	w    *Worker
	s    *Screener
	j    *job.Job
	b    *job.Batch
	pack *pack
	// note is nil in the first attempt. In later ones it tells the next attempt which document
	// was being screened if this one ends without an answer.
	note *note
}

// A note is what an attempt leaves for the next one.
type note struct {
	At    int         `json:"at"`    // the document that is being screened; -1 for none
	Ended map[int]int `json:"ended"` // how many attempts ended without an answer, by document
}

// resume reads the note of an attempt that ended without an answer.
func (x *attempt) resume(ctx context.Context) error {
	x.note = &note{At: -1, Ended: make(map[int]int)}
	data, err := x.w.Queue.Notes(x.j.Tenant).Get(ctx, x.j.ID())
	if err != nil || data == nil {
		return err
	}
	if err := json.Unmarshal(data, x.note); err != nil {
		return fmt.Errorf("the note of job %s: %w", x.j.ID(), err)
	}
	if x.note.Ended == nil {
		x.note.Ended = make(map[int]int)
	}
	if x.note.At >= 0 {
		x.note.Ended[x.note.At]++
	}
	return x.at(ctx, -1)
}

// at writes which document is being screened.
func (x *attempt) at(ctx context.Context, index int) error {
	x.note.At = index
	data, err := json.Marshal(x.note)
	if err != nil {
		return err
	}
	return x.w.Queue.Notes(x.j.Tenant).Put(ctx, x.j.ID(), data)
}

// document screens a document of the batch.
func (x *attempt) document(ctx context.Context, index int) (*Record, error) {
	if x.note == nil {
		return x.screen(ctx, index)
	}
	if x.note.Ended[index] >= suspect {
		r, err := x.w.Isolated(ctx, *x.j, index)
		if errors.Is(err, ErrCrashed) {
			return x.s.Crashed(ctx, x.j, x.b, index)
		}
		return r, err
	}
	if err := x.at(ctx, index); err != nil {
		return nil, err
	}
	r, err := x.screen(ctx, index)
	if err != nil {
		// This attempt ends with an answer: the document is not to blame.
		return nil, errors.Join(err, x.at(context.WithoutCancel(ctx), -1))
	}
	return r, nil
}

func (x *attempt) screen(ctx context.Context, index int) (*Record, error) {
	content, err := x.pack.open(ctx, &x.b.Documents[index])
	if err != nil && !errors.Is(err, errContent) && !errors.Is(err, store.ErrMissing) {
		return nil, err // it may succeed later, so that it does not belong in a record
	}
	return x.s.Screen(ctx, x.j, x.b, index, func() (io.ReadCloser, error) { return content, err })
}
