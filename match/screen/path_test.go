// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"testing"
	"unicode/utf8"

	"github.com/clause76/clause76/match/screen"
)

func TestEscapePath(t *testing.T) {
	for name, want := range map[string]string{
		"bid/a.json": "bid/a.json", "größe\u202e\n": "größe\u202e\n", "\xff": `\xff`, "\xfe": `\xfe`, `\xff`: `\x5cxff`, `\x5cxff`: `\x5cx5cxff`, `a\b`: `a\b`,
		`\xFF`: `\xFF`, `\x`: `\x`, `\xf`: `\xf`, "\\\xff": `\\xff`, "\\x\xff": `\x\xff`, "\\xf\xff": `\xf\xff`, "\xed\xa0\x80": `\xed\xa0\x80`, "\xc3": `\xc3`, "\ufffd": "\ufffd", "": "",
	} {
		if got := screen.EscapePath(name); got != want {
			t.Errorf("%q: %s; want %s", name, got, want)
		}
	}
}

// Every name comes back, so no two have one path.
func FuzzEscapePath(f *testing.F) {
	for _, s := range []string{"a/b.json", "\xff\xfe", `\xff`, `\x5c\x5cxff`, "\\\xff", "\\x\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path := screen.EscapePath(name)
		if back := screen.UnescapePath(path); back != name {
			t.Errorf("%q came back as %q by %q", name, back, path)
		}
		if !utf8.ValidString(path) {
			t.Errorf("%q is not UTF-8", path)
		}
	})
}
