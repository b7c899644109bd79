// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// deviceForms are the ids of devices on a bus that fwupd makes GUIDs of, by the kind of
// vendor id: UUIDs of version 5 in the namespace of domain names (fwupd, "Hardware ids",
// fwupd_guid_hash_string).
var deviceForms = map[string]string{"usb": `USB\VID_%04X&PID_%04X`, "pci": `PCI\VEN_%04X&DEV_%04X`}

// devicesOf is how many products a vendor id can have.
const devicesOf = 1 << 16

// A deviceTable finds the GUIDs of all devices that the vendor ids of a register can have.
// There are some 65,000 to each id, so it is made when it is first needed.
type deviceTable struct {
	once sync.Once
	keys []uint64 // the first eight bytes of each, in order
}

// vendorIDs are the ids of a kind that devices' GUIDs are made of, in order.
func (x *index) vendorIDs(kind string) []string {
	var ids []string
	for id, e := range x.ids[kind] {
		if raw, err := hex.DecodeString(id); e.id != nil && err == nil && len(raw) == 2 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// each calls f with the bytes of the GUID of every device of a vendor id, until it returns
// false.
func eachDevice(kind, id string, f func(guid []byte, device int) bool) {
	raw, _ := hex.DecodeString(id)
	text := []byte(fmt.Sprintf(deviceForms[kind], binary.BigEndian.Uint16(raw), 0))
	name := append(namespaceDNS[:len(namespaceDNS):len(namespaceDNS)], text...)
	const digits = "0123456789ABCDEF"
	for device := range devicesOf {
		n := name[len(name)-4:]
		n[0], n[1], n[2], n[3] = digits[device>>12], digits[device>>8&15], digits[device>>4&15], digits[device&15]
		sum := sha1.Sum(name)
		sum[6] = sum[6]&0x0f | 0x50
		sum[8] = sum[8]&0x3f | 0x80
		if !f(sum[:16], device) {
			return
		}
	}
}

// device returns the entry of the vendor id that a GUID was made of, and the id of the device.
func (x *index) device(guid []byte) (e *entry, id string) {
	t := &x.devices
	t.once.Do(func() {
		for _, kind := range []string{"pci", "usb"} {
			for _, id := range x.vendorIDs(kind) {
				eachDevice(kind, id, func(guid []byte, _ int) bool {
					t.keys = append(t.keys, binary.BigEndian.Uint64(guid))
					return true
				})
			}
		}
		slices.Sort(t.keys)
	})
	if _, ok := slices.BinarySearch(t.keys, binary.BigEndian.Uint64(guid)); !ok {
		return nil, ""
	}
	for _, kind := range []string{"pci", "usb"} {
		for _, vendor := range x.vendorIDs(kind) {
			eachDevice(kind, vendor, func(made []byte, device int) bool {
				if string(made) == string(guid) {
					raw, _ := hex.DecodeString(vendor)
					e, id = x.ids[kind][vendor], fmt.Sprintf(deviceForms[kind], binary.BigEndian.Uint16(raw), device)
				}
				return e == nil
			})
			if e != nil {
				return e, id
			}
		}
	}
	return nil, ""
}

// deviceGUID attributes a GUID that fwupd made of the id of a device.
func (r *resolver) deviceGUID(c *Claim, text []byte) {
	if len(text) != 36 || text[14] != '5' { // the version of the UUID
		return
	}
	guid, err := hex.DecodeString(strings.ReplaceAll(string(text), "-", ""))
	if err != nil || len(guid) != 16 {
		return
	}
	e, id := r.device(guid)
	if e == nil {
		return
	}
	made := *e.id
	made.Kind, made.Value = "fwupdGUID", id
	made.Source = "computed from the device id " + id + "; " + e.id.Source
	r.hit(c, &entry{vendor: e.vendor, member: e.member, id: &made}, RuleFwupd, Registered)
}
