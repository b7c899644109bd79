// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json/jsontext"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/clause76/clause76/sbom"
)

// The benchmarks read and screen documents of 50,000 components, written here after
// what Syft and cdxgen write, decode the same bytes with the field's libraries, and read all their
// tokens if they are JSON, which is the least that a reader with the same checks can do.
// Compare the ns/op of one run; the ratio is what counts.

// benchComponents is the number of components of a document. BENCH_COMPONENTS sets
// another one, and BENCH_DIR a directory that keeps the documents.
var benchComponents = func() int {
	if n, err := strconv.Atoi(os.Getenv("BENCH_COMPONENTS")); err == nil {
		return n
	}
	return 50_000
}()

func writeCycloneDX(w io.Writer) {
	fmt.Fprint(w, `{"$schema":"http://cyclonedx.org/schema/bom-1.5.schema.json","bomFormat":"CycloneDX","specVersion":"1.5","serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":1,"metadata":{"timestamp":"2026-01-01T00:00:00Z","component":{"type":"application","bom-ref":"root","name":"suite","version":"1.0","supplier":{"name":"Example Ltd"}}},"components":[`)
	for i := range benchComponents {
		if i > 0 {
			fmt.Fprint(w, ",\n")
		}
		fmt.Fprintf(w, `{"type":"library","bom-ref":"pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3","supplier":{"name":"Supplier %[2]d GmbH","url":["https://supplier%[2]d.example.com"],"contact":[{"name":"Jane Doe","email":"jane%[2]d@supplier%[2]d.example.com"}]},"author":"Author %[2]d","publisher":"Publisher %[2]d","group":"@scope%[1]d","name":"package-name-%[1]d","version":"1.%[2]d.3","description":"A library that does thing number %[1]d for applications and services on several platforms","scope":"required","hashes":[{"alg":"SHA-256","content":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},{"alg":"SHA-512","content":"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"}],"licenses":[{"license":{"id":"MIT","url":"https://opensource.org/licenses/MIT"}}],"copyright":"Copyright 2020 Author %[2]d","cpe":"cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*","purl":"pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3","externalReferences":[{"type":"vcs","url":"git+https://github.com/org%[2]d/package-name-%[1]d.git"},{"type":"website","url":"https://package-name-%[1]d.example.org/"},{"type":"issue-tracker","url":"https://github.com/org%[2]d/package-name-%[1]d/issues"}],"properties":[{"name":"syft:package:foundBy","value":"javascript-lock-cataloger"},{"name":"syft:package:language","value":"javascript"},{"name":"syft:location:0:path","value":"/app/node_modules/package-name-%[1]d/package.json"}]}`, i, i%997)
	}
	fmt.Fprint(w, "]}\n")
}

func writeSPDX(w io.Writer) {
	fmt.Fprint(w, `{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"suite","documentNamespace":"https://example.org/suite","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: example"]},"packages":[`)
	for i := range benchComponents {
		if i > 0 {
			fmt.Fprint(w, ",\n")
		}
		fmt.Fprintf(w, `{"SPDXID":"SPDXRef-Package-%[1]d","name":"package-name-%[1]d","versionInfo":"1.%[2]d.3","supplier":"Organization: Supplier %[2]d GmbH (info@supplier%[2]d.example.com)","originator":"Organization: Origin %[2]d","downloadLocation":"https://registry.example.org/package-name-%[1]d.tgz","filesAnalyzed":false,"homepage":"https://package-name-%[1]d.example.org/","licenseConcluded":"MIT","licenseDeclared":"MIT","copyrightText":"Copyright 2020 Author %[2]d","description":"A library that does thing number %[1]d for applications and services on several platforms","checksums":[{"algorithm":"SHA256","checksumValue":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*"},{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3"}]}`, i, i%997)
	}
	fmt.Fprint(w, `],"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES","relatedSpdxElement":"SPDXRef-Package-0"}`)
	for i := 1; i < benchComponents; i++ {
		fmt.Fprintf(w, `,{"spdxElementId":"SPDXRef-Package-0","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-Package-%d"}`, i)
	}
	fmt.Fprint(w, "]}\n")
}

// benchFile writes a document to a file and returns its path and length.
func benchFile(b *testing.B, name string, write func(io.Writer)) (string, int64) {
	b.Helper()
	f, err := os.Create(filepath.Join(cmp.Or(os.Getenv("BENCH_DIR"), b.TempDir()), name))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	write(w)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return f.Name(), info.Size()
}

func benchmarkScreen(b *testing.B, name string, write func(io.Writer), library func(io.Reader) error) {
	path, size := benchFile(b, name, write)
	each := func(b *testing.B, read func(io.Reader) error) {
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if err := read(f); err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	}
	m := matcher(b, "", nil)
	b.Run("clause76", func(b *testing.B) {
		each(b, func(r io.Reader) error {
			result, err := m.Check(b.Context(), sbom.NewReader(r, &sbom.Options{Workers: func() int { return runtime.GOMAXPROCS(0) }}))
			if err == nil && (result.Coverage.Components < benchComponents || len(result.Findings) > 0) {
				b.Fatalf("%+v", result.Coverage)
			}
			return err
		})
	})
	if filepath.Ext(name) == ".json" {
		b.Run("tokens", func(b *testing.B) { each(b, readTokens) })
	}
	if library != nil {
		b.Run("library", func(b *testing.B) { each(b, library) })
	}
}

// readTokens reads all tokens of a JSON text with the checks that every reader makes, and nothing more.
func readTokens(r io.Reader) error {
	d := jsontext.NewDecoder(r)
	for {
		if _, err := d.ReadToken(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// writeXML writes the same components as writeCycloneDX.
func writeXML(w io.Writer) {
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="1"><metadata><timestamp>2026-01-01T00:00:00Z</timestamp><component type="application" bom-ref="root"><supplier><name>Example Ltd</name></supplier><name>suite</name><version>1.0</version></component></metadata><components>`)
	for i := range benchComponents {
		fmt.Fprintf(w, `
    <component type="library" bom-ref="pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3">
      <supplier><name>Supplier %[2]d GmbH</name><url>https://supplier%[2]d.example.com</url><contact><name>Jane Doe</name><email>jane%[2]d@supplier%[2]d.example.com</email></contact></supplier>
      <author>Author %[2]d</author>
      <publisher>Publisher %[2]d</publisher>
      <group>@scope%[1]d</group>
      <name>package-name-%[1]d</name>
      <version>1.%[2]d.3</version>
      <description>A library that does thing number %[1]d for applications &amp; services on several platforms</description>
      <scope>required</scope>
      <hashes><hash alg="SHA-256">e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</hash><hash alg="SHA-512">cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e</hash></hashes>
      <licenses><license><id>MIT</id><url>https://opensource.org/licenses/MIT</url></license></licenses>
      <copyright>Copyright 2020 Author %[2]d</copyright>
      <cpe>cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*</cpe>
      <purl>pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3</purl>
      <externalReferences><reference type="vcs"><url>git+https://github.com/org%[2]d/package-name-%[1]d.git</url></reference><reference type="website"><url>https://package-name-%[1]d.example.org/</url></reference><reference type="issue-tracker"><url>https://github.com/org%[2]d/package-name-%[1]d/issues</url></reference></externalReferences>
      <properties><property name="syft:package:foundBy">javascript-lock-cataloger</property><property name="syft:package:language">javascript</property><property name="syft:location:0:path">/app/node_modules/package-name-%[1]d/package.json</property></properties>
    </component>`, i, i%997)
	}
	fmt.Fprint(w, "</components></bom>\n")
}

// writeTagValue writes the same packages as writeSPDX.
func writeTagValue(w io.Writer) {
	fmt.Fprint(w, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: suite\nDocumentNamespace: https://example.org/suite\nCreator: Tool: example\nCreated: 2026-01-01T00:00:00Z\n")
	for i := range benchComponents {
		fmt.Fprintf(w, `
PackageName: package-name-%[1]d
SPDXID: SPDXRef-Package-%[1]d
PackageVersion: 1.%[2]d.3
PackageSupplier: Organization: Supplier %[2]d GmbH (info@supplier%[2]d.example.com)
PackageOriginator: Organization: Origin %[2]d
PackageDownloadLocation: https://registry.example.org/package-name-%[1]d.tgz
FilesAnalyzed: false
PackageChecksum: SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
PackageHomePage: https://package-name-%[1]d.example.org/
PackageLicenseConcluded: MIT
PackageLicenseDeclared: MIT
PackageCopyrightText: <text>Copyright 2020 Author %[2]d
All rights reserved</text>
PackageDescription: <text>A library that does thing number %[1]d for applications and services on several platforms</text>
ExternalRef: SECURITY cpe23Type cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*
ExternalRef: PACKAGE-MANAGER purl pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3
`, i, i%997)
	}
	fmt.Fprint(w, "\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package-0\n")
	for i := 1; i < benchComponents; i++ {
		fmt.Fprintf(w, "Relationship: SPDXRef-Package-0 DEPENDS_ON SPDXRef-Package-%d\n", i)
	}
}

// writeSPDX3 writes the same packages. Their suppliers are separate elements, half of which come
// after the packages that they supply.
func writeSPDX3(w io.Writer) {
	fmt.Fprint(w, `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z","createdBy":["https://example.org/org/0"]},{"type":"SpdxDocument","spdxId":"https://example.org/doc","creationInfo":"_:c","rootElement":["https://example.org/sbom"]},{"type":"software_Sbom","spdxId":"https://example.org/sbom","creationInfo":"_:c","rootElement":["https://example.org/package/0"]}`)
	agent := func(i int) {
		fmt.Fprintf(w, `,
{"type":"Organization","spdxId":"https://example.org/org/%[1]d","creationInfo":"_:c","name":"Supplier %[1]d GmbH"}`, i)
	}
	for i := range 500 {
		agent(i)
	}
	for i := range benchComponents {
		fmt.Fprintf(w, `,
{"type":"software_Package","spdxId":"https://example.org/package/%[1]d","creationInfo":"_:c","name":"package-name-%[1]d","software_packageVersion":"1.%[2]d.3","suppliedBy":"https://example.org/org/%[2]d","software_packageUrl":"pkg:npm/%%40scope%[1]d/package-name-%[1]d@1.%[2]d.3","software_downloadLocation":"https://registry.example.org/package-name-%[1]d.tgz","software_homePage":"https://package-name-%[1]d.example.org/","software_copyrightText":"Copyright 2020 Author %[2]d","description":"A library that does thing number %[1]d for applications and services on several platforms","software_primaryPurpose":"library","verifiedUsing":[{"type":"Hash","algorithm":"sha256","hashValue":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],"externalIdentifier":[{"type":"ExternalIdentifier","externalIdentifierType":"cpe23","identifier":"cpe:2.3:a:vendor%[2]d:package-name-%[1]d:1.%[2]d.3:*:*:*:*:*:*:*"}]},
{"type":"Relationship","spdxId":"https://example.org/relationship/%[1]d","creationInfo":"_:c","from":"https://example.org/package/0","relationshipType":"dependsOn","to":["https://example.org/package/%[1]d"]}`, i, i%997)
	}
	for i := 500; i < 997; i++ {
		agent(i)
	}
	fmt.Fprint(w, "]}\n")
}

func BenchmarkScreenXML(b *testing.B) {
	benchmarkScreen(b, "bench.cdx.xml", writeXML, func(r io.Reader) error {
		var bom cyclonedx.BOM
		return cyclonedx.NewBOMDecoder(r, cyclonedx.BOMFileFormatXML).Decode(&bom)
	})
}

func BenchmarkScreenTagValue(b *testing.B) {
	benchmarkScreen(b, "bench.spdx", writeTagValue, func(r io.Reader) error {
		_, err := tagvalue.Read(r)
		return err
	})
}

// The library that reads SPDX 3 is a pre-release, so its benchmark is a module of its
// own, testdata/spdx3. It reads the file that this one leaves in BENCH_DIR.
func BenchmarkScreenSPDX3(b *testing.B) { benchmarkScreen(b, "bench.spdx3.json", writeSPDX3, nil) }

func BenchmarkScreenCycloneDX(b *testing.B) {
	benchmarkScreen(b, "bench.cdx.json", writeCycloneDX, func(r io.Reader) error {
		var bom cyclonedx.BOM
		return cyclonedx.NewBOMDecoder(r, cyclonedx.BOMFileFormatJSON).Decode(&bom)
	})
}

func BenchmarkScreenSPDX(b *testing.B) {
	benchmarkScreen(b, "bench.spdx.json", writeSPDX, func(r io.Reader) error {
		_, err := spdxjson.Read(r)
		return err
	})
}
