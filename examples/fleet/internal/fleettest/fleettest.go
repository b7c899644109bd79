// SPDX-License-Identifier: Apache-2.0

// Package fleettest makes batches, segments and keys for tests.
package fleettest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"testing"

	"github.com/clause76/clause76/examples/fleet/internal/job"
	"github.com/clause76/clause76/examples/fleet/internal/store"
	"github.com/clause76/clause76/examples/fleet/internal/work"
	"github.com/clause76/clause76/examples/internal/checkpoint"
	"github.com/clause76/clause76/match/denylist"
)

// Tenant is the tenant of the tests.
const Tenant = "ministry"

// Key returns a private key, the same for the same name, and its PEM.
func Key(t testing.TB, name string) (*checkpoint.Key, []byte) {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	k, err := checkpoint.ParseKey(text, "clause76.fleet")
	if err != nil {
		t.Fatal(err)
	}
	return k, text
}

// PublicKey returns the PEM of the public half of a key.
func PublicKey(t testing.TB, k *checkpoint.Key) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.StatementVerifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// A Fleet writes batches and segments to a store.
type Fleet struct {
	T     testing.TB
	Store store.Store
	Key   *checkpoint.Key
}

// New returns a fleet with the key "fleet".
func New(t testing.TB, s store.Store) *Fleet {
	k, _ := Key(t, "fleet")
	return &Fleet{t, s, k}
}

// SBOM returns a small CycloneDX document with a component of a maker.
func SBOM(maker string, n int) []byte {
	return fmt.Appendf(nil, `{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"device","name":"Router %d","supplier":{"name":"Acme"}}},"components":[{"type":"library","name":"part-%d","version":"1.%d","supplier":{"name":%q}}]}`, n, n, n, maker)
}

// Batch writes a batch with these documents, by name.
func (f *Fleet) Batch(names []string, contents [][]byte) *job.Batch {
	f.T.Helper()
	b := &job.Batch{Tenant: Tenant}
	var pack []byte
	for i, name := range names {
		sum := sha256.Sum256(contents[i])
		b.Documents = append(b.Documents, job.Document{Name: name, Object: "pack", Offset: int64(len(pack)), Size: int64(len(contents[i])), SHA256: hex.EncodeToString(sum[:])})
		pack = append(pack, contents[i]...)
	}
	id := b.ID()
	for i := range b.Documents {
		b.Documents[i].Object = store.PackKey(Tenant, id)[len(Tenant)+1:]
	}
	f.write(store.PackKey(Tenant, id), pack)
	f.WriteBatch(b)
	return b
}

// WriteBatch writes the object of a batch.
func (f *Fleet) WriteBatch(b *job.Batch) {
	f.T.Helper()
	f.writeJSON(store.BatchKey(Tenant, b.ID()), b)
}

func (f *Fleet) write(key string, data []byte) {
	f.T.Helper()
	if err := f.Store.Write(f.T.Context(), key, bytes.NewReader(data)); err != nil {
		f.T.Fatal(err)
	}
}

func (f *Fleet) writeJSON(key string, v any) {
	f.T.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		f.T.Fatal(err)
	}
	f.write(key, data)
}

// Screening writes a screening with a release that comes with the library.
func (f *Fleet) Screening(release string) *job.Screening {
	f.T.Helper()
	r, err := denylist.Open(release)
	if err != nil {
		f.T.Fatal(err)
	}
	s := &job.Screening{Release: r.Name(), Digest: r.Digest()}
	f.writeJSON(store.ScreeningKey(Tenant, s.ID()), s)
	return s
}

// Segment screens the documents of a batch, all or only some, and writes the segment.
func (f *Fleet) Segment(b *job.Batch, s *job.Screening, only ...int) job.Result {
	f.T.Helper()
	j := job.Job{Tenant: Tenant, Batch: b.ID(), Screening: s.ID(), Only: only}
	data := f.Encode(j, b, s)
	f.write(store.SegmentKey(&j), data)
	sum := sha256.Sum256(data)
	return job.Result{Job: j, Segment: hex.EncodeToString(sum[:]), Bytes: int64(len(data))}
}

// Encode screens the documents of a job.
func (f *Fleet) Encode(j job.Job, b *job.Batch, s *job.Screening) []byte {
	f.T.Helper()
	r, err := denylist.Open(s.Release)
	if err != nil {
		f.T.Fatal(err)
	}
	screener, err := work.NewScreener(*s, r, f.Key.Statements)
	if err != nil {
		f.T.Fatal(err)
	}
	indexes := j.Only
	if len(indexes) == 0 {
		for i := range b.Documents {
			indexes = append(indexes, i)
		}
	}
	ctx := f.T.Context()
	var records []*work.Record
	for _, i := range indexes {
		d := &b.Documents[i]
		r, err := screener.Screen(ctx, &j, b, i, func() (io.ReadCloser, error) {
			return f.Store.Open(context.WithoutCancel(ctx), store.ObjectKey(Tenant, d.Object), d.Offset, d.Size)
		})
		if err != nil {
			f.T.Fatal(err)
		}
		records = append(records, r)
	}
	data, err := screener.Encode(ctx, j, records)
	if err != nil {
		f.T.Fatal(err)
	}
	return data
}

// Fill writes some batches of documents and their segments. Each has a component of Kaspersky
// or of Acme. Two documents are in two batches.
func (f *Fleet) Fill(s *job.Screening, batches, documents int) (results []job.Result, all []*job.Batch) {
	f.T.Helper()
	for n := range batches {
		var names []string
		var contents [][]byte
		for i := range documents {
			k := n*documents + i
			if n > 0 && i == 0 && n%2 == 1 {
				k -= documents // of the batch before
			}
			maker := "Acme"
			if k%3 == 0 {
				maker = "Kaspersky Lab"
			}
			names, contents = append(names, fmt.Sprintf("bids/%04d.json", k)), append(contents, SBOM(maker, k))
		}
		b := f.Batch(names, contents)
		all = append(all, b)
		results = append(results, f.Segment(b, s))
	}
	return results, all
}
