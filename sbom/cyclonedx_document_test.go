// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"strings"
	"testing"
)

// What the document and its metadata say about makers is read, and what a vulnerability affects.
func TestMakersOutsideOfComponents(t *testing.T) {
	const part = `"components":[{"type":"library","name":"n"}],`
	for _, tt := range []struct{ name, members, want string }{
		{"metadata", part + `"metadata":{"properties":[{"name":"manufacturer","value":"Acme"},{"name":"x","value":"y"}]}`, "author name Acme"},
		{"metadata, label of an image", part + `"metadata":{"properties":[{"name":"syft:image:labels:vendor","value":"Acme"}]}`, "supplier name Acme"},
		{"metadata, with a component", part + `"metadata":{"properties":[{"name":"manufacturer","value":"Acme"}],"component":{"name":"p","type":"application"}}`, "author name Acme"},
		{"metadata, other properties", part + `"metadata":{"properties":[{"name":"cdx:bom:componentTypes","value":"npm"}]}`, ""},
		{"document", part + `"properties":[{"name":"cdx:supplier","value":"Acme"}]`, "supplier name Acme"},
		{"document, other properties", part + `"properties":[{"name":"x","value":"y"}]`, ""},
		{"document, references", part + `"externalReferences":[{"type":"vcs","url":"https://github.com/acme/x"},{"type":"website","url":"https://acme.example"},{"type":"support","url":"https://help.example"}]`,
			"homepage url https://github.com/acme/x; homepage url https://acme.example"},
		{"affected", part + `"vulnerabilities":[{"id":"CVE-1","affects":[{"ref":"pkg:npm/%40acme/x@1"},{"ref":"urn:cdx:0/1#x"}]}]`, "namespace purl pkg:npm/%40acme/x@1"},
	} {
		got, h := makers(t, cdx(tt.members))
		if got != tt.want || h.Malformed != 0 || h.UnresolvedRefs != 0 {
			t.Errorf("%s: %q, malformed %d, references %d; want %q: %v", tt.name, got, h.Malformed, h.UnresolvedRefs, tt.want, h.Warnings)
		}
	}
}

// The same in XML.
func TestMakersOutsideOfComponentsInXML(t *testing.T) {
	got, h := makers(t, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><properties><property name="manufacturer">Acme</property></properties></metadata>
		<components><component type="library"><name>n</name></component></components><properties><property name="cdx:supplier">Acme</property></properties>
		<vulnerabilities><vulnerability><affects><target><ref>pkg:npm/%40acme/x@1</ref></target></affects></vulnerability></vulnerabilities></bom>`)
	if want := "author name Acme; supplier name Acme; namespace purl pkg:npm/%40acme/x@1"; got != want || h.Malformed != 0 {
		t.Errorf("%q, malformed %d; want %q", got, h.Malformed, want)
	}
}

// A document with no component of its own is not complete, whatever else it says.
func TestNoComponents(t *testing.T) {
	for _, members := range []string{
		`"properties":[{"name":"cdx:supplier","value":"Acme"}]`,
		`"metadata":{"supplier":{"name":"Acme"}},"properties":[{"name":"cdx:supplier","value":"Acme"}]`,
		`"externalReferences":[{"type":"vcs","url":"https://github.com/acme/x"}]`,
		`"vulnerabilities":[{"affects":[{"ref":"pkg:npm/x@1"}]}]`,
	} {
		if _, h, why := outcome(t, cdx(members)); h.Malformed != 1 {
			t.Errorf("%s: %s, want one fault", members, why)
		}
	}
	_, h, _ := outcome(t, cdx(`"metadata":{"component":{"name":"p","type":"device"}},"properties":[{"name":"cdx:supplier","value":"Acme"}]`))
	if !h.NoParts {
		t.Error("a property of the document is no part")
	}
}

// A BOM-Link in a reference of any type leads to parts that are not here, unless it is to the document
// itself or to a statement about vulnerabilities.
func TestBOMLinkInReferences(t *testing.T) {
	const serial = "3e671687-395b-41f5-a30f-a58921a69b79"
	for _, tt := range []struct {
		typ, link string
		refs      int
	}{
		{"other", "urn:cdx:" + serial + "/1", 1}, {"documentation", "urn:cdx:" + serial + "/1#x", 1}, {"bom", "https://x.example/bom.json", 1},
		{"exploitability-statement", "urn:cdx:" + serial + "/1", 0}, {"documentation", "https://x.example", 0},
		{"other", "urn:cdx:" + strings.Repeat("0", 36) + "/1", 0},
	} {
		reference := `"externalReferences":[{"type":"` + tt.typ + `","url":"` + tt.link + `"}]`
		for _, members := range []string{`"components":[{"type":"library","name":"n",` + reference + `}]`, `"components":[{"type":"library","name":"n"}],` + reference} {
			if _, h, why := outcome(t, cdx(`"serialNumber":"urn:uuid:`+strings.Repeat("0", 36)+`",`+members)); h.UnresolvedRefs != tt.refs {
				t.Errorf("%s: %s; %d references, want %d", members, why, h.UnresolvedRefs, tt.refs)
			}
		}
	}
}

// The addresses and identifiers of what a build used are components that are not in the product itself,
// in JSON and in XML.
func TestWorkflows(t *testing.T) {
	const part = `"components":[{"type":"library","name":"n"}],`
	const vcs = `{"externalReference":{"type":"vcs","url":"https://github.com/acme/x"}}`
	const xmlVCS = `<externalReference type="vcs"><url>https://github.com/acme/x</url></externalReference>`
	xml := func(workflow string) string {
		return `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>n</name></component></components>
			<formulation><formula><workflows><workflow bom-ref="w">` + workflow + `</workflow></workflows></formula></formulation></bom>`
	}
	json := func(workflow string) string { return cdx(part + `"formulation":[{"workflows":[{` + workflow + `}]}]`) }
	for _, tt := range []struct{ doc, want string }{
		{json(`"inputs":[{"resource":` + vcs + `}]`), "reference https://github.com/acme/x"},
		{json(`"tasks":[{"inputs":[{"source":` + vcs + `}]}]`), "reference https://github.com/acme/x"},
		{json(`"trigger":{"event":{"target":` + vcs + `}}`), "reference https://github.com/acme/x"},
		{json(`"workspaces":[{"resourceReferences":[` + vcs + `]}]`), "reference https://github.com/acme/x"},
		{json(`"resourceReferences":[{"ref":"pkg:npm/%40acme/x@1"}]`), "namespace pkg:npm/%40acme/x@1"},
		{json(`"resourceReferences":[{"ref":"missing"}]`), ""},
		{json(`"inputs":[{"resource":{"externalReference":{"type":"support","url":"https://acme.example"}}}]`), ""},
		{xml(`<inputs><input><resource>` + xmlVCS + `</resource></input></inputs>`), "reference https://github.com/acme/x"},
		{xml(`<tasks><task bom-ref="t"><outputs><output><target>` + xmlVCS + `</target></output></outputs></task></tasks>`), "reference https://github.com/acme/x"},
		{xml(`<resourceReferences><resourceReference><ref>pkg:npm/%40acme/x@1</ref></resourceReference></resourceReferences>`), "namespace pkg:npm/%40acme/x@1"},
	} {
		cs, h, why := outcome(t, tt.doc)
		got := ""
		for _, c := range cs[1:] {
			for _, claim := range c.Claims {
				if !c.Pedigree {
					t.Errorf("%s: the component is in the product", tt.doc)
				}
				got += string(claim.Role) + " " + claim.Value
			}
		}
		if got != tt.want || h.Malformed != 0 {
			t.Errorf("%s: %q, %s; want %q", tt.doc, got, why, tt.want)
		}
	}
}

// A set of training data that the document does not have is counted.
func TestReferenceToData(t *testing.T) {
	model := func(ref string) string {
		return cdx(`"components":[{"type":"machine-learning-model","name":"n","bom-ref":"m","modelCard":{"modelParameters":{"datasets":[{"ref":"` + ref + `"}]}}},
			{"type":"data","name":"d","data":[{"type":"dataset","bom-ref":"set"}]}]`)
	}
	for ref, want := range map[string]int{"set": 0, "m": 0, "missing": 1} {
		if _, h, why := outcome(t, model(ref)); h.Malformed != want {
			t.Errorf("%s: %s", ref, why)
		}
	}
	for ref, want := range map[string]int{"set": 0, "missing": 1} {
		_, h, why := outcome(t, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="machine-learning-model"><name>n</name>
			<modelCard><modelParameters><datasets><ref>`+ref+`</ref></datasets></modelParameters></modelCard></component>
			<component type="data"><name>d</name><data bom-ref="set"><type>dataset</type></data></component></components></bom>`)
		if h.Malformed != want {
			t.Errorf("XML, %s: %s", ref, why)
		}
	}
}
