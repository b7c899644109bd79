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

// A bid lists the files of an offer. It is JSON:
//
//	{"bidder": "Acme Ltd.", "tender": "2026/17", "lot": "2",
//	 "files": [{"path": "sbom/app.cdx.json", "sha256": "…"}, {"path": "rootfs"}]}
//
// Paths are relative to the folder of the file with this JSON.
type bid struct {
	Bidder string `json:"bidder"`
	Tender string `json:"tender"`
	Lot    string `json:"lot"`
	Files  []struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	} `json:"files"`

	paths   []string          // of the files, from the current folder
	digests map[string]string // the SHA-256 that the bidder states, by path
}

var errBid = errors.New("the file is not the one that the bid describes")

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
		return nil, fmt.Errorf("%s: the bidder or the files are missing; expected both", path)
	}
	for i, f := range b.Files {
		if f.Path == "" || !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("%s: file %d is %q; expected a path inside the folder of the bid", path, i+1, f.Path)
		}
		p := filepath.ToSlash(filepath.Join(filepath.Dir(path), filepath.FromSlash(f.Path)))
		if p == screen.Stdin { // a file with this name
			p = "./" + p
		}
		if slices.Contains(b.paths, p) {
			return nil, fmt.Errorf("%s: %s is listed twice", path, f.Path)
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

// about returns the description of the bid for the report.
func (b *bid) about() *evidence.Bid {
	if b == nil {
		return nil
	}
	return &evidence.Bid{Bidder: b.Bidder, Tender: b.Tender, Lot: b.Lot}
}

// check marks each document as failed if its file does not have the digest that the bid states.
// It adds a failed document for each other digest that differs from that of its file, or has no
// file to be compared with.
func (b *bid) check(docs []evidence.Document, companions []evidence.File) []evidence.Document {
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
		if c.In != "" {
			continue
		}
		if want, ok := b.digests[c.Path]; ok && want != c.SHA256 {
			docs = append(docs, evidence.NewDocument(evidence.File{Path: c.Path, SHA256: c.SHA256, Bytes: c.Bytes}, sbom.Header{}, nil,
				&sbom.Error{Kind: sbom.ErrRead, Err: fmt.Errorf("%w: the file's SHA-256 is %s; the bid states %s", errBid, c.SHA256, want)}))
		}
		compared[c.Path] = true
	}
	for _, path := range b.paths {
		if want, ok := b.digests[path]; ok && !compared[path] {
			docs = append(docs, evidence.NewDocument(evidence.File{Path: path}, sbom.Header{}, nil,
				&sbom.Error{Kind: sbom.ErrRead, Err: fmt.Errorf("%w: the bid states the SHA-256 %s for a folder; expected one for each file in it", errBid, want)}))
		}
	}
	return docs
}
