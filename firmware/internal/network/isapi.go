// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/clause76/clause76/internal/xmlstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// isapiSpace are the namespaces of ISAPI: Hikvision's, those of its brands, and the neutral
// www.isapi.org and www.std-cgi.com.
var isapiSpace = regexp.MustCompile(`^https?://[^/]+/ver\d+/XMLSchema$`)

// isapiAny are the elements that bear on vendors in the documents of ISAPI apart from DeviceInfo,
// in lower case: the interfaces of the device, and the cameras that a recorder has.
var isapiAny = map[string]field{
	"manufacturer":  {vendors.Manufacturer, vendors.KindName},
	"vendor":        {vendors.Manufacturer, vendors.KindName},
	"brand":         {vendors.Supplier, vendors.KindName},
	"model":         {vendors.Reference, vendors.KindProduct},
	"devicename":    {vendors.Reference, vendors.KindProduct},
	"proxyprotocol": {vendors.Reference, vendors.KindProduct}, // "HIKVISION", of a camera
	"oemcode":       {vendors.Reference, vendors.KindName},    // for whom it was made
	"macaddress":    {vendors.Namespace, vendors.KindOUI},
	"physaddress":   {vendors.Namespace, vendors.KindOUI},
}

// SniffISAPI reports whether a document that starts with head is one of ISAPI.
func SniffISAPI(head []byte) bool {
	if !bytes.Contains(head, []byte("XMLSchema")) {
		return false
	}
	x := xmlstream.NewReader(bytes.NewReader(head), xmlstream.Limits{})
	return x.Next() == xmlstream.Start && (isapiSpace.MatchString(x.Space()) || string(x.Name()) == "DeviceInfo" && strings.HasSuffix(x.Space(), isapiEnd))
}

// ReadISAPI returns the device. Of documents apart from DeviceInfo, each element that has one of
// a few elements in it is a part.
func ReadISAPI(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameISAPI, Encoding: "XML"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := xmlstream.NewReader(r, xmlstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String})
		if x.Next() == xmlstream.Start && string(x.Name()) == "DeviceInfo" {
			return readInfo(NameISAPI, "DeviceInfo", isapi, x, s)
		}
		y := &isapiReader{s: s, x: x}
		for k := x.Kind(); k != xmlstream.None; k = x.Next() {
			if !y.next(k) {
				return nil
			}
		}
		return x.Err()
	})
}

type isapiReader struct {
	s     *sbom.Sink
	x     *xmlstream.Reader
	open  []isapiElement
	parts int
}

// An isapiElement is one that is open.
type isapiElement struct {
	pointer string
	name    string          // in lower case
	c       *sbom.Component // what it is about, once something is said of it
}

// next takes what comes next, and reports whether to go on.
func (y *isapiReader) next(k xmlstream.Kind) bool {
	at := vendors.Location{Offset: y.x.Offset()}
	switch k {
	case xmlstream.Start:
		e := isapiElement{name: strings.ToLower(string(y.x.Name()))}
		if n := len(y.open); n > 0 {
			e.pointer = y.open[n-1].pointer
		}
		e.pointer += "/" + string(y.x.Name())
		if len(y.open) == 0 {
			at.Pointer = e.pointer
			e.c = product(e.pointer)
			e.c.Location = at
			e.c.Name = "isapi device"
			// Others may implement the protocol, so it is no identifier.
			y.s.Claim(e.c, vendors.Reference, vendors.KindProduct, y.x.Space(), at)
		}
		y.open = append(y.open, e)
		y.unread(e)
	case xmlstream.Text:
		if n := len(y.open); n > 1 {
			y.text(&y.open[n-2], y.open[n-1], strings.TrimSpace(string(y.x.Text())), at)
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

// unread counts an element, or an attribute of one, that may say who made something and is none
// of those that are read.
func (y *isapiReader) unread(e isapiElement) {
	count := func(name string, at vendors.Location) {
		y.s.Malformed(sbom.WarnSimilarField, name+" may say who made something; it was not screened", at)
	}
	if _, known := isapiAny[e.name]; !known && format.MayNameMaker(string(y.x.Name())) {
		count("the element "+string(y.x.Name()), vendors.Location{Pointer: e.pointer, Offset: y.x.Offset()})
	}
	for _, a := range y.x.Attrs() {
		if name := string(a.Name); len(a.Value) > 0 && (isapiAny[strings.ToLower(name)].role.IsOrigin() || format.MayNameMaker(name)) {
			count("the attribute "+name, vendors.Location{Pointer: e.pointer + "/@" + name, Offset: a.Offset})
		}
	}
}

// text takes the text of an element in another one.
func (y *isapiReader) text(in *isapiElement, e isapiElement, text string, at vendors.Location) {
	f, ok := isapiAny[e.name]
	if text == "" || !ok && (in.c == nil || e.name != "firmwareversion") {
		return
	}
	at.Pointer = e.pointer
	if in.c == nil {
		y.parts++
		ref := "part " + strconv.Itoa(y.parts)
		in.c = &sbom.Component{Ref: ref, Type: "device", Name: ref, Location: vendors.Location{Pointer: in.pointer, Offset: at.Offset}}
	}
	switch e.name {
	case "firmwareversion":
		in.c.Version = text
		return
	case "model", "devicename":
		in.c.Name = text
	case "manufacturer":
		in.c.Group = text
	case "macaddress", "physaddress":
		switch address, bytes := mac(text); {
		case !bytes:
			in.c.Malformed++
			y.s.Warn(sbom.WarnMalformed, "an address that is not in bytes; it was not screened", at)
			return
		case address == "":
			return // of zeros, or not of Ethernet
		}
	}
	y.s.Claim(in.c, f.role, f.kind, text, at)
}
