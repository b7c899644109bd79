// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/internal/guid"
	"github.com/clause76/clause76/vendors"
)

const today = "2026-11-23"

// claims of the table tests, written short.
func name(role vendors.Role, v string) vendors.Claim {
	return vendors.Claim{Role: role, Kind: vendors.KindName, Value: v}
}
func supplier(v string) vendors.Claim { return name(vendors.Supplier, v) }
func id(kind vendors.Kind, v string) vendors.Claim {
	return vendors.Claim{Role: vendors.Namespace, Kind: kind, Value: v}
}
func purl(v string) vendors.Claim { return id(vendors.KindPURL, v) }
func cpe(v string) vendors.Claim  { return id(vendors.KindCPE, v) }
func ref(v string) vendors.Claim {
	return vendors.Claim{Role: vendors.Reference, Kind: vendors.KindURL, Value: v}
}
func product(v string) vendors.Claim {
	return vendors.Claim{Role: vendors.Mention, Kind: vendors.KindProduct, Value: v}
}

func TestResolve(t *testing.T) {
	tests := []struct {
		claim vendors.Claim
		want  string // "vendor tier rule", or "" for nothing
	}{
		// Names: whole, with and without legal form, in three scripts.
		{supplier("AO Kaspersky Lab"), "kaspersky declared name.whole"},
		{supplier("KASPERSKY LAB, INC."), "kaspersky declared name.whole"},
		{supplier("Kaspersky"), "kaspersky declared name.whole"},
		{supplier("Лаборатория Касперского"), "kaspersky declared name.whole"},
		{supplier("Laboratoriya Kasperskogo"), "kaspersky resembles name.transliterated"},
		{supplier("卡巴斯基"), "kaspersky resembles name.whole"}, // not verified
		{supplier("Huawei Technologies Co., Ltd."), "huawei declared name.whole"},
		{supplier("华为技术有限公司"), "huawei declared name.whole"},
		{supplier("华为终端有限公司"), "huawei resembles name.contains"},
		{supplier("HiSilicon (Shanghai) Technologies Co., Ltd"), "huawei resembles name.contains"},
		{supplier("zte corporation"), "zte declared name.whole"},
		{supplier("ZTE"), "zte resembles name.common"}, // three letters
		{supplier("ZTE Oyj"), "zte resembles name.common"},
		{supplier("ZTE Corp."), "zte declared name.whole"},
		{supplier("ZTE Deutschland GmbH"), "zte resembles name.branch"},
		{supplier("ZTE (H.K.) Limited"), "zte resembles name.branch"},
		{supplier("ZTE Hardware"), ""},
		{supplier("Huawei PC"), "huawei resembles name.contains"},
		{supplier("Kaspersky Lab sp. z o.o."), "kaspersky declared name.whole"},
		{supplier("Kaspersky Lab Gesellschaft mit beschränkter Haftung"), "kaspersky declared name.whole"},
		{supplier("Laboratoria Kasperskogo"), "kaspersky resembles name.transliterated"},
		{supplier("TP-Link Systems Inc."), "tp-link resembles name.whole"}, // not the listed company
		{supplier("IEIT SYSTEMS Co., Ltd."), "inspur declared name.whole"}, // renamed
		{supplier("中兴通讯股份有限公司"), "zte declared name.whole"},
		{supplier("HangZhou Hikvision Digital Technology Co., Ltd."), "hikvision declared name.whole"},
		{supplier("杭州海康威视数字技术股份有限公司"), "hikvision declared name.whole"},
		{supplier("ZHEJIANG DAHUA TECHNOLOGYCO.,LTD"), "dahua declared name.whole"},
		{supplier("Hytera Communications Co .,ltd"), "hytera declared name.whole"},
		{supplier("Teltronic S.A.U."), "hytera resembles name.whole"}, // membership in doubt
		{name(vendors.Manufacturer, "Norsat International Inc."), "hytera declared name.whole"},
		// Common names need a second field.
		{supplier("Dahua"), "dahua resembles name.common"},
		// Resemblance.
		{supplier("Kapersky Lab"), "kaspersky resembles name.misspelt"},
		{supplier("Hauwei"), "huawei resembles name.misspelt"},
		{supplier("Hik Vision"), "hikvision resembles name.squashed"},
		{supplier("KasperskyLab"), "kaspersky resembles name.squashed"},
		{supplier("Каspersky Lab"), "kaspersky resembles name.confusable"}, // Cyrillic К, а
		{supplier("Kas\u200bpersky Lab"), "kaspersky resembles name.confusable"},
		{supplier("Kaspersky Lab Resellers of Utrecht"), "kaspersky resembles name.contains"},
		{name(vendors.Author, "AO Kaspersky Lab"), "kaspersky resembles name.whole"},
		{name(vendors.Author, "Hikvision Europe B.V."), "hikvision resembles name.branch"},
		{name(vendors.Author, "Huawei / HiSilicon"), "huawei resembles name.contains"},
		{name(vendors.Author, "Dahua Technology Italy S.r.l."), "dahua resembles name.branch"},
		{name(vendors.Author, `{"name":"Kaspersky Lab"}`), "kaspersky resembles name.contains"},
		{name(vendors.Author, "Hikvison"), "hikvision resembles name.misspelt"},
		{name(vendors.Author, "Hikvison Polska Sp. z o.o."), "hikvision resembles name.misspelt"},
		{name(vendors.Author, "Jan Kasperski"), ""},
		// An e-mail address beside the name of an author tells where the author works.
		{name(vendors.Author, "Ivan Petrov <ivan@kaspersky.com>"), "kaspersky mentions email.domain"},
		{name(vendors.Author, "ivan@kaspersky.com"), "kaspersky mentions email.domain"},
		{name(vendors.Author, "A <a@huawei.com>, B (b@hikvision.com)"), "huawei mentions email.domain"},
		{name(vendors.Author, "AO Kaspersky Lab <info@example.org>"), "kaspersky resembles name.contains"},
		{name(vendors.Author, "Kaspersky Lab @ home"), "kaspersky resembles name.contains"},
		{name(vendors.Reference, "Hikvision Europe B.V."), "hikvision resembles name.branch"},
		// Identifiers.
		{purl("pkg:npm/%40kaspersky/hexa-ui@6.387.4"), "kaspersky registered purl.namespace"},
		{purl("pkg:npm/@kaspersky/hexa-ui"), "kaspersky registered purl.namespace"},
		{purl("pkg:npm/%40Kaspersky/hexa-ui"), "kaspersky resembles purl.namespace"},
		{purl("pkg:maven/com.kaspersky.android-components/kautomator@1.5"), "kaspersky registered purl.namespace"},
		{purl("pkg:maven/com.huawei.hms.push/api@1"), "huawei registered purl.namespace"},
		{purl("pkg:maven/com.huawei.other/api@1"), "huawei registered namespace.domain"},
		{purl("pkg:maven/cn.com.zte.x/api@1"), "zte registered namespace.domain"},
		{purl("pkg:golang/github.com/KasperskyLab/klogga@v1"), "kaspersky registered purl.namespace"},
		{purl("pkg:golang/github.com/kasperskylab/klogga/v2/sub"), "kaspersky registered purl.namespace"},
		{purl("pkg:github/KasperskyLab/boringssl-kos"), "kaspersky registered purl.namespace"},
		{purl("pkg:pypi/huaweicloudsdkeip@3.1"), "huawei registered purl.package"},
		{purl("pkg:pypi/huaweicloudsdknew@3.1"), "huawei resembles purl.prefix"},
		{purl("pkg:npm/esdk-obs-nodejs@3.26.8"), "huawei registered purl.package"},
		{purl("pkg:generic/kaspersky/kes@12.1"), "kaspersky declared name.whole"},
		{purl("pkg:generic/kes@12.1?download_url=https://products.kaspersky.com/kes.tgz"), "kaspersky registered url.domain"},
		{cpe("cpe:2.3:o:zte:zxhn_h168n_firmware:*:*:*:*:*:*:*:*"), "zte declared cpe.vendor"},
		{cpe(`cpe:2.3:h:hikvision:ds-7604ni-k1\/4p\(b\):-:*:*:*:*:*:*:*`), "hikvision declared cpe.vendor"},
		{cpe("cpe:/a:kaspersky:total_security:2018"), "kaspersky declared cpe.vendor"},
		{cpe("cpe:2.3:a:huawei:huawei-lte-api:1.6:*:*:*:*:*:*:*"), "huawei resembles cpe.echo"},
		{ref("https://support.kaspersky.com/help"), "kaspersky registered url.domain"},
		{ref("git+ssh://git@github.com/huaweicloud/x.git"), "huawei registered url.owner"},
		{ref("git@github.com:KasperskyLab/klogga.git"), "kaspersky registered url.owner"},
		{id(vendors.KindDeviceTree, "zte,mf286"), "zte registered devicetree.prefix"},
		{id(vendors.KindDeviceTree, "hisilicon,hi3798cv200"), "huawei registered devicetree.prefix"},
		{id(vendors.KindOUI, "2c:c4:4f:9a:00:01"), "kaspersky registered identifier"},
		{id(vendors.KindOUI, "00-46-4B-01-02-03"), "huawei registered identifier"},
		{id(vendors.KindPEN, "39165"), "hikvision registered identifier"},
		{id(vendors.KindUSB, "19D2"), "zte registered identifier"},
		{id(vendors.KindPCI, "19e5"), "huawei registered identifier"},
		{id(vendors.KindGUID, "{D8730218-72D0-55BE-8AE7-6708658869E6}"), "zte registered guid.suit"},
		{id(vendors.KindGUID, fwupdGUID(`USB\VID_12D1&PID_15C1`)), "huawei registered guid.fwupd"},
		{id(vendors.KindGUID, strings.ToUpper(fwupdGUID(`PCI\VEN_19E5&DEV_0000`))), "huawei registered guid.fwupd"},
		{id(vendors.KindGUID, fwupdGUID(`USB\VID_1234&PID_15C1`)), ""},
		{id(vendors.KindGUID, "0df4aa3f-2706-51d4-9296-80119e47f1e1"), "huawei declared guid.chid"},
		{id(vendors.KindFingerprint, "B92AF298DC08049B78C77492D6551B710CD72AADA3D77BE54609E43278EF6E4D"), "kaspersky registered fingerprint"},
		{id(vendors.KindCertificate, "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,ST=ZheJiang,C=CN"), "hikvision declared certificate.subject"},
		{id(vendors.KindCertificate, "/C=RU/O=AO Kaspersky Lab/CN=x"), "kaspersky declared certificate.subject"},
		{id(vendors.KindCertificate, "CN=Kaspersky Lab, O=Example"), ""},
		{id(vendors.KindRegID, "regid.2012-05.com.kaspersky,Endpoint"), "kaspersky registered url.domain"},
		{id(vendors.KindRegID, "http://www.huawei.com/swid"), "huawei registered url.domain"},
		{purl("pkg:swid/AO%20Kaspersky%20Lab/kaspersky.com/KES@12?tag_id=x"), "kaspersky declared name.whole"},
		{purl("pkg:swid/Acme/kaspersky.com/KES@12?tag_id=x"), "kaspersky registered url.domain"},
		{purl("pkg:golang/github.com/!kaspersky!lab/x@v1"), "kaspersky registered purl.namespace"},
		{purl("pkg:golang/github.com/!k!a!s!p!e!r!s!k!y!l!a!b/x@v1"), "kaspersky registered purl.namespace"},
		{purl("pkg:swid/Acme/Kaspersky/Removal"), "kaspersky resembles namespace.name"},
		{purl("pkg:generic/acme/integrations/kaspersky/connector@1"), "kaspersky resembles namespace.name"},
		{purl("pkg:generic/acme/kaspersky.com/connector@1"), "kaspersky resembles url.domain"},
		{purl("pkg:generic/acme/testdata/Hikvision/x@1"), "hikvision resembles namespace.name"},
		{purl("pkg:swift/github.com/KasperskyLab/x@1"), "kaspersky registered purl.namespace"},
		{purl("pkg:git/github.com/kasperskylab/x@1"), "kaspersky registered purl.namespace"},
		{purl("pkg:huggingface/tencent/Hunyuan3D-2"), "tencent registered purl.namespace"},
		{purl("pkg:rpm/fedora/agent@1?vendor=AO%20Kaspersky%20Lab"), "kaspersky declared name.whole"},
		{purl("pkg:rpm/kaspersky/agent@1"), "kaspersky resembles namespace.name"}, // a distribution, of which only the name is known
		{purl("pkg:deb/debian/x@1?distro=huawei-1"), ""},
		{purl("pkg:npm/%40kaspersky%2Fhexa-ui@6.387.4"), "kaspersky registered purl.namespace"},
		{id(vendors.KindGroup, "@hmscore"), "huawei registered purl.namespace"},
		{id(vendors.KindGroup, "com.huaweicloud"), "huawei registered purl.namespace"},
		{id(vendors.KindGroup, "kaspersky"), "kaspersky resembles name.whole"},
		{id(vendors.KindGroup, "kaspersky.com"), "kaspersky resembles url.domain"},
		{id(vendors.KindGroup, "www.hikvision.com"), "hikvision resembles url.domain"},
		{id(vendors.KindGroup, "team@kaspersky.com"), "kaspersky mentions email.domain"},
		{id(vendors.KindGroup, "mvn:com.kaspersky"), "kaspersky registered purl.namespace"},
		{purl("pkg:maven/kaspersky.com/x@1"), "kaspersky resembles url.domain"},
		{id(vendors.KindGroup, "com.acme.kaspersky"), ""},
		{product("Kaspersky Endpoint Security"), "kaspersky resembles product.name"},
		// Only mentioned.
		{product("kaspersky-detector"), "kaspersky mentions text.mention"},
		{product("modemmanager plugin huawei"), "huawei mentions text.mention"},
		{vendors.Claim{Role: vendors.Author, Kind: vendors.KindEmail, Value: "x@huawei.com"}, "huawei mentions email.domain"},
		{vendors.Claim{Role: vendors.Reference, Kind: vendors.KindProduct, Value: "WAP2100-SK (ZTE ZXECS EBG3130)"}, "zte resembles text.mention"},
		// Look-alikes: nothing.
		{supplier("Aztec Radiomedia"), ""},
		{supplier("Aztech System Ltd"), ""},
		{supplier("Landeszahnärztekammer Sachsen"), ""},
		{supplier("PhyTera"), ""},
		{supplier("Teltronic AG"), ""},
		{supplier("Teltronics, Inc."), ""},
		{supplier("Hikari Trading Co.,Ltd."), ""},
		{supplier("DAHUA ELECTRONICS CORPORATION"), ""},
		{supplier("Guangzhou Honor Microelectronic Co.,Ltd."), ""},
		{supplier("Honor"), ""},
		{supplier("Honor Device Co., Ltd."), ""},
		{supplier("WuXi ZhongXing Optoelectronics Technology Co., Ltd."), ""},
		{supplier("hua technologies"), ""},
		{supplier("NOASSERTION"), ""},
		{supplier("To be filled by O.E.M."), ""},
		{product("aztec"), ""},
		{product("pyhik"), ""},
		{product("wezterm"), ""},
		{product("ztex-bmp"), ""},
		{purl("pkg:maven/com.zaxxer/HikariCP@5.1.0"), ""},
		{purl("pkg:github/kaspersky/gengine"), ""},
		{purl("pkg:github/kasperskyh/fantasybs"), ""},
		{purl("pkg:github/KasperSkytte/ampvis2"), ""},
		{purl("pkg:rpm/fedora/huawei@5"), ""}, // the name of a package is no vendor
		{purl("pkg:deb/debian/libtrilinos-aztecoo-13.2"), ""},
		{ref("https://swr.cn-north-4.myhuaweicloud.com/x"), ""},
		{ref("https://kaspersky.com.evil.example/x"), ""},
		{name(vendors.SBOMAuthor, "Kaspersky Lab"), ""},
	}
	r := vendors.Bundled()
	for _, tt := range tests {
		got := ""
		if tt.want != "" && !r.MayMatch(tt.claim.Role, tt.claim.Kind, []byte(tt.claim.Value)) {
			t.Errorf("%s %q: MayMatch is false", tt.claim.Kind, tt.claim.Value)
		}
		if as := r.Resolve(today, []vendors.Claim{tt.claim}).Attributions; len(as) > 0 {
			got = fmt.Sprintf("%s %s %s", as[0].Vendor, as[0].Tier, as[0].Rule)
			if as[0].Source == "" || as[0].Matched == "" {
				t.Errorf("%s %q: attribution without source or alias", tt.claim.Kind, tt.claim.Value)
			}
		}
		if got != tt.want {
			t.Errorf("%s %s %q = %q, want %q", tt.claim.Role, tt.claim.Kind, tt.claim.Value, got, tt.want)
		}
	}
}

func TestHostOfALongURLIsAttributed(t *testing.T) {
	as := vendors.Bundled().Resolve(today, []vendors.Claim{ref("https://support.kaspersky.com/?q=" + strings.Repeat("a", 10_000))}).Attributions
	if len(as) != 1 || as[0].Vendor != "kaspersky" || as[0].Rule != vendors.RuleDomain {
		t.Errorf("%+v", as)
	}
}

// Also after a name that is no longer the vendor's, and after many other words.
func TestNameWithSeveralVendorsIsAttributedToEach(t *testing.T) {
	r := vendors.Bundled()
	for value, want := range map[string]string{
		"Joint venture of Hikvision and Dahua Technology":                  "[hikvision dahua]",
		"Honor Device Co., Ltd. (formerly of Huawei Technologies)":         "[huawei]",
		"Kaspersky and Kaspersky Lab reseller":                             "[kaspersky]",
		strings.Repeat("one ", 1000) + "of Hytera Communications partners": "[hytera]",
	} {
		var got []vendors.ID
		for _, a := range r.Resolve("2026-01-01", []vendors.Claim{supplier(value)}).Attributions {
			got = append(got, a.Vendor)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%.60s: %v, want %s", value, got, want)
		}
	}
}

func TestCommonNamesNeedASecondField(t *testing.T) {
	r := vendors.Bundled()
	got := r.Resolve(today, []vendors.Claim{supplier("Dahua"), cpe("cpe:2.3:h:dahuasecurity:nvr4216-i:-:*:*:*:*:*:*:*")})
	if a := got.Attributions[0]; a.Tier != vendors.Declared || a.Rule != vendors.RuleName {
		t.Errorf("Dahua beside its CPE: %s %s, want declared name.whole", a.Tier, a.Rule)
	}
	got = r.Resolve(today, []vendors.Claim{supplier("Dahua"), name(vendors.Manufacturer, "Dahua")})
	for _, a := range got.Attributions {
		if a.Tier != vendors.Resembles || a.Caveat == "" {
			t.Errorf("Dahua twice: %s %q, want resembles with a caveat", a.Tier, a.Caveat)
		}
	}
}

func TestMembershipDependsOnTheDay(t *testing.T) {
	tests := []struct {
		name string
		day  vendors.Date
		want string
	}{
		{"Honor", "2018-06-13", "huawei resembles"}, // a common name
		{"Honor", "2020-11-16", "huawei resembles"},
		{"Honor", "2020-11-17", "not: formerMember"},
		{"Honor Device Co., Ltd.", "2026-11-23", "not: formerMember"},
		{"xFusion Digital Technologies Co., Ltd.", "2021-10-31", "huawei declared"},
		{"xFusion Digital Technologies Co., Ltd.", "2021-11-15", "huawei resembles"}, // the day is not known
		{"xFusion Digital Technologies Co., Ltd.", "2021-12-01", "not: formerMember"},
		{"Sepura Plc", "2017-05-24", "not: notYetMember"},
		{"Sepura Plc", "2017-05-25", "hytera declared"},
		{"Sepura Plc", "2022-06-01", "hytera resembles"},
		{"Sepura Plc", "2023-01-01", "not: formerMember"},
		{"Lorex Technology Inc.", "2022-11-23", "dahua declared"},
		{"Lorex Technology Inc.", "2022-11-24", "not: formerMember"},
		{"Teltronic S.A.U.", "2025-06-30", "hytera declared"},
		{"Teltronic S.A.U.", "2025-07-01", "hytera resembles"},
	}
	for _, tt := range tests {
		res := vendors.Bundled().Resolve(tt.day, []vendors.Claim{supplier(tt.name)})
		got := ""
		if len(res.Attributions) > 0 {
			got = fmt.Sprint(res.Attributions[0].Vendor, " ", res.Attributions[0].Tier)
		} else if len(res.Unattributed) > 0 {
			got = "not: " + string(res.Unattributed[0].Reason)
		}
		if got != tt.want {
			t.Errorf("%s on %s = %q, want %q", tt.name, tt.day, got, tt.want)
		}
	}
}

func TestLoadRefusesFaultyFiles(t *testing.T) {
	const good = `{"id":"acme","name":"Acme","sources":{"s":"a registry"},"members":[],
		"identifiers":[{"kind":"name","values":["Acme Widgets"],"source":"s"}],"exclusions":[]}`
	edit := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	tests := []struct{ fault, file string }{
		{"duplicate key", edit(`"name":"Acme"`, `"name":"Acme","name":"Acme"`)},
		{"unknown key", edit(`"members"`, `"colour":"red","members"`)},
		{"no source", edit(`"source":"s"`, `"source":"t"`)},
		{"unknown kind", edit(`"kind":"name"`, `"kind":"nom"`)},
		{"short name", edit(`Acme Widgets`, `AB`)},
		{"wrong file name", edit(`"id":"acme"`, `"id":"other"`)},
		{"bad date", edit(`"source":"s"}]`, `"from":"13.6.2018","source":"s"}]`)},
		{"reversed interval", edit(`"source":"s"}]`, `"from":"2020-01-01","until":"2019-01-01","source":"s"}]`)},
		{"unknown member", edit(`"source":"s"}]`, `"member":"x","source":"s"}]`)},
		{"identifier and exclusion", edit(`"exclusions":[]`, `"exclusions":[{"kind":"exactName","value":"Acme","reason":"lookAlike","note":"n","source":"s"},{"kind":"name","value":"x","reason":"because","note":"n","source":"s"}]`)},
	}
	if _, err := vendors.Load(fstest.MapFS{"acme.json": {Data: []byte(good)}}); err != nil {
		t.Fatalf("the sound file is refused: %v", err)
	}
	for _, tt := range tests {
		r, err := vendors.Load(fstest.MapFS{"acme.json": {Data: []byte(tt.file)}})
		if !errors.Is(err, vendors.ErrRegister) || r != nil {
			t.Errorf("%s: got register %v, error %v; want ErrRegister", tt.fault, r, err)
		}
	}
	two := fstest.MapFS{
		"acme.json":  {Data: []byte(good)},
		"other.json": {Data: []byte(strings.Replace(good, `"id":"acme"`, `"id":"other"`, 1))},
	}
	if _, err := vendors.Load(two); !errors.Is(err, vendors.ErrRegister) {
		t.Errorf("a name of two vendors: error %v, want ErrRegister", err)
	}
}

// Resolving any claim does not panic. Each attribution has a source and at most the tier of the
// claim's role.
func FuzzResolve(f *testing.F) {
	kinds := []vendors.Kind{vendors.KindName, vendors.KindGroup, vendors.KindProduct, vendors.KindText, vendors.KindPURL,
		vendors.KindCPE, vendors.KindURL, vendors.KindEmail, vendors.KindRegID, vendors.KindOUI, vendors.KindPEN, vendors.KindDeviceTree,
		vendors.KindGUID, vendors.KindFingerprint, vendors.KindCertificate}
	roles := []vendors.Role{vendors.Manufacturer, vendors.Supplier, vendors.Namespace, vendors.Reference, vendors.Author, vendors.Mention, vendors.SBOMAuthor}
	for i, v := range []string{"AO Kaspersky Lab", "com.huawei.hms", "华为", "pkg:npm/%40kaspersky/x", "cpe:2.3:a:zte:x", "git@github.com:huawei/x", "a@huawei.com", "00:46:4b:00:00:01", "zte,mf286", "К\u200bаsp", "pkg:rpm/fedora/x?vendor=AO%20Kaspersky%20Lab", "O=HUAWEI", "regid.2012-05.com.kaspersky,x"} {
		f.Add(byte(i), byte(i), v)
	}
	f.Fuzz(func(t *testing.T, k, ro byte, v string) {
		c := vendors.Claim{Role: roles[int(ro)%len(roles)], Kind: kinds[int(k)%len(kinds)], Value: v}
		res := vendors.Bundled().Resolve(today, []vendors.Claim{c})
		for _, a := range res.Attributions {
			if a.Tier == vendors.NoTier || a.Tier > c.Role.Cap() || a.Source == "" || a.Claim.Value != c.Value || a.Claim.Kind != c.Kind || a.Claim.Location != c.Location {
				t.Fatalf("%+v: %+v", c, a)
			}
		}
	})
}

func BenchmarkResolveMiss(b *testing.B) {
	claims := []vendors.Claim{
		supplier("Example Widgets GmbH"),
		purl("pkg:npm/%40example/widgets@1.2.3"),
		cpe("cpe:2.3:a:example:widgets:1.2.3:*:*:*:*:*:*:*"),
		product("widgets-for-everyone"),
		{Role: vendors.Mention, Kind: vendors.KindText, Value: "A library of widgets for applications on several platforms"},
		ref("https://github.com/example/widgets"),
		ref("https://widgets.example.org/"),
	}
	r := vendors.Bundled()
	b.ReportAllocs()
	for b.Loop() {
		if got := r.Resolve(today, claims); got.Attributions != nil {
			b.Fatal(got)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(claims)), "ns/claim")
}

func BenchmarkLoadBundled(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vendors.Load(vendors.Bundled().Files()); err != nil {
			b.Fatal(err)
		}
	}
}

// fwupdGUID is what fwupd makes of the id of a device: the UUID of version 5 in the namespace
// of domain names, as SUIT makes of domains.
func fwupdGUID(id string) string { return guid.SUITVendor(id).String() }

// The name beside an e-mail address of an author is compared too, and so is each of several addresses.
func TestAuthorWithAddress(t *testing.T) {
	for value, want := range map[string]string{
		"Hikvision Europe B.V. <x@hikvision.com>": "hikvision mentions, hikvision resembles",
		"A <a@huawei.com>, B (b@hikvision.com)":   "huawei mentions, hikvision mentions",
		"Kaspersky Lab <x@kaspersky.com>":         "kaspersky mentions, kaspersky resembles",
	} {
		var got []string
		for _, a := range vendors.Bundled().Resolve("2026-11-30", []vendors.Claim{{Role: vendors.Author, Kind: vendors.KindName, Value: value}}).Attributions {
			got = append(got, fmt.Sprint(a.Vendor, " ", a.Tier))
			if a.Claim.Value != value || a.Claim.Kind != vendors.KindName {
				t.Errorf("%q: the claim is %+v", value, a.Claim)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}
