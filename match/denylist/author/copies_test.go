// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
)

func TestAddressesOfSources(t *testing.T) {
	const commit = "0fc042ddcffa289e21fa72b76482ec84b454b6c6"
	for _, tt := range []struct {
		source string
		want   []string
	}{
		{"words of the clause", nil},
		{"86 FR 33994", nil},
		{"https://example.org/a (quotes the law); https://example.org/b.", []string{"https://example.org/a", "https://example.org/b"}},
		{"reproduced at https://example.org/news,12.html, https://example.org/c and by Reuters", []string{"https://example.org/news,12.html", "https://example.org/c"}},
		{"answers (https://example.org/law_(2026)) restate it", []string{"https://example.org/law_(2026)"}},
		{"“https://example.org/a”", []string{"https://example.org/a"}},
		{"https://example.org/a; the same at https://example.org/a", []string{"https://example.org/a"}},
		{"http://example.org/q?a=1&b=%c3%a7", []string{"http://example.org/q?a=1&b=%c3%a7"}},
		{"GSA/GSA-Acquisition-FAR@" + commit + " dita/52.204-25.dita (Aug 2020); the same words in @9272789d (Nov 2021)", []string{
			"https://github.com/GSA/GSA-Acquisition-FAR/raw/" + commit + "/dita/52.204-25.dita",
			"https://github.com/GSA/GSA-Acquisition-FAR/raw/9272789d/dita/52.204-25.dita"}},
		{"a/b@" + commit + " x/table.csv; c/d@" + commit + " without a file", []string{"https://github.com/a/b/raw/" + commit + "/x/table.csv"}},
		{"the same words in @9272789d", nil},
		{"mail to law@example.org", nil},
	} {
		if got := author.Addresses(tt.source); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.source, got, tt.want)
		}
	}
}

const oneCopy = `{"copies": [
 {"address": "https://example.org/order-7", "mediaType": "text/html", "read": "2026-11-30", "clauses": ["xx-order-7#2"]}
]}`

// Lint reports what is wrong in copies.json with its line, and a custom list can do without the file.
func TestLintChecksCopies(t *testing.T) {
	for _, tt := range []struct{ old, new, want string }{
		{"", "", ""},
		{"https:", "ftp:", `copies.json:2: the copy of "ftp://example.org/order-7": address is`},
		{"2026-11-30", "2026-11", `copies.json:2: the copy of "https://example.org/order-7": read is "2026-11"; expected a day`},
		{`"read"`, `"digest": "sha256:ab", "read"`, `copies.json:2: the copy of "https://example.org/order-7": digest is "sha256:ab"`},
		{`["xx-order-7#2"]`, `[]`, `copies.json:2: the copy of "https://example.org/order-7": no clauses`},
		{`["xx-order-7#2"]`, `["xx-order-7#2", "xx-order-7#2"]`, `copies.json:2: the copy of "https://example.org/order-7": clauses has "xx-order-7#2" twice`},
		{`"read"`, `"day"`, "copies.json:2: "},
		{`]}`, ``, "copies.json:"},
	} {
		files := ministry()
		files["copies.json"] = &fstest.MapFile{Data: []byte(strings.Replace(oneCopy, tt.old, tt.new, 1))}
		faults := author.Lint(files, denylist.Current())
		if tt.want == "" && len(faults) > 0 || tt.want != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0].String(), tt.want)) {
			t.Errorf("%s: faults %v; want %q", tt.new, faults, tt.want)
		}
		if _, err := author.Copies(files); (err != nil) != (tt.want != "") {
			t.Errorf("%s: Copies returns the error %v", tt.new, err)
		}
	}
	if copies, err := author.Copies(ministry()); copies != nil || err != nil {
		t.Errorf("a list without copies.json has the copies %v, %v", copies, err)
	}
}

func TestWarningsNameUnknownClausesOfCopies(t *testing.T) {
	files := ministry()
	files["copies.json"] = &fstest.MapFile{Data: []byte(strings.Replace(oneCopy, "#2", "#3", 1))}
	w := author.Warnings(files, denylist.Current())
	if len(w) != 1 || !strings.HasPrefix(w[0].String(), `copies.json:2: the copy of "https://example.org/order-7" is of "xx-order-7#3", which is not in the list`) {
		t.Errorf("warnings %v", w)
	}
}

// The record of copies changes no digest, because no release contains it.
func TestCopiesChangeNoDigest(t *testing.T) {
	digest := func(files fs.FS) string {
		r, err := author.Load(files, denylist.Current())
		if err != nil {
			t.Fatal(err)
		}
		return r.Digest()
	}
	files := ministry()
	files["copies.json"] = &fstest.MapFile{Data: []byte(oneCopy)}
	if got, want := digest(files), digest(ministry()); got != want {
		t.Errorf("the digest is %s with copies.json and %s without", got, want)
	}
}

// Copies are written in one order, and equal ones become one.
func TestEncodeCopies(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	data, err := author.EncodeCopies([]author.Copy{
		{Address: "https://example.org/b", Read: "2026-11-30", Digest: digest, Clauses: []string{"x#2"}},
		{Address: "https://example.org/b", Read: "2026-11-30", Digest: digest, Clauses: []string{"x#1", "x#2"}},
		{Address: "https://example.org/b", Read: "2026-11-29", Clauses: []string{"x#3 es"}},
		{Address: "https://example.org/c", Read: "2026-11-30"},
		{Address: "https://example.org/a", Read: "2026-11-30", Clauses: []string{"x#1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := author.Copies(fstest.MapFS{"copies.json": {Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range got {
		lines = append(lines, c.Address+" "+string(c.Read)+" "+strings.Join(c.Clauses, ","))
	}
	want := []string{"https://example.org/a 2026-11-30 x#1", "https://example.org/b 2026-11-29 x#3 es", "https://example.org/b 2026-11-30 x#1,x#2"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	if _, err := author.EncodeCopies([]author.Copy{{Address: "https://example.org/a", Read: "today", Clauses: []string{"x#1"}}}); err == nil {
		t.Error("a copy without a day was written")
	}
}

// The file of the denylist is as EncodeCopies writes it, so that a new record changes only what is new.
func TestCopiesOfTheDenylist(t *testing.T) {
	copies, err := author.Copies(author.Sources())
	if err != nil || len(copies) < 50 {
		t.Fatalf("%d copies, %v; expected at least 50", len(copies), err)
	}
	want, err := author.EncodeCopies(copies)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(author.Sources(), "copies.json")
	if err != nil || string(got) != string(want) {
		t.Errorf("copies.json is not as EncodeCopies writes it: %v", err)
	}
}
