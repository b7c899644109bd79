// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// summary says what a document says, without the places of claims and without order.
func summary(t *testing.T, path string) (string, sbom.Header) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc := sbom.NewReader(bytes.NewReader(data), nil)
	cs, err := read(doc)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var all []string
	for _, c := range cs {
		var claims []string
		for _, claim := range c.Claims {
			claims = append(claims, fmt.Sprintf("  %s %s %q\n", claim.Role, claim.Kind, claim.Value))
			if at := claim.Location.Offset; at <= 0 || at >= int64(len(data)) {
				t.Errorf("%s: claim %v lies outside of the document", path, claim)
			}
		}
		sort.Strings(claims)
		all = append(all, fmt.Sprintf("%s type %q group %q name %q version %q purl %q subject %v indirect %v malformed %d\n%s", c.Location.Pointer,
			c.Type, c.Group, c.Name, c.Version, c.PURL, c.Placement == sbom.Subject || doc.IsSubject(c.Ref), c.Indirect, c.Malformed, strings.Join(claims, "")))
	}
	sort.Strings(all)
	h := doc.Header()
	return fmt.Sprintf("%sversion %s serial %q external %d\n", strings.Join(all, ""), h.SpecVersion, h.Serial, h.External), h
}

// One document in several encodings says the same in each.
func TestEncodings(t *testing.T) {
	for want, others := range map[string][]string{
		"testdata/suite.cdx.json":  {"testdata/suite.cdx.xml"},
		"testdata/suite.spdx.json": {"testdata/suite.spdx", "testdata/suite.spdx.yaml", "testdata/suite.spdx.xml", "testdata/suite.spdx.rdf"},
	} {
		first, h := summary(t, want)
		if h.Components < 4 || len(h.Warnings) != h.External {
			t.Errorf("%s: %d components, warnings %v", want, h.Components, h.Warnings)
		}
		for _, path := range others {
			if got, _ := summary(t, path); got != first {
				t.Errorf("%s differs from %s\ngot\n%swant\n%s", path, want, got, first)
			}
		}
	}
}

// has reports whether a claim with this role and value was read.
func has(cs []sbom.Component, role vendors.Role, value string) bool {
	return slices.ContainsFunc(cs, func(c sbom.Component) bool {
		return slices.ContainsFunc(c.Claims, func(claim vendors.Claim) bool { return claim.Role == role && claim.Value == value })
	})
}

// What XML and tag-value offer for hiding a supplier ends as its name, as something
// that was not screened, or as an error.
func TestEncodingEvasion(t *testing.T) {
	xml := func(inner string) string {
		return `<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:e="urn:e"><components><component type="library">` + inner + `</component></components></bom>`
	}
	tags := func(inner string) string { return "SPDXVersion: SPDX-2.3\nPackageName: x\n" + inner }
	yml := func(inner string) string { return "spdxVersion: SPDX-2.3\npackages:\n- name: x\n" + inner }
	const kav = "<name>Kaspersky Lab</name>"
	for _, tt := range []struct{ name, doc, want string }{
		{"plain", xml(`<supplier>` + kav + `</supplier>`), "found"},
		{"prefix", `<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.1"><b:components><b:component><b:publisher>Kaspersky Lab</b:publisher></b:component></b:components></b:bom>`, "found"},
		{"comment", xml(`<supplier><name>Kas<!-- x -->persky Lab</name></supplier>`), "found"},
		{"processing instruction", xml(`<supplier><name>Kas<?x y?>persky Lab</name></supplier>`), "found"},
		{"CDATA", xml(`<supplier><name><![CDATA[Kaspersky]]> Lab</name></supplier>`), "found"},
		{"references", xml(`<supplier><name>&#x4b;aspersky&#32;Lab</name></supplier>`), "found"},
		{"bare text", xml(`<supplier>Kaspersky Lab</supplier>`), "found"},
		{"elements within", xml(`<supplier><name>Kas<b>per</b>sky Lab</name></supplier>`), "malformed"},
		{"second supplier", xml(`<supplier>` + kav + `</supplier><supplier><name>Acme</name></supplier>`), "error"},
		{"second name", xml(`<supplier>` + kav + `<name>Acme</name></supplier>`), "error"},
		{"second list", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components/><components><component>` + kav + `</component></components></bom>`, "error"},
		{"attribute", xml(`<supplier name="Kaspersky Lab"/>`), "malformed"},
		{"letter case", xml(`<Supplier>` + kav + `</Supplier>`), "malformed"},
		{"other namespace", xml(`<e:supplier><e:name>Kaspersky Lab</e:name></e:supplier>`), "malformed"},
		{"text beside elements", xml(`<supplier>Kaspersky Lab<url>https://acme.example</url></supplier>`), "malformed"},
		{"item of another name", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><Component>` + kav + `</Component></components></bom>`, "malformed"},
		{"entity", `<!DOCTYPE bom [<!ENTITY k "Kaspersky Lab">]>` + xml(`<supplier><name>&k;</name></supplier>`), "error"},
		{"declared encoding", `<?xml version="1.0" encoding="UTF-7"?>` + xml(`<supplier><name>+AEs-aspersky Lab</name></supplier>`), "error"},
		{"behind the root", xml(``) + xml(`<supplier>`+kav+`</supplier>`), "error"},
		{"SPDX XML", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><name>x</name><supplier>Organization: Kaspersky Lab</supplier></packages></Document>`, "found"},
		{"lists apart", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><supplier>Organization: Kaspersky Lab</supplier></packages><name/><relationships/><packages><name>ok</name></packages></Document>`, "error"},

		{"tag", tags("PackageSupplier: Organization: Kaspersky Lab (info@example.com)\n"), "found"},
		{"CR LF", tags("PackageSupplier: Organization: Kaspersky Lab\r\n"), "found"},
		{"CR", "SPDXVersion: SPDX-2.3\rPackageName: x\rPackageSupplier: Organization: Kaspersky Lab\rPackageVersion: 1", "found"},
		{"text block", tags("PackageSupplier: <text>Organization:\nKaspersky Lab</text>\n"), "found"},
		{"space around the tag", tags(" PackageSupplier : Organization: Kaspersky Lab\n"), "found"},
		{"unfinished block", tags("PackageComment: <text>\nPackageSupplier: Organization: Kaspersky Lab\n"), "error"},
		{"supplier twice", tags("PackageSupplier: Organization: Kaspersky Lab\nPackageSupplier: Organization: Acme\n"), "error"},
		{"tag in another case", tags("packageSupplier: Organization: Kaspersky Lab\n"), "malformed"},
		{"tag before any package", "SPDXVersion: SPDX-2.3\nPackageSupplier: Organization: Kaspersky Lab\nPackageName: x\n", "malformed"},
		{"tag within a file", tags("FileName: ./x\nPackageSupplier: Organization: Kaspersky Lab\n"), "malformed"},
		{"no colon", tags("PackageSupplier = Kaspersky Lab\n"), "malformed"},
		{"behind a block", tags("PackageComment: <text>x</text> PackageSupplier: Organization: Kaspersky Lab\n"), "malformed"},

		{"YAML", yml("  supplier: 'Organization: Kaspersky Lab'\n"), "found"},
		{"YAML escapes", yml(`  supplier: "Organization: \x4baspersky \u004cab"` + "\n"), "found"},
		{"YAML folded", yml("  supplier: >-\n    Organization:\n    Kaspersky Lab\n"), "found"},
		{"YAML anchor", "x: &s 'Organization: Kaspersky Lab'\nspdxVersion: SPDX-2.3\npackages:\n- name: x\n  supplier: *s\n", "error"},
		{"YAML merge", "spdxVersion: SPDX-2.3\npackages:\n- <<: {supplier: 'Organization: Kaspersky Lab'}\n  name: x\n", "error"},
		{"YAML twice", yml("  supplier: 'Organization: Kaspersky Lab'\n  supplier: 'Organization: Acme'\n"), "error"},
		{"YAML second document", yml("") + "---\n" + yml("  supplier: 'Organization: Kaspersky Lab'\n"), "error"},
	} {
		doc := sbom.NewReader(strings.NewReader(tt.doc), nil)
		cs, err := read(doc)
		got := "nothing"
		switch {
		case err != nil:
			got = "error"
			var at *sbom.Error
			if !errors.As(err, &at) || sbom.ErrorKind(err) == "read" {
				t.Errorf("%s: error without a kind: %v", tt.name, err)
			}
		case has(cs, vendors.Supplier, "Kaspersky Lab"), has(cs, vendors.Publisher, "Kaspersky Lab"):
			got = "found"
		case doc.Header().Malformed > 0:
			got = "malformed"
		}
		if got != tt.want {
			t.Errorf("%s: %s; want %s (%v %v)", tt.name, got, tt.want, err, doc.Header().Warnings)
		}
	}
}
