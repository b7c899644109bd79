// SPDX-License-Identifier: Apache-2.0

package html

import (
	"fmt"
	"html/template"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/internal/page"
)

// The escaped templates are what html/template makes of the templates.
func TestEscaped(t *testing.T) {
	for _, tt := range []struct {
		name  string
		funcs page.Funcs
		files []string
	}{
		{"page", pageFuncs, []string{"page.html", "annex.html"}},
		{"letter", letterFuncs, []string{"letter.html"}},
	} {
		tmpl := template.New(tt.name).Funcs(template.FuncMap(tt.funcs))
		for _, file := range tt.files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			template.Must(tmpl.Parse(string(text)))
		}
		got, err := escaped(tmpl)
		if err != nil {
			t.Fatal(err)
		}
		golden.CheckGenerated(t, tt.name+".escaped.html", []byte(got), "go generate ./match/evidence/html")
	}
}

// The templates use fields that exist, give functions what they take, and write nothing that is not
// escaped.
func TestTypes(t *testing.T) {
	if err := pageTemplate().Check("page", reflect.TypeFor[*pageData]()); err != nil {
		t.Error(err)
	}
	if err := letterTemplate().Check("letter", reflect.TypeFor[letterData]()); err != nil {
		t.Error(err)
	}
}

// escaped returns the templates as html/template escapes them before it executes one.
func escaped(tmpl *template.Template) (string, error) {
	_ = tmpl.Execute(io.Discard, nil) // it escapes, and then finds no data
	all := tmpl.Templates()
	slices.SortFunc(all, func(a, b *template.Template) int { return strings.Compare(a.Name(), b.Name()) })
	var b strings.Builder
	for _, x := range all {
		text := x.Tree.Root.String()
		if strings.Contains(text, "{{") && !strings.Contains(text, "_html_template_") {
			return "", fmt.Errorf("template %s is not escaped", x.Name())
		}
		fmt.Fprintf(&b, "{{define %q}}%s{{end}}\n", x.Name(), text)
	}
	return b.String(), nil
}
