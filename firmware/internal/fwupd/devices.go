// SPDX-License-Identifier: Apache-2.0

package fwupd

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// SniffDevices reports whether a document that starts with head is the output of "fwupdmgr
// get-devices --json".
func SniffDevices(head []byte) bool {
	if !bytes.Contains(head, []byte(`"Devices"`)) {
		return false
	}
	for name := range jsonstream.TopLevel(head) {
		if name == "Devices" {
			return bytes.Contains(head, []byte(`"DeviceId"`)) || bytes.Contains(head, []byte(`"Plugin"`))
		}
	}
	return false
}

// ReadDevices returns the devices of a computer.
func ReadDevices(r io.Reader, opts *sbom.Options) *sbom.Document {
	return jsondoc.New(NameDevices, r, opts, func(x *jsondoc.Reader) {
		for name := range x.Root("fwupd") {
			at := x.At("/" + name)
			switch {
			case name != "Devices":
				x.Unknown(nil, name, at.Pointer, "Devices")
			case x.Require('[', nil, at):
				x.Enter('[')
				for i := 0; x.More(); i++ {
					device(x, fmt.Sprintf("/Devices/%d", i))
				}
			}
		}
	})
}

// instance matches an instance ID: the IDs on a bus, of which the GUID is a hash.
var instance = lazyregexp.New(`^(?:[A-Z0-9]+\\)?(USB|HIDRAW|PCI|NVME|MEI)\\VEN?D?_?([0-9A-Fa-f]{4})|^(USB|HIDRAW|PCI|NVME|MEI)\\VID_([0-9A-Fa-f]{4})`)

// deviceFields are the members of a device. A value can be an array of strings.
var deviceFields = format.Table{
	"Name":     {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
	"Vendor":   {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"Version":  {To: format.Version},
	"DeviceId": {To: format.Ref},
	"Guid":     {Role: vendors.Namespace, Kind: vendors.KindGUID},
}

func device(x *jsondoc.Reader, pointer string) {
	c := sbom.Component{Ref: pointer, Type: "device", Location: x.At(pointer)}
	if !x.Require('{', nil, c.Location) {
		return
	}
	for x.Enter('{'); x.More(); {
		name := string(x.Name())
		at := pointer + "/" + name
		field, known := deviceFields[name]
		switch {
		case known:
			eachString(x, &c, at, func(text string, at vendors.Location) { field.Read(x.Sink, &c, text, at) })
		case name == "VendorId", name == "VendorIds":
			eachString(x, &c, at, func(text string, at vendors.Location) {
				for id := range strings.SplitSeq(text, "|") {
					claimVendorID(x.Sink, &c, id, at)
				}
			})
		case name == "InstanceIds":
			eachString(x, &c, at, func(text string, at vendors.Location) {
				if m := instance.FindStringSubmatch(text); m != nil {
					claimVendorID(x.Sink, &c, m[1]+m[3]+":0x"+m[2]+m[4], at)
				}
			})
		case name == "Releases":
			releases(x, &c, at)
		default:
			x.Unknown(&c, name, at, "Releases", "Vendor", "VendorId", "Guid", "InstanceIds")
		}
	}
	if c.Name == "" {
		c.Name = c.Ref
	}
	x.Emit(c)
}

// releaseFields are the members of a release, an update for a device. Its developer is its supplier,
// as in the metainfo.
var releaseFields = format.Table{
	"AppstreamId": {Role: vendors.Namespace, Kind: vendors.KindGroup, Guard: true},
	"Name":        {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"Summary":     {Role: vendors.Mention, Kind: vendors.KindText},
	"Vendor":      {Role: vendors.Supplier, Kind: vendors.KindName, To: format.Group, Guard: true},
	"Homepage":    {Role: vendors.Homepage, Kind: vendors.KindURL},
	"SourceUrl":   {Role: vendors.Reference, Kind: vendors.KindURL},
	"Version":     {To: format.Version},
}

// releases reads the updates for a device. Each is a separate part, because another company than the
// maker of the device may publish it.
func releases(x *jsondoc.Reader, device *sbom.Component, pointer string) {
	if !x.Expect('[', device, x.At(pointer)) {
		return
	}
	x.Enter('[')
	for i := 0; x.More(); i++ {
		c := sbom.Component{Ref: fmt.Sprintf("%s/%d", pointer, i), Type: "firmware"}
		c.Location = x.At(c.Ref)
		if !x.Require('{', nil, c.Location) {
			continue
		}
		for x.Enter('{'); x.More(); {
			name := string(x.Name())
			at := c.Ref + "/" + name
			field, known := releaseFields[name]
			switch {
			case known:
				eachString(x, &c, at, func(text string, at vendors.Location) { field.Read(x.Sink, &c, text, at) })
				continue
			case !releaseFields.Unknown(x.Sink, &c, name, x.At(at)) && format.MayNameMaker(name):
				format.UnknownMaker(x.Sink, &c, name, x.At(at))
			}
			x.Skip()
		}
		if c.Name == "" {
			c.Name = c.Ref
		}
		x.Emit(c)
	}
}

// eachString reads a string, or an array of strings.
func eachString(x *jsondoc.Reader, c *sbom.Component, pointer string, read func(string, vendors.Location)) {
	if x.Kind() != '[' {
		if text, at, ok := x.String(c, pointer); ok {
			read(text, at)
		}
		return
	}
	x.Enter('[')
	for i := 0; x.More(); i++ {
		if x.Kind() == '[' {
			x.Malformed(c, "an array in an array; expected strings", x.At(pointer))
			x.Skip()
			continue
		}
		eachString(x, c, fmt.Sprintf("%s/%d", pointer, i), read)
	}
}
