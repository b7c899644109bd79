// SPDX-License-Identifier: Apache-2.0

package volume

import (
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A cpio archive of the "newc" format is a list of entries. Each has a header of hexadecimal
// numbers, a name and the contents, which are padded to multiples of four bytes (Linux,
// Documentation/driver-api/early-userspace/buffer-format.rst).
const (
	cpioHeader = 110
	cpioEnd    = "TRAILER!!!"
)

func cpioExtent(head []byte) int64 {
	if _, ok := cpioField(head, 0); !ok || len(head) < cpioHeader {
		return 0
	}
	for i := range 13 {
		if _, ok := cpioField(head, i); !ok {
			return 0
		}
	}
	return -1
}

// cpioField returns the i-th number of a header.
func cpioField(head []byte, i int) (int64, bool) {
	if len(head) < 6+8*(i+1) || string(head[:6]) != "070701" && string(head[:6]) != "070702" {
		return 0, false
	}
	n, err := strconv.ParseUint(string(head[6+8*i:6+8*(i+1)]), 16, 32)
	return int64(n), err == nil
}

// Indexes of the numbers in a header.
const (
	cpioMode  = 1
	cpioSize  = 6
	cpioNames = 11
)

func up4(n int64) int64 { return (n + 3) &^ 3 }

func openCPIO(v *FS, r io.ReaderAt, size int64) error {
	dirs := map[string]*node{".": &v.root}
	at := int64(0)
	head := make([]byte, cpioHeader)
	for {
		if err := readAt(r, at, head); err != nil {
			return err
		}
		if cpioExtent(head) == 0 {
			return syntax(at, "expected the header of a cpio entry")
		}
		field := func(i int) int64 { n, _ := cpioField(head, i); return n }
		length, contents := field(cpioNames), field(cpioSize)
		if length < 1 || length > maxName {
			return syntax(at, "an entry with a name of %d bytes; expected 1 to %d", length, maxName)
		}
		text := make([]byte, length)
		if err := readAt(r, at+cpioHeader, text); err != nil {
			return err
		}
		name := strings.TrimRight(string(text), "\x00")
		start := at + up4(cpioHeader+length)
		if contents > size-start {
			return syntax(at, "the contents of %.100q extend past the end of the image: %w", name, io.ErrUnexpectedEOF)
		}
		if name == cpioEnd {
			v.size = start
			return nil
		}
		mode, err := unixType(uint32(field(cpioMode)), at)
		if err != nil {
			return err
		}
		n := &node{mode: mode, size: contents}
		if n.mode.IsRegular() {
			n.open = func() io.Reader { return io.NewSectionReader(r, start, contents) }
		}
		if err := v.put(dirs, strings.TrimPrefix(path.Clean("/"+name), "/"), n, at); err != nil {
			return err
		}
		at = start + up4(contents)
	}
}

// put adds an entry by its path. It adds missing parent directories, because their own entries may
// come later or be missing.
func (v *FS) put(dirs map[string]*node, name string, n *node, offset int64) error {
	if name == "" { // the root
		return nil
	}
	if n.mode.IsDir() && dirs[name] != nil {
		return nil
	}
	if strings.Count(name, "/") >= maxDepth {
		return syntax(offset, "directories are nested more than %d deep", maxDepth)
	}
	parent := path.Dir(name)
	dir := dirs[parent]
	if dir == nil {
		dir = &node{mode: fs.ModeDir}
		if err := v.put(dirs, parent, dir, offset); err != nil {
			return err
		}
	}
	n.name = path.Base(name)
	if _, err := v.add(dir, n, offset); err != nil {
		return err
	}
	if n.mode.IsDir() {
		dirs[name] = n
	}
	return nil
}
