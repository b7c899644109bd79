// SPDX-License-Identifier: Apache-2.0

// Package image looks into images of firmware whose format is not known for what still
// tells whose they are, without unpacking anything:
//
//   - devicetree blobs, which say what board an image is for
//   - the trailers that OpenWrt's fwtool appends, with the devices that it supports
//
// The image is read once, as a stream, in bounded memory. Most of it is not understood, so
// it always counts as not screened in whole: a device found in it is a finding, none is
// not clear. An image in which nothing was found is an [sbom.ErrNotRecognised].
package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/firmware/devicetree"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "firmware-image"

// Bounds.
const (
	window   = 1 << 20 // what is looked at at once
	maxTree  = 4 << 20 // a blob that is read
	maxTrees = 1000
	tailSize = 64 << 10 // trailers are looked for in
	maxBytes = 64 << 30
)

// Sniff reports whether a document that starts with head can be an image: it is no text.
func Sniff(head []byte) bool { return bytes.IndexByte(head, 0) >= 0 }

// Read returns what is found in the image. The document's format is empty until something is.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.Placed()
		limit := s.Limits().Bytes
		if limit <= 0 {
			limit = maxBytes
		}
		x := &scanner{s: s, r: r, buf: make([]byte, 0, window+maxTree), limit: limit}
		if err := x.scan(); err != nil || x.stopped {
			return err
		}
		if x.trailers(); x.stopped {
			return nil
		}
		if x.found == 0 {
			return &sbom.Error{Kind: sbom.ErrNotRecognised, Err: fmt.Errorf("a binary file of %d bytes, of no format that is read; no devicetree and no metadata of OpenWrt is in it", x.end())}
		}
		s.SetFormat(Name)
		s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("an image of %d bytes of unknown format: what was found in it was screened, the rest was not", x.end()), vendors.Location{})
		return nil
	})
}

type scanner struct {
	s       *sbom.Sink
	r       io.Reader
	buf     []byte // the part of the image from start on
	start   int64
	limit   int64
	tail    []byte // the end of what buf no longer has
	crc     uint32 // of what stands before tail
	found   int
	stopped bool
}

func (x *scanner) end() int64 { return x.start + int64(len(x.buf)) }

var magic = []byte{0xd0, 0x0d, 0xfe, 0xed}

// fill reads until there are n bytes, or the image ends.
func (x *scanner) fill(n int) error {
	for len(x.buf) < n {
		got, err := x.r.Read(x.buf[len(x.buf):n])
		x.buf = x.buf[:len(x.buf)+got]
		switch {
		case x.end() > x.limit:
			return &sbom.Error{Offset: x.limit, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d bytes of input", x.limit)}
		case err == io.EOF:
			return nil
		case err != nil:
			return sbom.ReadError(x.end(), err)
		}
	}
	return nil
}

// drop forgets the first n bytes, but for what trailers may be in.
func (x *scanner) drop(n int) {
	gone := x.buf[:n]
	if over := len(x.tail) + n - tailSize; over > 0 {
		first := min(over, len(x.tail))
		x.crc = crc32.Update(x.crc, crc32.IEEETable, x.tail[:first])
		x.crc = crc32.Update(x.crc, crc32.IEEETable, gone[:over-first])
		x.tail, gone = x.tail[:copy(x.tail, x.tail[first:])], gone[over-first:]
	}
	x.tail = append(x.tail, gone...)
	x.buf = x.buf[:copy(x.buf, x.buf[n:])]
	x.start += int64(n)
}

// header is what [devicetree.Size] needs.
const header = 40

// scan looks for devicetrees.
func (x *scanner) scan() error {
	trees := 0
	for {
		if err := x.fill(window); err != nil {
			return err
		}
		last := len(x.buf) < window
		for at := 0; ; {
			i := bytes.Index(x.buf[at:], magic)
			if i < 0 {
				x.drop(max(at, len(x.buf)-len(magic)+1))
				break
			}
			at += i
			if len(x.buf)-at < header && !last {
				x.drop(at)
				break
			}
			size := devicetree.Size(x.buf[at:])
			if size == 0 {
				at++
				continue
			}
			if trees++; trees > maxTrees {
				return &sbom.Error{Offset: x.start + int64(at), Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d devicetrees", maxTrees)}
			}
			x.drop(at)
			if err := x.tree(size, fmt.Sprintf("/devicetree/%d", trees)); err != nil || x.stopped {
				return err
			}
			at = 0
		}
		if last {
			return nil
		}
	}
}

// tree reads the blob at the start of buf, if it is one, and drops it or its magic.
func (x *scanner) tree(size int64, pointer string) error {
	at := vendors.Location{Pointer: pointer, Offset: x.start}
	if size > maxTree {
		x.found++
		x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("a devicetree or FIT image of %d bytes in it was not looked into; hand it in by itself", size), at)
		x.drop(header)
		return nil
	}
	if err := x.fill(int(size)); err != nil {
		return err
	}
	if int64(len(x.buf)) < size {
		x.drop(len(magic))
		x.s.Malformed(sbom.WarnIncomplete, "what looks like a devicetree goes beyond the end of the image", at)
		return nil
	}
	more, err := devicetree.Embedded(x.s, x.buf[:size], x.start, pointer)
	x.stopped = !more
	if err != nil {
		if !errors.Is(err, sbom.ErrSyntax) {
			return err
		}
		x.s.Malformed(sbom.WarnMalformed, "what looks like a devicetree cannot be read: "+err.Error(), at)
		x.drop(len(magic))
		return nil
	}
	x.found++
	x.drop(int(size))
	return nil
}

// A trailer of fwtool: magic, CRC of all that stands before it, type, three bytes of padding,
// and the size of the block with the trailer, big end first. A block of metadata starts with
// a header: version and flags, four bytes each.
const (
	trailerSize  = 16
	trailerMagic = "FWx0"
	trailerInfo  = 1
	infoHeader   = 8
)

// metadata is the JSON of a trailer (OpenWrt, include/image-commands.mk, append-metadata).
type metadata struct {
	SupportedDevices []string `json:"supported_devices"`
	NewSupported     []string `json:"new_supported_devices"`
	Version          struct {
		Dist    string `json:"dist"`
		Version string `json:"version"`
		Board   string `json:"board"`
	} `json:"version"`
}

// trailers reads the blocks at the end of the image, from the last to the first.
func (x *scanner) trailers() {
	x.drop(len(x.buf))
	end := x.tail
	base := x.start - int64(len(end))
	for n := 1; n <= 8 && len(end) >= trailerSize && !x.stopped; n++ {
		t := end[len(end)-trailerSize:]
		if string(t[:4]) != trailerMagic {
			return
		}
		sum, kind, size := binary.BigEndian.Uint32(t[4:]), t[8], int64(binary.BigEndian.Uint32(t[12:]))
		at := vendors.Location{Pointer: fmt.Sprintf("/trailer/%d", n), Offset: base + int64(len(end)) - trailerSize}
		if crc := ^crc32.Update(x.crc, crc32.IEEETable, end[:len(end)-trailerSize]); crc != sum {
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("the checksum in the image's trailer is %08x; that of the image is %08x", sum, crc), at)
		}
		if size < trailerSize || size > int64(len(end)) || kind == trailerInfo && size < trailerSize+infoHeader {
			x.found++
			x.s.Malformed(sbom.WarnMalformed, fmt.Sprintf("a block of %d bytes at the end of the image, which cannot be", size), at)
			return
		}
		block := end[int64(len(end))-size : len(end)-trailerSize]
		end = end[:int64(len(end))-size]
		if kind == trailerInfo { // others are signatures
			at.Offset = base + int64(len(end)) + infoHeader
			x.info(block[infoHeader:], at)
		}
	}
}

// info makes a component of the metadata.
func (x *scanner) info(block []byte, at vendors.Location) {
	var m metadata
	if err := json.Unmarshal(block, &m); err != nil {
		x.found++
		x.s.Malformed(sbom.WarnMalformed, "the image's metadata cannot be read: "+err.Error(), at)
		return
	}
	x.found++
	c := sbom.Component{Ref: at.Pointer, Type: "device", Category: "telecommunicationsEquipment", Placement: sbom.Subject, Name: m.Version.Board, Version: m.Version.Version, Location: at}
	claim := func(kind vendors.Kind, role vendors.Role, value, pointer string) {
		where := vendors.Location{Pointer: at.Pointer + pointer, Offset: at.Offset}
		if i := bytes.Index(block, []byte(`"`+value+`"`)); i >= 0 {
			where.Offset += int64(i) + 1
		}
		x.s.Claim(&c, role, kind, value, where)
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"supported_devices", m.SupportedDevices}, {"new_supported_devices", m.NewSupported}} {
		for i, device := range list.values {
			pointer := fmt.Sprintf("/%s/%d", list.name, i)
			if bytes.IndexByte([]byte(device), ',') >= 0 {
				claim(vendors.KindDeviceTree, vendors.Namespace, device, pointer)
			} else {
				claim(vendors.KindProduct, vendors.Reference, device, pointer)
			}
		}
	}
	claim(vendors.KindProduct, vendors.Reference, m.Version.Board, "/version/board")
	if c.Name == "" {
		c.Name = "device"
	}
	x.stopped = !x.s.Emit(c)
}
