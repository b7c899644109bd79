// SPDX-License-Identifier: Apache-2.0

// Package isapi reads documents of ISAPI, the HTTP interface of cameras and video recorders from
// Hikvision, which are also sold under other brands.
//
// The device is the primary component. A device answers with the name that it is sold under, so
// the answer is only what the device claims. The XML namespace is that of Hikvision under any
// brand. It is a reference, because other companies may implement the protocol.
//
// In documents other than DeviceInfo, each element with a field that names a vendor is a part:
// an interface of the device, or a camera that is connected to a recorder.
package isapi

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/clause76/clause76/firmware/internal/deviceinfo"
	"github.com/clause76/clause76/firmware/internal/ethernet"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "isapi"

// namespace matches the namespaces of ISAPI: those of Hikvision and its brands, and the neutral
// www.isapi.org and www.std-cgi.com. On some devices, the namespace of DeviceInfo has another form.
var namespace = lazyregexp.New(`^https?://[^/]+/ver\d+` + namespaceEnd + `$`)

const namespaceEnd = "/XMLSchema"

var device = &deviceinfo.Element{
	Format:    Name,
	Name:      "DeviceInfo",
	Namespace: true,
	Fields: format.Table{
		"manufacturer":  {Role: vendors.Manufacturer, Kind: vendors.KindName, Guard: true},
		"vendor":        {Role: vendors.Manufacturer, Kind: vendors.KindName, Guard: true},
		"brand":         {Role: vendors.Supplier, Kind: vendors.KindName, Guard: true},
		"oemCode":       {Role: vendors.Reference, Kind: vendors.KindName, Guard: true}, // the brand that it was made for
		"model":         {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true},
		"deviceName":    {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true},
		"systemContact": {Role: vendors.Reference, Kind: vendors.KindProduct, Guard: true}, // "Hikvision.China"
		"macAddress":    {Role: vendors.Namespace, Kind: vendors.KindOUI, Guard: true, Check: ethernet.CheckPrefix},
	},
}

// partFields are the fields of parts, in lower case, because their spelling varies between documents.
var partFields = format.Table{
	"manufacturer":    {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"vendor":          {Role: vendors.Manufacturer, Kind: vendors.KindName},
	"brand":           {Role: vendors.Supplier, Kind: vendors.KindName},
	"oemcode":         {Role: vendors.Reference, Kind: vendors.KindName}, // the brand that it was made for
	"model":           {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
	"devicename":      {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
	"proxyprotocol":   {Role: vendors.Reference, Kind: vendors.KindProduct}, // of a camera: "HIKVISION"
	"macaddress":      {Role: vendors.Namespace, Kind: vendors.KindOUI},
	"physaddress":     {Role: vendors.Namespace, Kind: vendors.KindOUI},
	"firmwareversion": {To: format.Version},
}

// Sniff reports whether a document that starts with head is a document of ISAPI.
func Sniff(head []byte) bool {
	if !bytes.Contains(head, []byte("XMLSchema")) {
		return false
	}
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	return x.Next() == xmlstream.Start && (namespace.MatchString(x.Space()) || string(x.Name()) == device.Name && strings.HasSuffix(x.Space(), namespaceEnd))
}

// Read returns the device and, of documents other than DeviceInfo, its parts.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
		if x.Next() == xmlstream.Start && string(x.Name()) == device.Name {
			return device.Read(x, s)
		}
		y := &reader{s: s, x: x}
		for k := x.Kind(); k != xmlstream.None; k = x.Next() {
			if !y.next(k) {
				return nil
			}
		}
		return x.Err()
	})
}

// A reader reads a document other than DeviceInfo.
type reader struct {
	s     *sbom.Sink
	x     *xmlstream.Reader
	open  []element
	parts int
}

// An element is an element that is open.
type element struct {
	pointer string
	name    string          // in lower case
	c       *sbom.Component // the device of the root element, or the part once a field is found
}

// next reads a tag or text, and reports whether to go on.
func (y *reader) next(k xmlstream.Kind) bool {
	switch k {
	case xmlstream.Start:
		y.start()
	case xmlstream.Text:
		if n := len(y.open); n > 1 {
			y.text(&y.open[n-2], y.open[n-1])
		}
	case xmlstream.End:
		e := y.open[len(y.open)-1]
		y.open = y.open[:len(y.open)-1]
		if e.c != nil {
			return y.s.Emit(*e.c)
		}
	}
	return true
}

// start reads a start tag.
func (y *reader) start() {
	name := string(y.x.Name())
	e := element{pointer: "/" + name, name: strings.ToLower(name)}
	if n := len(y.open); n > 0 {
		e.pointer = y.open[n-1].pointer + e.pointer
	} else {
		at := vendors.Location{Pointer: e.pointer, Offset: y.x.Offset()}
		e.c = &sbom.Component{Ref: "device", Type: "device", Name: Name + " device", Placement: sbom.Primary, Location: at}
		y.s.Claim(e.c, vendors.Reference, vendors.KindProduct, y.x.Space(), at)
	}
	y.open = append(y.open, e)
	y.unknown(e, name)
}

// unknown counts an element that is not a field, and each attribute, as not screened if the name
// suggests that it names a maker.
func (y *reader) unknown(e element, name string) {
	if partFields[e.name].Role == "" && format.MayNameMaker(name) {
		format.UnknownMaker(y.s, nil, name, vendors.Location{Pointer: e.pointer, Offset: y.x.Offset()})
	}
	for _, a := range y.x.Attrs() {
		if name := string(a.Name); len(a.Value) > 0 && (partFields[strings.ToLower(name)].Role.IsOrigin() || format.MayNameMaker(name)) {
			format.UnknownMaker(y.s, nil, name, vendors.Location{Pointer: e.pointer + "/@" + name, Offset: a.Offset})
		}
	}
}

// text reads the text of an element, which is a field of its parent element.
func (y *reader) text(in *element, e element) {
	text := strings.TrimSpace(string(y.x.Text()))
	f, known := partFields[e.name]
	if text == "" || !known || f.Role == "" && in.c == nil { // a version alone makes no part
		return
	}
	at := vendors.Location{Pointer: e.pointer, Offset: y.x.Offset()}
	if in.c == nil {
		y.parts++
		ref := "part " + strconv.Itoa(y.parts)
		in.c = &sbom.Component{Ref: ref, Type: "device", Name: ref, Location: vendors.Location{Pointer: in.pointer, Offset: at.Offset}}
	}
	if f.Kind == vendors.KindOUI {
		switch address, ok := ethernet.Address(text); {
		case !ok:
			format.Malformed(y.s, in.c, sbom.WarnMalformed, "an address is not a list of bytes; it was not screened", at)
			return
		case address == "":
			return // zeros, or not an Ethernet address
		}
	}
	f.Read(y.s, in.c, text, at)
}
