// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
)

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
		{"with fewer records", without(t, f, m.Objects(key)[key]), true},
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

// without returns a segment of the same job without its last record.
func without(t *testing.T, f *fleettest.Fleet, data []byte) []byte {
	t.Helper()
	r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	content, err := r.Content()
	if err != nil {
		t.Fatal(err)
	}
	last := len(r.Index.Entries) - 1
	entries := slices.Clone(r.Index.Entries[:last])
	for i := range entries {
		if entries[i].Statement, err = r.Statement(&entries[i]); err != nil {
			t.Fatal(err)
		}
	}
	content = &segment.Content{Documents: content.Documents[:last]}
	data, err = segment.Encode(t.Context(), f.Key.Statements, r.Index.Job, r.Index.Program, entries, content)
	if err != nil {
		t.Fatal(err)
	}
	return data
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
