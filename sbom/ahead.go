// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/clause76/clause76/internal/jsonstream"
)

// An ahead has several goroutines read the elements of a long array before the reader of the document
// comes to them, so that the reader only has to pass over those that are plain, see [plainElement].
//
// Whether an element is plain depends on its text and on nothing before it. So all that is left
// to the order of the document, such as warnings, places, limits and components with a kept claim, is left to
// the reader of the document: it reads every element itself that is not known to be plain. For the
// same reason it does not matter where the goroutines begin: one that begins in the wrong place finds elements
// that the reader never asks for.
type ahead struct {
	f        *fieldReader
	elements *references
	fork     func() *elementReader
	see      func(Component)  // is called for each component; may be nil
	readers  []*elementReader // for one goroutine each

	chunks []chunk // of the text that was read last
	k, n   int     // the element after the one that was found last is element n of chunk k
	from   int64   // where the text begins
	end    int64   // the elements that begin here are not in it
	passed int64   // bytes of its elements that were passed over
	poor   int     // texts in sequence of which little was passed over
	off    bool
}

// aheadSizes say when goroutines read ahead, and how much.
type aheadSizes struct {
	long  int64 // bytes after which a document is long
	chunk int   // bytes that one goroutine reads at once
}

func (s *aheadSizes) setDefaults() {
	if s.long == 0 {
		s.long, s.chunk = 512<<10, 32<<10
	}
}

const (
	chunksEach = 8 // for each goroutine
	maxReaders = 8
	maxPoor    = 3
	maxWrong   = 4  // times that a goroutine looks for the beginning of an element
	maxNeedle  = 64 // bytes from the end of an element to the first value of the next
)

// A plainElement is an element of which nothing is left but counts: no claim is kept, and there is
// no warning, no reference and no fault.
type plainElement struct {
	from, to    int32 // in the text
	parts, keys int32 // where those of the next element begin in its chunk
}

// A chunk is a piece of a text that one goroutine reads: the elements that begin in it.
type chunk struct {
	from, to int
	elements []plainElement
	parts    []plainPart // the components of elements
	keys     []refKey    // the ids of elements
	stop     int         // the text up to here was read
}

// A plainPart is a component of a plain element.
type plainPart struct {
	placement                               Placement
	pedigree, supplied, identified, hasPURL bool
}

// An elementReader reads elements without the document around them.
type elementReader struct {
	j        *jsonstream.Reader
	s        *Sink
	elements *references
	read     func() // reads the next element

	parts []plainPart // of the element read last
	other bool        // it has a component that is not plain
}

// newElementReader returns a reader of elements for a reader of documents. Its caller sets elements and read.
func newElementReader(f *fieldReader) *elementReader {
	e := &elementReader{j: f.j.Fork()}
	d := f.s.doc
	e.s = &Sink{doc: &Document{limits: d.limits, keep: d.keep, fixed: d.fixed}, located: true, named: maxNamed}
	e.s.yield = func(c Component, _ error) bool {
		e.other = e.other || len(c.Claims) > 0 || c.Malformed > 0 || c.Ref != "" || c.Type != "" || c.Category != "" || c.Location.Pointer != ""
		e.parts = append(e.parts, plainPart{c.Placement, c.Pedigree, c.Supplied, c.Identified, c.HasPURL})
		return true
	}
	return e
}

// plain reads the element that text begins with, and reports whether it is plain. n is its length, or 0
// if it cannot be read.
func (e *elementReader) plain(text []byte) (n int, plain bool) {
	n, ok := e.j.Take(text)
	if !ok || text[0] != '{' {
		return n, false
	}
	d := e.s.doc
	d.header, d.subjects, d.inside, d.products = Header{}, nil, inside{}, 0
	e.s.err, e.s.stopped, e.s.schema, e.s.files = nil, false, 0, false
	e.parts, e.other, e.elements.referred = e.parts[:0], false, false
	*e.elements.recorded = (*e.elements.recorded)[:0]
	e.read()
	h := &d.header
	return n, e.j.Err() == nil && !e.j.Loaded() && e.s.err == nil && !e.s.files && !e.other && !e.elements.referred &&
		h.Malformed == 0 && len(h.Warnings) == 0 && len(h.Notices) == 0 && h.UnresolvedRefs == 0 && len(h.DocumentRefs) == 0 &&
		d.subjects == nil && d.inside.refs == nil
}

// readChunk reads the elements that begin in a chunk. needle is what is expected between them.
func (e *elementReader) readChunk(c *chunk, text, needle []byte) {
	c.elements, c.parts, c.keys, c.stop = c.elements[:0], c.parts[:0], c.keys[:0], c.from
	// The reader of the document reads what is not known to be plain, and is in the goroutine
	// of the caller, who can recover.
	defer func() { _ = recover() }()
	i, wrong := c.from, 0
	if i > 0 {
		i = nextElement(text, i, needle)
	}
	for i >= 0 && i < c.to {
		n, plain := e.plain(text[i:])
		if plain {
			c.parts, c.keys = append(c.parts, e.parts...), append(c.keys, *e.elements.recorded...)
			c.elements = append(c.elements, plainElement{int32(i), int32(i + n), int32(len(c.parts)), int32(len(c.keys))})
		}
		next := -1
		if n > 0 {
			c.stop = i + n
			next = elementAfter(text, i+n)
		}
		if next < 0 { // the text ends, or i was not the beginning of an element of the array
			if wrong++; wrong == maxWrong {
				return
			}
			next = nextElement(text, i+max(n, 1), needle)
		}
		i = next
	}
}

// elementAfter returns where the next element of an array begins after one that ends at i. It is
// negative if there is none.
func elementAfter(text []byte, i int) int {
	if i = skipBlank(text, i); i >= len(text) || text[i] != ',' {
		return -1
	}
	if i = skipBlank(text, i+1); i >= len(text) || text[i] != '{' {
		return -1
	}
	return i
}

// nextElement returns where an element begins that may be the next after i, or a negative number.
func nextElement(text []byte, i int, needle []byte) int {
	at := bytes.Index(text[min(i, len(text)):], needle)
	if at < 0 {
		return at
	}
	return i + at + bytes.IndexByte(needle, '{')
}

// needleAfter returns what is between the element that ends at i and the first value of the next
// element. It is nil if there is none, or if it is long.
func needleAfter(text []byte, i int) []byte {
	from := elementAfter(text, i)
	if from < 0 {
		return nil
	}
	head := text[i:min(len(text), i+maxNeedle)]
	if colon := bytes.IndexByte(head, ':'); colon > from-i {
		return head[:colon+1]
	}
	return nil
}

func skipBlank(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// pass passes over the next element, if it is known to be plain, and reports whether it did.
func (a *ahead) pass() bool {
	if a == nil || a.off || a.f.j.Read() < a.f.limits.ahead.long {
		return false
	}
	at, ok := a.f.j.Place()
	if !ok || at >= a.end && !a.look(at) {
		return false
	}
	i := int32(at - a.from)
	for ; a.k < len(a.chunks); a.k, a.n = a.k+1, 0 {
		c := &a.chunks[a.k]
		for a.n < len(c.elements) && c.elements[a.n].from < i {
			a.n++
		}
		if a.n < len(c.elements) {
			return c.elements[a.n].from == i && a.passElement(c, a.n)
		}
		if c.to > int(i) {
			return false
		}
	}
	return false
}

// passElement passes over an element.
func (a *ahead) passElement(c *chunk, n int) bool {
	e, before := &c.elements[n], plainElement{}
	if n > 0 {
		before = c.elements[n-1]
	}
	s, parts := a.f.s, c.parts[before.parts:e.parts]
	if s.doc.header.Components+len(parts) > s.doc.limits.Components {
		return false
	}
	for i := range parts {
		if !parts[i].identified && s.named < maxNamed {
			return false // it keeps its name
		}
	}
	a.passed += int64(e.to - e.from)
	a.f.j.Pass(int(e.to - e.from))
	for _, key := range c.keys[before.keys:e.keys] {
		a.elements.defineKey(key)
	}
	for i := range parts {
		p := &parts[i]
		part := Component{Placement: p.placement, Pedigree: p.pedigree, Supplied: p.supplied, Identified: p.identified, HasPURL: p.hasPURL}
		if a.see != nil {
			a.see(part)
		}
		if !s.Emit(part) {
			a.f.stop()
			break
		}
	}
	return true
}

// look reads the text from the next element on, which begins at offset at. It reports whether it did.
func (a *ahead) look(at int64) bool {
	if a.poor++; a.passed*2 > a.end-a.from {
		a.poor = 0
	}
	workers := min(a.f.limits.Workers(), maxReaders)
	size := max(workers, 1) * chunksEach * a.f.limits.ahead.chunk
	a.chunks, a.k, a.n, a.passed, a.from, a.end = a.chunks[:0], 0, 0, 0, at, at+int64(size)
	switch {
	case a.poor > maxPoor:
		a.off = true
		return false
	case workers < 2:
		a.poor = 0
		return false
	}
	for len(a.readers) < workers {
		a.readers = append(a.readers, a.fork())
	}
	text := a.f.j.Upcoming(size)
	if a.end = at + int64(len(text)); len(text) < 4*a.f.limits.ahead.chunk {
		return false
	}
	n, _ := a.readers[0].j.Take(text)
	needle := needleAfter(text, n)
	if n == 0 || needle == nil {
		return false
	}
	a.cut(len(text))
	var next atomic.Int32
	read := func(e *elementReader) {
		for {
			k := int(next.Add(1)) - 1
			if k >= len(a.chunks) {
				return
			}
			e.readChunk(&a.chunks[k], text, needle)
		}
	}
	var others sync.WaitGroup
	for _, e := range a.readers[1:workers] {
		others.Go(func() { read(e) })
	}
	read(a.readers[0])
	others.Wait()
	// The last element that begins in the text may not end in it.
	a.end = at + int64(max(a.chunks[len(a.chunks)-1].stop, len(text)/2))
	return true
}

// cut cuts a text of n bytes into chunks, and keeps the memory of those before.
func (a *ahead) cut(n int) {
	size := a.f.limits.ahead.chunk
	for from := 0; from < n; from += size {
		if k := len(a.chunks); k < cap(a.chunks) {
			a.chunks = a.chunks[:k+1]
		} else {
			a.chunks = append(a.chunks, chunk{})
		}
		c := &a.chunks[len(a.chunks)-1]
		c.from, c.to = from, min(from+size, n)
	}
}
