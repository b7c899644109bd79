// SPDX-License-Identifier: Apache-2.0

// Package onvif reads GetDeviceInformationResponse of the ONVIF device service (ONVIF Core
// Specification), with or without its SOAP envelope. In it, a camera or video recorder states its
// manufacturer and model.
//
// The device is the primary component. A device answers with the name that it is sold under, so
// the answer is only what the device claims.
package onvif

import (
	"bytes"
	"io"

	"github.com/clause76/clause76/firmware/internal/deviceinfo"
	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "onvif"

var device = &deviceinfo.Element{
	Format: Name,
	Name:   "GetDeviceInformationResponse",
	Fields: format.Table{
		"Manufacturer":    {Role: vendors.Manufacturer, Kind: vendors.KindName, Guard: true},
		"Model":           {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true},
		"FirmwareVersion": {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true}, // "2.420.Dahua 00.14.R"
		"HardwareId":      {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true},
	},
}

// maxEnvelope is the maximum depth of the response in its envelope.
const maxEnvelope = 8

// Sniff reports whether a document that starts with head is such a response.
func Sniff(head []byte) bool {
	if !bytes.Contains(head, []byte(device.Name)) {
		return false
	}
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	for x.Next() != xmlstream.None && x.Depth() < maxEnvelope {
		if x.Kind() == xmlstream.Start && string(x.Name()) == device.Name {
			return true
		}
	}
	return false
}

// Read returns the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
		x.Next()
		return device.Read(x, s)
	})
}
