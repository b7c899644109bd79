// SPDX-License-Identifier: Apache-2.0

// Package rpm reads RPM package files, and the three kinds of databases in which rpm has kept
// the installed packages.
//
//	rpm-database  Packages (Berkeley DB), Packages.db (ndb), rpmdb.sqlite
//	rpm-package   a package file: its header; the payload is not unpacked
//
// All contain package headers of the same layout (rpm, docs/manual/hregions.md and tags.md). The Vendor
// of a package is its supplier, which on most systems is the distribution. The Packager is a
// contributor, and the address of a project is only a reference.
//
// # Security considerations
//
// A database is read into memory, up to a limit. Lengths are checked before memory is allocated
// for them, and no page is read twice. An entry that cannot be read is an error with its
// offset: if it were skipped, a package of any vendor could be missed.
package rpm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Names of the formats in reports.
const (
	NameDatabase = "rpm-database"
	NamePackage  = "rpm-package"
)

// Bounds.
const (
	maxDatabase = 512 << 20
	maxPackages = 1_000_000
	maxHeader   = 256 << 20
	maxEntries  = 1 << 16
	// maxFileHeader limits the data of a header in a package file.
	maxFileHeader = 64 << 20
)

// A blob is the header of a package and its offset in the file. The offset is -1 if the header is
// in several pieces.
type blob struct {
	data   []byte
	offset int64
}

// backends are the kinds of databases. The first one that recognizes a file reads it.
var backends = []struct {
	sniff func(head []byte) bool
	each  func(data []byte, f func(blob) error) error
}{
	{sniffSQLite, eachSQLite},
	{sniffNDB, eachNDB},
	{sniffBerkeley, eachBerkeley},
}

// SniffDatabase reports whether a document that starts with head is an RPM database.
func SniffDatabase(head []byte) bool {
	for _, b := range backends {
		if b.sniff(head) {
			return true
		}
	}
	return false
}

// ReadDatabase returns the packages of a database.
func ReadDatabase(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameDatabase, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		data, err := format.ReadAll(s, r, maxDatabase)
		if err != nil {
			return err
		}
		n := 0
		err = each(data, func(b blob) error {
			h, err := parse(b)
			if err != nil {
				return err
			}
			n++
			if !s.Emit(component(s, h, n)) {
				return errStopped
			}
			return nil
		})
		if err == errStopped {
			return nil
		}
		return err
	})
}

var errStopped = fmt.Errorf("stopped")

// each calls f with the headers of a database.
func each(data []byte, f func(blob) error) error {
	for _, b := range backends {
		if b.sniff(data) {
			n := 0
			return b.each(data, func(b blob) error {
				if n++; n > maxPackages {
					return &sbom.Error{Offset: b.offset, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d packages", maxPackages)}
				}
				return f(b)
			})
		}
	}
	return &sbom.Error{Kind: sbom.ErrNotRecognized, Err: fmt.Errorf("not an RPM database; expected SQLite, ndb or Berkeley DB")}
}

// Files calls f with the path of each file of the packages in a database. The first package that
// cannot be read is an error.
func Files(r io.Reader, f func(path string)) error {
	data, err := io.ReadAll(io.LimitReader(r, maxDatabase+1))
	if err != nil {
		return err
	}
	if len(data) > maxDatabase {
		return &sbom.Error{Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d bytes", maxDatabase)}
	}
	return each(data, func(b blob) error {
		h, err := parse(b)
		if err != nil {
			return err
		}
		dirs, names, in := h.texts(tagDirNames), h.texts(tagBaseNames), h.numbers(tagDirIndexes)
		for i, name := range names {
			if i < len(in) && in[i] < uint32(len(dirs)) {
				f(dirs[in[i]] + name)
			}
		}
		for _, name := range h.texts(tagOldFileNames) {
			f(name)
		}
		return nil
	})
}

// Tags of entries, and types of their data.
const (
	tagName         = 1000
	tagVersion      = 1001
	tagRelease      = 1002
	tagEpoch        = 1003
	tagDistribution = 1010
	tagVendor       = 1011
	tagPackager     = 1015
	tagURL          = 1020
	tagOldFileNames = 1027
	tagDirIndexes   = 1116
	tagBaseNames    = 1117
	tagDirNames     = 1118

	typeInt32     = 4
	typeString    = 6
	typeStrings   = 8
	typeLocalized = 9
)

// A header is the header of a package.
type header struct {
	blob
	entries map[uint32]span
	start   int // offset of the data of the entries
}

// A span is the data of an entry.
type span struct {
	typ, at, count uint32
}

// parse reads a header: the number of entries and the number of data bytes, which are
// big-endian, then the entries, then the data.
func parse(b blob) (*header, error) {
	fail := func(format string, args ...any) (*header, error) {
		return nil, &sbom.Error{Offset: b.offset, Kind: sbom.ErrSyntax, Err: fmt.Errorf("invalid package header: "+format, args...)}
	}
	be := binary.BigEndian
	if len(b.data) < 8 {
		return fail("it has %d bytes; expected at least 8", len(b.data))
	}
	n, size := int64(be.Uint32(b.data)), int64(be.Uint32(b.data[4:]))
	if n == 0 || n > maxEntries || size > maxHeader || 8+16*n+size > int64(len(b.data)) {
		return fail("invalid counts: %d entries and %d bytes of data in a header of %d bytes", n, size, len(b.data))
	}
	h := &header{blob: b, entries: make(map[uint32]span), start: int(8 + 16*n)}
	for i := range int(n) {
		e := b.data[8+16*i:]
		tag, s := be.Uint32(e), span{be.Uint32(e[4:]), be.Uint32(e[8:]), be.Uint32(e[12:])}
		if int64(s.at) > size && tag >= tagName {
			return fail("an entry with tag %d has its data at byte %d of %d", tag, s.at, size)
		}
		if _, twice := h.entries[tag]; twice && wanted[tag] {
			return fail("two entries with tag %d", tag)
		}
		h.entries[tag] = s
	}
	h.data = b.data[:8+16*n+size]
	return h, nil
}

// wanted are the tags that make claims. A header with two entries for one of them is an error.
var wanted = map[uint32]bool{tagName: true, tagVersion: true, tagVendor: true, tagPackager: true, tagURL: true, tagDistribution: true}

// text returns the first text of an entry and its offset in the file.
func (h *header) text(tag uint32) (string, int64) {
	all := h.texts(tag)
	if len(all) == 0 {
		return "", -1
	}
	at := int64(-1)
	if h.offset >= 0 {
		at = h.offset + int64(h.start) + int64(h.entries[tag].at)
	}
	return all[0], at
}

// texts returns the texts of an entry.
func (h *header) texts(tag uint32) []string {
	s, ok := h.entries[tag]
	if !ok || s.typ != typeString && s.typ != typeStrings && s.typ != typeLocalized {
		return nil
	}
	rest := h.data[h.start+int(s.at):]
	var all []string
	for range s.count {
		text, more, found := bytes.Cut(rest, []byte{0})
		if !found {
			break
		}
		all = append(all, string(text))
		rest = more
	}
	return all
}

func (h *header) numbers(tag uint32) []uint32 {
	s, ok := h.entries[tag]
	if !ok || s.typ != typeInt32 {
		return nil
	}
	rest := h.data[h.start+int(s.at):]
	var all []uint32
	for i := 0; i < int(s.count) && len(rest) >= 4; i, rest = i+1, rest[4:] {
		all = append(all, binary.BigEndian.Uint32(rest))
	}
	return all
}

// component returns the component for a package. n is the number of the package, which is in its
// pointer if it has no name.
func component(s *sbom.Sink, h *header, n int) sbom.Component {
	name, at := h.text(tagName)
	c := sbom.Component{Type: "application", Name: name, Location: vendors.Location{Pointer: "/" + name, Offset: at}}
	version, _ := h.text(tagVersion)
	release, _ := h.text(tagRelease)
	c.Version = version + "-" + release
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 {
		c.Version = strconv.FormatUint(uint64(epoch[0]), 10) + ":" + c.Version
	}
	c.Ref = name + "-" + c.Version
	if name == "" || version == "" {
		c.Location.Pointer = "/" + strconv.Itoa(n)
		c.Malformed++
		s.Warn(sbom.WarnMalformed, "a package without a name or a version", c.Location)
	}
	for _, f := range []struct {
		tag  uint32
		name string
		role vendors.Role
		kind vendors.Kind
	}{
		{tagVendor, "Vendor", vendors.Supplier, vendors.KindName},
		{tagDistribution, "Distribution", vendors.Mention, vendors.KindText},
		{tagPackager, "Packager", vendors.Author, vendors.KindName},
		{tagURL, "URL", vendors.Homepage, vendors.KindURL},
		{tagName, "Name", vendors.Mention, vendors.KindProduct},
	} {
		where := vendors.Location{Pointer: c.Location.Pointer + "/" + f.name}
		text, at := h.text(f.tag)
		where.Offset = at
		if e, ok := h.entries[f.tag]; ok && text == "" && e.count > 0 && (e.typ != typeString && e.typ != typeLocalized || len(h.texts(f.tag)) == 0) {
			c.Malformed++
			s.Warn(sbom.WarnMalformed, "the entry "+f.name+" is not text; it was not screened", where)
			continue
		}
		if !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\ufffd") // a maker's name with this character counts as malformed
		}
		switch {
		case text == "(none)" || text == "":
		case f.role == vendors.Author:
			s.Contact(&c, f.role, text, where)
		default:
			s.Claim(&c, f.role, f.kind, text, where)
		}
	}
	return c
}

// A package file starts with a lead of 96 bytes, and a signature header that is padded to a
// multiple of eight bytes (rpm, docs/manual/format_v4.md).
const (
	leadMagic   = "\xed\xab\xee\xdb"
	leadSize    = 96
	headerMagic = "\x8e\xad\xe8\x01"
)

// SniffPackage reports whether a document that starts with head is a package file.
func SniffPackage(head []byte) bool {
	return len(head) > leadSize+4 && bytes.HasPrefix(head, []byte(leadMagic)) && string(head[leadSize:leadSize+4]) == headerMagic
}

// ReadPackage returns the package of a file.
func ReadPackage(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NamePackage, Encoding: "binary"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := &section{r: r}
		if err := in.skip(leadSize); err != nil {
			return err
		}
		signatures, err := in.header()
		if err != nil {
			return err
		}
		if err := in.skip(-len(signatures.data) & 7); err != nil {
			return err
		}
		main, err := in.header()
		if err != nil {
			return err
		}
		h, err := parse(main)
		if err != nil {
			return err
		}
		c := component(s, h, 0)
		c.Placement = sbom.Primary
		if !s.Emit(c) {
			return nil
		}
		rest, err := io.Copy(io.Discard, r)
		if err != nil {
			return format.ReadError(in.at, err)
		}
		if rest == 0 {
			return &sbom.Error{Offset: in.at, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the package ends before its payload: %w", io.ErrUnexpectedEOF)}
		}
		s.Malformed(sbom.WarnIncomplete, "the files in the package were not screened", vendors.Location{Offset: in.at})
		return nil
	})
}

// A section reads parts of a package file.
type section struct {
	r  io.Reader
	at int64
}

func (x *section) read(n int) ([]byte, error) {
	data := make([]byte, n)
	got, err := io.ReadFull(x.r, data)
	x.at += int64(got)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, &sbom.Error{Offset: x.at, Kind: sbom.ErrSyntax, Err: fmt.Errorf("the package ends too early: %w", io.ErrUnexpectedEOF)}
	}
	if err != nil {
		return nil, format.ReadError(x.at, err)
	}
	return data, nil
}

func (x *section) skip(n int) error {
	_, err := x.read(n)
	return err
}

// header reads a header after its magic and four reserved bytes.
func (x *section) header() (blob, error) {
	magic, err := x.read(8)
	if err != nil {
		return blob{}, err
	}
	if string(magic[:4]) != headerMagic {
		return blob{}, &sbom.Error{Offset: x.at - 8, Kind: sbom.ErrSyntax, Err: fmt.Errorf("expected the magic of a package header")}
	}
	start := x.at
	counts, err := x.read(8)
	if err != nil {
		return blob{}, err
	}
	n, size := int64(binary.BigEndian.Uint32(counts)), int64(binary.BigEndian.Uint32(counts[4:]))
	if n > maxEntries || size > maxFileHeader {
		return blob{}, &sbom.Error{Offset: start, Kind: sbom.ErrLimit, Err: fmt.Errorf("a header of %d entries and %d bytes of data; the limits are %d and %d", n, size, maxEntries, maxFileHeader)}
	}
	body, err := x.read(int(16*n + size))
	if err != nil {
		return blob{}, err
	}
	return blob{append(counts, body...), start}, nil
}
