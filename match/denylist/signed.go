// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/match/denylist/internal/statement"
	"github.com/clause76/clause76/vendors"
)

// Errors of [Parse] with a [Trust], for errors.Is, in addition to the others. A
// file that does not have the signed or pinned digest is an [ErrDigest].
var (
	// ErrSignature: no signature by a trusted key, or the signed text is not a statement.
	ErrSignature = errors.New("no valid signature")
	// ErrExpired: the statement is no longer valid.
	ErrExpired = errors.New("expired")
	// ErrRollback: the release is older than the one last trusted, or differs from it although
	// it has the same date and does not correct it.
	ErrRollback = errors.New("older than the release last trusted")
)

// Trust tells [Parse] why to trust a file: because of its digest, or of a signed statement.
type Trust struct {
	// Digest is the digest that the file must have, "h1:…". It is for audits of an old screening:
	// signature, age and expiry do not matter, and the other fields are not used.
	Digest string
	// Statement is the signed statement on the release, by one of the keys.
	Statement []byte
	Keys      note.Verifiers
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
	if s.Date < last.Date {
		return nil, rollback(s, last)
	}
	return s, nil
}

func rollback(s, last *statement.Statement) error {
	return fmt.Errorf("release %s of %s with digest %s: %w, %s of %s with digest %s", s.Release, s.Date, s.Digest, ErrRollback, last.Release, last.Date, last.Digest)
}

// sameDay returns an error if the release of a statement differs from the one last trusted although
// it has the same date, unless it corrects that one. Only the file tells that, and its digest is
// signed. If a correction was missed, the name tells which of two corrections is the later one.
func (t *Trust) sameDay(s *statement.Statement, r *Release) error {
	if t.Last == nil {
		return nil
	}
	last, err := t.statement(t.Last)
	if err != nil || s.Date != last.Date || s.Digest == last.Digest {
		return err
	}
	if r.supersedes == last.Release || r.supersedes != "" && compareNames(r.name, last.Release) > 0 {
		return nil
	}
	return rollback(s, last)
}

// Parse reads the file of a release. The name is that of the file without ".json", and the digest
// covers it. Every error wraps [ErrRelease] and the error of its kind, and names the entry.
//
// With a trust, the file is read only if it has the digest of the trust, or of its signed statement.
// The statement must be signed with a trusted key, must not have expired and must not be older than
// the one last trusted; of the same day, it can only be on a correction of that one. The errors are [ErrSignature], [ErrExpired], [ErrRollback] and [ErrDigest].
// The name can then be empty, for that of the statement. Without a trust, nil, anything is read.
// [Release.Trust] tells which it was.
func Parse(name string, data []byte, trust *Trust) (*Release, error) {
	switch {
	case trust == nil:
		return parse(name, data, digest(name+".json", data))
	case trust.Digest != "":
		r, err := parseWithDigest(name, data, trust.Digest)
		if err == nil {
			r.trust = Pinned
		}
		return r, err
	}
	s, err := trust.accept(trust.Statement)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	if name != "" && name != s.Release {
		return nil, fmt.Errorf("%w: %s: the statement is about release %s: %w", ErrRelease, name, s.Release, ErrDigest)
	}
	r, err := parseWithDigest(s.Release, data, s.Digest)
	if err != nil {
		return nil, err
	}
	if r.date != s.Date {
		return nil, fmt.Errorf("%w: release %s is of %s, but its statement is about one of %s: %w", ErrRelease, s.Release, r.date, s.Date, ErrDigest)
	}
	if err := trust.sameDay(s, r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	r.trust, r.expires = Signed, s.Expires
	return r, nil
}

// parseWithDigest parses a file that must have the digest, which is checked first: a file with
// another digest is not read.
func parseWithDigest(name string, data []byte, want string) (*Release, error) {
	got := digest(name+".json", data)
	if got != want {
		return nil, fmt.Errorf("%w: %s: digest is %s; expected %s: %w", ErrRelease, name, got, want, ErrDigest)
	}
	return parse(name, data, got)
}

// The values of [Release.Trust].
const (
	Unchecked = ""         // it was not checked
	Embedded  = "embedded" // it is in this package, with its digest
	Signed    = "signed"   // there is a signed statement with its digest
	Pinned    = "pinned"   // the caller gave its digest
	Custom    = "own"      // it is a custom denylist
)

// Trust returns why the content of the release was trusted: [Embedded], [Signed], [Pinned], [Custom]
// or [Unchecked].
func (r *Release) Trust() string { return r.trust }

// Expires returns the first day on which the signed statement on the release is no longer
// valid, or "" if the release was not opened by a signed statement.
func (r *Release) Expires() vendors.Date { return r.expires }
