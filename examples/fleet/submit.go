// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/internal/progress"
	"github.com/clause76/clause76/match/evidence/text"
)

// submitCommand submits documents.
func submitCommand(ctx context.Context, c *config) (int, error) {
	if err := c.checkSources(); err != nil {
		return exitUsage, err
	}
	s, err := c.server()
	if err != nil {
		return exitUnread, err
	}
	tenant, err := c.oneTenant(s)
	if err != nil {
		return exitUsage, err
	}
	bucket, err := c.openStore(ctx, s)
	if err != nil {
		return exitUnread, err
	}
	defer bucket.Close()
	q, err := c.openQueue(ctx, s, tenant, nil)
	if err != nil {
		return exitUnread, err
	}
	defer q.Close()
	screening, release, err := submit.WriteScreening(ctx, bucket, tenant, c.screeningOptions())
	if errors.Is(err, submit.ErrScreening) {
		return exitUsage, usageError("%v", err)
	}
	if err != nil {
		return exitUnread, err
	}
	items, closeItems, err := c.items(ctx, bucket)
	if err != nil {
		return exitUnread, err
	}
	defer closeItems()
	o := c.submitOptions(s, tenant)
	o.Store, o.Queue, o.Screening = bucket, q, screening.ID()
	sum, err := submit.Run(ctx, o, items)
	fmt.Fprintf(c.stdout, "%d documents with %d bytes in %d batches for release %s, tenant %s; %d batches were known, %d were screened before; %d documents were not submitted\n",
		sum.Documents, sum.Bytes, sum.Batches, text.Printable(release.Name()), tenant, sum.Known, sum.Done, sum.Problems)
	switch {
	case err != nil:
		return exitUnread, fmt.Errorf("%w; the same command continues", err)
	case sum.Problems > 0 || sum.Documents == 0:
		return exitUnread, nil
	}
	return exitOK, nil
}

// checkSources checks that there is one kind of source.
func (c *config) checkSources() error {
	n := 0
	for _, given := range []bool{len(c.args) > 0, c.list != "", c.objects != "", c.prefix != ""} {
		if given {
			n++
		}
	}
	switch {
	case n == 0:
		return usageError("nothing to submit; expected PATHs, -list, -objects or -prefix")
	case n > 1:
		return usageError("expected one of PATHs, -list, -objects and -prefix")
	case c.prefix != "" && !strings.HasSuffix(c.prefix, "/"):
		return usageError("-prefix is %q; expected one that ends with a slash", c.prefix)
	}
	return nil
}

// oneTenant returns the tenant of the flags, or the only one.
func (c *config) oneTenant(s *server) (string, error) {
	name := c.tenant
	if name == "" {
		name = engine.DefaultTenant
		if s != nil && len(s.Tenants) == 1 {
			name = s.Tenants[0].Name
		}
	}
	if err := job.CheckTenant(name); err != nil {
		return "", usageError("-tenant: %v", err)
	}
	return name, nil
}

// submitOptions returns the options of a tenant, with functions that report.
func (c *config) submitOptions(s *server, tenant string) submit.Options {
	o := submit.Options{Tenant: tenant}
	if s != nil {
		for _, t := range s.Tenants {
			if t.Name == tenant {
				o.MaxDocument = t.DocumentBytes
			}
		}
	}
	o.Problem = func(name string, err error) { c.warn("%s: not submitted: %v", text.Printable(name), err) }
	waiting := false
	o.Waiting = func(err error) {
		if !waiting && !c.quiet {
			c.warn("%v; waiting", err)
		}
		waiting = true
	}
	var meter *progress.Meter
	if !c.quiet {
		meter = progress.Bytes(c.stderr, -1, "submitting")
	}
	last := int64(0)
	o.Progress = func(sum submit.Summary) {
		waiting = false
		meter.Add(int(sum.Bytes - last))
		last = sum.Bytes
	}
	return o
}

// items returns the documents of the flags, and a function that closes the list.
func (c *config) items(ctx context.Context, bucket store.Store) (iter.Seq[submit.Item], func() error, error) {
	none := func() error { return nil }
	switch {
	case c.list != "":
		r, err := c.openList(c.list)
		if err != nil {
			return nil, nil, err
		}
		return submit.List(r), r.Close, nil
	case c.objects != "":
		r, err := c.openList(c.objects)
		if err != nil {
			return nil, nil, err
		}
		return submit.Objects(r), r.Close, nil
	case c.prefix != "":
		return submit.Prefix(ctx, bucket, c.prefix), none, nil
	}
	return submit.Paths(c.args), none, nil
}

// openList opens a list; - is standard input.
func (c *config) openList(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(c.stdin), nil
	}
	return os.Open(path)
}
