// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/compact"
	"github.com/clause76/clause76/examples/fleet/internal/engine"
	"github.com/clause76/clause76/examples/fleet/internal/inspect"
	"github.com/clause76/clause76/examples/fleet/internal/queue"
	"github.com/clause76/clause76/examples/fleet/internal/queue/open"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// The names of files in the folder of a server.
const (
	keyFile    = "key.pem"
	publicFile = "key.pub"
	serverFile = "server.json"
	queueDir   = "queue"
	stateDir   = "state"
)

// A server is what other commands have to know about "fleet serve". It is in a file of its folder.
type server struct {
	Queue   string          `json:"queue"`          // its address
	Bucket  string          `json:"bucket"`         // likewise
	HTTP    string          `json:"http,omitempty"` // host and port of the metrics
	Tenants []engine.Tenant `json:"tenants"`
}

// lastFile is the file with the folder of the server that this user started last.
func lastFile() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "clause76-fleet", "last"), err
}

// lastServer returns the folder of the server that this user started last; "" if there is none.
func lastServer() string {
	path, err := lastFile()
	if err != nil {
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// announce writes where other commands find the server.
func (s *server) announce(dir string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, serverFile), append(text, '\n'), 0o600); err != nil {
		return err
	}
	path, err := lastFile()
	if err != nil {
		return nil // a user without a home has to use -data
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil
	}
	replace(path, []byte(dir+"\n"), 0o600) // likewise
	return nil
}

// replace writes a file so that a reader finds the old or the new content.
func replace(path string, data []byte, mode os.FileMode) error {
	temporary := path + ".tmp"
	if err := os.WriteFile(temporary, data, mode); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// readServer reads the file of the server in a folder.
func readServer(dir string) (*server, error) {
	if dir == "" {
		return nil, usageError("no server is known; expected -data FOLDER, or -queue and -bucket, or a running \"fleet serve\"")
	}
	data, err := os.ReadFile(filepath.Join(dir, serverFile))
	if err != nil {
		return nil, fmt.Errorf("%w; expected the folder of \"fleet serve\", which was started once", err)
	}
	s := &server{}
	if err := json.Unmarshal(data, s); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, serverFile), err)
	}
	return s, nil
}

// server returns the server that the flags name, nil if the flags say everything.
func (c *config) server() (*server, error) {
	if c.queue != "" && c.bucket != "" {
		return nil, nil
	}
	return readServer(c.dataFolder())
}

// openStore opens the bucket.
func (c *config) openStore(ctx context.Context, s *server) (store.Store, error) {
	if c.bucket == "" {
		c.bucket = s.Bucket
	}
	return store.Open(ctx, c.bucket)
}

// openQueue opens the queue for the tenants of the credentials, or for one tenant.
func (c *config) openQueue(ctx context.Context, s *server, tenant string, report func(error)) (queue.Queue, error) {
	o := open.Options{URL: c.queue, Credentials: c.credentials, CA: c.ca, Report: report}
	if o.URL == "" {
		o.URL = s.Queue
		if len(o.Credentials) == 0 {
			files, err := engine.CredentialsFiles(filepath.Join(c.dataFolder(), queueDir))
			if err != nil {
				return nil, err
			}
			o.Credentials = files
		}
	}
	if tenant != "" && len(o.Credentials) > 0 {
		o.Credentials = slices.DeleteFunc(slices.Clone(o.Credentials), func(file string) bool {
			return !strings.HasPrefix(file, tenant+"=") && strings.TrimSuffix(filepath.Base(file), ".creds") != tenant
		})
		if len(o.Credentials) == 0 {
			return nil, usageError("-tenant %s: there are no credentials for it", tenant)
		}
	}
	q, err := open.Open(ctx, o)
	if errors.Is(err, queue.ErrDown) && c.queue == "" {
		err = fmt.Errorf("%w; is \"fleet serve -data %s\" running?", err, c.dataFolder())
	}
	return q, err
}

// loadKey reads the key that signs.
func (c *config) loadKey() (*checkpoint.Key, error) {
	path := c.keyPath()
	if path == "" {
		return nil, usageError("no key given; expected -key FILE with a private Ed25519 key")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k, err := checkpoint.ParseKey(text, compact.KeyName)
	if err != nil {
		return nil, usageError("-key %s: %v", path, err)
	}
	return k, nil
}

func (c *config) keyPath() string {
	if dir := c.dataFolder(); c.key == "" && dir != "" {
		return filepath.Join(dir, keyFile)
	}
	return c.key
}

// makeKey makes the key in the folder of a server if there is none.
func makeKey(dir string) error {
	path := filepath.Join(dir, keyFile)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	open, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, publicFile), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), 0o644); err != nil {
		return err
	}
	return replace(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)
}

// folderURL returns the address of the bucket in the folder of a server.
func folderURL(dir string) string {
	path := filepath.ToSlash(filepath.Join(dir, inspect.BucketFolder))
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	return "file://" + (&url.URL{Path: path}).EscapedPath()
}
