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

// Texts that are reported as bans and are none, and companies that look like listed ones. A row
// tells what the instrument comes to for the component, "" for no citation of it, and the strongest
// verdict that any text can give. See also TestGoldenNegatives.
func TestTextsThatAreNoBansAndCompaniesThatAreOthers(t *testing.T) {
	const none, review, ban = match.NoVerdict, match.Review, match.Ban
	kaspersky := made("application", "AO Kaspersky Lab", "Kaspersky Endpoint Security")
	huawei := made("device", "Huawei Technologies Co., Ltd.", "SUN2000 inverter")
	tests := []struct {
		rule       string
		component  *sbom.Component
		instrument string
		want       string // of the newest release, and after a bar of the next one
		most       match.Verdict
	}{
		{"Switzerland has no ban", kaspersky, "ch-bacs-2024", "", ban},
		{"the advice of the UK of 2022 is a criterion, and says that individuals are safe", kaspersky, "uk-ncsc-2022-03-29", "criterionOnly", ban},
		{"Hungary's decision asks for review, and its words were not seen", kaspersky, "hu-kormhat-2018-08-13", "|notRead", ban},
		{"an Entity List entry is about supply to the company", kaspersky, "us-bis-el-kaspersky-2024", "", ban},
		{"an Entity List entry of others is about supply, too", made("device", "Hangzhou Hikvision Digital Technology Co., Ltd.", "DS-2CD"), "us-bis-el-2019", "", ban},
		{"the resolution of 2023 names companies in words that were not seen", kaspersky, "eu-ep-p9-ta-2023-0219", "|notRead", ban},
		{"the resolution of 2023 names ZTE, as its context says, and lists nobody", made("device", "ZTE Corporation", "MF286"), "eu-ep-p9-ta-2023-0219", "|notRead", ban},
		{"the amendment of 2021 on Hikvision is not about Dahua", made("device", "Zhejiang Dahua Technology Co., Ltd.", "IPC"), "eu-ep-2021-04-28-hikvision", "", ban},
		{"New Zealand assessed one proposal", huawei, "nz-gcsb-2018-11-28", "notNamed", ban},
		{"Lithuania's act of 2024 is about remote access and not about inverters", huawei, "lt-energy-73-3-2024", "criterionOnly", ban},
		{"Australia's guidance of 2018 is a criterion", huawei, "au-5g-2018-08-23", "criterionOnly", ban},
		{"Japan names nobody", huawei, "jp-2018-12-10", "notNamed", ban},
		{"the Czech warning of 2025 is about transfers of data", huawei, "cz-nukib-2025-09-03", "criterionOnly", ban},
		{"the court vacated the designation of Xiaomi", made("device", "Xiaomi Corporation", "phone"), "us-ddc-xiaomi-2021", "lifted", none},
		{"Taiwan's brands are of others' lists", made("device", "Xiaomi Corporation", "phone"), "tw-ey-2019-2020", "criterionOnly", none},
		{"the clause on TikTok is about one application", made("application", "ByteDance Ltd.", "CapCut"), "us-far-52.204-27", "productOnly", none},
		{"the Commission's note on TikTok is about one application", made("application", "ByteDance Ltd.", "CapCut"), "eu-ec-tiktok-2023-02-23", "productOnly", none},
		{"the Czech warning on DeepSeek does not mean models that run locally", made("machine-learning-model", "Hangzhou DeepSeek Artificial Intelligence Basic Technology Research Co., Ltd.", "DeepSeek-R1"), "cz-nukib-2025-07-10-deepseek", "review|outOfScope", review},
		{"the order of 2018 was lifted", made("device", "ZTE Corporation", "MF286"), "us-bis-zte-2018-07-13", "lifted", ban},
		{"Acronis SCS is a company of its own", made("application", "Acronis SCS", "Cyber Backup"), "us-fascsa-acronis-2025", "review", review},
		{"Amcrest is a customer of Dahua", made("device", "Amcrest Technologies LLC", "IP8M"), "us-pl-115-232-s889", "", none},
		{"UltraAV took over customers, and is not the vendor", made("application", "UltraAV", "UltraAV"), "us-pl-115-91-s1634", "", none},
		{"a country in a name lists nobody", made("device", "Shenzhen Example Technology Co., Ltd.", "IP camera"), "us-pl-115-232-s889", "", none},
		{"a language lists nobody", made("application", "ООО «Ромашка»", "антивирус"), "eu-ep-p8-ta-2018-0258", "", none},
		{"a country in a package URL lists nobody", &sbom.Component{Type: "library", Name: "ru-tools", Claims: []vendors.Claim{{Role: vendors.Namespace, Kind: vendors.KindPURL, Value: "pkg:npm/%40ru/ru-tools@1.0"}}}, "eu-ep-p8-ta-2018-0258", "", none},
		{"a country in a CPE lists nobody", &sbom.Component{Type: "firmware", Name: "camera", Claims: []vendors.Claim{{Role: vendors.Namespace, Kind: vendors.KindCPE, Value: "cpe:2.3:o:example_cn:camera:1.0:*:*:*:*:*:*:*"}}}, "us-pl-115-232-s889", "", none},
	}
	for _, release := range []*denylist.Release{denylist.Current(), sources(t)} {
		m, err := match.New(release, &match.Options{AsOf: "2026-11-30"})
		if err != nil {
			t.Fatal(err)
		}
		known := make(map[string]bool)
		for _, in := range release.Instruments() {
			known[in.ID] = true
		}
		for _, tt := range tests {
			if !known[tt.instrument] {
				t.Errorf("%s: release %s has no %s", tt.rule, release.Name(), tt.instrument)
			}
			fs := matched(t, m, tt.component, true)
			if got := outcome(fs, tt.instrument); !slices.Contains(strings.Split(tt.want, "|"), got) {
				t.Errorf("%s: %s comes to %q; want %q", tt.rule, tt.instrument, got, tt.want)
			}
			for _, f := range fs {
				if f.Verdict > tt.most {
					t.Errorf("%s: %s for %s; want %s at most", tt.rule, f.Verdict, f.Vendor.ID, tt.most)
				}
			}
		}
	}
}
