// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/sbom/unpack"
)

// tree screens a tree of files as one document.
func (x *screener) tree(ctx context.Context, in Input) (out file) {
	out.src.Path = in.Name
	sum := sha256.New()
	files := &treeFS{FS: in.FS, progress: x.opts.Progress}
	d := document{item: unpack.Item{Path: in.Name}}
	d.check(ctx, x, firmware.OpenFS(ctx, files, &firmware.FSOptions{Jobs: x.opts.Jobs, Sum: sum}))
	if d.err == nil {
		out.src.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	out.src.Bytes = files.n.Load()
	out.docs, out.findings = []document{d}, d.listed()
	return out
}

// A treeFS counts what is read of its files.
type treeFS struct {
	fs.FS
	n        atomic.Int64
	progress func(int)
}

func (t *treeFS) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if at, ok := f.(io.ReaderAt); ok {
		return &treeFile{f, at, t}, nil
	}
	return f, nil
}

func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(t.FS, name) }
func (t *treeFS) Stat(name string) (fs.FileInfo, error)      { return fs.Stat(t.FS, name) }
func (t *treeFS) Lstat(name string) (fs.FileInfo, error)     { return fs.Lstat(t.FS, name) }
func (t *treeFS) ReadLink(name string) (string, error)       { return fs.ReadLink(t.FS, name) }

type treeFile struct {
	fs.File
	io.ReaderAt
	t *treeFS
}

func (f *treeFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.t.n.Add(int64(n))
	f.t.progress(n)
	return n, err
}
