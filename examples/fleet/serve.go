// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
)

// How often the server looks for jobs that the queue has lost, and checks the queue.
const (
	requeueEvery = 10 * time.Minute
	requeueSoon  = 30 * time.Second
	healthEvery  = 5 * time.Second
)

// serveCommand runs everything in one process.
func serveCommand(ctx context.Context, c *config) (int, error) {
	if c.data == "" {
		c.data = os.Getenv("FLEET_DATA")
	}
	if c.data == "" {
		return exitUsage, usageError("no folder given; expected -data FOLDER")
	}
	dir, err := filepath.Abs(c.data)
	if err != nil {
		return exitUnread, err
	}
	c.data = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return exitUnread, err
	}
	x := &crew{log: c.newLog()}
	e, err := c.startEngine(dir, x)
	if err != nil {
		return exitUnread, err
	}
	defer e.Stop()
	if err := makeKey(dir); err != nil { // the engine has locked the folder
		return exitUnread, err
	}
	if x.key, err = c.loadKey(); err != nil {
		return exitUnread, err
	}
	if c.bucket == "" {
		c.bucket = folderURL(dir)
	}
	if x.store, err = c.openStore(ctx, nil); err != nil {
		return exitUnread, err
	}
	defer x.store.Close()
	if x.queue, err = e.Queue(ctx); err != nil {
		return exitUnread, err
	}
	defer x.queue.Close()
	return c.serve(ctx, dir, e, x)
}

// startEngine starts the queue.
func (c *config) startEngine(dir string, x *crew) (*engine.Engine, error) {
	o := engine.Options{Dir: filepath.Join(dir, queueDir), Host: c.host, Port: c.port, Log: x.log}
	if c.tenants != "" {
		var err error
		if o.Tenants, err = engine.ReadTenants(c.tenants); err != nil {
			return nil, usageError("-tenants: %v", err)
		}
	}
	if (c.certificate == "") != (c.certKey == "") {
		return nil, usageError("-tls-cert and -tls-key: expected both")
	}
	if c.certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.certificate, c.certKey)
		if err != nil {
			return nil, usageError("-tls-cert: %v", err)
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	e, err := engine.Start(o)
	if errors.Is(err, engine.ErrExposed) {
		return nil, usageError("-host: %v", err)
	}
	return e, err
}

// serve runs workers and compactors until ctx is done.
func (c *config) serve(ctx context.Context, dir string, e *engine.Engine, x *crew) (int, error) {
	x.metrics = newMetrics(x)
	x.metrics.health = e.Health
	stop, address, err := c.serveHTTP(x)
	if err != nil {
		return exitUnread, err
	}
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer func() {
		cancel(nil)
		x.group.Wait()
	}()
	if err := c.startCompactors(ctx, x, filepath.Join(dir, stateDir), x.queue.Tenants()); err != nil {
		return exitUnread, err
	}
	if err := c.startWorkers(ctx, x); err != nil {
		return exitUnread, err
	}
	x.group.Go(func() { x.requeue(ctx) })
	x.group.Go(func() { x.watch(ctx, e, cancel) })
	s := &server{Queue: e.URL(), Bucket: c.bucket, HTTP: address, Tenants: e.Tenants()}
	if err := s.announce(dir); err != nil {
		return exitUnread, err
	}
	fmt.Fprintf(c.stdout, "The fleet is ready in %s. In another terminal: fleet submit PATH\n", dir)
	x.log.Info("started", "tenants", x.queue.Tenants(), "queue", s.Queue, "bucket", s.Bucket, "http", address, "workers", c.workers)
	<-ctx.Done()
	x.log.Info("ending; jobs that are not finished go back to the queue")
	x.group.Wait()
	x.log.Info("ended")
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return exitUnread, err
	}
	return exitOK, nil
}

// requeue queues jobs that the queue has lost, or had no place for, at the start and every so often.
func (x *crew) requeue(ctx context.Context) {
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = requeueEvery
		for _, tenant := range x.queue.Tenants() {
			if x.requeueOf(ctx, tenant) {
				wait = requeueSoon
			}
		}
	}
}

// requeueOf queues the jobs of a tenant without a segment, unless others wait: these come first, and a
// list of all jobs costs requests. It reports whether there may be more of them soon.
func (x *crew) requeueOf(ctx context.Context, tenant string) (soon bool) {
	s, err := x.queue.Status(ctx, tenant)
	if err == nil && s.Waiting > 0 {
		return true
	}
	n := 0
	if err == nil {
		n, err = submit.Requeue(ctx, x.store, x.queue, tenant)
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		x.log.Error("looking for jobs that the queue has lost", "tenant", tenant, "error", err)
	case n > 0:
		x.log.Info("jobs without a segment are in the queue", "tenant", tenant, "jobs", n)
	}
	return n > 0
}

// watch ends the process if the queue has stopped, so that it is started again.
func (x *crew) watch(ctx context.Context, e *engine.Engine, end context.CancelCauseFunc) {
	t := time.NewTicker(healthEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := e.Health(); err != nil && ctx.Err() == nil {
				x.log.Error("the queue has stopped", "error", err)
				end(err)
				return
			}
		}
	}
}
