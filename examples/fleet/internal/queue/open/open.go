// SPDX-License-Identifier: Apache-2.0

// Package open opens the queue with an address.
package open

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	fleetnats "github.com/clause76/clause76/examples/fleet/internal/queue/nats"
)

// Options say which queue to open.
type Options struct {
	// URL is the address: nats://HOST:PORT or tls://HOST:PORT, several servers of a cluster with
	// commas between them.
	URL string
	// Credentials are the files with the credentials of the tenants, each PATH or TENANT=PATH.
	// Without a tenant it is the name of the file without .creds. Without credentials, the tenant
	// is the user in the URL, or "default".
	Credentials []string
	// CA is a file with the certificates that sign those of the servers; default those of the system.
	CA string
	// Certificate and Key are files with the certificate of the client, where the servers ask for one.
	Certificate, Key string
	// Quotas are set for the tenants with one. Leave them out if the credentials may not.
	Quotas map[string]queue.Quota
	// AckWait, ResultWait and Replicas are those of package queue/nats.
	AckWait, ResultWait time.Duration
	Replicas            int
	// Report is called with errors that no method returns; it may be nil.
	Report func(error)
}

// ErrURL: the address is of no queue that there is.
var ErrURL = errors.New("bad address of a queue")

// schemes has how to open the queue of an address.
var schemes = map[string]func(ctx context.Context, o Options) (queue.Queue, error){
	"nats": openNATS,
	"tls":  openNATS,
}

// Open opens a queue.
func Open(ctx context.Context, o Options) (queue.Queue, error) {
	scheme, _, _ := strings.Cut(o.URL, "://")
	f := schemes[scheme]
	if f == nil {
		return nil, fmt.Errorf("%w: %q; expected one that starts with %s", ErrURL, Redact(o.URL), strings.Join(slices.Sorted(maps.Keys(schemes)), "://, ")+"://")
	}
	for _, one := range strings.Split(o.URL, ",") {
		if _, err := url.Parse(one); err != nil { // which has the password
			return nil, fmt.Errorf("%w: %s is not valid; is a character of the password not escaped?", ErrURL, Redact(one))
		}
	}
	return f(ctx, o)
}

// Redact returns an address without passwords.
func Redact(address string) string {
	var all []string
	for _, one := range strings.Split(address, ",") {
		u, err := url.Parse(one)
		switch {
		case err == nil:
			one = u.Redacted()
		case strings.Contains(one, "@"):
			one = "xxxxx@" + one[strings.LastIndex(one, "@")+1:]
		}
		all = append(all, one)
	}
	return strings.Join(all, ",")
}

func openNATS(ctx context.Context, o Options) (queue.Queue, error) {
	files, err := tenants(o)
	if err != nil {
		return nil, err
	}
	connections := make(map[string]*nats.Conn)
	for name, file := range files {
		options := fleetnats.ConnectOptions(o.Report)
		if file != "" {
			options = append(options, nats.UserCredentials(file))
		}
		if o.CA != "" {
			options = append(options, nats.RootCAs(o.CA))
		}
		if o.Certificate != "" || o.Key != "" {
			options = append(options, nats.ClientCert(o.Certificate, o.Key))
		}
		c, err := nats.Connect(o.URL, options...)
		if err != nil {
			closeAll(connections)
			return nil, connectError(name, o.URL, err)
		}
		connections[name] = c
	}
	q, err := fleetnats.Connect(ctx, connections, fleetnats.Options{Quotas: o.Quotas, AckWait: o.AckWait, ResultWait: o.ResultWait, Replicas: o.Replicas})
	if err != nil {
		closeAll(connections)
		return nil, err
	}
	return q, nil
}

// connectError says what is wrong with a connection.
func connectError(tenant, address string, err error) error {
	where := fmt.Sprintf("connecting to %s as tenant %s", Redact(address), tenant)
	var network *net.OpError
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrAccountAuthExpired):
		return fmt.Errorf("%s: %w: %w", where, queue.ErrTenant, err)
	case errors.Is(err, nats.ErrNoServers), errors.Is(err, nats.ErrTimeout), errors.As(err, &network):
		return fmt.Errorf("%s: %w: %w", where, queue.ErrDown, err)
	}
	return fmt.Errorf("%s: %w", where, err)
}

func closeAll(connections map[string]*nats.Conn) {
	for _, c := range connections {
		c.Close()
	}
}

// tenants returns the credentials file of each tenant, "" for those without.
func tenants(o Options) (map[string]string, error) {
	all := make(map[string]string)
	for _, c := range o.Credentials {
		name, file, found := strings.Cut(c, "=")
		if !found || job.CheckTenant(name) != nil {
			name, file = strings.TrimSuffix(filepath.Base(c), ".creds"), c
		}
		if err := job.CheckTenant(name); err != nil {
			return nil, fmt.Errorf("the credentials %s: %w; or give them as TENANT=PATH", c, err)
		}
		if all[name] != "" {
			return nil, fmt.Errorf("the credentials of tenant %s are there twice: %s and %s", name, all[name], file)
		}
		all[name] = file
	}
	if len(all) == 0 {
		name := "default"
		first, _, _ := strings.Cut(o.URL, ",")
		if u, err := url.Parse(first); err == nil && u.User.Username() != "" {
			name = u.User.Username()
		}
		if err := job.CheckTenant(name); err != nil {
			return nil, fmt.Errorf("the user of %s: %w", Redact(o.URL), err)
		}
		all[name] = ""
	}
	return all, nil
}
