// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom/unpack"
)

// cabOf writes a cabinet of one folder, packed by MSZIP or stored.
func cabOf(packed bool, files ...string) string {
	le := binary.LittleEndian
	var content []byte
	var entries []byte
	for i := 0; i < len(files); i += 2 {
		entries = le.AppendUint32(entries, uint32(len(files[i+1])))
		entries = le.AppendUint32(entries, uint32(len(content)))
		entries = append(entries, make([]byte, 8)...) // folder, date, time, attributes
		entries = append(entries, files[i]+"\x00"...)
		content = append(content, files[i+1]...)
	}
	method, count := 0, 0
	var blocks []byte
	for rest, done := content, []byte(nil); len(rest) > 0; count++ {
		plain := rest[:min(len(rest), 32<<10)]
		rest = rest[len(plain):]
		body := plain
		if packed {
			method = 1
			var b bytes.Buffer
			b.WriteString("CK")
			w, _ := flate.NewWriterDict(&b, 9, done[max(0, len(done)-32<<10):])
			w.Write(plain)
			w.Close()
			body = b.Bytes()
		}
		done = append(done, plain...)
		head := le.AppendUint16(le.AppendUint16(nil, uint16(len(body))), uint16(len(plain)))
		sum := uint32(0)
		for _, part := range [][]byte{body, head} {
			for ; len(part) >= 4; part = part[4:] {
				sum ^= le.Uint32(part)
			}
			last := uint32(0)
			for _, b := range part {
				last = last<<8 | uint32(b)
			}
			sum ^= last
		}
		blocks = append(append(le.AppendUint32(blocks, sum), head...), body...)
	}
	const header, folder = 36, 8
	out := []byte("MSCF\x00\x00\x00\x00")
	out = le.AppendUint32(out, uint32(header+folder+len(entries)+len(blocks)))
	out = le.AppendUint32(append(out, 0, 0, 0, 0), header+folder)
	out = append(out, 0, 0, 0, 0, 3, 1, 1, 0)
	out = le.AppendUint16(out, uint16(len(files)/2))
	out = append(out, make([]byte, 6)...)
	out = le.AppendUint32(out, uint32(header+folder+len(entries)))
	out = le.AppendUint16(le.AppendUint16(out, uint16(count)), uint16(method))
	return string(out) + string(entries) + string(blocks)
}

func TestCab(t *testing.T) {
	long := strings.Repeat("a long file that goes over blocks, and needs what came before\n", 2000) // 122 KiB
	sound := cabOf(false, "a", doc, `sub\b`, "words")
	change := func(s string, at int, b ...byte) string { return s[:at] + string(b) + s[at+len(b):] }
	tests := []struct{ name, in, want string }{
		{"stored", sound, "f!a cab: doc\nf!sub/b cab: 5 bytes"},
		{"MSZIP", cabOf(true, "a", doc), "f!a cab: doc"},
		{"MSZIP of four blocks", cabOf(true, "a", long, "b", doc), "f!a cab: 124000 bytes\nf!b cab: doc"},
		{"compressed files in it", cabOf(true, "a.gz", gzipOf(doc)), "f!a.gz cab+gzip: doc"},
		{"data after the cabinet", sound + "x", "f!a cab: doc\nf!sub/b cab: 5 bytes\nf : syntax"},
		{"a checksum that does not fit", change(sound, len(sound)-1, 'x'), "f!a cab: syntax\nf!sub/b cab: syntax"},
		{"one of a set", change(sound, 30, 2), "f : notRecognised"},
		{"LZX", change(sound, 42, 3), "f!a cab: notRecognised\nf!sub/b cab: notRecognised"},
		{"a file of 4 GB", change(sound, 44, 0xff, 0xff, 0xff, 0xff), "f!a cab: syntax\nf!sub/b cab: 5 bytes"},
		{"a folder that is not there", change(sound, 52, 7), "f : syntax"},
		{"a block that is somewhere else", change(sound, 36, 0xff, 0xff, 0xff, 0xff), "f!a cab: syntax\nf!sub/b cab: syntax"},
		{"no files", change(sound, 28, 0), "f : syntax"},
	}
	for _, tt := range tests {
		if got := strings.TrimSpace(walk(t, tt.in, nil, true)); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	for n := len("MSCF\x00\x00\x00\x00"); n < len(sound); n++ {
		if got := walk(t, sound[:n], nil, false); strings.Contains(got, "doc") {
			t.Errorf("cut at %d: %s", n, got)
		}
	}
	// A block of MSZIP that is too short, and one that unpacks to more than it states.
	short := cabOf(true, "a", "x")
	at := strings.Index(short, "CK")
	for name, in := range map[string]string{
		"a byte":   change(short, at, 'C', 'C'),
		"no sum":   change(change(short, at-8, 0, 0, 0, 0), at-2, 0),
		"too much": change(change(short, at-8, 0, 0, 0, 0), at-2, 9),
	} {
		if got := walk(t, in, nil, false); strings.TrimSpace(got) != "f!a cab: syntax" {
			t.Errorf("%s: %s", name, got)
		}
	}
	bomb := cabOf(true, "a", strings.Repeat("\x00", 2<<20))
	for limit, want := range map[int64]string{2 << 20: "f!a cab: 2097152 bytes", 2<<20 - 1: "f!a cab: limit"} {
		if got := walk(t, bomb, &unpack.Options{Limits: unpack.Limits{Memory: limit}}, false); strings.TrimSpace(got) != want {
			t.Errorf("with %d bytes of memory: %s; want %s", limit, got, want)
		}
	}
}

// Cabinets of other programs are read.
func TestCabCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/corpus/*/contrib/*.cab")
	if err != nil || len(files) == 0 {
		t.Skip("no corpus here")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := walk(t, string(data), nil, false); !strings.Contains(got, ".metainfo.xml cab: ") || strings.Contains(got, "syntax") {
			t.Errorf("%s: %s", file, got)
		}
	}
}
