// SPDX-License-Identifier: Apache-2.0

package jsonstream_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/internal/jsonstream"
	"github.com/clause76/clause76/internal/peek"
)

// readAll returns everything that a Reader says about its input.
func readAll(in io.Reader, limits jsonstream.Limits, load bool) string {
	var w strings.Builder
	r := jsonstream.NewReader(in, limits)
	walk(r, &w, func() bool { return load })
	fmt.Fprintf(&w, " %q %d", r.Pointer(), r.Offset())
	err := r.End()
	fmt.Fprintf(&w, " %q %d %q", r.Pointer(), r.Offset(), r.Kind())
	var fault *jsonstream.Error
	if errors.As(err, &fault) { // the message can show less of a character at the end of a buffer
		fmt.Fprintf(&w, " %q %d %v %t", fault.Pointer, fault.Offset, fault.Kind, fault.Err != nil)
	}
	return w.String()
}

// A short input in a buffer is read in place, with the same results and errors.
func FuzzInPlace(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,"x\"\\",{"b":null}],"c":{"d":"\u004b\\"}}`, ` [ true , false , -1.5e3 ] `, `{"a":1,"a":2}`, `"\ud800"`, "\"\xff\"", "[\"abc\xff\"]", `{"a":"x`, `[[[[]]]]`, `{} x`, "\ufeff{}",
		"\ufeff[\xff]", "[\U0001f1e8]", "ab\U0001f1e8", "[1]\xf0\x9f", ``, " ", "\ufeff", `{"a":"` + strings.Repeat("x", 300) + `"}`, `[1,` + strings.Repeat("[", 70), "\xff{}",
	} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, load bool) {
		limits := jsonstream.Limits{Depth: 64, String: 200, Bytes: 1000}
		want := readAll(io.MultiReader(strings.NewReader(s)), limits, load)
		pooled := peek.NewReader(iotest.HalfReader(strings.NewReader(s)))
		defer pooled.Release()
		for i, in := range []io.Reader{peek.Bytes([]byte(s)), bufio.NewReaderSize(strings.NewReader(s), peek.Size), bufio.NewReaderSize(strings.NewReader(s), 4096), pooled} {
			if got := readAll(in, limits, load); got != want {
				t.Fatalf("%d: %q\nin place:  %s\notherwise: %s", i, s, got, want)
			}
		}
	})
}

// An error that the buffer has met is not lost, although a bufio.Reader returns it once.
func TestInPlaceReadError(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{`{"a":`, `{"a":1}`} {
		r := jsonstream.NewReader(bufio.NewReaderSize(&once{text: text, err: broken}, peek.Size), jsonstream.Limits{})
		r.Skip()
		if err := r.End(); !errors.Is(err, broken) {
			t.Errorf("%s: %v; want %v", text, err, broken)
		}
	}
}

// once returns a text, an error once, and then the end.
type once struct {
	text string
	err  error
}

func (o *once) Read(p []byte) (int, error) {
	if o.text != "" {
		n := copy(p, o.text)
		o.text = o.text[n:]
		return n, nil
	}
	err := o.err
	o.err = io.EOF
	return 0, err
}

// A Reader that was closed gives its decoder back, and reads nothing more: neither the rest of its
// input nor that of another Reader.
func TestClosedReader(t *testing.T) {
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 300 {
				text := fmt.Sprintf(`{"name":"%d/%d","rest":[%s1]}`, g, i, strings.Repeat("0,", i))
				r := jsonstream.NewReader(peek.Bytes([]byte(text)), jsonstream.Limits{})
				r.Enter('{')
				r.More()
				r.Name()
				name, _ := r.Text()
				if string(name) != fmt.Sprintf("%d/%d", g, i) {
					t.Errorf("%q in %s", name, text)
				}
				pointer, offset := r.Pointer(), r.Offset()
				if i%2 == 0 {
					r.More()
					r.Name()
					r.Load()
					r.Enter('[') // in the middle of a loaded value
					pointer, offset = r.Pointer(), r.Offset()
				}
				r.Close()
				r.Close()
				if r.Pointer() != pointer || r.Offset() != offset {
					t.Errorf("%q %d after Close; want %q %d", r.Pointer(), r.Offset(), pointer, offset)
				}
				if k := r.Kind(); k != 0 {
					t.Errorf("kind %q after Close", k)
				}
				if text, ok := r.Text(); ok || r.Err() == nil {
					t.Errorf("%q after Close, %v", text, r.Err())
				}
			}
		})
	}
	all.Wait()
}

// The memory of a scanner is used again, and what it watched for is not.
func TestWatchOfAnotherReader(t *testing.T) {
	is := func(want string) func([]byte) bool { return func(name []byte) bool { return string(name) == want } }
	for i := range 100 {
		name, other := "components", "services"
		if i%2 == 1 {
			name, other = other, name
		}
		for in, want := range map[string]bool{`[{"` + name + `":1,"x":2}]`: true, `[{"` + other + `":1,"x":2}]`: false} {
			r := jsonstream.NewReader(peek.Bytes([]byte(in)), jsonstream.Limits{})
			if i%4 < 2 { // else it watches for nothing
				r.Watch(1, 20, is(name))
			} else {
				want = false
			}
			r.Enter('[')
			r.Load()
			if got := r.Watched(); got != want {
				t.Fatalf("%d: %s: %t, want %t", i, in, got, want)
			}
			r.Skip()
			r.Close()
		}
	}
}
