// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"errors"
	"fmt"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/sbom"
)

// FromCycloneDX returns a document with the components of a BOM in memory. Their
// locations have pointers and no offsets. The BOM must not be changed while the Document is
// read. Reading a nil BOM is an error.
func FromCycloneDX(bom *cyclonedx.BOM) *sbom.Document {
	return inMemory("CycloneDX", func() ([]byte, error) {
		if bom == nil {
			return nil, errors.New("the BOM is nil")
		}
		b := *bom
		b.BOMFormat = cyclonedx.BOMFormat // absent from XML
		if b.SpecVersion < cyclonedx.SpecVersion1_2 {
			b.SpecVersion = cyclonedx.SpecVersion1_7 // the types are those of 1.7, whatever was read
		}
		// They belong to no component, and can make the encoder fail.
		b.Vulnerabilities, b.Annotations, b.Dependencies, b.Citations, b.Definitions = nil, nil, nil, nil, nil
		data, err := json.Marshal(&b, json.WithMarshalers(licenses))
		if err != nil {
			return nil, fmt.Errorf("the BOM cannot be written as JSON: %w", err)
		}
		return data, nil
	})
}

// licenses writes a license with both an id and a name, or with neither, which cyclonedx-go reads
// but does not write.
var licenses = json.MarshalToFunc(func(e *jsontext.Encoder, l cyclonedx.License) error {
	type plain cyclonedx.License
	return json.MarshalEncode(e, plain(l))
})
