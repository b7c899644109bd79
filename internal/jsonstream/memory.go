// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/peek"
)

// A decoder reads a text that is in memory in place, and is used for further texts after that.
type decoder struct {
	jsontext.Decoder
	text bytes.Buffer // which a jsontext.Decoder does not copy, and does not change
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

func decoderOf(text []byte, opts []jsontext.Options) *decoder {
	d := decoders.Get().(*decoder)
	d.text = *bytes.NewBuffer(text)
	d.Reset(&d.text, opts...)
	return d
}

// release gives the decoder back, without its text.
func (d *decoder) release() {
	d.text = bytes.Buffer{}
	d.Reset(&d.text)
	decoders.Put(d)
}

// Options of decoders. A source checks what they allow, and detection of a format checks nothing.
var (
	readOptions   = []jsontext.Options{jsontext.AllowInvalidUTF8(true)} // see source.valid
	detectOptions = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
)

const bom = "\ufeff"

// open sets the input of a Reader, and reports whether it is read in place.
func (r *Reader) open(in io.Reader) bool {
	if p, ok := in.(peek.Peeker); ok {
		text, err := p.Peek(peek.Size)
		switch {
		case errors.Is(err, bufio.ErrBufferFull): // less is read at once than from other readers
		case err == nil || err == io.EOF:
			if r.skipBOM(text); err == io.EOF && r.sound(text[r.base:]) {
				r.inPlace(p, text)
				return true
			}
			_, _ = p.Discard(int(r.base)) // no error: they are in the buffer
			r.src.r = p
			return false
		default: // a bufio.Reader returns it once
			in = io.MultiReader(bytes.NewReader(bytes.Clone(text)), errorReader{err})
		}
	}
	r.buffer = peek.NewReader(in)
	head, _ := r.buffer.Peek(len(bom))
	r.skipBOM(head)
	_, _ = r.buffer.Discard(int(r.base))
	r.src.r = r.buffer
	return false
}

func (r *Reader) skipBOM(head []byte) {
	if bytes.HasPrefix(head, []byte(bom)) {
		r.base = int64(len(bom))
	}
}

// sound reports whether reading a whole text in place gives the same results and errors as reading
// it through a source.
func (r *Reader) sound(text []byte) bool {
	if n := int64(len(text)); n == 0 || n > r.limits.Bytes || n > r.limits.String {
		return false
	}
	for _, b := range text[:min(len(text), 3)] {
		if b >= utf8.RuneSelf { // see source.Read
			return false
		}
	}
	return utf8.Valid(text)
}

// inPlace makes the Reader read a text in place, which is all that in has.
func (r *Reader) inPlace(in peek.Peeker, text []byte) {
	r.src.r, r.size = in, len(text)
	r.memory = decoderOf(text[r.base:], readOptions)
	r.dec = &r.memory.Decoder
}

// An errorReader has an error.
type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

// spend releases the decoder and the buffer of a Reader. It keeps its place.
func (r *Reader) spend() {
	if r.buffer != nil {
		r.buffer.Release()
	}
	if r.memory != nil {
		r.at, r.end = r.Pointer(), r.offset()
		r.in = loaded{}
		r.dec = new(jsontext.Decoder) // of nothing: whoever reads on gets an error
		r.memory.release()
		r.memory, r.spent = nil, true
		if in, ok := r.src.r.(peek.Peeker); ok { // the text was read, and its reader has yet to know that
			_, _ = in.Discard(r.size)
		}
	}
}
