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
	"strings"
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
	// Limit is how long a document may take, in this process and then in one of its own, before
	// its record is that the program ended without a result; default 10 minutes.
	Limit time.Duration
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

// Errors of content that will not be there later either.
var (
	errContent = errors.New("the content is not the one that was submitted")
	errMissing = errors.New("the content that was submitted is not there")
)

const (
	defaultLimit = 10 * time.Minute
	// missing is how many deliveries of a job without its batch or screening it takes until the job
	// has failed. Both are written before the job is queued.
	missing = 5
)

// Run works until ctx is done. A job that is not finished then is given back to the queue.
func (w *Worker) Run(ctx context.Context) error {
	const wait = 5 * time.Second
	if w.Limit == 0 {
		w.Limit = defaultLimit
	}
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
	case ctx.Err() == nil && final(d, o.Err):
		o.Failed = true
		if err = w.fail(tell, &j, o.Err); err == nil {
			err = d.Done(tell)
		}
	case ctx.Err() != nil:
		err = d.Again(tell, 0) // another worker takes it
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

// final reports whether a job with an error can never be done: what it is about is not valid, or not
// there.
func final(d queue.Delivery, err error) bool {
	return errors.Is(err, job.ErrBad) || errors.Is(err, store.ErrMissing) && d.Attempt() >= missing
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

// A Failure is the object with the reason for which a job can never be done, see store.FailedKey.
type Failure struct {
	Job   job.Job `json:"job"`
	Error string  `json:"error"`
}

// fail writes why a job can never be done, where status and audit find it.
func (w *Worker) fail(ctx context.Context, j *job.Job, why error) error {
	data, err := json.Marshal(Failure{*j, why.Error()})
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
	for i := range b.Documents {
		if outside, ok := strings.CutPrefix(b.Documents[i].Object, "/"); ok {
			if err := store.CheckOutside(outside); err != nil {
				return nil, fmt.Errorf("%w: document %d of batch %s: %w", job.ErrBad, i, j.Batch, err)
			}
		}
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
		return x.isolated(ctx, index)
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

// isolated screens a document in a process of its own.
func (x *attempt) isolated(ctx context.Context, index int) (*Record, error) {
	r, err := x.w.Isolated(ctx, *x.j, index)
	if errors.Is(err, ErrCrashed) && ctx.Err() == nil {
		x.w.Log.Error("a document was not screened", "tenant", x.j.Tenant, "job", x.j.ID(), "document", x.b.Documents[index].Name, "error", err)
		return x.s.Crashed(ctx, x.j, x.b, index)
	}
	return r, err
}

// screen screens a document in this process. If it takes too long, it is screened in one that can be
// ended. The time for reading it from the bucket does not count.
func (x *attempt) screen(ctx context.Context, index int) (*Record, error) {
	content, r, err := openOne(ctx, x.s, x.j, x.b, index, x.pack)
	if content == nil {
		return r, err
	}
	limited, cancel := context.WithTimeout(ctx, x.w.Limit)
	defer cancel()
	type result struct {
		r   *Record
		err error
	}
	answer := make(chan result, 1)
	go func() {
		r, err := screenOpen(limited, x.s, x.j, x.b, index, content)
		answer <- result{r, err}
	}()
	select {
	case a := <-answer:
		if limited.Err() == nil || a.err == nil {
			return a.r, a.err
		}
	case <-limited.Done():
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return x.isolated(ctx, index)
}

// openOne opens a document of a batch. If its content will not be there later either, it returns
// the record that says so instead.
func openOne(ctx context.Context, s *Screener, j *job.Job, b *job.Batch, index int, p *pack) (io.ReadCloser, *Record, error) {
	content, err := p.open(ctx, &b.Documents[index])
	var r *Record
	switch {
	case err == nil:
		return content, nil, nil
	case errors.Is(err, errMissing):
		r, err = s.Unavailable(ctx, j, b, index, Missing, err)
	case errors.Is(err, errContent):
		r, err = s.Unavailable(ctx, j, b, index, Changed, err)
	}
	return nil, r, err // other errors may pass, so that they do not belong in a record
}

// screenOpen screens a document that is open, and closes it.
func screenOpen(ctx context.Context, s *Screener, j *job.Job, b *job.Batch, index int, content io.ReadCloser) (*Record, error) {
	opened := false
	r, err := s.Screen(ctx, j, b, index, func() (io.ReadCloser, error) {
		opened = true
		return content, nil
	})
	if !opened {
		err = errors.Join(err, content.Close())
	}
	return r, err
}
