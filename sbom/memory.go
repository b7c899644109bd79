// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
)

// ReadJSON delivers the components of data, a document in the JSON form of the format that the
// header names: "CycloneDX" or "SPDX". Their locations have JSON Pointers into data and no
// offsets. It is for documents that a program has in memory, as in package adapter.
func (s *Sink) ReadJSON(data []byte) error {
	s.located = false
	switch format := s.doc.header.Format; format {
	case "CycloneDX":
		return readCycloneDX(bytes.NewReader(data), s)
	case "SPDX":
		return readSPDX(bytes.NewReader(data), s)
	default:
		return &Error{Kind: ErrNotRecognized, Err: fmt.Errorf("format %q of a document in memory; expected CycloneDX or SPDX", format)}
	}
}
