// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
	"github.com/clause76/clause76/examples/fleet/internal/table"
)

const (
	tenant  = fleettest.Tenant
	release = "2018.06.13"
)

// products are the folders that a compactor writes.
var products = []string{tenant + "/commits/", tenant + "/tables/", tenant + "/log/", tenant + "/staging/"}

func options(f *fleettest.Fleet, s store.Store, dir string) Options {
	return Options{Store: s, Tenant: tenant, Key: f.Key, Dir: dir, Segments: 2}
}

// search runs a compactor once over the bucket.
func search(o Options) error {
	c, err := Open(context.Background(), o)
	if err != nil {
		return err
	}
	return errors.Join(c.Search(context.Background()), c.Close())
}

func commits(t testing.TB, f *fleettest.Fleet, s store.Store) (all []*Link) {
	t.Helper()
	for l, err := range Chain(t.Context(), s, tenant, nil, f.Key.NoteVerifier) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func rows[T table.Row](t testing.TB, s store.Store, links []*Link) (all []T) {
	t.Helper()
	for _, l := range links {
		for i := range l.Tables {
			if l.Tables[i].Name != table.Name[T]() {
				continue
			}
			for row, err := range ReadTable[T](t.Context(), s, l.Commit, &l.Tables[i]) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, *row)
			}
		}
	}
	return all
}

// TestSearch commits everything once: each different document has one row.
func TestSearch(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	f.Fill(f.Screening(release), 5, 3)
	dir := t.TempDir()
	for range 2 { // the second time, nothing is new
		if err := search(options(f, m, dir)); err != nil {
			t.Fatal(err)
		}
	}
	all := commits(t, f, m)
	if len(all) != 3 {
		t.Fatalf("%d commits; expected 3 of 2, 2 and 1 segments", len(all))
	}
	docs := rows[table.Document](t, m, all)
	names := make(map[string]int)
	for _, d := range docs {
		names[d.Name]++
	}
	last := all[2]
	if len(docs) != 13 || len(names) != 13 || last.Totals != (Totals{Documents: 13, Records: 13, Batches: 5, Segments: 5}) {
		t.Errorf("%d rows of %d documents, totals %+v; expected 13", len(docs), len(names), last.Totals)
	}
	dropped := 0
	for _, l := range all {
		for _, s := range l.Segments {
			dropped += len(s.Dropped)
		}
	}
	if dropped != 2 {
		t.Errorf("%d documents dropped; expected 2", dropped)
	}
	for _, x := range rows[table.Finding](t, m, all) {
		if x.Vendor != "kaspersky" || x.Generation != 1 {
			t.Errorf("finding %+v", x)
		}
	}
	claims := rows[table.Claim](t, m, all)
	if len(claims) == 0 {
		t.Error("no claims")
	}
	// Inclusion of each segment in the log, by the tiles.
	tree := tlog.Tree{N: last.Size, Hash: last.Root}
	hashes := tlog.TileHashReader(tree, &Tiles{t.Context(), m, tenant})
	n := int64(0)
	for _, l := range all {
		for _, leaf := range l.Leaves() {
			proof, err := tlog.ProveRecord(last.Size, n, hashes)
			if err == nil {
				err = tlog.CheckRecord(proof, last.Size, last.Root, n, tlog.RecordHash(leaf))
			}
			if err != nil {
				t.Errorf("leaf %d: %v", n, err)
			}
			n++
		}
	}
}

// TestCrash stops the store after each write. The next run ends with the same bytes as one
// that was not interrupted, whether the local state is lost or not.
func TestCrash(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	f.Fill(f.Screening(release), 5, 2)
	want := m.Copy()
	if err := search(options(f, want, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	for k := 0; ; k++ {
		s, dir := m.Copy(), t.TempDir()
		s.StopAfter(k)
		err := search(options(f, s, dir))
		if err == nil {
			if k < 20 {
				t.Errorf("a run has only %d writes", k)
			}
			break
		}
		s.StopAfter(-1)
		if k%2 == 0 {
			dir = t.TempDir()
		}
		if err := search(options(f, s, dir)); err != nil {
			t.Fatalf("after %d writes: %v", k, err)
		}
		compare(t, fmt.Sprintf("after %d writes", k), s.Objects(products...), want.Objects(products...))
	}
}

func compare(t *testing.T, name string, got, want map[string][]byte) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !bytes.Equal(got[key], want[key]) {
			t.Errorf("%s: %s has %d bytes that are not the same", name, key, len(got[key]))
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok && !strings.Contains(key, ".p/") {
			t.Errorf("%s: %s is there too", name, key)
		}
	}
}

// TestTwoCompactors: of two that write the same commit, one succeeds, and nothing is there twice.
func TestTwoCompactors(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	results, _ := f.Fill(f.Screening(release), 6, 3)
	ctx := t.Context()
	var cs []*Compactor
	for range 2 {
		c, err := Open(ctx, options(f, m, t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		cs = append(cs, c)
	}
	// The second one knows nothing of the commit of the first.
	if err := cs[0].Commit(ctx, results[:3]); err != nil {
		t.Fatal(err)
	}
	if err := cs[1].Commit(ctx, results[2:]); err != nil {
		t.Fatal(err)
	}
	if err := cs[0].Commit(ctx, results); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		all := commits(t, f, m)
		seen := make(map[string]bool)
		for _, l := range all {
			for _, s := range l.Segments {
				if seen[s.Job.ID()] {
					t.Errorf("commit %d has a segment again", l.Number)
				}
				seen[s.Job.ID()] = true
			}
		}
		records := make(map[string]bool)
		for _, d := range rows[table.Document](t, m, all) {
			if records[d.Record] {
				t.Errorf("record %s has two rows", d.Record)
			}
			records[d.Record] = true
		}
		if len(seen) != len(results) {
			t.Errorf("%d segments in commits; expected %d", len(seen), len(results))
		}
	}
	check()
	more, _ := f.Fill(f.Screening("2024.07.24"), 6, 3)
	results = append(results, more...)
	done := make(chan error, 2)
	for _, c := range cs {
		go func() { done <- c.Commit(ctx, more) }()
	}
	for range cs {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	check()
}

// TestState: a state that is lost, of another bucket or of an earlier moment is no danger.
func TestState(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	s := f.Screening(release)
	f.Fill(s, 2, 3)
	dir := t.TempDir()
	if err := search(options(f, m, dir)); err != nil {
		t.Fatal(err)
	}
	early, err := os.ReadFile(filepath.Join(dir, tenant+".state"))
	if err != nil {
		t.Fatal(err)
	}
	f.Fill(s, 4, 3)
	if err := search(options(f, m, dir)); err != nil {
		t.Fatal(err)
	}
	other, otherDir := storetest.New(), t.TempDir()
	g := fleettest.New(t, other)
	g.Fill(g.Screening("2024.07.24"), 8, 2)
	if err := search(options(g, other, otherDir)); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(filepath.Join(otherDir, tenant+".state"))
	if err != nil {
		t.Fatal(err)
	}
	f.Fill(s, 6, 3)
	want := m.Copy()
	if err := search(options(f, want, dir)); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"lost": nil, "stale": early, "of another bucket": foreign, "damaged": []byte(strings.Repeat("no state", 4000))} {
		dir := t.TempDir()
		if file != nil {
			if err := os.WriteFile(filepath.Join(dir, tenant+".state"), file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got := m.Copy()
		if err := search(options(f, got, dir)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		compare(t, name, got.Objects(products...), want.Objects(products...))
	}
}

// TestDamagedSegments: a segment with a changed byte, wherever it is, is rejected and named, and its
// job can be done again. The other segments are committed.
func TestDamagedSegments(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	s := f.Screening(release)
	results, _ := f.Fill(s, 2, 2)
	key := store.SegmentKey(&results[0].Job)
	good := m.Objects(key)[key]
	r, err := segment.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{"index": len(good) - 200, "trailer": len(good) - 100, "signature": len(good) - 30, "end": len(good) - 1}
	for i, b := range r.Index.Blocks {
		places[fmt.Sprint("block ", i)] = int(b.Offset) + b.Size/2
	}
	for name, at := range places {
		for _, announced := range []bool{true, false} {
			got := m.Copy()
			bad := slices.Clone(good)
			bad[at] ^= 4
			got.Set(key, bad)
			c, err := Open(t.Context(), options(f, got, t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			if announced {
				err = c.Commit(t.Context(), results)
			} else {
				err = c.Search(t.Context())
			}
			if err = errors.Join(err, c.Close()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all := commits(t, f, got)
			if len(all) != 1 || len(all[0].Segments) != 1 || all[0].Segments[0].Job.ID() != results[1].Job.ID() {
				t.Errorf("%s: expected a commit with the other segment", name)
			}
			if len(got.Objects(key)) != 0 || len(got.Objects(tenant+"/rejected/")) != 2 {
				t.Errorf("%s: the segment was not moved", name)
			}
			// The job is done again.
			got.Set(key, good)
			if err := search(options(f, got, t.TempDir())); err != nil {
				t.Fatal(err)
			}
			if all := commits(t, f, got); len(all) != 2 || all[1].Totals.Documents != 3 {
				t.Errorf("%s: expected two commits with 3 documents", name)
			}
		}
	}
}

// TestOtherSegments: a segment of another job, of somebody else or of another version of the program is
// not committed.
func TestOtherSegments(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	s := f.Screening(release)
	results, batches := f.Fill(s, 2, 2)
	key := store.SegmentKey(&results[0].Job)
	other := store.SegmentKey(&results[1].Job)
	thief := fleettest.New(t, m.Copy())
	thief.Key, _ = fleettest.Key(t, "somebody else")
	fewer := f.Encode(job.Job{Tenant: tenant, Batch: batches[0].ID(), Screening: s.ID(), Only: []int{1}}, batches[0], s)
	tests := []struct {
		name     string
		data     []byte
		rejected bool
	}{
		{"of another job", m.Objects(other)[other], true},
		{"of some documents of the batch", fewer, true},
		{"by another key", thief.Encode(results[0].Job, batches[0], s), true},
		{"empty", []byte{}, true},
		{"missing", nil, false},
		{"of a newer program", newer(t, m.Objects(key)[key]), false},
	}
	for _, test := range tests {
		got := m.Copy()
		got.Set(key, test.data)
		for _, all := range [][]job.Result{results, nil} {
			c, err := Open(t.Context(), options(f, got, t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			if err = errors.Join(c.Commit(t.Context(), all), c.Search(t.Context()), c.Close()); err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
		}
		if all := commits(t, f, got); len(all) != 1 || len(all[0].Segments) != 1 {
			t.Errorf("%s: expected a commit with the other segment", test.name)
		}
		if n := len(got.Objects(tenant + "/rejected/")); (n > 0) != test.rejected {
			t.Errorf("%s: %d objects in the folder rejected", test.name, n)
		}
	}
}

// newer returns a segment with a version that this program does not know.
func newer(t *testing.T, data []byte) []byte {
	t.Helper()
	const trailer = 8 + 8 + 32 + 64 + 16
	end := slices.Clone(data[len(data)-trailer:])
	at, n := binary.BigEndian.Uint64(end), binary.BigEndian.Uint64(end[8:])
	d, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	index, err := d.DecodeAll(data[at:at+n], nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	index = bytes.Replace(index, []byte(`{"version":1,"job":{`), []byte(`{"version":2,"other":1,"job":{`), 1)
	packed := e.EncodeAll(index, nil)
	binary.BigEndian.PutUint64(end[8:], uint64(len(packed)))
	sum := sha256.Sum256(packed)
	copy(end[16:], sum[:])
	return slices.Concat(data[:at], packed, end)
}
