// SPDX-License-Identifier: Apache-2.0

package submit

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

// ErrScreening is wrapped by errors about how to screen.
var ErrScreening = errors.New("bad options of a screening")

// ScreeningOptions say how to screen. The zero value is with the newest release in this program.
type ScreeningOptions struct {
	Release       string // its name
	Denylist      string // or a custom denylist: the folder of a list, or the file of a release
	Pin           string // the digest of the file of a release, h1:…
	AsOf          string
	Buyer         string // a name, or a file
	Jurisdictions []string
}

// WriteScreening makes a screening, writes it and its custom denylist to the folder of a tenant, and
// returns it with its release.
func WriteScreening(ctx context.Context, s store.Store, tenant string, o ScreeningOptions) (*job.Screening, *denylist.Release, error) {
	x, release, custom, err := o.screening()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrScreening, err)
	}
	if custom != nil {
		if err := create(ctx, s, store.ReleaseKey(tenant, x.Custom), custom); err != nil {
			return nil, nil, err
		}
	}
	data, err := json.Marshal(x)
	if err != nil {
		return nil, nil, err
	}
	return x, release, create(ctx, s, store.ScreeningKey(tenant, x.ID()), data)
}

// create writes an object that always has the same content.
func create(ctx context.Context, s store.Store, key string, data []byte) error {
	if err := s.Create(ctx, key, data); !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

// screening returns the screening, its release, and the content of its custom denylist.
func (o *ScreeningOptions) screening() (*job.Screening, *denylist.Release, []byte, error) {
	release, custom, err := o.release()
	if err != nil {
		return nil, nil, nil, err
	}
	x := &job.Screening{Release: release.Name(), Digest: release.Digest(), AsOf: o.AsOf, Jurisdictions: o.Jurisdictions}
	if custom != nil {
		sum := sha256.Sum256(custom)
		x.Custom = hex.EncodeToString(sum[:])
	}
	if o.Buyer != "" {
		b, err := buyer.Open(o.Buyer)
		if err != nil {
			return nil, nil, nil, err
		}
		text, err := json.Marshal(b)
		if err != nil {
			return nil, nil, nil, err
		}
		x.Buyer = string(text)
	}
	m, err := work.Matcher(*x, release)
	if err != nil {
		return nil, nil, nil, err
	}
	// In their canonical form, so that the same screening has the same id.
	x.Jurisdictions = slices.Compact(slices.Sorted(slices.Values(m.Options().Jurisdictions)))
	return x, release, custom, nil
}

// release opens the release, and returns the content of a custom one.
func (o *ScreeningOptions) release() (*denylist.Release, []byte, error) {
	switch {
	case o.Release != "" && o.Denylist != "":
		return nil, nil, errors.New("a release and a custom denylist; expected one of them")
	case o.Release != "":
		r, err := denylist.Open(o.Release)
		return r, nil, err
	case o.Denylist == "":
		return denylist.Current(), nil, nil
	}
	info, err := os.Stat(o.Denylist)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		dir := os.DirFS(o.Denylist)
		r, err := author.Load(dir, denylist.Current())
		if err != nil {
			return nil, nil, err
		}
		data, err := archive(dir)
		if err != nil {
			return nil, nil, err
		}
		// As a worker reads it.
		r, err = work.ParseRelease(r.Name(), r.Digest(), data)
		return r, data, err
	}
	if o.Pin == "" {
		return nil, nil, fmt.Errorf("the denylist %s is a file, and nothing shows that it is genuine; expected its digest (-pin)", o.Denylist)
	}
	data, err := os.ReadFile(o.Denylist)
	if err != nil {
		return nil, nil, err
	}
	r, err := work.ParseRelease(strings.TrimSuffix(filepath.Base(o.Denylist), ".json"), o.Pin, data)
	return r, data, err
}

// archive returns a ZIP archive with the files of a custom denylist. The same files have the same
// bytes.
func archive(dir fs.FS) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, pattern := range []string{"list.json", "instruments/*.json", "vendors/*.json"} {
		names, err := fs.Glob(dir, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				return nil, err
			}
			w, err := z.Create(name)
			if err != nil {
				return nil, err
			}
			if _, err := w.Write(data); err != nil {
				return nil, err
			}
		}
	}
	err := z.Close()
	return out.Bytes(), err
}
