// SPDX-License-Identifier: Apache-2.0

// Package engine runs a NATS server with JetStream in this process, so that a fleet on one machine
// needs nothing else.
//
// Each tenant is an account of the server. The keys of the accounts are made when a tenant is first
// seen, and are in a file of the data folder that only its owner can read. Each tenant has a
// credentials file in the form that all NATS programs read. It allows to submit and to work, but not to change
// the bounds of the tenant.
package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/clause76/clause76/examples/fleet/internal/queue"
	fleetnats "github.com/clause76/clause76/examples/fleet/internal/queue/nats"
)

// DefaultPort is the port of the engine on loopback.
const DefaultPort = 7676

// Options set how an engine is started.
type Options struct {
	Dir     string   // of the streams, the keys and the credentials
	Tenants []Tenant // default one, with the name default
	Host    string   // the address to listen on; default 127.0.0.1; any other than loopback needs TLS
	Port    int      // -1 is a free one; default DefaultPort
	TLS     *tls.Config
	// AckWait and ResultWait are those of package queue/nats.
	AckWait, ResultWait time.Duration
	// Log gets the warnings and errors of the server; default none.
	Log *slog.Logger
}

// An Engine is a server that is running.
type Engine struct {
	s    *server.Server
	o    Options
	keys *keyring
	lock *os.File

	failOnce sync.Once
	failed   chan struct{}
	failure  string // before failed is closed
}

// Errors of Start, for errors.Is.
var (
	// ErrExposed: the engine would listen to other machines without TLS.
	ErrExposed = errors.New("the queue would be open to other machines without TLS")
	// ErrRunning: another process has an engine with the same folder or address.
	ErrRunning = errors.New("another fleet is running with this folder or address")
)

// Start starts an engine. It is ready when Start returns.
func Start(o Options) (e *Engine, err error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	e = &Engine{o: o, failed: make(chan struct{})}
	if e.lock, err = lock(filepath.Join(o.Dir, "lock")); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRunning, o.Dir, err)
	}
	defer func() {
		if err != nil {
			e.Stop()
			e = nil
		}
	}()
	if e.keys, err = openKeyring(o.Dir, o.Tenants); err != nil {
		return e, fmt.Errorf("the keys of the tenants: %w", err)
	}
	// The server does not say why it cannot listen.
	l, err := net.Listen("tcp", net.JoinHostPort(o.Host, fmt.Sprint(max(o.Port, 0))))
	if err != nil {
		return e, fmt.Errorf("%w: %w", ErrRunning, err)
	}
	l.Close()
	if err := e.start(); err != nil {
		return e, err
	}
	return e, nil
}

// complete fills in defaults, and checks the options.
func (o *Options) complete() error {
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if ip := net.ParseIP(o.Host); o.TLS == nil && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w: the address is %s; expected a loopback address such as 127.0.0.1, or a certificate", ErrExposed, o.Host)
	}
	if o.Port == 0 {
		o.Port = DefaultPort
	}
	if len(o.Tenants) == 0 {
		o.Tenants = []Tenant{{Name: DefaultTenant}}
	}
	var err error
	o.Tenants, err = checkTenants(o.Tenants)
	return err
}

// start starts the server.
func (e *Engine) start() error {
	operator, resolver, system, bytes, err := e.keys.claims()
	if err != nil {
		return err
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "fleet", Host: e.o.Host, Port: e.o.Port, NoSigs: true, NoLog: true, DisableShortFirstPing: true,
		JetStream: true, StoreDir: filepath.Join(e.o.Dir, "jetstream"), DisableJetStreamBanner: true,
		// The bounds are those of the tenants. Without a number it is three quarters of the free
		// space, and less than the tenants may have on a small disk.
		JetStreamMaxStore: bytes,
		// Without it the server acknowledges jobs that are lost with the power for two minutes.
		SyncAlways:       true,
		TrustedOperators: []*jwt.OperatorClaims{operator}, AccountResolver: resolver, SystemAccount: system,
		TLSConfig: e.o.TLS, TLS: e.o.TLS != nil, TLSTimeout: 5,
	})
	if err != nil {
		return err
	}
	e.s = s
	s.SetLoggerV2(&logger{e}, false, false, false)
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		return fmt.Errorf("the queue did not start on %s within 30 seconds", net.JoinHostPort(e.o.Host, fmt.Sprint(e.o.Port)))
	}
	for _, t := range e.o.Tenants {
		a, err := s.LookupAccount(e.keys.account(t.Name))
		if err == nil && !a.JetStreamEnabled() {
			err = errors.New("its streams could not be opened; the log of the server says why")
		}
		if err != nil {
			return fmt.Errorf("the account of tenant %s: %w", t.Name, err)
		}
	}
	return nil
}

// Stop ends the server, and returns when everything is on disk.
func (e *Engine) Stop() {
	if e.s != nil {
		e.s.Shutdown()
		e.s.WaitForShutdown()
	}
	if e.lock != nil {
		e.lock.Close()
	}
}

// Failed returns a channel that is closed when the server cannot store anything any more, because of
// an error of the disk or because it was full. It does not recover when there is space: the process must end
// and start again. What the server acknowledged is still there.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

func (e *Engine) fail(text string) {
	e.failOnce.Do(func() {
		e.failure = text
		close(e.failed)
	})
}

// Health returns an error if the server does not run, or has failed.
func (e *Engine) Health() error {
	select {
	case <-e.failed:
		return fmt.Errorf("the queue cannot write to the disk; make space and start the process again: %s", e.failure)
	default:
	}
	if !e.s.Running() || !e.s.JetStreamEnabled() {
		return errors.New("the queue has stopped")
	}
	if h := e.s.Healthz(&server.HealthzOptions{}); h.StatusCode >= 300 {
		return fmt.Errorf("the queue is not healthy: %s", h.Error)
	}
	return nil
}

// URL returns the address of the server for programs on this machine.
func (e *Engine) URL() string {
	host, scheme := e.o.Host, "nats"
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip.To4() == nil {
			host = "::1"
		}
	}
	if e.o.TLS != nil {
		scheme = "tls"
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(e.Port()))
}

// Port returns the port that the server listens on.
func (e *Engine) Port() int {
	if a, ok := e.s.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return e.o.Port
}

// Tenants are the tenants with all numbers filled in, by name.
func (e *Engine) Tenants() []Tenant { return e.o.Tenants }

// CredentialsFile returns the name of the file with the credentials of a tenant.
func (e *Engine) CredentialsFile(tenant string) string { return credentialsFile(e.o.Dir, tenant) }

// Connect returns a connection of a tenant inside of this process, which may also change streams.
func (e *Engine) Connect(tenant string) (*nats.Conn, error) {
	token, seed, err := e.keys.user(tenant, true)
	if err != nil {
		return nil, err
	}
	var report func(error)
	if e.o.Log != nil {
		report = func(err error) { e.o.Log.Warn("queue", "tenant", tenant, "error", err) }
	}
	options := append(fleetnats.ConnectOptions(report), nats.InProcessServer(e.s), nats.UserJWTAndSeed(token, string(seed)))
	return nats.Connect("", options...)
}

// Queue returns the queue of all tenants with connections inside of this process. It gives the
// streams of the tenants the bounds that the options have for them.
func (e *Engine) Queue(ctx context.Context) (queue.Queue, error) {
	connections := make(map[string]*nats.Conn)
	quotas := make(map[string]queue.Quota)
	var err error
	for _, t := range e.o.Tenants {
		quotas[t.Name] = queue.Quota{Jobs: t.Jobs, Bytes: t.Bytes}
		if connections[t.Name], err = e.Connect(t.Name); err != nil {
			delete(connections, t.Name)
			err = fmt.Errorf("connecting as tenant %s: %w", t.Name, err)
			break
		}
	}
	if err == nil {
		var q queue.Queue
		q, err = fleetnats.Connect(ctx, connections, fleetnats.Options{Quotas: quotas, AckWait: e.o.AckWait, ResultWait: e.o.ResultWait})
		if err == nil {
			return q, nil
		}
	}
	for _, c := range connections {
		c.Close()
	}
	return nil, err
}

// A logger writes the warnings and errors of the server to a log, and notices those after which it does not
// store anything any more.
type logger struct{ e *Engine }

// fatalTexts are in such errors. The server says it in no other way, also not in its health.
var fatalTexts = []string{"critical write error", "will be DISABLED"}

func (l *logger) Noticef(string, ...any)         {}
func (l *logger) Debugf(string, ...any)          {}
func (l *logger) Tracef(string, ...any)          {}
func (l *logger) Fatalf(format string, v ...any) { l.Errorf(format, v...) }

func (l *logger) Warnf(format string, v ...any) {
	if l.e.o.Log != nil {
		l.e.o.Log.Warn("queue server", "text", fmt.Sprintf(format, v...))
	}
}

func (l *logger) Errorf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	if l.e.o.Log != nil {
		l.e.o.Log.Error("queue server", "text", text)
	}
	for _, fatal := range fatalTexts {
		if strings.Contains(text, fatal) {
			l.e.fail(text)
		}
	}
}
