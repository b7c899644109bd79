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
	rest  bytes.Buffer
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
	if h.rest.Len() > h.limit {
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
