// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"slices"

	"github.com/clause76/clause76/vendors"
)

// A Transcript is all that a document said: its header and its components with all their
// claims. A document can be made of it again, to be screened by another denylist without
// reading the first one again.
type Transcript struct {
	Header     Header
	Components []Component
}

// Transcript reads the document to its end. Components whose placement stands elsewhere in
// the document have it then.
func (d *Document) Transcript() (*Transcript, error) {
	t := &Transcript{}
	for c, err := range d.Components() {
		if err != nil {
			return nil, err
		}
		t.Components = append(t.Components, c)
	}
	for i := range t.Components {
		c := &t.Components[i]
		if c.Placement == Unplaced {
			c.Placement = Part
			if d.IsSubject(c.Ref) {
				c.Placement = Subject
			}
		}
	}
	t.Header = d.Header()
	return t, nil
}

// Document returns a document that says what the first one said. Its locations are those in
// the first one.
func (t *Transcript) Document() *Document {
	return NewDocument(Header{}, &Options{Limits: Limits{Components: max(1, len(t.Components))}}, func(s *Sink) error {
		s.Placed()
		h := t.Header
		h.Warnings, h.Links, h.Notices = slices.Clone(h.Warnings), slices.Clone(h.Links), slices.Clone(h.Notices)
		h.Components = 0
		for i := range t.Components {
			h.Malformed -= t.Components[i].Malformed // Emit counts them again
		}
		s.doc.header = h
		s.muted = true // its warnings are in the header
		for _, c := range t.Components {
			c.Claims = slices.Clone(c.Claims)
			if keep := s.Keep(); keep != nil {
				kept := c.Claims[:0]
				for _, claim := range c.Claims {
					if claim.Role.Makes() && claim.Kind == vendors.KindName || keep(claim.Role, claim.Kind, []byte(claim.Value)) {
						kept = append(kept, claim)
					}
				}
				c.Claims = kept
			}
			if !s.Emit(c) {
				return nil
			}
		}
		return nil
	})
}
