// SPDX-License-Identifier: Apache-2.0

package queuetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

var two = map[string]int64{"one": 1000, "two": 1000}

// Results arrive in order, as they were announced, at their tenant.
func testResults(t *testing.T, start starter) {
	s := start(t, Config{Tenants: two, Wait: long})
	q := open(t, s)
	var want []job.Result
	for i := range 30 {
		want = append(want, newResult("one", i))
		if err := q.Announce(t.Context(), want[i]); err != nil {
			t.Fatalf("Announce: %v", err)
		}
	}
	noResults(t, q, "two")
	status(t, q, "one", queue.Status{Announced: 30, Limit: 1000})
	status(t, q, "two", queue.Status{Limit: 1000})
	q = open(t, s)
	got, ack := results(t, q, "one", 12)
	ack()
	rest, ack := results(t, q, "one", 18)
	if got = append(got, rest...); !reflect.DeepEqual(got, want) {
		t.Errorf("the results differ or are not in order: %d results; expected %d", len(got), len(want))
	}
	status(t, q, "one", queue.Status{Announced: 18, Limit: 1000})
	ack()
	status(t, q, "one", queue.Status{Limit: 1000})
	noResults(t, q, "one")
	go func() {
		time.Sleep(moment)
		q.Announce(context.Background(), newResult("one", 30))
	}()
	if got, _ := results(t, q, "one", 1); !reflect.DeepEqual(got, []job.Result{newResult("one", 30)}) {
		t.Errorf("a result that was announced while Results waited is %+v", got)
	}
}

// Results that were not acknowledged are delivered again, to any program.
func testResultsAgain(t *testing.T, start starter) {
	s := start(t, Config{Tenants: one, Wait: short})
	first := s.Open(t)
	for i := range 5 {
		if err := first.Announce(t.Context(), newResult("one", i)); err != nil {
			t.Fatal(err)
		}
	}
	results(t, first, "one", 5)
	first.Close()
	q := open(t, s)
	got, ack := results(t, q, "one", 5)
	slices.SortFunc(got, func(a, b job.Result) int { return int(a.Bytes - b.Bytes) })
	for i, r := range got {
		if !reflect.DeepEqual(r, newResult("one", i)) {
			t.Errorf("result %d is %+v", i, r)
		}
	}
	ack()
	ack() // again
	time.Sleep(short + moment)
	noResults(t, q, "one")
}

// Notes are kept by tenant and id, for all programs.
func testNotes(t *testing.T, start starter) {
	s := start(t, Config{Tenants: two, Wait: long})
	q := open(t, s)
	ctx, id, other := t.Context(), job.Digest("1"), job.Digest("2")
	get := func(n queue.Notes, id string, want []byte) {
		t.Helper()
		if got, err := n.Get(ctx, id); err != nil || !bytes.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("Get: %q, %v; expected %q", got, err, want)
		}
	}
	put := func(n queue.Notes, id string, note []byte) {
		t.Helper()
		if err := n.Put(ctx, id, note); err != nil {
			t.Fatalf("Put: %v", err)
		}
	}
	n := q.Notes("one")
	get(n, id, nil)
	put(n, id, []byte("document 7\x00\xff"))
	put(n, other, []byte{})
	get(n, id, []byte("document 7\x00\xff"))
	get(n, other, []byte{})
	get(q.Notes("two"), id, nil)
	large := bytes.Repeat([]byte("x"), queue.MaxNote)
	put(n, id, large)
	get(open(t, s).Notes("one"), id, large)
	if err := n.Put(ctx, id, append(large, 'x')); !errors.Is(err, queue.ErrNote) {
		t.Errorf("Put of a note of more than MaxNote bytes: %v; expected ErrNote", err)
	}
	for range 2 {
		if err := n.Delete(ctx, id); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	get(n, id, nil)
	get(n, other, []byte{})
	put(n, id, []byte("new"))
	get(n, id, []byte("new"))
}

// The status has the numbers of the jobs of the tenant.
func testStatus(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: map[string]int64{"one": 10, "two": 20}, Wait: long}))
	submit(t, q, newJobs("one", 6)...)
	status(t, q, "one", queue.Status{Waiting: 6, Limit: 10})
	all := receive(t, q, 4)
	status(t, q, "one", queue.Status{Waiting: 2, Working: 4, Limit: 10})
	if err := all[0].Again(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	last := receive(t, q, 3) // one of them again
	status(t, q, "one", queue.Status{Working: 6, Again: 1, Limit: 10})
	done(t, all[1:]...)
	status(t, q, "one", queue.Status{Working: 3, Again: 1, Limit: 10})
	done(t, last...)
	status(t, q, "one", queue.Status{Limit: 10})
	status(t, q, "two", queue.Status{Limit: 20})
}

// The tenants are in order, and there are no others.
func testTenants(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: map[string]int64{"ministry": 10, "agency": 10, "registry-2": 10}, Wait: long}))
	if got := q.Tenants(); !slices.Equal(got, []string{"agency", "ministry", "registry-2"}) {
		t.Errorf("the tenants are %q", got)
	}
	ctx := t.Context()
	_, status := q.Status(ctx, "nobody")
	_, submit := q.Submit(ctx, newJob("nobody", 1))
	a, results := q.Results(ctx, "nobody", 1, moment)
	_, note := q.Notes("nobody").Get(ctx, job.Digest("1"))
	for name, err := range map[string]error{
		"Status": status, "Submit": submit, "Results": results, "Get": note, "Announce": q.Announce(ctx, newResult("nobody", 1)),
		"Put": q.Notes("nobody").Put(ctx, job.Digest("1"), nil), "Delete": q.Notes("nobody").Delete(ctx, job.Digest("1")),
	} {
		if !errors.Is(err, queue.ErrTenant) {
			t.Errorf("%s for a tenant that does not exist: %v; expected ErrTenant", name, err)
		}
	}
	if a.Done == nil {
		t.Errorf("Done is nil after an error")
	}
}

// Close ends a Receive that waits, and each later call is an error.
func testClose(t *testing.T, start starter) {
	s := start(t, Config{Tenants: two, Wait: long})
	q := s.Open(t)
	submit(t, q, newJobs("one", 3)...)
	d := receive(t, q, 3)
	ended := make(chan error)
	go func() {
		_, err := q.Receive(context.Background(), 1, patience)
		ended <- err
	}()
	time.Sleep(moment)
	done(t, d[0])
	if err := q.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := q.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, queue.ErrClosed) {
			t.Errorf("Receive while the queue was closed: %v; expected ErrClosed", err)
		}
	case <-time.After(patience / 2):
		t.Errorf("Receive did not end when the queue was closed")
	}
	_, submitted := q.Submit(t.Context(), newJob("one", 9))
	_, received := q.Receive(t.Context(), 1, moment)
	_, got := q.Results(t.Context(), "one", 1, moment)
	_, status := q.Status(t.Context(), "one")
	_, note := q.Notes("one").Get(t.Context(), job.Digest("1"))
	for name, err := range map[string]error{
		"Submit": submitted, "Receive": received, "Results": got, "Status": status, "Get": note,
		"Announce": q.Announce(t.Context(), newResult("one", 1)), "Done": d[1].Done(t.Context()), "Working": d[1].Working(t.Context()),
	} {
		if !errors.Is(err, queue.ErrClosed) {
			t.Errorf("%s after Close: %v; expected ErrClosed", name, err)
		}
	}
}

// A server that ends and starts again loses nothing that it acknowledged, and its clients go on.
func testRestart(t *testing.T, start starter) {
	s := start(t, Config{Tenants: two, Wait: short})
	q := open(t, s)
	submit(t, q, newJobs("one", 50)...)
	done(t, receive(t, q, 5)...)
	held := receive(t, q, 5)
	for i := range 5 {
		if err := q.Announce(t.Context(), newResult("two", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Notes("two").Put(t.Context(), job.Digest("1"), []byte("note")); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	submitPatiently(t, q, newJob("two", 1))
	for _, d := range held[:2] {
		patiently(t, "Done", func() error { return d.Done(t.Context()) })
	}
	missing := map[string]string{jobID(newJob("two", 1)): "the job that was submitted after the restart"}
	for i := 10; i < 50; i++ {
		missing[jobID(newJob("one", i))] = fmt.Sprintf("job %d", i)
	}
	for _, d := range held[2:] {
		missing[jobID(d.Job())] = "a job that was being worked on"
	}
	for deadline := time.Now().Add(patience); len(missing) > 0 && time.Now().Before(deadline); {
		all, err := q.Receive(t.Context(), 100, time.Second)
		if err != nil && !errors.Is(err, queue.ErrDown) {
			t.Fatalf("Receive: %v", err)
		}
		for _, d := range all {
			delete(missing, jobID(d.Job()))
			patiently(t, "Done", func() error { return d.Done(t.Context()) })
		}
	}
	for _, what := range missing {
		t.Errorf("%s is lost", what)
	}
	got, ack := results(t, q, "two", 5)
	if len(got) != 5 || got[0].Bytes != 0 || got[4].Bytes != 4000 {
		t.Errorf("the results after the restart are %+v", got)
	}
	ack()
	if note, err := q.Notes("two").Get(t.Context(), job.Digest("1")); string(note) != "note" || err != nil {
		t.Errorf("the note after the restart is %q, %v", note, err)
	}
}

func jobID(j job.Job) string { return j.ID() }

// patiently calls do until the queue answers.
func patiently(t *testing.T, what string, do func() error) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(moment) {
		err := do()
		if err == nil {
			return
		}
		if !errors.Is(err, queue.ErrDown) || time.Now().After(deadline) {
			t.Fatalf("%s: %v; expected nil, or ErrDown for some time", what, err)
		}
	}
}

func submitPatiently(t *testing.T, q queue.Queue, j job.Job) {
	t.Helper()
	patiently(t, "Submit", func() error { _, err := q.Submit(t.Context(), j); return err })
}
