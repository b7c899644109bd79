// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/match/evidence/text"
)

// A state is what status prints about a tenant.
type state struct {
	tenant  string
	queue   queue.Status
	jobs    submit.Counts
	totals  compact.Totals
	commits int64
}

// done reports whether everything that was submitted is in the tables, without jobs that failed.
func (s *state) done() bool {
	return s.jobs.Open == 0 && s.queue.Announced == 0 && s.totals.Segments+s.jobs.Failed >= s.jobs.Jobs
}

// statusCommand prints what was submitted and done.
func statusCommand(ctx context.Context, c *config) (int, error) {
	s, err := c.server()
	if err != nil {
		return exitUnread, err
	}
	bucket, err := c.openStore(ctx, s)
	if err != nil {
		return exitUnread, err
	}
	defer bucket.Close()
	q, err := c.openQueue(ctx, s, c.tenant, nil)
	if err != nil {
		return exitUnread, err
	}
	defer q.Close()
	states, err := c.states(ctx, bucket, q)
	if err != nil {
		return exitUnread, err
	}
	c.printStates(states, rates(ctx, s))
	failed := false
	for _, x := range states {
		if x.jobs.Failed == 0 {
			continue
		}
		failed = true
		err := work.Failures(ctx, bucket, x.tenant, func(f *work.Failure) error {
			c.warn("tenant %s: the job for batch %s can never be done: %s", x.tenant, f.Job.Batch, text.Printable(f.Error))
			return nil
		})
		if err != nil {
			return exitUnread, err
		}
	}
	if failed {
		return exitUnread, nil
	}
	return exitOK, nil
}

// states reads the states of all tenants of the credentials. With -wait it does so until everything
// is done.
func (c *config) states(ctx context.Context, bucket store.Store, q queue.Queue) ([]*state, error) {
	const pause = time.Second
	for {
		done := true
		var all []*state
		for _, tenant := range q.Tenants() {
			x, err := readState(ctx, bucket, q, tenant)
			if err != nil {
				return nil, err
			}
			done = done && x.done()
			all = append(all, x)
		}
		if done || !c.wait {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// readState reads the state of a tenant. The tables are read first, so that what they have is also
// in the other numbers.
func readState(ctx context.Context, bucket store.Store, q queue.Queue, tenant string) (*state, error) {
	x := &state{tenant: tenant}
	last := ""
	for o, err := range bucket.List(ctx, tenant+"/commits/") {
		if err != nil {
			return nil, err
		}
		last = o.Key
	}
	if last != "" {
		data, err := store.Read(ctx, bucket, last, maxCommit)
		if err != nil {
			return nil, err
		}
		k, err := compact.Parse(data, tenant, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", last, err)
		}
		x.totals, x.commits = k.Totals, k.Number
	}
	var err error
	if x.jobs, err = submit.Count(ctx, bucket, tenant); err != nil {
		return nil, err
	}
	x.queue, err = q.Status(ctx, tenant)
	return x, err
}

const maxCommit = 16 << 20

// printStates prints the table of the tenants.
func (c *config) printStates(all []*state, rates map[string]float64) {
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "TENANT\tWAITING\tWORKING\tAGAIN\tANNOUNCED\tJOBS\tOPEN\tFAILED\tCOMMITS\tDOCUMENTS\tPER SECOND\t")
	for _, x := range all {
		rate := "-"
		if r, ok := rates[x.tenant]; ok {
			rate = strconv.FormatFloat(r, 'f', 1, 64)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t\n", x.tenant, x.queue.Waiting, x.queue.Working, x.queue.Again, x.queue.Announced,
			x.jobs.Jobs, x.jobs.Open, x.jobs.Failed, x.commits, x.totals.Documents, rate)
	}
	w.Flush()
}

// rates returns how many documents a second the server screens, by tenant; nil if it does not answer.
func rates(ctx context.Context, s *server) map[string]float64 {
	if s == nil || s.HTTP == "" {
		return nil
	}
	before, err := screened(ctx, s.HTTP)
	if err != nil {
		return nil
	}
	start := time.Now()
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(time.Second):
	}
	after, err := screened(ctx, s.HTTP)
	if err != nil {
		return nil
	}
	all := make(map[string]float64)
	for tenant, n := range after {
		all[tenant] = (n - before[tenant]) / time.Since(start).Seconds()
	}
	return all
}

// screened reads how many documents a server has screened, from its metrics.
func screened(ctx context.Context, address string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	all := make(map[string]float64)
	in := bufio.NewScanner(io.LimitReader(answer.Body, 16<<20))
	for in.Scan() {
		rest, ok := strings.CutPrefix(in.Text(), `fleet_documents_total{tenant="`)
		tenant, value, found := strings.Cut(rest, `"} `)
		if n, err := strconv.ParseFloat(value, 64); ok && found && err == nil {
			all[tenant] = n
		}
	}
	return all, in.Err()
}
