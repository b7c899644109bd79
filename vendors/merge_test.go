// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/vendors"
)

// own makes a register of files.
func own(t *testing.T, files map[string]string) *vendors.Register {
	t.Helper()
	fsys := make(fstest.MapFS)
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	r, err := vendors.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMergeAddsVendorsAndRefusesContradictions(t *testing.T) {
	example := own(t, map[string]string{
		"example.json": file("example", "", `{"kind": "name", "values": ["Example Works"], "source": "a"}`, ""),
		"huawei.json":  file("huawei", "", `{"kind": "name", "values": ["Vendor of Modems"], "source": "a"}`, `{"kind": "name", "value": "Modems of Vendor", "reason": "lookAlike", "note": "a shop", "source": "a"}`),
	})
	merged, err := vendors.Bundled().Merge(example)
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]vendors.ID{"Example Works Oy": "example", "Vendor of Modems": "huawei", "Huawei Technologies Co., Ltd.": "huawei", "AO Kaspersky Lab": "kaspersky"} {
		as := merged.Resolve(today, []vendors.Claim{supplier(value)}).Attributions
		if len(as) != 1 || as[0].Vendor != want || as[0].Tier != vendors.Declared {
			t.Errorf("%q: %+v, want %s", value, as, want)
		}
	}
	if got := merged.Resolve(today, []vendors.Claim{supplier("Modems of Vendor")}).Unattributed; len(got) != 1 || got[0].Reason != "lookAlike" {
		t.Errorf("the exclusion is not merged: %+v", got)
	}
	if merged.Vendor("huawei").Name != "Huawei" || vendors.Bundled().Vendor("example") != nil || len(vendors.Bundled().Vendor("huawei").Exclusions) >= len(merged.Vendor("huawei").Exclusions) {
		t.Error("the bundled register changed, or the first name was not kept")
	}
	for name, r := range map[string]*vendors.Register{
		"two families":                  own(t, map[string]string{"other.json": file("other", "", `{"kind": "name", "values": ["Huawei"], "source": "a"}`, "")}),
		"both identifier and exclusion": own(t, map[string]string{"huawei.json": file("huawei", "", `{"kind": "name", "values": ["Teltronic AG"], "source": "a"}`, `{"kind": "purlNamespace", "value": "github/huawei", "reason": "stranger", "note": "x", "source": "a"}`)}),
		"two dates":                     own(t, map[string]string{"huawei.json": file("huawei", `{"id": "honor", "name": "Honor", "relation": "brand", "until": "2021-01-01", "source": "a"}`, `{"kind": "name", "values": ["Zzz Works"], "source": "a"}`, "")}),
	} {
		if _, err := vendors.Bundled().Merge(r); !errors.Is(err, vendors.ErrRegister) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := new(vendors.Register).Merge(); !errors.Is(err, vendors.ErrRegister) {
		t.Errorf("no registers: %v", err)
	}
}
