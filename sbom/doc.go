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
// CycloneDX JSON 1.2 to 1.7 and SPDX JSON 2.1 to 2.3. The format is found in the
// content, never in the file's name: an object without bomFormat "CycloneDX" and
// specVersion, or without spdxVersion, is not a bill of materials, and reading it
// is an error. [FromCycloneDX] and [FromSPDX] take documents that a program
// already holds as types of cyclonedx-go and tools-golang.
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
// [Limits].
//
// # Security considerations
//
// Two parsers can see two documents in one file. This package takes the strict
// side and says so: duplicate object names, invalid UTF-8, data after the end and
// whatever hits a limit are errors, with the place. Object names are matched
// exactly; a name that another parser might fold into a vendor's field ("SUPPLIER",
// "ſupplier") is a warning and counts as malformed. A field of the wrong type loses
// that field and no other, with a warning, and counts as malformed.
//
// A document is read to its end or there is an error. A caller that drops the
// error has not screened the document.
package sbom
