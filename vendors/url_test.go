// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/vendors"
)

// attributed returns the result for one claim: "vendor tier rule", or "not: reason".
func attributed(c vendors.Claim) string {
	res := vendors.Bundled().Resolve(today, []vendors.Claim{c})
	switch {
	case len(res.Attributions) > 0:
		a := res.Attributions[0]
		return fmt.Sprint(a.Vendor, " ", a.Tier, " ", a.Rule)
	case len(res.Unattributed) > 0:
		return "not: " + string(res.Unattributed[0].Reason)
	}
	return ""
}

// Only the owner of a repository and the domain are found, in each notation of a URL.
func TestURLsAreAttributedByOwnerAndDomain(t *testing.T) {
	const owner, domain = "huawei registered url.owner", "hikvision registered url.domain"
	tests := []struct{ url, want string }{
		{"https://github.com/huaweicloud/sdk", owner},
		{" https://github.com/huaweicloud/sdk\n", owner},
		{"\u00a0https://github.com/huaweicloud/sdk\u00a0", owner},
		{"<https://github.com/huaweicloud/sdk>", owner},
		{"scm:git:git@github.com:huaweicloud/sdk.git", owner},
		{"scm:git:ssh://git@github.com:huaweicloud/sdk.git", owner},
		{"scm:git:https://github.com/huaweicloud/sdk.git", owner},
		{"git+git@github.com:huaweicloud/sdk.git", owner},
		{"git+ssh://git@github.com/huaweicloud/sdk.git", owner},
		{"git://github.com:huaweicloud/sdk", owner},
		{"ssh://git@github.com:22/huaweicloud/sdk", owner},
		{"https://github.com:huaweicloud/sdk", owner},
		{"https://github.com:443/huaweicloud/sdk", owner},
		{"github.com:huaweicloud/sdk", owner},
		{"github.com/huaweicloud", owner},
		{"//github.com/huaweicloud/sdk", owner},
		{"https:github.com/huaweicloud/sdk", owner},
		{"https:///github.com/huaweicloud/sdk", owner},
		{"https://github.com//huaweicloud//sdk", owner},
		{"https://github.com/./huaweicloud/sdk", owner},
		{"https://github.com/huaweicloud?tab=repositories", owner},
		{"https://github.com/huaweicloud#readme", owner},
		{"https://github.com/HuaweiCloud;v=1", ""}, // an account that cannot be
		{"https://github.com/%68uaweicloud/sdk", owner},
		{`https:\\github.com\huaweicloud\sdk`, owner},
		{"HTTPS://GitHub.COM./huaweicloud", owner},
		{"github:huaweicloud/sdk", owner},
		{"gh:huaweicloud/sdk", owner},
		{"huaweicloud/sdk", "huawei resembles url.owner"}, // npm's short form, or any path
		{"https://huaweicloud.github.io/docs", owner},
		{"https://proxy.example.com/go/github.com/!huaweicloud/sdk/@v/v1.0.0.zip", "huawei resembles purl.namespace"},
		{"https://proxy.example.com/github.com/!huawei!cloud/sdk/@latest", "huawei resembles purl.namespace"},
		{"https://proxy.example.com/cache/download/github.com/!huawei!cloud/sdk@v1.0.0/x.go", "huawei resembles purl.namespace"},
		{"https://proxy.example.com/hikvision.com/!x/@v/list", "hikvision resembles url.domain"},
		{"https://proxy.example.com/files/hikvision.com/x", ""},
		{"https://proxy.golang.org/github.com/!huawei!cloud/sdk/@v/v1.0.0.zip", "huawei registered purl.namespace"},
		{"https://npm.example.com/artifactory/api/npm/@hmscore/x/-/x-1.tgz", "huawei resembles purl.namespace"},
		{"https://npm.example.com/%40hmscore%2fx/-/x-1.tgz", "huawei resembles purl.namespace"},
		{"https://example.com/@hmscore/x", ""},
		{"https://docs.huaweicloud.github.io/", ""}, // no such host is given to an account
		{"https://raw.githubusercontent.com/huaweicloud/sdk/main/x", owner},
		{"https://api.github.com/repos/huaweicloud/sdk", owner},
		{"https://api.bitbucket.org/2.0/repositories/huaweicloud/sdk", ""},
		{"https://maven.pkg.github.com/huaweicloud/sdk", owner},
		{"ghcr.io/huaweicloud/sdk:1", owner},
		{"https://registry.npmjs.org/@hmscore/x/-/x-1.tgz", "huawei registered purl.namespace"},
		{"https://www.npmjs.com/package/@hmscore/x", "huawei registered purl.namespace"},
		{"https://www.npmjs.com/package/esdk-obs-nodejs", "huawei registered purl.package"},
		{"https://registry.terraform.io/providers/huaweicloud/huaweicloud", owner},
		{"https://redirect.github.com/huaweicloud/sdk", owner},
		{"https://web.archive.org/web/2020/https://github.com/huaweicloud/sdk", owner},
		{"https://pkg.go.dev/github.com/huaweicloud/sdk", "huawei registered purl.namespace"},
		{"https://proxy.golang.org/github.com/!huawei!cloud/sdk/@v/v1.zip", "huawei registered purl.namespace"},
		{"https://repo1.maven.org/maven2/com/huawei/hms/push/1/push-1.jar", "huawei registered purl.namespace"},
		{"https://central.sonatype.com/artifact/com.huawei.hms/push", "huawei registered purl.namespace"},
		{"https://pypi.org/project/huaweicloudsdkeip/", "huawei registered purl.package"},
		{"https://pypi.org/project/huaweicloudsdknew/", "huawei resembles purl.prefix"},
		{"https://pypi.org/project/requests/", ""},
		{"https://gitee.com/hisilicon/x", "huawei resembles namespace.name"},
		// Copies, proxies and mirrors: what they hand on counts.
		{"https://web.archive.org/web/2020id_/http://www.hikvision.com/x", domain},
		{"https://web.archive.org/web/2020/www.hikvision.com/x", domain},
		{"https://web.archive.org/web/2020/https://web.archive.org/web/2021/https://github.com/huaweicloud/sdk", owner},
		{"https://archive.org/details/huaweicloud", ""},
		{"https://ghproxy.com/https://github.com/huaweicloud/sdk", owner},
		{"https://ghproxy.com/https:/github.com/huaweicloud/sdk", owner},
		{"https://ghproxy.com/github.com/huaweicloud/sdk", owner},
		{"https://mirror.example/https://github.com/huaweicloud/sdk", "huawei resembles url.owner"}, // anybody's
		{"https://mirror.example/https%3A%2F%2Fgithub.com/huaweicloud/sdk", "huawei resembles url.owner"},
		{"https://cdn.jsdelivr.net/gh/huaweicloud/sdk@1/x.js", owner},
		{"https://cdn.jsdelivr.net/npm/@hmscore/x@1/x.js", "huawei registered purl.namespace"},
		{"https://unpkg.com/@hmscore/x@1/x.js", "huawei registered purl.namespace"},
		{"https://registry.npmmirror.com/@hmscore/x/-/x-1.tgz", "huawei registered purl.namespace"},
		{"https://goproxy.cn/github.com/!huawei!cloud/sdk/@v/v1.zip", "huawei registered purl.namespace"},
		{"https://maven.aliyun.com/repository/public/com/huawei/hms/push/1/push-1.jar", "huawei registered purl.namespace"},
		{"https://gopkg.in/huaweicloud/sdk.v1", owner},
		{"https://media.githubusercontent.com/media/huaweicloud/sdk/main/x.bin", owner},
		{"https://cdn.statically.io/gh/huaweicloud/sdk/main/x.js", owner},
		{"https://kkgithub.com/huaweicloud/sdk", owner},
		{"registry.hub.docker.com/hisilicon/x", "huawei resembles namespace.name"},
		{"https://gopkg.in/huaweicloud.v1", ""}, // go-huaweicloud
		// Dots and escapes.
		{"https://github.com/a/../huaweicloud/sdk", owner},
		{"https://github.com/a/%2E%2e/huaweicloud/sdk", owner},
		{"https://github.com/%2e/huaweicloud/sdk", owner},
		{"https://github.com/huaweicloud/../a/sdk", ""},
		{"https://github.com/huaweicloud%2Fsdk", owner},
		// References of container images.
		{"docker://hisilicon/x:1", "huawei resembles namespace.name"},
		{"docker-daemon:hisilicon/x:1", "huawei resembles namespace.name"},
		{"docker://ghcr.io/huaweicloud/x@sha256:ab", owner},
		{"oci://registry.hikvision.com/x", domain},
		{"oci:hisilicon/x", ""}, // a folder
		{"docker://hisilicon", ""},
		{"docker.io/hikvision/x", "hikvision resembles namespace.name"},
		{"https://hub.docker.com/r/hisilicon/x", "huawei resembles namespace.name"},
		// A URL in the query of another is the argument of a proxy or a redirection.
		{"https://example.org/?u=https://github.com/huaweicloud", "huawei mentions url.owner"},
		{"https://example.org/get?a=b&url=https://www.hikvision.com/x.exe&c=d", "hikvision mentions url.domain"},
		{"https://example.org/get?url=https%3A%2F%2Fwww.hikvision.com%2Fx.exe", "hikvision mentions url.domain"},
		{"https://example.org/get?url=www.hikvision.com/x.exe", "hikvision mentions url.domain"},
		{"https://example.org/get?url=https://example.com/?u=https://hikvision.com", "hikvision mentions url.domain"},
		{"https://example.org/#https://hikvision.com", "hikvision mentions url.domain"},
		{"https://example.org/?q=hikvision.com", ""},
		{"https://example.org/proxy/https://www.hikvision.com/x.exe", "hikvision resembles url.domain"},
		{"https://example.org/github.com/huaweicloud", ""},

		{"https://www.hikvision.com/en/", domain},
		{"hikvision.com", domain},
		{"https://hikvision%2Ecom/", domain},
		{"https://hikvision%252Ecom/", domain},
		{"https://www.hikvision。com/", domain},
		{"https://hikvision．com", domain},
		{"https://hikvision｡com", domain},
		{"https://ｈｉｋvision.com", domain},
		{"https://hik\u00advision.com", domain}, // a soft hyphen, which names of hosts lose
		{"https://user:pass@hikvision.com:8443/", domain},
		{"https://" + strings.Repeat("u", 9000) + "@hikvision.com/", domain},
		{"https://hikvision.com" + strings.Repeat("/x", 9000), domain},
		{"The manual: https://hikvision.com/m.pdf", domain},
		{"[the manual](https://hikvision.com/m.pdf)", domain},
		{`<a href="https://hikvision.com">`, domain},
		{"https://h\u0456kvision.com", "hikvision resembles name.confusable"}, // Cyrillic і
		{"https://xn--hkvision-thh.com", "hikvision resembles name.confusable"},
		{"https://hikvision.com@example.org/", ""},
		{`https://example.org\@hikvision.com/`, ""},
		{"https://example.org?@hikvision.com", ""},
		{"https://hikvision.com.example.org/", ""},
		{"https://myhikvision.com/", ""},
		{"mailto:info@hikvision.com?subject=x", "hikvision mentions email.domain"},
		{"pkg:npm/%40hmscore/x@1", "huawei registered purl.namespace"}, // in a URL's place
	}
	for _, tt := range tests {
		c := ref(tt.url)
		if got := attributed(c); got != tt.want {
			t.Errorf("%.100q = %q, want %q", tt.url, got, tt.want)
		}
		if tt.want != "" && !vendors.Bundled().MayMatch(c.Role, c.Kind, []byte(tt.url)) {
			t.Errorf("%.100q is passed over", tt.url)
		}
	}
}

func TestHostingIsNotMaking(t *testing.T) {
	for _, url := range []string{
		"https://mirrors.huaweicloud.com/repository/npm/lodash/-/lodash-4.tgz", "http://repo.huaweicloud.com/repository/pypi/simple",
		"https://mirrors.tools.huawei.com/pypi/simple", "https://bucket.obs.cn-north-4.myhuaweicloud.com/x.tar.gz", "https://bucket.obs.cn-north-1.huaweicloud.com/x.tar.gz", "https://obs.huaweicloud.com/bucket/x.tar.gz", "swr.cn-north-4.myhuaweicloud.com/a/b:1",
		"git@codehub.devcloud.cn-north-4.huaweicloud.com:a/b.git", "https://devrepo.devcloud.huaweicloud.com/02/nexus/",
		"https://mirrors.cloud.tencent.com/npm/", "https://mirrors.tencent.com./go/", "https://git.code.tencent.com/a/b.git",
	} {
		if got := attributed(ref(url)); got != "not: hosting" {
			t.Errorf("%s = %q, want not: hosting", url, got)
		}
		if got := attributed(purl("pkg:npm/lodash@4?repository_url=" + url)); got != "not: hosting" {
			t.Errorf("a package kept at %s = %q, want not: hosting", url, got)
		}
	}
	if got := attributed(ref("https://cloud.tencent.com/")); got != "tencent registered url.domain" {
		t.Errorf("the vendor's own site = %q", got)
	}
}

func TestHomepageResembles(t *testing.T) {
	for url, want := range map[string]string{
		"https://www.hikvision.com/":         "hikvision resembles url.domain",
		"https://github.com/huaweicloud/sdk": "huawei registered url.owner",
	} {
		if got := attributed(vendors.Claim{Role: vendors.Homepage, Kind: vendors.KindURL, Value: url}); got != want {
			t.Errorf("%s = %q, want %q", url, got, want)
		}
	}
}

func TestLongIdentifiersAreReadCompletely(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		claim vendors.Claim
		want  string
	}{
		{purl("pkg:npm/%40hmscore/" + long), "huawei registered purl.namespace"},
		{purl("pkg:maven/com.huawei.hms." + strings.Repeat("a.", 300) + "b/x"), "huawei registered purl.namespace"},
		{purl("pkg:generic/x?a=" + long + "&vendor=Hikvision"), "hikvision declared name.whole"},
		{id(vendors.KindGroup, "com.huawei.hms."+strings.Repeat("a.", 300)+"b"), "huawei registered purl.namespace"},
		{cpe("cpe:2.3:a:hikvision:" + long), "hikvision declared cpe.vendor"},
		{cpe("cpe:2.3:a:" + strings.Repeat(`\h`, 1) + `i\kvision:` + long), "hikvision declared cpe.vendor"},
		{vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindEmail, Value: long + "@hikvision.com"}, "hikvision resembles email.domain"},
		{id(vendors.KindRegID, "regid.2012-05.com.hikvision,"+long), "hikvision registered url.domain"},
	} {
		if got := attributed(tt.claim); got != tt.want {
			t.Errorf("%s %.60q = %q, want %q", tt.claim.Kind, tt.claim.Value, got, tt.want)
		}
	}
}

// Also those of types without a definition, and those with faults.
func TestPackageURLsAreAttributed(t *testing.T) {
	const named = "huawei resembles namespace.name"
	tests := []struct{ purl, want string }{
		{"pkg:githubactions/huaweicloud/auth-action@v1", "huawei registered purl.namespace"},
		{"pkg:githubactions/huaweicloud/actions/setup@v1", "huawei registered purl.namespace"},
		{"pkg:terraform/huaweicloud/huaweicloud@1", "huawei registered purl.namespace"},
		{"pkg:go/github.com/huaweicloud/x@v1", "huawei registered purl.namespace"},
		{"pkg:github.com/huaweicloud/x@v1", "huawei registered purl.namespace"},
		{"pkg:gitsubmodule/github.com/huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:oci/x@sha256:ab?repository_url=ghcr.io/huaweicloud/x", "huawei registered url.owner"},
		{"pkg:oci/x@sha256:ab?repository_url=docker.io/hisilicon/x", named},
		{"pkg:docker/hisilicon/x@1", named},
		{"pkg:docker/HiSilicon/x@1", named},
		{"pkg:vscode-extension/hisilicon/x@1", named},
		{"pkg:vscode-extension/hisilicon.tools@1", named},
		{"pkg:winget/HiSilicon/Tools", named},
		{"pkg:winget/HiSilicon.Tools", named},
		{"pkg:carthage/HiSilicon/x", named},
		{"pkg:qpkg/hisilicon/x@1", named},
		{"pkg:rpm/hisilicon/x@1", named},
		{"pkg:apk/hisilicon/x@1", named},
		{"pkg:golang/hisilicon/x", named},
		{"pkg:unknown/a/hisilicon/x", named},
		{"pkg:android/com.huawei.hms.x@1", "huawei resembles purl.namespace"},
		{"pkg:apk/com.huawei.app@1", "huawei resembles namespace.domain"},
		{"pkg:maven/com.huawei.hms:push@1", "huawei registered purl.namespace"},
		{"pkg:maven/hisilicon/x@1", named},
		{"pkg:npm/%2540hmscore/x@1", "huawei registered purl.namespace"},
		{"pkg:npm/hmscore%2Fx@1", "huawei resembles purl.namespace"}, // a scope without its mark
		{"pkg:npm/hmscore/x@1", "huawei resembles purl.namespace"},
		{"pkg:golang/github.com%2Fhuaweicloud/x", "huawei registered purl.namespace"},
		{" pkg:npm/%40hmscore/x@1", "huawei registered purl.namespace"},
		{"cpe:2.3:a:hikvision:x", ""}, // Examine tells that it is another kind
		// Names of packages, and accounts that only have the name.
		{"pkg:docker/library/hisilicon", ""},
		{"pkg:deb/debian/hisilicon@1", ""},
		{"pkg:github/hisilicon-fans/x", ""},
		{"pkg:docker/hisilicon-fans/x", ""},
		{"pkg:npm/%40hisilicon/x", named},
		{"pkg:composer/hisilicon/x", named},
		{"pkg:gitlab/hikvision/x", ""}, // an account that anybody can have
		{"pkg:docker/ghcr.io/huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:terraform/registry.terraform.io/huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:docker/localhost/hisilicon/x", ""},
		{"pkg:docker/registry.hikvision.com/x", "hikvision registered url.domain"},
		{"pkg:docker/registry.hikvision.com:5000/x", "hikvision registered url.domain"},
		{"pkg:golang/gopkg.in/huaweicloud/x.v1", "huawei registered purl.namespace"},
		{"pkg:golang/gopkg.in/huaweicloud/x.v1#sub", "huawei registered purl.namespace"},
		{"pkg:maven/com/huawei/hms/push@1", "huawei registered purl.namespace"},
		{"pkg:maven/com%2Fhuawei/push@1", "huawei registered namespace.domain"},
		{"pkg:maven/io.github.huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:maven/com.github.HuaweiCloud/x", "huawei resembles purl.namespace"},
		{"pkg:maven/org/example/com/huawei/x", ""},
		// Dots.
		{"pkg:github/a/../huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:github/./huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:golang/github.com/a/%2e%2e/huaweicloud/x", "huawei registered purl.namespace"},
		{"pkg:npm/./%40hmscore/x", "huawei registered purl.namespace"},
		// Qualifiers.
		{"pkg:generic/x?supplier=Hikvision", "hikvision declared name.whole"},
		{"pkg:generic/x?a=b&Manufacturer=Hikvision", "hikvision declared name.whole"},
		{"pkg:deb/debian/x?publisher=Hikvision", "hikvision declared name.whole"},
		{"pkg:rpm/fedora/x?maintainer=Hikvision", "hikvision resembles name.whole"},
		{"pkg:generic/x?supplier=support.zte.com.cn", "zte resembles url.domain"},
		{"pkg:npm/x?homepage=https://www.hikvision.com", "hikvision resembles url.domain"},
		{"pkg:npm/x?url=https://www.hikvision.com/x.tgz", "hikvision registered url.domain"},
		{"pkg:npm/x?vcs_url=git%2Bhttps://ghproxy.com/https://github.com/huaweicloud/x%40abc", "huawei registered url.owner"},
		{"pkg:oci/x?repository_url=docker://hisilicon/x", named},
		{"pkg:conan/x@1?user=hisilicon&channel=stable", named},
		{"pkg:conan/x@1?channel=hisilicon", named},
		{"pkg:generic/x?user=hisilicon", ""},
		{"pkg:generic/x?file_name=hisilicon.zip", ""},
		{"pkg:cran/hisilicon@1", ""},
		{"pkg:bitnami/hisilicon@1", ""},
		{"pkg:unknown/hisilicon@1", ""},
	}
	for _, tt := range tests {
		c := purl(tt.purl)
		if got := attributed(c); got != tt.want {
			t.Errorf("%s = %q, want %q", tt.purl, got, tt.want)
		}
		if tt.want != "" && !vendors.Bundled().MayMatch(c.Role, c.Kind, []byte(tt.purl)) {
			t.Errorf("%s is passed over", tt.purl)
		}
	}
}

func TestCPEWithoutVendorResembles(t *testing.T) {
	const pattern, begins = "hikvision resembles cpe.vendor", "kaspersky resembles cpe.echo"
	for value, want := range map[string]string{
		"cpe:2.3:a:*:kaspersky_anti-virus:1:*":    begins,
		"cpe:2.3:a:-:kaspersky_anti-virus:1:*":    begins,
		"cpe:2.3:a::kaspersky":                    begins,
		"cpe:2.3:a:??:kaspersky_anti-virus":       begins,
		"cpe:/a::kaspersky_anti-virus:1":          begins,
		"cpe:/a:*:kaspersky_anti-virus":           begins,
		"cpe:2.3:o:*:zte_mf258_firmware:1:*":      "zte resembles cpe.echo",
		"cpe:2.3:a:*:wechat:8:*":                  "tencent resembles product.name",
		"cpe:2.3:a:*:kasperskyish:1:*":            "",
		"cpe:2.3:a:*:openssl:1:*":                 "",
		"cpe:2.3:a:hikv*:x":                       pattern,
		"cpe:2.3:a:*vision:x":                     pattern,
		"cpe:2.3:a:h?kvisi?n:x":                   pattern,
		"cpe:2.3:a:HIK*:x":                        pattern,
		"cpe:/a:hikv%02:x":                        pattern,
		"cpe:/a:hikvisio%01:x":                    pattern,
		"cpe:2.3:a:hikv*x:x":                      "",
		`cpe:2.3:a:hikv\*:x`:                      "",
		"cpe:/a:hikv%2a:x":                        "",
		"cpe:2.3:a:example:*hikvision*:1:*":       "",
		"cpe:2.3:a:" + strings.Repeat("*a", 2000): "",
	} {
		c := cpe(value)
		if got := attributed(c); got != want {
			t.Errorf("%.60s = %q, want %q", value, got, want)
		}
		if want != "" && !vendors.Bundled().MayMatch(c.Role, c.Kind, []byte(value)) {
			t.Errorf("%.60s is passed over", value)
		}
	}
}

func TestOwnerOfIdentifiers(t *testing.T) {
	for _, tt := range []struct {
		claim vendors.Claim
		want  string
	}{
		{purl("pkg:npm/%40a/x"), "npm/a"},
		{purl("pkg:npm/x"), ""},
		{purl("pkg:deb/debian/x"), ""},
		{purl("pkg:github/a/x"), "github/a"},
		{id(vendors.KindGroup, "org.a"), "org.a"},
		{cpe("cpe:2.3:a:a:x"), "cpe/a"},
		{cpe("cpe:2.3:a:x:x-lib"), ""}, // a tool's guess
		{cpe("cpe:2.3:a:*:x"), ""},
		{ref("https://github.com/a/x"), "github/a"},
		{ref("https://a.github.io"), "github/a"},
		{ref("https://example.org/a/x"), ""},
		{vendors.Claim{Role: vendors.Homepage, Kind: vendors.KindURL, Value: "https://github.com/a/x"}, ""},
		{supplier("A"), ""},
	} {
		if got := tt.claim.Owner(); got != tt.want {
			t.Errorf("%s %s %q: %q, want %q", tt.claim.Role, tt.claim.Kind, tt.claim.Value, got, tt.want)
		}
	}
}

// A page of an account weighs as much as a page on the vendor's domain.
func TestHomepagesResemble(t *testing.T) {
	for value, want := range map[string]string{
		"https://kasperskylab.github.io/x":  "kaspersky resembles url.owner",
		"https://www.kaspersky.com/x":       "kaspersky resembles url.domain",
		"https://github.com/KasperskyLab/x": "kaspersky registered url.owner", // the repository itself
	} {
		if got := found(vendors.Claim{Role: vendors.Homepage, Kind: vendors.KindURL, Value: value}); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

// A URL that is attributed is not counted as unread.
func FuzzURL(f *testing.F) {
	for _, v := range []string{"https://user@hikvision.com:8443/x", "scm:git:git@github.com:huaweicloud/x", "//github.com/huaweicloud", "https://[::1]/", "gh:a/b",
		"https://hik%56ision%2ecom", "https://h\u0456kvision.com", "a b https://hikvision.com", "git+git@github.com:a", ":", "//", "%", "<>", "@", `C:\x`} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		e := examine.Value(vendors.Reference, vendors.KindURL, []byte(v))
		c := vendors.Claim{Role: e.Role, Kind: e.Kind, Value: v}
		if e.Unread && e.Kind == vendors.KindURL && attributed(c) != "" {
			t.Fatalf("%q is unread and %s", v, attributed(c))
		}
	})
}
