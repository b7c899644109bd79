// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"
	"testing"
)

// MayMatch returns true for every claim that the resolver finds something in.
func FuzzMayMatch(f *testing.F) {
	kinds := []Kind{KindName, KindGroup, KindProduct, KindText, KindPURL, KindCPE, KindURL, KindEmail, KindRegID, KindDeviceTree, KindOUI, KindUSB, KindGUID, KindFingerprint, KindCertificate}
	roles := []Role{Namespace, Reference, Author, Mention, Supplier, Manufacturer}
	for k := range kinds {
		for _, v := range []string{"Hik-Vision", "hik.vision", "com.zte.x", "@hmscore", "pkg:pypi/HuaweiCloudSDKfoo", "pkg:npm/%40%6Baspersky/x",
			"cpe:2.3:a:k\\aspersky:x", "https://x.hisilicon.com:80/a", "a@b.zte.com.cn", "zte,mf286", "WAP (ZTE X)", "nuget/Kaspersky.X", "pkg:nuget/kaspersky.x",
			"pkg:generic/x?vcs_url=git%2Bhttps://github.com/KasperskyLab/x", "Kaspersky Endpoint Security", "Kapersky Lab AO", "K aspersk y", "the hauwei co", "KasperskyTotal Security", "pkg:rpm/x/y?vendor=Hua-Wei", "pkg:generic/hik.vision/x",
			"ZTE Deutschland GmbH", "/O=ZTE Corporation/CN=x", "regid.2012-05.com.kaspersky,x", "d8730218-72d0-55be-8ae7-6708658869e6", "pkg:swid/Hik%20Vision/x?tag_id=1",
			" pkg:npm/%2540kaspersky/x", "pkg:npm/kaspersky%2Fx", "pkg:docker/KasperskyLab/x", "pkg:winget/Kaspersky.X", "pkg:github.com/KasperskyLab/x", "pkg:carthage/hisilicon/x",
			"pkg:maven/com.huawei:x", "pkg:apk/com.huawei.x", "scm:git:git@github.com:Kaspersky%4Cab/x", "https://xn--kspersky-66g.com", "k\u0430spersky.com", "https://kaspersky%252Ecom/",
			"https://kasperskylab.github.io", "github:KasperskyLab", "docker.io/kasperskylab/x", "KasperskyLab/x", "mailto:a@kaspersky.com?x",
			"https://PyPI.org/project/HuaweiCloudSDKnew", "pypi%2Eorg/project/huaweicloudsdknew", "https://pypi.org:443/simple/huaweicloudsdknew", "https://www.nuget.org/packages/HuaweiCloud.SDK.New",
			"Kasper(R)sky", "Huawe1 (C)", "pkg:generic/hik.vision", "nuget/Huavve1Cl 0ud.SDK.Ivs", "Vendor Hik-Vision", "Acme and Huawe1", "Shenzhen ZTE Mobile Co., Ltd.", "Huavvei", "HlKVISION", "QuecteI", "Kaspersky Endpoint Security for Windows 12", "Hua\u3164wei"} {
			f.Add(byte(k), byte(k), v)
		}
	}
	index := &Bundled().index
	f.Fuzz(func(t *testing.T, k, ro byte, v string) {
		c := Claim{Role: roles[int(ro)%len(roles)], Kind: kinds[int(k)%len(kinds)], Value: v}
		res := resolver{index: index, day: "2026-11-23"}
		res.claim(&c)
		if len(res.out.Attributions)+len(res.out.Unattributed) > 0 && !Bundled().MayMatch(c.Role, c.Kind, []byte(v)) {
			t.Fatalf("MayMatch returns false for %+v, which matches: %+v", c, res.out)
		}
	})
}

// Resolve finds the same with and without the prefilter in the values of the register, edited in the
// ways in which documents change names.
func FuzzPrefilterOfEditedValues(f *testing.F) {
	r := Bundled()
	index := &r.index
	var values []string
	for v := range r.All() {
		for _, id := range v.Identifiers {
			values = append(values, id.Value)
		}
		for _, x := range v.Exclusions {
			values = append(values, x.Value)
		}
	}
	kinds := []Kind{KindName, KindGroup, KindProduct, KindText, KindPURL, KindCPE, KindURL, KindEmail, KindRegID, KindDeviceTree, KindOUI, KindGUID, KindCertificate}
	roles := []Role{Supplier, Manufacturer, Namespace, Reference, Author, Mention}
	edits := []func(s string, i int) string{
		func(s string, i int) string { return s },
		func(s string, i int) string { return s[:i] + "(R)" + s[i:] },
		func(s string, i int) string { return s[:i] + " " + s[i:] },
		func(s string, i int) string { return s[:i] + "\u200b" + s[i:] },
		func(s string, i int) string { return s[:i] + s[min(i+1, len(s)):] },
		func(s string, i int) string { return s[:i] + s[i:min(i+1, len(s))] + s[i:] },
		func(s string, i int) string { return s + " Technologies (Shenzhen) Co., Ltd." },
		func(s string, i int) string { return "Hangzhou " + s + " Network" },
		func(s string, i int) string {
			return strings.NewReplacer("o", "0", "i", "1", "m", "rn", "w", "vv").Replace(s)
		},
		func(s string, i int) string { return strings.NewReplacer("O", "0", "l", "I", "I", "l").Replace(s) },
		func(s string, i int) string { return strings.ToUpper(s) },
		func(s string, i int) string { return strings.ReplaceAll(s, " ", "") },
		func(s string, i int) string { return s + " for Windows 12" },
		func(s string, i int) string { return "pkg:generic/" + s + "/x@1" },
	}
	for i := range len(edits) {
		for k := range 4 {
			f.Add(uint16(i*97+k*31), byte(i), byte(k*5), byte(k), byte(k), byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, n uint16, edit, again, kind, role, at byte) {
		value := values[int(n)%len(values)]
		for _, e := range []byte{edit, again} {
			value = edits[int(e)%len(edits)](value, int(at)%(len(value)+1))
		}
		c := Claim{Role: roles[int(role)%len(roles)], Kind: kinds[int(kind)%len(kinds)], Value: value}
		res := resolver{index: index, day: "2026-11-23"}
		res.claim(&c)
		got := r.Resolve("2026-11-23", []Claim{c})
		if len(res.out.Attributions) != len(got.Attributions) || len(res.out.Unattributed) != len(got.Unattributed) {
			t.Fatalf("%+v: %+v without the prefilter, %+v with it", c, res.out, got)
		}
	})
}

// MayMatch returns true for subjects with escaped letters, and Resolve attributes them.
func TestSubjectsWithHiddenLettersAreAttributed(t *testing.T) {
	r := Bundled()
	for _, subject := range []string{"C = RU, O = Kaspersky Lab, CN = x", `CN=x,O=\4B\61spersky Lab`, "/C=RU/O=AO Kaspersky Lab/CN=x",
		`O="Kaspersky Lab"`, "O=#0c0d4b6173706572736b79204c6162"} {

		c := Claim{Role: Reference, Kind: KindCertificate, Value: subject}
		if !r.MayMatch(c.Role, c.Kind, []byte(c.Value)) {
			t.Errorf("%q would be dropped", subject)
		}
		as := r.Resolve("2026-11-24", []Claim{c}).Attributions
		if len(as) != 1 || as[0].Vendor != "kaspersky" || as[0].Tier != Resembles {
			t.Errorf("%q: %+v", subject, as)
		}
	}
}
