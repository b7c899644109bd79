// SPDX-License-Identifier: Apache-2.0

// Package submit puts documents into the bucket in batches, and queues a job for each batch.
package submit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/match/screen"
)

// An Item is a document to submit. One of Open, Object and Err is set.
type Item struct {
	// Name is the path of the document in its record.
	Name string
	// Open opens the document. It is called twice for a large one, which must be the same both times.
	Open func() (io.ReadCloser, error)
	// Object is the key of an object of the bucket with the document.
	Object string
	// Err says why the document cannot be submitted.
	Err error
}

// Options say where to submit documents. MaxDocument and the functions are optional.
type Options struct {
	Store     store.Store
	Queue     queue.Queue
	Tenant    string
	Screening string // its id
	// MaxDocument bounds a document, in bytes; default 16 GiB.
	MaxDocument int64
	// Problem is called with each document that is not submitted.
	Problem func(name string, err error)
	// Waiting is called when the queue is full or does not answer, before each wait.
	Waiting func(error)
	// Progress is called after each batch with what was submitted so far.
	Progress func(Summary)
}

// A Summary counts what was submitted.
type Summary struct {
	Documents int64 // that are in the bucket now
	Bytes     int64
	Batches   int64
	Known     int64 // batches that were in the bucket before
	Done      int64 // batches that were screened before
	Problems  int64 // documents that were not submitted
}

// Errors of documents that are not submitted, for errors.Is.
var (
	ErrDirectory = errors.New("a directory that is one document cannot be submitted; expected a tar archive of it")
	ErrTooLarge  = errors.New("the document is too large")
	ErrChanged   = errors.New("the document changed while it was read; submit it again")
	ErrName      = errors.New("the name of the object is not UTF-8")
)

const defaultMaxDocument = 16 << 30

// Run submits documents. Those that cannot be submitted are counted, and do not stop it. It can be
// interrupted and called again with the same documents at any moment.
func Run(ctx context.Context, o Options, items iter.Seq[Item]) (Summary, error) {
	if o.MaxDocument <= 0 {
		o.MaxDocument = defaultMaxDocument
	}
	x := &submission{o: o, b: &job.Batch{Tenant: o.Tenant}}
	if err := job.CheckTenant(o.Tenant); err != nil {
		return x.sum, err
	}
	for item := range items {
		if err := ctx.Err(); err != nil {
			return x.sum, err
		}
		err := x.add(ctx, item)
		var p *problem
		switch {
		case errors.As(err, &p):
			x.sum.Problems++
			if o.Problem != nil {
				o.Problem(item.Name, p.error)
			}
		case err != nil:
			return x.sum, err
		}
	}
	return x.sum, x.flush(ctx)
}

// A problem is an error of one document.
type problem struct{ error }

func (p *problem) Unwrap() error { return p.error }

// A submission is the batch that is being filled.
type submission struct {
	o    Options
	b    *job.Batch
	pack []byte
	size int64 // of the documents in the batch
	sum  Summary
}

// add adds a document to the batch.
func (x *submission) add(ctx context.Context, item Item) error {
	switch {
	case item.Err != nil:
		return &problem{item.Err}
	case item.Object != "":
		return x.object(ctx, item)
	}
	r, err := item.Open()
	if err != nil {
		return &problem{err}
	}
	data, err := io.ReadAll(io.LimitReader(r, job.MaxBytes+1))
	if err != nil {
		return &problem{errors.Join(err, r.Close())}
	}
	if len(data) > job.MaxBytes {
		err := x.large(ctx, item, data, r)
		return errors.Join(err, r.Close())
	}
	if err := r.Close(); err != nil {
		return &problem{err}
	}
	if int64(len(data)) > x.o.MaxDocument {
		return x.tooLarge(int64(len(data)))
	}
	if err := x.room(ctx, int64(len(data))); err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	x.b.Documents = append(x.b.Documents, job.Document{
		Name: screen.EscapePath(item.Name), Offset: int64(len(x.pack)), Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:]),
	})
	x.pack = append(x.pack, data...)
	return x.added(ctx, int64(len(data)))
}

// object adds an object of the bucket. Its content is not read.
func (x *submission) object(ctx context.Context, item Item) error {
	if !utf8.ValidString(item.Object) {
		return &problem{ErrName}
	}
	if err := store.CheckOutside(item.Object); err != nil {
		return &problem{err}
	}
	at, err := x.o.Store.Stat(ctx, item.Object)
	if errors.Is(err, store.ErrMissing) || errors.Is(err, store.ErrKey) {
		return &problem{err}
	}
	if err != nil {
		return err
	}
	if at.Size > x.o.MaxDocument {
		return x.tooLarge(at.Size)
	}
	if err := x.room(ctx, at.Size); err != nil {
		return err
	}
	x.b.Documents = append(x.b.Documents, job.Document{Name: screen.EscapePath(item.Name), Object: "/" + item.Object, Size: at.Size, Version: at.Version})
	return x.added(ctx, at.Size)
}

func (x *submission) tooLarge(size int64) error {
	return &problem{fmt.Errorf("%w: it has %d bytes or more; expected at most %d", ErrTooLarge, size, x.o.MaxDocument)}
}

// room submits the batch if a document of a size does not fit.
func (x *submission) room(ctx context.Context, size int64) error {
	if x.size+size > job.MaxBytes {
		return x.flush(ctx)
	}
	return nil
}

// added submits the batch if it has enough documents. A batch with enough documents also ends after
// one with a certain name, so that one more document in a folder does not change all batches
// after it.
func (x *submission) added(ctx context.Context, size int64) error {
	const enough, oneIn = job.MaxDocuments / 2, 64
	x.size += size
	n := len(x.b.Documents)
	sum := sha256.Sum256([]byte(x.b.Documents[n-1].Name))
	if n == job.MaxDocuments || n >= enough && binary.BigEndian.Uint32(sum[:])%oneIn == 0 || x.size >= job.MaxBytes {
		return x.flush(ctx)
	}
	return nil
}

// flush submits the batch.
func (x *submission) flush(ctx context.Context) error {
	if len(x.b.Documents) == 0 {
		return nil
	}
	b, pack := x.b, x.pack
	x.b, x.pack, x.size = &job.Batch{Tenant: x.o.Tenant}, x.pack[:0], 0
	id := b.ID()
	key := store.PackKey(b.Tenant, id)
	for i := range b.Documents {
		if d := &b.Documents[i]; d.Object == "" {
			d.Object = strings.TrimPrefix(key, b.Tenant+"/")
		}
	}
	return x.batch(ctx, b, func() error {
		if len(pack) == 0 && !packed(b) {
			return nil
		}
		return x.o.Store.Write(ctx, key, bytes.NewReader(pack))
	})
}

// packed reports whether a batch has a pack: its documents may all be empty.
func packed(b *job.Batch) bool {
	for i := range b.Documents {
		if b.Documents[i].SHA256 != "" {
			return true
		}
	}
	return false
}

// batch writes a batch, after upload has written its pack, and queues its job.
func (x *submission) batch(ctx context.Context, b *job.Batch, upload func() error) error {
	id := b.ID()
	key := store.BatchKey(b.Tenant, id)
	_, err := x.o.Store.Stat(ctx, key)
	switch {
	case err == nil:
		x.sum.Known++
	case !errors.Is(err, store.ErrMissing):
		return err
	default:
		if err := upload(); err != nil {
			return err
		}
		data, err := json.Marshal(b)
		if err != nil {
			return err
		}
		if err := x.o.Store.Write(ctx, key, bytes.NewReader(data)); err != nil {
			return err
		}
	}
	done, err := Jobs(ctx, x.o.Store, x.o.Queue, x.o.Waiting, job.Job{Tenant: b.Tenant, Batch: id, Screening: x.o.Screening})
	if err != nil {
		return err
	}
	x.sum.Batches++
	x.sum.Done += int64(done)
	x.sum.Documents += int64(len(b.Documents))
	for i := range b.Documents {
		x.sum.Bytes += b.Documents[i].Size
	}
	if x.o.Progress != nil {
		x.o.Progress(x.sum)
	}
	return nil
}

// large submits a document that is a batch of its own. It is read twice: first for its digest, which is
// a part of its key. Start was read from r already.
func (x *submission) large(ctx context.Context, item Item, start []byte, r io.Reader) error {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
			return &problem{fmt.Errorf("%w: it is not a regular file, and has more than %d bytes", ErrTooLarge, job.MaxBytes)}
		}
	}
	h := sha256.New()
	size, err := io.Copy(h, io.LimitReader(io.MultiReader(bytes.NewReader(start), &stopping{ctx, r}), x.o.MaxDocument+1))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &problem{err}
	case size > x.o.MaxDocument:
		return x.tooLarge(size)
	}
	d := job.Document{Name: screen.EscapePath(item.Name), Size: size, SHA256: hex.EncodeToString(h.Sum(nil))}
	b := &job.Batch{Tenant: x.o.Tenant, Documents: []job.Document{d}}
	key := store.PackKey(b.Tenant, b.ID())
	b.Documents[0].Object = strings.TrimPrefix(key, b.Tenant+"/")
	return x.batch(ctx, b, func() error {
		again, err := item.Open()
		if err != nil {
			return &problem{err}
		}
		defer again.Close()
		v := &verifier{r: &stopping{ctx, again}, want: d.SHA256, left: d.Size, h: sha256.New()}
		err = x.o.Store.Write(ctx, key, v)
		if v.fault != nil && ctx.Err() == nil {
			return &problem{v.fault}
		}
		return err
	})
}

// stopping reads until ctx is done.
type stopping struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopping) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}
