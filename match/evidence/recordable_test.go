// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// rewritten writes the record of a report, parses it, and checks that the parsed report has the
// same record.
func rewritten(t *testing.T, r *evidence.Report) *evidence.Report {
	t.Helper()
	var record, again bytes.Buffer
	if err := r.WriteJSON(&record); err != nil {
		t.Fatal(err)
	}
	parsed, err := evidence.ParseReport(record.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, record.Bytes())
	}
	if err := parsed.WriteJSON(&again); err != nil || !bytes.Equal(record.Bytes(), again.Bytes()) {
		t.Fatalf("the record is written in another way again: %v", err)
	}
	return parsed
}

// Text that is not UTF-8, from a firmware table or from the caller, does not spoil a record: it
// is parsed, and a signature of it verifies.
func TestRecordOfInvalidText(t *testing.T) {
	const bad = "RH\xff2288\xfe\xfd"
	for name, spoil := range map[string]func(*evidence.Report){
		"name":        func(r *evidence.Report) { r.Documents[0].Findings[0].Component.Name = bad },
		"literal":     func(r *evidence.Report) { r.Documents[0].Findings[0].Component.Name = `a\ufffd` + "\xff\ufffd" },
		"attribution": func(r *evidence.Report) { r.Documents[0].Findings[0].Attributions[0].Value = bad },
		"sources": func(r *evidence.Report) {
			for i, source := range []string{"x\xff", "x\xfe"} {
				r.Documents[0].Findings[i].Attributions = []vendors.Attribution{{Vendor: "kaspersky", Tier: vendors.Declared, Source: source}}
			}
		},
		"note": func(r *evidence.Report) { r.Documents[0].Findings[0].Note = bad },
		"text": func(r *evidence.Report) { r.Documents[0].Findings[0].Citations[0].Title += bad },
		"path": func(r *evidence.Report) { r.Documents[0].Path = bad },
		"warning": func(r *evidence.Report) {
			r.Documents[0].Warnings = []sbom.Warning{{Kind: sbom.WarnMalformed, Message: bad}}
		},
		"error": func(r *evidence.Report) { r.Documents[0].Fail(evidence.Error{Kind: "syntax", Message: bad}) },
		"bid":   func(r *evidence.Report) { r.Bid = &evidence.Bid{Bidder: bad} },
		"tool":  func(r *evidence.Report) { r.Tool.Name = bad },
		"components alike": func(r *evidence.Report) {
			a, b := &r.Documents[0].Findings[0], &r.Documents[0].Findings[1]
			*b = *a
			a.ID, a.Component.Name, b.ID, b.Component.Name = "1", "x\xff", "2", "x\xfe"
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := many(t, 2)
			r.Documents[0].SHA256 = strings.Repeat("0", 64)
			c := *r.Documents[0].Findings[0].Citations[0].Citation
			r.Documents[0].Findings[0].Citations = []match.Citation{{Citation: &c, Verdict: match.Ban}}
			spoil(r)
			r.Finish(nil, nil)
			rewritten(t, r)
			_, key, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			signer := keyPair{key}
			envelope, err := r.Sign(t.Context(), signer)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := evidence.Verify(t.Context(), envelope, signer); err != nil {
				t.Error(err)
			}
		})
	}
	b := denylist.Buyers()[0]
	b.Title += bad
	if err := b.Check(); !errors.Is(err, denylist.ErrBuyer) {
		t.Errorf("a title that is not UTF-8: %v", err)
	}
}

// A keyPair signs and verifies with an Ed25519 key.
type keyPair struct{ ed25519.PrivateKey }

func (k keyPair) KeyID() (string, error) { return "test", nil }

func (k keyPair) Public() crypto.PublicKey { return k.PrivateKey.Public() }

func (k keyPair) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(k.PrivateKey, data), nil
}

func (k keyPair) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(k.Public().(ed25519.PublicKey), data, sig) {
		return errors.New("another signature")
	}
	return nil
}

// Parts that a document does not tell apart have findings with ids of their own, so that a
// reference leads to the right one. The first of them keeps the id that it has alone.
func TestIDsAreUnique(t *testing.T) {
	part := func(architecture string) string {
		return "Package: kav\nStatus: install ok installed\nMaintainer: Kaspersky Lab\nArchitecture: " + architecture + "\nVersion: " + architecture + "\n\n"
	}
	document := func(text string) *evidence.Document {
		m, err := match.New(denylist.Current(), nil)
		if err != nil {
			t.Fatal(err)
		}
		doc := firmware.Open(strings.NewReader(text), nil)
		result, err := m.Check(t.Context(), doc)
		r := evidence.New(m, "test", match.Ban)
		r.Finish([]evidence.Document{evidence.NewDocument(evidence.File{Path: "status"}, doc.Header(), result, err)}, nil)
		rewritten(t, r)
		return &r.Documents[0]
	}
	alone, both := document(part("amd64")), document(part("amd64")+part("i386"))
	all := slices.Concat(both.Findings, both.Observations)
	if len(both.Findings) < 2 || alone.Findings[0].ID != both.Findings[0].ID {
		t.Fatalf("%d findings, ids %v and %v", len(both.Findings), alone.Findings[0].ID, all)
	}
	seen := make(map[string]bool)
	for _, f := range all {
		if seen[f.ID] || len(f.ID) != 16 {
			t.Errorf("the id %q of %s %s is that of another finding, or has not 16 digits", f.ID, f.Component.Name, f.Component.Version)
		}
		seen[f.ID] = true
	}
}

// A report that a program made without ids, or with equal ones, has a record that can be parsed.
func TestRecordWithoutIDs(t *testing.T) {
	for _, id := range []string{"", "0123456789abcdef"} {
		r := many(t, 3)
		d := &r.Documents[0]
		for i := range d.Findings {
			d.Findings[i].ID = id
		}
		for i := range d.Observations {
			d.Observations[i].ID = id
		}
		parsed := rewritten(t, r)
		for i, f := range parsed.Documents[0].Findings {
			if f.Component != d.Findings[i].Component || len(f.Attributions) != len(d.Findings[i].Attributions) {
				t.Errorf("id %q: finding %d is read as %+v; was %+v", id, i, f, d.Findings[i])
			}
			if d.Findings[i].ID != id {
				t.Errorf("writing the record changes the report: id %q", d.Findings[i].ID)
			}
		}
	}
}
