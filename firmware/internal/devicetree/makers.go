// SPDX-License-Identifier: Apache-2.0

package devicetree

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/clause76/clause76/firmware/internal/ethernet"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/sbom/unpack"
	"github.com/clause76/clause76/vendors"
)

// maxUnread is the longest property without texts that is no gap in the screening. Real properties
// are shorter, except for firmware of devices.
const maxUnread = 64 << 10

// misspelled counts a property that is not "compatible", but similar.
func (x *collector) misspelled(path, name string, offset int) {
	if name != "compatible" {
		format.Unknown(x.s, nil, name, x.at(path, name, offset), "compatible")
	}
}

// unread counts a property that may have a document in it.
func (x *collector) unread(path, name string, value []byte, offset int) {
	err := unpack.CheckUnread("the property "+name, value)
	switch {
	case err == nil && Size(value) > 0:
		err = fmt.Errorf("the property %s has a devicetree, which was not read", name)
	case err == nil && len(value) > maxUnread:
		err = fmt.Errorf("the property %s has %d bytes, which were not read", name, len(value))
	}
	if err != nil {
		x.s.Malformed(sbom.WarnIncomplete, err.Error(), x.at(path, name, offset))
	}
}

// outside counts a part of a blob outside of its tree that may have a document in it.
func (x *collector) outside(data []byte, offset int) {
	if err := unpack.CheckUnread("the data outside of the tree", data); err != nil {
		x.s.Malformed(sbom.WarnIncomplete, err.Error(), x.at("/", "", offset))
	}
}

// ids matches compatible strings with the vendor's number in PCI and USB (IEEE 1275 bindings):
// "pci19e5,1822", "usb12d1,1506".
var ids = lazyregexp.New(`^(pci|pciex|usb)([0-9A-Fa-f]{1,4}),[0-9A-Fa-f]`)

// busID emits the device of a compatible string that is an id in PCI or USB. It reports whether
// the string is one.
func (x *collector) busID(compatible string, at vendors.Location) bool {
	m := ids.FindStringSubmatch(compatible)
	if m == nil {
		return false
	}
	if x.blocks[compatible] {
		return true
	}
	x.blocks[compatible] = true
	kind := vendors.KindPCI
	if m[1] == "usb" {
		kind = vendors.KindUSB
	}
	c := sbom.Component{Ref: x.prefix + "/" + compatible, Type: "device", Name: compatible, Location: at}
	at.Offset += int64(len(m[1]))
	x.s.Claim(&c, vendors.Namespace, kind, fmt.Sprintf("%04s", m[2]), at)
	x.emit(c)
	return true
}

// of returns the component that a property of a node is about. The system in SMBIOS data for
// U-Boot is the device itself. A node that is no component of its own becomes a part.
func (x *collector) of(path string, at vendors.Location) *sbom.Component {
	parent, name := split(path)
	switch {
	case path == "/", strings.HasSuffix(parent, "/smbios") && name == "system" && x.root.Ref != "":
		return &x.root
	case parent == "/images":
		return &x.image.Component
	case parent == "/configurations":
		return &x.config
	}
	c := x.named[path]
	if c == nil {
		c = &sbom.Component{Ref: x.prefix + path + "#maker", Type: "device", Name: name, Location: at}
		x.named[path] = c
	}
	return c
}

// maker makes a claim from a text that names a maker, a product in SMBIOS data, or a MAC address.
// It reports whether the property is one of these.
func (x *collector) maker(path, name, text string, at vendors.Location) bool {
	parent, _ := split(path)
	switch {
	case text == "":
		return format.MayNameMaker(name) || addressName(name)
	case addressName(name):
		if err := ethernet.CheckPrefix(text); err != nil {
			x.s.Malformed(sbom.WarnMalformed, name+": "+err.Error()+"; it was not screened", at)
		} else if a, _ := ethernet.Address(text); a != "" {
			x.s.Claim(x.of(path, at), vendors.Namespace, vendors.KindOUI, text, at)
		}
	case strings.HasPrefix(name, "product") && strings.HasSuffix(parent, "/smbios"):
		x.s.Claim(x.of(path, at), vendors.Reference, vendors.KindProduct, text, at)
	case !format.MayNameMaker(name):
		return false
	case strings.HasPrefix(text, "pkg:"):
		x.s.Claim(x.of(path, at), vendors.Namespace, vendors.KindPURL, text, at)
	case strings.HasPrefix(text, "cpe:"):
		x.s.Claim(x.of(path, at), vendors.Namespace, vendors.KindCPE, text, at)
	default:
		role := vendors.Manufacturer
		if strings.Contains(name, "suppl") || strings.Contains(name, "distrib") || strings.Contains(name, "provid") {
			role = vendors.Supplier
		}
		x.s.Claim(x.of(path, at), role, vendors.KindName, text, at)
	}
	return true
}

// addressName reports whether a property of this name has a MAC address.
func addressName(name string) bool {
	return strings.HasSuffix(name, "mac-address") || strings.HasSuffix(name, "mac-addr")
}

// numeric reports whether a value is that of an address or a number, although it can be taken for
// texts.
func numeric(name string, value []byte) bool {
	return (addressName(name) || strings.HasSuffix(name, "vendor-id")) && !printable(bytes.Trim(value, "\x00"))
}

// numbers makes a claim from a value without texts that identifies a maker: a MAC address, or the
// id of a vendor in PCI or USB.
func (x *collector) numbers(path, name string, value []byte, offset int) {
	at := x.at(path, name, offset)
	named := format.MayNameMaker(name)
	switch {
	case addressName(name):
		if len(value) != 6 && len(value) != 8 {
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("%s has %d bytes; expected 6", name, len(value)), at)
			return
		}
		const multicast, local = 1, 2 // such addresses have no vendor's prefix
		if text, _ := ethernet.Address(hex.EncodeToString(value)); text != "" && value[0]&(multicast|local) == 0 {
			x.s.Claim(x.of(path, at), vendors.Namespace, vendors.KindOUI, text, at)
		}
	case strings.HasSuffix(name, "vendor-id") && bus(path) != "" && len(value) == 4 && value[0] == 0 && value[1] == 0:
		role := vendors.Namespace
		if strings.HasPrefix(name, "subsystem") {
			role = vendors.Reference // of the card; vendor-id is that of the chip
		}
		x.s.Claim(x.of(path, at), role, bus(path), hex.EncodeToString(value[2:]), at)
	case strings.HasSuffix(name, "vendor-id"), named && len(value) > 0 && (len(value)%4 != 0 || printable(value)): // others are references to nodes
		x.s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the property %q may say who made something; it was not screened", name), at)
	}
}

// bus returns the kind of the ids on the bus that a node is on, by the names of the nodes around it, or
// "": one number is that of different vendors on different buses.
func bus(path string) vendors.Kind {
	usb, pci := strings.LastIndex(path, "/usb"), strings.LastIndex(path, "/pci")
	switch {
	case usb > pci:
		return vendors.KindUSB
	case pci >= 0:
		return vendors.KindPCI
	}
	return ""
}

func printable(value []byte) bool {
	for _, b := range value {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return true
}
