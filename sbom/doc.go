// SPDX-License-Identifier: Apache-2.0

// Package sbom reads bills of materials as a stream of components with located
// claims about who stands behind them.
//
//	doc := sbom.NewReader(file, nil)
//	for c, err := range doc.Components() {
//		if err != nil {
//			return err // not read to its end: nothing is known to be absent
//		}
//		for _, claim := range c.Claims { … }
//	}
//
// # Formats
//
//	CycloneDX  1.2 to 1.7 in JSON, 1.0 to 1.7 in XML, 1.3 to 1.7 in protobuf
//	SPDX       2.1 to 2.3 in JSON, YAML and XML; tag-value and RDF/XML from 1.1 on;
//	           3.0 in JSON-LD
//	Syft       the JSON that Syft writes by default
//	SWID       tags of ISO/IEC 19770-2:2015, and concise ones of RFC 9393
//
// The format is found in the content, never in the file's name: an object without
// bomFormat "CycloneDX" and specVersion, or without spdxVersion, is not a bill of
// materials, and reading it is an error. Package adapter takes documents that a program
// already holds as types of cyclonedx-go and tools-golang. Package unpack extracts documents
// from archives, compression, UTF-16 and signed envelopes.
//
// Every encoding is read in its JSON form, so a field means the same in all of them,
// one that stands twice is refused in all of them, and the place of a claim is a JSON
// Pointer into that form with the offset in the document. CBOR, protobuf and documents
// in memory have no offsets.
//
// # Roles
//
// A claim's role says what its field says, and no more. The maker of the bill of
// materials, its tools, annotators, assessors and the finders of vulnerabilities
// are not vendors of a component: no claims come from them.
//
// # Memory
//
// Reading is one pass. Memory does not grow with the document but only with its
// nesting and with the size of a single component, and both are bounded by
// [Options]. There are exceptions, with bounds of their own: SPDX 3 is read twice, and
// held compressed in between (48 MiB); YAML, RDF/XML and protobuf (64 MiB) and concise
// SWID tags (16 MiB) are read in memory.
//
// # Security considerations
//
// Two parsers can see two documents in one file. This package takes the strict
// side and says so: members of two formats in one object, duplicate object names, invalid UTF-8, data after the end and
// whatever hits a limit are errors, with the place. Object names are matched
// exactly; a name that another parser might fold into a vendor's field ("SUPPLIER",
// "ſupplier") is a warning and counts as malformed. A field of the wrong type loses
// that field and no other, with a warning, and counts as malformed; so does half a
// character (a lone surrogate) in a string that bears on a vendor. What the format's
// schema would refuse and what is plain all the same is read, with a warning. In CycloneDX
// and in XML, what looks like a component where the format has none counts as malformed.
//
// XML is in UTF-8, or in an encoding of one byte a character that package xmlstream lists.
// XML with a document type declaration, YAML with anchors, and protobuf that is not in
// canonical form are refused. An @context of a document's own renames nothing.
// Tag-value, YAML and protobuf have no end mark: a document that was cut off between
// two packages can only be noticed by what it lacks, and is if it lacks a package that
// it describes, or a field that every package has.
//
// A document is read to its end or there is an error. A caller that drops the
// error has not screened the document.
package sbom
