// SPDX-License-Identifier: Apache-2.0

package protomsg_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/clause76/clause76/internal/protomsg"
)

const schemaText = `
Bom spec_version=1 version=2:int32 components=5*:Component tags=7*
Component type=1:Level supplier=4:Entity name=8 components=21*:Component
Entity name=1 url=2*
`

var enums = map[string]string{"Level": "LEVEL_ NONE LOW HIGH"}

var schema = protomsg.MustParse(schemaText, enums)

// oracle returns the same schema as a descriptor of the protobuf library.
func oracle(t testing.TB) protoreflect.MessageDescriptor {
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("x.proto"), Package: proto.String("x"), Syntax: proto.String("proto3")}
	for name, text := range enums {
		words := strings.Fields(text)
		enum := &descriptorpb.EnumDescriptorProto{Name: proto.String(name)}
		for i, word := range words[1:] {
			enum.Value = append(enum.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(words[0] + word), Number: proto.Int32(int32(i))})
		}
		file.EnumType = append(file.EnumType, enum)
	}
	for line := range strings.Lines(strings.TrimSpace(schemaText)) {
		words := strings.Fields(line)
		message := &descriptorpb.DescriptorProto{Name: proto.String(words[0])}
		for _, word := range words[1:] {
			name, rest, _ := strings.Cut(word, "=")
			rest, typ, _ := strings.Cut(rest, ":")
			number, repeated := strings.CutSuffix(rest, "*")
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			f := &descriptorpb.FieldDescriptorProto{Name: proto.String(name), Number: proto.Int32(int32(n)),
				Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(), Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum()}
			if repeated {
				f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
			}
			switch {
			case typ == "":
			case typ == "int32":
				f.Type = descriptorpb.FieldDescriptorProto_TYPE_INT32.Enum()
			case enums[typ] != "":
				f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_ENUM.Enum(), proto.String(".x."+typ)
			default:
				f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String(".x."+typ)
			}
			message.Field = append(message.Field, f)
		}
		file.MessageType = append(file.MessageType, message)
	}
	built, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return built.Messages().ByName("Bom")
}

// show prints a message.
func show(m *protomsg.Message) string {
	var b strings.Builder
	b.WriteString("{")
	for _, f := range m.Type.Fields {
		for _, v := range m.Values(f) {
			fmt.Fprintf(&b, " %s:", f.JSONName)
			switch f.Kind {
			case protomsg.String:
				fmt.Fprintf(&b, "%q", v.Text)
			case protomsg.Nested:
				b.WriteString(show(v.Message))
			default:
				fmt.Fprint(&b, v.Number)
			}
		}
	}
	if len(m.Unknown) > 0 {
		fmt.Fprintf(&b, " %x", m.Unknown)
	}
	return b.String() + " }"
}

// showOracle prints a message of the library in the same form.
func showOracle(m protoreflect.Message) string {
	var b strings.Builder
	b.WriteString("{")
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !m.Has(f) {
			continue
		}
		one := func(v protoreflect.Value) {
			fmt.Fprintf(&b, " %s:", f.JSONName())
			switch f.Kind() {
			case protoreflect.StringKind:
				fmt.Fprintf(&b, "%q", v.String())
			case protoreflect.MessageKind:
				b.WriteString(showOracle(v.Message()))
			case protoreflect.EnumKind:
				fmt.Fprint(&b, v.Enum())
			default:
				fmt.Fprint(&b, v.Int())
			}
		}
		if f.IsList() {
			for i := range m.Get(f).List().Len() {
				one(m.Get(f).List().Get(i))
			}
		} else {
			one(m.Get(f))
		}
	}
	if u := m.GetUnknown(); len(u) > 0 {
		fmt.Fprintf(&b, " %x", []byte(u))
	}
	return b.String() + " }"
}

func field(n int, values ...string) string {
	b := protowire.AppendTag(nil, protowire.Number(n), protowire.BytesType)
	return string(protowire.AppendBytes(b, []byte(strings.Join(values, ""))))
}

// wireSeeds are messages in the wire format and whether they are read.
var wireSeeds = []struct {
	name, data string
	ok         bool
}{
	{"empty", "", true},
	{"all", field(1, "1.6") + "\x10\x07" + field(5, "\x08\x01", field(4, field(1, "A"), field(2, "u"), field(2, "")), field(8, "x"), field(21, field(8, "y"))) + field(7, ""), true},
	{"unknown fields", field(1, "1.6") + field(99, "x") + "\xf8\x06\x01\xfb\x06\xfc\x06", true},
	{"a negative number", "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", true},
	{"another wire type", "\x08\x01", true},
	{"cut off", field(1, "1.6")[:3], false},
	{"a string twice", field(1, "1.6") + field(1, "1.5"), false},
	{"a message twice", field(5, field(4, field(1, "A"))+field(4, field(2, "u"))), false},
	{"a default", "\x10\x00", false},
	{"an empty string", field(1, ""), false},
	{"a long number", "\x10\x87\x00", false},
	{"a long tag", "\x8a\x00\x031.6", false},
	{"a long length", "\x0a\x83\x001.6", false},
	{"more than 32 bits", "\x10\x80\x80\x80\x80\x10", false},
	{"not UTF-8", field(1, "\xff"), false},
	{"an open group", "\xfb\x06", false},
}

func TestUnmarshal(t *testing.T) {
	for _, tt := range wireSeeds {
		if _, err := schema.Unmarshal([]byte(tt.data), 10); (err == nil) != tt.ok {
			t.Errorf("%s: error %v, want one: %v", tt.name, err, !tt.ok)
		}
	}
	nested := ""
	for range 12 {
		nested = field(21, nested)
	}
	if _, err := schema.Unmarshal([]byte(field(5, nested)), 10); !errors.Is(err, protomsg.ErrDepth) {
		t.Errorf("12 messages in each other, 10 allowed: %v", err)
	}
}

// textSeeds are messages in the text format and whether they are read.
var textSeeds = []struct {
	name, data string
	ok         bool
}{
	{"empty", " # nothing\n", true},
	{"all", "spec_version: '1.' \"6\"; version: -7, components { type: LEVEL_LOW supplier < name: \"A\" url: ['u', 'v'] > components: [{name: 'y'}, {}] } tags: []", true},
	{"escapes", `spec_version: "\n\t\"\'\\\?\101\x41\u00e9\ud83d\ude00\U0001f600"`, true},
	{"unknown fields", `a: 1 b { c: "x" d < e: [1, -2.5e3, inf] > } [x.y]: true [z] { f: g }`, true},
	{"a default", `spec_version: "" version: 0`, true},
	{"a list without a colon", "components [ { name: 'y' }, < > ]", true},
	{"values without a colon", "tags [ 'a' ]", false},
	{"a sign apart", "version: - 7", true},
	{"a field twice", `spec_version: "1" spec_version: "1"`, false},
	{"a message twice", `components { supplier { } supplier { } }`, false},
	{"a list for one", `spec_version: ["1"]`, false},
	{"no end", `components { name: "x"`, false},
	{"too many ends", `components { } }`, false},
	{"another end", `components { name: "x" >`, false},
	{"no value", `spec_version:`, false},
	{"no colon", `spec_version "1"`, false},
	{"an open string", `spec_version: "1`, false},
	{"a line break in a string", "spec_version: \"1\n\"", false},
	{"an unknown word", `components { type: LEVEL_X }`, false},
	{"a message for a string", `spec_version { }`, false},
	{"a string for a message", `components: "x"`, false},
	{"half a character", `spec_version: "\ud800"`, false},
	{"bytes that are no character", `spec_version: "\xff"`, false},
	{"a large number", `version: 4294967296`, false},
}

func TestUnmarshalText(t *testing.T) {
	for _, tt := range textSeeds {
		m, err := schema.UnmarshalText([]byte(tt.data), 10)
		if (err == nil) != tt.ok {
			t.Errorf("%s: error %v, want one: %v", tt.name, err, !tt.ok)
		}
		if err == nil && tt.name == "escapes" {
			if got := m.Values(schema.ByName("spec_version"))[0].Text; got != "\n\t\"'\\?AAé😀😀" {
				t.Errorf("escapes: %q", got)
			}
		}
	}
	if _, err := schema.UnmarshalText([]byte(strings.Repeat("a {", 12)), 10); !errors.Is(err, protomsg.ErrDepth) {
		t.Errorf("12 messages in each other, 10 allowed: %v", err)
	}
	if _, err := schema.UnmarshalText([]byte("\n\nversion: x"), 10); err == nil || !strings.HasPrefix(err.Error(), "line 3: field version") {
		t.Errorf("the place of an error: %v", err)
	}
}

// The library reads the same in the same messages. It also reads messages that are not in
// canonical form, so that its own encoding has to have the length of the input.
func FuzzUnmarshal(f *testing.F) {
	for _, tt := range wireSeeds {
		f.Add([]byte(tt.data))
	}
	descriptor := oracle(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := schema.Unmarshal(data, 10_000)
		want := dynamicpb.NewMessage(descriptor)
		wanted := proto.Unmarshal(data, want)
		if wanted == nil && proto.Size(want) != len(data) {
			wanted = errors.New("not in canonical form")
		}
		if err != nil && wanted == nil && strings.Contains(err.Error(), "canonical") {
			return // of a number of more than 32 bits, the library drops the others
		}
		if (err == nil) != (wanted == nil) {
			t.Fatalf("%x: %v; the library: %v", data, err, wanted)
		}
		if err == nil && show(m) != showOracle(want) {
			t.Fatalf("%x:\n%s\n%s", data, show(m), showOracle(want))
		}
	})
}

// What both read, they read as the same. Each refuses a few things that the other reads, such as
// unknown fields that are given by their number.
func FuzzUnmarshalText(f *testing.F) {
	for _, tt := range textSeeds {
		f.Add(tt.data)
	}
	descriptor := oracle(f)
	f.Fuzz(func(t *testing.T, data string) {
		m, err := schema.UnmarshalText([]byte(data), 10_000)
		want := dynamicpb.NewMessage(descriptor)
		if err != nil || (prototext.UnmarshalOptions{DiscardUnknown: true}).Unmarshal([]byte(data), want) != nil {
			return
		}
		if show(m) != showOracle(want) {
			t.Fatalf("%q:\n%s\n%s", data, show(m), showOracle(want))
		}
	})
}
