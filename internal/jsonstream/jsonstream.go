// SPDX-License-Identifier: Apache-2.0

// Package jsonstream reads JSON from hostile sources: token by token, with bounds,
// and with the place of every value.
//
// It is a thin layer over jsontext, which refuses what RFC 8259 leaves open and
// attackers use: duplicate object names, invalid UTF-8, data after the end. On top
// of that a [Reader] bounds the input's length, the nesting depth and the length of
// any one string, so that memory does not grow with the input.
//
// An escape of half a character ("\ud800", a lone surrogate) is valid JSON by RFC 8259,
// and some tools cut text so. A value that has one and is skipped does no harm; one that
// is read is an error, but by [Reader.TryLossyText].
//
// A Reader keeps its first error. After an error every method returns a zero value
// and More returns false, so that code reads straight on and checks Err once:
//
//	r := jsonstream.NewReader(src, jsonstream.Limits{})
//	if r.Enter('{') {
//		for r.More() {
//			switch string(r.Name()) {
//			case "name":
//				text, _ = r.Text()
//			default:
//				r.Skip()
//			}
//		}
//	}
//	if err := r.End(); err != nil { … }
//
// A Reader is for one goroutine.
package jsonstream

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The kinds of errors a [Reader] gives, for errors.Is.
var (
	ErrSyntax    = errors.New("not well-formed")
	ErrDuplicate = errors.New("duplicate object name")
	ErrEncoding  = errors.New("not valid UTF-8")
	ErrLimit     = errors.New("limit exceeded")
	ErrRead      = errors.New("cannot be read")
)

// Limits bound what a Reader accepts. A zero field means its default.
type Limits struct {
	Bytes  int64 // length of the input in bytes; default 4 GiB
	Depth  int   // nesting of objects and arrays; default 512, at most 9,000
	String int64 // length of one string or number in bytes; default 16 MiB
}

// Default limits.
const (
	DefaultBytes  = 4 << 30
	DefaultDepth  = 512
	DefaultString = 16 << 20
)

// An Error says what is wrong and where.
type Error struct {
	Pointer string // JSON Pointer of the innermost value being read
	Offset  int64  // bytes from the start of the input; -1 if that means nothing, as of a directory
	Kind    error  // one of the sentinels above
	Err     error  // the cause, may be nil
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Kind.Error()
	switch {
	case e.Offset < 0:
		s = fmt.Sprintf("at %q: %s", e.Pointer, s)
	case e.Pointer != "" || e.Offset > 0: // else it is about the whole input
		s = fmt.Sprintf("at %q (byte %d): %s", e.Pointer, e.Offset, s)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// A Reader reads one JSON text.
type Reader struct {
	dec     *jsontext.Decoder
	src     source
	limits  Limits
	err     error
	scratch []byte
	base    int64 // bytes before the decoder's input
	start   int64 // of the string read last

	// A value that Load has buffered, while it is being read. jsontext has
	// checked it, so it is walked without checking again.
	buf             []byte
	pos             int
	tolerate, lossy bool  // of lone surrogates
	bufOff          int64 // offset of buf[0]
	level           int   // objects and arrays of buf that are open
	nameEnd         int   // closing quote of the name that loadedMore found
	depth           int   // objects and arrays around buf
	escapes         bool  // buf has strings with escapes
	watched         bool  // buf may hold one of watch
	watch           []string

	ahead *ahead // while elements are loaded ahead
	feed  *feed  // of a document that is not JSON
}

// source counts and bounds what the decoder takes in.
type source struct {
	r      io.Reader
	reader *Reader
	n      int64
	stop   int64             // not to be read beyond for now; 0 means no bound
	err    error             // kept: not every reader gives its error twice
	part   [utf8.UTFMax]byte // the beginning of a character at the end of what was read
	parts  int
}

var (
	errLong   = errors.New("one string or number is too long")
	errClosed = errors.New("reading was given up")
)

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
	// What the decoder holds beyond its last token is one token at most, plus
	// what it read ahead.
	left := l.String + 64<<10 - (s.n - s.reader.dec.InputOffset())
	if left < 0 {
		return 0, fmt.Errorf("%w: %w: more than %d bytes", ErrLimit, errLong, l.String)
	}
	p = p[:min(int64(len(p)), left+1)]
	n, err := s.r.Read(p)
	if sound, at, ok := s.valid(p[:n], err == io.EOF); !ok {
		n, err = sound, &Error{Offset: s.reader.locate(s.reader.base + s.n + int64(at)), Kind: ErrEncoding}
	}
	s.n += int64(n)
	s.err = err
	return n, err
}

// valid reports whether p, which follows what was read before, is valid UTF-8. If not, sound
// is how much of p can be used, and at is where the fault begins, which may be before p. It
// keeps a character that p ends within, to go on with it; end says that nothing follows.
// The decoder is told to accept anything, for otherwise it would refuse lone surrogates.
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

// NewReader returns a Reader of one JSON text. A UTF-8 byte order mark at its
// start is passed over; offsets count it.
func NewReader(r io.Reader, limits Limits) *Reader {
	if limits.Bytes <= 0 {
		limits.Bytes = DefaultBytes
	}
	if limits.Depth <= 0 {
		limits.Depth = DefaultDepth
	}
	limits.Depth = min(limits.Depth, 9000) // jsontext stops at 10,000
	if limits.String <= 0 {
		limits.String = DefaultString
	}
	jr := &Reader{limits: limits}
	var bom [3]byte
	n, _ := io.ReadFull(r, bom[:])
	head := bom[:n]
	if string(head) == "\ufeff" {
		head, jr.base = nil, 3
	}
	jr.src = source{r: bufio.NewReaderSize(io.MultiReader(bytes.NewReader(head), r), 64<<10), reader: jr}
	jr.dec = jsontext.NewDecoder(&jr.src, jsontext.AllowInvalidUTF8(true)) // see source.valid
	return jr
}

// TryLossyText is TryText for strings that may have lone surrogates, which become the
// replacement character U+FFFD. Lossy says whether there was one.
func (r *Reader) TryLossyText() ([]byte, jsontext.Kind) {
	r.tolerate = true
	text, k := r.TryText()
	r.tolerate = false
	return text, k
}

// Lossy reports whether the string read last had a lone surrogate.
func (r *Reader) Lossy() bool { return r.lossy }

// Err returns the first error, or nil.
func (r *Reader) Err() error { return r.err }

// Pointer returns the JSON Pointer of the value read last; within a value that was
// loaded, the pointer of that value.
func (r *Reader) Pointer() string {
	if r.ahead != nil {
		return r.ahead.pointer()
	}
	return string(r.dec.StackPointer())
}

// Offset returns the offset just behind what was read last; in the JSON form of
// another encoding, that of the value read last.
func (r *Reader) Offset() int64 { return r.locate(r.offset()) }

// locate returns where in the document an offset of what is decoded is.
func (r *Reader) locate(offset int64) int64 {
	if r.feed == nil {
		return offset
	}
	return r.feed.locate(offset)
}

func (r *Reader) offset() int64 {
	if r.buf != nil {
		return r.bufOff + int64(r.pos)
	}
	if r.ahead != nil {
		return r.ahead.end
	}
	return r.base + r.dec.InputOffset()
}

// Fail makes err the Reader's error, at the place reached, unless it has one.
func (r *Reader) Fail(kind, err error) {
	if r.err == nil {
		r.err = &Error{Pointer: r.Pointer(), Offset: r.Offset(), Kind: kind, Err: err}
		r.stopAhead()
	}
}

// fail keeps an error of the decoder.
func (r *Reader) fail(err error) {
	if r.err != nil {
		return
	}
	e := &Error{Pointer: r.Pointer(), Offset: r.Offset(), Kind: ErrSyntax, Err: err}
	var syntax *jsontext.SyntacticError
	var ours *Error // of a writer of a JSON form
	switch {
	case errors.As(err, &ours):
		e.Offset, e.Kind, e.Err = ours.Offset, ours.Kind, ours.Err
	case errors.Is(err, ErrLimit):
		e.Kind = ErrLimit
		e.Err = trimLimit(err)
	case errors.As(err, &syntax):
		// The pointer of a SyntacticError can be wrong when the decoder's buffer
		// slides, so the stack's pointer stays; the offset is right.
		e.Offset, e.Err = r.locate(r.base+syntax.ByteOffset), syntax.Err
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			e.Kind = ErrDuplicate
			e.Err = fmt.Errorf("%q", syntax.JSONPointer.LastToken())
		case syntax.Err != nil && syntax.Err.Error() == "invalid UTF-8":
			e.Kind, e.Err = ErrEncoding, nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			e.Err = fmt.Errorf("the input ends too early: %w", io.ErrUnexpectedEOF)
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Err = fmt.Errorf("the input ends too early: %w", io.ErrUnexpectedEOF)
	default:
		e.Kind = ErrRead
	}
	r.err = e
}

// trimLimit drops the sentinel from the message, which the Error prints itself.
func trimLimit(err error) error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if msg, ok := bytes.CutPrefix([]byte(e.Error()), []byte(ErrLimit.Error()+": ")); ok {
			return errors.New(string(msg))
		}
	}
	return err
}

// Kind returns the kind of the next token without reading it: '{' '[' '"' '0' 't'
// 'f' 'n', the closing '}' and ']', or 0 at the end or on an error.
func (r *Reader) Kind() jsontext.Kind {
	if r.err != nil {
		return 0
	}
	if r.buffered() {
		return r.loadedKind()
	}
	return r.dec.PeekKind()
}

// Enter reads the opening brace or bracket of an object or array. If the next
// value is anything else, it is skipped and Enter returns false.
func (r *Reader) Enter(open jsontext.Kind) bool {
	if r.buf != nil && r.err == nil && r.loadedKind() == open && r.depth+r.level < r.limits.Depth {
		r.pos++
		r.level++
		return true
	}
	k := r.Kind()
	if k != open {
		if k == 0 {
			r.token()
		} else {
			r.Skip()
		}
		return false
	}
	return r.token()
}

// More reports whether the object or array entered last has another element. At
// its end More reads the closing brace or bracket.
func (r *Reader) More() bool {
	if r.buf != nil && r.err == nil {
		return r.loadedMore()
	}
	if r.ahead != nil && r.nextAhead() {
		return true
	}
	switch r.Kind() {
	case '}', ']':
		r.token()
		return false
	case 0:
		r.token() // finds the error
		if r.err == nil {
			r.Fail(ErrSyntax, io.ErrUnexpectedEOF)
		}
		return false
	}
	return true
}

func (r *Reader) token() bool {
	if r.err != nil {
		return false
	}
	if r.buffered() {
		return r.loadedToken()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		r.fail(err)
		return false
	}
	if d := r.dec.StackDepth(); d > r.limits.Depth {
		r.Fail(ErrLimit, fmt.Errorf("objects and arrays are nested more than %d deep", r.limits.Depth))
		return false
	}
	return true
}

// Name reads an object member's name, after More has said that there is one. The
// bytes are valid until the next call.
func (r *Reader) Name() []byte {
	if r.buf != nil && r.err == nil && !r.escapes {
		return r.loadedName()
	}
	b, _ := r.text()
	return b
}

// TryText reads a string as Text does and returns the kind '"'. It leaves any other
// value unread and returns its kind.
func (r *Reader) TryText() ([]byte, jsontext.Kind) {
	r.lossy = false
	if r.buf != nil && r.err == nil && !r.escapes && r.loadedKind() == '"' {
		return r.loadedPlain(), '"'
	}
	k := r.Kind()
	if k != '"' {
		return nil, k
	}
	b, ok := r.text()
	if !ok {
		return nil, 0
	}
	return b, k
}

// Text reads a string and returns it with its escapes decoded, and true. The bytes
// are valid until the next call. If the next value is not a string, it is skipped
// and Text returns false.
func (r *Reader) Text() ([]byte, bool) {
	if k := r.Kind(); k != '"' {
		if k == 0 {
			r.token()
		} else {
			r.Skip()
		}
		return nil, false
	}
	return r.text()
}

func (r *Reader) text() ([]byte, bool) {
	r.lossy = false
	if r.err != nil {
		return nil, false
	}
	if r.buffered() {
		return r.loadedText()
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		r.fail(err)
		return nil, false
	}
	if int64(len(raw)) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil, false
	}
	r.start = r.offset() - int64(len(raw))
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], true
	}
	return r.unquote(raw)
}

// unquote decodes a string of which the decoder has checked all but its surrogates.
func (r *Reader) unquote(raw []byte) ([]byte, bool) {
	var err error
	r.scratch, err = jsontext.AppendUnquote(r.scratch[:0], raw)
	if err != nil && !r.tolerate {
		r.Fail(ErrSyntax, errors.New("an escape of half a character (a lone surrogate) in a string"))
		return nil, false
	}
	r.lossy = err != nil
	return r.scratch, true
}

// Number reads a number and returns it as written. The bytes are valid until the
// next call. If the next value is not a number, it is skipped and Number returns nil.
func (r *Reader) Number() []byte {
	if r.Kind() != '0' {
		r.Skip()
		return nil
	}
	if r.buffered() {
		from := r.pos
		r.loadedToken()
		return r.buf[from:r.pos]
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		r.fail(err)
		return nil
	}
	return raw
}

// TextOffset returns the offset of the opening quote of the string read last.
func (r *Reader) TextOffset() int64 { return r.locate(r.start) }

// Skip reads the next value and drops it, whatever it is, within the limits.
func (r *Reader) Skip() {
	if r.err != nil { // what is buffered may have been read to its end
		return
	}
	if r.buffered() {
		r.loadedSkip()
		return
	}
	depth := r.dec.StackDepth()
	for r.token() {
		if r.dec.StackDepth() <= depth {
			return
		}
	}
}

// End checks that nothing but white space follows and returns the Reader's error.
func (r *Reader) End() error {
	defer r.Close()
	r.endAhead()
	if r.err != nil {
		return r.err
	}
	if _, err := r.dec.ReadToken(); err != io.EOF {
		if err == nil {
			r.Fail(ErrSyntax, errors.New("data after the end of the document"))
		} else {
			r.fail(err)
		}
	}
	return r.err
}

// TopLevel yields the names of the members of the object at the start of head and
// the kinds of their values, as far as head goes. It is for finding out what a
// document is; it checks nothing.
func TopLevel(head []byte) iter.Seq2[string, jsontext.Kind] {
	return func(yield func(string, jsontext.Kind) bool) {
		head = bytes.TrimPrefix(head, []byte("\ufeff"))
		d := jsontext.NewDecoder(bytes.NewReader(head), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
			return
		}
		for d.PeekKind() == '"' {
			t, err := d.ReadToken()
			if err != nil {
				return
			}
			name := t.String()
			if !yield(name, d.PeekKind()) || d.SkipValue() != nil {
				return
			}
		}
	}
}
