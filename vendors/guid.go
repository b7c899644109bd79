// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Namespaces of name-based UUIDs: that of domain names (RFC 9562, 6.6), and the one in
// which Windows and fwupd make computer hardware ids.
var (
	namespaceDNS  = [16]byte{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	namespaceCHID = [16]byte{0x70, 0xff, 0xd8, 0x12, 0x4c, 0x7f, 0x4c, 0x7d}
)

// SUITVendorID returns the vendor id that a SUIT manifest has for a domain: its UUID of
// version 5 (RFC 9124, 3.3).
func SUITVendorID(domain string) string { return uuid5(namespaceDNS, []byte(domain)) }

// ManufacturerCHID returns the computer hardware id of a manufacturer's string alone
// (HardwareID-14): the UUID of version 5 of its UTF-16LE form.
func ManufacturerCHID(manufacturer string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(manufacturer)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return uuid5(namespaceCHID, b)
}

func uuid5(namespace [16]byte, name []byte) string {
	sum := sha1.Sum(append(namespace[:], name...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// computed returns the identifiers that are hashes of this one. They are reversed by
// computing them for everything that the register has, never by guessing.
func (id *Identifier) computed() *Identifier {
	c := *id
	switch id.Kind {
	case "domain":
		c.Kind, c.Value = "suitVendorID", SUITVendorID(id.Value)
		c.Source = "computed from the domain " + id.Value + " (RFC 9124, 3.3); " + id.Source
	case "deviceManufacturer":
		c.Kind, c.Value = "chid", ManufacturerCHID(id.Value)
		c.Source = "computed from the manufacturer string " + id.Value + "; " + id.Source
	default:
		return nil
	}
	return &c
}
