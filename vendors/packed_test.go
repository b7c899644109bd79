// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/internal/pack"
	"github.com/clause76/clause76/internal/registerpack"
)

// The packed form of the bundled register is that of its files, and means the same.
func TestPacked(t *testing.T) {
	files, err := fs.Sub(bundled, "data")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := checksum(files)
	if err != nil {
		t.Fatal(err)
	}
	data, err := packRegister(loaded, sum)
	if err != nil {
		t.Fatal(err)
	}
	golden.CheckGenerated(t, "data.packed", data, "go generate ./vendors")
	f, err := pack.Open(string(data))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openPacked(f)
	if err != nil {
		t.Fatal(err)
	}
	sameRegister(t, opened, loaded)
}

// sameRegister reports how a packed register differs from a loaded one.
func sameRegister(t *testing.T, packed, loaded *Register) {
	t.Helper()
	if !reflect.DeepEqual(packed.all(), loaded.all()) {
		t.Error("the vendors differ")
	}
	for _, v := range loaded.vendors {
		if got := packed.Vendor(v.ID); !reflect.DeepEqual(got, v) {
			t.Errorf("%s: got %+v", v.ID, got)
		}
	}
	if packed.Vendor("none") != nil {
		t.Error("a vendor that does not exist is found")
	}
	a, b := &packed.index, &loaded.index
	sameFields(t, reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem())
	sameTables(t, a, b)
	starts := func(x *index) (all []any) {
		for _, p := range x.packagePrefixes {
			all = append(all, p.key, content(p.is.entry()))
		}
		for _, s := range slices.Concat(x.wordStarts, x.lookalike.wordStarts) {
			all = append(all, s.name, content(s.is.entry()))
		}
		return all
	}
	if !reflect.DeepEqual(starts(a), starts(b)) {
		t.Error("the starts of packages or of words differ")
	}
}

// content returns an entry with the id of its vendor instead of the whole vendor.
func content(e *entry) any {
	c := *e
	c.vendor = nil
	return []any{e.vendor.ID, c}
}

// sameFields compares all fields of two indexes that are not compared in another way, so that a field
// that is added to an index, its prefilter or another part of it and is not packed is found.
func sameFields(t *testing.T, a, b reflect.Value) {
	t.Helper()
	for i := range a.NumField() {
		f := a.Type().Field(i)
		switch f.Type {
		case reflect.TypeFor[*table](), reflect.TypeFor[map[IdentifierKind]*table](), reflect.TypeFor[deviceTable](),
			reflect.TypeFor[[]packagePrefix](), reflect.TypeFor[[]wordStart]():
		case reflect.TypeFor[aliases]():
			sameFields(t, a.Field(i), b.Field(i))
		default:
			if fmt.Sprintf("%#v", a.Field(i)) != fmt.Sprintf("%#v", b.Field(i)) {
				t.Errorf("%s of the index is not packed as it was", f.Name)
			}
		}
	}
}

// A packed register resolves claims with its identifiers and exclusions as a loaded one does.
func TestPackedResolves(t *testing.T) {
	files, err := fs.Sub(bundled, "data")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	packed := Bundled()
	if packed.packed == nil {
		t.Fatal("the bundled register is not opened in its packed form; run: go generate ./vendors")
	}
	check := func(kind IdentifierKind, value string) {
		for _, c := range []Claim{{Role: Manufacturer, Kind: KindName, Value: value}, {Role: Supplier, Kind: KindProduct, Value: value}, {Role: Namespace, Kind: KindURL, Value: "https://www." + value},
			{Role: Namespace, Kind: KindPURL, Value: "pkg:" + value + "/x@1"}, {Role: Namespace, Kind: KindCPE, Value: "cpe:2.3:a:" + value + ":x:1:*:*:*:*:*:*:*"}, {Role: Mention, Kind: KindText, Value: "see " + value + " there"},
			{Role: Manufacturer, Kind: KindGUID, Value: value}, {Role: Manufacturer, Kind: Kind(kind), Value: value}} {
			got, want := packed.Resolve("2026-01-01", []Claim{c}), loaded.Resolve("2026-01-01", []Claim{c})
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s %q: got %+v, want %+v", c.Kind, c.Value, got, want)
			}
		}
	}
	for _, v := range loaded.vendors {
		for i := range v.Identifiers {
			check(v.Identifiers[i].Kind, v.Identifiers[i].Value)
			if made := v.Identifiers[i].computed(); made != nil {
				check(IdentifierGUID, made.Value)
			}
		}
		for i := range v.Exclusions {
			check(v.Exclusions[i].Kind, v.Exclusions[i].Value)
		}
	}
}

// sameTables compares the tables of two indexes.
func sameTables(t *testing.T, a, b *index) {
	t.Helper()
	if !slices.Equal(slices.Sorted(maps.Keys(a.ids)), slices.Sorted(maps.Keys(b.ids))) {
		t.Fatal("the kinds differ")
	}
	var pairs [][2]*table
	for kind := range b.ids {
		pairs = append(pairs, [2]*table{a.ids[kind], b.ids[kind]})
	}
	for i, to := range b.tables() {
		pairs = append(pairs, [2]*table{*a.tables()[i], *to})
	}
	for _, pair := range pairs {
		keys := 0
		pair[0].each(func(string, *entry) { keys++ })
		if keys != len(pair[1].made) {
			t.Errorf("a table has %d keys, want %d", keys, len(pair[1].made))
		}
		for key, want := range pair[1].made {
			if got := pair[0].get([]byte(key)); got == nil || !reflect.DeepEqual(content(got), content(want)) {
				t.Errorf("%q: got %+v, want %+v", key, got, want)
			}
		}
		for _, key := range []string{"", "no such key"} {
			if pair[0].get([]byte(key)) != nil && pair[1].made[key] == nil {
				t.Errorf("%q is found", key)
			}
		}
	}
}

// Every field of a vendor is packed.
func TestPackedFields(t *testing.T) {
	want := new(Vendor)
	fill(reflect.ValueOf(want).Elem(), "v")
	var w pack.Writer
	c := pack.NewCoder(&w)
	want.code(c)
	w.Section(c.Bytes())
	f, err := pack.Open(string(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	got := new(Vendor)
	got.code(pack.NewReader(f, f.Section(0)))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
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

// A register that is not the bundled one is packed whole, and the bundled one by its digest only.
func TestRegisterPack(t *testing.T) {
	var other Register
	if err := other.UnmarshalJSON([]byte(`[{"id":"v","name":"V","sources":{"s":"https://example.com"},"members":[],"exclusions":[],
		"identifiers":[{"kind":"name","values":["Example Vendor"],"source":"s"},{"kind":"domain","values":["example.com"],"source":"s"}]}]`)); err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(bundled, "data")
	if err != nil {
		t.Fatal(err)
	}
	same, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Register{&other, same} {
		data, digest, err := registerpack.Pack(r)
		if err != nil || (digest != "") != (r == same) || (len(data) > 0) == (r == same) {
			t.Fatalf("%d bytes, digest %x, %v", len(data), digest, err)
		}
		got, err := registerpack.Open(string(data), digest)
		if err != nil {
			t.Fatal(err)
		}
		sameRegister(t, got.(*Register), r)
		if got.(*Register).Files() != nil {
			t.Error("the register of a release has files")
		}
	}
	if _, err := registerpack.Open("", "another digest"); err == nil {
		t.Error("the bundled register is taken for another one")
	}
	if _, _, err := registerpack.Pack(Bundled()); err == nil {
		t.Error("a packed register is packed again")
	}
}
