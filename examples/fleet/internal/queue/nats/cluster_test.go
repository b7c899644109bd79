// SPDX-License-Identifier: Apache-2.0

package nats_test

import (
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/clause76/clause76/examples/fleet/internal/queue"
	fleetnats "github.com/clause76/clause76/examples/fleet/internal/queue/nats"
	"github.com/clause76/clause76/examples/fleet/internal/queue/queuetest"
)

// A cluster is three servers of others, with an account for each tenant.
type cluster struct {
	c       queuetest.Config
	dirs    []string
	ports   []int // of the clients
	routes  []int
	servers []*server.Server
}

// freePorts returns ports that nobody listens on.
func freePorts(t *testing.T, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func startCluster(t *testing.T, c queuetest.Config) *cluster {
	ports := freePorts(t, 6)
	s := &cluster{c: c, ports: ports[:3], routes: ports[3:], servers: make([]*server.Server, 3)}
	for i := range 3 {
		s.dirs = append(s.dirs, t.TempDir())
		s.start(t, i)
	}
	t.Cleanup(func() {
		for _, one := range s.servers {
			one.Shutdown()
			one.WaitForShutdown()
		}
	})
	s.ready(t)
	return s
}

func (s *cluster) start(t *testing.T, i int) {
	t.Helper()
	var config strings.Builder
	fmt.Fprintf(&config, "server_name: n%d\ncluster { name: c, listen: \"127.0.0.1:%d\", routes: [", i, s.routes[i])
	for _, port := range s.routes {
		fmt.Fprintf(&config, "\"nats://127.0.0.1:%d\",\n", port)
	}
	config.WriteString("] }\naccounts {\n")
	for _, name := range slices.Sorted(maps.Keys(s.c.Tenants)) {
		fmt.Fprintf(&config, "%q { jetstream: enabled, users: [{user: %q, password: secret}] }\n", name, name)
	}
	config.WriteString("\"$SYS\" { users: [{user: sys, password: secret}] }\n}\n")
	var o server.Options
	if err := o.ProcessConfigString(config.String()); err != nil {
		t.Fatal(err)
	}
	o.Host, o.Port, o.JetStream, o.StoreDir, o.NoSigs, o.NoLog, o.JetStreamMaxStore = "127.0.0.1", s.ports[i], true, s.dirs[i], true, true, 1<<40
	one, err := server.NewServer(&o)
	if err != nil {
		t.Fatal(err)
	}
	one.Start()
	s.servers[i] = one
}

// ready waits until all servers follow a leader.
func (s *cluster) ready(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		current := 0
		for _, one := range s.servers {
			if one.ReadyForConnections(time.Second) && one.JetStreamIsCurrent() {
				current++
			}
		}
		if current == 3 {
			return
		}
	}
	t.Fatal("the cluster did not start")
}

func (s *cluster) Open(t *testing.T) queue.Queue {
	t.Helper()
	connections := make(map[string]*nats.Conn)
	quotas := make(map[string]queue.Quota)
	for name, jobs := range s.c.Tenants {
		var urls []string
		for _, port := range s.ports {
			urls = append(urls, fmt.Sprintf("nats://%s:secret@127.0.0.1:%d", name, port))
		}
		c, err := nats.Connect(strings.Join(urls, ","), fleetnats.ConnectOptions(nil)...)
		if err != nil {
			t.Fatal(err)
		}
		connections[name], quotas[name] = c, queue.Quota{Jobs: jobs, Bytes: 64 << 20}
	}
	q, err := fleetnats.Connect(t.Context(), connections, fleetnats.Options{Quotas: quotas, AckWait: s.c.Wait, ResultWait: s.c.Wait, Replicas: 3})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// Restart stops each server and starts it again, one after the other.
func (s *cluster) Restart(t *testing.T) {
	t.Helper()
	for i := range s.servers {
		s.servers[i].Shutdown()
		s.servers[i].WaitForShutdown()
		s.start(t, i)
		s.ready(t)
	}
}

// TestCluster runs all tests on a cluster that has each stream three times.
func TestCluster(t *testing.T) {
	if os.Getenv("FLEET_LONG") == "" {
		t.Skip("it takes some minutes; set FLEET_LONG=1")
	}
	queuetest.Run(t, func(t *testing.T, c queuetest.Config) queuetest.Server { return startCluster(t, c) })
}
