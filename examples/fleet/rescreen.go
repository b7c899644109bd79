// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/rescreen"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/internal/cli"
	"github.com/clause76/clause76/internal/progress"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence/text"
)

// exitSeverer is the exit status of rescreen if a verdict became more severe.
const exitSeverer = 1

// looked is how often rescreen looks whether the documents were screened.
const looked = time.Second

// screeningOptions returns the options of a screening that the flags ask for.
func (c *config) screeningOptions() submit.ScreeningOptions {
	o := submit.ScreeningOptions{Release: c.release, Denylist: c.denylist, Pin: c.pin, AsOf: c.asOf, Buyer: c.buyer}
	if c.jurisdictions != "" {
		o.Jurisdictions = strings.Split(c.jurisdictions, ",")
	}
	return o
}

// rescreenCommand applies another release to what was screened.
func rescreenCommand(ctx context.Context, c *config) (int, error) {
	switch {
	case len(c.args) > 1:
		return exitUsage, usageError("%q is not expected: one release can be given", c.args[1])
	case len(c.args) == 1 && c.denylist != "":
		return exitUsage, usageError("a release and -denylist; expected one of them")
	case len(c.args) == 0 && c.denylist == "":
		return exitUsage, usageError("no release given; expected one of %s, or -denylist", strings.Join(denylist.Names(), ", "))
	case len(c.args) == 1:
		c.release = c.args[0]
	}
	s, err := c.server()
	if err != nil {
		return exitUnread, err
	}
	tenant, err := c.oneTenant(s)
	if err != nil {
		return exitUsage, err
	}
	key, err := c.loadKey()
	if err != nil {
		return exitUnread, err
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
	plan, err := c.plan(ctx, bucket, tenant, key)
	if errors.Is(err, submit.ErrScreening) {
		return exitUsage, usageError("%v", err)
	}
	if err != nil {
		return exitUnread, err
	}
	return c.carryOut(ctx, plan, key, q)
}

// plan writes the screening, and decides what it needs.
func (c *config) plan(ctx context.Context, bucket store.Store, tenant string, key *checkpoint.Key) (*rescreen.Plan, error) {
	x, release, err := submit.WriteScreening(ctx, bucket, tenant, c.screeningOptions())
	if err != nil {
		return nil, err
	}
	screener, err := work.NewScreener(*x, release, key.Statements)
	if err != nil {
		return nil, err
	}
	m, err := work.Matcher(*x, release)
	if err != nil {
		return nil, err
	}
	o := rescreen.Options{Store: bucket, Tenant: tenant, Verifier: key.NoteVerifier, Screening: *x, Matcher: m,
		Earlier: rescreen.Earlier(bucket, tenant), Program: screener.Program()}
	if !c.quiet {
		next := time.Now().Add(looked)
		o.Progress = func(what string, rows int64) {
			if now := time.Now(); now.After(next) {
				next = now.Add(5 * time.Second)
				c.warn("reading the tables: %d rows of %s", rows, what)
			}
		}
	}
	p, err := rescreen.Make(ctx, o)
	if err != nil {
		return nil, err
	}
	n := p.Counts
	fmt.Fprintf(c.stdout, "Release %s, tenant %s: of %s in the tables, %d have a record under it, %d have one that stays right, and %d are screened again",
		text.Printable(release.Name()), tenant, cli.Count(int(n.Documents), "document"), n.Done, n.Unchanged, n.Affected)
	if n.Always+n.Other > 0 {
		fmt.Fprintf(c.stdout, " (%d because they were not read to the end or not all their claims are in the tables, %d because another version of the program screened them)", n.Always, n.Other)
	}
	fmt.Fprintf(c.stdout, "; of %s, %d can lead to another result\n", cli.Count(int(n.Values), "different claim"), n.Differ)
	return p, nil
}

// carryOut carries out a plan, waits for the workers and prints what changed.
func (c *config) carryOut(ctx context.Context, p *rescreen.Plan, key *checkpoint.Key, q queue.Queue) (int, error) {
	const again = "%w; the same command continues"
	a, err := p.Apply(ctx, key.Statements, q, c.submitOptions(nil, p.Tenant).Waiting, nil)
	if err != nil {
		return exitUnread, fmt.Errorf(again, err)
	}
	fmt.Fprintf(c.stdout, "%s written, %d known; %s queued, %d done before\n", cli.Count(a.Deltas, "delta statement"), a.Known, cli.Count(a.Jobs, "job"), a.Done)
	switch {
	case p.Counts.Documents == 0:
		c.warn("the tables have no documents")
		return exitUnread, nil
	case c.detach:
		if len(p.Jobs) > 0 {
			c.warn("%s to be screened; \"fleet status -wait\" waits for it", cli.Count(int(p.Counts.Affected), "document"))
			return exitUnread, nil
		}
		return exitOK, nil
	}
	var meter *progress.Meter
	if !c.quiet && len(p.Jobs) > 0 {
		meter = progress.Files(c.stderr, len(p.Jobs))
	}
	last := 0
	err = p.Wait(ctx, looked, func(done, _ int) {
		meter.Add(done - last)
		last = done
	})
	meter.Done()
	if err != nil {
		return exitUnread, fmt.Errorf(again, err)
	}
	changes, err := p.Changes(ctx, key.StatementVerifier)
	if err != nil {
		return exitUnread, err
	}
	return c.printChanges(ctx, p, changes)
}

// printChanges prints which verdicts changed, for each earlier screening.
func (c *config) printChanges(ctx context.Context, p *rescreen.Plan, x *rescreen.Changes) (int, error) {
	severer := 0
	for _, change := range x.By {
		severer += change.Severer
		if err := text.WriteComparison(c.stdout, change.Comparison, nil); err != nil {
			return exitUnread, err
		}
		if change.Unlisted > 0 {
			fmt.Fprintf(c.stdout, "%s more changed, and is not listed here; \"fleet find\" has all findings\n", cli.Count(change.Unlisted, "verdict"))
		}
	}
	if x.Unread > 0 {
		c.warn("%s could not be compared: there is no statement before or after", cli.Count(x.Unread, "document"))
	}
	if x.Missing > 0 {
		failed := 0
		for i := range p.Jobs {
			if _, err := p.Store.Stat(ctx, store.FailedKey(&p.Jobs[i])); err == nil {
				failed++
			}
		}
		c.warn("%s not screened; %s can never be done, see \"fleet status\"", cli.Count(x.Missing, "document"), cli.Count(failed, "job"))
	}
	if x.Incomplete > 0 {
		c.warn("%s not screened completely; the records say what is missing", cli.Count(x.Incomplete, "document"))
	}
	switch {
	case severer > 0:
		return exitSeverer, nil
	case x.Missing+x.Incomplete+x.Unread > 0:
		return exitUnread, nil
	}
	return exitOK, nil
}
