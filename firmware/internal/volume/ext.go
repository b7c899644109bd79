// SPDX-License-Identifier: Apache-2.0

package volume

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/clause76/clause76/sbom"
	sbomformat "github.com/clause76/clause76/sbom/format"
)

// The layout of ext2 to ext4 is in Documentation/filesystems/ext4 of Linux. Numbers are
// little-endian.
const (
	extSuperAt  = 1024
	extSuper    = 1024
	extMagicAt  = extSuperAt + 0x38
	extRoot     = 2 // the inode of the root
	extMaxNodes = 100_000
)

// Incompatible features (s_feature_incompat): a reader that does not know one of them cannot read
// the file system. Then flags of inodes.
const (
	extFileType = 0x2
	extRecover  = 0x4
	extExtents  = 0x40
	ext64       = 0x80
	extFlex     = 0x200
	extSeed     = 0x2000
	extLargeDir = 0x4000
	extInline   = 0x8000
	extFold     = 0x20000
	// extRead are the supported features. Whether data is inside its inode is a flag of each inode.
	extRead = extFileType | extExtents | ext64 | extFlex | extSeed | extLargeDir | extInline | extFold

	extFlagEncrypted = 0x800
	extFlagExtents   = 0x80000
	extFlagInline    = 0x10000000
)

func extExtent(head []byte) int64 {
	if len(head) < extSuperAt+extSuper {
		return 0
	}
	s := head[extSuperAt:]
	le := binary.LittleEndian
	log, blocks := le.Uint32(s[0x18:]), int64(le.Uint32(s[4:]))
	if log > 6 || blocks == 0 || le.Uint32(s[0x20:]) == 0 || le.Uint32(s[0x28:]) == 0 {
		return 0
	}
	return blocks << (10 + log)
}

type ext struct {
	r         io.ReaderAt
	blockSize int64
	blocks    int64
	inodes    uint32
	perGroup  uint32
	inodeSize int64
	groups    int64 // where the descriptors start
	groupSize int64
	wide      bool
}

func openExt(v *FS, r io.ReaderAt, size int64) error {
	s := make([]byte, extSuper)
	if err := readAt(r, extSuperAt, s); err != nil {
		return err
	}
	le := binary.LittleEndian
	features := le.Uint32(s[0x60:])
	if features&extRecover != 0 {
		return syntax(extSuperAt+0x60, "the file system was not unmounted cleanly, and its journal is not replayed")
	}
	if other := features &^ extRead; other != 0 {
		return &sbom.Error{Offset: extSuperAt + 0x60, Kind: sbom.ErrVersion, Err: fmt.Errorf("ext4 with unsupported features 0x%x", other)}
	}
	x := &ext{
		r: r, blockSize: 1024 << le.Uint32(s[0x18:]), blocks: int64(le.Uint32(s[4:])), inodes: le.Uint32(s[0:]),
		perGroup: le.Uint32(s[0x28:]), inodeSize: 128, groupSize: 32,
	}
	if le.Uint32(s[0x4c:]) > 0 {
		x.inodeSize = int64(le.Uint16(s[0x58:]))
	}
	if x.wide = features&ext64 != 0; x.wide {
		x.groupSize = int64(le.Uint16(s[0xfe:]))
		x.blocks |= int64(le.Uint32(s[0x150:])) << 32
	}
	x.groups = (int64(le.Uint32(s[0x14:])) + 1) * x.blockSize
	if x.inodeSize < 128 || x.inodeSize > x.blockSize || x.groupSize < 32 || x.wide && x.groupSize < 64 || x.groupSize > 1024 {
		return syntax(extSuperAt, "invalid sizes: inodes of %d bytes, group descriptors of %d bytes", x.inodeSize, x.groupSize)
	}
	if x.blocks > size/x.blockSize {
		return syntax(extSuperAt+4, "the file system has %d blocks of %d bytes, but the image has only %d bytes: %w", x.blocks, x.blockSize, size, io.ErrUnexpectedEOF)
	}
	v.size = x.blocks * x.blockSize
	root, err := x.inode(extRoot)
	if err != nil {
		return err
	}
	return x.directory(v, &v.root, root, map[uint32]bool{extRoot: true}, 0)
}

// An extInode is a file or directory.
type extInode struct {
	number uint32
	mode   uint32
	flags  uint32
	size   int64
	place  int64
	block  [60]byte
}

func (x *ext) inode(number uint32) (*extInode, error) {
	if number == 0 || number > x.inodes {
		return nil, syntax(extSuperAt, "a reference to inode %d; expected 1 to %d", number, x.inodes)
	}
	le := binary.LittleEndian
	group, index := int64((number-1)/x.perGroup), int64((number-1)%x.perGroup)
	d := make([]byte, x.groupSize)
	if err := readAt(x.r, x.groups+group*x.groupSize, d); err != nil {
		return nil, err
	}
	table := int64(le.Uint32(d[8:]))
	if x.wide {
		table |= int64(le.Uint32(d[0x28:])) << 32
	}
	if table >= x.blocks {
		return nil, syntax(x.groups+group*x.groupSize, "an inode table at block %d; the file system has %d blocks", table, x.blocks)
	}
	i := &extInode{number: number, place: table*x.blockSize + index*x.inodeSize}
	var b [128]byte
	if err := readAt(x.r, i.place, b[:]); err != nil {
		return nil, err
	}
	i.mode, i.flags = uint32(le.Uint16(b[0:])), le.Uint32(b[0x20:])
	i.size = int64(le.Uint32(b[4:])) | int64(le.Uint32(b[0x6c:]))<<32
	if i.size < 0 {
		return nil, syntax(i.place, "invalid file size %d", uint64(i.size))
	}
	copy(i.block[:], b[0x28:])
	return i, nil
}

// directory reads the directory with inode i, and all directories and files in it, into dir. above
// contains the inodes of the directories that were read.
func (x *ext) directory(v *FS, dir *node, i *extInode, above map[uint32]bool, depth int) error {
	if depth > maxDepth {
		return syntax(i.place, "directories are nested more than %d deep", maxDepth)
	}
	if i.mode&0o170000 != 0o040000 {
		return syntax(i.place, "an inode of mode %o; expected a directory", i.mode)
	}
	if i.flags&extFlagInline != 0 {
		return syntax(i.place, "a directory is stored in its inode, which is not supported")
	}
	if i.flags&extFlagEncrypted != 0 {
		return syntax(i.place, "the directory is encrypted")
	}
	if i.size > maxNames {
		return limit("a directory of more than %d bytes", maxNames)
	}
	in := x.contents(i)
	block := make([]byte, x.blockSize)
	for at := int64(0); at < i.size; at += x.blockSize {
		if _, err := io.ReadFull(in, block); err != nil {
			return sbomformat.ReadError(i.place, err)
		}
		if err := x.entries(v, dir, i, block, above, depth); err != nil {
			return err
		}
	}
	return nil
}

// entries reads a block of a directory. The blocks of the index of a directory look like unused
// entries.
func (x *ext) entries(v *FS, dir *node, i *extInode, block []byte, above map[uint32]bool, depth int) error {
	le := binary.LittleEndian
	for len(block) >= 8 {
		number, length, name := le.Uint32(block), int(le.Uint16(block[4:])), int(block[6])
		if length < 8 || length > len(block) || 8+name > length {
			return syntax(i.place, "invalid length %d of an entry of the directory with this inode", length)
		}
		text := string(block[8 : 8+name])
		block = block[length:]
		if number == 0 || text == "." || text == ".." || name == 0 {
			continue
		}
		if err := x.entry(v, dir, text, number, above, depth); err != nil {
			return err
		}
	}
	return nil
}

func (x *ext) entry(v *FS, dir *node, name string, number uint32, above map[uint32]bool, depth int) error {
	i, err := x.inode(number)
	if err != nil {
		return err
	}
	mode, err := unixType(i.mode, i.place)
	if err != nil {
		return err
	}
	n := &node{name: name, mode: mode, size: i.size}
	if n.mode.IsRegular() {
		n.open = func() io.Reader { return x.contents(i) }
	}
	if _, err := v.add(dir, n, i.place); err != nil || !n.mode.IsDir() {
		return err
	}
	if above[number] {
		return syntax(i.place, "a directory contains itself, or is in two directories")
	}
	above[number] = true // stays true, because no directory has two parents
	return x.directory(v, n, i, above, depth+1)
}

// contents returns a reader of the contents of a file or directory.
func (x *ext) contents(i *extInode) io.Reader {
	switch {
	case i.flags&extFlagEncrypted != 0:
		return failing{syntax(i.place, "the file is encrypted")}
	case i.flags&extFlagInline != 0:
		if i.size > int64(len(i.block)) {
			return failing{syntax(i.place, "a file is stored in its inode and extended attributes, which is not supported")}
		}
		return &extData{x: x, i: i, data: i.block[:i.size], done: i.size}
	}
	return &extData{x: x, i: i}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// An extData reads the contents of a file.
type extData struct {
	x       *ext
	i       *extInode
	extents []extRun // the extents of the file that follow; valid if loaded
	loaded  bool
	done    int64
	data    []byte
	nodes   int
	cached  int64 // the number of the block that is in table
	table   []byte
}

// An extRun is a run of blocks.
type extRun struct {
	first, count, place int64 // blocks of the file, and the first block in the file system; 0 for a hole
}

func (f *extData) Read(p []byte) (int, error) {
	for len(f.data) == 0 {
		if f.done >= f.i.size {
			return 0, io.EOF
		}
		place, err := f.locate(f.done / f.x.blockSize)
		if err != nil {
			return 0, err
		}
		block := make([]byte, f.x.blockSize)
		if place != 0 {
			if place < 0 || place >= f.x.blocks {
				return 0, syntax(f.i.place, "a reference to block %d; the file system has %d", place, f.x.blocks)
			}
			if err := readAt(f.x.r, place*f.x.blockSize, block); err != nil {
				return 0, err
			}
		}
		f.data = block[:min(f.i.size-f.done, f.x.blockSize)]
		f.done += int64(len(f.data))
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

// locate returns the block of the file system that contains a block of the file, or 0 for a hole.
func (f *extData) locate(block int64) (int64, error) {
	if f.i.flags&extFlagExtents == 0 {
		return f.indirect(block)
	}
	if !f.loaded {
		if err := f.load(f.i.block[:], 5); err != nil {
			return 0, err
		}
		f.loaded = true
	}
	for len(f.extents) > 0 && f.extents[0].first+f.extents[0].count <= block {
		f.extents = f.extents[1:] // extents are in order, and a file is read from its start to its end
	}
	if len(f.extents) == 0 || block < f.extents[0].first || f.extents[0].place == 0 {
		return 0, nil
	}
	return f.extents[0].place + block - f.extents[0].first, nil
}

// load reads a node of the extent tree, and all nodes below it.
func (f *extData) load(node []byte, depth uint16) error {
	le := binary.LittleEndian
	if f.nodes++; f.nodes > extMaxNodes {
		return limit("more than %d nodes in the extent tree of a file", extMaxNodes)
	}
	count, level := int(le.Uint16(node[2:])), le.Uint16(node[6:])
	if le.Uint16(node) != 0xf30a || 12+12*count > len(node) || level > depth {
		return syntax(f.i.place, "invalid extent tree of this inode")
	}
	for e := node[12:]; count > 0; count, e = count-1, e[12:] {
		if level > 0 {
			place := int64(le.Uint32(e[4:])) | int64(le.Uint16(e[8:]))<<32
			if place >= f.x.blocks {
				return syntax(f.i.place, "a reference to block %d; the file system has %d", place, f.x.blocks)
			}
			child := make([]byte, f.x.blockSize)
			if err := readAt(f.x.r, place*f.x.blockSize, child); err != nil {
				return err
			}
			if err := f.load(child, level-1); err != nil {
				return err
			}
			continue
		}
		run := extRun{int64(le.Uint32(e)), int64(le.Uint16(e[4:])), int64(le.Uint32(e[8:])) | int64(le.Uint16(e[6:]))<<32}
		if run.count > 32768 { // allocated but not written, so it reads as zeros
			run.count, run.place = run.count-32768, 0
		}
		if n := len(f.extents); run.count == 0 || n > 0 && run.first < f.extents[n-1].first+f.extents[n-1].count {
			return syntax(f.i.place, "empty or overlapping extents of this inode")
		}
		f.extents = append(f.extents, run)
	}
	return nil
}

// indirect locates a block by the block map of ext2: twelve block numbers in the inode, and lists of
// numbers in one, two and three levels of blocks.
func (f *extData) indirect(block int64) (int64, error) {
	le := binary.LittleEndian
	if block < 12 {
		return int64(le.Uint32(f.i.block[4*block:])), nil
	}
	block -= 12
	per := f.x.blockSize / 4
	for level, span := 1, per; level <= 3; level, span = level+1, span*per {
		if block >= span {
			block -= span
			continue
		}
		place := int64(le.Uint32(f.i.block[4*(11+level):]))
		for ; level > 0 && place != 0; level-- {
			span /= per
			if err := f.list(place); err != nil {
				return 0, err
			}
			place = int64(le.Uint32(f.table[4*(block/span):]))
			block %= span
		}
		return place, nil
	}
	return 0, syntax(f.i.place, "a file with more blocks than its block map can hold")
}

// list reads a block of block numbers into table.
func (f *extData) list(place int64) error {
	if f.cached == place {
		return nil
	}
	if place >= f.x.blocks {
		return syntax(f.i.place, "a reference to block %d; the file system has %d", place, f.x.blocks)
	}
	f.table = make([]byte, f.x.blockSize)
	if err := readAt(f.x.r, place*f.x.blockSize, f.table); err != nil {
		return err
	}
	f.cached = place
	return nil
}
