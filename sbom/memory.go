// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
)

// InMemory returns a document that encode gives in the JSON form of a format, "CycloneDX" or
// "SPDX", when it is read. Locations have pointers into that form and no offsets. It is for
// package adapter and its like. An error of encode is an [ErrSyntax] of the document.
func InMemory(format string, encode func() ([]byte, error)) *Document {
	h := Header{Format: format, Encoding: "memory"}
	return NewDocument(h, nil, func(s *Sink) error {
		data, err := encode()
		if err != nil {
			return &Error{Kind: ErrSyntax, Err: err}
		}
		s.located = false
		switch format {
		case "CycloneDX":
			return readCycloneDX(bytes.NewReader(data), s)
		case "SPDX":
			return readSPDX(bytes.NewReader(data), s)
		}
		return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf("format %q of a document in memory; expected CycloneDX or SPDX", format)}
	})
}
