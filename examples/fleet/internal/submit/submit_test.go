// SPDX-License-Identifier: Apache-2.0

package submit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/store/storetest"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/examples/fleet/internal/work"
)

const tenant = "ministry"

// A fakeQueue keeps jobs by id.
type fakeQueue struct {
	queue.Queue
	jobs  map[string]job.Job
	limit int
	full  int // how often it was full
}

func (q *fakeQueue) Submit(_ context.Context, jobs ...job.Job) (int, error) {
	for i := range jobs {
		if len(q.jobs) >= q.limit {
			q.full++
			q.limit += 2 // a worker did some
			return i, queue.ErrFull
		}
		q.jobs[jobs[i].ID()] = jobs[i]
	}
	return len(jobs), nil
}

func newQueue() *fakeQueue { return &fakeQueue{jobs: make(map[string]job.Job), limit: 1 << 30} }

func item(name string, content []byte) submit.Item {
	return submit.Item{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func each(items ...submit.Item) iter.Seq[submit.Item] {
	return func(yield func(submit.Item) bool) {
		for _, i := range items {
			if !yield(i) {
				return
			}
		}
	}
}

// many returns small documents with numbers from, from+1, ….
func many(n, from int) []submit.Item {
	var all []submit.Item
	for i := range n {
		all = append(all, item(fmt.Sprintf("bids/%06d.json", from+i), fmt.Appendf(nil, "document %d", from+i)))
	}
	return all
}

func options(t *testing.T, s store.Store, q queue.Queue) (submit.Options, map[string]error) {
	t.Helper()
	x, _, err := submit.WriteScreening(t.Context(), s, tenant, submit.ScreeningOptions{})
	if err != nil {
		t.Fatal(err)
	}
	problems := make(map[string]error)
	return submit.Options{
		Store: s, Queue: q, Tenant: tenant, Screening: x.ID(),
		Problem: func(name string, err error) { problems[name] = err },
	}, problems
}

// contents reads all documents of all batches in the store.
func contents(t *testing.T, s store.Store, q *fakeQueue) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, j := range q.jobs {
		b, err := work.ReadBatch(t.Context(), s, &j)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Documents {
			d := &b.Documents[i]
			r, err := s.Open(t.Context(), store.ObjectKey(tenant, d.Object), d.Offset, d.Size)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			all[d.Name] = string(data)
		}
	}
	return all
}

func TestSubmit(t *testing.T) {
	s, q := storetest.New(), newQueue()
	q.limit = 1
	o, problems := options(t, s, q)
	waited := 0
	o.Waiting = func(error) { waited++ }
	large := bytes.Repeat([]byte("0123456789abcdef"), job.MaxBytes/16+1)
	items := append(many(600, 0), item("large", large), item("empty", nil), item("not\xffUTF-8", []byte("x")))
	sum, err := submit.Run(t.Context(), o, each(items...))
	if err != nil || sum.Documents != 603 || len(problems) != 0 || sum.Known != 0 {
		t.Fatalf("%+v, %v, problems %v", sum, err, problems)
	}
	if int64(len(q.jobs)) != sum.Batches || waited == 0 {
		t.Errorf("%d jobs for %d batches, waited %d times", len(q.jobs), sum.Batches, waited)
	}
	got := contents(t, s, q)
	if len(got) != 603 || got["bids/000599.json"] != "document 599" || got["large"] != string(large) || got[`not\xffUTF-8`] != "x" {
		t.Errorf("%d documents, %q", len(got), slices.Sorted(maps.Keys(got))[600:])
	}
	// Once more: nothing is new.
	q.limit = 1 << 30
	again, err := submit.Run(t.Context(), o, each(items...))
	if err != nil || again.Known != again.Batches || again.Batches != sum.Batches || int64(len(q.jobs)) != sum.Batches {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	// With one more document at the start, most batches are the same.
	more, err := submit.Run(t.Context(), o, each(append(many(1, -1), many(5000, 0)...)...))
	if err != nil {
		t.Fatal(err)
	}
	shifted, err := submit.Run(t.Context(), o, each(many(5000, 0)...))
	if err != nil || shifted.Known < more.Batches/2 {
		t.Errorf("of %d batches, %d were known, %v", shifted.Batches, shifted.Known, err)
	}
}

func TestProblems(t *testing.T) {
	s, q := storetest.New(), newQueue()
	o, problems := options(t, s, q)
	o.MaxDocument = job.MaxBytes + 100
	write := func(key, data string) {
		if err := s.Write(t.Context(), key, strings.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	write("registry/a.json", "a")
	write("other/packs/ab/x.pack", "secret")
	large := bytes.Repeat([]byte("x"), job.MaxBytes+50)
	reads := 0
	changing := submit.Item{Name: "changing", Open: func() (io.ReadCloser, error) {
		reads++
		return io.NopCloser(io.MultiReader(bytes.NewReader(large), strings.NewReader(fmt.Sprint(reads)))), nil
	}}
	sum, err := submit.Run(t.Context(), o, each(
		submit.Item{Name: "unreadable", Err: os.ErrPermission},
		submit.Item{Name: "gone", Open: func() (io.ReadCloser, error) { return nil, os.ErrNotExist }},
		item("too large", append(large, large...)),
		changing,
		submit.Item{Name: "registry/a.json", Object: "registry/a.json"},
		submit.Item{Name: "registry/b.json", Object: "registry/b.json"},
		submit.Item{Name: "secret", Object: "other/packs/ab/x.pack"},
		submit.Item{Name: "escape", Object: "registry/../other/packs/ab/x.pack"},
		item("good", []byte("good")),
	))
	if err != nil || sum.Documents != 2 || sum.Problems != 7 {
		t.Errorf("%+v, %v", sum, err)
	}
	for name, want := range map[string]error{
		"unreadable": os.ErrPermission, "gone": os.ErrNotExist, "too large": submit.ErrTooLarge, "changing": submit.ErrChanged,
		"registry/b.json": store.ErrMissing, "secret": store.ErrForeign, "escape": store.ErrMissing,
	} {
		if !errors.Is(problems[name], want) {
			t.Errorf("%s: %v; expected %v", name, problems[name], want)
		}
	}
	if got := contents(t, s, q); len(got) != 2 || got["registry/a.json"] != "a" {
		t.Errorf("the documents are %v", got)
	}
}

// TestForeign checks that a worker refuses a batch with the documents of another tenant, whoever wrote it.
func TestForeign(t *testing.T) {
	s := storetest.New()
	b := job.Batch{Tenant: tenant, Documents: []job.Document{{Name: "x", Object: "/other/packs/ab/x.pack", Size: 1, Version: "1"}}}
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), store.BatchKey(tenant, b.ID()), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	j := &job.Job{Tenant: tenant, Batch: b.ID()}
	if _, err := work.ReadBatch(t.Context(), s, j); !errors.Is(err, job.ErrBad) || !errors.Is(err, store.ErrForeign) {
		t.Errorf("%v; expected ErrForeign", err)
	}
}

func TestItems(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a.json": "a", "sub/b.json": "b", "root/etc/os-release": "ID=x\n", "root/bin/sh": "", "root/usr/x": ""} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names := func(items iter.Seq[submit.Item]) (good []string, bad map[string]error) {
		bad = make(map[string]error)
		for i := range items {
			if i.Err != nil {
				bad[filepath.Base(i.Name)] = i.Err
			} else {
				good = append(good, filepath.Base(i.Name))
			}
		}
		return good, bad
	}
	good, bad := names(submit.Paths([]string{filepath.Join(dir, "a.json"), filepath.Join(dir, "sub"), filepath.Join(dir, "none"), "-"}))
	if strings.Join(good, " ") != "a.json b.json" || !errors.Is(bad["none"], os.ErrNotExist) || bad["-"] == nil {
		t.Errorf("%v, %v", good, bad)
	}
	if good, bad = names(submit.Paths([]string{filepath.Join(dir, "root")})); len(good) == 0 && !errors.Is(bad["root"], submit.ErrDirectory) {
		t.Errorf("%v, %v", good, bad)
	}
	list := filepath.Join(dir, "a.json") + "\r\n\n" + dir + "\n" + filepath.Join(dir, "none") + "\n"
	if good, bad = names(submit.List(strings.NewReader(list))); len(good) != 1 || len(bad) != 2 {
		t.Errorf("%v, %v", good, bad)
	}
	if _, bad = names(submit.List(strings.NewReader(strings.Repeat("x", 1<<20)))); len(bad) != 1 {
		t.Errorf("a long line: %v", bad)
	}
	s := storetest.New()
	for _, key := range []string{"registry/a", "registry/b", "registry2/c"} {
		if err := s.Write(t.Context(), key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	if good, _ = names(submit.Prefix(t.Context(), s, "registry/")); strings.Join(good, " ") != "a b" {
		t.Errorf("the objects are %v", good)
	}
}

func TestRequeue(t *testing.T) {
	s, q := storetest.New(), newQueue()
	o, _ := options(t, s, q)
	if _, err := submit.Run(t.Context(), o, each(many(2000, 0)...)); err != nil {
		t.Fatal(err)
	}
	all := len(q.jobs)
	if all < 6 {
		t.Fatalf("%d jobs; expected some", all)
	}
	n := 0
	for _, j := range q.jobs {
		key := store.SegmentKey(&j)
		if n++; n == 3 {
			key = store.FailedKey(&j)
		}
		if n <= 3 {
			if err := s.Write(t.Context(), key, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The queue loses everything.
	lost := newQueue()
	queued, err := submit.Requeue(t.Context(), s, lost, tenant)
	if err != nil || queued != all-3 || len(lost.jobs) != all-3 {
		t.Errorf("%d of %d jobs were queued again, %v; expected all but 3", queued, all, err)
	}
	c, err := submit.Count(t.Context(), s, tenant)
	if err != nil || c.Jobs != int64(all) || c.Open != int64(all-3) || c.Failed != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestScreening(t *testing.T) {
	s := storetest.New()
	list := filepath.Join("..", "..", "..", "..", "testdata", "lists", "ministry")
	for _, test := range []struct {
		name string
		o    submit.ScreeningOptions
		ok   bool
	}{
		{"default", submit.ScreeningOptions{}, true},
		{"list", submit.ScreeningOptions{Denylist: list, Jurisdictions: []string{"us", "EU", "EU"}}, true},
		{"buyer", submit.ScreeningOptions{Buyer: "nl-ministry", AsOf: "2026-11-01"}, true},
		{"no release", submit.ScreeningOptions{Release: "1999.01.01"}, false},
		{"both", submit.ScreeningOptions{Release: "2018.06.13", Denylist: list}, false},
		{"day", submit.ScreeningOptions{AsOf: "tomorrow"}, false},
		{"no pin", submit.ScreeningOptions{Denylist: filepath.Join(list, "list.json")}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			x, release, err := submit.WriteScreening(t.Context(), s, tenant, test.o)
			if !test.ok {
				if !errors.Is(err, submit.ErrScreening) {
					t.Errorf("%v; expected ErrScreening", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			read, err := work.ReadScreening(t.Context(), s, tenant, x.ID())
			if err != nil {
				t.Fatal(err)
			}
			opened, err := work.OpenRelease(t.Context(), s, tenant, read)
			if err != nil || opened.Digest() != release.Digest() || opened.Name() != release.Name() {
				t.Errorf("the release is %v, %v", opened, err)
			}
			if _, err := work.NewScreener(*read, opened, nil); err != nil {
				t.Error(err)
			}
		})
	}
}
