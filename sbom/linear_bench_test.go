// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
)

// No format costs more than linear time: the MB/s of 1, 4 and 16 units are alike.
// Each unit is built to be as bad as its syntax allows.
func BenchmarkLinear(b *testing.B) {
	repeat := func(n int, head, unit, tail string) string {
		return head + strings.Repeat(unit, n) + tail
	}
	const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://spdx.org/rdf/terms#"><SpdxDocument rdf:about="x#SPDXRef-DOCUMENT"><specVersion>SPDX-2.3</specVersion></SpdxDocument>`
	for _, f := range []struct {
		name string
		doc  func(n int) string
	}{
		{"JSON", func(n int) string {
			return repeat(n*2000, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`, `{"name":"x","purl":"pkg:npm/x@1","components":[{"name":"y"}]},`, `{}]}`)
		}},
		{"JSON, one component", func(n int) string {
			return repeat(n*2000, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x","properties":[`, `{"name":"a","value":"b"},`, `{}]}]}`)
		}},
		{"XML", func(n int) string {
			return repeat(n*2000, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>`, "<component type=\"library\">\n  <name>x</name>\n  <purl>pkg:npm/x@1</purl>\n</component>", `</components></bom>`)
		}},
		{"XML, comments in one text", func(n int) string {
			return repeat(n*2000, `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component><name>`, "x<!-- c -->&amp;<![CDATA[y]]>", `</name></component></components></bom>`)
		}},
		{"tag-value", func(n int) string {
			return repeat(n*2000, "SPDXVersion: SPDX-2.3\n", "PackageName: x\nPackageSupplier: Organization: y\nRelationship: a DESCRIBES b\n", "")
		}},
		{"tag-value, one text", func(n int) string {
			return repeat(n*20_000, "SPDXVersion: SPDX-2.3\nPackageName: x\nPackageComment: <text>", "\n", "</text>\n")
		}},
		{"tag-value, CR", func(n int) string {
			return repeat(n*2000, "SPDXVersion: SPDX-2.3\r", "PackageName: x\rPackageSupplier: Organization: y\r", "")
		}},
		{"tag-value, fields of one package", func(n int) string {
			return repeat(n*2000, "SPDXVersion: SPDX-2.3\nPackageName: x\n", "PackageComment: x\nExternalDocumentRef: a b SHA1: c\n", "")
		}},
		{"YAML", func(n int) string {
			return repeat(n*2000, "spdxVersion: SPDX-2.3\npackages:\n", "- name: x\n  supplier: 'Organization: y'\n", "")
		}},
		{"RDF", func(n int) string {
			var b strings.Builder
			for i := range n * 2000 {
				fmt.Fprintf(&b, `<Package rdf:about="x#%d"><name>x</name><relationship rdf:resource="x#%d"/></Package>`, i, i)
			}
			return rdf + b.String() + `</rdf:RDF>`
		}},
		{"RDF, one node", func(n int) string {
			var b strings.Builder
			for i := range n * 2000 {
				fmt.Fprintf(&b, `<Package rdf:about="x#1"><hasFile rdf:resource="x#%d"/></Package>`, i)
			}
			return rdf + b.String() + `</rdf:RDF>`
		}},
		{"SPDX 3", func(n int) string {
			return repeat(n*2000, `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[`, `{"type":"software_Package","name":"x","suppliedBy":"urn:a"},`, `{"type":"Organization","spdxId":"urn:a","name":"A"}]}`)
		}},
		{"SPDX 3, nested", func(n int) string {
			unit := strings.Repeat(`{"type":"software_Package","x":[`, 200) + strings.Repeat(`]}`, 200) + ","
			return repeat(n*20, `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[`, unit, `{}]}`)
		}},
	} {
		for _, n := range []int{1, 4, 16} {
			doc := f.doc(n)
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) {
				b.SetBytes(int64(len(doc)))
				b.ReportAllocs()
				for b.Loop() {
					for _, err := range sbom.NewReader(io.Reader(strings.NewReader(doc)), &sbom.Options{Claims: 1 << 20}).Components() {
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}
