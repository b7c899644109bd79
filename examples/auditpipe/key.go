// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/internal/keys"
)

// A signingKey signs statements and checkpoints. With Ed25519 the same text has the same
// signature, so that a store that is made again has the same bytes.
type signingKey struct {
	statements  dsse.Signer
	checkpoints note.Signer
	// The public half.
	statementVerifier dsse.Verifier
	verifier          note.Verifier
}

// loadSigningKey reads a private key.
func loadSigningKey(path string) (*signingKey, error) {
	if path == "" {
		return nil, usageError("no key given; expected -key FILE with a private Ed25519 key")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, usageError("-key %s: not a PEM file", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, usageError("-key %s: expected a private Ed25519 key (PKCS #8)", path)
	}
	k := &signingKey{}
	if k.statements, err = keys.LoadSigner(text); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	if k.statementVerifier, err = keys.LoadVerifier(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})); err != nil {
		return nil, err
	}
	public, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	if k.verifier, err = note.NewVerifier(public); err != nil {
		return nil, err
	}
	// "name+hash+key": the private form has the same hash as the public one.
	hash := strings.Split(public, "+")[1]
	const algorithm = "\x01"
	k.checkpoints, err = note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte(algorithm), key.Seed()...)))
	return k, err
}

// loadVerifyingKey reads a public key. checkpoints is nil if it is not an Ed25519 key, with which
// checkpoints are signed.
func loadVerifyingKey(path string) (statements dsse.Verifier, checkpoints note.Verifier, err error) {
	if path == "" {
		return nil, nil, usageError("no key given; expected -key FILE with a public key")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if statements, err = keys.LoadVerifier(text); err != nil {
		return nil, nil, usageError("-key %s: %v", path, err)
	}
	if key, ok := statements.Public().(ed25519.PublicKey); ok {
		public, err := note.NewEd25519VerifierKey(origin, key)
		if err != nil {
			return nil, nil, err
		}
		checkpoints, err = note.NewVerifier(public)
		return statements, checkpoints, err
	}
	return statements, nil, nil
}
