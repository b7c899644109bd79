// SPDX-License-Identifier: Apache-2.0

// Package adapter turns bills of materials that a program has in memory, as types of
// cyclonedx-go and tools-golang, into documents of package sbom, and identities into package URLs.
// It also puts the findings of a report into a copy of the document, or into the one in memory.
//
//	doc := adapter.FromCycloneDX(bom) // a *cyclonedx.BOM
//	report, err := clause76.ScreenDocument(ctx, "product", doc, nil)
//	…
//	err = adapter.AnnotateCycloneDX(bom, report, &report.Documents[0])
//
// It is a separate package so that only programs that use it link those libraries.
//
// The part of a document that can identify a vendor is written as JSON and read like any other
// document. So a document in memory and the same document in a file go through the same mapping
// of fields to claims. Data that the decoder of another library has lost or changed stays lost:
// if the file is available, read the file.
package adapter

import "github.com/clause76/clause76/sbom"

// inMemory returns a document that encode writes in the JSON form of a format when it is read.
func inMemory(format string, encode func() ([]byte, error)) *sbom.Document {
	header := sbom.Header{Format: format, Encoding: "memory"}
	return sbom.NewDocument(header, nil, func(s *sbom.Sink) error {
		data, err := encode()
		if err != nil {
			return &sbom.Error{Kind: sbom.ErrSyntax, Err: err}
		}
		return s.ReadJSON(data)
	})
}
