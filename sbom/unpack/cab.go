// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom"
)

// A cabinet is one file of Microsoft's cabinet format (MS-CAB), in which firmware updates
// for fwupd come. Folders are stored or packed by MSZIP; LZX and Quantum are not read, nor
// are cabinets that go on in others.

const (
	cabPrevious = 1 // flags of the header
	cabNext     = 2
	cabReserve  = 4
	cabBlock    = 32 << 10 // the most that a block unpacks to
)

var errCabSet = errors.New("the cabinet is one of a set, and goes on in another file")

func (w *walker) cab(t thing) {
	defer w.recovered(t, "cab")
	data, ok := w.memory(t, "a cabinet")
	if !ok {
		return
	}
	c, err := readCabinet(data)
	if err != nil {
		w.fail(t, err)
		return
	}
	folder, open, broken := []byte(nil), -1, error(nil) // one at a time is kept
	for _, f := range c.files {
		if w.done {
			return
		}
		m := t.member("cab", f.name, nil)
		if f.folder != open {
			folder, broken = c.unpack(f.folder, w.opts.Limits)
			open = f.folder
			w.out += int64(len(folder))
		}
		switch {
		case broken != nil:
			w.fail(m, broken)
		case w.out > w.most():
			w.fail(m, limit("more than %d bytes unpacked from a file of %d", w.most(), w.packed()))
			return
		case f.offset > int64(len(folder)) || f.size > int64(len(folder))-f.offset:
			w.fail(m, syntax("the file has %d bytes at %d of a folder of %d", f.size, f.offset, len(folder)))
		default:
			m.r = bytes.NewReader(folder[f.offset : f.offset+f.size])
			w.entry(m, f.name)
		}
	}
	if c.rest > 0 {
		w.fail(t, syntax("%d bytes after the end of the cabinet", c.rest))
	}
}

type cabinet struct {
	data    []byte
	folders []cabFolder
	files   []cabFile
	reserve int // bytes that each block has for others
	rest    int
}

type cabFolder struct{ offset, blocks, method int }

type cabFile struct {
	name         string
	folder       int
	offset, size int64
}

// A cabReader reads numbers; it keeps the first error.
type cabReader struct {
	data []byte
	at   int
	err  error
}

func (r *cabReader) bytes(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.data)-r.at {
		if r.err == nil {
			r.err = &sbom.Error{Offset: int64(r.at), Kind: sbom.ErrSyntax, Err: fmt.Errorf("the cabinet ends too early: %w", io.ErrUnexpectedEOF)}
		}
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *cabReader) u8() int {
	if b := r.bytes(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (r *cabReader) u16() int {
	if b := r.bytes(2); b != nil {
		return int(binary.LittleEndian.Uint16(b))
	}
	return 0
}

func (r *cabReader) u32() int {
	if b := r.bytes(4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

// text reads a string that ends with a NUL byte. MS-CAB bounds it to 256 bytes.
func (r *cabReader) text() string {
	if r.err != nil {
		return ""
	}
	n := bytes.IndexByte(r.data[r.at:min(len(r.data), r.at+257)], 0)
	if n < 0 {
		r.err = &sbom.Error{Offset: int64(r.at), Kind: sbom.ErrSyntax, Err: errors.New("a name in the cabinet has no end")}
		return ""
	}
	return string(r.bytes(n + 1)[:n])
}

func readCabinet(data []byte) (*cabinet, error) {
	r := &cabReader{data: data}
	r.bytes(8)
	size := r.u32()
	r.bytes(4)
	first := r.u32()
	r.bytes(6) // of which the version
	folders, files, flags := r.u16(), r.u16(), r.u16()
	r.bytes(4)
	c := &cabinet{}
	header, folderReserve := 0, 0
	if flags&cabReserve != 0 {
		header, folderReserve, c.reserve = r.u16(), r.u8(), r.u8()
		r.bytes(header)
	}
	switch {
	case r.err != nil:
		return nil, r.err
	case flags&(cabPrevious|cabNext) != 0:
		return nil, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errCabSet}
	case size > len(data):
		return nil, syntax("the cabinet has %d bytes of %d: %w", len(data), size, io.ErrUnexpectedEOF)
	case size < r.at || first < r.at || first > size:
		return nil, syntax("the cabinet's size is %d, and its files are at %d", size, first)
	case folders == 0 || files == 0:
		return nil, syntax("the cabinet holds no files")
	}
	c.rest = len(data) - size
	c.data, r.data = data[:size], data[:size]
	for range folders {
		c.folders = append(c.folders, cabFolder{r.u32(), r.u16(), r.u16()})
		r.bytes(folderReserve)
	}
	r.at = first
	for range files {
		f := cabFile{size: int64(r.u32()), offset: int64(r.u32()), folder: r.u16()}
		r.bytes(6) // date, time and attributes
		f.name = strings.ToValidUTF8(strings.ReplaceAll(r.text(), `\`, "/"), "\ufffd")
		if r.err == nil && f.folder >= len(c.folders) {
			return nil, syntax("the file %s is in folder %d; the cabinet has %d", f.name, f.folder, len(c.folders))
		}
		c.files = append(c.files, f)
	}
	if r.err != nil {
		return nil, r.err
	}
	return c, nil
}

// unpack returns the content of a folder.
func (c *cabinet) unpack(folder int, l Limits) ([]byte, error) {
	f := c.folders[folder]
	if method := f.method & 15; method > 1 {
		return nil, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("packed by method %d (2 is Quantum, 3 is LZX), which is not read", method)}
	}
	r := &cabReader{data: c.data, at: min(f.offset, len(c.data))}
	out, packed := []byte{}, int64(0)
	var inflate io.ReadCloser
	for range f.blocks {
		start := r.at
		sum, n, unpacked := uint32(r.u32()), r.u16(), r.u16()
		reserved := r.bytes(c.reserve)
		body := r.bytes(n)
		packed += int64(n)
		fault := func(format string, args ...any) ([]byte, error) {
			return nil, &sbom.Error{Offset: int64(start), Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
		}
		switch {
		case r.err != nil:
			return nil, r.err
		case unpacked > cabBlock:
			return fault("a block of %d bytes; expected %d at most", unpacked, cabBlock)
		case sum != 0 && sum != cabSum(append(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, uint16(n)), uint16(unpacked)), reserved...), cabSum(body, 0)):
			return fault("the checksum of a block does not fit")
		}
		if total := int64(len(out) + unpacked); total > l.Memory || total > ratioFree && total/l.Ratio > packed {
			return nil, limit("a folder of a cabinet unpacks to more than %d bytes, or %d times as much", l.Memory, l.Ratio)
		}
		if f.method&15 == 0 {
			if n != unpacked {
				return fault("a stored block of %d bytes has %d", unpacked, n)
			}
			out = append(out, body...)
			continue
		}
		if !bytes.HasPrefix(body, []byte("CK")) {
			return fault("a block of MSZIP does not start with CK")
		}
		dict := out[max(0, len(out)-cabBlock):]
		if inflate == nil {
			inflate = flate.NewReaderDict(bytes.NewReader(body[2:]), dict)
		} else if err := inflate.(flate.Resetter).Reset(bytes.NewReader(body[2:]), dict); err != nil {
			return fault("%w", err)
		}
		block := make([]byte, unpacked+1)
		got, err := io.ReadFull(inflate, block)
		if err != io.ErrUnexpectedEOF && err != io.EOF || got != unpacked {
			if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
				err = fmt.Errorf("it has %d bytes or more; expected %d", got, unpacked)
			}
			return fault("a block cannot be unpacked: %w", err)
		}
		out = append(out, block[:unpacked]...)
	}
	return out, nil
}

// cabSum is the checksum of MS-CAB, section 3.1: words that are joined by exclusive or.
func cabSum(data []byte, sum uint32) uint32 {
	for ; len(data) >= 4; data = data[4:] {
		sum ^= binary.LittleEndian.Uint32(data)
	}
	last := uint32(0)
	for _, b := range data {
		last = last<<8 | uint32(b)
	}
	return sum ^ last
}
