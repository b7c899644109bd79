// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// A text of SPDX that is a node in RDF is read from the node, and counted if the node has no text.
func TestRDFTextAsNode(t *testing.T) {
	pkg := func(properties, rest string) string {
		return `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#" xmlns:foaf="http://xmlns.com/foaf/0.1/">
<spdx:SpdxDocument rdf:about="http://x.example/d#SPDXRef-DOCUMENT"><spdx:specVersion>SPDX-2.3</spdx:specVersion></spdx:SpdxDocument>
<spdx:Package rdf:about="http://x.example/d#SPDXRef-a"><spdx:name>a</spdx:name><spdx:downloadLocation rdf:resource="http://spdx.org/rdf/terms#noassertion"/>` +
			properties + `</spdx:Package>` + rest + `</rdf:RDF>`
	}
	const kaspersky = `<foaf:Organization><foaf:name>Kaspersky Lab</foaf:name></foaf:Organization>`
	for _, tt := range []struct{ name, doc, want string }{
		{"text", pkg(`<spdx:supplier>Organization: Kaspersky Lab</spdx:supplier>`, ""), "supplier Kaspersky Lab; malformed=0"},
		{"node", pkg(`<spdx:supplier>`+kaspersky+`</spdx:supplier>`, ""), "supplier Kaspersky Lab; malformed=0"},
		{"name as an attribute", pkg(`<spdx:originator><foaf:Organization foaf:name="Kaspersky Lab"/></spdx:originator>`, ""), "manufacturer Kaspersky Lab; malformed=0"},
		{"reference", pkg(`<spdx:supplier rdf:resource="http://x.example/d#k"/>`, `<foaf:Organization rdf:about="http://x.example/d#k"><foaf:name>Kaspersky Lab</foaf:name></foaf:Organization>`), "supplier Kaspersky Lab; malformed=0"},
		{"reference called like no assertion", pkg(`<spdx:supplier rdf:resource="http://x.example/d#noassertion"/>`, `<foaf:Organization rdf:about="http://x.example/d#noassertion"><foaf:name>Kaspersky Lab</foaf:name></foaf:Organization>`), "supplier Kaspersky Lab; malformed=0"},
		{"blank node", pkg(`<spdx:supplier rdf:nodeID="k"/>`, `<rdf:Description rdf:nodeID="k"><rdf:value>Organization: Kaspersky Lab</rdf:value></rdf:Description>`), "supplier Kaspersky Lab; malformed=0"},
		{"container", pkg(`<spdx:supplier><rdf:Bag><rdf:li>Organization: Acme</rdf:li><rdf:_2>Organization: Kaspersky Lab</rdf:_2></rdf:Bag></spdx:supplier>`, ""), "supplier Acme; supplier Kaspersky Lab; malformed=0"},
		{"literal", pkg(`<spdx:supplier rdf:parseType="Literal">Organization: Kaspersky Lab</spdx:supplier>`, ""), "supplier Kaspersky Lab; malformed=0"},
		{"resource", pkg(`<spdx:supplier rdf:parseType="Resource"><foaf:name>Kaspersky Lab</foaf:name></spdx:supplier>`, ""), "supplier Kaspersky Lab; malformed=0"},
		{"collection", pkg(`<spdx:supplier rdf:parseType="Collection">`+kaspersky+`</spdx:supplier>`, ""), "supplier Kaspersky Lab; malformed=0"},
		{"address", pkg(`<spdx:supplier><foaf:Agent><foaf:mbox rdf:resource="mailto:a@kaspersky.com"/></foaf:Agent></spdx:supplier>`, ""), "supplier a@kaspersky.com; malformed=0"},
		{"contributor", pkg(`<spdx:hasFile><spdx:File rdf:about="http://x.example/d#SPDXRef-f"><spdx:fileName>f</spdx:fileName><spdx:fileContributor>`+kaspersky+`</spdx:fileContributor></spdx:File></spdx:hasFile>`, ""), "author Kaspersky Lab; malformed=0"},
		{"locator", pkg(`<spdx:externalRef><spdx:ExternalRef><spdx:referenceType rdf:resource="http://spdx.org/rdf/references/purl"/><spdx:referenceLocator><rdf:Description><rdf:value>pkg:npm/%40kaspersky/x@1</rdf:value></rdf:Description></spdx:referenceLocator></spdx:ExternalRef></spdx:externalRef>`, ""), "namespace pkg:npm/%40kaspersky/x@1; malformed=0"},

		{"no such node", pkg(`<spdx:supplier rdf:resource="http://x.example/d#k"/>`, ""), "supplier http://x.example/d#k; malformed=1"},
		{"no such blank node", pkg(`<spdx:supplier rdf:nodeID="k"/>`, ""), "malformed=1"},
		{"nothing but a type", pkg(`<spdx:supplier><foaf:Organization/></spdx:supplier>`, ""), "malformed=1"},
		{"other properties", pkg(`<spdx:supplier><foaf:Organization><foaf:name>Acme</foaf:name><foaf:holding>Kaspersky Lab</foaf:holding></foaf:Organization></spdx:supplier>`, ""), "supplier Acme; supplier Kaspersky Lab; malformed=1"},
		{"in a circle", pkg(`<spdx:supplier rdf:nodeID="k"/>`, `<rdf:Description rdf:nodeID="k"><rdf:value rdf:nodeID="k"/><rdf:li rdf:nodeID="k"/></rdf:Description>`), "malformed=1"},
		{"no assertion", pkg(`<spdx:supplier rdf:resource="http://spdx.org/rdf/terms#noassertion"/>`, ""), "malformed=0"},
	} {
		cs, h, why := outcome(t, tt.doc)
		got := ""
		for _, c := range cs {
			for _, claim := range c.Claims {
				if claim.Role.IsOrigin() || claim.Role == vendors.Author || claim.Role == vendors.Namespace {
					got += fmt.Sprintf("%s %s; ", claim.Role, claim.Value)
				}
			}
		}
		if got += fmt.Sprintf("malformed=%d", h.Malformed); got != tt.want {
			t.Errorf("%s: %s, want %s (%s)", tt.name, got, tt.want, why)
		}
	}
}

// The text of a node that many properties refer to does not multiply: neither in claims nor in
// warnings.
func TestRDFSharedText(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	const head = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument>`
	doc := func(packages, length int) string {
		var b strings.Builder
		b.WriteString(head + `<rdf:Description rdf:nodeID="k"><rdf:value>` + strings.Repeat("x", length) + `</rdf:value></rdf:Description>`)
		for i := range packages {
			fmt.Fprintf(&b, `<Package rdf:about="#a%d"><name>n</name><supplier rdf:nodeID="k"/></Package>`, i)
		}
		return b.String() + `</rdf:RDF>`
	}
	cs, h := parse(t, doc(300, 400_000))
	total := 0
	for _, c := range cs {
		for _, claim := range c.Claims {
			total += len(claim.Value)
		}
	}
	for _, w := range h.Warnings {
		total += len(w.Message)
	}
	if total > 4<<20 || h.Malformed < 300 {
		t.Errorf("%d bytes of claims and warnings, malformed %d", total, h.Malformed)
	}
	if _, err := read(sbom.NewReader(strings.NewReader(doc(20_000, 4000)), nil)); !errors.Is(err, sbom.ErrLimit) {
		t.Errorf("80 MB of shared text: %v", err)
	}
}
