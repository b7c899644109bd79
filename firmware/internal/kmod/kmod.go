// SPDX-License-Identifier: Apache-2.0

// Package kmod reads the .modinfo section of Linux kernel modules.
//
// A module from the source tree of the kernel (intree=Y) is a contribution. Its author is an
// author, and its aliases, which name the hardware that it supports, make no claims. Any other
// module is a product of a vendor. Its author is the manufacturer if it has no e-mail address,
// because vendors write only their name. Its devicetree aliases are references. Aliases of PCI
// and USB devices make no claims in either case: a driver for the modems of a vendor does not
// come from that vendor.
//
// Package unpack decompresses compressed modules first.
package kmod

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "kernel-module"

// Bounds.
const (
	maxBytes   = 64 << 20
	maxModinfo = 1 << 20
)

// Sniff reports whether a document that starts with head is a relocatable ELF file, as
// modules are.
func Sniff(head []byte) bool {
	if len(head) < 18 || !bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		return false
	}
	low, high := head[16], head[17]
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		low, high = high, low
	}
	return elf.Type(low) == elf.ET_REL && high == 0
}

// Read returns the module. An ELF file without a .modinfo section is an
// [sbom.ErrNotRecognized].
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		info, offset, err := modinfo(data)
		if err != nil {
			return err
		}
		module(s, info, offset)
		return nil
	})
}

// modinfo returns the section and its offset in the file.
func modinfo(data []byte) (info []byte, offset int64, err error) {
	defer func() { // the documentation of debug/elf says that it is not hardened against hostile files
		if p := recover(); p != nil {
			err = &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf("invalid ELF file: %v", p)}
		}
	}()
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		e := &sbom.Error{Kind: sbom.ErrSyntax, Err: err}
		if bad := (*elf.FormatError)(nil); errors.As(err, &bad) {
			e.Err = fmt.Errorf("invalid ELF file: %w", err)
		}
		return nil, 0, e
	}
	for _, section := range f.Sections {
		if section.Name != ".modinfo" {
			continue
		}
		at := int64(section.Offset)
		fail := func(kind error, format string, args ...any) ([]byte, int64, error) {
			return nil, 0, &sbom.Error{Pointer: "/.modinfo", Offset: at, Kind: kind, Err: fmt.Errorf(format, args...)}
		}
		switch {
		case section.Type != elf.SHT_PROGBITS || section.Flags&elf.SHF_COMPRESSED != 0:
			return fail(sbom.ErrSyntax, "the section is of type %v, flags %v; expected plain data", section.Type, section.Flags)
		case section.Size > maxModinfo:
			return fail(sbom.ErrLimit, "the section has %d bytes; the limit is %d", section.Size, maxModinfo)
		case section.Offset > uint64(len(data)) || section.Size > uint64(len(data))-section.Offset:
			return fail(sbom.ErrSyntax, "the section extends past the end of the file: %w", io.ErrUnexpectedEOF)
		}
		if info != nil {
			return fail(sbom.ErrSyntax, "a second .modinfo section")
		}
		info, offset = data[section.Offset:section.Offset+section.Size], at
	}
	if info != nil {
		return info, offset, nil
	}
	return nil, 0, &sbom.Error{Kind: sbom.ErrNotRecognized, Err: errors.New("an ELF file without a .modinfo section is not a kernel module")}
}

// An entry of the section.
type entry struct {
	key, value string
	at         vendors.Location
}

// module emits the component that the section describes. The entries of the section are texts
// "key=value" that end with a NUL byte.
func module(s *sbom.Sink, info []byte, offset int64) {
	c := sbom.Component{Ref: "module", Type: "device-driver", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/.modinfo", Offset: offset}}
	if len(info) > 0 && info[len(info)-1] != 0 {
		c.Malformed++
		s.Warn(sbom.WarnIncomplete, "the last entry of .modinfo does not end with a NUL byte", c.Location)
	}
	var entries []entry
	contributed := false
	for at := 0; at < len(info); {
		text := info[at:]
		if n := bytes.IndexByte(text, 0); n >= 0 {
			text = text[:n]
		}
		start := at
		at += len(text) + 1
		if len(text) == 0 {
			continue // padding
		}
		where := vendors.Location{Pointer: "/.modinfo", Offset: offset + int64(start)}
		key, value, ok := strings.Cut(string(text), "=")
		if !ok || !utf8.Valid(text) {
			c.Malformed++
			s.Warn(sbom.WarnMalformed, "an entry of .modinfo is not UTF-8 text of the form \"key=value\", and was not screened", where)
			continue
		}
		where.Pointer += "/" + key
		where.Offset += int64(len(key)) + 1
		entries = append(entries, entry{key, value, where})
		contributed = contributed || key == "intree" && value == "Y"
	}
	for _, e := range entries {
		e.claim(s, &c, contributed)
	}
	if c.Name == "" {
		c.Name = "kernel module"
	}
	s.Emit(c)
}

func (e *entry) claim(s *sbom.Sink, c *sbom.Component, contributed bool) {
	switch e.key {
	case "name":
		c.Name = e.value
		s.Claim(c, vendors.Mention, vendors.KindProduct, e.value, e.at)
	case "version":
		c.Version = e.value
	case "description":
		s.Claim(c, vendors.Mention, vendors.KindText, e.value, e.at)
	case "author":
		if !contributed && !strings.Contains(e.value, "@") {
			s.Claim(c, vendors.Manufacturer, vendors.KindName, strings.TrimSpace(e.value), e.at)
			return
		}
		s.Contact(c, vendors.Author, e.value, e.at)
	case "alias":
		// "of:N*T*Chisilicon,hi3516-himpp": any name, any type, this compatible string.
		_, compatible, ok := strings.Cut(e.value, "C")
		if ok && !contributed && strings.HasPrefix(e.value, "of:") && !strings.HasSuffix(compatible, "*") {
			at := e.at
			at.Offset += int64(len(e.value) - len(compatible))
			s.Claim(c, vendors.Reference, vendors.KindDeviceTree, compatible, at)
		}
	}
}
