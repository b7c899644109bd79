// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// loadLimit is the length of the longest value that Load buffers.
const loadLimit = 256 << 10

// errTooLong stops jsontext from buffering more than loadLimit. Such an error does
// not disturb its state: the value is then read token by token.
var errTooLong = errors.New("value is too long to buffer")

// Load buffers the next value if it is an object or array of no more than 256 KiB,
// and lets the following calls read it from the buffer, which is faster. In every
// other case, and if the value has a fault, it does nothing: the following calls
// read token by token, with the same results and errors.
func (r *Reader) Load() {
	if r.err != nil || r.buffered() {
		return
	}
	if raw, ok := r.load(); ok {
		escapes := bytes.IndexByte(raw, '\\') >= 0
		r.use(raw, r.base+r.dec.InputOffset()-int64(len(raw)), r.dec.StackDepth(), escapes, escapes || r.holds(raw))
	}
}

// load reads the next value if Load can buffer it. The bytes are valid until the
// next call.
func (r *Reader) load() (raw []byte, ok bool) {
	if k := r.dec.PeekKind(); k != '{' && k != '[' {
		return nil, false
	}
	r.src.stop = r.dec.InputOffset() + loadLimit
	raw, err := r.dec.ReadValue()
	r.src.stop = 0
	return raw, err == nil
}

// use makes raw, at an offset and a depth, what is read next.
func (r *Reader) use(raw []byte, offset int64, depth int, escapes, watched bool) {
	r.buf, r.pos, r.level = raw, 0, 0
	r.bufOff, r.depth, r.escapes, r.watched = offset, depth, escapes, watched
}

// Watch sets words that are looked for in values as they are loaded, in whatever place of
// them. It is called before anything is read.
func (r *Reader) Watch(words ...string) { r.watch = words }

// Watched reports whether the value that Load has buffered, or that is read within it, may
// hold one of the words of Watch. If it is not known, Watched returns true.
func (r *Reader) Watched() bool { return !r.buffered() || r.watched }

func (r *Reader) holds(raw []byte) bool {
	for _, word := range r.watch {
		if bytes.Contains(raw, []byte(word)) {
			return true
		}
	}
	return false
}

// buffered reports whether what is read next is buffered.
func (r *Reader) buffered() bool {
	return r.buf != nil || r.ahead != nil && r.nextAhead()
}

// Lacks reports whether the value that Load has buffered, and of which nothing was read
// yet, has no escapes and does not hold s. If it is not known, Lacks returns false.
func (r *Reader) Lacks(s string) bool {
	return r.buffered() && r.pos == 0 && !r.escapes && !bytes.Contains(r.buf, []byte(s))
}

// Drop is Skip for values that are expected to be small, for which it is faster.
func (r *Reader) Drop() {
	if r.buf != nil && r.err == nil && !r.escapes && r.pos > 0 { // within a buffered value
		if r.loadedKind() != 0 {
			r.loadedSkipPlain()
		}
		return
	}
	r.Load()
	if r.level == 0 && r.pos == 0 && r.buf != nil {
		r.buf = nil
		return
	}
	r.Skip()
}

// loadedKind is Kind within the buffer.
func (r *Reader) loadedKind() jsontext.Kind {
	for r.pos < len(r.buf) {
		if k := kinds[r.buf[r.pos]]; k != 0 {
			return k
		}
		r.pos++
	}
	return 0
}

// kinds maps the first byte of a token to its kind, and what stands between tokens
// to 0.
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

// loadedMore is More within the buffer. Members are what documents are made of, so
// it also finds the end of the name that follows, if one does.
func (r *Reader) loadedMore() bool {
	buf, i := r.buf, r.pos
	for kinds[buf[i]] == 0 {
		i++
	}
	r.pos = i
	switch buf[i] {
	case '"':
		for i++; buf[i] != '"'; {
			i++
		}
		r.nameEnd = i
	case '}', ']':
		r.pos++
		if r.level--; r.level == 0 {
			r.buf = nil
		}
		return false
	}
	return true
}

// loadedName reads the name that loadedMore has found in a buffer without escapes.
func (r *Reader) loadedName() []byte {
	from, to := r.pos+1, r.nameEnd
	r.start = r.bufOff + int64(r.pos)
	if r.pos = to + 1; r.buf[r.pos] == ':' {
		r.pos++
	}
	if int64(to-from+2) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil
	}
	return r.buf[from:to]
}

// loadedPlain reads the string at pos of a buffer without escapes.
func (r *Reader) loadedPlain() []byte {
	from := r.pos + 1
	r.start = r.bufOff + int64(r.pos)
	n := bytes.IndexByte(r.buf[from:], '"')
	r.pos = from + n + 1
	if b := r.buf[r.pos]; b == ':' || b == ',' { // a container is open: something follows
		r.pos++
	}
	if int64(n+2) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil
	}
	return r.buf[from : from+n]
}

// loadedToken reads a brace, bracket or scalar.
func (r *Reader) loadedToken() bool {
	switch r.loadedKind() {
	case '{', '[':
		r.pos++
		if r.level++; r.depth+r.level > r.limits.Depth {
			r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
			return false
		}
	case '}', ']':
		r.pos++
		if r.level--; r.level == 0 {
			r.buf = nil
		}
	case '"':
		r.loadedString()
	default:
		for r.pos < len(r.buf) && bytes.IndexByte([]byte(",]} \t\r\n"), r.buf[r.pos]) < 0 {
			r.pos++
		}
	}
	return true
}

// loadedString passes over the string at pos and returns it with its quotes, and
// whether it has escapes.
func (r *Reader) loadedString() (raw []byte, escaped bool) {
	from := r.pos
	i := from + 1
	for {
		i += bytes.IndexByte(r.buf[i:], '"')
		if !r.escapes {
			break
		}
		// A quote behind an odd number of backslashes is part of the string.
		n := i - 1
		for r.buf[n] == '\\' {
			n--
		}
		if (i-n)%2 == 1 {
			escaped = bytes.IndexByte(r.buf[from:i], '\\') >= 0
			break
		}
		i++
	}
	r.pos = i + 1
	if int64(r.pos-from) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
	}
	return r.buf[from:r.pos], escaped
}

// loadedText reads a string at which loadedKind has arrived.
func (r *Reader) loadedText() ([]byte, bool) {
	r.start = r.bufOff + int64(r.pos)
	raw, escaped := r.loadedString()
	if !escaped {
		return raw[1 : len(raw)-1], true
	}
	return r.unquote(raw)
}

// loadedSkip passes over one value. It does not nest deeper than jsontext allows,
// and needs no stack.
func (r *Reader) loadedSkip() {
	if r.loadedKind() == 0 {
		return
	}
	if !r.escapes {
		r.loadedSkipPlain()
		return
	}
	for depth := 0; ; {
		switch r.buf[r.pos] {
		case '"':
			r.loadedString()
		case '{', '[':
			r.pos++
			if depth++; depth+r.level+r.depth > r.limits.Depth {
				r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
				return
			}
			continue
		case '}', ']':
			r.pos++
			depth--
		case ' ', '\t', '\r', '\n', ',', ':':
			r.pos++
			continue
		default:
			r.loadedToken()
		}
		if depth == 0 {
			break
		}
	}
	if r.level == 0 {
		r.buf = nil
	}
}

// loadedSkipPlain is loadedSkip at a value in a buffer without escapes.
func (r *Reader) loadedSkipPlain() {
	buf, i, depth := r.buf, r.pos, 0
	for {
		switch kinds[buf[i]] {
		case 0:
			i++
			continue
		case '"':
			n := bytes.IndexByte(buf[i+1:], '"') + 2
			if int64(n) > r.limits.String {
				r.pos = i
				r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
				return
			}
			i += n
		case '{', '[':
			i++
			if depth++; depth+r.level+r.depth > r.limits.Depth {
				r.pos = i
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
	if r.pos = i; r.level == 0 {
		r.buf = nil
	}
}
