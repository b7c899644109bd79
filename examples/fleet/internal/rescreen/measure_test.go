// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// ordinary makes documents as most are: parts of makers that no register has, and few of others.
func (m *maker) ordinary(n int) []byte {
	doc := map[string]any{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": map[string]any{"component": map[string]any{"type": "application", "name": "product", "bom-ref": "product"}}}
	var parts []any
	for i := range 1 + m.IntN(5) {
		if m.chance(0.01) {
			parts = append(parts, m.fields(i))
			continue
		}
		name := "lib" + strconv.Itoa(m.IntN(20_000))
		parts = append(parts, map[string]any{"bom-ref": strconv.Itoa(i), "type": "library", "name": name, "version": "1." + strconv.Itoa(n%50),
			"purl": "pkg:npm/" + name + "@1." + strconv.Itoa(n%50), "supplier": map[string]any{"name": "Maker " + strconv.Itoa(m.IntN(3000))}})
	}
	doc["components"] = parts
	return marshal(doc)
}

// TestMeasure measures rescreening: FLEET_MEASURE is the number of documents, such as 100000. Each
// document is also screened completely under each release.
func TestMeasure(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("FLEET_MEASURE"))
	if err != nil || n < 1 {
		t.Skip("set FLEET_MEASURE to a number of documents")
	}
	s, err := store.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, s)
	m := &maker{rand.New(rand.NewPCG(9, 10)), valuesOf(embedded(t))}
	var contents [][]byte
	for len(contents) < n {
		var names []string
		from := len(contents)
		for i := from; i < min(n, from+job.MaxDocuments); i++ {
			names, contents = append(names, strconv.Itoa(i)+".json"), append(contents, m.ordinary(i))
		}
		w.batches = append(w.batches, w.f.Batch(names, contents[from:]))
	}
	a := w.screening(submit.ScreeningOptions{Release: "2024.07.24"})
	start := time.Now()
	w.first(a, w.batches...)
	t.Logf("%d documents screened, signed and committed in %.0f s", n, time.Since(start).Seconds())
	before := hashes(t, w.matcher(a), contents)
	for _, name := range []string{"2020.08.14", "2026.11.23", "2026.11.25", "2026.11.30"} {
		x := w.screening(submit.ScreeningOptions{Release: name})
		o := w.options(x)
		start := time.Now()
		p, err := Make(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(start)
		affected := make([]bool, n)
		for _, j := range p.Jobs {
			for b := range w.batches {
				if w.batches[b].ID() != j.Batch {
					continue
				}
				for _, i := range only(&j, w.batches[b]) {
					affected[b*job.MaxDocuments+i] = true
				}
			}
		}
		start = time.Now()
		after := hashes(t, o.Matcher, contents)
		all := time.Since(start)
		changed, missed := 0, 0
		for i := range contents {
			if before[i] != after[i] {
				changed++
				if !affected[i] {
					missed++
				}
			}
		}
		t.Logf("%s to %s: %+v; %d changed, %d missed; %.1f s; screening all again takes %.0f s without signing; %d statements, %d jobs",
			a.Release, name, p.Counts, changed, missed, took.Seconds(), all.Seconds(), len(p.Deltas), len(p.Jobs))
		causes := make(map[Cause]int64)
		for _, x := range p.Causes {
			causes[x.Cause] += x.Values
		}
		t.Logf("claims by cause: %v", causes)
		if missed > 0 {
			t.Errorf("%s: %d missed", name, missed)
		}
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	t.Logf("%d MB from the system", mem.Sys>>20)
}

func only(j *job.Job, b *job.Batch) (all []int) {
	if len(j.Only) > 0 {
		return j.Only
	}
	for i := range b.Documents {
		all = append(all, i)
	}
	return all
}

// hashes returns digests of the records of documents under a screening, without their heads.
func hashes(t *testing.T, m *match.Matcher, contents [][]byte) [][32]byte {
	t.Helper()
	out := make([][32]byte, len(contents))
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for k := range workers {
		wait.Go(func() {
			for i := k; i < len(contents); i += workers {
				in := screen.Input{Name: strconv.Itoa(i) + ".json", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(contents[i])), nil }}
				r := evidence.New(m, "fleet", match.Ban)
				r.Finish(screen.Run(context.Background(), m, []screen.Input{in}, &screen.Options{Jobs: 1, Snapshot: func(int, *sbom.Snapshot) {}}))
				r.Denylist, r.Options, r.Notices, r.Buyer = evidence.Denylist{}, evidence.Options{}, nil, (*denylist.Buyer)(nil)
				var b bytes.Buffer
				if err := r.WriteJSON(&b); err != nil {
					t.Error(err)
				}
				out[i] = sha256.Sum256(b.Bytes())
			}
		})
	}
	wait.Wait()
	return out
}
