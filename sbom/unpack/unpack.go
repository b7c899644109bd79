// SPDX-License-Identifier: Apache-2.0

// Package unpack extracts documents from archives, compression, and signed or plain envelopes,
// nested in any order.
//
//	for item := range unpack.Walk(ctx, unpack.Source{Path: "bid.zip", Reader: file}, nil) {
//		if item.Err != nil { … } // content of item.Path cannot be extracted
//		doc := sbom.NewReader(item.Reader, nil)
//		…
//	}
//
// It decodes UTF-16; gzip, zstd, bzip2 and xz; tar, zip, cab and OCI image archives; DSSE
// envelopes and Sigstore bundles, in-toto statements about a bill of materials, JSON Lines of
// these, the {"attestations": …} and {"sbom": …} of GitHub, and the envelopes of cosign and
// BuildKit. Each of these is a layer. Layers are recognized by their content. The path of an
// item has the names within archives and envelopes: "bid.zip!sbom/app.cdx.json.gz".
//
// # Companions
//
// Files of known kinds that accompany documents are items with Companion set: checksum files,
// detached signatures and keys, files that macOS adds, empty files, statements of other kinds,
// the indexes of image and document archives, and documents for people (PDF, office documents,
// images, pages, text). Every other file is a document, and the caller finds out its format. A
// spreadsheet, or a table in another file, that looks like a list of parts or products is an error.
// So is a statement that names a package with an owner, an empty file with a name for documents, and
// a file with other content after its end. The description of a container image is a companion, too,
// unless it has the name of its owner ("acme/app:1") or a label that names a maker: then it is a
// document.
//
// A companion is searched for a hidden bill of materials: in comments and other places that no
// program shows, in members of JSON that are not read, in UTF-16 and base64, in compressed
// parts of PDF documents and images. The fields of archives and compressed files that programs
// ignore are searched too, and the parts of office documents. A mark of a bill of materials is
// an error of the item, or of its Reader.
//
// # Security considerations
//
// [Limits] restrict how much is unpacked, the ratio of unpacked to packed bytes, and how deep
// layers are nested; exceeding one is an item with an [sbom.ErrLimit]. Nothing is written to
// disk, and names in archives are not used as paths. Content that cannot be unpacked is an item
// with an error, because it was not screened. So is an archive that may have been cut off, and
// content that another program might find in an archive: bytes that belong to no entry, and
// links to missing files. Such an error does not replace the items that could be read.
package unpack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
)

// ErrSignature: none of the given keys has signed the envelope.
var ErrSignature = errors.New("signature not verified")

// A Source is a file or stream to unpack.
type Source struct {
	Path   string
	Reader io.Reader
	// At reads the same bytes at any offset, and Size is their number. At is optional;
	// without it, a zip archive is read into memory.
	At   io.ReaderAt
	Size int64
}

// An Item is a document, a companion, or an error.
type Item struct {
	Path   string   // path of the source, then names within archives and envelopes
	Layers []string // the layers around the item, outermost first: "gzip", "tar", "dsse"
	// Reader reads the document. It is valid until the next Item, and fails after that. Faults of
	// the layers are errors of the Reader, so it must be read to its end to find them.
	Reader io.Reader
	// At reads the same bytes at any offset, and Size is their number, if there is no layer
	// around the document and the Source has At.
	At   io.ReaderAt
	Size int64
	Err  error
	// Companion is the kind of a companion: "checksum file", "PDF document". It is empty for
	// a document.
	Companion string
	// Names are the files next to a companion, or to the description of a container image, that it
	// refers to, as an index of documents does. In an archive, Walk itself reports missing files.
	Names []string
	// Unverified means that the document is from a signed envelope, and that its signature
	// was not checked.
	Unverified bool
}

// Options control unpacking. Nil *Options mean all defaults.
type Options struct {
	Limits Limits
	// Recognized reports whether a document that begins with head is in a format that the
	// caller reads. Such a document is never a companion. Default: the formats of
	// [sbom.Detect].
	Recognized func(head []byte) bool
	// Verifiers check the signatures of envelopes. If there are any, an envelope that none of
	// them accepts is an [ErrSignature].
	Verifiers []dsse.Verifier
}

// Limits restrict what is unpacked from one source, in all its layers together. A zero field
// means its default. Ratio and Items also restrict it by the size of the source, which limits
// the time for archives nested in archives.
type Limits struct {
	Bytes int64 // unpacked bytes; default 16 GiB
	// Ratio is the number of unpacked bytes for each packed byte: in one layer after the
	// first 16 MiB, in all layers of a source after the first 256 MiB; default 300.
	Ratio  int64
	Layers int // nested layers; default 8
	// Items is the number of archive entries and documents; default 1,000,000, and at most
	// 1,000 plus one for each 16 bytes of the source.
	Items  int
	Memory int64 // bytes of archives, envelopes and other files in memory at the same time; default 128 MiB
}

const (
	// ratioFree is the length to which a layer may unpack before the ratio counts, and
	// ratioFreeAll that for all layers of a source.
	ratioFree    = 16 << 20
	ratioFreeAll = 256 << 20
	// itemsFree is the number of entries that a source may have before its size counts, and
	// itemBytes its size for each further entry. An entry of a zip archive takes 76 bytes
	// and its name twice; an entry of a compressed tar archive takes less.
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

// Walk yields the items of a source, in order. The sequence can be ranged over once.
func Walk(ctx context.Context, src Source, opts *Options) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		w := &walker{ctx: ctx, yield: yield}
		if opts != nil {
			w.opts = *opts
		}
		w.opts.Limits = w.opts.Limits.withDefaults()
		if w.opts.Recognized == nil {
			w.opts.Recognized = func(head []byte) bool { return format.Detect(head) != "" }
		}
		w.src = &counter{r: src.Reader}
		w.size = src.Size
		name := filepath.ToSlash(src.Path)
		w.entry(input{path: src.Path, name: name, r: w.src, at: src.At, size: src.Size}, name)
	}
}

type walker struct {
	ctx      context.Context
	yield    func(Item) bool
	opts     Options
	src      *counter // counts the bytes read from the source
	size     int64    // of the source, if it is known
	out      int64    // bytes unpacked
	inMemory int64    // bytes in memory
	items    int      // entries and documents
	done     bool     // the caller wants no more
}

// An input is a document, or a document in layers.
type input struct {
	path       string
	name       string   // in the archive around it
	archive    *linkSet // of the archive around it
	names      []string // see Item.Names
	layers     []string
	r          io.Reader
	at         io.ReaderAt
	size       int64
	unverified bool
	document   bool // it is the content of an envelope, so it must be a document
}

// within returns the input within a layer of t.
func (t input) within(layer string, r io.Reader) input {
	return input{path: t.path, name: t.name, layers: append(slices.Clone(t.layers), layer), r: r, unverified: t.unverified, document: t.document}
}

// headSize is the length of the beginning by which a layer is recognized: more than a tar
// header, and enough names of a JSON object.
const headSize = 64 << 10

// emit yields an item and reports whether to go on.
func (w *walker) emit(item Item) bool {
	if w.done {
		return false
	}
	if w.items++; w.itemsLeft() < 0 {
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

func (w *walker) fail(t input, err error) {
	w.emit(Item{Path: t.path, Layers: t.layers, Err: err})
}

// countEntry counts an entry that is not an item, such as a directory.
func (w *walker) countEntry(t input) {
	if w.itemsLeft() > 0 {
		w.items++
	} else {
		w.emit(Item{Path: t.path, Layers: t.layers}) // yields the error of the limit
	}
}

// sourceSize returns the size of the source, or the number of bytes read if it is not known.
func (w *walker) sourceSize() int64 { return max(w.size, w.src.n) }

// itemsLeft returns how many items may follow.
func (w *walker) itemsLeft() int {
	return int(min(int64(w.opts.Limits.Items), itemsFree+w.sourceSize()/itemBytes)) - w.items
}

// maxBytes returns how many bytes may be unpacked.
func (w *walker) maxBytes() int64 {
	l := &w.opts.Limits
	if packed := w.sourceSize(); packed < l.Bytes/l.Ratio {
		return min(l.Bytes, ratioFreeAll+packed*l.Ratio)
	}
	return l.Bytes
}

// unpack removes one layer and continues with its content, or yields a document.
func (w *walker) unpack(t input) {
	if w.done {
		return
	}
	defer func(held int64) { w.inMemory = held }(w.inMemory)
	br := peek.NewReader(t.r)
	defer func() {
		if !w.done { // the caller may read the last Item after the loop
			br.Release()
		}
	}()
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
		w.emit(Item{Path: t.path, Layers: t.layers, Names: t.names, Reader: t.r, At: t.at, Size: t.size, Unverified: t.unverified})
		return
	}
	layer(w, t)
}

// Known reports whether head is the beginning of a layer that Walk removes.
func Known(head []byte) bool { return known(head) != nil }

// known returns the function that removes the layer with this beginning, or nil.
func known(head []byte) func(*walker, input) {
	for _, m := range []struct {
		at    int
		magic string
		read  func(*walker, input)
	}{
		{0, fields.GzipMagic, (*walker).gzip},
		{0, fields.ZstdMagic, (*walker).zstd},
		{0, fields.Bzip2Magic, (*walker).bzip2},
		{0, fields.XZMagic, (*walker).xz},
		{0, fields.ZipMagic, (*walker).zip},
		{0, fields.ZipEndMagic, (*walker).zip},
		{0, dahuaMagic, (*walker).dahua},
		{0, fields.CabinetMagic, (*walker).cab},
		{fields.TarMagicAt, fields.TarMagic, (*walker).tar},
	} {
		if hasMagic(head, m.at, m.magic) {
			return m.read
		}
	}
	return envelope(head)
}

// hasMagic reports whether data has the first bytes of a layer at an offset.
func hasMagic(data []byte, at int, magic string) bool {
	return len(data) >= at && bytes.HasPrefix(data[at:], []byte(magic))
}

func limit(format string, args ...any) error {
	return &sbom.Error{Kind: sbom.ErrLimit, Err: fmt.Errorf(format, args...)}
}

func syntax(format string, args ...any) error {
	return &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
}

// memory reads an input into memory.
func (w *walker) memory(t input, what string) ([]byte, bool) {
	room := w.opts.Limits.Memory - w.inMemory
	data, err := io.ReadAll(io.LimitReader(t.r, room+1))
	switch {
	case err != nil:
		w.fail(t, jsonstream.ReadError(0, err))
	case int64(len(data)) > room:
		w.fail(t, limit("%s that would be held in memory, with what it is in, has more than %d bytes", what, w.opts.Limits.Memory))
	default:
		w.inMemory += int64(len(data))
		return data, true
	}
	return nil, false
}
