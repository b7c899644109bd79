// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"slices"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// A Snapshot is all that a document said: its header and its components with all their
// claims. A document can be made of it again, to be screened by another denylist without
// reading the first one again.
type Snapshot struct {
	Header     Header
	Components []Component
	// Fault says why the document was not read to its end; "" if it was.
	Fault string `json:",omitzero"`
}

// Snapshot reads the document to its end. Components whose placement stands elsewhere in
// the document have it then. With an error, the transcript is of what was read before it, and
// a component can still be Unresolved.
func (d *Document) Snapshot() (*Snapshot, error) {
	t := &Snapshot{}
	var fault error
	for c, err := range d.Components() {
		if err != nil {
			fault, t.Fault = err, err.Error()
			break
		}
		t.Components = append(t.Components, c)
	}
	for i := range t.Components {
		c := &t.Components[i]
		switch {
		case c.Placement != Unresolved:
		case d.IsPrimary(c.Ref):
			c.Placement = Primary
		case fault == nil:
			c.Placement = Included
		}
	}
	t.Header = d.Header()
	return t, fault
}

// Document returns a document that says what the first one said, and that ends in an
// [ErrRead] if the first one was not read to its end. Its locations are those in the first one.
func (t *Snapshot) Document() *Document {
	return NewDocument(Header{}, &Options{Components: max(1, len(t.Components))}, func(s *Sink) error {
		s.PlacementFinal()
		h := t.Header
		h.Warnings, h.DocumentRefs, h.Notices = slices.Clone(h.Warnings), slices.Clone(h.DocumentRefs), slices.Clone(h.Notices)
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
					if claim.Role.IsOrigin() && claim.Kind == vendors.KindName || keep(claim.Role, claim.Kind, []byte(claim.Value)) {
						kept = append(kept, claim)
					}
				}
				c.Claims = kept
			}
			if !s.Emit(c) {
				return nil
			}
		}
		if t.Fault != "" {
			return jsonstream.ReadError(0, errors.New(t.Fault))
		}
		return nil
	})
}
