// SPDX-License-Identifier: Apache-2.0

package annotate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/annotate"
	"github.com/clause76/clause76/match/screen"
)

func screened(path string) *evidence.Report {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		panic(err)
	}
	r := evidence.New(m, "bidcheck", match.Ban)
	r.Tool.Version = "1"
	r.Finish(screen.Run(context.Background(), m, screen.Collect([]string{path}), nil))
	return r
}

func write(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "bom.json")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func annotated(t testing.TB, path string) ([]byte, *evidence.Report) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := screened(path)
	var b bytes.Buffer
	if err := annotate.Write(&b, r, &annotate.Options{Content: data, Record: &r.Documents[0]}); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b.Bytes(), r
}

func Example() {
	const path = "../../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json"
	data, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := screened(path)
	var out bytes.Buffer
	if err := annotate.Write(&out, r, &annotate.Options{Content: data, Record: &r.Documents[0]}); err != nil {
		fmt.Println(err)
	}
	bom := cyclonedx.BOM{}
	if err := cyclonedx.NewBOMDecoder(&out, cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		fmt.Println(err)
	}
	for _, a := range *bom.Annotations {
		_, text, _ := strings.Cut(a.Text, ": ")
		text, _, _ = strings.Cut(text, ". Denylist")
		fmt.Println((*a.Subjects)[0], text)
	}
	// Output:
	// kes ban by binding texts. Attributed to Kaspersky, named as supplier: “AO Kaspersky Lab” (declared)
	// pkg:npm/%40kaspersky/hexa-ui@6.387.4 ban by binding texts. Attributed to Kaspersky, by its own package namespace: “pkg:npm/%40kaspersky/hexa-ui@6.387.4” (registered)
	// pkg:golang/github.com/KasperskyLab/klogga@v1.2.0 ban by binding texts. Attributed to Kaspersky, by its own package namespace: “pkg:golang/github.com/KasperskyLab/klogga@v1.2.0” (registered)
	// engine review by binding texts. Attributed to Kaspersky, “Kapersky Lab” is one letter away from “Kaspersky Lab” (resembles)
	// pkg:npm/%40kaspersky/runtime@4.4.0 review by binding texts. Attributed to Kaspersky, by its own package namespace: “pkg:npm/%40kaspersky/runtime@4.4.0” (registered)
}

func TestCycloneDX(t *testing.T) {
	for name, text := range map[string]string{
		"no refs":           `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"b","supplier":{"name":"ZTE Corporation"}}]}`,
		"annotations":       `{"annotations":[{"subjects":["a"],"annotator":{"individual":{"name":"x"}},"timestamp":"2024-01-01T00:00:00Z","text":"x"}],"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"bom-ref":"a","type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`,
		"no annotations":    "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.6\",\n  \"annotations\": [ ],\n  \"components\": [ { \"type\": \"library\", \"name\": \"a\", \"manufacturer\": {\"name\": \"Kaspersky Lab\"} } ]\n}\n",
		"nested":            `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","components":[{"type":"library","name":"b","supplier":{"name":"Kaspersky Lab"}}]}]}`,
		"no findings":       `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`,
		"a byte order mark": "\ufeff" + `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`,
	} {
		out, r := annotated(t, write(t, text))
		bom := cyclonedx.BOM{}
		if err := cyclonedx.NewBOMDecoder(bytes.NewReader(bytes.TrimPrefix(out, []byte("\ufeff"))), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
			continue
		}
		want := len(r.Documents[0].Findings)
		if name == "annotations" {
			want++
		}
		got := 0
		if bom.Annotations != nil {
			got = len(*bom.Annotations)
		}
		if got != want {
			t.Errorf("%s: %d annotations, want %d\n%s", name, got, want, out)
		}
		// What was found before is found in it, and its annotations are no new claims.
		if again := screened(write(t, string(out))); len(again.Documents[0].Findings) != len(r.Documents[0].Findings) || again.Documents[0].Error != nil {
			t.Errorf("%s: screened again it has %d findings, not %d: %+v", name, len(again.Documents[0].Findings), len(r.Documents[0].Findings), again.Documents[0].Error)
		}
	}
}

func TestSPDX(t *testing.T) {
	out, r := annotated(t, "../../../testdata/bids/endpoint-tender/management-console.spdx.json")
	doc, err := spdxjson.Read(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range doc.Packages {
		n += len(p.Annotations)
	}
	if want := len(r.Documents[0].Findings); n != want || want == 0 {
		t.Errorf("%d annotations, want %d", n, want)
	}
	const text = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"annotations":[{"annotationDate":"2024-01-01T00:00:00Z","annotationType":"OTHER","annotator":"Person: x","comment":"y"}],"SPDXID":"SPDXRef-b","name":"agent","supplier":"Organization: Kaspersky Lab"}]}`
	if out, _ := annotated(t, write(t, text)); !bytes.Contains(out, []byte(`"comment":"y"},{"annotationDate"`)) {
		t.Errorf("%s", out)
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"CycloneDX 1.4": {`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"a"}]}`, annotate.ErrForm},
		"XML":           {`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>a</name></component></components></bom>`, annotate.ErrForm},
		"no document":   {`hello`, annotate.ErrForm},
		"no array":      {`{"bomFormat":"CycloneDX","specVersion":"1.6","annotations":{},"components":[{"bom-ref":"a","type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`, annotate.ErrForm},
	} {
		r := screened(write(t, c.text))
		var b bytes.Buffer
		if err := annotate.Write(&b, r, &annotate.Options{Content: []byte(c.text), Record: &r.Documents[0]}); !errors.Is(err, c.want) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
		if err := annotate.Write(&b, r, &annotate.Options{Content: []byte(c.text + " "), Record: &r.Documents[0]}); !errors.Is(err, annotate.ErrDocument) {
			t.Errorf("%s, another file: %v", name, err)
		}
	}
}
