// SPDX-License-Identifier: Apache-2.0

package protomsg

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/protowire"
)

// ErrDepth: messages are nested deeper than the caller allows.
var ErrDepth = errors.New("messages are nested too deep")

// Unmarshal decodes a message in the wire format. Messages may be nested depth deep; more is an
// [ErrDepth]. Fields that the schema does not have are kept in [Message.Unknown]. It is an
// error if the message is cut off, if a string is not UTF-8, and if the message is not in
// canonical form.
func (t *Type) Unmarshal(data []byte, depth int) (*Message, error) {
	if depth < 0 {
		return nil, ErrDepth
	}
	m := newMessage(t)
	for len(data) > 0 {
		number, typ, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		if number > protowire.MaxValidNumber {
			return nil, fmt.Errorf("field number %d; the largest is %d", number, protowire.MaxValidNumber)
		}
		size := protowire.ConsumeFieldValue(number, typ, data[n:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		f := t.number[number]
		if f == nil || typ != f.wireType() {
			m.Unknown = append(m.Unknown, data[:n+size]...)
		} else {
			if n != protowire.SizeTag(number) {
				return nil, fmt.Errorf("field %s: the tag is not in canonical form", f.Name)
			}
			if err := m.decode(f, data[n:n+size], depth); err != nil {
				return nil, err
			}
		}
		data = data[n+size:]
	}
	return m, nil
}

func (f *Field) wireType() protowire.Type {
	if f.Kind == Int32 || f.Kind == Enumeration {
		return protowire.VarintType
	}
	return protowire.BytesType
}

// decode adds one value of a field.
func (m *Message) decode(f *Field, data []byte, depth int) error {
	var v Value
	canonical := true
	if f.wireType() == protowire.VarintType {
		n, size := protowire.ConsumeVarint(data)
		v.Number = int32(n)
		canonical = size == protowire.SizeVarint(uint64(int64(v.Number))) && n == uint64(int64(v.Number)) && (f.Repeated || n != 0)
	} else {
		bytes, size := protowire.ConsumeBytes(data)
		canonical = size == protowire.SizeBytes(len(bytes))
		if f.Kind == Nested {
			inner, err := f.Type.Unmarshal(bytes, depth-1)
			if err != nil {
				return err
			}
			v.Message = inner
		} else {
			if !utf8.Valid(bytes) {
				return fmt.Errorf("field %s: a string is not UTF-8", f.Name)
			}
			v.Text = string(bytes)
			canonical = canonical && (f.Repeated || v.Text != "")
		}
	}
	if !canonical {
		return fmt.Errorf("field %s: the value is not in canonical form: it is a default that is written out, or in more bytes than it needs", f.Name)
	}
	if !m.add(f, v) {
		return fmt.Errorf("field %s is there twice", f.Name)
	}
	return nil
}
