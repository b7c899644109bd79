// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"bytes"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/internal/protomsg"
	"github.com/clause76/clause76/internal/protowire"
)

// In protobuf, the decoders leave out fields that the schema above does not have. What looks
// like a component in them is counted, as in the other encodings. On the wire there are no
// names, so that a component is what has the fields of one; in the text format it is also
// what is called so.

// maxStrayDepth bounds how deep messages with unknown fields are searched.
const maxStrayDepth = 16

// protoLast are the highest numbers that fields of a message have in the schemas, or more. A
// field beyond is of no version that is read, and may hold anything.
var protoLast = map[string]protowire.Number{
	"OrganizationalEntity": 5, "OrganizationalContact": 4, "Property": 2, "EvidenceIdentity": 5, "EvidenceMethods": 3,
	"Bom": 20, "Metadata": 15, "Service": 25,
}

// protoLastField is the same for all other messages.
const protoLastField = 40

// strayProto counts what may be a component or a maker in the fields of a message that the
// schema above does not have, or has with another wire type: components, and any text in a
// field that no schema has. Without a type, only components are counted.
func strayProto(t *protomsg.Type, data []byte, depth int) (n int) {
	for len(data) > 0 {
		number, typ, tag := protowire.ConsumeTag(data)
		if tag < 0 {
			return n
		}
		size := protowire.ConsumeFieldValue(number, typ, data[tag:])
		if size < 0 {
			return n
		}
		value, text := data[tag:tag+size], true
		switch typ {
		case protowire.BytesType:
			value, _ = protowire.ConsumeBytes(value)
		case protowire.StartGroupType:
			value, _ = protowire.ConsumeGroup(number, value)
		default:
			text = false
		}
		data = data[tag+size:]
		switch {
		case t != nil && t.ByNumber(number) != nil: // of another wire type
			n++
		case !text || len(value) == 0:
		case t != nil && number > lastField(t), isProtoComponent(value):
			n++
		case depth < maxStrayDepth:
			n += strayProto(nil, value, depth+1)
		}
	}
	return n
}

func lastField(t *protomsg.Type) protowire.Number {
	if last, ok := protoLast[t.Name]; ok {
		return last
	}
	return protoLastField
}

// Fields of a component on the wire.
const (
	protoType = 1
	protoName = 8
	protoPURL = 16
)

// isProtoComponent reports whether data is a message with a name and either a type or a
// package URL under the numbers that they have in a component.
func isProtoComponent(data []byte) bool {
	named, typed := false, false
	for len(data) > 0 {
		number, typ, tag := protowire.ConsumeTag(data)
		if tag < 0 {
			return false
		}
		size := protowire.ConsumeFieldValue(number, typ, data[tag:])
		if size < 0 {
			return false
		}
		switch {
		case typ == protowire.VarintType && number == protoType:
			v, _ := protowire.ConsumeVarint(data[tag:])
			typed = typed || v > 0 && v <= uint64(len(componentTypes))
		case typ == protowire.BytesType && number == protoName:
			v, _ := protowire.ConsumeBytes(data[tag:])
			named = len(v) > 0 && utf8.Valid(v)
		case typ == protowire.BytesType && number == protoPURL:
			v, _ := protowire.ConsumeBytes(data[tag:])
			typed = typed || bytes.HasPrefix(v, []byte("pkg:"))
		}
		data = data[tag+size:]
	}
	return named && typed
}

// A textFrame is a message of the text format while it is being read.
type textFrame struct {
	known  *protomsg.Type // nil where the schema does not have it
	look   partLook
	typed  bool // its type is that of a component
	passed bool // what is in it is no part of the product
	list   bool // a list of values is open
	field  []byte
	makers int // fields that may say who made something
}

// open returns the frame of the message that the field read last holds.
func (f *textFrame) open() *textFrame {
	inner := &textFrame{passed: f.passed || passedOver(f.field), look: partLook{listed: isPartName(f.field)}}
	if f.known == nil {
		return inner
	}
	if field := f.known.ByName(string(f.field)); field != nil {
		inner.known = field.Type
	}
	return inner
}

// isPart reports whether the frame, which ends, is a part that the schema does not have.
func (f *textFrame) isPart() bool {
	return f.known == nil && !f.passed && (f.look.isPart(false) || f.typed && f.look.name)
}

// name takes note of a field.
func (f *textFrame) name(field []byte) {
	f.field = field
	if !f.passed && fields.MayNameMaker(field) && !f.has(field) {
		f.makers++
	}
	if string(field) == "bom_ref" {
		field = []byte("bom-ref")
	}
	f.look.field(field)
}

// has reports whether the message has a field of this name.
func (f *textFrame) has(field []byte) bool {
	if f.known == nil {
		return false
	}
	// Who made the document is not in the schema above.
	return f.known.ByName(string(field)) != nil || f.known.Name == "Metadata" && string(field) == "manufacturer"
}

// strayProtoText counts the parts in messages that the schema does not have. The document
// was decoded, so its syntax is sound.
func strayProtoText(data []byte) (n int) {
	stack := []*textFrame{{known: protoBOM()}}
	value := false // a value follows
	for i := 0; i < len(data); {
		top := stack[len(stack)-1]
		switch c := data[i]; {
		case c == '#':
			i += len(upTo(data[i:], func(c byte) bool { return c == '\n' }))
			continue
		case c == '"', c == '\'':
			i, value = textString(data, i), false
			continue
		case isName(c):
			word := upTo(data[i:], func(c byte) bool { return !isName(c) })
			top.word(word, value)
			i, value = i+len(word), false
			continue
		case c == ':':
			value = true
		case c == '[' || c == ']':
			top.list = c == '['
		case c == '{' || c == '<':
			stack = append(stack, top.open())
			value = false
		case c == '}' || c == '>':
			n += top.close()
			stack = stack[:max(1, len(stack)-1)]
		}
		i++
	}
	return n + stack[0].makers
}

// word takes note of a name or number: that of a field, or a value.
func (f *textFrame) word(word []byte, value bool) {
	if value || f.list {
		f.typed = f.typed || bytes.HasPrefix(word, []byte("CLASSIFICATION_"))
	} else {
		f.name(word)
	}
}

// close returns how many parts and makers the message has that were not screened.
func (f *textFrame) close() int {
	n := f.makers
	f.makers = 0
	if f.isPart() {
		n++
	}
	return n
}

// upTo returns the start of data up to the first byte of a set.
func upTo(data []byte, in func(byte) bool) []byte {
	for i, c := range data {
		if in(c) {
			return data[:i]
		}
	}
	return data
}

// textString returns the end of the string that begins at i.
func textString(data []byte, i int) int {
	for quote := data[i]; ; {
		if i++; i >= len(data) || data[i] == quote {
			return i + 1
		}
		if data[i] == '\\' {
			i++
		}
	}
}

// isName reports whether a name or number may have this byte.
func isName(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '+' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
