// SPDX-License-Identifier: Apache-2.0

// Package redfish reads what a computer's management controller answers by Redfish
// (DMTF DSP0266, schemas DSP8010): one resource, with what is expanded in it.
//
// Each resource that is a piece of hardware or firmware, and each object in one that names
// a maker, is a component with the Manufacturer that it names itself. A computer and its
// chassis are products, all else is a part. The vendor ids of PCI functions and the
// addresses of interfaces are identifiers of those. The key under which a vendor keeps
// extensions (Oem) is its own name, but anybody can write it, so it is a reference.
//
// Resources of other sorts (accounts, logs, collections) have no components. A collection
// only links to its members; to screen a computer, hand in the members.
package redfish

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "redfish"

// types are the components that resources are, by the names of their schemas.
var types = map[string]string{
	"ServiceRoot": "device", "ComputerSystem": "device", "Chassis": "device", "Manager": "device",
	"SoftwareInventory": "firmware", "Bios": "firmware",
	"Processor": "device", "Memory": "device", "Drive": "device", "Storage": "device", "StorageController": "device", "SimpleStorage": "device",
	"NetworkAdapter": "device", "NetworkDeviceFunction": "device", "EthernetInterface": "device", "PCIeDevice": "device", "PCIeFunction": "device",
	"PowerSupply": "device", "Battery": "device", "Fan": "device", "Assembly": "device", "Switch": "device", "GraphicsController": "device",
	"USBController": "device", "Cable": "device", "MediaController": "device", "TrustedComponent": "device", "RackPDU": "device", "PowerDistribution": "device",
	"CoolingUnit": "device", "CoolingLoop": "device", "Pump": "device", "Heater": "device", "Outlet": "device",
}

// products are the resources that are no part of another.
var products = map[string]bool{"ComputerSystem": true, "Chassis": true, "RackPDU": true, "PowerDistribution": true, "CoolingUnit": true}

var schemaName = regexp.MustCompile(`^#(?:[A-Za-z0-9_]+\.)*([A-Za-z]+)$`)

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
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := &reader{j: jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		if x.j.Kind() != '{' {
			x.j.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		}
		x.value("")
		return x.j.End()
	})
}

type reader struct {
	j *jsonstream.Reader
	s *sbom.Sink
}

func (x *reader) value(pointer string) {
	switch x.j.Kind() {
	case '{':
		x.object(pointer)
	case '[':
		if x.j.Enter('[') {
			for i := 0; x.j.More(); i++ {
				x.value(fmt.Sprintf("%s/%d", pointer, i))
			}
		}
	default:
		x.j.Skip()
	}
}

// makers are the members that say who made or provides an object.
var makers = map[string]vendors.Role{
	"Manufacturer": vendors.Manufacturer,
	"Producer":     vendors.Manufacturer,
	"Vendor":       vendors.Manufacturer, // of ServiceRoot
}

// makerName are other members that name a maker, which vendors and older schemas have:
// "ManufacturerName", "BoardVendor".
var makerName = regexp.MustCompile(`(?i)^[A-Za-z0-9_]*(?:manufacturer|vendor|supplier|producer)(?:_?name)?$`)

// makerLike are members that may name one: "CompanyName", "OemInfo".
var makerLike = regexp.MustCompile(`(?i)^[A-Za-z0-9_]*(?:manufacturer|mfr|vendor|supplier|producer|company|oem)(?:_?(?:name|info))?$`)

// makerRole returns the role of a member that says who made or provides an object, or "".
func makerRole(name string) vendors.Role {
	switch role, ok := makers[name]; {
	case ok:
		return role
	case format.SimilarField(name, "Manufacturer", "Vendor") != "", !makerName.MatchString(name):
		return ""
	case strings.Contains(strings.ToLower(name), "supplier"):
		return vendors.Supplier
	}
	return vendors.Manufacturer
}

// An object is being read.
type object struct {
	sbom.Component
	schema  string
	named   bool // somebody made it
	product string
	nameAt  vendors.Location
}

func (x *reader) object(pointer string) {
	j := x.j
	at := vendors.Location{Pointer: cmp.Or(pointer, "/"), Offset: j.Offset()}
	if !j.Enter('{') {
		return
	}
	o := object{Component: sbom.Component{Ref: at.Pointer, Type: "device", Location: at}}
	for j.More() {
		name := string(j.Name())
		// Devices are of SimpleStorage too; what is in them is read as all else.
		if err := format.CheckPolyglot("Redfish", name); err != nil && pointer == "" && name != "Devices" {
			j.Fail(sbom.ErrNotRecognized, err)
		}
		x.member(&o, name, string(jsontext.Pointer(pointer).AppendToken(name)))
	}
	x.done(&o, pointer == "")
}

// member reads a member of an object.
func (x *reader) member(o *object, name, pointer string) {
	j := x.j
	if kind := j.Kind(); kind == '{' || kind == '[' {
		if name == "Oem" && kind == '{' {
			x.extensions(o, pointer)
			return
		}
		if name == "Subject" && kind == '{' {
			x.subject(o, pointer)
			return
		}
		if makerRole(name) != "" {
			o.Malformed++
			x.s.Warn(sbom.WarnMalformed, name+" is no string", vendors.Location{Pointer: pointer, Offset: j.Offset()})
		} else {
			x.unread(o, name, pointer)
		}
		x.value(pointer)
		return
	}
	role := makerRole(name)
	maker := role != ""
	switch name {
	case "@odata.type", "@odata.id", "Id", "Name", "Model", "Version", "FirmwareVersion", "BiosVersion", "Product", "PartNumber", "SKU",
		"VendorId", "VendorID", "DeviceVendorId", "SubsystemVendorId", "MACAddress", "PermanentMACAddress":
	default:
		if !maker {
			x.unread(o, name, pointer)
			j.Skip()
			return
		}
	}
	switch j.Kind() {
	case '"':
	case 'n':
		j.Skip()
		return
	default:
		if maker || strings.HasSuffix(name, "VendorId") || strings.HasSuffix(name, "MACAddress") {
			o.Malformed++
			x.s.Warn(sbom.WarnMalformed, name+" is no string", vendors.Location{Pointer: pointer, Offset: j.Offset()})
		}
		j.Skip()
		return
	}
	raw, k := j.TryLossyText()
	if k != '"' {
		return
	}
	text, at := string(raw), vendors.Location{Pointer: pointer, Offset: j.TextOffset()}
	if j.Lossy() {
		x.s.Warn(sbom.WarnMalformed, "a string has an escape of half a character (a lone surrogate)", at)
		if name != "Id" && name != "Name" && !strings.HasPrefix(name, "@") && !strings.HasSuffix(name, "Version") {
			o.Malformed++
		}
	}
	claim := func(role vendors.Role, kind vendors.Kind) { x.s.Claim(&o.Component, role, kind, text, at) }
	switch name {
	case "@odata.type":
		if m := schemaName.FindStringSubmatch(text); m != nil {
			o.schema = m[1]
		}
	case "@odata.id":
		o.Ref = text
	case "Id", "Name":
		if o.Name == "" || name == "Name" {
			o.Name, o.nameAt = text, at
		}
	case "Model", "Product":
		o.product = text
		claim(vendors.Reference, vendors.KindProduct)
	case "PartNumber", "SKU":
		claim(vendors.Reference, vendors.KindProduct)
	case "Version", "FirmwareVersion", "BiosVersion":
		if o.Version == "" {
			o.Version = text
		}
	case "VendorId", "VendorID", "DeviceVendorId", "SubsystemVendorId":
		if id := strings.TrimPrefix(strings.ToLower(text), "0x"); pciID.MatchString(id) {
			role := vendors.Namespace
			if name == "SubsystemVendorId" { // of the card, where VendorId is that of the chip
				role = vendors.Reference
			}
			x.s.Claim(&o.Component, role, vendors.KindPCI, text[len(text)-len(id):], at)
			o.named = true
		} else {
			claim(vendors.Reference, vendors.KindName) // "GenuineIntel"
		}
	case "MACAddress", "PermanentMACAddress":
		claim(vendors.Namespace, vendors.KindOUI)
	default:
		o.named = true
		if o.Group == "" {
			o.Group = text
		}
		claim(role, vendors.KindName)
	}
}

// unread counts a member that is not read and that may say who made the object.
func (x *reader) unread(o *object, name, pointer string) {
	message := ""
	switch near := format.SimilarField(name, "Manufacturer", "Vendor"); {
	case near != "":
		message = fmt.Sprintf("the name %q is not %q; it was not screened", name, near)
	case x.j.Kind() == 'n', x.j.Kind() == '0':
		return
	case makerLike.MatchString(name):
		message = fmt.Sprintf("the member %q may say who made it; it was not screened", name)
	default:
		return
	}
	o.Malformed++
	x.s.Warn(sbom.WarnSimilarField, message, vendors.Location{Pointer: pointer, Offset: x.j.Offset()})
}

// subject reads the subject of a certificate (schema Certificate). Whose it is need not have made
// the device.
func (x *reader) subject(o *object, pointer string) {
	for x.j.Enter('{'); x.j.More(); {
		name := string(x.j.Name())
		if name != "Organization" && name != "O" || x.j.Kind() != '"' {
			x.j.Skip()
			continue
		}
		if text, ok := x.j.Text(); ok {
			x.s.Claim(&o.Component, vendors.Reference, vendors.KindCertificate, string(text), vendors.Location{Pointer: pointer + "/" + name, Offset: x.j.TextOffset()})
		}
	}
}

// extensions reads the extensions of vendors.
func (x *reader) extensions(o *object, pointer string) {
	for x.j.Enter('{'); x.j.More(); {
		name, at := string(x.j.Name()), x.j.TextOffset()
		inner := string(jsontext.Pointer(pointer).AppendToken(name))
		if !strings.HasPrefix(name, "@") {
			x.s.Claim(&o.Component, vendors.Reference, vendors.KindName, name, vendors.Location{Pointer: inner, Offset: at})
		}
		x.value(inner)
	}
}

var pciID = regexp.MustCompile(`^[0-9a-f]{4}$`)

// done emits the object if it is a component.
func (x *reader) done(o *object, top bool) {
	kind, known := types[o.schema]
	if x.j.Err() != nil || !(known && top) && !o.named && len(o.Claims) == 0 && o.Malformed == 0 {
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
		x.s.Claim(&o.Component, vendors.Mention, vendors.KindProduct, o.Name, o.nameAt)
	}
	if o.Name == "" {
		o.Name = o.Ref
	}
	if !x.s.Emit(o.Component) {
		x.j.Fail(sbom.ErrRead, errors.New("stopped"))
	}
}
