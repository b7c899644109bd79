// SPDX-License-Identifier: Apache-2.0

package jsonstream_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/sbom/jsonstream"
)

func Example() {
	r := jsonstream.NewReader(strings.NewReader(`{"name":"kav","components":[{},{"name":"a"}]}`), jsonstream.Limits{})
	if r.Enter('{') {
		for r.More() {
			switch string(r.Name()) {
			case "name":
				text, _ := r.Text()
				fmt.Println(string(text), r.TextOffset())
			default:
				r.Skip()
			}
		}
	}
	fmt.Println(r.End())
	// Output:
	// kav 8
	// <nil>
}

// walk reads any value and writes what it saw, loading values where load says so.
func walk(r *jsonstream.Reader, w *strings.Builder, load func() bool) {
	if load() {
		r.Load()
	}
	switch k := r.Kind(); k {
	case '{':
		r.Enter('{')
		w.WriteString("{")
		for r.More() {
			fmt.Fprintf(w, "%q@%d:", r.Name(), r.TextOffset())
			walk(r, w, load)
		}
		w.WriteString("}")
	case '[':
		r.Enter('[')
		w.WriteString("[")
		for r.More() {
			walk(r, w, load)
		}
		w.WriteString("]")
	case '"':
		text, _ := r.Text()
		fmt.Fprintf(w, "%q@%d,", text, r.TextOffset())
	default:
		fmt.Fprintf(w, "%s,", k)
		r.Skip()
	}
}

// Whether and where values are loaded must not change what is read, nor whether it
// is an error. What is read without an error is valid for jsontext.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,"x\"\\",{"b":null}],"c":{"d":"\u004b\\"}}`, ` [ true , false , -1.5e3 ] `, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`,
		`"\ud800"`, "\"\xff\"", `{"a":"x`, `[[[[]]]]`, `{} x`, "\ufeff{}", `{"a":"\\\\\\\""}`, ``, `{"":{"":""}}`,
	} {
		f.Add(s, uint16(0xaaaa))
	}
	f.Fuzz(func(t *testing.T, s string, mask uint16) {
		read := func(load func() bool) (string, error) {
			var w strings.Builder
			r := jsonstream.NewReader(iotest.OneByteReader(strings.NewReader(s)), jsonstream.Limits{Depth: 64, String: 1 << 10})
			walk(r, &w, load)
			return w.String(), r.End()
		}
		plain, plainErr := read(func() bool { return false })
		n := 0
		loaded, loadedErr := read(func() bool { n++; return mask>>(n&15)&1 == 1 })
		if (plainErr == nil) != (loadedErr == nil) {
			t.Fatalf("token by token: %v; loaded: %v", plainErr, loadedErr)
		}
		if plainErr == nil && plain != loaded {
			t.Fatalf("token by token: %s\nloaded:         %s", plain, loaded)
		}
		if plainErr == nil && !jsontext.Value(strings.TrimPrefix(s, "\ufeff")).IsValid() {
			t.Fatalf("%q is read without an error", s)
		}
	})
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name, in string
		limits   jsonstream.Limits
		kind     error
		pointer  string
		offset   int64
	}{
		{"duplicate", `{"a":{"b":1,"b":2}}`, jsonstream.Limits{}, jsonstream.ErrDuplicate, "/a/b", 12},
		{"truncated", `{"a":{"b":"x`, jsonstream.Limits{}, jsonstream.ErrSyntax, "/a/b", 12},
		{"bad UTF-8", "{\"a\":\"x\xff\"}", jsonstream.Limits{}, jsonstream.ErrEncoding, "/a", 7},
		{"trailing data", `{} {}`, jsonstream.Limits{}, jsonstream.ErrSyntax, "", 4},
		{"empty", ``, jsonstream.Limits{}, jsonstream.ErrSyntax, "", 0},
		{"NaN", `{"a":NaN}`, jsonstream.Limits{}, jsonstream.ErrSyntax, "/a", 5},
		{"depth", `{"a":[[[]]]}`, jsonstream.Limits{Depth: 3}, jsonstream.ErrLimit, "/a/0/0", 8},
		{"string", `{"a":"` + strings.Repeat("x", 200) + `"}`, jsonstream.Limits{String: 100}, jsonstream.ErrLimit, "/a", 207},
		{"bytes", `{"a":"` + strings.Repeat("x", 200) + `"}`, jsonstream.Limits{Bytes: 100}, jsonstream.ErrLimit, "", 0},
	}
	for _, tt := range tests {
		for _, load := range []bool{false, true} {
			r := jsonstream.NewReader(iotest.OneByteReader(strings.NewReader(tt.in)), tt.limits)
			walk(r, new(strings.Builder), func() bool { return load })
			err := r.End()
			var e *jsonstream.Error
			if !errors.Is(err, tt.kind) || !errors.As(err, &e) {
				t.Errorf("%s (load %v): error %v, want %v", tt.name, load, err, tt.kind)
				continue
			}
			if tt.kind != jsonstream.ErrLimit && (e.Pointer != tt.pointer || e.Offset != tt.offset) {
				t.Errorf("%s (load %v): at %q, byte %d; want %q, byte %d", tt.name, load, e.Pointer, e.Offset, tt.pointer, tt.offset)
			}
		}
	}
}

// Each limit holds at the limit and not beyond it.
func TestLimits(t *testing.T) {
	read := func(in string, l jsonstream.Limits) error {
		r := jsonstream.NewReader(strings.NewReader(in), l)
		walk(r, new(strings.Builder), func() bool { return true })
		return r.End()
	}
	tests := []struct {
		name    string
		in      string
		at, one jsonstream.Limits
	}{
		{"depth", `[[[[]]]]`, jsonstream.Limits{Depth: 4}, jsonstream.Limits{Depth: 3}},
		{"string", `["0123456789"]`, jsonstream.Limits{String: 12}, jsonstream.Limits{String: 11}},
	}
	for _, tt := range tests {
		if err := read(tt.in, tt.at); err != nil {
			t.Errorf("%s at the limit: %v", tt.name, err)
		}
		if err := read(tt.in, tt.one); !errors.Is(err, jsonstream.ErrLimit) {
			t.Errorf("%s beyond the limit: %v, want ErrLimit", tt.name, err)
		}
	}
}

// A string without an end is refused long before memory runs out.
func TestEndlessString(t *testing.T) {
	src := &endless{}
	r := jsonstream.NewReader(io.MultiReader(strings.NewReader(`{"a":"`), src), jsonstream.Limits{})
	walk(r, new(strings.Builder), func() bool { return true })
	if err := r.End(); !errors.Is(err, jsonstream.ErrLimit) {
		t.Errorf("error %v, want ErrLimit", err)
	}
	if most := int64(jsonstream.DefaultString + 1<<20); src.n > most {
		t.Errorf("%d bytes were read, want at most %d", src.n, most)
	}
}

type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	e.n += int64(len(p))
	return len(p), nil
}

// A reader that fails once and then seems to end is an error, not an end.
func TestReadErrorIsKept(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(`{"a":[1,2`), iotest.ErrReader(errors.New("disk")), strings.NewReader(`]}`))
	for _, load := range []bool{false, true} {
		r := jsonstream.NewReader(broken, jsonstream.Limits{})
		walk(r, new(strings.Builder), func() bool { return load })
		if err := r.End(); err == nil {
			t.Errorf("load %v: no error", load)
		}
	}
}
