// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
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
	return r.ReaderAt.ReadAt(p, offset)
}

// A tally passes bytes on until the context is done, counting and hashing them.
type tally struct {
	ctx          context.Context
	r            io.Reader
	sha256, sha1 hash.Hash
	n            int64
	progress     func(int)
}

func newTally(ctx context.Context, r io.Reader, progress func(int)) *tally {
	return &tally{ctx: ctx, r: r, sha256: sha256.New(), sha1: sha1.New(), progress: progress}
}

func (t *tally) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.r.Read(p)
	t.sha256.Write(p[:n])
	t.sha1.Write(p[:n])
	t.n += int64(n)
	t.progress(n)
	return n, err
}

func (t *tally) sums() (sha256, sha1 string) {
	return hex.EncodeToString(t.sha256.Sum(nil)), hex.EncodeToString(t.sha1.Sum(nil))
}
