// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"strings"
	"testing"
)

// Half a character is a warning in a string that cannot identify a vendor, and malformed in one that
// can.
func TestHalfCharacter(t *testing.T) {
	const half = `"a\ud800b"`
	component := func(member string) string { return cdx(`"components":[{"type":"library",` + member + `}]`) }
	pkg := func(member string) string {
		return spdx(`"packages":[{"SPDXID":"SPDXRef-a","downloadLocation":"NONE",` + member + `}]`)
	}
	spdx3 := func(member string) string {
		return `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"software_Package","spdxId":"urn:a",` + member + `}]}`
	}
	for _, tt := range []struct {
		doc       string
		malformed int
	}{
		{component(`"name":"n","description":` + half), 0},
		{component(`"name":"n","version":` + half), 0},
		{component(`"name":"n","properties":[{"name":"note","value":` + half + `}]`), 0},
		{component(`"name":"n","properties":[{"name":` + half + `,"value":"x"}]`), 0},
		{component(`"name":"n","externalReferences":[{"type":"other","url":` + half + `}]`), 0},
		{component(`"name":"n","evidence":{"identity":[{"field":"hash","methods":[{"value":` + half + `}]}]}`), 0},
		{cdx(`"serialNumber":` + half + `,"components":[{"type":"library","name":"n"}]`), 0},
		{cdx(`"components":[{"type":"library","name":"n","bom-ref":` + half + `}],"dependencies":[{"ref":` + half + `,"dependsOn":[` + half + `]}],"vulnerabilities":[{"bom-ref":` + half + `}]`), 0},
		{component(`"name":` + half), 1},
		{component(`"name":"n","publisher":` + half), 1},
		{component(`"name":"n","properties":[{"name":"syft:metadata:vendor","value":` + half + `}]`), 1},
		{component(`"name":"n","properties":[{"value":` + half + `,"name":"syft:metadata:vendor"}]`), 1},
		{component(`"name":"n","externalReferences":[{"url":"https://x.example/a\ud800","type":"vcs"}]`), 1},
		{component(`"name":"n","evidence":{"identity":[{"concludedValue":` + half + `,"field":"group"}]}`), 1},

		{pkg(`"name":"n","summary":` + half), 0},
		{pkg(`"name":"n","versionInfo":` + half), 0},
		{strings.TrimSuffix(pkg(`"name":"n"`), "}") + `,"documentNamespace":` + half + `,"files":[{"SPDXID":"SPDXRef-f","fileName":` + half + `,"copyrightText":` + half + `}]}`, 0},
		{pkg(`"name":"n","supplier":` + half), 1},
		{pkg(`"name":` + half), 1},

		{spdx3(`"name":"n","software_packageVersion":` + half + `,"comment":` + half + `,"x":` + half), 0},
		{spdx3(`"name":` + half), 1},

		{`{"artifacts":[{"name":"n","metadata":{"description":` + half + `}}]}`, 0},
		{`{"artifacts":[{"name":"n","metadata":{"vendor":` + half + `}}]}`, 1},
		{`{"artifacts":[{"name":"n","metadata":{"VersionResources":[{"key":"CompanyName","value":` + half + `}]}}]}`, 1},
	} {
		cs, h, why := outcome(t, tt.doc)
		if len(cs) == 0 || (h.Malformed > 0) != (tt.malformed > 0) || len(h.Warnings) == 0 {
			t.Errorf("%s: %s, want malformed=%d and a warning", tt.doc, why, tt.malformed)
		}
	}
}

// A message about XML or RDF names its elements and not the values of the JSON form.
func TestStandIns(t *testing.T) {
	_, h, _ := outcome(t, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6" xmlns:o="urn:o"><components><component type="library"><name>n</name></component><o:component><o:name>k</o:name></o:component></components></bom>`)
	if len(h.Warnings) == 0 || !strings.Contains(h.Warnings[0].Message, "an element that the format does not have there") {
		t.Errorf("XML: %v", h.Warnings)
	}
	for _, w := range h.Warnings {
		if strings.Contains(w.Message, "boolean") {
			t.Errorf("XML: %v", w)
		}
	}
}
