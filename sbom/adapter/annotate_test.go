// SPDX-License-Identifier: Apache-2.0

package adapter_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/clause76/clause76"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/adapter"
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
	if err := adapter.Annotate(&b, r, &adapter.AnnotateOptions{Content: data, Record: &r.Documents[0]}); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b.Bytes(), r
}

func ExampleAnnotate() {
	const path = "../../testdata/bids/endpoint-tender/endpoint-agent.cdx.json"
	data, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := screened(path)
	var out bytes.Buffer
	if err := adapter.Annotate(&out, r, &adapter.AnnotateOptions{Content: data, Record: &r.Documents[0]}); err != nil {
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
	// kes ban, binding. Attributed to Kaspersky (declared)
	// pkg:npm/%40kaspersky/hexa-ui@6.387.4 ban, binding. Attributed to Kaspersky (registered)
	// pkg:golang/github.com/KasperskyLab/klogga@v1.2.0 ban, binding. Attributed to Kaspersky (registered)
	// engine review, binding. Attributed to Kaspersky (resembles)
	// pkg:npm/%40kaspersky/runtime@4.4.0 review, binding. Attributed to Kaspersky (registered)
}

func TestAnnotateCycloneDX(t *testing.T) {
	for name, text := range map[string]string{
		"no refs":           `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"b","supplier":{"name":"ZTE Corporation"}}]}`,
		"annotations":       `{"annotations":[{"subjects":["a"],"annotator":{"individual":{"name":"x"}},"timestamp":"2024-01-01T00:00:00Z","text":"x"}],"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"bom-ref":"a","type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`,
		"no annotations":    "{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.6\",\n  \"annotations\": [ ],\n  \"components\": [ { \"type\": \"library\", \"name\": \"a\", \"manufacturer\": {\"name\": \"Kaspersky Lab\"} } ]\n}\n",
		"nested":            `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","components":[{"type":"library","name":"b","supplier":{"name":"Kaspersky Lab"}}]}]}`,
		"no findings":       `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}]}`,
		"of the product":    `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"supplier":{"name":"Kaspersky Lab"}},"components":[{"type":"library","name":"a"}]}`,
		"of the document":   `{"bomFormat":"CycloneDX","specVersion":"1.6","properties":[{"name":"vendor","value":"Kaspersky Lab"}],"components":[{"type":"library","name":"a"}]}`,
		"of a build":        `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}],"formulation":[{"workflows":[{"inputs":[{"resource":{"externalReference":{"type":"vcs","url":"https://github.com/KasperskyLab/x"}}}]}]}]}`,
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
		sameInMemory(t, name, text, &bom, r)
		// What was found before is found in it, and its annotations are no new claims.
		if again := screened(write(t, string(out))); len(again.Documents[0].Findings) != len(r.Documents[0].Findings) || again.Documents[0].Error != nil {
			t.Errorf("%s: screened again it has %d findings, not %d: %+v", name, len(again.Documents[0].Findings), len(r.Documents[0].Findings), again.Documents[0].Error)
		}
	}
}

// sameInMemory checks that the BOM of a text gets the annotations in memory that the annotated
// copy of the text has, also if the BOM comes from XML.
func sameInMemory(t *testing.T, name, text string, copied *cyclonedx.BOM, r *evidence.Report) {
	t.Helper()
	plain := cyclonedx.BOM{}
	if err := cyclonedx.NewBOMDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")), cyclonedx.BOMFileFormatJSON).Decode(&plain); err != nil {
		t.Fatal(err)
	}
	var markup bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&markup, cyclonedx.BOMFileFormatXML).EncodeVersion(&plain, plain.SpecVersion); err != nil {
		t.Fatal(err)
	}
	if err := adapter.AnnotateCycloneDX(&plain, r, &r.Documents[0]); err != nil || !reflect.DeepEqual(&plain, copied) {
		t.Errorf("%s: in memory it is another BOM, error %v:\n%+v\n%+v", name, err, plain.Annotations, copied.Annotations)
	}
	decoded := cyclonedx.BOM{}
	if err := cyclonedx.NewBOMDecoder(&markup, cyclonedx.BOMFileFormatXML).Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	report, err := clause76.ScreenDocument(t.Context(), "bom", adapter.FromCycloneDX(&decoded), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := adapter.AnnotateCycloneDX(&decoded, report, &report.Documents[0]); err != nil {
		t.Errorf("%s, from XML: %v", name, err)
	}
	if n, want := annotations(&decoded), annotations(copied); n != want {
		t.Errorf("%s, from XML: %d annotations, want %d", name, n, want)
	}
}

func annotations(bom *cyclonedx.BOM) int {
	if bom.Annotations == nil {
		return 0
	}
	return len(*bom.Annotations)
}

// Each place where package sbom reads a component can get the annotations of a finding.
func TestAnnotateEachPlace(t *testing.T) {
	component := func(name string) string {
		return `{"type":"library","name":"` + name + `","supplier":{"name":"Kaspersky Lab"}}`
	}
	text := `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"main","components":[` + component("in main") + `]}},
		"components":[{"type":"library","name":"a","pedigree":{"ancestors":[` + component("ancestor") + `],"descendants":[` + component("descendant") + `],"variants":[` + component("variant") + `]}}],
		"services":[{"name":"s","provider":{"name":"Kaspersky Lab"},"services":[{"name":"inner","provider":{"name":"Kaspersky Lab"}}]}],
		"formulation":[{"components":[` + component("formula") + `],"services":[{"name":"build","provider":{"name":"Kaspersky Lab"}}]}],
		"declarations":{"targets":{"components":[` + component("target") + `],"services":[{"name":"attested","provider":{"name":"Kaspersky Lab"}}]}}}`
	out, r := annotated(t, write(t, text))
	bom := cyclonedx.BOM{}
	if err := cyclonedx.NewBOMDecoder(bytes.NewReader(out), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if n := annotations(&bom); n < 10 {
		t.Errorf("%d annotations: %+v", n, r.Documents[0].Findings)
	}
	sameInMemory(t, "each place", text, &bom, r)
}

// A BOM that is not the one of the record gets no annotations.
func TestAnnotateOtherBOM(t *testing.T) {
	bom := func() *cyclonedx.BOM {
		b := cyclonedx.NewBOM()
		b.SpecVersion = cyclonedx.SpecVersion1_6
		b.Components = &[]cyclonedx.Component{{Type: cyclonedx.ComponentTypeLibrary, Name: "a", Publisher: "Kaspersky Lab"}, {Type: cyclonedx.ComponentTypeLibrary, Name: "b", Publisher: "Kaspersky Lab"}}
		return b
	}
	report, err := clause76.ScreenDocument(t.Context(), "bom", adapter.FromCycloneDX(bom()), nil)
	if err != nil || len(report.Documents[0].Findings) != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	spdx := report.Documents[0]
	spdx.Format = "SPDX"
	failed := report.Documents[0]
	failed.Error = &evidence.Error{Kind: "syntax", Message: "x"}
	for name, c := range map[string]struct {
		change func(*cyclonedx.BOM)
		record *evidence.Document
		want   error
	}{
		"a component less":    {func(b *cyclonedx.BOM) { *b.Components = (*b.Components)[:1] }, nil, adapter.ErrOtherDocument},
		"no components":       {func(b *cyclonedx.BOM) { b.Components = nil }, nil, adapter.ErrOtherDocument},
		"in another order":    {func(b *cyclonedx.BOM) { slices.Reverse(*b.Components) }, nil, adapter.ErrOtherDocument},
		"another bom-ref":     {func(b *cyclonedx.BOM) { (*b.Components)[1].BOMRef = "b" }, nil, adapter.ErrOtherDocument},
		"an older version":    {func(b *cyclonedx.BOM) { b.SpecVersion = cyclonedx.SpecVersion1_4 }, nil, adapter.ErrCannotAnnotate},
		"a record of SPDX":    {func(*cyclonedx.BOM) {}, &spdx, adapter.ErrOtherDocument},
		"a record of a fault": {func(*cyclonedx.BOM) {}, &failed, adapter.ErrCannotAnnotate},
	} {
		b := bom()
		c.change(b)
		before := fmt.Sprintf("%+v", *b)
		if c.record == nil {
			c.record = &report.Documents[0]
		}
		if err := adapter.AnnotateCycloneDX(b, report, c.record); !errors.Is(err, c.want) || fmt.Sprintf("%+v", *b) != before {
			t.Errorf("%s: %v, want %v; %+v", name, err, c.want, b)
		}
	}
	for _, err := range []error{
		adapter.AnnotateCycloneDX(nil, report, &report.Documents[0]), adapter.AnnotateCycloneDX(bom(), nil, &report.Documents[0]), adapter.AnnotateCycloneDX(bom(), report, nil),
		adapter.Annotate(io.Discard, nil, nil), adapter.Annotate(io.Discard, report, nil),
	} {
		if !errors.Is(err, adapter.ErrOtherDocument) {
			t.Errorf("nothing is given: %v", err)
		}
	}
}

func TestAnnotateSPDX(t *testing.T) {
	out, r := annotated(t, "../../testdata/bids/endpoint-tender/management-console.spdx.json")
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
	data, err := os.ReadFile("../../testdata/bids/endpoint-tender/management-console.spdx.json")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := spdxjson.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := adapter.AnnotateSPDX(plain, r, &r.Documents[0]); err != nil || !reflect.DeepEqual(plain, doc) {
		t.Errorf("in memory it is another document, error %v", err)
	}
	plain.Packages = plain.Packages[1:]
	before := fmt.Sprintf("%+v", plain.Packages)
	for what, err := range map[string]error{
		"a package less":        adapter.AnnotateSPDX(plain, r, &r.Documents[0]),
		"no document":           adapter.AnnotateSPDX(nil, r, &r.Documents[0]),
		"a record of CycloneDX": adapter.AnnotateSPDX(plain, r, &evidence.Document{Format: "CycloneDX", SpecVersion: "1.6"}),
	} {
		if !errors.Is(err, adapter.ErrOtherDocument) || fmt.Sprintf("%+v", plain.Packages) != before {
			t.Errorf("%s: %v", what, err)
		}
	}
	const text = `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"annotations":[{"annotationDate":"2024-01-01T00:00:00Z","annotationType":"OTHER","annotator":"Person: x","comment":"y"}],"SPDXID":"SPDXRef-b","name":"agent","supplier":"Organization: Kaspersky Lab"}]}`
	if out, _ := annotated(t, write(t, text)); !bytes.Contains(out, []byte(`"comment":"y"},{"annotationDate"`)) {
		t.Errorf("%s", out)
	}
}

func TestAnnotateRefused(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"CycloneDX 1.4": {`{"bomFormat":"CycloneDX","specVersion":"1.4","components":[{"type":"library","name":"a"}]}`, adapter.ErrCannotAnnotate},
		"XML":           {`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component type="library"><name>a</name></component></components></bom>`, adapter.ErrCannotAnnotate},
		"an empty ref":  {`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"","type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`, adapter.ErrCannotAnnotate},
		"a ref of zero": {`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":0,"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`, adapter.ErrCannotAnnotate},
		"no document":   {`hello`, adapter.ErrCannotAnnotate},
		"no array":      {`{"bomFormat":"CycloneDX","specVersion":"1.6","annotations":{},"components":[{"bom-ref":"a","type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}}]}`, adapter.ErrCannotAnnotate},
	} {
		r := screened(write(t, c.text))
		var b bytes.Buffer
		if err := adapter.Annotate(&b, r, &adapter.AnnotateOptions{Content: []byte(c.text), Record: &r.Documents[0]}); !errors.Is(err, c.want) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
		if err := adapter.Annotate(&b, r, &adapter.AnnotateOptions{Content: []byte(c.text + " "), Record: &r.Documents[0]}); !errors.Is(err, adapter.ErrOtherDocument) {
			t.Errorf("%s, another file: %v", name, err)
		}
	}
}

// An annotation has the force and limits of the texts, how they speak to the buyer, what capped or
// settled them, and what the policy decided about the finding.
func TestAnnotationTellsAll(t *testing.T) {
	text := &denylist.Citation{Listing: "x/1/acme", Title: "Act One", Clause: "section 1", Binding: true, Addressees: "heads of agencies", Quote: "shall not buy", Language: "en", URL: "https://example.gov",
		Scope: &denylist.Scope{Limit: "switching equipment", Exceptions: []string{"spare parts"}}}
	content := []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6"}`)
	find := func(id string, c match.Citation) evidence.Finding {
		return evidence.Finding{ID: id, Finding: match.Finding{Verdict: c.Verdict, Vendor: match.Vendor{Name: "Acme"}, Component: match.Component{Ref: id}, Citations: []match.Citation{c}}}
	}
	d := evidence.Document{Path: "a.json", SHA256: fmt.Sprintf("%x", sha256.Sum256(content)), Format: "CycloneDX", SpecVersion: "1.6", Encoding: "JSON", Complete: true, Notices: []sbom.Warning{{Message: "it says that it is a draft"}},
		Findings: []evidence.Finding{find("waived", match.Citation{Citation: text, Verdict: match.Ban, Speaks: denylist.Binds, SettledBy: "the lot is about networks"}), find("counts", match.Citation{Citation: text, Verdict: match.Review, Speaks: denylist.Advises, CappedBy: "only proposed"})}}
	r := &evidence.Report{SchemaVersion: "2", Buyer: &denylist.Buyer{Title: "An agency"}, Documents: []evidence.Document{d}}
	decided := func(id string, w *policy.Waiver) []policy.Decided {
		return []policy.Decided{{Document: "a.json", ID: id, Waiver: w}}
	}
	r.Policy = &policy.Decision{Policy: "rules", Day: "2026-12-01", Waived: decided("waived", &policy.Waiver{Author: "A. Buyer", Reason: "until it is replaced", Expires: "2027-06-30"}), Fails: decided("counts", nil)}
	var b bytes.Buffer
	if err := adapter.Annotate(&b, r, &adapter.AnnotateOptions{Content: content, Record: &r.Documents[0]}); err != nil {
		t.Fatal(err)
	}
	var bom struct{ Annotations []struct{ Text string } }
	if err := json.Unmarshal(b.Bytes(), &bom); err != nil {
		t.Fatal(err)
	}
	for i, wants := range [][]string{
		{"ban, binding", "binding, addressed to heads of agencies; binds the buyer", "This finding: waived until 2027-06-30 by A. Buyer: until it is replaced", "Its limit is settled: the lot is about networks"},
		{"review, not binding", "not binding, addressed to heads of agencies; advises the buyer", "This finding: fails the policy", "Not stronger than review: only proposed"},
	} {
		for _, want := range append(wants, "for the buyer An agency", "Act One, section 1", "“shall not buy” [en] Limited to “switching equipment”. Except “spare parts”.", "Policy rules, on 2026-12-01: DOES NOT PASS", "it says that it is a draft") {
			if !strings.Contains(bom.Annotations[i].Text, want) {
				t.Errorf("%d: no %q in\n%s", i, want, bom.Annotations[i].Text)
			}
		}
	}
}

// A second call replaces the annotations of the first, also where the first gave a component its
// bom-ref, and leaves those of others.
func TestAnnotateTwice(t *testing.T) {
	const text = `{"bomFormat":"CycloneDX","specVersion":"1.6","annotations":[{"bom-ref":"x","subjects":[],"annotator":{"individual":{"name":"x"}},"timestamp":"2024-01-01T00:00:00Z","text":"x"}],` +
		`"components":[{"type":"library","name":"a","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"b","bom-ref":"b","supplier":{"name":"ZTE Corporation"}}]}`
	r := screened(write(t, text))
	bom := cyclonedx.BOM{}
	if err := cyclonedx.NewBOMDecoder(strings.NewReader(text), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	for call := range 2 {
		if err := adapter.AnnotateCycloneDX(&bom, r, &r.Documents[0]); err != nil {
			t.Fatal(err)
		}
		if n := annotations(&bom); n != 3 || (*bom.Annotations)[0].Text != "x" {
			t.Errorf("call %d: %d annotations, want 3: %+v", call+1, n, *bom.Annotations)
		}
	}
	const console = "../../testdata/bids/endpoint-tender/management-console.spdx.json"
	data, err := os.ReadFile(console)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := spdxjson.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r = screened(console)
	for call := range 2 {
		if err := adapter.AnnotateSPDX(doc, r, &r.Documents[0]); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range doc.Packages {
			n += len(p.Annotations)
		}
		if want := len(r.Documents[0].Findings); n != want {
			t.Errorf("call %d: %d annotations, want %d", call+1, n, want)
		}
	}
}
