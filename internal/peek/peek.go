// SPDX-License-Identifier: Apache-2.0

// Package peek reads the beginning of a document without consuming it, so that everything that
// detects a format looks at the same bytes in one buffer.
//
//	head, r, err := peek.Head(r, 64<<10) // r still has the bytes of head
//
// A [Reader] takes its buffer from a pool. Small documents cost little else.
package peek

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
)

// Size is the length of the buffer of a Reader.
const Size = 64 << 10

// A Peeker is a reader that can show the bytes that it returns next.
type Peeker interface {
	io.Reader
	// Peek returns the next n bytes, or fewer and the reason. They are valid until the next
	// call of a method. A buffer with less than n bytes is a [bufio.ErrBufferFull].
	Peek(n int) ([]byte, error)
	// Discard skips the next n bytes.
	Discard(n int) (int, error)
}

// Head returns the next size bytes of r, or fewer if r ends before that or has an error that is
// not its end. all reads the same bytes again, and then the rest of r. It is r itself if r is a
// [Peeker] with a buffer of that size, and then head is valid until it is read from. Size is at
// most [Size].
func Head(r io.Reader, size int) (head []byte, all io.Reader, err error) {
	if p, ok := r.(Peeker); ok {
		if head, err = p.Peek(size); !errors.Is(err, bufio.ErrBufferFull) {
			return head, r, err
		}
	}
	buffer := size
	switch short := r.(type) { // with room for the byte that would show that there is more
	case *bytes.Reader:
		buffer = min(size, short.Len()+1)
	case *strings.Reader:
		buffer = min(size, short.Len()+1)
	}
	br := bufio.NewReaderSize(r, buffer)
	head, err = br.Peek(min(size, br.Size()))
	return head, br, err
}

// Room returns how long a buffer for the text of r should be at first: no longer than the text, if r
// knows that, and at most size. It is never too short for the first read of a short text.
func Room(r io.Reader, size int) int {
	const least = 512
	left := size
	switch r := r.(type) {
	case interface{ Buffered() int }: // all of a short document after its format was detected
		if n := r.Buffered(); n > 0 {
			left = n
		}
	case *bytes.Reader:
		left = r.Len()
	case *strings.Reader:
		left = r.Len()
	}
	return min(size, max(least, left+1))
}

// Bytes returns a Peeker of data.
func Bytes(data []byte) Peeker { return &slice{*bytes.NewReader(data), data} }

// A slice is a Peeker of bytes in memory.
type slice struct {
	bytes.Reader
	data []byte
}

func (s *slice) Peek(n int) ([]byte, error) {
	rest := s.data[len(s.data)-s.Len():]
	if n > len(rest) {
		return rest, io.EOF
	}
	return rest[:n], nil
}

func (s *slice) Discard(n int) (int, error) {
	skip := min(n, s.Len())
	_, err := s.Seek(int64(skip), io.SeekCurrent)
	if err == nil && skip < n {
		err = io.EOF
	}
	return skip, err
}

// A Reader is a [Peeker] with a buffer from a pool.
type Reader struct{ br *bufio.Reader }

var pool = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, Size) }}

// ErrReleased: a Reader was used after its Release.
var ErrReleased = errors.New("the reader is not valid any more: its buffer was released")

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader {
	br := pool.Get().(*bufio.Reader)
	br.Reset(r)
	return &Reader{br}
}

// Release gives the buffer back. After that every method returns an [ErrReleased], so that nobody
// who kept the Reader gets the bytes of another document. Bytes of Peek are not valid any more.
func (r *Reader) Release() {
	if r.br != nil {
		r.br.Reset(nil)
		pool.Put(r.br)
		r.br = nil
	}
}

func (r *Reader) Read(p []byte) (int, error) {
	if r.br == nil {
		return 0, ErrReleased
	}
	return r.br.Read(p)
}

// Peek implements [Peeker].
func (r *Reader) Peek(n int) ([]byte, error) {
	if r.br == nil {
		return nil, ErrReleased
	}
	return r.br.Peek(n)
}

// Discard implements [Peeker].
func (r *Reader) Discard(n int) (int, error) {
	if r.br == nil {
		return 0, ErrReleased
	}
	return r.br.Discard(n)
}

// Buffered returns how many bytes are in the buffer.
func (r *Reader) Buffered() int {
	if r.br == nil {
		return 0
	}
	return r.br.Buffered()
}

// ReadSlice reads until and including delim, see [bufio.Reader.ReadSlice].
func (r *Reader) ReadSlice(delim byte) ([]byte, error) {
	if r.br == nil {
		return nil, ErrReleased
	}
	return r.br.ReadSlice(delim)
}
