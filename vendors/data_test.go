// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/clause76/clause76/vendors"
)

// outcome is what the bundled register makes of one claim: the vendor and the tier, or the vendor and
// the reason for which it is not attributed.
func outcome(day vendors.Date, c vendors.Claim) string {
	res := vendors.Bundled().Resolve(day, []vendors.Claim{c})
	switch {
	case len(res.Attributions) > 0:
		return fmt.Sprintf("%s %s", res.Attributions[0].Vendor, res.Attributions[0].Tier)
	case len(res.Unattributed) > 0:
		return fmt.Sprintf("%s not: %s", res.Unattributed[0].Vendor, res.Unattributed[0].Reason)
	}
	return ""
}

// Purchases and sales have a day: the same claim has another outcome before and after it.
func TestMembershipsHaveDays(t *testing.T) {
	tests := []struct {
		claim         vendors.Claim
		day           vendors.Date // the first day of the second outcome
		before, after string
	}{
		{supplier("Norsat International Inc."), "2017-07-20", "hytera not: notYetMember", "hytera declared"},
		{supplier("Norsat"), "2017-07-20", "hytera not: notYetMember", "hytera declared"},
		{supplier("Sinclair Technologies"), "2017-07-20", "hytera not: notYetMember", "hytera declared"},
		{id(vendors.KindPEN, "40560"), "2017-07-20", "hytera not: notYetMember", "hytera registered"},
		{id(vendors.KindPEN, "46904"), "2022-01-01", "hytera registered", "hytera resembles"}, // sold in 2022, the day is not known
		{id(vendors.KindPEN, "46904"), "2023-01-01", "hytera resembles", "hytera not: formerMember"},
		{supplier("Hangzhou Huacheng Network Technology Co.,Ltd"), "2025-03-03", "dahua declared", "dahua resembles"},
		{id(vendors.KindOUI, "A83162"), "2025-03-03", "dahua registered", "dahua resembles"},
		{ref("https://github.com/Imou-OpenPlatform/x"), "2025-03-03", "dahua registered", "dahua resembles"},
		{supplier("SMIC Hong Kong International Company Limited"), "2024-01-31", "smic declared", "smic resembles"},
		{ref("https://www.hihonor.com/de"), "2020-11-17", "huawei registered", "huawei not: formerMember"},
		{id(vendors.KindOUI, "441A4C"), "2021-12-01", "huawei resembles", "huawei not: formerMember"},
		{supplier("xFusion"), "2021-11-01", "", "huawei not: formerMember"},
		{supplier("H3C"), "2007-03-29", "", "huawei not: formerMember"},
		{supplier("Hasselblad"), "2017-01-01", "dji not: notYetMember", "dji resembles"},
	}
	for _, tt := range tests {
		if got := outcome(dayBefore(t, tt.day), tt.claim); got != tt.before {
			t.Errorf("%s %q before %s: %q, want %q", tt.claim.Kind, tt.claim.Value, tt.day, got, tt.before)
		}
		if got := outcome(tt.day, tt.claim); got != tt.after {
			t.Errorf("%s %q on %s: %q, want %q", tt.claim.Kind, tt.claim.Value, tt.day, got, tt.after)
		}
	}
}

func dayBefore(t *testing.T, day vendors.Date) vendors.Date {
	t.Helper()
	d, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		t.Fatal(err)
	}
	return vendors.Date(d.AddDate(0, 0, -1).Format(time.DateOnly))
}

// Identifiers of the register, of each kind, with the tier that their evidence allows.
func TestIdentifiersOfTheRegister(t *testing.T) {
	tests := []struct {
		claim vendors.Claim
		want  string
	}{
		{cpe("cpe:2.3:a:acronis:snap_deploy:*:*:*:*:*:*:*:*"), "acronis declared"},
		{id(vendors.KindPEN, "24769"), "acronis registered"},
		{supplier("YMTC"), "ymtc declared"},
		{supplier("CXMT"), "cxmt declared"},
		{supplier("BGI"), "bgi resembles"}, // three letters
		{supplier("China Unicom"), "china-unicom declared"},
		{ref("https://www.chinaunicom.com.hk/"), "china-unicom registered"},
		{ref("https://www.kaspersky.de/blog"), "kaspersky registered"},
		{ref("https://dc1.ksn.kaspersky-labs.com/"), "kaspersky registered"},
		{purl("pkg:maven/de.kaspersky/x@1"), "kaspersky registered"},
		{ref("https://open.ys7.com/sdk"), "hikvision registered"},
		{supplier("Pyronix Ltd"), "hikvision resembles"}, // ownership from the press
		{id(vendors.KindOUI, "0019EB"), "hikvision resembles"},
		{supplier("浙江华睿科技股份有限公司"), "dahua declared"},
		{id(vendors.KindOUI, "302FAC"), "dahua registered"},
		{supplier("Hangzhou New Longshine Information Technology Co., Ltd."), "huawei declared"},
		{supplier("Huawei Technologies Duesseldorf GmbH"), "huawei declared"},
		{supplier("Huawei Cloud Berlin"), "huawei declared"},
		{supplier("Aspiegel SE"), "huawei declared"},
		{supplier("Aspiegel Limited"), "huawei declared"},
		{supplier("海康微影"), "hikvision declared"},
		{supplier("Hikmicro"), "hikvision resembles"},
		{supplier("杭州海康机器人技术有限公司"), "hikvision declared"},
		{supplier("TikTok Pte. Ltd."), "bytedance resembles"},
		{supplier("Toga Networks Ltd."), "huawei declared"},
		{supplier("TD Tech Ltd."), "huawei resembles"},             // a joint venture
		{supplier("Netaş Telekomünikasyon A.Ş."), "zte resembles"}, // a minority holding
		{supplier("Sparkoo Technologies Hong Kong Co., Limited"), "huawei declared"},
		{supplier("Sparkoo Technologies Singapore Pte. Ltd."), "huawei resembles"},
		{ref("https://www.toganetworks.com/"), "huawei registered"},
		{supplier("Kaspersky Lab Switzerland GmbH"), "kaspersky declared"},
		{supplier("dahuasecurity"), "dahua declared"},
		{supplier("HMN Tech"), "huawei resembles"}, // sale agreed, closing not found
		{purl("pkg:pypi/huaweicloudsdkaad@3.1.219"), "huawei registered"},
		{purl("pkg:npm/tencentcloud-sdk-nodejs-cvm@4"), "tencent registered"},
		{purl("pkg:pypi/tencentcloud-sdk-python-ocr@3"), "tencent registered"},
		{purl("pkg:npm/%40ptsecurity/mosaic@1"), "positive-technologies registered"},
		{supplier("Security Gen"), "positive-technologies declared"}, // as the Italian circular names it
		{supplier("АО «Позитив Текнолоджиз»"), "positive-technologies resembles"},
		{supplier("JSC Positive Technologies"), "positive-technologies declared"},
		{id(vendors.KindPEN, "61847"), "inspur registered"},
		{id(vendors.KindPEN, "61872"), "inspur resembles"},
		{cpe("cpe:2.3:o:mercusys:mw325r_firmware:*:*:*:*:*:*:*:*"), "tp-link resembles"},
		{id(vendors.KindOUI, "94742E"), "tp-link resembles"},
		{cpe("cpe:2.3:o:xiaomi:ax9000_firmware:*:*:*:*:*:*:*:*"), "xiaomi declared"},
		{id(vendors.KindUSB, "2717"), "xiaomi registered"},
		{id(vendors.KindPCI, "1d72"), "xiaomi registered"},
		{id(vendors.KindPNP, "XMI"), "xiaomi registered"},
		{id(vendors.KindACPI, "XMCC"), "xiaomi registered"},
		{id(vendors.KindBluetooth, "0x038F"), "xiaomi registered"},
		{id(vendors.KindDeviceTree, "xiaomi,lavender"), "xiaomi registered"},
		{id(vendors.KindOUI, "28D127"), "xiaomi registered"},
		{ref("https://www.mi.com/global"), "xiaomi registered"},
		{ref("https://www.miwifi.com/"), "xiaomi resembles"}, // from a list of volunteers
		{supplier("Xiaomi Technology Netherlands B.V."), "xiaomi declared"},
		{supplier("小米科技有限责任公司"), "xiaomi declared"},
		{supplier("ОАО «ИнфоТеКС»"), "infotecs declared"},
		{product("ViPNet Client"), "infotecs resembles"},
		{ref("https://www.infotecs.ru/"), "infotecs registered"},
		{product("TikTok"), "bytedance resembles"},
		{product("CapCut"), "bytedance resembles"},
		{product("HiSuite"), "huawei resembles"},
		{product("MaxPatrol SIEM"), "positive-technologies resembles"},
		{product("VooV Meeting"), "tencent resembles"},
		{product("360安全浏览器"), "qihoo360 resembles"},
		{purl("pkg:github/web-infra-dev/rspack@1"), "bytedance resembles"}, // ownership not shown
		{id(vendors.KindOUI, "00D0D0"), "zte registered"},
		{supplier("Nubia"), "zte resembles"}, // a minority holding
	}
	for _, tt := range tests {
		if got := outcome(today, tt.claim); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.claim.Kind, tt.claim.Value, got, tt.want)
		}
	}
}

// What others own is not the vendor's, however close its name is.
func TestOthersAreNotTheVendors(t *testing.T) {
	tests := []struct {
		claim vendors.Claim
		want  string
	}{
		{supplier("UltraAV"), "kaspersky not: stranger"},
		{supplier("Pango Group"), "kaspersky not: stranger"},
		{supplier("Pango"), ""},
		{product("pango"), ""},
		{product("tiktok-uploader"), "bytedance mentions"},
		{product("capcut-export"), ""},
		{supplier("China Telecommunication Technology Labs"), "china-telecom not: lookAlike"},
		{supplier("New H3C Technologies Co., Ltd"), "huawei not: formerMember"},
		{ref("https://www.honor.com/"), "huawei not: formerMember"},
		{id(vendors.KindBluetooth, "0x09C6"), "huawei not: formerMember"},
		{id(vendors.KindPNP, "HNM"), "huawei not: formerMember"},
		{purl("pkg:github/apache/servicecomb-pack@1"), "huawei not: contribution"},
		{purl("pkg:npm/%40tencent-sdk/capi@2"), ""}, // a private author
		{purl("pkg:npm/%40logto/connector-xiaomi@1"), ""},
		{purl("pkg:pypi/pydahua@1"), ""},
		{cpe("cpe:2.3:a:bytecodealliance:rustix:*:*:*:*:*:*:*:*"), ""},
		{supplier("Sinclair Oil Corporation"), ""},
		{supplier("Toga Ltd"), ""},
		{supplier("TD Technology System"), ""},
		{supplier("Netas Group"), ""},
		{supplier("F.A.C.C.T."), "group-ib not: formerMember"},
		{supplier("Facct"), ""},
		{supplier("VIPnet"), "infotecs not: lookAlike"},
		{supplier("Security Generation Ltd"), ""},
		{supplier("POCO Project"), ""},
		{supplier("360"), ""},
		// Mail addresses and clouds of customers.
		{ref("https://mail.qq.com/"), ""},
		{ref("https://bucket.cos.ap-guangzhou.myqcloud.com/x"), ""},
		{ref("https://webmail.189.cn/"), ""},
		{ref("https://mail.139.com/"), ""},
	}
	for _, tt := range tests {
		if got := outcome(today, tt.claim); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.claim.Kind, tt.claim.Value, got, tt.want)
		}
	}
}
