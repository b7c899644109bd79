// SPDX-License-Identifier: Apache-2.0

package statement_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist/internal/statement"
)

func TestOpenReadsWhatStringWrites(t *testing.T) {
	private, public, err := note.GenerateKey(rand.Reader, "lists.example")
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
	want := statement.Statement{Release: "2026.11.24", Date: "2026-11-24", Expires: "2027-06-01", Digest: "h1:x"}
	for text, valid := range map[string]bool{
		want.String(): true,
		strings.Replace(want.String(), "expires 2027-06-01", "expires 2027-06", 1): false,
		strings.Replace(want.String(), "date", "day", 1):                           false,
		want.String() + "more\n":                                                   false,
		"hello\n":                                                                  false,
	} {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := statement.Open(signed, note.VerifierList(verifier))
		if (err == nil) != valid || valid && *got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
		if _, err := statement.Open(signed, note.VerifierList()); err == nil {
			t.Errorf("%q was accepted without a trusted key", text)
		}
	}
}
