// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// loadLimit is the length of the longest value that Load reads into memory.
const loadLimit = 256 << 10

// errTooLong stops jsontext from buffering more than loadLimit. Such an error does not change
// its state: the value is then read token by token.
var errTooLong = errors.New("value is too long to buffer")

// A loaded is a value in memory, and how far it was read. jsontext has checked it, so that it
// is read without checking again.
type loaded struct {
	text    []byte // nil if there is no value, or if it was read to its end
	pos     int    // what is read next
	offset  int64  // of text in the input
	depth   int    // objects and arrays around the value
	level   int    // objects and arrays of the value that are open
	nameEnd int    // closing quote of the name that more has found
	escapes bool   // strings may have escapes
	watched bool   // the value may contain a word of Watch
}

// open reports whether there is more of the value to be read.
func (v *loaded) open() bool { return v.text != nil }

// leave closes the innermost object or array.
func (v *loaded) leave() {
	v.pos++
	v.level--
	v.end()
}

// end drops the value if it was read to its end.
func (v *loaded) end() {
	if v.level == 0 {
		v.text = nil
	}
}

// Load reads the next value into memory if it is an object or array of no more than 256 KiB,
// so that the following calls read it faster. If it is anything else, or has a fault, Load
// does nothing: the following calls then read token by token, with the same results and
// errors.
func (r *Reader) Load() {
	if r.err != nil || r.in.open() {
		return
	}
	if k := r.dec.PeekKind(); k != '{' && k != '[' {
		return
	}
	r.src.stop = r.dec.InputOffset() + loadLimit
	text, err := r.dec.ReadValue()
	r.src.stop = 0
	if err != nil {
		return
	}
	escapes := bytes.IndexByte(text, '\\') >= 0
	r.in = loaded{text: text, offset: r.base + r.dec.InputOffset() - int64(len(text)), depth: r.dec.StackDepth(),
		escapes: escapes, watched: escapes || r.containsWatched(text)}
}

// Watch sets words to look for in each value that is loaded. It is called before anything is
// read.
func (r *Reader) Watch(words ...string) { r.watch = words }

// Watched reports whether the value that Load has loaded, or that is read within it, may
// contain one of the words of Watch. If no value is loaded, Watched returns true.
func (r *Reader) Watched() bool { return !r.in.open() || r.in.watched }

func (r *Reader) containsWatched(text []byte) bool {
	for _, word := range r.watch {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// Lacks reports whether the value that Load has loaded, and of which nothing was read yet,
// has no escapes and does not contain s. If no value is loaded, Lacks returns false.
func (r *Reader) Lacks(s string) bool {
	return r.in.open() && r.in.pos == 0 && !r.in.escapes && !bytes.Contains(r.in.text, []byte(s))
}

// Drop is [Reader.Skip] for values that are expected to be small, for which it is faster.
func (r *Reader) Drop() {
	if r.in.open() && r.err == nil && !r.in.escapes && r.in.pos > 0 { // within a loaded value
		if r.in.kind() != 0 {
			r.loadedSkipPlain()
		}
		return
	}
	r.Load()
	if r.in.open() && r.in.pos == 0 {
		r.in.text = nil
		return
	}
	r.Skip()
}

// kind returns the kind of the next token, as [Reader.Kind] does.
func (v *loaded) kind() jsontext.Kind {
	for v.pos < len(v.text) {
		if k := kinds[v.text[v.pos]]; k != 0 {
			return k
		}
		v.pos++
	}
	return 0
}

// kinds maps the first byte of a token to its kind, and what separates tokens to 0.
var kinds = func() (t [256]jsontext.Kind) {
	for i := range t {
		t[i] = jsontext.Kind(i)
	}
	for _, b := range " \t\r\n,:" {
		t[b] = 0
	}
	for _, b := range "-0123456789" {
		t[b] = '0'
	}
	return t
}()

// more is [Reader.More] for a loaded value. Members are the most frequent elements, so it also
// finds the end of the name that follows, if there is one.
func (v *loaded) more() bool {
	text, i := v.text, v.pos
	for kinds[text[i]] == 0 {
		i++
	}
	v.pos = i
	switch text[i] {
	case '"':
		for i++; text[i] != '"'; {
			i++
		}
		v.nameEnd = i
	case '}', ']':
		v.leave()
		return false
	}
	return true
}

// loadedName reads the name that more has found in a value without escapes.
func (r *Reader) loadedName() []byte {
	from, to := r.in.pos+1, r.in.nameEnd
	r.start = r.in.offset + int64(r.in.pos)
	if r.in.pos = to + 1; r.in.text[r.in.pos] == ':' {
		r.in.pos++
	}
	if int64(to-from+2) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil
	}
	return r.in.text[from:to]
}

// loadedPlain reads a string of a value without escapes, of which pos is the opening quote.
func (r *Reader) loadedPlain() []byte {
	from := r.in.pos + 1
	r.start = r.in.offset + int64(r.in.pos)
	n := bytes.IndexByte(r.in.text[from:], '"')
	r.in.pos = from + n + 1
	if b := r.in.text[r.in.pos]; b == ':' || b == ',' { // a container is open: something follows
		r.in.pos++
	}
	if int64(n+2) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil
	}
	return r.in.text[from : from+n]
}

// loadedToken reads a brace, a bracket or a scalar.
func (r *Reader) loadedToken() bool {
	switch r.in.kind() {
	case '{', '[':
		r.in.pos++
		if r.in.level++; r.in.depth+r.in.level > r.limits.Depth {
			r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
			return false
		}
	case '}', ']':
		r.in.leave()
	case '"':
		r.loadedString()
	default:
		for r.in.pos < len(r.in.text) && bytes.IndexByte([]byte(",]} \t\r\n"), r.in.text[r.in.pos]) < 0 {
			r.in.pos++
		}
	}
	return true
}

// loadedString reads the string at pos and returns it with its quotes, and whether it has
// escapes.
func (r *Reader) loadedString() (raw []byte, escaped bool) {
	from := r.in.pos
	i := from + 1
	for {
		i += bytes.IndexByte(r.in.text[i:], '"')
		if !r.in.escapes {
			break
		}
		// A quote after an odd number of backslashes is part of the string.
		n := i - 1
		for r.in.text[n] == '\\' {
			n--
		}
		if (i-n)%2 == 1 {
			escaped = bytes.IndexByte(r.in.text[from:i], '\\') >= 0
			break
		}
		i++
	}
	r.in.pos = i + 1
	if int64(r.in.pos-from) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
	}
	return r.in.text[from:r.in.pos], escaped
}

// loadedText reads the string at pos.
func (r *Reader) loadedText() ([]byte, bool) {
	r.start = r.in.offset + int64(r.in.pos)
	raw, escaped := r.loadedString()
	if !escaped {
		return raw[1 : len(raw)-1], true
	}
	return r.unquote(raw)
}

// loadedSkip skips one value. It needs no stack, because jsontext has checked which brackets
// belong together.
func (r *Reader) loadedSkip() {
	if r.in.kind() == 0 {
		return
	}
	if !r.in.escapes {
		r.loadedSkipPlain()
		return
	}
	for depth := 0; ; {
		switch r.in.text[r.in.pos] {
		case '"':
			r.loadedString()
		case '{', '[':
			r.in.pos++
			if depth++; depth+r.in.level+r.in.depth > r.limits.Depth {
				r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
				return
			}
			continue
		case '}', ']':
			r.in.pos++
			depth--
		case ' ', '\t', '\r', '\n', ',', ':':
			r.in.pos++
			continue
		default:
			r.loadedToken()
		}
		if depth == 0 {
			break
		}
	}
	r.in.end()
}

// loadedSkipPlain is loadedSkip for a loaded value without escapes.
func (r *Reader) loadedSkipPlain() {
	buf, i, depth := r.in.text, r.in.pos, 0
	for {
		switch kinds[buf[i]] {
		case 0:
			i++
			continue
		case '"':
			n := bytes.IndexByte(buf[i+1:], '"') + 2
			if int64(n) > r.limits.String {
				r.in.pos = i
				r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
				return
			}
			i += n
		case '{', '[':
			i++
			if depth++; depth+r.in.level+r.in.depth > r.limits.Depth {
				r.in.pos = i
				r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
				return
			}
		case '}', ']':
			i++
			depth--
		default: // a number or literal
			for i < len(buf) && kinds[buf[i]] != 0 && buf[i] != '}' && buf[i] != ']' {
				i++
			}
		}
		if depth == 0 {
			break
		}
	}
	r.in.pos = i
	r.in.end()
}
