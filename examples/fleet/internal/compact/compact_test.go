// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
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
	if left := m.Objects(tenant + "/staging/"); len(left) != 0 {
		t.Errorf("%d staged files are left", len(left))
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

// TestRestore: tables and tiles that were lost are made again with the same bytes, if the local state is
// removed. With a damaged segment, they are not.
func TestRestore(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	f.Fill(f.Screening(release), 5, 2)
	if err := search(options(f, m, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	lost := m.Copy()
	for key := range lost.Objects(tenant+"/tables/", tenant+"/log/") {
		lost.Set(key, nil)
	}
	damaged := lost.Copy()
	if err := search(options(f, lost, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	compare(t, "lost tables", lost.Objects(products...), m.Objects(products...))
	segments := damaged.Objects(tenant + "/segments/")
	key := slices.Min(slices.Collect(maps.Keys(segments)))
	bad := slices.Clone(segments[key])
	bad[50] ^= 1
	damaged.Set(key, bad)
	if err := search(options(f, damaged, t.TempDir())); !errors.Is(err, ErrSegment) {
		t.Errorf("with a damaged segment: %v", err)
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

// TestDeltas commits delta statements that are found or announced, each once, and not those for another
// segment or by somebody else.
func TestDeltas(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	results, _ := f.Fill(f.Screening(release), 5, 2)
	b := f.Screening("2024.07.24").ID()
	parse := func(_ context.Context, statement []byte, _ ...dsse.Verifier) (d *DeltaStatement, err error) {
		return d, json.Unmarshal(statement, &d)
	}
	put := func(r job.Result, d DeltaStatement) job.Result {
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		m.Set(store.DeltaKey(&r.Job, b), data)
		return job.Result{Job: r.Job, Segment: digest(data), Delta: b}
	}
	announced := []job.Result{
		put(results[0], DeltaStatement{results[0].Job, results[0].Segment, b, []int{1}}),
		put(results[1], DeltaStatement{results[1].Job, results[0].Segment, b, nil}),         // another segment
		put(results[2], DeltaStatement{results[2].Job, results[2].Segment, "b", nil}),       // another screening
		put(results[3], DeltaStatement{results[3].Job, results[3].Segment, b, []int{1, 0}}), // not in order
	}
	announced = append(announced, announced[0])
	put(results[4], DeltaStatement{results[4].Job, results[4].Segment, b, nil}) // found, not announced
	o := options(f, m, t.TempDir())
	o.ParseDelta = parse
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deltas := func() (all []Delta) {
		for _, l := range commits(t, f, m) {
			all = append(all, l.Deltas...)
		}
		return all
	}
	if err := c.Commit(t.Context(), announced); err != nil || len(deltas()) != 0 {
		t.Fatalf("before the segments are in a commit: %v, %v", deltas(), err)
	}
	for range 2 {
		if err := c.Commit(t.Context(), slices.Concat(announced, results)); err != nil {
			t.Fatal(err)
		}
		if all := deltas(); len(all) != 1 || all[0].Job.ID() != results[0].Job.ID() || !slices.Equal(all[0].Affected, []int{1}) {
			t.Errorf("deltas %+v", all)
		}
	}
	for range 2 {
		if err := c.Search(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all := deltas(); len(all) != 2 || all[1].Job.ID() != results[4].Job.ID() {
			t.Errorf("deltas %+v", all)
		}
	}
}

// A fakeQueue announces results, and counts those that were acknowledged.
type fakeQueue struct {
	queue.Queue
	mu        sync.Mutex
	results   []job.Result
	submitted []job.Job
	done      int
}

func (q *fakeQueue) Results(ctx context.Context, _ string, n int, wait time.Duration) (queue.Announced, error) {
	q.mu.Lock()
	n = min(n, len(q.results), 3)
	a := queue.Announced{Results: slices.Clone(q.results[:n])}
	q.results = q.results[n:]
	q.mu.Unlock()
	a.Done = func(context.Context) error {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.done += n
		return nil
	}
	if n == 0 {
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return a, nil
}

func (q *fakeQueue) Submit(_ context.Context, jobs ...job.Job) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.submitted = append(q.submitted, jobs...)
	return len(jobs), nil
}

// TestRun commits what is announced, acknowledges it afterwards, and queues the job of a damaged segment
// again.
func TestRun(t *testing.T) {
	m := storetest.New()
	f := fleettest.New(t, m)
	results, _ := f.Fill(f.Screening(release), 5, 2)
	key := store.SegmentKey(&results[2].Job)
	bad := slices.Clone(m.Objects(key)[key])
	bad[60] ^= 1
	m.Set(key, bad)
	q := &fakeQueue{results: slices.Concat(results, results[:1])}
	o := options(f, m, t.TempDir())
	o.Queue, o.Wait = q, 20*time.Millisecond
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	for ctx.Err() == nil {
		q.mu.Lock()
		if q.done == 6 {
			cancel()
		}
		q.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	all := commits(t, f, m)
	if n := all[len(all)-1].Totals.Segments; n != 4 || q.done != 6 {
		t.Errorf("%d segments in commits, %d results acknowledged; expected 4 and 6", n, q.done)
	}
	if len(q.submitted) != 1 || q.submitted[0].ID() != results[2].Job.ID() {
		t.Errorf("queued again: %v", q.submitted)
	}
}

// TestKill kills a compactor that writes to a folder.
func TestKill(t *testing.T) {
	const variable = "FLEET_TEST_COMPACTOR"
	if dir := os.Getenv(variable); dir != "" {
		s, err := store.OpenFolder(filepath.Join(dir, "bucket"))
		if err != nil {
			t.Fatal(err)
		}
		if err := search(options(fleettest.New(t, s), s, filepath.Join(dir, "state"))); err != nil {
			t.Fatal(err)
		}
		return
	}
	kills := 3
	if os.Getenv("FLEET_LONG") != "" {
		kills = 20
	}
	m := storetest.New()
	f := fleettest.New(t, m)
	f.Fill(f.Screening(release), 4*kills, 2)
	dir := t.TempDir()
	for key, data := range m.Objects("") {
		path := filepath.Join(dir, "bucket", filepath.FromSlash(key))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := search(options(f, m, t.TempDir())); err != nil {
		t.Fatal(err)
	}
	files := func() (n int) {
		for _, p := range products {
			filepath.WalkDir(filepath.Join(dir, "bucket", filepath.FromSlash(p)), func(_ string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					n++
				}
				return nil // folders come and go
			})
		}
		return n
	}
	// run kills the compactor when it has written some files; it does not if more is 0.
	run := func(more int) error {
		c := exec.Command(os.Args[0], "-test.run=^TestKill$")
		c.Env = append(os.Environ(), variable+"="+dir)
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		before := files()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		for {
			select {
			case err := <-ended:
				if err != nil {
					err = fmt.Errorf("%w: %s", err, out.String())
				}
				return err
			case <-time.After(time.Millisecond / 2):
				if more > 0 && files() >= before+more {
					c.Process.Kill()
				}
			}
		}
	}
	killed := 0
	for k := range kills {
		if run(1+k%7) != nil {
			killed++
		}
	}
	t.Logf("%d of %d runs were killed", killed, kills)
	if err := run(0); err != nil {
		t.Fatal(err)
	}
	got := make(map[string][]byte)
	s, err := store.OpenFolder(filepath.Join(dir, "bucket"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range products {
		for o, err := range s.List(t.Context(), p) {
			if err != nil {
				t.Fatal(err)
			}
			data, err := store.Read(t.Context(), s, o.Key, 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			got[o.Key] = data
		}
	}
	compare(t, "after kills", got, m.Objects(products...))
}
