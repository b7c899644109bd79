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
		"Manufacturer Name": true, " manufacturer ": true, "manufacturer[0]": true, "vendor1": true, "OEMName": true, "brandNames": true,
		"original equipment manufacturer": true, "device#make": true, "Make": true, "makeFlags": false, "makefile": false,
		"Mfgr.": true, "manu\u200bfacturer": true, "ｖｅｎｄｏｒ": true, "Hersteller": true, "Gerätehersteller": true, "éditeur": true,
		"dodávateľ": true, "Leverandør": true, "制造商": true, "设备制造商名称": true, "製造商": true, "メーカー名": true, "производитель": true,
		"Наименование изготовителя": true, "제조사": true, "Nhà sản xuất": true, "الشركة المصنعة": true,
		"purls": true, "cpeName": true, "energyProviders": false, "产品名称": false, "название": false,
		"name": false, "author": false, "vendored": false, "authorization": false, "version": false, "vendoring": false, "": false,
		"a": false, "company-size": true, "poem": false, "shoemaker": false, strings.Repeat("vendor", 20): false,
		"x\x8f\x97{\xcece": false, "vendor\xff": true, "\xffvendor": true,
	} {
		if got := fields.MayNameMaker(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if !fields.NamesMaker(strings.Repeat("inventory.", 20)+"vendor") || fields.NamesMaker("purl") {
		t.Error("a long name, or an identifier")
	}
}
