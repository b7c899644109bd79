// SPDX-License-Identifier: Apache-2.0

package volume

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/pierrec/lz4/v4"

	"github.com/clause76/clause76/sbom"
)

// A decompressor unpacks a block to at most most bytes.
type decompressor func(data []byte, most int) ([]byte, error)

var errTooMuch = errors.New("it unpacks to more than it may")

// squashCompression returns what unpacks the blocks of a squashfs.
func squashCompression(id uint16) (decompressor, error) {
	switch id {
	case 1:
		return func(data []byte, most int) ([]byte, error) {
			r, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return readMost(r, most)
		}, nil
	case 4:
		return func(data []byte, most int) ([]byte, error) {
			r, err := xz.NewReader(bytes.NewReader(data), 1<<24)
			if err != nil {
				return nil, err
			}
			return readMost(r, most)
		}, nil
	case 5:
		return func(data []byte, most int) ([]byte, error) {
			out := make([]byte, most)
			n, err := lz4.UncompressBlock(data, out)
			if err != nil {
				return nil, err
			}
			return out[:n], nil
		}, nil
	case 6:
		return func(data []byte, most int) ([]byte, error) {
			d := zstdDecoders.Get().(*zstd.Decoder)
			defer zstdDecoders.Put(d)
			if err := d.Reset(bytes.NewReader(data)); err != nil {
				return nil, err
			}
			return readMost(d, most)
		}, nil
	}
	name := map[uint16]string{2: "LZMA", 3: "LZO"}[id]
	if name == "" {
		name = fmt.Sprintf("method %d", id)
	}
	return nil, &sbom.Error{Offset: 20, Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("squashfs that is compressed with %s; gzip, xz, lz4 and zstd are read", name)}
}

var zstdDecoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(1<<24))
	if err != nil { // only for options that cannot be
		panic(err)
	}
	return d
}}

func readMost(r io.Reader, most int) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, min(most, 64<<10)))
	n, err := io.Copy(out, io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if n > int64(most) {
		return nil, errTooMuch
	}
	return out.Bytes(), nil
}
