// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
)

// metrics are the numbers of this process, for Prometheus. They are a few counters, for which its
// client would be a large dependency.
type metrics struct {
	x      *crew
	health func() error // nil if there is nothing to check

	mu      sync.Mutex
	tenants map[string]*counters
}

// counters are the numbers of a tenant since the process started.
type counters struct {
	jobs, again, failed, documents, crashed int64
	commits, committed, incomplete          int64
}

func newMetrics(x *crew) *metrics { return &metrics{x: x, tenants: make(map[string]*counters)} }

// of calls a function with the counters of a tenant.
func (m *metrics) of(tenant string, f func(*counters)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tenants[tenant] == nil {
		m.tenants[tenant] = &counters{}
	}
	f(m.tenants[tenant])
}

// job counts a delivered job.
func (m *metrics) job(o work.Outcome) {
	m.of(o.Job.Tenant, func(c *counters) {
		switch {
		case o.Failed:
			c.failed++
		case o.Err != nil:
			c.again++
		default:
			c.jobs++
			c.documents += int64(o.Documents)
			c.crashed += int64(o.Crashed)
		}
	})
}

// commit counts a commit.
func (m *metrics) commit(k *compact.Commit) {
	m.of(k.Tenant, func(c *counters) {
		c.commits++
		c.incomplete += k.Incomplete
		for i := range k.Segments {
			c.committed += int64(k.Segments[i].Documents - len(k.Segments[i].Dropped))
		}
	})
}

// A family is a metric with a value for each tenant.
type family struct {
	name, kind, help string
	value            func(*counters) int64
}

var families = []family{
	{"fleet_jobs_done_total", "counter", "Jobs that were screened.", func(c *counters) int64 { return c.jobs }},
	{"fleet_jobs_again_total", "counter", "Jobs that were given back, to be delivered again.", func(c *counters) int64 { return c.again }},
	{"fleet_jobs_failed_total", "counter", "Jobs that can never be done.", func(c *counters) int64 { return c.failed }},
	{"fleet_documents_total", "counter", "Documents with a record by this process.", func(c *counters) int64 { return c.documents }},
	{"fleet_documents_crashed_total", "counter", "Documents on which the program ended without a result.", func(c *counters) int64 { return c.crashed }},
	{"fleet_commits_total", "counter", "Commits by this process.", func(c *counters) int64 { return c.commits }},
	{"fleet_committed_documents_total", "counter", "Documents in these commits.", func(c *counters) int64 { return c.committed }},
	{"fleet_incomplete_documents_total", "counter", "Those of them that were not screened completely.", func(c *counters) int64 { return c.incomplete }},
}

// write writes the metrics in the text format of Prometheus.
func (m *metrics) write(ctx context.Context, w io.Writer) {
	tenants := m.x.queue.Tenants()
	for _, t := range tenants {
		m.of(t, func(*counters) {})
	}
	for _, f := range families {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, t := range tenants {
			m.of(t, func(c *counters) { fmt.Fprintf(w, "%s{tenant=%q} %d\n", f.name, t, f.value(c)) })
		}
	}
	const name = "fleet_queue_jobs"
	fmt.Fprintf(w, "# HELP %s What is in the queue.\n# TYPE %s gauge\n", name, name)
	for _, t := range tenants {
		s, err := m.x.queue.Status(ctx, t)
		if err != nil {
			continue // the metric is missing, and /readyz says why
		}
		for _, v := range []struct {
			state string
			n     int64
		}{{"waiting", s.Waiting}, {"working", s.Working}, {"again", s.Again}, {"announced", s.Announced}, {"limit", s.Limit}} {
			fmt.Fprintf(w, "%s{tenant=%q,state=%q} %d\n", name, t, v.state, v.n)
		}
	}
}

// ready returns an error if the queue or the bucket does not answer.
func (m *metrics) ready(ctx context.Context) error {
	if tenants := m.x.queue.Tenants(); len(tenants) > 0 {
		if _, err := m.x.queue.Status(ctx, slices.Min(tenants)); err != nil {
			return fmt.Errorf("the queue: %w", err)
		}
	}
	if _, err := m.x.store.Stat(ctx, "ready"); err != nil && !errors.Is(err, store.ErrMissing) {
		return fmt.Errorf("the bucket: %w", err)
	}
	return nil
}

// handler answers the requests of orchestrators and of Prometheus.
func (m *metrics) handler() http.Handler {
	const wait = 5 * time.Second
	mux := http.NewServeMux()
	check := func(path string, f func(context.Context) error) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), wait)
			defer cancel()
			if err := f(ctx); err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			fmt.Fprintln(w, "ok")
		})
	}
	check("/healthz", func(context.Context) error {
		if m.health == nil {
			return nil
		}
		return m.health()
	})
	check("/readyz", m.ready)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), wait)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(ctx, w)
	})
	return mux
}

// serveHTTP starts the server of -http. It returns its address, "" if there is none.
func (c *config) serveHTTP(x *crew) (stop func(), address string, err error) {
	if c.http == "off" {
		return func() {}, "", nil
	}
	l, err := net.Listen("tcp", c.http)
	if err != nil {
		return nil, "", fmt.Errorf("-http: %w", err)
	}
	s := &http.Server{Handler: x.metrics.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	go s.Serve(l)
	return func() { s.Close() }, l.Addr().String(), nil
}
