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
