// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/engine/enginetest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

// A ledger has what a server has acknowledged, and what arrived.
type ledger struct {
	stored atomic.Int64 // jobs that the server has acknowledged
	stop   chan struct{}

	mu                  sync.Mutex
	jobs, results       map[string]bool // acknowledged, by the ids of the jobs
	jobsGot, resultsGot map[string]bool // arrived
}

func (l *ledger) note(in map[string]bool, id string) {
	l.mu.Lock()
	in[id] = true
	l.mu.Unlock()
}

func (l *ledger) stopped() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

// write submits jobs of a tenant, and announces results, until it is stopped.
func (l *ledger) write(t *testing.T, q queue.Queue, tenant string) {
	for n := 0; !l.stopped(); {
		j := newJob(tenant, n)
		if _, err := q.Submit(t.Context(), j); errors.Is(err, queue.ErrDown) {
			continue
		} else if err != nil {
			t.Errorf("Submit: %v", err)
			return
		}
		l.note(l.jobs, j.ID())
		l.stored.Add(1)
		if n++; n%4 == 0 {
			if err := q.Announce(t.Context(), job.Result{Job: j, Segment: job.Digest("s")}); err == nil {
				l.note(l.results, j.ID())
			}
		}
	}
}

// take receives jobs and finishes them, and returns how many they were.
func (l *ledger) take(t *testing.T, q queue.Queue, wait time.Duration) int {
	all, err := q.Receive(t.Context(), 20, wait)
	if err != nil && !errors.Is(err, queue.ErrDown) {
		t.Errorf("Receive: %v", err)
	}
	for _, d := range all {
		j := d.Job()
		l.note(l.jobsGot, j.ID())
		if err := d.Done(t.Context()); err != nil && !errors.Is(err, queue.ErrDown) {
			t.Errorf("Done: %v", err)
		}
	}
	return len(all)
}

// takeResults receives results of a tenant, and returns how many they were.
func (l *ledger) takeResults(t *testing.T, q queue.Queue, tenant string) int {
	a, err := q.Results(t.Context(), tenant, 100, 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Results {
		l.note(l.resultsGot, r.Job.ID())
	}
	if err := a.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	return len(a.Results)
}

// lost returns how many were acknowledged and did not arrive.
func lost(acknowledged, arrived map[string]bool) (n int) {
	for id := range acknowledged {
		if !arrived[id] {
			n++
		}
	}
	return n
}

// A server that is killed while jobs and results are written loses none that it acknowledged, and all programs
// go on when it is back.
func TestKill(t *testing.T) {
	kills, each := 4, int64(60)
	if os.Getenv("FLEET_LONG") != "" {
		kills, each = 20, 500
	}
	tenants := []string{"agency", "ministry"}
	c := enginetest.Start(t, engine.Options{Tenants: []engine.Tenant{{Name: tenants[0]}, {Name: tenants[1]}}, AckWait: 2 * time.Second, ResultWait: 2 * time.Second})
	l := &ledger{
		stop: make(chan struct{}), jobs: make(map[string]bool), results: make(map[string]bool),
		jobsGot: make(map[string]bool), resultsGot: make(map[string]bool),
	}
	var running sync.WaitGroup
	for _, tenant := range tenants {
		q := c.Open(t, tenant)
		defer q.Close()
		running.Go(func() { l.write(t, q, tenant) })
	}
	q := c.Open(t)
	defer q.Close()
	running.Go(func() {
		for !l.stopped() {
			l.take(t, q, 100*time.Millisecond)
		}
	})
	for k := range kills {
		for until, deadline := l.stored.Load()+each, time.Now().Add(time.Minute); l.stored.Load() < until; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after %d kills nothing is stored any more", k)
			}
		}
		c.Restart(t)
	}
	close(l.stop)
	running.Wait()
	// What was delivered to a worker before the last kill comes back within the wait.
	for l.take(t, q, 3*time.Second) > 0 {
	}
	for _, tenant := range tenants {
		for l.takeResults(t, q, tenant) > 0 {
		}
		if s, err := q.Status(t.Context(), tenant); s.Waiting+s.Announced != 0 || err != nil {
			t.Errorf("the status of %s at the end is %+v, %v", tenant, s, err)
		}
	}
	t.Logf("%d kills, %d jobs and %d results acknowledged", kills, len(l.jobs), len(l.results))
	if j, r := lost(l.jobs, l.jobsGot), lost(l.results, l.resultsGot); j > 0 || r > 0 {
		t.Errorf("%d jobs and %d results are lost", j, r)
	}
}
