// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"gocloud.dev/gcerrors"
)

// Attempts and waits of a request. The waits are about 0.1, 0.2, 0.4, … seconds, at most 10.
const (
	attempts  = 10
	firstWait = 100 * time.Millisecond
	longest   = 10 * time.Second
)

// Retry returns a store that makes requests again that failed for a passing reason: the service
// answered 500 or 503, the connection broke. Create can find the object of its own request
// of which the answer was lost; then it compares the content. A reader continues where
// the connection broke.
func Retry(s Store) Store { return &retry{s, firstWait} }

type retry struct {
	Store
	wait time.Duration
}

// passing reports whether a request can succeed later.
func passing(ctx context.Context, err error) bool {
	if err == nil || ctx.Err() != nil || errors.Is(err, ErrKey) || errors.Is(err, ErrMissing) || errors.Is(err, ErrExists) {
		return false
	}
	switch gcerrors.Code(err) {
	case gcerrors.InvalidArgument, gcerrors.PermissionDenied, gcerrors.Unimplemented:
		return false
	}
	return true
}

// again calls a function until it succeeds, its error is not passing, or it was called often.
func (r *retry) again(ctx context.Context, f func() error) error {
	wait := r.wait
	for n := 1; ; n++ {
		err := f()
		if n == attempts || !passing(ctx, err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, longest)
	}
}

func (r *retry) Open(ctx context.Context, key string, offset, size int64) (io.ReadCloser, error) {
	x := &resumed{r: r, ctx: ctx, key: key, offset: offset, size: size}
	if err := x.open(); err != nil {
		return nil, err
	}
	return x, nil
}

// A resumed reader opens the object again where the connection broke.
type resumed struct {
	r            *retry
	ctx          context.Context
	key          string
	offset, size int64
	in           io.ReadCloser
	failed       int
}

func (x *resumed) open() error {
	return x.r.again(x.ctx, func() error {
		in, err := x.r.Store.Open(x.ctx, x.key, x.offset, x.size)
		x.in = in
		return err
	})
}

func (x *resumed) Read(b []byte) (int, error) {
	n, err := x.in.Read(b)
	x.offset += int64(n)
	if x.size > 0 {
		x.size -= int64(n)
	}
	if n > 0 {
		x.failed = 0
	}
	if err == nil || errors.Is(err, io.EOF) || !passing(x.ctx, err) {
		return n, err
	}
	if x.failed++; x.failed == attempts {
		return n, err
	}
	if x.size == 0 {
		return n, io.EOF
	}
	x.in.Close()
	if err := x.open(); err != nil {
		x.in = io.NopCloser(bytes.NewReader(nil))
		return n, err
	}
	return n, nil
}

func (x *resumed) Close() error { return x.in.Close() }

// Write makes the request again only if data can be read again from where it was.
func (r *retry) Write(ctx context.Context, key string, data io.Reader) error {
	seeker, ok := data.(io.Seeker)
	if !ok {
		return r.Store.Write(ctx, key, data)
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	return r.again(ctx, func() error {
		if _, err := seeker.Seek(start, io.SeekStart); err != nil {
			return err
		}
		return r.Store.Write(ctx, key, data)
	})
}

func (r *retry) Create(ctx context.Context, key string, data []byte) error {
	failed := false
	return r.again(ctx, func() error {
		err := r.Store.Create(ctx, key, data)
		if failed && errors.Is(err, ErrExists) {
			if there, readErr := Read(ctx, r.Store, key, int64(len(data))); readErr == nil && bytes.Equal(there, data) {
				return nil
			}
		}
		failed = failed || passing(ctx, err)
		return err
	})
}

func (r *retry) Stat(ctx context.Context, key string) (o Object, err error) {
	err = r.again(ctx, func() error {
		o, err = r.Store.Stat(ctx, key)
		return err
	})
	return o, err
}

// List starts again after the last key that it yielded.
func (r *retry) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		last, stopped := "", false
		err := r.again(ctx, func() error {
			for o, err := range r.Store.List(ctx, prefix) {
				if err != nil {
					return err
				}
				if o.Key <= last {
					continue
				}
				last = o.Key
				if stopped = !yield(o, nil); stopped {
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(Object{}, err)
		}
	}
}

func (r *retry) Delete(ctx context.Context, key string) error {
	return r.again(ctx, func() error { return r.Store.Delete(ctx, key) })
}
