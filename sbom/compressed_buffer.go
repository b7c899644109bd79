// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxCompressed limits the memory for a document that is read twice.
	maxCompressed = 48 << 20
	// uncompressed is the length of its beginning that is not compressed. The rest is, to a
	// tenth or less for what tools write.
	uncompressed = 1 << 20
)

// A compressedBuffer keeps a document compressed in memory for a second reading.
type compressedBuffer struct {
	limit int
	plain bytes.Buffer
	rest  blocks
	zip   *zstd.Encoder
	unzip *zstd.Decoder
}

func (b *compressedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), uncompressed-b.plain.Len())
	b.plain.Write(p[:n])
	if n == len(p) {
		return n, nil
	}
	if b.zip == nil {
		var err error
		if b.zip, err = zstd.NewWriter(&b.rest, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)); err != nil {
			return n, err
		}
	}
	if b.rest.size > b.limit {
		return n, fmt.Errorf("%w: more than %d bytes to be held, compressed, for a second reading", ErrLimit, b.limit)
	}
	m, err := b.zip.Write(p[n:])
	return n + m, err
}

// reader returns a reader of what was written. It is called once.
func (b *compressedBuffer) reader() (io.Reader, error) {
	if b.zip == nil {
		return &b.plain, nil
	}
	if err := b.zip.Close(); err != nil {
		return nil, err
	}
	var err error
	b.unzip, err = zstd.NewReader(&b.rest, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	return io.MultiReader(&b.plain, b.unzip), err
}

func (b *compressedBuffer) close() {
	if b.unzip != nil {
		b.unzip.Close()
	}
}

// blocks has what was written, in blocks that are released when they have been read.
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
