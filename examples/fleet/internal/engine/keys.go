// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/clause76/clause76/examples/fleet/internal/job"
)

// A keyring has the keys of the server and of the accounts of the tenants.
type keyring struct {
	Operator string                 `json:"operator"` // seeds
	System   string                 `json:"system"`
	Tenants  map[string]*tenantKeys `json:"tenants"`

	active []Tenant
}

type tenantKeys struct {
	Account string `json:"account"`
	User    string `json:"user"`
	// Bytes is the most that the tenant could ever use: the account keeps it, because the server
	// refuses to make streams smaller while an account has less than its streams.
	Bytes int64 `json:"bytes"`
	// Revoked are the public keys of former users.
	Revoked []string `json:"revoked,omitempty"`
}

const (
	keysFile       = "tenants.json"
	credentialsDir = "credentials"
	credentialsEnd = ".creds"
)

func credentialsFile(dir, tenant string) string {
	return filepath.Join(dir, credentialsDir, tenant+credentialsEnd)
}

// CredentialsFiles returns the credentials files of the tenants of an engine with its data in dir.
func CredentialsFiles(dir string) ([]string, error) {
	return filepath.Glob(filepath.Join(dir, credentialsDir, "*"+credentialsEnd))
}

// openKeyring reads the keys of the tenants from the files in a folder, and makes those that are
// missing. Credentials of tenants that are not active any more are removed. A tenant without a credentials file
// gets a new one, and the one that it had is not valid any more.
func openKeyring(dir string, tenants []Tenant) (*keyring, error) {
	k := &keyring{active: tenants}
	path := filepath.Join(dir, keysFile)
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, k)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if k.Tenants == nil {
		k.Tenants = make(map[string]*tenantKeys)
	}
	if err := k.revoke(dir); err != nil {
		return nil, err
	}
	if err := k.complete(); err != nil {
		return nil, err
	}
	if data, err = json.MarshalIndent(k, "", "  "); err != nil {
		return nil, err
	}
	if err := writeSecret(path, append(data, '\n')); err != nil {
		return nil, err
	}
	return k, k.writeCredentials(dir)
}

// revoke ends the users of tenants without a credentials file.
func (k *keyring) revoke(dir string) error {
	for name, t := range k.Tenants {
		if t == nil || t.User == "" {
			continue
		}
		_, err := os.Stat(credentialsFile(dir, name))
		if err == nil {
			continue
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_, public, err := parseSeed(t.User)
		if err != nil {
			return fmt.Errorf("the user of tenant %s: %w", name, err)
		}
		t.Revoked, t.User = append(t.Revoked, public), ""
	}
	return nil
}

// complete makes the keys that are missing.
func (k *keyring) complete() error {
	seed := func(s *string, prefix nkeys.PrefixByte) error {
		if *s != "" {
			return nil
		}
		pair, err := nkeys.CreatePair(prefix)
		if err != nil {
			return err
		}
		b, err := pair.Seed()
		*s = string(b)
		return err
	}
	err := errors.Join(seed(&k.Operator, nkeys.PrefixByteOperator), seed(&k.System, nkeys.PrefixByteAccount))
	for _, t := range k.active {
		keys := k.Tenants[t.Name]
		if keys == nil {
			keys = new(tenantKeys)
			k.Tenants[t.Name] = keys
		}
		keys.Bytes = max(keys.Bytes, t.Bytes)
		err = errors.Join(err, seed(&keys.Account, nkeys.PrefixByteAccount), seed(&keys.User, nkeys.PrefixByteUser))
	}
	return err
}

// writeCredentials writes the credentials files of the tenants.
func (k *keyring) writeCredentials(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, credentialsDir), 0o700); err != nil {
		return err
	}
	have, err := CredentialsFiles(dir)
	if err != nil {
		return err
	}
	for _, path := range have {
		name := strings.TrimSuffix(filepath.Base(path), credentialsEnd)
		if job.CheckTenant(name) == nil && !slices.ContainsFunc(k.active, func(t Tenant) bool { return t.Name == name }) {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for _, t := range k.active {
		token, seed, err := k.user(t.Name, false)
		if err != nil {
			return err
		}
		data, err := jwt.FormatUserConfig(token, seed)
		if err != nil {
			return err
		}
		if err := writeSecret(credentialsFile(dir, t.Name), data); err != nil {
			return err
		}
	}
	return nil
}

// account returns the public key of the account of a tenant.
func (k *keyring) account(tenant string) string {
	_, public, _ := parseSeed(k.Tenants[tenant].Account) // claims has parsed it
	return public
}

// user returns the token of a user of a tenant, and the seed of its key. An owner may do anything in the
// account. Others may not make, change or remove streams and consumers, which have the bounds of the tenant.
func (k *keyring) user(tenant string, owner bool) (token string, seed []byte, err error) {
	keys := k.Tenants[tenant]
	if keys == nil {
		return "", nil, fmt.Errorf("%w: there is no tenant %q", ErrTenants, tenant)
	}
	account, _, err := parseSeed(keys.Account)
	if err != nil {
		return "", nil, err
	}
	user, public, err := parseSeed(keys.User)
	if owner {
		if user, err = nkeys.CreateUser(); err == nil {
			public, err = user.PublicKey()
		}
	}
	if err != nil {
		return "", nil, err
	}
	claims := jwt.NewUserClaims(public)
	claims.Name = tenant
	if !owner {
		for _, verb := range []string{
			"STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "STREAM.RESTORE",
			"CONSUMER.CREATE", "CONSUMER.DURABLE.CREATE", "CONSUMER.DELETE", "CONSUMER.PAUSE", "CONSUMER.RESET",
		} {
			claims.Pub.Deny.Add("$JS.API." + verb + ".>")
		}
	}
	if token, err = claims.Encode(account); err != nil {
		return "", nil, err
	}
	seed, err = user.Seed()
	return token, seed, err
}

// claims returns what the server needs to know: who signs accounts, the accounts, the key of the
// one of the server itself, and how many bytes all of them may use.
func (k *keyring) claims() (operator *jwt.OperatorClaims, resolver server.AccountResolver, system string, bytes int64, err error) {
	signer, public, err := parseSeed(k.Operator)
	if err != nil {
		return nil, nil, "", 0, err
	}
	operator = jwt.NewOperatorClaims(public)
	operator.Name = "fleet"
	if _, err := operator.Encode(signer); err != nil {
		return nil, nil, "", 0, err
	}
	resolver = &server.MemAccResolver{}
	add := func(seed, name string, limits func(*jwt.AccountClaims)) (string, error) {
		_, public, err := parseSeed(seed)
		if err != nil {
			return "", fmt.Errorf("the account of %s: %w", name, err)
		}
		c := jwt.NewAccountClaims(public)
		c.Name = name
		limits(c)
		token, err := c.Encode(signer)
		if err != nil {
			return "", fmt.Errorf("the account of %s: %w", name, err)
		}
		return public, resolver.Store(public, token)
	}
	if system, err = add(k.System, "system", func(*jwt.AccountClaims) {}); err != nil {
		return nil, nil, "", 0, err
	}
	for _, t := range k.active {
		keys := k.Tenants[t.Name]
		bytes += keys.Bytes
		_, err := add(keys.Account, t.Name, func(c *jwt.AccountClaims) {
			c.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: keys.Bytes, Streams: 3, Consumer: 16}
			c.Limits.Conn, c.Limits.Subs, c.Limits.Payload = 1000, 100_000, 1<<20
			for _, user := range keys.Revoked {
				c.RevokeAt(user, always)
			}
		})
		if err != nil {
			return nil, nil, "", 0, err
		}
	}
	return operator, resolver, system, bytes, nil
}

// always is later than all credentials.
var always = time.Unix(1<<40, 0)

// parseSeed returns the key of a seed, and its public key.
func parseSeed(seed string) (nkeys.KeyPair, string, error) {
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return nil, "", err
	}
	public, err := pair.PublicKey()
	return pair, public, err
}

// writeSecret writes a file that only its owner can read, completely or not at all.
func writeSecret(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
