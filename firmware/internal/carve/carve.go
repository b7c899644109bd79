// SPDX-License-Identifier: Apache-2.0

// Package carve scans firmware images in any format for content that names a vendor or a
// device:
//
//   - file systems (see package volume), with files that package rootfs reads
//   - devicetree blobs, which describe the board that an image is for
//   - the trailers that OpenWrt's fwtool appends, with the devices that the image supports
//   - bills of materials in uSWID, as UEFI firmware embeds them, and the headers of UEFI
//     capsules
//   - uImages, which are unpacked, and the TlvInfo of network switches
//   - cabinets, kernel modules, and Android properties that are not compressed
//
// The image is read once, from its start to its end, in bounded memory. No part of it is
// written to disk or executed. Most images contain data that this package does not
// understand, so the document is incomplete: what was found in the image is screened, and an
// image without a finding is not clear. If nothing at all was found, the error is an
// [sbom.ErrNotRecognized].
//
// A pointer starts with the kind of the content and its number within that kind, in the order
// of the image: "/devicetree/1/compatible", "/squashfs/1/etc/os-release#/ID".
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
	window    = 1 << 20  // bytes in the buffer
	firstRead = 64 << 10 // bytes in the first read
	maxPiece  = 4 << 20  // bytes in a find that is not a file system
	maxVolume = 64 << 20 // bytes in a file system, if the image has no io.ReaderAt
	maxFound  = 10_000
	maxTries  = 100_000
	maxBytes  = 64 << 30
	// A file system may unpack to volumeRatio times its size, or to volumeFree bytes if that is more.
	volumeRatio = 300
	volumeFree  = 16 << 20
)

// Sniff reports whether a document that starts with head can be an image, which is any file that is not text.
func Sniff(head []byte) bool { return bytes.IndexByte(head, 0) >= 0 }

// A Source is an image.
type Source struct {
	Reader io.Reader
	// At, if it is not nil, reads the same Size bytes at any offset. Without it, file systems of
	// more than 64 MiB are not read.
	At   io.ReaderAt
	Size int64
	// Open opens the files in the image. If it is nil, they are not read.
	Open rootfs.Opener
}

// Read returns the components that are found in the image. The format of the document is empty
// until the scan is complete and found something.
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
		x.what = describe(x.buf)
		if err := x.scan(); err != nil || x.stopped {
			return err
		}
		if x.trailers(); x.stopped {
			return nil
		}
		if x.found == 0 {
			return &sbom.Error{Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("%s (%d bytes), which is not a supported format, and no supported file system, devicetree or metadata was found in it", x.what, x.end())}
		}
		s.SetFormat(Name)
		if x.incomplete {
			s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("only a part of this image of %d bytes is in a supported format; the rest was not screened", x.end()), vendors.Location{})
		}
		return nil
	})
}

type scanner struct {
	ctx        context.Context // for the files in the image; a canceled read of the image is an error of its reader
	s          *sbom.Sink
	src        Source
	opts       *sbom.Options
	buf        []byte // the part of the image that starts at start
	start      int64
	limit      int64
	tail       []byte // the last bytes before buf, which may contain trailers
	crc        uint32 // CRC-32 of the bytes before tail
	found      int
	seen       map[string]int // number of finds of each kind
	what       string         // description of the image for errors
	incomplete bool           // some of the image was not read
	stopped    bool
}

func (x *scanner) end() int64 { return x.start + int64(len(x.buf)) }

// fill reads until buf has n bytes, or the image ends.
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

// dropUnread drops the first n bytes of buf, which no reader understood. Bytes 0x00 and 0xff are only
// padding: erased flash memory contains 0xff.
func (x *scanner) dropUnread(n int) {
	for i := 0; i < n && !x.incomplete; i++ {
		x.incomplete = x.buf[i] != 0 && x.buf[i] != 0xff
	}
	x.drop(n)
}

// drop removes the first n bytes of buf. The last ones are kept in tail, for the trailers.
func (x *scanner) drop(n int) {
	x.remember(x.buf[:n])
	x.buf = x.buf[:copy(x.buf, x.buf[n:])]
	x.start += int64(n)
}

// skip drops the next n bytes of the image, which may be more than buf has.
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

// A cursor is the state of the search for one kind of find. Offsets are those in the image.
type cursor struct {
	at   int64 // where the next find may start; -1 if there is none in buf
	from int64 // where the search continues
}

// scan searches the image for all kinds of finds and reads them, in the order of the image.
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
				x.dropUnread(len(x.buf))
				return nil
			}
			x.dropUnread(len(x.buf) - overlap)
			continue
		}
		c, f := &cursors[k], &finds[k]
		at := int(c.at - x.start)
		if len(x.buf)-at < f.need && !last {
			x.dropUnread(at)
			continue
		}
		size := f.size(x.buf[at:])
		if size == 0 {
			c.from, c.at = c.at+1, -1
			continue
		}
		if tries++; tries > maxTries || x.found > maxFound {
			return &sbom.Error{Offset: c.at, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d file systems, devicetrees and other finds, or more than %d places that look like one, in one image", maxFound, maxTries)}
		}
		x.dropUnread(at)
		x.seen[f.kind]++
		pointer := fmt.Sprintf("/%s/%d", f.kind, x.seen[f.kind])
		if err := f.read(x, f, size, vendors.Location{Pointer: pointer, Offset: x.start}); err != nil || x.stopped {
			return err
		}
	}
}

// next returns the index of the kind with the first find in buf. If several start at the same
// offset, the first kind in the list wins.
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

// overlap is how many bytes at the end of buf are kept, because a find may start in them.
const overlap = volume.HeadSize

// names describes formats that are recognized but not read, by their first bytes. A format alone
// does not attribute an image to a vendor, because other vendors use it too.
var names = []struct{ magic, name string }{
	{"HWNP", "a container in the HWNP format, which Huawei optical network terminals use"}, // binaryanalysis-ng, huawei_hwnp.ksy
	{"\xe9\x9a\xf7\xb6", "a container in the digicap format, which Hikvision devices use"}, // "SWKH", encrypted with the key of the format
	{"UBI#", "a UBI volume"},
	{"sqsh", "a squashfs of an old version or in big-endian byte order"},
	{"\x31\x18\x10\x06", "a UBIFS volume"},
	{"\x85\x19", "a JFFS2 volume"},
	{"\x19\x85", "a JFFS2 volume"},
	{"CrAU", "an Android update payload"},
	{"ANDROID!", "an Android boot image"},
	{"\x7fELF", "an ELF file"},
	{"\xca\xfe\xba\xbe", "a Java class or a Mach-O file"},
}

// describe returns words for the file that starts with head.
func describe(head []byte) string {
	for _, n := range names {
		if bytes.HasPrefix(head, []byte(n.magic)) {
			return n.name
		}
	}
	return "a binary file"
}

// malformed counts a find that is malformed. It may also be other data that looks like a find.
func (x *scanner) malformed(f *find, at vendors.Location, format string, args ...any) {
	x.s.Malformed(sbom.WarnMalformed, "what looks like "+f.what+" "+fmt.Sprintf(format, args...), at)
	x.dropUnread(min(len(x.buf), len(f.magic)))
}
