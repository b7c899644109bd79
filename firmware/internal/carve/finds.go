// SPDX-License-Identifier: Apache-2.0

package carve

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"

	"github.com/clause76/clause76/firmware/internal/devicetree"
	"github.com/clause76/clause76/firmware/internal/kmod"
	"github.com/clause76/clause76/firmware/internal/rootfs"
	"github.com/clause76/clause76/firmware/internal/uswid"
	"github.com/clause76/clause76/firmware/internal/volume"
	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/unpack"
	"github.com/clause76/clause76/vendors"
)

// A find is a kind of things in an image.
type find struct {
	kind  string
	what  string // in words
	magic []byte
	// back is the distance of the magic from the start; grid is what starts are multiples of, if
	// the magic is too short to be looked for anywhere.
	back, grid int
	need       int // bytes that size looks at
	// size is that of what starts with b, 0 if nothing does, -1 if only its end tells.
	size func(b []byte) int64
	read func(x *scanner, f *find, size int64, at vendors.Location) error
}

// finds are in the order of what contains what.
var finds = []find{
	{kind: "squashfs", what: "a file system", magic: []byte("hsqs"), need: volume.HeadSize, size: volumeSize, read: (*scanner).volume},
	{kind: "cpio", what: "a file system", magic: []byte("0707010"), need: volume.HeadSize, size: volumeSize, read: (*scanner).volume},
	{kind: "ext4", what: "a file system", magic: []byte{0x53, 0xef, 1, 0}, back: 1024 + 0x38, grid: 512, need: volume.HeadSize, size: volumeSize, read: (*scanner).volume},
	{kind: "fat", what: "a file system", magic: []byte{0x55, 0xaa}, back: 510, grid: 512, need: volume.HeadSize, size: volumeSize, read: (*scanner).volume},
	{kind: "devicetree", what: "a devicetree", magic: []byte{0xd0, 0x0d, 0xfe, 0xed}, need: 40, size: devicetree.Size, read: (*scanner).tree},
	{kind: "uefi-capsule", what: "a UEFI capsule", magic: []byte(capsuleGUID), need: capsuleHeader, size: capsuleSize, read: (*scanner).capsule},
	{kind: "uimage", what: "a uImage", magic: []byte(ubootMagic), need: ubootHeader, size: ubootSize, read: (*scanner).uboot},
	{kind: "onie", what: "TlvInfo", magic: []byte(onieMagic), need: onieHeader, size: onieSize, read: (*scanner).onie},
	{kind: "uswid", what: "a bill of materials in uSWID", magic: []byte(uswid.Magic), need: 25, size: uswid.Size, read: (*scanner).piece},
	{kind: "cabinet", what: "a cabinet", magic: []byte(fields.CabinetMagic), need: 36, size: cabinetSize, read: (*scanner).piece},
	{kind: "kernel-module", what: "a kernel module", magic: []byte(elf.ELFMAG), need: 64, size: moduleSize, read: (*scanner).piece},
	{kind: "android-build-prop", what: "a list of properties", magic: []byte("\nro.product."), need: 4096, size: propertiesSize, read: (*scanner).piece},
}

// index returns where in buf, at from or later, one may start, or -1.
func (f *find) index(buf []byte, from int, start int64) int {
	if f.grid == 0 {
		if i := bytes.Index(buf[min(from, len(buf)):], f.magic); i >= 0 {
			return from + i
		}
		return -1
	}
	// The first multiple of the grid, counted from the start of the image.
	from += int((int64(f.grid) - (start+int64(from))%int64(f.grid)) % int64(f.grid))
	for at := from; at+f.back+len(f.magic) <= len(buf); at += f.grid {
		if bytes.HasPrefix(buf[at+f.back:], f.magic) {
			return at
		}
	}
	return -1
}

func volumeSize(b []byte) int64 {
	_, size := volume.Sniff(b)
	return size
}

// cabinetSize is the size that a cabinet states: [MS-CAB] 2.3, cbCabinet and version 1.3.
func cabinetSize(b []byte) int64 {
	if len(b) < 36 || b[24] != 3 || b[25] != 1 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(b[8:]))
}

// moduleSize is the size of a relocatable ELF file: its table of sections is at the end.
func moduleSize(b []byte) int64 {
	if len(b) < 64 || !kmod.Sniff(b) {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if elf.Data(b[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	switch elf.Class(b[elf.EI_CLASS]) {
	case elf.ELFCLASS32:
		return int64(order.Uint32(b[32:])) + int64(order.Uint16(b[46:]))*int64(order.Uint16(b[48:]))
	case elf.ELFCLASS64:
		if at := order.Uint64(b[40:]); at < maxBytes {
			return int64(at) + int64(order.Uint16(b[58:]))*int64(order.Uint16(b[60:]))
		}
	}
	return 0
}

// propertiesSize is the length of the text at the start of b.
func propertiesSize(b []byte) int64 {
	for i, c := range b[:min(len(b), window/2)] {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return int64(i)
		}
	}
	return int64(min(len(b), window/2))
}

// volume reads the files of a file system.
func (x *scanner) volume(f *find, size int64, at vendors.Location) error {
	var r io.ReaderAt
	switch {
	case x.src.Open == nil:
		return x.unread(f, size, at, "it is in an image in images, too deep to be looked into")
	case x.src.At != nil && x.src.Size > x.start:
		whole := x.src.Size - x.start
		r = io.NewSectionReader(x.src.At, x.start, whole)
		if size < 0 || size > whole {
			size = whole
		}
	default:
		if size > maxVolume {
			return x.unread(f, size, at, "the image cannot be read at any place, and it is too large to be held in memory")
		}
		if size < 0 {
			size = maxVolume
		}
		if err := x.fill(int(size)); err != nil {
			return err
		}
		r, size = bytes.NewReader(x.buf), min(size, int64(len(x.buf)))
	}
	v, err := volume.Open(r, size)
	if err != nil {
		x.found++ // its magic and the fields after it are not there by accident
		x.odd(f, at, "cannot be read: %v", err)
		return nil
	}
	x.found++
	opts := &rootfs.Options{Open: x.src.Open, Bytes: max(volumeFree, volumeRatio*v.Size())}
	if x.opts != nil {
		opts.Options = *x.opts
	}
	more, err := rootfs.Walk(x.ctx, x.s, v, at.Pointer+"/", opts)
	x.stopped = !more
	if err != nil || x.stopped {
		return err
	}
	return x.skip(v.Size())
}

// unread counts a find that was not searched.
func (x *scanner) unread(f *find, size int64, at vendors.Location, why string) error {
	x.found++
	x.s.Malformed(sbom.WarnIncomplete, f.what+" in the image was not looked into: "+why, at)
	x.dark = true
	if size > 0 && size <= x.limit {
		return x.skip(size)
	}
	x.pass(len(f.magic))
	return nil
}

// held makes all of a find be in buf; ok is false if it was dealt with.
func (x *scanner) held(f *find, size int64, at vendors.Location) (ok bool, err error) {
	if size > maxPiece {
		return false, x.unread(f, size, at, "it is too large; hand it in by itself")
	}
	if err := x.fill(int(size)); err != nil {
		return false, err
	}
	if int64(len(x.buf)) < size {
		x.odd(f, at, "goes beyond the end of the image")
		return false, nil
	}
	return true, nil
}

// tree reads a devicetree.
func (x *scanner) tree(f *find, size int64, at vendors.Location) error {
	if ok, err := x.held(f, size, at); !ok {
		return err
	}
	more, err := devicetree.Embedded(x.s, x.buf[:size], x.start, at.Pointer)
	x.stopped = !more
	if err != nil {
		if !errors.Is(err, sbom.ErrSyntax) {
			return err
		}
		x.odd(f, at, "cannot be read: %v", err)
		return nil
	}
	x.found++
	x.drop(int(size))
	return nil
}

// piece reads a document, or a container of documents.
func (x *scanner) piece(f *find, size int64, at vendors.Location) error {
	if ok, err := x.held(f, size, at); !ok {
		return err
	}
	if x.src.Open == nil {
		return x.unread(f, size, at, "it is in an image in images, too deep to be looked into")
	}
	known, err := x.unpacked(f, x.buf[:size], at)
	if err != nil || x.stopped {
		return err
	}
	if known == 0 { // the first bytes of a program, or chance
		x.pass(len(f.magic))
		return nil
	}
	x.found++
	x.drop(int(size))
	return nil
}

// document reads a document in a piece, and returns 1 if it is one.
func (x *scanner) document(f *find, item unpack.Item) (int, error) {
	at := vendors.Location{Pointer: item.Path}
	fail := func(err error) (int, error) {
		if errors.Is(err, sbom.ErrNotRecognized) {
			return 0, nil
		}
		x.s.Malformed(sbom.WarnMalformed, f.what+" in the image was not screened: "+err.Error(), at)
		return 1, nil
	}
	if item.Err != nil {
		return fail(item.Err)
	}
	doc := x.src.Open(item.Reader, nil, 0, x.opts)
	if keep := x.s.Keep(); keep != nil {
		doc.Keep(keep)
	}
	counted := 0
	for c, err := range doc.Components() {
		if err != nil {
			return fail(err)
		}
		counted += c.Malformed
		if !x.s.Emit(rootfs.Place(c, item.Path, doc.Header().Format)) {
			x.stopped = true
			return 1, nil
		}
	}
	if _, err := io.Copy(io.Discard, item.Reader); err != nil { // a fault of a layer shows at its end
		return fail(err)
	}
	x.s.Include(doc.Header(), counted, func(l vendors.Location) vendors.Location { return rootfs.Within(item.Path, l) })
	if doc.Header().Components == 0 {
		x.s.Malformed(sbom.WarnIncomplete, f.what+" in the image has no components", at)
	}
	return 1, nil
}
