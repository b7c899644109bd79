// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode"

	"github.com/clause76/clause76/sbom/format"

	"go.yaml.in/yaml/v3"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// summary returns the content of a document without places, in sorted order.
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
			c.Type, c.Group, c.Name, c.Version, c.PURL, c.Placement == sbom.Primary || doc.IsPrimary(c.Ref), c.Pedigree, c.Malformed, strings.Join(claims, "")))
	}
	sort.Strings(all)
	h := doc.Header()
	return fmt.Sprintf("%sversion %s serial %q external %d\n", strings.Join(all, ""), h.SpecVersion, h.Serial, h.UnresolvedRefs), h
}

// A document has the same content in each encoding.
func TestEncodingsAgree(t *testing.T) {
	for want, others := range map[string][]string{
		"testdata/suite.cdx.json":  {"testdata/suite.cdx.xml"},
		"testdata/suite.spdx.json": {"testdata/suite.spdx", "testdata/suite.spdx.yaml", "testdata/suite.spdx.xml", "testdata/suite.spdx.rdf"},
	} {
		first, h := summary(t, want)
		if h.Components < 4 || len(h.Warnings) != h.UnresolvedRefs {
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

// fate returns the result for a document that hides Kaspersky Lab as a maker: "found",
// "malformed" if something was not screened, "error", or "nothing"; and why.
func fate(t *testing.T, doc string) (what, why string) {
	t.Helper()
	d := sbom.NewReader(strings.NewReader(doc), nil)
	cs, err := read(d)
	why = fmt.Sprint(err, d.Header().Warnings)
	switch {
	case err != nil:
		var at *sbom.Error
		if !errors.As(err, &at) || format.ErrorKind(err) == "read" {
			t.Errorf("error without a kind: %v", err)
		}
		return "error", why
	case has(cs, vendors.Supplier, "Kaspersky Lab"), has(cs, vendors.Publisher, "Kaspersky Lab"):
		return "found", why
	case d.Header().Malformed > 0:
		return "malformed", why
	}
	return "nothing", why
}

// A supplier that is hidden by features of XML or tag-value is found, counted as not screened, or an
// error.
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
		{"after the root", xml(``) + xml(`<supplier>`+kav+`</supplier>`), "error"},
		{"SPDX XML", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><name>x</name><supplier>Organization: Kaspersky Lab</supplier></packages></Document>`, "found"},
		{"lists apart", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><supplier>Organization: Kaspersky Lab</supplier></packages><name/><relationships/><packages><name>ok</name></packages></Document>`, "error"},

		{"tag", tags("PackageSupplier: Organization: Kaspersky Lab (info@example.com)\n"), "found"},
		{"CR LF", tags("PackageSupplier: Organization: Kaspersky Lab\r\n"), "found"},
		{"CR", "SPDXVersion: SPDX-2.3\rPackageName: x\rPackageSupplier: Organization: Kaspersky Lab\rPackageVersion: 1", "found"},
		{"text block", tags("PackageSupplier: <text>Organization:\nKaspersky Lab</text>\n"), "found"},
		{"space around the tag", tags(" PackageSupplier : Organization: Kaspersky Lab\n"), "found"},
		{"unfinished block", tags("PackageComment: <text>\nPackageSupplier: Organization: Kaspersky Lab\n"), "found"},
		{"supplier twice", tags("PackageSupplier: Organization: Acme\nPackageSupplier: Organization: Kaspersky Lab\n"), "found"},
		{"tag in another case", tags("packageSupplier: Organization: Kaspersky Lab\n"), "malformed"},
		{"tag before any package", "SPDXVersion: SPDX-2.3\nPackageSupplier: Organization: Kaspersky Lab\nPackageName: x\n", "malformed"},
		{"tag within a file", tags("FileName: ./x\nPackageSupplier: Organization: Kaspersky Lab\n"), "malformed"},
		{"no colon", tags("PackageSupplier = Kaspersky Lab\n"), "malformed"},
		{"after a block", tags("PackageComment: <text>x</text> PackageSupplier: Organization: Kaspersky Lab\n"), "malformed"},

		{"YAML", yml("  supplier: 'Organization: Kaspersky Lab'\n"), "found"},
		{"YAML escapes", yml(`  supplier: "Organization: \x4baspersky \u004cab"` + "\n"), "found"},
		{"YAML folded", yml("  supplier: >-\n    Organization:\n    Kaspersky Lab\n"), "found"},
		{"YAML anchor", "x: &s 'Organization: Kaspersky Lab'\nspdxVersion: SPDX-2.3\npackages:\n- name: x\n  supplier: *s\n", "error"},
		{"YAML binary", yml("  supplier: !!binary T3JnYW5pemF0aW9uOiBLYXNwZXJza3kgTGFi\n"), "error"},
		{"YAML null with a value", yml("  supplier: !!null 'Organization: Kaspersky Lab'\n"), "error"},
		{"YAML null with a plain value", yml("  supplier: !!null Kaspersky Lab\n"), "error"},
		{"YAML long tag", yml("  supplier: !<tag:yaml.org,2002:binary> T3JnYW5pemF0aW9uOiBLYXNwZXJza3kgTGFi\n"), "error"},
		{"YAML tag of its own", yml("  supplier: !rot13 'Betnavmngvba: Xnfcrefxl Yno'\n"), "error"},
		{"YAML tag of a list", yml("  externalRefs: !refs []\n"), "error"},
		{"YAML tag of a map", "spdxVersion: SPDX-2.3\npackages:\n- !!omap {name: x}\n", "error"},
		{"YAML binary key", yml("  !!binary c3VwcGxpZXI=: 'Organization: Kaspersky Lab'\n"), "error"},
		{"YAML tags that agree", yml("  supplier: !!str 'Organization: Kaspersky Lab'\n  filesAnalyzed: !!bool false\n  externalRefs: !!seq []\n"), "found"},
		{"YAML merge", "spdxVersion: SPDX-2.3\npackages:\n- <<: {supplier: 'Organization: Kaspersky Lab'}\n  name: x\n", "error"},
		{"YAML twice", yml("  supplier: 'Organization: Kaspersky Lab'\n  supplier: 'Organization: Acme'\n"), "error"},
		{"YAML second document", yml("") + "---\n" + yml("  supplier: 'Organization: Kaspersky Lab'\n"), "error"},
	} {
		if got, why := fate(t, tt.doc); got != tt.want {
			t.Errorf("%s: %s; want %s (%s)", tt.name, got, tt.want, why)
		}
	}
}

// A document type declaration is an error in every format, with or without a subset.
func TestDoctypeIsAnError(t *testing.T) {
	for name, doc := range map[string]string{
		"CycloneDX": `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component><name>x</name></component></components></bom>`,
		"SPDX":      `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><name>x</name></packages></Document>`,
		"RDF":       `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="d#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument><Package rdf:about="d#a"><name>x</name></Package></rdf:RDF>`,
		"SWID":      `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x" tagId="t"><Entity name="Acme" role="softwareCreator tagCreator"/></SoftwareIdentity>`,
	} {
		if cs, err := read(sbom.NewReader(strings.NewReader(doc), nil)); err != nil || len(cs) != 1 {
			t.Errorf("%s: %d components, %v", name, len(cs), err)
		}
		for _, doctype := range []string{"<!DOCTYPE x>", "<!DOCTYPE x []>", `<!DOCTYPE x SYSTEM "x.dtd">`} {
			if cs, err := read(sbom.NewReader(strings.NewReader(doctype+doc), nil)); err == nil {
				t.Errorf("%s with %s: %d components and no error", name, doctype, len(cs))
			}
		}
	}
}

// CycloneDX has the same content in single-byte encodings as in UTF-8.
func TestXMLCharsets(t *testing.T) {
	doc := func(encoding, publisher string) string {
		return `<?xml version="1.0" encoding="` + encoding + `"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><publisher>` +
			publisher + `</publisher><name>x</name></component></components></bom>`
	}
	for encoding, publisher := range map[string]string{"ISO-8859-1": "M\xfcller", "windows-1252": "M\xfcller", "windows-1257": "M\xfcller", "UTF-8": "Müller"} {
		text := doc(encoding, publisher)
		cs, err := read(sbom.NewReader(strings.NewReader(text), nil))
		if err != nil || !has(cs, vendors.Publisher, "Müller") {
			t.Errorf("%s: %v %+v", encoding, err, cs)
			continue
		}
		for _, claim := range cs[0].Claims {
			if claim.Value == "x" && text[claim.Location.Offset:claim.Location.Offset+1] != "x" {
				t.Errorf("%s: byte %d", encoding, claim.Location.Offset)
			}
		}
	}
}

// Old versions of cdxgen write some texts in an inner element of the same name.
func TestDoubleElement(t *testing.T) {
	for _, tt := range []struct{ url, want string }{
		{`<url><url>https://x.example/</url></url>`, `homepage url "https://x.example/" at /components/0/externalReferences/0/url`},
		{`<url> <url>https://x.example/</url> </url>`, `homepage url "https://x.example/" at /components/0/externalReferences/0/url`},
		{`<url>a<url>https://x.example/</url></url>`, `malformed=1`},
		{`<url><url>https://x.example/</url><url>https://y.example/</url></url>`, `malformed=1`},
		{`<url><uri>https://x.example/</uri></url>`, `malformed=1`},
		{`<url><url><url>https://x.example/</url></url></url>`, `malformed=1`},
	} {
		doc := `<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library"><name>x</name><externalReferences><reference type="website">` +
			tt.url + `</reference></externalReferences></component></components></bom>`
		if got := claims(t, []byte(doc)); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s\nwant %s", tt.url, got, tt.want)
		}
	}
}

// A document has the same components in each encoding, for any content of its fields.
func FuzzEncodings(f *testing.F) {
	f.Add("Kaspersky Lab", "agent", "1.0", "pkg:npm/agent@1.0", "https://example.com/")
	f.Add("Müller & Söhne <GmbH>", "a]]>b", "", "cpe:/a", "http://x/?a=1&b=\"2\"")
	f.Add("no", "null", "1e3", "~", "- a: b")
	f.Add("Лаборатория\tКасперского", " x ", "'", "\"", "#")
	f.Fuzz(func(t *testing.T, supplier, name, version, purl, url string) {
		values := []*string{&supplier, &name, &version, &purl, &url}
		for _, v := range values {
			// Values that not every encoding can have, or that some write with white space around.
			*v = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(*v, "?"), func(r rune) bool {
				return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfeff || r == 0x2028 || r == 0x2029 || r == 0xfffd || r == 0xfffe || r == 0xffff || unicode.IsSpace(r)
			}), " ")
			if len(*v) > 1000 {
				return
			}
		}
		components := func(doc string) string {
			d := sbom.NewReader(strings.NewReader(doc), nil)
			var b strings.Builder
			for c, err := range d.Components() {
				if err != nil {
					return "error " + format.ErrorKind(err)
				}
				var all []string
				for _, cl := range c.Claims {
					all = append(all, fmt.Sprintf("%s %s %q", cl.Role, cl.Kind, cl.Value))
				}
				sort.Strings(all)
				fmt.Fprintf(&b, "%q %q %q %d %q\n", c.Name, c.Version, c.PURL, c.Malformed, all)
			}
			return b.String()
		}
		q := func(s string) string { b, _ := json.Marshal(s); return string(b) }
		x := func(s string) string {
			var b strings.Builder
			if err := xml.EscapeText(&b, []byte(s)); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		same := func(what, a, b string) {
			if one, other := components(a), components(b); one != other {
				t.Errorf("%s\n%s\nJSON: %s\nother: %s", what, b, one, other)
			}
		}
		same("CycloneDX XML",
			`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","supplier":{"name":`+q(supplier)+`},"name":`+q(name)+`,"version":`+q(version)+`,"purl":`+q(purl)+`,"externalReferences":[{"type":"website","url":`+q(url)+`}]}]}`,
			`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><supplier><name>`+x(supplier)+`</name></supplier><name>`+x(name)+`</name><version>`+x(version)+`</version><purl>`+x(purl)+`</purl><externalReferences><reference type="website"><url>`+x(url)+`</url></reference></externalReferences></component></components></bom>`)
		spdx := `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":` + q(name) + `,"versionInfo":` + q(version) + `,"supplier":` + q("Organization: "+supplier) + `,"homepage":` + q(url) + `,"downloadLocation":"NONE"}]}`
		same("SPDX XML", spdx, `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>`+x(name)+`</name><versionInfo>`+x(version)+`</versionInfo><supplier>Organization: `+x(supplier)+`</supplier><homepage>`+x(url)+`</homepage><downloadLocation>NONE</downloadLocation></packages></Document>`)
		same("SPDX RDF", spdx, `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="d#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument><Package rdf:about="d#a"><name>`+x(name)+`</name><versionInfo>`+x(version)+`</versionInfo><supplier>Organization: `+x(supplier)+`</supplier><homepage>`+x(url)+`</homepage><downloadLocation rdf:resource="http://spdx.org/rdf/terms#none"/></Package></rdf:RDF>`)
		tree, err := yaml.Marshal(map[string]any{"spdxVersion": "SPDX-2.3", "packages": []any{map[string]string{"SPDXID": "SPDXRef-a", "name": name, "versionInfo": version,
			"supplier": "Organization: " + supplier, "homepage": url, "downloadLocation": "NONE"}}})
		if err != nil {
			t.Fatal(err)
		}
		same("SPDX YAML", spdx, string(tree))
		if !strings.Contains(supplier+name+version+url, "text>") {
			same("SPDX tag-value", spdx, "SPDXVersion: SPDX-2.3\nPackageName: "+name+"\nSPDXID: SPDXRef-a\nPackageVersion: <text>"+version+"</text>\nPackageSupplier: Organization: "+supplier+"\nPackageHomePage: "+url+"\nPackageDownloadLocation: NONE\n")
		}
	})
}
