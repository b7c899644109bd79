// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/annotate"
	"github.com/clause76/clause76/match/evidence"
)

// Errors of annotating, for errors.Is.
var (
	// ErrOtherDocument: the bill of materials is missing, or not that of the record.
	ErrOtherDocument = annotate.ErrOtherDocument
	// ErrCannotAnnotate: the format, version or encoding of the document has no annotations.
	ErrCannotAnnotate = annotate.ErrCannotAnnotate
)

// AnnotateOptions name the document to annotate. Both fields are required.
type AnnotateOptions struct {
	Content []byte             // the bill of materials, as it was screened
	Record  *evidence.Document // its record in the report
}

// Annotate writes a copy of a bill of materials with an annotation for each finding of its
// record: for CycloneDX from version 1.5 on and SPDX 2.2 and 2.3, in JSON. The annotations also
// state what was not screened of the document. The bytes of the document stay the same, and the
// annotations are inserted between them.
//
// Findings are not vulnerabilities, and the annotations are not VEX: a measure about a vendor
// has no affected version, no fix, and no status that a supplier could state.
//
// For a document in memory see [AnnotateCycloneDX] and [AnnotateSPDX].
func Annotate(w io.Writer, r *evidence.Report, opts *AnnotateOptions) error {
	if r == nil || opts == nil || opts.Record == nil {
		return fmt.Errorf("%w: no document is given; expected a report, and options with a content and its record", ErrOtherDocument)
	}
	return annotate.Annotate(w, r, opts.Content, opts.Record)
}

// isOf returns an error if a document is not of the format, or cannot have annotations.
func isOf(d *evidence.Document, format string) error {
	if d.Format != format {
		return fmt.Errorf("%w: its record is of %q; expected %s", ErrOtherDocument, d.Format, format)
	}
	return annotate.HasAnnotations(d)
}
