// SPDX-License-Identifier: Apache-2.0

// Package jsondoc is a helper for readers of device manifests in JSON. It makes the document, and
// checks the types of values.
//
//	return jsondoc.New(Name, r, opts, func(x *jsondoc.Reader) {
//		for name := range x.Root("MUD") {
//			switch name {
//			case "mfg-name":
//				text, at, ok := x.String(&c, "/"+name)
//				…
//			default:
//				x.Unknown(nil, name, "", "mfg-name")
//			}
//		}
//	})
package jsondoc

import (
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// A Reader reads the JSON of one document. Like [jsonstream.Reader], it keeps the first error.
type Reader struct {
	*jsonstream.Reader
	Sink *sbom.Sink
}

// New returns a document of a format. read must read the JSON to its end. The placement of the
// components is final.
func New(name string, r io.Reader, opts *sbom.Options, read func(x *Reader)) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: name, Encoding: "JSON"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		x := NewReader(r, s)
		read(x)
		return x.End()
	})
}

// NewReader returns a reader with the limits of a document.
func NewReader(r io.Reader, s *sbom.Sink) *Reader {
	l := s.Limits()
	return &Reader{jsonstream.NewReader(r, jsonstream.Limits{Bytes: l.Bytes, Depth: l.Depth, String: l.String}), s}
}

// Root yields the names of the members of the root object. Anything else at the root is an error,
// and so is a member that belongs to another format; see [format.CheckPolyglot]. The loop has to
// read or skip the value of each member.
func (x *Reader) Root(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !x.Enter('{') {
			x.Fail(sbom.ErrNotRecognized, errors.New("expected a JSON object"))
			return
		}
		for x.More() {
			member := string(x.Name())
			if err := format.CheckPolyglot(name, member); err != nil {
				x.Fail(sbom.ErrNotRecognized, err)
			}
			if !yield(member) {
				return
			}
		}
	}
}

// At returns the location of the value that comes next.
func (x *Reader) At(pointer string) vendors.Location {
	return vendors.Location{Pointer: pointer, Offset: x.Offset()}
}

// Expect reports whether the value that comes next is of a kind: '{', '[' or '"'. A value of any
// other kind is skipped, and counts as not screened unless it is null, which is the same as no
// value. c is nil for a value outside of any component.
func (x *Reader) Expect(kind jsontext.Kind, c *sbom.Component, at vendors.Location) bool {
	if x.Kind() == 'n' {
		x.Skip()
		return false
	}
	return x.Require(kind, c, at)
}

// Require is like [Reader.Expect] for a value that cannot be left out: null counts too.
func (x *Reader) Require(kind jsontext.Kind, c *sbom.Component, at vendors.Location) bool {
	if x.Kind() == kind {
		return true
	}
	x.Malformed(c, "expected "+kindWord(kind), at)
	x.Skip()
	return false
}

func kindWord(kind jsontext.Kind) string {
	switch kind {
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "a string"
}

// String reads a string and returns it with its location. Any other value is skipped, as by
// [Reader.Expect].
func (x *Reader) String(c *sbom.Component, pointer string) (text string, at vendors.Location, ok bool) {
	if !x.Expect('"', c, x.At(pointer)) {
		return "", at, false
	}
	raw, ok := x.Text()
	return string(raw), vendors.Location{Pointer: pointer, Offset: x.TextOffset()}, ok
}

// Malformed counts a value that was not screened, in the component or, if c is nil, in the
// document.
func (x *Reader) Malformed(c *sbom.Component, what string, at vendors.Location) {
	format.Malformed(x.Sink, c, sbom.WarnMalformed, what+"; it was not screened", at)
}

// Unknown skips a member that the format does not have. It counts as not screened if its name is
// similar to one of the known names; see [format.Unknown].
func (x *Reader) Unknown(c *sbom.Component, name, pointer string, known ...string) {
	format.Unknown(x.Sink, c, name, x.At(pointer), known...)
	x.Skip()
}

// Emit emits a component, unless there was an error. If the caller of the document stopped, reading
// ends with an error.
func (x *Reader) Emit(c sbom.Component) {
	if x.Err() == nil && !x.Sink.Emit(c) {
		x.Fail(sbom.ErrRead, errors.New("stopped by the caller"))
	}
}
