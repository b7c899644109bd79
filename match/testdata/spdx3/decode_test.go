// SPDX-License-Identifier: Apache-2.0

// Package spdx3 decodes a document with the pre-release of tools-golang that reads
// SPDX 3, for comparison. It is a module of its own, so that no program of this one
// gets a pre-release.
package spdx3

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spdx/tools-golang/spdx/v3/v3_0"
)

func BenchmarkLibrarySPDX3(b *testing.B) {
	dir := os.Getenv("BENCH_DIR")
	if dir == "" {
		b.Skip("BENCH_DIR is not set; BenchmarkScreenSPDX3 of package match leaves its document there")
	}
	path := filepath.Join(dir, "bench.spdx3.json")
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		var doc v3_0.Document
		if err := doc.FromJSON(f); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// The faults of the library in SPDX 3 that hide a vendor, as they are: a test that
// fails says that one was mended. TestSPDX3Evasion of package sbom has the same inputs.
func TestFaults(t *testing.T) {
	const head = `{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[{"type":"CreationInfo","@id":"_:c","specVersion":"3.0.1","created":"2026-01-01T00:00:00Z","createdBy":["https://x/m"]},` +
		`{"type":"Organization","spdxId":"https://x/m","creationInfo":"_:c","name":"Maker"},` +
		`{"type":"SpdxDocument","spdxId":"https://x/doc","creationInfo":"_:c","rootElement":["https://x/p"]},`
	for _, tt := range []struct{ name, graph, want string }{
		{"D8: two elements of one id", `{"type":"software_Package","spdxId":"https://x/p","creationInfo":"_:c","name":"kav","suppliedBy":"https://x/k"},` +
			`{"type":"Organization","spdxId":"https://x/k","creationInfo":"_:c","name":"Kaspersky Lab"},{"type":"Organization","spdxId":"https://x/k","creationInfo":"_:c","name":"Acme"}`, "kav Acme"},
		{"D9: context of an element", `{"type":"software_Package","spdxId":"https://x/p","creationInfo":"_:c","@context":{"name":"urn:x"},"name":"kav"}`, " "},
		{"D10: agent elsewhere", `{"type":"software_Package","spdxId":"https://x/p","creationInfo":"_:c","name":"kav","suppliedBy":"https://other/org9"}`, "error"},
	} {
		var doc v3_0.Document
		got := "error"
		if doc.FromJSON(strings.NewReader(head+tt.graph+`]}`)) == nil {
			got = describe(&doc)
		}
		if got != tt.want {
			t.Errorf("%s: %q, no longer %q", tt.name, got, tt.want)
		}
	}
}

func describe(doc *v3_0.Document) string {
	for _, e := range doc.RootElements {
		if p, ok := e.(*v3_0.Package); ok {
			s := p.Name + " "
			if p.SuppliedBy != nil {
				s += p.SuppliedBy.(*v3_0.Organization).Name
			}
			return s
		}
	}
	return "no package"
}
