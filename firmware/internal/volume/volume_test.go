// SPDX-License-Identifier: Apache-2.0

package volume_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clause76/clause76/firmware/internal/volume"
	"github.com/clause76/clause76/sbom"
)

// source returns a directory with files that file systems store in different ways: small files
// that share a block, large files, holes, empty files, many files in one directory, links.
func source(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	noise := rand.NewChaCha8([32]byte{1})
	random := func(n int) []byte { b := make([]byte, n); noise.Read(b); return b }
	put := func(name string, data []byte) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	put("etc/os-release", []byte("ID=test\nNAME=\"Test\"\n"))
	put("empty", nil)
	put("usr/share/random", random(700_000))
	put("usr/share/text", bytes.Repeat([]byte("all work and no play\n"), 40_000))
	put("usr/share/holes", append(make([]byte, 600_000), random(5)...))
	put("exact", random(131072))
	files := 700
	if testing.Short() {
		files = 50
	}
	for i := range files {
		put(fmt.Sprintf("many/file-%03d-with-a-name-that-fills-the-directory", i), []byte(fmt.Sprint("number ", i)))
	}
	put(strings.Repeat("deep/", 40)+"file", []byte("far down"))
	put("lower.txt", []byte("a short name in small letters"))
	if err := os.Symlink("os-release", filepath.Join(dir, "etc/link")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	return dir
}

// sums returns the digest of each file, by its path.
func sums(t testing.TB, fsys fs.FS) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == "lost+found" {
			return err
		}
		if !d.Type().IsRegular() {
			all[path] = d.Type().String()
			return nil
		}
		data, err := fs.ReadFile(fsys, path)
		all[path] = fmt.Sprintf("%d %x", len(data), sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// images returns an image of a directory in each format that the installed tools can make.
func images(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := t.TempDir()
	made := make(map[string][]byte)
	run := func(name string, command ...string) {
		path := filepath.Join(out, strings.ReplaceAll(name, " ", "-"))
		for i := range command {
			command[i] = strings.ReplaceAll(command[i], "OUT", path)
		}
		if _, err := exec.LookPath(command[0]); err != nil {
			t.Logf("%s: no %s here", name, command[0])
			return
		}
		if text, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		made[name] = data
	}
	made["cpio"] = cpioOf(t, dir)
	if testing.Short() {
		run("squashfs gzip", "mksquashfs", dir, "OUT", "-comp", "gzip", "-quiet", "-no-progress", "-no-xattrs")
		run("ext4", "mke2fs", "-q", "-t", "ext4", "-d", dir, "OUT", "4M")
		return made
	}
	for _, c := range []string{"gzip", "xz", "lz4", "zstd"} {
		run("squashfs "+c, "mksquashfs", dir, "OUT", "-comp", c, "-quiet", "-no-progress", "-no-xattrs")
	}
	run("squashfs xz arm", "mksquashfs", dir, "OUT", "-comp", "xz", "-Xbcj", "arm", "-b", "262144", "-quiet", "-no-progress")
	run("squashfs plain", "mksquashfs", dir, "OUT", "-noI", "-noD", "-noF", "-no-fragments", "-quiet", "-no-progress")
	for _, kind := range []string{"ext2", "ext4"} {
		run(kind, "mke2fs", "-q", "-t", kind, "-d", dir, "OUT", "16M")
	}
	run("ext4 small", "mke2fs", "-q", "-t", "ext4", "-b", "1024", "-O", "^64bit,^has_journal", "-d", dir, "OUT", "16M")
	for bits, size := range map[string]string{"12 -s 8": "8192", "16 -s 1": "16384", "32 -s 1": "65536"} {
		// FAT has no links. FAT12 is too small for all files.
		script := fmt.Sprintf("mkfs.fat -F %s -C OUT %s && cd %s && for f in *; do mcopy -s -i OUT \"$f\" ::; done", bits, size, dir)
		if _, err := exec.LookPath("mcopy"); err != nil {
			t.Log("fat: no mcopy here")
			break
		}
		run("fat"+bits[:2], "sh", "-c", script)
	}
	return made
}

// cpioOf packs a directory like "cpio -H newc".
func cpioOf(t testing.TB, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	put := func(name string, mode uint32, data []byte) {
		fmt.Fprintf(&b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00", 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name)
		b.Write(make([]byte, -b.Len()&3))
		b.Write(data)
		b.Write(make([]byte, -b.Len()&3))
	}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, p)
		switch {
		case d.IsDir():
			put(filepath.ToSlash(name), 0o040755, nil)
		case d.Type().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			put(filepath.ToSlash(name), 0o100644, data)
		default:
			put(filepath.ToSlash(name), 0o120777, []byte("target"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	put("TRAILER!!!", 0, nil)
	return b.Bytes()
}

// Each image contains the files that were written to it.
func TestContents(t *testing.T) {
	dir := source(t)
	want := sums(t, os.DirFS(dir))
	for name, image := range images(t, dir) {
		// Bytes after the file system do not belong to it.
		v, err := volume.Open(bytes.NewReader(append(image, "behind"...)), int64(len(image)+6))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(name, v.Kind()) && name != "ext2" || v.Size() > int64(len(image)) {
			t.Errorf("%s: kind %q, %d of %d bytes", name, v.Kind(), v.Size(), len(image))
		}
		got := sums(t, v)
		for path, sum := range want {
			if v.Kind() == "fat" && path == "etc/link" { // a copy of the target of the link
				delete(got, path)
				continue
			}
			if got[path] != sum {
				t.Errorf("%s: %s is %q, want %q", name, path, got[path], sum)
			}
			delete(got, path)
		}
		if len(got) > 0 {
			t.Errorf("%s: more than was put in: %v", name, got)
		}
	}
}

// small returns images of a few kilobytes, so that tests can change each byte.
func small(t testing.TB) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"etc/os-release": "ID=x\n", "etc/a/b": strings.Repeat("b", 5000), "c": "c"} {
		p := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return images(t, dir)
}

// readAll opens an image and reads all files.
func readAll(image []byte) (files int, err error) {
	v, err := volume.Open(bytes.NewReader(image), int64(len(image)))
	if err != nil {
		return 0, err
	}
	return files, fs.WalkDir(v, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := v.Open(path)
		if err != nil {
			return err
		}
		files++
		_, err = io.Copy(io.Discard, io.LimitReader(f, 1<<20)) // a file may have a hole of any size
		return err
	})
}

// An image that was cut is one of the documented errors.
func TestCut(t *testing.T) {
	for name, image := range small(t) {
		whole, err := readAll(image)
		if err != nil || whole != 3 && !strings.HasPrefix(name, "ext") {
			t.Fatalf("%s: %d files, error %v", name, whole, err)
		}
		used := len(image)
		if v, err := volume.Open(bytes.NewReader(image), int64(used)); err == nil {
			used = int(v.Size())
		}
		step := max(1, used/2000)
		for n := 0; n < used; n += step {
			if _, err := readAll(image[:n]); err == nil {
				t.Errorf("%s, cut to %d of %d bytes: no error", name, n, used)
			} else if ours := (*sbom.Error)(nil); !errors.As(err, &ours) {
				t.Errorf("%s, cut to %d bytes: error %v; want an *sbom.Error", name, n, err)
			}
		}
	}
}

// A changed byte causes no panic, no endless loop and no large allocation.
func TestChangedBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	for name, image := range small(t) {
		if strings.HasPrefix(name, "ext") {
			image = image[:min(len(image), 1<<20)] // the tables are at the start
			if size := int64(len(image)); name != "" {
				binary.LittleEndian.PutUint32(image[1024+4:], uint32(size/(1024<<image[1024+0x18])))
			}
		}
		step := max(4, len(image)/4000/4*4)
		for i := 0; i+4 <= len(image); i += step {
			if len(image) > 100_000 && bytes.Equal(image[i:i+4], []byte{0, 0, 0, 0}) {
				continue
			}
			for _, value := range []uint32{0, 1, 0xffff, 0x7fffffff, 0xffffffff} {
				bad := bytes.Clone(image)
				binary.LittleEndian.PutUint32(bad[i:], value)
				if _, err := readAll(bad); err != nil {
					if ours := (*sbom.Error)(nil); !errors.As(err, &ours) {
						t.Errorf("%s, %d at byte %d: error %v; want an *sbom.Error", name, value, i, err)
					}
				}
			}
		}
	}
}

func TestRefused(t *testing.T) {
	entry := func(name string, mode uint32, data string) string {
		s := fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00", 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name)+1, 0, name)
		s += string(make([]byte, -len(s)&3)) + data
		return s + string(make([]byte, -len(s)&3))
	}
	end := entry("TRAILER!!!", 0, "")
	for name, c := range map[string]struct {
		image string
		kind  error
	}{
		"nothing":      {strings.Repeat("\x00", 4096), sbom.ErrNotRecognized},
		"empty":        {"", sbom.ErrNotRecognized},
		"no end":       {entry("a", 0o100644, "x"), sbom.ErrSyntax},
		"twice":        {entry("a", 0o100644, "x") + entry("a", 0o100644, "y") + end, sbom.ErrDuplicate},
		"deep":         {entry(strings.Repeat("d/", 200)+"a", 0o100644, "x") + end, sbom.ErrSyntax},
		"unknown type": {entry("a", 0o030644, "x") + end, sbom.ErrSyntax},
		"not an entry": {entry("a", 0o100644, "x") + "garbage" + strings.Repeat(" ", 200), sbom.ErrSyntax},
		"old squashfs": {"hsqs" + strings.Repeat("\x00", 24) + "\x03\x00\x00\x00" + strings.Repeat("\x00", 100), sbom.ErrVersion},
	} {
		if _, err := volume.Open(strings.NewReader(c.image), int64(len(c.image))); !errors.Is(err, c.kind) {
			t.Errorf("%s: error %v, want %v", name, err, c.kind)
		}
	}
	// A path cannot lead out of the file system.
	image := entry("../../etc/passwd", 0o100644, "x") + entry("/abs", 0o100644, "y") + end
	v, err := volume.Open(strings.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	if got := sums(t, v); len(got) != 2 || got["etc/passwd"] == "" || got["abs"] == "" {
		t.Errorf("files %v", got)
	}
}

// tinyFAT returns a FAT12 image of 20 sectors. It has a directory D with a file that has a long name
// and two clusters.
func tinyFAT() []byte {
	le := binary.LittleEndian
	b := make([]byte, 20*512)
	copy(b, "\xeb\x3c\x90MSDOS5.0")
	le.PutUint16(b[11:], 512)
	b[13], b[16], b[21] = 1, 1, 0xf8
	le.PutUint16(b[14:], 1)  // reserved
	le.PutUint16(b[17:], 16) // entries of the root
	le.PutUint16(b[19:], 20)
	le.PutUint16(b[22:], 1) // sectors of the table
	b[510], b[511] = 0x55, 0xaa
	copy(b[512:], "\xf8\xff\xff\xff\x4f\x00\xff\x0f") // 2 is a whole chain; 3 is followed by 4, the last
	copy(b[1024:], "D          \x10")
	le.PutUint16(b[1024+26:], 2)
	d := b[1536:] // cluster 2
	d[0], d[11] = 0x41, 0x0f
	for i, at := range []int{1, 3, 5, 7, 9} {
		le.PutUint16(d[at:], uint16("long."[i]))
	}
	copy(d[32:], "LONG       \x20")
	le.PutUint16(d[32+26:], 3)
	le.PutUint32(d[32+28:], 600)
	copy(b[2048:], bytes.Repeat([]byte("x"), 1024))
	return b
}

// A chain of clusters with a loop, and a file without a cluster, are errors.
func TestFATChains(t *testing.T) {
	if n, err := readAll(tinyFAT()); n != 1 || err != nil {
		t.Fatalf("%d files, %v", n, err)
	}
	for name, change := range map[string]func([]byte){
		"a circle of clusters":      func(b []byte) { copy(b[515:], "\x02\x40\x00"); le32(b[1536+32+28:], 1<<20) },
		"a directory in itself":     func(b []byte) { copy(b[1536+64:], "E          \x10"); b[1536+64+26] = 2 },
		"a cluster beyond the end":  func(b []byte) { b[1536+32+26] = 200 },
		"a chain that is too short": func(b []byte) { le32(b[1536+32+28:], 5000) },
	} {
		b := tinyFAT()
		change(b)
		if _, err := readAll(b); !errors.Is(err, sbom.ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func le32(b []byte, v uint32) { binary.LittleEndian.PutUint32(b, v) }

func FuzzOpen(f *testing.F) {
	f.Add(tinyFAT())
	for _, image := range small(f) {
		if len(image) < 1<<16 {
			f.Add(image)
		}
	}
	f.Fuzz(func(t *testing.T, image []byte) {
		if _, err := readAll(image); err != nil {
			if ours := (*sbom.Error)(nil); !errors.As(err, &ours) {
				t.Errorf("error %v; want an *sbom.Error", err)
			}
		}
	})
}
