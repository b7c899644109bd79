// SPDX-License-Identifier: Apache-2.0

package protomsg

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// UnmarshalText decodes a message in the text format (protobuf.dev, "Text Format Language").
// Messages may be nested depth deep; more is an [ErrDepth]. Fields that the schema does not
// have are skipped, and have to be well-formed. A field that is there twice is an error.
func (t *Type) UnmarshalText(data []byte, depth int) (*Message, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("the text is not UTF-8")
	}
	d := &textDecoder{data: data}
	m, err := d.message(t, 0, depth)
	if err != nil {
		line := 1 + bytes.Count(data[:min(d.at, len(data))], []byte("\n"))
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	return m, nil
}

// A textDecoder reads the text format from front to back.
type textDecoder struct {
	data []byte
	at   int
}

// message reads fields until end, which is 0 for the end of the text. t is nil for a message
// that the schema does not have; then there is no result.
func (d *textDecoder) message(t *Type, end byte, depth int) (*Message, error) {
	if depth < 0 {
		return nil, ErrDepth
	}
	var m *Message
	if t != nil {
		m = newMessage(t)
	}
	for {
		c := d.next()
		if c == end {
			if end != 0 || d.at >= len(d.data) {
				d.at++
				return m, nil
			}
		}
		if c == 0 && d.at >= len(d.data) {
			return nil, fmt.Errorf("the text ends inside of a message; expected %q", end)
		}
		if err := d.field(m, depth); err != nil {
			return nil, err
		}
		if c := d.next(); c == ',' || c == ';' {
			d.at++
		}
	}
}

// field reads one field with its values into m, which is nil for a message that the schema does
// not have.
func (d *textDecoder) field(m *Message, depth int) error {
	name, err := d.fieldName()
	if err != nil {
		return err
	}
	var f *Field
	if m != nil {
		f = m.Type.ByName(name)
	}
	colon := d.next() == ':'
	if colon {
		d.at++
	}
	c := d.next()
	if !colon && c != '{' && c != '<' && c != '[' {
		return fmt.Errorf("field %s has no value; expected a colon or a message", name)
	}
	if c != '[' {
		return d.value(m, f, name, depth)
	}
	d.at++
	if f != nil && !f.Repeated {
		return fmt.Errorf("field %s is not repeated and has a list", name)
	}
	if d.next() == ']' {
		d.at++
		return nil
	}
	for {
		if c := d.next(); !colon && c != '{' && c != '<' {
			return fmt.Errorf("field %s has a list of values without a colon", name)
		}
		if err := d.value(m, f, name, depth); err != nil {
			return err
		}
		switch d.next() {
		case ',':
			d.at++
		case ']':
			d.at++
			return nil
		default:
			return fmt.Errorf("field %s: expected a comma or the end of the list", name)
		}
	}
}

// fieldName reads the name of a field, or of an extension in brackets.
func (d *textDecoder) fieldName() (string, error) {
	if d.next() == '[' {
		end := bytes.IndexByte(d.data[d.at:], ']')
		if end < 0 {
			return "", errors.New("the name of an extension does not end")
		}
		name := string(d.data[d.at : d.at+end+1])
		d.at += end + 1
		return name, nil
	}
	name := d.word()
	if name == "" || name[0] >= '0' && name[0] <= '9' || bytes.ContainsAny([]byte(name), ".+-") {
		return "", fmt.Errorf("expected the name of a field, found %q", clip(d.data[min(d.at, len(d.data)):]))
	}
	return name, nil
}

// value reads one value. f is nil for a field that the schema does not have.
func (d *textDecoder) value(m *Message, f *Field, name string, depth int) error {
	c := d.next()
	if c == '{' || c == '<' {
		d.at++
		end := byte('}')
		if c == '<' {
			end = '>'
		}
		if f != nil && f.Kind != Nested {
			return fmt.Errorf("field %s is a message; expected a value", name)
		}
		var t *Type
		if f != nil {
			t = f.Type
		}
		inner, err := d.message(t, end, depth-1)
		if err != nil || f == nil {
			return err
		}
		return put(m, f, Value{Message: inner})
	}
	if c == '"' || c == '\'' {
		text, err := d.strings()
		if err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		switch {
		case f == nil:
			return nil
		case f.Kind != String:
			return fmt.Errorf("field %s is a string; expected another kind of value", name)
		case !utf8.ValidString(text):
			return fmt.Errorf("field %s: the string is not UTF-8", name)
		}
		return put(m, f, Value{Text: text})
	}
	word := d.word()
	if word == "-" { // white space may follow a sign
		d.next()
		word += d.word()
	}
	if word == "" {
		return fmt.Errorf("field %s has no value", name)
	}
	if f == nil {
		return nil
	}
	return scalar(m, f, word)
}

// scalar adds a number or a word of an enumeration.
func scalar(m *Message, f *Field, word string) error {
	switch f.Kind {
	case Int32, Enumeration:
		if n, err := strconv.ParseInt(word, 0, 32); err == nil && word[0] != '+' && !bytes.Contains([]byte(word), []byte("_")) {
			return put(m, f, Value{Number: int32(n)})
		}
	}
	if f.Kind == Enumeration {
		for i, v := range f.Enum.Values {
			if word == f.Enum.Prefix+v {
				return put(m, f, Value{Number: int32(i)})
			}
		}
		return fmt.Errorf("field %s: %.100q is no value of %s", f.Name, word, f.Enum.Name)
	}
	return fmt.Errorf("field %s: %.100q is not a value of its kind", f.Name, word)
}

// put adds a value of a field.
func put(m *Message, f *Field, v Value) error {
	if !m.add(f, v) {
		return fmt.Errorf("field %s is there twice", f.Name)
	}
	return nil
}

// next skips white space and comments, and returns the byte after them, or 0 at the end.
func (d *textDecoder) next() byte {
	for d.at < len(d.data) {
		switch c := d.data[d.at]; c {
		case ' ', '\t', '\n', '\r', '\v', '\f':
			d.at++
		case '#':
			n := bytes.IndexByte(d.data[d.at:], '\n')
			if n < 0 {
				d.at = len(d.data)
			} else {
				d.at += n + 1
			}
		default:
			return c
		}
	}
	return 0
}

// word reads a name or a number.
func (d *textDecoder) word() string {
	from := d.at
	for d.at < len(d.data) && isWord(d.data[d.at]) {
		d.at++
	}
	return string(d.data[from:d.at])
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '+' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// strings reads one string, or several that are joined.
func (d *textDecoder) strings() (string, error) {
	var out []byte
	for {
		c := d.next()
		if c != '"' && c != '\'' {
			return string(out), nil
		}
		var err error
		if out, err = d.string(out, c); err != nil {
			return "", err
		}
	}
}

// string appends the string that begins here with a quote.
func (d *textDecoder) string(out []byte, quote byte) ([]byte, error) {
	d.at++
	for d.at < len(d.data) {
		switch c := d.data[d.at]; c {
		case quote:
			d.at++
			return out, nil
		case '\n', 0:
			return nil, errors.New("a string has a line break or a zero byte")
		case '\\':
			var err error
			if out, err = d.escape(out); err != nil {
				return nil, err
			}
		default:
			out = append(out, c)
			d.at++
		}
	}
	return nil, errors.New("the text ends inside of a string")
}

// escapes maps the letter of an escape sequence to its character.
var escapes = map[byte]byte{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

// escape appends the value of an escape sequence.
func (d *textDecoder) escape(out []byte) ([]byte, error) {
	rest := d.data[d.at+1:]
	if len(rest) == 0 {
		return nil, errors.New("the text ends inside an escape sequence")
	}
	c := rest[0]
	if b, ok := escapes[c]; ok {
		d.at += 2
		return append(out, b), nil
	}
	switch {
	case c >= '0' && c <= '7':
		digits := count(rest, 3, func(c byte) bool { return c >= '0' && c <= '7' })
		n, err := strconv.ParseUint(string(rest[:digits]), 8, 8)
		d.at += 1 + digits
		return append(out, byte(n)), err
	case c == 'x' || c == 'X':
		digits := count(rest[1:], 2, isHex)
		n, err := strconv.ParseUint(string(rest[1:1+digits]), 16, 8)
		d.at += 2 + digits
		return append(out, byte(n)), err
	case c == 'u' || c == 'U':
		r, size := unicodeEscape(rest)
		if size == 0 {
			return nil, errors.New("an escape of a character is not one")
		}
		d.at += 1 + size
		return utf8.AppendRune(out, r), nil
	}
	return nil, fmt.Errorf("unknown escape %q", `\`+string(rune(c)))
}

// unicodeEscape reads an escaped character without its backslash: "u" and four hexadecimal digits,
// two of these for a pair of surrogates, or "U" and eight digits. It returns the character and the
// length of the escape, which is 0 if the text is not an escape.
func unicodeEscape(rest []byte) (rune, int) {
	size := 4
	if rest[0] == 'U' {
		size = 8
	}
	hex := func(s []byte) (rune, bool) {
		if len(s) < size || count(s, size, isHex) < size {
			return 0, false
		}
		n, err := strconv.ParseUint(string(s[:size]), 16, 32)
		return rune(n), err == nil && n <= utf8.MaxRune
	}
	r, ok := hex(rest[1:])
	if !ok {
		return 0, 0
	}
	if r < 0xD800 || r > 0xDFFF {
		return r, 1 + size
	}
	second := rest[1+size:]
	if r >= 0xDC00 || len(second) < 2 || second[0] != '\\' || second[1] != rest[0] {
		return 0, 0
	}
	low, ok := hex(second[2:])
	if !ok || low < 0xDC00 || low > 0xDFFF {
		return 0, 0
	}
	return (r-0xD800)<<10 | (low - 0xDC00) + 0x10000, 1 + size + 2 + size
}

// count returns how many of the first most bytes are of a set.
func count(s []byte, most int, of func(byte) bool) (n int) {
	for n < len(s) && n < most && of(s[n]) {
		n++
	}
	return n
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

func clip(s []byte) string { return string(s[:min(len(s), 20)]) }
