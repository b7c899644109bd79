// SPDX-License-Identifier: Apache-2.0

package pack_test

import (
	"reflect"
	"testing"

	"github.com/clause76/clause76/internal/pack"
)

type part struct {
	name  string
	count int
	set   bool
	lists [][]string
}

func (p *part) code(c *pack.Coder) {
	pack.Strings(c, &p.name)
	c.Int(&p.count)
	c.Bool(&p.set)
	pack.Slice(c, &p.lists, func(c *pack.Coder, s *[]string) { pack.Slice(c, s, pack.String[string]) })
}

func write(p part) []byte {
	var w pack.Writer
	c := pack.NewCoder(&w)
	p.code(c)
	w.Section(c.Bytes())
	return w.Bytes()
}

func TestRoundTrip(t *testing.T) {
	for _, want := range []part{{}, {"name", 300, true, [][]string{nil, {}, {"", "name", "ü"}}}} {
		f, err := pack.Open(string(write(want)))
		if err != nil {
			t.Fatal(err)
		}
		var got part
		c := pack.NewReader(f, f.Section(0))
		got.code(c)
		if c.Done() != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, c.Err(), want)
		}
	}
}

// What is left at the end of a part is an error.
func TestDone(t *testing.T) {
	f, err := pack.Open(string(write(part{name: "name"})))
	if err != nil {
		t.Fatal(err)
	}
	c := pack.NewReader(f, f.Section(0)+"\x00")
	var p part
	if p.code(c); c.Err() != nil || c.Done() == nil {
		t.Errorf("%v, %v; want an error at the end only", c.Err(), c.Done())
	}
}

// A text that is cut short or changed gives an error or other values, and never a panic.
func TestDamaged(t *testing.T) {
	data := write(part{"name", 300, true, [][]string{{"a", "b"}}})
	read := func(data []byte) error {
		f, err := pack.Open(string(data))
		if err != nil {
			return err
		}
		var p part
		c := pack.NewReader(f, f.Section(0))
		p.code(c)
		return c.Err()
	}
	for n := range data {
		if read(data[:n]) == nil {
			t.Errorf("no error for the first %d bytes", n)
		}
	}
	for i := range data {
		for _, b := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			changed := append([]byte(nil), data...)
			changed[i] = b
			_ = read(changed)
		}
	}
}
