// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// A bid says what belongs to an offer. It is JSON:
//
//	{"bidder": "Acme Ltd.", "tender": "2026/17", "lot": "2",
//	 "files": [{"path": "sbom/app.cdx.json", "sha256": "…"}, {"path": "rootfs"}]}
//
// Paths are from the folder that it is in.
type bid struct {
	Bidder string `json:"bidder"`
	Tender string `json:"tender"`
	Lot    string `json:"lot"`
	Files  []struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	} `json:"files"`

	digests map[string]string // that the bidder states, by path
	paths   []string
}

var errBid = errors.New("not as the bid says")

// loadBid reads a bid.
func loadBid(path string) (*bid, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b := &bid{digests: make(map[string]string)}
	if err := json.Unmarshal(data, b, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if b.Bidder == "" || len(b.Files) == 0 {
		return nil, fmt.Errorf("%s: expected a bidder and files", path)
	}
	for i, f := range b.Files {
		if f.Path == "" || !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%s: file %d is %q; expected a path within the bid's folder", path, i+1, f.Path)
		}
		p := filepath.ToSlash(filepath.Join(filepath.Dir(path), filepath.FromSlash(f.Path)))
		if p == screen.Stdin { // a file that is called so
			p = "./" + p
		}
		if slices.Contains(b.paths, p) {
			return nil, fmt.Errorf("%s: %s is there twice", path, f.Path)
		}
		b.paths = append(b.paths, p)
		if f.SHA256 == "" {
			continue
		}
		if sum, err := hex.DecodeString(f.SHA256); err != nil || len(sum) != sha256.Size {
			return nil, fmt.Errorf("%s: the sha256 of %s is %q; expected 64 hexadecimal digits", path, f.Path, f.SHA256)
		}
		b.digests[p] = strings.ToLower(f.SHA256)
	}
	return b, nil
}

// about is what the record says of the bid.
func (b *bid) about() *evidence.Bid {
	if b == nil {
		return nil
	}
	return &evidence.Bid{Bidder: b.Bidder, Tender: b.Tender, Lot: b.Lot}
}

// check makes a failure of each document whose file has another digest than the bid states, and
// adds one for each digest that there is no file to compare with.
func (b *bid) check(docs []evidence.Document, companions []evidence.Companion) []evidence.Document {
	if b == nil {
		return docs
	}
	compared := make(map[string]bool)
	for i := range docs {
		d := &docs[i]
		path, digest := d.Path, d.SHA256
		if d.Container != nil {
			path, digest = d.Container.Path, d.Container.SHA256
		}
		want, ok := b.digests[path]
		compared[path] = true
		if ok && want != digest && d.Error == nil {
			d.Fail(evidence.Error{Kind: "read", Message: fmt.Sprintf("%v: the file's SHA-256 is %s; the bid states %s", errBid, digest, want)})
		}
	}
	for _, c := range companions {
		if c.File != "" {
			continue
		}
		if want, ok := b.digests[c.Path]; ok && want != c.SHA256 {
			docs = append(docs, evidence.Failed(evidence.Source{Path: c.Path, SHA256: c.SHA256, Bytes: c.Bytes}, sbom.Header{},
				&sbom.Error{Kind: sbom.ErrRead, Err: fmt.Errorf("%w: the file's SHA-256 is %s; the bid states %s", errBid, c.SHA256, want)}))
		}
		compared[c.Path] = true
	}
	for _, path := range b.paths {
		if want, ok := b.digests[path]; ok && !compared[path] {
			docs = append(docs, evidence.Failed(evidence.Source{Path: path}, sbom.Header{},
				&sbom.Error{Kind: sbom.ErrRead, Err: fmt.Errorf("%w: it states the SHA-256 %s, and this is a folder of files; state theirs", errBid, want)}))
		}
	}
	return docs
}

// inputs are the files of the bid and the paths that were given.
func (c *config) inputs() []screen.Input {
	paths := c.paths
	if c.bid != nil {
		paths = append(slices.Clone(paths), c.bid.paths...)
	}
	return screen.Collect(paths)
}
