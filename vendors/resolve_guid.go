// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/guid"
	"github.com/clause76/clause76/internal/sorting"
)

// computed returns the GUID that is computed from this identifier, or nil. A GUID is recognized by
// computing those of the whole register.
func (id *Identifier) computed() *Identifier {
	c := *id
	switch id.Kind {
	case IdentifierDomain:
		c.Kind, c.Value = identifierSUIT, guid.SUITVendor(id.Value).String()
		c.Source = "computed from the domain " + id.Value + " (RFC 9124, 3.3); " + id.Source
	case IdentifierDeviceManufacturer:
		c.Kind, c.Value = identifierCHID, guid.ManufacturerCHID(id.Value).String()
		c.Source = "computed from the manufacturer string " + id.Value + "; " + id.Source
	default:
		return nil
	}
	return &c
}

// guid attributes a GUID that is in the register or is computed from an entry of the register.
func (r *resolver) guid(c *Claim) {
	key := ascii.AppendLower(r.buf[:0], strings.Trim(c.Value, "{} "))
	e := r.ids[IdentifierGUID].get(key)
	switch {
	case e == nil:
		r.deviceGUID(c, key)
	case e.id == nil, e.id.Kind == IdentifierGUID:
		r.attribute(c, e, RuleIdentifier, Registered)
	case e.id.Kind == identifierSUIT:
		r.attribute(c, e, RuleSUIT, Registered)
	default:
		r.attribute(c, e, RuleCHID, Declared) // the hash of a name proves no more than the name
	}
}

// deviceGUID attributes a GUID that fwupd computed from the id of a device.
func (r *resolver) deviceGUID(c *Claim, text []byte) {
	const textLength, versionAt = 36, 14
	if len(text) != textLength || text[versionAt] != '5' {
		return
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(string(text), "-", ""))
	if err != nil || len(raw) != len(guid.UUID{}) {
		return
	}
	e, id := r.device(guid.UUID(raw))
	if e == nil {
		return
	}
	made := *e.id
	made.Kind, made.Value = identifierFwupd, id
	made.Source = "computed from the device id " + id + "; " + e.id.Source
	r.attribute(c, &entry{vendor: e.vendor, member: e.member, id: &made}, RuleFwupd, Registered)
}

// A deviceTable has the GUIDs of all devices that the vendor ids of a register can have. Each
// vendor id has 65,536, so the table is computed when the first GUID is looked up.
type deviceTable struct {
	once     sync.Once
	vendors  []busVendor
	prefixes []uint64 // the first eight bytes of each GUID, in order
}

// A busVendor is a vendor id on a bus.
type busVendor struct {
	bus   guid.Bus
	id    uint16
	entry *entry
}

// busVendors returns the vendor ids of the register that have GUIDs of devices.
func (x *index) busVendors() []busVendor {
	var all []busVendor
	for _, bus := range [...]guid.Bus{guid.PCI, guid.USB} {
		n := len(all)
		x.ids[IdentifierKind(bus)].each(func(id string, e *entry) {
			if raw, err := hex.DecodeString(id); e.id != nil && err == nil && len(raw) == 2 {
				all = append(all, busVendor{bus, binary.BigEndian.Uint16(raw), e})
			}
		})
		sorting.Func(all[n:], func(a, b busVendor) int { return int(a.id) - int(b.id) })
	}
	return all
}

// device returns the entry of the vendor id that a GUID was computed from, and the id of the device.
func (x *index) device(id guid.UUID) (e *entry, deviceID string) {
	t := &x.devices
	t.once.Do(func() {
		t.vendors = x.busVendors()
		for _, v := range t.vendors {
			for _, g := range v.bus.Devices(v.id) {
				t.prefixes = append(t.prefixes, binary.BigEndian.Uint64(g[:]))
			}
		}
		slices.Sort(t.prefixes)
	})
	if _, ok := slices.BinarySearch(t.prefixes, binary.BigEndian.Uint64(id[:])); !ok {
		return nil, ""
	}
	for _, v := range t.vendors {
		for device, g := range v.bus.Devices(v.id) {
			if g == id {
				return v.entry, v.bus.DeviceID(v.id, device)
			}
		}
	}
	return nil, ""
}
