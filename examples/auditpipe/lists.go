// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/evidence"
)

// maxRelease is the size of the largest file of a release that is read.
const maxRelease = 64 << 20

// releaseOf opens the release that a statement was made with: one in this program, or the one that
// -denylist names, which can be the folder of a custom list or the file of a release. The statement
// has its digest, so nothing else has to show that it is genuine.
func (c *config) releaseOf(r *evidence.Report) (*denylist.Release, error) {
	release, err := denylist.Open(r.Denylist.Release)
	if err == nil {
		return release, nil // its digest is checked before anything is screened
	}
	if c.denylist == "" {
		return nil, fmt.Errorf("%w: %w; give the folder of a custom list, or the file of a release, with -denylist", errNotAgain, err)
	}
	if release, err = openList(c.denylist, r); err == nil {
		err = r.CheckRelease(release)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: -denylist %s: %w", errNotAgain, c.denylist, err)
	}
	return release, nil
}

// openList opens the folder of a custom list, or the file of a release with the digest that the
// statement has. The name of a custom list has the name of the release that it was added to before
// "+".
func openList(path string, r *evidence.Report) (*denylist.Release, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		if info.Size() > maxRelease {
			return nil, fmt.Errorf("the file has %d bytes; at most %d are read", info.Size(), maxRelease)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return denylist.Parse(strings.TrimSuffix(filepath.Base(path), ".json"), data, &denylist.Trust{Digest: r.Denylist.Digest})
	}
	name, _, custom := strings.Cut(r.Denylist.Release, "+")
	if !custom {
		return nil, fmt.Errorf("it is a folder, but the statement is by the release %s, which is no custom list", r.Denylist.Release)
	}
	base, err := denylist.Open(name)
	if err != nil {
		return nil, err
	}
	return author.Load(os.DirFS(path), base)
}
