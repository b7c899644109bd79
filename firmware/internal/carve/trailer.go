// SPDX-License-Identifier: Apache-2.0

package carve

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// tailSize is how many bytes at the end of an image are searched for trailers.
const tailSize = 64 << 10

// remember appends dropped bytes to tail. Bytes that no longer fit there go into the checksum.
func (x *scanner) remember(gone []byte) {
	if over := len(x.tail) + len(gone) - tailSize; over > 0 {
		first := min(over, len(x.tail))
		x.crc = crc32.Update(x.crc, crc32.IEEETable, x.tail[:first])
		x.crc = crc32.Update(x.crc, crc32.IEEETable, gone[:over-first])
		x.tail, gone = x.tail[:copy(x.tail, x.tail[first:])], gone[over-first:]
	}
	x.tail = append(x.tail, gone...)
}

// A trailer of fwtool has a magic, the CRC of all bytes before the trailer, a type, three bytes of
// padding, and the size of the block including the trailer. Numbers are big-endian. A block of
// metadata starts with a header: version and flags, four bytes each.
const (
	trailerSize  = 16
	trailerMagic = "FWx0"
	trailerInfo  = 1
	infoHeader   = 8
)

// metadata is the JSON of a trailer (OpenWrt, include/image-commands.mk, append-metadata).
type metadata struct {
	SupportedDevices []string `json:"supported_devices"`
	NewSupported     []string `json:"new_supported_devices"`
	Version          struct {
		Dist    string `json:"dist"`
		Version string `json:"version"`
		Board   string `json:"board"`
	} `json:"version"`
}

// trailers reads the blocks at the end of the image, starting with the last one.
func (x *scanner) trailers() {
	x.drop(len(x.buf))
	end := x.tail
	base := x.start - int64(len(end))
	for n := 1; n <= 8 && len(end) >= trailerSize && !x.stopped; n++ {
		t := end[len(end)-trailerSize:]
		if string(t[:4]) != trailerMagic {
			return
		}
		sum, kind, size := binary.BigEndian.Uint32(t[4:]), t[8], int64(binary.BigEndian.Uint32(t[12:]))
		at := vendors.Location{Pointer: fmt.Sprintf("/trailer/%d", n), Offset: base + int64(len(end)) - trailerSize}
		if crc := ^crc32.Update(x.crc, crc32.IEEETable, end[:len(end)-trailerSize]); crc != sum {
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("the checksum of the image is %08x; its trailer states %08x", crc, sum), at)
		}
		if size < trailerSize || size > int64(len(end)) || kind == trailerInfo && size < trailerSize+infoHeader {
			x.found++
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("the trailer of the image states a block of %d bytes; expected %d to %d", size, trailerSize, len(end)), at)
			return
		}
		block := end[int64(len(end))-size : len(end)-trailerSize]
		end = end[:int64(len(end))-size]
		if kind == trailerInfo { // the other types are signatures
			at.Offset = base + int64(len(end)) + infoHeader
			x.info(block[infoHeader:], at)
		}
	}
}

// info emits the component that the metadata describes.
func (x *scanner) info(block []byte, at vendors.Location) {
	var m metadata
	if err := json.Unmarshal(block, &m); err != nil {
		x.found++
		x.s.Malformed(sbom.WarnMalformed, "invalid metadata at the end of the image: "+err.Error(), at)
		return
	}
	x.found++
	c := sbom.Component{Ref: at.Pointer, Type: "device", Category: "telecommunicationsEquipment", Placement: sbom.Primary, Name: m.Version.Board, Version: m.Version.Version, Location: at}
	claim := func(kind vendors.Kind, role vendors.Role, value, pointer string) {
		where := vendors.Location{Pointer: at.Pointer + pointer, Offset: at.Offset}
		if i := bytes.Index(block, []byte(`"`+value+`"`)); i >= 0 {
			where.Offset += int64(i) + 1
		}
		x.s.Claim(&c, role, kind, value, where)
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"supported_devices", m.SupportedDevices}, {"new_supported_devices", m.NewSupported}} {
		for i, device := range list.values {
			pointer := fmt.Sprintf("/%s/%d", list.name, i)
			if bytes.IndexByte([]byte(device), ',') >= 0 {
				claim(vendors.KindDeviceTree, vendors.Namespace, device, pointer)
			} else {
				claim(vendors.KindProduct, vendors.Reference, device, pointer)
			}
		}
	}
	claim(vendors.KindProduct, vendors.Reference, m.Version.Board, "/version/board")
	if c.Name == "" {
		c.Name = "device"
	}
	x.stopped = !x.s.Emit(c)
}
