// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/peek"
)

// A readerAt reads until the context is done.
type readerAt struct {
	ctx context.Context
	io.ReaderAt
}

func (r readerAt) ReadAt(p []byte, offset int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return guarded(p, func() (int, error) { return r.ReaderAt.ReadAt(p, offset) })
}

// guarded reads into p. A reader of the caller that panics, or returns a number of bytes that cannot
// be, is an error, because reading is done in goroutines in which the caller cannot recover.
func guarded(p []byte, read func() (int, error)) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, fmt.Errorf("the reader panicked: %v", v)
		}
	}()
	if n, err = read(); n < 0 || n > len(p) {
		return 0, fmt.Errorf("the reader returned %d bytes; expected 0 to %d", n, len(p))
	}
	return n, err
}

// A tally passes bytes on until the context is done, counting and hashing them.
type tally struct {
	ctx context.Context
	r   io.Reader
	digests
	n        int64
	progress func(int)
}

func newTally(ctx context.Context, r io.Reader, progress func(int)) *tally {
	return &tally{ctx: ctx, r: r, digests: digests{sha256: sha256.New()}, progress: progress}
}

// aside makes the tally take the digests of long files in other goroutines, as long as workers says
// that there may be two.
func (t *tally) aside(workers func() int) *tally {
	t.workers = workers
	return t
}

// withSHA1 makes the tally take the SHA-1 digest too.
func (t *tally) withSHA1() *tally {
	t.sha1 = sha1.New()
	return t
}

func (t *tally) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := guarded(p, func() (int, error) { return t.r.Read(p) })
	t.add(p[:n])
	t.n += int64(n)
	t.progress(n)
	return n, err
}

// Peek shows the next bytes, which are neither counted nor hashed, if the reader can do that. See
// package peek.
func (t *tally) Peek(n int) ([]byte, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	if p, ok := t.r.(peek.Peeker); ok {
		return p.Peek(n)
	}
	return nil, bufio.ErrBufferFull
}

// Discard reads the next n bytes.
func (t *tally) Discard(n int) (int, error) {
	skipped, err := io.CopyN(io.Discard, t, int64(n))
	return int(skipped), err
}
