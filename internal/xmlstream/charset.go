// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/clause76/clause76/internal/jsonstream"
)

// charsets are the encodings that are read in addition to UTF-8, by the names that XML
// documents declare. They have one byte per character and contain ASCII. A document that
// declares another encoding is an error: a parser that assumes a wrong encoding would read
// wrong names.
var charsets = func() map[string]*charmap.Charmap {
	m := map[string]*charmap.Charmap{
		"ISO-8859-1": charmap.ISO8859_1, "ISO-8859-2": charmap.ISO8859_2, "ISO-8859-3": charmap.ISO8859_3, "ISO-8859-4": charmap.ISO8859_4,
		"ISO-8859-5": charmap.ISO8859_5, "ISO-8859-7": charmap.ISO8859_7, "ISO-8859-9": charmap.ISO8859_9, "ISO-8859-10": charmap.ISO8859_10,
		"ISO-8859-13": charmap.ISO8859_13, "ISO-8859-14": charmap.ISO8859_14, "ISO-8859-15": charmap.ISO8859_15, "ISO-8859-16": charmap.ISO8859_16,
		"WINDOWS-1250": charmap.Windows1250, "WINDOWS-1251": charmap.Windows1251, "WINDOWS-1252": charmap.Windows1252,
		"WINDOWS-1253": charmap.Windows1253, "WINDOWS-1254": charmap.Windows1254, "WINDOWS-1257": charmap.Windows1257,
		"KOI8-R": charmap.KOI8R, "KOI8-U": charmap.KOI8U,
	}
	m["LATIN1"] = m["ISO-8859-1"]
	for name, c := range m {
		if number, ok := strings.CutPrefix(name, "WINDOWS-"); ok {
			m["CP"+number] = c
		}
	}
	return m
}()

// charset returns the encoding with a declared name, or nil.
func charset(name string) *charmap.Charmap {
	return charsets[strings.ReplaceAll(strings.ToUpper(name), "_", "-")]
}

// decode makes the Reader decode the rest of the input from the charset, from n bytes ahead on.
// Some of it may be in the buffer already.
func (x *Reader) decode(c *charmap.Charmap, n int) {
	raw := bytes.Clone(x.buf[x.pos+n:])
	x.buf = x.buf[:x.pos+n]
	var src io.Reader = bytes.NewReader(raw)
	if !x.eof {
		src = io.MultiReader(src, x.src)
	}
	x.eof = false
	x.decoded = true
	x.counted = x.base + int64(len(x.buf))
	x.src = &decoder{src: src, charset: c, at: x.counted}
}

// A decoder converts text in a charset to UTF-8.
type decoder struct {
	src     io.Reader
	charset *charmap.Charmap
	raw     [4 << 10]byte
	text    []byte // decoded and not yet read
	room    [4 << 10 * utf8.UTFMax]byte
	at      int64 // offset of the next byte to read
	err     error

	high    bool   // a character beyond ASCII was read, if the text is UTF-8
	not     bool   // the text is not UTF-8
	partial []byte // bytes that may begin a character in UTF-8
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.text) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		var n int
		n, d.err = d.src.Read(d.raw[:])
		d.text = d.room[:0]
		for i, b := range d.raw[:n] {
			r := d.charset.DecodeByte(b)
			if r == utf8.RuneError {
				d.err = &jsonstream.Error{Offset: d.at + int64(i), Kind: jsonstream.ErrEncoding,
					Err: fmt.Errorf("the byte 0x%02x is not defined in %s", b, d.charset)}
				break
			}
			d.text = utf8.AppendRune(d.text, r)
		}
		d.at += int64(n)
		d.compare(d.raw[:n])
	}
	n := copy(p, d.text)
	d.text = d.text[n:]
	return n, nil
}

// compare checks whether the document is valid UTF-8 in spite of its declaration. If it
// is, different parsers would read different names, so it is an error at its end.
func (d *decoder) compare(raw []byte) {
	if !d.not {
		text := append(d.partial, raw...)
		for len(text) > 0 {
			r, n := utf8.DecodeRune(text)
			if r == utf8.RuneError && n < 2 {
				d.not = d.err != nil || utf8.FullRune(text)
				break
			}
			d.high = d.high || n > 1
			text = text[n:]
		}
		d.partial = append(d.partial[:0], text[:min(len(text), utf8.UTFMax)]...)
	}
	if d.err == io.EOF && d.high && !d.not {
		d.err = &jsonstream.Error{Offset: d.at, Kind: jsonstream.ErrEncoding,
			Err: fmt.Errorf("the document declares %s, and all of it is valid UTF-8; parsers can read different texts", d.charset)}
	}
}

// place converts an offset in the decoded input to an offset in the document. A character
// of a charset is one byte in the document and may be several in the decoded input.
func (x *Reader) place(offset int64) int64 {
	if !x.decoded || offset < x.base {
		return offset
	}
	for ; x.counted < offset; x.counted++ {
		if !utf8.RuneStart(x.buf[x.counted-x.base]) {
			x.extra++
		}
	}
	extra := x.extra
	for i := offset; i < x.counted; i++ {
		if !utf8.RuneStart(x.buf[i-x.base]) {
			extra--
		}
	}
	return offset - extra
}
