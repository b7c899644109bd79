// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// A source is the input of the decoder. It checks that it is valid UTF-8, counts it, and stops
// at the limits.
type source struct {
	r      io.Reader
	reader *Reader
	n      int64
	stop   int64             // where reading stops for now; 0 means nowhere
	err    error             // kept, because not every io.Reader returns its error twice
	part   [utf8.UTFMax]byte // the beginning of a character at the end of what was read
	parts  int
}

func (s *source) Read(p []byte) (int, error) {
	l := &s.reader.limits
	if s.err != nil {
		return 0, s.err
	}
	if s.stop > 0 && s.n >= s.stop {
		return 0, errTooLong
	}
	if s.n > l.Bytes {
		return 0, fmt.Errorf("%w: more than %d bytes of input", ErrLimit, l.Bytes)
	}
	// The decoder holds at most one token and one buffer after its last token.
	left := l.String + 64<<10 - (s.n - s.reader.dec.InputOffset())
	if left < 0 {
		return 0, fmt.Errorf("%w: %w: more than %d bytes", ErrLimit, errLong, l.String)
	}
	p = p[:min(int64(len(p)), left+1)]
	if s.n == 0 && s.reader.base == 0 {
		p = p[:min(len(p), 3)] // the messages of jsontext about the first character depend on it
	}
	n, err := s.r.Read(p)
	if sound, at, ok := s.valid(p[:n], err == io.EOF); !ok {
		n, err = sound, &Error{Offset: s.reader.locate(s.reader.base + s.n + int64(at)), Kind: ErrEncoding}
	}
	s.n += int64(n)
	s.err = err
	return n, err
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
