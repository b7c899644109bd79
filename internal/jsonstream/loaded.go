// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonscan"
)

const (
	// loadLimit is the length of the longest value that Load reads into memory.
	loadLimit = 256 << 10
	// maxBlank is the most white space before a value that Load passes over.
	maxBlank = 4 << 10
)

// A loaded is a value in memory that was checked, and how far it was read.
type loaded struct {
	text    []byte // nil if there is no value, or if it was read to its end
	tokens  []jsonscan.Token
	next    int   // the token that is read next
	end     int   // the token after the innermost object or array that is open
	pos     int   // the end in text of what was read last
	inside  []int // the objects and arrays that are open
	offset  int64 // of text in the input
	depth   int   // objects and arrays around the value
	escapes bool  // strings may have escapes
	beyond  bool  // something in the value exceeds a limit
	watched []uint32
	more    bool // watched does not have all names
}

// open reports whether there is more of the value to be read.
func (v *loaded) open() bool { return v.text != nil }

// leave closes the innermost object or array.
func (v *loaded) leave() {
	top := len(v.inside) - 1
	v.pos = int(v.tokens[v.inside[top]].End)
	v.inside = v.inside[:top]
	if top == 0 {
		v.text = nil
		return
	}
	v.end = v.tokens[v.inside[top-1]].Next()
}

// pass goes to the token after the next one and all that is inside that.
func (v *loaded) pass() *jsonscan.Token {
	t := &v.tokens[v.next]
	v.pos, v.next = int(t.End), t.Next()
	if len(v.inside) == 0 {
		v.text = nil
	}
	return t
}

// ahead returns the kind of the next value if that is an object or array that the decoder did not get
// yet, after the separators that belong there; otherwise it returns 0.
func (r *Reader) ahead() jsontext.Kind {
	if r.looked {
		return r.aheadKind
	}
	r.looked, r.aheadKind, r.lead = true, 0, "null"
	separator, ok := r.separator()
	if !ok {
		return 0
	}
	s := &r.src
	for n := 0; n < maxBlank; n++ {
		if s.from+n == s.to && s.fill() != nil {
			return 0
		}
		switch c := s.window[s.from+n]; {
		case isBlank(c):
		case c == separator && c != 0:
			if separator = 0; c == ',' {
				r.lead = ",null"
			} else {
				r.lead = ":null"
			}
		case (c == '{' || c == '[') && separator == 0:
			r.aheadKind, r.blank = jsontext.Kind(c), n
			return r.aheadKind
		default:
			return 0
		}
	}
	return 0
}

// separator returns the separator that the source has to have before the next value: a comma, a
// colon, or 0 if the decoder has read it or none belongs there. It reports false if no value can
// be next, or if the decoder has read a part of one.
func (r *Reader) separator() (byte, bool) {
	separator := byte(0)
	switch kind, n := r.dec.StackIndex(r.dec.StackDepth()); {
	case kind == '[':
		if n > 0 {
			separator = ','
		}
	case kind == '{' && n%2 == 1:
		separator = ':'
	case kind == '{' || n > 0:
		return 0, false
	}
	r.unread = 0
	for _, c := range r.dec.UnreadBuffer() {
		r.unread++
		switch {
		case isBlank(c):
		case c == separator && c != 0:
			separator = 0
		default:
			return 0, false
		}
	}
	return separator, true
}

// isBlank reports whether a byte is white space of JSON.
func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// Load reads the next value into memory if it is an object or array of no more than 256 KiB, so
// that the following calls read it faster. If it is anything else, or has a fault, Load
// does nothing: the following calls then read token by token, with the same results and
// errors.
//
// The decoder does not see a value that is loaded. It gets a null in its place.
func (r *Reader) Load() {
	if r.err != nil || r.in.open() || r.ahead() == 0 {
		return
	}
	s := &r.src
	depth := r.dec.StackDepth()
	n, result := r.scan.Scan(s.window[s.from+r.blank:s.to], depth)
	for result == jsonscan.Short {
		had := s.to - s.from - r.blank
		for want := min(2*had, loadLimit+1); s.to-s.from-r.blank < want; {
			if s.fill() != nil {
				break
			}
		}
		if had >= loadLimit || s.to-s.from-r.blank == had {
			return
		}
		n, result = r.scan.Scan(s.window[s.from+r.blank:s.to], depth)
	}
	if result != jsonscan.Complete || n > loadLimit {
		return
	}
	from := s.from + r.blank
	offset := r.base + r.dec.InputOffset() + int64(r.unread+r.blank)
	if r.Pass(n); r.err != nil {
		return
	}
	r.load(s.window[from:from+n:from+n], offset, depth)
}

// load makes a value that was scanned the one that is read.
func (r *Reader) load(text []byte, offset int64, depth int) *loaded {
	r.in = loaded{text: text, tokens: r.scan.Tokens, end: len(r.scan.Tokens), inside: r.in.inside[:0],
		offset: offset, depth: depth, escapes: r.scan.Escapes, watched: r.scan.Watched, more: r.scan.MoreWatched(),
		beyond: depth+r.scan.Depth > r.limits.Depth || int64(r.scan.Longest) > r.limits.String}
	return &r.in
}

// Watch sets which names of members [Reader.Watched] looks for, among those of min to max bytes. It is
// called before anything is read.
func (r *Reader) Watch(min, max int, is func(name []byte) bool) {
	r.scan.Watch, r.scan.WatchMin, r.scan.WatchMax = is, min, max
}

// Watched reports whether the next value, which was loaded, or is within one that was, may contain a
// member that Watch looks for. If it was not loaded, Watched returns true.
func (r *Reader) Watched() bool {
	v := &r.in
	if !v.open() || v.more || v.next >= v.end {
		return true
	}
	to := uint32(v.tokens[v.next].Next())
	for _, name := range v.watched {
		if name >= uint32(v.next) && name < to {
			return true
		}
	}
	return false
}

// Drop is [Reader.Skip] for values that are expected to be small, for which it is faster.
func (r *Reader) Drop() {
	if !r.in.open() {
		r.Load()
	}
	r.Skip()
}

// kind returns the kind of the next token, as [Reader.Kind] does.
func (v *loaded) kind() jsontext.Kind {
	if v.next < v.end {
		v.pos = int(v.tokens[v.next].Start)
	} else {
		v.pos = int(v.tokens[v.inside[len(v.inside)-1]].End) - 1
	}
	return kinds[v.text[v.pos]]
}

// kinds maps the first byte of a token to its kind.
var kinds = func() (t [256]jsontext.Kind) {
	for i := range t {
		t[i] = jsontext.Kind(i)
	}
	for _, b := range "-0123456789" {
		t[b] = '0'
	}
	return t
}()

// loadedMore is [Reader.More] for a loaded value.
func (v *loaded) loadedMore() bool {
	if v.next >= v.end {
		v.leave()
		return false
	}
	v.pos = int(v.tokens[v.next].Start)
	return true
}

// nextIsPlain reports whether loadedPlain can read the next value, as it can nearly always.
func (r *Reader) nextIsPlain() bool {
	v := &r.in
	return v.text != nil && r.err == nil && !v.escapes && v.next < v.end && v.text[v.tokens[v.next].Start] == '"'
}

// loadedPlain reads the next string of a value without escapes.
func (r *Reader) loadedPlain() []byte {
	v := &r.in
	text := v.text
	t := v.pass()
	r.lossy = false
	r.start = v.offset + int64(t.Start)
	if v.pos < len(text) && (text[v.pos] == ':' || text[v.pos] == ',') {
		v.pos++
	}
	if v.beyond && int64(t.End-t.Start) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil
	}
	return text[t.Start+1 : t.End-1]
}

// loadedToken reads a brace, a bracket or a scalar.
func (r *Reader) loadedToken() bool {
	v := &r.in
	switch v.kind() {
	case '{', '[':
		v.inside = append(v.inside, v.next)
		v.end = v.tokens[v.next].Next()
		v.next++
		v.pos++
		if v.depth+len(v.inside) > r.limits.Depth {
			r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
			return false
		}
	case '}', ']':
		v.leave()
	case '"':
		r.loadedText()
	default:
		v.pass()
	}
	return true
}

// loadedText reads the next string.
func (r *Reader) loadedText() ([]byte, bool) {
	v := &r.in
	text := v.text
	t := v.pass()
	r.start = v.offset + int64(t.Start)
	if v.beyond && int64(t.End-t.Start) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil, false
	}
	if t.Escaped() {
		return r.unquote(text[t.Start:t.End])
	}
	return text[t.Start+1 : t.End-1], true
}

// loadedSkip skips one value.
func (r *Reader) loadedSkip() {
	v := &r.in
	if k := v.kind(); k == '}' || k == ']' {
		v.leave()
		return
	}
	if v.beyond && !r.withinLimits() {
		return
	}
	v.pass()
}

// withinLimits checks the limits in the next value.
func (r *Reader) withinLimits() bool {
	v := &r.in
	var ends []int
	for i, to := v.next, v.tokens[v.next].Next(); i < to; i++ {
		t := &v.tokens[i]
		for len(ends) > 0 && i >= ends[len(ends)-1] {
			ends = ends[:len(ends)-1]
		}
		switch v.text[t.Start] {
		case '{', '[':
			if ends = append(ends, t.Next()); v.depth+len(v.inside)+len(ends) > r.limits.Depth {
				v.pos = int(t.Start) + 1
				r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
				return false
			}
		case '"':
			if int64(t.End-t.Start) > r.limits.String {
				v.pos = int(t.Start)
				r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
				return false
			}
		}
	}
	return true
}
