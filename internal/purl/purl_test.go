// SPDX-License-Identifier: Apache-2.0

package purl_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	packageurl "github.com/package-url/packageurl-go"

	"github.com/clause76/clause76/internal/purl"
)

const suite = "../../../shared/corpus/package-url+purl-spec/tests/*/*-test.json"

// parts are the parts of a package URL as the specification's tests have them.
type parts struct {
	Type, Namespace, Name, Version, Subpath string
	Qualifiers                              map[string]string
}

func (x parts) purl() purl.PURL {
	p := purl.PURL{Type: x.Type, Namespace: x.Namespace, Name: x.Name, Version: x.Version, Subpath: x.Subpath}
	for _, k := range slices.Sorted(maps.Keys(x.Qualifiers)) {
		p.Qualifiers = append(p.Qualifiers, purl.Qualifier{Key: k, Value: x.Qualifiers[k]})
	}
	return p
}

func equal(a, b purl.PURL) bool {
	return a.Type == b.Type && a.Namespace == b.Namespace && a.Name == b.Name && a.Version == b.Version &&
		a.Subpath == b.Subpath && slices.Equal(a.Qualifiers, b.Qualifiers)
}

// The specification's own tests, all of them: parse, build and validate.
func TestSpecification(t *testing.T) {
	files, err := filepath.Glob(suite)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no corpus here")
	}
	passed, total, types := 0, 0, make(map[string]bool)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s struct {
			Tests []struct {
				Type     string          `json:"test_type"`
				Input    json.RawMessage `json:"input"`
				Expected json.RawMessage `json:"expected_output"`
				Failure  bool            `json:"expected_failure"`
			}
		}
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		types[filepath.Base(file)] = true
		for i, c := range s.Tests {
			total++
			var in, want string
			var from, to parts
			var got any
			var err error
			ok := false
			json.Unmarshal(c.Expected, &want)
			switch c.Type {
			case "parse":
				json.Unmarshal(c.Input, &in)
				json.Unmarshal(c.Expected, &to)
				var p purl.PURL
				p, err = purl.Parse(in)
				got, ok = p, equal(p, to.purl())
			case "build":
				json.Unmarshal(c.Input, &from)
				var p purl.PURL
				p, err = purl.New(from.purl())
				got, ok = p.String(), p.String() == want
			case "validate":
				json.Unmarshal(c.Input, &in)
				var s string
				s, err = purl.Normalize(in)
				got, ok = s, s == want
			}
			if c.Failure {
				ok = err != nil
			} else {
				ok = ok && err == nil
			}
			if ok {
				passed++
			} else {
				t.Errorf("%s %d: %s %s: got %v, %v; want %s, failure %v", filepath.Base(file), i, c.Type, c.Input, got, err, c.Expected, c.Failure)
			}
		}
	}
	t.Logf("%d of %d tests in %d files", passed, total, len(types))
}

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want error
		name string
	}{
		{"pkg:npm/%40a/b@1", nil, "b"},
		{"pkg:npm/@a/b", nil, "b"},
		{"pkg:npm/%40a%2Fb@1", nil, "@a/b"}, // an encoded slash stays in the name
		{"pkg:npm/%zz", purl.ErrSyntax, ""},
		{"pkg:npm/a%ff", purl.ErrSyntax, ""},
		{"pkg:maven/a%2Fb/c", purl.ErrSyntax, ""},
		{"pkg:maven/a/b?x=1&x=2", purl.ErrSyntax, ""},
		{"pkg:maven/a/b?X=1&x=2", purl.ErrSyntax, ""},
		{"pkg:/", purl.ErrSyntax, ""},
		{"pkg:npm", purl.ErrSyntax, ""},
		{"PKG:NPM/A", nil, "a"},
		{"pkg:1a/b", purl.ErrSyntax, ""},
		{"pkg:pypi/a/b", purl.ErrType, "b"},
		{"pkg:swid/Kaspersky", purl.ErrType, "Kaspersky"},
		{"pkg:deb/\u212Aaspersky/x", nil, "x"},
		{"pkg:npm/" + strings.Repeat("a", purl.MaxLength), purl.ErrSyntax, ""},
		{"pkg:npm/" + strings.Repeat("a", purl.MaxLength-8), nil, strings.Repeat("a", purl.MaxLength-8)},
	}
	for _, c := range tests {
		p, err := purl.Parse(c.in)
		if !errors.Is(err, c.want) || p.Name != c.name {
			t.Errorf("Parse(%.60q) = %.60q, %v; want %.60q, %v", c.in, p.Name, err, c.name, c.want)
		}
	}
	p, err := purl.Parse("pkg:github/\u212Aaspersky/x")
	if err != nil || p.Namespace != "\u212Aaspersky" {
		t.Errorf("the Kelvin sign became %q, %v", p.Namespace, err)
	}
}

// What the library that everybody uses reads without an error must have the same parts
// here, except where that library has a known fault.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(suite)
	for _, s := range []string{"pkg:npm/%40a/b@1?x=y#s", "pkg:golang/a.b/C/d@v1", "pkg:oci/a@sha256:0?repository_url=b.c/d", "pkg:git/h/o/r@1"} {
		f.Add(s)
	}
	for _, file := range files {
		data, _ := os.ReadFile(file)
		for _, field := range strings.Split(string(data), `"`) {
			if strings.HasPrefix(field, "pkg:") {
				f.Add(field)
			}
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > purl.MaxLength/3 {
			return // its canonical form may be too long
		}
		canonical, err := purl.Normalize(s)
		if errors.Is(err, purl.ErrSyntax) {
			return
		}
		again, err2 := purl.Normalize(canonical)
		if errors.Is(err2, purl.ErrSyntax) || again != canonical {
			t.Fatalf("%q is canonical as %q, and that as %q, %v", s, canonical, again, err2)
		}
		if err != nil {
			return
		}
		p, _ := purl.Parse(canonical)
		lib, err := packageurl.FromString(canonical)
		if err != nil {
			return
		}
		if lib.Type != p.Type || p.Type != "git" && lib.Version != p.Version && !strings.EqualFold(lib.Version, p.Version) ||
			p.Type != "git" && !strings.Contains(p.Name, "/") && (!strings.EqualFold(lib.Name, p.Name) && p.Type != "pypi" || !strings.EqualFold(lib.Namespace, p.Namespace)) {
			t.Fatalf("%q: %+v; the library says %+v", canonical, p, lib)
		}
	})
}
