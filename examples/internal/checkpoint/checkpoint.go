// SPDX-License-Identifier: Apache-2.0

// Package checkpoint signs and opens the checkpoints of an append-only log, and other signed notes
// beside them.
//
// A checkpoint is a signed note (golang.org/x/mod/sumdb/note). Its lines are a head, which tells
// apart the kinds of notes, the number of leaves in the log, and the root of their Merkle tree in
// base64. More lines may follow.
package checkpoint

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/internal/keys"
)

// ErrKey: a key is not one that can sign or check notes.
var ErrKey = errors.New("not a key for checkpoints")

// A Key signs statements and notes. With Ed25519 the same text has the same signature, so that what
// is made again has the same bytes.
type Key struct {
	Statements dsse.Signer
	Notes      note.Signer
	// The public half.
	StatementVerifier dsse.Verifier
	NoteVerifier      note.Verifier
}

// ParseKey reads a private Ed25519 key (PEM, PKCS #8). The name is that of the key in notes, which
// has no spaces or plus signs.
func ParseKey(text []byte, name string) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%w: not a PEM file", ErrKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%w: expected a private Ed25519 key (PKCS #8)", ErrKey)
	}
	k := &Key{}
	if k.Statements, err = keys.LoadSigner(text); err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	if k.StatementVerifier, err = keys.LoadVerifier(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})); err != nil {
		return nil, err
	}
	public, err := note.NewEd25519VerifierKey(name, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	if k.NoteVerifier, err = note.NewVerifier(public); err != nil {
		return nil, err
	}
	// "name+hash+key": the private form has the same hash as the public one.
	hash := strings.Split(public, "+")[1]
	const algorithm = "\x01"
	k.Notes, err = note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte(algorithm), key.Seed()...)))
	return k, err
}

// ParseVerifier reads a public key (PEM). notes is nil if it is not an Ed25519 key, with which
// notes are signed.
func ParseVerifier(text []byte, name string) (statements dsse.Verifier, notes note.Verifier, err error) {
	if statements, err = keys.LoadVerifier(text); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key, ok := statements.Public().(ed25519.PublicKey)
	if !ok {
		return statements, nil, nil
	}
	public, err := note.NewEd25519VerifierKey(name, key)
	if err != nil {
		return nil, nil, err
	}
	notes, err = note.NewVerifier(public)
	return statements, notes, err
}

// Sign returns the signed note with these lines.
func Sign(s note.Signer, lines ...string) ([]byte, error) {
	return note.Sign(&note.Note{Text: strings.Join(lines, "\n") + "\n"}, s)
}

// Open returns the lines of a signed note that starts with this head. It does not check the
// signature if v is nil.
func Open(text []byte, head string, v note.Verifier) ([]string, error) {
	var body string
	if v == nil {
		_, err := note.Open(text, note.VerifierList())
		unverified := (*note.UnverifiedNoteError)(nil)
		if !errors.As(err, &unverified) {
			return nil, err
		}
		body = unverified.Note.Text
	} else {
		signed, err := note.Open(text, note.VerifierList(v))
		if err != nil {
			return nil, err
		}
		body = signed.Text
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if lines[0] != head {
		return nil, fmt.Errorf("it starts with %q; expected %q", lines[0], head)
	}
	return lines, nil
}

// Tree reads the two lines about the tree: the number of leaves and the root.
func Tree(size, sum string) (n int, root tlog.Hash, err error) {
	n, err = strconv.Atoi(size)
	if err != nil || n < 0 || strconv.Itoa(n) != size {
		return 0, root, fmt.Errorf("the size is %q; expected a number of lines", size)
	}
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || len(raw) != len(root) {
		return 0, root, fmt.Errorf("the root is %q; expected %d bytes in base64", sum, len(root))
	}
	copy(root[:], raw)
	return n, root, nil
}

// Root returns a root as it is in a checkpoint.
func Root(root tlog.Hash) string { return base64.StdEncoding.EncodeToString(root[:]) }
