// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"io"

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
	// ErrLimit: a limit of [Limits] was hit.
	ErrLimit = jsonstream.ErrLimit
	// ErrRead: the operating system or the caller's reader failed.
	ErrRead = jsonstream.ErrRead
	// ErrUsed: a Document's components were asked for twice.
	ErrUsed = errors.New("document was already read")
)

// An Error says what is wrong with a document and where.
type Error = jsonstream.Error

// ErrorKind returns a word for the kind of err, as reports have it: "syntax",
// "duplicateName", "encoding", "limit", "notRecognised", "unsupportedVersion",
// "read".
func ErrorKind(err error) string {
	switch {
	case errors.Is(err, ErrNotRecognized):
		return "notRecognised"
	case errors.Is(err, ErrVersion):
		return "unsupportedVersion"
	case errors.Is(err, ErrLimit):
		return "limit"
	case errors.Is(err, ErrDuplicate):
		return "duplicateName"
	case errors.Is(err, ErrEncoding):
		return "encoding"
	case errors.Is(err, ErrSyntax):
		return "syntax"
	}
	return "read"
}

// Limits bound what a reader accepts. A zero field means its default; what hits a
// limit is an [ErrLimit] that names it.
type Limits struct {
	Bytes      int64 // length of a document; default 4 GiB
	Depth      int   // nesting of objects and arrays; default 512
	String     int64 // length of one string; default 16 MiB
	Component  int   // bytes of claims of one component; default 16 MiB
	Components int   // number of components; default 20,000,000
	Claims     int   // number of claims of one component; default 4,096
}

func (l Limits) withDefaults() Limits {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.Component, 16<<20)
	set(&l.Components, 20_000_000)
	set(&l.Claims, 4096)
	return l
}

// ReadAll reads what r holds, for formats that are read in memory. More than most bytes, or
// than l.Bytes, is an [ErrLimit].
func (l Limits) ReadAll(r io.Reader, most int64) ([]byte, error) {
	most = min(most, l.bytes())
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, ReadError(int64(len(data)), err)
	case int64(len(data)) > most:
		return nil, &Error{Offset: most, Kind: ErrLimit, Err: fmt.Errorf("more than %d bytes of input in an encoding that is read in memory", most)}
	}
	return data, nil
}

func (l Limits) bytes() int64 {
	if l.Bytes <= 0 {
		return jsonstream.DefaultBytes
	}
	return l.Bytes
}

func (l Limits) depth() int {
	if l.Depth <= 0 {
		return jsonstream.DefaultDepth
	}
	return l.Depth
}

func (l Limits) string() int64 {
	if l.String <= 0 {
		return jsonstream.DefaultString
	}
	return l.String
}

func (l Limits) json() jsonstream.Limits {
	return jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}
}

// Options set how a document is read. A nil *Options means defaults.
type Options struct {
	Limits Limits
}

func (o *Options) limits() Limits {
	if o == nil {
		return Limits{}.withDefaults()
	}
	return o.Limits.withDefaults()
}

// ReadError is the error of a reader that failed. One of this package is of a layer
// around the document, and stays.
func ReadError(offset int64, err error) error {
	if ours := (*Error)(nil); errors.As(err, &ours) {
		return err
	}
	return &Error{Offset: offset, Kind: ErrRead, Err: err}
}

func notRecognized(format string, args ...any) error {
	return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf(format, args...)}
}
