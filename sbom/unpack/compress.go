// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"github.com/clause76/clause76/sbom"
)

// window limits the memory for the history of a decoder.
const window = 64 << 20

func (w *walker) gzip(t input) {
	in := &counter{r: t.r}
	r, err := newGzipReader(in)
	if err != nil {
		w.fail(t, syntax("not a gzip file: %w", err))
		return
	}
	if err := r.fields(); err != nil {
		w.fail(t, err)
	}
	w.unpacked(t, "gzip", in, r)
}

func (w *walker) zstd(t input) {
	in := &counter{r: t.r}
	r, err := zstd.NewReader(&zstdFrames{in: bufio.NewReader(in)}, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		w.fail(t, syntax("not a zstd file: %w", err))
		return
	}
	defer r.Close()
	w.unpacked(t, "zstd", in, r)
}

func (w *walker) bzip2(t input) {
	in := &counter{r: t.r}
	w.unpacked(t, "bzip2", in, bzip2.NewReader(in))
}

func (w *walker) xz(t input) {
	in := &counter{r: t.r}
	r, err := xz.NewReader(in, window)
	if err != nil {
		w.fail(t, syntax("not an xz file: %w", err))
		return
	}
	w.unpacked(t, "xz", in, r)
}

func (w *walker) unpacked(t input, layer string, in *counter, r io.Reader) {
	w.unpack(t.within(layer, &bounded{w: w, layer: layer, in: in, r: r}))
}

// A counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// A bounded reader reads the content of a layer within the limits. It keeps its first error.
type bounded struct {
	w     *walker
	layer string
	in    *counter
	r     io.Reader
	n     int64
	err   error
}

func (b *bounded) Read(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	defer func() {
		if v := recover(); v != nil { // of a decoder from another module
			n, b.err = 0, syntax("the %s data cannot be unpacked: %v", b.layer, v)
			err = b.err
		}
	}()
	n, err = b.r.Read(p)
	b.n += int64(n)
	b.w.out += int64(n)
	l := &b.w.opts.Limits
	var ours *sbom.Error
	switch {
	case b.w.out > b.w.maxBytes():
		err = limit("more than %d bytes unpacked from a file of %d", b.w.maxBytes(), b.w.sourceSize())
	case b.n > ratioFree && b.n/l.Ratio > b.in.n:
		err = limit("%s data of %d bytes unpacks to more than %d times as much", b.layer, b.in.n, l.Ratio)
	case err != nil && err != io.EOF && !errors.As(err, &ours):
		err = syntax("the %s data cannot be unpacked at byte %d: %w", b.layer, b.in.n, err)
	}
	b.err = err
	if err != nil && err != io.EOF {
		n = 0 // drop a partial result
	}
	return n, err
}
