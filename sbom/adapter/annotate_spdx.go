// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"fmt"
	"slices"

	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"

	"github.com/clause76/clause76/internal/annotate"
	"github.com/clause76/clause76/match/evidence"
)

// AnnotateSPDX adds an annotation for each finding of a record to the packages and files of the
// document in memory that was screened for it: those that [Annotate] writes. document is the record
// of it in the report, and can also be that of the file from which it was decoded. An annotation that
// an earlier call added for the same finding is replaced. If a finding is
// about a package or file that is not in the document at its place, the error is an
// [ErrOtherDocument]. The document is not changed if there is an error.
func AnnotateSPDX(doc *v2_3.Document, r *evidence.Report, document *evidence.Document) error {
	if doc == nil || r == nil || document == nil {
		return fmt.Errorf("%w: no document is given; expected an SPDX document, a report and the record of the document", ErrOtherDocument)
	}
	if err := isOf(document, "SPDX"); err != nil {
		return err
	}
	elements := elementsOf(doc)
	for i := range document.Findings {
		f := &document.Findings[i]
		if e, ok := elements[f.Component.Location.Pointer]; !ok || e.id != f.Component.Ref {
			return fmt.Errorf("%w: the document has no element %s at %s", ErrOtherDocument, f.Component.Ref, f.Component.Location.Pointer)
		}
	}
	a := annotate.New(r, document)
	ids := make(map[string]bool)
	for i := range document.Findings {
		ids[document.Findings[i].ID] = true
	}
	for _, e := range elements {
		*e.annotations = slices.DeleteFunc(*e.annotations, func(x v2_3.Annotation) bool { return ids[annotate.AboutID(x.AnnotationComment)] })
	}
	for i := range document.Findings {
		f := &document.Findings[i]
		list := elements[f.Component.Location.Pointer].annotations
		*list = append(*list, v2_3.Annotation{
			Annotator:         common.Annotator{AnnotatorType: "Tool", Annotator: r.Tool.Name + "-" + r.Tool.Version},
			AnnotationDate:    a.Stamp(),
			AnnotationType:    "REVIEW",
			AnnotationComment: a.About(f),
		})
	}
	return nil
}

// An element is a package or a file of an SPDX document.
type element struct {
	id          string
	annotations *[]v2_3.Annotation
}

// elementsOf returns what package sbom reads as a component of a document, by its pointer in the
// JSON form.
func elementsOf(doc *v2_3.Document) map[string]element {
	all := make(map[string]element)
	for i, p := range doc.Packages {
		if p != nil {
			all[fmt.Sprintf("/packages/%d", i)] = element{elementID(string(p.PackageSPDXIdentifier)), &p.Annotations}
		}
	}
	for i, f := range doc.Files {
		if f != nil {
			all[fmt.Sprintf("/files/%d", i)] = element{elementID(string(f.FileSPDXIdentifier)), &f.Annotations}
		}
	}
	return all
}
