// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist/internal/statement"
	"github.com/clause76/clause76/vendors"
)

// Errors of [OpenSigned] and [OpenPinned], for errors.Is, in addition to those of [Parse]. A
// file that does not have the signed or pinned digest is an [ErrDigest].
var (
	// ErrSignature: no signature by a trusted key, or the signed text is not a statement.
	ErrSignature = errors.New("no valid signature")
	// ErrExpired: the statement is no longer valid.
	ErrExpired = errors.New("expired")
	// ErrRollback: the release is older than the one last trusted, or differs from it although
	// it has the same date.
	ErrRollback = errors.New("older than the release last trusted")
)

// Trust tells [OpenSigned] which statements to accept.
type Trust struct {
	Keys note.Verifiers
	// Today decides whether a statement has expired. It is an argument because this package
	// reads no clock.
	Today vendors.Date
	// Last is the signed statement on the release last trusted, or nil. A program keeps the
	// statement of each release that it opened, so that nobody can give it an older one.
	Last []byte
}

// statement reads a signed statement.
func (t *Trust) statement(signed []byte) (*statement.Statement, error) {
	s, err := statement.Open(signed, t.Keys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return s, nil
}

// accept returns the statement if it is signed with a trusted key, has not expired and is not
// older than the last one.
func (t *Trust) accept(signed []byte) (*statement.Statement, error) {
	s, err := t.statement(signed)
	if err != nil {
		return nil, err
	}
	if err := day("today", t.Today); err != nil {
		return nil, err
	}
	if t.Today >= s.Expires {
		return nil, fmt.Errorf("release %s: %w on %s; expected a newer statement", s.Release, ErrExpired, s.Expires)
	}
	if t.Last == nil {
		return s, nil
	}
	last, err := t.statement(t.Last)
	if err != nil {
		return nil, fmt.Errorf("the statement on the release last trusted: %w", err)
	}
	if s.Date < last.Date || s.Date == last.Date && s.Digest != last.Digest {
		return nil, fmt.Errorf("release %s of %s with digest %s: %w, %s of %s with digest %s", s.Release, s.Date, s.Digest, ErrRollback, last.Release, last.Date, last.Digest)
	}
	return s, nil
}

// OpenSigned reads the file of a release if it has the digest in the signed statement, and the
// statement is signed with a trusted key, has not expired, and is not older than the one last
// trusted. The errors are [ErrSignature], [ErrExpired], [ErrRollback], [ErrDigest] and those of
// [Parse]. All wrap [ErrRelease].
func OpenSigned(data, signed []byte, t Trust) (*Release, error) {
	s, err := t.accept(signed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	r, err := parseWithDigest(s.Release, data, s.Digest)
	if err != nil {
		return nil, err
	}
	if r.date != s.Date {
		return nil, fmt.Errorf("%w: release %s is of %s, but its statement is about one of %s: %w", ErrRelease, s.Release, r.date, s.Date, ErrDigest)
	}
	r.trust, r.expires = Signed, s.Expires
	return r, nil
}

// OpenPinned reads the file of a release if it has the digest. It is for audits of an old
// screening: signature, age and expiry do not matter. [Release.Trust] tells.
func OpenPinned(name string, data []byte, digest string) (*Release, error) {
	r, err := parseWithDigest(name, data, digest)
	if err == nil {
		r.trust = Pinned
	}
	return r, err
}

// parseWithDigest parses a file that must have the digest, which is checked first: a file with
// another digest is not read.
func parseWithDigest(name string, data []byte, want string) (*Release, error) {
	if got := digest(name+".json", data); got != want {
		return nil, fmt.Errorf("%w: %s: digest is %s; expected %s: %w", ErrRelease, name, got, want, ErrDigest)
	}
	return Parse(name, data)
}

// A TrustKind tells why the content of a release was trusted.
type TrustKind string

// The kinds of trust.
const (
	Unchecked TrustKind = ""         // it was not checked
	Embedded  TrustKind = "embedded" // it is in this package, with its digest
	Signed    TrustKind = "signed"   // there is a signed statement with its digest
	Pinned    TrustKind = "pinned"   // the caller gave its digest
	Custom    TrustKind = "own"      // it is a custom denylist
)

// Trust returns why the content of the release was trusted.
func (r *Release) Trust() TrustKind { return r.trust }

// Expires returns the first day on which the signed statement on the release is no longer
// valid, or "" if the release was not opened by a signed statement.
func (r *Release) Expires() vendors.Date { return r.expires }
