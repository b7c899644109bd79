// SPDX-License-Identifier: Apache-2.0

// Package peel takes off what is around documents: compression, archives and signed or
// plain envelopes, one within the other.
//
//	for item := range peel.Walk(ctx, peel.Source{Path: "bid.zip", Reader: file}, nil) {
//		if item.Err != nil { … } // something of item.Path cannot be reached
//		doc := sbom.NewReader(item.Reader, nil)
//		…
//	}
//
// It takes off UTF-16; gzip, zstd, bzip2 and xz; tar, zip, cab and OCI image archives; DSSE
// envelopes and Sigstore bundles, in-toto statements about a bill of materials, and
// the {"sbom": …} of GitHub. Everything else is a document, for others to recognise.
// What something is, is found in its content. An item's path shows the way in:
// "bid.zip!sbom/app.cdx.json.gz".
//
// # Security considerations
//
// Limits bound how much is unpacked, how much more it may be than what it was packed
// to, and how deep layers are nested; hitting one is an item with an
// [sbom.ErrLimit]. Nothing is written to disk, and names in archives are only names.
// What cannot be unpacked is an item with an error: it was not screened.
package peel

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

	"github.com/clause76/clause76/sbom"
)

// ErrSignature: an envelope's signature is not by any of the given keys.
var ErrSignature = errors.New("signature not verified")

// A Source is a file or stream to peel.
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
	// Unverified says that the document came out of a signed envelope whose
	// signature nobody checked.
	Unverified bool
}

// Options set how things are peeled. A nil *Options means defaults.
type Options struct {
	Limits Limits
	// Verifiers check the signatures of envelopes. If there are any, an envelope
	// that none of them has signed is an [ErrSignature].
	Verifiers []dsse.Verifier
}

// Limits bound what is peeled. A zero field means its default.
type Limits struct {
	Bytes  int64 // unpacked bytes of one source, in all its layers; default 16 GiB
	Ratio  int64 // unpacked bytes for each packed one, beyond the first 16 MiB; default 300
	Layers int   // layers one in the other; default 6
	Items  int   // items of one source; default 1,000,000
	Memory int64 // bytes of an archive or envelope that is held in memory; default 64 MiB
}

func (l Limits) withDefaults() Limits {
	set := func(p *int64, v int64) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.Bytes, 16<<30)
	set(&l.Ratio, 300)
	set(&l.Memory, 64<<20)
	if l.Layers <= 0 {
		l.Layers = 6
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
		w.entry(thing{path: src.Path, r: src.Reader, at: src.At, size: src.Size}, filepath.ToSlash(src.Path))
	}
}

type walker struct {
	ctx   context.Context
	yield func(Item) bool
	opts  Options
	out   int64 // bytes unpacked
	items int
	done  bool // the caller wants no more
}

// A thing is a document, or layers around documents.
type thing struct {
	path       string
	layers     []string
	r          io.Reader
	at         io.ReaderAt
	size       int64
	unverified bool
}

// within is the thing that comes out of t when a layer is taken off.
func (t thing) within(layer string, r io.Reader) thing {
	return thing{path: t.path, layers: append(slices.Clone(t.layers), layer), r: r, unverified: t.unverified}
}

// headSize is as much as is needed to know a layer: more than a tar header, and
// enough names of a JSON object.
const headSize = 64 << 10

// emit hands over an item and reports whether to go on.
func (w *walker) emit(item Item) bool {
	if w.done {
		return false
	}
	if w.items++; w.items > w.opts.Limits.Items {
		item = Item{Path: item.Path, Layers: item.Layers, Err: limit("more than %d documents in one file", w.opts.Limits.Items)}
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

// peel takes one layer off and goes on with what comes out, or emits a document.
func (w *walker) peel(t thing) {
	if w.done {
		return
	}
	br := bufio.NewReaderSize(t.r, headSize)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		w.fail(t, sbom.ReadError(0, err))
		return
	}
	t.r = br
	if order, mark := utf16Of(head); order != nil && len(t.layers) < w.opts.Limits.Layers {
		w.utf16(t, order, mark)
		return
	}
	layer := known(head)
	if layer != nil && len(t.layers) >= w.opts.Limits.Layers {
		w.fail(t, limit("more than %d layers of compression, archives and envelopes", w.opts.Limits.Layers))
		return
	}
	if layer == nil {
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
		peel  func(*walker, thing)
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
			return m.peel
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
	data, err := io.ReadAll(io.LimitReader(t.r, w.opts.Limits.Memory+1))
	switch {
	case err != nil:
		w.fail(t, sbom.ReadError(0, err))
	case int64(len(data)) > w.opts.Limits.Memory:
		w.fail(t, limit("%s of more than %d bytes, which would be held in memory", what, w.opts.Limits.Memory))
	default:
		return data, true
	}
	return nil, false
}
