// SPDX-License-Identifier: Apache-2.0

// Package volume reads file systems inside images, as [fs.FS], without mounting or
// unpacking them:
//
//   - squashfs 4.0, compressed with gzip, xz, zstd or lz4
//   - cpio archives ("newc"), the form of initial RAM file systems
//   - ext2, ext3 and ext4
//   - FAT12, FAT16 and FAT32, the form of EFI system partitions
//
// A volume is read in place. Only its directories are kept in memory. It is safe for concurrent
// use if its reader is.
//
// # Security considerations
//
// Images can be hostile. Every length is checked against the image and against a bound
// before memory is allocated for it. A directory that contains itself, an invalid name, and
// a block that unpacks to more than the format allows are an [sbom.ErrSyntax] with the offset
// in the image. Owners, times, device nodes, and the targets of symbolic links are ignored.
package volume

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/sorting"
	"github.com/clause76/clause76/sbom"
	sbomformat "github.com/clause76/clause76/sbom/format"
)

// Bounds of one volume.
const (
	maxEntries = 1_000_000
	maxNames   = 128 << 20 // bytes of all names
	maxDepth   = 128
	maxName    = 4096
)

// An FS is a file system inside an image.
type FS struct {
	kind    string
	size    int64
	root    node
	entries int
	names   int
}

// Kind returns the name of the file system: "squashfs", "cpio", "ext4", "fat".
func (v *FS) Kind() string { return v.kind }

// Size returns how many bytes of the image belong to the file system.
func (v *FS) Size() int64 { return v.size }

// A node is a file or directory.
type node struct {
	name     string
	mode     fs.FileMode
	size     int64
	children []*node // sorted by name when Open returns
	open     func() io.Reader
}

// A format is a file system that can be opened.
type format struct {
	kind  string
	at    int // offset of the magic
	magic string
	// extent returns the size of the file system that starts with head: 0 if there is none, -1 if
	// the size is only known after reading it.
	extent func(head []byte) int64
	open   func(v *FS, r io.ReaderAt, size int64) error
}

var formats = []format{
	{"squashfs", 0, "hsqs", squashExtent, openSquash},
	{"cpio", 0, "07070", cpioExtent, openCPIO},
	{"ext4", extMagicAt, "\x53\xef", extExtent, openExt},
	{"fat", fatMarkAt, fatMark, fatExtent, openFAT},
}

// HeadSize is how many bytes of a volume Sniff needs.
const HeadSize = 2048

// Sniff returns the kind and the size of the file system that starts with head. The size is -1 if it
// is only known after reading the file system. The kind is empty if head does not start a
// file system that this package supports.
func Sniff(head []byte) (kind string, size int64) {
	for _, f := range formats {
		if len(head) < f.at+len(f.magic) || string(head[f.at:f.at+len(f.magic)]) != f.magic {
			continue
		}
		if n := f.extent(head); n != 0 {
			return f.kind, n
		}
	}
	return "", 0
}

// Open opens the file system at the start of r, which has size bytes. Its errors are
// [sbom.ErrNotRecognized] and [sbom.ErrVersion] for data that is not a supported file system, and
// otherwise [sbom.ErrSyntax], [sbom.ErrDuplicate], [sbom.ErrLimit] or [sbom.ErrRead].
func Open(r io.ReaderAt, size int64) (v *FS, err error) {
	defer func() {
		if p := recover(); p != nil { // in a decompressor of another module
			v, err = nil, syntax(0, "a block cannot be unpacked: %v", p)
		}
	}()
	head := make([]byte, min(HeadSize, size))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, sbomformat.ReadError(int64(n), err)
	}
	kind, _ := Sniff(head)
	for _, f := range formats {
		if f.kind != kind {
			continue
		}
		v := &FS{kind: kind, size: size, root: node{name: ".", mode: fs.ModeDir | 0o555}}
		if err := f.open(v, r, size); err != nil {
			return nil, err
		}
		return v, v.sort(&v.root)
	}
	return nil, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errors.New("not a supported file system; expected squashfs 4.0, cpio, ext2 to ext4 or FAT")}
}

func syntax(offset int64, format string, args ...any) error {
	return &sbom.Error{Offset: offset, Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
}

func limit(format string, args ...any) error {
	return &sbom.Error{Kind: sbom.ErrLimit, Err: fmt.Errorf(format, args...)}
}

// add puts an entry into a directory.
func (v *FS) add(dir *node, n *node, offset int64) (*node, error) {
	n.name = validUTF8(n.name)
	v.entries++
	v.names += len(n.name)
	switch {
	case v.entries > maxEntries:
		return nil, limit("more than %d files in one file system", maxEntries)
	case v.names > maxNames:
		return nil, limit("more than %d bytes of names in one file system", maxNames)
	case n.name == "" || n.name == "." || n.name == ".." || len(n.name) > maxName || strings.ContainsAny(n.name, "/\x00"):
		return nil, syntax(offset, "invalid file name %.100q", n.name)
	case n.size < 0:
		return nil, syntax(offset, "invalid size %d of the file %.100q", n.size, n.name)
	}
	dir.children = append(dir.children, n)
	return n, nil
}

// validUTF8 replaces bytes that are not UTF-8 by "%ff", because package fs allows only UTF-8 names.
func validUTF8(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		if r == utf8.RuneError && !strings.HasPrefix(name[i:], string(utf8.RuneError)) {
			fmt.Fprintf(&b, "%%%02x", name[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// sort sorts the entries of all directories. Two entries with the same name are an error, because
// readers differ in which one they use.
func (v *FS) sort(n *node) error {
	sorting.Func(n.children, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	for i, c := range n.children {
		if i > 0 && n.children[i-1].name == c.name {
			return &sbom.Error{Kind: sbom.ErrDuplicate, Err: fmt.Errorf("two entries %.100q in one directory", c.name)}
		}
		if err := v.sort(c); err != nil {
			return err
		}
	}
	return nil
}

func (n *node) child(name string) *node {
	i, ok := slices.BinarySearchFunc(n.children, name, func(c *node, name string) int { return cmp.Compare(c.name, name) })
	if !ok {
		return nil
	}
	return n.children[i]
}

// Open implements [fs.FS]. Symbolic links are not followed.
func (v *FS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	n := &v.root
	if name != "." {
		for part := range strings.SplitSeq(name, "/") {
			if n = n.child(part); n == nil {
				return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
			}
		}
	}
	return &file{node: n, name: name}, nil
}

// A file is an open node.
type file struct {
	node *node
	name string
	r    io.Reader
	next int // index in the children, for ReadDir
}

func (f *file) Stat() (fs.FileInfo, error) { return info{f.node}, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (n int, err error) {
	if !f.node.mode.IsRegular() {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrInvalid}
	}
	defer func() {
		if v := recover(); v != nil { // in a decompressor of another module
			n, err = 0, syntax(0, "%s: a block cannot be unpacked: %v", f.name, v)
		}
	}()
	if f.r == nil {
		f.r = f.node.open()
	}
	return f.r.Read(p)
}

// ReadDir implements [fs.ReadDirFile].
func (f *file) ReadDir(count int) ([]fs.DirEntry, error) {
	left := f.node.children[f.next:]
	if count > 0 {
		if len(left) == 0 {
			return nil, io.EOF
		}
		left = left[:min(count, len(left))]
	}
	f.next += len(left)
	entries := make([]fs.DirEntry, len(left))
	for i, n := range left {
		entries[i] = fs.FileInfoToDirEntry(info{n})
	}
	return entries, nil
}

// info is the [fs.FileInfo] of a node.
type info struct{ *node }

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

// unixType returns the file type of a Unix mode. offset is the offset of the mode, for errors.
func unixType(mode uint32, offset int64) (fs.FileMode, error) {
	switch mode & 0o170000 {
	case 0o100000:
		return 0, nil
	case 0o040000:
		return fs.ModeDir, nil
	case 0o120000:
		return fs.ModeSymlink, nil
	case 0o010000, 0o020000, 0o060000, 0o140000:
		return fs.ModeIrregular, nil // pipes, devices and sockets hold no data
	}
	return 0, syntax(offset, "a file of unknown type: mode %o", mode)
}

// readAt fills p with the bytes at an offset in the image.
func readAt(r io.ReaderAt, offset int64, p []byte) error {
	n, err := r.ReadAt(p, offset)
	if n == len(p) {
		return nil
	}
	if err == io.EOF || err == nil {
		return syntax(offset+int64(n), "the image ends too early: %w", io.ErrUnexpectedEOF)
	}
	return sbomformat.ReadError(offset+int64(n), err)
}
