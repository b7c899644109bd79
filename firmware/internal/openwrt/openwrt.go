// SPDX-License-Identifier: Apache-2.0

// Package openwrt reads the profiles.json that OpenWrt's build system writes beside
// its images: one profile for each device that the images are for.
//
// Each profile is a product. Its titles name the device's vendor and model (in
// OpenWrt 19.07 a title is one free text), its supported_devices are devicetree
// compatible strings, "vendor,device", or names of an older scheme. The packages of
// a profile are left out: a driver for a vendor's modems is not the vendor's.
//
// Devices that OpenWrt runs on are routers, access points and the like, so their
// category is telecommunicationsEquipment. The maker of the device did not make the
// image.
package openwrt

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "openwrt-profiles"

// Category is the category of the devices.
const Category = "telecommunicationsEquipment"

// maxTexts bounds the titles and names of one device.
const maxTexts = 1000

// Sniff reports whether a document that starts with head is a profiles.json.
func Sniff(head []byte) bool {
	seen := 0
	for name := range jsonstream.TopLevel(head) {
		switch name {
		case "profiles":
			return true
		case "arch_packages", "default_packages", "metadata_version", "source_date_epoch", "target", "version_code", "version_number", "linux_kernel":
			if seen++; seen == 2 {
				return true
			}
		case "bomFormat", "spdxVersion":
			return false
		}
	}
	return false
}

// Read returns the devices of a profiles.json.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		l := s.Limits()
		x := &reader{j: jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s: s}
		s.PlacementFinal()
		x.document()
		return x.j.End()
	})
}

type reader struct {
	j    *jsonstream.Reader
	s    *sbom.Sink
	name string // of the member being read
}

// unknown passes over a member, unless other parsers may read it as a known one.
func (x *reader) unknown(c *sbom.Component, known ...string) {
	if near := format.SimilarField(x.name, known...); near != "" {
		c.Malformed++
		x.s.Warn(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q, but other parsers may read it so; it was not screened", x.name, near),
			vendors.Location{Pointer: c.Location.Pointer, Offset: x.j.Offset()})
	}
	x.j.Skip()
}

func (x *reader) document() {
	j := x.j
	if !j.Enter('{') {
		j.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
		return
	}
	found := false
	for j.More() {
		switch name := string(j.Name()); name {
		case "profiles":
			found = true
			x.profiles()
		case "version_number":
			if text, ok := j.Text(); ok {
				x.s.SetVersion(string(text))
			}
		default:
			if err := format.CheckPolyglot("OpenWrt", name); err != nil {
				j.Fail(sbom.ErrNotRecognized, err)
			}
			if near := format.SimilarField(name, "profiles"); near != "" {
				x.s.Malformed(sbom.WarnSimilarField, fmt.Sprintf("the name %q is not %q; it was not screened", name, near), vendors.Location{Offset: j.Offset()})
			}
			j.Skip()
		}
	}
	if !found {
		j.Fail(sbom.ErrNotRecognized, errors.New("profiles is missing"))
	}
}

func (x *reader) profiles() {
	j := x.j
	if j.Kind() != '{' {
		x.s.Malformed(sbom.WarnMalformed, "profiles is not an object", vendors.Location{Pointer: "/profiles", Offset: j.Offset()})
		j.Skip()
		return
	}
	j.Enter('{')
	for j.More() {
		id := string(j.Name())
		at := vendors.Location{Pointer: string(jsontext.Pointer("/profiles").AppendToken(id)), Offset: j.TextOffset()}
		c := sbom.Component{Ref: id, Type: "device", Category: Category, Placement: sbom.Primary, Location: at}
		x.s.Claim(&c, vendors.Reference, vendors.KindProduct, id, at)
		if j.Kind() != '{' {
			x.s.Malformed(sbom.WarnMalformed, "a profile is not an object", at)
			j.Skip()
			continue
		}
		j.Enter('{')
		for j.More() {
			switch x.name = string(j.Name()); x.name {
			case "titles":
				x.titles(&c)
			case "title":
				x.claim(&c, vendors.Reference, vendors.KindProduct, "/title", &c.Name)
			case "supported_devices":
				x.supported(&c)
			default:
				x.unknown(&c, "titles", "title", "supported_devices")
			}
		}
		if c.Name == "" {
			c.Name = id
		}
		if j.Err() == nil && !x.s.Emit(c) {
			j.Fail(sbom.ErrRead, errors.New("stopped"))
		}
	}
}

// claim reads a string into a claim and, if it is the first, into first.
func (x *reader) claim(c *sbom.Component, role vendors.Role, kind vendors.Kind, at string, first *string) {
	switch x.j.Kind() {
	case '"':
	case 'n':
		x.j.Skip()
		return
	default:
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, "expected a string", vendors.Location{Pointer: c.Location.Pointer + at, Offset: x.j.Offset()})
		x.j.Skip()
		return
	}
	text, ok := x.j.Text()
	if !ok || len(text) == 0 {
		return
	}
	if len(c.Claims) >= maxTexts {
		x.j.Fail(sbom.ErrLimit, fmt.Errorf("more than %d titles and names of one device", maxTexts))
		return
	}
	where := vendors.Location{Pointer: c.Location.Pointer + at, Offset: x.j.TextOffset()}
	if kind != vendors.KindDeviceTree && !x.s.CheckName(string(text), where) {
		c.Malformed++
	}
	if first != nil && *first == "" {
		*first = string(text)
	}
	x.s.Claim(c, role, kind, string(text), where)
}

func (x *reader) titles(c *sbom.Component) {
	if !x.list(c, "titles") {
		return
	}
	for i := 0; x.j.More(); i++ {
		at := "/titles/" + strconv.Itoa(i)
		if x.j.Kind() != '{' {
			c.Malformed++
			x.s.Warn(sbom.WarnMalformed, "a title is not an object", vendors.Location{Pointer: c.Location.Pointer + at, Offset: x.j.Offset()})
			x.j.Skip()
			continue
		}
		x.j.Enter('{')
		for x.j.More() {
			switch x.name = string(x.j.Name()); x.name {
			case "vendor":
				x.claim(c, vendors.Manufacturer, vendors.KindName, at+"/vendor", &c.Group)
			case "model":
				x.claim(c, vendors.Reference, vendors.KindProduct, at+"/model", &c.Name)
			case "title":
				x.claim(c, vendors.Reference, vendors.KindProduct, at+"/title", &c.Name)
			default:
				x.unknown(c, "vendor", "model", "title")
			}
		}
	}
}

func (x *reader) supported(c *sbom.Component) {
	if !x.list(c, "supported_devices") {
		return
	}
	for i := 0; x.j.More(); i++ {
		n := len(c.Claims)
		x.claim(c, vendors.Namespace, vendors.KindDeviceTree, "/supported_devices/"+strconv.Itoa(i), nil)
		if len(c.Claims) > n && !strings.Contains(c.Claims[n].Value, ",") {
			c.Claims[n].Role, c.Claims[n].Kind = vendors.Reference, vendors.KindProduct // an older board name
		}
	}
}

func (x *reader) list(c *sbom.Component, name string) bool {
	switch x.j.Kind() {
	case '[':
		return x.j.Enter('[')
	case 'n', 0:
	default:
		c.Malformed++
		x.s.Warn(sbom.WarnMalformed, name+" is not an array", vendors.Location{Pointer: c.Location.Pointer + "/" + name, Offset: x.j.Offset()})
	}
	x.j.Skip()
	return false
}
