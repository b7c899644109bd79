// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// The second half of the false clean matrix: parts that name a listed vendor in one field
// only, as tools, people and those who want to hide a part write it. Each is written in every
// format that has a place for the field, and none ends as clear.

// guilty is a part that nothing is known of, yet.
func guilty() accusable { return accusable{name: "agent", version: "1"} }

// fieldEvasions are the ways, by the field that they use.
func fieldEvasions() map[string]func(*accusable) {
	out := make(map[string]func(*accusable))
	put := func(what string, values []string, set func(*accusable, string)) {
		for _, v := range values {
			out[fmt.Sprintf("%s %.60q", what, v)] = func(p *accusable) { set(p, v) }
		}
	}
	put("supplier", []string{
		"Kaspersky Lab™", "Kaspersky®", "Kaspersky Lab©", "Kaspersky℠ Lab", "Kaspersky²", "Kaspersky Lab³", "「Kaspersky Lab」",
		"Kas\u3164persky Lab", "Kas\u115fpersky Lab", "Kas\u1160persky Lab", "Kas\uffa0persky Lab", "Kas\u034fpersky Lab", "Kas\u2064persky Lab", "Kas\U000e0100persky Lab",
		"ĸaspersky Lab", "ꓗaspersky Lab", "Kаsрersky Lab", "Kaspеrsky Lab Deutschland GmbH", "Kaspersкy Lab Singapore Pte. Ltd.", "Ηuawei Technologies Sverige AB", "Huаwei Marine Systems",
		"Kaspersky Lab of Umeå", "Huawei Technologies Düsseldorf GmbH", "ZTE Communications Sverige AB", "ZTE Technologies of Norrland", "Shenzhen ZTE Group", "Dahua Vision Technology Nordic",
		"EZVIZ Network Sweden", "Hytera Communications Malmö", "DJI Technology Norge AS", "SMIC Shanghai Electronics", "TP-Link Systems Norrland",
		"华为技术有限公司", "深圳华为技术", "广东省深圳市华为技术有限公司", "華為技術有限公司", "深圳市大疆创新科技有限公司", "浙江大华技术股份有限公司", "杭州海康威视数字技术股份有限公司",
		"北京卡巴斯基科技有限公司", "Лаборатория Касперского, Екатеринбург", "ООО «Хуавэй»",
		"Hua wei Technologies", "HUAWEI_TECHNOLOGIES", "Huawei/Technologies", "Huawei.Technologies", "H u a w e i", "Huawei\u200eTechnologies",
		"by Kaspersky Lab", "(c) Kaspersky Lab", "KASPERSKY-LAB-JSC", "Kaspersky\u2028Lab", "Kaspersky\tLab",
	}, func(p *accusable, v string) { p.supplier, p.device = v, true })
	put("link", []string{
		" https://github.com/KasperskyLab/agent", "https://github.com/KasperskyLab/agent ", "scm:git:git@github.com:KasperskyLab/agent.git", "scm:git:https://github.com/KasperskyLab/agent",
		"git@github.com:KasperskyLab/agent", "ssh://git@github.com:KasperskyLab/agent", "ssh://git@github.com/KasperskyLab/agent", "https://github.com:KasperskyLab/agent", "https://github.com:443/KasperskyLab/agent",
		"git+https://github.com/KasperskyLab/agent.git", "git+ssh://git@github.com/KasperskyLab/agent.git", "git://github.com/KasperskyLab/agent", "github:KasperskyLab/agent", "//github.com/KasperskyLab/agent",
		"https://github.com/KasperskyLab?tab=repositories", "https://github.com/KasperskyLab#readme", "https://github.com/kasperskylab", "https://www.github.com/KasperskyLab/agent", "HTTPS://GITHUB.COM/KASPERSKYLAB",
		"https://kasperskylab.github.io/agent", "https://github.com./KasperskyLab/agent", "https://github%2Ecom/KasperskyLab/agent", "https://github。com/KasperskyLab/agent", "https://github.com//KasperskyLab/agent",
		"https://github.com/%4basperskyLab/agent", "https://raw.githubusercontent.com/KasperskyLab/agent/main/x", "https://codeload.github.com/KasperskyLab/agent/zip/main", "https://api.github.com/repos/KasperskyLab/agent",
		"https://user:pass@github.com/KasperskyLab/agent", "https://example.org@github.com/KasperskyLab/agent", `https:\\github.com\KasperskyLab\agent`,
		"https://www.kaspersky.com/agent", "https://www.kaspersky。com/agent", "https://www.kaspersky%2ecom/agent", "www.kaspersky.com/agent", "kaspersky.com", "https://ｋaspersky.com/", "https://kaspersky.com.:443/x",
		"https://www.kaspersky.com\\@example.org/", "\u200bhttps://kaspersky.com", "https://" + strings.Repeat("a", 300) + "@kaspersky.com/x", "https://" + strings.Repeat("a.", 120) + "kaspersky.com/x",
		"https://example.org:" + strings.Repeat("x", 5000) + "@kaspersky.com/",
	}, func(p *accusable, v string) { p.add("distribution", v); p.add("vcs", v) })
	put("purl", []string{
		"pkg:npm/@kaspersky/agent@1", "pkg:npm/%40kaspersky/agent@1", "pkg:npm/%2540kaspersky/agent@1", "pkg:npm/%40kaspersky%2Fagent@1", "pkg://npm/%40kaspersky/agent", "PKG:NPM/%40KASPERSKY/agent", " pkg:npm/%40kaspersky/agent@1",
		"pkg:github/KasperskyLab/agent@1", "pkg:githubactions/KasperskyLab/agent@1", "pkg:github.com/KasperskyLab/agent@1", "pkg:docker/kaspersky/agent@1", "pkg:golang/github.com/KasperskyLab/agent@v1", "pkg:golang/github.com%2FKasperskyLab%2Fagent@v1",
		"pkg:maven/com.kaspersky/agent@1", "pkg:maven/com.kaspersky:agent@1", "pkg:maven/com.kaspersky.android-components/agent@1", "pkg:generic/kaspersky/agent@1", "pkg:generic/Kaspersky%20Lab/agent@1", "pkg:rpm/huawei/agent@1", "pkg:deb/kaspersky/agent@1",
		"pkg:vscode-extension/kaspersky/agent@1", "pkg:terraform/huaweicloud/agent@1", "pkg:winget/Kaspersky/agent@1", "pkg:swid/Kaspersky%20Lab/agent@1?tag_id=x", "pkg:oci/agent?repository_url=docker.io/kaspersky/agent",
		"pkg:npm/agent@1?vcs_url=git%2Bhttps://github.com/KasperskyLab/agent", "pkg:generic/agent@1?vendor=Kaspersky%20Lab", "pkg:generic/agent@1?download_url=https://products.s.kaspersky-labs.com/x", "pkg:github/kasperskylab/" + strings.Repeat("a", 600) + "@1",
		"pkg:npm/%40kaspersky/" + strings.Repeat("a", 600) + "@1", "pkg:maven/com.kaspersky." + strings.Repeat("a", 400) + "/agent@1", "pkg:generic/agent@1?x=" + strings.Repeat("a", 6000) + "&vendor=Kaspersky%20Lab",
	}, func(p *accusable, v string) { p.purl = v })
	put("cpe", []string{
		"cpe:2.3:a:kaspersky:agent:1:*:*:*:*:*:*:*", "cpe:/a:kaspersky:agent:1", "CPE:2.3:A:KASPERSKY:agent:1:*:*:*:*:*:*:*", `cpe:2.3:a:k\aspersky:agent:1:*:*:*:*:*:*:*`, " cpe:2.3:a:kaspersky:agent:1:*:*:*:*:*:*:*",
		"cpe:2.3:o:huawei:ar_firmware:-:*:*:*:*:*:*:*", "cpe:2.3:h:huawei:x:-:*:*:*:*:*:*:*", "cpe:2.3:a:kaspersky:" + strings.Repeat("a", 2000) + ":1:*:*:*:*:*:*:*",
	}, func(p *accusable, v string) { p.cpe = v })
	put("group", []string{"@kaspersky", "com.kaspersky", "com.huawei.hms", "KasperskyLab", "github.com/KasperskyLab", "com.kaspersky." + strings.Repeat("a", 400)}, func(p *accusable, v string) { p.group = v })
	put("name", []string{
		"Kaspersky Endpoint Security", "Kaspersky Endpoint Security for Windows 12.6", "Kaspersky Endpoint Security 12 (x64)", "Kaspersky Total Security 2026", "KasperskyTotalSecurity",
	}, func(p *accusable, v string) { p.name = v })
	put("publisher", []string{"Kaspersky Lab™", "Kаspersky Lab Deutschland GmbH", "华为技术有限公司"}, func(p *accusable, v string) { p.person = v })
	return out
}

// onlyMentions reports whether a format says with a field no more than that somebody is
// talked about, or had a hand in it: the links of a SWID tag, which
// names another maker here; the maintainer of a package.
func onlyMentions(format, how string) bool {
	field, _, _ := strings.Cut(how, " ")
	if format == "SWID" && field == "supplier" && hardwareOnly.MatchString(how) {
		return true // a tag is of software, and the texts on these vendors are not
	}
	return format == "SWID" && (field == "link" || field == "name") || format == "dpkg" && (field == "supplier" || field == "publisher" || field == "link")
}

var hardwareOnly = regexp.MustCompile(`ZTE|Hytera|Dahua|EZVIZ|DJI|SMIC|大华|海康|大疆`)

func TestFalseCleanFields(t *testing.T) {
	m := matcher(t, "", nil)
	var mu sync.Mutex
	cells, counts := 0, make(map[string]int)
	evasions := fieldEvasions()
	for format, write := range accusers {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			without := write(t, guilty())
			for how, evade := range evasions {
				if onlyMentions(format, how) {
					continue
				}
				what := format + ", " + how
				if !sampled(what) {
					continue
				}
				p := guilty()
				evade(&p)
				doc := write(t, p)
				if doc == without {
					continue // the format has no place for it
				}
				got := ending(m, doc)
				mu.Lock()
				cells++
				counts[got]++
				mu.Unlock()
				if got == "clear" || got == "nothing" {
					t.Errorf("%s: %s", what, got)
				}
			}
		})
	}
	t.Cleanup(func() { t.Logf("%d cells: %v", cells, counts) })
}
