// SPDX-License-Identifier: Apache-2.0

package mud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/mud"
	"github.com/clause76/clause76/sbom"
)

const camera = `{"ietf-mud:mud":{"mud-version":1,"mud-url":"https://mud.hikvision.com/ds-2cd.json","last-update":"2024-01-01T00:00:00+00:00","systeminfo":"IP camera","mfg-name":"Hikvision","model-name":"DS-2CD2185","firmware-rev":"5.6","ietf-mud-transparency:transparency":{"sboms":[{"version-info":"5.6","sbom-url":"https://example.com/sbom.json"}]}},"ietf-access-control-list:acls":{}}`

func Example() {
	doc := mud.Read(strings.NewReader(camera), nil)
	for c, err := range doc.Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value)
		}
	}
	fmt.Println("elsewhere:", doc.Header().DocumentRefs[0].URL)
	// Output:
	// DS-2CD2185 5.6 <nil>
	// manufacturer url https://mud.hikvision.com/ds-2cd.json
	// mention text IP camera
	// manufacturer name Hikvision
	// reference product DS-2CD2185
	// elsewhere: https://example.com/sbom.json
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, in, want      string
		malformed, external int
		err                 error
	}{
		{"whole", camera, "DS-2CD2185 Hikvision", 0, 1, nil},
		{"no maker", `{"ietf-mud:mud":{"mud-url":"https://x"}}`, "device ", 0, 0, nil},
		{"a bill of materials on the device", `{"ietf-mud:mud":{"transparency":{"sbom-local-well-known":"https"}}}`, "device ", 1, 0, nil},
		{"a maker that is not a string", `{"ietf-mud:mud":{"mfg-name":{"x":"ZTE"}}}`, "device ", 1, 0, nil},
		{"a maker in another case", `{"ietf-mud:mud":{"Mfg-Name":"ZTE"}}`, "device ", 1, 0, nil},
		{"a maker with a prefix", `{"ietf-mud:mud":{"ietf-mud:mfg-name":"ZTE"}}`, "device ", 1, 0, nil},
		{"a second container without its prefix", `{"ietf-mud:mud":{},"mud":{"mfg-name":"ZTE"}}`, "device ", 1, 0, nil},
		{"a second container in another case", `{"ietf-mud:mud":{},"IETF-MUD:MUD":{"mfg-name":"ZTE"}}`, "device ", 1, 0, nil},
		{"a link to a bill of materials in another case", `{"ietf-mud:mud":{"Ietf-mud-transparency:Transparency":{"sbom-url":"https://y"}}}`, "device ", 1, 0, nil},
		{"an unknown maker", `{"ietf-mud:mud":{"mud-url":"https://x","manufacturer":"ZTE","vendor":null}}`, "device ", 1, 0, nil},
		{"a maker in an extension", `{"ietf-mud:mud":{"transparency":{"supplier":"ZTE"}},"acme:vendor":{"name":"ZTE"}}`, "device ", 2, 0, nil},
		{"no device", `{"ietf-access-control-list:acls":{},"x":"ietf-mud"}`, "", 0, 0, sbom.ErrNotRecognized},
		{"two formats", `{"ietf-mud:mud":{},"bomFormat":"CycloneDX"}`, "", 0, 0, sbom.ErrNotRecognized},
		{"two makers", `{"ietf-mud:mud":{"mfg-name":"a","mfg-name":"ZTE"}}`, "", 0, 0, sbom.ErrDuplicate},
	} {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		got, failed := "", error(nil)
		for c, err := range doc.Components() {
			if failed = err; err == nil {
				got = c.Name + " " + c.Group
			}
		}
		if h := doc.Header(); !errors.Is(failed, tt.err) || failed == nil && (got != tt.want || h.Malformed != tt.malformed || h.UnresolvedRefs != tt.external) {
			t.Errorf("%s: %q, %+v, %v; want %q", tt.name, got, h, failed, tt.want)
		}
	}
	for n := range camera {
		var failed error
		for _, failed = range firmware.Open(strings.NewReader(camera[:n]), nil).Components() {
		}
		if failed == nil {
			t.Errorf("cut at %d: no error", n)
		}
	}
}
