// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

// A file is what was found in one input.
type file struct {
	src        evidence.File
	sha1       string // SPDX 2 refers to documents by it; "" if it was not needed so far
	docs       []document
	companions []evidence.File
	names      []string // of files that have to be beside this one, because an index in it lists them
	cost       cost
	findings   int // findings and observations that are listed
}

// eof is an empty reader.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// input screens the documents of one input.
func (x *screener) input(ctx context.Context, in Input) (out file) {
	x.busy.Add(1)
	defer x.busy.Add(-1)
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
	t := newTally(ctx, r, x.opts.Progress).aside(x.workers)
	if !in.again || x.sha1.Load() {
		t = t.withSHA1()
	}
	from := unpack.Source{Path: in.Name, Reader: t}
	if f, ok := r.(interface {
		io.ReaderAt
		Stat() (fs.FileInfo, error)
	}); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			from.At, from.Size = readerAt{ctx, f}, info.Size()
		}
	}
	endless := false // a stream that may have no end is not read on only for its digest
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
			d = document{item: item, src: evidence.File{Path: item.Path, Bytes: n}, err: err}
			d.item.Reader = nil
		} else {
			out.names = append(out.names, item.Names...)
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
