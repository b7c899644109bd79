// SPDX-License-Identifier: Apache-2.0

// Package devicetree reads devicetrees, as blobs and as source, and FIT images.
//
// The root of a devicetree describes the board. Its compatible strings have the form
// "vendor,device". The first one names the board. The others name hardware that the board is
// compatible with, and the last ones usually name the system on chip (Devicetree
// Specification 0.4, section 2.3.1). So the first one is the namespace of the product, and one
// with the prefix of another vendor is a part, the chip. The other nodes describe parts of
// the hardware: each distinct first compatible string of a node is one part. The model is
// free text, and a reference.
//
// Any node can name a maker: in a property such as "manufacturer", as the SMBIOS data for U-Boot
// does, with the id of a PCI or USB device, or with a MAC address. A property that may have a
// document in it counts as not screened, and so does a long one without text.
//
// A FIT image is a tree too. Each of its configurations is a device, and each image in it is
// firmware. An image that is a devicetree is read. Any other image counts as not screened.
//
// Source (DTS) is read without the files that it includes. They count as not screened.
package devicetree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// The names of the formats in reports.
const (
	Name    = "devicetree"
	NameDTS = "devicetree-source"
)

// maxBytes limits a blob, which is read into memory.
const maxBytes = 64 << 20

// Sniff reports whether a document that starts with head is a devicetree blob.
func Sniff(head []byte) bool {
	return len(head) >= 4 && binary.BigEndian.Uint32(head) == magic
}

// Read returns the devices and parts of one or more devicetree blobs, or of a FIT image.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		at := 0
		for n := 1; ; n++ {
			x := newCollector(s, data[at:], at, "")
			if n > 1 {
				x.prefix = fmt.Sprintf("#%d", n)
			}
			size, err := walk(data[at:], x)
			if err != nil {
				return x.located(err)
			}
			if x.stopped {
				return nil
			}
			at += size
			rest := bytes.TrimLeft(data[at:], "\x00")
			at = len(data) - len(rest)
			switch {
			case Sniff(rest):
				continue
			case len(rest) > 0: // in a FIT image, this can be the data of images
				s.Malformed(sbom.WarnMalformed, fmt.Sprintf("%d bytes after the tree were not screened", len(rest)), vendors.Location{Offset: int64(at)})
			}
			return nil
		}
	})
}

// Size returns the size of the blob at the start of data, or 0 if there cannot be a blob. It
// serves callers that look for blobs inside something else. It needs the first 40 bytes.
func Size(data []byte) int64 {
	if len(data) < headerSize || !Sniff(data) {
		return 0
	}
	word := func(i int) int64 { return int64(binary.BigEndian.Uint32(data[4*i:])) }
	total, version := word(1), word(5)
	if version != 16 && version != 17 || word(6) > version || word(6) < 1 || total < headerSize+16 || total > maxBytes ||
		word(2) < headerSize || word(2) >= total || word(3) < headerSize || word(3) > total || word(2)%4 != 0 {
		return 0
	}
	return total
}

// Embedded emits the components of a blob that is in a document, at offset. Pointers start with
// prefix. Embedded returns false if the caller of the document stopped.
func Embedded(s *sbom.Sink, data []byte, offset int64, prefix string) (bool, error) {
	x := newCollector(s, data, int(offset), prefix)
	if _, err := walk(data, x); err != nil {
		return !x.stopped, x.located(err)
	}
	return !x.stopped, nil
}

// located converts a fault in a tree to an error with its offset in the document.
func (x *collector) located(err error) error {
	if f := (*fault)(nil); errors.As(err, &f) {
		return &sbom.Error{Pointer: x.prefix, Offset: int64(x.base) + f.offset, Kind: sbom.ErrSyntax, Err: f.err}
	}
	return err
}

// A collector makes components from the nodes of one tree.
type collector struct {
	s       *sbom.Sink
	data    []byte // of the blob; nil for source
	base    int    // offset of the tree in the document
	prefix  string // of pointers
	nested  bool   // the tree is inside another one
	root    sbom.Component
	config  sbom.Component
	image   image
	blocks  map[string]bool            // parts that were emitted
	named   map[string]*sbom.Component // parts of open nodes that name their makers, by path
	images  bool                       // there is a node /images
	boards  bool                       // the root has a compatible string
	stopped bool
}

func newCollector(s *sbom.Sink, data []byte, base int, prefix string) *collector {
	return &collector{s: s, data: data, base: base, prefix: prefix, blocks: make(map[string]bool), named: make(map[string]*sbom.Component)}
}

// An image is a part of a FIT image.
type image struct {
	sbom.Component
	kind, compression string
	data              []byte
	offset            int
}

func (x *collector) at(path, name string, offset int) vendors.Location {
	if path != "/" && name != "" {
		path += "/"
	}
	return vendors.Location{Pointer: x.prefix + path + name, Offset: int64(x.base + offset)}
}

func (x *collector) begin(path string, offset int) bool {
	at := x.at(path, "", offset)
	switch parent, name := split(path); {
	case path == "/":
		x.root = sbom.Component{Ref: x.prefix + "/", Type: "device", Placement: sbom.Primary, Location: at}
	case path == "/images":
		x.images = true
	case parent == "/images":
		x.image = image{Component: sbom.Component{Ref: at.Pointer, Type: "firmware", Name: name, Location: at}}
	case parent == "/configurations":
		x.config = sbom.Component{Ref: at.Pointer, Type: "device", Placement: sbom.Primary, Name: name, Location: at}
	}
	return !x.stopped
}

func split(path string) (parent, name string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// property reads a property of a blob.
func (x *collector) property(path, name string, value []byte, offset int) {
	parent, _ := split(path)
	if name == "data" && parent == "/images" {
		x.image.data, x.image.offset = value, offset
		return
	}
	x.misspelled(path, name, offset)
	x.unread(path, name, value, offset)
	list, offsets, err := texts(value, offset)
	switch {
	case err == nil && !numeric(name, value):
		x.texts(path, name, list, offsets)
	case err != nil && (name == "compatible" || name == "model" || (name == "description" || name == "type" || name == "compression") && (path == "/" || parent == "/images" || parent == "/configurations")):
		x.s.Malformed(sbom.WarnMalformed, name+": "+err.Error(), x.at(path, name, offset))
	default:
		x.numbers(path, name, value, offset)
	}
}

// texts makes claims from a property that is a list of strings.
func (x *collector) texts(path, name string, list []string, offsets []int) {
	parent, _ := split(path)
	for i, text := range list {
		at := x.at(path, name, offsets[i])
		switch {
		case name == "compatible" && x.busID(text, at):
		case name == "compatible" && path == "/":
			x.boards = true
			x.board(&x.root, list[0], text, at)
		case name == "compatible" && parent == "/configurations":
			x.board(&x.config, list[0], text, at)
		case name == "compatible":
			if i == 0 && strings.Contains(text, ",") {
				x.part(text, at)
			}
		case x.maker(path, name, text, at):
		case path == "/":
			x.rootText(name, text, at)
		case parent == "/images":
			x.imageText(name, text, at)
		case parent == "/configurations" && name == "description":
			x.config.Name = text
			x.s.Claim(&x.config, vendors.Reference, vendors.KindProduct, text, at)
		}
	}
}

// rootText makes a claim from a text of the root node.
func (x *collector) rootText(name, text string, at vendors.Location) {
	if name != "model" && name != "description" {
		return
	}
	if x.root.Name == "" || name == "model" {
		x.root.Name = text
	}
	x.s.Claim(&x.root, vendors.Reference, vendors.KindProduct, text, at)
}

// imageText reads a text of an image in a FIT image.
func (x *collector) imageText(name, text string, at vendors.Location) {
	switch name {
	case "description":
		x.image.Name = text
		x.s.Claim(&x.image.Component, vendors.Mention, vendors.KindProduct, text, at)
	case "type":
		x.image.kind = text
	case "compression":
		x.image.compression = text
	}
}

// board makes a claim or a part from a compatible string of a device. first is the first of
// these strings, which names the device itself.
func (x *collector) board(c *sbom.Component, first, text string, at vendors.Location) {
	prefix, _, ok := strings.Cut(text, ",")
	own, _, _ := strings.Cut(first, ",")
	switch {
	case !ok: // "simple-bus": no vendor
		x.s.Claim(c, vendors.Reference, vendors.KindProduct, text, at)
	case prefix == own:
		if c.Group == "" {
			c.Group = prefix
		}
		x.s.Claim(c, vendors.Namespace, vendors.KindDeviceTree, text, at)
	default:
		x.part(text, at)
	}
}

// part emits a chip or a block of a chip, unless it was emitted before.
func (x *collector) part(compatible string, at vendors.Location) {
	if x.blocks[compatible] {
		return
	}
	x.blocks[compatible] = true
	group, _, _ := strings.Cut(compatible, ",")
	c := sbom.Component{Ref: x.prefix + "/" + compatible, Type: "device", Group: group, Name: compatible, Location: at}
	x.s.Claim(&c, vendors.Namespace, vendors.KindDeviceTree, compatible, at)
	x.emit(c)
}

func (x *collector) emit(c sbom.Component) {
	if !x.stopped && !x.s.Emit(c) {
		x.stopped = true
	}
}

func (x *collector) end(path string) bool {
	if c := x.named[path]; c != nil {
		delete(x.named, path)
		x.emit(*c)
	}
	switch parent, _ := split(path); {
	case path == "/":
		if x.images && !x.boards { // a FIT image
			x.root.Type = "firmware"
		}
		if x.root.Name == "" {
			x.root.Name = "devicetree"
		}
		x.emit(x.root)
	case parent == "/images":
		x.emit(x.image.Component)
		x.inside()
	case parent == "/configurations":
		if len(x.config.Claims) > 0 {
			x.emit(x.config)
		}
	}
	return !x.stopped
}

// inside reads an image that is a devicetree. Any other image counts as not screened.
func (x *collector) inside() {
	m := x.image
	if m.kind != "flat_dt" || m.compression != "" && m.compression != "none" || len(m.data) == 0 || x.nested {
		x.s.Malformed(sbom.WarnIncomplete, fmt.Sprintf("the image %s (type %q, compression %q) was not screened", m.Ref, m.kind, m.compression), m.Location)
		return
	}
	y := newCollector(x.s, m.data, x.base+m.offset, m.Ref)
	y.nested, y.blocks = true, x.blocks
	if _, err := walk(m.data, y); err != nil {
		at := m.Location
		if f := (*fault)(nil); errors.As(err, &f) {
			at.Offset = int64(y.base) + f.offset
		}
		x.s.Malformed(sbom.WarnMalformed, "the devicetree in this image cannot be read: "+err.Error(), at)
	}
	x.stopped = x.stopped || y.stopped
}
