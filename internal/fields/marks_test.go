// SPDX-License-Identifier: Apache-2.0

package fields_test

import (
	"testing"

	"github.com/clause76/clause76/internal/fields"
)

// A member that only one format has is an error in a document of another format.
func TestCheckPolyglot(t *testing.T) {
	for _, tt := range []struct {
		format, member string
		ok             bool
	}{
		{"CycloneDX", "bomFormat", true}, {"CycloneDX", "spdxVersion", false}, {"CycloneDX", "metadata", true},
		{"SPDX 2", "@graph", false}, {"SPDX 2", "files", true}, {"Syft", "payload", false}, {"a new format", "components", false},
		{"MUD", "ietf-mud:mud", true}, {"MUD", "Devices", false}, {"Redfish", "name", true},
	} {
		if err := fields.CheckPolyglot(tt.format, tt.member); (err == nil) != tt.ok {
			t.Errorf("%s with member %s: %v", tt.format, tt.member, err)
		}
	}
}

// A member that belongs to one format detects it, or the format is not an SBOM format.
func TestOwnMembersDetect(t *testing.T) {
	detected := map[string]bool{"CycloneDX": true, "SPDX 2": true, "SPDX 3": true, "Syft": true}
	for _, name := range fields.Members(fields.Own) {
		if m := fields.Shows(name); detected[m.Format] != (m.Use&fields.Detects != 0) {
			t.Errorf("%s of %s: uses %b", name, m.Format, m.Use)
		}
	}
}

// Names are similar if another parser may fold one into the other.
func TestSimilar(t *testing.T) {
	for name, want := range map[string]string{
		"supplier": "", "SUPPLIER": "supplier", "ſupplier": "supplier", " Supplier": "supplier", "acme:supplier": "supplier",
		"@supplier": "supplier", "supplier (EU)": "supplier", "suppliers": "", "sup-plier": "", "": "",
	} {
		if got := fields.Similar(name, "supplier", "name"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
