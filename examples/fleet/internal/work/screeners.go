// SPDX-License-Identifier: Apache-2.0

package work

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

const (
	maxRelease   = 256 << 20 // bytes of a custom denylist
	maxListFile  = 16 << 20  // bytes of a file in it
	maxListFiles = 100_000
	maxScreeners = 16 // that are kept
)

// ErrRelease: this version of the program does not have the release of a screening. A newer one may.
var ErrRelease = errors.New("this version of the program does not have the release")

// Screeners makes the screeners of the screenings in a bucket, and keeps those that were used last. It
// is safe for concurrent use.
type Screeners struct {
	Store  store.Store
	Signer dsse.Signer

	mu   sync.Mutex
	kept map[string]*Screener
	used []string // keys of kept, the one that was used last at the end
}

// Get returns the screener of a screening of a tenant.
func (c *Screeners) Get(ctx context.Context, tenant, id string) (*Screener, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := tenant + "/" + id
	if s := c.kept[key]; s != nil {
		c.touch(key)
		return s, nil
	}
	x, err := ReadScreening(ctx, c.Store, tenant, id)
	if err != nil {
		return nil, err
	}
	release, err := OpenRelease(ctx, c.Store, tenant, x)
	if err != nil {
		return nil, err
	}
	s, err := NewScreener(*x, release, c.Signer)
	if err != nil {
		return nil, fmt.Errorf("%w: screening %s: %w", job.ErrBad, id, err)
	}
	if c.kept == nil {
		c.kept = make(map[string]*Screener)
	}
	c.kept[key] = s
	c.touch(key)
	return s, nil
}

// touch puts a key at the end of those that were used, and forgets the first if there are too many.
func (c *Screeners) touch(key string) {
	used := c.used[:0]
	for _, k := range c.used {
		if k != key {
			used = append(used, k)
		}
	}
	c.used = append(used, key)
	if len(c.used) > maxScreeners {
		delete(c.kept, c.used[0])
		c.used = c.used[1:]
	}
}

// ReadScreening reads a screening of a tenant and checks its id.
func ReadScreening(ctx context.Context, s store.Store, tenant, id string) (*job.Screening, error) {
	key := store.ScreeningKey(tenant, id)
	data, err := store.Read(ctx, s, key, maxScreeningObject)
	if err != nil {
		return nil, err
	}
	x := &job.Screening{}
	if err := json.Unmarshal(data, x); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", key, job.ErrBad, err)
	}
	if got := x.ID(); got != id {
		return nil, fmt.Errorf("%s: %w: it has the id %s; it was changed", key, job.ErrBad, got)
	}
	return x, nil
}

// OpenRelease opens the release of a screening: one in this program, or the custom denylist in the
// folder of the tenant. Its digest is the one of the screening.
func OpenRelease(ctx context.Context, s store.Store, tenant string, x *job.Screening) (*denylist.Release, error) {
	if x.Custom == "" {
		r, err := denylist.Open(x.Release)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRelease, err)
		}
		if r.Digest() != x.Digest {
			return nil, fmt.Errorf("%w: release %s here has the digest %s; the screening is with %s", ErrRelease, x.Release, r.Digest(), x.Digest)
		}
		return r, nil
	}
	key := store.ReleaseKey(tenant, x.Custom)
	data, err := store.Read(ctx, s, key, maxRelease)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != x.Custom {
		return nil, fmt.Errorf("%s: %w: it has the SHA-256 digest %x; it was changed", key, job.ErrBad, sum)
	}
	r, err := ParseRelease(x.Release, x.Digest, data)
	if errors.Is(err, ErrRelease) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", key, job.ErrBad, err)
	}
	if r.Digest() != x.Digest {
		return nil, fmt.Errorf("%w: the custom denylist %s has the digest %s here; the screening is with %s", ErrRelease, r.Name(), r.Digest(), x.Digest)
	}
	return r, nil
}

// ParseRelease reads the file of a release with a digest, or a ZIP archive with the folder of a custom
// denylist. The name of a custom denylist starts with that of the release to which it is added, and
// a plus sign.
func ParseRelease(name, digest string, data []byte) (*denylist.Release, error) {
	if !bytes.HasPrefix(data, []byte("PK")) {
		return denylist.Parse(name, data, &denylist.Trust{Digest: digest})
	}
	first, _, _ := strings.Cut(name, "+")
	base, err := denylist.Open(first)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxListFiles {
		return nil, fmt.Errorf("the archive has %d files; expected at most %d", len(z.File), maxListFiles)
	}
	var total uint64
	for _, f := range z.File {
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxListFile || total > maxRelease {
			return nil, fmt.Errorf("%s in the archive: files have at most %d bytes, and %d together", f.Name, maxListFile, maxRelease)
		}
	}
	return author.Load(z, base)
}
