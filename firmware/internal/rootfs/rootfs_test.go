// SPDX-License-Identifier: Apache-2.0

package rootfs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/adler32"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/clause76/clause76/firmware"
	"github.com/clause76/clause76/firmware/internal/rootfs"
	"github.com/clause76/clause76/sbom"
)

// files returns a directory of files. pairs are paths and contents.
func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

// show reads a directory. It returns a line for each component, with the claims that name its maker, and
// the header.
func show(fsys fs.FS, opts *firmware.FSOptions) (string, sbom.Header, error) {
	doc := firmware.OpenFS(context.Background(), fsys, opts)
	var b strings.Builder
	for c, err := range doc.Components() {
		if err != nil {
			return b.String(), doc.Header(), err
		}
		fmt.Fprintf(&b, "%s %s %d", c.Location.Pointer, c.Name, c.Placement)
		for _, cl := range c.Claims {
			if cl.Role.IsOrigin() {
				fmt.Fprintf(&b, " %s=%s", cl.Location.Pointer, cl.Value)
			}
		}
		b.WriteString("\n")
	}
	return b.String(), doc.Header(), nil
}

func gzipOf(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

const (
	status  = "Package: kmod-x\nVersion: 5.15\nStatus: install user installed\n\nPackage: libc\nVersion: 1.2\nStatus: install hold installed\n"
	release = "ID=openwrt\nVENDOR_NAME=\"Huawei\"\n"
	bom     = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"Box"}},"components":[{"type":"library","name":"a","supplier":{"name":"Huawei"}}]}`
)

func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		name, format, want string
		fsys               fs.FS
		malformed          int
		warning            string
	}{
		{"a root file system", "root-file-system", "etc/os-release#/ openwrt 1 etc/os-release#/VENDOR_NAME=Huawei\n" +
			"usr/lib/opkg/status#/kmod-x kmod-x 0\nusr/lib/opkg/status#/libc libc 0\n",
			files("etc/os-release", release, "usr/lib/opkg/status", status, "usr/lib/opkg/info/kmod-x.list", "/lib/modules/5.15/x.ko\n/etc/x\n/bin/x\n",
				"etc/x", "text", "bin/x", "\x00\x01", "etc/empty", "", "usr/lib/opkg/lock", "x"), 0, ""},
		{"a file of no package", "root-file-system", "bin/y y 0\nusr/lib/opkg/status#/kmod-x kmod-x 0\nusr/lib/opkg/status#/libc libc 0\n",
			files("usr/lib/opkg/status", status, "usr/lib/opkg/info/libc.list", "/bin/x\n", "bin/x", "x", "bin/y", "y"), 1, "package: 1 of 4 (bin/y)"},
		{"apk", "root-file-system", "bin/b b 0\nlib/apk/db/installed#/musl musl 0\n",
			files("lib/apk/db/installed", "P:musl\nV:1\nA:x\nF:bin\nR:a\n\n", "bin/a", "a", "bin/b", "b"), 1, "(bin/b)"},
		{"directories that are links into usr", "root-file-system", "usr/lib/x x 0\nvar/lib/dpkg/status#/kmod-x kmod-x 0\nvar/lib/dpkg/status#/libc libc 0\n",
			files("var/lib/dpkg/status", status, "var/lib/dpkg/info/libc.list", "/.\n/bin/a\n/lib64/b\n/sbin/c\n", "usr/bin/a", "a", "usr/lib64/b", "b", "sbin/c", "c", "usr/lib/x", "x"), 1, "1 of 6 ("},
		{"rpm", "root-file-system", "usr/lib/sysimage/rpm/Packages.db#/a a 0 usr/lib/sysimage/rpm/Packages.db#/a/Vendor=ZTE\nusr/y y 0\n",
			files("usr/lib/sysimage/rpm/Packages.db", ndb(), "usr/lib/sysimage/rpm/Index.db", "RpmX\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "opt/x", "x", "usr/y", "y"), 1, "(usr/y)"},
		{"a bill of materials in the directory", "root-file-system", "usr/share/sbom.json.gz#/metadata/component Box 0\nusr/share/sbom.json.gz#/components/0 a 0 usr/share/sbom.json.gz#/components/0/supplier/name=Huawei\n",
			files("etc/inittab", "", "usr/share/sbom.json.gz", gzipOf(bom)), 0, ""},
		{"a malformed file", "root-file-system", "usr/share/sbom.json#/metadata/component Box 0\n",
			files("etc/inittab", "", "usr/share/sbom.json", bom[:100]), 1, "was not screened"},
		{"an empty bill of materials", "root-file-system", "sbom.json sbom.json 0\n",
			files("etc/inittab", "", "sbom.json", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}`), 1, "(sbom.json)"},
		{"/sys/class/dmi/id", "sysfs-dmi", "sys_vendor 1288H V5 1 sys_vendor=HUAWEI\nboard_vendor board 0 board_vendor=Huawei\nchassis_vendor chassis 0\nbios_vendor bios 0\n",
			files("sys_vendor", "HUAWEI\n", "product_name", "1288H V5\n", "board_vendor", "Huawei\n", "bios_vendor", "To be filled by O.E.M.\n", "bios_version", "0.1\n", "chassis_vendor", "N/A\n", "product_serial", "1"), 0, ""},
		{"bytes that are not UTF-8", "sysfs-dmi", "sys_vendor RH\ufffd2288 1 sys_vendor=HUAWEI\nboard_vendor board 0\nproduct_name product_name 0\n",
			files("sys_vendor", "HUAWEI\n", "product_name", "RH\xff2288\n", "board_vendor", "", "modalias", "dmi:x"), 1, "1 of 4 (product_name)"},
		{"a program next to the fields", "sysfs-dmi", "sys_vendor Box 1 sys_vendor=HUAWEI\nboard_vendor board 0\nagent agent 0\nuevent uevent 0\n",
			files("sys_vendor", "HUAWEI\n", "product_name", "Box\n", "board_vendor", "", "modalias", "dmi:x", "agent", "\x7fELF", "uevent", "\x7fELF\x00", "power/control", "on"), 1, "2 of 7 ("},
		{"fields in a root file system", "root-file-system", "sys/class/dmi/id/sys_vendor Box 1 sys/class/dmi/id/sys_vendor=HUAWEI\nsys/class/dmi/id/board_vendor board 0\nsys/class/dmi/id/board_vendor board_vendor 0\n",
			files("etc/inittab", "", "sys/class/dmi/id/sys_vendor", "HUAWEI\n", "sys/class/dmi/id/product_name", "Box\n", "sys/class/dmi/id/board_vendor", "a\nb\n"), 2, "more than one line"},
		{"a mock-up of Redfish", "redfish-mockup", "redfish/v1/Chassis/1/index.json#/ Box 1 redfish/v1/Chassis/1/index.json#/Manufacturer=Huawei\nredfish/v1/index.json#/ Root 0\n",
			files("redfish/v1/index.json", `{"@odata.id":"/redfish/v1","@odata.type":"#ServiceRoot.v1_5_0.ServiceRoot","Id":"RootService","Name":"Root"}`,
				"redfish/v1/Chassis/1/index.json", `{"@odata.id":"/redfish/v1/Chassis/1","@odata.type":"#Chassis.v1_2_0.Chassis","Id":"1","Name":"Box","Manufacturer":"Huawei"}`), 0, ""},
		{"only files", "file-system", "a a 0\n", files("a", "a"), 1, "1 of 1 ("},
	} {
		got, h, err := show(tt.fsys, nil)
		if err != nil || got != tt.want || h.Format != tt.format || h.Malformed != tt.malformed {
			t.Errorf("%s: format %s, malformed %d, %v, error %v\n%swant:\n%s", tt.name, h.Format, h.Malformed, h.Warnings, err, got, tt.want)
		}
		if text := fmt.Sprint(h.Warnings); !strings.Contains(text, tt.warning) || tt.warning == "" && len(h.Warnings) > 0 {
			t.Errorf("%s: warnings %s; want %q", tt.name, text, tt.warning)
		}
	}
}

// A file belongs to an installed package, a package manager or sysfs only if both its path and its
// content fit. A name alone is not enough.
func TestOwners(t *testing.T) {
	const (
		gone   = "Package: gone\nVersion: 1\nStatus: deinstall ok config-files\n"
		both   = "Package: kmod-x\nStatus: install ok installed\nVersion: 1\nArchitecture: armhf\n"
		binary = "7z\xbc\xaf\x27\x1c\x00\x04"
		rpmDB  = "usr/lib/sysimage/rpm/Packages.db"
	)
	dpkg := func(pairs ...string) fstest.MapFS {
		return files(append([]string{"var/lib/dpkg/status", status}, pairs...)...)
	}
	dmi := func(name, text string) fstest.MapFS {
		fsys := files("sys_vendor", "Acme\n", "product_name", "Box\n", "board_vendor", "Acme\n")
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
		return fsys
	}
	esrt := func(name, text string) fstest.MapFS {
		return files("entries/entry0/fw_class", "2f1d5eab-1b4f-4c55-8a53-1f2c1c2a6b11\n", "entries/entry0/fw_type", "1\n", "entries/entry0/fw_version", "7\n", name, text)
	}
	for _, tt := range []struct {
		name         string
		fsys         fs.FS
		unidentified string // the files in an unknown format that do not belong to a package
	}{
		{"a list of an installed package", dpkg("var/lib/dpkg/info/libc.list", "/opt/x\n", "opt/x", binary), ""},
		{"a list with an architecture", dpkg("var/lib/dpkg/info/libc:amd64.list", "/opt/x\n", "opt/x", binary), ""},
		{"a list of an unknown package", dpkg("var/lib/dpkg/info/other.list", "/opt/x\n", "opt/x", binary), "opt/x var/lib/dpkg/info/other.list"},
		{"a list of a removed package", files("var/lib/dpkg/status", gone, "var/lib/dpkg/info/gone.list", "/opt/x\n", "opt/x", binary), "opt/x"},
		{"a package that is removed for one architecture only", files("var/lib/dpkg/status", strings.ReplaceAll(gone, "gone", "kmod-x")+"\n"+both, "var/lib/dpkg/info/kmod-x.list", "/opt/x\n", "opt/x", binary), ""},
		{"a list without a database", files("etc/inittab", "", "usr/lib/opkg/info/libc.list", "/opt/x\n", "opt/x", binary), "opt/x usr/lib/opkg/info/libc.list"},
		{"a list next to another database", dpkg("usr/lib/opkg/info/libc.list", "/opt/x\n", "opt/x", binary), "opt/x usr/lib/opkg/info/libc.list"},
		{"a database that is only text", files("var/lib/dpkg/status", "text\n", "var/lib/dpkg/info/libc.list", "/opt/x\n", "opt/x", binary), "opt/x var/lib/dpkg/info/libc.list var/lib/dpkg/status"},
		{"a database in a subdirectory", dpkg("opt/foovar/lib/dpkg/status", status, "opt/foovar/lib/dpkg/info/libc.list", "/bin/x\n", "opt/foovar/bin/x", binary, "opt/foo/bin/x", binary), "opt/foo/bin/x"},
		{"a script of a package", dpkg("var/lib/dpkg/info/libc.postinst", "#!/bin/sh\n", "var/lib/dpkg/info/format", "1\n"), ""},
		{"a program with the name of a script", dpkg("var/lib/dpkg/info/libc.postinst", binary), "var/lib/dpkg/info/libc.postinst"},
		{"a script of an unknown package", dpkg("var/lib/dpkg/info/other.postinst", "#!/bin/sh\n"), "var/lib/dpkg/info/other.postinst"},
		{"a script that is not next to the database", dpkg("opt/lib/dpkg/info/libc.postinst", "#!/bin/sh\n"), "opt/lib/dpkg/info/libc.postinst"},
		{"apk: a file of no package", files("lib/apk/db/installed", "P:musl\nV:1\nA:x\nF:bin\nR:a\n\nF:opt\nR:x\n\n", "opt/x", binary, "bin/a", binary), "opt/x"},
		{"apk: scripts", files("lib/apk/db/installed", "P:musl\nV:1\nA:x\n\n", "lib/apk/db/scripts.tar", tarOf("musl.post-install", "#!/bin/sh\n"), "lib/apk/db/lock", ""), ""},
		{"apk: a program among the scripts", files("lib/apk/db/installed", "P:musl\nV:1\nA:x\n\n", "lib/apk/db/scripts.tar", tarOf("musl.post-install", binary)), "lib/apk/db/scripts.tar"},
		{"rpm: an index", files(rpmDB, ndb(), "usr/lib/sysimage/rpm/Index.db", "RpmX"+strings.Repeat("\x00", 28)), ""},
		{"rpm: a program with the name of an index", files(rpmDB, ndb(), "usr/lib/sysimage/rpm/Index.db", binary+strings.Repeat("x", 28), "usr/lib/sysimage/rpm/Name", binary), "usr/lib/sysimage/rpm/Index.db usr/lib/sysimage/rpm/Name"},
		{"rpm: an index without a database", files("etc/inittab", "", "var/lib/rpm/Name", strings.Repeat("\x00", 12)+"\x61\x15\x06\x00"), "var/lib/rpm/Name"},
		{"DMI: a date", dmi("bios_date", "03/04/2026\n"), ""},
		{"DMI: not a date", dmi("bios_date", "agent of Kaspersky\n"), "bios_date"},
		{"DMI: an event", dmi("uevent", "MODALIAS=dmi:bvnAcme:\n"), ""},
		{"DMI: not an event", dmi("uevent", "some program\n"), "uevent"},
		{"DMI: power", dmi("power/control", "auto\n"), ""},
		{"DMI: a long text with the name of a power file", dmi("power/control", strings.Repeat("agent ", 20)), "power/control"},
		{"DMI: a serial number", dmi("product_serial", "PF-1234 X\n"), ""},
		{"DMI: a long text with the name of a serial number", dmi("product_serial", strings.Repeat("agent ", 60)), "product_serial"},
		{"ESRT: its counts", esrt("fw_resource_count", "2\n"), ""},
		{"ESRT: a program with the name of a count", esrt("fw_resource_count", binary), "fw_resource_count"},
		{"a count without an ESRT", files("etc/inittab", "", "opt/fw_resource_count", "2\n"), "opt/fw_resource_count"},
	} {
		var unidentified []string
		for c, err := range firmware.OpenFS(context.Background(), tt.fsys, nil).Components() {
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if c.Type == "file" {
				unidentified = append(unidentified, c.Location.Pointer)
			}
		}
		if got := strings.Join(unidentified, " "); got != tt.unidentified {
			t.Errorf("%s: %q are unidentified; want %q", tt.name, got, tt.unidentified)
		}
	}
	for _, name := range []string{"bios_date", "product_serial", "product_name", "uevent", "power/async"} {
		if got, _, err := show(dmi(name, bom), nil); err != nil || !strings.Contains(got, name+"#/components/0/supplier/name=Huawei") {
			t.Errorf("a bill of materials as %s: %s %v", name, got, err)
		}
	}
}

func tarOf(name, text string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644})
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// ndb returns an RPM database with one package: "a", from ZTE, with the file /opt/x.
func ndb() string {
	be, le := binary.BigEndian, binary.LittleEndian
	var entries, data []byte
	for _, e := range []struct {
		tag, typ uint32
		data     string
	}{{1000, 6, "a\x00"}, {1001, 6, "1\x00"}, {1002, 6, "1\x00"}, {1011, 6, "ZTE\x00"}, {1118, 8, "/opt/\x00"}, {1117, 8, "x\x00"}, {1116, 4, "\x00\x00\x00\x00"}} {
		for _, n := range []uint32{e.tag, e.typ, uint32(len(data)), 1} {
			entries = be.AppendUint32(entries, n)
		}
		data = append(data, e.data...)
	}
	header := append(append(be.AppendUint32(be.AppendUint32(nil, 7), uint32(len(data))), entries...), data...)
	b := make([]byte, 4096)
	copy(b, "RpmP")
	le.PutUint32(b[12:], 1)
	for at := 32; at < 4096; at += 16 {
		copy(b[at:], "Slot")
	}
	le.PutUint32(b[36:], 1)
	le.PutUint32(b[40:], 256)
	b = append(b, "BlbS\x01\x00\x00\x00\x00\x00\x00\x00"...)
	b = append(le.AppendUint32(b, uint32(len(header))), header...)
	b = append(b, make([]byte, -(len(b)+12)&15)...)
	b = le.AppendUint32(b, adler32.Checksum(b[4096:]))
	b = le.AppendUint32(b, uint32(len(header)))
	return string(append(b, "BlbE"...))
}

// The digest of a directory covers all files, including those that are fields.
func TestSum(t *testing.T) {
	sums := make(map[string]bool)
	for _, vendor := range []string{"HUAWEI\n", "Acme\n"} {
		sum := sha256.New()
		if _, _, err := show(files("sys_vendor", vendor, "product_name", "Box\n", "board_vendor", "x\n"), &firmware.FSOptions{Sum: sum}); err != nil {
			t.Fatal(err)
		}
		sums[string(sum.Sum(nil))] = true
	}
	if len(sums) != 2 {
		t.Error("two directories have the same digest")
	}
}

func TestKindOfDocuments(t *testing.T) {
	if k := rootfs.Kind(os.DirFS("../../../testdata/bids")); k != "" {
		t.Errorf("a directory of documents is %q", k)
	}
}

// many returns a directory of n files, of which each hundredth is a package.
func many(n int) fstest.MapFS {
	m := files("etc/inittab", "")
	for i := range n {
		text := fmt.Sprint("file ", i)
		if i%100 == 0 {
			text = fmt.Sprintf("Package: p%d\nVersion: 1\nMaintainer: Huawei <a@huawei.com>\n", i)
		}
		m[fmt.Sprintf("d%d/f%d.control", i%17, i)] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// The result does not depend on how many files are read concurrently. The digest is that of the output
// of sha256sum.
func TestJobs(t *testing.T) {
	files := 10_000
	if testing.Short() {
		files = 500
	}
	root := many(files)
	sum := sha256.New()
	first, header, err := show(root, &firmware.FSOptions{Jobs: 1, Sum: sum})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for p := range root {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var list strings.Builder
	for _, p := range paths {
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(root[p].Data), p)
	}
	if want := sha256.Sum256([]byte(list.String())); hex.EncodeToString(sum.Sum(nil)) != hex.EncodeToString(want[:]) {
		t.Error("the digest is not that of the list of files")
	}
	if strings.Count(first, "\n") != files {
		t.Errorf("%d components", strings.Count(first, "\n"))
	}
	for _, jobs := range []int{2, 16} {
		got, h, err := show(root, &firmware.FSOptions{Jobs: jobs})
		if err != nil || got != first || fmt.Sprint(h) != fmt.Sprint(header) {
			t.Errorf("%d jobs: not the same, error %v", jobs, err)
		}
	}
}

// slow delays the reads of files.
type slow struct{ fs.FS }

type slowFile struct{ fs.File }

func (s slow) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, e := f.Stat(); e == nil && !info.IsDir() {
		return slowFile{f}, nil
	}
	return f, nil
}

func (s slow) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(s.FS, name) }

func (f slowFile) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return f.File.Read(p)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var failed error
	for _, err := range firmware.OpenFS(ctx, slow{many(10_000)}, &firmware.FSOptions{Jobs: 4}).Components() {
		if n++; n == 50 {
			cancel()
		}
		failed = err
	}
	if !errors.Is(failed, context.Canceled) || n > 1000 {
		t.Errorf("error %v after %d components; want context.Canceled", failed, n)
	}
	// The caller may stop early.
	n = 0
	for range firmware.OpenFS(context.Background(), many(1000), nil).Components() {
		if n++; n == 10 {
			break
		}
	}
}

// broken fails to open or list the file or directory path.
type broken struct {
	fstest.MapFS
	path string
}

var errBroken = errors.New("broken")

func (b broken) Open(name string) (fs.File, error) {
	if name == b.path {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errBroken}
	}
	return b.MapFS.Open(name)
}

func (b broken) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == b.path {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errBroken}
	}
	return b.MapFS.ReadDir(name)
}

// A link with a target outside of the directory counts as not screened. A target in the directory is
// read at its own path.
func TestLinks(t *testing.T) {
	link := func(target string) fs.FS {
		root := files("etc/inittab", "", "usr/x", "")
		root["a/b/l"] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink}
		return root
	}
	for target, out := range map[string]bool{
		"../../usr/x": false, "x": false, "../../..": true, "../../../data/sbom.json": true,
		"/usr/x": false, "/usr/none": false, "/": false, "/dev/null": false, "/data/sbom.json": true, "/data": true,
	} {
		_, h, err := show(link(target), nil)
		if err != nil || h.Malformed > 0 != out || out != strings.Contains(fmt.Sprint(h.Warnings), "outside of the directory, which was not screened: 1 (a/b/l)") {
			t.Errorf("a link to %s: %+v %v", target, h, err)
		}
	}
	root := files("sys_vendor", "x", "product_name", "y", "board_vendor", "z")
	root["subsystem"] = &fstest.MapFile{Data: []byte("../../../../class/dmi"), Mode: fs.ModeSymlink}
	if _, h, err := show(root, nil); err != nil || h.Malformed != 0 {
		t.Errorf("sysfs: %+v %v", h, err)
	}
}

func TestFailures(t *testing.T) {
	root := files("etc/os-release", release, "etc/other", "x")
	// A file that cannot be read counts as not screened.
	got, h, err := show(broken{root, "etc/other"}, nil)
	if err != nil || h.Malformed != 1 || !strings.Contains(got, "Huawei") || !strings.Contains(fmt.Sprint(h.Warnings), "broken") {
		t.Errorf("a file that cannot be opened: %s %+v %v", got, h, err)
	}
	// A directory that cannot be listed may contain anything, so it is an error.
	if _, _, err := show(broken{root, "etc"}, nil); !errors.Is(err, errBroken) || !errors.Is(err, sbom.ErrRead) {
		t.Errorf("a directory that cannot be listed: %v", err)
	}
	for bytes, want := range map[int64]error{int64(len(release)) + 1: nil, int64(len(release)): sbom.ErrLimit} {
		if _, _, err := show(root, &firmware.FSOptions{MaxBytes: bytes}); !errors.Is(err, want) {
			t.Errorf("with a limit of %d bytes: %v; want %v", bytes, err, want)
		}
	}
	doc := firmware.OpenFS(context.Background(), root, &firmware.FSOptions{Options: sbom.Options{Components: 1}})
	var last error
	for _, last = range doc.Components() {
	}
	if !errors.Is(last, sbom.ErrLimit) {
		t.Errorf("more components than allowed: %v", last)
	}
}
