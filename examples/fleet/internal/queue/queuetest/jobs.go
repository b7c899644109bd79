// SPDX-License-Identifier: Apache-2.0

package queuetest

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

// A job arrives as it was submitted, in order, once, at another program, also one that connects later.
func testSubmit(t *testing.T, start starter) {
	s := start(t, Config{Tenants: one, Wait: long})
	jobs := newJobs("one", 20)
	submit(t, open(t, s), jobs...)
	q := open(t, s)
	all := receive(t, q, len(jobs))
	for i, d := range all {
		if !reflect.DeepEqual(d.Job(), jobs[i]) || d.Attempt() != 1 {
			t.Errorf("job %d is %+v, attempt %d; expected %+v, attempt 1", i, d.Job(), d.Attempt(), jobs[i])
		}
	}
	none(t, q)
	done(t, all...)
	none(t, q)
	status(t, q, "one", queue.Status{Limit: 1000})
}

// A job that is not valid is refused, and those before it are queued.
func testBad(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: one, Wait: long}))
	bad := newJob("one", 2)
	bad.Batch = "x"
	if n, err := q.Submit(t.Context(), newJob("one", 1), bad, newJob("one", 3)); n != 1 || !errors.Is(err, job.ErrBad) {
		t.Errorf("Submit of a bad job: %d, %v; expected 1 and ErrBad", n, err)
	}
	done(t, receive(t, q, 1)...)
	none(t, q)
}

// A job is not in the queue twice, waiting or delivered. When it is done it can be queued again.
func testDuplicate(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: one, Wait: long}))
	j, k := newJob("one", 1), newJob("one", 2)
	submit(t, q, j, j, k)
	submit(t, q, j)
	all := receive(t, q, 2)
	submit(t, q, k, j) // they are being worked on
	none(t, q)
	done(t, all...)
	none(t, q)
	var again []queue.Delivery
	for deadline := time.Now().Add(patience); len(again) == 0 && time.Now().Before(deadline); {
		submit(t, q, j) // a cluster removes a job some time after it was done
		var err error
		if again, err = q.Receive(t.Context(), 1, moment); err != nil {
			t.Fatal(err)
		}
	}
	if len(again) == 0 {
		t.Fatal("a job that was done cannot be queued again")
	}
	if again[0].Attempt() != 1 {
		t.Errorf("a job that was queued again has attempt %d; expected 1", again[0].Attempt())
	}
	done(t, again...)
}

// A tenant with as many jobs as it may have gets ErrFull, also if they are being worked on. Other
// tenants do not.
func testFull(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: map[string]int64{"small": 5, "other": 1000}, Wait: long}))
	jobs := newJobs("small", 7)
	n, err := q.Submit(t.Context(), jobs...)
	if n != 5 || !errors.Is(err, queue.ErrFull) {
		t.Fatalf("Submit of 7 jobs where 5 fit: %d, %v; expected 5 and ErrFull", n, err)
	}
	submit(t, q, jobs[:5]...) // they are in the queue
	submit(t, q, newJobs("other", 10)...)
	var all []queue.Delivery
	for _, d := range receive(t, q, 15) {
		if d.Job().Tenant == "small" {
			all = append(all, d)
		}
	}
	if n, err := q.Submit(t.Context(), jobs[5:]...); n != 0 || !errors.Is(err, queue.ErrFull) {
		t.Errorf("Submit while 5 jobs are being worked on: %d, %v; expected 0 and ErrFull", n, err)
	}
	done(t, all[0])
	// A cluster removes a job some time after it was done.
	n = 0
	for deadline := time.Now().Add(patience); n == 0 && errors.Is(err, queue.ErrFull) && time.Now().Before(deadline); {
		n, err = q.Submit(t.Context(), jobs[5:]...)
	}
	if n != 1 || !errors.Is(err, queue.ErrFull) {
		t.Errorf("Submit after one was done: %d, %v; expected 1 and ErrFull", n, err)
	}
}

// Receive waits for a job, and returns what there is without waiting for more. It ends with its context.
func testEmpty(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: map[string]int64{"one": 1000, "two": 1000}, Wait: long}))
	none(t, q)
	go func() {
		time.Sleep(moment)
		q.Submit(context.Background(), newJob("two", 1))
	}()
	began := time.Now()
	all, err := q.Receive(t.Context(), 100, patience)
	if len(all) != 1 || err != nil || time.Since(began) >= patience {
		t.Fatalf("Receive: %d jobs, %v after %s; expected 1 as soon as it was queued", len(all), err, time.Since(began))
	}
	done(t, all...)
	ctx, cancel := context.WithTimeout(t.Context(), moment)
	defer cancel()
	began = time.Now()
	if all, err := q.Receive(ctx, 1, patience); len(all) > 0 || err != nil && !errors.Is(err, context.DeadlineExceeded) || time.Since(began) >= patience {
		t.Errorf("Receive with a context that ended: %d jobs, %v after %s", len(all), err, time.Since(began))
	}
}

// A tenant with many jobs delays the jobs of another by one round at most.
func testTurn(t *testing.T, start starter) {
	many := 1000
	if extended {
		many = 10_000
	}
	q := open(t, start(t, Config{Tenants: map[string]int64{"a-many": 20_000, "b-idle": 10, "c-few": 10, "d-idle": 10}, Wait: long}))
	submit(t, q, newJobs("a-many", many)...)
	for range 3 {
		done(t, receive(t, q, 10)...)
	}
	submit(t, q, newJobs("c-few", 3)...)
	few, calls := 0, 0
	for ; few < 3 && calls < 8; calls++ {
		all, err := q.Receive(t.Context(), 10, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Job().Tenant == "c-few" {
				few++
			}
		}
		done(t, all...)
	}
	if few != 3 || calls > 4 {
		t.Errorf("%d of 3 jobs of the tenant with few arrived in %d calls; expected all of them within 4", few, calls)
	}
	if extended {
		t.Logf("the 3 jobs beside %d of another tenant arrived in %d calls", many, calls)
	}
}

// Several programs with several receivers get each job once.
func testReceivers(t *testing.T, start starter) {
	s := start(t, Config{Tenants: map[string]int64{"one": 1000, "two": 1000}, Wait: long})
	submit(t, open(t, s), append(newJobs("one", 200), newJobs("two", 100)...)...)
	var mu sync.Mutex
	seen := make(map[string]int)
	var wait sync.WaitGroup
	deadline := time.Now().Add(patience)
	for i := range 4 {
		q := open(t, s)
		wait.Go(func() {
			for time.Now().Before(deadline) {
				all, err := q.Receive(t.Context(), 7, moment)
				if err != nil {
					t.Errorf("receiver %d: %v", i, err)
					return
				}
				mu.Lock()
				for _, d := range all {
					j := d.Job()
					seen[j.ID()]++
				}
				enough := len(seen) == 300
				mu.Unlock()
				for _, d := range all {
					if err := d.Done(t.Context()); err != nil {
						t.Errorf("receiver %d: Done: %v", i, err)
					}
				}
				if enough {
					return
				}
			}
		})
	}
	wait.Wait()
	if len(seen) != 300 {
		t.Errorf("%d of 300 jobs arrived", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("job %s arrived %d times", id, n)
		}
	}
	status(t, open(t, s), "one", queue.Status{Limit: 1000})
}

// A job of a receiver that is silent or closed is delivered again with the next attempt, without end.
func testSilent(t *testing.T, start starter) {
	s := start(t, Config{Tenants: one, Wait: short})
	j := newJob("one", 1)
	submit(t, open(t, s), j)
	last := 3
	if extended {
		last = 12
	}
	for attempt := 1; attempt <= last; attempt++ {
		q := s.Open(t)
		d := receive(t, q, 1)[0]
		if d.Job().Batch != j.Batch || d.Attempt() != attempt {
			t.Errorf("delivery %d has attempt %d", attempt, d.Attempt())
		}
		if attempt == last {
			done(t, d)
		}
		q.Close()
	}
	q := open(t, s)
	time.Sleep(short + moment)
	none(t, q)
}

// A job that is being worked on is not delivered again.
func testWorking(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: one, Wait: short}))
	submit(t, q, newJob("one", 1))
	d := receive(t, q, 1)[0]
	last := time.Now()
	for range 16 {
		all, err := q.Receive(t.Context(), 1, moment)
		if err != nil {
			t.Fatal(err)
		}
		if time.Since(last) > short*3/4 {
			t.Skip("this machine is too busy for the test")
		}
		if len(all) > 0 {
			t.Fatalf("a job that is being worked on was delivered again, attempt %d", all[0].Attempt())
		}
		if err := d.Working(t.Context()); err != nil {
			t.Fatalf("Working: %v", err)
		}
		last = time.Now()
	}
	done(t, d)
	none(t, q)
}

// A job that is given back is delivered again after the time, and other jobs before. There is no attempt that
// is the last.
func testAgain(t *testing.T, start starter) {
	q := open(t, start(t, Config{Tenants: one, Wait: long}))
	j := newJob("one", 1)
	submit(t, q, j)
	d := receive(t, q, 1)[0]
	attempt := 1
	for ; attempt < 12; attempt++ {
		if err := d.Again(t.Context(), 0); err != nil {
			t.Fatalf("Again: %v", err)
		}
		if d = receive(t, q, 1)[0]; d.Attempt() != attempt+1 {
			t.Errorf("a job that was given back %d times has attempt %d", attempt, d.Attempt())
		}
	}
	began := time.Now()
	if err := d.Again(t.Context(), short); err != nil {
		t.Fatalf("Again: %v", err)
	}
	submit(t, q, j, newJob("one", 2)) // the first is in the queue
	all := receive(t, q, 2)
	if took := time.Since(began); took < short*9/10 {
		t.Errorf("a job that was given back for %s arrived after %s", short, took)
	}
	if all[0].Job().Batch == j.Batch || all[1].Job().Batch != j.Batch || all[1].Attempt() != attempt+1 {
		t.Errorf("the attempts are %d and %d; expected the other job first, and then attempt %d", all[0].Attempt(), all[1].Attempt(), attempt+1)
	}
	done(t, all...)
	none(t, q)
}

// A job may be done twice, by the same delivery and by an earlier one.
func testDoneTwice(t *testing.T, start starter) {
	s := start(t, Config{Tenants: one, Wait: short})
	q, other := open(t, s), open(t, s)
	submit(t, q, newJob("one", 1))
	d := receive(t, q, 1)
	again := receive(t, other, 1)
	if again[0].Attempt() != 2 {
		t.Errorf("attempt %d; expected 2", again[0].Attempt())
	}
	done(t, again...)
	done(t, again...)
	done(t, d...)
	if err := d[0].Again(t.Context(), 0); err != nil {
		t.Logf("Again after Done: %v", err) // an error, or no effect
	}
	none(t, q)
	submit(t, q, newJob("one", 2))
	if d := receive(t, q, 1); d[0].Job().Batch != newJob("one", 2).Batch {
		t.Errorf("a job that was done came back")
	}
}
