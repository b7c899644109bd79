// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"errors"
	"fmt"
	"io"
)

// The kinds of errors, for errors.Is.
var (
	ErrSyntax    = errors.New("not well-formed")
	ErrDuplicate = errors.New("duplicate object name")
	ErrEncoding  = errors.New("not valid UTF-8")
	ErrLimit     = errors.New("limit exceeded")
	ErrRead      = errors.New("cannot be read")
)

// An Error reports what is wrong with a document, and where.
type Error struct {
	Pointer string // JSON Pointer of the innermost value being read
	Offset  int64  // bytes from the start of the input; -1 where there is no offset, as in a directory
	Kind    error  // one of the sentinels above
	Err     error  // the cause, may be nil
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Kind.Error()
	switch {
	case e.Offset < 0:
		s = fmt.Sprintf("at %q: %s", e.Pointer, s)
	case e.Pointer != "" || e.Offset > 0: // otherwise it is about the whole input
		s = fmt.Sprintf("at %q (byte %d): %s", e.Pointer, e.Offset, s)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// ReadError returns the error of a document that could not be read at an offset, because its
// io.Reader failed with err. An [Error] is returned unchanged: it comes from a layer around
// the document, and has its own kind and place.
func ReadError(offset int64, err error) error {
	if ours := (*Error)(nil); errors.As(err, &ours) {
		return err
	}
	return &Error{Offset: offset, Kind: ErrRead, Err: err}
}

// ReadAll returns the rest of r. If that is more than limit bytes, the error is an [ErrLimit].
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, ReadError(int64(len(data)), err)
	case int64(len(data)) > limit:
		return nil, &Error{Offset: limit, Kind: ErrLimit, Err: fmt.Errorf("more than %d bytes of input in an encoding that is read in memory", limit)}
	}
	return data, nil
}
