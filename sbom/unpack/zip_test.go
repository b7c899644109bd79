// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
)

// An entry is one of an archive that is written byte by byte, for what package archive/zip
// does not write.
type entry struct {
	name, body string
	before     string // in front of the local header
	extra      string // in the local header
	after      string // after the packed data, among its bytes
	local      func(h []byte)
	central    func(h []byte)
	link       bool
	descriptor string // form of the data descriptor: "", "signed", "bare", "wide"
	share      bool   // the local header of the entry before
}

var order = binary.LittleEndian

// zipWith writes an archive; tail is between the central directory and its end, and comment
// after that.
func zipWith(tail, comment string, entries ...entry) string {
	var out, dir []byte
	at := 0
	for _, e := range entries {
		var packed bytes.Buffer
		w, _ := flate.NewWriter(&packed, 9)
		io.WriteString(w, e.body)
		w.Close()
		packed.WriteString(e.after)
		sum := crc32.ChecksumIEEE([]byte(e.body))
		sizes := order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, sum), uint32(packed.Len())), uint32(len(e.body)))
		flags, localSizes := uint16(0), sizes
		if e.descriptor != "" {
			flags, localSizes = 8, make([]byte, 12)
		}
		common := func(sizes []byte) []byte {
			h := order.AppendUint16([]byte{20, 0}, flags)
			return append(append(h, 8, 0, 0, 0, 0, 0), sizes...)
		}
		if !e.share {
			out = append(out, e.before...)
			at = len(out)
			h := append([]byte("PK\x03\x04"), common(localSizes)...)
			h = order.AppendUint16(order.AppendUint16(h, uint16(len(e.name))), uint16(len(e.extra)))
			h = append(append(h, e.name...), e.extra...)
			if e.local != nil {
				e.local(h)
			}
			out = append(append(out, h...), packed.Bytes()...)
			switch e.descriptor {
			case "signed":
				out = append(append(out, "PK\x07\x08"...), sizes...)
			case "bare":
				out = append(out, sizes...)
			case "wide":
				out = append(append(out, "PK\x07\x08"...), sizes[:4]...)
				out = order.AppendUint64(order.AppendUint64(out, uint64(packed.Len())), uint64(len(e.body)))
			case "wrong":
				out = append(append(out, "PK\x07\x08"...), make([]byte, 12)...)
			}
		}
		h := append([]byte("PK\x01\x02\x14\x03"), common(sizes)...)
		h = append(order.AppendUint16(h, uint16(len(e.name))), make([]byte, 8)...)
		mode := uint32(0o100644)
		if e.link {
			mode = 0o120777
		}
		h = order.AppendUint32(order.AppendUint32(h, mode<<16), uint32(at))
		h = append(h, e.name...)
		if e.central != nil {
			e.central(h)
		}
		dir = append(dir, h...)
	}
	end := order.AppendUint16(order.AppendUint16([]byte("PK\x05\x06\x00\x00\x00\x00"), uint16(len(entries))), uint16(len(entries)))
	end = order.AppendUint32(order.AppendUint32(end, uint32(len(dir))), uint32(len(out)))
	end = append(order.AppendUint16(end, uint16(len(comment))), comment...)
	return string(out) + string(dir) + tail + string(end)
}

// signingBlock is one of an Android package, with a pair.
func signingBlock(id uint32, value string) string {
	pair := append(order.AppendUint32(order.AppendUint64(nil, uint64(4+len(value))), id), value...)
	size := order.AppendUint64(nil, uint64(len(pair)+24))
	return string(size) + string(pair) + string(size) + "APK Sig Block 42"
}

// Bytes outside of the central directory's entries are an error, and archives of common writers are
// read.
func TestZip(t *testing.T) {
	p, q := entry{name: "p.json", body: doc}, entry{name: "q.json", body: doc}
	with := func(e entry, change func(*entry)) entry {
		change(&e)
		return e
	}
	whole := zipWith("", "", p)
	hidden := whole[:strings.Index(whole, "PK\x01\x02")] // a local header and its data
	beforeDir := func(s string) string {                 // s in front of the central directory, as in Android packages
		cut := strings.Index(whole, "PK\x01\x02")
		b := []byte(whole[:cut] + s + whole[cut:])
		order.PutUint32(b[len(b)-6:], uint32(cut+len(s)))
		return string(b)
	}
	wide := func() string { // with the records of a 64-bit archive
		cut := strings.Index(whole, "PK\x05\x06")
		dir := strings.Index(whole, "PK\x01\x02")
		r := order.AppendUint64([]byte("PK\x06\x06"), 44)
		r = append(r, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		for _, n := range []int{1, 1, cut - dir, dir} {
			r = order.AppendUint64(r, uint64(n))
		}
		r = append(append(r, "PK\x06\x07\x00\x00\x00\x00"...), order.AppendUint64(nil, uint64(cut))...)
		r = append(r, 1, 0, 0, 0)
		end := []byte(whole[cut:])
		copy(end[8:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
		return whole[:cut] + string(r) + string(end)
	}()
	narrowed := strings.Replace(wide, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x01\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00", 1)
	const okP, okQ, fault = "f!p.json zip: doc", "\nf!q.json zip: doc", "f : syntax"
	for _, tt := range []struct{ name, in, want string }{
		{"whole", zipWith("", "", p, q), okP + okQ},
		{"descriptor", zipWith("", "", with(p, func(e *entry) { e.descriptor = "signed" }), q), okP + okQ},
		{"descriptor without signature", zipWith("", "", with(p, func(e *entry) { e.descriptor = "bare" }), q), okP + okQ},
		{"descriptor, and one size before", zipWith("", "", with(p, func(e *entry) {
			e.descriptor, e.local = "signed", func(h []byte) { order.PutUint32(h[22:], uint32(len(doc))) }
		})), okP},
		{"descriptor, and another size before", zipWith("", "", with(p, func(e *entry) { e.descriptor, e.local = "signed", func(h []byte) { h[22] = 1 } })), fault + "\n" + okP},
		{"64-bit descriptor", zipWith("", "", with(p, func(e *entry) { e.descriptor = "wide" }), q), okP + okQ},
		{"64-bit archive", wide, okP},
		{"aligned by an extra field", zipWith("", "", with(p, func(e *entry) { e.extra = "\x35\xd9\x06\x00\x04\x00\x00\x00\x00\x00" }), q), okP + okQ},
		{"aligned by the zeros of zipalign", zipWith("", "", with(p, func(e *entry) { e.extra = "\x00\x00\x00" }), q), okP + okQ},
		{"aligned by zeros between", zipWith("", "", p, with(q, func(e *entry) { e.before = strings.Repeat("\x00", 4000) })), okP + okQ},
		{"signing block of Android", beforeDir(signingBlock(0x7109871a, "signature")), okP},
		{"signing block after zeros", beforeDir("\x00\x00\x00" + signingBlock(0x7109871a, "signature")), okP},
		{"comment", zipWith("", "made by a tool", p), okP},
		{"directory that is deflated", zipWith("", "", entry{name: "d/"}, p), okP},
		{"symbolic link within", zipWith("", "", p, entry{name: "l.json", body: "p.json", link: true}), okP},

		{"only a directory", zipWith("", "", entry{name: "d/"}), fault},
		{"something before it that the offsets leave out", hidden + whole, okP + "\n" + fault},
		{"another archive before it", whole + whole, okP + "\n" + fault},
		{"an entry that is not named", zipWith("", "", p, with(q, func(e *entry) { e.before = hidden })), okP + okQ + "\n" + fault},
		{"an entry before all", zipWith("", "", with(p, func(e *entry) { e.before = hidden })), okP + "\n" + fault},
		{"an entry before the directory", beforeDir(hidden), okP + "\n" + fault},
		{"an entry after the directory", zipWith(hidden, "", p), okP + "\n" + fault},
		{"an entry after the end", whole + hidden, okP + "\n" + fault},
		{"an entry in the comment", zipWith("", hidden, p), okP + "\n" + fault},
		{"an entry after the deflated data", zipWith("", "", with(p, func(e *entry) { e.after = hidden }), q), "f!p.json zip: syntax" + okQ},
		{"text before the signing block", beforeDir("text" + signingBlock(1, "x")), okP + "\n" + fault},
		{"a signing block of another size", beforeDir("x" + signingBlock(1, "x")[1:]), okP + "\n" + fault},
		{"a signing block whose pairs do not add up", beforeDir(strings.Replace(signingBlock(1, "xyz"), "\x07\x00\x00\x00\x00\x00\x00\x00", "\x05\x00\x00\x00\x00\x00\x00\x00", 1)), okP + "\n" + fault},
		{"another name", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[30] = 'k' } })), fault + "\n" + okP},
		{"another size", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[22]++ } })), fault + "\n" + okP},
		{"another packed size", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[18]-- } })), fault + "\n" + okP},
		{"another checksum", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[14]++ } })), fault + "\n" + okP},
		{"another method", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[8] = 0 } })), fault + "\n" + okP},
		{"encrypted in one of them", zipWith("", "", with(p, func(e *entry) { e.local = func(h []byte) { h[6] = 1 } })), fault + "\n" + okP},
		{"another size in the descriptor", zipWith("", "", with(p, func(e *entry) { e.descriptor = "wrong" }), q), fault + "\n" + okP + okQ + "\n" + fault},
		{"a checksum that does not fit", zipWith("", "", with(p, func(e *entry) {
			e.local = func(h []byte) { h[14]++ }
			e.central = func(h []byte) { h[16]++ }
		})), "f!p.json zip: syntax"},
		{"overlapping entries", zipWith("", "", p, with(q, func(e *entry) { e.share = true })), fault},
		{"one entry twice", zipWith("", "", p, with(p, func(e *entry) { e.share = true })), fault},
		{"fewer entries than stated", strings.Replace(whole, "\x01\x00\x01\x00", "\x02\x00\x02\x00", 1), fault},
		{"one of several parts", strings.Replace(whole, "PK\x05\x06\x00\x00", "PK\x05\x06\x01\x00", 1), fault},
		{"ends that disagree", narrowed, fault},
		{"symbolic link outside", zipWith("", "", p, entry{name: "l.json", body: "../p.json", link: true}), okP + "\nf!l.json zip: syntax"},
		{"cut off", whole[:len(whole)-1], fault},
	} {
		if got := walk(t, tt.in, nil, false); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// Limits hold for nested archives, each within its own, and for a large central directory.
func TestZipBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	nested := doc
	for range 5 {
		var files []string
		for i := range 14 {
			files = append(files, string(rune('a'+i)), nested)
		}
		nested = zipOf(files...)
	}
	items, last := 0, ""
	for item := range unpack.Walk(t.Context(), unpack.Source{Path: "f", Reader: strings.NewReader(nested)}, nil) {
		items++
		if item.Err != nil {
			last = item.Err.Error()
		}
	}
	if most := 1_000 + len(nested)/16 + 100; items > most || items < 500 || !strings.Contains(last, "limit exceeded") {
		t.Errorf("%d items of %d bytes, %s", items, len(nested), last)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for range 3_000 {
		w.CreateHeader(&zip.FileHeader{Name: "d/"})
	}
	w.Close()
	opts := &unpack.Options{Limits: unpack.Limits{Items: 2_999}}
	if got := walk(t, b.String(), opts, false); got != "f : limit" {
		t.Errorf("many directories: %s", got)
	}
	if got := walk(t, zipWith("", "", entry{name: "z", body: gzipOf(strings.Repeat("\x00", 15<<20))}, entry{name: "y", body: gzipOf(strings.Repeat("\x00", 15<<20))}), &unpack.Options{Limits: unpack.Limits{Bytes: 20 << 20}}, false); !strings.Contains(got, "f!y zip+gzip: limit") {
		t.Errorf("bytes of all layers: %s", got)
	}
}

// The ratio holds for all entries of an archive together.
func TestZipRatio(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks 256 MiB")
	}
	var entries []entry
	for i := range 18 {
		entries = append(entries, entry{name: string(rune('a' + i)), body: strings.Repeat("\x00", 15<<20)})
	}
	archive := zipWith("", "", entries...)
	n, last := 0, error(nil)
	for item := range unpack.Walk(t.Context(), unpack.Source{Path: "f", Reader: strings.NewReader(archive)}, &unpack.Options{Limits: unpack.Limits{Ratio: 1}}) {
		if last = item.Err; last == nil {
			_, last = io.Copy(io.Discard, item.Reader)
		}
		if n++; last != nil {
			break
		}
	}
	if n != 18 || !errors.Is(last, sbom.ErrLimit) {
		t.Errorf("%d entries, %v", n, last)
	}
}

// The reader does not panic, and an archive without an error has no bytes outside of its entries.
func FuzzZip(f *testing.F) {
	p := entry{name: "p.json", body: doc}
	f.Add(zipWith("", "", p))
	f.Add(zipWith("", "x", entry{name: "d/"}, p, entry{name: "l", body: "p.json", link: true}))
	f.Add(zipOf("a", doc, "b", "x"))
	f.Add(zipWith(signingBlock(1, "x"), "", p))
	f.Fuzz(func(t *testing.T, in string) {
		opts := &unpack.Options{Limits: unpack.Limits{Bytes: 1 << 20, Items: 100, Memory: 1 << 20}}
		got := walk(t, in, opts, false)
		r, err := zip.NewReader(strings.NewReader(in), int64(len(in)))
		if !strings.HasPrefix(in, "PK\x03\x04") || err == nil && len(r.File) > 50 || strings.Contains(got, "syntax") || strings.Contains(got, "limit") || strings.Contains(got, "office") {
			return
		}
		if err != nil {
			t.Errorf("read without a fault, and package archive/zip says %v:\n%s", err, got)
		}
	})
}
