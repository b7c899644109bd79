// SPDX-License-Identifier: Apache-2.0

// Package engine runs a NATS server with JetStream in this process, so that a fleet on one machine
// needs nothing else.
//
// Each tenant is an account with a user of its name. The passwords are made when a tenant is first
// seen, and are in a file of the data folder that only its owner can read.
package engine

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// DefaultPort is the port of the engine on loopback.
const DefaultPort = 7676

// A Tenant is a tenant of a fleet and what it may use.
type Tenant struct {
	Name string `json:"name"`
	// Jobs is how many jobs the tenant may have in the queue; default 100,000.
	Jobs int64 `json:"jobs,omitempty"`
	// Bytes bounds what the queue stores for the tenant; default 4 GiB.
	Bytes int64 `json:"bytes,omitempty"`
	// DocumentBytes bounds a document; default 16 GiB. Larger ones are not submitted.
	DocumentBytes int64 `json:"documentBytes,omitempty"`
}

// Defaults of a tenant.
const (
	DefaultJobs          = 100_000
	DefaultBytes         = 4 << 30
	DefaultDocumentBytes = 16 << 30
)

// Options set how an engine is started.
type Options struct {
	Dir     string // of the streams and the passwords
	Tenants []Tenant
	Host    string // default 127.0.0.1; any other address needs TLS
	Port    int    // -1 is a free one; default DefaultPort
	TLS     *tls.Config
}

// An Engine is a server that is running.
type Engine struct {
	s         *server.Server
	passwords map[string]string
}

// ErrExposed: the engine would listen to other machines without TLS.
var ErrExposed = errors.New("the queue would be open to other machines without TLS")

// Start starts an engine. It is ready when Start returns.
func Start(o Options) (*Engine, error) {
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if ip := net.ParseIP(o.Host); o.TLS == nil && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%w: the address is %s; expected a loopback address, or a certificate", ErrExposed, o.Host)
	}
	if o.Port == 0 {
		o.Port = DefaultPort
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	passwords, err := loadPasswords(filepath.Join(o.Dir, "passwords.json"), o.Tenants)
	if err != nil {
		return nil, err
	}
	opts := &server.Options{
		ServerName: "fleet", Host: o.Host, Port: o.Port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(o.Dir, "jetstream"), SyncAlways: true, DisableJetStreamBanner: true,
		TLSConfig: o.TLS, TLS: o.TLS != nil,
	}
	for _, t := range o.Tenants {
		a := server.NewAccount(t.Name)
		opts.Accounts = append(opts.Accounts, a)
		opts.Users = append(opts.Users, &server.User{Username: t.Name, Password: passwords[t.Name], Account: a})
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, err
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		s.Shutdown()
		return nil, fmt.Errorf("the queue did not start on %s:%d within 30 seconds; is another fleet running there?", o.Host, o.Port)
	}
	e := &Engine{s, passwords}
	for _, t := range o.Tenants {
		a, err := s.LookupAccount(t.Name)
		if err == nil {
			limit := t.Bytes
			if limit <= 0 {
				limit = DefaultBytes
			}
			err = a.EnableJetStream(map[string]server.JetStreamAccountLimits{"": {
				MaxMemory: 0, MaxStore: limit, MaxStreams: 3, MaxConsumers: 16, MaxAckPending: -1, MemoryMaxStreamBytes: -1, StoreMaxStreamBytes: -1,
			}}, nil)
		}
		if err != nil {
			e.Stop()
			return nil, fmt.Errorf("the account of tenant %s: %w", t.Name, err)
		}
	}
	return e, nil
}

// Stop ends the server, and returns when everything is on disk.
func (e *Engine) Stop() {
	e.s.Shutdown()
	e.s.WaitForShutdown()
}

// URL returns the address of the server, without a password.
func (e *Engine) URL() string { return e.s.ClientURL() }

// Credentials returns the address of the server with the user and the password of a tenant.
func (e *Engine) Credentials(tenant string) string {
	u, err := url.Parse(e.s.ClientURL())
	if err != nil {
		panic(err) // the server made it
	}
	u.User = url.UserPassword(tenant, e.passwords[tenant])
	return u.String()
}

// Connect returns a connection of a tenant inside of this process.
func (e *Engine) Connect(tenant string) (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.s), nats.UserInfo(tenant, e.passwords[tenant]), nats.Name("fleet"), nats.MaxReconnects(-1))
}

// loadPasswords reads the passwords of the tenants, and makes those that are missing.
func loadPasswords(path string, tenants []Tenant) (map[string]string, error) {
	known := make(map[string]string)
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the passwords of the tenants: %w", err)
	}
	added := false
	for _, t := range tenants {
		if err := job.CheckTenant(t.Name); err != nil {
			return nil, err
		}
		if known[t.Name] == "" {
			known[t.Name], added = rand.Text(), true
		}
	}
	if !added {
		return known, nil
	}
	if data, err = json.MarshalIndent(known, "", "  "); err != nil {
		return nil, err
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, append(data, '\n'), 0o600); err != nil {
		return nil, err
	}
	return known, os.Rename(temporary, path)
}
