// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"slices"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/sbom"
)

// A Screened is one of several documents that were screened together, see [ResolveReferences].
type Screened struct {
	Path string
	// Digests are of the document's bytes: algorithm in lower case without hyphens
	// ("sha256") to lower-case hexadecimal.
	Digests map[string]string
	Result  *match.Result // nil if nothing of the document could be read
}

// ResolveReferences looks up the documents that the documents refer to among the documents
// themselves: a BOM-Link by serial number and version, an SPDX document by its namespace, any
// other by a digest. A document that is found and was read to its end was screened, so it no
// longer makes the result that refers to it inconclusive. A document with the right name and
// another digest than the reference states is not a match. A document without components that
// only refers to others, such as those of Yocto about run-time packages, counts as screened if
// all of them are found and at least one has components. It changes the results in place, which
// m made.
func ResolveReferences(m *match.Matcher, docs []Screened) {
	if !slices.ContainsFunc(docs, func(d Screened) bool { return refers(d.Result) }) {
		return
	}
	x := newReferenceIndex(docs)
	from := make(map[int][]int) // from a document to the documents without components that refer to it
	for i := range docs {
		if r := docs[i].Result; r != nil {
			for _, target := range x.resolve(r) {
				if r.Coverage.Components == 0 {
					from[target] = append(from[target], i)
				}
			}
		}
	}
	partsElsewhere(docs, from)
	for i := range docs {
		if r := docs[i].Result; refers(r) {
			m.Settle(r)
		}
	}
}

// refers reports whether the document of a result refers to others.
func refers(r *match.Result) bool { return r != nil && len(r.Header.DocumentRefs) > 0 }

// A referenceIndex finds documents by what others call them.
type referenceIndex struct {
	docs  []Screened
	index map[string][]int // from a name or digest to the documents that have it
}

// newReferenceIndex indexes the documents that were read to their end.
func newReferenceIndex(docs []Screened) *referenceIndex {
	x := &referenceIndex{docs, make(map[string][]int)}
	for i, d := range docs {
		if d.Result == nil || !d.Result.Coverage.Complete {
			continue
		}
		for _, name := range names(d.Result.Header) {
			x.index[name] = append(x.index[name], i)
		}
		for algorithm, value := range d.Digests {
			if value != "" {
				x.index[algorithm+":"+value] = append(x.index[algorithm+":"+value], i)
			}
		}
	}
	return x
}

// resolve looks up the references of a result, changes their warnings, and returns the documents
// that were found.
func (x *referenceIndex) resolve(r *match.Result) (targets []int) {
	for _, ref := range r.Header.DocumentRefs {
		target, differs := x.find(ref)
		switch {
		case target >= 0:
			r.Header.UnresolvedRefs--
			rewrite(&r.Header, ref, sbom.WarnLinkedDocument, "the linked document is here, and was screened: "+x.docs[target].Path)
			targets = append(targets, target)
		case differs >= 0:
			rewrite(&r.Header, ref, sbom.WarnExternalDocument, "the linked document was not screened; "+x.docs[differs].Path+" has its name but another digest")
		}
	}
	return targets
}

// partsElsewhere marks the documents without components that lead to one with components by
// references that were all found. from maps a document to those that refer to it.
func partsElsewhere(docs []Screened, from map[int][]int) {
	var next []int
	for i := range docs {
		if r := docs[i].Result; r != nil && r.Coverage.Components > 0 {
			next = append(next, i)
		}
	}
	for len(next) > 0 {
		last := next[len(next)-1]
		next = next[:len(next)-1]
		for _, i := range from[last] {
			r := docs[i].Result
			if r.PartsElsewhere || r.Header.UnresolvedRefs > 0 {
				continue
			}
			r.PartsElsewhere = true
			for w := range r.Header.Warnings {
				if w := &r.Header.Warnings[w]; w.Kind == sbom.WarnNothingScreened {
					w.Kind, w.Message = sbom.WarnLinkedDocument, "the document has no components of its own; those of the linked documents were screened"
				}
			}
			next = append(next, i)
		}
	}
}

// names returns the names by which other documents refer to a document.
func names(h sbom.Header) []string {
	if h.Serial == "" {
		return nil
	}
	if uuid, is := strings.CutPrefix(h.Serial, "urn:uuid:"); is && h.Format == "CycloneDX" {
		version := h.Version
		if version == "" {
			version = "1" // the schema's default
		}
		return []string{h.Serial, "urn:cdx:" + uuid + "/" + version}
	}
	return []string{h.Serial}
}

// find returns the document that a reference means, or one that has its name and another
// digest; each is -1 if not found.
func (x *referenceIndex) find(ref sbom.DocumentRef) (target, differs int) {
	differs = -1
	name, _, _ := strings.Cut(ref.URL, "#")
	for _, i := range x.index[name] {
		if agree(ref.Digests, x.docs[i].Digests) {
			return i, -1
		}
		differs = i
	}
	for algorithm, value := range ref.Digests {
		for _, i := range x.index[algorithm+":"+value] {
			if agree(ref.Digests, x.docs[i].Digests) {
				return i, -1
			}
		}
	}
	return -1, differs
}

// agree reports whether the two have no algorithm with different digests.
func agree(want, have map[string]string) bool {
	for algorithm, value := range want {
		if have[algorithm] != "" && have[algorithm] != value {
			return false
		}
	}
	return true
}

// rewrite replaces the warning about a reference.
func rewrite(h *sbom.Header, ref sbom.DocumentRef, kind sbom.WarningKind, message string) {
	for i := range h.Warnings {
		if w := &h.Warnings[i]; w.Kind == sbom.WarnExternalDocument && w.Location == ref.Location {
			w.Kind, w.Message = kind, message
			return
		}
	}
}
