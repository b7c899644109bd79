// SPDX-License-Identifier: Apache-2.0

package carve

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
	"github.com/clause76/clause76/vendors"
)

// emit emits a component that was found in the image.
func (x *scanner) emit(c sbom.Component) {
	x.found++
	x.stopped = !x.s.Emit(c)
}

// text returns the text in b up to the first NUL byte, or "" if it is not UTF-8.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	if !utf8.Valid(b) {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// A capsule contains an update for UEFI firmware (UEFI Specification 2.10, 8.5.3 and 23.3). This
// GUID marks the capsules of the Firmware Management Protocol.
const (
	capsuleGUID   = "\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c\xbd\xa1\x71\x94\x19\x9a\xd9\x2a"
	capsuleHeader = 28
	capsuleItems  = 64
)

func capsuleSize(b []byte) int64 {
	if len(b) < capsuleHeader {
		return 0
	}
	header, size := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[24:])
	if header < capsuleHeader || header > 4096 || size <= header {
		return 0
	}
	return int64(header)
}

// guid formats a GUID. In memory, its first three parts are little-endian.
func guid(b []byte) string {
	le := binary.LittleEndian
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(b), le.Uint16(b[4:]), le.Uint16(b[6:]), b[8:10], b[10:16])
}

// capsule reads the headers of a capsule. The scan continues with the content after them.
func (x *scanner) capsule(f *find, size int64, at vendors.Location) error {
	if err := x.fill(window); err != nil {
		return err
	}
	b := x.buf[size:]
	le := binary.LittleEndian
	if len(b) < 8 || le.Uint32(b) != 1 {
		x.malformed(f, at, "has no firmware management header of version 1")
		return nil
	}
	drivers, items := int(le.Uint16(b[4:])), int(le.Uint16(b[6:]))
	if drivers+items == 0 || items > capsuleItems || len(b) < 8+8*(drivers+items) {
		x.malformed(f, at, "has %d drivers and %d items", drivers, items)
		return nil
	}
	c := sbom.Component{Ref: at.Pointer, Type: "firmware", Name: "UEFI capsule", Placement: sbom.Primary, Location: at}
	for i := range items {
		start := le.Uint64(b[8+8*(drivers+i):])
		if start > uint64(len(b)) || len(b)-int(start) < 20 {
			x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("the header of item %d of the capsule is too far from its start, and was not screened", i), at)
			continue
		}
		where := vendors.Location{Pointer: fmt.Sprintf("%s/item/%d", at.Pointer, i), Offset: x.start + size + int64(start) + 4}
		x.s.Claim(&c, vendors.Namespace, vendors.KindGUID, guid(b[start+4:]), where)
	}
	x.incomplete = true
	x.emit(c)
	x.drop(int(size))
	return nil
}

// A uImage has a header of 64 bytes, which contains a name (U-Boot, include/image.h). Numbers are
// big-endian.
const (
	ubootMagic  = "\x27\x05\x19\x56"
	ubootHeader = 64
	ubootSumAt  = 4
	ubootSizeAt = 12
	ubootNameAt = 32
)

// ubootSize returns the size of a uImage with its header, or 0 if the checksum of the header is
// wrong.
func ubootSize(b []byte) int64 {
	if len(b) < ubootHeader {
		return 0
	}
	header := bytes.Clone(b[:ubootHeader])
	sum := binary.BigEndian.Uint32(header[ubootSumAt:])
	clear(header[ubootSumAt : ubootSumAt+4])
	if crc32.ChecksumIEEE(header) != sum {
		return 0
	}
	return ubootHeader + int64(binary.BigEndian.Uint32(b[ubootSizeAt:]))
}

// uboot reads a uImage. Its content is unpacked if it is compressed by a known method.
func (x *scanner) uboot(f *find, size int64, at vendors.Location) error {
	c := sbom.Component{Ref: at.Pointer, Type: "firmware", Name: "uImage", Location: at}
	if name := text(x.buf[ubootNameAt:ubootHeader]); name != "" {
		c.Name = name
		x.s.Claim(&c, vendors.Mention, vendors.KindProduct, name, vendors.Location{Pointer: at.Pointer + "/name", Offset: at.Offset + ubootNameAt})
	}
	if x.emit(c); x.stopped {
		return nil
	}
	if size > maxVolume || x.src.Open == nil {
		x.drop(ubootHeader)
		return nil
	}
	if err := x.fill(int(size)); err != nil {
		return err
	}
	if int64(len(x.buf)) < size {
		x.s.Malformed(sbom.WarnIncomplete, "the uImage extends past the end of the image", at)
		x.drop(ubootHeader)
		return nil
	}
	payload := x.buf[ubootHeader:size]
	if !unpack.Known(payload[:min(len(payload), 64)]) { // the scan continues with the content
		x.drop(ubootHeader)
		return nil
	}
	known, err := x.unpacked(f, payload, at)
	if err != nil || x.stopped {
		return err
	}
	if known == 0 {
		x.incomplete = true
	}
	x.drop(int(size))
	return nil
}

// unpacked reads the documents in packed data and returns how many of them are in a known format.
// If at least one is, the others count as not screened.
func (x *scanner) unpacked(f *find, data []byte, at vendors.Location) (known int, err error) {
	unknown := 0
	for item := range unpack.Walk(x.ctx, unpack.Source{Path: at.Pointer, Reader: bytes.NewReader(data)}, nil) {
		n, err := x.document(f, item)
		if known += n; n == 0 {
			unknown++
		}
		if err != nil || x.stopped {
			return known, err
		}
	}
	if known > 0 && unknown > 0 {
		x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("%d files in %s in the image are not in a supported format, and were not screened", unknown, f.what), at)
	}
	return known, nil
}

// TlvInfo describes a network switch, in its EEPROM (Open Network Install Environment, "EEPROM
// Format"). Numbers are big-endian.
const (
	onieMagic  = "TlvInfo\x00\x01"
	onieHeader = 11
)

func onieSize(b []byte) int64 {
	if len(b) < onieHeader {
		return 0
	}
	return onieHeader + int64(binary.BigEndian.Uint16(b[onieHeader-2:]))
}

// onieFields are the entries that make claims, by their codes.
var onieFields = map[byte]struct {
	name string
	role vendors.Role
	kind vendors.Kind
}{
	0x21: {"product-name", vendors.Reference, vendors.KindProduct},
	0x22: {"part-number", vendors.Reference, vendors.KindProduct},
	0x24: {"base-mac", vendors.Namespace, vendors.KindOUI},
	0x28: {"platform-name", vendors.Mention, vendors.KindText},
	0x2b: {"manufacturer", vendors.Manufacturer, vendors.KindName},
	0x2d: {"vendor", vendors.Supplier, vendors.KindName},
	0xfd: {"vendor-extension", vendors.Reference, vendors.KindPEN},
}

// onie reads TlvInfo.
func (x *scanner) onie(f *find, size int64, at vendors.Location) error {
	if ok, err := x.buffered(f, size, at); !ok {
		return err
	}
	b := x.buf[onieHeader:size]
	c := sbom.Component{Ref: at.Pointer, Type: "device", Category: "telecommunicationsEquipment", Name: "switch", Placement: sbom.Primary, Location: at}
	checked := false
	for place := 0; place < len(b); {
		if len(b)-place < 2 || len(b)-place-2 < int(b[place+1]) {
			c.Malformed++
			x.s.Warn(sbom.WarnMalformed, "an entry of TlvInfo extends past its end", at)
			break
		}
		code, v := b[place], b[place+2:place+2+int(b[place+1])]
		where := vendors.Location{Offset: at.Offset + onieHeader + int64(place) + 2}
		place += 2 + len(v)
		field, ok := onieFields[code]
		where.Pointer = fmt.Sprintf("%s/%s", at.Pointer, field.name)
		value := text(v)
		switch {
		case code == 0xfe && len(v) == 4:
			checked = crc32.ChecksumIEEE(x.buf[:onieHeader+place-4]) == binary.BigEndian.Uint32(v)
		case !ok:
			continue
		case code == 0x24 && len(v) == 6:
			value = fmt.Sprintf("%x", v)
		case code == 0xfd && len(v) >= 4:
			value = fmt.Sprint(binary.BigEndian.Uint32(v))
		case value == "" && len(v) > 0, code == 0x24, code == 0xfd:
			c.Malformed++
			x.s.Warn(sbom.WarnMalformed, "invalid "+field.name+" in TlvInfo; it was not screened", where)
			continue
		}
		switch code {
		case 0x21:
			c.Name = value
		case 0x2b:
			c.Group = value
		}
		if ok {
			x.s.Claim(&c, field.role, field.kind, value, where)
		}
	}
	if !checked {
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, "the checksum of TlvInfo is missing or wrong", at)
	}
	x.emit(c)
	x.drop(int(size))
	return nil
}
