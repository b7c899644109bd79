// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/sbom/unpack"
)

// A document is the outcome of one document.
type document struct {
	item   unpack.Item
	src    evidence.File // of the document, if it is packed in the file
	sha1   string
	header sbom.Header
	said   *sbom.Snapshot // nil if Options.Snapshot is nil, or nothing was read
	result *match.Result  // if err is set, of what was read before the error, or nil
	err    error
}

// fail marks a document that was screened as one that was not read to its end.
func (d *document) fail(err error) {
	d.err = err
	if d.result != nil {
		d.result.Coverage.Complete = false
	}
}

func (x *screener) document(ctx context.Context, item unpack.Item) document {
	d := document{item: item, src: evidence.File{Path: item.Path}, err: item.Err}
	d.item.Reader = nil // releases its buffers: the record is kept longer
	if d.err != nil {
		return d
	}
	if len(item.Layers) == 0 { // it is the file itself, and its bytes are counted there
		d.check(ctx, x, firmware.OpenAt(item.Reader, item.At, item.Size, &sbom.Options{Workers: x.workers}))
		return d
	}
	t := newTally(ctx, item.Reader, func(int) {}).aside(x.workers).withSHA1() // it cannot be read again
	d.check(ctx, x, firmware.Open(t, &sbom.Options{Workers: x.workers}))
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
	if asksSHA1(&d.header) {
		x.sha1.Store(true)
	}
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
			Message: "the signature of the envelope of this document was not checked; give its key with -key"})
	}
	err := d.err
	if err == nil && d.result != nil {
		err = d.result.Limit(d.listed())
	}
	out := evidence.NewDocument(src, d.header, d.result, err)
	if len(d.item.Layers) > 0 {
		out.Container = &evidence.File{Path: EscapePath(f.src.Path), SHA256: f.src.SHA256, Bytes: f.src.Bytes, Layers: d.item.Layers}
	}
	return out
}

func unreadable(err error) error { return format.ReadError(0, err) }
