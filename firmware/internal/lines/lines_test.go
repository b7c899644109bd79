// SPDX-License-Identifier: Apache-2.0

package lines_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/sbom"
)

func Example() {
	x := lines.NewReader(strings.NewReader("Manufacturer: ZTE\r\nModel: MF286\n"), 0)
	for x.Next() {
		fmt.Println(x.Offset(), x.Text())
	}
	// Output:
	// 0 Manufacturer: ZTE
	// 19 Model: MF286
}

// read returns the lines of a text with their offsets, the error, and whether the last line
// counts as cut off.
func read(r io.Reader, limit int64) (got []string, cut bool, err error) {
	doc := sbom.NewDocument(sbom.Header{Format: "x"}, nil, func(s *sbom.Sink) error {
		x := lines.NewReader(r, limit)
		for x.Next() {
			got = append(got, fmt.Sprint(x.Offset(), " ", x.Text()))
		}
		return x.End(s)
	})
	for _, err = range doc.Components() {
	}
	return got, doc.Header().Malformed > 0, err
}

func TestReader(t *testing.T) {
	tests := []struct {
		name, in string
		limit    int64
		want     []string // with offsets
		cut      bool
		err      error
	}{
		{"empty", "", 0, nil, false, nil},
		{"line ends", "a\n\nb\r\n", 0, []string{"0 a", "2 ", "3 b"}, false, nil},
		{"no line break at the end", "a\nb", 0, []string{"0 a", "2 b"}, true, nil},
		{"a byte order mark", "\ufeffa\n", 0, []string{"3 a"}, false, nil},
		{"the longest line", strings.Repeat("x", lines.MaxLine-1) + "\n", 0, []string{"0 " + strings.Repeat("x", lines.MaxLine-1)}, false, nil},
		{"a longer line", "a\n" + strings.Repeat("x", lines.MaxLine) + "\n", 0, []string{"0 a"}, false, sbom.ErrLimit},
		{"the longest text", "a\nb\n", 4, []string{"0 a", "2 b"}, false, nil},
		{"a longer text", "a\nb\n", 3, []string{"0 a"}, false, sbom.ErrLimit},
		{"not UTF-8", "a\n\xff\nb\n", 0, []string{"0 a"}, false, sbom.ErrEncoding},
		{"a NUL byte", "a\nb\x00\n", 0, []string{"0 a"}, false, sbom.ErrSyntax},
	}
	for _, tt := range tests {
		got, cut, err := read(strings.NewReader(tt.in), tt.limit)
		if !slices.Equal(got, tt.want) || cut != tt.cut || !errors.Is(err, tt.err) || tt.err == nil && err != nil {
			t.Errorf("%s: %.80q, cut %v, %v; want %.80q", tt.name, got, cut, err, tt.want)
		}
	}
	got, _, err := read(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc\n"))), 0)
	if got != nil || !errors.Is(err, sbom.ErrRead) || !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a failing reader: %q, %v", got, err)
	}
}

// A last line without a line break counts as malformed, unless it is known to be complete.
func TestEnd(t *testing.T) {
	for _, tt := range []struct {
		in, whole          string // the line that is known to be complete
		notices, malformed int
	}{
		{"a\nb\n", "", 0, 0},
		{"a\r\nb\r\n", "", 0, 0},
		{"", "", 0, 0},
		{"a\nb", "b", 1, 0},
		{"a\nb", "a", 0, 1},
		{"a\nb", "", 0, 1},
	} {
		doc := sbom.NewDocument(sbom.Header{Format: "x"}, nil, func(s *sbom.Sink) error {
			x := lines.NewReader(strings.NewReader(tt.in), 0)
			for x.Next() {
				if x.Text() == tt.whole {
					x.Whole()
				}
			}
			return x.End(s)
		})
		for _, err := range doc.Components() {
			t.Errorf("%q: %v", tt.in, err)
		}
		if h := doc.Header(); len(h.Notices) != tt.notices || h.Malformed != tt.malformed {
			t.Errorf("%q, %q is complete: %+v; want %d notices, %d malformed", tt.in, tt.whole, h, tt.notices, tt.malformed)
		}
	}
}
