// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sort"
	"strings"

	"github.com/clause76/clause76/internal/fields"
)

// Signatures and sizes of the records of a zip archive (PKWARE, .ZIP File Format
// Specification 6.3.10, sections 4.3.7 to 4.3.16).
const (
	zipLocal      = fields.ZipMagic
	zipCentral    = "PK\x01\x02"
	zipEnd        = fields.ZipEndMagic
	zipEnd64      = "PK\x06\x06"
	zipLocator64  = "PK\x06\x07"
	zipDescriptor = "PK\x07\x08"

	zipLocalSize     = 30
	zipCentralSize   = 46
	zipEndSize       = 22
	zipEnd64Size     = 56
	zipLocator64Size = 20
	zipMaxEnd        = zipEndSize + 1<<16 - 1 // with a comment
)

// A zipDirectory has the entries in the central directory of a zip archive, and the bytes that
// belong to no entry. Package archive/zip uses only the central directory. A program that reads
// the archive from its start unpacks by the local headers, and one that uses another end record
// reads another central directory. So bytes that are in no entry and no record of this
// directory are found, and count as not read.
type zipDirectory struct {
	at      io.ReaderAt
	size    int64
	base    int64 // bytes before offset 0 of the archive
	start   int64 // of the central directory
	end     int64 // of the last record
	entries []zipEntry
	spans   []span // bytes that belong to an entry or a record
	extra   string // a fault of the archive as a whole
	field   error  // of a comment or extra field that may have a bill of materials
}

// A zipEntry is a file in the central directory of a zip archive.
type zipEntry struct {
	name          string
	header, data  int64 // offsets
	packed, size  int64
	mode          uint32 // of Unix; 0 if there is none
	crc           uint32
	method, flags uint16
	fault         string // how its local header differs
}

type span struct{ from, to int64 }

// Flags of an entry (section 4.4.4).
const (
	zipEncrypted      = 1 << 0
	zipHasDescriptor  = 1 << 3
	zipStrong         = 1 << 6
	zipMaskedHeaders  = 1 << 13
	unixTypeMask      = 0o170000
	unixSymbolicLink  = 0o120000
	zipCreatorUnix    = 3
	zipCreatorMacOS   = 19
	zip64Field        = 1
	zipSaturated16    = 1<<16 - 1
	zipSaturated32    = 1<<32 - 1
	apkSigningMagic   = "APK Sig Block 42"
	apkSigningTrailer = 24 // size and magic
)

// readZip reads the central directory, and compares the local headers with it. Overlapping
// entries, as in archive bombs, are an error.
func readZip(at io.ReaderAt, size, memory int64, most int) (*zipDirectory, error) {
	z := &zipDirectory{at: at, size: size}
	length, count, err := z.findEnd()
	if err != nil {
		return nil, err
	}
	switch {
	case length > memory:
		return nil, limit("the central directory of the zip archive has %d bytes; expected at most %d", length, memory)
	case count > uint64(length)/zipCentralSize:
		return nil, syntax("the zip archive states %d entries in a central directory of %d bytes", count, length)
	case count > uint64(most):
		return nil, limit("the zip archive has %d entries; expected at most %d", count, most)
	}
	if err := z.readEntries(length, count); err != nil {
		return nil, err
	}
	for i := range z.entries {
		if err := z.locate(&z.entries[i]); err != nil {
			return nil, err
		}
	}
	sort.Slice(z.spans, func(i, j int) bool { return z.spans[i].from < z.spans[j].from })
	for i := 1; i < len(z.spans); i++ {
		if a, b := z.spans[i-1], z.spans[i]; a.to > b.from {
			return nil, syntax("entries of the zip archive overlap: one is at bytes %d to %d, another starts at %d", a.from, a.to, b.from)
		}
	}
	return z, nil
}

func (z *zipDirectory) bytes(from, n int64) ([]byte, error) {
	if from < 0 || n < 0 || from > z.size-n {
		return nil, syntax("a record of %d bytes at byte %d of a zip archive of %d: %w", n, from, z.size, io.ErrUnexpectedEOF)
	}
	b := make([]byte, n)
	if got, err := z.at.ReadAt(b, from); got < len(b) {
		return nil, syntax("the zip archive cannot be read at byte %d: %w", from, err)
	}
	return b, nil
}

var (
	le16 = binary.LittleEndian.Uint16
	le32 = binary.LittleEndian.Uint32
	le64 = binary.LittleEndian.Uint64
	be32 = binary.BigEndian.Uint32
)

// A zipEndRecord has the fields of the end of the central directory (section 4.3.16).
type zipEndRecord struct {
	at           int64 // offset of the record
	disks, disk  uint16
	here, total  uint64 // numbers of entries
	size, offset uint64 // of the central directory
}

// findEnd reads the record at the end of the archive, and finds the central directory by it.
func (z *zipDirectory) findEnd() (length int64, count uint64, err error) {
	e, err := z.readEnd()
	if err != nil {
		return 0, 0, err
	}
	last, err := z.readEnd64(e)
	if err != nil {
		return 0, 0, err
	}
	switch {
	case e.disks != 0 && e.disks != zipSaturated16, e.disk != 0 && e.disk != zipSaturated16, e.here != e.total:
		return 0, 0, syntax("the zip archive is one of several parts")
	case e.size > uint64(last) || e.offset > uint64(last)-e.size:
		return 0, 0, syntax("the zip archive states a central directory of %d bytes at byte %d; it ends at %d", e.size, e.offset, last)
	}
	length = int64(e.size)
	z.start = last - length
	z.base = z.start - int64(e.offset)
	if z.base > 0 && (length == 0 || !z.has(z.start, zipCentral)) && z.has(int64(e.offset), zipCentral) {
		z.start, z.base = int64(e.offset), 0 // there are bytes between the directory and its end record
	}
	z.spans = append(z.spans, span{z.start, z.start + length})
	return length, e.total, nil
}

// readEnd finds the end record and reads it and the comment.
func (z *zipDirectory) readEnd() (*zipEndRecord, error) {
	n := min(z.size, zipMaxEnd)
	tail, err := z.bytes(z.size-n, n)
	if err != nil {
		return nil, err
	}
	pos := -1
	for i := len(tail) - zipEndSize; i >= 0; i-- {
		if string(tail[i:i+4]) == zipEnd && i+zipEndSize+int(le16(tail[i+20:])) <= len(tail) {
			pos = i
			break
		}
	}
	if pos < 0 {
		return nil, syntax("the zip archive has no end of its central directory")
	}
	b := tail[pos:]
	comment := b[zipEndSize : zipEndSize+int(le16(b[20:]))]
	if bytes.Contains(comment, []byte("PK")) {
		z.extra = "the comment of the zip archive has what may be records of another one"
	}
	z.note(inField("the comment of the zip archive", comment))
	at := z.size - n + int64(pos)
	z.end = at + zipEndSize + int64(len(comment))
	z.spans = append(z.spans, span{at, z.end})
	return &zipEndRecord{at: at, disks: le16(b[4:]), disk: le16(b[6:]), here: uint64(le16(b[8:])), total: uint64(le16(b[10:])),
		size: uint64(le32(b[12:])), offset: uint64(le32(b[16:]))}, nil
}

// readEnd64 replaces the fields of the end record by those of the 64-bit end record (section
// 4.3.14), if there is one. It returns the offset of the first record after the central
// directory.
func (z *zipDirectory) readEnd64(e *zipEndRecord) (last int64, err error) {
	locator, err := z.bytes(e.at-zipLocator64Size, zipLocator64Size)
	if err != nil || string(locator[:4]) != zipLocator64 {
		return e.at, nil
	}
	at := e.at - zipLocator64Size - zipEnd64Size
	r, err := z.bytes(at, zipEnd64Size)
	if err != nil || string(r[:4]) != zipEnd64 || le64(r[4:]) != zipEnd64Size-12 || le64(locator[8:]) > uint64(at) {
		return 0, syntax("the zip archive has no end of its 64-bit central directory where it states it")
	}
	wide := []uint64{le64(r[24:]), le64(r[32:]), le64(r[40:]), le64(r[48:])}
	for i, narrow := range []uint64{e.here, e.total, e.size, e.offset} {
		if saturated := narrow == zipSaturated16 && i < 2 || narrow == zipSaturated32; !saturated && narrow != wide[i] {
			return 0, syntax("the two ends of the central directory of the zip archive disagree: %d and %d", narrow, wide[i])
		}
	}
	e.here, e.total, e.size, e.offset = wide[0], wide[1], wide[2], wide[3]
	z.spans = append(z.spans, span{at, e.at})
	return at, nil
}

func (z *zipDirectory) has(at int64, signature string) bool {
	b, err := z.bytes(at, int64(len(signature)))
	return err == nil && string(b) == signature
}

// readEntries reads the central directory.
func (z *zipDirectory) readEntries(length int64, count uint64) error {
	in := bufio.NewReaderSize(io.NewSectionReader(z.at, z.start, length), 32<<10)
	var fixed [zipCentralSize]byte
	rest := length
	for range count {
		if _, err := io.ReadFull(in, fixed[:]); err != nil || string(fixed[:4]) != zipCentral {
			return syntax("the central directory of the zip archive has fewer than its %d entries", count)
		}
		h := fixed[:]
		names, extra, comment := int(le16(h[28:])), int(le16(h[30:])), int(le16(h[32:]))
		variable := make([]byte, names+extra+comment)
		if _, err := io.ReadFull(in, variable); err != nil {
			return syntax("the central directory of the zip archive ends within an entry: %w", io.ErrUnexpectedEOF)
		}
		rest -= int64(zipCentralSize + len(variable))
		z.note(inField("the comment of an entry of the zip archive", variable[names+extra:]))
		z.note(extraFields(variable[names : names+extra]))
		e := zipEntry{
			name: string(variable[:names]), flags: le16(h[8:]), method: le16(h[10:]), crc: le32(h[16:]),
		}
		if c := h[5]; c == zipCreatorUnix || c == zipCreatorMacOS {
			e.mode = le32(h[38:]) >> 16
		}
		sizes, err := zipSizes(variable[names:names+extra], uint64(le32(h[24:])), uint64(le32(h[20:])), uint64(le32(h[42:])))
		if err != nil || sizes[0] > 1<<62 || sizes[1] > uint64(z.size) || sizes[2] > uint64(z.size) {
			return syntax("the entry %q of the zip archive has an invalid size or offset", e.name)
		}
		if disk := le16(h[34:]); disk != 0 && disk != zipSaturated16 {
			return syntax("the entry %q of the zip archive is in another part", e.name)
		}
		e.size, e.packed, e.header = int64(sizes[0]), int64(sizes[1]), z.base+int64(sizes[2])
		z.entries = append(z.entries, e)
	}
	if rest != 0 {
		z.extra = "the central directory of the zip archive has more than the number of entries that its end states"
	}
	return nil
}

// note keeps the first fault of a field.
func (z *zipDirectory) note(err error) {
	if z.field == nil {
		z.field = err
	}
}

// extraFields checks the extra fields of an entry (section 4.5), each with an id and a length.
func extraFields(extra []byte) error {
	const what = "an extra field of the zip archive"
	if err := inField(what, extra); err != nil {
		return err
	}
	for len(extra) >= 4 {
		n := min(int(le16(extra[2:])), len(extra)-4)
		if err := inField(what, extra[4:4+n]); err != nil {
			return err
		}
		extra = extra[4+n:]
	}
	return nil
}

// zipSizes replaces values that do not fit into 32 bits by those of the extra field (section
// 4.5.3): size, packed size and, in a central header, offset.
func zipSizes(extra []byte, values ...uint64) ([]uint64, error) {
	var wide []byte
	for len(extra) >= 4 {
		id, n := le16(extra), int(le16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break // padding by alignment tools
		}
		if id == zip64Field && wide == nil {
			wide = extra[:n]
		}
		extra = extra[n:]
	}
	for i, v := range values {
		if v != zipSaturated32 || wide == nil {
			continue
		}
		if len(wide) < 8 {
			return nil, errors.New("the 64-bit sizes are cut off")
		}
		values[i], wide = le64(wide), wide[8:]
	}
	return values, nil
}

// locate finds the data of an entry by its local header, and compares the header with the central
// directory.
func (z *zipDirectory) locate(e *zipEntry) error {
	h, err := z.bytes(e.header, zipLocalSize)
	if err != nil {
		return err
	}
	names, extra := int64(le16(h[26:])), int64(le16(h[28:]))
	if string(h[:4]) != zipLocal && !(e.header == 0 && string(h[:4]) == dahuaMagic) {
		return syntax("the entry %q of the zip archive has no local header at byte %d", e.name, e.header)
	}
	variable, err := z.bytes(e.header+zipLocalSize, names+extra)
	if err != nil {
		return err
	}
	z.note(extraFields(variable[names:]))
	e.data = e.header + zipLocalSize + names + extra
	if e.packed > z.size-e.data {
		return syntax("the entry %q of the zip archive ends beyond the archive: %w", e.name, io.ErrUnexpectedEOF)
	}
	end := e.data + e.packed
	flags, crc := le16(h[6:]), le32(h[14:])
	sizes, err := zipSizes(variable[names:], uint64(le32(h[22:])), uint64(le32(h[18:])))
	later := flags&zipHasDescriptor != 0 // fields that are 0 are in the descriptor
	differs := func(local, central uint64) bool { return local != central && !(later && local == 0) }
	switch {
	case err != nil:
		e.fault = "its local header: " + err.Error()
	case string(variable[:names]) != e.name:
		e.fault = "its local header has another name: " + strings.ToValidUTF8(string(variable[:names]), "\ufffd")
	case le16(h[8:]) != e.method:
		e.fault = "its local header has another method of compression"
	case (flags^e.flags)&(zipEncrypted|zipStrong) != 0:
		e.fault = "its local header has another encryption"
	case differs(sizes[0], uint64(e.size)) || differs(sizes[1], uint64(e.packed)):
		e.fault = "its local header has another size"
	case differs(uint64(crc), uint64(e.crc)):
		e.fault = "its local header has another checksum"
	}
	if later {
		n := z.descriptor(e, end)
		if n == 0 && e.fault == "" {
			e.fault = "the sizes after its data are not those of the central directory"
		}
		end += n
	}
	z.spans = append(z.spans, span{e.header, end})
	return nil
}

// descriptor returns the length of the data descriptor (section 4.3.9) after an entry, with or
// without signature and with sizes of 32 or 64 bits. It is 0 if none of these forms matches.
func (z *zipDirectory) descriptor(e *zipEntry, at int64) int64 {
	b, err := z.bytes(at, min(24, z.size-at))
	if err != nil {
		return 0
	}
	narrow := binary.LittleEndian.AppendUint32(nil, e.crc)
	wide := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(bytes.Clone(narrow), uint64(e.packed)), uint64(e.size))
	narrow = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(narrow, uint32(e.packed)), uint32(e.size))
	for _, want := range [][]byte{
		append([]byte(zipDescriptor), wide...), append([]byte(zipDescriptor), narrow...), wide, narrow,
	} {
		if bytes.HasPrefix(b, want) {
			return int64(len(want))
		}
	}
	return 0
}

// unnamed returns the number of bytes that belong to no entry and no record, and the offset of
// the first. It does not count zeros, which align entries, and the signing block of Android
// packages right before the central directory, which readers of zip archives ignore.
func (z *zipDirectory) unnamed() (n, first int64, err error) {
	at := int64(0)
	for _, s := range append(z.spans, span{z.size, z.size}) {
		from, to := at, s.from
		at = s.to
		if s.from == z.start {
			if to, err = z.signingBlock(from, to); err != nil {
				return 0, 0, err
			}
		}
		for buf := make([]byte, min(32<<10, max(0, to-from))); from < to; from += int64(len(buf)) {
			buf = buf[:min(int64(len(buf)), to-from)]
			if _, err := z.at.ReadAt(buf, from); err != nil && err != io.EOF {
				return 0, 0, syntax("the zip archive cannot be read at byte %d: %w", from, err)
			}
			if rest := bytes.TrimLeft(buf, "\x00"); len(rest) > 0 {
				if n == 0 {
					first = from + int64(len(buf)-len(rest))
				}
				n += to - from - int64(len(buf)-len(rest))
				break
			}
		}
	}
	return n, first, nil
}

// signingBlock returns the offset of the signing block of an Android package that ends at to, or
// to if there is none (Android Open Source Project, "APK Signature Scheme v2"). The block has
// its size without the first eight bytes, pairs of length, id and value, the size again, and a
// magic.
func (z *zipDirectory) signingBlock(from, to int64) (int64, error) {
	if to-from < 8+apkSigningTrailer || !z.has(to-16, apkSigningMagic) {
		return to, nil
	}
	trailer, err := z.bytes(to-apkSigningTrailer, 8)
	if err != nil {
		return 0, err
	}
	size := le64(trailer)
	if size < apkSigningTrailer || size > uint64(to-from-8) {
		return to, nil
	}
	start := to - int64(size) - 8
	for at := start; ; {
		b, err := z.bytes(at, 8)
		if err != nil {
			return 0, err
		}
		n := le64(b)
		switch rest := to - apkSigningTrailer - at - 8; {
		case at == start:
			if n != size {
				return to, nil
			}
			at += 8
			continue
		case rest < 0: // at the trailer
			if at != to-apkSigningTrailer {
				return to, nil
			}
			return start, nil
		case n < 4 || n > uint64(rest):
			return to, nil
		}
		at += 8 + int64(n)
	}
}
