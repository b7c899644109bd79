// SPDX-License-Identifier: Apache-2.0

// Package redfish reads a resource that the management controller of a computer returns over Redfish
// (DMTF DSP0266, schemas DSP8010), including resources that are expanded in it.
//
// Each resource that is hardware or firmware, and each object that names a maker, is a component. A
// computer and its chassis are primary components. All others are parts. The vendor
// IDs of PCI functions and the addresses of interfaces are identifiers. Extensions
// (Oem) are under the name of their vendor. This name is a reference, because others can use it.
//
// Other resources (accounts, logs, collections) have no components. A collection only links to
// its members. To screen a computer, screen the members.
package redfish

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "redfish"

// types are the types of the components that resources are, by the names of their schemas.
var types = map[string]string{
	"ServiceRoot": "device", "ComputerSystem": "device", "Chassis": "device", "Manager": "device",
	"SoftwareInventory": "firmware", "Bios": "firmware",
	"Processor": "device", "Memory": "device", "Drive": "device", "Storage": "device", "StorageController": "device", "SimpleStorage": "device",
	"NetworkAdapter": "device", "NetworkDeviceFunction": "device", "EthernetInterface": "device", "PCIeDevice": "device", "PCIeFunction": "device",
	"PowerSupply": "device", "Battery": "device", "Fan": "device", "Assembly": "device", "Switch": "device", "GraphicsController": "device",
	"USBController": "device", "Cable": "device", "MediaController": "device", "TrustedComponent": "device", "RackPDU": "device", "PowerDistribution": "device",
	"CoolingUnit": "device", "CoolingLoop": "device", "Pump": "device", "Heater": "device", "Outlet": "device",
}

// products are the resources that are not a part of another resource.
var products = map[string]bool{"ComputerSystem": true, "Chassis": true, "RackPDU": true, "PowerDistribution": true, "CoolingUnit": true}

var schemaName = lazyregexp.New(`^#(?:[A-Za-z0-9_]+\.)*([A-Za-z]+)$`)

// Sniff reports whether a document that starts with head is a Redfish resource.
func Sniff(head []byte) bool {
	if !bytes.Contains(head, []byte("@odata.")) && !bytes.Contains(head, []byte("Redfish")) {
		return false
	}
	odata, other := false, false
	for name := range jsonstream.TopLevel(head) {
		switch name {
		case "@odata.type", "@odata.id", "@odata.context":
			odata = true
		case "@Redfish.Copyright", "RedfishVersion":
			odata, other = true, true
		case "Id", "Name", "Members", "Manufacturer", "Status", "Oem", "Actions":
			other = true
		case "bomFormat", "spdxVersion", "@context":
			return false
		}
	}
	return odata && other
}

// Read returns the components of one resource.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return jsondoc.New(Name, r, opts, func(in *jsondoc.Reader) {
		x := &reader{in}
		if x.Kind() != '{' {
			x.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		}
		x.value("")
	})
}

type reader struct{ *jsondoc.Reader }

func (x *reader) value(pointer string) {
	switch x.Kind() {
	case '{':
		x.object(pointer)
	case '[':
		if x.Enter('[') {
			for i := 0; x.More(); i++ {
				x.value(fmt.Sprintf("%s/%d", pointer, i))
			}
		}
	default:
		x.Skip()
	}
}

// fields are the known members of a resource, except for extensions and certificates.
var fields = format.Table{
	"@odata.type":     {},
	"@odata.id":       {To: format.Ref},
	"Id":              {}, // the name, if the resource has no Name
	"Name":            {To: format.Name},
	"Version":         {To: format.Version, First: true},
	"FirmwareVersion": {To: format.Version, First: true},
	"BiosVersion":     {To: format.Version, First: true},

	"Manufacturer": {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, First: true, Guard: true},
	"Producer":     {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, First: true},
	"Vendor":       {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, First: true, Guard: true}, // of ServiceRoot

	"Model":      {Role: vendors.Reference, Kind: vendors.KindProduct},
	"Product":    {Role: vendors.Reference, Kind: vendors.KindProduct},
	"PartNumber": {Role: vendors.Reference, Kind: vendors.KindProduct},
	"SKU":        {Role: vendors.Reference, Kind: vendors.KindProduct},

	"VendorId":          {Role: vendors.Namespace, Kind: vendors.KindPCI},
	"VendorID":          {Role: vendors.Namespace, Kind: vendors.KindPCI},
	"DeviceVendorId":    {Role: vendors.Namespace, Kind: vendors.KindPCI},
	"SubsystemVendorId": {Role: vendors.Reference, Kind: vendors.KindPCI}, // of the card; VendorId is that of the chip

	"MACAddress":          {Role: vendors.Namespace, Kind: vendors.KindOUI},
	"PermanentMACAddress": {Role: vendors.Namespace, Kind: vendors.KindOUI},
}

var (
	// makerName matches other members that name a maker, which vendors and older schemas have:
	// "ManufacturerName", "BoardVendor".
	makerName = lazyregexp.New(`(?i)^[A-Za-z0-9_]*(?:manufacturer|vendor|supplier|producer)(?:_?name)?$`)
	// makerLike matches members that may name one: "CompanyName", "OemInfo".
	makerLike = lazyregexp.New(`(?i)^[A-Za-z0-9_]*(?:manufacturer|mfr|vendor|supplier|producer|company|oem)(?:_?(?:name|info))?$`)
	pciID     = lazyregexp.New(`^[0-9a-f]{4}$`)
)

// fieldOf returns the field for a member of this name.
func fieldOf(name string) (f format.Field, ok bool) {
	if f, ok = fields[name]; ok || fields.Similar(name) != "" || !makerName.MatchString(name) {
		return f, ok
	}
	f = fields["Manufacturer"]
	if strings.Contains(strings.ToLower(name), "supplier") {
		f.Role = vendors.Supplier
	}
	return f, true
}

// An object is a JSON object that is being read.
type object struct {
	sbom.Component
	schema  string
	named   bool // it has a field that names a maker
	product string
	nameAt  vendors.Location
}

func (x *reader) object(pointer string) {
	at := x.At(cmp.Or(pointer, "/"))
	if !x.Enter('{') {
		return
	}
	o := object{Component: sbom.Component{Ref: at.Pointer, Type: "device", Location: at}}
	for x.More() {
		name := string(x.Name())
		// SimpleStorage also has a member Devices. It is read like any other member.
		if err := format.CheckPolyglot("Redfish", name); err != nil && pointer == "" && name != "Devices" {
			x.Fail(sbom.ErrNotRecognized, err)
		}
		x.member(&o, name, string(jsontext.Pointer(pointer).AppendToken(name)))
	}
	x.done(&o, pointer == "")
}

// member reads a member of an object.
func (x *reader) member(o *object, name, pointer string) {
	kind := x.Kind()
	f, known := fieldOf(name)
	// A value of the wrong type may hide who made the object.
	names := f.Role.IsOrigin() || f.Kind == vendors.KindPCI || f.Kind == vendors.KindOUI
	switch {
	case name == "Oem" && kind == '{':
		x.extensions(o, pointer)
	case name == "Subject" && kind == '{':
		x.subject(o, pointer)
	case kind == '{' || kind == '[':
		if names {
			x.Malformed(&o.Component, "expected a string", x.At(pointer))
		} else if !known {
			x.unknown(o, name, pointer)
		}
		x.value(pointer)
	case !known:
		x.unknown(o, name, pointer)
		x.Skip()
	case kind != '"':
		if kind != 'n' && names {
			x.Malformed(&o.Component, "expected a string", x.At(pointer))
		}
		x.Skip()
	default:
		x.field(o, name, f, pointer)
	}
}

// field reads the string of a field.
func (x *reader) field(o *object, name string, f format.Field, pointer string) {
	raw, kind := x.TryLossyText()
	if kind != '"' {
		return
	}
	text, at := string(raw), vendors.Location{Pointer: pointer, Offset: x.TextOffset()}
	if x.Lossy() {
		x.Sink.Warn(sbom.WarnMalformed, "a string has an escape of half a character (a lone surrogate)", at)
		if f.Role != "" {
			o.Malformed++
		}
	}
	switch {
	case name == "@odata.type":
		if m := schemaName.FindStringSubmatch(text); m != nil {
			o.schema = m[1]
		}
		return
	case name == "Name", name == "Id" && o.Name == "":
		o.Name, o.nameAt = text, at
		return
	case name == "Model", name == "Product":
		o.product = text
	case f.Role.IsOrigin():
		o.named = true
	case f.Kind == vendors.KindPCI:
		id := strings.TrimPrefix(strings.ToLower(text), "0x")
		if !pciID.MatchString(id) { // "GenuineIntel"
			f = format.Field{Role: vendors.Reference, Kind: vendors.KindName}
			break
		}
		o.named = true
		text = text[len(text)-len(id):]
	}
	f.Read(x.Sink, &o.Component, text, at)
}

// unknown counts an unknown member as not screened if it may name the maker of the object.
func (x *reader) unknown(o *object, name, pointer string) {
	at, kind := x.At(pointer), x.Kind()
	if !fields.Unknown(x.Sink, &o.Component, name, at) && kind != 'n' && kind != '0' && makerLike.MatchString(name) {
		format.UnknownMaker(x.Sink, &o.Component, name, at)
	}
}

// subject reads the subject of a certificate (schema Certificate). Its organization is not
// always the maker of the device, so it is a reference.
func (x *reader) subject(o *object, pointer string) {
	for x.Enter('{'); x.More(); {
		name := string(x.Name())
		if name != "Organization" && name != "O" || x.Kind() != '"' {
			x.Skip()
			continue
		}
		if text, ok := x.Text(); ok {
			x.Sink.Claim(&o.Component, vendors.Reference, vendors.KindCertificate, string(text), vendors.Location{Pointer: pointer + "/" + name, Offset: x.TextOffset()})
		}
	}
}

// extensions reads the extensions of vendors.
func (x *reader) extensions(o *object, pointer string) {
	for x.Enter('{'); x.More(); {
		name, at := string(x.Name()), x.TextOffset()
		inner := string(jsontext.Pointer(pointer).AppendToken(name))
		if !strings.HasPrefix(name, "@") {
			x.Sink.Claim(&o.Component, vendors.Reference, vendors.KindName, name, vendors.Location{Pointer: inner, Offset: at})
		}
		x.value(inner)
	}
}

// done emits the object if it is a component.
func (x *reader) done(o *object, top bool) {
	kind, known := types[o.schema]
	if x.Err() != nil || !(known && top) && !o.named && len(o.Claims) == 0 && o.Malformed == 0 {
		return
	}
	if known {
		o.Type = kind
	}
	if products[o.schema] && top {
		o.Placement = sbom.Primary
	}
	if o.product != "" && o.Type != "firmware" {
		o.Name = o.product
	}
	if o.Type == "firmware" {
		x.Sink.Claim(&o.Component, vendors.Mention, vendors.KindProduct, o.Name, o.nameAt)
	}
	if o.Name == "" {
		o.Name = o.Ref
	}
	x.Emit(o.Component)
}
