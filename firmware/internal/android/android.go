// SPDX-License-Identifier: Apache-2.0

// Package android reads the build.prop of an Android system: its properties, one a line,
// as the device's builders set them.
//
// The device is the product. Its brand is its supplier and its manufacturer made it; they
// are other companies where one has the other build its devices, and each partition
// (system, vendor, odm, product) can say so by itself. Models are references. A
// fingerprint starts with the brand for which the system was built, which need not be that of the
// device: it is a reference, and so is a maker in a property of another sort. The processor
// (ro.soc.*) is a part. A system that was put on a device by others keeps or changes these,
// so they say what the system claims.
package android

import (
	"io"
	"regexp"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "android-build-prop"

var (
	property = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*?)\s*$`)
	// ours are "ro.product.brand", "ro.product.vendor_dlkm.brand", "ro.vendor.product.brand",
	// "ro.product.brand_for_attestation".
	osRelease = regexp.MustCompile(`^(ID|NAME|PRETTY_NAME|VENDOR_NAME|VENDOR_URL|HOME_URL|CPE_NAME|DISTRIB_ID|(OPENWRT_|LEDE_)?DEVICE_MANUFACTURER)$`)
	ours      = regexp.MustCompile(`^ro\.(?:[a-z0-9_]+\.)*product\.(?:[a-z0-9_]+\.)*(manufacturer|brand|model|name|device|board|marketname)(?:_for_attestation)?$`)
	// soc are those of the processor.
	soc = regexp.MustCompile(`^ro\.(?:[a-z0-9_]+\.)*soc\.(manufacturer|model)$`)
	// makers are other properties that name who made something: "ro.oem.manufacturer".
	makers = regexp.MustCompile(`(?i)(?:^|[._])(?:manufacturer|mfr|mfg|brand|supplier|oem|oem_?name|vendor_?name)(?:_for_attestation)?$`)
	// fingerprints are the names of builds: "ro.bootimage.build.fingerprint", "ro.build.thumbprint".
	fingerprints = regexp.MustCompile(`^ro\.(?:[a-z0-9_]+\.)*(?:fingerprint|thumbprint)$`)
)

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
			return known >= 5 // somebody's edit, further below
		}
		if ours.MatchString(m[1]) || strings.HasPrefix(m[1], "ro.build.") || strings.HasPrefix(m[1], "ro.") && strings.Contains(m[1], ".build.") {
			known++
		}
		if known >= 20 {
			break
		}
	}
	return known >= 2
}

// Read returns the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		c := sbom.Component{Ref: "device", Type: "device", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}
		chip := sbom.Component{Ref: "soc", Type: "device", Location: vendors.Location{Pointer: "/ro.soc"}}
		seen := make(map[string]string)
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			line := strings.TrimSpace(in.Text())
			if line == "" || line[0] == '#' {
				continue
			}
			if strings.HasPrefix(line, "import ") {
				s.Malformed(sbom.WarnIncomplete, "an imported file was not read with this one: "+line, vendors.Location{Offset: in.Offset()})
				continue
			}
			m := property.FindStringSubmatchIndex(in.Text())
			if m == nil {
				s.Malformed(sbom.WarnMalformed, "expected property=value; the line was not screened", vendors.Location{Offset: in.Offset()})
				continue
			}
			name, value := in.Text()[m[2]:m[3]], in.Text()[m[4]:m[5]]
			at := vendors.Location{Pointer: "/" + name, Offset: in.Offset() + int64(m[4])}
			known := ours.FindStringSubmatch(name)
			switch {
			case osRelease.MatchString(name):
				s.Malformed(sbom.WarnMalformed, name+" is a variable of os-release, which other readers may take this for; it was not screened", at)
			case known != nil:
				if before, twice := seen[name]; twice && before != value {
					// Which one holds depends on the reader: the first of a ro. property, or the last.
					c.Malformed++
					s.Warn(sbom.WarnMalformed, name+" has two values", at)
				}
				seen[name] = value
				take(s, &c, known[1], value, at)
			case soc.MatchString(name):
				take(s, &chip, soc.FindStringSubmatch(name)[1], value, at)
			case ours.MatchString(strings.ToLower(name)) || soc.MatchString(strings.ToLower(name)):
				s.Malformed(sbom.WarnSimilarField, name+" is not "+strings.ToLower(name)+"; it was not screened", at)
			case fingerprints.MatchString(name):
				brand, _, _ := strings.Cut(value, "/")
				s.Claim(&c, vendors.Reference, vendors.KindName, brand, at)
			case makers.MatchString(name):
				s.Claim(&c, vendors.Reference, vendors.KindName, value, at)
			case name == "ro.build.version.release":
				c.Version = value
			case strings.HasPrefix(name, "ro.com.google.clientidbase"):
				s.Claim(&c, vendors.Mention, vendors.KindText, value, at)
			}
		}
		if err := in.End(s); err != nil {
			return err
		}
		if c.Name == "" {
			c.Name = "Android device"
		}
		if chip.Name == "" {
			chip.Name = "processor"
		}
		if len(chip.Claims)+chip.Malformed > 0 && !s.Emit(chip) {
			return nil
		}
		s.Emit(c)
		return nil
	})
}

// take takes the value of a property of the product. The manufacturer and the brand are two
// fields, which do not follow from one another.
func take(s *sbom.Sink, c *sbom.Component, what, value string, at vendors.Location) {
	role, kind := vendors.Reference, vendors.KindProduct
	switch what {
	case "manufacturer":
		role, kind = vendors.Manufacturer, vendors.KindName
	case "brand":
		role, kind = vendors.Supplier, vendors.KindName
		if c.Group == "" {
			c.Group = value
		}
	case "model", "marketname":
		if c.Name == "" {
			c.Name = value
		}
	}
	s.Claim(c, role, kind, value, at)
}
