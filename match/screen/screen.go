// SPDX-License-Identifier: Apache-2.0

// Package screen screens files, directories, archives and images, and makes the records of
// them that a report is of.
//
//	inputs := screen.Collect([]string{"bid/"})
//	report := evidence.New(m, "my program", match.Ban)
//	report.Finish(screen.Run(ctx, m, inputs, nil))
//
// A file is taken apart as package unpack does, and each document in it is a record with the
// way in as its path. A directory that is a root file system, or the like, is one document.
// What cannot be read is a record with an error, and the findings made before. Files that are
// known to lie beside documents are listed, and passed over. Records do not depend on how
// many files are screened at once.
package screen

import (
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

// Options set how inputs are screened. A nil *Options means defaults.
type Options struct {
	// Jobs is how many files are screened at once; default one for each processor.
	Jobs int
	// Verifiers check the signatures of envelopes around documents. Without any, such
	// documents are marked as unverified; with some, an envelope that none of them
	// signed is an error.
	Verifiers []dsse.Verifier
	// Stdin is what the input [Stdin] is read from; default nothing.
	Stdin io.Reader
	// MaxItems and MaxBytes bound what comes out of archives and other layers of all inputs
	// together: documents and companions (default 250,000) and their bytes (default 64 GiB).
	// Inputs after the one that reached a bound are not screened, which is an error of
	// each. Package unpack bounds what comes out of one input.
	MaxItems int
	MaxBytes int64
	// MaxFindings bounds the findings and observations that the records of all inputs list
	// together; default 10,000. Those of the first inputs are listed, and further ones are
	// counted in the records of their documents, see [match.Unlisted].
	MaxFindings int
	// Snapshot, if it is set, is given what each document said, after all were screened; n
	// is the document's index among those that [Run] returns, for paths do not identify
	// documents: an archive can have two entries of one name. Of a document that cannot be
	// read to its end, it is given what was read before, see [sbom.Snapshot]; it is not
	// called for one of which nothing was read. It is called by one goroutine, in the order of
	// the documents, and costs memory for all components of all documents.
	Snapshot func(n int, t *sbom.Snapshot)
	// Progress is told how many bytes more were read. It may be called from several
	// goroutines.
	Progress func(bytes int)
}

type screener struct {
	m    *match.Matcher
	opts Options
}

// Run screens the inputs, several at once, and returns the records of their documents in the
// order of the inputs, and of the companions in the order of their paths. If ctx is done, what
// was not screened by then is an error.
func Run(ctx context.Context, m *match.Matcher, inputs []Input, opts *Options) ([]evidence.Document, []evidence.Companion) {
	x := &screener{m: m}
	if opts != nil {
		x.opts = *opts
	}
	x.opts.setDefaults()
	with := m.Options()
	with.MaxFindings = min(with.MaxFindings, x.opts.MaxFindings)   // of one document is all of them at most
	if bounded, err := match.New(m.Release(), &with); err == nil { // these are the options of m, which are good
		x.m = bounded
	}
	found := x.all(ctx, inputs)
	var all []Screened
	for i := range found {
		for j := range found[i].docs {
			all = append(all, found[i].docs[j].screened(&found[i]))
		}
	}
	ResolveReferences(m, all)
	missing(found)
	var docs []evidence.Document
	var companions []evidence.Companion
	for i := range found {
		for j := range found[i].docs {
			d := &found[i].docs[j]
			if d.said != nil {
				x.opts.Snapshot(len(docs), d.said)
			}
			docs = append(docs, d.record(&found[i]))
		}
		companions = append(companions, found[i].companions...)
	}
	sort.SliceStable(companions, func(i, j int) bool { return companions[i].Path < companions[j].Path })
	return docs, companions
}

func (o *Options) setDefaults() {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.MaxItems <= 0 {
		o.MaxItems = 250_000
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 30
	}
	if o.MaxFindings <= 0 {
		o.MaxFindings = 10_000
	}
	if o.Stdin == nil {
		o.Stdin = eof{}
	}
	if o.Progress == nil {
		o.Progress = func(int) {}
	}
}

// A file is an input with the documents in it.
type file struct {
	src        evidence.Source
	sha1       string // for links, which SPDX 2 makes with it
	docs       []document
	companions []evidence.Companion
	names      []string // of files that one of them says are beside it
	cost       cost
	findings   int // and observations that are listed
}

// eof has nothing.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// input screens the documents of one input.
func (x *screener) input(ctx context.Context, in Input) (out file) {
	out.src.Path = in.Name
	if in.Err == nil && in.FS != nil {
		return x.tree(ctx, in)
	}
	r, err := x.open(in)
	if err != nil {
		out.docs = []document{{item: unpack.Item{Path: in.Name}, err: unreadable(err)}}
		return out
	}
	defer r.Close()
	t := newTally(ctx, r, x.opts.Progress)
	from := unpack.Source{Path: in.Name, Reader: t}
	if f, ok := r.(interface {
		io.ReaderAt
		Stat() (fs.FileInfo, error)
	}); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			from.At, from.Size = readerAt{ctx, f}, info.Size()
		}
	}
	endless := false // what may have no end is not read on for its digest
	for item := range unpack.Walk(ctx, from, &unpack.Options{Verifiers: x.opts.Verifiers, Recognized: recognized}) {
		var d document
		if item.Companion != "" && item.Err == nil {
			c, n, err := companion(ctx, item, in.Name)
			if err == nil {
				out.companions = append(out.companions, c)
				out.names = append(out.names, item.Names...)
				out.cost.add(cost{min(1, len(item.Layers)), n})
				continue
			}
			d = document{item: item, src: evidence.Source{Path: item.Path, Bytes: n}, err: err}
			d.item.Reader = nil
		} else {
			d = x.document(ctx, item)
		}
		endless = endless || from.At == nil && errors.Is(d.err, sbom.ErrLimit)
		out.cost.add(cost{min(1, len(item.Layers)), d.src.Bytes})
		out.docs = append(out.docs, d)
		out.findings += d.limit(x.opts.MaxFindings - out.findings)
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
			d.fail(unreadable(failed))
		}
	}
	if failed != nil && len(out.docs) == 0 {
		out.docs = []document{{item: unpack.Item{Path: in.Name}, err: unreadable(failed)}}
	}
	return out
}

// open opens the file of an input.
func (x *screener) open(in Input) (io.ReadCloser, error) {
	switch {
	case in.Err != nil:
		return nil, in.Err
	case in.Open != nil:
		return in.Open()
	case in.Name == Stdin:
		return io.NopCloser(x.opts.Stdin), nil
	}
	return nil, errNoInput
}

// A document is what came of one document.
type document struct {
	item   unpack.Item
	src    evidence.Source // of the document, if it is packed in the file
	sha1   string
	header sbom.Header
	said   *sbom.Snapshot // nil if nobody asks for it, or nothing was read
	result *match.Result  // with an err, of what was read before it, or nil
	err    error
}

// fail says that a document that was screened was not read to its end.
func (d *document) fail(err error) {
	d.err = err
	if d.result != nil {
		d.result.Coverage.Complete = false
	}
}

func (x *screener) document(ctx context.Context, item unpack.Item) document {
	d := document{item: item, src: evidence.Source{Path: item.Path}, err: item.Err}
	d.item.Reader = nil // with its buffers; the record outlives it
	if d.err != nil {
		return d
	}
	if len(item.Layers) == 0 { // its bytes are counted as the file's
		d.check(ctx, x, firmware.OpenAt(item.Reader, item.At, item.Size, nil))
		return d
	}
	t := newTally(ctx, item.Reader, func(int) {})
	d.check(ctx, x, firmware.Open(t, nil))
	// The digest is of the whole document, also where reading stopped early.
	if d.err == nil || !errors.Is(d.err, sbom.ErrLimit) {
		if _, err := io.Copy(io.Discard, t); err == nil {
			d.src.SHA256, d.sha1 = t.sums()
		} else if d.err == nil {
			d.fail(unreadable(err))
		}
	}
	d.src.Bytes = t.n
	return d
}

// check screens the document.
func (d *document) check(ctx context.Context, x *screener, doc *sbom.Document) {
	var fault error // of the document, if it is screened by its transcript
	if x.opts.Snapshot != nil {
		var t *sbom.Snapshot
		if t, fault = doc.Snapshot(); t.Header.Components > 0 || fault == nil {
			d.said = t
		}
		doc = t.Document()
	}
	d.result, d.err = x.m.Check(ctx, doc)
	d.header = doc.Header()
	if partial := (*match.IncompleteError)(nil); errors.As(d.err, &partial) {
		d.result, d.err = partial.Result, cmp.Or(fault, partial.Err)
		if errors.Is(d.err, match.ErrUnlisted) {
			d.err = nil // it was read to its end; the record says how many are not listed
		}
	}
}

// screened is the document as others may refer to it.
func (d *document) screened(f *file) Screened {
	s := Screened{Path: EscapePath(d.item.Path), Digests: map[string]string{"sha256": f.src.SHA256, "sha1": f.sha1}}
	if len(d.item.Layers) > 0 {
		s.Digests = map[string]string{"sha256": d.src.SHA256, "sha1": d.sha1}
	}
	s.Result = d.result
	return s
}

// record returns the record of the document.
func (d *document) record(f *file) evidence.Document {
	src := f.src
	if len(d.item.Layers) > 0 {
		src = d.src
	}
	src.Path = EscapePath(d.item.Path)
	header := &d.header
	if d.result != nil {
		header = &d.result.Header
	}
	if d.item.Unverified {
		header.Warnings = append(slices.Clone(header.Warnings), sbom.Warning{Kind: sbom.WarnUnverified,
			Message: "the document came out of a signed envelope whose signature was not checked; give its key with -key"})
	}
	var out evidence.Document
	err := d.err
	if err == nil && d.result != nil {
		err = d.result.Limit(d.listed())
	}
	switch {
	case err == nil:
		out = evidence.Screened(src, d.result)
	case d.result != nil:
		out = evidence.Failed(src, d.header, &match.IncompleteError{Result: d.result, Err: err})
	default:
		out = evidence.Failed(src, d.header, err)
	}
	if len(d.item.Layers) > 0 {
		out.Container = &evidence.Container{Path: EscapePath(f.src.Path), SHA256: f.src.SHA256, Bytes: f.src.Bytes, Layers: d.item.Layers}
	}
	return out
}

func unreadable(err error) error { return sbom.ReadError(0, err) }

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
