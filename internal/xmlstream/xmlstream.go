// SPDX-License-Identifier: Apache-2.0

// Package xmlstream reads XML from untrusted sources tag by tag, with limits and with the
// offset of every tag.
//
// It reads XML 1.0 with namespaces as far as bills of materials need it, and checks that
// the document is well-formed. The encoding is UTF-8, or one of these if the XML
// declaration names it: ISO-8859-1 to -5, -7, -9, -10 and -13 to -16, windows-1250 to
// -1254 and -1257, KOI8-R and KOI8-U. Offsets always refer to the bytes of the document,
// not to the decoded text. A document type declaration, which could define entities, is an
// error; so are undeclared prefixes and text after the root element. Comments and
// processing instructions are skipped. The text before and after one of them is one
// text, and a CDATA section is part of the text around it.
//
// A [Reader] keeps its first error. After an error Next returns [None]:
//
//	r := xmlstream.NewReader(src, xmlstream.Limits{})
//	for r.Next() != xmlstream.None {
//		switch r.Kind() {
//		case xmlstream.Start: … r.Name(), r.Attrs()
//		case xmlstream.Text: … r.Text()
//		}
//	}
//	if err := r.Err(); err != nil { … }
//
// A Reader is for one goroutine. Errors are those of package jsonstream.
package xmlstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/peek"
)

// A Kind is a kind of token.
type Kind uint8

// The kinds of tokens. None is the end of the document, or an error.
const (
	None  Kind = iota
	Start      // a start tag, or an empty-element tag, which an End follows
	End        // an end tag
	Text       // character data that is not only white space
)

// Limits bound what a Reader accepts. A zero field means the default of package
// jsonstream.
type Limits struct {
	Bytes  int64 // length of the input
	Depth  int   // nesting of elements
	String int64 // length of one tag or text
}

// An Attr is an attribute other than a namespace declaration. Its bytes are valid
// until the next call of Next.
type Attr struct {
	Space  string // namespace name, "" for none
	Name   []byte // local name
	Value  []byte // with references replaced and white space normalized
	Offset int64  // of the name
}

// A Reader reads one XML document.
type Reader struct {
	src    io.Reader
	limits Limits
	buf    []byte
	pos    int   // index in buf of the next byte to read
	base   int64 // offset of buf[0]
	eof    bool

	kind     Kind
	err      error
	name     []byte
	space    string
	attrs    []Attr
	rawAttrs []rawAttr
	text     []byte
	scratch  []byte
	offset   int64
	decoded  bool  // the document is decoded from a charset, see decode
	counted  int64 // the offset in the decoded input up to which extra counts
	extra    int64 // bytes that decoding added
	empty    bool  // the start tag was an empty-element tag
	rooted   bool  // the root element has begun

	open   []byte // qualified names of open elements, joined
	opened []element
	spaces []binding
}

type rawAttr struct {
	prefix, name, value []byte
	offset              int64
}

// An element is an open element: the index of its name in open, and the number of
// namespace bindings outside of it.
type element struct {
	name, spaces int
	space        string
}

type binding struct{ prefix, space string }

var (
	errDoctype = errors.New("a document type declaration is not read")
	errEOF     = fmt.Errorf("the input ends too early: %w", io.ErrUnexpectedEOF)
)

// NewReader returns a Reader of one XML document. It skips a UTF-8 byte order mark at
// the start; offsets count the mark.
func NewReader(r io.Reader, limits Limits) *Reader {
	if limits.Bytes <= 0 {
		limits.Bytes = jsonstream.DefaultBytes
	}
	if limits.Depth <= 0 {
		limits.Depth = jsonstream.DefaultDepth
	}
	if limits.String <= 0 {
		limits.String = jsonstream.DefaultString
	}
	x := &Reader{src: r, limits: limits, buf: make([]byte, 0, peek.Room(r, 64<<10))}
	if x.has("\ufeff") {
		x.pos = 3
	}
	return x
}

// Err returns the first error, or nil.
func (x *Reader) Err() error { return x.err }

// Kind returns the kind of the token read last.
func (x *Reader) Kind() Kind { return x.kind }

// Name returns the local name of a Start or End, valid until the next call of Next.
func (x *Reader) Name() []byte { return x.name }

// Space returns the namespace name of a Start or End, "" for none.
func (x *Reader) Space() string { return x.space }

// Attrs returns the attributes of a Start, valid until the next call of Next.
func (x *Reader) Attrs() []Attr { return x.attrs }

// Text returns the character data of a Text with references replaced, valid until
// the next call of Next.
func (x *Reader) Text() []byte { return x.text }

// Offset returns the offset at which the token begins.
func (x *Reader) Offset() int64 { return x.offset }

// Depth returns how many elements are open. At its own Start an element is open.
func (x *Reader) Depth() int { return len(x.opened) }

// Fail makes err the Reader's error, at the token read last, unless there is an error already.
func (x *Reader) Fail(kind, err error) { x.failAt(x.offset, kind, err) }

func (x *Reader) failAt(offset int64, kind, err error) {
	if x.err == nil {
		x.err = &jsonstream.Error{Offset: offset, Kind: kind, Err: err}
	}
	x.kind = None
}

func (x *Reader) syntax(format string, args ...any) Kind {
	x.failAt(x.place(x.base+int64(x.pos)), jsonstream.ErrSyntax, fmt.Errorf(format, args...))
	return None
}

// Skip reads to the end of the element of the Start that was read last.
func (x *Reader) Skip() {
	for depth := x.Depth(); x.Next() != None; {
		if x.kind == End && x.Depth() < depth {
			return
		}
	}
}

// Next reads the next token and returns its kind.
func (x *Reader) Next() Kind {
	if x.err != nil {
		return None
	}
	if x.empty {
		x.empty = false
		x.kind = End
		x.closed()
		return End
	}
	x.kind = x.next()
	return x.kind
}

func (x *Reader) next() Kind {
	for {
		x.offset = x.place(x.base + int64(x.pos))
		switch {
		case !x.need(1):
			return x.end()
		case x.buf[x.pos] != '<' || x.has("<![CDATA["):
			if len(x.opened) == 0 {
				if !x.outside() {
					return None
				}
				continue
			}
			if !x.chars() {
				return None
			}
			for _, b := range x.text {
				if !isSpace(b) {
					return Text
				}
			}
		case x.has("<!--"):
			x.pass("<!--", "-->")
		case x.has("<?"):
			x.pass("<?", "?>")
		case x.has("<!"):
			return x.syntax("%w", errDoctype)
		case x.has("</"):
			return x.endTag()
		default:
			return x.startTag()
		}
		if x.err != nil {
			return None
		}
	}
}

// end handles the end of the input.
func (x *Reader) end() Kind {
	if x.err == nil && (len(x.opened) > 0 || !x.rooted) {
		return x.syntax("%w", errEOF)
	}
	return None
}

// outside skips white space before or after the root element.
func (x *Reader) outside() bool {
	if !isSpace(x.buf[x.pos]) {
		x.syntax("text outside of the root element")
		return false
	}
	x.pos++
	return true
}

// need makes n bytes at pos available, if the input has them.
func (x *Reader) need(n int) bool {
	for len(x.buf)-x.pos < n {
		if !x.fill() {
			return false
		}
	}
	return true
}

// fill reads more input into the buffer. It may discard the bytes before pos.
func (x *Reader) fill() bool {
	if x.eof || x.err != nil {
		return false
	}
	if int64(len(x.buf)-x.pos) > x.limits.String {
		x.Fail(jsonstream.ErrLimit, fmt.Errorf("one tag or text is too long: more than %d bytes", x.limits.String))
		return false
	}
	if x.pos > 0 && len(x.buf) == cap(x.buf) {
		x.place(x.base + int64(x.pos)) // counts in the bytes that are discarded here
		n := copy(x.buf, x.buf[x.pos:])
		x.base += int64(x.pos)
		x.buf, x.pos = x.buf[:n], 0
	}
	if len(x.buf) == cap(x.buf) {
		x.buf = append(make([]byte, 0, 2*cap(x.buf)), x.buf...)
	}
	for range 100 {
		n, err := x.src.Read(x.buf[len(x.buf):cap(x.buf)])
		x.buf = x.buf[:len(x.buf)+n]
		switch {
		case err == io.EOF:
			x.eof = true
		case err != nil:
			x.failAt(x.place(x.base+int64(len(x.buf))), jsonstream.ErrRead, err)
			if ours := (*jsonstream.Error)(nil); errors.As(err, &ours) { // from a layer around the document
				x.err = err
			}
			return false
		case x.base+int64(len(x.buf)) > x.limits.Bytes:
			x.Fail(jsonstream.ErrLimit, fmt.Errorf("more than %d bytes of input", x.limits.Bytes))
			return false
		}
		if n > 0 || x.eof {
			return n > 0
		}
	}
	x.Fail(jsonstream.ErrRead, io.ErrNoProgress)
	return false
}

// has reports whether the input goes on with s.
func (x *Reader) has(s string) bool {
	for i := range len(s) {
		if !x.need(i+1) || x.buf[x.pos+i] != s[i] {
			return false
		}
	}
	return true
}

// until returns the distance from pos to the next s, which is at least from, or fails.
func (x *Reader) until(s string, from int) (int, bool) {
	for {
		have := x.buf[x.pos:]
		if from < len(have) {
			if i := bytes.Index(have[from:], []byte(s)); i >= 0 {
				return from + i, true
			}
			from = max(from, len(have)-len(s)+1)
		}
		if !x.fill() {
			if x.err == nil {
				x.pos = len(x.buf)
				x.syntax("%w", errEOF)
			}
			return 0, false
		}
	}
}

// pass skips a comment or processing instruction.
func (x *Reader) pass(open, end string) {
	n, ok := x.until(end, len(open))
	if !ok {
		return
	}
	if !x.valid(len(open), n) {
		return
	}
	if open == "<!--" && bytes.Contains(x.buf[x.pos+len(open):x.pos+n], []byte("--")) {
		x.syntax("\"--\" within a comment")
		return
	}
	if inner := x.buf[x.pos+len(open) : x.pos+n]; open == "<?" && bytes.HasPrefix(inner, []byte("xml")) && (len(inner) == 3 || isSpace(inner[3])) {
		if x.rooted || x.base+int64(x.pos) > 3 {
			x.syntax("an XML declaration that is not at the start")
			return
		}
		if m := encoding.FindSubmatch(inner); m != nil && !isRead(string(m[1])) {
			c := charset(string(m[1]))
			if c == nil || x.pos > 0 { // after a byte order mark of UTF-8
				x.failAt(x.offset, jsonstream.ErrEncoding, fmt.Errorf("the encoding %q is declared; expected UTF-8 or a single-byte encoding", m[1]))
				return
			}
			x.decode(c, n+len(end))
		}
	}
	x.pos += n + len(end)
}

var encoding = lazyregexp.New(`\sencoding\s*=\s*["']([^"']*)["']`)

// isRead reports whether a document that declares this encoding can be read as UTF-8.
// UTF-16 is accepted: the bytes were not UTF-16 if the declaration could be read, so
// somebody converted the document and left the declaration as it was.
func isRead(name string) bool {
	switch strings.ToUpper(name) {
	case "UTF-8", "UTF8", "US-ASCII", "ASCII", "UTF-16", "UTF-16LE", "UTF-16BE":
		return true
	}
	return false
}

// chars reads character data up to the next tag. The text before and after a comment,
// processing instruction or CDATA section is one text.
func (x *Reader) chars() bool {
	x.text, x.scratch = nil, x.scratch[:0]
	for x.err == nil && x.need(1) {
		if int64(len(x.scratch)) > x.limits.String {
			x.Fail(jsonstream.ErrLimit, fmt.Errorf("one text is too long: more than %d bytes", x.limits.String))
			break
		}
		switch {
		case x.buf[x.pos] != '<':
			if x.plain() {
				return x.err == nil
			}
		case x.has("<![CDATA["):
			if n, ok := x.until("]]>", 9); ok && x.valid(9, n) {
				x.scratch = append(x.scratch, x.buf[x.pos+9:x.pos+n]...)
				x.pos += n + 3
			}
		case x.has("<!--"):
			x.pass("<!--", "-->")
		case x.has("<?"):
			x.pass("<?", "?>")
		default:
			x.text = x.scratch
			return x.err == nil
		}
	}
	if x.err == nil {
		x.syntax("%w", errEOF)
	}
	return false
}

// plain reads character data up to the next "<". It returns true if that is all of the
// text.
func (x *Reader) plain() bool {
	n, ok := x.until("<", 0)
	if !ok {
		return false
	}
	whole := len(x.scratch) == 0 && !x.more(n)
	if !x.valid(0, n) {
		return false
	}
	raw := x.buf[x.pos : x.pos+n]
	if bytes.Contains(raw, []byte("]]>")) {
		x.syntax("\"]]>\" in text")
		return false
	}
	if whole && bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '\r') < 0 {
		x.text = raw
	} else {
		x.expand(raw, false)
		x.text = x.scratch
	}
	x.pos += n
	return whole
}

// more reports whether the "<" n bytes ahead leaves the text open: it begins a comment,
// processing instruction or CDATA section.
func (x *Reader) more(n int) bool {
	return !x.need(n+2) || x.buf[x.pos+n+1] == '!' || x.buf[x.pos+n+1] == '?'
}

// valid checks that the bytes between from and to bytes ahead are characters that XML
// allows.
func (x *Reader) valid(from, to int) bool {
	b := x.buf[x.pos+from : x.pos+to]
	for i := 0; i < len(b); {
		c := b[i]
		if c >= ' ' && c < utf8.RuneSelf || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		at := x.place(x.base + int64(x.pos+from+i))
		switch {
		case r == utf8.RuneError && n < 2:
			x.failAt(at, jsonstream.ErrEncoding, nil)
			return false
		case !isChar(r):
			x.failAt(at, jsonstream.ErrSyntax, fmt.Errorf("character %U is not allowed in XML", r))
			return false
		}
		i += n
	}
	return true
}

// isChar is production 2 of XML 1.0.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// isName reports whether a name may contain the byte. It accepts all characters beyond ASCII.
func isName(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.' || b == ':' || b >= 0x80
}
