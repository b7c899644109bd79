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

	"github.com/clause76/clause76/internal/jsonscan"
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

// scanners have the memory of scanners of short documents.
var scanners = sync.Pool{New: func() any { return new(jsonscan.Scanner) }}

// Options of decoders. A source checks what they allow, and detection of a format checks nothing.
var (
	readOptions   = []jsontext.Options{jsontext.AllowInvalidUTF8(true)} // see source.valid
	detectOptions = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
)

const bom = "\ufeff"

// open sets the input of a Reader. If the input is short, and in the buffer in which its format was
// detected, that buffer is the window.
func (r *Reader) open(in io.Reader) {
	p, ok := in.(peek.Peeker)
	if !ok {
		r.readFrom(in, nil)
		return
	}
	text, err := p.Peek(peek.Size)
	switch {
	case err == nil, errors.Is(err, bufio.ErrBufferFull):
		r.readFrom(p, nil)
	case err != io.EOF: // a bufio.Reader returns it once
		r.readFrom(bytes.NewReader(bytes.Clone(text)), err)
	default:
		r.skipBOM(text)
		if text = text[r.mark:]; r.sound(text) {
			n := len(text)
			r.scan = *scanners.Get().(*jsonscan.Scanner)
			r.whole, r.src.window, r.src.to, r.src.n, r.src.err = p, text, n, int64(n), io.EOF
			return
		}
		r.readFrom(p, nil)
	}
}

// readFrom makes the Reader read in, and then the error, if it is not nil. The first bytes come
// alone: the messages of jsontext about the first character depend on it.
func (r *Reader) readFrom(in io.Reader, err error) {
	var head [len(bom)]byte
	n, _ := io.ReadFull(in, head[:])
	if r.skipBOM(head[:n]); r.mark > 0 {
		n = 0
	}
	r.src.r = io.MultiReader(bytes.NewReader(head[:n]), in)
	if err != nil {
		r.src.r = io.MultiReader(r.src.r, errorReader{err})
	}
}

func (r *Reader) skipBOM(head []byte) {
	if bytes.HasPrefix(head, []byte(bom)) {
		r.mark, r.base = int64(len(bom)), int64(len(bom))
	}
}

// sound reports whether reading a whole text in place gives the same results and errors as reading
// it through a source.
func (r *Reader) sound(text []byte) bool {
	if n := int64(len(text)); n == 0 || n > r.limits.Bytes || n > r.limits.String {
		return false
	}
	for _, b := range text[:min(len(text), 3)] {
		if b >= utf8.RuneSelf { // see readFrom
			return false
		}
	}
	return utf8.Valid(text)
}

// An errorReader has an error.
type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

// spend gives up the window of a Reader that reads in place, and the memory of its scanner. It keeps
// its place.
func (r *Reader) spend() {
	if r.whole == nil {
		return
	}
	r.at, r.end, r.spent = r.Pointer(), r.offset(), true
	scan := r.scan.Emptied()
	scanners.Put(&scan)
	r.scan = jsonscan.Scanner{}
	r.in, r.src.window, r.src.from, r.src.to = loaded{}, nil, 0, 0
	r.dec, r.looked = new(jsontext.Decoder), false // of nothing: whoever reads on gets an error
	_, _ = r.whole.Discard(int(r.src.n + r.mark))  // it was read, and its reader has yet to know that
	r.whole = nil
}
