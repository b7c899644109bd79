// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"strings"
	"testing"
)

// A reference to a file, or from a relationship of Syft, is counted if what it refers to is missing, in
// every encoding.
func TestReferencesToMissingFiles(t *testing.T) {
	const tag = "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nPackageName: n\nSPDXID: SPDXRef-a\nPackageDownloadLocation: NONE\nFileName: f\nSPDXID: SPDXRef-f\nSnippetSPDXID: SPDXRef-s\nSnippetFromFileSPDXID: "
	rdf := func(property, more string) string {
		return `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="x#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument>
			<Package rdf:about="x#a"><name>n</name>` + property + `</Package><File rdf:about="x#f"><fileName>f</fileName></File>` + more + `</rdf:RDF>`
	}
	const pkg = `"packages":[{"SPDXID":"SPDXRef-a","name":"n","downloadLocation":"NONE"`
	const file = `"files":[{"SPDXID":"SPDXRef-f","fileName":"f"}]`
	xml := func(s string) string {
		return `<Document><spdxVersion>SPDX-2.3</spdxVersion><packages><SPDXID>SPDXRef-a</SPDXID><name>n</name>` + s + `</packages><files><SPDXID>SPDXRef-f</SPDXID><fileName>f</fileName></files></Document>`
	}
	syft := func(child string) string {
		return `{"artifacts":[{"id":"1","name":"n"}],"artifactRelationships":[{"parent":"source","child":"` + child + `","type":"contains"}],"files":[{"id":"2","location":{"path":"/x"}}]}`
	}
	for _, tt := range []struct {
		name, doc string
		malformed int
	}{
		{"JSON, files", spdx(pkg + `,"hasFiles":["SPDXRef-f","SPDXRef-zz"]}],` + file), 1},
		{"JSON, one file", spdx(pkg + `,"hasFiles":"SPDXRef-zz"}],` + file), 1},
		{"JSON, all there", spdx(pkg + `,"hasFiles":["SPDXRef-f"]}],` + file), 0},
		{"JSON, snippet", spdx(pkg + `}],` + file + `,"snippets":[{"SPDXID":"SPDXRef-s","snippetFromFile":"SPDXRef-zz"}]`), 1},
		{"JSON, snippet of a file that is there", spdx(pkg + `}],` + file + `,"snippets":[{"SPDXID":"SPDXRef-s","snippetFromFile":"SPDXRef-f"}]`), 0},
		{"XML, files", xml(`<hasFiles>SPDXRef-f</hasFiles><hasFiles>SPDXRef-zz</hasFiles>`), 1},
		{"XML, all there", xml(`<hasFiles>SPDXRef-f</hasFiles>`), 0},
		{"YAML", "spdxVersion: SPDX-2.3\npackages:\n- {SPDXID: SPDXRef-a, name: n, downloadLocation: NONE, hasFiles: [SPDXRef-zz]}\n", 1},
		{"tag-value", tag + "SPDXRef-zz\n", 1},
		{"tag-value, there", tag + "SPDXRef-f\n", 0},
		{"RDF, file", rdf(`<hasFile rdf:resource="x#zz"/>`, ""), 1},
		{"RDF, file by a local name", rdf(`<hasFile rdf:nodeID="zz"/>`, ""), 1},
		{"RDF, there", rdf(`<hasFile rdf:resource="x#f"/><hasFile><File rdf:about="x#g"/></hasFile>`, ""), 0},
		{"RDF, snippet", rdf("", `<Snippet rdf:about="x#s"><snippetFromFile rdf:resource="x#zz"/></Snippet>`), 1},
		{"Syft", syft("3"), 1},
		{"Syft, package", syft("1"), 0},
		{"Syft, file", syft("2"), 0},
	} {
		_, h, why := outcome(t, tt.doc)
		if h.Malformed != tt.malformed || tt.malformed == 1 && !strings.Contains(h.Warnings[len(h.Warnings)-1].Message, "which is not in it") {
			t.Errorf("%s: %s, want malformed=%d: %v", tt.name, why, tt.malformed, h.Warnings)
		}
	}
}
