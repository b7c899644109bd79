// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/golden"
	"github.com/clause76/clause76/match/denylist/author"
)

const (
	checkList   = "testdata/check/list"
	checkCopies = "testdata/check/copies"
)

// The report names each clause and each copy, and fits a terminal.
func TestCheckComparesWordsWithCopies(t *testing.T) {
	status, out, errs := keeper("check", "-from", checkList, "-alone", checkCopies)
	if status != exitFault || !strings.Contains(errs, "words were not found: 7 of 15") {
		t.Errorf("status %d, %q", status, errs)
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	golden.Check(t, "testdata/check/report.txt", []byte(out))
}

// -record notes the copies that have the words, and leaves what was recorded about other words.
func TestCheckRecordsCopies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "copies.json")
	keeper("check", "-from", checkList, "-alone", "-record", file, "-today", "2026-12-01", checkCopies)
	recorded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/check/recorded.json", recorded)

	list := filepath.Join(t.TempDir(), "list")
	if err := os.CopyFS(list, os.DirFS(checkList)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(list, "copies.json"), string(recorded))
	if faults := author.Lint(os.DirFS(list), nil); len(faults) > 0 {
		t.Errorf("the record has faults: %v", faults)
	}
	_, out, _ := keeper("check", "-from", list, "-alone", checkCopies)
	if !strings.Contains(out, "same          order.html, as of 2026-12-01") || strings.Contains(out, "\nchanged") {
		t.Errorf("the record is not that of the copies:\n%s", out)
	}
	if out := must(t, "lint", "-alone", list); !strings.Contains(strings.Join(strings.Fields(out), " "), "15 verified clauses and versions, with the day of a copy 9 (60 %), with its digest 8 (53 %)") {
		t.Errorf("the counts of the copies are wrong:\n%s", out)
	}
}

// The status is 0 only if all words are found.
func TestCheckSucceedsIfAllWordsAreFound(t *testing.T) {
	const clause = "does not buy products of Example Works or of Acronis AG."
	for _, tt := range []struct {
		file, text string
		want       int
	}{
		{"page.html", "<p>The ministry " + clause, exitFine},
		{"page.html", "<p>The ministry now " + clause, exitFault},
		{"page.html", "", exitFault},
		{"other.html", "<p>The ministry " + clause, exitFault},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, tt.file), tt.text)
		write(t, filepath.Join(dir, "sources.json"), `{"`+tt.file+`": "https://example.org/order-7`+strings.TrimPrefix(tt.file, "page.html")+`"}`)
		if status, out, errs := keeper("check", "-from", "../../testdata/lists/ministry", dir); status != tt.want {
			t.Errorf("%s with %q: status %d, expected %d; %s\n%s", tt.file, tt.text, status, tt.want, errs, out)
		}
	}
}

// The addresses are a file of options for curl, without the copies that are there.
func TestCheckListsAddresses(t *testing.T) {
	all := must(t, "check", "-from", checkList, "-alone", "-list")
	if !strings.Contains(all, "url = \"https://example.org/de.txt\"\noutput = \"example.org-5ea51500.txt\"\n") {
		t.Errorf("an address is missing:\n%s", all)
	}
	if !strings.Contains(all, `"https://example.org/mirror.txt"`) || strings.Contains(all, "fr.txt") {
		t.Errorf("expected the address of the record, and none of words with grade C:\n%s", all)
	}
	some := must(t, "check", "-from", checkList, "-alone", "-list", checkCopies)
	if strings.Contains(some, "order.html") || strings.Contains(some, "de.txt") || !strings.Contains(some, "not-there.html") {
		t.Errorf("expected the copies that are not in the folder:\n%s", some)
	}
	names := make(map[string]bool)
	for line := range strings.Lines(must(t, "check", "-list")) {
		if name, ok := strings.CutPrefix(line, "output = "); ok {
			if names[name] {
				t.Errorf("two copies have the name %s", name)
			}
			names[name] = true
		}
	}
	if len(names) < 100 {
		t.Errorf("%d addresses for the denylist of this program; expected at least 100", len(names))
	}
}

func TestCheckRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sources.json"), `{"page.html": "https://example.org/order-7"}`)
	for _, tt := range []struct {
		want   int
		errors string
		args   []string
	}{
		{exitUsage, "no folder", nil},
		{exitUsage, "expected a day", []string{"-today", "1 May", checkCopies}},
		{exitFault, "no-such-folder", []string{"no-such-folder"}},
		{exitFault, `names the file "page.html", which is not in the folder`, []string{dir}},
		{exitFault, "list.json", []string{"-from", dir, dir}},
	} {
		if status, _, errs := keeper(append([]string{"check"}, tt.args...)...); status != tt.want || !strings.Contains(errs, tt.errors) {
			t.Errorf("%q: status %d, %q; expected %d, %q", tt.args, status, errs, tt.want, tt.errors)
		}
	}
}

// Differences of typesetting do not count, and those of words do.
func TestPageHasPassages(t *testing.T) {
	for _, tt := range []struct {
		name, text, passage string
		want                bool
	}{
		{"page.txt", "shall not\n  buy", "shall not buy", true},
		{"page.txt", "shall buy", "shall not buy", false},
		{"page.txt", "Shall not buy", "shall not buy", false},
		{"page.txt", "because of it", "use of it", false},
		{"page.txt", "the use of items", "the use of it", false},
		{"page.txt", "because of it, use of it", "use of it", true},
		{"page.txt", "it is “so-called” ‘security’", `it is "so-called" 'security'`, true},
		{"page.txt", "the ``covered'' list", "the “covered” list", true},
		{"page.txt", "the equip-\n  ment of e-mail", "the equipment of e-mail", true},
		{"page.txt", "the e-\nmail equipment", "the e-mail equipment", true},
		{"page.txt", "the equip-ment", "the equipment", false},
		{"page.txt", "caf\u0065\u0301 – bar", "café - bar", true},
		{"page.txt", "製品を排除する方針", "排除する", true},
		{"page.txt", "\xff\xfeu\x00s\x00e\x00", "use", true},
		{"page.html", "<p>not<p>able", "not able", true},
		{"page.html", "<p><b>not</b>able", "not", false},
		{"page.html", "<meta charset=iso-8859-2><p>k\xe9rt \xfbr", "kért űr", true},
		{"page.html", "<p>shall <s>not</s> buy", "shall not buy", false},
		{"page.html", "<script>shall not buy</script>", "shall not buy", false},
		{"page.html", "<s>a<s>b</s>shall not buy</s>", "shall not buy", false},
		{"page.html", "<title>Law of 2 May</title>", "Law of 2 May", true},
		{"law.xml", "<?xml version='1.0'?><ACT><P><NO.P>1.</NO.P>shall <HT>not</HT> buy</P></ACT>", "1. shall not buy", true},
		{"law.xml", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'not'>]><a>shall &x; buy</a>", "shall not buy", false},
		{"law.xml", "<?xml version='1.0'?><P>shall<NOTE>See<NOTE/> below.</NOTE> not buy</P>", "shall not buy", true},
		{"page.html", "<p>shall<sup>1</sup> not<sup><a href=#b>[2]</a></sup> buy", "shall not buy", true},
		{"page.html", "<p>le 1<sup>er</sup> mai 2026<sup>3</sup>", "le 1er mai 2026", true},
		{"page.txt", "Routers ^ made abroad††—except: (a) some,# (b) others, £ if any", "Routers made abroad—except: (a) some, (b) others, if any", true},
		{"page.txt", "Routers for £5", "Routers for 5", false},
		{"page.txt", "2. **Within 60 days** remove", "remove [all", false},
		{"page.md", "2. **Within 60 days** remove [all](https://example.org/_x_) _listed_ products of\n> snake_case", "Within 60 days remove all listed products of snake_case", true},
		{"rows.csv", "a,\"shall \"\"not\"\" buy\"\n", `shall "not" buy`, true},
		{"rows.json", `{"text": "shall \u201cnot\u201d buy"}`, `shall "not" buy`, true},
		{"rows.json", `[see below] shall not buy`, `[see below] shall not buy`, true},
	} {
		mediaType, format := mediaTypeOf(tt.name, []byte(tt.text))
		if format != "" {
			t.Errorf("%q is %s", tt.text, format)
			continue
		}
		content, err := textOf(mediaType, []byte(tt.text))
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if got := newPage(content, mediaType == "text/plain").has(fold(tt.passage)); got != tt.want {
			t.Errorf("%s %q has %q: %v, expected %v", mediaType, tt.text, tt.passage, got, tt.want)
		}
	}
}

// A copy has a limit, also after its references are resolved.
func TestCopiesAreBounded(t *testing.T) {
	dir := t.TempDir()
	large := bytes.Repeat([]byte("a "), maxCopy/2+1)
	if err := os.WriteFile(filepath.Join(dir, "large.txt"), large, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readCopy(os.DirFS(dir), "large.txt"); err == nil {
		t.Error("a large file was read")
	}
	if _, err := textOf("text/plain", large); err == nil {
		t.Error("a large text was accepted")
	}
	for _, name := range []string{"a.pdf", "b.zip", "c.bin"} {
		data := map[string]string{"a.pdf": "%PDF-1.4", "b.zip": "PK\x03\x04", "c.bin": "a\x00b"}[name]
		if _, format := mediaTypeOf(name, []byte(data)); format == "" {
			t.Errorf("%s has a reader", name)
		}
	}
}

// The nearest words are found where a passage is long, and in texts of several bytes a character.
func TestNearestShowsTheFirstDifference(t *testing.T) {
	for _, tt := range []struct {
		text, passage string
		before        bool
		recorded      string
		copy          string
	}{
		{"органи влади не купують обладнання", "органи влади не купують обладнань", false, "влади не купують обладнан|ь", "влади не купують обладнан|ня"},
		{"one two three four five six seven", "zero two three four five six seven", true, "zero| two three four five six", "one| two three four five six"},
		{"quite other words", "zebras graze", false, "", ""},
	} {
		d := newPage(tt.text, true).nearest(fold(tt.passage))
		if tt.recorded == "" {
			if d != nil {
				t.Errorf("%q is near %q: %v", tt.passage, tt.text, d)
			}
			continue
		}
		if d == nil {
			t.Errorf("nothing near %q", tt.passage)
			continue
		}
		got, in := d.words[0]+"|"+d.words[1], d.found[0]+"|"+d.found[1]
		if d.before != tt.before || !strings.Contains(got, tt.recorded) || !strings.Contains(in, tt.copy) || !utf8.ValidString(got+in) {
			t.Errorf("%q in %q: before %v, %q and %q", tt.passage, tt.text, d.before, got, in)
		}
	}
}
