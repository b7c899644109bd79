// SPDX-License-Identifier: Apache-2.0

// Package openwrt reads the profiles.json that OpenWrt's build system writes next to its images,
// with one profile for each device that the images are for.
//
// Each profile is a primary component. Its titles name the manufacturer and the model of the
// device (in OpenWrt 19.07 a title is one free text). Its supported_devices are devicetree
// compatible strings, "vendor,device", or names of an older scheme. The packages of a profile are
// ignored: a driver for the modems of a vendor does not come from that vendor.
//
// OpenWrt runs on routers, access points and similar devices, so the category of the devices is
// telecommunicationsEquipment. The manufacturer of a device did not make the image.
package openwrt

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/firmware/internal/jsondoc"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "openwrt-profiles"

// Category is the category of the devices.
const Category = "telecommunicationsEquipment"

// maxTexts limits the titles and names of one device.
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
	return jsondoc.New(Name, r, opts, func(in *jsondoc.Reader) {
		x := &reader{in}
		found := false
		for name := range x.Root("OpenWrt") {
			switch name {
			case "profiles":
				found = true
				x.profiles()
			case "version_number":
				if text, ok := x.Text(); ok {
					x.Sink.SetVersion(string(text))
				}
			default:
				x.Unknown(nil, name, "", "profiles")
			}
		}
		if !found {
			x.Fail(sbom.ErrNotRecognized, errors.New("profiles is missing"))
		}
	})
}

type reader struct{ *jsondoc.Reader }

// Fields of a profile and of the objects in its titles. In both, the first name is the device's.
var (
	title = format.Field{Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true}

	titleFields = format.Table{
		"vendor": {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, First: true},
		"model":  title,
		"title":  title,
	}
)

func (x *reader) profiles() {
	if !x.Require('{', nil, x.At("/profiles")) {
		return
	}
	for x.Enter('{'); x.More(); {
		id := string(x.Name())
		at := vendors.Location{Pointer: string(jsontext.Pointer("/profiles").AppendToken(id)), Offset: x.TextOffset()}
		c := sbom.Component{Ref: id, Type: "device", Category: Category, Placement: sbom.Primary, Location: at}
		x.Sink.Claim(&c, vendors.Reference, vendors.KindProduct, id, at)
		if x.Require('{', nil, at) {
			x.profile(&c)
		}
	}
}

func (x *reader) profile(c *sbom.Component) {
	for x.Enter('{'); x.More(); {
		pointer := c.Location.Pointer
		switch name := string(x.Name()); name {
		case "titles":
			x.titles(c, pointer+"/titles")
		case "title":
			x.field(c, title, pointer+"/title")
		case "supported_devices":
			x.supported(c, pointer+"/supported_devices")
		default:
			x.Unknown(c, name, pointer, "titles", "title", "supported_devices")
		}
	}
	if c.Name == "" {
		c.Name = c.Ref
	}
	x.Emit(*c)
}

// list enters an array. If the input ends before it, only the error reports this.
func (x *reader) list(c *sbom.Component, pointer string) bool {
	if x.Kind() == 0 {
		x.Skip()
		return false
	}
	return x.Expect('[', c, x.At(pointer)) && x.Enter('[')
}

// titles reads the array of titles, which are objects.
func (x *reader) titles(c *sbom.Component, pointer string) {
	if !x.list(c, pointer) {
		return
	}
	for i := 0; x.More(); i++ {
		at := pointer + "/" + strconv.Itoa(i)
		if !x.Require('{', c, x.At(at)) {
			continue
		}
		for x.Enter('{'); x.More(); {
			name := string(x.Name())
			if f, known := titleFields[name]; known {
				x.field(c, f, at+"/"+name)
			} else {
				x.Unknown(c, name, c.Location.Pointer, "vendor", "model", "title")
			}
		}
	}
}

// supported reads the array of devices that the image supports: devicetree compatible strings, or
// names of an older scheme, which have no comma.
func (x *reader) supported(c *sbom.Component, pointer string) {
	if !x.list(c, pointer) {
		return
	}
	for i := 0; x.More(); i++ {
		n := len(c.Claims)
		x.field(c, format.Field{Role: vendors.Namespace, Kind: vendors.KindDeviceTree}, pointer+"/"+strconv.Itoa(i))
		if len(c.Claims) > n && !strings.Contains(c.Claims[n].Value, ",") {
			c.Claims[n].Role, c.Claims[n].Kind = vendors.Reference, vendors.KindProduct
		}
	}
}

// field reads the string of a field.
func (x *reader) field(c *sbom.Component, f format.Field, pointer string) {
	text, at, ok := x.String(c, pointer)
	if !ok || text == "" {
		return
	}
	if len(c.Claims) >= maxTexts {
		x.Fail(sbom.ErrLimit, fmt.Errorf("more than %d titles and names of one device", maxTexts))
		return
	}
	// The claim of a vendor checks its name; the title of a device names its maker too.
	if f.Kind == vendors.KindProduct && !x.Sink.CheckName(text, at) {
		c.Malformed++
	}
	f.Read(x.Sink, c, text, at)
}
