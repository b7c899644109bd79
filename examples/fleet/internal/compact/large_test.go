// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
)

// TestLarge commits 100,000 documents with 36 claims each, with statements of 5 kB that are not
// from a screening, and prints what it takes.
func TestLarge(t *testing.T) {
	if os.Getenv("FLEET_LONG") == "" {
		t.Skip("set FLEET_LONG=1 to run it")
	}
	const batches, claims = 400, 36
	dir := t.TempDir()
	s, err := store.OpenFolder(filepath.Join(dir, "bucket"))
	if err != nil {
		t.Fatal(err)
	}
	f := fleettest.New(t, s)
	screening := f.Screening(release)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range batches {
		b := &job.Batch{Tenant: tenant}
		for i := range job.MaxDocuments {
			b.Documents = append(b.Documents, job.Document{Name: fmt.Sprintf("registry/%d/%d.json", n, i), Object: "x", Size: 23_000, SHA256: job.Digest(fmt.Sprint(n, i))})
		}
		f.WriteBatch(b)
		j := job.Job{Tenant: tenant, Batch: b.ID(), Screening: screening.ID()}
		var entries []segment.Entry
		content := &segment.Content{}
		for i := range b.Documents {
			d := &b.Documents[i]
			key := d.Key()
			record := work.RecordKey(key, j.Screening)
			noise := make([]byte, 500)
			for k := range noise {
				noise[k] = byte(random.Uint32())
			}
			entries = append(entries, segment.Entry{Index: i, Document: key, Record: record, Statement: []byte(strings.Repeat("statement ", 400) + hex.EncodeToString(noise))})
			content.Documents = append(content.Documents, table.Document{Document: key, Record: record, Release: screening.Release, Screening: j.Screening, Name: d.Name, SHA256: d.SHA256, Bytes: d.Size, Batch: j.Batch, Index: int32(i), Segment: j.ID(), Verdict: "clear", Formats: "CycloneDX", Documents: 1, Components: 20})
			for k := range claims {
				content.Claims = append(content.Claims, table.Claim{Role: "component", Kind: "purl", Value: fmt.Sprintf("pkg:npm/part-%d-%d@1.%d", random.IntN(50_000), k, random.IntN(100)), Document: key, Batch: j.Batch, Index: int32(i)})
			}
		}
		slices.SortFunc(content.Claims, table.CompareClaims)
		content.Claims = slices.CompactFunc(content.Claims, func(a, b table.Claim) bool { return a == b })
		data, err := segment.Encode(t.Context(), f.Key.Statements, j, "test", entries, content)
		if err == nil {
			err = s.Create(t.Context(), store.SegmentKey(&j), data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	o := options(f, s, filepath.Join(dir, "state"))
	o.Segments = 64
	start := time.Now()
	if err := search(o); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	last := commits(t, f, s)
	size := int64(0)
	for object, err := range s.List(t.Context(), tenant+"/tables/") {
		if err != nil {
			t.Fatal(err)
		}
		size += object.Size
	}
	info, err := os.Stat(filepath.Join(dir, "state", tenant+".state"))
	if err != nil {
		t.Fatal(err)
	}
	memory := ""
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range strings.Lines(string(status)) {
			if strings.HasPrefix(line, "VmHWM") {
				memory = strings.TrimSpace(line)
			}
		}
	}
	t.Logf("%d documents in %d commits: %.1f s, tables of %d bytes, state of %d bytes, %s", last[len(last)-1].Totals.Documents, len(last), took.Seconds(), size, info.Size(), memory)
	start = time.Now()
	o.Dir = filepath.Join(dir, "state, made again")
	if err := search(o); err != nil {
		t.Fatal(err)
	}
	t.Logf("the state was made again in %.1f s", time.Since(start).Seconds())
}
