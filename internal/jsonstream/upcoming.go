// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonscan"
)

// This file lets other goroutines read the values that come next, before the Reader itself comes to
// them: [Reader.Upcoming] shows the text, [Reader.Fork] makes the Readers for them, and
// [Reader.Pass] passes over a value that one of them has read.

// Place returns the offset of the next value in the Reader's input, and whether that value is an
// object or array that can be read from memory.
func (r *Reader) Place() (offset int64, ok bool) {
	if r.err != nil || r.in.open() || r.whole != nil || r.ahead() == 0 {
		return 0, false
	}
	return r.base + r.dec.InputOffset() + int64(r.unread+r.blank), true
}

// Upcoming returns the text from the next value on, which is an object or array that Place has found.
// It has n bytes, unless the input is shorter. The text is valid until the next call of another method.
func (r *Reader) Upcoming(n int) []byte {
	s := &r.src
	for s.to-s.from-r.blank < n {
		if s.fill() != nil {
			break
		}
	}
	text := s.window[s.from+r.blank : s.to]
	return text[:min(len(text), n)]
}

// Read returns the number of bytes of the input that were read so far.
func (r *Reader) Read() int64 { return r.src.n }

// Pass passes over the next value, which Place has found. A Reader of Fork has read it, so that it is
// known to be sound, and to have n bytes.
func (r *Reader) Pass(n int) {
	s := &r.src
	s.from += r.blank + n
	s.standIn = r.lead
	r.base += int64(r.blank + n - len(r.lead))
	r.looked = false
	if _, err := r.dec.ReadToken(); err != nil {
		r.fail(err)
	}
}

// Fork returns a Reader for values that are in memory, see [Reader.Take]. They are as deep in
// the document as the next value of r, and the same limits hold for them. Places in them are not those in
// the document. It is for another goroutine.
func (r *Reader) Fork() *Reader {
	f := &Reader{limits: r.limits, dec: new(jsontext.Decoder)} // of nothing: whoever reads on gets an error
	f.src.reader = f
	f.forked = r.dec.StackDepth()
	f.Watch(r.scan.WatchMin, r.scan.WatchMax, r.scan.Watch)
	return f
}

// Take makes the value that text begins with the next value of a Reader of Fork, if it is one that
// Load would read into memory, and is within the limits. It forgets the value before, and any error.
// It returns the length of the value.
func (r *Reader) Take(text []byte) (n int, ok bool) {
	r.err, r.in = nil, loaded{inside: r.in.inside[:0]}
	n, result := r.scan.Scan(text, r.forked)
	if result != jsonscan.Complete || n > loadLimit {
		return 0, false
	}
	v := r.load(text[:n:n], 0, r.forked)
	return n, !v.beyond
}
