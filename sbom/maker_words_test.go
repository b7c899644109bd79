// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/vendors"
)

// A member that a format does not have, and that may name a maker, is counted, in every format and
// encoding.
func TestMakerInUnknownMember(t *testing.T) {
	const who = `"Kaspersky Lab"`
	swid := func(attributes, rest string) string {
		return `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x" tagId="x" ` + attributes + `>` + rest + `</SoftwareIdentity>`
	}
	const entity = `<Entity name="Acme" role="softwareCreator"/>`
	xml := func(component, attributes, metadata string) string {
		return `<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:x="urn:x"><metadata>` + metadata + `</metadata><components><component type="library"` + attributes + `><name>n</name>` + component + `</component></components></bom>`
	}
	rdf := func(property string) string {
		return `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument><Package rdf:about="#a"><name>n</name>` + property + `</Package></rdf:RDF>`
	}
	for _, tt := range []struct {
		name, doc string
		malformed int
	}{
		{"component", cdx(`"components":[{"type":"library","name":"n","vendor":{"name":` + who + `}}]`), 1},
		{"component, of metadata", cdx(`"components":[{"type":"library","name":"n","manufacture":{"name":` + who + `}}]`), 1},
		{"component, null", cdx(`"components":[{"type":"library","name":"n","vendor":null}]`), 0},
		{"component, nested", cdx(`"components":[{"type":"library","name":"n","acme:info":{"vendor":` + who + `}}]`), 1},
		{"component, property", cdx(`"components":[{"type":"library","name":"n","properties":[{"name":"vendor","value":` + who + `}]}]`), 0},
		{"component, vendor of a tool", cdx(`"metadata":{"tools":[{"vendor":` + who + `}],"manufacturer":{"name":` + who + `}},"components":[{"type":"library","name":"n"}]`), 0},
		{"organization", cdx(`"components":[{"type":"library","name":"n","supplier":{"name":"Acme","vendor":` + who + `}}]`), 1},
		{"external reference", cdx(`"components":[{"type":"library","name":"n","externalReferences":[{"type":"vcs","url":"https://x.example","supplier":` + who + `}]}]`), 1},
		{"external reference of no type", cdx(`"components":[{"type":"library","name":"n","externalReferences":[{"type":"colour","url":"https://www.kaspersky.com"}]}]`), 1},
		{"identifier", cdx(`"components":[{"type":"library","name":"n","purls":["pkg:npm/%40kaspersky/x@1"]}]`), 1},
		{"organization by another member", cdx(`"components":[{"type":"library","name":"n","supplier":{"organization":` + who + `}}]`), 1},
		{"organization with another member", cdx(`"components":[{"type":"library","name":"n","supplier":{"name":"Acme","organization":"x"}}]`), 0},
		{"metadata", cdx(`"metadata":{"vendor":{"name":` + who + `}},"components":[{"type":"library","name":"n"}]`), 1},
		{"document", cdx(`"vendorName":` + who + `,"components":[{"type":"library","name":"n"}]`), 1},
		{"XML element", xml(`<vendor>Kaspersky Lab</vendor>`, "", ""), 1},
		{"XML element of another namespace", xml(`<x:vendor>Kaspersky Lab</x:vendor>`, "", ""), 1},
		{"XML, organization by another element", xml(`<supplier><organization>Kaspersky Lab</organization></supplier>`, "", ""), 1},
		{"XML, organization with another element", xml(`<supplier><name>Acme</name><organization>x</organization></supplier>`, "", ""), 0},
		{"XML attribute", xml("", ` vendor="Kaspersky Lab"`, ""), 1},
		{"XML attribute of another namespace", xml("", ` x:vendor="Kaspersky Lab"`, ""), 1},
		{"XML, nested", xml(`<x:info><x:vendor>Kaspersky Lab</x:vendor></x:info>`, "", ""), 1},
		{"XML, metadata", xml("", "", `<vendor><name>Kaspersky Lab</name></vendor>`), 1},

		{"component that is a reference", cdx(`"components":[{"type":"library","name":"n"},{"$ref":"more.json#/components/0"}]`), 1},
		{"document, reference", cdx(`"$ref":"more.json","components":[{"type":"library","name":"n"}]`), 1},
		{"SPDX package that is a reference", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE","$ref":"more.json"}]`), 1},
		{"XML, inclusion", xml(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="more.xml"/>`, "", ""), 1},
		{"XML, inclusion of a component", strings.Replace(xml("", "", ""), "</components>", `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="more.xml"/></components>`, 1), 1},
		{"XML, attribute of a text", xml(`<version vendor="Kaspersky Lab">1</version>`, "", ""), 1},
		{"XML, attribute of an element without claims", xml(`<scope vendor="Kaspersky Lab">required</scope>`, "", ""), 1},
		{"XML, attribute for the text", xml(`<purl value="pkg:npm/%40kaspersky/x@1"/>`, "", ""), 1},
		{"XML, attribute for the text beside it", xml(`<publisher value="Kaspersky Lab">Acme</publisher>`, "", ""), 1},
		{"XML, attribute of another name for the text", xml(`<publisher who="Kaspersky Lab"/>`, "", ""), 1},
		{"XML, attribute beside the text", xml(`<publisher lang="en">Acme</publisher>`, "", ""), 0},
		{"XML, attribute for the text of an organization", xml(`<supplier><name value="Kaspersky Lab"/></supplier>`, "", ""), 1},
		{"XML, attribute for an organization", xml(`<supplier value="Kaspersky Lab"/>`, "", ""), 1},
		{"XML, attribute for the value of a property", xml(`<properties><property name="cdx:vendor" value="Kaspersky Lab"/></properties>`, "", ""), 0},
		{"XML, attribute beside the value of a property", xml(`<properties><property name="cdx:vendor" value="Kaspersky Lab">Acme</property></properties>`, "", ""), 1},
		{"SPDX XML, attribute for the text", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>n</name><supplier value="Organization: Kaspersky Lab"/></packages></Document>`, 1},
		{"SPDX RDF, attribute without a prefix", strings.Replace(rdf(""), `rdf:about="#a"`, `rdf:about="#a" supplier="Organization: Kaspersky Lab"`, 1), 1},
		{"SPDX RDF, attribute of a property", rdf(`<supplier value="Organization: Kaspersky Lab"/>`), 1},
		{"SPDX package", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE","packageSupplier":` + who + `}]`), 1},
		{"SPDX package, other case", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE","PackageSupplier":` + who + `}]`), 1},
		{"SPDX file", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f","vendor":` + who + `}]`), 1},
		{"SPDX document", spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE"}],"supplier":` + who), 1},
		{"SPDX XML", `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>n</name><vendor>Kaspersky Lab</vendor></packages></Document>`, 1},
		{"SPDX YAML", "spdxVersion: SPDX-2.3\npackages:\n- {SPDXID: SPDXRef-a, name: n, downloadLocation: NONE, vendor: Kaspersky Lab}\n", 1},
		{"SPDX RDF", rdf(`<vendor>Kaspersky Lab</vendor>`), 1},
		{"SPDX tag-value", "SPDXVersion: SPDX-2.3\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nPackageVendor: Kaspersky Lab\n", 1},
		{"SPDX tag-value, name of JSON", "SPDXVersion: SPDX-2.3\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nsupplier: Organization: Kaspersky Lab\n", 1},
		{"SPDX 3", `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a","name":"n","supplier":` + who + `}]}`, 1},

		{"Syft artifact", `{"artifacts":[{"name":"n","vendor":` + who + `}]}`, 1},
		{"Syft metadata", `{"artifacts":[{"name":"n","metadata":{"x-vendor":` + who + `}}]}`, 1},
		{"Syft document", `{"artifacts":[{"name":"n"}],"secrets":[{"vendor":` + who + `}]}`, 1},
		{"Syft artifact, nested", `{"artifacts":[{"name":"n","x":{"vendor":` + who + `}}]}`, 1},
		{"Syft source", `{"artifacts":[{"name":"n"}],"source":{"name":"x","x":[{"vendor":` + who + `}]}}`, 1},
		{"Syft image, configuration", `{"artifacts":[{"name":"n"}],"source":{"name":"x","metadata":{"config":"%"}}}`, 1},
		{"Syft CPE", `{"artifacts":[{"name":"n","cpes":[{"attributes":{"vendor":"kaspersky"}}]}]}`, 1},

		{"SWID", swid("", entity), 0},
		{"SWID, attribute of an entity", swid("", `<Entity Name="Kaspersky Lab" regid="acme.example" role="softwareCreator"/>`), 1},
		{"SWID, registration id", swid("", `<Entity name="Acme" RegId="kaspersky.com" role="softwareCreator"/>`), 1},
		{"SWID, role", swid("", `<Entity name="Kaspersky Lab" Role="softwareCreator" role="tagCreator"/>`), 1},
		{"SWID, no role", swid("", `<Entity name="Kaspersky Lab"/>`), 1},
		{"SWID, no name", swid("", `<Entity role="softwareCreator"><name>Kaspersky Lab</name></Entity>`), 1},
		{"SWID, no entity", swid("", ""), 1},
		{"SWID, link to a component", swid("", entity+`<Link rel="component" href="swid:kaspersky.com_kes"/>`), 1},
		{"SWID, link to a license", swid("", entity+`<Link rel="license" href="https://acme.example"/>`), 0},
		{"SWID, only the creator of the tag", swid("", `<Entity name="Acme" role="tagCreator"/>`), 0},
		{"SWID, element", swid("", entity+`<Vendor name="Kaspersky Lab"/>`), 1},
		{"SWID, attribute of the tag", swid(`vendor="Kaspersky Lab"`, entity), 1},
		{"SWID, attribute of Meta", swid("", entity+`<Meta product="x" acmeVendor="Kaspersky Lab"/>`), 1},
	} {
		cs, h, why := outcome(t, tt.doc)
		if h.Malformed != tt.malformed || len(cs) == 0 {
			t.Errorf("%s: %s, want malformed=%d: %v", tt.name, why, tt.malformed, h.Warnings)
		}
	}
}

// Types in another spelling than that of the schema are read.
func TestFoldedTypes(t *testing.T) {
	for _, tt := range []struct{ typ, want string }{
		{"vcs", "reference"}, {"VCS", "reference"}, {"source_distribution", "reference"}, {" Website ", "homepage"},
		{"homepage", "homepage"}, {"Documentation", "mention"}, {"other", "mention"},
	} {
		cs, h, _ := outcome(t, cdx(`"components":[{"type":"library","name":"n","externalReferences":[{"type":"`+tt.typ+`","url":"https://x.example"}]}]`))
		if got := string(cs[0].Claims[len(cs[0].Claims)-1].Role); got != tt.want || h.Malformed > 0 {
			t.Errorf("%q: %s, malformed %d; want %s", tt.typ, got, h.Malformed, tt.want)
		}
	}
	for _, tt := range []struct{ entity, want string }{
		{`<Entity name="Acme" role="SoftwareCreator"/>`, "manufacturer"}, {`<Entity name="Acme" role="TAGCREATOR"/><Entity name="X" role="aggregator"/>`, ""},
		{`<Entity name="X" role="tagCreator"/><Meta publisher="Acme"/>`, "publisher"},
	} {
		cs, h, _ := outcome(t, `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x" tagId="x">`+tt.entity+`</SoftwareIdentity>`)
		got := ""
		for _, c := range cs[0].Claims {
			if c.Value == "Acme" {
				got = string(c.Role)
			}
		}
		if got != tt.want || h.Malformed > 0 {
			t.Errorf("%s: %q, malformed %d; want %q", tt.entity, got, h.Malformed, tt.want)
		}
	}
}

// The name of a contact is that of an author if the organization has no name, and the name of a
// SWID tag is that of a product.
func TestNamesInOtherPlaces(t *testing.T) {
	for _, tt := range []struct{ member, want string }{
		{`"supplier":{"contact":[{"name":"Kaspersky Lab"}]}`, "author name"},
		{`"supplier":{"contact":[{"name":"Kaspersky Lab"}],"name":"Acme"}`, ""},
		{`"properties":[{"name":"vendor","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"acme:supplier","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"acme.device.manufacturer","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"spdx:package:originator:organization","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"acme:color","value":"Kaspersky Lab"}]`, "mention text"},
		{`"properties":[{"name":"vendor-advisory","value":"Kaspersky Lab"}]`, "mention text"},
		{`"properties":[{"name":"Manufacturer Name","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"deviceManufacturer","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"manufacturer[0]","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":" manufacturer ","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"manu\u200bfacturer","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"acme:manufacturer:1","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"com.acme.inventory.system.of.record.original-equipment-manufacturer-name","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"制造商","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"cdx:device:brand","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"syft:metadata:mfr:0","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"syft:image:labels:com.acme.device-vendor","value":"Kaspersky Lab"}]`, "author name"},
		{`"properties":[{"name":"syft:vendor:path","value":"Kaspersky Lab"}]`, "mention text"},
		{`"properties":[{"name":"syft:metadata:vendor","value":"Kaspersky Lab"}]`, "manufacturer name"},
		{`"swid":{"tagId":"x","name":"Kaspersky Lab"}`, "mention product"},
	} {
		cs, _, _ := outcome(t, cdx(`"components":[{"type":"library","name":"n",`+tt.member+`}]`))
		got := ""
		for _, c := range cs[0].Claims {
			if c.Value == "Kaspersky Lab" {
				got = string(c.Role) + " " + string(c.Kind)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.member, got, tt.want)
		}
	}
}

// A property in XML can have its value in an attribute, which some tools write.
func TestPropertyWithItsValueInAnAttribute(t *testing.T) {
	cs, h, _ := outcome(t, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>n</name><properties><property name="cdx:vendor" value="Kaspersky Lab"/></properties></component></components></bom>`)
	got := cs[0].Claims[len(cs[0].Claims)-1]
	if got.Role != vendors.Manufacturer || got.Value != "Kaspersky Lab" || h.Malformed != 0 {
		t.Errorf("%+v, malformed %d", got, h.Malformed)
	}
}

// The creator of a SWID tag may be the maker of the product if the tag has no other entities.
func TestTagCreatorAloneIsAnAuthor(t *testing.T) {
	const creator = `<Entity name="Kaspersky Lab" regid="kaspersky.com" role="tagCreator"/>`
	tag := func(entities string) string {
		return `<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="x" tagId="t">` + entities + `</SoftwareIdentity>`
	}
	for doc, want := range map[string]int{tag(creator): 2, tag(creator + `<Entity name="Acme" role="softwareCreator"/>`): 0} {
		cs, h, _ := outcome(t, doc)
		authors := 0
		for _, c := range cs[0].Claims {
			if c.Role == vendors.Author {
				authors++
			}
		}
		if authors != want || h.Malformed != 0 {
			t.Errorf("%s: %d claims of an author, %d malformed; want %d and none", doc, authors, h.Malformed, want)
		}
	}
}

// The project that a file of SPDX is taken from is read.
func TestProjectOfFile(t *testing.T) {
	cs, _, _ := outcome(t, spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE"}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f","artifactOfs":[{"name":"Acme Agent","homePage":"https://acme.example"}]}]`))
	got := ""
	for _, c := range cs[len(cs)-1].Claims {
		got += string(c.Role) + " " + c.Value + "; "
	}
	if want := "mention f; mention Acme Agent; homepage https://acme.example; "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The name of a device is a reference, as what devices report about their model. Other names are mentions.
func TestNameOfADevice(t *testing.T) {
	const purpose = `"packages":[{"SPDXID":"SPDXRef-a","name":"Acme AR6120","downloadLocation":"NONE","primaryPackagePurpose":"%"}]`
	for doc, want := range map[string]string{
		cdx(`"metadata":{"component":{"name":"Acme AR6120","type":"device"}}`):                                                                          "reference product",
		cdx(`"components":[{"type":"device","name":"Acme AR6120"}]`):                                                                                    "reference product",
		cdx(`"components":[{"type":"firmware","name":"Acme AR6120"}]`):                                                                                  "mention product",
		spdx(strings.Replace(purpose, "%", "DEVICE", 1)):                                                                                                "reference product",
		spdx(strings.Replace(purpose, "%", "LIBRARY", 1)):                                                                                               "mention product",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="device"><name>Acme AR6120</name></component></components></bom>`: "reference product",
	} {
		cs, _, _ := outcome(t, doc)
		if got := string(cs[0].Claims[0].Role) + " " + string(cs[0].Claims[0].Kind); got != want || len(cs[0].Claims) != 1 {
			t.Errorf("%s: %q, want %q", doc, got, want)
		}
	}
}

// The projects that a file is taken from are read in every encoding of SPDX 2.
func TestProjectOfFileInEveryEncoding(t *testing.T) {
	const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#" xmlns:doap="http://usefulinc.com/ns/doap#"><SpdxDocument rdf:about="x#SPDXRef-DOCUMENT"><specVersion>SPDX-2.1</specVersion></SpdxDocument><File rdf:about="x#f"><fileName>f</fileName>`
	for name, doc := range map[string]string{
		"JSON":             `{"spdxVersion":"SPDX-2.1","SPDXID":"SPDXRef-DOCUMENT","files":[{"SPDXID":"SPDXRef-f","fileName":"f","artifactOf":[{"name":"Acme Agent","homePage":"https://acme.example","projectUri":"https://acme.example/doap"}]}]}`,
		"YAML":             "spdxVersion: SPDX-2.1\nfiles:\n- {SPDXID: SPDXRef-f, fileName: f, artifactOf: [{name: Acme Agent, homePage: 'https://acme.example', projectUri: 'https://acme.example/doap'}]}\n",
		"XML":              `<Document><spdxVersion>SPDX-2.1</spdxVersion><files><SPDXID>SPDXRef-f</SPDXID><fileName>f</fileName><artifactOf><name>Acme Agent</name><homePage>https://acme.example</homePage><projectUri>https://acme.example/doap</projectUri></artifactOf></files></Document>`,
		"tag-value":        "SPDXVersion: SPDX-2.1\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nFileName: f\nSPDXID: SPDXRef-f\nArtifactOfProjectName: Acme Agent\nArtifactOfProjectHomePage: https://acme.example\nArtifactOfProjectURI: https://acme.example/doap\n",
		"RDF":              rdf + `<artifactOf><doap:Project rdf:about="https://acme.example/doap"><doap:name>Acme Agent</doap:name><doap:homepage rdf:resource="https://acme.example"/></doap:Project></artifactOf></File></rdf:RDF>`,
		"RDF, by its node": rdf + `<artifactOf rdf:resource="https://acme.example/doap"/></File><doap:Project rdf:about="https://acme.example/doap"><doap:name>Acme Agent</doap:name><doap:homepage>https://acme.example</doap:homepage></doap:Project></rdf:RDF>`,
	} {
		cs, h, why := outcome(t, doc)
		if h.Malformed > 0 || !has(cs, vendors.Mention, "Acme Agent") || !has(cs, vendors.Homepage, "https://acme.example") || !has(cs, vendors.Homepage, "https://acme.example/doap") {
			t.Errorf("%s: %s, %+v, %v", name, why, cs, h.Warnings)
		}
	}
	for name, doc := range map[string]string{
		"RDF, text":                    rdf + `<artifactOf>Acme Agent</artifactOf></File></rdf:RDF>`,
		"tag-value, outside of a file": "SPDXVersion: SPDX-2.1\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nArtifactOfProjectName: Acme Agent\n",
		"tag-value, misspelt":          "SPDXVersion: SPDX-2.1\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nFileName: f\nSPDXID: SPDXRef-f\nArtifactofProjectName: Acme Agent\n",
	} {
		if _, h, _ := outcome(t, doc); h.Malformed == 0 {
			t.Errorf("%s: not counted", name)
		}
	}
}

// References of types that Bower or the document itself defines.
func TestOwnReferenceTypes(t *testing.T) {
	for _, tt := range []struct{ category, typ, locator, want string }{
		{"PACKAGE-MANAGER", "bower", "jquery#1.0", "mention product jquery"},
		{"PACKAGE-MANAGER", "bower", "acme/agent#1.0", "namespace purl pkg:github/acme/agent"},
		{"PACKAGE-MANAGER", "bower", "https://github.com/acme/agent.git#1.0", "reference url https://github.com/acme/agent.git#1.0"},
		{"PACKAGE-MANAGER", "bower", "git@github.com:acme/agent.git", "reference url git@github.com:acme/agent.git"},
		{"OTHER", "manufacturer", "Acme Ltd", "author name Acme Ltd"},
		{"OTHER", "LocationRef-Supplier", "Acme Ltd", "author name Acme Ltd"},
		{"OTHER", "http://spdx.org/spdxdocs/x#vendor", "Acme Ltd", "author name Acme Ltd"},
		{"OTHER", "note", "Acme Ltd", "mention text Acme Ltd"},
		{"OTHER", "manufacturer-page", "https://acme.example", "mention url https://acme.example"},
	} {
		cs, h, _ := outcome(t, spdx(`"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE","externalRefs":[{"referenceCategory":"`+tt.category+`","referenceType":"`+tt.typ+`","referenceLocator":"`+tt.locator+`"}]}]`))
		found := false
		for _, c := range cs[0].Claims {
			found = found || tt.want == string(c.Role)+" "+string(c.Kind)+" "+c.Value
		}
		if !found || h.Malformed > 0 {
			t.Errorf("%s %s: want %q, got %+v, %v", tt.typ, tt.locator, tt.want, cs[0].Claims, h.Warnings)
		}
	}
}
