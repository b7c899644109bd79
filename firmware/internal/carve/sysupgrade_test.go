// SPDX-License-Identifier: Apache-2.0

package carve_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
)

// object returns a kernel module: a relocatable ELF file with a section .modinfo.
func object(modinfo string) []byte {
	const names = "\x00.modinfo\x00.shstrtab\x00"
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&b, binary.LittleEndian, v)
		}
	}
	b.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	put(uint16(1), uint16(183), uint32(1), uint64(0), uint64(0), uint64(64+len(modinfo)+len(names)), uint32(0), uint16(64), uint16(0), uint16(0), uint16(64), uint16(3), uint16(2))
	b.WriteString(modinfo + names)
	put(make([]byte, 64))
	put(uint32(1), uint32(1), uint64(0), uint64(0), uint64(64), uint64(len(modinfo)), uint32(0), uint32(0), uint64(1), uint64(0))
	put(uint32(10), uint32(3), uint64(0), uint64(0), uint64(64+len(modinfo)), uint64(len(names)), uint32(0), uint32(0), uint64(1), uint64(0))
	return b.Bytes()
}

// rootfs writes the root file system of a router, as OpenWrt lays it out.
func rootfs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"etc/os-release":                "ID=\"openwrt\"\nNAME=\"OpenWrt\"\nOPENWRT_DEVICE_MANUFACTURER=\"ZTE\"\nOPENWRT_DEVICE_PRODUCT=\"MF286\"\n",
		"usr/lib/opkg/status":           "Package: kmod-himpp\nVersion: 5.15.150\nStatus: install user installed\nMaintainer: HiSilicon <x@hisilicon.com>\nCPE-ID: cpe:/a:huawei:himpp\n\nPackage: busybox\nVersion: 1.36.1\nStatus: install ok installed\n",
		"usr/lib/opkg/info/b.list":      "/bin/busybox\n",
		"bin/busybox":                   "\x7fELF" + strings.Repeat("program\x00", 2000),
		"lib/modules/5.15.150/himpp.ko": string(object("author=Hisilicon\x00license=Proprietary\x00alias=of:N*T*Chisilicon,hi3516-himpp\x00description=media\x00")),
		"usr/share/modem.cdx.json":      `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"firmware","name":"ME909s","version":"11.617","supplier":{"name":"Huawei Technologies Co., Ltd."}}]}`,
		"www/index.html":                "<html>hello</html>",
	} {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tool runs a program, or skips the test if it is not installed.
func tool(t *testing.T, stdin string, command ...string) {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skipf("no %s here; it is of Debian's squashfs-tools or device-tree-compiler", command[0])
	}
	c := exec.Command(command[0], command[1:]...)
	c.Stdin = strings.NewReader(stdin)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command[0], err, out)
	}
}

// findings screens a document. It returns the result, and a line for each finding and observation
// with its pointer, from which prefix is removed.
func findings(t *testing.T, doc *sbom.Document, prefix string) (lines []string, r *match.Result) {
	t.Helper()
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = m.Check(context.Background(), doc); err != nil {
		t.Fatal(err)
	}
	for _, f := range slices.Concat(r.Findings, r.Observations) {
		line := fmt.Sprintf("%v %s %v %s %s %s", f.Verdict, f.Reason, f.Tier, f.Vendor, f.Component.Name, strings.TrimPrefix(f.Component.Location.Pointer, prefix))
		for _, a := range f.Attributions {
			line += fmt.Sprintf(" %s=%q at %s", a.Claim.Kind, a.Claim.Value, strings.TrimPrefix(a.Claim.Location.Pointer, prefix))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines, r
}

// A sysupgrade image, made with the tools of OpenWrt, has the findings of its unpacked root file
// system, and those of the content that only the image has.
func TestSysupgrade(t *testing.T) {
	dir, out := rootfs(t), t.TempDir()
	squash, blob := filepath.Join(out, "root.squashfs"), filepath.Join(out, "board.dtb")
	tool(t, "", "mksquashfs", dir, squash, "-comp", "xz", "-b", "262144", "-Xbcj", "arm", "-no-xattrs", "-all-root", "-quiet", "-no-progress")
	tool(t, "/dts-v1/;\n/ { model = \"ZTE MF286\"; compatible = \"zte,mf286\", \"qca,qca9563\"; };\n", "dtc", "-o", blob)
	read := func(name string) []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	// The kernel with its devicetree, the file system at the start of a flash block, padding, metadata.
	image := append(noise(300_000), read(blob)...)
	image = append(image, bytes.Repeat([]byte{0xff}, -len(image)&(64<<10-1))...)
	image = append(image, read(squash)...)
	image = append(image, bytes.Repeat([]byte{0xff}, -len(image)&(64<<10-1))...)
	image = trailer(image, 1, metadata)

	want, unpacked := findings(t, firmware.OpenFS(context.Background(), os.DirFS(dir), nil), "")
	if len(want) < 4 || unpacked.Verdict != match.Review {
		t.Fatalf("the tree: %v, findings %q", unpacked.Verdict, want)
	}
	for name, doc := range map[string]*sbom.Document{
		"as a stream":          firmware.Open(bytes.NewReader(image), nil),
		"as a file":            firmware.OpenAt(bytes.NewReader(image), bytes.NewReader(image), int64(len(image)), nil),
		"only the file system": firmware.Open(bytes.NewReader(read(squash)), nil),
	} {
		got, r := findings(t, doc, "/squashfs/1/")
		var own []string // findings that only the image has
		got = slices.DeleteFunc(got, func(line string) bool {
			if strings.Contains(line, " /devicetree/1") || strings.Contains(line, " /trailer/1") {
				if !strings.HasPrefix(line, " ") { // no observation
					own = append(own, line)
				}
				return true
			}
			return false
		})
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nthe tree:\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if whole := name == "only the file system"; !whole && len(own) != 2 || whole && (len(own) != 0 || r.Coverage != unpacked.Coverage) {
			t.Errorf("%s: besides %q; coverage %+v, of the tree %+v", name, own, r.Coverage, unpacked.Coverage)
		}
	}
	// The findings are the same in a gzip layer and in a file of a file system.
	nested := filepath.Join(t.TempDir(), "outer")
	if err := errors.Join(os.MkdirAll(nested, 0o755), os.WriteFile(filepath.Join(nested, "fw.bin"), image, 0o644)); err != nil {
		t.Fatal(err)
	}
	outer := filepath.Join(out, "outer.squashfs")
	tool(t, "", "mksquashfs", nested, outer, "-comp", "gzip", "-quiet", "-no-progress")
	got, _ := findings(t, firmware.Open(bytes.NewReader(read(outer)), nil), "/squashfs/1/fw.bin#/squashfs/1/")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("an image in an image: no %s", line)
		}
	}
	// A file system with a changed byte has other findings, and is not clear.
	for at := len(image) - 70_000; at > len(image)-200_000 && at > 0; at -= 997 {
		bad := bytes.Clone(image)
		bad[at] ^= 0x55
		if _, r := findings(t, firmware.Open(io.MultiReader(bytes.NewReader(bad)), nil), ""); r.Verdict == match.Clear {
			t.Errorf("clear with byte %d changed", at)
		}
	}
}
