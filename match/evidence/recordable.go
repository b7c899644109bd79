// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// recordable returns the report as its record has it: all text is valid UTF-8, and each finding
// of a document has an id of its own. A report that is so already is returned itself; of any
// other, a copy. A record that is parsed and written again is then the same record.
func recordable(r *Report) *Report {
	known := make(exported)
	if t := (textCheck{make(map[sharedValue]bool), known}); !t.valid(reflect.ValueOf(r)) {
		c := textCopier{make(map[sharedValue]reflect.Value), known}
		r = c.copy(reflect.ValueOf(r)).Interface().(*Report)
	}
	if !slices.ContainsFunc(r.Documents, func(d Document) bool { return !d.hasIDs() }) {
		return r
	}
	out := *r
	out.Documents = slices.Clone(r.Documents)
	for i := range out.Documents {
		out.Documents[i].setIDs()
	}
	return &out
}

// hasIDs reports whether each finding and observation of the document has an id of its own.
func (d *Document) hasIDs() bool {
	seen := make(map[string]bool, len(d.Findings)+len(d.Observations))
	for _, fs := range [...][]Finding{d.Findings, d.Observations} {
		for i := range fs {
			if id := fs[i].ID; id == "" || seen[id] {
				return false
			}
			seen[fs[i].ID] = true
		}
	}
	return true
}

// setIDs gives each finding and observation of the document an id of its own. A finding keeps the
// id that it has, unless one before it has the same: the document gives two parts the same
// reference and location, as a package that is installed for two architectures.
func (d *Document) setIDs() {
	if d.hasIDs() {
		return
	}
	d.Findings, d.Observations = slices.Clone(d.Findings), slices.Clone(d.Observations)
	seen := make(map[string]int) // how many have the id so far
	for _, fs := range [...][]Finding{d.Findings, d.Observations} {
		for i := range fs {
			f := &fs[i]
			if f.ID == "" {
				f.ID = id(File{SHA256: d.SHA256}, f.Finding)
			}
			first := f.ID
			for n := seen[first]; seen[f.ID] > 0; n++ {
				f.ID = shortHash(first, strconv.Itoa(n))
			}
			if seen[first]++; f.ID != first {
				seen[f.ID]++
			}
		}
	}
}

// validText returns a text with U+FFFD in place of each run of bytes that are not UTF-8.
func validText(s string) string { return strings.ToValidUTF8(s, "\ufffd") }

// A shared value is looked at once: thousands of findings share their citations.
type sharedValue struct {
	at  uintptr
	n   int
	typ reflect.Type
}

// sharedOf identifies what a pointer or a slice refers to. ok is false for other values.
func sharedOf(v reflect.Value) (s sharedValue, ok bool) {
	switch v.Kind() {
	case reflect.Pointer:
		return sharedValue{v.Pointer(), 1, v.Type()}, true
	case reflect.Slice:
		return sharedValue{v.Pointer(), v.Len(), v.Type()}, true
	}
	return s, false
}

// exported are the indexes of the exported fields of each type of struct, which take time to find.
type exported map[reflect.Type][]int

func (e exported) fields(t reflect.Type) []int {
	all, ok := e[t]
	if !ok {
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				all = append(all, i)
			}
		}
		e[t] = all
	}
	return all
}

// A textCheck looks for text that is not UTF-8 in a value and in all that it refers to.
type textCheck struct {
	seen map[sharedValue]bool
	exported
}

func (t textCheck) valid(v reflect.Value) bool {
	if s, ok := sharedOf(v); ok {
		if t.seen[s] {
			return true
		}
		t.seen[s] = true
	}
	switch v.Kind() {
	case reflect.String:
		return utf8.ValidString(v.String())
	case reflect.Pointer:
		return v.IsNil() || t.valid(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if !t.valid(v.Index(i)) {
				return false
			}
		}
	case reflect.Struct:
		for _, i := range t.fields(v.Type()) {
			if !t.valid(v.Field(i)) {
				return false
			}
		}
	}
	return true
}

// A textCopier copies a value with all that it refers to, with valid text. What was shared is
// shared in the copy, too.
type textCopier struct {
	done map[sharedValue]reflect.Value
	exported
}

func (t textCopier) copy(v reflect.Value) reflect.Value {
	s, shared := sharedOf(v)
	if done, ok := t.done[s]; shared && ok {
		return done
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v) // with the fields that are not exported
	switch {
	case v.Kind() == reflect.String:
		out.SetString(validText(v.String()))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(t.copy(v.Elem()))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(t.copy(v.Index(i)))
		}
	case v.Kind() == reflect.Struct:
		for _, i := range t.fields(v.Type()) {
			out.Field(i).Set(t.copy(v.Field(i)))
		}
	}
	if shared {
		t.done[s] = out
	}
	return out
}
