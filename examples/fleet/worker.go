// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/rescreen"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// documentCommandName is the command of a child process that screens one document. It is not for
// people.
const documentCommandName = "-document"

// working is how often the queue is told that a job is being worked on. The queue waits 30 seconds.
const working = 10 * time.Second

// newLog returns the log of a server.
func (c *config) newLog() *slog.Logger { return slog.New(slog.NewJSONHandler(c.stderr, nil)) }

// A crew are the workers and compactors of a process.
type crew struct {
	store   store.Store
	queue   queue.Queue
	key     *checkpoint.Key
	metrics *metrics
	log     *slog.Logger
	group   sync.WaitGroup
}

// startWorkers starts the workers of the flags. They end when ctx is done.
func (c *config) startWorkers(ctx context.Context, x *crew) error {
	if c.workers < 0 || c.limit <= 0 {
		return usageError("-workers is %d and -limit is %v; expected 0 or more, and more than 0", c.workers, c.limit)
	}
	screeners := &work.Screeners{Store: x.store, Signer: x.key.Statements}
	w := &work.Worker{
		Queue: x.queue, Store: x.store, Screener: screeners.Get, Every: working, Limit: c.limit, Log: x.log,
		Isolated: work.Child(c.childCommand, c.limit), Done: x.metrics.job,
	}
	for range c.workers {
		x.group.Go(func() { w.Run(ctx) })
	}
	return nil
}

// childCommand returns the command of a child process for one document.
func (c *config) childCommand() (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.Command(program, documentCommandName, "-bucket", c.bucket, "-key", c.keyPath()), nil
}

// documentCommand screens one document for the process that started it, which ends it. A signal to
// both must not look as if the document had ended it.
func documentCommand(ctx context.Context, c *config) (int, error) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	ctx = context.WithoutCancel(ctx)
	key, err := c.loadKey()
	if err != nil {
		return exitUnread, err
	}
	s, err := store.Open(ctx, c.bucket)
	if err != nil {
		return exitUnread, err
	}
	defer s.Close()
	screeners := &work.Screeners{Store: s, Signer: key.Statements}
	w := &work.Worker{Store: s, Screener: screeners.Get}
	return exitOK, w.ServeChild(ctx, c.stdin, c.stdout)
}

// startCompactors starts a compactor for each tenant. They end when ctx is done.
func (c *config) startCompactors(ctx context.Context, x *crew, dir string, tenants []string) error {
	for _, name := range tenants {
		k, err := compact.Open(ctx, compact.Options{
			Store: x.store, Tenant: name, Queue: x.queue, Key: x.key, Dir: dir, Wait: c.commit, Log: x.log, Done: x.metrics.commit,
			ParseDelta: rescreen.ParseDelta,
		})
		if err != nil {
			return fmt.Errorf("the compactor of tenant %s: %w", name, err)
		}
		x.group.Go(func() {
			k.Run(ctx)
			if err := k.Close(); err != nil {
				x.log.Error("closing a compactor", "tenant", name, "error", err)
			}
		})
	}
	return nil
}

// workerCommand runs workers for a queue and a bucket elsewhere.
func workerCommand(ctx context.Context, c *config) (int, error) {
	return c.remote(ctx, "", func(ctx context.Context, x *crew) error { return c.startWorkers(ctx, x) })
}

// compactorCommand runs compactors for a queue and a bucket elsewhere.
func compactorCommand(ctx context.Context, c *config) (int, error) {
	if c.tenant != "" {
		if err := job.CheckTenant(c.tenant); err != nil {
			return exitUsage, usageError("-tenant: %v", err)
		}
	}
	dir := c.dataFolder()
	if dir == "" {
		return exitUsage, usageError("no folder given; expected -data FOLDER for the local state")
	}
	return c.remote(ctx, c.tenant, func(ctx context.Context, x *crew) error {
		x.group.Go(func() { x.requeue(ctx) })
		return c.startCompactors(ctx, x, dir+"/"+stateDir, x.queue.Tenants())
	})
}

// remote opens the queue and the bucket, starts something, and waits until ctx is done and it has
// ended.
func (c *config) remote(ctx context.Context, tenant string, start func(context.Context, *crew) error) (int, error) {
	s, err := c.server()
	if err != nil {
		return exitUnread, err
	}
	x := &crew{log: c.newLog()}
	if x.key, err = c.loadKey(); err != nil {
		return exitUnread, err
	}
	if x.store, err = c.openStore(ctx, s); err != nil {
		return exitUnread, err
	}
	defer x.store.Close()
	x.queue, err = c.openQueue(ctx, s, tenant, func(err error) { x.log.Warn("queue", "error", err) })
	if err != nil {
		return exitUnread, err
	}
	defer x.queue.Close()
	x.metrics = newMetrics(x)
	stop, _, err := c.serveHTTP(x)
	if err != nil {
		return exitUnread, err
	}
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		x.group.Wait()
	}()
	if err := start(ctx, x); err != nil {
		return exitUnread, err
	}
	x.log.Info("started", "tenants", x.queue.Tenants())
	<-ctx.Done()
	x.group.Wait()
	x.log.Info("ended")
	return exitOK, nil
}
