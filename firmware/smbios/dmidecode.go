// SPDX-License-Identifier: Apache-2.0

// Package smbios reads the SMBIOS tables of a computer as dmidecode prints them.
//
// The computer of the "System Information" structure (DMTF DSP0134, type 1) is the
// product; its firmware, board, chassis, processors, memory modules, batteries and
// power supplies are parts. Each has the manufacturer that its own structure names:
// a HiSilicon processor on another maker's board is HiSilicon's and the board is
// not.
//
// Locations are paths of structure, handle and field, with byte offsets.
package smbios

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/clause76/clause76/firmware/lines"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "dmidecode"

var handle = regexp.MustCompile(`^Handle 0x([0-9A-Fa-f]+), DMI type (\d+)`)

// Lines that are not indented: what stands ahead of the structures, a remark that one
// was mended, and the title of each, which follows its handle. Whatever else stands there is not of dmidecode, or
// says that the table is broken ("Wrong DMI structures count: …").
var (
	preface = regexp.MustCompile(`^(#|SMBIOS \d|Getting SMBIOS data|Scanning /dev/mem|Table at 0x|Reading SMBIOS/DMI data|\d+ structures occupying)`)
	fixed   = regexp.MustCompile(`^(Invalid entry length \(\d+\)\. Fixed up to \d+\.|On Board Device \d+ Information)$`)
	title   = regexp.MustCompile(`^[A-Za-z0-9][\w /()&.,+-]{0,79}$`)
)

// Sniff reports whether a document that starts with head was printed by dmidecode.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(head, []byte("# dmidecode ")) {
		return true
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return handle.Match(line) || bytes.HasPrefix(line, []byte("SMBIOS ")) && bytes.Contains(head, []byte("\nHandle 0x"))
}

// parts are the structures that describe something somebody made, with the type of
// component that each is.
var parts = map[int]string{
	0:  "firmware",
	1:  "device",
	2:  "device", // board
	3:  "device", // chassis
	4:  "device", // processor
	17: "device", // memory
	22: "device", // battery
	39: "device", // power supply
}

// Read returns the computer and its parts.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.Placed()
		return read(r, s)
	})
}

type reader struct {
	s        *sbom.Sink
	c        *sbom.Component // nil outside of a part
	title    string
	empty    bool // the structure describes an empty slot
	declared int  // structures that the header promises
	seen     int
	titled   int // the structure that has its title
	end      bool
}

func read(r io.Reader, s *sbom.Sink) error {
	x := &reader{s: s}
	in := lines.NewReader(r, s.Limits().Bytes)
	for in.Next() {
		if !x.line(in.Text(), in.Offset()) {
			return nil
		}
	}
	if err := in.Err(); err != nil {
		if e := (*sbom.Error)(nil); errors.As(err, &e) {
			e.Pointer = x.pointer("")
		}
		return err
	}
	x.emit()
	if x.declared > x.seen && !x.end { // some tables count one more than they have
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: fmt.Errorf("the text ends too early: %d of %d structures: %w", x.seen, x.declared, io.ErrUnexpectedEOF)}
	}
	if x.declared == 0 && !x.end && x.seen > 0 {
		s.Malformed(sbom.WarnIncomplete, "neither the number of structures nor the end of the table is in the text: structures can be missing", vendors.Location{})
	}
	if x.seen == 0 {
		return &sbom.Error{Kind: sbom.ErrSyntax, Err: errors.New("no structures; expected lines that start \"Handle 0x\"")}
	}
	return nil
}

func (x *reader) pointer(field string) string {
	if x.c == nil {
		return ""
	}
	p := "/" + x.title + "/" + x.c.Ref
	if field != "" {
		p += "/" + field
	}
	return p
}

// ours reports whether dmidecode prints such a line at this place.
func (x *reader) ours(line string) bool {
	if line == "" || line[0] == '\t' && x.seen > 0 || line[0] == '#' {
		return true
	}
	if x.seen == 0 {
		return preface.MatchString(line)
	}
	if fixed.MatchString(line) {
		return true
	}
	titled := x.titled == x.seen
	x.titled = x.seen
	return !titled && title.MatchString(line)
}

// line takes one line and reports whether to go on.
func (x *reader) line(line string, offset int64) bool {
	if m := handle.FindStringSubmatch(line); m != nil {
		more := x.emit()
		x.seen++
		typ, err := strconv.Atoi(m[2])
		if err == nil && typ == 127 {
			x.end = true
		}
		if kind, ok := parts[typ]; ok && err == nil {
			x.c = &sbom.Component{Ref: "0x" + m[1], Type: kind, Location: vendors.Location{Offset: offset}}
			if typ == 1 {
				x.c.Placement = sbom.Subject
			}
		}
		return more
	}
	if n, rest, ok := strings.Cut(line, " structures occupying "); ok && rest != "" && x.seen == 0 {
		x.declared, _ = strconv.Atoi(n)
		return true
	}
	if !x.ours(line) {
		x.s.Malformed(sbom.WarnMalformed, "a line that dmidecode does not print here; it was not screened", vendors.Location{Offset: offset})
		return true
	}
	if x.c == nil {
		return true
	}
	field, ok := strings.CutPrefix(line, "\t")
	if !ok { // the structure's title
		if line != "" && x.title == "" {
			x.title = line
			x.c.Location.Pointer = x.pointer("")
		}
		return true
	}
	if strings.HasPrefix(field, "\t") {
		return true // an element of a list
	}
	key, value, _ := strings.Cut(field, ":")
	lead := len(value) - len(strings.TrimLeft(value, " "))
	x.field(key, strings.TrimSpace(value), offset+int64(1+len(key)+1+lead))
	return true
}

// field takes one field of the structure.
func (x *reader) field(key, value string, offset int64) {
	if vendors.Placeholder(value) {
		return
	}
	add := func(role vendors.Role, kind vendors.Kind) {
		x.s.Claim(x.c, role, kind, value, vendors.Location{Pointer: x.pointer(key), Offset: offset})
	}
	switch key {
	case "Manufacturer", "Vendor":
		add(vendors.Manufacturer, vendors.KindName)
		x.c.Group = value
	case "Product Name", "Part Number", "Name":
		add(vendors.Reference, vendors.KindProduct)
		x.c.Name = value
	case "Version":
		if x.title == "Processor Information" { // "HUAWEI Kirin990", "Kunpeng 920-4826"
			add(vendors.Reference, vendors.KindProduct)
			x.c.Name = value
			return
		}
		x.c.Version = value
	case "Family":
		add(vendors.Mention, vendors.KindText)
	case "Size", "Status":
		x.empty = x.empty || value == "No Module Installed" || strings.HasPrefix(value, "Unpopulated")
	}
}

func (x *reader) emit() bool {
	c, title, empty := x.c, x.title, x.empty
	x.c, x.title, x.empty = nil, "", false
	if c == nil || empty {
		return true
	}
	if c.Name == "" {
		c.Name = title
	}
	return x.s.Emit(*c)
}
