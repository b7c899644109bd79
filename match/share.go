// SPDX-License-Identifier: Apache-2.0

package match

import (
	"strconv"
)

// maxShared bounds the different lists of citations of one document that are shared. Reasons can
// contain names from the document, so that their number is not bounded by the denylist.
const maxShared = 1024

// A sharer replaces equal lists of citations and equal notes of findings by one copy. Thousands
// of components of one vendor have the same ones.
type sharer struct {
	lists map[string][]Citation
	notes map[string]string
	key   []byte
}

// share replaces the citations and the note of a finding by equal ones of an earlier finding.
func (s *sharer) share(f *Finding) {
	if s.lists == nil {
		s.lists, s.notes = make(map[string][]Citation), make(map[string]string)
	}
	if note, ok := s.notes[f.Note]; ok {
		f.Note = note
	} else if len(s.notes) < maxShared {
		s.notes[f.Note] = f.Note
	}
	if len(f.Citations) == 0 {
		return
	}
	s.key = s.key[:0]
	for i := range f.Citations {
		s.key = f.Citations[i].appendKey(s.key)
	}
	if list, ok := s.lists[string(s.key)]; ok {
		f.Citations = list
	} else if len(s.lists) < maxShared {
		f.Citations = f.Citations[:len(f.Citations):len(f.Citations)]
		s.lists[string(s.key)] = f.Citations
	}
}

// appendKey appends a text that is equal for equal citations of one release and day.
func (c *Citation) appendKey(b []byte) []byte {
	for _, text := range [...]string{c.Listing, c.CappedBy, c.SettledBy, c.Speaks} {
		b = strconv.AppendInt(b, int64(len(text)), 10)
		b = append(append(b, ' '), text...)
	}
	b = append(b, byte(c.Verdict), byte(c.VerdictIfPartsReached))
	return strconv.AppendBool(b, c.Inferred)
}
