// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"cmp"
	"errors"
	"io"
	"iter"
	"math"
	"sort"

	"github.com/go-json-experiment/json/jsontext"
)

// chunkSize is how much of a JSON form is handed over at once.
const chunkSize = 32 << 10

// Transcode returns a Reader of the JSON form of a document in another encoding, which write
// produces. The form is written in pieces while it is read, and goes through the same checks
// as any JSON: a field that the document has twice is a duplicate name. Offsets, also those of
// errors, are those that write has set with [Writer.At]; write limits the length of the
// document itself. An error of write is the Reader's; if it is an [Error], it keeps its
// offset.
//
// The Reader must be read to its end or to an error, or closed.
func Transcode(limits Limits, write func(*Writer) error) *Reader {
	limits.Bytes = math.MaxInt64 / 2
	f := &feed{}
	f.next, f.stop = iter.Pull(func(yield func(chunk) bool) {
		w := &Writer{yield: yield, feed: f}
		defer func() {
			if p := recover(); p != nil && p != errStopped {
				panic(p)
			}
			f.err = cmp.Or(w.err, f.err)
		}()
		f.err = write(w)
		w.flush()
	})
	r := NewReader(f, limits)
	r.feed = f
	return r
}

// errStopped unwinds a writer after its Reader was closed.
var errStopped = errors.New("the reader was closed")

// A Writer writes the JSON form of a document. Its first error is passed to the Reader. After
// the Reader was closed, the methods of the Writer do not return.
type Writer struct {
	yield func(chunk) bool
	feed  *feed
	text  []byte
	marks []mark
	base  int64 // offset of text[0] in the form
	at    int64
	comma bool
	err   error
}

// A mark is an offset in the form, and the offset in the document that it came from.
type mark struct{ form, document int64 }

// A chunk is a piece of the form.
type chunk struct {
	text  []byte
	marks []mark
}

// At sets the offset in the document of what is written next.
func (w *Writer) At(offset int64) { w.at = offset }

// Begin opens an object or array: '{' or '['.
func (w *Writer) Begin(open byte) {
	w.value()
	w.text = append(w.text, open)
	w.comma = false
}

// End closes an object or array: '}' or ']'.
func (w *Writer) End(end byte) {
	w.text = append(w.text, end)
	w.comma = true
}

// Name writes the name of a member.
func (w *Writer) Name(name []byte) {
	w.value()
	w.quote(name)
	w.text = append(w.text, ':')
	w.comma = false
}

// Member is [Writer.Name] for a name that is valid UTF-8 and needs no escapes.
func (w *Writer) Member(name string) {
	w.value()
	w.text = append(append(append(w.text, '"'), name...), '"', ':')
	w.comma = false
}

// Text writes a string. Invalid UTF-8 is an [ErrEncoding].
func (w *Writer) Text(s []byte) {
	w.value()
	w.quote(s)
}

// Null writes a null.
func (w *Writer) Null() {
	w.value()
	w.text = append(w.text, "null"...)
}

// Raw writes a value that is in JSON.
func (w *Writer) Raw(json []byte) {
	w.value()
	w.text = append(w.text, json...)
}

// value prepares for a value or a name.
func (w *Writer) value() {
	if len(w.text) >= chunkSize {
		w.flush()
	}
	if w.comma {
		w.text = append(w.text, ',')
	}
	w.comma = true
	w.marks = append(w.marks, mark{w.base + int64(len(w.text)), w.at})
}

func (w *Writer) quote(s []byte) {
	from := len(w.text)
	w.text = append(append(append(w.text, '"'), s...), '"')
	for _, b := range s {
		if plain[b] {
			continue
		}
		var err error
		if w.text, err = jsontext.AppendQuote(w.text[:from], s); err != nil && w.err == nil {
			w.err = &Error{Offset: w.at, Kind: ErrEncoding}
		}
		return
	}
}

// plain has the bytes that need neither an escape nor a check.
var plain = func() (t [256]bool) {
	for b := byte(' '); b < 0x80; b++ {
		t[b] = b != '"' && b != '\\'
	}
	return t
}()

func (w *Writer) flush() {
	if w.err != nil || !w.yield(chunk{w.text, w.marks}) {
		panic(errStopped)
	}
	w.base += int64(len(w.text))
	w.text = w.text[:0] // the Reader has copied it
	w.marks = w.feed.used(len(w.marks))
}

// A feed is the input of a Reader of a JSON form.
type feed struct {
	next func() (chunk, bool)
	stop func()
	err  error // of the writer
	text []byte

	ahead [][]mark // of chunks that were read and not yet located, in order
	free  []mark   // of a chunk that was located, to be used again
	marks []mark   // of the chunk in which offsets are located
	i     int      // mark located last
}

func (f *feed) Read(p []byte) (int, error) {
	for len(f.text) == 0 {
		c, ok := f.next()
		if !ok {
			if f.err != nil {
				return 0, f.err
			}
			return 0, io.EOF
		}
		f.text = c.text
		f.ahead = append(f.ahead, c.marks)
	}
	n := copy(p, f.text)
	f.text = f.text[n:]
	return n, nil
}

// used returns space for the marks of a chunk.
func (f *feed) used(n int) []mark {
	m := f.free
	f.free = nil
	if cap(m) == 0 {
		m = make([]mark, 0, n)
	}
	return m[:0]
}

// locate returns the offset in the document for an offset in the form: that of the last value
// that begins there or before. Offsets are asked for in ascending order, except for those of
// the last few values.
func (f *feed) locate(offset int64) int64 {
	for {
		for f.i+1 < len(f.marks) && f.marks[f.i+1].form <= offset {
			f.i++
		}
		if f.i+1 < len(f.marks) || !f.nextMarks(offset) {
			break
		}
	}
	if len(f.marks) == 0 {
		return 0
	}
	if f.marks[f.i].form > offset {
		i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].form > offset })
		return f.marks[max(i-1, 0)].document
	}
	return f.marks[f.i].document
}

// nextMarks proceeds to the marks of the next chunk if it begins at offset or before.
func (f *feed) nextMarks(offset int64) bool {
	for len(f.ahead) > 0 && len(f.ahead[0]) == 0 {
		f.ahead = f.ahead[1:]
	}
	if len(f.ahead) == 0 || f.ahead[0][0].form > offset {
		return false
	}
	f.free = f.marks
	f.marks, f.i = f.ahead[0], 0
	f.ahead = f.ahead[1:]
	return true
}
