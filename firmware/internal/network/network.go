// SPDX-License-Identifier: Apache-2.0

// Package network reads what devices answer when they are asked who they are over a
// network, from files in which the answers were kept.
//
//	snmp    a walk: what snmpwalk prints, with numbers or with names, or an snmprec file
//	onvif   GetDeviceInformationResponse of a camera or recorder (ONVIF Core, device service)
//	isapi   documents of Hikvision's ISAPI, as far as they name a vendor
//	tr-069  parameters of the TR-069 and TR-181 data models, as a table
//
// The device is the product, its manufacturer is what it says; interfaces and physical
// entities are parts. Rebrands answer with the name of whom they were made for, so an
// answer is what the device claims. A device's own description is free text and a
// reference. An enterprise number is registered for those who write the agent, who mostly
// are the device's makers.
//
// The XML namespace of ISAPI is Hikvision's, and stays where a device is sold under another
// name: it is a reference.
package network

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The formats' names in reports.
const (
	NameSNMP  = "snmp"
	NameONVIF = "onvif"
	NameISAPI = "isapi"
	NameTR069 = "tr-069"
)

// isapiEnd is how the namespaces of ISAPI's DeviceInfo end, Hikvision's and those of its brands.
const isapiEnd = "/XMLSchema"

// SniffONVIF reports whether a document that starts with head is an answer of ONVIF's device
// service: with or without its SOAP envelope.
func SniffONVIF(head []byte) bool {
	if !bytes.Contains(head, []byte("GetDeviceInformationResponse")) {
		return false
	}
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	for x.Next() != xmlstream.None && x.Depth() < 8 {
		if x.Kind() == xmlstream.Start && string(x.Name()) == "GetDeviceInformationResponse" {
			return true
		}
	}
	return false
}

// A field says what an element or parameter is about.
type field struct {
	role vendors.Role
	kind vendors.Kind
}

// registered is a prefix of the addresses of a company, or an address.
var registered = regexp.MustCompile(`^(?:[0-9A-Fa-f]{1,2}[:. -]?){3,8}$`)

// claim makes a claim of a text. A number that cannot be one counts.
func (f field) claim(s *sbom.Sink, c *sbom.Component, text string, at vendors.Location) {
	if f.kind == vendors.KindOUI && !names.Placeholder(text) && !registered.MatchString(strings.TrimSpace(text)) {
		c.Malformed++
		s.Warn(sbom.WarnMalformed, "expected an address of Ethernet, or the start of one; it was not screened", at)
		return
	}
	s.Claim(c, f.role, f.kind, text, at)
}

var onvif = map[string]field{
	"Manufacturer":    {vendors.Manufacturer, vendors.KindName},
	"Model":           {vendors.Reference, vendors.KindProduct},
	"FirmwareVersion": {vendors.Reference, vendors.KindProduct}, // "2.420.Dahua 00.14.R"
	"HardwareId":      {vendors.Reference, vendors.KindProduct},
}

var isapi = map[string]field{
	"manufacturer":  {vendors.Manufacturer, vendors.KindName},
	"brand":         {vendors.Supplier, vendors.KindName},
	"model":         {vendors.Reference, vendors.KindProduct},
	"deviceName":    {vendors.Reference, vendors.KindProduct},
	"systemContact": {vendors.Reference, vendors.KindProduct}, // "Hikvision.China"
	"macAddress":    {vendors.Namespace, vendors.KindOUI},
	"vendor":        {vendors.Manufacturer, vendors.KindName},
	"oemCode":       {vendors.Reference, vendors.KindName}, // for whom it was made
}

// ReadONVIF returns the device.
func ReadONVIF(r io.Reader, opts *sbom.Options) *sbom.Document {
	return readXML(NameONVIF, "GetDeviceInformationResponse", onvif, r, opts)
}

func readXML(format, root string, fields map[string]field, r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: format, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
		x.Next()
		return readInfo(format, root, fields, x, s)
	})
}

// readInfo reads the element root with the fields of a device.
func readInfo(format, root string, fields map[string]field, x *xmlstream.Reader, s *sbom.Sink) error {
	var c *sbom.Component
	depth := 0 // of the root
	name := "" // of the element in it that is open
	seen := make(map[string]bool)
	for ; x.Kind() != xmlstream.None; x.Next() {
		at := vendors.Location{Pointer: "/" + root + "/" + name, Offset: x.Offset()}
		switch {
		case x.Kind() == xmlstream.Start && c == nil && string(x.Name()) == root:
			c, depth = product("/"+root), x.Depth()
			c.Location.Offset = x.Offset()
			if format == NameISAPI && x.Space() != "" {
				// Others may implement the protocol, so it is no identifier.
				at.Pointer = "/" + root
				s.Claim(c, vendors.Reference, vendors.KindProduct, x.Space(), at)
			}
			unreadAttributes(x, s, c, fields, "", at.Pointer)
		case x.Kind() == xmlstream.Start && string(x.Name()) == root:
			x.Fail(sbom.ErrSyntax, errors.New("a second "+root))
		case x.Kind() == xmlstream.Start && c != nil && x.Depth() == depth+1:
			name = string(x.Name())
			if seen[name] && fields[name] != (field{}) {
				c.Malformed++
				s.Warn(sbom.WarnMalformed, name+" stands twice", at)
			}
			seen[name] = true
			at.Pointer = "/" + root + "/" + name
			if near := nearField(fields, name); near != "" {
				c.Malformed++
				s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), at)
			} else if fields[name] == (field{}) && sbom.BearsOnMaker(name) {
				c.Malformed++
				s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the element %q may say who made the device; it was not screened", name), at)
			}
			unreadAttributes(x, s, c, fields, name, at.Pointer)
		case x.Kind() == xmlstream.Start && c != nil && name != "":
			// A known field further in, or an element in the text of one.
			if fields[name] != (field{}) || fields[string(x.Name())] != (field{}) {
				c.Malformed++
				s.Warn(sbom.WarnMalformed, "an element "+string(x.Name())+" in "+name+"; it was not screened as one", at)
			}
		case x.Kind() == xmlstream.End && c != nil && x.Depth() <= depth+1:
			name = ""
		case x.Kind() == xmlstream.Text && name != "":
			text := strings.TrimSpace(string(x.Text()))
			f, ok := fields[name]
			switch {
			case strings.EqualFold(name, "model"):
				c.Name = text
			case strings.EqualFold(name, "firmwareVersion"):
				c.Version = text
			case strings.EqualFold(name, "manufacturer"):
				c.Group = text
			}
			if ok {
				f.claim(s, c, text, at)
			}
		}
	}
	if err := x.Err(); err != nil {
		return err
	}
	if c == nil {
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New(root + " is missing")}
	}
	if c.Name == "" {
		c.Name = format + " device"
	}
	s.Emit(*c)
	return nil
}

// nearField returns the known field of which name is a spelling in another case, or "".
func nearField(fields map[string]field, name string) string {
	if _, known := fields[name]; known {
		return ""
	}
	for _, known := range slices.Sorted(maps.Keys(fields)) {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return ""
}

// unreadAttributes counts the attributes of an element that may say who made the device: those
// that are called like a field or a maker, and the value of a field in an attribute. The formats
// have all of that in elements.
func unreadAttributes(x *xmlstream.Reader, s *sbom.Sink, c *sbom.Component, fields map[string]field, element, pointer string) {
	for _, a := range x.Attrs() {
		name := string(a.Name)
		_, known := fields[name]
		value := fields[element] != (field{}) && (strings.EqualFold(name, "value") || strings.EqualFold(name, "name"))
		if len(a.Value) > 0 && (known || value || nearField(fields, name) != "" || sbom.BearsOnMaker(name)) {
			c.Malformed++
			s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the attribute %q may say who made the device; it was not screened", name),
				vendors.Location{Pointer: pointer + "/@" + name, Offset: a.Offset})
		}
	}
}

// tr069 are the parameters under a DeviceInfo, and of the DeviceId structure.
var tr069 = map[string]field{
	"Manufacturer":    {vendors.Manufacturer, vendors.KindName},
	"ManufacturerOUI": {vendors.Namespace, vendors.KindOUI},
	"OUI":             {vendors.Namespace, vendors.KindOUI},
	"ModelName":       {vendors.Reference, vendors.KindProduct},
	"ProductClass":    {vendors.Reference, vendors.KindProduct},
	"Description":     {vendors.Reference, vendors.KindProduct},
}

// tr069Objects are the objects that those parameters are in.
var tr069Objects = []string{"DeviceID", "DeviceId", "InternetGatewayDevice.DeviceInfo", "Device.DeviceInfo"}

// moduleVendor is who made a program that is installed on the device (TR-157).
var moduleVendor = regexp.MustCompile(`^(?:InternetGatewayDevice|Device)\.SoftwareModules\.(?:DeploymentUnit|ExecutionUnit)\.\d+\.Vendor$`)

// SniffTR069 reports whether a document that starts with head is a table of parameters, one
// a line: comma-separated, with the name first and a column "Value".
func SniffTR069(head []byte) bool {
	for line := range lines.Head(head) {
		return strings.HasPrefix(line, "Parameter,") && strings.Contains(line+",", ",Value,") &&
			(strings.Contains(string(head), "DeviceID.") || strings.Contains(string(head), "Device.DeviceInfo") || strings.Contains(string(head), "InternetGatewayDevice."))
	}
	return false
}

// ReadTR069 returns the device.
func ReadTR069(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameTR069, Encoding: "CSV"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		data, err := l.ReadAll(r, 64<<20)
		if err != nil {
			return err
		}
		if !utf8.Valid(data) {
			return &sbom.Error{Kind: sbom.ErrEncoding}
		}
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return &sbom.Error{Offset: int64(i), Kind: sbom.ErrSyntax, Err: errors.New("a NUL byte in text")}
		}
		c := product("/")
		c.Category = "telecommunicationsEquipment"
		in := csv.NewReader(strings.NewReader(string(data)))
		in.FieldsPerRecord = -1
		column := -1
		for {
			start := in.InputOffset()
			row, err := in.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				return &sbom.Error{Offset: in.InputOffset(), Kind: sbom.ErrSyntax, Err: err}
			}
			if column < 0 {
				column = slices.Index(row, "Value")
				if column < 0 || slices.Contains(row[column+1:], "Value") {
					return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("expected one column \"Value\"")}
				}
				continue
			}
			name := strings.TrimSpace(row[0])
			parent, last := "", name
			if i := strings.LastIndexByte(name, '.'); i >= 0 {
				parent, last = name[:i], name[i+1:]
			}
			f, known := tr069[last]
			at := vendors.Location{Pointer: "/" + name, Offset: start}
			if !slices.Contains(tr069Objects, parent) {
				near := slices.IndexFunc(tr069Objects, func(o string) bool { return strings.EqualFold(o, parent) })
				if near >= 0 && known {
					s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the object %q is not %q; %s was not screened", parent, tr069Objects[near], last), at)
				}
				if moduleVendor.MatchString(name) && len(row) > column && row[column] != "" {
					m := sbom.Component{Ref: parent, Type: "application", Name: parent, Location: at}
					s.Claim(&m, vendors.Manufacturer, vendors.KindName, row[column], at)
					if !s.Emit(m) {
						return nil
					}
				}
				continue
			}
			if len(row) <= column {
				s.Malformed(sbom.WarnMalformed, "a row without a value", at)
				continue
			}
			value := row[column]
			if last == "SoftwareVersion" {
				c.Version = value
			}
			if !known {
				if near := nearField(tr069, last); near != "" {
					s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the parameter %q is not %q; it was not screened", last, near), at)
				} else if sbom.BearsOnMaker(last) && !names.Placeholder(value) {
					s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the parameter %q may say who made the device; it was not screened", last), at)
				}
				continue
			}
			switch last {
			case "Manufacturer":
				c.Group = value
			case "ModelName", "ProductClass":
				if c.Name == "" || last == "ModelName" {
					c.Name = value
				}
			}
			f.claim(s, c, value, at)
		}
		if len(data) > 0 && data[len(data)-1] != '\n' {
			s.Malformed(sbom.WarnIncomplete, "the last line has no line break: the text may have been cut off", vendors.Location{Offset: int64(bytes.LastIndexByte(data, '\n') + 1)})
		}
		if c.Name == "" {
			c.Name = "TR-069 device"
		}
		s.Emit(*c)
		return nil
	})
}
