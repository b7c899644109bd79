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
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/examples/internal/buyer"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
	"github.com/clause76/clause76/sbom"
)

// A bid lists the files of an offer. It is JSON:
//
//	{"bidder": "Acme Ltd.", "tender": "2026/17",
//	 "lot": {"id": "2", "cpv": ["32420000-3"]}, "buyer": "eu-institution",
//	 "files": [{"path": "sbom/app.cdx.json", "sha256": "…"}, {"path": "rootfs"}]}
//
// Paths are relative to the folder of the file with this JSON. The lot can also be its id alone,
// with its codes in the member cpv of the bid. The buyer is the name of one that the denylist
// package knows, or an object with the members of [denylist.Buyer].
type bid struct {
	Bidder string      `json:"bidder"`
	Tender string      `json:"tender"`
	Lot    lotOfBid    `json:"lot"`
	CPV    []string    `json:"cpv"`
	Buyer  *buyerOfBid `json:"buyer"`
	Files  []struct {
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	} `json:"files"`

	buyer   *denylist.Buyer   // nil if the bid states none
	cpv     []string          // of the lot
	paths   []string          // of the files, from the current folder
	digests map[string]string // the SHA-256 that the bidder states, by path
}

// A lotOfBid is the lot of a bid: its id, or an object with id and cpv.
type lotOfBid struct {
	ID  string   `json:"id"`
	CPV []string `json:"cpv"`
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (l *lotOfBid) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		return json.UnmarshalDecode(d, &l.ID)
	}
	type plain lotOfBid // has no methods
	return json.UnmarshalDecode(d, (*plain)(l))
}

// A buyerOfBid is the buyer of a bid: its name, or all of it.
type buyerOfBid struct {
	name string
	own  *denylist.Buyer
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (b *buyerOfBid) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		return json.UnmarshalDecode(d, &b.name)
	}
	value, err := d.ReadValue()
	if err == nil {
		b.own, err = denylist.ParseBuyer(value)
	}
	return err
}

// openLot finds the buyer and the codes of the lot.
func (b *bid) openLot() (err error) {
	if b.Buyer != nil {
		if b.buyer = b.Buyer.own; b.buyer == nil {
			b.buyer, err = buyer.Named(b.Buyer.name)
		}
		if err != nil {
			return fmt.Errorf("buyer: %w", err)
		}
	}
	if len(b.CPV) > 0 && len(b.Lot.CPV) > 0 && !slices.Equal(withoutCheckDigits(b.CPV), withoutCheckDigits(b.Lot.CPV)) {
		return fmt.Errorf("cpv is %s, and cpv of the lot is %s; expected the same, or only one of them", strings.Join(b.CPV, ","), strings.Join(b.Lot.CPV, ","))
	}
	if b.cpv = b.Lot.CPV; len(b.cpv) == 0 {
		b.cpv = b.CPV
	}
	return nil
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
	if err := b.openLot(); err != nil {
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
	return &evidence.Bid{Bidder: b.Bidder, Tender: b.Tender, Lot: b.Lot.ID}
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
