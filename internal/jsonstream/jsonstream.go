// SPDX-License-Identifier: Apache-2.0

// Package jsonstream reads JSON from untrusted sources token by token, with limits and with
// the place of every value.
//
// It is a thin layer over jsontext, which rejects what RFC 8259 leaves open and attackers
// use: duplicate object names, invalid UTF-8, data after the end. A [Reader] also limits the
// length of the input, the nesting depth and the length of a string, so that memory does not
// grow with the input.
//
// Half a character in an escape ("\ud800", a lone surrogate) is valid JSON by RFC 8259, and
// some tools cut text off in that way. A string that has one may be skipped; reading it is an
// error, except with [Reader.TryLossyText].
//
// A Reader keeps its first error. After an error every method returns a zero value and More
// returns false, so that a caller reads on and checks Err once:
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
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonscan"
	"github.com/clause76/clause76/internal/peek"
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

// A Reader reads one JSON text.
type Reader struct {
	dec     *jsontext.Decoder
	src     source
	limits  Limits
	err     error
	scratch []byte
	mark    int64 // length of the byte order mark
	base    int64 // bytes before the decoder's input, and those that it did not see
	start   int64 // offset of the string read last

	tolerate bool // accept lone surrogates
	lossy    bool // the string read last had one

	// in is the value that Load has read into memory. While it is open, everything is read
	// from it, and otherwise from dec.
	in   loaded
	scan jsonscan.Scanner

	// What is known about the next value, see ahead.
	looked    bool
	aheadKind jsontext.Kind
	unread    int    // bytes before the value that the decoder has and did not read
	blank     int    // bytes in the window before the value
	lead      string // what the decoder gets instead of the value

	feed *feed // if the document is not in JSON

	whole  peek.Peeker // has the window, which is the whole input; nil if the input is read in pieces
	forked int         // objects and arrays around the values of a Reader of Fork
	spent  bool        // the Reader was closed, at this place
	at     string
	end    int64
}

var errLong = errors.New("one string or number is too long")

// NewReader returns a Reader of one JSON text. A UTF-8 byte order mark at its start is
// skipped; offsets count it.
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
	jr.src = source{reader: jr}
	jr.open(r)
	jr.dec = jsontext.NewDecoder(&jr.src, readOptions...)
	return jr
}

// TryLossyText is [Reader.TryText] for strings that may have lone surrogates, which become
// the replacement character U+FFFD. [Reader.Lossy] reports whether there was one.
func (r *Reader) TryLossyText() ([]byte, jsontext.Kind) {
	if r.nextIsPlain() {
		return r.loadedPlain(), '"'
	}
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
	if r.spent {
		return r.at
	}
	return string(r.dec.StackPointer())
}

// Loaded reports whether a value that was loaded is being read. As long as it is, Pointer returns the
// same.
func (r *Reader) Loaded() bool { return r.in.open() }

// Offset returns the offset of the end of what was read last; in the JSON form of another
// encoding, the offset of the value read last.
func (r *Reader) Offset() int64 { return r.locate(r.offset()) }

// locate returns the place in the document of an offset in its JSON form.
func (r *Reader) locate(offset int64) int64 {
	if r.feed == nil {
		return offset
	}
	return r.feed.locate(offset)
}

func (r *Reader) offset() int64 {
	if r.spent {
		return r.end
	}
	if r.in.open() {
		return r.in.offset + int64(r.in.pos)
	}
	return r.base + r.dec.InputOffset()
}

// Fail makes err the Reader's error, at the place that it has reached, unless it has an error
// already.
func (r *Reader) Fail(kind, err error) {
	if r.err == nil {
		r.err = &Error{Pointer: r.Pointer(), Offset: r.Offset(), Kind: kind, Err: err}
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
	if r.in.open() {
		return r.in.kind()
	}
	if k := r.ahead(); k != 0 {
		return k
	}
	return r.dec.PeekKind()
}

// Enter reads the opening brace or bracket of an object or array. Any other value is skipped,
// and Enter returns false.
func (r *Reader) Enter(open jsontext.Kind) bool {
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

// More reports whether the object or array entered last has another element. At its end More
// reads the closing brace or bracket.
func (r *Reader) More() bool {
	if r.in.open() && r.err == nil {
		return r.in.loadedMore()
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
	if r.in.open() {
		return r.loadedToken()
	}
	r.looked = false
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

// Name reads the name of a member, after More has returned true. The bytes are valid until
// the next call.
func (r *Reader) Name() []byte {
	if r.in.open() && r.err == nil && !r.in.escapes {
		return r.loadedPlain()
	}
	b, _ := r.text()
	return b
}

// TryText reads a string as [Reader.Text] does and returns the kind '"'. It does not read
// any other value, and returns its kind.
func (r *Reader) TryText() ([]byte, jsontext.Kind) {
	if r.nextIsPlain() {
		return r.loadedPlain(), '"'
	}
	r.lossy = false
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

// Text reads a string and returns it with its escapes decoded, and true. The bytes are valid
// until the next call. Any other value is skipped, and Text returns false.
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
	if r.in.open() {
		return r.loadedText()
	}
	raw, ok := r.raw()
	if !ok {
		return nil, false
	}
	r.start = r.offset() - int64(len(raw))
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1], true
	}
	return r.unquote(raw)
}

// raw reads a string from the decoder, with its quotes and escapes.
func (r *Reader) raw() ([]byte, bool) {
	r.looked = false
	raw, err := r.dec.ReadValue()
	if err != nil {
		r.fail(err)
		return nil, false
	}
	if int64(len(raw)) > r.limits.String {
		r.Fail(ErrLimit, fmt.Errorf("%w: more than %d bytes", errLong, r.limits.String))
		return nil, false
	}
	return raw, true
}

// unquote decodes a string. The decoder has checked everything but its surrogates.
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

// Number reads a number and returns it as written. The bytes are valid until the next call.
// Any other value is skipped, and Number returns nil.
func (r *Reader) Number() []byte {
	if r.Kind() != '0' {
		r.Skip()
		return nil
	}
	if r.in.open() {
		text := r.in.text
		t := r.in.pass()
		return text[t.Start:t.End]
	}
	r.looked = false
	raw, err := r.dec.ReadValue()
	if err != nil {
		r.fail(err)
		return nil
	}
	return raw
}

// TextOffset returns the offset of the opening quote of the string read last.
func (r *Reader) TextOffset() int64 { return r.locate(r.start) }

// Skip reads the next value, of any kind, and drops it. The limits hold for it too.
func (r *Reader) Skip() {
	if r.err != nil { // a loaded value may have been read to its end
		return
	}
	if r.in.open() {
		r.loadedSkip()
		return
	}
	depth := r.dec.StackDepth()
	for {
		if r.Kind() == '"' {
			r.raw()
		} else {
			r.token()
		}
		if r.err != nil || r.dec.StackDepth() <= depth {
			return
		}
	}
}

// Close ends the writer of [Transcode]. A Reader that reads in place cannot read on. It is for a
// Reader that is not read to its end.
func (r *Reader) Close() {
	r.spend()
	if r.feed != nil {
		r.feed.stop()
	}
}

// End checks that only white space follows, closes the Reader and returns its error.
func (r *Reader) End() error {
	defer r.Close()
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

// TopLevel yields the names of the members of the object that head begins with, and the kinds
// of their values, up to the end of head. It is for detecting the format of a document, and
// checks nothing.
func TopLevel(head []byte) iter.Seq2[string, jsontext.Kind] {
	return func(yield func(string, jsontext.Kind) bool) {
		head = bytes.TrimPrefix(head, []byte("\ufeff"))
		d := decoderOf(head, detectOptions)
		defer d.release()
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
