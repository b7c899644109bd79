// SPDX-License-Identifier: Apache-2.0

package rescreen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/segment"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/examples/fleet/internal/table"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/match"
)

const tenant = fleettest.Tenant

// A world is a bucket with batches, and what works on it.
type world struct {
	testing.TB
	s         store.Store
	f         *fleettest.Fleet
	screeners *work.Screeners
	batches   []*job.Batch
	dir       string
}

func newWorld(t testing.TB, s store.Store) *world {
	f := fleettest.New(t, s)
	return &world{t, s, f, &work.Screeners{Store: s, Signer: f.Key.Statements}, nil, t.TempDir()}
}

// fill writes random documents in batches.
func (w *world) fill(m *maker, batches, documents int) {
	for b := range batches {
		var names []string
		var contents [][]byte
		for i := range documents {
			name, text := m.document(b*documents + i)
			names, contents = append(names, name), append(contents, text)
		}
		w.batches = append(w.batches, w.f.Batch(names, contents))
	}
}

// screening writes a screening.
func (w *world) screening(o submit.ScreeningOptions) *job.Screening {
	w.Helper()
	x, _, err := submit.WriteScreening(w.Context(), w.s, tenant, o)
	if err != nil {
		w.Fatal(err)
	}
	return x
}

// do screens a job, and writes its segment.
func (w *world) do(j job.Job) {
	w.Helper()
	b, err := work.ReadBatch(w.Context(), w.s, &j)
	if err != nil {
		w.Fatal(err)
	}
	indexes := j.Only
	if len(indexes) == 0 {
		for i := range b.Documents {
			indexes = append(indexes, i)
		}
	}
	s, err := w.screeners.Get(w.Context(), tenant, j.Screening)
	if err != nil {
		w.Fatal(err)
	}
	var records []*work.Record
	for _, i := range indexes {
		records = append(records, w.record(s, &j, b, i))
	}
	data, err := s.Encode(w.Context(), j, records)
	if err == nil {
		err = w.s.Write(w.Context(), store.SegmentKey(&j), bytes.NewReader(data))
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) record(s *work.Screener, j *job.Job, b *job.Batch, i int) *work.Record {
	w.Helper()
	d := &b.Documents[i]
	r, err := s.Screen(w.Context(), j, b, i, func() (io.ReadCloser, error) {
		return w.s.Open(context.WithoutCancel(w.Context()), store.ObjectKey(tenant, d.Object), d.Offset, d.Size)
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// commit runs a compactor once.
func (w *world) commit() {
	w.Helper()
	c, err := compact.Open(w.Context(), compact.Options{Store: w.s, Tenant: tenant, Key: w.f.Key, Dir: w.dir, Segments: 3, ParseDelta: ParseDelta})
	if err == nil {
		err = errors.Join(c.Search(w.Context()), c.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// first screens all batches.
func (w *world) first(x *job.Screening, batches ...*job.Batch) {
	w.Helper()
	for _, b := range batches {
		w.do(job.Job{Tenant: tenant, Batch: b.ID(), Screening: x.ID()})
	}
	w.commit()
}

// options are those of a plan.
func (w *world) options(x *job.Screening) Options {
	w.Helper()
	return Options{Store: w.s, Tenant: tenant, Verifier: w.f.Key.NoteVerifier, Screening: *x, Matcher: w.matcher(x), Earlier: Earlier(w.s, tenant), Program: w.program(x), Dir: w.dir}
}

func (w *world) matcher(x *job.Screening) *match.Matcher {
	w.Helper()
	m, _, err := Earlier(w.s, tenant)(w.Context(), x.ID())
	if err != nil {
		w.Fatal(err)
	}
	return m
}

func (w *world) program(x *job.Screening) string {
	w.Helper()
	s, err := w.screeners.Get(w.Context(), tenant, x.ID())
	if err != nil {
		w.Fatal(err)
	}
	return s.Program()
}

// rescreen applies a screening, and does and commits its jobs.
func (w *world) rescreen(x *job.Screening) *Plan {
	w.Helper()
	p, err := Make(w.Context(), w.options(x))
	if err != nil {
		w.Fatal(err)
	}
	if _, err := p.Apply(w.Context(), w.f.Key.Statements, nil, nil, nil); err != nil {
		w.Fatal(err)
	}
	for _, j := range p.Jobs {
		w.do(j)
	}
	w.commit()
	return p
}

// right returns the records that are right under a screening, without their heads, by the keys of
// documents: those of its own segments, and those that delta statements are about.
func (w *world) right(x *job.Screening) map[string][]string {
	w.Helper()
	out := make(map[string][]string)
	segments := make(map[string]compact.Segment)
	add := func(s compact.Segment, except []int) {
		data, err := store.Read(w.Context(), w.s, store.SegmentKey(&s.Job), store.MaxSegment)
		if err != nil {
			w.Fatal(err)
		}
		r, err := segment.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			w.Fatal(err)
		}
		for i := range r.Index.Entries {
			e := &r.Index.Entries[i]
			if slices.Contains(except, e.Index) {
				continue
			}
			text, err := r.Statement(e)
			if err != nil {
				w.Fatal(err)
			}
			out[e.Document] = append(out[e.Document], withoutHead(w, text))
		}
	}
	for l, err := range compact.Chain(w.Context(), w.s, tenant, nil, nil) {
		if err != nil {
			w.Fatal(err)
		}
		for _, s := range l.Segments {
			segments[s.Job.ID()] = s
			if l.Screening == x.ID() {
				add(s, nil)
			}
		}
		for _, d := range l.Deltas {
			if l.Screening == x.ID() {
				add(segments[d.Job.ID()], d.Affected)
			}
		}
	}
	return out
}

// check compares the records that are right under a screening with those of screening everything.
func (w *world) check(x *job.Screening) {
	w.Helper()
	right := w.right(x)
	s, err := w.screeners.Get(w.Context(), tenant, x.ID())
	if err != nil {
		w.Fatal(err)
	}
	for _, b := range w.batches {
		j := &job.Job{Tenant: tenant, Batch: b.ID(), Screening: x.ID()}
		for i := range b.Documents {
			r := w.record(s, j, b, i)
			want := withoutHead(w, r.Entry.Statement)
			all := right[r.Entry.Document]
			if len(all) == 0 {
				w.Errorf("%s, %s: no record is right", x.Release, b.Documents[i].Name)
			}
			for _, got := range all {
				if got != want {
					w.Errorf("%s, %s:\n%s", x.Release, b.Documents[i].Name, difference(got, want))
				}
			}
		}
	}
}

// A chain of screenings, forwards and back, with custom lists, days and buyers.
func TestChain(t *testing.T) {
	w := newWorld(t, storetest.New())
	m := &maker{rand.New(rand.NewPCG(1, 2)), valuesOf(embedded(t))}
	n := 8
	if long() {
		n = 60
	}
	w.fill(m, 3, n)
	list, err := filepath.Abs("../../../../testdata/lists/ministry")
	if err != nil {
		t.Fatal(err)
	}
	a := w.screening(submit.ScreeningOptions{Release: "2020.08.14"})
	w.first(a, w.batches...)
	w.batches = append(w.batches, w.batches[0]) // submitted again: the same documents
	var last *job.Screening
	for _, o := range []submit.ScreeningOptions{
		{Release: "2024.07.24"},
		{Release: "2026.11.25"},
		{Release: "2026.11.25"}, // again
		{Release: "2020.08.14"}, // back
		{Denylist: list},
		{Release: "2026.11.30", AsOf: "2025-03-01"},
		{Release: "2026.11.30", Buyer: "eu-institution"},
		{Release: "2026.11.30", Jurisdictions: []string{"US"}},
	} {
		x := w.screening(o)
		p := w.rescreen(x)
		c := p.Counts
		t.Logf("%+v: %+v, %d statements, %d jobs", o, c, len(p.Deltas), len(p.Jobs))
		if c.Documents != int64(3*n) || c.Done+c.Affected+c.Unchanged != c.Documents {
			t.Errorf("%+v", c)
		}
		if last != nil && (x.ID() == last.ID() || x.ID() == a.ID()) && (c.Done != c.Documents || len(p.Deltas)+len(p.Jobs) > 0) && c.Affected > 0 {
			t.Errorf("it was screened already: %+v", c)
		}
		w.check(x)
		last = x
	}
	// A batch that comes later, under an older screening.
	x := w.screening(submit.ScreeningOptions{Release: "2026.11.25"})
	w.fill(m, 1, n)
	w.first(a, w.batches[len(w.batches)-1])
	if p := w.rescreen(x); p.Counts.Done == p.Counts.Documents {
		t.Errorf("nothing to do: %+v", p.Counts)
	}
	w.check(x)
	if p := w.rescreen(x); len(p.Deltas)+len(p.Jobs) > 0 {
		t.Errorf("it does not end: %+v", p.Counts)
	}
}

// An interruption at any write is followed by a run that finishes.
func TestInterruptedApply(t *testing.T) {
	m := storetest.New()
	w := newWorld(t, m)
	w.fill(&maker{rand.New(rand.NewPCG(3, 4)), valuesOf(embedded(t))}, 3, 4)
	w.first(w.screening(submit.ScreeningOptions{Release: "2018.06.13"}), w.batches...)
	x := w.screening(submit.ScreeningOptions{Release: "2024.07.24"})
	p, err := Make(t.Context(), w.options(x))
	if err != nil {
		t.Fatal(err)
	}
	apply := func() error {
		_, err := p.Apply(t.Context(), w.f.Key.Statements, nil, nil, nil)
		return err
	}
	for n := range len(p.Jobs) + len(p.Deltas) {
		m.StopAfter(n)
		if err := apply(); err == nil {
			t.Errorf("no error after %d writes", n)
		}
		m.StopAfter(-1)
	}
	w.commit()
	w.rescreen(x)
	w.check(x)
}

// The statement on the segments of another version of the program does not exist: it may have read the
// documents differently. The same holds for a screening with a release that is not known.
func TestOtherProgram(t *testing.T) {
	w := newWorld(t, storetest.New())
	w.fill(&maker{rand.New(rand.NewPCG(5, 6)), valuesOf(embedded(t))}, 2, 4)
	w.first(w.screening(submit.ScreeningOptions{Release: "2018.06.13"}), w.batches...)
	x := w.screening(submit.ScreeningOptions{Release: "2024.07.24"})
	for name, change := range map[string]func(*Options){
		"program": func(o *Options) { o.Program = "v9" },
		"release": func(o *Options) {
			o.Earlier = func(context.Context, string) (*match.Matcher, *job.Screening, error) { return nil, nil, ErrUnknown }
		},
	} {
		o := w.options(x)
		change(&o)
		p, err := Make(t.Context(), o)
		if err != nil {
			t.Fatal(name, err)
		}
		if p.Counts.Affected != 8 || p.Counts.Other != 8 || len(p.Deltas) > 0 || len(p.Jobs) != 2 || p.Jobs[0].Only != nil {
			t.Errorf("%s: %+v, %v", name, p.Counts, p.Jobs)
		}
	}
}

// More files than are read at the same time give the same rows.
func TestSortedFiles(t *testing.T) {
	s := storetest.New()
	rnd := rand.New(rand.NewPCG(7, 8))
	var files []file
	var want []table.Claim
	for n := range fanIn*2 + 3 {
		var all []table.Claim
		for range rnd.IntN(20) {
			all = append(all, table.Claim{Role: "supplier", Kind: "name", Value: fmt.Sprint(rnd.IntN(50)), Document: fmt.Sprint(rnd.IntN(1000))})
		}
		slices.SortFunc(all, table.CompareClaims)
		want = append(want, all...)
		var b bytes.Buffer
		w := table.NewWriter[table.Claim](&b)
		for i := range all {
			if err := w.Write(&all[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c := &compact.Commit{Tenant: tenant, Number: int64(n + 1), Release: "r"}
		f := file{commit: c, table: compact.Table{Name: table.Claims, SHA256: digest(b.Bytes()), Bytes: int64(b.Len())}}
		s.Set(c.Key(&f.table), b.Bytes())
		files = append(files, f)
	}
	slices.SortStableFunc(want, table.CompareClaims)
	var got []table.Claim
	for row, err := range sorted(t.Context(), s, t.TempDir(), files, table.CompareClaims) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *row)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d rows; expected %d in order", len(got), len(want))
	}
	// A file with other bytes is found.
	s.Set(files[5].commit.Key(&files[5].table), []byte(strings.Repeat("x", int(files[5].table.Bytes))))
	var fault error
	for _, err := range sorted(t.Context(), s, t.TempDir(), files, table.CompareClaims) {
		fault = errors.Join(fault, err)
	}
	if !errors.Is(fault, compact.ErrTable) {
		t.Errorf("a changed file: %v", fault)
	}
}

// The first record of a document has no claims, because the program ended each time. The claims of a
// later record count then.
func TestClaimsOfALaterRecord(t *testing.T) {
	w := newWorld(t, storetest.New())
	w.batches = append(w.batches, w.f.Batch([]string{"a.json", "b.json"}, [][]byte{fleettest.SBOM("Kaspersky Lab", 1), fleettest.SBOM("Acme", 2)}))
	a := w.screening(submit.ScreeningOptions{Release: "2017.09.14"})
	s, err := w.screeners.Get(t.Context(), tenant, a.ID())
	if err != nil {
		t.Fatal(err)
	}
	j := job.Job{Tenant: tenant, Batch: w.batches[0].ID(), Screening: a.ID()}
	var records []*work.Record
	for i := range 2 {
		r, err := s.Crashed(t.Context(), &j, w.batches[0], i)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	data, err := s.Encode(t.Context(), j, records)
	if err == nil {
		err = w.s.Write(t.Context(), store.SegmentKey(&j), bytes.NewReader(data))
	}
	if err != nil {
		t.Fatal(err)
	}
	w.commit()
	x := w.screening(submit.ScreeningOptions{Release: "2018.06.12"})
	if p := w.rescreen(x); p.Counts.Always != 2 {
		t.Errorf("%+v", p.Counts)
	}
	w.check(x)
	x = w.screening(submit.ScreeningOptions{Release: "2018.06.13"})
	if p := w.rescreen(x); p.Counts.Affected != 1 || p.Counts.Always != 0 {
		t.Errorf("%+v", p.Counts)
	}
	w.check(x)
}
