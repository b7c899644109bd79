// SPDX-License-Identifier: Apache-2.0

// Package fwupd reads the metainfo of firmware updates (AppStream, type firmware), and the output of
// "fwupdmgr get-devices --json".
//
// The developer of an update is its supplier. The ID of an update is a reverse domain name, which is
// a namespace. The vendor IDs that it requires and the GUIDs that it provides identify the devices
// that it is for. A GUID is a hash of the IDs on a bus, or of the names of a computer. Package
// vendors computes the GUIDs of registered names.
//
// The vendor of a device is its manufacturer. Its vendor IDs and instance IDs are identifiers. Each
// release for a device is a separate part.
package fwupd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// The formats' names in reports.
const (
	NameMetainfo = "fwupd-metainfo"
	NameDevices  = "fwupd-devices"
)

// SniffMetainfo reports whether a document that starts with head is the metainfo of
// firmware, or a catalog of it.
func SniffMetainfo(head []byte) bool {
	if !bytes.Contains(head, []byte("firmware")) || !bytes.Contains(head, []byte("<component")) {
		return false
	}
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	if x.Next() != xmlstream.Start || x.Space() != "" {
		return false
	}
	if string(x.Name()) == "components" && (x.Next() != xmlstream.Start || x.Space() != "") {
		return false
	}
	return string(x.Name()) == "component" && isFirmware(x.Attrs())
}

// isFirmware reports whether the attributes are those of a component of type firmware.
func isFirmware(attrs []xmlstream.Attr) bool {
	for _, a := range attrs {
		if string(a.Name) == "type" && a.Space == "" {
			return string(a.Value) == "firmware"
		}
	}
	return false
}

// ReadMetainfo returns the firmware that a metainfo file or a catalog describes.
func ReadMetainfo(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameMetainfo, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := &metainfo{x: xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		return x.read()
	})
}

type metainfo struct {
	x     *xmlstream.Reader
	s     *sbom.Sink
	path  []string // names of the open elements
	c     *sbom.Component
	field format.Field // the field of the open element
	// vendorID means that the open element has a vendor ID as its text.
	vendorID bool
}

// fields are the elements that contain text, by their paths in a component.
var fields = format.Table{
	"id":                {Role: vendors.Namespace, Kind: vendors.KindGroup, To: format.Ref, First: true},
	"name":              {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name, First: true}, // the first is in English
	"summary":           {Role: vendors.Mention, Kind: vendors.KindText},
	"developer_name":    {Role: vendors.Supplier, Kind: vendors.KindName, To: format.Group, First: true, Guard: true},
	"developer/name":    {Role: vendors.Supplier, Kind: vendors.KindName, To: format.Group, First: true},
	"url":               {Role: vendors.Homepage, Kind: vendors.KindURL},
	"provides/firmware": {Role: vendors.Namespace, Kind: vendors.KindGUID},
	"requires/hardware": {Role: vendors.Reference, Kind: vendors.KindGUID},
	"developer":         {Guard: true},
	"project_group":     {Role: vendors.Author, Kind: vendors.KindName},
	"update_contact":    {Role: vendors.Author, Kind: vendors.KindEmail},
	"updatecontact":     {Role: vendors.Author, Kind: vendors.KindEmail}, // before AppStream 0.10
	"custom/value":      {},
	"requires/firmware": {},
	"releases/release":  {},
}

func (m *metainfo) read() error {
	x := m.x
	for x.Next() != xmlstream.None {
		switch x.Kind() {
		case xmlstream.Start:
			m.path = append(m.path, string(x.Name()))
			if m.field.Role != "" && m.c != nil {
				format.Malformed(m.s, m.c, sbom.WarnMalformed, "an element interrupts a text, which was not screened as a whole", m.at())
			}
			m.field, m.vendorID = format.Field{}, false
			m.start()
		case xmlstream.Text:
			switch text := strings.TrimSpace(string(x.Text())); {
			case m.c == nil:
			case m.vendorID:
				claimVendorID(m.s, m.c, text, m.at())
			default:
				m.field.Read(m.s, m.c, text, m.at())
			}
		case xmlstream.End:
			if m.path[len(m.path)-1] == "component" && m.c != nil {
				if m.c.Name == "" {
					m.c.Name = m.c.Ref
				}
				if !m.s.Emit(*m.c) {
					return nil
				}
				m.c = nil
			}
			m.path, m.field = m.path[:len(m.path)-1], format.Field{}
			m.vendorID = false
		}
	}
	return x.Err()
}

// at returns the location of the open element.
func (m *metainfo) at() vendors.Location {
	return vendors.Location{Pointer: "/" + strings.Join(m.path, "/"), Offset: m.x.Offset()}
}

func (m *metainfo) attr(name string) string {
	for _, a := range m.x.Attrs() {
		if string(a.Name) == name && a.Space == "" {
			return string(a.Value)
		}
	}
	return ""
}

// start reads a start tag.
func (m *metainfo) start() {
	switch {
	case m.path[len(m.path)-1] == "component":
		m.component()
	case m.c != nil:
		m.element()
	}
}

// component reads the start tag of a component.
func (m *metainfo) component() {
	switch {
	case m.c != nil || len(m.path) > 2:
		m.x.Fail(sbom.ErrSyntax, errors.New("a component is in another element; expected components"))
	case !isFirmware(m.x.Attrs()):
		m.s.Malformed(sbom.WarnMalformed, "a component that is not firmware was not screened", m.at())
		m.x.Skip()
		m.path = m.path[:len(m.path)-1]
	default:
		m.c = &sbom.Component{Type: "firmware", Placement: sbom.Primary, Location: m.at()}
	}
}

// element reads the start tag of an element in a component.
func (m *metainfo) element() {
	inner := m.path[1:]
	if m.path[0] == "components" {
		inner = m.path[2:]
	}
	path := strings.Join(inner, "/")
	m.field = fields[path]
	switch path {
	case "developer":
		m.s.Claim(m.c, vendors.Namespace, vendors.KindGroup, m.attr("id"), m.at())
		if m.attr("name") != "" {
			format.UnknownMaker(m.s, m.c, "developer/@name", m.at())
		}
	case "custom/value":
		m.custom(m.attr("key"))
	case "requires/firmware":
		m.vendorIDs()
	case "releases/release":
		if m.c.Version == "" {
			m.c.Version = m.attr("version")
		}
	default:
		if _, known := fields[path]; len(inner) == 1 && !known && !fields.Unknown(m.s, m.c, path, m.at()) && format.MayNameMaker(path) {
			format.UnknownMaker(m.s, m.c, path, m.at())
		}
	}
}

// custom reads the start tag of <value key="LVFS::VendorId">. Anybody can define keys, so the maker in
// any other value has the role of an author, which is no more than a reason to review.
func (m *metainfo) custom(key string) {
	name := key[strings.LastIndexByte(key, ':')+1:]
	switch {
	case strings.EqualFold(name, "VendorId"):
		m.vendorID = true
	case format.MayNameMaker(name):
		m.field = format.Field{Role: vendors.Author, Kind: vendors.KindName}
	}
}

// vendorIDs reads <firmware compare="regex" version="USB:0x12D1|DMI:ZTE">vendor-id</firmware>:
// the kind of requirement is in the text, which comes after the attribute.
func (m *metainfo) vendorIDs() {
	version := m.attr("version")
	if !strings.Contains(version, ":") {
		return // a requirement of another kind: the version of a part of the device, "0.1.2"
	}
	for id := range strings.SplitSeq(version, "|") {
		if id = strings.Trim(id, "^$() "); vendorID.MatchString(id) { // otherwise it is a version with a colon
			claimVendorID(m.s, m.c, id, m.at())
		}
	}
}

// buses are the authorities of vendor IDs, as fwupd writes them.
var buses = map[string]vendors.Kind{
	"USB": vendors.KindUSB, "PCI": vendors.KindPCI, "PNP": vendors.KindPNP, "ACPI": vendors.KindACPI, "OUI": vendors.KindOUI,
	"BLUETOOTH": vendors.KindBluetooth, "HIDRAW": vendors.KindUSB, "MEI": vendors.KindPCI, "NVME": vendors.KindPCI, "DRM": vendors.KindPNP,
	"IEEE_OUI": vendors.KindOUI,
}

// vendorID matches the authority at the start of a vendor ID.
var vendorID = lazyregexp.New(`^[A-Za-z][A-Za-z_]*:`)

// claimVendorID claims a vendor ID: "USB:0x12D1", "DMI:ZTE". An ID with an unknown authority counts as
// not screened.
func claimVendorID(s *sbom.Sink, c *sbom.Component, id string, at vendors.Location) {
	if names.Placeholder(id) {
		return
	}
	bus, value, _ := strings.Cut(id, ":")
	switch kind := buses[strings.ToUpper(bus)]; {
	case strings.EqualFold(bus, "DMI"):
		s.Claim(c, vendors.Manufacturer, vendors.KindName, value, at)
	case kind == vendors.KindBluetooth:
		s.Claim(c, vendors.Namespace, kind, value, at)
	case kind != "":
		if hex, ok := strings.CutPrefix(value, "0x"); ok {
			value = hex
		}
		s.Claim(c, vendors.Namespace, kind, value, at)
	default:
		format.Malformed(s, c, sbom.WarnMalformed, fmt.Sprintf("the vendor ID %q has an unknown authority; it was not screened", id), at)
	}
}
