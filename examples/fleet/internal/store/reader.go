// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"io"
)

// A ReaderAt reads parts of an object, with a request each.
type ReaderAt struct {
	Context context.Context
	Store   Store
	Key     string
}

// ReadAt reads a part of the object, see [io.ReaderAt].
func (r *ReaderAt) ReadAt(b []byte, at int64) (int, error) {
	in, err := r.Store.Open(r.Context, r.Key, at, int64(len(b)))
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.ReadFull(in, b)
}
