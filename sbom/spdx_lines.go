// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"fmt"
	"io"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/peek"
)

// lines reads lines that end in LF, CR LF or CR.
type lines struct {
	r       io.Reader
	buf     []byte
	pos     int
	base    int64
	feed    int // index of the next line feed, or of the end of buf if it has none; less than pos if not known
	eof     bool
	max     int64 // bytes of a line
	bytes   int64 // of the document
	line    []byte
	offset  int64 // of the line
	err     error
	scratch []byte
}

func newLines(r io.Reader, l Options) *lines {
	return &lines{r: r, feed: -1, buf: make([]byte, 0, peek.Room(r, 64<<10)), max: l.string(), bytes: l.bytes()}
}

// next reads a line. It returns false at the end, and on an error.
func (l *lines) next() bool {
	for searched := l.pos; l.err == nil; {
		if l.feed < l.pos { // no line feed is known
			l.feed = len(l.buf)
			if i := bytes.IndexByte(l.buf[searched:], '\n'); i >= 0 {
				l.feed = searched + i
			}
		}
		end, skip := l.feed, 1
		if cr := bytes.IndexByte(l.buf[searched:end], '\r'); cr >= 0 {
			if end = searched + cr; end+1 < len(l.buf) && l.buf[end+1] == '\n' {
				skip = 2
			}
		}
		if end+skip <= len(l.buf) && (skip == 2 || l.buf[end] == '\n' || end+1 < len(l.buf) || l.eof) || l.eof && l.pos < len(l.buf) {
			l.take(end, skip)
			return true
		}
		if l.eof {
			return false
		}
		n := max(end-l.pos, 0) // a CR at the end is examined again
		l.fill()
		searched, l.feed = l.pos+n, -1
	}
	return false
}

func (l *lines) take(end, skip int) {
	l.line, l.offset = l.buf[l.pos:end], l.base+int64(l.pos)
	if l.offset == 0 {
		l.line = bytes.TrimPrefix(l.line, []byte("\ufeff"))
	}
	l.pos = min(end+skip, len(l.buf))
}

func (l *lines) fill() {
	if int64(len(l.buf)-l.pos) > l.max {
		l.err = &Error{Offset: l.base + int64(l.pos), Kind: ErrLimit, Err: fmt.Errorf("one line is too long: more than %d bytes", l.max)}
		return
	}
	n := copy(l.buf, l.buf[l.pos:])
	l.base += int64(l.pos)
	l.buf, l.pos = l.buf[:n], 0
	if n == cap(l.buf) {
		l.buf = append(make([]byte, 0, 2*n), l.buf...)
	}
	m, err := l.r.Read(l.buf[n:cap(l.buf)])
	l.buf = l.buf[:n+m]
	switch {
	case err == io.EOF:
		l.eof = true
	case err != nil:
		l.err = jsonstream.ReadError(l.base+int64(len(l.buf)), err)
	case l.base+int64(len(l.buf)) > l.bytes:
		l.err = &Error{Offset: l.bytes, Kind: ErrLimit, Err: fmt.Errorf("more than %d bytes of input", l.bytes)}
	}
}
