// SPDX-License-Identifier: Apache-2.0

// Package storetest has a store in memory for tests.
package storetest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/examples/fleet/internal/store"
)

// ErrStopped is the error of a store that has stopped.
var ErrStopped = errors.New("the store has stopped")

// A Memory is a store in memory. It is safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	objects map[string][]byte
	left    int // writes until it stops; negative if it does not
}

// New returns an empty store.
func New() *Memory { return &Memory{objects: make(map[string][]byte), left: -1} }

// Copy returns a store with the same objects.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{objects: maps.Clone(m.objects), left: -1}
}

// StopAfter makes every request fail after some more writes and deletions, as if the program was
// killed. With a negative number it works again.
func (m *Memory) StopAfter(writes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = writes
}

// Objects returns the objects with keys that start with one of some prefixes.
func (m *Memory) Objects(prefixes ...string) map[string][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[string][]byte)
	for k, v := range m.objects {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(k, p) }) {
			all[k] = v
		}
	}
	return all
}

// Set writes or, with nil, removes an object, as somebody with access to the bucket can.
func (m *Memory) Set(key string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data == nil {
		delete(m.objects, key)
		return
	}
	m.objects[key] = data
}

// change makes a change if the store has not stopped.
func (m *Memory) change(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == 0 {
		return ErrStopped
	}
	if m.left > 0 {
		m.left--
	}
	return f()
}

func (m *Memory) get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == 0 {
		return nil, ErrStopped
	}
	data, ok := m.objects[key]
	if !ok {
		return nil, fmt.Errorf("%s: %w", key, store.ErrMissing)
	}
	return data, nil
}

// Open implements [store.Store].
func (m *Memory) Open(_ context.Context, key string, offset, size int64) (io.ReadCloser, error) {
	data, err := m.get(key)
	if err != nil {
		return nil, err
	}
	if offset > int64(len(data)) || size > int64(len(data))-offset {
		return nil, fmt.Errorf("%s: %w", key, io.ErrUnexpectedEOF)
	}
	data = data[offset:]
	if size >= 0 {
		data = data[:size]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// Write implements [store.Store].
func (m *Memory) Write(_ context.Context, key string, data io.Reader) error {
	all, err := io.ReadAll(data)
	if err != nil {
		return err
	}
	return m.change(func() error {
		m.objects[key] = all
		return nil
	})
}

// Create implements [store.Store].
func (m *Memory) Create(_ context.Context, key string, data []byte) error {
	return m.change(func() error {
		if _, ok := m.objects[key]; ok {
			return fmt.Errorf("%s: %w", key, store.ErrExists)
		}
		m.objects[key] = slices.Clone(data)
		return nil
	})
}

// Stat implements [store.Store].
func (m *Memory) Stat(_ context.Context, key string) (store.Object, error) {
	data, err := m.get(key)
	return object(key, data), err
}

func object(key string, data []byte) store.Object {
	sum := md5.Sum(data)
	return store.Object{Key: key, Size: int64(len(data)), Version: hex.EncodeToString(sum[:])}
}

// List implements [store.Store].
func (m *Memory) List(_ context.Context, prefix string) iter.Seq2[store.Object, error] {
	return func(yield func(store.Object, error) bool) {
		all := m.Objects(prefix)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			if !yield(object(key, all[key]), nil) {
				return
			}
		}
	}
}

// Delete implements [store.Store].
func (m *Memory) Delete(_ context.Context, key string) error {
	return m.change(func() error {
		delete(m.objects, key)
		return nil
	})
}

// Close implements [store.Store].
func (m *Memory) Close() error { return nil }
