// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

// temporary is the folder of files that are being written. It is not part of any listing.
const temporary = ".writing"

// A folder is a store in a folder of a file system. gocloud.dev's own driver for files does not
// sync them, tests for an existing file before it renames, and lists files that are being
// written.
type folder struct {
	root *os.Root
	made sync.Map // folders that exist and were synced
}

// OpenFolder returns the store in a folder, which is made if it does not exist.
func OpenFolder(dir string) (Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if err := root.Mkdir(temporary, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		root.Close()
		return nil, err
	}
	return &folder{root: root}, nil
}

func (f *folder) Close() error { return f.root.Close() }

// fault returns the error of the store for one of the file system.
func fault(key string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", key, ErrMissing)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", key, ErrExists)
	}
	return fmt.Errorf("%s: %w", key, err)
}

func (f *folder) Open(ctx context.Context, key string, offset, size int64) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	file, err := f.root.Open(key)
	if err != nil {
		return nil, fault(key, err)
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		file.Close()
		return nil, fmt.Errorf("%s: %w", key, ErrMissing)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		file.Close()
		return nil, fault(key, err)
	}
	if size < 0 {
		return file, nil
	}
	return &part{file, size}, nil
}

// A part reads a number of bytes, and is an error if there are less.
type part struct {
	file io.ReadCloser
	left int64
}

func (p *part) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	n, err := p.file.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	if errors.Is(err, io.EOF) && p.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (p *part) Close() error { return p.file.Close() }

func (f *folder) Write(ctx context.Context, key string, data io.Reader) error {
	return f.put(ctx, key, data, f.root.Rename)
}

// Create links the file under its name, which fails if the name exists.
func (f *folder) Create(ctx context.Context, key string, data []byte) error {
	return f.put(ctx, key, bytes.NewReader(data), func(from, to string) error {
		return errors.Join(f.root.Link(from, to), f.root.Remove(from))
	})
}

// put writes a file under a temporary name, syncs it, gives it its name, and syncs its folder.
func (f *folder) put(ctx context.Context, key string, data io.Reader, place func(from, to string) error) (err error) {
	if err := checkKey(key); err != nil {
		return err
	}
	if first, _, _ := strings.Cut(key, "/"); first == temporary {
		return fmt.Errorf("%w: %q; the folder %s is for files that are being written", ErrKey, key, temporary)
	}
	if err := f.folder(path.Dir(key)); err != nil {
		return fault(key, err)
	}
	name := temporary + "/" + rand.Text()
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	_, err = io.Copy(file, data)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", key, err), f.root.Remove(name))
	}
	if err := place(name, key); err != nil {
		f.root.Remove(name) // the error of place says what is wrong
		return fault(key, err)
	}
	return fault(key, f.sync(path.Dir(key)))
}

// folder makes a folder and those above it, and syncs the folders that have new entries.
func (f *folder) folder(name string) error {
	if _, ok := f.made.Load(name); ok || name == "." {
		return nil
	}
	if err := f.folder(path.Dir(name)); err != nil {
		return err
	}
	if err := f.root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := f.sync(path.Dir(name)); err != nil {
		return err
	}
	f.made.Store(name, true)
	return nil
}

func (f *folder) Stat(ctx context.Context, key string) (Object, error) {
	if err := checkKey(key); err != nil {
		return Object{}, err
	}
	info, err := f.root.Stat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Object{}, fault(key, err)
	}
	return object(key, info), nil
}

func object(key string, info fs.FileInfo) Object {
	return Object{Key: key, Size: info.Size(), Version: fmt.Sprintf("%d-%d", info.ModTime().UnixNano(), info.Size())}
}

func (f *folder) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		dir := strings.TrimSuffix(prefix, "/")
		if dir == "" {
			dir = "."
		}
		if err := checkKey(dir); err != nil && dir != "." {
			yield(Object{}, err)
			return
		}
		f.list(ctx, dir, yield)
	}
}

// list yields the files in a folder. It reports whether the caller wants more.
func (f *folder) list(ctx context.Context, dir string, yield func(Object, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(Object{}, err)
		return false
	}
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		yield(Object{}, fault(dir, err))
		return false
	}
	// The order of keys: a slash counts as a part of the name of a folder.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(sortName(a), sortName(b)) })
	for _, e := range entries {
		key := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && key == temporary:
		case e.IsDir():
			if !f.list(ctx, key, yield) {
				return false
			}
		case e.Type().IsRegular():
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed since
			}
			if err != nil {
				yield(Object{}, fault(key, err))
				return false
			}
			if !yield(object(key, info), nil) {
				return false
			}
		}
	}
	return true
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

func (f *folder) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := f.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault(key, err)
	}
	return nil
}
