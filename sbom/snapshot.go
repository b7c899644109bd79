// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"slices"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/vendors"
)

// A Snapshot has the header and the components of a document with all their claims, to screen
// the document again, by another denylist, without reading it again.
type Snapshot struct {
	Header     Header
	Components []Component
	// Fault is the error that ended the reading; "" if the document was read to its end.
	Fault string `json:",omitzero"`
}

// Snapshot reads the document to its end, and resolves the placement of each component. With an
// error, the snapshot has the components that were read before it, and some can be
// [Unresolved].
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

// Document returns a document with the header, components and locations of the snapshot. It
// ends in an [ErrRead] if the first document was not read to its end.
func (t *Snapshot) Document() *Document {
	return NewDocument(Header{}, &Options{Components: max(1, len(t.Components))}, func(s *Sink) error {
		s.PlacementFinal()
		h := t.Header
		h.Warnings, h.DocumentRefs, h.Notices = slices.Clone(h.Warnings), slices.Clone(h.DocumentRefs), slices.Clone(h.Notices)
		h.Components = 0
		for i := range t.Components {
			h.Malformed -= t.Components[i].Malformed // Emit counts them again
		}
		s.doc.header, s.replayed = h, true
		s.muted = true // the header has the warnings
		for _, c := range t.Components {
			c.Claims = s.kept(c.Claims)
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

// kept returns the claims that a reader of the document would keep, see [Document.Keep].
func (s *Sink) kept(claims []vendors.Claim) []vendors.Claim {
	if s.Keep() == nil {
		return slices.Clone(claims)
	}
	b := newBuilder(s)
	var kept []vendors.Claim
	for _, c := range claims {
		if !b.drop(c.Role, c.Kind, []byte(c.Value)) {
			kept = append(kept, c)
		}
	}
	if !b.wanted {
		return nil
	}
	return kept
}
