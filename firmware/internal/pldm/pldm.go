// SPDX-License-Identifier: Apache-2.0

// Package pldm reads the headers of firmware update packages for PLDM, which management
// controllers send to the devices in a server (DMTF DSP0267, formats 1 to 4).
//
// Each device record is a primary component. Its claims are the identifiers with which the
// package selects devices: PCI vendor, IANA private enterprise number, UUID, PnP and ACPI
// vendor. Each image in the package is a part. The contents of the images are not read and
// count as not screened. A wrong checksum of the header counts as malformed.
package pldm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "pldm"

// formats maps the identifier of a header to its format revision.
var formats = map[string]byte{
	"f018878ccb7d49439800a02f059aca02": 1,
	"1244d2648d7d4718a030fc8a56587d5a": 2,
	"3119ce2fe80a4a99af6d46f8b121f6bf": 3,
	"7b291c996db64208801b02026e463c78": 4,
}

// maxHeader is the largest size of a header, because the size is a number of two bytes.
const maxHeader = 1<<16 - 1

// Sniff reports whether a document that starts with head is a package.
func Sniff(head []byte) bool {
	return len(head) >= 19 && formats[hex.EncodeToString(head[:16])] != 0
}

// Read returns the devices and images of a package.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		start := make([]byte, 19)
		if _, err := io.ReadFull(r, start); err != nil {
			return short(0, err)
		}
		revision := formats[hex.EncodeToString(start[:16])]
		size := int(binary.LittleEndian.Uint16(start[17:]))
		if size < len(start)+4 {
			return &sbom.Error{Offset: 17, Kind: sbom.ErrSyntax, Err: fmt.Errorf("a header of %d bytes; expected at least %d", size, len(start)+4)}
		}
		data := append(start, make([]byte, size-len(start))...)
		if _, err := io.ReadFull(r, data[len(start):]); err != nil {
			return short(int64(len(start)), err)
		}
		if start[16] != revision {
			s.Malformed(sbom.WarnMalformed, fmt.Sprintf("the header states format %d, but its identifier is that of format %d", start[16], revision), vendors.Location{Offset: 16})
		}
		x := &reader{s: s, data: data, at: len(start), revision: revision}
		if err := x.header(); err != nil || x.stopped {
			return err
		}
		return x.images(r, int64(size))
	})
}

func short(at int64, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &sbom.Error{Offset: at, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the header ends too early: %w", io.ErrUnexpectedEOF)}
	}
	return format.ReadError(at, err)
}

type reader struct {
	s        *sbom.Sink
	data     []byte
	at       int
	revision byte
	err      error
	stopped  bool
	end      int64 // of the last image
}

// take returns the next n bytes of the header. After its end it returns zeros and sets err.
func (x *reader) take(n int) []byte {
	if x.err == nil && (n < 0 || n > len(x.data)-x.at) { // n can be negative where int has 32 bits
		x.err = &sbom.Error{Offset: int64(x.at), Kind: sbom.ErrSyntax, Err: fmt.Errorf("a field of %d bytes; the header has %d left", n, len(x.data)-x.at)}
	}
	if x.err != nil {
		return make([]byte, max(0, min(n, maxHeader)))
	}
	x.at += n
	return x.data[x.at-n : x.at]
}

func (x *reader) u8() int  { return int(x.take(1)[0]) }
func (x *reader) u16() int { return int(binary.LittleEndian.Uint16(x.take(2))) }
func (x *reader) u32() int { return int(binary.LittleEndian.Uint32(x.take(4))) }

// text reads a string of n bytes. Type 1 is ASCII, 2 is UTF-8, 3 to 5 are UTF-16.
func (x *reader) text(typ, n int) string {
	raw := x.take(n)
	if typ >= 3 && typ <= 5 {
		order := binary.ByteOrder(binary.LittleEndian)
		if typ == 5 {
			order = binary.BigEndian
		}
		var units []uint16
		for ; len(raw) >= 2; raw = raw[2:] {
			units = append(units, order.Uint16(raw))
		}
		return string(utf16.Decode(units))
	}
	return string(bytes.TrimRight(raw, "\x00"))
}

// header reads the fields of the header after its size.
func (x *reader) header() error {
	x.take(13) // release date and time
	bitmap := (x.u16() + 7) / 8
	version := x.text(x.u8(), x.u8())
	if err := x.records("device", bitmap, version); err != nil || x.stopped {
		return err
	}
	if x.revision >= 2 {
		if err := x.records("downstream-device", bitmap, version); err != nil || x.stopped {
			return err
		}
	}
	images := x.u16()
	for i := range images {
		if x.err != nil {
			return x.err
		}
		c := sbom.Component{Type: "firmware", Location: vendors.Location{Pointer: "/image/" + strconv.Itoa(i), Offset: int64(x.at)}}
		c.Ref = c.Location.Pointer
		x.take(2) // classification
		c.Name = fmt.Sprintf("image %d", x.u16())
		x.take(8) // comparison stamp, options, activation
		start, size := x.u32(), x.u32()
		c.Version = x.text(x.u8(), x.u8())
		if x.revision >= 3 {
			x.take(x.u32()) // opaque data
		}
		if x.err != nil {
			return x.err
		}
		x.end = max(x.end, int64(start)+int64(size))
		if x.stopped = !x.s.Emit(c); x.stopped {
			return nil
		}
	}
	at := x.at
	sum := uint32(x.u32())
	if x.revision >= 4 {
		x.take(4) // checksum of the images
	}
	if x.err != nil {
		return x.err
	}
	if real := crc32.ChecksumIEEE(x.data[:at]); real != sum {
		x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("the checksum of the header is %08x; the header states %08x", real, sum), vendors.Location{Offset: int64(at)})
	}
	if x.at < len(x.data) {
		x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("%d bytes after the last field of the header were not screened", len(x.data)-x.at), vendors.Location{Offset: int64(x.at)})
	}
	return nil
}

// images skips the images. It is an error if they end too early.
func (x *reader) images(r io.Reader, header int64) error {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return format.ReadError(header+n, err)
	}
	if header+n < x.end {
		return &sbom.Error{Offset: header + n, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the images end too early: %d of %d bytes: %w", header+n, x.end, io.ErrUnexpectedEOF)}
	}
	if n > 0 {
		x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("%d bytes of images after the header were not screened", n), vendors.Location{Offset: header})
	}
	return nil
}

// records reads the device identification records.
func (x *reader) records(kind string, bitmap int, version string) error {
	for i := range x.u8() {
		start := x.at
		length := x.u16()
		count := x.u8()
		options := x.u32()
		typ, own, data, manifest := x.u8(), x.u8(), x.u16(), 0
		if x.revision >= 4 {
			manifest = x.u32()
		}
		x.take(bitmap)
		c := sbom.Component{Type: "device", Placement: sbom.Primary, Name: kind, Location: vendors.Location{Pointer: fmt.Sprintf("/%s/%d", kind, i), Offset: int64(start)}}
		c.Ref = c.Location.Pointer
		c.Version = x.text(typ, own)
		if kind == "downstream-device" && options&1 != 0 {
			x.take(4) // the comparison stamp of that version
		}
		if c.Version == "" || kind == "downstream-device" { // a downstream record states the oldest version that can be updated
			c.Version = version
		}
		for d := range count {
			x.descriptor(&c, d)
			if x.err != nil {
				return x.err
			}
		}
		x.take(data)
		x.take(manifest)
		switch {
		case x.err != nil:
			return x.err
		case x.at != start+length:
			return &sbom.Error{Pointer: c.Location.Pointer, Offset: int64(start), Kind: sbom.ErrSyntax, Err: fmt.Errorf("a record states %d bytes, but its fields have %d", length, x.at-start)}
		}
		if x.stopped = !x.s.Emit(c); x.stopped {
			return nil
		}
	}
	return x.err
}

// descriptor reads one identifier of a device (DSP0267, table of descriptors).
func (x *reader) descriptor(c *sbom.Component, i int) {
	typ, n := x.u16(), x.u16()
	at := vendors.Location{Pointer: fmt.Sprintf("%s/descriptor/%d", c.Location.Pointer, i), Offset: int64(x.at)}
	v := x.take(n)
	if x.err != nil {
		return
	}
	le := binary.LittleEndian
	claim := func(role vendors.Role, kind vendors.Kind, size int, value func() string) {
		if len(v) != size {
			c.Malformed++
			x.s.Warn(sbom.WarnMalformed, fmt.Sprintf("an identifier of type 0x%04x has %d bytes; expected %d; it was not screened", typ, len(v), size), at)
			return
		}
		x.s.Claim(c, role, kind, value(), at)
	}
	pci := func() string { return fmt.Sprintf("%04x", le.Uint16(v)) }
	text := func() string { return string(bytes.TrimRight(v, "\x00")) }
	switch typ {
	case 0x0000:
		claim(vendors.Namespace, vendors.KindPCI, 2, pci)
	case 0x0001:
		claim(vendors.Namespace, vendors.KindPEN, 4, func() string { return strconv.FormatUint(uint64(le.Uint32(v)), 10) })
	case 0x0002:
		claim(vendors.Namespace, vendors.KindGUID, 16, func() string {
			return fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:])
		})
	case 0x0003:
		claim(vendors.Namespace, vendors.KindPNP, 3, text)
	case 0x0004:
		claim(vendors.Namespace, vendors.KindACPI, 4, text)
	case 0x0005: // an IEEE company id
		claim(vendors.Namespace, vendors.KindOUI, 3, func() string { return hex.EncodeToString(v) })
	case 0x0006: // a T10 vendor ID of eight characters
		claim(vendors.Manufacturer, vendors.KindName, 8, func() string { return strings.TrimSpace(text()) })
	case 0x0101: // the vendor of the card; 0x0000 is the vendor of the chip
		claim(vendors.Reference, vendors.KindPCI, 2, pci)
	case 0x0106, 0x0107, 0x0108: // model numbers in text
		claim(vendors.Reference, vendors.KindProduct, len(v), func() string { return strings.TrimSpace(strings.ToValidUTF8(text(), "")) })
	case 0x0100, 0x0102, 0x0103, 0x0104, 0x0105, 0x0109, 0x010a, 0x010b: // numbers of models and revisions
	case 0xffff:
		x.own(c, v, at)
	default:
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, fmt.Sprintf("an identifier of the unknown type 0x%04x was not screened", typ), at)
	}
}

// own reads a vendor-defined identifier, which has a title and data.
func (x *reader) own(c *sbom.Component, v []byte, at vendors.Location) {
	if len(v) < 2 || 2+int(v[1]) > len(v) {
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, "a vendor-defined identifier without a title was not screened", at)
		return
	}
	inner := &reader{data: v[2:]}
	if title := inner.text(int(v[0]), int(v[1])); utf8.ValidString(title) && inner.err == nil {
		at.Offset += 2
		x.s.Claim(c, vendors.Mention, vendors.KindText, title, at)
	} else {
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, errors.Join(errors.New("invalid title of a vendor-defined identifier; it was not screened"), inner.err).Error(), at)
	}
}
