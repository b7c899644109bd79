// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"errors"
	"fmt"
	"io"
)

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
