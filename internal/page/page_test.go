// SPDX-License-Identifier: Apache-2.0

package page_test

import (
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/clause76/clause76/internal/page"
)

type inner struct{ Name string }

func (i *inner) Words() string { return "method" }

type data struct {
	*inner
	URL   string
	N     int
	On    bool
	List  []inner
	Ptr   *inner
	Any   fmt.Stringer
	Style any
}

type level int

func (l level) String() string { return "<level>" }

const source = `{{define "item"}}<b title="{{.Name}}">{{.Name}}</b>{{end -}}
<style>{{.Style}}</style><title>{{.Name}}</title><a href="{{.URL}}">{{.URL}}</a><a href="#x-{{.N}}-{{.Name}}">{{.N}}</a>
{{if and .On (gt .N 1)}}on{{else if eq .N 1}}one{{else}}off{{end}}{{if or (not .On) (ne .Name "x")}}!{{end}}
{{range $i, $x := .List}}{{if $i}}, {{end}}{{template "item" .}}{{$x.Name}}{{$.N}}{{else}}none{{end}}
{{with .Ptr}}{{.Name}}{{else}}nil{{end}}{{$n := len .List}}{{$n}}{{upper (join .Name "y")}}{{.Any}}{{if lt .N 1}}less{{end}}`

var funcs = page.Funcs{"upper": strings.ToUpper, "join": func(a, b string) string { return a + b }}

// escaped returns a template with the escapers that html/template adds.
func escaped(t *testing.T, tmpl *template.Template) string {
	t.Helper()
	_ = tmpl.Execute(io.Discard, nil)
	var b strings.Builder
	for _, x := range tmpl.Templates() {
		fmt.Fprintf(&b, "{{define %q}}%s{{end}}", x.Name(), x.Tree.Root)
	}
	return b.String()
}

// Execute writes what html/template writes, for values of all kinds of characters too.
func TestExecute(t *testing.T) {
	tmpl := template.Must(template.New("t").Funcs(template.FuncMap(funcs)).Parse(source))
	own, err := page.Parse(escaped(t, tmpl), funcs)
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Check("t", reflect.TypeFor[*data]()); err != nil {
		t.Error(err)
	}
	var all strings.Builder
	for r := range rune(0x180) {
		all.WriteRune(r)
	}
	for _, s := range []string{"", "x", `<script>"'&+`, all.String(), "javascript:alert(1)", "JavaScript:alert(1)", "https://example.com/a b?c=d&e=%41%zz#f(g)'", "http:x", "mailto:a@b",
		"data:text/html,x", "/a:b", "a:b", ":", "//host/x", "\xff\xfe<", "vbscript:x", " javascript:x", "java\tscript:x", "é:x", "日本語", "%", "%4", "[x]{y}|z\\"} {
		for _, d := range []data{{N: 1}, {N: 2, On: true, List: []inner{{s}, {"z"}}, Ptr: &inner{s}, Any: level(3)}} {
			d.inner, d.URL = &inner{s}, s
			d.Style = template.CSS("a { b: c }")
			var want, got strings.Builder
			if err := tmpl.Execute(&want, &d); err != nil {
				t.Fatal(err)
			}
			d.Style = page.Raw("a { b: c }")
			if err := own.Execute(&got, "t", &d); err != nil {
				t.Fatal(err)
			}
			if got.String() != want.String() {
				t.Errorf("%q:\ngot  %q\nwant %q", s, got.String(), want.String())
			}
		}
	}
}

// A text that is not escaped, a style sheet that is not of the program, and what does not exist are
// errors, in the check and in the execution.
func TestErrors(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{`{{.Name}}`, "not escaped"},
		{`{{.Words | _html_template_htmlescaper}}`, "no field Words"},
		{`{{.None | _html_template_htmlescaper}}`, "no field None"},
		{`{{.URL | _html_template_urlfilter | _html_template_urlnormalizer}}`, "not escaped"},
		{`{{range .N}}{{end}}`, "expected a slice"},
		{`{{template "none"}}`, "no such template"},
		{`{{upper .N | _html_template_htmlescaper}}`, "argument 1"},
		{`{{upper | _html_template_htmlescaper}}`, "other arguments"},
		{`{{.URL.X | _html_template_htmlescaper}}`, "no struct"},
		{`{{template "t" .}}`, "too deep"},
	} {
		own, err := page.Parse(`{{define "t"}}`+tt.source+`{{end}}`, funcs)
		if err != nil {
			t.Fatal(err)
		}
		err = own.Execute(io.Discard, "t", &data{inner: &inner{"x"}, N: 1, Style: "a"})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.source, err, tt.want)
		}
		if err := own.Check("t", reflect.TypeFor[*data]()); err == nil && tt.want != "too deep" {
			t.Errorf("%s: no error of Check", tt.source)
		}
	}
	own, err := page.Parse(`{{define "t"}}{{.Style | _html_template_cssvaluefilter}}{{end}}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Execute(io.Discard, "t", &data{Style: "a"}); err == nil {
		t.Error("a string is written as a style sheet")
	}
	if _, err := page.Parse(`{{define "t"}}{{.X | _html_template_nospaceescaper}}{{end}}`, nil); err == nil {
		t.Error("an escaper that is not known is accepted")
	}
	if err := own.Execute(io.Discard, "none", nil); err == nil {
		t.Error("a template that does not exist is executed")
	}
}
