// SPDX-License-Identifier: Apache-2.0

// Package job describes the work of a fleet: documents in batches, and batches to screen.
//
// Each has an id that is a digest of what it describes, so that work that is submitted, queued
// or done twice has the same id each time.
package job

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Bounds of a batch. A document that is larger than MaxBytes is a batch of its own.
const (
	MaxDocuments = 256
	MaxBytes     = 16 << 20
)

// ErrBad is wrapped by each error about a batch, a screening or a job that is not valid.
var ErrBad = errors.New("bad job")

// A Document is one file to screen. Its content is a part of an object in the bucket.
type Document struct {
	// Name is the path of the document in its record, as screen.EscapePath returns it.
	Name string `json:"name"`
	// Object is the key of the object with the content. If it starts with "/", it is a key in
	// the bucket outside of the folder of the tenant.
	Object string `json:"object"`
	// Offset and Size are the place of the content in the object, in bytes.
	Offset int64 `json:"offset,omitempty"`
	Size   int64 `json:"size"`
	// SHA256 is the digest of the content, in hex; "" if it was not read when it was submitted.
	SHA256 string `json:"sha256,omitempty"`
	// Version identifies the content if SHA256 is empty: the ETag of the object.
	Version string `json:"version,omitempty"`
}

// Key returns the id of a document: documents with the same name and content have the same key.
func (d *Document) Key() string {
	if d.SHA256 != "" {
		return Digest("document", d.Name, d.SHA256)
	}
	return Digest("object", d.Name, d.Object, d.Version)
}

// A Batch is a list of documents of a tenant that one worker screens together.
type Batch struct {
	Tenant    string     `json:"tenant"`
	Documents []Document `json:"documents"`
}

// ID returns the id of the batch: the digest of the keys of its documents.
func (b *Batch) ID() string {
	keys := []string{"batch", b.Tenant}
	for i := range b.Documents {
		keys = append(keys, b.Documents[i].Key())
	}
	return Digest(keys...)
}

// Check returns an ErrBad if a field is missing or not valid.
func (b *Batch) Check() error {
	if err := CheckTenant(b.Tenant); err != nil {
		return err
	}
	if n := len(b.Documents); n == 0 || n > MaxDocuments {
		return fmt.Errorf("%w: the batch has %d documents; expected 1 to %d", ErrBad, n, MaxDocuments)
	}
	for i, d := range b.Documents {
		switch {
		case d.Name == "" || d.Object == "" || d.Size < 0 || d.Offset < 0:
			return fmt.Errorf("%w: document %d of the batch has no name or object, or a negative place", ErrBad, i)
		case d.SHA256 == "" && d.Version == "", d.SHA256 != "" && !hexDigest.MatchString(d.SHA256):
			return fmt.Errorf("%w: document %d of the batch, %q: expected a SHA-256 digest in hex, or a version of its object", ErrBad, i, d.Name)
		}
	}
	return nil
}

// A Screening is a release and the options that can change a result.
type Screening struct {
	Release string `json:"release"` // its name
	Digest  string `json:"digest"`  // of the release, as it has it: h1:…
	// Custom is the digest of the file of a custom denylist in the folder of the tenant, in hex;
	// "" for a release that comes with the library.
	Custom        string   `json:"custom,omitempty"`
	AsOf          string   `json:"asOf,omitempty"`
	Jurisdictions []string `json:"jurisdictions,omitempty"`
	Buyer         string   `json:"buyer,omitempty"` // the JSON of a denylist.Buyer
}

// ID returns the digest of the screening.
func (s *Screening) ID() string {
	return Digest("screening", s.Release, s.Digest, s.Custom, s.AsOf, strings.Join(s.Jurisdictions, ","), s.Buyer)
}

// A Job is a batch to screen.
type Job struct {
	Tenant    string `json:"tenant"`
	Batch     string `json:"batch"`     // its id
	Screening string `json:"screening"` // its id
	// Only are the indexes of the documents to screen, in ascending order; all of them if empty.
	Only []int `json:"only,omitempty"`
}

// ID returns the id of the job, which is the name of its segment.
func (j *Job) ID() string {
	only := ""
	if len(j.Only) > 0 {
		only = strings.Trim(fmt.Sprint(j.Only), "[]")
	}
	return Digest("job", j.Tenant, j.Batch, j.Screening, only)
}

// Check returns an ErrBad if a field is missing or not valid.
func (j *Job) Check() error {
	if err := CheckTenant(j.Tenant); err != nil {
		return err
	}
	if !hexDigest.MatchString(j.Batch) || !hexDigest.MatchString(j.Screening) {
		return fmt.Errorf("%w: expected the ids of a batch and of a screening, 64 digits in hex", ErrBad)
	}
	for i, n := range j.Only {
		if n < 0 || n >= MaxDocuments || i > 0 && n <= j.Only[i-1] {
			return fmt.Errorf("%w: the indexes of documents are not in ascending order between 0 and %d", ErrBad, MaxDocuments-1)
		}
	}
	return nil
}

// A Result announces that the segment of a job is in the bucket, or a delta statement for it.
type Result struct {
	Job     Job    `json:"job"`
	Segment string `json:"segment"` // the SHA-256 digest of the object, in hex
	Bytes   int64  `json:"bytes"`
	// Delta is the id of the screening of a delta statement; "" if a segment is announced.
	Delta string `json:"delta,omitempty"`
}

var (
	hexDigest  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	tenantName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// CheckTenant returns an ErrBad if the name of a tenant is not a DNS label (RFC 1123) in lower case.
func CheckTenant(name string) error {
	if !tenantName.MatchString(name) {
		return fmt.Errorf("%w: the tenant is %q; expected 1 to 63 of a-z, 0-9 and -, neither first nor last a -", ErrBad, name)
	}
	return nil
}

// Digest returns the SHA-256 digest of a list of texts, in hex. Different lists have different
// digests.
func Digest(texts ...string) string {
	list, err := json.Marshal(texts)
	if err != nil {
		panic(err) // texts can always be marshaled
	}
	sum := sha256.Sum256(list)
	return hex.EncodeToString(sum[:])
}
