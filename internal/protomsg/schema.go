// SPDX-License-Identifier: Apache-2.0

// Package protomsg decodes protobuf messages, in the wire format and in the text format, by a
// small schema, into a tree.
//
//	schema := protomsg.MustParse("Bom spec_version=1 components=5*:Component\nComponent name=8", nil)
//	m, err := schema.Unmarshal(data, 100)
//
// The library google.golang.org/protobuf would do the same with descriptors built at run time,
// and links its registry, its reflection and a list of every well-known type into each program
// that screens anything; it is the oracle of the tests here. This decoder is strict where the
// library is tolerant: a field that is there twice, a default value that is written out, and a
// number in more bytes than it needs are errors, because two decoders can read two values in
// them. Memory is proportional to the input; nesting is bounded by the caller.
package protomsg

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/clause76/clause76/internal/protowire"
)

// A Kind is what the value of a field is.
type Kind uint8

// The kinds that a schema can have.
const (
	String Kind = iota
	Int32
	Enumeration
	Nested // a message
)

// A Type is the type of a message. It is immutable and safe for concurrent use.
type Type struct {
	Name   string
	Fields []*Field // in the order of the schema
	number map[protowire.Number]*Field
	name   map[string]*Field
}

// A Field is a field of a message type.
type Field struct {
	Name     string
	JSONName string // in lower camel case
	Number   protowire.Number
	Repeated bool
	Kind     Kind
	Type     *Type // of a nested message
	Enum     *Enum // of an enumeration
	index    int   // in Type.Fields
}

// An Enum is an enumeration. The number of a value is its index.
type Enum struct {
	Name   string
	Prefix string // that the names of all values have
	Values []string
}

// ByName returns the field with this name in the text format, or nil.
func (t *Type) ByName(name string) *Field { return t.name[name] }

// ByNumber returns the field with this number, or nil.
func (t *Type) ByNumber(number protowire.Number) *Field { return t.number[number] }

// MustParse returns the first type of a schema. A line of the schema is a message type: its
// name, and for each field "name=number", "*" if it is repeated, and ":type" unless it is a
// string. A type is "int32", a name of enums, or a message type of the schema. The text of an
// enumeration is the prefix of its values and the rest of each name, in order of their
// numbers. It panics if the schema is wrong, because the schema is part of the program.
func MustParse(schema string, enums map[string]string) *Type {
	lines := strings.Split(strings.TrimSpace(schema), "\n")
	types := make(map[string]*Type, len(lines))
	for _, line := range lines {
		name := strings.Fields(line)[0]
		types[name] = &Type{Name: name, number: make(map[protowire.Number]*Field), name: make(map[string]*Field)}
	}
	known := make(map[string]*Enum, len(enums))
	for name, text := range enums {
		words := strings.Fields(text)
		known[name] = &Enum{Name: name, Prefix: words[0], Values: words[1:]}
	}
	for _, line := range lines {
		words := strings.Fields(line)
		t := types[words[0]]
		for _, word := range words[1:] {
			f := parseField(word, types, known)
			f.index = len(t.Fields)
			t.Fields = append(t.Fields, f)
			t.number[f.Number], t.name[f.Name] = f, f
		}
	}
	return types[strings.Fields(lines[0])[0]]
}

// parseField reads "name=number*:type".
func parseField(word string, types map[string]*Type, enums map[string]*Enum) *Field {
	name, rest, _ := strings.Cut(word, "=")
	rest, typ, _ := strings.Cut(rest, ":")
	number, repeated := strings.CutSuffix(rest, "*")
	n, err := strconv.Atoi(number)
	if err != nil {
		panic(fmt.Sprintf("protomsg: field %q of the schema has no number", word))
	}
	f := &Field{Name: name, JSONName: camelCase(name), Number: protowire.Number(n), Repeated: repeated}
	switch {
	case typ == "":
	case typ == "int32":
		f.Kind = Int32
	case enums[typ] != nil:
		f.Kind, f.Enum = Enumeration, enums[typ]
	case types[typ] != nil:
		f.Kind, f.Type = Nested, types[typ]
	default:
		panic(fmt.Sprintf("protomsg: field %q of the schema has an unknown type", word))
	}
	if f.Repeated && (f.Kind == Int32 || f.Kind == Enumeration) {
		panic(fmt.Sprintf("protomsg: field %q of the schema is a list of numbers, which can be packed and is not supported", word))
	}
	return f
}

// camelCase returns the name that a field has in JSON.
func camelCase(name string) string {
	var b strings.Builder
	upper := false
	for _, r := range name {
		switch {
		case r == '_':
			upper = true
			continue
		case upper:
			r = unicode.ToUpper(r)
		}
		upper = false
		b.WriteRune(r)
	}
	return b.String()
}

// A Value is one value of a field, in the member for its kind.
type Value struct {
	Text    string
	Number  int32 // of an int32 or an enumeration
	Message *Message
}

// A Message is a decoded message.
type Message struct {
	Type    *Type
	Unknown []byte // fields of the wire format that the schema does not have, as they are
	values  [][]Value
}

func newMessage(t *Type) *Message { return &Message{Type: t, values: make([][]Value, len(t.Fields))} }

// Values returns the values of a field; none if the message does not have it. As everywhere in
// protobuf 3, a field that is not repeated and has the default value of its kind is not there.
func (m *Message) Values(f *Field) []Value {
	vs := m.values[f.index]
	if len(vs) == 1 && !f.Repeated && vs[0] == (Value{}) {
		return nil
	}
	return vs
}

// add adds a value of a field and reports whether there may be one more.
func (m *Message) add(f *Field, v Value) bool {
	if len(m.values[f.index]) > 0 && !f.Repeated {
		return false
	}
	m.values[f.index] = append(m.values[f.index], v)
	return true
}

// Word returns the name of a value of an enumeration without the prefix, or "" for a number
// that has no name.
func (e *Enum) Word(number int32) string {
	if number < 0 || int(number) >= len(e.Values) {
		return ""
	}
	return e.Values[number]
}
