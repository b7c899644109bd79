// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/vendors"
)

// Errors of [OpenSigned] and [OpenPinned] beside those of [Parse], for errors.Is. A file
// with another digest than was signed or pinned is an [ErrDigest].
var (
	// ErrSignature: no signature by a key that is trusted, or a statement that is none.
	ErrSignature = errors.New("no valid signature")
	// ErrExpired: the statement's last day is over.
	ErrExpired = errors.New("expired")
	// ErrRollback: the release is older than one that was trusted before, or of the same
	// day and another one.
	ErrRollback = errors.New("older than the release last trusted")
)

// A Statement is what is signed of a release. Its text is a note of
// golang.org/x/mod/sumdb/note, which has Ed25519 signatures.
type Statement struct {
	Release string
	Date    vendors.Date
	// Expires is the first day on which the statement is no longer good, so that nobody
	// can be kept on an old list for long without noticing.
	Expires vendors.Date
	Digest  string
}

const statementHead = "clause76 denylist release"

// String returns the text that is signed.
func (s Statement) String() string {
	return fmt.Sprintf("%s\nrelease %s\ndate %s\nexpires %s\ndigest %s\n", statementHead, s.Release, s.Date, s.Expires, s.Digest)
}

// Verify returns the statement of a signed note. The error wraps [ErrSignature].
func Verify(signed []byte, keys note.Verifiers) (Statement, error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return Statement{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	var s Statement
	fields := []struct {
		name string
		to   *string
	}{{"release", &s.Release}, {"date", (*string)(&s.Date)}, {"expires", (*string)(&s.Expires)}, {"digest", &s.Digest}}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) != len(fields)+1 || lines[0] != statementHead {
		return Statement{}, fmt.Errorf("%w: the note is no statement on a release", ErrSignature)
	}
	for i, f := range fields {
		name, value, ok := strings.Cut(lines[i+1], " ")
		if !ok || name != f.name || value == "" {
			return Statement{}, fmt.Errorf("%w: line %d is %q; expected %s and a value", ErrSignature, i+2, lines[i+1], f.name)
		}
		*f.to = value
	}
	if err := errors.Join(day("date", s.Date), day("expires", s.Expires)); err != nil {
		return Statement{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return s, nil
}

// Trust says whom and what a reader of releases trusts.
type Trust struct {
	Keys note.Verifiers
	// Today decides whether a statement has expired. It is an argument: this package
	// reads no clock.
	Today vendors.Date
	// Last is the statement on the release last trusted, or nil.
	Last *Statement
}

// OpenSigned reads a release's file if its statement is signed by a key that is trusted,
// has not expired, is not older than the one last trusted, and has the file's digest.
// The errors are [ErrSignature], [ErrExpired], [ErrRollback], [ErrDigest] and those of
// [Parse]; all wrap [ErrRelease]. The statement is returned to be kept as [Trust.Last].
func OpenSigned(data, signed []byte, t Trust) (*Release, Statement, error) {
	fail := func(err error) (*Release, Statement, error) {
		return nil, Statement{}, fmt.Errorf("%w: %w", ErrRelease, err)
	}
	s, err := Verify(signed, t.Keys)
	if err != nil {
		return fail(err)
	}
	if err := day("today", t.Today); err != nil {
		return fail(err)
	}
	if t.Today >= s.Expires {
		return fail(fmt.Errorf("release %s: %w on %s; expected a newer statement", s.Release, ErrExpired, s.Expires))
	}
	if l := t.Last; l != nil && (s.Date < l.Date || s.Date == l.Date && s.Digest != l.Digest) {
		return fail(fmt.Errorf("release %s of %s with digest %s: %w, %s of %s with digest %s", s.Release, s.Date, s.Digest, ErrRollback, l.Release, l.Date, l.Digest))
	}
	r, err := checked(s.Release, data, s.Digest)
	if err != nil {
		return nil, Statement{}, err
	}
	if r.date != s.Date {
		return fail(fmt.Errorf("release %s is of %s and its statement of %s: %w", s.Release, r.date, s.Date, ErrDigest))
	}
	r.trust = Signed
	return r, s, nil
}

// OpenPinned reads a release's file if it has the digest, for audits of an old screening:
// no signature, age or expiry is looked at. The release says so, see [Release.Trust].
func OpenPinned(name string, data []byte, digest string) (*Release, error) {
	r, err := checked(name, data, digest)
	if err == nil {
		r.trust = Pinned
	}
	return r, err
}

// checked parses a file that must have the digest. The digest is looked at first: what
// has another is not read.
func checked(name string, data []byte, want string) (*Release, error) {
	if got := digest(name+".json", data); got != want {
		return nil, fmt.Errorf("%w: %s: digest is %s; expected %s: %w", ErrRelease, name, got, want, ErrDigest)
	}
	return Parse(name, data)
}

// A TrustKind says why the bytes of a release were trusted.
type TrustKind string

// The kinds of trust.
const (
	Unchecked TrustKind = ""         // they were not: a file, as it is
	Embedded  TrustKind = "embedded" // they are in this package, with their digest
	Signed    TrustKind = "signed"   // their statement is signed
	Pinned    TrustKind = "pinned"   // they have a digest that was asked for
	Custom    TrustKind = "own"      // they are a custom denylist
)

// Trust returns why the release's bytes were trusted.
func (r *Release) Trust() TrustKind { return r.trust }
