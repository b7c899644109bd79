package sbom_test

import (
	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
	spdxjson "github.com/spdx/tools-golang/json"
	"os"
	"testing"
)

func bench(b *testing.B, f string, resolve bool) {
	for b.Loop() {
		h, _ := os.Open(f)
		st, _ := h.Stat()
		b.SetBytes(st.Size())
		n := 0
		d := sbom.NewReader(h, nil)
		if resolve {
			d.Keep(vendors.Bundled().MayMatch)
		}
		for c, err := range d.Components() {
			if err != nil {
				b.Fatal(err)
			}
			n++
			if resolve {
				r := vendors.Bundled().Resolve("2026-11-23", c.Claims)
				if r.Attributions != nil {
					b.Fatal(r)
				}
			}
		}
		if n < 50000 {
			b.Fatal(n)
		}
		h.Close()
	}
}
func BenchmarkRead(b *testing.B)        { bench(b, "/tmp/probe/big.cdx.json", false) }
func BenchmarkReadResolve(b *testing.B) { b.ReportAllocs(); bench(b, "/tmp/probe/big.cdx.json", true) }
func BenchmarkSPDX(b *testing.B)        { bench(b, "/tmp/probe/big.spdx.json", false) }
func BenchmarkSPDXResolve(b *testing.B) { bench(b, "/tmp/probe/big.spdx.json", true) }
func BenchmarkLibCdx(b *testing.B) {
	for b.Loop() {
		h, _ := os.Open("/tmp/probe/big.cdx.json")
		st, _ := h.Stat()
		b.SetBytes(st.Size())
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(h, cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			b.Fatal(err)
		}
		h.Close()
	}
}
func BenchmarkLibSPDX(b *testing.B) {
	for b.Loop() {
		h, _ := os.Open("/tmp/probe/big.spdx.json")
		st, _ := h.Stat()
		b.SetBytes(st.Size())
		if _, err := spdxjson.Read(h); err != nil {
			b.Fatal(err)
		}
		h.Close()
	}
}
