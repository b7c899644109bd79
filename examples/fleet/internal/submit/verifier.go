// SPDX-License-Identifier: Apache-2.0

package submit

import (
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// A verifier reads a document for the second time. If it is not the same as before, the end of it is an
// error, so that the store keeps nothing of it.
type verifier struct {
	r     io.Reader
	want  string // its digest
	left  int64
	h     hash.Hash
	fault error // of the document, not of the store
}

func (v *verifier) Read(b []byte) (int, error) {
	if v.fault != nil {
		return 0, v.fault
	}
	n, err := v.r.Read(b)
	v.h.Write(b[:n])
	v.left -= int64(n)
	switch {
	case v.left < 0, errors.Is(err, io.EOF) && (v.left > 0 || hex.EncodeToString(v.h.Sum(nil)) != v.want):
		v.fault = ErrChanged
		return 0, v.fault
	case err != nil && !errors.Is(err, io.EOF):
		v.fault = err
	}
	return n, err
}
