// SPDX-License-Identifier: Apache-2.0

// Package fwupd reads what fwupd and the vendors whose firmware it installs write: the
// metainfo of an update (AppStream, type firmware), and what "fwupdmgr get-devices --json"
// prints.
//
// An update's developer is its supplier; its id is a reverse domain name, a namespace. The
// vendor ids that it requires and the GUIDs that it provides are those of the devices that
// it is for. A GUID is a hash of a bus's ids, or of a computer's names: package vendors
// knows those of the names that are registered.
//
// A device's vendor is its manufacturer, its vendor ids and instance ids are identifiers.
package fwupd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

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
// firmware, or a catalogue of such.
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
	return string(x.Name()) == "component" && firmware(x.Attrs())
}

func firmware(attrs []xmlstream.Attr) bool {
	for _, a := range attrs {
		if string(a.Name) == "type" && a.Space == "" {
			return string(a.Value) == "firmware"
		}
	}
	return false
}

// ReadMetainfo returns the firmware that a metainfo file or a catalogue describes.
func ReadMetainfo(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameMetainfo, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := &metainfo{x: xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		return x.read()
	})
}

type metainfo struct {
	x    *xmlstream.Reader
	s    *sbom.Sink
	path []string // names of the open elements
	c    *sbom.Component
	role vendors.Role // of the text in the open element, "" for none
	kind vendors.Kind
	to   *string // gets the text too
}

func (m *metainfo) read() error {
	x := m.x
	for x.Next() != xmlstream.None {
		switch x.Kind() {
		case xmlstream.Start:
			m.path = append(m.path, string(x.Name()))
			if m.role != "" && m.c != nil {
				m.c.Malformed++
				m.s.Warn(sbom.WarnMalformed, "an element in a text; the text was not screened as one", m.at())
			}
			m.role, m.kind, m.to = "", "", nil
			m.start()
		case xmlstream.Text:
			m.text()
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
			m.path, m.role = m.path[:len(m.path)-1], ""
		}
	}
	return x.Err()
}

// at is the place of the element that is open, in the component.
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

// start takes a start tag.
func (m *metainfo) start() {
	name := m.path[len(m.path)-1]
	if name == "component" {
		switch {
		case m.c != nil || len(m.path) > 2:
			m.x.Fail(sbom.ErrSyntax, errors.New("a component in another element than components"))
		case !firmware(m.x.Attrs()):
			m.s.Malformed(sbom.WarnMalformed, "a component that is no firmware; it was not screened", m.at())
			m.x.Skip()
			m.path = m.path[:len(m.path)-1]
		default:
			m.c = &sbom.Component{Type: "firmware", Placement: sbom.Primary, Location: m.at()}
		}
		return
	}
	if m.c == nil {
		return
	}
	inner := m.path
	if inner[0] == "components" {
		inner = inner[1:]
	}
	set := func(role vendors.Role, kind vendors.Kind, to *string) { m.role, m.kind, m.to = role, kind, to }
	switch strings.Join(inner[1:], "/") {
	case "id":
		set(vendors.Namespace, vendors.KindGroup, &m.c.Ref)
	case "name":
		set(vendors.Mention, vendors.KindProduct, &m.c.Name) // the first is in English
	case "summary":
		set(vendors.Mention, vendors.KindText, nil)
	case "developer_name", "developer/name":
		set(vendors.Supplier, vendors.KindName, &m.c.Group)
	case "developer":
		m.s.Claim(m.c, vendors.Namespace, vendors.KindGroup, m.attr("id"), m.at())
	case "url":
		set(vendors.Homepage, vendors.KindURL, nil)
	case "provides/firmware":
		set(vendors.Namespace, vendors.KindGUID, nil)
	case "requires/hardware":
		set(vendors.Reference, vendors.KindGUID, nil)
	case "requires/firmware":
		m.vendorIDs()
	case "releases/release":
		if m.c.Version == "" {
			m.c.Version = m.attr("version")
		}
	default:
		if near := format.SimilarField(name, "developer_name", "developer"); near != "" && len(inner) == 2 {
			m.c.Malformed++
			m.s.Warn(sbom.WarnSimilarField, "the name "+name+" is not "+near+"; it was not screened", m.at())
		}
	}
}

// vendorIDs takes <firmware compare="regex" version="USB:0x12D1|DMI:ZTE">vendor-id</firmware>:
// the text that says what the version is about comes after it.
func (m *metainfo) vendorIDs() {
	version := m.attr("version")
	if !strings.Contains(version, ":") {
		return // of a part of the device, "0.1.2"
	}
	for id := range strings.SplitSeq(version, "|") {
		if id = strings.Trim(id, "^$() "); vendorID.MatchString(id) { // else it is a version that has a colon
			claimVendorID(m.s, m.c, id, m.at())
		}
	}
}

func (m *metainfo) text() {
	if m.role == "" || m.c == nil {
		return
	}
	text := strings.TrimSpace(string(m.x.Text()))
	if m.to != nil && *m.to == "" {
		*m.to = text
	}
	m.s.Claim(m.c, m.role, m.kind, text, m.at())
}

// buses are the authorities of vendor ids, as fwupd writes them.
var buses = map[string]vendors.Kind{
	"USB": vendors.KindUSB, "PCI": vendors.KindPCI, "PNP": vendors.KindPNP, "ACPI": vendors.KindACPI, "OUI": vendors.KindOUI,
	"BLUETOOTH": vendors.KindBluetooth, "HIDRAW": vendors.KindUSB, "MEI": vendors.KindPCI, "NVME": vendors.KindPCI, "DRM": vendors.KindPNP,
	"IEEE_OUI": vendors.KindOUI,
}

// vendorID is how a vendor id starts: with an authority.
var vendorID = regexp.MustCompile(`^[A-Za-z][A-Za-z_]*:`)

// claimVendorID takes a vendor id: "USB:0x12D1", "DMI:ZTE". One by an authority that is not known
// counts.
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
		c.Malformed++
		s.Warn(sbom.WarnMalformed, fmt.Sprintf("a vendor id by an authority that is not known: %q; it was not screened", id), at)
	}
}
