// SPDX-License-Identifier: Apache-2.0

// Package fault holds the errors of the entries of a denylist, so that a program for people who
// keep one can find the place of each error in their files.
package fault

import (
	"errors"
	"fmt"
)

// An Error is a fault of one entry: an instrument, clause, listing, excluded or context entry.
type Error struct {
	Entry  string // its id
	Member string // the JSON member that is wrong; "" if it is not a single one
	Err    error
}

// Error names the entry and the fault.
func (e *Error) Error() string { return e.Entry + ": " + e.Err.Error() }

// Unwrap returns the fault.
func (e *Error) Unwrap() error { return e.Err }

// Errors are all faults of a denylist, in the order of its entries.
type Errors []error

// Error returns the faults, one per line.
func (es Errors) Error() string { return errors.Join(es...).Error() }

// Unwrap returns the faults.
func (es Errors) Unwrap() []error { return es }

// Join returns the errors that are not nil as [Errors], which it flattens. It returns nil if
// there are none.
func Join(errs ...error) error {
	var all Errors
	for _, err := range errs {
		if es, ok := err.(Errors); ok {
			all = append(all, es...)
		} else if err != nil {
			all = append(all, err)
		}
	}
	if all == nil {
		return nil
	}
	return all
}

// In joins faults and adds the id of the entry to those that have none.
func In(entry string, faults ...error) error {
	err := Join(faults...)
	if err == nil {
		return nil
	}
	all := err.(Errors)
	for i, f := range all {
		if known := (*Error)(nil); errors.As(f, &known) && known.Entry != "" {
			continue
		}
		e := &Error{Entry: entry, Err: f}
		if m := (*memberError)(nil); errors.As(f, &m) {
			e.Member = m.member
		}
		all[i] = e
	}
	return all
}

// A memberError is a fault of one JSON member.
type memberError struct {
	member, text string
	kind         error
}

func (e *memberError) Error() string { return e.text + ": " + e.kind.Error() }
func (e *memberError) Unwrap() error { return e.kind }

// Member returns a fault of a JSON member. It wraps kind, which is a sentinel error.
func Member(kind error, member, format string, args ...any) error {
	return &memberError{member, fmt.Sprintf(format, args...), kind}
}
