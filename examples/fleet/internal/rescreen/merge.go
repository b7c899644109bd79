// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

// fanIn bounds the files that are read at the same time, and with them the memory. More files
// are first merged into fewer.
const fanIn = 48

// A file is a file of a table: one of a commit, or a temporary one.
type file struct {
	commit *compact.Commit
	table  compact.Table
	path   string // of a temporary file
}

// sorted yields the rows of files of a table in the order of the table. The files are sorted. dir is
// a folder for temporary files, which the caller removes.
func sorted[T table.Row](ctx context.Context, s store.Store, dir string, files []file, compare func(a, b T) int) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for len(files) > fanIn {
			var fewer []file
			for len(files) > 0 {
				n := min(fanIn, len(files))
				f, err := mergeToFile(ctx, s, dir, files[:n], compare)
				if err != nil {
					yield(nil, err)
					return
				}
				fewer, files = append(fewer, f), files[n:]
			}
			files = fewer
		}
		merge(ctx, s, dir, files, compare, yield)
	}
}

// mergeToFile writes the rows of some files to a temporary one, and removes those that are temporary.
func mergeToFile[T table.Row](ctx context.Context, s store.Store, dir string, files []file, compare func(a, b T) int) (_ file, err error) {
	f, err := os.CreateTemp(dir, "merge-*.parquet")
	if err != nil {
		return file{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := table.NewWriter[T](f)
	merge(ctx, s, dir, files, compare, func(row *T, e error) bool {
		if err = e; err == nil {
			err = w.Write(row)
		}
		return err == nil
	})
	if err == nil {
		err = w.Close()
	}
	for _, old := range files {
		if old.path != "" {
			err = errors.Join(err, os.Remove(old.path))
		}
	}
	return file{path: f.Name()}, err
}

// inMemory bounds the files of a commit that are read into memory. Larger ones are copied.
const inMemory = 1 << 20

// rows yields the rows of a file.
func rows[T table.Row](ctx context.Context, s store.Store, dir string, f *file) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		path := f.path
		if path == "" && f.table.Bytes > inMemory {
			var err error
			path, err = spool(ctx, s, dir, f)
			if err != nil && !errors.Is(err, store.ErrMissing) {
				yield(nil, err)
				return
			}
			defer os.Remove(path)
		}
		if path == "" { // it is small, or not yet in its place
			compact.ReadTable[T](ctx, s, f.commit, &f.table)(yield)
			return
		}
		in, err := os.Open(path)
		if err != nil {
			yield(nil, err)
			return
		}
		defer in.Close()
		size, err := in.Seek(0, io.SeekEnd)
		if err != nil {
			yield(nil, err)
			return
		}
		table.Read[T](in, size)(yield)
	}
}

// spool copies a file of a commit, and checks its digest.
func spool(ctx context.Context, s store.Store, dir string, f *file) (path string, err error) {
	key := f.commit.Key(&f.table)
	in, err := s.Open(ctx, key, 0, f.table.Bytes)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(dir, "table-*.parquet")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	if err = errors.Join(err, out.Close()); err != nil {
		return out.Name(), fmt.Errorf("reading %s: %w", key, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.table.SHA256 {
		return out.Name(), fmt.Errorf("%s: %w: its SHA-256 digest is %s; expected %s", key, compact.ErrTable, got, f.table.SHA256)
	}
	return out.Name(), nil
}

// A head of a file is its next row.
type headOfFile[T any] struct {
	row  *T
	next func() (*T, error, bool)
	n    int // of the file, so that equal rows have an order
}

type heads[T any] struct {
	all     []headOfFile[T]
	compare func(a, b T) int
}

func (h *heads[T]) Len() int { return len(h.all) }
func (h *heads[T]) Less(i, j int) bool {
	if c := h.compare(*h.all[i].row, *h.all[j].row); c != 0 {
		return c < 0
	}
	return h.all[i].n < h.all[j].n
}
func (h *heads[T]) Swap(i, j int) { h.all[i], h.all[j] = h.all[j], h.all[i] }
func (h *heads[T]) Push(x any)    { h.all = append(h.all, x.(headOfFile[T])) }
func (h *heads[T]) Pop() any {
	last := h.all[len(h.all)-1]
	h.all = h.all[:len(h.all)-1]
	return last
}

// merge yields the rows of sorted files in their order. Rows that are not in order are an error:
// what is looked for could be passed over.
func merge[T table.Row](ctx context.Context, s store.Store, dir string, files []file, compare func(a, b T) int, yield func(*T, error) bool) {
	h := &heads[T]{compare: compare}
	for n := range files {
		next, stop := iter.Pull2(rows[T](ctx, s, dir, &files[n]))
		defer stop()
		row, err, ok := next()
		if err != nil {
			yield(nil, err)
			return
		}
		if ok {
			h.all = append(h.all, headOfFile[T]{row, next, n})
		}
	}
	heap.Init(h)
	for count := 0; h.Len() > 0; count++ {
		if count&4095 == 0 && ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		first := &h.all[0]
		row := first.row
		if !yield(row, nil) {
			return
		}
		next, err, ok := first.next()
		switch {
		case err != nil:
			yield(nil, err)
			return
		case !ok:
			heap.Pop(h)
			continue
		case compare(*row, *next) > 0:
			yield(nil, fmt.Errorf("%w: the rows of a file are not in the order of the table %s", table.ErrBad, table.Name[T]()))
			return
		}
		first.row = next
		heap.Fix(h, 0)
	}
}
