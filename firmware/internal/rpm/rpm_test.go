// SPDX-License-Identifier: Apache-2.0

package rpm_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/rpm"
	"github.com/clause76/clause76/sbom"
)

var (
	be = binary.BigEndian
	le = binary.LittleEndian
)

// header returns a package header with texts, by their tags.
func header(texts map[uint32]string) []byte {
	var entries, data []byte
	tags := make([]uint32, 0, len(texts))
	for tag := range texts {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		for _, n := range []uint32{tag, 6, uint32(len(data)), 1} {
			entries = be.AppendUint32(entries, n)
		}
		data = append(append(data, texts[tag]...), 0)
	}
	b := be.AppendUint32(nil, uint32(len(tags)))
	b = be.AppendUint32(b, uint32(len(data)))
	return append(append(b, entries...), data...)
}

// pkg returns the header of a package of a vendor, with a long summary.
func pkg(name, vendor string) []byte {
	return header(map[uint32]string{1000: name, 1001: "1.0", 1002: "2", 1004: strings.Repeat("summary ", 200), 1011: vendor, 1015: "A <a@hisilicon.com>", 1020: "https://example.org/" + name})
}

func ndb(blobs ...[]byte) []byte {
	b := make([]byte, 4096)
	copy(b, "RpmP")
	le.PutUint32(b[12:], 1)
	for at := 32; at < 4096; at += 16 {
		copy(b[at:], "Slot")
	}
	for i, blob := range blobs {
		le.PutUint32(b[32+16*i+4:], uint32(i+1))
		le.PutUint32(b[32+16*i+8:], uint32(len(b)/16))
		start := len(b)
		b = append(b, "BlbS"...)
		b = le.AppendUint32(b, uint32(i+1))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, uint32(len(blob)))
		b = append(b, blob...)
		b = append(b, make([]byte, -(len(b)+12)&15)...)
		b = le.AppendUint32(b, adler32.Checksum(b[start:]))
		b = le.AppendUint32(b, uint32(len(blob)))
		b = append(b, "BlbE"...)
	}
	return b
}

func berkeley(order binary.AppendByteOrder, o binary.ByteOrder, blobs ...[]byte) []byte {
	const size = 512
	page := func(n uint32, kind byte) []byte {
		p := make([]byte, size)
		o.PutUint32(p[8:], n)
		p[25] = kind
		return p
	}
	table := page(1, 13)
	o.PutUint16(table[20:], uint16(2*len(blobs)+2))
	at := size
	put := func(i int, entry []byte) {
		at -= len(entry)
		copy(table[at:], entry)
		o.PutUint16(table[26+2*i:], uint16(at))
	}
	put(0, []byte{1, 0, 0, 0, 0}) // key 0 has the number of the latest package
	put(1, []byte{1, 9, 0, 0, 0})
	var chains []byte
	next := uint32(2)
	for i, blob := range blobs {
		put(2*i+2, []byte{1, byte(i + 1), 0, 0, 0})
		if len(blob) < size/4 { // like Berkeley DB, keep a short value in the page
			put(2*i+3, append([]byte{1}, blob...))
			continue
		}
		entry := order.AppendUint32([]byte{3, 0, 0, 0}, next)
		put(2*i+3, order.AppendUint32(entry, uint32(len(blob))))
		for len(blob) > 0 {
			p := page(next, 7)
			n := copy(p[26:], blob)
			o.PutUint16(p[22:], uint16(n))
			blob = blob[n:]
			next++
			if len(blob) > 0 {
				o.PutUint32(p[16:], next)
			}
			chains = append(chains, p...)
		}
	}
	meta := page(0, 8)
	o.PutUint32(meta[12:], 0x061561)
	o.PutUint32(meta[20:], size)
	o.PutUint32(meta[32:], next-1)
	return slices.Concat(meta, table, chains)
}

func putVarint(b []byte, v int) []byte {
	if v >= 1<<14 {
		b = append(b, byte(v>>14)|0x80)
	}
	if v >= 1<<7 {
		b = append(b, byte(v>>7)|0x80)
	}
	return append(b, byte(v)&0x7f)
}

// sqlite returns a database with the schema on page 1, an interior page 2 if there are several
// packages, and a leaf and a chain of overflow pages for each package.
func sqlite(blobs ...[]byte) []byte {
	const size = 1024
	pages := [][]byte{make([]byte, size), make([]byte, size)}
	const sql = "CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"
	row := []byte{6, 13 + 2*5, 13 + 2*8, 13 + 2*8, 1, 0x81, byte(13+2*len(sql)) & 0x7f}
	row[0] = byte(len(row))
	row = append(append(append(row, "tablePackagesPackages"...), 2), sql...)
	leaf := func(p []byte, head int, id byte, payload []byte) {
		p[head] = 13
		be.PutUint16(p[head+3:], 1)
		local, usable := len(payload), size
		if local > usable-35 {
			least := (usable-12)*32/255 - 23
			if local = least + (len(payload)-least)%(usable-4); local > usable-35 {
				local = least
			}
		}
		cell := append(putVarint(nil, len(payload)), id)
		cell = append(cell, payload[:local]...)
		rest := payload[local:]
		if len(rest) > 0 {
			cell = be.AppendUint32(cell, uint32(len(pages)+1))
		}
		at := size - len(cell)
		copy(p[at:], cell)
		be.PutUint16(p[head+8:], uint16(at))
		for len(rest) > 0 {
			o := make([]byte, size)
			n := copy(o[4:], rest)
			rest = rest[n:]
			pages = append(pages, o)
			if len(rest) > 0 {
				be.PutUint32(o, uint32(len(pages)+1))
			}
		}
	}
	copy(pages[0], "SQLite format 3\x00")
	be.PutUint16(pages[0][16:], size)
	leaf(pages[0], 100, 1, row)
	inner := pages[1]
	inner[0] = 5
	be.PutUint16(inner[3:], uint16(len(blobs)-1))
	for i, blob := range blobs {
		types := putVarint([]byte{0}, 12+2*len(blob))
		payload := append(append([]byte{byte(len(types) + 1)}, types...), blob...)
		p := make([]byte, size)
		pages = append(pages, p)
		number := uint32(len(pages))
		leaf(p, 0, byte(i+1), payload)
		if i == len(blobs)-1 {
			be.PutUint32(inner[8:], number)
			break
		}
		at := size - 5*(i+1)
		be.PutUint32(inner[at:], number)
		inner[at+4] = byte(i + 1)
		be.PutUint16(inner[12+2*i:], uint16(at))
	}
	return slices.Concat(pages...)
}

func show(data []byte) (string, sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s", c.Name, c.Version)
		for _, cl := range c.Claims {
			fmt.Fprintf(&b, "; %s %s %s", cl.Role, cl.Kind, cl.Value)
			if at := cl.Location.Offset; at >= 0 && !bytes.HasPrefix(data[at:], []byte(cl.Value)) {
				fmt.Fprintf(&b, " is not at %d", at)
			}
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

func forms(blobs ...[]byte) map[string][]byte {
	return map[string][]byte{
		"ndb":                     ndb(blobs...),
		"Berkeley DB":             berkeley(le, le, blobs...),
		"Berkeley DB, big-endian": berkeley(be, be, blobs...),
		"SQLite":                  sqlite(blobs...),
	}
}

func Example() {
	for c, err := range rpm.ReadDatabase(bytes.NewReader(ndb(pkg("kesl", "AO Kaspersky Lab"))), nil).Components() {
		fmt.Println(c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	// Output:
	// kesl 1.0-2 <nil>
	// supplier name AO Kaspersky Lab /kesl/Vendor
	// author name A /kesl/Packager
	// author email a@hisilicon.com /kesl/Packager
	// homepage url https://example.org/kesl /kesl/URL
	// mention product kesl /kesl/Name
}

func TestDatabases(t *testing.T) {
	line := func(name, vendor string) string {
		s := name + " 1.0-2"
		if vendor != "" {
			s += "; supplier name " + vendor
		}
		return s + "; author name A; author email a@hisilicon.com; homepage url https://example.org/" + name + "; mention product " + name + "\n"
	}
	blobs := [][]byte{pkg("one", "ZTE"), pkg("two", "(none)"), pkg("three", "Huawei")}
	for name, data := range forms(blobs...) {
		got, h, err := show(data)
		if want := line("one", "ZTE") + line("two", "") + line("three", "Huawei"); got != want || err != nil || h.Format != rpm.NameDatabase || h.Malformed != 0 {
			t.Errorf("%s: %+v %v\n%swant:\n%s", name, h, err, got, want)
		}
	}
	short := header(map[uint32]string{1000: "a", 1001: "1", 1011: "Huawei"})
	for name, data := range forms(pkg("one", "ZTE"), short, pkg("three", "ZTE")) {
		if got, h, err := show(data); err != nil || h.Components != 3 || !strings.Contains(got, "a 1-; supplier name Huawei;") {
			t.Errorf("%s, a short package: %s %+v %v", name, got, h, err)
		}
	}
	for name, data := range forms(header(map[uint32]string{1000: "a", 1011: "Hua\xffwei"})) {
		if got, h, err := show(data); err != nil || h.Malformed != 2 {
			t.Errorf("%s, without a version and not UTF-8: %s %+v %v", name, got, h, err)
		}
	}
	for name, data := range forms([]byte("\x00\x00\x00\x01\x00\x00\x00\x05")) {
		if got, _, err := show(data); !errors.Is(err, sbom.ErrSyntax) {
			t.Errorf("%s, a header that is too long: %s %v", name, got, err)
		}
	}
}

// A database that was cut is an error, or has all its packages before the cut. A wrong value causes
// no panic.
func TestBroken(t *testing.T) {
	if testing.Short() {
		t.Skip("slow test")
	}
	for name, data := range forms(pkg("one", "ZTE"), pkg("two", "Huawei")) {
		whole, _, err := show(data)
		if err != nil {
			t.Fatal(err)
		}
		for n := 600; n < len(data); n += 7 {
			if got, _, err := show(data[:n]); err == nil && got != whole {
				t.Errorf("%s, cut at %d: %s", name, n, got)
			}
		}
		for n := 0; n+4 <= len(data); n += 4 {
			for _, value := range []uint32{0, 1, 0x7fff, 0x7fffffff, 0xffffffff} {
				bad := bytes.Clone(data)
				be.PutUint32(bad[n:], value)
				show(bad)
			}
		}
	}
}

// A package in an ndb database has a checksum, so any changed bit is an error.
func TestChecksum(t *testing.T) {
	for length := range 16 { // with and without zeros before the tail
		data := ndb(header(map[uint32]string{1000: "a", 1001: "1", 1011: "ZTE" + strings.Repeat("x", length)}))
		if got, h, err := show(data); err != nil || h.Components != 1 {
			t.Fatalf("length %d: %s %v", length, got, err)
		}
		for at := 4096 + 8; at < len(data); at++ {
			bad := bytes.Clone(data)
			bad[at] ^= 1
			if got, _, err := show(bad); !errors.Is(err, sbom.ErrSyntax) {
				t.Errorf("length %d, a bit at %d of %d: %s %v", length, at, len(data), got, err)
			}
		}
	}
}

// file returns a package file.
func file(vendor, payload string) []byte {
	b := append([]byte("\xed\xab\xee\xdb\x03\x00"), make([]byte, 90)...)
	for _, h := range [][]byte{header(map[uint32]string{267: "x"}), pkg("kesl", vendor)} {
		b = append(b, make([]byte, -len(b)&7)...)
		b = append(append(b, "\x8e\xad\xe8\x01\x00\x00\x00\x00"...), h...)
	}
	return append(b, payload...)
}

func TestPackage(t *testing.T) {
	data := file("AO Kaspersky Lab", "payload")
	got, h, err := show(data)
	if err != nil || !strings.HasPrefix(got, "kesl 1.0-2; supplier name AO Kaspersky Lab;") || h.Malformed != 1 || h.Format != rpm.NamePackage {
		t.Errorf("%s %+v %v", got, h, err)
	}
	for n := range len(data) - 6 {
		if got, _, err := show(data[:n]); err == nil {
			t.Errorf("cut at %d: %s", n, got)
		}
	}
}

// TestRPM reads a package and databases that rpm makes, if rpm is installed.
func TestRPM(t *testing.T) {
	if _, err := exec.LookPath("rpmbuild"); err != nil {
		t.Skip("rpmbuild is not installed; it is in the Debian package rpm")
	}
	dir := t.TempDir()
	spec := "Name: agent\nVersion: 12.0\nRelease: 3\nSummary: x\nLicense: x\nVendor: AO Kaspersky Lab\nURL: https://www.kaspersky.com\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p %{buildroot}/opt/a\necho x > %{buildroot}/opt/a/b\n%files\n/opt/a/b\n"
	run := func(command ...string) string {
		out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
		if err != nil {
			t.Skipf("%s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	name := filepath.Join(dir, "agent.spec")
	if err := os.WriteFile(name, []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
	run("rpmbuild", "-bb", "--define", "_topdir "+dir, name)
	built := filepath.Join(dir, "RPMS", "noarch", "agent-12.0-3.noarch.rpm")
	data, err := os.ReadFile(built)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := show(data); err != nil || !strings.HasPrefix(got, "agent 12.0-3; supplier name AO Kaspersky Lab;") {
		t.Errorf("the package: %s %v", got, err)
	}
	for backend, file := range map[string]string{"sqlite": "rpmdb.sqlite", "ndb": "Packages.db"} {
		db := filepath.Join(dir, backend)
		if out, _ := exec.Command("rpm", "--define", "_db_backend "+backend, "--dbpath", db, "--initdb").CombinedOutput(); strings.Contains(string(out), "invalid") {
			t.Logf("this rpm has no %s", backend)
			continue
		}
		run("rpm", "--dbpath", db, "--define", "_db_backend "+backend, "--justdb", "--nodeps", "--noscripts", "-i", built)
		data, err := os.ReadFile(filepath.Join(db, file))
		if err != nil {
			t.Skip(err)
		}
		if got, _, err := show(data); err != nil || !strings.HasPrefix(got, "agent 12.0-3; supplier name AO Kaspersky Lab;") {
			t.Errorf("%s: %s %v", backend, got, err)
		}
		var files []string
		if err := rpm.Files(bytes.NewReader(data), func(p string) { files = append(files, p) }); err != nil || strings.Join(files, " ") != "/opt/a/b" {
			t.Errorf("%s: files %q, %v", backend, files, err)
		}
	}
}
