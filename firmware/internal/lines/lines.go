// SPDX-License-Identifier: Apache-2.0

// Package lines reads text manifests a line at a time, with bounds.
//
//	x := lines.NewReader(r, limits.Bytes)
//	for x.Next() {
//		use(x.Text(), x.Offset())
//	}
//	return x.End(sink)
//
// Lines end with LF or CRLF. The last line may have no line break. Bytes that are not UTF-8, a NUL
// byte, and a line or a text that is too long are errors that end the reading. A Reader is for one
// goroutine.
package lines

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/peek"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// MaxLine is the longest line, in bytes.
const MaxLine = peek.Size

// A Reader reads lines.
type Reader struct {
	in interface {
		ReadSlice(delim byte) ([]byte, error)
	}
	limit  int64
	text   string
	offset int64 // of text
	next   int64 // offset of the next line
	cut    bool  // the last line has no line break
	whole  bool  // see Whole
	err    error
}

// NewReader returns a Reader of at most limit bytes of r. A limit of 0 means 64 MiB.
func NewReader(r io.Reader, limit int64) *Reader {
	if limit <= 0 {
		limit = 64 << 20
	}
	if in, ok := r.(*peek.Reader); ok { // it has a buffer of this size
		return &Reader{in: in, limit: limit}
	}
	return &Reader{in: bufio.NewReaderSize(r, MaxLine), limit: limit}
}

// Next goes to the next line and reports whether there is one.
func (x *Reader) Next() bool {
	if x.err != nil || x.cut {
		return false
	}
	line, err := x.in.ReadSlice('\n')
	x.offset = x.next
	x.next += int64(len(line))
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return x.fail(sbom.ErrLimit, fmt.Errorf("a line is longer than %d bytes", MaxLine))
	case err != nil && err != io.EOF:
		x.err = format.ReadError(x.offset, err)
		return false
	case x.next > x.limit:
		return x.fail(sbom.ErrLimit, fmt.Errorf("more than %d bytes of input", x.limit))
	case !utf8.Valid(line):
		return x.fail(sbom.ErrEncoding, nil)
	case bytes.IndexByte(line, 0) >= 0:
		return x.fail(sbom.ErrSyntax, errors.New("a NUL byte in text"))
	}
	if err == io.EOF {
		if len(line) == 0 {
			return false
		}
		x.cut = true
	}
	if x.offset == 0 { // the first line
		if rest, ok := bytes.CutPrefix(line, []byte("\ufeff")); ok {
			line, x.offset = rest, x.offset+3
		}
	}
	x.text, x.whole = strings.TrimRight(string(line), "\r\n"), false
	return true
}

func (x *Reader) fail(kind, cause error) bool {
	x.err = &sbom.Error{Offset: x.offset, Kind: kind, Err: cause}
	return false
}

// Text returns the line without its end.
func (x *Reader) Text() string { return x.text }

// Offset returns the offset of the line's first byte.
func (x *Reader) Offset() int64 { return x.offset }

// Whole declares that the current line is complete even if it has no line break, because it has a
// mark that would be missing if the text had been cut off, such as a closing quote.
func (x *Reader) Whole() { x.whole = true }

// End returns the error that ended the reading, an *[sbom.Error], or nil at the end of the text.
// A last line without a line break counts as malformed, because the text may have been cut off:
// most texts have no other end marker. If [Reader.Whole] was called for the line, only a notice
// says that more lines may have followed.
func (x *Reader) End(s *sbom.Sink) error {
	at := vendors.Location{Offset: x.offset}
	switch {
	case x.err != nil || !x.cut:
	case x.whole:
		s.Notice(sbom.WarnIncomplete, "the last line has no line break: if the text was cut off there, the rest was not screened", at)
	default:
		s.Malformed(sbom.WarnIncomplete, "the last line has no line break: the text may have been cut off", at)
	}
	return x.err
}

// Head yields the lines at the start of a document, for sniffing. If head has [MaxLine] bytes
// or more, it may end inside a line, so a last line without a line break is omitted.
func Head(head []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		part := len(head) >= MaxLine // head may be the start of a longer document
		head = bytes.TrimPrefix(head, []byte("\ufeff"))
		for len(head) > 0 {
			line, rest, whole := bytes.Cut(head, []byte("\n"))
			if !whole && part {
				return
			}
			if !yield(strings.TrimRight(string(line), "\r")) {
				return
			}
			head = rest
		}
	}
}
