// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
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
		if slices.Contains(b.paths, p) {
			return nil, fmt.Errorf("%s: %s is there twice", path, f.Path)
		}
		b.paths = append(b.paths, p)
		if f.SHA256 != "" {
			b.digests[p] = f.SHA256
		}
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

// check makes a failure of each document whose file has another digest than the bid states.
func (b *bid) check(docs []evidence.Document) {
	if b == nil {
		return
	}
	for i := range docs {
		d := &docs[i]
		path, digest := d.Path, d.SHA256
		if d.Container != nil {
			path, digest = d.Container.Path, d.Container.SHA256
		}
		if want, ok := b.digests[path]; ok && want != digest && d.Error == nil {
			failed := *d
			*d = evidence.Document{
				Path: d.Path, SHA256: d.SHA256, Bytes: d.Bytes, Container: failed.Container, Format: d.Format, SpecVersion: d.SpecVersion, Encoding: d.Encoding,
				Verdict: "inconclusive", Warnings: d.Warnings, Findings: d.Findings, Observations: d.Observations,
				Error: &evidence.Error{Kind: "read", Message: fmt.Sprintf("%v: the file's SHA-256 is %s; the bid states %s", errBid, digest, want)},
			}
		}
	}
}

// inputs are the files of the bid and the paths that were given.
func (c *config) inputs() []screen.Input {
	paths := c.paths
	if c.bid != nil {
		paths = append(slices.Clone(paths), c.bid.paths...)
	}
	return screen.Collect(paths)
}
