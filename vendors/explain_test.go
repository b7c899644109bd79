// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/vendors"
)

// The chains of attributions of every tier and by most rules.
func TestExplanations(t *testing.T) {
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

func TestEveryRuleHasADescription(t *testing.T) {
	r := vendors.Bundled()
	for _, rule := range []vendors.Rule{vendors.RulePURLNamespace, vendors.RulePURLPackage, vendors.RulePURLPrefix, vendors.RuleReverseDNS, vendors.RuleCPE, vendors.RuleCPEEcho,
		vendors.RuleDomain, vendors.RuleRepository, vendors.RuleEmail, vendors.RuleIdentifier, vendors.RuleDeviceTree, vendors.RuleFingerprint, vendors.RuleSUIT, vendors.RuleCHID,
		vendors.RuleCertificate, vendors.RuleName, vendors.RuleNameCommon, vendors.RuleNameTransliterated, vendors.RuleNameUnspaced, vendors.RuleNameConfusable, vendors.RuleNameBranch,
		vendors.RuleNameContains, vendors.RuleNameMisspelled, vendors.RuleProduct, vendors.RuleTextMention} {
		s := r.Explain(today, vendors.Attribution{Vendor: "zte", Rule: rule, Tier: vendors.Resembles}).String()
		if strings.Contains(s, string(rule)+": \n") {
			t.Errorf("%s has no description", rule)
		}
	}
}
