// SPDX-License-Identifier: Apache-2.0

// Package spdx3 decodes a document with the pre-release of tools-golang that reads
// SPDX 3, for comparison. It is a module of its own, so that no program of this one
// gets a pre-release.
package spdx3

import (
	"os"
	"path/filepath"
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
