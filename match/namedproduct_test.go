// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func cyclonedxOf(component string) string {
	return `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"suite","version":"1","supplier":{"name":"Acme Inc."}}},"components":[` + component + `]}`
}

// A text that names a product is no answer for other products of the vendor, and a finding for the
// product itself, for the buyer that it addresses.
func TestNamedProduct(t *testing.T) {
	const bytedance, tencent = `"supplier":{"name":"ByteDance Ltd."}`, `"supplier":{"name":"Tencent Holdings Limited"}`
	spdx := `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"d","dataLicense":"CC0-1.0","documentNamespace":"https://example.org/d","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: t"]},"packages":[{"SPDXID":"SPDXRef-1","name":"TikTok","versionInfo":"1","supplier":"Organization: ByteDance Ltd.","downloadLocation":"NOASSERTION"}],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-1"}]}`
	for _, tt := range []struct {
		what, buyer, doc string
		want             match.Verdict
		reason           match.Reason // of an observation about the vendor
	}{
		{"the named product", "eu-commission", cyclonedxOf(`{"type":"application","name":"TikTok","version":"30",` + bytedance + `}`), match.Review, ""},
		{"without a supplier", "eu-commission", cyclonedxOf(`{"type":"application","name":"TikTok","version":"30"}`), match.Review, ""},
		{"SPDX", "us-federal-contractor", spdx, match.Review, ""},
		{"an edition", "us-federal-agency-civilian", cyclonedxOf(`{"type":"application","name":"TikTok Lite","version":"30",` + bytedance + `}`), match.Review, ""},
		{"with its vendor's name", "us-state-agency-texas", cyclonedxOf(`{"type":"application","name":"ByteDance TikTok Studio","version":"30",` + bytedance + `}`), match.Review, ""},
		{"by package URL", "eu-commission", cyclonedxOf(`{"type":"application","name":"app","version":"30","purl":"pkg:generic/bytedance/tiktok@30",` + bytedance + `}`), match.Review, ""},
		{"by CPE", "eu-commission", cyclonedxOf(`{"type":"application","name":"app","version":"30","cpe":"cpe:2.3:a:bytedance:tiktok:30:*:*:*:*:*:*:*",` + bytedance + `}`), match.Review, ""},
		{"Canada and WeChat", "ca-department", cyclonedxOf(`{"type":"application","name":"WeChat","version":"8",` + tencent + `}`), match.Review, ""},
		{"without a buyer", "", cyclonedxOf(`{"type":"application","name":"TikTok","version":"30",` + bytedance + `}`), match.Review, ""},
		{"another buyer", "ca-department", cyclonedxOf(`{"type":"application","name":"TikTok","version":"30",` + bytedance + `}`), match.Clear, match.OtherAddressee},
		{"another product", "eu-commission", cyclonedxOf(`{"type":"application","name":"CapCut","version":"30",` + bytedance + `}`), match.Clear, "productOnly"},
		{"a library of the vendor", "eu-commission", cyclonedxOf(`{"type":"library","name":"sonic","version":"1","purl":"pkg:golang/github.com/bytedance/sonic@v1"}`), match.Clear, "productOnly"},
		{"a client of somebody else", "eu-commission", cyclonedxOf(`{"type":"library","name":"tiktok-api-client","version":"1","purl":"pkg:npm/tiktok-api-client@1","supplier":{"name":"Acme Inc."}}`), match.Clear, ""},
		{"a likeness of somebody else", "eu-commission", cyclonedxOf(`{"type":"application","name":"TikTok-style player","version":"1","supplier":{"name":"Acme Inc."}}`), match.Clear, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			opts := &match.Options{}
			if tt.buyer != "" {
				opts.Buyer = profile(t, tt.buyer)
			}
			r := checkFor(t, denylist.Current(), opts, tt.doc)
			if r.Verdict != tt.want {
				t.Errorf("verdict %s, want %s", r.Verdict, tt.want)
			}
			if has := slices.ContainsFunc(r.Observations, func(f match.Finding) bool { return f.Reason == tt.reason }); tt.reason != "" && !has {
				t.Errorf("no observation %s: %+v", tt.reason, r.Observations)
			}
			for _, f := range r.Findings {
				if f.Verdict != match.Review || !strings.Contains(f.Citations[0].CappedBy, "the text names the product") {
					t.Errorf("%s: %s: %q", f.Component.Name, f.Verdict, f.Citations[0].CappedBy)
				}
			}
		})
	}
}

// Each text that names a product names one that the register knows, so that it can be found.
func TestEachNamedProductIsFound(t *testing.T) {
	release := denylist.Current()
	m := matcher(t, "", nil)
	for _, in := range release.Instruments() {
		for _, x := range in.Excluded {
			if x.Reason != "productOnly" || x.Until != "" {
				continue
			}
			found := false
			for _, id := range release.Register().Vendor(x.Vendor).Identifiers {
				if id.Kind != vendors.IdentifierProduct {
					continue
				}
				c := &sbom.Component{Type: "application", Name: id.Value, Claims: []vendors.Claim{{Role: vendors.Mention, Kind: vendors.KindProduct, Value: id.Value}}}
				for _, f := range matched(t, m, c, true) {
					found = found || f.Verdict != match.NoVerdict && slices.ContainsFunc(f.Citations, func(c match.Citation) bool { return c.Listing == x.ID })
				}
			}
			if !found {
				t.Errorf("%s: no product of the register is found by it", x.ID)
			}
		}
	}
}

// For a buyer to whom only a text speaks that names a product, something can be found.
func TestNamedProductCounts(t *testing.T) {
	m, err := match.New(denylist.Current(), &match.Options{Buyer: &denylist.Buyer{Name: "t", Title: "ministry of Norway", Codes: []string{"no.centralGovernment"}}, Jurisdictions: []string{"NO"}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Strongest() != match.Review {
		t.Errorf("strongest %q, want review", m.Strongest())
	}
}
