// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/engine/enginetest"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

func TestReadTenants(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"one", `{"tenants":[{"name":"ministry"}]}`, ""},
		{"all numbers", `{"tenants":[{"name":"b","jobs":5,"bytes":16777216,"documentBytes":7},{"name":"a"}]}`, ""},
		{"empty", ``, "EOF"},
		{"no tenants", `{"tenants":[]}`, "0 tenants; expected 1 to"},
		{"twice", `{"tenants":[{"name":"a"},{"name":"a"}]}`, "tenant a is there twice"},
		{"name", `{"tenants":[{"name":"A/../b"}]}`, `the tenant is "A/../b"`},
		{"field", `{"tenants":[{"name":"a","job":5}]}`, `unknown field "job"`},
		{"jobs", `{"tenants":[{"name":"a","jobs":-1}]}`, "-1 jobs; expected 1 to"},
		{"too many jobs", `{"tenants":[{"name":"a","jobs":1000000000}]}`, "1000000000 jobs; expected"},
		{"bytes", `{"tenants":[{"name":"a","bytes":1000}]}`, "1000 bytes; expected"},
		{"document", `{"tenants":[{"name":"a","documentBytes":-1}]}`, "documents of -1 bytes"},
		{"rest", `{"tenants":[{"name":"a"}]} {}`, "expected nothing after the list"},
	} {
		path := filepath.Join(t.TempDir(), "tenants.json")
		if err := os.WriteFile(path, []byte(test.file), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := engine.ReadTenants(path)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want == "" && (all[0].Jobs == 0 || all[0].Bytes == 0 || all[0].DocumentBytes == 0 || len(all) == 2 && (all[0].Name != "a" || all[1].Jobs != 5)):
			t.Errorf("%s: %+v", test.name, all)
		case test.want != "" && (!errors.Is(err, engine.ErrTenants) || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v; expected an ErrTenants with %q", test.name, err, test.want)
		}
	}
	if _, err := engine.ReadTenants(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that does not exist: %v", err)
	}
}

// An engine listens on loopback, or with TLS. Two do not have the same folder or port.
func TestStart(t *testing.T) {
	for _, host := range []string{"0.0.0.0", "::", "192.0.2.1", "localhost", "example.org"} {
		if _, err := engine.Start(engine.Options{Dir: t.TempDir(), Port: -1, Host: host}); !errors.Is(err, engine.ErrExposed) {
			t.Errorf("an engine on %s without TLS: %v; expected ErrExposed", host, err)
		}
	}
	dir := t.TempDir()
	e, _ := start(t, engine.Options{Dir: dir})
	if !strings.HasPrefix(e.URL(), "nats://127.0.0.1:") {
		t.Errorf("the address is %s", e.URL())
	}
	if err := e.Health(); err != nil {
		t.Errorf("Health: %v", err)
	}
	if _, err := engine.Start(engine.Options{Dir: dir, Port: -1}); !errors.Is(err, engine.ErrRunning) {
		t.Errorf("a second engine with the folder: %v; expected ErrRunning", err)
	}
	if _, err := engine.Start(engine.Options{Dir: t.TempDir(), Port: e.Port()}); !errors.Is(err, engine.ErrRunning) {
		t.Errorf("a second engine with the port: %v; expected ErrRunning", err)
	}
	e.Stop()
	if err := e.Health(); err == nil {
		t.Errorf("Health of an engine that has stopped: nil")
	}
}

// The credentials stay the same when the engine starts again, and end with their tenant and when their file is
// removed. Only their owner can read them.
func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	both := []engine.Tenant{{Name: "agency"}, {Name: "ministry"}}
	e, _ := start(t, engine.Options{Dir: dir, Tenants: both})
	copied := filepath.Join(t.TempDir(), "ministry.creds")
	data, err := os.ReadFile(e.CredentialsFile("ministry"))
	if err == nil {
		err = os.WriteFile(copied, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || runtime.GOOS == "windows" || strings.Contains(path, "jetstream") {
			return err
		}
		info, err := d.Info()
		if err == nil && path != dir && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %s", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	connect := func(e *engine.Engine) error {
		q, err := open.Open(t.Context(), open.Options{URL: e.URL(), Credentials: []string{copied}})
		if err == nil {
			q.Close()
		}
		return err
	}
	if err := connect(e); err != nil {
		t.Errorf("with the credentials: %v", err)
	}
	e.Stop()
	e, _ = start(t, engine.Options{Dir: dir, Tenants: both})
	if err := connect(e); err != nil {
		t.Errorf("with the credentials after a restart: %v", err)
	}
	e.Stop()
	e, _ = start(t, engine.Options{Dir: dir, Tenants: both[:1]})
	if err := connect(e); !errors.Is(err, queue.ErrTenant) {
		t.Errorf("with the credentials of a tenant that was removed: %v; expected ErrTenant", err)
	}
	if files, err := engine.CredentialsFiles(dir); len(files) != 1 || err != nil {
		t.Errorf("the credentials files are %q, %v", files, err)
	}
	e.Stop()
	e, _ = start(t, engine.Options{Dir: dir, Tenants: both})
	for range 2 {
		if err := connect(e); !errors.Is(err, queue.ErrTenant) {
			t.Errorf("with the old credentials of a tenant that is there again: %v; expected ErrTenant", err)
		}
		q, err := open.Open(t.Context(), open.Options{URL: e.URL(), Credentials: []string{e.CredentialsFile("ministry")}})
		if err != nil {
			t.Fatalf("with the new credentials: %v", err)
		}
		q.Close()
		e.Stop()
		e, _ = start(t, engine.Options{Dir: dir, Tenants: both})
	}
	// Without the file, a tenant gets new credentials.
	e.Stop()
	copied = filepath.Join(t.TempDir(), "agency.creds")
	if err := os.Rename(e.CredentialsFile("agency"), copied); err != nil {
		t.Fatal(err)
	}
	e, _ = start(t, engine.Options{Dir: dir, Tenants: both})
	if err := connect(e); !errors.Is(err, queue.ErrTenant) {
		t.Errorf("with credentials that were replaced: %v; expected ErrTenant", err)
	}
}

// Bounds can grow and shrink, below what is in the queue too. Nothing is lost.
func TestNewBounds(t *testing.T) {
	dir := t.TempDir()
	submitted := 0
	for _, test := range []struct{ jobs, bytes, fit int64 }{
		{10, 64 << 20, 10}, {20, 1 << 30, 10}, {5, 16 << 20, 0}, {21, 32 << 20, 1}, {1000, 4 << 30, 50},
	} {
		e, q := start(t, engine.Options{Dir: dir, Tenants: []engine.Tenant{{Name: "agency", Jobs: test.jobs, Bytes: test.bytes}}})
		fit := int64(0)
		for range 50 {
			if _, err := q.Submit(t.Context(), newJob("agency", submitted+1)); errors.Is(err, queue.ErrFull) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			fit++
			submitted++
		}
		s, err := q.Status(t.Context(), "agency")
		if fit != test.fit || s.Waiting != int64(submitted) || s.Limit != test.jobs || err != nil {
			t.Errorf("with %d jobs and %d bytes: %d more jobs, status %+v, %v; expected %d more of %d", test.jobs, test.bytes, fit, s, err, test.fit, submitted)
		}
		q.Close()
		e.Stop()
	}
}

// Programs that do not know the bounds of a tenant do not change them.
func TestOthersKeepBounds(t *testing.T) {
	c := enginetest.Start(t, engine.Options{Tenants: []engine.Tenant{{Name: "agency", Jobs: 7}}, AckWait: 3 * time.Second})
	for range 2 {
		q := c.Open(t, "agency")
		if s, err := q.Status(t.Context(), "agency"); s.Limit != 7 || err != nil {
			t.Errorf("the status is %+v, %v; expected a limit of 7", s, err)
		}
		q.Close()
	}
}
