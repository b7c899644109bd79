// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/format"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"
	spdxyaml "github.com/spdx/tools-golang/yaml"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/sbom"
)

const corpus = "../../shared/corpus"

// corpusFiles returns the files of the corpus, without those made to be hostile.
func corpusFiles(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus here")
	}
	var files []string
	err := filepath.WalkDir(corpus, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.Contains(path, "/hostile/") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// official are the folders of the specifications' own examples and test files.
var official = []string{"cyclonedx-spec/", "spdx+spdx-examples/", "spdx+spdx-spec/", "spdx+spdx-3-model/", "spdx+tools-java/", "spdx+tools-golang/", "spdx+tools/"}

// Every example of the specifications that is called valid is read. The result for each is in a
// golden table.
func TestConformance(t *testing.T) {
	var lines []string
	for _, path := range corpusFiles(t) {
		name := filepath.ToSlash(strings.TrimPrefix(path, corpus+"/"))
		ours := false
		for _, o := range official {
			ours = ours || strings.HasPrefix(name, o)
		}
		switch filepath.Ext(name) {
		case ".json", ".xml", ".spdx", ".rdf", ".yaml", ".yml", ".jsonld":
		default:
			ours = false
		}
		if !ours || strings.HasSuffix(name, ".schema.json") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc := sbom.NewReader(bytes.NewReader(data), nil)
		cs, err := read(doc)
		h := doc.Header()
		kinds := make(map[string]int)
		for _, w := range h.Warnings {
			kinds[string(w.Kind)]++
		}
		line := fmt.Sprintf("%s\t%s %s %s\t%d\t%v", name, h.Format, h.SpecVersion, h.Encoding, len(cs), kinds)
		if err != nil {
			line = fmt.Sprintf("%s\t%s", name, format.ErrorKind(err))
			if strings.HasPrefix(filepath.Base(name), "valid-") {
				t.Errorf("%s: %v", name, err)
			}
		}
		lines = append(lines, line+"\n")
	}
	sort.Strings(lines)
	golden.Check(t, "testdata/conformance.golden", []byte(strings.Join(lines, "")))
}

// differs are files in which the number of components is not the library's, with the
// reason.
var differs = map[string]string{}

// A document has as many components here as in the libraries cyclonedx-go and tools-golang, if
// they decode it.
func TestOraclesCountTheSameComponents(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads the corpus")
	}
	counts := make(map[string]int)
	for _, path := range corpusFiles(t) {
		info, err := os.Stat(path)
		if err != nil || info.Size() > 8<<20 {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc := sbom.NewReader(bytes.NewReader(data), nil)
		h := doc.Header()
		if h.Format != "CycloneDX" && h.Format != "SPDX" || h.Encoding == "JSON-LD" {
			continue
		}
		want, decoded := oracle(h, data)
		if !decoded {
			continue
		}
		cs, err := read(doc)
		kind := h.Format + " " + h.Encoding
		if err != nil {
			counts[kind+", not read here"]++
			continue
		}
		counts[kind]++
		got := 0
		for _, c := range cs {
			at := c.Location.Pointer
			switch {
			case c.Type == "service", c.Type == "file" && strings.HasPrefix(at, "/files/"), strings.Contains(at, "/pedigree/"),
				strings.HasPrefix(at, "/formulation"), strings.HasPrefix(at, "/declarations"), at == "/metadata", at == "", // of the document
				strings.HasPrefix(at, "/dependencies/"), strings.HasPrefix(at, "/compositions/"), strings.HasPrefix(at, "/vulnerabilities/"): // what is not there
			default:
				got++
			}
		}
		if reason := differs[filepath.ToSlash(strings.TrimPrefix(path, corpus+"/"))]; (got == want) != (reason == "") {
			t.Errorf("%s: %d components, the library has %d (%s)", path, got, want, reason)
		}
	}
	t.Log(counts)
	for _, kind := range []string{"CycloneDX JSON", "CycloneDX XML", "SPDX JSON", "SPDX tag-value", "SPDX YAML"} {
		if counts[kind] == 0 {
			t.Errorf("no document in %s was compared", kind)
		}
	}
}

// oracle counts components with the field's library.
func oracle(h sbom.Header, data []byte) (n int, ok bool) {
	defer func() {
		if recover() != nil {
			n, ok = 0, false
		}
	}()
	if h.Format == "CycloneDX" {
		format := cyclonedx.BOMFileFormatJSON
		if h.Encoding == "XML" {
			format = cyclonedx.BOMFileFormatXML
		}
		var bom cyclonedx.BOM
		if cyclonedx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom) != nil {
			return 0, false
		}
		if bom.Metadata != nil && bom.Metadata.Component != nil {
			n = count(&[]cyclonedx.Component{*bom.Metadata.Component})
		}
		return n + count(bom.Components), true
	}
	var doc *v2_3.Document
	var err error
	switch h.Encoding {
	case "JSON":
		doc, err = spdxjson.Read(bytes.NewReader(data))
	case "YAML":
		doc, err = spdxyaml.Read(bytes.NewReader(data))
	case "tag-value":
		doc, err = tagvalue.Read(io.Reader(bytes.NewReader(data)))
	default: // the library's reader of RDF/XML has data races, and rejects SPDX's own examples
		return 0, false
	}
	if err != nil || doc == nil {
		return 0, false
	}
	return len(doc.Packages), true
}

func count(cs *[]cyclonedx.Component) int {
	if cs == nil {
		return 0
	}
	n := len(*cs)
	for _, c := range *cs {
		n += count(c.Components)
	}
	return n
}
