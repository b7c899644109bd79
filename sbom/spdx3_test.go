// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

func TestSPDX3(t *testing.T) {
	got, h := summary(t, "testdata/suite.spdx3.json")
	golden.Check(t, "testdata/suite.spdx3.golden", []byte(got))
	if len(h.DocumentRefs) != 1 || h.DocumentRefs[0].Digests["sha256"] != "ab" {
		t.Errorf("links %+v", h.DocumentRefs)
	}
	if strings.Contains(got, "Maker of the document") || strings.Contains(got, "Finder") {
		t.Error("the document's maker or a vulnerability's finder is taken for a vendor")
	}
}

func TestSPDX3Evasion(t *testing.T) {
	const context = `"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"`
	const kaspersky = `{"type":"Organization","spdxId":"urn:k","name":"Kaspersky Lab"}`
	graph := func(elements ...string) string {
		return `{` + context + `,"@graph":[` + strings.Join(elements, ",") + `]}`
	}
	pkg := func(members string) string {
		return `{"type":"software_Package","spdxId":"urn:p","name":"kav",` + members + `}`
	}
	agents := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf(`{"type":"Organization","spdxId":"urn:%d","name":"Acme %d"}`, i+1, i+1))
		}
		return all
	}
	for _, tt := range []struct{ name, doc, want string }{
		{"plain", graph(pkg(`"suppliedBy":"urn:k"`), kaspersky), "found"},
		{"agent first", graph(kaspersky, pkg(`"suppliedBy":"urn:k"`)), "found"},
		{"escaped name", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":"\u004baspersky Lab"}`), "found"},
		{"inline", graph(pkg(`"suppliedBy":` + kaspersky)), "found"},
		{"inline without id", graph(pkg(`"suppliedBy":{"type":"Organization","name":"Kaspersky Lab"}`)), "found"},
		{"list", graph(pkg(`"suppliedBy":["urn:x","urn:k"]`), kaspersky), "found"},
		{"name as a value object", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":{"@value":"Kaspersky Lab","@language":"en"}}`), "found"},
		{"agent within a relationship", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Relationship","spdxId":"urn:r","to":[`+kaspersky+`]}`), "found"},
		{"agent within an unknown field", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Thing","x":{"y":[`+kaspersky+`]}}`), "found"},
		{"package within a relationship", graph(kaspersky, `{"type":"Relationship","to":[`+pkg(`"suppliedBy":"urn:k"`)+`]}`), "found"},
		{"type last", graph(`{"suppliedBy":"urn:k","type":"software_Package"}`, `{"name":"Kaspersky Lab","spdxId":"urn:k","type":"Organization"}`), "found"},
		{"keywords of JSON-LD", graph(`{"@type":"software_Package","@id":"urn:p","suppliedBy":"urn:k"}`, `{"@type":"Organization","@id":"urn:k","name":"Kaspersky Lab"}`), "found"},
		{"address as a type", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"https://spdx.org/rdf/3.0.1/terms/Core/Organization","spdxId":"urn:k","name":"Kaspersky Lab"}`), "found"},
		{"available from", graph(pkg(`"name2":1`), kaspersky, `{"type":"Relationship","from":"urn:p","relationshipType":"availableFrom","to":["urn:k"]}`), "found"},
		{"of two types", graph(`{"type":["security_Vulnerability","software_Package"],"suppliedBy":"urn:k"}`, kaspersky), "found"},
		{"available from, of several", graph(pkg(`"x":1`), kaspersky, `{"type":"Relationship","from":["urn:p","urn:q"],"relationshipType":"availableFrom","to":["urn:k"]}`), "found"},
		{"package within an extension", graph(kaspersky, `{"type":"Relationship","extension":[`+pkg(`"suppliedBy":"urn:k"`)+`]}`), "found"},
		{"unknown type", graph(`{"type":"acme_Widget","suppliedBy":"urn:k"}`, kaspersky), "found"},
		{"http context", `{"@context":"http://spdx.org/rdf/3.0.0/spdx-context.jsonld","@graph":[` + pkg(`"suppliedBy":"urn:k"`) + `,` + kaspersky + `]}`, "found"},
		{"list of contexts", `{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld"],"@graph":[` + pkg(`"suppliedBy":"urn:k"`) + `,` + kaspersky + `]}`, "found"},
		{"context last", `{"@graph":[` + pkg(`"suppliedBy":"urn:k"`) + `,` + kaspersky + `],` + context + `}`, "found"},
		{"no graph", `{` + context + `,"type":"software_Package","name":"kav","suppliedBy":` + kaspersky + `}`, "found"},

		{"identifier of its own", graph(`{"type":"software_Package","spdxId":"urn:p","name":"kav","externalIdentifier":["urn:i"],"suppliedBy":"urn:k"}`, `{"type":"ExternalIdentifier","spdxId":"urn:i","externalIdentifierType":"purl","identifier":"pkg:npm/%40kaspersky/kav@1"}`, kaspersky), "found"},
		{"identifier elsewhere", graph(pkg(`"externalIdentifier":["urn:i"]`)), "malformed"},
		{"two identifiers of one id", graph(pkg(`"externalIdentifier":["urn:i"]`), `{"type":"ExternalIdentifier","spdxId":"urn:i","identifier":"a"}`, `{"type":"ExternalIdentifier","spdxId":"urn:i","identifier":"b"}`), "error"},
		{"two agents of one id", graph(pkg(`"suppliedBy":"urn:k"`), kaspersky, `{"type":"Organization","spdxId":"urn:k","name":"Acme"}`), "found"},
		{"agent and package of one id", graph(pkg(`"suppliedBy":"urn:k"`), kaspersky, `{"type":"software_Package","spdxId":"urn:k","name":"Acme"}`), "error"},
		{"two packages of one id", graph(pkg(`"suppliedBy":"urn:k"`), pkg(`"suppliedBy":"urn:k"`), kaspersky), "error"},
		{"agent in two nodes", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":"Acme"}`, `{"@id":"urn:k","name":"Kaspersky Lab"}`), "found"},
		{"agent in two nodes, the typed one last", graph(pkg(`"suppliedBy":"urn:k"`), `{"@id":"urn:k","name":"Kaspersky Lab"}`, `{"type":"Organization","spdxId":"urn:k"}`), "found"},
		{"agent without a type", graph(pkg(`"suppliedBy":"urn:k"`), `{"@id":"urn:k","name":"Acme"}`), "malformed"},
		{"list of names", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":["Acme","Kaspersky Lab"]}`), "found"},
		{"name beyond those that are kept", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":["a","b","c","d","Kaspersky Lab"]}`), "malformed"},
		{"a long name", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k","name":"`+strings.Repeat("a", 2040)+` Kaspersky Lab"}`), "malformed"},
		{"supplier beyond those that are kept", graph(append([]string{kaspersky, pkg(`"suppliedBy":["urn:1","urn:2","urn:3","urn:4","urn:5","urn:6","urn:7","urn:8","urn:9","urn:10","urn:11","urn:12","urn:13","urn:14","urn:15","urn:16","urn:k"]`)}, agents(16)...)...), "malformed"},
		{"supplier after itself", graph(append([]string{kaspersky, pkg(`"suppliedBy":["urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:1","urn:k"]`)}, agents(1)...)...), "found"},
		{"list in a list", graph(kaspersky, `{"type":"Relationship","x":[[`+pkg(`"suppliedBy":"urn:k"`)+`]]}`), "found"},
		{"package within a hash", graph(kaspersky, `{"type":"software_File","verifiedUsing":[`+pkg(`"suppliedBy":"urn:k"`)+`]}`), "found"},
		{"package within an external reference", graph(kaspersky, `{"type":"software_File","externalRef":[{"x":`+pkg(`"suppliedBy":"urn:k"`)+`}]}`), "found"},
		{"graph within a graph", graph(kaspersky, `{"@graph":[`+pkg(`"suppliedBy":"urn:k"`)+`]}`), "found"},
		{"no context", `{"@graph":[` + pkg(`"suppliedBy":"urn:k"`) + `]}`, "error"},
		{"another context", `{"@context":"https://example.org/","@graph":[` + pkg(`"suppliedBy":"urn:k"`) + `]}`, "error"},
		{"version 3.1", `{"@context":"https://spdx.org/rdf/3.1/spdx-context.jsonld","@graph":[]}`, "error"},
		{"version 4", graph(`{"type":"CreationInfo","specVersion":"4.0.0"}`), "error"},
		{"supplier twice", graph(pkg(`"suppliedBy":"urn:k","suppliedBy":"urn:x"`), kaspersky), "error"},

		{"agent elsewhere", graph(pkg(`"suppliedBy":"urn:elsewhere"`)), "malformed"},
		{"agent without a name", graph(pkg(`"suppliedBy":"urn:k"`), `{"type":"Organization","spdxId":"urn:k"}`), "malformed"},
		{"own context", `{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.jsonld",{"maker":"https://spdx.org/rdf/3.0.1/terms/Core/suppliedBy"}],"@graph":[` + pkg(`"maker":"urn:k"`) + `]}`, "malformed"},
		{"context of an element", graph(pkg(`"@context":{"name":"urn:x"}`)), "malformed"},
		{"address as a name", graph(pkg(`"https://spdx.org/rdf/3.0.1/terms/Core/suppliedBy":"urn:k"`), kaspersky), "malformed"},
		{"letter case", graph(pkg(`"SuppliedBy":"urn:k"`), kaspersky), "malformed"},
		{"number", graph(pkg(`"suppliedBy":5`)), "malformed"},
		{"null element", graph(`null`, pkg(`"x":1`)), "malformed"},
	} {
		if got, why := fate(t, tt.doc); got != tt.want {
			t.Errorf("%s: %s; want %s (%s)", tt.name, got, tt.want, why)
		}
	}
}

// A file with an identifier is screened; an agent with one is not a component.
func TestSPDX3File(t *testing.T) {
	id := func(typ string) string {
		return `{"type":"` + typ + `","spdxId":"urn:f","name":"x","externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"packageUrl","identifier":"pkg:npm/%40acme/x@1"}]}`
	}
	for typ, want := range map[string]int{"software_File": 1, "acme_Thing": 1, "Organization": 0, "security_Vulnerability": 0} {
		cs, _ := parse(t, `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[`+id(typ)+`]}`)
		if len(cs) != want {
			t.Errorf("%s: %d components, want %d", typ, len(cs), want)
		}
	}
}

// What identifies an agent besides its name, what is in properties, and the source of a build.
func TestSPDX3OtherPlaces(t *testing.T) {
	const doc = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[`
	agent := func(members string) string {
		return doc + `{"type":"software_Package","spdxId":"urn:p","name":"n","suppliedBy":"urn:k"},{"type":"Organization","spdxId":"urn:k","name":"K",` + members + `},
			{"type":"ExternalIdentifier","spdxId":"urn:e","externalIdentifierType":"email","identifier":"info@acme.example"},
			{"type":"ExternalIdentifier","spdxId":"urn:o","externalIdentifierType":"other","identifier":"Acme Ltd"}]}`
	}
	owned := func(element, name, value string) string {
		return doc + `{` + element + `,"spdxId":"urn:p","name":"n","extension":[{"type":"extension_CdxPropertiesExtension","extension_cdxProperty":[
			{"type":"extension_CdxPropertyEntry","extension_cdxPropName":"` + name + `","extension_cdxPropValue":"` + value + `"}]}]}]}`
	}
	const pkg, place = `"type":"software_Package"`, "/@graph/0/extension/0/extension_cdxProperty/0/extension_cdxPropValue"
	build := func(uri string) string {
		return doc + `{"type":"build_Build","spdxId":"urn:b","build_configSourceUri":["` + uri + `"]}]}`
	}
	for _, tt := range []struct{ doc, want string }{
		{agent(`"externalRef":[{"externalRefType":"altWebPage","locator":["https://acme.example"]}]`), "supplier url https://acme.example /@graph/1/externalRef/0/locator"},
		{agent(`"externalRef":[{"externalRefType":"support","locator":["https://acme.example"]}]`), "mention url https://acme.example /@graph/1/externalRef/0/locator"},
		{agent(`"externalIdentifier":[{"externalIdentifierType":"other","identifier":"https://acme.example"}]`), "supplier url https://acme.example /@graph/1/externalIdentifier/0/identifier"},
		{agent(`"externalIdentifier":[{"externalIdentifierType":"other","identifier":"Acme Ltd"}]`), "mention text Acme Ltd /@graph/1/externalIdentifier/0/identifier"},
		{agent(`"externalIdentifier":[{"externalIdentifierType":"other","identifier":"17","identifierLocator":["https://acme.example/17"]}]`), "mention url https://acme.example/17 /@graph/1/externalIdentifier/0/identifierLocator"},
		{agent(`"externalIdentifier":["urn:e"]`), "supplier email info@acme.example /@graph/2/identifier"},
		{agent(`"externalIdentifier":["urn:o"]`), "mention text Acme Ltd /@graph/3/identifier"},
		{agent(`"externalIdentifier":["urn:elsewhere"]`), "malformed"},
		{owned(pkg, "vendor", "Acme Ltd"), "author name Acme Ltd " + place},
		{owned(pkg, "syft:metadata:vendor", "Acme Ltd"), "manufacturer name Acme Ltd " + place},
		{owned(pkg, "properties.syft:metadata:vendor", "Acme Ltd"), "manufacturer name Acme Ltd " + place},
		{owned(pkg, "group", "@acme"), "author group @acme " + place},
		{owned(pkg, "note", "Acme Ltd"), "mention text Acme Ltd " + place},
		{owned(pkg, "note", "pkg:npm/%40acme/x@1"), "author purl pkg:npm/%40acme/x@1 " + place},
		{owned(pkg, "supplier", `{\"name\":\"Acme Ltd\"}`), "malformed"},
		{owned(`"type":"software_File"`, "vendor", "Acme Ltd"), "author name Acme Ltd " + place},
		{owned(`"type":"SpdxDocument"`, "vendor", "Acme Ltd"), "malformed"},
		{owned(`"type":"Organization"`, "vendor", "Acme Ltd"), "malformed"},
		{doc + `{"type":"extension_CdxPropertiesExtension","extension_cdxProperty":{"extension_cdxPropName":"vendor","extension_cdxPropValue":"Acme Ltd"}}]}`, "malformed"},
		{build("https://github.com/acme/x"), "reference url https://github.com/acme/x /@graph/0/build_configSourceUri"},
		{build("urn:f"), ""},
	} {
		cs, h := parse(t, tt.doc)
		found := tt.want == "malformed" && h.Malformed > 0 || tt.want == "" && len(cs) == 0
		for _, c := range cs {
			for _, l := range c.Claims {
				found = found || tt.want == fmt.Sprint(l.Role, " ", l.Kind, " ", l.Value, " ", l.Location.Pointer)
			}
		}
		if !found || tt.want != "malformed" && h.Malformed > 0 {
			t.Errorf("%s: want %q, got %+v, %v", tt.doc, tt.want, cs, h.Warnings)
		}
	}
	cs, _ := parse(t, build("https://github.com/acme/x"))
	if len(cs) != 1 || !cs[0].Pedigree || cs[0].Type != "build" {
		t.Errorf("a build: %+v", cs)
	}
}

// Microsoft's sbom-tool writes identifiers as elements of their own.
func TestSPDX3Identifiers(t *testing.T) {
	cs, h := parse(t, `{"@context":["https://spdx.org/rdf/3.0.1/spdx-context.json"],"@graph":[
		{"name":"x","externalIdentifier":["SPDXRef-E"],"spdxId":"SPDXRef-P","type":"software_Package"},
		{"externalIdentifierType":"purl","identifier":"pkg:npm/%40acme/x@1","spdxId":"SPDXRef-E","type":"ExternalIdentifier"}]}`)
	if len(cs) != 1 || cs[0].PURL != "pkg:npm/%40acme/x@1" || h.Malformed != 0 || !has(cs, vendors.Namespace, "pkg:npm/%40acme/x@1") {
		t.Errorf("%+v %v", cs, h.Warnings)
	}
	for _, c := range cs[0].Claims {
		if c.Kind == vendors.KindPURL && c.Location.Pointer != "/@graph/1/identifier" {
			t.Errorf("the identifier is at %s", c.Location.Pointer)
		}
	}
}

// The memory for the second reading is compressed and limited.
func TestSPDX3SecondReadingIsLimited(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[`)
	const n = 20_000
	for range n {
		b.WriteString(`{"type":"software_Package","name":"kav","description":"` + strings.Repeat("words ", 20) + `","suppliedBy":"urn:k"},`)
	}
	b.WriteString(`{"type":"Organization","spdxId":"urn:k","name":"Kaspersky Lab"}]}`)
	cs, err := read(sbom.NewReader(strings.NewReader(b.String()), nil))
	if err != nil || len(cs) != n || !has(cs[n-1:], vendors.Supplier, "Kaspersky Lab") {
		t.Errorf("%d components, %v", len(cs), err)
	}
}
