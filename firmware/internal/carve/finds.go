// SPDX-License-Identifier: Apache-2.0

package carve

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
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

// A find is a kind of content that the scan looks for.
type find struct {
	kind  string // in pointers
	what  string // in messages
	magic []byte
	// back is the offset of the magic in the content. If the magic is too short to be searched for
	// at every offset, grid is not 0, and content starts only at multiples of it.
	back, grid int
	need       int // bytes that size needs
	// size returns the size of the content that starts with b: 0 if b does not start with content
	// of this kind, -1 if the size is only known after reading it.
	size func(b []byte) int64
	read func(x *scanner, f *find, size int64, at vendors.Location) error
}

// finds are all kinds. A kind that can contain another is before it.
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

// index returns the first offset in buf, not before from, where content of this kind may start, or
// -1. start is the offset of buf in the image.
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

// cabinetSize returns the size that a cabinet of version 1.3 states ([MS-CAB] 2.3, cbCabinet).
func cabinetSize(b []byte) int64 {
	if len(b) < 36 || b[24] != 3 || b[25] != 1 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(b[8:]))
}

// moduleSize returns the size of a relocatable ELF file, which ends with its section header table.
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

// propertiesSize returns the length of the text at the start of b.
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
		return x.unread(f, size, at, tooDeep)
	case x.src.At != nil && x.src.Size > x.start:
		whole := x.src.Size - x.start
		r = io.NewSectionReader(x.src.At, x.start, whole)
		if size < 0 || size > whole {
			size = whole
		}
	default:
		if size > maxVolume {
			return x.unread(f, size, at, fmt.Sprintf("it has more than %d bytes, and the input allows no random access", maxVolume))
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
		x.found++ // the magic and the fields after it do not occur by chance
		x.malformed(f, at, "cannot be read: %v", err)
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

// tooDeep is the reason why files in an image are not read.
const tooDeep = "images are nested too deeply"

// unread counts a find that was not read.
func (x *scanner) unread(f *find, size int64, at vendors.Location, why string) error {
	x.found++
	x.s.Malformed(sbom.WarnIncomplete, f.what+" in the image was not screened: "+why, at)
	x.incomplete = true
	if size > 0 && size <= x.limit {
		return x.skip(size)
	}
	x.dropUnread(len(f.magic))
	return nil
}

// buffered reads a whole find into buf. If that is not possible, it counts the find and returns false.
func (x *scanner) buffered(f *find, size int64, at vendors.Location) (ok bool, err error) {
	if size > maxPiece {
		return false, x.unread(f, size, at, fmt.Sprintf("it has more than %d bytes; screen it as a file of its own", maxPiece))
	}
	if err := x.fill(int(size)); err != nil {
		return false, err
	}
	if int64(len(x.buf)) < size {
		x.malformed(f, at, "extends past the end of the image")
		return false, nil
	}
	return true, nil
}

// tree reads a devicetree.
func (x *scanner) tree(f *find, size int64, at vendors.Location) error {
	if ok, err := x.buffered(f, size, at); !ok {
		return err
	}
	more, err := devicetree.Embedded(x.s, x.buf[:size], x.start, at.Pointer)
	x.stopped = !more
	if err != nil {
		if !errors.Is(err, sbom.ErrSyntax) {
			return err
		}
		x.malformed(f, at, "cannot be read: %v", err)
		return nil
	}
	x.found++
	x.drop(int(size))
	return nil
}

// piece reads a find that is a document or contains documents.
func (x *scanner) piece(f *find, size int64, at vendors.Location) error {
	if ok, err := x.buffered(f, size, at); !ok {
		return err
	}
	if x.src.Open == nil {
		return x.unread(f, size, at, tooDeep)
	}
	known, err := x.unpacked(f, x.buf[:size], at)
	if err != nil || x.stopped {
		return err
	}
	if known == 0 { // for example an object file that is not a kernel module
		x.dropUnread(len(f.magic))
		return nil
	}
	x.found++
	x.drop(int(size))
	return nil
}

// document reads a document in a find. It returns 1 if the document is in a known format, or 0.
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
	if _, err := io.Copy(io.Discard, item.Reader); err != nil { // an error of an enclosing layer may be at its end
		return fail(err)
	}
	x.s.Include(doc.Header(), counted, func(l vendors.Location) vendors.Location { return rootfs.Within(item.Path, l) })
	if doc.Header().Components == 0 {
		x.s.Malformed(sbom.WarnIncomplete, f.what+" in the image has no components", at)
	}
	return 1, nil
}
