// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/screen"
)

// The benchmarks of small documents: a registry or a company has millions of them, so what a
// document costs besides its components counts. The documents are written here, and no component
// of them is listed, as in most documents.

// smallCycloneDX is a document of n components with the fields that Syft and cdxgen write.
func smallCycloneDX(n int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, `{"$schema":"http://cyclonedx.org/schema/bom-1.5.schema.json","bomFormat":"CycloneDX","specVersion":"1.5","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,"metadata":{"timestamp":"2026-01-01T00:00:00Z","component":{"type":"application","bom-ref":"root","name":"suite","version":"1.0","supplier":{"name":"Example Ltd"}}},"components":[`)
	for i := range n {
		if i > 0 {
			fmt.Fprint(&b, ",\n")
		}
		fmt.Fprintf(&b, `{"type":"library","bom-ref":"pkg:npm/package-name-%[1]d@1.%[2]d.3","supplier":{"name":"Supplier %[2]d GmbH"},"name":"package-name-%[1]d","version":"1.%[2]d.3","hashes":[{"alg":"SHA-256","content":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"licenses":[{"license":{"id":"MIT"}}],"cpe":"cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*","purl":"pkg:npm/package-name-%[1]d@1.%[2]d.3","externalReferences":[{"type":"vcs","url":"git+https://github.com/org%[2]d/package-name-%[1]d.git"}],"properties":[{"name":"syft:package:foundBy","value":"javascript-lock-cataloger"},{"name":"syft:location:0:path","value":"/app/node_modules/package-name-%[1]d/package.json"}]}`, i, i%997)
	}
	fmt.Fprint(&b, "]}\n")
	return b.Bytes()
}

// smallSPDX has the same packages.
func smallSPDX(n int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, `{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"suite","documentNamespace":"https://example.org/suite","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: example"]},"packages":[`)
	for i := range n {
		if i > 0 {
			fmt.Fprint(&b, ",\n")
		}
		fmt.Fprintf(&b, `{"SPDXID":"SPDXRef-Package-%[1]d","name":"package-name-%[1]d","versionInfo":"1.%[2]d.3","supplier":"Organization: Supplier %[2]d GmbH","downloadLocation":"https://registry.example.org/package-name-%[1]d.tgz","filesAnalyzed":false,"licenseConcluded":"MIT","licenseDeclared":"MIT","copyrightText":"NOASSERTION","checksums":[{"algorithm":"SHA256","checksumValue":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/package-name-%[1]d@1.%[2]d.3"}]}`, i, i%997)
	}
	fmt.Fprint(&b, `],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-Package-0"}`)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, `,{"spdxElementId":"SPDXRef-Package-0","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-Package-%d"}`, i)
	}
	fmt.Fprint(&b, "]}\n")
	return b.Bytes()
}

// smallXML has the same components as smallCycloneDX.
func smallXML(n int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1"><metadata><timestamp>2026-01-01T00:00:00Z</timestamp><component type="application" bom-ref="root"><supplier><name>Example Ltd</name></supplier><name>suite</name><version>1.0</version></component></metadata><components>`)
	for i := range n {
		fmt.Fprintf(&b, `
<component type="library" bom-ref="pkg:npm/package-name-%[1]d@1.%[2]d.3"><supplier><name>Supplier %[2]d GmbH</name></supplier><name>package-name-%[1]d</name><version>1.%[2]d.3</version><licenses><license><id>MIT</id></license></licenses><cpe>cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*</cpe><purl>pkg:npm/package-name-%[1]d@1.%[2]d.3</purl></component>`, i, i%997)
	}
	fmt.Fprint(&b, "</components></bom>\n")
	return b.Bytes()
}

// smallTagValue has the same packages as smallSPDX.
func smallTagValue(n int) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: suite\nDocumentNamespace: https://example.org/suite\nCreator: Tool: example\nCreated: 2026-01-01T00:00:00Z\n")
	for i := range n {
		fmt.Fprintf(&b, "\nPackageName: package-name-%[1]d\nSPDXID: SPDXRef-Package-%[1]d\nPackageVersion: 1.%[2]d.3\nPackageSupplier: Organization: Supplier %[2]d GmbH\nPackageDownloadLocation: https://registry.example.org/package-name-%[1]d.tgz\nFilesAnalyzed: false\nPackageLicenseConcluded: MIT\nPackageLicenseDeclared: MIT\nPackageCopyrightText: NOASSERTION\nExternalRef: PACKAGE-MANAGER purl pkg:npm/package-name-%[1]d@1.%[2]d.3\n", i, i%997)
	}
	fmt.Fprint(&b, "\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package-0\n")
	return b.Bytes()
}

// smallForms are the documents of the benchmarks by the names of these.
var smallForms = []struct {
	name string
	make func(components int) []byte
}{{"CycloneDX", smallCycloneDX}, {"SPDX", smallSPDX}, {"XML", smallXML}, {"TagValue", smallTagValue}}

// smallInputs returns n inputs with the same document.
func smallInputs(n int, data []byte) []screen.Input {
	files := make(fstest.MapFS)
	for i := range n {
		files[fmt.Sprintf("%06d.json", i)] = &fstest.MapFile{Data: data}
	}
	return screen.CollectFS(files)
}

// BenchmarkSmall screens one document of 20 components, and of one, in each call.
func BenchmarkSmall(b *testing.B) { benchmarkSmall(b, 1) }

// BenchmarkMany screens 1,000 documents in each call: divide by 1,000 for one.
func BenchmarkMany(b *testing.B) { benchmarkSmall(b, 1000) }

func benchmarkSmall(b *testing.B, documents int) {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, form := range smallForms {
		for _, components := range []int{1, 20} {
			data := form.make(components)
			inputs := smallInputs(documents, data)
			b.Run(fmt.Sprintf("%s/%d", form.name, components), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(documents) * int64(len(data)))
				for b.Loop() {
					docs, _ := screen.Run(b.Context(), m, inputs, nil)
					if len(docs) != documents || docs[documents-1].Error != nil || docs[documents-1].Coverage.Components < components {
						b.Fatalf("%+v", docs)
					}
				}
			})
		}
	}
}
