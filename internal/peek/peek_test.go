// SPDX-License-Identifier: Apache-2.0

package peek_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/clause76/clause76/internal/peek"
)

// Head shows the same bytes whatever the reader is, and all of them can be read after it.
func TestHead(t *testing.T) {
	for _, size := range []int{16, 4096, peek.Size} {
		for _, n := range []int{0, 1, 15, 16, 17, size - 1, size, size + 1, 3 * size} {
			text := strings.Repeat("0123456789abcdef", n/16+1)[:n]
			pooled := peek.NewReader(iotest.HalfReader(strings.NewReader(text)))
			for i, r := range []io.Reader{
				strings.NewReader(text), bytes.NewReader([]byte(text)), bytes.NewBufferString(text), peek.Bytes([]byte(text)), pooled,
				bufio.NewReaderSize(strings.NewReader(text), 16), bufio.NewReaderSize(strings.NewReader(text), peek.Size),
				iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text)),
			} {
				head, all, err := peek.Head(r, size)
				if string(head) != text[:min(n, size)] || err != nil && (err != io.EOF || n >= size) || err == nil && n < size {
					t.Errorf("reader %d of %d bytes, head of %d: %d bytes, %v", i, n, size, len(head), err)
				}
				if again, all, _ := peek.Head(all, size); string(again) != text[:min(n, size)] {
					t.Errorf("reader %d of %d bytes, second head of %d: %d bytes", i, n, size, len(again))
				} else if data, err := io.ReadAll(all); string(data) != text || err != nil {
					t.Errorf("reader %d of %d bytes after a head of %d: %d bytes, %v", i, n, size, len(data), err)
				}
			}
			pooled.Release()
		}
	}
}

// An error is reported with the bytes before it.
func TestHeadError(t *testing.T) {
	broken := errors.New("broken")
	head, _, err := peek.Head(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)), 16)
	if string(head) != "abc" || !errors.Is(err, broken) {
		t.Errorf("%q, %v; want abc and %v", head, err, broken)
	}
}

// Room is enough for a short text, and no more than was asked for.
func TestRoom(t *testing.T) {
	long := strings.Repeat("x", 2*peek.Size)
	peeked := peek.NewReader(strings.NewReader(long[:1000]))
	defer peeked.Release()
	_, _ = peeked.Peek(peek.Size)
	for i, tt := range []struct {
		r    io.Reader
		want int
	}{
		{strings.NewReader(""), 512}, {strings.NewReader(long[:1000]), 1001}, {bytes.NewReader([]byte(long[:1000])), 1001},
		{strings.NewReader(long), peek.Size}, {peek.Bytes([]byte(long[:1000])), peek.Size}, {peeked, 1001},
		{bufio.NewReader(strings.NewReader(long)), peek.Size}, {iotest.HalfReader(strings.NewReader("")), peek.Size},
	} {
		if got := peek.Room(tt.r, peek.Size); got != tt.want {
			t.Errorf("%d: %d, want %d", i, got, tt.want)
		}
	}
}

func TestDiscard(t *testing.T) {
	p := peek.Bytes([]byte("abcdef"))
	if n, err := p.Discard(2); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if b, err := p.Peek(3); string(b) != "cde" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if n, err := p.Discard(5); n != 4 || err != io.EOF {
		t.Errorf("%d, %v; want 4 bytes and the end", n, err)
	}
}

// A buffer that is used again never shows the bytes of another document, in many goroutines.
func TestReuse(t *testing.T) {
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			var old *peek.Reader
			for i := range 500 {
				text := strings.Repeat(fmt.Sprintf("%d/%d ", g, i), 1+i%200)
				r := peek.NewReader(strings.NewReader(text))
				if old != nil {
					if n, err := old.Read(make([]byte, 10)); n != 0 || err != peek.ErrReleased {
						t.Errorf("a released reader: %d bytes, %v", n, err)
					}
					if b, err := old.Peek(1); len(b) != 0 || err != peek.ErrReleased {
						t.Errorf("a released reader: %d bytes, %v", len(b), err)
					}
					old.Release() // does nothing a second time
				}
				if i%3 == 0 { // is released with bytes left
					_, _ = r.Peek(4)
				} else if data, err := io.ReadAll(r); string(data) != text || err != nil {
					t.Errorf("%.40q, %v; want %.40q", data, err, text)
				}
				r.Release()
				old = r
			}
		})
	}
	all.Wait()
}
