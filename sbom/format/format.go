// SPDX-License-Identifier: Apache-2.0

// Package format is for programs that read further formats into the model of package sbom: it
// has what a reader needs besides [sbom.NewDocument] and [sbom.Sink]. Programs that only read
// documents do not need it.
//
// A reader is a function that gets a [sbom.Sink] and delivers components to it:
//
//	return sbom.NewDocument(sbom.Header{Format: "inventory", Encoding: "text"}, opts, func(s *sbom.Sink) error {
//		s.PlacementFinal() // if the format says at each component whether it is the product
//		…
//		s.Claim(&c, vendors.Supplier, vendors.KindName, value, at)
//		…
//		if !s.Emit(c) {
//			return nil // the caller wants no more
//		}
//		return nil
//	})
//
// A reader fails closed. What may name a vendor and is not screened is counted with
// [sbom.Sink.Malformed] or in Malformed of its component, with its place: a field whose name
// another parser may take for a known one ([SimilarField]), an unknown field that may name a
// maker ([MayNameMaker]), a value of the wrong type. What makes the rest of the document
// doubtful is an error: a duplicate field, a member of another format ([CheckPolyglot]), an
// input that ends early ([ReadError]).
package format

import (
	"io"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/sbom"
)

// Detect returns the format of the bill of materials that begins with head, as reports name it,
// or "" if head begins none. The reader of the format then checks the document.
func Detect(head []byte) string {
	return sbom.NewReader(peek.Bytes(head), nil).Header().Format
}

// Failed returns a document without components that cannot be read, because of err.
func Failed(header sbom.Header, err error) *sbom.Document {
	return sbom.NewDocument(header, nil, func(*sbom.Sink) error { return err })
}

// ReadError returns the error of a document that could not be read at an offset, because its
// io.Reader failed with err. An [sbom.Error] is returned unchanged: it comes from an archive
// or an envelope around the document, and has its own kind and place.
func ReadError(offset int64, err error) error { return jsonstream.ReadError(offset, err) }

// ReadAll returns the rest of r, for formats that are read in memory. If that is more than
// limit bytes, or more than the [sbom.Options] of s allow, the error is an [sbom.ErrLimit].
func ReadAll(s *sbom.Sink, r io.Reader, limit int64) ([]byte, error) {
	if n := s.Limits().Bytes; n > 0 {
		limit = min(limit, n)
	}
	return jsonstream.ReadAll(r, limit)
}

// SimilarField returns the known field that another parser may take the field name for
// ("SUPPLIER" for "supplier"), or "" if there is none or if name itself is known.
func SimilarField(name string, known ...string) string { return fields.Similar(name, known...) }

// MayNameMaker reports whether a field of this name is likely to say who made or supplied
// something: "vendor", "packageSupplier", "x-device-manufacturer". A reader counts a field
// that its format does not have and that may name a maker as not screened.
func MayNameMaker(name string) bool { return fields.MayNameMaker(name) }

// CheckPolyglot returns an error if a member at the top level of a JSON document of one format
// belongs to another format. Such a document is two documents in one: which of them a program
// reads depends on the program, so that a reader must refuse both. format is the name of the
// reader's own format; the others are "CycloneDX", "SPDX 2", "SPDX 3", "Syft", "OpenWrt",
// "fwupd", "Redfish" and "MUD".
func CheckPolyglot(format, member string) error { return fields.CheckPolyglot(format, member) }
