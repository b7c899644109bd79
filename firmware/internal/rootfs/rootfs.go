// SPDX-License-Identifier: Apache-2.0

// Package rootfs reads a directory of files as one document: the root file system of a device,
// extracted or in its image, /sys/class/dmi/id, /sys/firmware/efi/esrt, or a mock-up of a Redfish
// service.
//
//	doc := firmware.OpenFS(ctx, os.DirFS("rootfs"), nil)
//	for c, err := range doc.Components() { … }
//
// The format of each file is detected by its content, and the file is unpacked if necessary:
// package databases, os-release, kernel modules, executables, properties, bills of materials,
// and images. The location of a component is the path of the file, "#", and the location in the
// file: "usr/lib/opkg/status#/kmod-x". Offsets are those in the file.
//
// # Files that name no vendor
//
// Most files of a system do not name a vendor. A file that belongs to an installed package
// according to the database of dpkg, opkg, apk or rpm is screened with that package. Any other
// file in an unknown format that is not empty is a component without an identity, and makes
// the document incomplete: an unknown program must not count as clean.
package rootfs

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/ordered"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/sbom/unpack"
	"github.com/clause76/clause76/vendors"
)

// An Opener opens the content of r as a document. at reads the same content, of size bytes,
// at any offset. It is nil if only r can be read.
type Opener func(r io.Reader, at io.ReaderAt, size int64, opts *sbom.Options) *sbom.Document

// Options set how a directory is read.
type Options struct {
	sbom.Options
	// Open opens a file of the directory. It must be set. firmware.OpenFS sets it.
	Open Opener
	// Jobs is how many files are read concurrently. The default is one for each processor. Results
	// do not depend on it.
	Jobs int
	// Bytes limits the sum of the sizes of all files. The default is 256 GiB.
	Bytes int64
	// Sum, if it is set, hashes the list that sha256sum prints for the files, sorted by path. Each
	// line has the digest, two spaces and the path. The resulting digest identifies the directory.
	Sum hash.Hash
}

// Bounds of one directory.
const (
	maxFiles = 1_000_000
	maxDepth = 256
	maxBytes = 256 << 30
	batch    = 256 // components in one message of a worker
)

// Read returns the components of all files of fsys. Symbolic links are not followed. A link with a
// target outside of fsys makes the document incomplete. Devices, pipes and sockets are skipped.
// An error in a file makes the document incomplete. An error of a directory, of ctx or of a limit
// ends it.
func Read(ctx context.Context, fsys fs.FS, opts *Options) *sbom.Document {
	kind := Kind(fsys)
	if kind == "" {
		kind = "file-system"
	}
	if opts == nil || opts.Open == nil {
		return format.Failed(sbom.Header{Format: kind}, errors.New("rootfs: Options.Open is not set"))
	}
	return sbom.NewDocument(sbom.Header{Format: kind, Encoding: "files"}, &opts.Options, func(s *sbom.Sink) error {
		s.PlacementFinal()
		_, err := Walk(ctx, s, fsys, "", opts)
		return err
	})
}

// Walk is like [Read] for a directory in another document, which has the sink s. All locations start
// with prefix. Walk returns false and no error if the caller of the document stopped.
func Walk(ctx context.Context, s *sbom.Sink, fsys fs.FS, prefix string, opts *Options) (more bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &walker{ctx: ctx, s: s, fsys: fsys, prefix: prefix, opts: opts, fields: make(map[string]*lazyregexp.Regexp)}
	if err := w.list(); err != nil {
		return false, err
	}
	w.reportLinks()
	w.owned = owners(fsys, w.files)
	for _, d := range w.special {
		if !d.read(s, fsys, d.path, prefix) {
			return false, nil
		}
	}
	return w.read()
}

type walker struct {
	ctx    context.Context
	s      *sbom.Sink
	fsys   fs.FS
	prefix string
	opts   *Options
	files  []string
	// outside are the links with a target outside of the directory.
	outside []string
	// special are the directories in which each file is a field of one device. fields are these
	// files. The value is a pattern of the content, or nil for one line of text.
	special []directory
	fields  map[string]*lazyregexp.Regexp
	owned   map[string]bool
	// unidentified are files in an unknown format that do not belong to a package.
	unidentified []string
}

// A directory is a directory that a special function reads as a whole.
type directory struct {
	path string
	read func(s *sbom.Sink, fsys fs.FS, dir, prefix string) (more bool)
}

// list collects the files, sorted by path.
func (w *walker) list() error {
	total, limit := int64(0), w.opts.Bytes
	if limit <= 0 {
		limit = maxBytes
	}
	err := fs.WalkDir(w.fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil {
			err = w.ctx.Err()
		}
		if err != nil {
			return &sbom.Error{Pointer: w.prefix + p, Offset: -1, Kind: sbom.ErrRead, Err: err}
		}
		if d.IsDir() {
			if strings.Count(p, "/") > maxDepth {
				return &sbom.Error{Pointer: w.prefix + p, Offset: -1, Kind: sbom.ErrLimit, Err: fmt.Errorf("directories are nested more than %d deep", maxDepth)}
			}
			w.specialDirectory(p)
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 {
			w.link(p)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return &sbom.Error{Pointer: w.prefix + p, Offset: -1, Kind: sbom.ErrRead, Err: err}
		}
		w.files = append(w.files, p)
		if total += info.Size(); total > limit || total < 0 || len(w.files) > maxFiles {
			return &sbom.Error{Pointer: w.prefix + p, Offset: -1, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d bytes in files, or %d files", limit, maxFiles)}
		}
		return nil
	})
	slices.Sort(w.files)
	return err
}

// A job is a file. One goroutine reads it, and another one receives the components.
type job struct {
	path    string
	batches chan []sbom.Component
	// The fields below are set when batches is closed.
	documents []document
	sum       [sha256.Size]byte
	empty     bool
	unread    bool  // the file is not part of the digest
	err       error // the file could not be read
}

// A document is a document in a file. An archive has any number of documents, any other file has
// one.
type document struct {
	path      string // the path in the directory
	header    sbom.Header
	malformed int // the sum of the Malformed counts of its components
	err       error
}

// read reads several files concurrently and emits their components in the order of the files.
func (w *walker) read() (more bool, err error) {
	jobs := w.opts.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	for j := range ordered.Stream(w.ctx, jobs, 4*jobs, w.jobs(), w.file) {
		if more, err := w.emit(j); err != nil || !more {
			return false, err
		}
	}
	if err := w.ctx.Err(); err != nil {
		return false, format.ReadError(0, err)
	}
	w.reportUnidentified()
	return true, nil
}

// jobs yields a job for each file.
func (w *walker) jobs() iter.Seq[*job] {
	return func(yield func(*job) bool) {
		for _, p := range w.files {
			if !yield(&job{path: p, batches: make(chan []sbom.Component, 4)}) {
				return
			}
		}
	}
}

// emit emits the components of a file while another goroutine reads it, and then adds its digest and
// warnings.
func (w *walker) emit(j *job) (more bool, err error) {
	for cs := range j.batches {
		for _, c := range cs {
			if !w.s.Emit(c) {
				return false, nil
			}
		}
	}
	if err := w.ctx.Err(); err != nil {
		return false, format.ReadError(0, err)
	}
	if w.opts.Sum != nil && !j.unread {
		fmt.Fprintf(w.opts.Sum, "%s  %s\n", hex.EncodeToString(j.sum[:]), j.path)
	}
	if !w.finish(j) {
		return true, nil
	}
	w.unidentified = append(w.unidentified, j.path)
	return w.s.Emit(sbom.Component{Ref: w.prefix + j.path, Type: "file", Name: path.Base(j.path), Location: vendors.Location{Pointer: w.prefix + j.path, Offset: -1}}), nil
}

// reportUnidentified counts the unidentified files as not screened.
func (w *walker) reportUnidentified() {
	if n := len(w.unidentified); n > 0 {
		w.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("files that were not screened, because their format is unknown and they do not belong to an installed package: %d of %d (%s)",
			n, len(w.files), firstPaths(w.unidentified)), vendors.Location{Pointer: w.prefix + w.unidentified[0], Offset: -1})
	}
}

// firstPaths lists up to three paths for a message.
func firstPaths(paths []string) string {
	if len(paths) > 3 {
		return strings.Join(paths[:3], ", ") + ", …"
	}
	return strings.Join(paths, ", ")
}

// finish adds the warnings of a file to the document. It reports whether the file is unidentified:
// it is in an unknown format and does not belong to a package.
func (w *walker) finish(j *job) (unidentified bool) {
	if j.err != nil {
		w.s.Malformed(sbom.WarnMalformed, "the file was not screened: "+j.err.Error(), vendors.Location{Pointer: w.prefix + j.path, Offset: -1})
		return false
	}
	unknown := 0
	for _, d := range j.documents {
		switch {
		case errors.Is(d.err, sbom.ErrNotRecognized):
			unknown++
		case d.err == nil && d.header.Components == 0 && d.header.Format != "redfish": // many Redfish resources have no components
			unknown++
		case d.err != nil:
			w.s.Malformed(sbom.WarnMalformed, "the file was not screened: "+d.err.Error(), vendors.Location{Pointer: d.path, Offset: -1})
		default:
			w.s.Include(d.header, d.malformed, func(at vendors.Location) vendors.Location { return Within(d.path, at) })
		}
	}
	return unknown > 0 && !j.empty && !w.owned[j.path]
}

// Within returns the location of a place in a file: the path of the file, "#", and the location in the
// file.
func Within(file string, at vendors.Location) vendors.Location {
	at.Pointer = file + "#" + at.Pointer
	return at
}

// file reads one file.
func (w *walker) file(ctx context.Context, j *job) {
	defer close(j.batches)
	if w.field(j) {
		return
	}
	f, err := w.fsys.Open(j.path)
	if err != nil {
		j.err = err
		return
	}
	defer f.Close()
	in := &source{ctx: ctx, r: f, sum: sha256.New()}
	head := bufio.NewReader(in)
	if _, err := head.Peek(1); err == io.EOF {
		j.empty = true
		in.sum.Sum(j.sum[:0])
		return
	}
	from := unpack.Source{Path: w.prefix + j.path, Reader: head}
	if at, ok := f.(io.ReaderAt); ok {
		if info, err := f.Stat(); err == nil {
			from.At, from.Size = &source{ctx: ctx, at: at}, info.Size()
		}
	}
	for item := range unpack.Walk(ctx, from, nil) {
		j.documents = append(j.documents, w.document(ctx, j, item))
		if len(j.documents) > maxFiles {
			j.err = &sbom.Error{Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d documents in one file", maxFiles)}
			return
		}
	}
	// The digest is of the whole file, even if reading stopped early.
	if _, err := io.Copy(io.Discard, head); err != nil && j.err == nil {
		j.err = err
	}
	in.sum.Sum(j.sum[:0])
}

// document reads one document of a file.
func (w *walker) document(ctx context.Context, j *job, item unpack.Item) document {
	d := document{path: item.Path, err: item.Err}
	if d.err != nil {
		return d
	}
	doc := w.opts.Open(item.Reader, item.At, item.Size, &w.opts.Options)
	if keep := w.s.Keep(); keep != nil {
		doc.Keep(keep)
	}
	var cs []sbom.Component
	send := func() bool {
		select {
		case j.batches <- cs:
			cs = nil
			return true
		case <-ctx.Done():
			return false
		}
	}
	for c, err := range doc.Components() {
		if err != nil {
			d.err = err
			break
		}
		d.malformed += c.Malformed
		cs = append(cs, Place(c, item.Path, doc.Header().Format))
		if len(cs) >= batch && !send() {
			d.err = ctx.Err()
			return d
		}
	}
	if len(cs) > 0 && !send() {
		d.err = ctx.Err()
		return d
	}
	if _, err := io.Copy(io.Discard, item.Reader); err != nil && d.err == nil {
		d.err = err
	}
	d.header = doc.Header()
	if item.Unverified {
		d.header.Warnings = append(d.header.Warnings, sbom.Warning{Kind: sbom.WarnUnverified, Message: "the signature of the envelope of this document was not checked"})
	}
	return d
}

// subjects are the formats that describe the whole device. The others describe parts of it.
var subjects = []string{"os-release", "android-build-prop", "dmidecode", "redfish"}

// Place changes the placement and the locations of a component in a file to those in the document of
// the directory.
func Place(c sbom.Component, file, format string) sbom.Component {
	if c.Placement != sbom.Included && !slices.Contains(subjects, format) {
		c.Placement = sbom.Included
	}
	if c.Placement == sbom.Unresolved {
		c.Placement = sbom.Included
	}
	if c.Ref != "" {
		c.Ref = file + "#" + c.Ref
	}
	c.Location = Within(file, c.Location)
	for i := range c.Claims {
		c.Claims[i].Location = Within(file, c.Claims[i].Location)
	}
	return c
}

// A source reads a file until ctx is canceled, and computes its digest.
type source struct {
	ctx context.Context
	r   io.Reader
	at  io.ReaderAt
	sum hash.Hash
}

func (s *source) ReadAt(p []byte, offset int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.at.ReadAt(p, offset)
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}
