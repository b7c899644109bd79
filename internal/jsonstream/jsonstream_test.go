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

	"github.com/clause76/clause76/internal/jsonstream"
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

// walk reads any value and writes what it reads to w. It loads the values for which load
// returns true.
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

// Loading values changes neither what is read nor whether it is an error. What is read without
// an error is valid for jsontext.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,"x\"\\",{"b":null}],"c":{"d":"\u004b\\"}}`, ` [ true , false , -1.5e3 ] `, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`,
		`"\ud800"`, "\"\xff\"", `{"a":"x`, `[[[[]]]]`, `{} x`, "\ufeff{}", `{"a":"\\\\\\\""}`, ``, `{"":{"":""}}`,
	} {
		f.Add(s, uint16(0xaaaa))
	}
	f.Fuzz(func(t *testing.T, s string, mask uint16) {
		read := func(load func(n int) bool) (string, error) {
			var w strings.Builder
			r := jsonstream.NewReader(iotest.OneByteReader(strings.NewReader(s)), jsonstream.Limits{Depth: 64, String: 1 << 10})
			n := 0
			walk(r, &w, func() bool { n++; return load(n) })
			return w.String(), r.End()
		}
		never := func(int) bool { return false }
		some := func(n int) bool { return mask>>(n&15)&1 == 1 }
		plain, plainErr := read(never)
		if plainErr == nil && !jsontext.Value(strings.TrimPrefix(s, "\ufeff")).IsValid() {
			t.Fatalf("%q is read without an error", s)
		}
		loaded, err := read(some)
		if (plainErr == nil) != (err == nil) {
			t.Fatalf("token by token: %v; loaded: %v", plainErr, err)
		}
		var a, b *jsonstream.Error
		if errors.As(plainErr, &a) && errors.As(err, &b) && (a.Kind != b.Kind || a.Offset != b.Offset) && a.Kind != jsonstream.ErrLimit {
			t.Fatalf("token by token: %v; loaded: %v", plainErr, err)
		}
		if plainErr == nil && plain != loaded {
			t.Fatalf("token by token: %s\nloaded:         %s", plain, loaded)
		}
	})
}

// A loaded value may have been read to its end when an error occurs: nothing more is read from it.
func TestSkipAfterError(t *testing.T) {
	for _, read := range map[string]func(*jsonstream.Reader){
		"Skip": (*jsonstream.Reader).Skip, "Drop": (*jsonstream.Reader).Drop, "Number": func(r *jsonstream.Reader) { r.Number() },
	} {
		r := jsonstream.NewReader(strings.NewReader(`{"a":{"b":"\ud800"}}`), jsonstream.Limits{})
		r.Enter('{')
		r.More()
		r.Name()
		r.Load()
		r.Enter('{')
		r.More()
		r.Name()
		if _, k := r.TryText(); k != 0 || r.Err() == nil {
			t.Fatalf("kind %q, error %v", k, r.Err())
		}
		read(r)
	}
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

// A byte that is not valid UTF-8 is found wherever the source's reads end, and so is its
// place; characters that they cut are sound.
func TestEncoding(t *testing.T) {
	for _, tt := range []struct {
		in     string
		offset int64 // of the error; -1 for none
	}{
		{"{\"a\":\"é世😀\"}", -1},
		{"{\"a\":\"é世😀\xff\"}", 15},
		{"{\"a\":\"\xf0\x9f\x98\"}", 6},
		{"{\"a\":\"\xc3\"}", 6},
		{"{\"a\":\"\xe4\xb8x\"}", 6},
		{"{\"\xff\":1}", 2},
		{"{\"a\":[1,{\"b\":\"\xed\xa0\x80\"}]}", 14}, // a surrogate in UTF-8
	} {
		readers := map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader}
		for name, reader := range readers {
			for _, skip := range []bool{false, true} {
				r := jsonstream.NewReader(reader(strings.NewReader(tt.in)), jsonstream.Limits{})
				if skip {
					r.Skip()
				} else {
					walk(r, new(strings.Builder), func() bool { return false })
				}
				err := r.End()
				var e *jsonstream.Error
				switch {
				case tt.offset < 0 && err != nil, tt.offset >= 0 && !errors.Is(err, jsonstream.ErrEncoding):
					t.Errorf("%q, %s, skip %v: %v", tt.in, name, skip, err)
				case errors.As(err, &e) && e.Offset != tt.offset:
					t.Errorf("%q, %s, skip %v: byte %d, want %d", tt.in, name, skip, e.Offset, tt.offset)
				}
			}
		}
	}
}

// Half a character is an error where a string is read, but by TryLossyText, and does no harm
// where it is skipped.
func TestLoneSurrogate(t *testing.T) {
	for _, load := range []bool{false, true} {
		open := func() *jsonstream.Reader {
			r := jsonstream.NewReader(strings.NewReader(`{"a":"x\ud83dy","b":"z"}`), jsonstream.Limits{})
			if load {
				r.Load()
			}
			r.Enter('{')
			r.More()
			r.Name()
			return r
		}
		r := open()
		text, _ := r.TryLossyText()
		if string(text) != "x\ufffdy" || !r.Lossy() {
			t.Errorf("load %v: %q, lossy %v", load, text, r.Lossy())
		}
		r.More()
		r.Name()
		if text, _ := r.TryLossyText(); string(text) != "z" || r.Lossy() {
			t.Errorf("load %v: %q, lossy %v", load, text, r.Lossy())
		}
		if r.More() || r.End() != nil {
			t.Errorf("load %v: %v", load, r.Err())
		}
		r = open()
		if _, ok := r.Text(); ok || !errors.Is(r.Err(), jsonstream.ErrSyntax) {
			t.Errorf("load %v: read without an error", load)
		}
		r = open()
		r.Skip()
		r.More()
		r.Name()
		r.Skip()
		if r.More() || r.End() != nil {
			t.Errorf("load %v: skipped: %v", load, r.Err())
		}
	}
}

// Watched finds names in loaded values, and is true for values that were not loaded.
func TestWatch(t *testing.T) {
	isWord := func(name []byte) bool { return string(name) == "word" }
	r := jsonstream.NewReader(strings.NewReader(`[{"a":"x"},{"a":"word"},{"a":{"b":[{"word":0}]}},{"a":"\u0077ord"},{"\u0077ord":1},{"word":"y"}]`), jsonstream.Limits{})
	r.Watch(4, 4, isWord)
	r.Enter('[')
	var got []bool
	for r.More() {
		r.Load()
		got = append(got, r.Watched())
		r.Skip()
	}
	if want := "[false false true false true true]"; fmt.Sprint(got) != want || r.End() != nil {
		t.Errorf("%v, want %s; %v", got, want, r.Err())
	}
	r = jsonstream.NewReader(strings.NewReader(`{"a":1}`), jsonstream.Limits{})
	if r.Watch(4, 4, isWord); !r.Watched() {
		t.Error("Watched is false for a value that was not loaded")
	}
	r = jsonstream.NewReader(strings.NewReader(`{"a":{"word":1},"b":{"c":2}}`), jsonstream.Limits{})
	r.Watch(4, 4, isWord)
	r.Load()
	got = nil
	for r.Enter('{'); r.More(); r.Skip() {
		r.Name()
		got = append(got, r.Watched())
	}
	if want := "[true false]"; fmt.Sprint(got) != want {
		t.Errorf("members of a loaded value: %v, want %s", got, want)
	}
}

// A document at a limit is read, and one above it is an error.
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

// A string without an end is an error long before memory runs out.
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
