// SPDX-License-Identifier: Apache-2.0

// Package carve scans firmware images in any format for content that names a vendor or a
// device:
//
//   - file systems, see package volume; their files are read by package rootfs
//   - devicetree blobs, which say what board an image is for
//   - the trailers that OpenWrt's fwtool appends, with the devices that it supports
//   - bills of materials in uSWID, as UEFI firmware embeds them, and the headers of UEFI
//     capsules
//   - uImages, which are unpacked, and the TlvInfo of network switches
//   - cabinets, kernel modules, and Android's properties, as far as they are not compressed
//
// The image is read once, from front to back, in bounded memory, and nothing of it is
// written anywhere or executed. Most images hold more than what is understood, so they count
// as not screened in whole: a device found in one is a finding, none is not clear. An
// image in which nothing was found is an [sbom.ErrNotRecognized].
//
// The pointer of what is found names it by kind and number, in the order of the image:
// "/devicetree/1/compatible", "/squashfs/1/etc/os-release#/ID".
package carve

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/clause76/clause76/firmware/internal/rootfs"
	"github.com/clause76/clause76/firmware/internal/volume"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "firmware-image"

// Bounds.
const (
	window    = 1 << 20  // what is looked at at once
	firstRead = 64 << 10 // what is read of it first
	maxPiece  = 4 << 20  // what is found, apart from file systems
	maxVolume = 64 << 20 // a file system in an image that cannot be read at any place
	maxFound  = 10_000
	maxTries  = 100_000
	maxBytes  = 64 << 30
	// A file system may unpack to so many times the image, beyond the first bytes.
	volumeRatio = 300
	volumeFree  = 16 << 20
)

// Sniff reports whether a document that starts with head can be an image: it is no text.
func Sniff(head []byte) bool { return bytes.IndexByte(head, 0) >= 0 }

// A Source is an image.
type Source struct {
	Reader io.Reader
	// At reads the same bytes at any place, if that is possible; Size is their number.
	// Without it, file systems of more than 64 MiB are not looked into.
	At   io.ReaderAt
	Size int64
	// Open opens the files in it; nil if they are not to be looked into.
	Open rootfs.Opener
}

// Read returns what is found in the image. The document's format is empty until something is.
func Read(src Source, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		limit := s.Limits().Bytes
		if limit <= 0 {
			limit = maxBytes
		}
		x := &scanner{ctx: context.Background(), s: s, src: src, opts: opts, limit: limit, seen: make(map[string]int)}
		if err := x.fill(firstRead); err != nil {
			return err
		}
		x.what = called(x.buf)
		if err := x.scan(); err != nil || x.stopped {
			return err
		}
		if x.trailers(); x.stopped {
			return nil
		}
		if x.found == 0 {
			return &sbom.Error{Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("%s (%d bytes), which is not read; no file system, devicetree or metadata that is read is in it", x.what, x.end())}
		}
		s.SetFormat(Name)
		if x.dark {
			s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("an image of %d bytes, not all of it understood: what was found in it was screened, the rest was not", x.end()), vendors.Location{})
		}
		return nil
	})
}

type scanner struct {
	ctx     context.Context // of what is in it; the reader ends the rest
	s       *sbom.Sink
	src     Source
	opts    *sbom.Options
	buf     []byte // the part of the image from start on
	start   int64
	limit   int64
	tail    []byte // the end of what buf no longer has
	crc     uint32 // of the data before tail
	found   int
	seen    map[string]int // how many of each kind
	what    string         // the image is called
	dark    bool           // some of it was not understood
	stopped bool
}

func (x *scanner) end() int64 { return x.start + int64(len(x.buf)) }

// fill reads until there are n bytes, or the image ends.
func (x *scanner) fill(n int) error {
	for len(x.buf) < n {
		if len(x.buf) == cap(x.buf) { // most files are small
			x.buf = append(make([]byte, 0, min(max(n, window), max(2*cap(x.buf), firstRead))), x.buf...)
		}
		got, err := x.src.Reader.Read(x.buf[len(x.buf):min(n, cap(x.buf))])
		x.buf = x.buf[:len(x.buf)+got]
		switch {
		case x.end() > x.limit:
			return &sbom.Error{Offset: x.limit, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d bytes of input", x.limit)}
		case err == io.EOF:
			return nil
		case err != nil:
			return format.ReadError(x.end(), err)
		}
	}
	return nil
}

// pass forgets the first n bytes, which were not understood. Zeros, and the ones of
// flash memory that was erased, fill up.
func (x *scanner) pass(n int) {
	for i := 0; i < n && !x.dark; i++ {
		x.dark = x.buf[i] != 0 && x.buf[i] != 0xff
	}
	x.drop(n)
}

// drop forgets the first n bytes, but for what trailers may be in.
func (x *scanner) drop(n int) {
	x.remember(x.buf[:n])
	x.buf = x.buf[:copy(x.buf, x.buf[n:])]
	x.start += int64(n)
}

// skip reads on, to n bytes from here.
func (x *scanner) skip(n int64) error {
	for n > 0 {
		if err := x.fill(window); err != nil {
			return err
		}
		if len(x.buf) == 0 {
			return nil
		}
		part := min(n, int64(len(x.buf)))
		x.drop(int(part))
		n -= part
	}
	return nil
}

// A cursor is how far the search for one kind has come, in bytes of the image.
type cursor struct {
	at   int64 // where the next one may start; -1 if none is in buf
	from int64 // nothing is before it
}

// scan looks for all kinds of finds, in the order of the image.
func (x *scanner) scan() error {
	cursors := make([]cursor, len(finds))
	for i := range cursors {
		cursors[i].at = -1
	}
	for tries := 0; ; {
		if err := x.fill(window); err != nil {
			return err
		}
		last := len(x.buf) < window
		k := x.next(cursors)
		if cursors[k].at < 0 {
			if last {
				x.pass(len(x.buf))
				return nil
			}
			x.pass(len(x.buf) - overlap)
			continue
		}
		c, f := &cursors[k], &finds[k]
		at := int(c.at - x.start)
		if len(x.buf)-at < f.need && !last {
			x.pass(at)
			continue
		}
		size := f.size(x.buf[at:])
		if size == 0 {
			c.from, c.at = c.at+1, -1
			continue
		}
		if tries++; tries > maxTries || x.found > maxFound {
			return &sbom.Error{Offset: c.at, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d file systems, devicetrees and the like in one image", maxFound)}
		}
		x.pass(at)
		x.seen[f.kind]++
		pointer := fmt.Sprintf("/%s/%d", f.kind, x.seen[f.kind])
		if err := f.read(x, f, size, vendors.Location{Pointer: pointer, Offset: x.start}); err != nil || x.stopped {
			return err
		}
	}
}

// next returns the kind that may come first in buf; where several start at one place, the
// first in the list.
func (x *scanner) next(cursors []cursor) int {
	k := 0
	for i := range cursors {
		c := &cursors[i]
		if c.at < x.start {
			c.from, c.at = max(c.from, x.start), -1
			if at := finds[i].index(x.buf, int(c.from-x.start), x.start); at >= 0 {
				c.at = x.start + int64(at)
				c.from = c.at
			} else {
				c.from = max(c.from, x.end()-overlap)
			}
		}
		if c.at >= 0 && (cursors[k].at < 0 || c.at < cursors[k].at) {
			k = i
		}
	}
	return k
}

// overlap is how much of the buffer has to stay, for a find that is only half there.
const overlap = volume.HeadSize

// names are the names of formats that are known and not read, by what they start with. A
// format alone does not attribute an image: others use it too.
var names = []struct{ magic, name string }{
	{"HWNP", "a container of the format HWNP, which optical terminals of Huawei take"},         // binaryanalysis-ng, huawei_hwnp.ksy
	{"\xe9\x9a\xf7\xb6", "a container of the format digicap, which devices of Hikvision take"}, // SWKH, by the key of the format
	{"UBI#", "a volume of UBI"},
	{"sqsh", "a squashfs of an old version, or with its big end first"},
	{"\x31\x18\x10\x06", "a volume of UBIFS"},
	{"\x85\x19", "a volume of JFFS2"},
	{"\x19\x85", "a volume of JFFS2"},
	{"CrAU", "an update of Android; its payload is not read"},
	{"ANDROID!", "a boot image of Android"},
	{"\x7fELF", "an ELF file"},
	{"\xca\xfe\xba\xbe", "a Java class or a Mach-O file"},
}

// called describes in words what starts with head.
func called(head []byte) string {
	for _, n := range names {
		if bytes.HasPrefix(head, []byte(n.magic)) {
			return n.name
		}
	}
	return "a binary file"
}

// odd counts a find that is broken, or is not one after all.
func (x *scanner) odd(f *find, at vendors.Location, format string, args ...any) {
	x.s.Malformed(sbom.WarnMalformed, "what looks like "+f.what+" "+fmt.Sprintf(format, args...), at)
	x.pass(min(len(x.buf), len(f.magic)))
}
