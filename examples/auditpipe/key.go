// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/examples/internal/checkpoint"
)

// loadSigningKey reads a private key.
func loadSigningKey(path string) (*checkpoint.Key, error) {
	if path == "" {
		return nil, usageError("no key given; expected -key FILE with a private Ed25519 key")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k, err := checkpoint.ParseKey(text, origin)
	if err != nil {
		return nil, usageError("-key %s: %v", path, err)
	}
	return k, nil
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
	statements, checkpoints, err = checkpoint.ParseVerifier(text, origin)
	if err != nil {
		return nil, nil, usageError("-key %s: %v", path, err)
	}
	return statements, checkpoints, nil
}
