// SPDX-License-Identifier: Apache-2.0

package fields_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/fields"
)

func TestMayNameMaker(t *testing.T) {
	for name, want := range map[string]bool{
		"vendor": true, "Vendor": true, "VENDOR": true, "vendorName": true, "vendor_name": true, "x-vendor": true, "acme:vendor": true,
		"packageSupplier": true, "PackageSupplier": true, "packagesupplier": true, "manufacture": true, "deviceManufacturer": true,
		"suppliedBy": true, "MFG": true, "oem": true, "Maker": true, "ſupplier": true,
		"name": false, "author": false, "vendored": false, "authorization": false, "version": false, "vendoring": false, "": false,
		"a": false, "company-size": true, "poem": false, "shoemaker": false, strings.Repeat("vendor", 20): false,
		"x\x8f\x97{\xcece": false, "vendor\xff": true, "\xffvendor": true,
	} {
		if got := fields.MayNameMaker(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
