// SPDX-License-Identifier: Apache-2.0

package android_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/android"
	"github.com/clause76/clause76/sbom"
)

const prop = `# begin build properties
ro.build.id=MMB29M
ro.build.version.release=6.0
ro.product.brand=ZTE
ro.product.manufacturer=ZTE
ro.product.model=ZTE T620
ro.product.odm.manufacturer=wind-mobi
ro.build.fingerprint=ZTE/P635F33/ZTE_T620:6.0/MMB29M/20160:user/release-keys
ro.com.google.clientidbase=android-zte
net.bt.name=Android
`

func Example() {
	for c, err := range android.Read(strings.NewReader(prop), nil).Components() {
		fmt.Println(c.Group, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// ZTE ZTE T620 6.0 <nil>
	// supplier name ZTE /ro.product.brand
	// manufacturer name ZTE /ro.product.manufacturer
	// reference product ZTE T620 /ro.product.model
	// manufacturer name wind-mobi /ro.product.odm.manufacturer
	// reference name ZTE /ro.build.fingerprint
	// mention text android-zte /ro.com.google.clientidbase
}

// Any property that names a maker makes a claim, in the role that fits the property.
func TestMakers(t *testing.T) {
	for line, want := range map[string]string{
		"ro.product.vendor_dlkm.manufacturer=HUAWEI":           "device: manufacturer name",
		"ro.product.manufacturer_for_attestation=HUAWEI":       "device: manufacturer name",
		"ro.product.brand_for_attestation=HUAWEI":              "device: supplier name",
		"ro.product.system_ext.brand=HUAWEI":                   "device: supplier name",
		"ro.soc.manufacturer=HUAWEI":                           "soc: manufacturer name",
		"ro.bootimage.build.fingerprint=HUAWEI/x/y:9/z:user/k": "device: reference name",
		"ro.vendor.build.fingerprint=HUAWEI/x/y:9/z:user/k":    "device: reference name",
		"ro.build.thumbprint=HUAWEI/x:9/z:user/k":              "device: reference name",
		"ro.oem.manufacturer=HUAWEI":                           "device: reference name",
		"persist.sys.vendor_name=HUAWEI":                       "device: reference name",
		"ro.product.name=HUAWEI":                               "device: reference product",
		"ro.vendor.build.date=HUAWEI":                          "",
		"ro.oem_unlock_supported=HUAWEI":                       "",
	} {
		got := ""
		for c, err := range firmware.Open(strings.NewReader("ro.build.id=1\nro.build.type=user\n"+line+"\n"), nil).Components() {
			if err != nil {
				t.Fatal(err)
			}
			for _, claim := range c.Claims {
				got += fmt.Sprintf("%s: %s %s", c.Ref, claim.Role, claim.Kind)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, in  string
		claims    int
		malformed int
		err       error
	}{
		{"whole", prop, 6, 0, nil},
		{"placeholders", "ro.build.id=1\nro.product.manufacturer=unknown\nro.product.brand=\n", 0, 0, nil},
		{"the same value twice", prop + "ro.product.brand=ZTE\n", 7, 0, nil},
		{"two values", prop + "ro.product.brand=Acme\n", 7, 1, nil},
		{"a line that is not a property", "ro.build.id=1\nro.build.a=1\nro.build.b=1\nro.build.c=1\nro.build.d=1\nro.product.brand ZTE\n", 0, 1, nil},
		{"imports and blanks", "import /vendor/default.prop\n\n  ro.build.id = 1\nro.product.vendor.brand = HUAWEI \n", 1, 1, nil},
		{"a property in another case", prop + "ro.product.Brand=Acme\n", 6, 1, nil},
		{"not UTF-8", prop + "x=\xff\n", 0, 0, sbom.ErrEncoding},
		{"properties of another kind", "a.b=1\nc.d=2\n", 0, 0, sbom.ErrNotRecognized},
	}
	for _, tt := range tests {
		doc := firmware.Open(strings.NewReader(tt.in), nil)
		claims := 0
		var failed error
		for c, err := range doc.Components() {
			if failed = err; err != nil {
				break
			}
			claims += len(c.Claims)
			for _, cl := range c.Claims {
				if !strings.HasPrefix(tt.in[cl.Location.Offset:], cl.Value) {
					t.Errorf("%s: %q is not at byte %d", tt.name, cl.Value, cl.Location.Offset)
				}
			}
		}
		if claims != tt.claims || !errors.Is(failed, tt.err) || tt.err == nil && doc.Header().Malformed != tt.malformed {
			t.Errorf("%s: %d claims, malformed %d, %v; want %d, %d", tt.name, claims, doc.Header().Malformed, failed, tt.claims, tt.malformed)
		}
	}
}
