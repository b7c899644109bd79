// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/clause76/clause76/vendors"
)

// references compares the references in a document with its elements. A reference to a missing
// element is a part with an unknown maker, unless the reference is an identifier itself: then it
// is screened as a component.
//
// For each element, only a key of 64 bits is kept. A reference to a missing element would be overlooked if
// its id had the key of another id. By chance, that happens with less than one of a million million such
// references, even if the document has as many elements as are kept. Nobody can make it happen, because
// the keys are of a hash that nobody knows: it is another in each run of the program.
// A reference to an element that comes later in the document is kept in full until the end.
type references struct {
	have    refSet
	pending map[refKey]int // index in wanted
	wanted  []reference    // in the order of the document
	text    int            // bytes of wanted
	full    bool           // a limit was reached, so that not all references are compared

	// If recorded is set, the keys of elements are added to it, and nothing is compared. referred means that
	// there is a reference. See elementReader.
	recorded *[]refKey
	referred bool
}

// A refKey is never zero.
type refKey uint64

var refSeed = maphash.MakeSeed()

// A reference is a reference to an element that was not defined yet.
type reference struct {
	id       string
	at       vendors.Location
	indirect bool // the element is not in the product itself
}

const (
	// maxElements limits the elements that are kept, to about thirty megabytes.
	maxElements = 1 << 21
	// maxReferences and maxReferenceText limit the references to elements not defined yet.
	maxReferences    = 1 << 18
	maxReferenceText = 32 << 20
)

// keyOf returns the key of an id. Package URLs that differ only in escapes are the same, because
// tools write "@" in one place and "%40" in the other.
func keyOf[T string | []byte](id T) refKey {
	var buf [256]byte
	plain := append(buf[:0], id...)
	if bytes.IndexByte(plain, '%') >= 0 && hasPrefixFold(plain, "pkg:") {
		plain = unescape(plain)
	}
	return max(refKey(maphash.Bytes(refSeed, plain)), 1)
}

// unescape decodes percent escapes in place, except for invalid ones.
func unescape(s []byte) []byte {
	to := max(bytes.IndexByte(s, '%'), 0)
	for i := to; i < len(s); {
		if next := bytes.IndexByte(s[i:], '%'); next != 0 {
			if next < 0 {
				next = len(s) - i
			}
			to += copy(s[to:], s[i:i+next])
			i += next
			continue
		}
		c := s[i]
		if i+2 < len(s) {
			if _, err := hex.Decode(s[i+1:i+2], s[i+1:i+3]); err == nil {
				c, i = s[i+1], i+2
			}
		}
		s[to] = c
		to++
		i++
	}
	return s[:to]
}

// define records that the document has an element.
func (r *references) define(id []byte) {
	switch {
	case len(id) == 0:
	case r.recorded != nil:
		*r.recorded = append(*r.recorded, keyOf(id))
	case r.have.len() >= maxElements:
		r.full = true
	default:
		r.have.add(keyOf(id))
	}
}

// defineKey is define for the key of an id.
func (r *references) defineKey(key refKey) {
	if r.have.len() >= maxElements {
		r.full = true
		return
	}
	r.have.add(key)
}

// has reports whether the element was defined.
func (r *references) has(id string) bool {
	return r.have.has(keyOf(id))
}

// refer records a reference. at is called for its place if that is needed.
func (r *references) refer(id []byte, at func() vendors.Location) { r.add(id, false, at) }

// referIndirect records a reference to an element that is not in the product itself, if it is an
// identifier. What such an element is does not matter if it has only a name.
func (r *references) referIndirect(id []byte, at func() vendors.Location) {
	if isPURL(id) || isCPE(id) {
		r.add(id, true, at)
	}
}

func (r *references) add(id []byte, indirect bool, at func() vendors.Location) {
	if len(id) == 0 {
		return
	}
	if r.recorded != nil {
		r.referred = true
		return
	}
	key := keyOf(id)
	if r.have.has(key) {
		return
	}
	if i, is := r.pending[key]; is {
		r.wanted[i].indirect = r.wanted[i].indirect && indirect
		return
	}
	if len(r.wanted) >= maxReferences || r.text+len(id) > maxReferenceText {
		r.full = true
		return
	}
	if r.pending == nil {
		r.pending = make(map[refKey]int)
	}
	r.pending[key] = len(r.wanted)
	r.text += len(id)
	r.wanted = append(r.wanted, reference{string(id), at(), indirect})
}

// settle compares the references with the elements at the end of the document. It delivers
// references that are identifiers as components, and counts the others.
func (r *references) settle(f *fieldReader) {
	if f.j.Err() != nil {
		return
	}
	linked := make(map[string]bool)
	empty := f.s.doc.header.Components == 0
	screened, example := 0, reference{}
	for _, w := range r.wanted {
		document, _, _ := strings.Cut(w.id, "#")
		switch {
		case r.has(w.id):
		case hasPrefixFold([]byte(w.id), "pkg:"), hasPrefixFold([]byte(w.id), "cpe:"):
			if !f.identifierComponent(w) {
				f.stop()
				return
			}
			if screened++; screened == 1 {
				example = w
			}
		case !strings.HasPrefix(w.id, "urn:cdx:"):
			if !r.full {
				f.s.Malformed(WarnMissingElement, "the document refers to "+quote(w.id[:min(len(w.id), 200)])+", which is not in it; what that is was not screened", w.at)
			}
		case !linked[document]: // a BOM-Link
			linked[document] = true
			f.s.AddDocumentRef(DocumentRef{URL: w.id, Location: w.at})
		}
	}
	if screened > 0 {
		f.s.Warn(WarnMissingElement, fmt.Sprintf("the document refers to %d identifiers of elements that it does not have, such as %s; they were screened as parts",
			screened, quote(example.id[:min(len(example.id), 200)])), example.at)
		if empty {
			f.s.Malformed(WarnNothingScreened, "the document has no components, only identifiers of elements that it does not have", example.at)
		}
	}
	if r.full && len(r.wanted) > 0 {
		f.s.Malformed(WarnMissingElement, fmt.Sprintf("more than %d elements or %d references to what comes later; whether all that the document refers to is in it was not checked",
			maxElements, maxReferences), vendors.Location{})
	}
}

// identifierComponent delivers a component for a reference that is an identifier.
func (f *fieldReader) identifierComponent(w reference) bool {
	fresh := newBuilder(f.s)
	b := &fresh
	b.offset, b.indirect = w.at.Offset, w.indirect
	b.pointer = b.add([]byte(w.at.Pointer))
	b.ref = b.add([]byte(w.id))
	b.name = b.ref
	if hasPrefixFold([]byte(w.id), "cpe:") {
		f.cpeSpan(b, b.ref, path{}, w.at.Offset)
	} else {
		f.purlSpan(b, b.ref, path{}, w.at.Offset)
	}
	b.check(f.j, &f.limits)
	return f.j.Err() != nil || f.s.Emit(b.component())
}
