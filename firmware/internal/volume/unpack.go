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

// A decompressor unpacks a block. Unpacking to more than limit bytes is an error.
type decompressor func(data []byte, limit int) ([]byte, error)

var errTooMuch = errors.New("unpacked data is larger than a block")

// squashCompression returns the decompressor of a compression method.
func squashCompression(id uint16) (decompressor, error) {
	switch id {
	case 1:
		return func(data []byte, limit int) ([]byte, error) {
			r, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return readMost(r, limit)
		}, nil
	case 4:
		return func(data []byte, limit int) ([]byte, error) {
			r, err := xz.NewReader(bytes.NewReader(data), 1<<24)
			if err != nil {
				return nil, err
			}
			return readMost(r, limit)
		}, nil
	case 5:
		return func(data []byte, limit int) ([]byte, error) {
			out := make([]byte, limit)
			n, err := lz4.UncompressBlock(data, out)
			if err != nil {
				return nil, err
			}
			return out[:n], nil
		}, nil
	case 6:
		return func(data []byte, limit int) ([]byte, error) {
			d := zstdDecoders.Get().(*zstd.Decoder)
			defer zstdDecoders.Put(d)
			if err := d.Reset(bytes.NewReader(data)); err != nil {
				return nil, err
			}
			return readMost(d, limit)
		}, nil
	}
	name := map[uint16]string{2: "LZMA", 3: "LZO"}[id]
	if name == "" {
		name = fmt.Sprintf("method %d", id)
	}
	return nil, &sbom.Error{Offset: 20, Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("squashfs with %s compression; supported are gzip, xz, lz4 and zstd", name)}
}

var zstdDecoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(1<<24))
	if err != nil { // only for invalid options
		panic(err)
	}
	return d
}}

func readMost(r io.Reader, limit int) ([]byte, error) {
	out := bytes.NewBuffer(make([]byte, 0, min(limit, 64<<10)))
	n, err := io.Copy(out, io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if n > int64(limit) {
		return nil, errTooMuch
	}
	return out.Bytes(), nil
}
