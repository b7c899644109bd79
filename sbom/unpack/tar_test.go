// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/unpack"
)

// tarEntries writes an archive of entries as they are.
func tarEntries(entries ...tar.Header) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		body := doc
		if h.Typeflag != tar.TypeReg {
			body = ""
		}
		h.Size, h.Mode = int64(len(body)), 0o644
		w.WriteHeader(&h)
		w.Write([]byte(body))
	}
	w.Close()
	return b.String()
}

// An archive without its end mark is an error, for any place at which it was cut off.
func TestTarEnd(t *testing.T) {
	two := tarOf("p.json", doc, "q.json", doc)
	zeros := tarOf("p.json", strings.Repeat("\x00", 1024))
	pax := tarEntries(tar.Header{Name: "p.json", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"comment": "x"}})
	resized := []byte(tarEntries(tar.Header{Name: "d/", Typeflag: tar.TypeDir}, tar.Header{Name: "p.json", Typeflag: tar.TypeReg}))
	copy(resized[124:], "00000001000")
	sum := 0
	for i, c := range resized[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int(c)
	}
	copy(resized[148:], fmt.Sprintf("%06o\x00 ", sum))
	const p, q, cut = "f!p.json tar: doc\n", "f!q.json tar: doc\n", "f : syntax"
	for _, tt := range []struct{ name, in, want string }{
		{"whole", two, p + strings.TrimSpace(q)},
		{"a record filled up", two + strings.Repeat("\x00", 8192), p + strings.TrimSpace(q)},
		{"after the first entry", two[:1024], p + cut},
		{"after both entries", two[:2048], p + q + cut},
		{"after one block of zeros", two[:2560], p + q + cut},
		{"in a block of zeros", two[:2100], p + q + cut},
		{"in the padding", two[:1024+512+len(doc)+9], p + q + cut},
		{"at the start of the padding", two[:1024+512+len(doc)], p + q + cut},
		{"a block of zeros among entries", two[:1024] + strings.Repeat("\x00", 512) + two[1024:], p + cut},
		{"content of zeros is no end", zeros[:1536], "f!p.json tar: notRecognised\n" + cut},
		{"after the extended header", pax[:1024], cut},
		{"something after it", two + "x", p + q + cut},
		{"another archive after it", two + tarOf("r.json", doc), p + q + cut},
		{"only a directory", tarEntries(tar.Header{Name: "d/", Typeflag: tar.TypeDir}), cut},
		{"a directory that states a size", string(resized), "f!d/ tar: syntax\n" + strings.TrimSpace(p)},
		{"in gzip", gzipOf(two[:2048]), "f!p.json gzip+tar: doc\nf!q.json gzip+tar: doc\nf gzip: syntax"},
	} {
		for _, bytewise := range []bool{false, true} {
			got := walk(t, tt.in, nil, bytewise)
			got = strings.Replace(got, "1024 bytes", "notRecognised", 1)
			if got != tt.want {
				t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
			}
		}
	}
}

// A link to a file outside of the archive is an error.
func TestTarLinks(t *testing.T) {
	const p = "f!p/x.json tar: doc"
	const out = p + "\nf!l/l tar: syntax"
	for _, tt := range []struct {
		target string
		hard   bool
		want   string
	}{
		{"../p/x.json", false, p},
		{"/p/x.json", false, p},
		{"../p", false, p},
		{"..", false, p},
		{"../via/x.json", false, p}, // via is a link to p
		{"/dev/null", false, p},     // only on a running device
		{"/srv/x.json", false, out},
		{"../../x.json", false, out},
		{"/../../x.json", false, out},
		{"../p/none.json", false, out},
		{`C:\x.json`, false, out},
		{"p/x.json", true, p},
		{"p/none.json", true, out},
		{"../x.json", true, out},
		{"p", true, out}, // a directory
	} {
		h := tar.Header{Name: "l/l", Linkname: tt.target, Typeflag: tar.TypeSymlink}
		if tt.hard {
			h.Typeflag = tar.TypeLink
		}
		in := tarEntries(tar.Header{Name: "p/x.json", Typeflag: tar.TypeReg}, tar.Header{Name: "via", Linkname: "p", Typeflag: tar.TypeSymlink}, h)
		if got := walk(t, in, nil, false); got != tt.want {
			t.Errorf("a link to %s:\n got %s\nwant %s", tt.target, got, tt.want)
		}
	}
}

func FuzzTar(f *testing.F) {
	f.Add(tarOf("a", doc, "b", "x"))
	f.Add(tarOf("a", doc)[:1024])
	f.Add(tarEntries(tar.Header{Name: "l", Linkname: "../x", Typeflag: tar.TypeSymlink}, tar.Header{Name: "p", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"comment": "x"}}))
	f.Fuzz(func(t *testing.T, in string) {
		opts := &unpack.Options{Limits: unpack.Limits{Bytes: 1 << 20, Items: 100, Memory: 1 << 20}}
		a, b := walk(t, in, opts, false), walk(t, in, opts, true)
		if a != b {
			t.Errorf("%s\nbyte by byte\n%s", a, b)
		}
		// What lacks its last block and had it before, is never whole.
		if len(in) > 262 && in[257:262] == "ustar" && !strings.HasSuffix(in, strings.Repeat("\x00", 1024)) && !strings.Contains(a, "syntax") && !strings.Contains(a, "limit") {
			t.Errorf("no end, and no fault:\n%s", a)
		}
	})
}
