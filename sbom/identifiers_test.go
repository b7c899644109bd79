// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// An identifier in the field of another kind is read by its form. One that cannot be read or is too
// long counts as malformed, in all formats.
func TestIdentifierFields(t *testing.T) {
	long := strings.Repeat("a", names.MaxLength+1)
	fields := []struct {
		purl, homepage, download string // "" to leave it out
		claims                   string
		warning                  sbom.WarningKind
		malformed                int
	}{
		{"pkg:npm/a@1", "https://a.example/", "https://a.example/a.tgz", "homepage url, namespace purl, reference url", "", 0},
		{"pkg:k8s/k8s.io%2Fapiserver@1", "", "", "namespace purl", sbom.WarnPURL, 0},
		{"pkg:npm/%2540a/b@1", "", "", "namespace purl", sbom.WarnPURL, 0},
		{"pkg:maven/org.a:b@1", "", "", "namespace purl", sbom.WarnPURL, 0},
		{"pkg:golang/@", "", "", "", sbom.WarnPURL, 0},
		{"pkg:/", "", "", "", sbom.WarnPURL, 0},
		{"NOASSERTION", "NOASSERTION", "NONE", "", sbom.WarnPURL, 0},
		{"git+https://github.com/a/b.git", "", "", "reference url", sbom.WarnPURL, 0},
		{"left-pad", "", "", "namespace purl", sbom.WarnPURL, 1},
		{"pkg:generic/a?vendor=" + long, "", "", "namespace purl", sbom.WarnPURL, 1},
		{"", "see the manual", "", "homepage url", sbom.WarnMalformed, 1},
		{"", "", "https://a.example, https://b.example", "reference url", sbom.WarnMalformed, 1},
		{"", "", "https://" + strings.Repeat("a.", 200) + "example/", "reference url", sbom.WarnMalformed, 1},
		{"", "", "https://" + long + "@a.example/" + long, "reference url", "", 0},
		{"", "pkg:npm/%40a/b", "", "namespace purl", sbom.WarnMalformed, 0},
	}
	for _, tt := range fields {
		for format, doc := range map[string]string{
			"CycloneDX":      cdx(fmt.Sprintf(`"components":[{"name":"n","purl":%q,"externalReferences":[{"type":"website","url":%q},{"type":"distribution","url":%q}]}]`, tt.purl, tt.homepage, tt.download)),
			"SPDX":           spdx(fmt.Sprintf(`"packages":[{"name":"n","SPDXID":"SPDXRef-n","externalRefs":[{"referenceType":"purl","referenceLocator":%q}],"homepage":%q,"downloadLocation":%q}]`, tt.purl, tt.homepage, tt.download)),
			"SPDX tag-value": "SPDXVersion: SPDX-2.3\nPackageName: n\nSPDXID: SPDXRef-n\n" + tag("PackageHomePage", tt.homepage) + tag("ExternalRef", strings.TrimSuffix("PACKAGE-MANAGER purl "+tt.purl, "PACKAGE-MANAGER purl ")) + "PackageDownloadLocation: " + tt.download + "\n",
		} {
			if format == "SPDX tag-value" && tt.download == "" {
				continue // it is required there
			}
			cs, h := parse(t, doc)
			var claims []string
			for _, c := range cs[0].Claims {
				if c.Role != vendors.Mention {
					claims = append(claims, string(c.Role)+" "+string(c.Kind))
				}
			}
			warned := sbom.WarningKind("")
			for _, w := range h.Warnings {
				if w.Kind != sbom.WarnSchema {
					warned = w.Kind
					if w.Location.Pointer == "" {
						t.Errorf("%s: a warning without its place: %+v", format, w)
					}
				}
			}
			if got := sorted(claims); got != tt.claims || h.Malformed != tt.malformed || warned != tt.warning {
				t.Errorf("%s %.60q %.60q %.60q: claims %q, malformed %d, warned %q; want %q, %d, %q",
					format, tt.purl, tt.homepage, tt.download, got, h.Malformed, warned, tt.claims, tt.malformed, tt.warning)
			}
			if own := cs[0].PURL != ""; own != strings.Contains(tt.claims, "purl") && !strings.HasPrefix(tt.homepage, "pkg:") {
				t.Errorf("%s %.60q: the component's package URL is %.60q", format, tt.purl, cs[0].PURL)
			}
		}
	}
}

func sorted(s []string) string {
	slices.Sort(s)
	return strings.Join(s, ", ")
}

func tag(name, value string) string {
	if value == "" {
		return ""
	}
	return name + ": " + value + "\n"
}

// Keep keeps identifiers of a component with a kept claim, because they can contradict it, and no
// identifiers of other components.
func TestKeepKeepsContradictions(t *testing.T) {
	const refs = `"externalReferences":[{"type":"vcs","url":"https://github.com/b/x"},{"type":"website","url":"https://wanted.example"}]`
	for _, tt := range []struct{ wanted, want string }{
		{"wanted", "homepage url, namespace cpe, namespace group, namespace purl, reference url"},
		{"nothing", ""},
	} {
		d := sbom.NewReader(strings.NewReader(cdx(`"components":[{"name":"x","group":"org.a","purl":"pkg:npm/%40a/x@1","cpe":"cpe:2.3:a:a:x",`+refs+`}]`)), nil)
		d.Keep(func(_ vendors.Role, _ vendors.Kind, value []byte) bool {
			return strings.Contains(string(value), tt.wanted)
		})
		cs, err := read(d)
		if err != nil {
			t.Fatal(err)
		}
		var claims []string
		for _, c := range cs[0].Claims {
			claims = append(claims, string(c.Role)+" "+string(c.Kind))
		}
		if got := sorted(claims); got != tt.want || !cs[0].Identified {
			t.Errorf("%s: %q, identified %v; want %q", tt.wanted, got, cs[0].Identified, tt.want)
		}
	}
}

// A name that is an identity is read as one in every format, and so is a reference of a component
// without a package URL.
func TestIdentityInName(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"x", ""}, {"a.b", ""}, {"npm:x", ""}, {"x:latest", ""}, {"/usr/lib/x", ""},
		{"pkg:npm/%40a/b@1", "purl pkg:npm/%40a/b@1"},
		{"cpe:2.3:a:acme:x:1:*:*:*:*:*:*:*", "cpe cpe:2.3:a:acme:x:1:*:*:*:*:*:*:*"},
		{"@a/b", "group @a"}, {"npm:@a/b", "group @a"},
		{"com.acme:b", "group com.acme"}, {"maven:com.acme:b", "group com.acme"},
		{"github.com/acme/b", "group github.com/acme/b"}, {"go:github.com/acme/b", "group github.com/acme/b"},
		{"docker.io/acme/b:1", "group docker.io/acme/b:1"},
	} {
		for format, doc := range map[string]string{
			"CycloneDX": cdx(fmt.Sprintf(`"components":[{"name":%q,"type":"library"}]`, tt.name)),
			"SPDX":      spdx(fmt.Sprintf(`"packages":[{"name":%q,"SPDXID":"SPDXRef-n","downloadLocation":"NONE"}]`, tt.name)),
			"Syft":      fmt.Sprintf(`{"artifacts":[{"name":%q}]}`, tt.name),
		} {
			cs, h := parse(t, doc)
			got := ""
			for _, c := range cs[0].Claims {
				if c.Role != vendors.Mention {
					got = string(c.Kind) + " " + c.Value
				}
			}
			if got != tt.want || h.Malformed > 0 {
				t.Errorf("%s %q: %q, malformed %d; want %q", format, tt.name, got, h.Malformed, tt.want)
			}
		}
	}
	for _, tt := range []struct{ member, want string }{
		{`"bom-ref":"pkg:npm/%40a/b@1"`, "purl pkg:npm/%40a/b@1"},
		{`"bom-ref":"pkg:npm/%40a/b@1","purl":"pkg:npm/c@1"`, "purl pkg:npm/c@1"},
		{`"bom-ref":"pkg:"`, ""}, {`"bom-ref":"a/b"`, ""}, {`"bom-ref":"@a/b@1"`, "group @a"},
	} {
		cs, h := parse(t, cdx(`"components":[{"name":"n","type":"library",`+tt.member+`}]`))
		got := ""
		for _, c := range cs[0].Claims {
			if c.Role != vendors.Mention {
				got = string(c.Kind) + " " + c.Value
			}
		}
		if got != tt.want || h.Malformed > 0 {
			t.Errorf("%s: %q, malformed %d; want %q", tt.member, got, h.Malformed, tt.want)
		}
	}
	cs, _ := parse(t, cdx(`"components":[{"name":"acme/b","type":"file"}]`))
	if len(cs[0].Claims) != 1 {
		t.Errorf("the path of a file: %v", cs[0].Claims)
	}
}
