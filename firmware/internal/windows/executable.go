// SPDX-License-Identifier: Apache-2.0

package windows

import (
	"bytes"
	"crypto/x509"
	"debug/pe"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Bounds.
const (
	maxBytes     = 256 << 20
	maxResources = 4096     // directory entries
	maxVersion   = 64 << 10 // bytes of a version resource, which has a length of 16 bits
	maxStrings   = 1000
	maxCerts     = 100
)

// SniffExecutable reports whether a document that starts with head is a PE file.
func SniffExecutable(head []byte) bool {
	if len(head) < 0x40 || string(head[:2]) != "MZ" {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(head[0x3c:]))
	return at+4 > int64(len(head)) || string(head[at:at+4]) == "PE\x00\x00"
}

// ReadExecutable returns the executable.
func ReadExecutable(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameExecutable, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxBytes)
		if err != nil {
			return err
		}
		x := &executable{s: s, data: data, c: sbom.Component{Ref: "executable", Type: "application", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}}
		if err := x.read(); err != nil {
			return err
		}
		if x.c.Name == "" {
			x.c.Name = "executable"
		}
		s.Emit(x.c)
		return nil
	})
}

type executable struct {
	s        *sbom.Sink
	data     []byte
	sections []*pe.Section
	c        sbom.Component
	entries  int
}

func (x *executable) read() (err error) {
	defer func() { // the documentation of debug/pe says that it is not hardened against hostile files
		if p := recover(); p != nil {
			err = &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf("invalid PE file: %v", p)}
		}
	}()
	f, err := pe.NewFile(bytes.NewReader(x.data))
	if err != nil {
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf("invalid PE file: %w", err)}
	}
	x.sections = f.Sections
	var dirs []pe.DataDirectory
	var subsystem uint16
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		dirs, subsystem = h.DataDirectory[:min(h.NumberOfRvaAndSizes, 16)], h.Subsystem
	case *pe.OptionalHeader64:
		dirs, subsystem = h.DataDirectory[:min(h.NumberOfRvaAndSizes, 16)], h.Subsystem
	default:
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("a PE file without an optional header")}
	}
	if subsystem >= pe.IMAGE_SUBSYSTEM_EFI_APPLICATION && subsystem <= pe.IMAGE_SUBSYSTEM_EFI_ROM {
		x.c.Type = "firmware"
	}
	for _, section := range f.Sections {
		if uint64(section.Offset)+uint64(section.Size) > uint64(len(x.data)) && section.Size > 0 {
			return &sbom.Error{Offset: int64(len(x.data)), Kind: sbom.ErrSyntax, Err: fmt.Errorf("the section %q extends past the end of the file: %w", section.Name, io.ErrUnexpectedEOF)}
		}
	}
	if len(dirs) > pe.IMAGE_DIRECTORY_ENTRY_RESOURCE {
		x.resources(dirs[pe.IMAGE_DIRECTORY_ENTRY_RESOURCE])
	}
	var signed pe.DataDirectory
	if len(dirs) > pe.IMAGE_DIRECTORY_ENTRY_SECURITY {
		signed = dirs[pe.IMAGE_DIRECTORY_ENTRY_SECURITY]
		x.certificates(signed)
	}
	x.overlay(f, signed)
	return nil
}

// overlay counts data after the executable as not screened. Installers have their files there.
func (x *executable) overlay(f *pe.File, signed pe.DataDirectory) {
	end := int64(0)
	for _, s := range f.Sections {
		end = max(end, int64(s.Offset)+int64(s.Size))
	}
	if at := int64(f.PointerToSymbolTable); at >= end && at > 0 { // the COFF symbol table, which its strings follow
		at += int64(f.NumberOfSymbols) * pe.COFFSymbolSize
		if at+4 <= int64(len(x.data)) {
			at += int64(binary.LittleEndian.Uint32(x.data[at:]))
		}
		end = max(end, at)
	}
	if end >= int64(len(x.data)) {
		return
	}
	rest := x.data[end:]
	if at := int64(signed.VirtualAddress) - end; signed.Size > 0 && at >= 0 && at <= int64(len(rest)) {
		after := rest[min(int64(len(rest)), at+int64(signed.Size)):]
		rest = append(bytes.Clone(bytes.TrimRight(rest[:at], "\x00")), after...)
	}
	if rest = bytes.Trim(rest, "\x00"); len(rest) > 0 {
		x.bad("/overlay", int(end), "%d bytes after the executable were not screened", len(rest))
	}
}

// bad counts a part of the file that cannot be read.
func (x *executable) bad(pointer string, offset int, format string, args ...any) {
	x.c.Malformed++
	x.s.Warn(sbom.WarnMalformed, fmt.Sprintf(format, args...), vendors.Location{Pointer: pointer, Offset: int64(min(offset, len(x.data)))})
}

// file returns the offset in the file of a virtual address, and the number of bytes from there to the
// end of the section.
func (x *executable) file(address uint32) (offset, size int, ok bool) {
	for _, s := range x.sections {
		if address >= s.VirtualAddress && address-s.VirtualAddress < s.Size {
			in := address - s.VirtualAddress
			return int(s.Offset + in), int(s.Size - in), true
		}
	}
	return 0, 0, false
}

const (
	typeVersion = 16         // RT_VERSION
	subtree     = 0x80000000 // the entry leads to another directory
	entriesAt   = 16         // offset of the entries in a directory
)

// resources finds version resources. The levels of the resource directory are types, names and
// languages.
func (x *executable) resources(d pe.DataDirectory) {
	if d.VirtualAddress == 0 { // Windows ignores the size
		return
	}
	const pointer = "/resources"
	base, size, ok := x.file(d.VirtualAddress)
	if !ok {
		x.bad(pointer, 0, "the address of the resources is not in a section")
		return
	}
	root := x.data[base : base+size]
	x.directory(root, base, 0, 0, func(address, length uint32) {
		at, n, ok := x.file(address)
		if !ok || int64(length) > int64(n) || length > maxVersion {
			x.bad(pointer+"/version", base, "a version resource of %d bytes at address %#x, which is too large or not in the file", length, address)
			return
		}
		x.version(x.data[at:at+int(length)], at)
	})
}

// directory reads the resource directory at offset at in root, and calls found for each version
// resource.
func (x *executable) directory(root []byte, base, at, level int, found func(address, length uint32)) {
	const pointer = "/resources"
	if at < 0 || at+entriesAt > len(root) {
		x.bad(pointer, base+max(at, 0), "the offset of a resource directory is not in the resources")
		return
	}
	n := int(binary.LittleEndian.Uint16(root[at+12:])) + int(binary.LittleEndian.Uint16(root[at+14:]))
	for i := range n {
		e := at + entriesAt + 8*i
		if x.entries++; e+8 > len(root) || x.entries > maxResources {
			x.bad(pointer, base+at, "a resource directory with %d entries extends past the end of the resources, or there are more than %d entries", n, maxResources)
			return
		}
		name, to := binary.LittleEndian.Uint32(root[e:]), binary.LittleEndian.Uint32(root[e+4:])
		switch {
		case level == 0 && name != typeVersion:
		case to&subtree != 0 && level < 2:
			x.directory(root, base, int(to&^subtree), level+1, found)
		case to&subtree != 0:
			x.bad(pointer, base+e, "resource directories with more than three levels")
		case int64(to)+16 > int64(len(root)):
			x.bad(pointer, base+e, "the offset of a resource is not in the resources")
		default:
			found(binary.LittleEndian.Uint32(root[to:]), binary.LittleEndian.Uint32(root[to+4:]))
		}
	}
}

// A block of a version resource has its length, the length of its value, its type, a key, the value
// and child blocks. Value and children are aligned to four bytes.
type block struct {
	key   string
	value []byte // the value and everything after it in the block
	at    int    // offset of value in the resource
}

func align(n int) int { return (n + 3) &^ 3 }

// next reads the block at an offset, and returns the offset of the next one.
func next(data []byte, at int) (b block, end int, ok bool) {
	if at+6 > len(data) {
		return b, 0, false
	}
	length := int(binary.LittleEndian.Uint16(data[at:]))
	if length < 6 || length > len(data)-at {
		return b, 0, false
	}
	whole := data[:at+length]
	key, n, ok := text(whole[at+6:])
	if !ok {
		return b, 0, false
	}
	b.key, b.at = key, min(align(at+6+n), len(whole))
	b.value = whole[b.at:]
	return b, align(at + length), true
}

// text reads a UTF-16 text that ends with a zero. It returns the text and its length in bytes, with the
// zero.
func text(data []byte) (string, int, bool) {
	for i := 0; i+2 <= len(data); i += 2 {
		if data[i] == 0 && data[i+1] == 0 {
			units := make([]uint16, i/2)
			for j := range units {
				units[j] = binary.LittleEndian.Uint16(data[2*j:])
			}
			return string(utf16.Decode(units)), i + 2, true
		}
	}
	return "", 0, false
}

// version reads a version resource at base in the file.
func (x *executable) version(data []byte, base int) {
	const pointer = "/resources/version"
	root, _, ok := next(data, 0)
	if !ok || root.key != "VS_VERSION_INFO" {
		x.bad(pointer, base, "expected a version resource that starts with VS_VERSION_INFO")
		return
	}
	fixed := int(binary.LittleEndian.Uint16(data[2:]))
	data = data[:root.at+len(root.value)]
	texts := 0
	x.blocks(data, align(root.at+fixed), base, func(info block, end int) {
		if !strings.EqualFold(info.key, "StringFileInfo") {
			return
		}
		x.blocks(data[:end], info.at, base, func(table block, end int) {
			x.blocks(data[:end], table.at, base, func(b block, _ int) {
				if texts++; texts > maxStrings {
					if texts == maxStrings+1 {
						x.bad(pointer, base, "more than %d strings in a version resource; the others were not screened", maxStrings)
					}
					return
				}
				value, _, ok := text(b.value)
				if !ok { // the last one may have no zero
					value, _, _ = text(append(bytes.Clone(b.value[:len(b.value)&^1]), 0, 0))
				}
				at := vendors.Location{Pointer: pointer + "/" + b.key, Offset: int64(base + b.at)}
				versionFields[strings.ToLower(b.key)].Read(x.s, &x.c, value, at)
			})
		})
	})
}

// blocks visits the blocks from an offset to the end of data.
func (x *executable) blocks(data []byte, at, base int, visit func(b block, end int)) {
	for at < len(data) {
		if len(data)-at >= 2 && data[at] == 0 && data[at+1] == 0 { // padding
			at += 4
			continue
		}
		b, end, ok := next(data, at)
		if !ok {
			x.bad("/resources/version", base+at, "a block of a version resource extends past its end")
			return
		}
		visit(b, b.at+len(b.value))
		at = end
	}
}

// versionFields are the known strings of a version resource, in lower case, because VerQueryValue
// ignores case.
var versionFields = format.Table{
	"companyname":     {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, First: true},
	"productname":     {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"filedescription": {Role: vendors.Mention, Kind: vendors.KindText, To: format.Name, First: true},
	"legalcopyright":  {Role: vendors.Mention, Kind: vendors.KindText},
	"legaltrademarks": {Role: vendors.Mention, Kind: vendors.KindText},
	"productversion":  {To: format.Version},
}

// certificates reads the certificates of the signatures, which are PKCS #7 in WIN_CERTIFICATE.
func (x *executable) certificates(d pe.DataDirectory) {
	const pointer = "/signature"
	at, size := int64(d.VirtualAddress), int64(d.Size) // VirtualAddress is a file offset here
	if size == 0 {
		return
	}
	if at > int64(len(x.data)) || size > int64(len(x.data))-at {
		x.bad(pointer, len(x.data), "a signature table of %d bytes at byte %d extends past the end of the file", size, at)
		return
	}
	table := x.data[at : at+size]
	if size < 8 {
		x.bad(pointer, int(at), "a signature table of %d bytes; expected at least 8", size)
	}
	seen := 0
	for len(table) >= 8 {
		length := int(binary.LittleEndian.Uint32(table))
		if length < 8 || length > len(table) {
			x.bad(pointer, int(at), "invalid length %d of an entry of the signature table, which has %d bytes left", length, len(table))
			return
		}
		if kind := binary.LittleEndian.Uint16(table[6:]); kind != 2 { // WIN_CERT_TYPE_PKCS_SIGNED_DATA
			x.bad(pointer, int(at), "a signature of type %d was not screened; expected type 2 (PKCS #7)", kind)
		} else {
			certs, err := signedData(table[8:length])
			if err != nil {
				x.bad(pointer, int(at), "invalid certificates, which were not screened: %v", err)
			}
			for _, c := range certs {
				if seen++; seen > maxCerts {
					x.bad(pointer, int(at), "more than %d certificates; the others were not screened", maxCerts)
					return
				}
				where := vendors.Location{Pointer: pointer, Offset: at}
				if i := bytes.Index(x.data[at:], c.RawSubject); i >= 0 {
					where.Offset += int64(i)
				}
				for _, org := range c.Subject.Organization {
					x.s.Claim(&x.c, vendors.Mention, vendors.KindCertificate, org, where)
				}
				if len(c.Subject.Organization) == 0 {
					x.s.Claim(&x.c, vendors.Mention, vendors.KindText, c.Subject.CommonName, where)
				}
			}
		}
		step := min((length+7)&^7, len(table))
		table, at = table[step:], at+int64(step)
	}
}

// signedData returns the certificates in a ContentInfo of PKCS #7 (RFC 2315).
func signedData(der []byte) ([]*x509.Certificate, error) {
	var info struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	var signed struct {
		Version      int
		Digests      asn1.RawValue
		ContentInfo  asn1.RawValue
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		CRLs         asn1.RawValue `asn1:"optional,tag:1"`
		Signers      asn1.RawValue
	}
	if _, err := asn1.Unmarshal(info.Content.Bytes, &signed); err != nil {
		return nil, err
	}
	return x509.ParseCertificates(signed.Certificates.Bytes)
}
