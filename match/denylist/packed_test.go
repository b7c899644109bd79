// SPDX-License-Identifier: Apache-2.0

package denylist

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/internal/pack"
)

// file returns the file of a release. It is not taken from the archive, which may be stale.
func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("data/releases/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The archive has the files of all releases in the history, and no others.
func TestArchive(t *testing.T) {
	names := Names()
	if golden.Updating() {
		data, err := archiveOf(names, func(name string) ([]byte, error) { return file(t, name), nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("data/releases.zst", data, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, name := range names {
		if got, err := readRelease(name); err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, file(t, name)) {
			t.Errorf("release %s in the archive is not its file; run: go generate ./match/denylist", name)
		}
	}
	files, err := filepath.Glob("data/releases/*.json")
	if err != nil || len(files) != len(names) {
		t.Errorf("there are %d files and %d releases, %v", len(files), len(names), err)
	}
	if _, err := readRelease("none"); err == nil {
		t.Error("a release that does not exist is in the archive")
	}
}

// newest returns the newest release, read from its file.
func newest(t testing.TB) *Release {
	t.Helper()
	names := Names()
	name := names[len(names)-1]
	data := file(t, name)
	r, err := parse(name, data, digest(name+".json", data))
	if err != nil {
		t.Fatal(err)
	}
	r.trust = Embedded
	return r
}

// The packed form is that of the newest release, and means the same as its file.
func TestPacked(t *testing.T) {
	want := newest(t)
	data, err := want.pack()
	if err != nil {
		t.Fatal(err)
	}
	golden.CheckGenerated(t, "data/newest.packed", data, "go generate ./match/denylist")
	got := openPacked(string(data), want.name, want.digest)
	if got == nil {
		t.Fatal("the packed release is not opened")
	}
	got.trust = Embedded
	if !reflect.DeepEqual(slices.Collect(got.register.All()), slices.Collect(want.register.All())) {
		t.Error("the registers differ")
	}
	got.register, want.register = nil, nil // package vendors compares the indexes
	if !reflect.DeepEqual(got, want) {
		t.Error("the releases differ")
	}
}

// The newest release is opened without parsing.
func TestOpenIsCheap(t *testing.T) {
	const most = 3000
	names := Names()
	allocs := testing.AllocsPerRun(3, func() {
		if _, err := Open(names[len(names)-1]); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > most {
		t.Errorf("%v allocations; expected at most %d, of a release that is not parsed", allocs, most)
	}
}

// The packed form is not used for a release with another name or digest, or if it is damaged.
func TestPackedStale(t *testing.T) {
	want := newest(t)
	data, err := want.pack()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, name, digest string }{
		{string(data), "2018.06.13", want.digest},
		{string(data), want.name, "h1:other"},
		{string(data[:len(data)-1]), want.name, want.digest},
		{"", want.name, want.digest},
	} {
		if openPacked(tt.text, tt.name, tt.digest) != nil {
			t.Errorf("opened as %s with %s, %d bytes", tt.name, tt.digest, len(tt.text))
		}
	}
}

// Every field of an instrument is packed.
func TestPackedFields(t *testing.T) {
	want := &Release{name: "n", instruments: []*Instrument{{}}, early: []Context{{}}}
	fill(reflect.ValueOf(want.instruments[0]).Elem(), "i")
	fill(reflect.ValueOf(&want.early[0]).Elem(), "c")
	var w pack.Writer
	c := pack.NewCoder(&w)
	want.codeContent(c)
	w.Section(c.Bytes())
	f, err := pack.Open(string(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	got := &Release{name: "n"}
	if got.codeContent(pack.NewReader(f, f.Section(0))); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got.instruments[0], want.instruments[0])
	}
}

// fill gives every field below v a value of its own.
func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name+"[]")
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	default:
		panic("a kind of field that is not packed: " + v.Kind().String())
	}
}

func BenchmarkOpenNewest(b *testing.B) {
	names := Names()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(names[len(names)-1]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseNewest(b *testing.B) {
	want := newest(b)
	data := file(b, want.name)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseWithDigest(want.name, data, want.digest); err != nil {
			b.Fatal(err)
		}
	}
}
