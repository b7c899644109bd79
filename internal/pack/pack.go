// SPDX-License-Identifier: Apache-2.0

// Package pack reads and writes data that is made when the program is built, in a form that needs
// no parsing: strings are parts of the packed text and are not copied, numbers are varints, and
// each section can be read by itself, or not at all. It is a cache of data that has a form for
// people, and is never kept for another version of the program.
//
// A packed text has a table of strings and sections, in this order:
//
//	"pack" and the version of the form, one byte
//	the number of sections and the length of each, 4 bytes little-endian
//	section 0: the start of each string in section 1, and the end of the last one, 4 bytes each
//	section 1: the strings
//	section 2 and later: what the user of the package writes
package pack

import (
	"encoding/binary"
	"errors"
	"math"
)

const magic = "pack\x01"

// ErrForm: a packed text is damaged, or of another version.
var ErrForm = errors.New("pack: not a packed text of this version")

// A File is a packed text. It is safe for concurrent use.
type File struct {
	starts   string
	text     string
	sections []string
}

// Open reads the header of a packed text. The text is not copied.
func Open(text string) (*File, error) {
	if len(text) < len(magic)+4 || text[:len(magic)] != magic {
		return nil, ErrForm
	}
	text = text[len(magic):]
	n := int(Uint32(text, 0))
	text = text[4:]
	if n < 2 || n > len(text)/4 {
		return nil, ErrForm
	}
	lengths, rest := text[:4*n], text[4*n:]
	all := make([]string, n)
	for i := range all {
		length := int(Uint32(lengths, i))
		if length > len(rest) {
			return nil, ErrForm
		}
		all[i], rest = rest[:length], rest[length:]
	}
	if len(all[0]) < 4 || len(all[0])%4 != 0 || len(rest) > 0 {
		return nil, ErrForm
	}
	return &File{starts: all[0], text: all[1], sections: all[2:]}, nil
}

// Section returns a section, "" if there is none.
func (f *File) Section(i int) string {
	if i < 0 || i >= len(f.sections) {
		return ""
	}
	return f.sections[i]
}

// String returns the string with a number, "" if there is none.
func (f *File) String(n uint32) string {
	if uint64(n)+1 >= uint64(len(f.starts)/4) {
		return ""
	}
	from, to := Uint32(f.starts, int(n)), Uint32(f.starts, int(n)+1)
	if from > to || uint64(to) > uint64(len(f.text)) {
		return ""
	}
	return f.text[from:to]
}

// Uint32 returns the number i of a section that consists of numbers of 4 bytes, 0 if there is none.
func Uint32(section string, i int) uint32 {
	if i < 0 || i >= len(section)/4 {
		return 0
	}
	b := section[4*i : 4*i+4]
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

// A Writer makes a packed text.
type Writer struct {
	numbers  map[string]uint32
	starts   []byte
	text     []byte
	sections [][]byte
}

// Section adds a section.
func (w *Writer) Section(data []byte) { w.sections = append(w.sections, data) }

// String returns the number of a string, which it adds if it is new.
func (w *Writer) String(s string) uint32 {
	n, ok := w.numbers[s]
	if !ok {
		if w.numbers == nil {
			w.numbers = make(map[string]uint32)
		}
		n = uint32(len(w.numbers))
		w.numbers[s] = n
		w.starts = binary.LittleEndian.AppendUint32(w.starts, uint32(len(w.text)))
		w.text = append(w.text, s...)
	}
	return n
}

// Bytes returns the packed text.
func (w *Writer) Bytes() []byte {
	all := append([][]byte{binary.LittleEndian.AppendUint32(w.starts, uint32(len(w.text))), w.text}, w.sections...)
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(all)))
	for _, s := range all {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(s)))
	}
	for _, s := range all {
		out = append(out, s...)
	}
	return out
}

// A Coder reads or writes the values of a section one after another. A function that passes the
// fields of a type to it serves for both, so that they cannot differ. Once a read fails, all
// values that follow are zero, and Err tells it.
type Coder struct {
	file   *File
	in     string
	writer *Writer // nil when reading
	out    []byte
	err    error
}

// NewReader returns a Coder that reads a part of a section.
func NewReader(f *File, part string) *Coder { return &Coder{file: f, in: part} }

// NewCoder returns a Coder that writes, with the strings in w.
func NewCoder(w *Writer) *Coder { return &Coder{writer: w} }

// Bytes returns what was written.
func (c *Coder) Bytes() []byte { return c.out }

// Err returns [ErrForm] if a read failed.
func (c *Coder) Err() error { return c.err }

// Done is Err at the end of a part: it is an error too if something is left, as in a text that another
// version wrote.
func (c *Coder) Done() error {
	if c.in != "" {
		c.Fail()
	}
	return c.err
}

// Uint reads or writes a number.
func (c *Coder) Uint(n *uint64) {
	if c.writer != nil {
		c.out = binary.AppendUvarint(c.out, *n)
		return
	}
	*n = c.next()
}

// next reads a varint.
func (c *Coder) next() uint64 {
	n := uint64(0)
	for i := 0; i < len(c.in) && i < binary.MaxVarintLen64; i++ {
		b := c.in[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			c.in = c.in[i+1:]
			return n
		}
	}
	c.Fail()
	return 0
}

// Fail makes all further reads fail, because a value cannot be right.
func (c *Coder) Fail() {
	c.err = ErrForm
	c.in = ""
}

// Int reads or writes a number of up to 32 bits that is not negative.
func (c *Coder) Int(n *int) {
	u := uint64(*n)
	c.Uint(&u)
	if u > math.MaxInt32 {
		c.Fail()
		u = 0
	}
	*n = int(u)
}

// Bool reads or writes a truth value.
func (c *Coder) Bool(b *bool) {
	u := uint64(0)
	if *b {
		u = 1
	}
	c.Uint(&u)
	*b = u == 1
}

// String reads or writes a string.
func String[T ~string](c *Coder, s *T) {
	if c.writer != nil {
		n := uint64(c.writer.String(string(*s)))
		c.Uint(&n)
		return
	}
	n := c.next()
	if n > math.MaxUint32 {
		c.Fail()
		n = 0
	}
	*s = T(c.file.String(uint32(n)))
}

// Strings reads or writes several strings.
func Strings[T ~string](c *Coder, all ...*T) {
	for _, s := range all {
		String(c, s)
	}
}

// Slice reads or writes a slice by its elements. A nil slice remains different from an empty one.
func Slice[T any](c *Coder, s *[]T, element func(*Coder, *T)) {
	n := uint64(0)
	if *s != nil {
		n = uint64(len(*s)) + 1
	}
	c.Uint(&n)
	if c.writer == nil {
		*s = nil
		if n == 0 {
			return
		}
		if n-1 > uint64(len(c.in)) { // each element has a byte at least
			c.Fail()
			return
		}
		*s = make([]T, n-1)
	}
	for i := range *s {
		element(c, &(*s)[i])
	}
}
