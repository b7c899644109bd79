// SPDX-License-Identifier: Apache-2.0

// Package sbom reads bills of materials as a stream of components with claims about their
// makers and suppliers, each with its place in the document.
//
//	doc := sbom.NewReader(file, nil)
//	for c, err := range doc.Components() {
//		if err != nil {
//			return err // the rest of the document was not read
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
// The format is detected by the content, never by the name of a file: a JSON object without
// bomFormat "CycloneDX" and specVersion, or without spdxVersion, is not a bill of materials,
// and reading it is an error. Package adapter takes documents that a program has in memory as
// types of cyclonedx-go and tools-golang. Package unpack extracts documents from archives,
// compression, UTF-16 and signed envelopes. Package format is for readers of further formats.
//
// Every encoding is read in its JSON form. So a field has the same meaning in all of them, a
// duplicate field is an error in all of them, and the place of a claim is a JSON Pointer into
// that form with the offset in the document. CBOR, protobuf and documents in memory have no
// offsets.
//
// # Roles
//
// The role of a claim is that of its field. The makers of the bill of materials, its tools,
// annotators and assessors and the finders of vulnerabilities are not vendors of a component:
// there are no claims for them.
//
// # Memory
//
// A document is read once, from front to back. Memory does not grow with the document, only
// with its nesting and with the size of a single component; [Options] limit both. The
// exceptions have limits of their own: SPDX 3 is read twice and kept compressed in between
// (48 MiB); YAML, RDF/XML and protobuf (64 MiB) and concise SWID tags (16 MiB) are read in
// memory.
//
// # Security considerations
//
// Two parsers can see two different documents in one file. This package takes the strict side
// and reports it. Members of two formats in one object, duplicate object names, invalid UTF-8,
// data after the end, and exceeding a limit are errors with their place. Object names are
// matched exactly; a name that another parser might fold into a field that identifies a vendor
// ("SUPPLIER", "ſupplier") is a warning and counts as malformed. A field of the wrong type is
// dropped, with a warning, and counts as malformed, and so does half a character (a lone
// surrogate) in a string that can identify a vendor. A fault that the schema of the format
// would reject, but that leaves no doubt about the meaning, is a warning. In CycloneDX and in
// XML, an object that looks like a component where the format has none counts as malformed.
//
// XML is in UTF-8, or in one of the single-byte encodings that package xmlstream lists. XML
// with a document type declaration, YAML with anchors, and protobuf that is not in canonical
// form are errors. A document's own @context renames nothing. Tag-value, YAML and protobuf have
// no end mark: a document that was cut off between two packages is noticed only if it then
// lacks a package that it describes, or a field that every package has.
//
// A document is read to its end or there is an error. A caller that ignores the error has not
// screened the document.
package sbom
