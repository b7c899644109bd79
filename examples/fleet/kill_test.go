// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/fleettest"
)

// startWorker starts "fleet worker" for a server, in a child process.
func startWorker(t *testing.T, data string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "worker", "-data", data, "-workers", "1")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

// segments returns the segments in the bucket of a server, by key.
func segments(t *testing.T, data string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	root := filepath.Join(data, "bucket", "default", "segments")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[strings.TrimPrefix(path, root)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestKilledWorkers kills workers while they work. The queue delivers the job of a killed worker
// again after 30 seconds, so that the test takes a minute.
func TestKilledWorkers(t *testing.T) {
	if os.Getenv("FLEET_LONG") == "" {
		t.Skip("it takes a minute; set FLEET_LONG=1")
	}
	const documents, kills = 20_000, 20
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
	c := serve(t, "-workers", "0")
	fleet(t, exitOK, "submit", "-quiet", dir)
	for i := range kills {
		w := startWorker(t, c.data)
		time.Sleep(time.Duration(100+37*i) * time.Millisecond)
		w.Process.Kill()
		w.Wait()
	}
	t.Logf("%d segments after %d kills", len(segments(t, c.data)), kills)
	w := startWorker(t, c.data)
	fleet(t, exitOK, "status", "-wait")
	contains(t, fleet(t, exitOK, "audit", "-signatures"), fmt.Sprintf("%d records on %d documents", documents, documents))
	w.Process.Signal(syscall.SIGTERM)
	if err := w.Wait(); err != nil {
		t.Errorf("a worker after SIGTERM: %v", err)
	}
	disturbed := segments(t, c.data)
	// Once more without disturbance, with the same key.
	c.end(syscall.SIGTERM)
	for _, name := range []string{"bucket", queueDir, stateDir} {
		if err := os.RemoveAll(filepath.Join(c.data, name)); err != nil {
			t.Fatal(err)
		}
	}
	c.args = nil
	c.start()
	fleet(t, exitOK, "submit", "-quiet", dir)
	fleet(t, exitOK, "status", "-wait")
	undisturbed := segments(t, c.data)
	if len(disturbed) != len(undisturbed) {
		t.Errorf("%d segments; expected %d", len(disturbed), len(undisturbed))
	}
	for key, data := range undisturbed {
		if !bytes.Equal(disturbed[key], data) {
			t.Errorf("%s differs from an undisturbed run", key)
		}
	}
}

// TestTenants has two tenants, which do not see each other's documents.
func TestTenants(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tenants.json")
	if err := os.WriteFile(file, []byte(`{"tenants":[{"name":"ministry","documentBytes":1000},{"name":"region"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"small.json": fleettest.SBOM("Kaspersky Lab", 1), "large.json": bytes.Repeat([]byte(" "), 2000)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, "-tenants", file)
	fleet(t, exitUsage, "submit", "-quiet", "-tenant", "nobody", dir)
	contains(t, fleet(t, exitUnread, "submit", "-quiet", "-tenant", "ministry", dir), "too large", "1 documents with")
	fleet(t, exitOK, "submit", "-quiet", "-tenant", "region", filepath.Join(dir, "large.json"))
	contains(t, fleet(t, exitOK, "status", "-wait"), "ministry", "region")
	contains(t, fleet(t, 1, "find", "-tenant", "ministry"), "small.json")
	if got := fleet(t, exitUnread, "find", "-tenant", "region"); strings.Contains(got, "small.json") {
		t.Errorf("a tenant sees a document of another:\n%s", got)
	}
}
