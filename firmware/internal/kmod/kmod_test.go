// SPDX-License-Identifier: Apache-2.0

package kmod_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/kmod"
	"github.com/clause76/clause76/sbom"
)

// object returns an ELF object file with one section and the section names.
func object(wide bool, order binary.ByteOrder, section string, content []byte) []byte {
	names := "\x00" + section + "\x00.shstrtab\x00"
	var out bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if n, ok := v.(int); ok { // a number of the width of an address
				if wide {
					v = uint64(n)
				} else {
					v = uint32(n)
				}
			}
			binary.Write(&out, order, v)
		}
	}
	header, entry, class := 52, 40, byte(1)
	if wide {
		header, entry, class = 64, 64, 2
	}
	data := byte(1)
	if order == binary.BigEndian {
		data = 2
	}
	at := header
	tables := at + len(content) + len(names)
	out.Write([]byte{0x7f, 'E', 'L', 'F', class, data, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	put(uint16(1), uint16(40), uint32(1), 0, 0, tables, uint32(0), uint16(header), uint16(0), uint16(0), uint16(entry), uint16(3), uint16(2))
	out.Write(content)
	out.WriteString(names)
	out.Write(make([]byte, entry))
	put(uint32(1), uint32(1), 0, 0, at, len(content), uint32(0), uint32(0), 1, 0)
	put(uint32(len(section)+2), uint32(3), 0, 0, at+len(content), len(names), uint32(0), uint32(0), 1, 0)
	return out.Bytes()
}

func module(entries ...string) []byte {
	return object(true, binary.LittleEndian, ".modinfo", []byte(strings.Join(entries, "\x00")+"\x00"))
}

func show(data []byte) (string, *sbom.Header, error) {
	doc := firmware.Open(bytes.NewReader(data), nil)
	out := ""
	for c, err := range doc.Components() {
		if err != nil {
			return "", nil, err
		}
		out += strings.TrimSpace(c.Name + " " + c.Version)
		for i, cl := range c.Claims {
			if !bytes.HasPrefix(data[cl.Location.Offset:], []byte(cl.Value)) {
				return "", nil, fmt.Errorf("%q is not at byte %d", cl.Value, cl.Location.Offset)
			}
			out += []string{": ", "; "}[min(i, 1)] + string(cl.Role) + " " + string(cl.Kind) + " " + cl.Value
		}
	}
	h := doc.Header()
	return out, &h, nil
}

func Example() {
	data := module("license=Proprietary", "author=Hisilicon", "alias=of:N*T*Chisilicon,acodec", "name=hi_acodec")
	for c, err := range kmod.Read(bytes.NewReader(data), nil).Components() {
		fmt.Println(c.Type, c.Name, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value)
		}
	}
	// Output:
	// device-driver hi_acodec <nil>
	// manufacturer name Hisilicon
	// reference devicetree hisilicon,acodec
	// mention product hi_acodec
}

func TestRead(t *testing.T) {
	const vendor = "hi_base: manufacturer name HISILICON; mention product hi_base"
	info := []byte("author=HISILICON\x00name=hi_base\x00")
	tests := []struct {
		name      string
		data      []byte
		want      string
		malformed int
	}{
		{"64 bits", object(true, binary.LittleEndian, ".modinfo", info), vendor, 0},
		{"32 bits", object(false, binary.LittleEndian, ".modinfo", info), vendor, 0},
		{"64 bits, big-endian", object(true, binary.BigEndian, ".modinfo", info), vendor, 0},
		{"32 bits, big-endian", object(false, binary.BigEndian, ".modinfo", info), vendor, 0},
		{"a module from the source tree of the kernel", module("author=Jane Doe <jane@huawei.com>", "author=Hisilicon", "alias=of:N*T*Chisilicon,x", "intree=Y", "name=hns3", "version=1.0"),
			"hns3 1.0: author name Jane Doe; author email jane@huawei.com; author name Hisilicon; mention product hns3", 0},
		{"a driver for a vendor's modems", module("alias=usb:v12D1p*d*dc*dsc*dp*icFFisc01ip01in*", "alias=pci:v000019E5d*", "description=Huawei modem driver", "name=x"),
			"x: mention text Huawei modem driver; mention product x", 0},
		{"an alias with a wildcard", module("alias=of:N*T*Chisilicon,x", "alias=of:N*T*Chisilicon,xC*", "name=y"), "y: reference devicetree hisilicon,x; mention product y", 0},
		{"an entry without a value", module("author=ZTE", "", "rubbish", "name=z"), "z: manufacturer name ZTE; mention product z", 1},
		{"not UTF-8", module("author=\xff", "name=z"), "z: mention product z", 1},
		{"a last entry without a NUL byte", object(true, binary.LittleEndian, ".modinfo", []byte("author=ZT")), "kernel module: manufacturer name ZT", 1},
		{"no entries", module(), "kernel module", 0},
	}
	for _, tt := range tests {
		got, h, err := show(tt.data)
		if err != nil || got != tt.want || h.Malformed != tt.malformed {
			t.Errorf("%s: %v, %+v\n%s\nwant\n%s", tt.name, err, h, got, tt.want)
		}
	}
}

// A module that was cut is an error, and a changed one causes no panic.
func TestBroken(t *testing.T) {
	data := module("author=ZTE", "name=x")
	for n := range data {
		if got, _, err := show(data[:n]); err == nil {
			t.Errorf("cut at %d: %s", n, got)
		}
	}
	for at := 0; at+4 <= len(data); at++ {
		for _, word := range []uint32{0, 1, 0x7fffffff, 0xffffffff, uint32(len(data))} {
			changed := bytes.Clone(data)
			binary.LittleEndian.PutUint32(changed[at:], word)
			show(changed)
		}
	}
	if _, _, err := show(object(true, binary.LittleEndian, ".text", []byte("ZTE"))); !errors.Is(err, sbom.ErrNotRecognized) {
		t.Errorf("an object file without .modinfo: %v", err)
	}
	for n, kind := range map[int]error{1 << 20: nil, 1<<20 + 1: sbom.ErrLimit} {
		if _, _, err := show(object(true, binary.LittleEndian, ".modinfo", make([]byte, n))); !errors.Is(err, kind) {
			t.Errorf("a section of %d bytes: %v; want %v", n, err, kind)
		}
	}
}

// TestCompiler reads a module that a C compiler made.
func TestCompiler(t *testing.T) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler is installed")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "m.c"), filepath.Join(dir, "m.ko")
	code := "static const char a[] __attribute__((section(\".modinfo\"), used)) = \"author=Hisilicon\";\n" +
		"static const char n[] __attribute__((section(\".modinfo\"), used)) = \"name=hi_x\";\nint x;\n"
	if err := os.WriteFile(in, []byte(code), 0o666); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command(cc, "-g", "-c", "-o", out, in).CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, b)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if got, h, err := show(data); err != nil || got != "hi_x: manufacturer name Hisilicon; mention product hi_x" || h.Malformed > 0 {
		t.Errorf("%s, %+v, %v", got, h, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(module("author=ZTE", "alias=of:N*T*Czte,x", "name=x"))
	f.Add(object(false, binary.BigEndian, ".modinfo", []byte("author=ZTE\x00intree=Y\x00")))
	f.Fuzz(func(t *testing.T, data []byte) {
		for c, err := range kmod.Read(bytes.NewReader(data), nil).Components() {
			if err != nil {
				return
			}
			for _, cl := range c.Claims {
				if o := cl.Location.Offset; o < 0 || o >= int64(len(data)) || cl.Location.Pointer == "" {
					t.Fatalf("claim %+v", cl)
				}
			}
		}
	})
}
