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

// Microsoft's cabinet format (MS-CAB) is that of firmware updates for fwupd. Folders that are
// stored or compressed by MSZIP are read. LZX, Quantum and cabinets in several files are not.

const (
	cabPrevious = 1 // flags of the header
	cabNext     = 2
	cabReserve  = 4
	cabBlock    = 32 << 10 // maximum length of an unpacked block
)

var errCabSet = errors.New("the cabinet is one of a set, and goes on in another file")

func (w *walker) cab(t input) {
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
	folder, open, broken := []byte(nil), -1, error(nil) // one folder is in memory at a time
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
		case w.out > w.maxBytes():
			w.fail(m, limit("more than %d bytes unpacked from a file of %d", w.maxBytes(), w.sourceSize()))
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
	reserve int // reserved bytes of each block
	rest    int
}

type cabFolder struct{ offset, blocks, method int }

type cabFile struct {
	name         string
	folder       int
	offset, size int64
}

// A cabReader reads the fields of a cabinet. It keeps its first error.
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

// text reads a string that ends with a NUL byte. MS-CAB limits it to 256 bytes.
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
	r.bytes(6) // the version and others
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
	var inflate mszip
	for range f.blocks {
		b, err := c.block(r)
		if err != nil {
			return nil, err
		}
		packed += int64(len(b.body))
		if total := int64(len(out) + b.unpacked); total > l.Memory || total > ratioFree && total/l.Ratio > packed {
			return nil, limit("a folder of a cabinet unpacks to more than %d bytes, or %d times as much", l.Memory, l.Ratio)
		}
		if f.method&15 != 0 {
			if out, err = inflate.append(out, b); err != nil {
				return nil, err
			}
			continue
		}
		if len(b.body) != b.unpacked {
			return nil, b.fault("a stored block of %d bytes has %d", b.unpacked, len(b.body))
		}
		out = append(out, b.body...)
	}
	return out, nil
}

// A cabData is a block of a folder.
type cabData struct {
	at       int // offset of the block
	body     []byte
	unpacked int // stated length of the unpacked body
}

func (b *cabData) fault(format string, args ...any) error {
	return &sbom.Error{Offset: int64(b.at), Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
}

// block reads a block and checks its checksum.
func (c *cabinet) block(r *cabReader) (*cabData, error) {
	b := &cabData{at: r.at}
	sum, n := uint32(r.u32()), r.u16()
	b.unpacked = r.u16()
	reserved := r.bytes(c.reserve)
	b.body = r.bytes(n)
	switch {
	case r.err != nil:
		return nil, r.err
	case b.unpacked > cabBlock:
		return nil, b.fault("a block of %d bytes; expected %d at most", b.unpacked, cabBlock)
	}
	head := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, uint16(n)), uint16(b.unpacked))
	if sum != 0 && sum != cabSum(append(head, reserved...), cabSum(b.body, 0)) {
		return nil, b.fault("the checksum of a block does not match")
	}
	return b, nil
}

// An mszip unpacks blocks of MSZIP. Each is deflate data, with the block before as dictionary.
type mszip struct{ r io.ReadCloser }

// append appends the unpacked block to out, which has the blocks before it.
func (m *mszip) append(out []byte, b *cabData) ([]byte, error) {
	if !bytes.HasPrefix(b.body, []byte("CK")) {
		return nil, b.fault("a block of MSZIP does not start with CK")
	}
	in, dict := bytes.NewReader(b.body[2:]), out[max(0, len(out)-cabBlock):]
	if m.r == nil {
		m.r = flate.NewReaderDict(in, dict)
	} else if err := m.r.(flate.Resetter).Reset(in, dict); err != nil {
		return nil, b.fault("%w", err)
	}
	block := make([]byte, b.unpacked+1)
	n, err := io.ReadFull(m.r, block)
	if err != io.ErrUnexpectedEOF && err != io.EOF || n != b.unpacked {
		if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("it has %d bytes or more; expected %d", n, b.unpacked)
		}
		return nil, b.fault("a block cannot be unpacked: %w", err)
	}
	return append(out, block[:b.unpacked]...), nil
}

// cabSum returns the checksum of MS-CAB, section 3.1: the exclusive or of 32-bit words.
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
