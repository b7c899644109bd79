// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/clause76/clause76/vendors"
)

// Keys of a concise SWID tag that RFC 9393 does not have are counted if they may name a maker, and so are
// such attributes of files and resources in XML.
func TestStrayKeysOfCoSWID(t *testing.T) {
	mode, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	type m = map[any]any
	kaspersky := m{31: "Kaspersky Lab", 33: 2}
	for _, tt := range []struct {
		name      string
		more      m
		malformed int
		claims    int
	}{
		{"nothing", m{}, 0, 0},
		{"text", m{"manufacturer": "Kaspersky Lab"}, 1, 0},
		{"text of the format", m{"entity": kaspersky}, 1, 0},
		{"other text", m{"color": "blue"}, 0, 0},
		{"number", m{900: "Kaspersky Lab"}, 1, 0},
		{"negative number", m{-5: kaspersky}, 1, 0},
		{"number without text", m{900: 1}, 0, 0},
		{"description of the software", m{5: m{"manufacturer": "Kaspersky Lab"}}, 0, 1},
		{"other description of the software", m{5: m{"deviceVendor": "Kaspersky Lab"}}, 1, 0},
		{"file", m{6: m{17: []any{m{24: "x.exe", "vendor": "Kaspersky Lab"}}}}, 1, 0},
		{"resource", m{3: m{19: m{29: "x", 900: []any{m{1: "Kaspersky Lab"}}}}}, 1, 0},
	} {
		tag := m{0: "t", 1: "n", 2: m{31: "Acme", 33: []int{1, 2}}, 12: 0}
		for k, v := range tt.more {
			tag[k] = v
		}
		data, err := mode.Marshal(cbor.Tag{Number: 1398229316, Content: tag})
		if err != nil {
			t.Fatal(err)
		}
		cs, h, why := outcome(t, string(data))
		claims := 0
		for _, c := range cs[0].Claims {
			if c.Value == "Kaspersky Lab" && c.Role == vendors.Manufacturer {
				claims++
			}
		}
		if h.Malformed != tt.malformed || claims != tt.claims {
			t.Errorf("%s: %s, %d claims; want malformed %d, claims %d: %v", tt.name, why, claims, tt.malformed, tt.claims, h.Warnings)
		}
	}
	for _, inner := range []string{`<Payload><File name="x" vendor="Kaspersky Lab"/></Payload>`, `<Evidence><Resource type="x" manufacturer="Kaspersky Lab"/></Evidence>`} {
		_, h, why := outcome(t, `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x" tagId="x"><Entity name="Acme" role="softwareCreator"/>`+inner+`</SoftwareIdentity>`)
		if h.Malformed != 1 {
			t.Errorf("%s: %s", inner, why)
		}
	}
}
