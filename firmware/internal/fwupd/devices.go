// SPDX-License-Identifier: Apache-2.0

package fwupd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// SniffDevices reports whether a document that starts with head is what "fwupdmgr
// get-devices --json" prints.
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
	return sbom.NewDocument(sbom.Header{Format: NameDevices, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		l := s.Limits()
		x := &devices{j: jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		x.document()
		return x.j.End()
	})
}

type devices struct {
	j *jsonstream.Reader
	s *sbom.Sink
}

func (x *devices) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	for j.More() {
		name := string(j.Name())
		if err := format.CheckPolyglot("fwupd", name); err != nil {
			j.Fail(sbom.ErrNotRecognized, err)
		}
		switch {
		case name != "Devices":
			if near := format.SimilarField(name, "Devices"); near != "" {
				x.s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), vendors.Location{Pointer: "/" + name, Offset: j.Offset()})
			}
			j.Skip()
		case j.Kind() != '[':
			x.s.Malformed(sbom.WarnMalformed, "Devices is not an array", vendors.Location{Pointer: "/Devices", Offset: j.Offset()})
			j.Skip()
		default:
			j.Enter('[')
			for i := 0; j.More(); i++ {
				x.device(fmt.Sprintf("/Devices/%d", i))
			}
		}
	}
}

// instance is an instance id: the ids of a bus, before they are hashed to a GUID.
var instance = regexp.MustCompile(`^(?:[A-Z0-9]+\\)?(USB|HIDRAW|PCI|NVME|MEI)\\VEN?D?_?([0-9A-Fa-f]{4})|^(USB|HIDRAW|PCI|NVME|MEI)\\VID_([0-9A-Fa-f]{4})`)

func (x *devices) device(pointer string) {
	j := x.j
	c := sbom.Component{Ref: pointer, Type: "device", Location: vendors.Location{Pointer: pointer, Offset: j.Offset()}}
	if j.Kind() != '{' {
		x.s.Malformed(sbom.WarnMalformed, "a device is not an object", c.Location)
		j.Skip()
		return
	}
	for j.Enter('{'); j.More(); {
		name := string(j.Name())
		at := pointer + "/" + name
		switch name {
		case "Name":
			x.text(&c, at, func(text string, at vendors.Location) {
				c.Name = text
				x.s.Claim(&c, vendors.Reference, vendors.KindProduct, text, at)
			})
		case "Vendor":
			x.text(&c, at, func(text string, at vendors.Location) {
				c.Group = text
				x.s.Claim(&c, vendors.Manufacturer, vendors.KindName, text, at)
			})
		case "Version":
			x.text(&c, at, func(text string, _ vendors.Location) { c.Version = text })
		case "DeviceId":
			x.text(&c, at, func(text string, _ vendors.Location) { c.Ref = text })
		case "VendorId", "VendorIds":
			x.text(&c, at, func(text string, at vendors.Location) {
				for id := range bytes.SplitSeq([]byte(text), []byte("|")) {
					claimVendorID(x.s, &c, string(id), at)
				}
			})
		case "Guid":
			x.text(&c, at, func(text string, at vendors.Location) {
				x.s.Claim(&c, vendors.Namespace, vendors.KindGUID, text, at)
			})
		case "InstanceIds":
			x.text(&c, at, func(text string, at vendors.Location) {
				if m := instance.FindStringSubmatch(text); m != nil {
					claimVendorID(x.s, &c, m[1]+m[3]+":0x"+m[2]+m[4], at)
				}
			})
		default:
			if near := format.SimilarField(name, "Vendor", "VendorId", "Guid", "InstanceIds"); near != "" {
				c.Malformed++
				x.s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), vendors.Location{Pointer: at, Offset: j.Offset()})
			}
			j.Skip()
		}
	}
	if c.Name == "" {
		c.Name = c.Ref
	}
	if j.Err() == nil && !x.s.Emit(c) {
		j.Fail(sbom.ErrRead, errors.New("stopped"))
	}
}

// text reads a string, or an array of them.
func (x *devices) text(c *sbom.Component, pointer string, take func(string, vendors.Location)) {
	j := x.j
	switch j.Kind() {
	case '"':
		if text, ok := j.Text(); ok {
			take(string(text), vendors.Location{Pointer: pointer, Offset: j.TextOffset()})
		}
		return
	case '[':
		j.Enter('[')
		for i := 0; j.More(); i++ {
			if j.Kind() == '[' {
				c.Malformed++
				x.s.Warn(sbom.WarnMalformed, "an array in an array; it was not screened", vendors.Location{Pointer: pointer, Offset: j.Offset()})
				j.Skip()
				continue
			}
			x.text(c, fmt.Sprintf("%s/%d", pointer, i), take)
		}
		return
	case 'n':
	default:
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, "expected a string", vendors.Location{Pointer: pointer, Offset: j.Offset()})
	}
	j.Skip()
}
