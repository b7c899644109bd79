// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/submit"
	"github.com/clause76/clause76/internal/golden"
)

// asProgram makes a child process of a test the program.
const asProgram = "FLEET_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A child is "fleet serve" in a child process.
type child struct {
	t    *testing.T
	data string
	args []string
	cmd  *exec.Cmd
	log  bytes.Buffer
}

// serve starts a server in a folder.
func serve(t *testing.T, args ...string) *child {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("FLEET_DATA", "")
	c := &child{t: t, data: filepath.Join(t.TempDir(), "a folder"), args: args}
	t.Cleanup(func() { c.end(syscall.SIGKILL) })
	c.start()
	return c
}

// start starts the server and waits until it is ready.
func (c *child) start() {
	c.t.Helper()
	program, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	args := append([]string{"serve", "-data", c.data, "-port", "-1", "-http", "127.0.0.1:0", "-commit", "100ms"}, c.args...)
	c.cmd = exec.Command(program, args...)
	c.cmd.Env = append(os.Environ(), asProgram+"=1")
	c.log.Reset()
	c.cmd.Stderr = &c.log
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "is ready") {
		c.cmd.Wait()
		c.t.Fatalf("the server did not start: %q, %v\n%s", line, err, c.log.String())
	}
}

// end sends a signal, and returns the error of the process.
func (c *child) end(signal os.Signal) error {
	if c.cmd == nil {
		return nil
	}
	c.cmd.Process.Signal(signal)
	err := c.cmd.Wait()
	c.cmd = nil
	return err
}

// fleet runs a command in this process. A negative status is any.
func fleet(t *testing.T, want int, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	if status := run(ctx, args, strings.NewReader(""), &stdout, &stderr); status != want && want >= 0 {
		t.Fatalf("fleet %s: status %d; expected %d\n%s%s", strings.Join(args, " "), status, want, stdout.String(), stderr.String())
	}
	return stdout.String() + stderr.String()
}

func contains(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not in:\n%s", w, got)
		}
	}
}

// TestServe is what the README shows.
func TestServe(t *testing.T) {
	c := serve(t)
	bids := filepath.Join("..", "..", "testdata", "bids")
	contains(t, fleet(t, exitOK, "submit", "-quiet", bids), "9 documents", "0 batches were known", "0 documents were not submitted")
	contains(t, fleet(t, exitOK, "status", "-wait"), "default")
	contains(t, fleet(t, 1, "find", "-vendor", "kaspersky"), "klogga 1.2.0", "endpoint-agent.cdx.json")
	contains(t, fleet(t, exitOK, "audit", "-signatures", "-log"), "9 records on 9 documents")
	contains(t, fleet(t, exitOK, "submit", "-quiet", bids), "1 batches were known, 1 were screened before")
	contains(t, fleet(t, exitUnread, "submit", "-quiet", bids, filepath.Join(bids, "none")), "none: not submitted", "1 documents were not submitted")

	s, err := readServer(c.data)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": `fleet_documents_total{tenant="default"} 9`} {
		r, err := http.Get("http://" + s.HTTP + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		contains(t, string(body), want)
	}
	for _, line := range strings.Split(strings.TrimSpace(c.log.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("the log has %q; expected JSON", line)
		}
	}
	if info, err := os.Stat(filepath.Join(c.data, keyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is %v, %v; expected a file that only its owner can read", info, err)
	}
	if err := c.end(syscall.SIGTERM); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	contains(t, fleet(t, exitUnread, "submit", "-quiet", bids), "running?")
}

// TestNothingIsLost ends a server in several ways while it works.
func TestNothingIsLost(t *testing.T) {
	documents := 1200
	if os.Getenv("FLEET_LONG") != "" {
		documents = 20_000
	}
	dir := t.TempDir()
	for i := range documents {
		maker := "Acme"
		if i%100 == 0 {
			maker = "Kaspersky Lab"
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.json", i)), fleettest.SBOM(maker, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := serve(t)
	fleet(t, exitOK, "submit", "-quiet", dir)
	if err := c.end(syscall.SIGTERM); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	c.start()
	time.Sleep(100 * time.Millisecond)
	c.end(syscall.SIGKILL)
	// The queue loses everything, and the local state of the compactor is gone.
	for _, name := range []string{filepath.Join(queueDir, "jetstream"), stateDir} {
		if err := os.RemoveAll(filepath.Join(c.data, name)); err != nil {
			t.Fatal(err)
		}
	}
	c.start()
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, exitOK, "audit", "-signatures"), fmt.Sprintf("%d records on %d documents", documents, documents))
	got := fleet(t, 1, "find", "-vendor", "kaspersky")
	if n := strings.Count(got, "declared"); n != documents/100 {
		t.Errorf("%d findings; expected %d:\n%s", n, documents/100, got)
	}
}

// TestObjects submits objects of the bucket, one of which is gone when it is screened.
func TestObjects(t *testing.T) {
	c := serve(t)
	s, err := readServer(c.data)
	if err != nil {
		t.Fatal(err)
	}
	c.end(syscall.SIGTERM)
	registry := filepath.Join(c.data, "bucket", "registry")
	if err := os.MkdirAll(registry, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(registry, fmt.Sprintf("%d.json", i)), fleettest.SBOM("Kaspersky Lab", i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := &config{data: c.data, bucket: s.Bucket}
	store, err := cfg.openStore(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	screening, _, err := submit.WriteScreening(t.Context(), store, "default", submit.ScreeningOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// The server does not run: the jobs are only in the bucket.
	sum, err := submit.Run(t.Context(), submit.Options{Store: store, Queue: noQueue{}, Tenant: "default", Screening: screening.ID()}, submit.Prefix(t.Context(), store, "registry/"))
	if err != nil || sum.Documents != 3 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if err := os.Remove(filepath.Join(registry, "1.json")); err != nil {
		t.Fatal(err)
	}
	c.start()
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, 1, "find", "-vendor", "kaspersky"), "registry/0.json", "registry/2.json", "1 document could not be screened completely")
	fleet(t, exitUnread, "find", "-vendor", "huawei")
	contains(t, fleet(t, exitOK, "audit", "-signatures"), "not screened completely")
}

func TestUsage(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("FLEET_DATA", "")
	var help strings.Builder
	help.WriteString(fleet(t, exitOK, "-help"))
	for _, name := range []string{"serve", "worker", "compactor", "submit", "rescreen", "status"} {
		help.WriteString("\n")
		help.WriteString(fleet(t, exitOK, name, "-help"))
	}
	golden.Check(t, "testdata/help.txt", []byte(help.String()))
	for _, args := range [][]string{
		{}, {"none"}, {"serve"}, {"serve", "-data", "x", "y"}, {"serve", "-list", "x"}, {"submit"}, {"submit", "-prefix", "x"},
		{"submit", "-list", "x", "y"}, {"status", "-workers", "2"}, {"status"}, {"worker"},
	} {
		fleet(t, exitUsage, args...)
	}
	data := filepath.Join(t.TempDir(), "data")
	contains(t, fleet(t, exitUsage, "serve", "-data", data, "-host", "0.0.0.0"), "certificate")
	contains(t, fleet(t, exitUnread, "status", "-data", data), "which was started once")
	contains(t, fleet(t, exitOK, "-version"), "denylist")
}

// noQueue is a queue that loses all jobs.
type noQueue struct{ queue.Queue }

func (noQueue) Submit(_ context.Context, jobs ...job.Job) (int, error) { return len(jobs), nil }
