// SPDX-License-Identifier: Apache-2.0

package jsonstream_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/jsonstream"
)

// list writes an array of n strings; the offset of each is ten times its index.
func list(n int) func(*jsonstream.Writer) error {
	return func(w *jsonstream.Writer) error {
		w.Begin('[')
		for i := range n {
			w.At(int64(10 * i))
			w.Begin('{')
			w.Name([]byte("s"))
			w.Text(fmt.Appendf(nil, "%d %s\n", i, strings.Repeat("x", i%50)))
			w.End('}')
		}
		w.End(']')
		return nil
	}
}

func TestTranscode(t *testing.T) {
	const n = 20_000
	r := jsonstream.Transcode(jsonstream.Limits{}, list(n))
	i := 0
	for r.Enter('['); r.More(); i++ {
		r.Load()
		r.Enter('{')
		for r.More() {
			r.Name()
			text, _ := r.Text()
			if want := fmt.Sprintf("%d %s\n", i, strings.Repeat("x", i%50)); string(text) != want || r.TextOffset() != int64(10*i) {
				t.Fatalf("element %d is %q at %d", i, text, r.TextOffset())
			}
		}
	}
	if err := r.End(); err != nil || i != n {
		t.Errorf("%d elements, %v", i, err)
	}
}

// An error of the writer follows what was written before it. Duplicate names and invalid UTF-8
// are errors with their offset in the document.
func TestTranscodeErrors(t *testing.T) {
	boom := &jsonstream.Error{Offset: 77, Kind: jsonstream.ErrSyntax, Err: errors.New("boom")}
	for _, tc := range []struct {
		name   string
		write  func(*jsonstream.Writer) error
		kind   error
		offset int64
	}{
		{"own", func(w *jsonstream.Writer) error { w.Begin('['); w.Null(); return boom }, jsonstream.ErrSyntax, 77},
		{"unfinished", func(w *jsonstream.Writer) error { w.At(5); w.Begin('['); return nil }, jsonstream.ErrSyntax, 5},
		{"trailing", func(w *jsonstream.Writer) error { w.At(6); w.Null(); w.At(9); w.Null(); return nil }, jsonstream.ErrSyntax, 6},
		{"duplicate", func(w *jsonstream.Writer) error {
			w.Begin('{')
			for i := range 2 {
				w.At(int64(100 + i))
				w.Name([]byte("a"))
				w.Null()
			}
			w.End('}')
			return nil
		}, jsonstream.ErrDuplicate, 101},
		{"encoding", func(w *jsonstream.Writer) error { w.At(9); w.Text([]byte("\xff")); return nil }, jsonstream.ErrEncoding, 9},
	} {
		r := jsonstream.Transcode(jsonstream.Limits{}, tc.write)
		r.Skip()
		var e *jsonstream.Error
		if err := r.End(); !errors.As(err, &e) || !errors.Is(err, tc.kind) || e.Offset != tc.offset {
			t.Errorf("%s: %v; want %v at %d", tc.name, err, tc.kind, tc.offset)
		}
	}
}

// Closing a Reader early ends its writer.
func TestTranscodeClose(t *testing.T) {
	ended := false
	r := jsonstream.Transcode(jsonstream.Limits{}, func(w *jsonstream.Writer) error {
		defer func() { ended = true }()
		return list(1 << 20)(w)
	})
	r.Enter('[')
	r.More()
	r.Close()
	if !ended {
		t.Error("the writer did not end")
	}
}
