// SPDX-License-Identifier: Apache-2.0

package carve_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"
)

// capsule returns a firmware management capsule with one item, for images of a type.
func capsule(id string, payload []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c\xbd\xa1\x71\x94\x19\x9a\xd9\x2a"), 28, 0, 0, 0)
	b = le.AppendUint32(b, 0x10000)
	b = le.AppendUint32(b, uint32(28+16+44+len(payload)))
	b = append(b, 1, 0, 0, 0, 0, 0, 1, 0)
	b = le.AppendUint64(b, 16)
	b = append(le.AppendUint32(b, 3), id...)
	return append(append(b, make([]byte, 24)...), payload...)
}

// uboot returns a uImage with this payload.
func uboot(name string, payload []byte) []byte {
	be := binary.BigEndian
	b := append([]byte("\x27\x05\x19\x56\x00\x00\x00\x00"), 0, 0, 0, 0)
	b = be.AppendUint32(b, uint32(len(payload)))
	b = append(b, make([]byte, 16)...)
	b = append(append(b, name...), make([]byte, 32-len(name))...)
	be.PutUint32(b[4:], crc32.ChecksumIEEE(b))
	return append(b, payload...)
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// onie returns TlvInfo with these entries and its checksum.
func onie(entries ...string) []byte {
	body := strings.Join(entries, "")
	b := binary.BigEndian.AppendUint16([]byte("TlvInfo\x00\x01"), uint16(len(body)+6))
	b = append(append(b, body...), 0xfe, 4)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func TestHeaders(t *testing.T) {
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	flip := func(data []byte, at int) []byte { data = bytes.Clone(data); data[at] ^= 1; return data }
	zte := "\x2b\x03ZTE" + "\x21\x04ZXR1" + "\x24\x06\x00\x15\xeb\x01\x02\x03" + "\xfd\x06\x00\x00\x0f\x3exx" + "\x23\x01S"
	for _, tt := range []struct {
		name, want string
		data       []byte
		malformed  int
	}{
		{"a capsule", "UEFI capsule: namespace guid 00010203-0405-0607-0809-0a0b0c0d0e0f",
			capsule("\x03\x02\x01\x00\x05\x04\x07\x06\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", noise(100)), 1},
		{"a capsule with a devicetree", "UEFI capsule: namespace guid 00010203-0405-0607-0809-0a0b0c0d0e0f; devicetree: namespace devicetree zte,x",
			capsule("\x03\x02\x01\x00\x05\x04\x07\x06\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", tree("zte,x")), 1},
		{"a uImage", "MIPS Huawei Linux-5.15: mention product MIPS Huawei Linux-5.15", uboot("MIPS Huawei Linux-5.15", noise(1000)), 1},
		{"a uImage with a compressed devicetree", "Linux: mention product Linux; devicetree: namespace devicetree zte,x", uboot("Linux", gzipped(append([]byte{0}, tree("zte,x")...))), 0},
		{"a uImage with gzip data that is corrupt at its end", "Linux: mention product Linux", uboot("Linux", flip(gzipped(append([]byte{0}, tree("zte,x")...)), len(gzipped(append([]byte{0}, tree("zte,x")...)))-6)), 1},
		{"a bill of materials without components", "", append([]byte{0, 0}, "SBOM\xd6\xba\x2e\xac\xa3\xe6\x7a\x52\xaa\xee\x3b\xaf\x04\x1a\x00\x37\x00\x00\x00\x00\x00\x01{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"x\":12345}"...), 1},
		{"a uImage with a wrong checksum in front of a devicetree", "devicetree: namespace devicetree zte,x", flip(uboot("Linux", tree("zte,x")), 40), 1},
		{"TlvInfo", "ZXR1: manufacturer name ZTE, reference product ZXR1, namespace oui 0015eb010203, reference pen 3902", join(onie(zte), bytes.Repeat([]byte{0xff}, 100)), 0},
		{"TlvInfo with a wrong checksum", "ZXR1: manufacturer name ZTE, reference product ZXR1, namespace oui 0015eb010203, reference pen 3902", flip(onie(zte), 46), 1},
		{"TlvInfo with an entry that is too long", "switch: manufacturer name ZTE", onie("\x2b\x03ZTE" + "\x21\xffx"), 2},
	} {
		doc := open(bytes.NewReader(tt.data), nil, 0, nil)
		var parts []string
		for c, err := range doc.Components() {
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			part := c.Name
			for i, cl := range c.Claims {
				part += []string{": ", ", "}[min(i, 1)] + string(cl.Role) + " " + string(cl.Kind) + " " + cl.Value
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, "; "); got != tt.want || doc.Header().Malformed != tt.malformed {
			t.Errorf("%s: %s, %+v; want %s", tt.name, got, doc.Header(), tt.want)
		}
		step := 1
		if testing.Short() {
			step = 16
		}
		for n := 0; n < len(tt.data); n += step { // no panic, and never clear if it was cut
			for _, b := range []byte{0, 0xff} {
				bad := bytes.Clone(tt.data)
				bad[n] = b
				for range open(bytes.NewReader(bad), nil, 0, nil).Components() {
				}
			}
		}
	}
}
