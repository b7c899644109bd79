// SPDX-License-Identifier: Apache-2.0

package android

import (
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// NameOTA is the name in reports of META-INF/com/android/metadata, which lists the devices that an
// update is for (Android, build/make/tools/releasetools/ota_metadata.proto).
const NameOTA = "android-ota-metadata"

// SniffOTA reports whether a document that starts with head is the metadata of an update.
func SniffOTA(head []byte) bool {
	known := 0
	for line := range lines.Head(head) {
		m := otaProperty(line)
		if line != "" && m == "" {
			return false
		}
		switch m {
		case "ota-type", "post-build", "pre-device", "pre-build", "post-timestamp", "ota-property-files":
			known++
		}
	}
	return known >= 2
}

// otaProperty returns the name of the property that a line sets, or "".
func otaProperty(line string) string {
	if m := property.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// ReadOTA returns the device that an update is for. Its fingerprints start with a brand, which
// is a reference, as in the properties of a system.
func ReadOTA(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameOTA, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		c := sbom.Component{Ref: "device", Type: "device", Name: "Android device", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			if strings.TrimSpace(in.Text()) == "" {
				continue
			}
			m := property.FindStringSubmatchIndex(in.Text())
			if m == nil {
				s.Malformed(sbom.WarnMalformed, "expected property=value; the line was not screened", vendors.Location{Offset: in.Offset()})
				continue
			}
			name, value := in.Text()[m[2]:m[3]], in.Text()[m[4]:m[5]]
			at := vendors.Location{Pointer: "/" + name, Offset: in.Offset() + int64(m[4])}
			switch name {
			case "pre-device":
				c.Name = value
				for device := range strings.SplitSeq(value, "|") {
					s.Claim(&c, vendors.Reference, vendors.KindProduct, device, at)
				}
			case "post-build", "pre-build":
				for fingerprint := range strings.SplitSeq(value, "|") {
					brand, _, _ := strings.Cut(fingerprint, "/")
					s.Claim(&c, vendors.Reference, vendors.KindName, brand, at)
				}
			case "post-build-incremental":
				c.Version = value
			}
		}
		if err := in.End(s); err != nil {
			return err
		}
		s.Emit(c)
		return nil
	})
}
