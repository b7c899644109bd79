// SPDX-License-Identifier: Apache-2.0

// Package statement reads and writes the signed statement on a release of the denylist. It is
// a note of golang.org/x/mod/sumdb/note, which is signed with Ed25519.
package statement

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/clause76/clause76/vendors"
)

// A Statement is what is signed about a release.
type Statement struct {
	Release string
	Date    vendors.Date
	// Expires is the first day on which the statement is no longer valid, so that nobody can be
	// kept on an old list for long without noticing.
	Expires vendors.Date
	Digest  string
}

const head = "clause76 denylist release"

// String returns the text that is signed.
func (s *Statement) String() string {
	return fmt.Sprintf("%s\nrelease %s\ndate %s\nexpires %s\ndigest %s\n", head, s.Release, s.Date, s.Expires, s.Digest)
}

// Open returns the statement in a note that is signed with one of the keys.
func Open(signed []byte, keys note.Verifiers) (*Statement, error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return nil, err
	}
	s := &Statement{}
	fields := []struct {
		name  string
		value *string
	}{{"release", &s.Release}, {"date", (*string)(&s.Date)}, {"expires", (*string)(&s.Expires)}, {"digest", &s.Digest}}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) != len(fields)+1 || lines[0] != head {
		return nil, errors.New("the note is not a statement on a release")
	}
	for i, f := range fields {
		name, value, ok := strings.Cut(lines[i+1], " ")
		if !ok || name != f.name || value == "" {
			return nil, fmt.Errorf("line %d is %q; expected %q and a value", i+2, lines[i+1], f.name)
		}
		*f.value = value
	}
	if err := errors.Join(checkDay("date", s.Date), checkDay("expires", s.Expires)); err != nil {
		return nil, err
	}
	return s, nil
}

func checkDay(name string, d vendors.Date) error {
	if !d.IsDay() {
		return fmt.Errorf("%s is %q; expected a day, YYYY-MM-DD", name, d)
	}
	return nil
}
