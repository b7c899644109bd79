// SPDX-License-Identifier: Apache-2.0

// Package guid computes the GUIDs that other specifications derive from a vendor's domain, a
// manufacturer's name or the id of a device. All are UUIDs of version 5 (RFC 9562, 5.5), so a register
// recognizes them by computing them from its own entries.
package guid

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Namespaces of UUIDs: that of domain names (RFC 9562, 6.6), and the one that Windows and fwupd
// use for computer hardware ids.
var (
	namespaceDNS  = UUID{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	namespaceCHID = UUID{0x70, 0xff, 0xd8, 0x12, 0x4c, 0x7f, 0x4c, 0x7d}
)

// A UUID has its bytes in the order of its text.
type UUID [16]byte

// String returns the text of a UUID in lower case.
func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// SUITVendor returns the vendor id of a domain in SUIT manifests (RFC 9124, 3.3).
func SUITVendor(domain string) UUID {
	return sum(append(namespaceDNS[:len(namespaceDNS):len(namespaceDNS)], domain...))
}

// ManufacturerCHID returns the computer hardware id of a manufacturer's name alone
// (HardwareID-14), which is made of its UTF-16LE form.
func ManufacturerCHID(manufacturer string) UUID {
	name := namespaceCHID[:len(namespaceCHID):len(namespaceCHID)]
	for _, u := range utf16.Encode([]rune(manufacturer)) {
		name = binary.LittleEndian.AppendUint16(name, u)
	}
	return sum(name)
}

// A Bus is a bus with vendor ids and device ids.
type Bus string

// The buses of which fwupd makes GUIDs of devices.
const (
	PCI Bus = "pci"
	USB Bus = "usb"
)

// DeviceID returns the id of a device as fwupd writes it: "USB\\VID_2CB7&PID_0104".
func (b Bus) DeviceID(vendor, device uint16) string {
	if b == USB {
		return fmt.Sprintf(`USB\VID_%04X&PID_%04X`, vendor, device)
	}
	return fmt.Sprintf(`PCI\VEN_%04X&DEV_%04X`, vendor, device)
}

// Devices yields the GUIDs of all 65,536 devices that a vendor id on a bus can have, in order of
// the device ids (fwupd, "Hardware ids", fwupd_guid_hash_string).
func (b Bus) Devices(vendor uint16) func(yield func(device uint16, guid UUID) bool) {
	return func(yield func(uint16, UUID) bool) {
		name := append(namespaceDNS[:len(namespaceDNS):len(namespaceDNS)], b.DeviceID(vendor, 0)...)
		digits := name[len(name)-4:]
		const hex = "0123456789ABCDEF"
		for d := range 1 << 16 {
			digits[0], digits[1], digits[2], digits[3] = hex[d>>12], hex[d>>8&15], hex[d>>4&15], hex[d&15]
			if !yield(uint16(d), sum(name)) {
				return
			}
		}
	}
}

// sum returns the UUID of version 5 of a namespace that is followed by a name.
func sum(name []byte) UUID {
	h := sha1.Sum(name)
	h[6] = h[6]&0x0f | 0x50
	h[8] = h[8]&0x3f | 0x80
	return UUID(h[:16])
}
