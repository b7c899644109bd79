// SPDX-License-Identifier: Apache-2.0

// Package queuetest tests that a queue does what package queue says.
package queuetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
)

// A Config says which queue a test needs.
type Config struct {
	// Tenants are the names of the tenants, and how many jobs each may have in the queue.
	Tenants map[string]int64
	// Wait is the time after which jobs that nobody works on, and results, are delivered again.
	Wait time.Duration
}

// A Server is a queue server that a test has for itself. It is empty at first, and stops at the end of the
// test.
type Server interface {
	// Open connects to the server, as another program would, for all of its tenants. The test
	// closes the queue.
	Open(t *testing.T) queue.Queue
	// Restart ends the server at once, without a warning to its clients, and starts it again at the same
	// address with the same data.
	Restart(t *testing.T)
}

// A starter starts a server for a test.
type starter = func(t *testing.T, c Config) Server

// Run runs the tests, in parallel, with servers that start returns.
func Run(t *testing.T, start func(t *testing.T, c Config) Server) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, start starter)
	}{
		{"Submit", testSubmit}, {"Bad", testBad}, {"Duplicate", testDuplicate}, {"Full", testFull},
		{"Empty", testEmpty}, {"Turn", testTurn}, {"Receivers", testReceivers},
		{"Silent", testSilent}, {"Working", testWorking}, {"Again", testAgain}, {"DoneTwice", testDoneTwice},
		{"Results", testResults}, {"ResultsAgain", testResultsAgain}, {"Notes", testNotes},
		{"Status", testStatus}, {"Tenants", testTenants}, {"Close", testClose}, {"Restart", testRestart},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // most of them wait most of the time
			test.run(t, start)
		})
	}
}

// Times of the tests. Patience bounds what should take no time, on a machine that is busy.
const (
	patience = 60 * time.Second
	long     = time.Hour       // nothing is delivered again in the test
	short    = 2 * time.Second // something is
	moment   = 200 * time.Millisecond
)

// extended says that the tests may take minutes.
var extended = os.Getenv("FLEET_LONG") != ""

// one is a tenant that may have 1,000 jobs.
var one = map[string]int64{"one": 1000}

// open connects to a server until the end of the test.
func open(t *testing.T, s Server) queue.Queue {
	t.Helper()
	q := s.Open(t)
	t.Cleanup(func() { q.Close() })
	return q
}

// newJob returns a job of a tenant, different for each number.
func newJob(tenant string, n int) job.Job {
	return job.Job{Tenant: tenant, Batch: job.Digest("batch", fmt.Sprint(n)), Screening: job.Digest("screening"), Only: []int{1, n%200 + 2}}
}

func newJobs(tenant string, n int) []job.Job {
	jobs := make([]job.Job, n)
	for i := range jobs {
		jobs[i] = newJob(tenant, i)
	}
	return jobs
}

func newResult(tenant string, n int) job.Result {
	return job.Result{Job: newJob(tenant, n), Segment: job.Digest("segment", fmt.Sprint(n)), Bytes: int64(n) * 1000}
}

// submit queues jobs, all of which fit.
func submit(t *testing.T, q queue.Queue, jobs ...job.Job) {
	t.Helper()
	if n, err := q.Submit(t.Context(), jobs...); n != len(jobs) || err != nil {
		t.Fatalf("Submit: %d of %d jobs, %v", n, len(jobs), err)
	}
}

// receive returns the next n jobs.
func receive(t *testing.T, q queue.Queue, n int) []queue.Delivery {
	t.Helper()
	var all []queue.Delivery
	for deadline := time.Now().Add(patience); len(all) < n; {
		next, err := q.Receive(t.Context(), n-len(all), time.Second)
		if err != nil {
			t.Fatalf("Receive: %v", err)
		}
		if len(next) > n-len(all) {
			t.Fatalf("Receive returned %d jobs; expected at most %d", len(next), n-len(all))
		}
		if all = append(all, next...); len(all) < n && time.Now().After(deadline) {
			t.Fatalf("Receive: %d jobs within %s; expected %d", len(all), patience, n)
		}
	}
	return all
}

// none checks that there is no job.
func none(t *testing.T, q queue.Queue) {
	t.Helper()
	if all, err := q.Receive(t.Context(), 10, moment); len(all) > 0 || err != nil {
		t.Fatalf("Receive: %d jobs, %v; expected none", len(all), err)
	}
}

// done finishes jobs.
func done(t *testing.T, all ...queue.Delivery) {
	t.Helper()
	for _, d := range all {
		if err := d.Done(t.Context()); err != nil {
			t.Fatalf("Done: %v", err)
		}
	}
}

// results returns the next n results of a tenant, and a function that acknowledges them.
func results(t *testing.T, q queue.Queue, tenant string, n int) ([]job.Result, func()) {
	t.Helper()
	var all []job.Result
	var acks []func(context.Context) error
	for deadline := time.Now().Add(patience); len(all) < n; {
		a, err := q.Results(t.Context(), tenant, n-len(all), time.Second)
		if err != nil && !errors.Is(err, queue.ErrDown) { // after a restart
			t.Fatalf("Results: %v", err)
		}
		all, acks = append(all, a.Results...), append(acks, a.Done)
		if len(all) < n && time.Now().After(deadline) {
			t.Fatalf("Results: %d results within %s; expected %d", len(all), patience, n)
		}
	}
	return all, func() {
		t.Helper()
		for _, ack := range acks {
			if err := ack(t.Context()); err != nil {
				t.Fatalf("Done: %v", err)
			}
		}
	}
}

// noResults checks that there is no result of a tenant.
func noResults(t *testing.T, q queue.Queue, tenant string) {
	t.Helper()
	a, err := q.Results(t.Context(), tenant, 10, moment)
	if len(a.Results) > 0 || err != nil {
		t.Fatalf("Results of %s: %d results, %v; expected none", tenant, len(a.Results), err)
	}
	if err := a.Done(t.Context()); err != nil {
		t.Fatalf("Done of no results: %v", err)
	}
}

// status checks the status of a tenant. It waits, because a server may count late.
func status(t *testing.T, q queue.Queue, tenant string, want queue.Status) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		got, err := q.Status(t.Context(), tenant)
		if err == nil && got == want {
			return
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("Status: %+v, %v; expected %+v", got, err, want)
		}
	}
}
