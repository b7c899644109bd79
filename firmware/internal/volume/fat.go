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

// The layout of FAT is Microsoft's "FAT File System Specification" (2000), which the EFI
// system partition has too. Numbers have their little end first.
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

// A fat is a file system of the types 12, 16 and 32, which the number of its clusters tells.
type fat struct {
	r        io.ReaderAt
	size     int64
	bits     int
	cluster  int64 // bytes
	clusters int64
	table    int64 // where the first table starts
	root     int64 // where the fixed root directory starts, for 12 and 16
	rootSize int64
	rootAt   uint32 // the first cluster of the root directory, for 32
	data     int64  // where cluster 2 starts
}

// parseFAT reads the parameters in the first sector; ok is false if it is none.
func parseFAT(b []byte) (x fat, ok bool) {
	if len(b) < fatSector || string(b[fatMarkAt:fatSector]) != fatMark || b[0] != 0xeb && b[0] != 0xe9 {
		return x, false
	}
	le := binary.LittleEndian
	sector, per, tables := int64(le.Uint16(b[11:])), int64(b[13]), int64(b[16])
	reserved, entries := int64(le.Uint16(b[14:])), int64(le.Uint16(b[17:]))
	total, tableSize := int64(le.Uint16(b[19:])), int64(le.Uint16(b[22:]))
	if total == 0 {
		total = int64(le.Uint32(b[32:]))
	}
	if tableSize == 0 {
		tableSize = int64(le.Uint32(b[36:]))
	}
	if sector < 512 || sector > 4096 || sector&(sector-1) != 0 || per == 0 || per&(per-1) != 0 || tables < 1 || tables > 2 || reserved == 0 || b[21] < 0xf0 || total == 0 || tableSize == 0 {
		return x, false
	}
	rootSectors := (entries*fatEntry + sector - 1) / sector
	x.table = reserved * sector
	x.root = x.table + tables*tableSize*sector
	x.rootSize = entries * fatEntry
	x.data = x.root + rootSectors*sector
	x.size = total * sector
	x.cluster = per * sector
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
		x.rootAt = le.Uint32(b[44:])
	}
	if (x.bits == 32) != (entries == 0) || (x.clusters+2)*int64(x.bits)/8 > tableSize*sector+1 {
		return x, false
	}
	return x, true
}

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
	x, _ := parseFAT(first) // Open has looked
	x.r = r
	if x.size > size {
		return syntax(32, "the file system has %d bytes, the image %d: %w", x.size, size, io.ErrUnexpectedEOF)
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
		return 0, syntax(at, "cluster %d is followed by cluster %d of %d", n, next, x.clusters)
	}
	return next, nil
}

// A fatData reads a chain of clusters: left bytes of it, or all if that is negative.
type fatData struct {
	x    *fat
	next uint32 // 0 behind the last
	left int64
	read int64 // clusters: no chain has more than there are
	data []byte
}

func (f *fatData) Read(p []byte) (int, error) {
	x := f.x
	for len(f.data) == 0 {
		switch {
		case f.left == 0 || f.next == 0 && f.left < 0:
			return 0, io.EOF
		case f.next < 2 || int64(f.next) >= x.clusters+2:
			return 0, syntax(x.table, "a file goes on in cluster %d of %d", f.next, x.clusters)
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

// directory reads a directory into dir, with all that is below.
func (x *fat) directory(v *FS, dir *node, in io.Reader, above map[uint32]bool, depth int) error {
	if depth > maxDepth {
		return syntax(x.table, "more than %d directories one in the other", maxDepth)
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

// fatUnits are the 13 units of UTF-16 in a part of a long name.
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

// fatName is the long name of an entry, or its short one.
func fatName(entry []byte, long []uint16) string {
	if len(long) > 0 {
		return string(utf16.Decode(long))
	}
	base := bytes.TrimRight(bytes.Clone(entry[:8]), " ")
	if len(base) > 0 && base[0] == 0x05 {
		base[0] = 0xe5
	}
	name, end := string(base), strings.TrimRight(string(entry[8:11]), " ")
	// Windows NT keeps in two bits that a short name is in small letters.
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
		return syntax(x.table, "a directory is in itself")
	}
	above[first] = true // for good: no directory has two parents
	return x.directory(v, n, &fatData{x: x, next: first, left: -1}, above, depth+1)
}
