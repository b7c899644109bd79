// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
)

// Errors of a store, for errors.Is.
var (
	// ErrMissing: there is no object with the key.
	ErrMissing = errors.New("there is no such object")
	// ErrExists: Create found an object with the key.
	ErrExists = errors.New("the object exists already")
	// ErrKey: the key is not a slash-separated path without empty, "." and ".." elements.
	ErrKey = errors.New("bad key")
)

// A Store keeps objects by key. A key is a path with slashes. An object is written completely or
// not at all, and when a method that writes returns, the object is durable. A Store is safe for
// concurrent use, also by several programs.
type Store interface {
	// Open returns a reader of a part of an object, from offset on. A negative size is everything
	// to the end. An object that is shorter than offset and size is an error of the reader.
	Open(ctx context.Context, key string, offset, size int64) (io.ReadCloser, error)
	// Write writes an object, and replaces an object with the same key.
	Write(ctx context.Context, key string, data io.Reader) error
	// Create writes an object if there is none with the key, or else returns ErrExists. Of several
	// calls at the same time one writes.
	Create(ctx context.Context, key string, data []byte) error
	// Stat describes an object.
	Stat(ctx context.Context, key string) (Object, error)
	// List yields the objects with keys that start with prefix, in the order of keys. Prefix is ""
	// or ends with a slash.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]
	// Delete removes an object. A missing object is not an error.
	Delete(ctx context.Context, key string) error
	Close() error
}

// An Object describes an object of a store.
type Object struct {
	Key  string
	Size int64
	// Version differs after the object was written again. It is an MD5 digest or a time.
	Version string
}

// Read returns the content of an object of at most limit bytes.
func Read(ctx context.Context, s Store, key string, limit int64) ([]byte, error) {
	r, err := s.Open(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", key, err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("reading %s: it is larger than %d bytes", key, limit)
	}
	return data, nil
}

// checkKey returns an ErrKey if a key is not valid.
func checkKey(key string) error {
	if key == "" || len(key) > 1024 || path.Clean("/"+key) != "/"+key || strings.ContainsAny(key, "\\\x00") {
		return fmt.Errorf("%w: %q; expected a path with slashes, without empty, . and .. elements", ErrKey, key)
	}
	return nil
}
