// SPDX-License-Identifier: Apache-2.0

package pldm_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/pldm"
	"github.com/clause76/clause76/sbom"
)

var ids = []string{"", "f018878ccb7d49439800a02f059aca02", "1244d2648d7d4718a030fc8a56587d5a", "3119ce2fe80a4a99af6d46f8b121f6bf", "7b291c996db64208801b02026e463c78"}

// put appends numbers in the width of their types, and strings.
func put(b []byte, values ...any) []byte {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			b, _ = binary.Append(b, binary.LittleEndian, v)
		}
	}
	return b
}

// descriptor returns an identifier of a device.
func descriptor(typ uint16, data string) string {
	return string(put(nil, typ, uint16(len(data)), data))
}

// record returns a device record.
func record(revision byte, downstream bool, descriptors ...string) []byte {
	rest := put(nil, uint8(len(descriptors)), uint32(1), uint8(1), uint8(3), uint16(2))
	if revision >= 4 {
		rest = put(rest, uint32(1))
	}
	rest = put(rest, uint8(1), "2.0") // bitmap, version
	if downstream {
		rest = put(rest, uint32(9))
	}
	rest = put(rest, strings.Join(descriptors, ""), "DD")
	if revision >= 4 {
		rest = put(rest, "M")
	}
	return put(put(nil, uint16(len(rest)+2)), rest)
}

// pack returns a package for one device, with one image.
func pack(revision byte, descriptors ...string) []byte {
	rest := put(nil, make([]byte, 13), uint16(8), uint8(1), uint8(3), "1.0", uint8(1), record(revision, false, descriptors...))
	if revision >= 2 {
		rest = put(rest, uint8(1), record(revision, true, descriptor(0x0001, "\xdb\x07\x00\x00")))
	}
	tail := 4
	if revision >= 4 {
		tail = 8
	}
	image := put(nil, uint16(1), uint16(10), uint16(77), uint32(0), uint16(0), uint16(0))
	size := 19 + len(rest) + len(image) + 8 + 5 + tail
	if revision >= 3 {
		size += 5
	}
	image = put(image, uint32(size), uint32(5), uint8(2), uint8(3), "3.1")
	if revision >= 3 {
		image = put(image, uint32(1), "O")
	}
	id, _ := hex.DecodeString(ids[revision])
	b := put(nil, id, revision, uint16(size), rest, image)
	b = put(b, crc32.ChecksumIEEE(b))
	if revision >= 4 {
		b = put(b, uint32(0))
	}
	return put(b, "image")
}

func show(data []byte) (string, sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s %s", c.Location.Pointer, c.Name, c.Version)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

func Example() {
	data := pack(1, descriptor(0x0000, "\xe5\x19"), descriptor(0x0001, "\xdb\x07\x00\x00"))
	for c, err := range pldm.Read(bytes.NewReader(data), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// device 2.0 <nil>
	// namespace pci 19e5 /device/0/descriptor/0
	// namespace pen 2011 /device/0/descriptor/1
	// image 77 3.1 <nil>
}

func TestRead(t *testing.T) {
	all := []string{
		descriptor(0x0000, "\xe5\x19"), descriptor(0x0002, "0123456789abcdef"), descriptor(0x0003, "HWV"), descriptor(0x0004, "HISI"),
		descriptor(0x0005, "\x00\x18\x82"), descriptor(0x0006, "HUAWEI  "), descriptor(0x0101, "\xe5\x19"), descriptor(0x0106, "SP580"), descriptor(0xffff, "\x01\x03ABCdata"), descriptor(0x0100, "xx"),
	}
	const claims = "; namespace pci 19e5; namespace guid 30313233-3435-3637-3839-616263646566; namespace pnp HWV; namespace acpi HISI; namespace oui 001882; manufacturer name HUAWEI; reference pci 19e5; reference product SP580; mention text ABC\n"
	for revision := byte(1); revision <= 4; revision++ {
		want := "/device/0 device 2.0" + claims
		if revision >= 2 {
			want += "/downstream-device/0 downstream-device 1.0; namespace pen 2011\n"
		}
		want += "/image/0 image 77 3.1\n"
		data := pack(revision, all...)
		if got, h, err := show(data); got != want || err != nil || h.Malformed != 1 {
			t.Errorf("revision %d: %+v %v\n%swant:\n%s", revision, h, err, got, want)
		}
		for n := range data {
			if got, _, err := show(data[:n]); err == nil {
				t.Errorf("revision %d, cut at %d: %s", revision, n, got)
			}
			for _, b := range []byte{0, 1, 0x7f, 0xff} {
				bad := bytes.Clone(data)
				bad[n] = b
				if _, h, err := show(bad); err == nil && h.Malformed < 2 && b != data[n] && n < len(data)-13 {
					t.Errorf("revision %d: byte %02x at %d is not noticed", revision, b, n)
				}
			}
		}
	}
	short := pack(1, descriptor(0x0000, "\xe5"), descriptor(0xffff, "\x01\x09OEM"))
	if got, h, err := show(short); err != nil || h.Malformed != 3 || strings.Contains(got, ";") {
		t.Errorf("identifiers of a wrong size: %s %+v %v", got, h, err)
	}
	if got, h, err := show(pack(1, descriptor(0x0001, "\xdb\x07\x00\x00"), descriptor(0x0042, "\xdb\x07"))); err != nil || h.Malformed != 2 || !strings.Contains(got, "namespace pen 2011") {
		t.Errorf("an identifier of an unknown type: %s %+v %v", got, h, err)
	}
	for _, err := range pldm.Read(strings.NewReader("x"), nil).Components() {
		if !errors.Is(err, sbom.ErrSyntax) {
			t.Errorf("one byte: %v", err)
		}
	}
}
