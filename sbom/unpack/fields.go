// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/fields"
)

// Archives and compressed files have fields for comments and extensions, which programs ignore. They
// are not screened, so a field that may have a bill of materials, or packed data, is an error.

// inField returns an error if a field may have a document in it.
func inField(what string, field []byte) error {
	if len(field) < 12 {
		return nil
	}
	mark := hidden(field)
	if mark == "" {
		mark = packedIn(field)
	}
	if mark == "" && bytes.HasPrefix(field, []byte(fields.DeflateMagic)) {
		mark = "gzip data"
	}
	if mark != "" {
		return marked(what, mark)
	}
	return nil
}

// A gzipReader reads the members of a gzip file (RFC 1952), and checks the fields of their headers.
type gzipReader struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func newGzipReader(r io.Reader) (*gzipReader, error) {
	g := &gzipReader{in: bufio.NewReader(r)}
	z, err := gzip.NewReader(g.in)
	if err != nil {
		return nil, err
	}
	g.z = z
	return g, nil
}

// fields checks the header of a member.
func (g *gzipReader) fields() error {
	for _, f := range []struct {
		what string
		data []byte
	}{{"the comment of a gzip file", []byte(g.z.Comment)}, {"the name in a gzip file", []byte(g.z.Name)}, {"the extra field of a gzip file", g.z.Extra}} {
		if err := inField(f.what, f.data); err != nil {
			return err
		}
	}
	for extra := g.z.Extra; len(extra) >= 4; { // subfields of an id of two letters and a length each
		n := min(int(le16(extra[2:])), len(extra)-4)
		if err := inField("the extra field of a gzip file", extra[4:4+n]); err != nil {
			return err
		}
		extra = extra[4+n:]
	}
	return nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	g.z.Multistream(false)
	n, err := g.z.Read(p)
	if err != io.EOF {
		return n, err
	}
	if err := g.z.Reset(g.in); err != nil { // at the end, or not a member
		return n, err
	}
	return n, g.fields()
}

// A zstdFrames copies zstd data, and fails at a skippable frame (RFC 8878, 3.1.2), unless its use is
// known.
type zstdFrames struct {
	in   *bufio.Reader
	left int64 // bytes of a block that are still to be copied
	out  []byte
	last bool // the block is the last one of its frame
	sum  bool // a checksum follows it
	open bool // in a frame
	err  error
}

const (
	zstdMagic    = 0xfd2fb528
	zstdSkipped  = 0x184d2a50 // and the fifteen numbers after it
	zstdSeekable = 0x8f92eab1 // at the end of a table for seeking
)

func (z *zstdFrames) Read(p []byte) (int, error) {
	for len(z.out) == 0 && z.left == 0 && z.err == nil {
		z.err = z.next()
	}
	switch {
	case len(z.out) > 0:
		n := copy(p, z.out)
		z.out = z.out[n:]
		return n, nil
	case z.left > 0:
		n, err := z.in.Read(p[:min(int64(len(p)), z.left)])
		z.left -= int64(n)
		return n, err
	}
	return 0, z.err
}

// take reads n bytes, and copies them to the output.
func (z *zstdFrames) take(n int) ([]byte, error) {
	from := len(z.out)
	z.out = append(z.out, make([]byte, n)...)
	got, err := io.ReadFull(z.in, z.out[from:])
	z.out = z.out[:from+got]
	return z.out[from:], err
}

// next reads the header of a frame or block. It does not report faults of either, because the
// decoder does.
func (z *zstdFrames) next() error {
	z.out = nil
	if z.open {
		return z.block()
	}
	b, err := z.in.Peek(4)
	if err != nil || binary.LittleEndian.Uint32(b)&^15 != zstdSkipped {
		return z.frame()
	}
	var head [8]byte
	if _, err := io.ReadFull(z.in, head[:]); err != nil {
		return syntax("the zstd data ends within a frame: %w", io.ErrUnexpectedEOF)
	}
	n := int64(le32(head[4:]))
	data, err := io.ReadAll(io.LimitReader(z.in, min(n, maxWhole)))
	switch {
	case err != nil:
		return err
	case int64(len(data)) < min(n, maxWhole):
		return syntax("the zstd data ends within a frame: %w", io.ErrUnexpectedEOF)
	case n <= 16: // the size of the next frame, which pzstd writes
		return nil
	case n >= 9 && len(data) == int(n) && le32(data[n-4:]) == zstdSeekable && (n-9)%4 == 0:
		return inField("a frame of zstd data that is skipped", data)
	}
	return notRead(fmt.Errorf("zstd data with a frame of %d bytes that programs skip, which was not read", n))
}

// frame reads the header of a frame (3.1.1.1).
func (z *zstdFrames) frame() error {
	b, err := z.take(5)
	if err != nil || le32(b) != zstdMagic {
		z.left = 1 << 62 // the decoder takes it from here
		return nil
	}
	flags := b[4]
	n := []int{0, 1, 2, 4}[flags&3] + []int{0, 2, 4, 8}[flags>>6]
	if flags&0x20 == 0 {
		n++ // the size of the window
	} else if flags>>6 == 0 {
		n++ // the size of the content has a byte
	}
	_, err = z.take(n)
	z.open, z.sum = true, flags&4 != 0
	return eofIsNone(err)
}

// block reads the header of a block (3.1.1.2).
func (z *zstdFrames) block() error {
	if z.last {
		z.open, z.last = false, false
		if z.sum {
			_, err := z.take(4)
			return eofIsNone(err)
		}
		return nil
	}
	b, err := z.take(3)
	if err != nil {
		return eofIsNone(err)
	}
	header := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	z.last = header&1 != 0
	if z.left = int64(header >> 3); header>>1&3 == 1 {
		z.left = 1 // a byte that is repeated
	}
	return nil
}

// eofIsNone returns nil for data that was cut off, which the decoder reports.
func eofIsNone(err error) error {
	if err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}
