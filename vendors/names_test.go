// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/vendors"
)

// found is what a register makes of the claims of a component: the first attribution, as
// "vendor tier rule", "" for none.
func found(claims ...vendors.Claim) string {
	as := vendors.Bundled().Resolve(today, claims).Attributions
	if len(as) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s %s", as[0].Vendor, as[0].Tier, as[0].Rule)
}

// Names of makers as documents contain them: with signs, in look-alike letters, in longer names, in
// several scripts. Those without a want are names of others.
func TestNamesOfMakersAreAttributed(t *testing.T) {
	tests := []struct{ name, want string }{
		// Signs and what does not show.
		{"Hikvision™", "hikvision declared name.whole"},
		{"Tencent®", "tencent declared name.whole"},
		{"Quectel(R) Wireless Solutions Co., Ltd.", "quectel declared name.whole"},
		{"Huawei (TM) Technologies", "huawei declared name.whole"},
		{"Inspur²", "inspur declared name.whole"},
		{"Xiaomi℠", "xiaomi declared name.whole"},
		{"Acronisᵀᴹ", "acronis declared name.whole"},
		{"HyteraⓇ", "hytera declared name.whole"},
		{"Acro®nis", "acronis resembles name.squashed"},
		{"Hik\u3164vision", "hikvision resembles name.confusable"},
		{"Hua\u115fwei Technologies", "huawei resembles name.confusable"},
		{"Ten\uffa0cent", "tencent resembles name.confusable"},
		{"Xiao\u2064mi", "xiaomi resembles name.confusable"},
		{"Fibo\U000e0041com Wireless", "fibocom resembles name.confusable"},
		{"Quec\u034ftel", "quectel resembles name.confusable"},
		// Letters that look like others.
		{"Hikvisiоn", "hikvision resembles name.confusable"},                   // Cyrillic о
		{"Hikvisiоn Polska Sp. z o.o.", "hikvision resembles name.confusable"}, // the same in a branch
		{"Hangzhou Ηikvision Storage", "hikvision resembles name.confusable"},  // Greek Η in a longer name
		{"ꓡenovo ꓧikvision", "hikvision resembles name.confusable"},            // Lisu
		{"Qᴜectel", "quectel resembles name.confusable"},                       // small capital
		{"ᎪcrОnis", "acronis resembles name.confusable"},                       // Cherokee, Cyrillic
		{"ΖТЕ Ireland Ltd", "zte resembles name.confusable"},
		{"Shenzhen ZТE Mobile Co., Ltd.", "zte resembles name.confusable"},
		{"Dаhua Security", "dahua resembles name.confusable"},
		{"Qu℮ctel", "quectel resembles name.confusable"},
		{"Huawe1 Technologies", "huawei resembles name.confusable"},
		{"Hikvisi0n", "hikvision resembles name.confusable"},
		{"Huavvei", "huawei resembles name.confusable"},
		{"Fibocorn Wireless", "fibocom resembles name.confusable"},
		{"QuecteI Wireless", "quectel resembles name.confusable"},
		{"HlKVISION", "hikvision resembles name.confusable"},
		{"Acr0nis Italia S.r.l.", "acronis resembles name.confusable"},
		{"ИнфоТеKС", "infotecs resembles name.confusable"}, // Latin K
		// Short and common names in a company's name.
		{"ZTE Telecommunications Polska Sp. z o.o.", "zte resembles name.company"},
		{"Nanjing ZTE Software Co., Ltd.", "zte resembles name.company"},
		{"ZTE Group", "zte resembles name.company"},
		{"Dahua Surveillance Systems Iberia S.L.", "dahua resembles name.company"},
		{"Zhejiang Dahua Zhilian Co., Ltd.", "dahua resembles name.company"},
		{"EZVIZ Europe B.V.", "hikvision resembles name.branch"},
		{"Chongqing EZVIZ Electronics Co., Ltd.", "hikvision resembles name.company"},
		{"DJI Europe B.V.", "dji resembles name.branch"},
		{"DJI Innovations", "dji resembles name.company"},
		{"Autel (Shenzhen) Intelligent Technology", "autel resembles name.company"},
		{"PT ZTE Indonesia", "zte resembles name.branch"},
		{"中国ZTE集团", "zte resembles name.company"},
		{"China Mobile International (UK) Limited", "china-mobile resembles name.branch"},
		// Other scripts.
		{"南京华为软件技术有限公司", "huawei resembles name.contains"},
		{"廣東省深圳市華為終端有限公司", "huawei resembles name.contains"},
		{"武汉海康威视科技有限公司", "hikvision resembles name.contains"},
		{"浙江大华智联有限公司", "dahua resembles name.contains"},
		{"騰訊", "tencent declared name.whole"},
		{"中興通訊", "zte declared name.whole"},
		{"カスペルスキー株式会社", "kaspersky declared name.whole"},
		{"株式会社カスペルスキー", "kaspersky declared name.whole"},
		{"ハイクビジョンジャパン株式会社", "hikvision resembles name.contains"},
		{"화웨이코리아 주식회사", "huawei resembles name.contains"},
		{"(주)하이크비전", "hikvision resembles name.whole"},
		{"شركة هواوي المحدودة", "huawei resembles name.whole"},
		{"ООО «Хуавэй Россия»", "huawei resembles name.contains"},
		{"ПАО ИнфоТеКС", "infotecs declared name.whole"},
		{"ООО Лаборатория Касперского", "kaspersky declared name.whole"},
		// Spelled out.
		{"Z.T.E. Corporation", "zte resembles name.squashed"},
		{"D A H U A", "dahua resembles name.squashed"},
		{"D.J.I. Technology (Shenzhen)", "dji resembles name.squashed"},
		{"K a s p e r s k y", "kaspersky resembles name.squashed"},
		{"S.A.P. SE", ""},
		// Two scripts without a space between them.
		{"ZTE中兴", "zte resembles name.contains"},
		{"Huawei华为", "huawei resembles name.contains"},
		{"大华Dahua", "dahua resembles name.contains"},
		{"DJI大疆", "dji resembles name.contains"},
		{"Dahua大花", ""},
		// In lists, after labels and in notices.
		{"Nokia, ZTE", "zte resembles name.contains"},
		{"ZTE & Nokia", "zte resembles name.contains"},
		{"Nokia, Ericsson and ZТE", "zte resembles name.confusable"}, // Cyrillic Т
		{"Dahua/Nokia", "dahua resembles name.contains"},
		{"Nokia、ZTE", "zte resembles name.contains"},
		{"Siemens; Shenzhen ZTE Mobile Telecom Co., Ltd.", "zte resembles name.company"},
		{"Vendor: ZTE", "zte resembles name.contains"},
		{"制造商：ZTE", "zte resembles name.contains"},
		{"Organization: Dahua", "dahua resembles name.contains"},
		{"CN=router, O=ZTE, C=CN", "zte resembles name.contains"},
		{"made by ZTE", "zte resembles name.contains"},
		{"Copyright (c) 2020 Dahua", "dahua resembles name.contains"},
		{"© 2019-2024 ZTE. All rights reserved.", "zte resembles name.contains"},
		{"Lin, Dahua", ""},
		{"Foo (Dahua)", ""},
		{"Positive Technologies Ltd (UK staffing)", ""},
		{"ZTE (TX) Inc.", "zte resembles name.contains"},
		{"Dahua & Sons Pharmacy", ""},
		{"ZTE & Partners Bakery", ""},
		{"Honor, Texas", ""},
		// With numbers.
		{"Huawei2012 Co., Ltd.", "huawei resembles name.contains"},
		{"QUECTEL2", "quectel resembles name.contains"},
		{"Huawei88", ""},
		{"zte2012", ""},
		{"ZTE1", "zte resembles name.contains"},
		{"ZTE 2024", "zte resembles name.contains"},
		{"dahua88", ""},
		{"360", ""},
		// With escapes left in them.
		{"Hua%77ei Technologies", "huawei resembles name.whole"},
		{"&#72;uawei", "huawei resembles name.whole"},
		{`Hu\u0061wei`, "huawei resembles name.whole"},
		{"Z&#84;E &amp; Nokia", "zte resembles name.contains"},
		{"AT&T", ""},
		{"Nokia – ZTE", "zte resembles name.contains"},
		// Domains, addresses and URLs in the place of a name.
		{"support.zte.com.cn", "zte resembles url.domain"},
		{"dahuasecurity.com", "dahua resembles url.domain"},
		{"huawei.com", "huawei resembles name.contains"},
		{"Norrland AB <sales@zte.com.cn>", "zte resembles email.domain"},
		{"https://github.com/zte-aicloud", "zte resembles url.owner"},
		{"https://github.com/dahua", ""},
		{"zte.com.example.org", ""},
		// Misspelt.
		{"Huwaei", "huawei resembles name.misspelt"},
		{"Huawai Tech", "huawei resembles name.misspelt"},
		{"Haawei", ""}, // one of many words of six letters
		{"Quecttel", "quectel resembles name.misspelt"},
		// Others.
		{"ZTE Hardware", ""},
		{"ZTE Bakery GmbH", ""},
		{"Dahua CPA LLP", ""},
		{"Dahua Pharmacy Ltd", ""},
		{"Shanghai Dahua Pharmaceutical Co., Ltd.", ""},
		{"Zhejiang Dahua Textile Co., Ltd.", ""},
		{"Zhejiang Dahua Tianyi Xinghe Baolong Co., Ltd.", ""},
		{"Polska ZTE Akcesoria GmbH", ""},
		{"Autel Kindergarten", ""},
		{"EZVIZ Travel Agency", ""},
		{"HiLook ApS", ""},
		{"Hiksemi Furniture Group", ""},
		{"SMIC Norge AS", ""},
		{"Honor Technologies Ltd", ""},
		{"Amcrest", ""},
		{"HyTerra Limited", ""},
		{"Hydera", ""},
		{"First Pacific Networks, Inc.", ""},
		{"Positive Networks Technology", ""},
		{"Digital Systems Technology Co., Ltd.", ""},
		{"Telink Semiconductor (Shanghai) Co., Ltd.", ""},
		{"DJL Ltd", ""},
		{"上海大华化工厂", ""},
		{"株式会社カスペル", ""},
		{"ООО Касперович", ""},
	}
	for _, tt := range tests {
		if got := found(supplier(tt.name)); got != tt.want {
			t.Errorf("%q = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFieldWithSeveralMakersIsAttributedToEach(t *testing.T) {
	for value, want := range map[string]string{
		"Huawei, ZTE":       "huawei zte",
		"Dahua / Hikvision": "hikvision dahua",
		"Dahua & Hikvision": "hikvision dahua",
		"Huawei Technologies Co., Ltd. / ZTE Corporation": "huawei zte",
		"Vendor: Huawei, OEM: ZTE, Brand: DJI":            "huawei zte dji",
		"Huawei, Huawei, Huawei":                          "huawei",
		strings.Repeat("a, ", 255) + "ZTE":                "zte",
	} {
		var got []string
		for _, a := range vendors.Bundled().Resolve(today, []vendors.Claim{supplier(value)}).Attributions {
			if got = append(got, string(a.Vendor)); a.Tier != vendors.Resembles {
				t.Errorf("%q: %s %s, want resembles", value, a.Vendor, a.Tier)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q = %q, want %q", value, got, want)
		}
	}
}

// A legal form of another kind of organization makes the name of another organization.
func TestLegalFormsOfOtherOrganizationsAreNotRemoved(t *testing.T) {
	for _, name := range []string{"Acronis SCS", "Tencent CPA", "Kaspersky GbR", "Quectel eG", "Inspur OHG"} {
		for _, a := range vendors.Bundled().Resolve(today, []vendors.Claim{supplier(name)}).Attributions {
			if a.Tier > vendors.Resembles {
				t.Errorf("%s: %s %s", name, a.Tier, a.Rule)
			}
		}
	}
}

// The name of a product with words after it, without a maker and with one.
func TestProductsWithEditionsResemble(t *testing.T) {
	const review, mention = "kaspersky resembles product.start", "kaspersky mentions text.mention"
	tests := []struct{ name, want string }{
		{"Kaspersky Total Security 2021 for Mac", review},
		{"Kaspersky Password Manager (x64)", review},
		{"Kaspersky Small Office Security 8", review},
		{"Kaspersky Embedded Systems Security for Linux", review},
		{"Kaspеrsky Safe Kids for Android", review}, // Cyrillic е
		{"Kaspersky® Anti-Virus 2019", review},
		{"DJI Terra 3.7.6", "dji resembles product.start"},
		{"WeChat 3.9 for Windows", "tencent resembles product.start"},
		{"Kaspersky Total Security uninstaller", mention},
		{"kaspersky-endpoint-security-detector", mention},
		{"Kaspersky Password Manager importer", mention},
		{"Kaspersky Endpoint Security plugin for Ansible", mention},
		{"Kaspersky Safe Kids for Home Assistant", mention},
		{"Kaspersky Total Security for", mention},
		{"Kaspersky Internet Security client library", mention},
		{"Kaspersky Anti-Virus by Example", mention},
		{"WeChat mini program", ""},
		{"wechat-bot", ""},
		{"DJI Terra viewer", ""},
	}
	for _, tt := range tests {
		if got := found(product(tt.name)); got != tt.want {
			t.Errorf("%q = %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := found(product("Kaspersky Total Security 2021 for Mac"), supplier("Example Software Ltd")); !strings.Contains(got, "mentions") {
		t.Errorf("with another maker: %q, want mentions", got)
	}
	if got := found(product("Kaspersky Total Security 2021 for Mac"), supplier("Unknown")); got != review {
		t.Errorf("with a placeholder for a maker: %q, want %q", got, review)
	}
	if got := found(product("Kaspersky Total Security"), supplier("Example Software Ltd")); got != "kaspersky resembles product.name" {
		t.Errorf("the product itself from another: %q", got)
	}
}

func TestExcludedProductWithMoreWordsIsNotAttributed(t *testing.T) {
	r, err := vendors.Load(fstest.MapFS{"acme.json": {Data: []byte(`{"id":"acme","name":"Acme","sources":{"s":"a registry"},"members":[],
		"identifiers":[{"kind":"name","values":["Acme Works"],"source":"s"},{"kind":"product","values":["Acme Rocket"],"source":"s"}],
		"exclusions":[{"kind":"product","value":"Acme Rocket Skates","reason":"lookAlike","note":"a toy","source":"s"}]}`)}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"Acme Rocket 3": 1, "Acme Rocket Skates": 0, "Acme Rocket Skates 3": 0} {
		if got := r.Resolve(today, []vendors.Claim{product(name)}).Attributions; len(got) != want {
			t.Errorf("%s: %+v, want %d", name, got, want)
		}
	}
}

func TestPackagesNamedAfterProductsAreMentions(t *testing.T) {
	for p, want := range map[string]string{
		"pkg:npm/wechat@2":                                   "tencent mentions product.name",
		"pkg:gem/wechat@0.17":                                "tencent mentions product.name",
		"pkg:composer/example/wechat@5":                      "tencent mentions product.name",
		"pkg:github/example/wechat@1":                        "tencent mentions product.name",
		"pkg:maven/org.example/wechat@1":                     "tencent mentions product.name",
		"pkg:generic/wechat@8":                               "tencent resembles product.name",
		"pkg:swid/wechat@8?tag_id=1":                         "tencent resembles product.name",
		"pkg:chocolatey/wechat@8":                            "tencent resembles product.name",
		"pkg:generic/wechat@8?vcs_url=https://example.com/x": "tencent resembles product.name",
	} {
		if got := found(product("WeChat"), purl(p)); got != want {
			t.Errorf("WeChat with %s = %q, want %q", p, got, want)
		}
	}
}

// Evidence that only resembles or mentions the vendor does not raise a common name.
func TestCommonNameIsDeclaredWithIndependentEvidence(t *testing.T) {
	zte := supplier("ZTE")
	tests := []struct {
		beside []vendors.Claim
		want   string
	}{
		{[]vendors.Claim{id(vendors.KindUSB, "19d2")}, "zte declared name.whole"},
		{[]vendors.Claim{cpe("cpe:2.3:o:zte:mf258_firmware:*:*:*:*:*:*:*:*")}, "zte declared name.whole"},
		{[]vendors.Claim{cpe("cpe:2.3:a:zte:zte-tool:1:*:*:*:*:*:*:*")}, "zte resembles name.common"}, // echoes the product
		{[]vendors.Claim{id(vendors.KindGroup, "com.zte.x")}, "zte resembles name.common"},            // weak in the register
		{[]vendors.Claim{name(vendors.Author, "ZTE Corporation")}, "zte resembles name.common"},
		{[]vendors.Claim{{Role: vendors.Publisher, Kind: vendors.KindEmail, Value: "a@zte.com.cn"}}, "zte resembles name.common"},
		{[]vendors.Claim{product("ZTE Terra")}, "zte resembles name.common"},
		{[]vendors.Claim{name(vendors.Publisher, "ZТE Corporation")}, "zte resembles name.common"}, // Cyrillic Т
		{[]vendors.Claim{name(vendors.Publisher, "ZTE Austria GmbH")}, "zte resembles name.common"},
		{[]vendors.Claim{id(vendors.KindUSB, "12d1")}, "zte resembles name.common"}, // another vendor's
	}
	for _, tt := range tests {
		if got := found(append([]vendors.Claim{zte}, tt.beside...)...); got != tt.want {
			t.Errorf("ZTE beside %+v = %q, want %q", tt.beside, got, tt.want)
		}
	}
}

func TestPartsOfOneValueDoNotCorroborateEachOther(t *testing.T) {
	if got := found(purl("pkg:generic/zte/x@1?download_url=https://support.zte.com.cn/x")); got != "zte resembles name.common" {
		t.Errorf("%q, want zte resembles name.common", got)
	}
}

// In a bill of materials, one name as supplier and manufacturer is not independent evidence, except
// of a device.
func TestTwoFieldsOfADeviceCorroborateEachOther(t *testing.T) {
	model := func(v string) vendors.Claim {
		return vendors.Claim{Role: vendors.Reference, Kind: vendors.KindProduct, Value: v}
	}
	maker := func(v string) vendors.Claim { return name(vendors.Manufacturer, v) }
	tests := []struct {
		claims []vendors.Claim
		want   string
	}{
		{[]vendors.Claim{maker("ZTE"), supplier("ZTE"), model("Blade V40")}, "zte declared name.whole"},
		{[]vendors.Claim{maker("ZTE"), model("ZTE Blade V40")}, "zte declared name.whole"},
		{[]vendors.Claim{maker("DAHUA"), model("Dahua IPC-HFW2431")}, "dahua declared name.whole"},
		{[]vendors.Claim{maker("DJI"), model("dji_mavic 3")}, "dji declared name.whole"},
		{[]vendors.Claim{maker("ZTE"), supplier("ZTE")}, "zte resembles name.common"},
		{[]vendors.Claim{maker("ZTE"), product("ZTE Blade V40")}, "zte resembles name.common"},
		{[]vendors.Claim{maker("ZTE"), model("Blade V40")}, "zte resembles name.common"},
		{[]vendors.Claim{maker("ZTE"), model("ZTE")}, "zte resembles name.common"},
		{[]vendors.Claim{maker("ZTE"), model("ZTEX Board")}, "zte resembles name.common"},
		{[]vendors.Claim{maker("ZTE"), maker("ZTE"), model("Blade")}, "zte resembles name.common"},
		{[]vendors.Claim{model("ZTE ZXHN H298A")}, "zte resembles text.mention"},
		{[]vendors.Claim{model("Dahua IPC-HFW")}, "dahua resembles text.mention"},
		{[]vendors.Claim{model("Dahua")}, ""},
		{[]vendors.Claim{model("Lamp Dahua")}, ""},
		{[]vendors.Claim{name(vendors.Author, "ZTE"), model("ZTE Blade V40")}, "zte resembles name.whole"},
	}
	for _, tt := range tests {
		if got := found(tt.claims...); got != tt.want && !(tt.claims[0].Role == vendors.Author && strings.Contains(got, "resembles")) {
			t.Errorf("%+v = %q, want %q", tt.claims, got, tt.want)
		}
	}
}

// Packages with a word of a vendor in their name mostly belong to its customers. Only the namespace or
// a prefix in the register attributes them.
func TestPackagesWithWordsOfVendorsAreNotAttributed(t *testing.T) {
	purls := []string{
		"pkg:npm/homebridge-dahua-doorbell@1", "pkg:npm/hikvision-events@1", "pkg:npm/%40example/kaspersky-icons@1", "pkg:npm/zte-router-cli@1",
		"pkg:npm/react-tiktok-embed@1", "pkg:npm/node-red-contrib-huawei-solar@1", "pkg:npm/dji-thermal-reader@1", "pkg:npm/passport-wechat@1",
		"pkg:pypi/hikvision-downloader@1", "pkg:pypi/zte-modem@1", "pkg:pypi/tencent-exporter@1", "pkg:pypi/huawei-inverter@1", "pkg:pypi/kasperskyapi@1",
		"pkg:pypi/pytiktok@1", "pkg:pypi/xiaomi-ble-parser@1", "pkg:cargo/quectel-at@1", "pkg:gem/acronis-client@1",
	}
	f, err := os.Open("../../shared/facts/packages-with-listed-words.txt")
	if err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "pkg:") {
				purls = append(purls, lines.Text())
			}
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, p := range purls {
		path, _, _ := strings.Cut(p, "?")
		path = path[:strings.LastIndexByte(path, '@')]
		base, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range vendors.Bundled().Resolve(today, []vendors.Claim{product(base), purl(p)}).Attributions {
			if a.Tier > vendors.Mentions && a.Claim.Kind != vendors.KindPURL {
				t.Errorf("%s: %s %s %s (%s)", p, a.Vendor, a.Tier, a.Rule, a.Matched)
			}
		}
	}
}
