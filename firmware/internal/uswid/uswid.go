// SPDX-License-Identifier: Apache-2.0

// Package uswid reads uSWID, the container in which UEFI and coreboot firmware embeds its bill
// of materials. The payload is concise SWID tags, CycloneDX or SPDX, plain or compressed. Its
// header starts with a magic, so that the container can be found in an image
// (https://github.com/hughsie/python-uswid, README and uswid/container_uswid.py).
//
// The components are those of the bill of materials. Pointers start with the number of the
// container in the file, counted from 0. A container that cannot be unpacked is an error. Data
// after the last container, other than padding, counts as not screened.
package uswid

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/clause76/clause76/internal/fields"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "uswid"

// Magic starts each container.
const Magic = "SBOM\xd6\xba\x2e\xac\xa3\xe6\x7a\x52\xaa\xee\x3b\xaf"

// Bounds.
const (
	maxBytes    = 64 << 20
	maxUnpacked = 64 << 20
	maxDict     = 32 << 20
)

// A header contains its version, its own size and the size of the payload. Version 2 adds flags,
// version 3 the compression method, and version 4 the format of the payload.
const (
	minHeader  = 23
	flagsAt    = 23
	compressAt = 24
	formatAt   = 25
	flagPacked = 1
	latest     = 4
	packedZlib = 1
	packedLZMA = 2
	formatTags = 0
	formatCDX  = 1
	formatSPDX = 2
	lzmaDictAt = 1
	lzmaHeader = 13
)

// Sniff reports whether a document that starts with head is uSWID.
func Sniff(head []byte) bool { return bytes.HasPrefix(head, []byte(Magic)) && Size(head) > 0 }

// Size returns the size of the container that starts with head, including its header, or 0 if head
// does not start a container.
func Size(head []byte) int64 {
	if len(head) < minHeader || !bytes.HasPrefix(head, []byte(Magic)) || head[16] < 1 || head[16] > latest {
		return 0
	}
	header := int64(binary.LittleEndian.Uint16(head[17:]))
	if header < minHeader {
		return 0
	}
	return header + int64(binary.LittleEndian.Uint32(head[19:]))
}

// Read returns the components of the bills of materials.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		at := int64(0)
		for n := 0; ; n++ {
			rest := data[at:]
			size := Size(rest)
			if size == 0 {
				if len(bytes.Trim(rest, "\x00\xff")) > 0 {
					s.Malformed(sbom.WarnIncomplete, "data after the last container was not screened", vendors.Location{Offset: at})
				}
				return nil
			}
			where := vendors.Location{Pointer: fmt.Sprintf("/%d", n), Offset: at}
			if size > int64(len(rest)) {
				return &sbom.Error{Pointer: where.Pointer, Offset: at, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the container ends too early: it has %d of %d bytes: %w", len(rest), size, io.ErrUnexpectedEOF)}
			}
			if more, err := container(s, rest[:size], where, opts); err != nil || !more {
				return err
			}
			at += size
		}
	})
}

// container reads one container.
func container(s *sbom.Sink, data []byte, at vendors.Location, opts *sbom.Options) (more bool, err error) {
	doc, err := open(data, opts)
	if err != nil {
		return false, &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrSyntax, Err: err}
	}
	if keep := s.Keep(); keep != nil {
		doc.Keep(keep)
	}
	place := func(l vendors.Location) vendors.Location {
		return vendors.Location{Pointer: at.Pointer + l.Pointer, Offset: -1}
	}
	counted := 0
	for c, err := range doc.Components() {
		if err != nil {
			return false, fmt.Errorf("the container at %s: %w", at.Pointer, err)
		}
		counted += c.Malformed
		c.Ref = at.Pointer + "#" + c.Ref
		c.Placement = sbom.Included // of the image that carries it
		c.Location = place(c.Location)
		for i := range c.Claims {
			c.Claims[i].Location = place(c.Claims[i].Location)
		}
		if !s.Emit(c) {
			return false, nil
		}
	}
	s.Include(doc.Header(), counted, place)
	return true, nil
}

// open opens the payload of a container.
func open(data []byte, opts *sbom.Options) (*sbom.Document, error) {
	version, header := data[16], int(binary.LittleEndian.Uint16(data[17:]))
	if need := map[byte]int{1: 23, 2: 24, 3: 25, 4: 26}[version]; header < need || header > len(data) {
		return nil, fmt.Errorf("a header of %d bytes; expected at least %d in version %d", header, need, version)
	}
	payload := data[header:]
	if version >= 2 && data[flagsAt]&flagPacked != 0 {
		kind := byte(packedZlib)
		if version >= 3 {
			kind = data[compressAt]
		}
		var err error
		if payload, err = unpack(kind, payload); err != nil {
			return nil, fmt.Errorf("the payload cannot be unpacked: %w", err)
		}
	}
	format := byte(formatTags)
	if version >= 4 {
		format = data[formatAt]
	}
	switch format {
	case formatTags:
		// A payload may omit the CBOR tag of concise SWID tags, but NewReader needs it to recognize them.
		if !bytes.HasPrefix(payload, []byte(coswidTag)) {
			payload = append([]byte(coswidTag), payload...)
		}
		return sbom.NewReader(bytes.NewReader(payload), opts), nil
	case formatCDX, formatSPDX:
		return sbom.NewReader(bytes.NewReader(payload), opts), nil
	}
	return nil, fmt.Errorf("unknown payload format %d; expected 0 to 2", format)
}

// coswidTag is the CBOR tag of a concise SWID tag (RFC 9393, section 8).
const coswidTag = "\xda\x53\x57\x49\x44"

func unpack(kind byte, data []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // in a decompressor of another module
			err = fmt.Errorf("%v", p)
		}
	}()
	var r io.Reader
	switch {
	case kind == packedZlib:
		r, err = zlib.NewReader(bytes.NewReader(data))
	case kind == packedLZMA && bytes.HasPrefix(data, []byte(fields.XZMagic)):
		r, err = xz.NewReader(bytes.NewReader(data), maxDict)
	case kind == packedLZMA:
		if len(data) < lzmaHeader || binary.LittleEndian.Uint32(data[lzmaDictAt:]) > maxDict {
			return nil, errors.New("an LZMA header that is too short, or a dictionary of more than 32 MiB")
		}
		r, err = lzma.NewReader(bytes.NewReader(data))
	default:
		err = fmt.Errorf("unknown compression method %d; expected 1 or 2", kind)
	}
	if err != nil {
		return nil, err
	}
	if out, err = io.ReadAll(io.LimitReader(r, maxUnpacked+1)); err == nil && len(out) > maxUnpacked {
		err = fmt.Errorf("more than %d bytes", maxUnpacked)
	}
	return out, err
}
