// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/match/denylist/internal/statement"
)

// keys returns a signer and its verifier.
func keys(t *testing.T, name string) (note.Signer, note.Verifier) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// openSigned opens a release with a signed statement.
func openSigned(data, signed []byte, t denylist.Trust) (*denylist.Release, error) {
	t.Statement = signed
	return denylist.Parse("", data, &t)
}

func TestParseRefusesWhatItDoesNotTrust(t *testing.T) {
	signer, verifier := keys(t, "lists.example")
	stranger, other := keys(t, "lists.example")
	read := func(name string) []byte {
		data, err := os.ReadFile("data/releases/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	sign := func(name string, s note.Signer) []byte {
		signed, err := author.Sign(open(t, name), "2027-06-01", s)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	data, signed := read("2026.11.24"), sign("2026.11.24", signer)
	trust := denylist.Trust{Keys: note.VerifierList(verifier), Today: "2026-12-01"}
	r, err := openSigned(data, signed, trust)
	if err != nil || r.Name() != "2026.11.24" || r.Trust() != denylist.Signed || r.Expires() != "2027-06-01" {
		t.Fatalf("%v, %v", r, err)
	}
	good := statement.Statement{Release: r.Name(), Date: r.Date(), Expires: r.Expires(), Digest: r.Digest()}
	signText := func(text string) []byte {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	with := func(change func(*denylist.Trust)) denylist.Trust {
		c := trust
		change(&c)
		return c
	}
	newer := good
	newer.Date = "2027-01-01"
	sameDay := good
	sameDay.Digest = "h1:other"
	tests := []struct {
		fault        string
		data, signed []byte
		trust        denylist.Trust
		kind         error
	}{
		{"a byte of the file", flip(data, 5000), signed, trust, denylist.ErrDigest},
		{"a file cut short", data[:len(data)-2], signed, trust, denylist.ErrDigest},
		{"no file", nil, signed, trust, denylist.ErrDigest},
		{"another release's file", read("2018.06.13"), signed, trust, denylist.ErrDigest},
		{"another key of the same name", data, sign("2026.11.24", stranger), trust, denylist.ErrSignature},
		{"a key that is not trusted", data, signed, with(func(t *denylist.Trust) { t.Keys = note.VerifierList(other) }), denylist.ErrSignature},
		{"no signature", data, []byte(good.String()), trust, denylist.ErrSignature},
		{"an empty note", data, nil, trust, denylist.ErrSignature},
		{"expired", data, signed, with(func(t *denylist.Trust) { t.Today = "2027-06-01" }), denylist.ErrExpired},
		{"no day", data, signed, with(func(t *denylist.Trust) { t.Today = "" }), denylist.ErrInterval},
		{"older than the last", data, signed, with(func(t *denylist.Trust) { t.Last = signText(newer.String()) }), denylist.ErrRollback},
		{"another of the same day", data, signed, with(func(t *denylist.Trust) { t.Last = signText(sameDay.String()) }), denylist.ErrRollback},
		{"a last statement by a stranger", data, signed, with(func(t *denylist.Trust) { t.Last = sign("2018.06.13", stranger) }), denylist.ErrSignature},
		{"an empty last statement", data, signed, with(func(t *denylist.Trust) { t.Last = []byte{} }), denylist.ErrSignature},
	}
	for _, tt := range tests {
		if r, err := openSigned(tt.data, tt.signed, tt.trust); r != nil || !errors.Is(err, tt.kind) || !errors.Is(err, denylist.ErrRelease) {
			t.Errorf("%s: %v; want %v", tt.fault, err, tt.kind)
		}
	}
	// A statement with the right key and digest, but with another name or day than the release: the
	// day of the statement decides what is a rollback.
	for _, change := range []func(*statement.Statement){
		func(s *statement.Statement) { s.Date = "2026-11-23" },
		func(s *statement.Statement) { s.Date = "2026-11-25" },
		func(s *statement.Statement) { s.Release = "2026.11.25" },
	} {
		other := good
		change(&other)
		if r, err := openSigned(data, signText(other.String()), trust); r != nil || !errors.Is(err, denylist.ErrDigest) || !errors.Is(err, denylist.ErrRelease) {
			t.Errorf("a statement on release %s of %s: %v", other.Release, other.Date, err)
		}
	}
	// Every byte of the statement is signed.
	for i := range len(good.String()) {
		if _, err := openSigned(data, flip(signed, i), trust); !errors.Is(err, denylist.ErrSignature) {
			t.Fatalf("byte %d of the statement: %v", i, err)
		}
	}
	// A signed note with another text is not a statement.
	for _, text := range []string{"hello\n", strings.Replace(good.String(), "digest", "sum", 1), strings.Replace(good.String(), "2026-11-24", "today", 1), good.String() + "more 1\n"} {
		if _, err := openSigned(data, signText(text), trust); !errors.Is(err, denylist.ErrSignature) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := author.Sign(r, "2026-11-24", signer); !errors.Is(err, denylist.ErrInterval) {
		t.Errorf("a statement that has expired when it is made: %v", err)
	}
	// A name is that of the statement.
	named := with(func(t *denylist.Trust) { t.Statement = signed })
	if r, err := denylist.Parse("2026.11.24", data, &named); err != nil || r.Trust() != denylist.Signed {
		t.Errorf("with its name: %v", err)
	}
	if r, err := denylist.Parse("2026.11.25", data, &named); r != nil || !errors.Is(err, denylist.ErrDigest) || !errors.Is(err, denylist.ErrRelease) {
		t.Errorf("with another name: %v", err)
	}
	if r, err := denylist.Parse("2026.11.24", data, &denylist.Trust{Keys: note.VerifierList(), Today: "2026-12-01"}); r != nil || !errors.Is(err, denylist.ErrSignature) {
		t.Errorf("without a statement: %v", err)
	}
	if r, err := denylist.Parse("2026.11.24", data, &denylist.Trust{Statement: signed, Today: "2026-12-01"}); r != nil || !errors.Is(err, denylist.ErrSignature) {
		t.Errorf("without keys: %v", err)
	}
	// The same release again is accepted.
	if _, err := openSigned(data, signed, with(func(t *denylist.Trust) { t.Last = signed })); err != nil {
		t.Error(err)
	}
}

func TestPinnedReleaseNeedsTheDigest(t *testing.T) {
	data, err := os.ReadFile("data/releases/2018.06.13.json")
	if err != nil {
		t.Fatal(err)
	}
	want := open(t, "2018.06.13").Digest()
	if r, err := denylist.Parse("2018.06.13", data, &denylist.Trust{Digest: want}); err != nil || r.Trust() != denylist.Pinned {
		t.Errorf("%v", err)
	}
	if _, err := denylist.Parse("2018.06.13", flip(data, 100), &denylist.Trust{Digest: want}); !errors.Is(err, denylist.ErrDigest) {
		t.Errorf("a changed byte: %v", err)
	}
	if _, err := denylist.Parse("2018.06.12", data, &denylist.Trust{Digest: want}); !errors.Is(err, denylist.ErrDigest) {
		t.Errorf("another name: %v", err)
	}
	if r, err := denylist.Parse("2018.06.13", data, nil); err != nil || r.Trust() != denylist.Unchecked {
		t.Errorf("a file as it is: %v", err)
	}
	if open(t, "2018.06.13").Trust() != denylist.Embedded {
		t.Error("the trust of a release in the package is not Embedded")
	}
}

func flip(data []byte, i int) []byte {
	changed := bytes.Clone(data)
	changed[i] ^= 1
	return changed
}
