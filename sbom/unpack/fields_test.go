// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// A document in a field that programs ignore is found.
func TestHiddenInFields(t *testing.T) {
	skipped := func(number uint32, s string) string {
		return string(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 0x184d2a50+number), uint32(len(s)))) + s
	}
	table := strings.Repeat("\x01\x00\x00\x00", 2) + "\x01\x00\x00\x00\x00" + "\xb1\xea\x92\x8f"
	gz := func(h gzip.Header) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Header = h
		w.Write([]byte(doc))
		w.Close()
		return b.String()
	}
	subfield := func(s string) []byte {
		return append(binary.LittleEndian.AppendUint16([]byte("KK"), uint16(len(s))), s...)
	}
	zipped := func(comment string, h zip.FileHeader) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		h.Name = "a.json"
		f, _ := w.CreateHeader(&h)
		f.Write([]byte(doc))
		w.SetComment(comment)
		w.Close()
		return b.String()
	}
	pax := func(records map[string]string) string {
		return tarEntries(tar.Header{Name: "p.json", Typeflag: tar.TypeReg, Size: int64(len(doc)), Format: tar.FormatPAX, PAXRecords: records})
	}
	link := func(name, target string) string {
		return tarEntries(tar.Header{Name: "p.json", Typeflag: tar.TypeReg, Size: int64(len(doc))}, tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeSymlink})
	}
	padded := []byte(tarOf("p.json", doc))
	copy(padded[512+len(doc):], docTag)
	for _, tt := range []struct {
		name, in string
		whole    bool
	}{
		{"zstd, size of the next frame", zstdOf(doc[:9]) + skipped(0, "\x10\x00\x00\x00") + zstdOf(doc[9:]), true},
		{"zstd, table", zstdOf(doc) + skipped(14, table), true},
		{"zstd, after the document", zstdOf(doc) + skipped(0, doc), false},
		{"zstd, between", zstdOf(doc[:9]) + skipped(3, doc) + zstdOf(doc[9:]), false},
		{"zstd, packed", zstdOf(doc) + skipped(15, zstdOf(doc)), false},
		{"zstd, in a table", zstdOf(doc) + skipped(14, strings.Repeat(" ", (8-(len(docXML)+9)%4)%4+4)+docXML+table[8:]), false},
		{"zstd, cut off", zstdOf(doc) + skipped(0, doc)[:20], false},
		{"gzip", gz(gzip.Header{Name: "a.json", Comment: "of May", Extra: subfield("\x01\x02")}), true},
		{"gzip, comment", gz(gzip.Header{Comment: doc}), false},
		{"gzip, name", gz(gzip.Header{Name: docSyft}), false},
		{"gzip, extra field", gz(gzip.Header{Extra: subfield(docXML)}), false},
		{"gzip, gzip in an extra field", gz(gzip.Header{Extra: subfield(gzipOf(doc))}), false},
		{"gzip, second member", gzipOf("") + gz(gzip.Header{Comment: doc}), false},
		{"zip", zipped("of May", zip.FileHeader{Comment: "an offer", Extra: []byte("UT\x05\x00\x03\x00\x00\x00\x00")}), true},
		{"zip, comment", zipped(doc, zip.FileHeader{}), false},
		{"zip, comment in base64", zipped(base64.StdEncoding.EncodeToString([]byte(docSyft)), zip.FileHeader{}), false},
		{"zip, comment in gzip", zipped(gzipOf(doc), zip.FileHeader{}), false},
		{"zip, comment of an entry", zipped("", zip.FileHeader{Comment: docTag}), false},
		{"zip, extra field", zipped("", zip.FileHeader{Extra: subfield(doc)}), false},
		{"zip, xz in an extra field", zipped("", zip.FileHeader{Extra: subfield("\xfd7zXZ\x00-----------")}), false},
		{"tar", pax(map[string]string{"comment": sha[:40], "VENDOR.x": "y"}), true},
		{"tar, comment", pax(map[string]string{"comment": doc}), false},
		{"tar, record of another name", pax(map[string]string{"VENDOR.sbom": docTag}), false},
		{"tar, attribute", pax(map[string]string{"SCHILY.xattr.user.sbom": docXML}), false},
		{"tar, padding", string(padded), false},
		{"tar, link of a system", link("etc/resolv.conf", "/run/resolv.conf.auto"), true},
		{"tar, link to a document", link("k.cdx.json", "/run/k.cdx.json"), false},
		{"tar, link to a document in a system", link("usr/share/k", "/run/k.cdx.json"), false},
		{"tar, link of a document to nothing", link("k.cdx.json", "/dev/null"), false},
		{"tar, link of no system", link("product", "/dev/shm/product"), false},
	} {
		if got := passedOver(t, "f", tt.in, doc, strings.Repeat("\x00", len(doc))); got != tt.whole {
			t.Errorf("%s: whole %v, want %v: %s", tt.name, got, tt.whole, walk(t, tt.in, nil, false))
		}
	}
}

// zstd data is copied unchanged, with all kinds of blocks.
func TestZstdFrames(t *testing.T) {
	random := make([]byte, 300_000)
	r := rand.NewChaCha8([32]byte{})
	r.Read(random)
	text := string(random) + strings.Repeat("\x00", 500_000) + strings.Repeat(doc, 3_000)
	for _, opts := range [][]zstd.EOption{nil, {zstd.WithEncoderCRC(false)}, {zstd.WithSingleSegment(true)}, {zstd.WithWindowSize(1 << 10)}, {zstd.WithEncoderLevel(zstd.SpeedBestCompression)}} {
		var b bytes.Buffer
		w, err := zstd.NewWriter(&b, opts...)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
		w.Close()
		packed := b.String() + zstdOf("") + string(w.EncodeAll([]byte(text), nil))
		if !passedOver(t, "f", packed, text+text) {
			t.Errorf("another text: %s", walk(t, packed, nil, false))
		}
		if passedOver(t, "f", packed[:len(packed)-7], text+text) {
			t.Error("cut off: passed over")
		}
	}
}
