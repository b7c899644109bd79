// SPDX-License-Identifier: Apache-2.0

package weburl_test

import (
	"testing"

	"github.com/clause76/clause76/internal/weburl"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]weburl.Place{
		"https://user@WWW.Example.org:8443/a/b?c#d":              {Host: "example.org", Path: "a/b"},
		"scm:git:git@github.com:example/x.git":                   {Host: "github.com", Path: "example/x.git"},
		"github:example/x":                                       {Host: "github.com", Path: "example/x"},
		"example/x":                                              {Path: "example/x", Shorthand: true},
		"Homepage: https://example.org.":                         {Host: "example.org"},
		"https://ex%61mple.org/a/../b":                           {Host: "example.org", Path: "b"},
		"https://web.archive.org/web/2020/https://example.org/a": {Host: "example.org", Path: "a"},
		"docker://example/x:1":                                   {Host: "docker.io", Path: "example/x:1"},
		"../a":                                                   {},
		"file:///usr/lib/a.so":                                   {},
	} {
		if got, ok := weburl.Parse(text); !ok || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"see the manual", "https://a b/", "https://a.example https://b.example", ""} {
		if got, ok := weburl.Parse(text); ok {
			t.Errorf("%q is parsed: %+v", text, got)
		}
	}
}

func TestLookalikeHostsAreShownInLatinLetters(t *testing.T) {
	host, lookalike, ok := weburl.ParseHost("ex\u0430mple.org")
	if host != "xn--exmple-4nf.org" || lookalike != "example.org" || !ok {
		t.Errorf("%q, %q, %v", host, lookalike, ok)
	}
}

func TestAccountsAndPackagesOfURLs(t *testing.T) {
	for text, want := range map[string][3]string{
		"https://github.com/orgs/example/x":    {"github", "example", ""},
		"https://example.gitlab.io/x":          {"gitlab", "example", ""},
		"https://www.npmjs.com/package/@a/b":   {"", "", "pkg:npm/@a/b"},
		"https://repo1.maven.org/maven2/org/a": {"", "", "pkg:maven/org.a/x"},
		"https://example.org/a":                {"", "", ""},
	} {
		p, _ := weburl.Parse(text)
		typ, owner := p.Account()
		if typ == "" {
			owner = ""
		}
		if got := [3]string{typ, owner, p.PackageURL()}; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
