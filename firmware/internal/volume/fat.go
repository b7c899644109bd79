// SPDX-License-Identifier: Apache-2.0

package volume

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"strings"
	"unicode/utf16"
)

// The layout of FAT is in Microsoft's "FAT File System Specification" (2000). EFI system
// partitions have it too. Numbers are little-endian.
const (
	fatSector    = 512
	fatMark      = "\x55\xaa" // at the end of the first 512 bytes
	fatMarkAt    = 510
	fatEntry     = 32
	fatMaxSize   = 1 << 40
	fatLabel     = 0x08
	fatDirectory = 0x10
	fatLongName  = 0x0f
	fatLast      = 0x40 // of the parts of a long name, which come from the last to the first
	fatNameUnits = 13
)

// A fat is a file system of type FAT12, FAT16 or FAT32. The number of clusters determines the type.
type fat struct {
	r        io.ReaderAt
	size     int64
	bits     int   // of an entry in a table: 12, 16 or 32
	cluster  int64 // bytes in a cluster
	clusters int64
	table    int64  // offset of the first table
	root     int64  // offset of the root directory, for 12 and 16
	rootSize int64  // bytes in it
	rootAt   uint32 // first cluster of the root directory, for 32
	data     int64  // offset of cluster 2, which is the first
}

// fatParameters are the parameters in the first sector. Sizes are in sectors.
type fatParameters struct {
	sector      int64 // bytes in a sector
	cluster     int64
	reserved    int64 // before the first table
	tables      int64 // how many there are
	table       int64
	rootEntries int64 // of the root directory, 0 for type 32
	media       byte
	total       int64
	rootCluster uint32 // for type 32
}

// parseFAT reads the first sector; ok is false if it does not begin a FAT file system.
func parseFAT(b []byte) (x fat, ok bool) {
	if len(b) < fatSector || string(b[fatMarkAt:fatSector]) != fatMark || b[0] != 0xeb && b[0] != 0xe9 {
		return x, false
	}
	p := readFATParameters(b)
	if !p.plausible() {
		return x, false
	}
	return p.layout()
}

func readFATParameters(b []byte) fatParameters {
	le := binary.LittleEndian
	p := fatParameters{
		sector:      int64(le.Uint16(b[11:])),
		cluster:     int64(b[13]),
		reserved:    int64(le.Uint16(b[14:])),
		tables:      int64(b[16]),
		rootEntries: int64(le.Uint16(b[17:])),
		total:       int64(le.Uint16(b[19:])),
		media:       b[21],
		table:       int64(le.Uint16(b[22:])),
		rootCluster: le.Uint32(b[44:]),
	}
	// Sizes that do not fit into 16 bits are in later fields.
	if p.total == 0 {
		p.total = int64(le.Uint32(b[32:]))
	}
	if p.table == 0 {
		p.table = int64(le.Uint32(b[36:]))
	}
	return p
}

// plausible reports whether the parameters are in the ranges that the specification allows.
func (p *fatParameters) plausible() bool {
	powerOfTwo := func(n int64) bool { return n > 0 && n&(n-1) == 0 }
	return powerOfTwo(p.sector) && p.sector >= 512 && p.sector <= 4096 && powerOfTwo(p.cluster) &&
		(p.tables == 1 || p.tables == 2) && p.reserved > 0 && p.table > 0 && p.total > 0 && p.media >= 0xf0
}

// layout returns where the parts of the file system are; ok is false if the parameters
// contradict each other.
func (p *fatParameters) layout() (x fat, ok bool) {
	x.table = p.reserved * p.sector
	x.root = x.table + p.tables*p.table*p.sector
	x.rootSize = p.rootEntries * fatEntry
	rootSectors := (x.rootSize + p.sector - 1) / p.sector
	x.data = x.root + rootSectors*p.sector
	x.size = p.total * p.sector
	x.cluster = p.cluster * p.sector
	x.clusters = (x.size - x.data) / x.cluster
	switch {
	case x.size > fatMaxSize || x.data >= x.size || x.clusters < 1:
		return x, false
	case x.clusters < 4085:
		x.bits = 12
	case x.clusters < 65525:
		x.bits = 16
	default:
		x.bits = 32
		x.rootAt = p.rootCluster
	}
	hasRootEntries := p.rootEntries > 0
	tableFits := (x.clusters+2)*int64(x.bits)/8 <= p.table*p.sector+1
	return x, hasRootEntries == (x.bits != 32) && tableFits
}

// fatExtent returns the size of the file system that begins with head, or 0.
func fatExtent(head []byte) int64 {
	if x, ok := parseFAT(head); ok {
		return x.size
	}
	return 0
}

func openFAT(v *FS, r io.ReaderAt, size int64) error {
	first := make([]byte, fatSector)
	if err := readAt(r, 0, first); err != nil {
		return err
	}
	x, _ := parseFAT(first) // Open checked it
	x.r = r
	if x.size > size {
		return syntax(32, "the file system has %d bytes, but the image has only %d: %w", x.size, size, io.ErrUnexpectedEOF)
	}
	v.size = x.size
	if x.bits == 32 {
		return x.directory(v, &v.root, &fatData{x: &x, next: x.rootAt, left: -1}, map[uint32]bool{x.rootAt: true}, 0)
	}
	return x.directory(v, &v.root, io.NewSectionReader(r, x.root, x.rootSize), map[uint32]bool{}, 0)
}

// after returns the cluster that follows one in its chain; 0 if it is the last.
func (x *fat) after(n uint32) (uint32, error) {
	at := x.table + int64(n)*int64(x.bits)/8
	b := make([]byte, max(2, x.bits/8))
	if err := readAt(x.r, at, b); err != nil {
		return 0, err
	}
	var next, end uint32
	switch x.bits {
	case 12:
		word := uint32(binary.LittleEndian.Uint16(b))
		if next = word & 0xfff; n%2 == 1 {
			next = word >> 4
		}
		end = 0xff8
	case 16:
		next, end = uint32(binary.LittleEndian.Uint16(b)), 0xfff8
	default:
		next, end = binary.LittleEndian.Uint32(b)&0x0fffffff, 0x0ffffff8
	}
	switch {
	case next >= end:
		return 0, nil
	case next < 2 || int64(next) >= x.clusters+2:
		return 0, syntax(at, "cluster %d is followed by cluster %d; the last cluster is %d", n, next, x.clusters+1)
	}
	return next, nil
}

// A fatData reads a chain of clusters: the next left bytes of it, or all if left is negative.
type fatData struct {
	x    *fat
	next uint32 // the next cluster; 0 after the last
	left int64
	read int64 // clusters that were read: a chain cannot have more than there are
	data []byte
}

func (f *fatData) Read(p []byte) (int, error) {
	x := f.x
	for len(f.data) == 0 {
		switch {
		case f.left == 0 || f.next == 0 && f.left < 0:
			return 0, io.EOF
		case f.next < 2 || int64(f.next) >= x.clusters+2:
			return 0, syntax(x.table, "a file continues in cluster %d; expected 2 to %d", f.next, x.clusters+1)
		case f.read >= x.clusters:
			return 0, syntax(x.table, "a chain of clusters leads back to itself")
		}
		block := make([]byte, x.cluster)
		if err := readAt(x.r, x.data+int64(f.next-2)*x.cluster, block); err != nil {
			return 0, err
		}
		if f.left > 0 && f.left < x.cluster {
			block = block[:f.left]
		}
		var err error
		if f.left != int64(len(block)) || f.left < 0 { // there is more
			if f.next, err = x.after(f.next); err != nil {
				return 0, err
			}
		}
		if f.left > 0 {
			f.left -= int64(len(block))
		}
		f.data, f.read = block, f.read+1
	}
	n := copy(p, f.data)
	f.data = f.data[n:]
	return n, nil
}

// directory reads a directory, with all that is in it, into dir.
func (x *fat) directory(v *FS, dir *node, in io.Reader, above map[uint32]bool, depth int) error {
	if depth > maxDepth {
		return syntax(x.table, "directories are nested more than %d deep", maxDepth)
	}
	entry := make([]byte, fatEntry)
	var long []uint16 // of the name, in parts from the last to the first
	for n := 0; ; n++ {
		if _, err := io.ReadFull(in, entry); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		switch {
		case entry[0] == 0:
			return nil
		case n > maxEntries:
			return limit("a directory of more than %d entries", maxEntries)
		case entry[0] == 0xe5: // removed
			long = nil
			continue
		case entry[11]&0x3f == fatLongName:
			if entry[0]&fatLast != 0 {
				long = nil
			}
			if len(long) < 20*fatNameUnits {
				long = append(fatUnits(entry), long...)
			}
			continue
		}
		name := fatName(entry, long)
		long = nil
		if entry[11]&fatLabel != 0 || name == "." || name == ".." {
			continue
		}
		if err := x.entry(v, dir, name, entry, above, depth); err != nil {
			return err
		}
	}
}

// fatUnits returns the units of UTF-16 in a part of a long name, up to 13.
func fatUnits(entry []byte) []uint16 {
	var units []uint16
	for _, at := range []int{1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30} {
		u := binary.LittleEndian.Uint16(entry[at:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return units
}

// fatName returns the long name of an entry, or its short name.
func fatName(entry []byte, long []uint16) string {
	if len(long) > 0 {
		return string(utf16.Decode(long))
	}
	base := bytes.TrimRight(bytes.Clone(entry[:8]), " ")
	if len(base) > 0 && base[0] == 0x05 {
		base[0] = 0xe5
	}
	name, end := string(base), strings.TrimRight(string(entry[8:11]), " ")
	// Windows NT has two bits that say that the parts of a short name are in lower case.
	if entry[12]&0x08 != 0 {
		name = strings.ToLower(name)
	}
	if entry[12]&0x10 != 0 {
		end = strings.ToLower(end)
	}
	if end != "" {
		name += "." + end
	}
	return name
}

func (x *fat) entry(v *FS, dir *node, name string, entry []byte, above map[uint32]bool, depth int) error {
	le := binary.LittleEndian
	first := uint32(le.Uint16(entry[26:]))
	if x.bits == 32 {
		first |= uint32(le.Uint16(entry[20:])) << 16
	}
	n := &node{name: name, size: int64(le.Uint32(entry[28:]))}
	if entry[11]&fatDirectory == 0 {
		n.open = func() io.Reader { return &fatData{x: x, next: first, left: n.size} }
		_, err := v.add(dir, n, x.table)
		return err
	}
	n.mode, n.size = fs.ModeDir, 0
	if _, err := v.add(dir, n, x.table); err != nil {
		return err
	}
	if above[first] {
		return syntax(x.table, "a directory contains itself, or is in two directories")
	}
	above[first] = true // stays true, because no directory has two parents
	return x.directory(v, n, &fatData{x: x, next: first, left: -1}, above, depth+1)
}
