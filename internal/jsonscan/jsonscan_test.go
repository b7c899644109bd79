// SPDX-License-Identifier: Apache-2.0

package jsonscan_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/jsonscan"
)

// compare scans a text, and reads it with jsontext in the way of package jsonstream. It returns an
// error if they disagree.
func compare(s *jsonscan.Scanner, text string) error {
	n, result := s.Scan([]byte(text), 0)
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowInvalidUTF8(true))
	value, err := d.ReadValue()
	switch {
	case result == jsonscan.Complete && err != nil:
		return fmt.Errorf("accepted; jsontext: %w", err)
	case result == jsonscan.Complete && string(value) != text[:n]:
		return fmt.Errorf("the value is %q; jsontext: %q", text[:n], value)
	case result == jsonscan.Complete:
		return compareTokens(s, text)
	case err == nil:
		return errors.New("not accepted; jsontext accepts it")
	case result == jsonscan.Short && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		// A fault that the scanner would have found with more text is one all the same.
		if _, more := s.Scan([]byte(text+strings.Repeat(" ", 16)), 0); more == jsonscan.Complete {
			return fmt.Errorf("short; jsontext: %w", err)
		}
	}
	return nil
}

// compareTokens compares the tokens that were listed with those that jsontext reads.
func compareTokens(s *jsonscan.Scanner, text string) error {
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowInvalidUTF8(true))
	i := 0
	var ends []int
	for first := true; first || len(ends) > 0; first = false {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		end := int(d.InputOffset())
		if k := t.Kind(); k == '}' || k == ']' {
			if last := ends[len(ends)-1]; i != s.Tokens[last].Next() || end != int(s.Tokens[last].End) {
				return fmt.Errorf("the value at %d ends at token %d and byte %d; want %d and %d", s.Tokens[last].Start, s.Tokens[last].Next(), s.Tokens[last].End, i, end)
			}
			ends = ends[:len(ends)-1]
			continue
		}
		if i >= len(s.Tokens) {
			return errors.New("there are too few tokens")
		}
		token := &s.Tokens[i]
		switch k := t.Kind(); k {
		case '{', '[':
			ends = append(ends, i)
			if int(token.Start) != end-1 {
				return fmt.Errorf("token %d is at %d, want %d", i, token.Start, end-1)
			}
		default:
			raw := text[token.Start:token.End]
			if int(token.End) != end || token.Next() != i+1 || token.Escaped() != (k == '"' && strings.Contains(raw, `\`)) {
				return fmt.Errorf("token %d is %q up to %d, escaped %v, next %d; want up to %d", i, raw, token.End, token.Escaped(), token.Next(), end)
			}
		}
		i++
	}
	if i != len(s.Tokens) {
		return fmt.Errorf("%d tokens, want %d", len(s.Tokens), i)
	}
	return nil
}

var samples = []string{
	`{"a":[1,"x\"\\",{"b":null}],"c":{"d":"\u004b\\"}} x`, ` [1]`, `[ true , false , null, -1.5e3, 0, 0.10, 1E-7, 12 ]`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`,
	`[01]`, `[1.]`, `[-]`, `[1e]`, `[+1]`, `[.5]`, `[tru]`, `[nul`, `[truex]`, `[1x]`, `[1 2]`, `[,1]`, `[1,]`, `{"a":1,}`, `{"a"}`, `{"a" 1}`, `{1:2}`, `{"a":1 "b":2}`,
	`["\x"]`, `["\u12g4"]`, `["\ud800"]`, `["\ud83d\ude00"]`, "[\"\x01\"]", "[\"a\tb\"]", "[\"\x7fé\"]", `["abcdefg\"hijklmnop\\"]`, `[[[[]]]]`, `[}`, `{]`, `[]]`, `{}`, `[`, `{"`, `{"a`, `{"a":`,
	`{"":{"":""}}`, `{"\u0061":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"\ud800":1,"\ud801":2}`, `{"b":1,"\u0061":2}`, `{"abcdefgh":1,"abcdefgi":2,"abcdefgh":3}`, "\ufeff[]", `{"é":1,"é":2}`, `"x"`, ``,
	`[{"a":1,"b":2},{"a":1,"b":2},{"a":1,"a":2}]`, `[{"a":1,"b":2},{"a":1 ,"b" :2},{"\u0061":1,"b":2},{"a":{"b":1},"b":3,"a":1}]`, `[{"\u0061":1,"b":{"a":2},"a":3}]`,
	`[{"x\"y":1,"b":2},{"x"y":1,"b":2}]`, `[{"b":1,"x\u0000":1},{"b":1,` + "\x00" + `1}]`, `[{"b":1,"x\"":1},{"b":1,"x"":1}]`,
	`{"a":1}` + "\v", "[\v1]", "[1\u00a0]",
}

func TestScanAcceptsWhatJSONTextAccepts(t *testing.T) {
	var s jsonscan.Scanner
	for _, text := range samples {
		if text == "" || text[0] != '{' && text[0] != '[' {
			if _, result := s.Scan([]byte(text), 0); result == jsonscan.Complete {
				t.Errorf("%q is accepted; expected an object or array", text)
			}
			continue
		}
		if err := compare(&s, text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for n := range text { // each beginning of it, and each byte changed
			if err := compare(&s, text[:n+1]); err != nil {
				t.Errorf("%q: %v", text[:n+1], err)
			}
			for _, b := range []byte(`"\{}[]:,0a `) {
				changed := []byte(text)
				if changed[n] = b; n > 0 && utf8.Valid(changed) {
					if err := compare(&s, string(changed)); err != nil {
						t.Errorf("%q: %v", changed, err)
					}
				}
			}
		}
	}
}

// Names are compared up to a number; an object with more is left to others.
func TestScanLimits(t *testing.T) {
	object := func(n int, last string) []byte {
		var b bytes.Buffer
		for i := range n {
			fmt.Fprintf(&b, `,"name-%d":0`, i)
		}
		return append(append([]byte("{"), b.Bytes()[1:]...), last...)
	}
	for _, tt := range []struct {
		name  string
		text  []byte
		outer int
		want  jsonscan.Result
	}{
		{"many members", object(192, "}"), 0, jsonscan.Complete},
		{"the last member is there already", object(127, `,"name-3":1}`), 0, jsonscan.Other},
		{"the last member is there already, after many", object(190, `,"name-170":1}`), 0, jsonscan.Other},
		{"too many members", object(193, "}"), 0, jsonscan.Other},
		{"deep", []byte(strings.Repeat("[", 9990) + strings.Repeat("]", 9990)), 9, jsonscan.Complete},
		{"too deep", []byte(strings.Repeat("[", 9990) + strings.Repeat("]", 9990)), 10, jsonscan.Other},
	} {
		var s jsonscan.Scanner
		if n, got := s.Scan(tt.text, tt.outer); got != tt.want || got == jsonscan.Complete && n != len(tt.text) {
			t.Errorf("%s: result %d, length %d of %d; want result %d", tt.name, got, n, len(tt.text), tt.want)
		}
	}
}

// What the scanner reports about a value.
func TestScanReports(t *testing.T) {
	s := jsonscan.Scanner{Watch: func(name []byte) bool { return strings.HasPrefix(string(name), "w") }, WatchMin: 2, WatchMax: 3}
	_, result := s.Scan([]byte(`{"w":["wo"],"wo":{"\u0077or":"12345"},"word":0}`), 3)
	if got := fmt.Sprint(result, s.Watched, s.Escapes, s.Depth, s.Longest, s.MoreWatched()); got != "0 [4 6] true 2 10 false" {
		t.Error(got)
	}
	if s.Scan([]byte(`[{"x":1,"\ud800":2},{"x":1,"\ud800":2}]`), 0); fmt.Sprint(s.Watched) != "[4 9]" {
		t.Errorf("names with half a character: %v", s.Watched)
	}
	if _, result = s.Scan([]byte(`["x"]`), 0); fmt.Sprint(result, s.Watched, s.Escapes, s.Depth, s.Longest) != "0 [] false 1 3" {
		t.Error("something of the value before is left:", s.Watched, s.Escapes, s.Depth, s.Longest)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range samples {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || text == "" || text[0] != '{' && text[0] != '[' || strings.Count(text, ",") > 100 {
			return
		}
		var s jsonscan.Scanner
		if err := compare(&s, text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if err := compare(&s, text); err != nil { // now it knows the names
			t.Errorf("%q, the second time: %v", text, err)
		}
	})
}
