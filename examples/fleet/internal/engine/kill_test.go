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

// A server that is killed while jobs and results are written loses none that it acknowledged, and all programs
// go on when it is back.
func TestKill(t *testing.T) {
	kills, each := 4, int64(60)
	if os.Getenv("FLEET_LONG") != "" {
		kills, each = 20, 500
	}
	c := enginetest.Start(t, engine.Options{Tenants: []engine.Tenant{{Name: "agency"}, {Name: "ministry"}}, AckWait: 2 * time.Second, ResultWait: 2 * time.Second})
	var stored atomic.Int64 // jobs that the server has acknowledged
	var mu sync.Mutex
	lost := make(map[string]bool)    // jobs that were acknowledged and did not arrive
	results := make(map[string]bool) // results likewise
	arrived := make(map[string]bool)
	stop := make(chan struct{})
	var writers, worker sync.WaitGroup
	for w, tenant := range []string{"agency", "ministry"} {
		q := c.Open(t, tenant)
		defer q.Close()
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				j := newJob(tenant, w*1_000_000+n+1)
				if _, err := q.Submit(t.Context(), j); errors.Is(err, queue.ErrDown) {
					n--
					continue
				} else if err != nil {
					t.Errorf("Submit: %v", err)
					return
				}
				mu.Lock()
				lost[j.ID()] = !arrived[j.ID()]
				mu.Unlock()
				if n%4 == 0 {
					r := job.Result{Job: j, Segment: job.Digest("s")}
					if err := q.Announce(t.Context(), r); err == nil {
						mu.Lock()
						results[j.ID()] = true
						mu.Unlock()
					}
				}
				stored.Add(1)
			}
		})
	}
	q := c.Open(t)
	defer q.Close()
	take := func(wait time.Duration) int {
		all, err := q.Receive(t.Context(), 20, wait)
		if err != nil && !errors.Is(err, queue.ErrDown) {
			t.Errorf("Receive: %v", err)
		}
		mu.Lock()
		for _, d := range all {
			j := d.Job()
			arrived[j.ID()] = true
			lost[j.ID()] = false
		}
		mu.Unlock()
		for _, d := range all {
			if err := d.Done(t.Context()); err != nil && !errors.Is(err, queue.ErrDown) {
				t.Errorf("Done: %v", err)
			}
		}
		return len(all)
	}
	worker.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				take(100 * time.Millisecond)
			}
		}
	})
	for k := range kills {
		for until, deadline := stored.Load()+each, time.Now().Add(time.Minute); stored.Load() < until; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after %d kills nothing is stored any more", k)
			}
		}
		c.Restart(t)
	}
	close(stop)
	writers.Wait()
	worker.Wait()
	// What was delivered to a worker before the last kill comes back within the wait.
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if take(3*time.Second) == 0 {
			break
		}
	}
	for _, tenant := range []string{"agency", "ministry"} {
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
			a, err := q.Results(t.Context(), tenant, 100, 3*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range a.Results {
				delete(results, r.Job.ID())
			}
			if err := a.Done(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(a.Results) == 0 {
				break
			}
		}
		if s, err := q.Status(t.Context(), tenant); s.Waiting+s.Announced != 0 || err != nil {
			t.Errorf("the status of %s at the end is %+v, %v", tenant, s, err)
		}
	}
	n := 0
	for _, missing := range lost {
		if missing {
			n++
		}
	}
	t.Logf("%d kills, %d jobs acknowledged, %d arrived", kills, stored.Load(), len(arrived))
	if n > 0 || len(results) > 0 {
		t.Errorf("%d jobs and %d results are lost", n, len(results))
	}
}
