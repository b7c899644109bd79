// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
)

// A full disk stops the queue, which says so, and loses no job that it acknowledged.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	e, q := start(t, engine.Options{Dir: dir})
	submitted := make(map[string]bool)
	submit := func(ctx context.Context, n int) error {
		j := newJob("default", n)
		_, err := q.Submit(ctx, j)
		if err == nil {
			submitted[j.ID()] = true
		}
		return err
	}
	for n := range 50 {
		if err := submit(t.Context(), n+1); err != nil {
			t.Fatal(err)
		}
	}
	filler, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 4096); err == nil; {
		_, err = filler.Write(block)
	}
	filler.Close()
	for n := 50; ; n++ {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := submit(ctx, n+1)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		} else if err != nil || n > 100_000 {
			t.Fatalf("Submit of job %d with a full disk: %v; expected no answer", n, err)
		}
	}
	t.Logf("%d jobs until the disk was full", len(submitted))
	select {
	case <-e.Failed():
	case <-time.After(time.Minute):
		t.Fatal("the engine does not notice that it cannot store anything")
	}
	if err := e.Health(); err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("Health with a full disk: %v", err)
	}
	q.Close()
	e.Stop()
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	e, q = start(t, engine.Options{Dir: dir})
	if err := e.Health(); err != nil {
		t.Errorf("Health after the restart: %v", err)
	}
	for deadline := time.Now().Add(time.Minute); len(submitted) > 0 && time.Now().Before(deadline); {
		all, err := q.Receive(t.Context(), 100, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			j := d.Job()
			delete(submitted, j.ID())
			if err := d.Done(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(submitted) > 0 {
		t.Errorf("%d jobs that were acknowledged are lost", len(submitted))
	}
}
