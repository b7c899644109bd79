// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/vendors"
)

// Chains of every tier and of most rules, as people read them.
func TestExplain(t *testing.T) {
	r := vendors.Bundled()
	var out strings.Builder
	for _, c := range []vendors.Claim{
		purl("pkg:npm/@kaspersky/hexa-ui@6.387.4"),
		{Role: vendors.Supplier, Kind: vendors.KindName, Value: "HUAWEI TECHNOLOGIES CO., LTD.", Location: vendors.Location{Pointer: "/components/0/supplier/name", Offset: 120}},
		supplier("Hauwei"),
		supplier("ZTE"),
		supplier("ZTE Deutschland GmbH"),
		supplier("Каspersky Lab"),
		supplier("TP-Link Systems Inc."),
		{Role: vendors.Manufacturer, Kind: vendors.KindName, Value: "Teltronic S.A.U.", Location: vendors.Location{Pointer: "System Information/Manufacturer", Offset: -1}},
		cpe("cpe:2.3:a:huawei:huawei-lte-api:1.6:*:*:*:*:*:*:*"),
		id(vendors.KindOUI, "2c:c4:4f:9a:00:01"),
		id(vendors.KindGUID, "d8730218-72d0-55be-8ae7-6708658869e6"),
		ref("https://support.kaspersky.com/help"),
		product("kaspersky-detector"),
	} {
		as := r.Resolve(today, []vendors.Claim{c}).Attributions
		if len(as) != 1 {
			t.Fatalf("%q: %d attributions", c.Value, len(as))
		}
		e := r.Explain(today, as[0])
		if e.Kind == "" || e.Compared == "" {
			t.Errorf("%q: no kind or no compared value", c.Value)
		}
		out.WriteString(e.String() + "\n")
	}
	golden.Check(t, "testdata/explain.golden", []byte(out.String()))
}

// Every rule has words for people.
func TestExplainEveryRule(t *testing.T) {
	r := vendors.Bundled()
	for _, rule := range []vendors.Rule{vendors.RulePURLNamespace, vendors.RulePURLPackage, vendors.RulePURLPrefix, vendors.RuleReverseDNS, vendors.RuleCPE, vendors.RuleCPEEcho,
		vendors.RuleDomain, vendors.RuleRepository, vendors.RuleEmail, vendors.RuleIdentifier, vendors.RuleDeviceTree, vendors.RuleFingerprint, vendors.RuleSUIT, vendors.RuleCHID,
		vendors.RuleCertificate, vendors.RuleName, vendors.RuleNameCommon, vendors.RuleNameTransliterated, vendors.RuleNameUnspaced, vendors.RuleNameConfusable, vendors.RuleNameBranch,
		vendors.RuleNameContains, vendors.RuleNameMisspelled, vendors.RuleProduct, vendors.RuleTextMention} {
		s := r.Explain(today, vendors.Attribution{Vendor: "zte", Rule: rule, Tier: vendors.Resembles}).String()
		if strings.Contains(s, string(rule)+": \n") {
			t.Errorf("%s has no words", rule)
		}
	}
}

// own is the register of a ministry: a vendor of its own, and more of one that is known.
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

func TestMerge(t *testing.T) {
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
