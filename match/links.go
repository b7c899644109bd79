// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strings"

	"github.com/clause76/clause76/sbom"
)

// A Screened document is one of those that were handed in together.
type Screened struct {
	Path string
	// Digests are of the document's bytes: algorithm in lower case without hyphens
	// ("sha256") to lower-case hexadecimal.
	Digests map[string]string
	Result  *Result // nil if nothing of the document could be read
}

// ResolveReferences looks for what the documents refer to among the documents themselves:
// a BOM-Link by serial number and version, an SPDX document by its namespace, any
// other by a digest. What is there and was read to its end was screened, so it no longer
// makes the result that refers to it inconclusive. A document that is found by its name but has
// another digest than the reference says is not it. A document
// without components that only refers to others, as those of Yocto about what is needed at run
// time, was screened if all of them are there and parts are in one of them. Results are
// changed in place.
func (m *Matcher) ResolveReferences(docs []Screened) {
	index := make(map[string][]int) // what a document is called, to its places
	for i, d := range docs {
		if d.Result == nil || !d.Result.Coverage.Complete {
			continue
		}
		for _, name := range names(d.Result.Header) {
			index[name] = append(index[name], i)
		}
		for algorithm, value := range d.Digests {
			if value != "" {
				index[algorithm+":"+value] = append(index[algorithm+":"+value], i)
			}
		}
	}
	from := make(map[int][]int) // documents to those that have only links, and one to it
	for i := range docs {
		r := docs[i].Result
		if r == nil || len(r.Header.DocumentRefs) == 0 {
			continue
		}
		for _, l := range r.Header.DocumentRefs {
			target, differs := find(l, docs, index)
			switch {
			case target >= 0:
				r.Header.UnresolvedRefs--
				rewrite(&r.Header, l, sbom.WarnLinkedDocument, "the linked document is here, and was screened: "+docs[target].Path)
				if r.Coverage.Components == 0 {
					from[target] = append(from[target], i)
				}
			case differs >= 0:
				rewrite(&r.Header, l, sbom.WarnExternalDocument, "the linked document was not screened; "+docs[differs].Path+" has its name but another digest")
			}
		}
	}
	partsElsewhere(docs, from)
	for i := range docs {
		if r := docs[i].Result; r != nil && len(r.Header.DocumentRefs) > 0 {
			m.settle(r)
		}
	}
}

// partsElsewhere marks the documents without components that lead, by links that were all
// found, to one with components. from has, for a document, those that link to it.
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
			if r.elsewhere || r.Header.UnresolvedRefs > 0 {
				continue
			}
			r.elsewhere = true
			for w := range r.Header.Warnings {
				if w := &r.Header.Warnings[w]; w.Kind == sbom.WarnNothingScreened {
					w.Kind, w.Message = sbom.WarnLinkedDocument, "the document has no components of its own; those of the linked documents were screened"
				}
			}
			next = append(next, i)
		}
	}
}

// names returns what other documents call a document.
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

// find returns the index of the document that a link means, or of one that has its
// name and another digest; each is -1 if not found.
func find(l sbom.DocumentRef, docs []Screened, index map[string][]int) (target, differs int) {
	differs = -1
	name, _, _ := strings.Cut(l.URL, "#")
	for _, i := range index[name] {
		if agree(l.Digests, docs[i].Digests) {
			return i, -1
		}
		differs = i
	}
	for algorithm, value := range l.Digests {
		for _, i := range index[algorithm+":"+value] {
			if agree(l.Digests, docs[i].Digests) {
				return i, -1
			}
		}
	}
	return -1, differs
}

// agree reports whether no digest is known to differ.
func agree(want, have map[string]string) bool {
	for algorithm, value := range want {
		if have[algorithm] != "" && have[algorithm] != value {
			return false
		}
	}
	return true
}

// rewrite replaces the warning of a link.
func rewrite(h *sbom.Header, l sbom.DocumentRef, kind sbom.WarningKind, message string) {
	for i := range h.Warnings {
		if w := &h.Warnings[i]; w.Kind == sbom.WarnExternalDocument && w.Location == l.Location {
			w.Kind, w.Message = kind, message
			return
		}
	}
}
