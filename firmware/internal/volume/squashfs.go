// SPDX-License-Identifier: Apache-2.0

package volume

import (
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/clause76/clause76/sbom"
)

// The layout of squashfs 4.0 is in Documentation/filesystems/squashfs.rst of Linux, the
// fields are in fs/squashfs/squashfs_fs.h. Numbers are little-endian.
const (
	squashSuper    = 96
	squashMetadata = 8192 // a block of metadata, unpacked
	squashMaxBlock = 1 << 20
	squashNone     = 0xffffffff
	// squashCached bounds the blocks of metadata, and of fragments, that are kept.
	squashCached    = 512
	squashFragments = 16
)

// squashExtent returns the size of the file system that starts with head: 0 if there is none, -1 if
// the size is not known.
func squashExtent(head []byte) int64 {
	if len(head) < squashSuper {
		return 0
	}
	size := int64(binary.LittleEndian.Uint64(head[40:]))
	major := binary.LittleEndian.Uint16(head[28:])
	switch log := binary.LittleEndian.Uint16(head[22:]); {
	case major != 4: // older versions have the size elsewhere
		if major > 0 && major < 4 {
			return -1
		}
		return 0
	case size < squashSuper || log < 12 || log > 20 || binary.LittleEndian.Uint32(head[12:]) != 1<<log:
		return 0
	}
	return size
}

type squash struct {
	r         io.ReaderAt
	size      int64
	blockSize int64
	unpack    decompressor
	inodes    int64 // where the table starts
	dirs      int64
	fragments int64
	nFragment uint32

	mu       sync.Mutex
	metadata map[int64]squashBlock
	fragment map[uint32][]byte
}

// A squashBlock is a block of metadata, and where the next one starts.
type squashBlock struct {
	data []byte
	next int64
}

func openSquash(v *FS, r io.ReaderAt, size int64) error {
	super := make([]byte, squashSuper)
	if err := readAt(r, 0, super); err != nil {
		return err
	}
	le := binary.LittleEndian
	if major, minor := le.Uint16(super[28:]), le.Uint16(super[30:]); major != 4 || minor != 0 {
		return &sbom.Error{Offset: 28, Kind: sbom.ErrVersion, Err: fmt.Errorf("squashfs %d.%d; only 4.0 is supported", major, minor)}
	}
	used := int64(le.Uint64(super[40:]))
	if used > size {
		return syntax(40, "the file system has %d bytes, but the image has only %d: %w", used, size, io.ErrUnexpectedEOF)
	}
	v.size = used
	x := &squash{
		r: r, size: used, blockSize: int64(le.Uint32(super[12:])), nFragment: le.Uint32(super[16:]),
		inodes: int64(le.Uint64(super[64:])), dirs: int64(le.Uint64(super[72:])), fragments: int64(le.Uint64(super[80:])),
		metadata: make(map[int64]squashBlock), fragment: make(map[uint32][]byte),
	}
	if x.inodes < squashSuper || x.dirs < x.inodes || x.dirs > used {
		return syntax(64, "invalid offsets of the inode table (%d) and the directory table (%d)", x.inodes, x.dirs)
	}
	var err error
	if x.unpack, err = squashCompression(le.Uint16(super[20:])); err != nil {
		return err
	}
	root := le.Uint64(super[32:])
	return x.directory(v, &v.root, root, map[uint64]bool{}, 0)
}

// block returns the block of metadata at an offset.
func (x *squash) block(at int64) (squashBlock, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if b, ok := x.metadata[at]; ok {
		return b, nil
	}
	if at < squashSuper || at > x.size-2 {
		return squashBlock{}, syntax(at, "the offset of a block of metadata is not in the file system")
	}
	var head [2]byte
	if err := readAt(x.r, at, head[:]); err != nil {
		return squashBlock{}, err
	}
	size := binary.LittleEndian.Uint16(head[:])
	plain := size&0x8000 != 0
	size &^= 0x8000
	if size == 0 || size > squashMetadata || at+2+int64(size) > x.size {
		return squashBlock{}, syntax(at, "invalid size %d of a block of metadata", size)
	}
	data, err := x.read(at+2, int64(size), plain, squashMetadata)
	if err != nil {
		return squashBlock{}, err
	}
	if len(x.metadata) >= squashCached {
		clear(x.metadata)
	}
	b := squashBlock{data, at + 2 + int64(size)}
	x.metadata[at] = b
	return b, nil
}

// read reads a block that unpacks to at most most bytes.
func (x *squash) read(at, size int64, plain bool, most int64) ([]byte, error) {
	data := make([]byte, size)
	if err := readAt(x.r, at, data); err != nil {
		return nil, err
	}
	if plain {
		return data, nil
	}
	out, err := x.unpack(data, int(most))
	if err != nil {
		return nil, syntax(at, "a block cannot be unpacked: %w", err)
	}
	return out, nil
}

// A cursor reads metadata across blocks.
type cursor struct {
	x    *squash
	at   int64 // offset of the block
	next int64 // offset of the block after it; 0 before the first is read
	data []byte
}

// seek returns a cursor at a reference into a table. The low 16 bits of a reference are the offset in
// the unpacked block, the high bits are the offset of the block in the table.
func (x *squash) seek(table int64, ref uint64) (*cursor, error) {
	at := int64(ref >> 16)
	if at < 0 || at > x.size-table {
		return nil, syntax(table, "a reference to byte %d of a table, which is not in the file system", at)
	}
	b, err := x.block(table + at)
	if err != nil {
		return nil, err
	}
	skip := int(ref & 0xffff)
	if skip > len(b.data) {
		return nil, syntax(table+at, "a reference to byte %d of a block of %d bytes", skip, len(b.data))
	}
	return &cursor{x: x, at: table + at, next: b.next, data: b.data[skip:]}, nil
}

func (c *cursor) read(p []byte) error {
	for len(p) > 0 {
		if len(c.data) == 0 {
			b, err := c.x.block(c.next)
			if err != nil {
				return err
			}
			if len(b.data) == 0 {
				return syntax(c.next, "an empty block of metadata")
			}
			c.at, c.next, c.data = c.next, b.next, b.data
		}
		n := copy(p, c.data)
		c.data, p = c.data[n:], p[n:]
	}
	return nil
}

// Types of inodes.
const (
	squashDir  = 1
	squashFile = 2
	squashLink = 3
	squashExt  = 7 // added to these for extended inodes
)

// inode reads the head of an inode and returns its type.
func (c *cursor) inode() (typ uint16, err error) {
	var head [16]byte
	if err := c.read(head[:]); err != nil {
		return 0, err
	}
	typ = binary.LittleEndian.Uint16(head[:])
	if typ < 1 || typ > 14 {
		return 0, syntax(c.at, "an inode of type %d; expected 1 to 14", typ)
	}
	return typ, nil
}

// directory reads the directory with the inode at ref, and all directories and files in it, into
// dir. above contains the directories that were read.
func (x *squash) directory(v *FS, dir *node, ref uint64, above map[uint64]bool, depth int) error {
	if depth > maxDepth {
		return syntax(x.inodes, "directories are nested more than %d deep", maxDepth)
	}
	if above[ref] {
		return syntax(x.inodes+int64(ref>>16), "a directory contains itself, or is in two directories")
	}
	above[ref] = true // stays true, because no directory has two parents
	c, err := x.seek(x.inodes, ref)
	if err != nil {
		return err
	}
	typ, err := c.inode()
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	var block uint32
	var offset uint16
	var size int64
	switch typ {
	case squashDir: // block, links, size, offset, parent
		var b [16]byte
		err = c.read(b[:])
		block, size, offset = le.Uint32(b[:]), int64(le.Uint16(b[8:])), le.Uint16(b[10:])
	case squashDir + squashExt: // links, size, block, parent, index, offset, attributes
		var b [24]byte
		err = c.read(b[:])
		size, block, offset = int64(le.Uint32(b[4:])), le.Uint32(b[8:]), le.Uint16(b[18:])
	default:
		err = syntax(c.at, "an inode of type %d; expected a directory", typ)
	}
	if err != nil {
		return err
	}
	return x.entries(v, dir, uint64(block)<<16|uint64(offset), size-3, above, depth)
}

// entries reads the listing of a directory: size bytes at ref.
func (x *squash) entries(v *FS, dir *node, ref uint64, size int64, above map[uint64]bool, depth int) error {
	if size <= 0 {
		return nil
	}
	c, err := x.seek(x.dirs, ref)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	for size > 0 {
		var head [12]byte // count minus 1, block of the inodes, inode number
		if err := c.read(head[:]); err != nil {
			return err
		}
		size -= int64(len(head))
		count, block := int64(le.Uint32(head[:]))+1, uint64(le.Uint32(head[4:]))
		if count > 256 {
			return syntax(c.at, "a run of %d directory entries; expected at most 256", count)
		}
		for range count {
			var e [8]byte // offset, inode number, type, length of the name minus 1
			if err := c.read(e[:]); err != nil {
				return err
			}
			name := make([]byte, int(le.Uint16(e[6:]))+1)
			if len(name) > 256 {
				return syntax(c.at, "a name of %d bytes; expected at most 256", len(name))
			}
			if err := c.read(name); err != nil {
				return err
			}
			if size -= int64(len(e) + len(name)); size < 0 {
				return syntax(c.at, "the entries of a directory are longer than its inode states")
			}
			if err := x.entry(v, dir, string(name), block<<16|uint64(le.Uint16(e[:])), above, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry adds one entry of a directory.
func (x *squash) entry(v *FS, dir *node, name string, ref uint64, above map[uint64]bool, depth int) error {
	c, err := x.seek(x.inodes, ref)
	if err != nil {
		return err
	}
	typ, err := c.inode()
	if err != nil {
		return err
	}
	n := &node{name: name, mode: fs.ModeIrregular}
	switch typ {
	case squashDir, squashDir + squashExt:
		n.mode = fs.ModeDir
	case squashLink, squashLink + squashExt:
		n.mode = fs.ModeSymlink
	case squashFile, squashFile + squashExt:
		f, err := c.file(typ)
		if err != nil {
			return err
		}
		n.mode, n.size = 0, f.size
		n.open = func() io.Reader { own := f; return &own }
	}
	if _, err := v.add(dir, n, c.at); err != nil || !n.mode.IsDir() {
		return err
	}
	return x.directory(v, n, ref, above, depth+1)
}

// A squashData reads the contents of a file. A copy is independent of the original.
type squashData struct {
	c        cursor // in the list of block sizes
	size     int64
	at       int64 // offset of the next block in the image
	fragment uint32
	offset   uint32 // offset in the fragment
	done     int64
	data     []byte // of the current block, not yet read
}

// file reads the inode of a file, up to the list of block sizes.
func (c *cursor) file(typ uint16) (squashData, error) {
	le := binary.LittleEndian
	f := squashData{}
	if typ == squashFile { // start, fragment, offset, size
		var b [16]byte
		if err := c.read(b[:]); err != nil {
			return f, err
		}
		f.at, f.fragment, f.offset, f.size = int64(le.Uint32(b[:])), le.Uint32(b[4:]), le.Uint32(b[8:]), int64(le.Uint32(b[12:]))
	} else { // start, size, sparse, links, fragment, offset, attributes
		var b [40]byte
		if err := c.read(b[:]); err != nil {
			return f, err
		}
		f.at, f.size, f.fragment, f.offset = int64(le.Uint64(b[:])), int64(le.Uint64(b[8:])), le.Uint32(b[28:]), le.Uint32(b[32:])
	}
	f.c = *c
	return f, nil
}

func (f *squashData) Read(p []byte) (int, error) {
	for len(f.data) == 0 {
		if f.done >= f.size {
			return 0, io.EOF
		}
		data, err := f.block()
		if err != nil {
			return 0, err
		}
		f.done += int64(len(data))
		f.data = data
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

// block returns the next block of the file. A last block that is not full is in a fragment.
func (f *squashData) block() ([]byte, error) {
	x := f.c.x
	want := min(f.size-f.done, x.blockSize)
	if want < x.blockSize && f.fragment != squashNone {
		return x.tail(f.fragment, f.offset, want)
	}
	var b [4]byte
	if err := f.c.read(b[:]); err != nil {
		return nil, err
	}
	word := binary.LittleEndian.Uint32(b[:])
	size := int64(word &^ (1 << 24))
	if size == 0 { // a hole
		return make([]byte, want), nil
	}
	if size > x.blockSize || f.at < squashSuper || f.at > x.size-size {
		return nil, syntax(f.at, "a block of %d bytes, which is too large or not in the file system", size)
	}
	data, err := x.read(f.at, size, word != uint32(size), x.blockSize)
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != want {
		return nil, syntax(f.at, "a block unpacks to %d bytes; expected %d", len(data), want)
	}
	f.at += size
	return data, nil
}

// tail returns the end of a file, which is in a fragment.
func (x *squash) tail(fragment, offset uint32, want int64) ([]byte, error) {
	if fragment >= x.nFragment {
		return nil, syntax(x.fragments, "a reference to fragment %d; the file system has %d", fragment, x.nFragment)
	}
	x.mu.Lock()
	data, ok := x.fragment[fragment]
	x.mu.Unlock()
	if !ok {
		var err error
		if data, err = x.readFragment(fragment); err != nil {
			return nil, err
		}
		x.mu.Lock()
		if len(x.fragment) >= squashFragments {
			clear(x.fragment)
		}
		x.fragment[fragment] = data
		x.mu.Unlock()
	}
	if int64(offset)+want > int64(len(data)) {
		return nil, syntax(x.fragments, "a reference to bytes %d to %d of a fragment of %d bytes", offset, int64(offset)+want, len(data))
	}
	return data[offset : int64(offset)+want], nil
}

// readFragment reads a fragment. The fragment table contains the offsets of the blocks of metadata
// with its entries.
func (x *squash) readFragment(i uint32) ([]byte, error) {
	const perBlock = squashMetadata / 16
	at := x.fragments + 8*int64(i/perBlock)
	if x.fragments < squashSuper || at > x.size-8 {
		return nil, syntax(x.fragments, "the fragment table is not in the file system")
	}
	var place [8]byte
	if err := readAt(x.r, at, place[:]); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	table := int64(le.Uint64(place[:]))
	if table < squashSuper || table > x.size {
		return nil, syntax(at, "the offset of a block of metadata is not in the file system")
	}
	c, err := x.seek(table, uint64(i%perBlock)*16)
	if err != nil {
		return nil, err
	}
	var e [16]byte // start, size
	if err := c.read(e[:]); err != nil {
		return nil, err
	}
	start, word := int64(le.Uint64(e[:])), le.Uint32(e[8:])
	size := int64(word &^ (1 << 24))
	if size > x.blockSize || start < squashSuper || start > x.size-size {
		return nil, syntax(start, "a fragment of %d bytes, which is too large or not in the file system", size)
	}
	return x.read(start, size, word != uint32(size), x.blockSize)
}
