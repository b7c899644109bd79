// SPDX-License-Identifier: Apache-2.0

// Package unpack takes off what is around documents: compression, archives and signed or
// plain envelopes, one within the other.
//
//	for item := range unpack.Walk(ctx, unpack.Source{Path: "bid.zip", Reader: file}, nil) {
//		if item.Err != nil { … } // something of item.Path cannot be reached
//		doc := sbom.NewReader(item.Reader, nil)
//		…
//	}
//
// It takes off UTF-16; gzip, zstd, bzip2 and xz; tar, zip, cab and OCI image archives; DSSE
// envelopes and Sigstore bundles, in-toto statements about a bill of materials, JSON Lines of
// such, the {"attestations": …} and {"sbom": …} of GitHub, and what cosign and BuildKit wrap
// around documents. What something is, is found in its content. An item's path shows the way
// in: "bid.zip!sbom/app.cdx.json.gz".
//
// # Companions
//
// Files that are known to lie beside documents are items that say what they are: checksum files,
// detached signatures and keys, what macOS adds, empty files, statements of other kinds, what
// holds image and document archives together, and documents for people (PDF, office documents,
// images, pages, text). Everything else is a document, for others to recognize. A spreadsheet or
// table that looks like a parts list is an error, as is an empty file of a name that
// documents have, and a file that has something else at its end.
//
// A companion is searched for what may be a bill of materials in it: in comments and other
// places that no program shows, in members of JSON that are not read, in UTF-16 and base64, in
// packed parts of PDF documents and images. So are the fields of archives and compressed files that
// programs pass over, and the parts of office documents. Where there is something, it is an error:
// of the item, or when its Reader is read.
//
// # Security considerations
//
// Limits bound how much is unpacked, how much more it may be than what it was packed
// to, and how deep layers are nested; hitting one is an item with an
// [sbom.ErrLimit]. Nothing is written to disk, and names in archives are only names.
// What cannot be unpacked is an item with an error: it was not screened. So is an archive
// that may have been cut off, and what another program might find in one: bytes that belong to
// no entry, and links to what is not there. Errors stand beside the items that were read.
package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
)

// ErrSignature: an envelope's signature is not by any of the given keys.
var ErrSignature = errors.New("signature not verified")

// A Source is a file or stream to unpack.
type Source struct {
	Path   string
	Reader io.Reader
	// At reads the same bytes at any place, if that is possible; Size is their
	// number. Without it, a zip archive is held in memory.
	At   io.ReaderAt
	Size int64
}

// An Item is a document, or something that cannot be reached.
type Item struct {
	Path   string   // the source's path, then names within archives and envelopes
	Layers []string // what was taken off, outermost first: "gzip", "tar", "dsse"
	// Reader gives the document. It is valid until the next Item, and must be read
	// to its end for faults of the layers to show; they are its errors.
	Reader io.Reader
	// At reads the same bytes at any place, and Size is their number, if no layer is
	// around the document and its source can.
	At   io.ReaderAt
	Size int64
	Err  error
	// Companion says, if it is not empty, that the item is no document to screen but
	// something that is known to lie beside such documents, and what it is: "checksum
	// file", "PDF document". Its Reader gives its bytes.
	Companion string
	// Names are the files that a companion says are beside it, as an index of documents
	// does. In an archive, Walk itself reports those that are not there.
	Names []string
	// Unverified says that the document came out of a signed envelope whose
	// signature nobody checked.
	Unverified bool
}

// Options set how things are unpacked. A nil *Options means defaults.
type Options struct {
	Limits Limits
	// Recognized reports whether a document that starts with head is of a format that
	// the caller reads. Such a document is never a companion. Default: what
	// [sbom.Detect] knows.
	Recognized func(head []byte) bool
	// Verifiers check the signatures of envelopes. If there are any, an envelope
	// that none of them has signed is an [ErrSignature].
	Verifiers []dsse.Verifier
}

// Limits bound what is unpacked of one source, in all its layers together. A zero field means
// its default. What is unpacked is bounded by the size of the source, too: see Ratio and
// Items. That bounds the time for nested archives, each of which is within its own bounds.
type Limits struct {
	Bytes int64 // unpacked bytes; default 16 GiB
	// Ratio is how many unpacked bytes each packed one may have: in a layer beyond its
	// first 16 MiB, in all layers of a source beyond the first 256 MiB; default 300.
	Ratio  int64
	Layers int // layers one in the other; default 8
	// Items bounds the entries of archives and the documents; default 1,000,000, and at
	// most 1,000 and one for each 16 bytes of the source.
	Items  int
	Memory int64 // bytes of archives, envelopes and other things that are held in memory at once; default 128 MiB
}

const (
	// ratioFree is how much a layer may unpack to before the ratio counts, and
	// ratioFreeAll how much all layers of a source may.
	ratioFree    = 16 << 20
	ratioFreeAll = 256 << 20
	// itemsFree is how many entries a source may have before its size counts, and
	// itemBytes the size that it must have for each further one. An entry of a zip
	// archive takes 76 bytes and its name twice; that of a tar archive, packed, less.
	itemsFree = 1_000
	itemBytes = 16
)

func (l Limits) withDefaults() Limits {
	set := func(p *int64, v int64) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.Bytes, 16<<30)
	set(&l.Ratio, 300)
	set(&l.Memory, 128<<20)
	if l.Layers <= 0 {
		l.Layers = 8
	}
	if l.Items <= 0 {
		l.Items = 1_000_000
	}
	return l
}

// Walk yields what is in a source, in order. Single-use.
func Walk(ctx context.Context, src Source, opts *Options) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		w := &walker{ctx: ctx, yield: yield}
		if opts != nil {
			w.opts = *opts
		}
		w.opts.Limits = w.opts.Limits.withDefaults()
		if w.opts.Recognized == nil {
			w.opts.Recognized = func(head []byte) bool { _, err := sbom.Detect(head); return err == nil }
		}
		w.src = &counter{r: src.Reader}
		w.size = src.Size
		name := filepath.ToSlash(src.Path)
		w.entry(thing{path: src.Path, name: name, r: w.src, at: src.At, size: src.Size}, name)
	}
}

type walker struct {
	ctx   context.Context
	yield func(Item) bool
	opts  Options
	src   *counter // what was read of the source
	size  int64    // of the source, if it is known
	out   int64    // bytes unpacked
	held  int64    // bytes that are held in memory
	items int      // entries and documents
	done  bool     // the caller wants no more
}

// A thing is a document, or layers around documents.
type thing struct {
	path       string
	name       string   // in the archive around it
	archive    *linkSet // of the archive around it
	names      []string // that it says are beside it
	layers     []string
	r          io.Reader
	at         io.ReaderAt
	size       int64
	unverified bool
	document   bool // it is what an envelope holds, and must be a document
}

// within is the thing that comes out of t when a layer is taken off.
func (t thing) within(layer string, r io.Reader) thing {
	return thing{path: t.path, name: t.name, layers: append(slices.Clone(t.layers), layer), r: r, unverified: t.unverified, document: t.document}
}

// headSize is as much as is needed to know a layer: more than a tar header, and
// enough names of a JSON object.
const headSize = 64 << 10

// emit hands over an item and reports whether to go on.
func (w *walker) emit(item Item) bool {
	if w.done {
		return false
	}
	if w.items++; w.left() < 0 {
		item = Item{Path: item.Path, Layers: item.Layers, Err: limit("more than %d entries and documents in a file of this size", w.items-1)}
		w.yield(item)
		w.done = true
		return false
	}
	if err := w.ctx.Err(); err != nil {
		item = Item{Path: item.Path, Layers: item.Layers, Err: err}
	}
	if !w.yield(item) || w.ctx.Err() != nil {
		w.done = true
	}
	return !w.done
}

func (w *walker) fail(t thing, err error) {
	w.emit(Item{Path: t.path, Layers: t.layers, Err: err})
}

// passed counts an entry that is no item, as a directory.
func (w *walker) passed(t thing) {
	if w.left() > 0 {
		w.items++
	} else {
		w.emit(Item{Path: t.path, Layers: t.layers}) // the limit
	}
}

// packed is the size of the source, as far as it is known.
func (w *walker) packed() int64 { return max(w.size, w.src.n) }

// left is how many items there may still be.
func (w *walker) left() int {
	return int(min(int64(w.opts.Limits.Items), itemsFree+w.packed()/itemBytes)) - w.items
}

// most is how many bytes may be unpacked.
func (w *walker) most() int64 {
	l := &w.opts.Limits
	if packed := w.packed(); packed < l.Bytes/l.Ratio {
		return min(l.Bytes, ratioFreeAll+packed*l.Ratio)
	}
	return l.Bytes
}

// unpack takes one layer off and goes on with what comes out, or emits a document.
func (w *walker) unpack(t thing) {
	if w.done {
		return
	}
	defer func(held int64) { w.held = held }(w.held)
	br := bufio.NewReaderSize(t.r, headSize)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		w.fail(t, jsonstream.ReadError(0, err))
		return
	}
	t.r = br
	if order, mark := utf16Of(head); order != nil && len(t.layers) < w.opts.Limits.Layers {
		w.utf16(t, order, mark)
		return
	}
	layer, err := w.lines(&t, &head)
	if err != nil {
		w.fail(t, err)
		return
	}
	if layer == nil {
		layer = known(head)
	}
	if layer != nil && len(t.layers) >= w.opts.Limits.Layers {
		w.fail(t, limit("more than %d layers of compression, archives and envelopes", w.opts.Limits.Layers))
		return
	}
	if layer == nil {
		if !t.document {
			if ok, err := w.companion(&t, head); ok || err != nil {
				if err != nil {
					w.fail(t, err)
				}
				return
			}
		}
		w.emit(Item{Path: t.path, Layers: t.layers, Reader: t.r, At: t.at, Size: t.size, Unverified: t.unverified})
		return
	}
	layer(w, t)
}

// Known reports whether what starts with head is a layer that Walk takes off.
func Known(head []byte) bool { return known(head) != nil }

// known returns what takes off the layer that starts with head, or nil.
func known(head []byte) func(*walker, thing) {
	for _, m := range []struct {
		at    int
		magic string
		read  func(*walker, thing)
	}{
		{0, "\x1f\x8b", (*walker).gzip},
		{0, "\x28\xb5\x2f\xfd", (*walker).zstd},
		{0, "BZh", (*walker).bzip2},
		{0, "\xfd7zXZ\x00", (*walker).xz},
		{0, "PK\x03\x04", (*walker).zip},
		{0, "PK\x05\x06", (*walker).zip},
		{0, dahuaMagic, (*walker).dahua},
		{0, "MSCF\x00\x00\x00\x00", (*walker).cab},
		{257, "ustar", (*walker).tar},
	} {
		if len(head) >= m.at && bytes.HasPrefix(head[m.at:], []byte(m.magic)) {
			return m.read
		}
	}
	return envelope(head)
}

func limit(format string, args ...any) error {
	return &sbom.Error{Kind: sbom.ErrLimit, Err: fmt.Errorf(format, args...)}
}

func syntax(format string, args ...any) error {
	return &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
}

// memory reads all of a thing that has to be held in memory.
func (w *walker) memory(t thing, what string) ([]byte, bool) {
	room := w.opts.Limits.Memory - w.held
	data, err := io.ReadAll(io.LimitReader(t.r, room+1))
	switch {
	case err != nil:
		w.fail(t, jsonstream.ReadError(0, err))
	case int64(len(data)) > room:
		w.fail(t, limit("%s that would be held in memory, with what it is in, has more than %d bytes", what, w.opts.Limits.Memory))
	default:
		w.held += int64(len(data))
		return data, true
	}
	return nil, false
}
