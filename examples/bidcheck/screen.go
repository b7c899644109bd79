// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/tree"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/peel"
)

// screenAll screens the inputs, several at once. The records are in the order of
// the inputs.
func screenAll(ctx context.Context, c *config, inputs []input, stdin io.Reader, m *meter) []evidence.Document {
	found := make([]file, len(inputs))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(c.jobs, len(inputs)) {
		workers.Go(func() {
			for i := range next {
				found[i] = screen(ctx, c, inputs[i], stdin, m)
			}
		})
	}
	for i := range inputs {
		next <- i
	}
	close(next)
	workers.Wait()
	var all []match.Screened
	for i := range found {
		for j := range found[i].docs {
			all = append(all, found[i].docs[j].screened(&found[i]))
		}
	}
	c.matcher.ResolveLinks(all)
	var docs []evidence.Document
	for i := range found {
		for j := range found[i].docs {
			docs = append(docs, found[i].docs[j].record(&found[i]))
		}
	}
	return docs
}

// A file is an input with the documents in it.
type file struct {
	src  evidence.Source
	sha1 string // for links, which SPDX 2 makes with it
	docs []document
}

// screen screens the documents of one input.
func screen(ctx context.Context, c *config, in input, stdin io.Reader, m *meter) (out file) {
	out.src.Path = in.path
	if in.err != nil {
		out.docs = []document{{item: peel.Item{Path: in.path}, err: unreadable(in.err)}}
		return out
	}
	if in.files > 0 {
		return screenTree(ctx, c, in, m)
	}
	t := newTally(ctx, stdin, m)
	from := peel.Source{Path: in.path, Reader: t}
	if in.path != "-" {
		f, err := os.Open(in.path)
		if err != nil {
			out.docs = []document{{item: peel.Item{Path: in.path}, err: unreadable(err)}}
			return out
		}
		defer f.Close()
		t.r = f
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			from.At, from.Size = readerAt{ctx, f}, info.Size()
		}
	}
	endless := false // what may have no end is not read on for its digest
	for item := range peel.Walk(ctx, from, &peel.Options{Verifiers: c.verifiers}) {
		d := c.document(ctx, item)
		endless = endless || in.path == "-" && errors.Is(d.err, sbom.ErrLimit)
		out.docs = append(out.docs, d)
	}
	var failed error
	if !endless {
		if _, failed = io.Copy(io.Discard, t); failed == nil {
			out.src.SHA256, out.sha1 = t.sums()
		}
	}
	out.src.Bytes = t.n
	for i := range out.docs {
		if d := &out.docs[i]; d.err == nil && failed != nil {
			d.err = unreadable(failed)
		}
	}
	return out
}

// A document is what came of one document.
type document struct {
	item   peel.Item
	src    evidence.Source // of the document, if it is packed in the file
	sha1   string
	header sbom.Header
	result *match.Result
	err    error
}

func (c *config) document(ctx context.Context, item peel.Item) document {
	d := document{item: item, src: evidence.Source{Path: item.Path}, err: item.Err}
	d.item.Reader = nil // with its buffers; the record outlives it
	if d.err != nil {
		return d
	}
	if len(item.Layers) == 0 { // its bytes are counted as the file's
		doc := firmware.OpenAt(item.Reader, item.At, item.Size, nil)
		d.result, d.err = c.matcher.Check(ctx, doc)
		d.header = doc.Header()
		return d
	}
	t := newTally(ctx, item.Reader, nil)
	doc := firmware.Open(t, nil)
	d.result, d.err = c.matcher.Check(ctx, doc)
	d.header = doc.Header()
	// The digest is of the whole document, also where reading stopped early.
	if d.err == nil || !errors.Is(d.err, sbom.ErrLimit) {
		if _, err := io.Copy(io.Discard, t); err == nil {
			d.src.SHA256, d.sha1 = t.sums()
		} else if d.err == nil {
			d.err = unreadable(err)
		}
	}
	d.src.Bytes = t.n
	return d
}

// screened is the document as others may refer to it.
func (d *document) screened(f *file) match.Screened {
	s := match.Screened{Path: d.item.Path, Digests: map[string]string{"sha256": f.src.SHA256, "sha1": f.sha1}}
	if len(d.item.Layers) > 0 {
		s.Digests = map[string]string{"sha256": d.src.SHA256, "sha1": d.sha1}
	}
	if d.err == nil {
		s.Result = d.result
	}
	return s
}

// record returns the record of the document.
func (d *document) record(f *file) evidence.Document {
	src := f.src
	if len(d.item.Layers) > 0 {
		src = d.src
	}
	src.Path = d.item.Path
	var out evidence.Document
	if d.err != nil {
		out = evidence.Failed(src, d.header, d.err)
	} else {
		if d.item.Unverified {
			d.result.Header.Warnings = append(d.result.Header.Warnings, sbom.Warning{Kind: sbom.WarnUnverified,
				Message: "the document came out of a signed envelope whose signature was not checked; give its key with -key"})
		}
		out = evidence.Screened(src, d.result)
	}
	if len(d.item.Layers) > 0 {
		out.Container = &evidence.Container{Path: f.src.Path, SHA256: f.src.SHA256, Bytes: f.src.Bytes, Layers: d.item.Layers}
	}
	return out
}

func unreadable(err error) error { return sbom.ReadError(0, err) }

// screenTree screens a tree of files as one document.
func screenTree(ctx context.Context, c *config, in input, m *meter) (out file) {
	out.src.Path = in.path
	sum := sha256.New()
	files := &treeFS{FS: os.DirFS(filepath.FromSlash(in.path)), meter: m}
	d := document{item: peel.Item{Path: in.path}}
	doc := firmware.OpenFS(ctx, files, &tree.Options{Jobs: c.jobs, Sum: sum})
	d.result, d.err = c.matcher.Check(ctx, doc)
	d.header = doc.Header()
	if d.err == nil {
		out.src.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	out.src.Bytes = files.n.Load()
	out.docs = []document{d}
	return out
}

// A treeFS counts what is read of its files.
type treeFS struct {
	fs.FS
	n     atomic.Int64
	meter *meter
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
	f.t.meter.add(n)
	return n, err
}

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
	meter        *meter
}

func newTally(ctx context.Context, r io.Reader, m *meter) *tally {
	return &tally{ctx: ctx, r: r, sha256: sha256.New(), sha1: sha1.New(), meter: m}
}

func (t *tally) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.r.Read(p)
	t.sha256.Write(p[:n])
	t.sha1.Write(p[:n])
	t.n += int64(n)
	t.meter.add(n)
	return n, err
}

func (t *tally) sums() (sha256, sha1 string) {
	return hex.EncodeToString(t.sha256.Sum(nil)), hex.EncodeToString(t.sha1.Sum(nil))
}
