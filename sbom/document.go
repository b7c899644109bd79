// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// A Document is a bill of materials or device manifest that is read once, from front to back.
// It is for one goroutine.
type Document struct {
	read     func(*Sink) error
	limits   Options
	header   Header
	subjects map[string]bool
	only     string // Ref of the component read last
	fixed    bool   // placements are final; a lone component is not primary by default
	products int    // components that were known to be primary when they were delivered
	inside   inside
	used     bool
	keep     func(vendors.Role, vendors.Kind, []byte) bool
}

// NewDocument returns a Document with the components that read delivers to the Sink, in that
// order. It is for readers of further formats, see package format. An error of read is the
// error of the document. After [Sink.Emit] has returned false, read must return soon, and its
// error is ignored.
func NewDocument(header Header, opts *Options, read func(*Sink) error) *Document {
	return &Document{read: read, limits: opts.withDefaults(), header: header}
}

// failed returns a Document that cannot be read, because of err.
func failed(header Header, err error) *Document {
	return NewDocument(header, nil, func(*Sink) error { return err })
}

// Components returns the components in the order in which their text ends: nested components
// come before the component around them. An error is yielded once, with the zero Component, and
// ends the sequence; the rest of the document was then not read. The sequence can be ranged
// over once; the second time it yields [ErrUsed].
func (d *Document) Components() iter.Seq2[Component, error] {
	return func(yield func(Component, error) bool) {
		if d.used {
			yield(Component{}, ErrUsed)
			return
		}
		d.used = true
		if d.read == nil {
			yield(Component{}, &Error{Kind: ErrRead, Err: errors.New("the document is empty; expected one of NewReader, NewDocument or package adapter")})
			return
		}
		s := &Sink{doc: d, yield: yield, located: true}
		err := d.read(s)
		if s.stopped {
			return
		}
		if err == nil {
			err = s.err
		}
		if err != nil {
			d.fixed = true
			yield(Component{}, err)
			return
		}
		if h := &d.header; h.Format == "SPDX" && h.Components == 1 && !s.files && h.UnresolvedRefs == 0 {
			// Many valid documents have one package, such as those of Yocto's recipes, and SPDX
			// cannot state that a list is complete. So this is a notice.
			s.Notice(WarnIncomplete, "the document has one package, and lists no parts of it", vendors.Location{})
		}
		if !s.replayed {
			d.header.OneProduct = s.oneProduct()
		}
		if d.header.Components == 0 {
			s.Warn(WarnNothingScreened, "the document has no components", vendors.Location{})
		}
	}
}

// Header describes the document. Format and encoding are known from the start, the rest once
// the components are read without an error.
func (d *Document) Header() Header { return d.header }

// Keep makes the reader drop the claims for which keep returns false, before they cost memory.
// Names of makers and identifiers of a component with a kept claim are kept too, because they
// can contradict it. A component without a kept claim has only Placement, Pedigree, Malformed,
// Supplied, Identified and HasPURL; the first 100 without Identified also have their Ref, Type,
// Group, Name, Version, PURL and Location. Counts and warnings are as if all claims were kept. Keep
// must be called before [Document.Components]; the value is valid only during the call.
func (d *Document) Keep(keep func(role vendors.Role, kind vendors.Kind, value []byte) bool) {
	d.keep = keep
}

// IsPrimary reports whether the component with this Ref is a product that the document
// describes. The answer is final once all components are read; if they were not, it is true for
// those that the document had named before.
func (d *Document) IsPrimary(ref string) bool {
	if len(d.subjects) == 0 && !d.fixed {
		// SPDX 2.3, clause 11: a document with one package need not state which package it
		// describes.
		return d.header.Components == 1 && ref == d.only
	}
	return d.subjects[ref]
}

// A Sink takes the components and warnings that the reader of a format finds.
type Sink struct {
	doc     *Document
	yield   func(Component, error) bool
	err     error
	stopped bool
	located bool // components have offsets
	schema  int  // number of warnings of kind WarnSchema
	muted   bool // warnings and counts are dropped
	files   bool // the document has a file, which need not be a component
	named   int  // components that keep their names, see maxNamed
	memo    memo
	// indexed means that all products were marked before the first component was delivered
	indexed  bool
	replayed bool // the header is that of a snapshot
}

// inside are the elements that relations place inside others. A document with more than it has room
// for does not show that its product is in none.
type inside struct {
	refs map[refKey]struct{}
	full bool
}

// setInside records that a relation places an element inside another.
func (s *Sink) setInside(ref, outer string) {
	in := &s.doc.inside
	switch {
	case ref == outer || ref == "" || outer == "" || outer == documentRef:
	case len(in.refs) >= 1<<20:
		in.full = true
	default:
		if in.refs == nil {
			in.refs = make(map[refKey]struct{})
		}
		in.refs[keyOf(ref)] = struct{}{}
	}
}

// oneProduct returns [Header].OneProduct of a document that was read to its end.
func (s *Sink) oneProduct() bool {
	d := s.doc
	switch {
	case d.fixed, s.indexed && len(d.subjects) > 0:
		if d.products != 1 {
			return false
		}
	case len(d.subjects) == 0:
		return d.header.Components == 1
	case len(d.subjects) > 1 || d.products > 1:
		return false
	}
	for ref := range d.subjects {
		if _, is := d.inside.refs[keyOf(ref)]; is {
			return false
		}
	}
	return !d.inside.full
}

// Limits returns the limits of the document, with defaults for those that its options leave
// out, except for Bytes, Depth and String.
func (s *Sink) Limits() Options { return s.doc.limits }

// Keep returns the function that was given to [Document.Keep], or nil to keep all claims.
func (s *Sink) Keep() func(vendors.Role, vendors.Kind, []byte) bool { return s.doc.keep }

// Emit delivers a component and reports whether the caller wants more.
func (s *Sink) Emit(c Component) bool {
	if s.stopped || s.err != nil {
		return false
	}
	d := s.doc
	if !s.located {
		c.Location.Offset = -1
		for i := range c.Claims {
			c.Claims[i].Location.Offset = -1
		}
	}
	for i := range c.Claims {
		if claim := &c.Claims[i]; claim.Identity() {
			c.Identified = true
			if claim.Role.IsOrigin() && claim.Kind == vendors.KindName {
				c.Supplied = true
				break
			}
		}
	}
	d.header.Components++
	d.header.Malformed += c.Malformed
	c.HasPURL = c.HasPURL || c.PURL != ""
	d.only = c.Ref
	if c.Placement == Primary || c.Placement == Unresolved && d.subjects[c.Ref] {
		d.products++
	}
	if d.header.Components > d.limits.Components {
		s.err = &Error{Pointer: c.Location.Pointer, Offset: c.Location.Offset, Kind: ErrLimit,
			Err: fmt.Errorf("more than %d components", d.limits.Components)}
		return false
	}
	if !s.yield(c, nil) {
		s.stopped = true
		return false
	}
	return true
}

// Claim adds a claim to a component that is being read, unless the value is blank or a
// placeholder. Names are checked, see [Sink.CheckName], and every value is examined, see
// package examine. A value that is too long, one too many, or that cannot be read counts as
// malformed.
func (s *Sink) Claim(c *Component, role vendors.Role, kind vendors.Kind, value string, at vendors.Location) {
	switch {
	case names.Placeholder(value):
		return
	case len(c.Claims) >= s.Limits().Claims:
		c.Malformed++
		s.Warn(WarnMalformed, fmt.Sprintf("more than %d names and identifiers of one component; the rest was not screened", s.Limits().Claims), at)
		return
	}
	if kind == vendors.KindName && !s.CheckName(value, at) {
		c.Malformed++
	}
	e := examine.Value(role, kind, []byte(value))
	if e.Unread {
		c.Malformed++
	}
	if e.Note != "" {
		s.Warn(examined(kind), e.Note, at)
	}
	if role, kind = e.Role, e.Kind; kind == "" {
		return
	}
	c.Claims = append(c.Claims, vendors.Claim{Role: role, Kind: kind, Value: value, Location: at})
}

// Contact adds the claims of persons and organizations that are written "Name <address>",
// separated by commas, as in package databases and kernel modules.
func (s *Sink) Contact(c *Component, role vendors.Role, value string, at vendors.Location) {
	for kind, part := range contacts(value) {
		where := at
		if where.Offset >= 0 {
			where.Offset += int64(part.offset)
		}
		s.Claim(c, role, kind, part.text, where)
	}
}

// A contact is a name or an address in a text, and its offset.
type contact struct {
	text   string
	offset int
}

// contacts yields the names and addresses of "Name <address>, …".
func contacts(value string) iter.Seq2[vendors.Kind, contact] {
	return func(yield func(vendors.Kind, contact) bool) {
		for at := 0; ; {
			blank := len(value) - len(strings.TrimLeft(value, " \t,;"))
			value = value[blank:]
			at += blank
			name, rest, found := strings.Cut(value, "<")
			address, rest, closed := strings.Cut(rest, ">")
			if !found || !closed || !strings.Contains(address, "@") {
				yield(vendors.KindName, contact{strings.TrimSpace(value), at})
				return
			}
			if !yield(vendors.KindName, contact{strings.TrimSpace(name), at}) ||
				!yield(vendors.KindEmail, contact{address, at + len(name) + 1}) {
				return
			}
			at += len(value) - len(rest)
			value = rest
		}
	}
}

// Warn adds a warning to the document's header.
func (s *Sink) Warn(kind WarningKind, message string, at vendors.Location) {
	if s.muted {
		return
	}
	h := &s.doc.header
	if kind == WarnSchema { // keep room for the other kinds
		if s.schema++; s.schema > maxSchema {
			return
		}
		if s.schema == maxSchema {
			message += "; further warnings of the schema are not listed"
		}
	}
	if !s.located {
		at.Offset = -1
	}
	switch n := len(h.Warnings); {
	case n < maxWarnings:
		h.Warnings = append(h.Warnings, Warning{kind, message, at})
	case n == maxWarnings:
		h.Warnings = append(h.Warnings, Warning{WarnTooManyWarnings, "further warnings are not listed", at})
	}
}

// Notice adds a notice to the document's header, see [Header.Notices].
func (s *Sink) Notice(kind WarningKind, message string, at vendors.Location) {
	if s.muted {
		return
	}
	if !s.located {
		at.Offset = -1
	}
	if h := &s.doc.header; len(h.Notices) < maxNotices {
		h.Notices = append(h.Notices, Warning{kind, message, at})
	}
}

// maxNotices is more than any document has: each kind of notice is given once.
const maxNotices = 100

// Malformed counts something outside of components that could not be read, and adds a warning.
func (s *Sink) Malformed(kind WarningKind, message string, at vendors.Location) {
	if !s.muted {
		s.doc.header.Malformed++
	}
	s.Warn(kind, message, at)
}

// Include adds the counts and warnings of another document that was read as part of this one,
// after its components were delivered with [Sink.Emit]. counted is the sum of Malformed of
// these components; place returns the place in this document of a place in that one.
func (s *Sink) Include(h Header, counted int, place func(vendors.Location) vendors.Location) {
	d := &s.doc.header
	d.Malformed += max(0, h.Malformed-counted)
	d.UnresolvedRefs += h.UnresolvedRefs
	for _, l := range h.DocumentRefs {
		if len(d.DocumentRefs) < maxLinks {
			l.Location = place(l.Location)
			d.DocumentRefs = append(d.DocumentRefs, l)
		}
	}
	for _, n := range h.Notices {
		s.Notice(n.Kind, n.Message, place(n.Location))
	}
	for _, w := range h.Warnings {
		if w.Kind != WarnNothingScreened { // this document may have other components
			s.Warn(w.Kind, w.Message, place(w.Location))
		}
	}
}

// AddDocumentRef records that the document refers to another document, which was not read.
func (s *Sink) AddDocumentRef(l DocumentRef) {
	h := &s.doc.header
	h.UnresolvedRefs++
	if !s.located {
		l.Location.Offset = -1
	}
	if len(h.DocumentRefs) < maxLinks {
		h.DocumentRefs = append(h.DocumentRefs, l)
	}
	s.Warn(WarnExternalDocument, "a linked document was not read with this one: "+quote(l.URL), l.Location)
}

const maxLinks = 1000

// SetFormat sets the name of the format, if it becomes known only while reading.
func (s *Sink) SetFormat(name string) { s.doc.header.Format = name }

// SetSerial sets the name by which other documents refer to this one.
func (s *Sink) SetSerial(serial string) {
	if len(serial) <= names.MaxLength {
		s.doc.header.Serial = serial
	}
}

// SetVersion sets the version of the specification.
func (s *Sink) SetVersion(v string) { s.doc.header.SpecVersion = v }

// SetPrimary marks the component with this Ref as a product that the document describes.
func (s *Sink) SetPrimary(ref string) {
	d := s.doc
	if d.subjects == nil {
		d.subjects = make(map[string]bool)
	}
	if len(d.subjects) < 1<<20 {
		d.subjects[ref] = true
	}
}

// PlacementFinal declares that the Placement of every component is final when it is delivered.
func (s *Sink) PlacementFinal() { s.doc.fixed = true }
