// SPDX-License-Identifier: Apache-2.0

package vendors

import "testing"

// What the resolver would find without the anchors, the anchors must let pass.
func FuzzAnchors(f *testing.F) {
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
			"https://PyPI.org/project/HuaweiCloudSDKnew", "pypi%2Eorg/project/huaweicloudsdknew", "https://pypi.org:443/simple/huaweicloudsdknew", "https://www.nuget.org/packages/HuaweiCloud.SDK.New"} {
			f.Add(byte(k), byte(k), v)
		}
	}
	index := &Bundled().index
	f.Fuzz(func(t *testing.T, k, ro byte, v string) {
		c := Claim{Role: roles[int(ro)%len(roles)], Kind: kinds[int(k)%len(kinds)], Value: v}
		res := resolver{index: index, day: "2026-11-23"}
		res.claim(&c)
		if len(res.out.Attributions)+len(res.out.Unattributed) > 0 && !Bundled().MayMatch(c.Role, c.Kind, []byte(v)) {
			t.Fatalf("%+v matches, but MayMatch says that it cannot: %+v", c, res.out)
		}
	})
}
