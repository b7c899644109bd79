// SPDX-License-Identifier: Apache-2.0

package jsonstream

import (
	"bytes"
	"strconv"
	"strings"
)

// aheadBatch is how many bytes of elements are handed over at once.
const aheadBatch = 64 << 10

// ahead is a second goroutine that loads the elements of an array while those
// before them are being read. Until batches is closed, the decoder is its own.
type ahead struct {
	batches chan batch
	free    chan batch // read, to be filled again
	quit    chan struct{}
	batch   batch  // being read
	next    int    // element of batch
	index   int    // of the element read last, -1 before the first
	array   string // pointer of the array
	depth   int    // objects and arrays around an element
	end     int64  // offset behind what was read last
	fault   any    // what the goroutine panicked with
}

// A batch is elements one behind the other.
type batch struct {
	text     []byte
	elements []loaded
}

// loaded is a value that Load would have buffered.
type loaded struct {
	from, to int
	offset   int64
	escapes  bool
	watched  bool
}

// Ahead makes a second goroutine load the elements that follow in the array that is
// being read, while others are being read, up to the first that Load would not
// buffer. It is called between elements and changes no result and no error. The
// goroutine has ended when the array's last element has been read, after an error,
// and after Close. Within a loaded value, and while it is at work, Ahead does nothing.
func (r *Reader) Ahead() {
	if r.err != nil || r.buf != nil || r.ahead != nil {
		return
	}
	a := &ahead{batches: make(chan batch, 2), free: make(chan batch, 2), quit: make(chan struct{}),
		array: r.Pointer(), depth: r.dec.StackDepth(), end: r.offset()}
	kind, read := r.dec.StackIndex(a.depth)
	if kind != '[' {
		return
	}
	a.index = int(read) - 1
	if read > 0 {
		a.array = a.array[:strings.LastIndexByte(a.array, '/')]
	}
	r.ahead = a
	go r.readAhead(a)
}

func (r *Reader) readAhead(a *ahead) {
	defer close(a.batches)
	defer func() { a.fault = recover() }()
	for more := true; more; {
		var b batch
		select {
		case b = <-a.free:
			b.text, b.elements = b.text[:0], b.elements[:0]
		default:
		}
		for more && len(b.text) < aheadBatch {
			var raw []byte
			if raw, more = r.load(); more {
				from := len(b.text)
				b.text = append(b.text, raw...)
				escapes := bytes.IndexByte(raw, '\\') >= 0
				b.elements = append(b.elements, loaded{from, len(b.text),
					r.base + r.dec.InputOffset() - int64(len(raw)), escapes, escapes || r.holds(raw)})
			}
		}
		select {
		case a.batches <- b:
		case <-a.quit:
			return
		}
	}
}

// nextAhead buffers the next element that was loaded ahead. If there is none, the
// decoder stands before whatever follows.
func (r *Reader) nextAhead() bool {
	a := r.ahead
	for a.next == len(a.batch.elements) {
		select {
		case a.free <- a.batch: // its elements have been read
		default:
		}
		var open bool
		if a.batch, open = <-a.batches; !open {
			r.ahead = nil
			if a.fault != nil {
				panic(a.fault) // as it would have without the goroutine
			}
			return false
		}
		a.next = 0
	}
	e := a.batch.elements[a.next]
	a.next++
	a.index++
	r.use(a.batch.text[e.from:e.to], e.offset, a.depth, e.escapes, e.watched)
	a.end = e.offset + int64(len(r.buf))
	return true
}

// pointer is what Pointer returns while elements are loaded ahead.
func (a *ahead) pointer() string {
	if a.index < 0 {
		return a.array
	}
	return a.array + "/" + strconv.Itoa(a.index)
}

// Close ends what Ahead began, after the Read of the source that is under way.
// There is no need for it once the array has been read to its end, or after an
// error; it is for those who may give up in between, and makes that an error.
func (r *Reader) Close() {
	r.endAhead()
	if r.feed != nil {
		r.feed.stop()
	}
}

// stopAhead ends the goroutine and drops what it has loaded.
func (r *Reader) stopAhead() {
	a := r.ahead
	if a == nil {
		return
	}
	close(a.quit)
	for range a.batches {
	}
	r.ahead, r.buf = nil, nil
}

// endAhead is an error if there is more to be read of what Ahead began.
func (r *Reader) endAhead() {
	if r.ahead != nil {
		r.Fail(ErrRead, errClosed)
	}
}
