// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"

	"github.com/clause76/clause76/internal/jsonstream"
)

// Errors of reading, for errors.Is. Those of JSON itself are of package jsonstream.
var (
	// ErrNotRecognized: the input is none of the formats that are read.
	ErrNotRecognized = errors.New("format not recognised")
	// ErrVersion: the input is of a version that is not read.
	ErrVersion = errors.New("unsupported specification version")
	// ErrSyntax: the input breaks the rules of its encoding.
	ErrSyntax = jsonstream.ErrSyntax
	// ErrDuplicate: an object has two members of one name.
	ErrDuplicate = jsonstream.ErrDuplicate
	// ErrEncoding: the input is not valid UTF-8.
	ErrEncoding = jsonstream.ErrEncoding
	// ErrLimit: the document exceeds a limit of [Options].
	ErrLimit = jsonstream.ErrLimit
	// ErrRead: the operating system or the caller's reader failed.
	ErrRead = jsonstream.ErrRead
	// ErrUsed: a Document's components were asked for twice.
	ErrUsed = errors.New("document was already read")
)

// An Error says what is wrong with a document and where.
type Error = jsonstream.Error

func notRecognized(format string, args ...any) error {
	return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf(format, args...)}
}
