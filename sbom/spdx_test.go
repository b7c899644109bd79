// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/format"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// outcome reads a document and returns the result: names of components, what could not be
// screened and the kinds of warnings.
func outcome(t *testing.T, doc string) (cs []sbom.Component, h sbom.Header, text string) {
	t.Helper()
	d := sbom.NewReader(strings.NewReader(doc), nil)
	cs, err := read(d)
	h = d.Header()
	var names, kinds []string
	for _, c := range cs {
		names = append(names, c.Name)
	}
	for _, w := range h.Warnings {
		kinds = append(kinds, string(w.Kind))
	}
	text = fmt.Sprintf("%s malformed=%d %s", strings.Join(names, ","), h.Malformed, strings.Join(kinds, ","))
	if err != nil {
		text += " " + format.ErrorKind(err)
	}
	return cs, h, text
}

// A text without an end mark does not hide the following packages, and the document counts as not
// completely read.
func TestTagValueText(t *testing.T) {
	doc := func(rest string) string {
		return "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\n" + rest
	}
	const b = "PackageName: b\nSPDXID: SPDXRef-b\nPackageDownloadLocation: NONE\n"
	for _, tt := range []struct{ name, doc, want string }{
		{"closed", doc("PackageComment: <text>a\nb</text>\n" + b), "a,b malformed=0 "},
		{"no end", doc("PackageComment: <text>a\n" + b + "PackageComment: <text>c</text>\n"), "a,b malformed=1 malformedField"},
		{"no end, no other text", doc("PackageComment: <text>a\n" + b), "a,b malformed=1 malformedField"},
		{"an end much later", doc("PackageComment: <text>a\n" + b + "PackageComment: c</text>\n"), "a,b malformed=1 malformedField"},
		{"a begin mark as the end", doc("PackageComment: <text>a<text>\n" + b), "a,b malformed=2 malformedField,malformedField"},
		{"a begin mark as the end, and then a relationship", doc("PackageComment: <text>a<text>\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\n" + b),
			"a,b malformed=2 malformedField,malformedField"},
		{"two begin marks", doc("PackageComment: <text>a <text> b</text>\n" + b), "a,b malformed=1 malformedField"},
		{"two begin marks on two lines", doc("PackageComment: <text>a\n<text> b\nc</text>\n" + b), "a,b malformed=1 malformedField"},
		{"words of a license", doc("PackageComment: <text>a\nRelationship: none\nNote: c\nLicense: d</text>\n" + b), "a,b malformed=0 "},
		{"a file", doc("PackageComment: <text>a\nFileName: ./x\nSPDXID: SPDXRef-x\nFileContributor: Jo\n" + b), "a,./x,b malformed=1 malformedField"},
		{"a document", doc("PackageComment: <text>a\nSPDXVersion: SPDX-9.9\n" + b), " malformed=1 malformedField unsupportedVersion"},
		{"space before the tag", doc("PackageComment: <text>a\n  PackageName : b\n"), "a,b malformed=2 malformedField,schema,incomplete"},
		{"the end of the input", doc("PackageComment: <text>a\n"), " malformed=0  syntax"},
	} {
		if _, _, got := outcome(t, tt.doc); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A repeated or misspelled tag is not an error of the document.
func TestTagValueRepeated(t *testing.T) {
	doc := func(rest string) string {
		return "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\n" + rest
	}
	for _, tt := range []struct {
		name, rest string
		want       string // of the outcome
		role       vendors.Role
		claim      string // a claim that has to be there
	}{
		{"suppliers", "PackageSupplier: Organization: One\nPackageSupplier: Person: Two\n", "a malformed=0 schema", vendors.Supplier, "Two"},
		{"the same supplier", "PackageSupplier: Organization: One\nPackageSupplier: Organization: One\n", "a malformed=0 ", vendors.Supplier, "One"},
		{"originators", "PackageOriginator: Organization: One\nPackageOriginator: Organization: Two\nPackageOriginator: Organization: Three\n", "a malformed=0 schema", vendors.Manufacturer, "Three"},
		{"home pages", "PackageHomePage: https://one.example\nPackageHomePage: https://two.example\n", "a malformed=0 schema", vendors.Homepage, "https://two.example"},
		{"copyrights", "PackageCopyrightText: One\nPackageCopyrightText: Two\n", "a malformed=0 schema", vendors.Author, "Two"},
		{"versions", "PackageVersion: 1\nPackageVersion: 2\n", "a malformed=0 schema", vendors.Mention, "a"},
		{"ids", "SPDXID: SPDXRef-c\n", "a malformed=1 malformedField", vendors.Mention, "a"},
		{"purposes", "PrimaryPackagePurpose: DEVICE\nPrimaryPackagePurpose: LIBRARY\n", "a malformed=1 malformedField", vendors.Reference, "a"},
		{"a misspelt copyright", "PackageCopyRightText: One\n", "a malformed=0 schema", vendors.Author, "One"},
		{"a misspelt supplier", "Packagesupplier: Organization: One\n", "a malformed=1 malformedField", vendors.Mention, "a"},
	} {
		cs, _, got := outcome(t, doc(tt.rest))
		if got != tt.want || !has(cs, tt.role, tt.claim) {
			t.Errorf("%s: %q, want %q, and %s %q in %v", tt.name, got, tt.want, tt.role, tt.claim, cs)
		}
	}
}

// A document without download locations, as from old versions of Trivy, is complete; one that was cut
// off is noticed at its end.
func TestTagValueCutOff(t *testing.T) {
	doc := func(rest string) string {
		return "SPDXVersion: SPDX-2.2\nPackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 4\n" + rest
	}
	for _, tt := range []struct{ name, doc, want string }{
		{"relationships follow", doc("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a\n"), "a malformed=0 schema"},
		{"nothing follows", doc(""), "a malformed=1 schema,incomplete"},
		{"a package without one follows", doc("PackageName: b\nSPDXID: SPDXRef-b\n"), "a,b malformed=1 schema,schema,incomplete"},
		{"a described element is missing", doc("Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b\n"), "a malformed=1 schema,missingElement"},
		{"YAML, relationships follow", "spdxVersion: SPDX-2.2\npackages:\n- {SPDXID: SPDXRef-a, name: a}\nrelationships: []\n", "a malformed=0 schema"},
		{"YAML, nothing follows", "spdxVersion: SPDX-2.2\npackages:\n- {SPDXID: SPDXRef-a, name: a}\n", "a malformed=1 schema,incomplete"},
	} {
		if _, _, got := outcome(t, tt.doc); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The copyright of a file is a claim like that of a package, in every encoding.
func TestFileCopyright(t *testing.T) {
	const text = "Copyright 2020 Acme Corp."
	for name, doc := range map[string]string{
		"JSON":      spdx(`"files":[{"SPDXID":"SPDXRef-f","fileName":"./a.c","copyrightText":"` + text + `"},{"SPDXID":"SPDXRef-g","fileName":"./b.c","copyrightText":"NOASSERTION"}]`),
		"tag-value": "SPDXVersion: SPDX-2.3\nFileName: ./a.c\nSPDXID: SPDXRef-f\nFileCopyrightText: <text>" + text + "</text>\nFileName: ./b.c\nFileCopyrightText: NONE\n",
		"XML":       `<Document><spdxVersion>SPDX-2.3</spdxVersion><files><fileName>./a.c</fileName><copyrightText>` + text + `</copyrightText></files></Document>`,
		"YAML":      "spdxVersion: SPDX-2.3\nfiles:\n- {fileName: ./a.c, copyrightText: " + text + "}\n",
		"RDF": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument><specVersion>SPDX-2.3</specVersion></SpdxDocument>
			<File rdf:about="#f"><fileName>./a.c</fileName><copyrightText>` + text + `</copyrightText></File></rdf:RDF>`,
	} {
		cs, h, _ := outcome(t, doc)
		if len(cs) != 1 || cs[0].Type != "file" || !has(cs, vendors.Author, text) || h.Malformed > 0 {
			t.Errorf("%s: %+v %v", name, cs, h.Warnings)
		}
	}
}

// Tools write the whole identity of a package as its name.
func TestNameIdentity(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"com.acme.sdk:acme-sdk-core:jar", "group com.acme.sdk"},
		{"com.acme:core", "group com.acme"},
		{"acme:core:jar", "group acme"},
		{"@acme/core", "group @acme"},
		{"acme/core", "group acme"},
		{"com.acme/core", "group com.acme/core, group com.acme"},
		{"github.com/acme/core", "group github.com/acme/core"},
		{"registry.example.com:5000/acme/core", "group registry.example.com:5000/acme/core"},
		{"pkg:npm/%40acme/core@1", "purl pkg:npm/%40acme/core@1"},
		{"acme:1.2", ""},
		{"core", ""},
		{"GNU / Linux", ""},
		{"TCP/IP stack", ""},
		{"./src/core.c", ""},
		{"/usr/bin/core", ""},
		{"https://example.com/core", ""},
		{`C:\core`, ""},
	} {
		name := strings.ReplaceAll(tt.name, `\`, `\\`)
		for form, doc := range map[string]string{
			"SPDX 2": spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"` + name + `","downloadLocation":"NONE"}]`),
			"SPDX 3": `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"` + name + `"}]}`,
		} {
			cs, h, _ := outcome(t, doc)
			var got []string
			for _, c := range cs[0].Claims {
				if c.Role == vendors.Namespace {
					got = append(got, fmt.Sprintf("%s %s", c.Kind, c.Value))
				}
			}
			if strings.Join(got, ", ") != tt.want || h.Malformed > 0 {
				t.Errorf("%s, %s: %q, want %q %v", form, tt.name, got, tt.want, h.Warnings)
			}
		}
	}
}

// A reference is read by its type in any spelling, and by its locator if the type is unknown.
func TestReferenceTypes(t *testing.T) {
	const purl, cpe, maven = "pkg:npm/%40acme/core@1", "cpe:2.3:a:acme:core:1:*:*:*:*:*:*:*", "com.acme:core:1"
	for _, tt := range []struct{ category, typ, locator, want string }{
		{"PACKAGE-MANAGER", "purl", purl, "purl " + purl},
		{"PACKAGE_MANAGER", "PURL", purl, "purl " + purl},
		{"OTHER", "package-url", purl, "purl " + purl},
		{"PACKAGE-MANAGER", "http://spdx.org/rdf/references/purl", purl, "purl " + purl},
		{"OTHER", "acmeRef", purl, "purl " + purl},
		{"OTHER", "acmeRef", "PKG:npm/%40acme/core@1", "purl PKG:npm/%40acme/core@1"},
		{"SECURITY", "cpe23Type", cpe, "cpe " + cpe},
		{"SECURITY", "cpe23", cpe, "cpe " + cpe},
		{"SECURITY", "cpe23type", cpe, "cpe " + cpe},
		{"SECURITY", "CPE", "cpe:/a:acme:core:1", "cpe cpe:/a:acme:core:1"},
		{"SECURITY", "acmeRef", cpe, "cpe " + cpe},
		{"PACKAGE-MANAGER", "maven-central", maven, "group com.acme"},
		{"PACKAGE-MANAGER", "mavenCentral", maven, "group com.acme"},
		{"PACKAGE-MANAGER", "Maven", maven, "group com.acme"},
		{"PACKAGE-MANAGER", "npm", "@acme/core@1", "group @acme"},
		{"PACKAGE-MANAGER", "NPM", "core@1", ""},
		{"PACKAGE-MANAGER", "acme", "com.acme:core:1", "group com.acme"},
		{"PACKAGE-MANAGER", "nuget", "Acme.Core/1.0", "purl pkg:nuget/Acme.Core"},
		{"OTHER", "acme", "acme/core/1", ""},
		{"SECURITY", "advisory", "https://acme.example/1", ""},
		{"PACKAGE-MANAGER", "purl", "NOASSERTION", ""},
	} {
		docs := map[string]string{
			"JSON":      spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","externalRefs":[{"referenceCategory":"` + tt.category + `","referenceType":"` + tt.typ + `","referenceLocator":"` + tt.locator + `"}]}]`),
			"tag-value": "SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nExternalRef: " + tt.category + " " + tt.typ + " " + tt.locator + "\n",
			"XML":       `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>a</name><externalRefs><referenceCategory>` + tt.category + `</referenceCategory><referenceType>` + tt.typ + `</referenceType><referenceLocator>` + tt.locator + `</referenceLocator></externalRefs></packages></Document>`,
		}
		if tt.category != "PACKAGE-MANAGER" || tt.typ != "acme" { // SPDX 3 has no categories
			docs["SPDX 3"] = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","externalRef":[{"type":"ExternalRef","externalRefType":"` + tt.typ + `","locator":["` + tt.locator + `"]}]}]}`
			docs["SPDX 3, identifier"] = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"` + tt.typ + `","identifier":"` + tt.locator + `"}]}]}`
		}
		for form, doc := range docs {
			cs, h, _ := outcome(t, doc)
			got := ""
			for _, c := range cs[0].Claims {
				if c.Role == vendors.Namespace {
					got += fmt.Sprintf("%s %s", c.Kind, c.Value)
				}
			}
			if got != tt.want || h.Malformed > 0 {
				t.Errorf("%s, %s %s: %q, want %q %v", form, tt.typ, tt.locator, got, tt.want, h.Warnings)
			}
		}
	}
}

// A package in an unexpected place is read or counted, in every encoding.
func TestStrayPackages(t *testing.T) {
	const kav = `{"SPDXID":"SPDXRef-k","name":"kav","supplier":"Organization: Kaspersky Lab"}`
	const ok = `"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}]`
	xml := func(inner string) string {
		return `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>a</name></packages>` + inner + `</Document>`
	}
	const xmlKav = `<SPDXID>SPDXRef-k</SPDXID><name>kav</name><supplier>Organization: Kaspersky Lab</supplier>`
	rdf := func(inner string) string {
		return `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#" xmlns:x="urn:x"><SpdxDocument rdf:about="#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion>` + inner + `</rdf:RDF>`
	}
	const rdfKav = `<Package rdf:about="#k"><name>kav</name><supplier>Organization: Kaspersky Lab</supplier></Package>`
	for _, tt := range []struct{ name, doc, want string }{
		{"wrapper", spdx(ok + `,"x":{"packages":[` + kav + `]}`), "malformed"},
		{"a member of another name", spdx(ok + `,"Pakete":[` + kav + `]`), "malformed"},
		{"deep in a wrapper", spdx(ok + `,"x":[[{"y":{"z":` + kav + `}}]]`), "malformed"},
		{"with a supplier alone", spdx(ok + `,"x":{"supplier":"Organization: Kaspersky Lab"}`), "malformed"},
		{"element of SPDX 3", spdx(ok + `,"x":{"spdxId":"urn:k","name":"kav"}`), "malformed"},
		{"component", spdx(ok + `,"x":{"name":"kav","purl":"pkg:npm/%40kaspersky/kav"}`), "malformed"},
		{"in the creation information", spdx(ok + `,"creationInfo":{"packages":[` + kav + `]}`), "malformed"},
		{"in a license", spdx(ok + `,"hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","name":"x","package":` + kav + `}]`), "malformed"},
		{"in a relationship", spdx(ok + `,"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"OTHER","relatedSpdxElement":"SPDXRef-a","x":` + kav + `}]`), "malformed"},
		{"in a package", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","packages":[` + kav + `]}]`), "malformed"},
		{"in an annotation", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","annotations":[{"packages":[` + kav + `]}]}]`), "malformed"},
		{"in a comment", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","comment":` + kav + `}]`), "malformed"},
		{"in a file", spdx(ok + `,"files":[{"SPDXID":"SPDXRef-f","fileName":"f","x":` + kav + `}]`), "malformed"},
		{"in a snippet", spdx(ok + `,"snippets":[{"SPDXID":"SPDXRef-s","name":"f","package":` + kav + `}]`), "malformed"},
		{"in a reference to a document", spdx(ok + `,"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-d","x":` + kav + `}]`), "malformed"},
		{"nothing of the kind", spdx(ok + `,"x":{"name":"n","id":5},"y":"supplier","annotations":[{"comment":"x"}],"snippets":[{"SPDXID":"SPDXRef-s","name":"f"}],"hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","name":"x"}]`), "nothing"},

		{"a supplier with a package in it", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","supplier":` + kav + `}]`), "malformed"},
		{"a supplier that is an object", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","supplier":{"x":"Organization: Kaspersky Lab"}}]`), "malformed"},
		{"a comment that is an object", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE","comment":{"x":"y"}}]`), "nothing"},

		{"YAML wrapper", "spdxVersion: SPDX-2.3\npackages:\n- {SPDXID: SPDXRef-a, name: a, downloadLocation: NONE}\nx:\n  packages:\n  - {SPDXID: SPDXRef-k, name: kav}\n", "malformed"},

		{"XML, another name", xml(`<package>` + xmlKav + `</package>`), "malformed"},
		{"XML, wrapper", xml(`<x><packages>` + xmlKav + `</packages></x>`), "malformed"},
		{"XML, between packages", xml(`<x>` + xmlKav + `</x><packages><name>b</name></packages>`), "malformed"},
		{"XML, in a package", xml(`<packages><name>b</name><x><y>` + xmlKav + `</y></x></packages>`), "malformed"},
		{"XML, in a comment", xml(`<packages><name>b</name><comment><packages>` + xmlKav + `</packages></comment></packages>`), "malformed"},
		{"XML, in another namespace", xml(`<p:x xmlns:p="urn:p"><p:SPDXID>a</p:SPDXID><p:name>kav</p:name></p:x>`), "malformed"},
		{"XML, nothing of the kind", xml(`<x><name>n</name></x><annotations><comment>x</comment></annotations><hasExtractedLicensingInfos><name>x</name></hasExtractedLicensingInfos>`), "nothing"},

		{"RDF, in the place of a property", rdf(rdfKav + `</SpdxDocument>`), "found"},
		{"RDF, in any property", rdf(`</SpdxDocument><Package rdf:about="#a"><name>a</name><x:y>` + rdfKav + `</x:y></Package>`), "found"},
		{"RDF, in a wrapper", rdf(`</SpdxDocument><x:y>` + rdfKav + `</x:y>`), "found"},
		{"RDF, in two wrappers", rdf(`</SpdxDocument><x:y><x:z>` + rdfKav + `</x:z></x:y>`), "found"},
		{"RDF, type as an attribute", rdf(`</SpdxDocument><rdf:Description rdf:about="#k" rdf:type="http://spdx.org/rdf/terms#Package"><supplier>Organization: Kaspersky Lab</supplier></rdf:Description>`), "found"},
		{"RDF, no type", rdf(`</SpdxDocument><rdf:Description rdf:about="#k"><supplier>Organization: Kaspersky Lab</supplier></rdf:Description>`), "found"},
		{"RDF, attributes of a property", rdf(`<describesPackage xmlns:s="http://spdx.org/rdf/terms#" s:name="kav" s:supplier="Organization: Kaspersky Lab"/></SpdxDocument>`), "error"},
	} {
		if got, why := fate(t, tt.doc); got != tt.want {
			t.Errorf("%s: %s, want %s (%s)", tt.name, got, tt.want, why)
		}
	}
	cs, _, _ := outcome(t, rdf(`</SpdxDocument><rdf:Description rdf:about="#k" rdf:type="http://spdx.org/rdf/terms#Package"><name>kav</name></rdf:Description>`))
	if len(cs) != 1 || cs[0].Name != "kav" {
		t.Errorf("RDF, type as an attribute and a name: %+v", cs)
	}
}

// A reference to a missing element is screened if it is an identifier, and otherwise counted.
func TestMissingElements(t *testing.T) {
	cyclone := func(rest string) string {
		return cdx(`"metadata":{"component":{"type":"application","name":"s","bom-ref":"s"}},"components":[{"type":"library","name":"a","bom-ref":"a"},{"type":"library","name":"b","bom-ref":"pkg:npm/%40acme/b@1"}],` + rest)
	}
	relate := func(from, to string) string {
		return strings.Replace(spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}],"snippets":[{"SPDXID":"SPDXRef-s"}],
			"externalDocumentRefs":[],"relationships":[{"spdxElementId":"`+from+`","relationshipType":"CONTAINS","relatedSpdxElement":"`+to+`"}]`), "SPDXRef-DOCUMENT", "SPDXRef-D", 1)
	}
	graph := func(elements string) string {
		return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"a"},` + elements + `]}`
	}
	const purl = "pkg:npm/%40acme/core@1"
	for _, tt := range []struct{ name, doc, want string }{
		{"all there", cyclone(`"dependencies":[{"ref":"s","dependsOn":["a"],"provides":["pkg:npm/@acme/b@1"]}],"compositions":[{"aggregate":"complete","assemblies":["s"],"dependencies":["a"]}]`), "s,a,b malformed=0 "},
		{"dependency", cyclone(`"dependencies":[{"ref":"s","dependsOn":["c","c"]}]`), "s,a,b malformed=1 missingElement"},
		{"subject of a dependency", cyclone(`"dependencies":[{"ref":"c"}]`), "s,a,b malformed=1 missingElement"},
		{"what is provided", cyclone(`"dependencies":[{"ref":"a","provides":["c"]}]`), "s,a,b malformed=1 missingElement"},
		{"package URL", cyclone(`"dependencies":[{"ref":"a","dependsOn":["` + purl + `"]}]`), "s,a,b," + purl + " malformed=0 missingElement"},
		{"package URL that does not parse", cyclone(`"dependencies":[{"ref":"a","dependsOn":["pkg:npm/%zz"]}]`), "s,a,b,pkg:npm/%zz malformed=1 badPURL,missingElement"},
		{"CPE", cyclone(`"dependencies":[{"ref":"a","dependsOn":["cpe:/a:acme:core"]}]`), "s,a,b,cpe:/a:acme:core malformed=0 missingElement"},
		{"BOM-Link", cyclone(`"compositions":[{"aggregate":"complete","assemblies":["urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x","urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#y"]}]`), "s,a,b malformed=0 externalDocument"},
		{"composition", cyclone(`"compositions":[{"aggregate":"complete","dependencies":["c"]}]`), "s,a,b malformed=1 missingElement"},
		{"composition of vulnerabilities", cyclone(`"compositions":[{"aggregate":"complete","assemblies":["v"]}],"vulnerabilities":[{"bom-ref":"v","id":"1"}]`), "s,a,b malformed=0 "},
		{"not a string", cyclone(`"dependencies":[{"ref":"a","dependsOn":[5]}]`), "s,a,b malformed=1 malformedField"},
		{"dependencies first", cdx(`"dependencies":[{"ref":"a","dependsOn":["b"]}],"components":[{"type":"library","name":"a","bom-ref":"a"}]`), "a malformed=1 missingElement"},
		{"CycloneDX XML", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library" bom-ref="a"><name>a</name></component></components><dependencies><dependency ref="a"><dependency ref="a"/><dependency ref="` + purl + `"/><provides ref="c"/></dependency></dependencies></bom>`,
			"a," + purl + " malformed=1 missingElement,missingElement"},
		{"CycloneDX text of protobuf", "spec_version: \"1.6\"\ncomponents { type: CLASSIFICATION_LIBRARY bom_ref: \"a\" name: \"a\" }\ndependencies { ref: \"a\" dependencies { ref: \"c\" } }\ncompositions { assemblies: \"d\" }",
			"a malformed=2 missingElement,missingElement"},

		{"SPDX, all there", relate("SPDXRef-a", "SPDXRef-f"), "a malformed=0 "},
		{"SPDX, snippet and document", relate("SPDXRef-s", "SPDXRef-D"), "a malformed=0 "},
		{"SPDX, no assertion", relate("SPDXRef-DOCUMENT", "NOASSERTION"), "a malformed=0 "},
		{"SPDX, to", relate("SPDXRef-a", "SPDXRef-c"), "a malformed=1 missingElement"},
		{"SPDX, from", relate("SPDXRef-c", "SPDXRef-a"), "a malformed=1 missingElement"},
		{"SPDX, a document that is not declared", relate("SPDXRef-a", "DocumentRef-d:SPDXRef-c"), "a malformed=1 missingElement"},
		{"SPDX, described", spdx(`"documentDescribes":["SPDXRef-c"],"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}]`), "a malformed=1 missingElement"},
		{"SPDX, described before it is there", spdx(`"documentDescribes":["SPDXRef-a"],"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}]`), "a malformed=0 "},
		{"SPDX, package URL", relate("SPDXRef-a", purl), "a," + purl + " malformed=0 missingElement"},
		{"tag-value", "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-D\nPackageName: a\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nRelationship: SPDXRef-D DESCRIBES SPDXRef-a\nRelationship: SPDXRef-a CONTAINS SPDXRef-c\n", "a malformed=1 missingElement"},
		{"RDF", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="u#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion>
			<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_describes"/><relatedSpdxElement><Package rdf:about="u#a"><name>a</name><downloadLocation>NONE</downloadLocation>
			<relationship><Relationship><relationshipType rdf:resource="http://spdx.org/rdf/terms#relationshipType_contains"/><relatedSpdxElement rdf:resource="u#c"/></Relationship></relationship></Package></relatedSpdxElement></Relationship></relationship></SpdxDocument></rdf:RDF>`,
			"a malformed=1 missingElement"},

		{"SPDX 3, all there", graph(`{"type":"SpdxDocument","spdxId":"urn:d","rootElement":["urn:a"],"element":["urn:a","urn:r"]},{"type":"Relationship","spdxId":"urn:r","from":"urn:a","relationshipType":"contains","to":["urn:d","NoAssertionElement"]}`), "a malformed=0 "},
		{"SPDX 3, root", graph(`{"type":"SpdxDocument","spdxId":"urn:d","rootElement":["urn:c"]}`), "a malformed=1 missingElement"},
		{"SPDX 3, from", graph(`{"type":"Relationship","spdxId":"urn:r","from":"urn:c","relationshipType":"contains","to":["urn:a"]}`), "a malformed=1 missingElement"},
		{"SPDX 3, to", graph(`{"type":"Relationship","spdxId":"urn:r","from":"urn:a","relationshipType":"contains","to":["urn:c","` + purl + `"]}`), "a," + purl + " malformed=1 missingElement,missingElement"},
		{"SPDX 3, imported", graph(`{"type":"SpdxDocument","spdxId":"urn:d","rootElement":["urn:c"],"import":[{"type":"ExternalMap","externalSpdxId":"urn:c"}]}`), "a malformed=0 externalDocument"},
		{"SPDX 3, license", graph(`{"type":"Relationship","spdxId":"urn:r","from":"urn:a","relationshipType":"hasDeclaredLicense","to":["https://spdx.org/licenses/MIT"]}`), "a malformed=0 "},
	} {
		if _, _, got := outcome(t, tt.doc); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Elements without kept claims are not missing.
func TestMissingElementsKeep(t *testing.T) {
	for _, doc := range []string{
		cdx(`"components":[{"type":"library","name":"a","bom-ref":"a"}],"dependencies":[{"ref":"a","dependsOn":["pkg:npm/%40acme/core@1"]}]`),
		spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"}],"relationships":[{"spdxElementId":"SPDXRef-a","relationshipType":"CONTAINS","relatedSpdxElement":"pkg:npm/%40acme/core@1"}]`),
	} {
		d := sbom.NewReader(strings.NewReader(doc), nil)
		d.Keep(func(vendors.Role, vendors.Kind, []byte) bool { return false })
		cs, err := read(d)
		if err != nil || len(cs) != 2 || d.Header().Malformed > 0 || !cs[1].HasPURL || len(cs[1].Claims) > 0 {
			t.Errorf("%v, %+v %v", err, cs, d.Header().Warnings)
		}
	}
}

// More references than are kept count, because it is not known whether their elements exist.
func TestMissingElementsLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	var b strings.Builder
	b.WriteString(`"relationships":[`)
	const n = 1<<18 + 1
	for i := range n {
		fmt.Fprintf(&b, `{"relatedSpdxElement":"%d"},`, i)
	}
	b.WriteString(`{}],"packages":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"SPDXID":"%d"},`, i)
	}
	b.WriteString(`{"SPDXID":"last"}]`)
	_, h, _ := outcome(t, spdx(b.String()))
	if h.Malformed != 1 {
		t.Errorf("malformed %d", h.Malformed)
	}
}

// SPDX 3 is read twice, and each warning is given once.
func TestSPDX3Warnings(t *testing.T) {
	const doc = `{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld","https://example.org/own.jsonld"],"@graph":[
		{"type":"software_Package","spdxId":"urn:a","name":"a","suppliedBy":"urn:nobody","software_packageUrl":"pkg:npm/%zz","Name":5},null,
		{"type":"SpdxDocument","spdxId":"urn:d","rootElement":"urn:c","import":[{"externalSpdxId":"urn:x"}]}]}`
	_, h, got := outcome(t, doc)
	const want = "a malformed=6 malformedField,badPURL,malformedField,unresolvedAgent,nullElement,externalDocument,missingElement"
	if got != want || h.UnresolvedRefs != 1 {
		t.Errorf("%q, want %q; %d external", got, want, h.UnresolvedRefs)
	}
}

// An agent that is named many times in one relationship is one agent.
func TestSPDX3ManyTimes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	doc := `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"Organization","spdxId":"urn:k","name":"Acme"},{"type":"software_Package","spdxId":"urn:a","name":"a"},
		{"type":"Relationship","spdxId":"urn:r","from":"urn:a","relationshipType":"availableFrom","to":["urn:k"` + strings.Repeat(`,"urn:k"`, 1<<20) + `]}]}`
	cs, _, got := outcome(t, doc)
	if got != "a malformed=0 " || !has(cs, vendors.Supplier, "Acme") {
		t.Errorf("%q", got)
	}
}

// A snapshot has the primary component of an SPDX document, which the document names at its end.
func TestSnapshotPrimary(t *testing.T) {
	const doc = `{"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","downloadLocation":"NONE"},{"SPDXID":"SPDXRef-b","name":"b","downloadLocation":"NONE"}],
		"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-b"}]}`
	first, err := sbom.NewReader(strings.NewReader(doc), nil).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	again, err := first.Document().Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for _, cs := range [][]sbom.Component{first.Components, again.Components} {
		if len(cs) != 2 || cs[0].Placement != sbom.Included || cs[1].Placement != sbom.Primary {
			t.Errorf("%+v", cs)
		}
	}
}

// Time and memory of SPDX 3 are linear in the input: ten times the input takes no more than
// some twenty times the memory, for any references.
func TestSPDX3Linear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	list := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	graph := func(elements ...string) string {
		return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[` + strings.Join(elements, ",") + `]}`
	}
	for name, doc := range map[string]func(n int) string{
		"identifiers of an agent": func(n int) string {
			return graph(`{"type":"Organization","spdxId":"urn:k","name":"x","externalIdentifier":[`+list(n, `{"externalIdentifierType":"urlScheme","identifier":"https://a%d.example.com"}`)+`]}`,
				list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a","suppliedBy":"urn:k"}`))
		},
		"names of an agent": func(n int) string {
			return graph(`{"type":"Organization","spdxId":"urn:k","name":[`+list(n, `"name %d"`)+`]}`, list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a","suppliedBy":"urn:k"}`))
		},
		"a long name": func(n int) string {
			return graph(`{"type":"Organization","spdxId":"urn:k","name":"`+strings.Repeat("long ", 10*n)+`"}`, list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a","suppliedBy":"urn:k"}`))
		},
		"from and to": func(n int) string {
			return graph(list(n, `{"type":"Organization","spdxId":"urn:k%d","name":"x"}`), `{"type":"Relationship","relationshipType":"availableFrom","from":[`+list(n, `"urn:b%d"`)+`],"to":[`+list(n, `"urn:k%d"`)+`]}`,
				list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a"}`))
		},
		"an identifier of its own": func(n int) string {
			return graph(`{"type":"ExternalIdentifier","spdxId":"urn:i","externalIdentifierType":"packageUrl","identifier":"pkg:npm/`+strings.Repeat("a", 10*n)+`"}`,
				list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a","externalIdentifier":["urn:i"]}`))
		},
		"the name of a property": func(n int) string {
			return graph(`{"type":"Relationship","`+strings.Repeat("a", 10*n)+`":{"type":"Organization","spdxId":"urn:k","name":"x"}}`, list(n, `{"type":"software_Package","spdxId":"urn:b%d","name":"a","suppliedBy":"urn:k"}`))
		},
	} {
		allocated := func(n int) uint64 {
			text := doc(n)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for c, err := range sbom.NewReader(strings.NewReader(text), nil).Components() {
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				_ = c
			}
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		small, large := allocated(400), allocated(4000)
		if large > 20*small+16<<20 {
			t.Errorf("%s: %d bytes, and %d for ten times the input", name, small, large)
		}
		t.Logf("%s: %d, %d", name, small>>10, large>>10)
	}
}
