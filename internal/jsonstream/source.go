// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// A source is the input of the decoder. It checks that it is valid UTF-8, counts it, and stops
// at the limits.
//
// It has the text that comes next in a window, so that a Reader can look at a value before the
// decoder sees it. To that end, the decoder gets no more at once than up to the next object or array.
type source struct {
	r      io.Reader
	reader *Reader
	n      int64             // bytes read
	given  int64             // bytes that the decoder got
	err    error             // kept, because not every io.Reader returns its error twice
	part   [utf8.UTFMax]byte // the beginning of a character at the end of what was read
	parts  int

	window   []byte
	from, to int // the part of window that the decoder did not get yet

	standIn string // what the decoder gets first, instead of a value that was read without it
	quoted  bool   // the decoder got a part of a string
	escape  bool   // it ends with a backslash that begins an escape
}

const (
	minWindow = 8 << 10
	maxWindow = 128 << 10 // except for a longer value, up to loadLimit
)

// Read is for the decoder.
func (s *source) Read(p []byte) (int, error) {
	if s.standIn != "" {
		n := copy(p, s.standIn)
		s.standIn = s.standIn[n:]
		s.given += int64(n)
		return n, nil
	}
	if s.from == s.to {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	// The decoder holds at most one token and one buffer after its last token.
	l := &s.reader.limits
	left := l.String + 64<<10 - (s.given - s.reader.dec.InputOffset())
	if left < 0 {
		return 0, fmt.Errorf("%w: %w: more than %d bytes", ErrLimit, errLong, l.String)
	}
	n := copy(p, s.piece(int(min(int64(len(p)), left+1))))
	s.from += n
	s.given += int64(n)
	return n, nil
}

// piece returns the part of the window that the decoder gets next: at most n bytes, and no more than
// up to the next object or array, which it gets only if it comes first.
func (s *source) piece(n int) []byte {
	p := s.window[s.from:s.to]
	p = p[:min(len(p), n)]
	for i, c := range p {
		switch {
		case s.escape:
			s.escape = false
		case c == '"':
			s.quoted = !s.quoted
		case s.quoted:
			s.escape = c == '\\'
		case (c == '{' || c == '[') && i > 0:
			return p[:i]
		}
	}
	return p
}

// fill reads more text into the window. It returns an error only if there is none.
func (s *source) fill() error {
	if s.err != nil {
		return s.err
	}
	if s.n > s.reader.limits.Bytes {
		return fmt.Errorf("%w: more than %d bytes of input", ErrLimit, s.reader.limits.Bytes)
	}
	s.makeRoom()
	for range 100 {
		p := s.window[s.to:]
		// One byte more than the limit, so that what is found before the error does not depend on the window.
		p = p[:min(int64(len(p)), s.reader.limits.Bytes+1-s.n)]
		n, err := s.r.Read(p)
		if sound, at, ok := s.valid(p[:n], err == io.EOF); !ok {
			n, err = sound, &Error{Offset: s.reader.locate(s.reader.mark + s.n + int64(at)), Kind: ErrEncoding}
		}
		s.n += int64(n)
		s.to += n
		s.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s.err = io.ErrNoProgress
	return s.err
}

// makeRoom moves what is left in the window to its beginning, and makes the window larger if that
// fills it, or if the document is long.
func (s *source) makeRoom() {
	left := s.to - s.from
	size := len(s.window)
	if left*2 > size || s.n >= int64(size) && size < maxWindow {
		size = max(2*size, minWindow)
	}
	w := s.window
	if size > len(w) {
		w = make([]byte, size)
	}
	copy(w, s.window[s.from:s.to])
	s.window, s.from, s.to = w, 0, left
}

// valid reports whether p, which follows what was read before, is valid UTF-8. If not, sound
// is the number of bytes of p before the fault, and at is the index of the fault, which is
// negative if the character began before p. A character that is cut off at the end of p is
// kept for the next call; end means that there is none. The decoder does not check this,
// because it would then refuse lone surrogates too.
func (s *source) valid(p []byte, end bool) (sound, at int, ok bool) {
	from := 0
	for s.parts > 0 && from < len(p) && !utf8.FullRune(s.part[:s.parts]) {
		s.part[s.parts] = p[from]
		s.parts++
		from++
	}
	if s.parts > 0 {
		switch r, size := utf8.DecodeRune(s.part[:s.parts]); {
		case !utf8.FullRune(s.part[:s.parts]) && !end:
			return 0, 0, true
		case r == utf8.RuneError && size < 2, size < s.parts:
			return max(from-1, 0), from - s.parts, false
		}
		s.parts = 0
	}
	if rest := p[from:]; !utf8.Valid(rest) {
		for len(rest) > 0 {
			r, size := utf8.DecodeRune(rest)
			if r == utf8.RuneError && size < 2 {
				if end || utf8.FullRune(rest) {
					bad := len(p) - len(rest)
					return bad, bad, false
				}
				s.parts = copy(s.part[:], rest)
				break
			}
			rest = rest[size:]
		}
	}
	return 0, 0, true
}
