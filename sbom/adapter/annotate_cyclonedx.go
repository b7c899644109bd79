// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"fmt"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/clause76/clause76/internal/annotate"
	"github.com/clause76/clause76/match/evidence"
)

// AnnotateCycloneDX adds an annotation for each finding of a record to the BOM in memory that was
// screened for it: those that [Annotate] writes. document is the record of the BOM in the report,
// and can also be that of the JSON or XML file from which the BOM was decoded. A component that
// has findings and no bom-ref gets one. An annotation that an earlier call added for the same finding
// is replaced. If a finding is about a component that is not in the BOM
// at its place, the error is an [ErrOtherDocument]. The BOM is not changed if there is an error.
func AnnotateCycloneDX(bom *cyclonedx.BOM, r *evidence.Report, document *evidence.Document) error {
	if bom == nil || r == nil || document == nil {
		return fmt.Errorf("%w: no document is given; expected a BOM, a report and the record of the BOM", ErrOtherDocument)
	}
	if err := isOf(document, "CycloneDX"); err != nil {
		return err
	}
	if v := bom.SpecVersion; v != 0 && v < cyclonedx.SpecVersion1_5 {
		return fmt.Errorf("%w: the BOM is of version %s; expected 1.5 or later", ErrCannotAnnotate, v)
	}
	parts := partsOf(bom)
	refs := make(map[*string]string) // new references, of components without one
	a := annotate.New(r, document)
	var added []cyclonedx.Annotation
	for i := range document.Findings {
		f := &document.Findings[i]
		if !annotate.HasSubject(f.Component.Location.Pointer) {
			added = append(added, annotation(a, r, f, ""))
			continue
		}
		p, ok := parts[f.Component.Location.Pointer]
		if ok && f.Component.Ref == "" && refs[p.ref] == "" {
			refs[p.ref] = annotate.NewRef(f)
		}
		if !ok || *p.ref != f.Component.Ref && *p.ref != refs[p.ref] || words(p.name) != words(f.Component.Name) {
			return fmt.Errorf("%w: the BOM has no component %q with the bom-ref %q at %s", ErrOtherDocument, f.Component.Name, f.Component.Ref, f.Component.Location.Pointer)
		}
		ref := f.Component.Ref
		if ref == "" {
			ref = refs[p.ref]
		}
		added = append(added, annotation(a, r, f, ref))
	}
	for at, ref := range refs {
		*at = ref
	}
	if len(added) > 0 {
		if bom.Annotations != nil {
			added = append(withoutRefs(*bom.Annotations, added), added...)
		}
		bom.Annotations = &added
	}
	return nil
}

// withoutRefs returns the annotations that do not have the bom-ref of one of the others, which an
// earlier call for the same finding added.
func withoutRefs(all, others []cyclonedx.Annotation) []cyclonedx.Annotation {
	refs := make(map[string]bool)
	for i := range others {
		refs[others[i].BOMRef] = true
	}
	var kept []cyclonedx.Annotation
	for i := range all {
		if !refs[all[i].BOMRef] {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// annotation returns the annotation for a finding about the component with a bom-ref, or about
// what has none.
func annotation(a *annotate.Annotator, r *evidence.Report, f *evidence.Finding, ref string) cyclonedx.Annotation {
	subjects := []cyclonedx.BOMReference{}
	if ref != "" {
		subjects = append(subjects, cyclonedx.BOMReference(ref))
	}
	return cyclonedx.Annotation{
		BOMRef:   annotate.RefOf(f),
		Subjects: &subjects,
		Annotator: &cyclonedx.Annotator{
			Component: &cyclonedx.Component{Type: cyclonedx.ComponentTypeApplication, Name: r.Tool.Name, Version: r.Tool.Version},
		},
		Timestamp: a.Stamp(),
		Text:      a.About(f),
	}
}

// words returns a name as an XML reader may have it, with other white space.
func words(name string) string { return strings.Join(strings.Fields(name), " ") }

// A part is a component or a service of a BOM.
type part struct {
	ref  *string
	name string
}

// parts has the parts of a BOM by their pointers in its JSON form.
type parts map[string]part

// partsOf returns what package sbom reads as a component of a BOM.
func partsOf(bom *cyclonedx.BOM) parts {
	p := make(parts)
	if bom.Metadata != nil {
		p.component("/metadata/component", bom.Metadata.Component)
	}
	p.components("/components", bom.Components)
	p.services("/services", bom.Services)
	if bom.Formulation != nil {
		for i, f := range *bom.Formulation {
			p.components(fmt.Sprintf("/formulation/%d/components", i), f.Components)
			p.services(fmt.Sprintf("/formulation/%d/services", i), f.Services)
		}
	}
	if bom.Declarations != nil && bom.Declarations.Targets != nil {
		p.components("/declarations/targets/components", bom.Declarations.Targets.Components)
		p.services("/declarations/targets/services", bom.Declarations.Targets.Services)
	}
	return p
}

func (p parts) component(at string, c *cyclonedx.Component) {
	if c == nil {
		return
	}
	p[at] = part{&c.BOMRef, c.Name}
	p.components(at+"/components", c.Components)
	if c.Pedigree != nil {
		p.components(at+"/pedigree/ancestors", c.Pedigree.Ancestors)
		p.components(at+"/pedigree/descendants", c.Pedigree.Descendants)
		p.components(at+"/pedigree/variants", c.Pedigree.Variants)
	}
}

func (p parts) components(at string, list *[]cyclonedx.Component) {
	if list == nil {
		return
	}
	for i := range *list {
		p.component(fmt.Sprintf("%s/%d", at, i), &(*list)[i])
	}
}

func (p parts) services(at string, list *[]cyclonedx.Service) {
	if list == nil {
		return
	}
	for i := range *list {
		s := &(*list)[i]
		p[fmt.Sprintf("%s/%d", at, i)] = part{&s.BOMRef, s.Name}
		p.services(fmt.Sprintf("%s/%d/services", at, i), s.Services)
	}
}
