// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"

	"github.com/clause76/clause76/internal/jsonstream"
)

// The kinds of errors, for errors.Is.
var (
	// ErrNotRecognized: the input is not in a format that can be read.
	ErrNotRecognized = errors.New("format not recognized")
	// ErrVersion: the input is in a version of its format that is not supported.
	ErrVersion = errors.New("unsupported specification version")
	// ErrSyntax: the input breaks the rules of its encoding.
	ErrSyntax = jsonstream.ErrSyntax
	// ErrDuplicate: an object has two members of the same name.
	ErrDuplicate = jsonstream.ErrDuplicate
	// ErrEncoding: the input is not valid UTF-8.
	ErrEncoding = jsonstream.ErrEncoding
	// ErrLimit: the document exceeds a limit of [Options].
	ErrLimit = jsonstream.ErrLimit
	// ErrRead: the operating system or the io.Reader of the caller failed.
	ErrRead = jsonstream.ErrRead
	// ErrUsed: the components of a Document were read a second time.
	ErrUsed = errors.New("document was already read")
)

// An Error reports what is wrong with a document, and where.
type Error = jsonstream.Error

func notRecognized(format string, args ...any) error {
	return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf(format, args...)}
}
