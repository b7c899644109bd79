// SPDX-License-Identifier: Apache-2.0

// Package enginetest runs the engine in a child process, so that a test can kill it.
package enginetest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
)

const variable = "FLEET_TEST_ENGINE"

// Main runs the tests, or the engine if this process is a child. A package with tests that call
// Start has it as TestMain.
func Main(m *testing.M) {
	if options := os.Getenv(variable); options != "" {
		if err := serve(options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serve runs an engine until standard input ends.
func serve(options string) error {
	var o engine.Options
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return err
	}
	e, err := engine.Start(o)
	if err != nil {
		return err
	}
	defer e.Stop()
	q, err := e.Queue(context.Background())
	if err != nil {
		return err
	}
	defer q.Close()
	fmt.Println(e.URL())
	io.Copy(io.Discard, os.Stdin)
	return nil
}

// A Child is an engine in a child process.
type Child struct {
	o     engine.Options
	url   string
	cmd   *exec.Cmd
	stdin io.Closer
}

// Start starts an engine on a free port, which it keeps when it starts again. It ends with the
// test.
func Start(t *testing.T, o engine.Options) *Child {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Port = -1
	c := &Child{o: o}
	c.Restart(t)
	t.Cleanup(func() { c.Stop() })
	return c
}

// Restart kills the process if it runs, and starts it.
func (c *Child) Restart(t testing.TB) {
	t.Helper()
	c.Kill()
	options, err := json.Marshal(c.o)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd = exec.Command(program)
	c.cmd.Env = append(os.Environ(), variable+"="+string(options))
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the engine did not start: %v", err)
	}
	c.url = strings.TrimSpace(line)
	if _, err := fmt.Sscanf(c.url[strings.LastIndex(c.url, ":")+1:], "%d", &c.o.Port); err != nil {
		t.Fatalf("the engine has the address %q: %v", c.url, err)
	}
}

// Kill ends the process at once.
func (c *Child) Kill() {
	if c.cmd != nil {
		c.cmd.Process.Kill()
		c.cmd.Wait()
		c.cmd = nil
	}
}

// Stop ends the process in order.
func (c *Child) Stop() {
	if c.cmd == nil {
		return
	}
	c.stdin.Close()
	timer := time.AfterFunc(30*time.Second, func() { c.cmd.Process.Kill() })
	c.cmd.Wait()
	timer.Stop()
	c.cmd = nil
}

// URL returns the address of the engine.
func (c *Child) URL() string { return c.url }

// Credentials returns the credentials file of a tenant.
func (c *Child) Credentials(tenant string) string {
	return c.o.Dir + "/credentials/" + tenant + ".creds"
}

// Open opens the queue of tenants, all of them if there are none, as another program would.
func (c *Child) Open(t testing.TB, tenants ...string) queue.Queue {
	t.Helper()
	o := open.Options{URL: c.url}
	if len(tenants) == 0 {
		files, err := engine.CredentialsFiles(c.o.Dir)
		if err != nil {
			t.Fatal(err)
		}
		o.Credentials = files
	}
	for _, name := range tenants {
		o.Credentials = append(o.Credentials, c.Credentials(name))
	}
	q, err := open.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return q
}
