// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"fmt"
	"iter"
	"strings"

	"github.com/clause76/clause76/internal/examine"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors"
)

// A Document is a bill of materials or device manifest that is read once, from
// front to back. It is for one goroutine.
type Document struct {
	read     func(*Sink) error
	limits   Limits
	header   Header
	subjects map[string]bool
	only     string // Ref of the only component
	fixed    bool   // subjects were given; a lone component is not one by default
	used     bool
	keep     func(vendors.Role, vendors.Kind, []byte) bool
}

// NewDocument returns a Document whose components read delivers to the Sink, in
// order. It is for packages that read further formats. An error of read is the
// document's; read must return soon after Sink.Emit has returned false, and what
// it returns then is ignored.
func NewDocument(header Header, opts *Options, read func(*Sink) error) *Document {
	return &Document{read: read, limits: opts.limits(), header: header}
}

// Failed returns a Document that gives err instead of components.
func Failed(header Header, err error) *Document {
	return NewDocument(header, nil, func(*Sink) error { return err })
}

// Components returns the components in the order in which their text ends: the
// components nested in one come before it. An error is given once, with the zero
// Component, and ends the sequence; the document was then not read to its end.
// The sequence can be ranged over once; it gives [ErrUsed] the second time.
func (d *Document) Components() iter.Seq2[Component, error] {
	return func(yield func(Component, error) bool) {
		if d.used {
			yield(Component{}, ErrUsed)
			return
		}
		d.used = true
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
			// Many sound documents are of one package, as those of Yocto's recipes are, and SPDX
			// has no word for a complete list: it is said, and changes no verdict.
			s.Notice(WarnIncomplete, "the document has one package, and lists no parts of it", vendors.Location{})
		}
		if d.header.Components == 0 {
			s.Warn(WarnNothingScreened, "the document has no components", vendors.Location{})
		}
	}
}

// Header says what the document is. Format and encoding are known from the start,
// the rest once the components are read without an error.
func (d *Document) Header() Header { return d.header }

// Keep makes the reader drop the claims for which keep returns false, before they
// cost anything. Makers' names and identifiers stay beside claims that are kept, for they
// can contradict them. A component without a kept claim has nothing but Placement,
// Pedigree, Malformed, Supplied, Identified and HasPURL. Counts and warnings are as
// if all claims were kept. Keep must be called before [Document.Components]; the
// value is only valid during the call.
func (d *Document) Keep(keep func(role vendors.Role, kind vendors.Kind, value []byte) bool) {
	d.keep = keep
}

// IsPrimary reports whether the component with this Ref is a product that the
// document describes. It knows once all components are read; if they were not, it
// reports true for those of which the document said so before.
func (d *Document) IsPrimary(ref string) bool {
	if len(d.subjects) == 0 && !d.fixed {
		// SPDX 2.3, clause 11: a document with one package need not say which
		// package it describes.
		return d.header.Components == 1 && ref == d.only
	}
	return d.subjects[ref]
}

// A Sink takes what the reader of a format finds.
type Sink struct {
	doc     *Document
	yield   func(Component, error) bool
	err     error
	stopped bool
	located bool // offsets are those of a file
	schema  int  // warnings of the schema
	muted   bool // warnings and counts are left to a second reading
	files   bool // there is a file, which need not be a component
}

// Limits returns the limits in force.
func (s *Sink) Limits() Limits { return s.doc.limits }

// Keep says what [Document.Keep] was given: nil to keep all claims.
func (s *Sink) Keep() func(vendors.Role, vendors.Kind, []byte) bool { return s.doc.keep }

// Emit delivers a component and reports whether to go on.
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
// placeholder. A maker's name is checked, see [Sink.CheckName], and every value examined,
// see package examine; what is not taken for its length or number, or cannot be read,
// counts as malformed.
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

// Contact adds the claims of persons and organisations that are written "Name <address>",
// separated by commas, as package databases and kernel modules have them.
func (s *Sink) Contact(c *Component, role vendors.Role, value string, at vendors.Location) {
	for kind, part := range contacts(value) {
		where := at
		if where.Offset >= 0 {
			where.Offset += int64(part.offset)
		}
		s.Claim(c, role, kind, part.text, where)
	}
}

// A contact is a name or an address in a text, and where it begins.
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
	if kind == WarnSchema { // never so many that they crowd out the others
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

// maxNotices is more than any document has: a kind of notice is given once.
const maxNotices = 100

// Malformed warns and counts something that could not be read, outside of any
// component.
func (s *Sink) Malformed(kind WarningKind, message string, at vendors.Location) {
	if !s.muted {
		s.doc.header.Malformed++
	}
	s.Warn(kind, message, at)
}

// Include takes over the counts and warnings of another document that was read as a part of
// this one. Its components were delivered with [Sink.Emit], and counted among their
// fields that could not be read; place says where in this document a place of that one is.
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
		if w.Kind != WarnNothingScreened { // what counts is whether the whole has components
			s.Warn(w.Kind, w.Message, place(w.Location))
		}
	}
}

// AddDocumentRef says that the document refers to another one, which was not read.
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

// SetFormat sets the format's name, where it shows only while the document is read.
func (s *Sink) SetFormat(name string) { s.doc.header.Format = name }

// SetSerial sets what other documents refer to this one by.
func (s *Sink) SetSerial(serial string) {
	if len(serial) <= names.MaxLength {
		s.doc.header.Serial = serial
	}
}

// SetVersion sets the specification version of the document's header.
func (s *Sink) SetVersion(v string) { s.doc.header.SpecVersion = v }

// SetPrimary says that the component with this Ref is a product that the document
// describes.
func (s *Sink) SetPrimary(ref string) {
	d := s.doc
	if d.subjects == nil {
		d.subjects = make(map[string]bool)
	}
	if len(d.subjects) < 1<<20 {
		d.subjects[ref] = true
	}
}

// PlacementFinal says that every component's Placement is final.
func (s *Sink) PlacementFinal() { s.doc.fixed = true }
