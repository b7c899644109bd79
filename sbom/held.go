// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxHeld bounds what is held in memory of a document that is read twice.
	maxHeld = 48 << 20
	// heldPlain is how much of it is held as it is. The rest is compressed, to a
	// tenth or less for what tools write.
	heldPlain = 1 << 20
)

// held keeps what is written to it, to be read again.
type held struct {
	limit int
	plain bytes.Buffer
	rest  blocks
	zip   *zstd.Encoder
	unzip *zstd.Decoder
}

func (h *held) Write(p []byte) (int, error) {
	n := min(len(p), heldPlain-h.plain.Len())
	h.plain.Write(p[:n])
	if n == len(p) {
		return n, nil
	}
	if h.zip == nil {
		var err error
		if h.zip, err = zstd.NewWriter(&h.rest, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)); err != nil {
			return n, err
		}
	}
	if h.rest.size > h.limit {
		return n, fmt.Errorf("%w: more than %d bytes to be held, compressed, for a second reading", ErrLimit, h.limit)
	}
	m, err := h.zip.Write(p[n:])
	return n + m, err
}

// reader returns what was written. It is called once.
func (h *held) reader() (io.Reader, error) {
	if h.zip == nil {
		return &h.plain, nil
	}
	if err := h.zip.Close(); err != nil {
		return nil, err
	}
	var err error
	h.unzip, err = zstd.NewReader(&h.rest, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	return io.MultiReader(&h.plain, h.unzip), err
}

func (h *held) close() {
	if h.unzip != nil {
		h.unzip.Close()
	}
}

// blocks is what was written, in blocks that are given back as they are read.
type blocks struct {
	list [][]byte
	size int
}

const blockSize = 256 << 10

func (b *blocks) Write(p []byte) (int, error) {
	b.size += len(p)
	for rest := p; len(rest) > 0; {
		last := len(b.list) - 1
		if last < 0 || len(b.list[last]) == blockSize {
			b.list = append(b.list, make([]byte, 0, blockSize))
			last++
		}
		n := min(len(rest), blockSize-len(b.list[last]))
		b.list[last] = append(b.list[last], rest[:n]...)
		rest = rest[n:]
	}
	return len(p), nil
}

func (b *blocks) Read(p []byte) (int, error) {
	for len(b.list) > 0 && len(b.list[0]) == 0 {
		b.list[0] = nil
		b.list = b.list[1:]
	}
	if len(b.list) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.list[0])
	b.list[0] = b.list[0][n:]
	return n, nil
}
