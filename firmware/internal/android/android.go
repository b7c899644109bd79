// SPDX-License-Identifier: Apache-2.0

// Package android reads the build.prop of an Android system, with one property a line, and the
// metadata of an update.
//
// The device is the primary component. Its brand is the supplier, and its manufacturer is the
// manufacturer. These are different companies if one builds devices for the other, and each
// partition (system, vendor, odm, product) can state its own. Models are references. A fingerprint
// starts with the brand that the system was built for, which can differ from the brand of the
// device, so it is a reference, like a maker in any other property. The processor (ro.soc.*) is a
// part.
//
// The properties are claims of the installed system. A system that was installed later may have
// changed them.
package android

import (
	"cmp"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "android-build-prop"

var (
	property = lazyregexp.New(`^\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*?)\s*$`)
	// product matches properties of the device, and of a partition: "ro.product.brand",
	// "ro.product.vendor_dlkm.brand", "ro.vendor.product.brand", "ro.product.brand_for_attestation".
	product = lazyregexp.New(`^ro\.(?:[a-z0-9_]+\.)*product\.(?:[a-z0-9_]+\.)*(manufacturer|brand|model|name|device|board|marketname)(?:_for_attestation)?$`)
	// soc matches properties of the processor.
	soc = lazyregexp.New(`^ro\.(?:[a-z0-9_]+\.)*soc\.(manufacturer|model)$`)
	// maker matches other properties that name who made something: "ro.oem.manufacturer".
	maker = lazyregexp.New(`(?i)(?:^|[._])(?:manufacturer|mfr|mfg|brand|supplier|oem|oem_?name|vendor_?name)(?:_for_attestation)?$`)
	// fingerprint matches the names of builds: "ro.bootimage.build.fingerprint", "ro.build.thumbprint".
	fingerprint = lazyregexp.New(`^ro\.(?:[a-z0-9_]+\.)*(?:fingerprint|thumbprint)$`)
	// osRelease matches variables of os-release.
	osRelease = lazyregexp.New(`^(ID|NAME|PRETTY_NAME|VENDOR_NAME|VENDOR_URL|HOME_URL|CPE_NAME|DISTRIB_ID|(OPENWRT_|LEDE_)?DEVICE_MANUFACTURER)$`)
)

// fields are the properties that product and soc match, by the last part of their names. The
// manufacturer and the brand are two claims, because neither implies the other.
var fields = format.Table{
	"manufacturer": {Role: vendors.Manufacturer, Kind: vendors.KindName},
	"brand":        {Role: vendors.Supplier, Kind: vendors.KindName, To: format.Group, First: true},
	"model":        {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	"marketname":   {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name, First: true},
	"name":         {Role: vendors.Reference, Kind: vendors.KindProduct},
	"device":       {Role: vendors.Reference, Kind: vendors.KindProduct},
	"board":        {Role: vendors.Reference, Kind: vendors.KindProduct},
}

// Sniff reports whether a document that starts with head is a build.prop: it has
// properties of a build or product, and nothing but properties, comments and imports.
func Sniff(head []byte) bool {
	known := 0
	for line := range lines.Head(head) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "import ") {
			continue
		}
		m := property.FindStringSubmatch(line)
		if m == nil {
			return known >= 5 // after five properties, another line can be a manual edit
		}
		if product.MatchString(m[1]) || strings.HasPrefix(m[1], "ro.build.") || strings.HasPrefix(m[1], "ro.") && strings.Contains(m[1], ".build.") {
			known++
		}
		if known >= 20 {
			break
		}
	}
	return known >= 2
}

// Read returns the processor, if it is named, and the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		x := &reader{
			s:      s,
			device: sbom.Component{Ref: "device", Type: "device", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}},
			chip:   sbom.Component{Ref: "soc", Type: "device", Location: vendors.Location{Pointer: "/ro.soc"}},
			seen:   make(map[string]string),
		}
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			x.line(in.Text(), in.Offset())
		}
		if err := in.End(s); err != nil {
			return err
		}
		x.device.Name = cmp.Or(x.device.Name, "Android device")
		x.chip.Name = cmp.Or(x.chip.Name, "processor")
		if len(x.chip.Claims)+x.chip.Malformed > 0 && !s.Emit(x.chip) {
			return nil
		}
		s.Emit(x.device)
		return nil
	})
}

type reader struct {
	s            *sbom.Sink
	device, chip sbom.Component
	seen         map[string]string // values of the product properties, by name
}

// line reads a line: a property, an import, a comment or a blank line.
func (x *reader) line(text string, offset int64) {
	line := strings.TrimSpace(text)
	switch {
	case line == "" || line[0] == '#':
	case strings.HasPrefix(line, "import "):
		x.s.Malformed(sbom.WarnIncomplete, "an imported file was not screened: "+line, vendors.Location{Offset: offset})
	default:
		m := property.FindStringSubmatchIndex(text)
		if m == nil {
			x.s.Malformed(sbom.WarnMalformed, "expected property=value; the line was not screened", vendors.Location{Offset: offset})
			return
		}
		name := text[m[2]:m[3]]
		x.property(name, text[m[4]:m[5]], vendors.Location{Pointer: "/" + name, Offset: offset + int64(m[4])})
	}
}

// property reads a property.
func (x *reader) property(name, value string, at vendors.Location) {
	claim := func(role vendors.Role, kind vendors.Kind, value string) { x.s.Claim(&x.device, role, kind, value, at) }
	lower := strings.ToLower(name)
	switch {
	case osRelease.MatchString(name):
		x.s.Malformed(sbom.WarnMalformed, name+" is a variable of os-release, and other parsers may read the file as os-release; it was not screened", at)
	case product.MatchString(name):
		if before, twice := x.seen[name]; twice && before != value {
			// Readers differ: some take the first value of a ro. property, others the last.
			format.Malformed(x.s, &x.device, sbom.WarnMalformed, name+" has two values", at)
		}
		x.seen[name] = value
		fields[product.FindStringSubmatch(name)[1]].Read(x.s, &x.device, value, at)
	case soc.MatchString(name):
		fields[soc.FindStringSubmatch(name)[1]].Read(x.s, &x.chip, value, at)
	case product.MatchString(lower) || soc.MatchString(lower):
		format.NotField(x.s, nil, name, lower, at)
	case fingerprint.MatchString(name):
		brand, _, _ := strings.Cut(value, "/")
		claim(vendors.Reference, vendors.KindName, brand)
	case maker.MatchString(name):
		claim(vendors.Reference, vendors.KindName, value)
	case name == "ro.build.version.release":
		x.device.Version = value
	case strings.HasPrefix(name, "ro.com.google.clientidbase"):
		claim(vendors.Mention, vendors.KindText, value)
	}
}
