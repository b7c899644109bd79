// SPDX-License-Identifier: Apache-2.0

// Package smbios reads the SMBIOS tables of a computer, from the output of dmidecode or from
// /sys/class/dmi/id of Linux.
//
// The computer of the structure "System Information" (DMTF DSP0134, type 1) is the primary
// component. Its firmware, board, chassis, processors, memory modules, batteries and power
// supplies are parts, and so is any other structure that names a manufacturer. A manufacturer
// is a claim of its own structure only: a HiSilicon processor does not attribute the board to
// HiSilicon.
//
// One text can contain several tables, one after the other. A selection ("-t 1", "-q") omits
// structures and does not say so. A notice reports this. If dmidecode reports that a table is
// broken, or the end of a table is missing, its parts are kept and the document is incomplete.
//
// Locations are paths of structure, handle and field, with byte offsets.
package smbios

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "dmidecode"

const (
	program = "# dmidecode "
	endType = 127
)

// Lines that are not indented (dmidecode.c): lines before the structures, the handle and the title of
// a structure, and messages. dmidecode prints no others.
var (
	handle   = lazyregexp.New(`^Handle 0x([0-9A-Fa-f]+), DMI type (\d+)`)
	preface  = lazyregexp.New(`^(#|(SMBIOS|Legacy DMI) \d|Getting SMBIOS data|Scanning \S+ for|Found SMBIOS entry point in EFI|Table at 0x|Reading SMBIOS/DMI data|\d+ structures occupying)`)
	title    = lazyregexp.New(`^[A-Za-z0-9][\w /()&.,+-]{0,79}$`)
	mended   = lazyregexp.New(`^Invalid entry length \(\d+\)\. Fixed up to \d+\.$`)
	miscount = lazyregexp.New(`^Wrong DMI structures (count|length): `)
	broken   = lazyregexp.New(`DMI table is broken! Stop\.$|^Unexpected end of table|^Table is unreachable`)
)

// Sniff reports whether a document that starts with head is output of dmidecode.
func Sniff(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	if bytes.HasPrefix(head, []byte(program)) {
		return true
	}
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if handle.Match(line) || preface.Match(line) && bytes.Contains(head, []byte("\nHandle 0x")) {
		return true
	}
	_, quiet := titles[string(line)]
	return quiet && len(rest) > 1 && (rest[0] == '\t' || rest[0] == ' ') && bytes.Contains(rest, []byte(":"))
}

// Read returns the computer and its parts.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		return read(r, s)
	})
}

type reader struct {
	s      *sbom.Sink
	tables int // number of tables so far
	table
	structure
	failed error // the error of a table that is cut off
}

// A table is the state of the SMBIOS table that is being read.
type table struct {
	offset    int64 // where it starts
	head      bool  // it starts with the SMBIOS version
	whole     bool  // the text states that it has the whole table
	dump      bool  // the table was read from a file
	quiet     bool  // it was printed with -q, without handles and the end structure
	end       bool  // its last structure was found
	closed    bool  // a blank line follows the structure that was read last
	broken    bool
	miscount  string // the message of dmidecode that a count is wrong
	miscounts int64  // the offset of this message
	declared  int    // the number of structures that the header states
	seen      int    // the number of structures so far
	types     map[int]bool
}

// A structure is the structure that is being read.
type structure struct {
	c       *sbom.Component // nil if it is not a part
	handle  string
	at      int64
	title   string
	indent  string // the indentation of its fields
	empty   bool   // it describes an empty slot
	pending string // the name of the last field, if its line has no value
	raw     []byte // the bytes of the structure, if it is printed as bytes; else nil
	texts   int    // with raw, the number of strings that were read
}

func read(r io.Reader, s *sbom.Sink) error {
	in := lines.NewReader(r, s.Limits().Bytes)
	x := &reader{s: s}
	for in.Next() {
		if !x.line(in.Text(), in.Offset()) {
			return nil
		}
	}
	if x.end {
		in.Whole()
	}
	if err := in.End(s); err != nil {
		if e := (*sbom.Error)(nil); errors.As(err, &e) {
			e.Pointer = x.pointer("")
		}
		return err
	}
	if x.emit() {
		x.finish()
	}
	return x.failed
}

// finish ends a table and reports what is missing from it.
func (x *reader) finish() {
	t, at := &x.table, vendors.Location{Offset: x.table.offset}
	short := func(format string, args ...any) {
		if x.failed == nil {
			x.failed = &sbom.Error{Offset: t.offset, Kind: sbom.ErrSyntax, Err: fmt.Errorf(format, args...)}
		}
	}
	switch {
	case t.broken: // the message of dmidecode was counted
	case t.miscount != "" && t.end:
		x.s.Warn(sbom.WarnMalformed, "dmidecode printed: "+t.miscount, vendors.Location{Offset: t.miscounts})
	case t.miscount != "":
		x.s.Malformed(sbom.WarnIncomplete, "structures may be missing; dmidecode printed: "+t.miscount, vendors.Location{Offset: t.miscounts})
	case t.seen == 0:
		short("no structures; expected lines that start \"Handle 0x\"")
	case t.end: // even if structures are missing: some tables state one more than they have
	case t.declared > t.seen:
		short("the text ends too early: %d of %d structures: %w", t.seen, t.declared, io.ErrUnexpectedEOF)
	case t.declared > 0:
	case t.closed && (t.quiet || t.head && !t.whole && !t.dump || !t.whole && chosen(t.types)):
		x.s.Notice(sbom.WarnIncomplete, "the text is a selection of the structures of the SMBIOS table, as \"dmidecode -t\" or \"-q\" prints; other structures were not screened", at)
	default:
		x.s.Malformed(sbom.WarnIncomplete, "the text has neither the number of structures nor the end of the table: structures may be missing", at)
	}
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

// line reads one line and reports whether to go on.
func (x *reader) line(line string, offset int64) bool {
	switch m := handle.FindStringSubmatch(line); {
	case strings.HasPrefix(strings.TrimLeft(line, " "), program):
		return x.start(offset)
	case m != nil:
		typ, err := strconv.Atoi(m[2])
		if err != nil {
			typ = -1
		}
		return x.open("0x"+m[1], typ, offset)
	case strings.TrimSpace(line) == "":
		x.closed = x.indent != ""
		return true
	case line[0] == ' ' || line[0] == '\t':
		if x.seen > 0 {
			return x.indented(line, offset)
		}
		line = strings.TrimLeft(line, " \t")
	}
	return x.heading(line, offset)
}

// heading reads a line that is not indented: the title of a structure, or a message of dmidecode.
func (x *reader) heading(line string, offset int64) bool {
	typ, known := titles[line]
	switch {
	case x.seen == 0 && preface.MatchString(line):
		x.preface(line)
	case line[0] == '#' || x.seen > 0 && (mended.MatchString(line) || repeated.MatchString(line)):
	case broken.MatchString(line):
		x.broken = true
		x.s.Malformed(sbom.WarnIncomplete, "structures are missing; dmidecode printed: "+line, vendors.Location{Offset: offset})
	case miscount.MatchString(line):
		x.miscount, x.miscounts = line, offset
	case known && (x.quiet || x.seen == 0 && x.types == nil):
		x.quiet = true
		more := x.open("", typ, offset)
		x.setTitle(line)
		return more
	case x.handle != "" && x.title == "" && title.MatchString(line):
		x.setTitle(line)
	default:
		x.s.Malformed(sbom.WarnMalformed, "an unexpected line, which dmidecode does not print here; it was not screened", vendors.Location{Offset: offset})
	}
	return true
}

// start ends the table before, and starts a new one.
func (x *reader) start(offset int64) bool {
	if x.tables++; x.tables > 1 || x.seen > 0 {
		if !x.emit() {
			return false
		}
		x.finish()
	}
	x.table, x.structure = table{offset: offset}, structure{}
	return true
}

// preface reads a line before the structures.
func (x *reader) preface(line string) {
	switch n, _, counted := strings.Cut(line, " structures occupying "); {
	case counted:
		x.declared, _ = strconv.Atoi(n)
		x.whole = true
	case strings.HasPrefix(line, "SMBIOS "), strings.HasPrefix(line, "Legacy DMI "):
		x.head = true
	case strings.HasPrefix(line, "Table at "):
		x.whole = true
	case strings.HasPrefix(line, "Reading SMBIOS/DMI data"):
		x.dump = true
	}
}

// open ends the structure before, and starts a new one.
func (x *reader) open(handle string, typ int, offset int64) bool {
	more := x.emit()
	x.tables = max(x.tables, 1)
	x.seen++
	if x.types == nil {
		x.types = make(map[int]bool)
	}
	x.types[typ] = true
	x.end = x.end || typ == endType
	if handle == "" {
		handle = strconv.Itoa(x.seen)
	}
	if x.tables > 1 {
		handle = fmt.Sprintf("table %d/%s", x.tables, handle)
	}
	x.structure, x.closed = structure{handle: handle, at: offset}, false
	if kind := parts[typ]; kind != "" {
		x.part(kind)
		if typ == 1 {
			x.c.Placement = sbom.Primary
		}
	}
	return more
}

// part makes the structure a part.
func (x *reader) part(kind string) {
	x.c = &sbom.Component{Ref: x.handle, Type: kind, Location: vendors.Location{Offset: x.at}}
	x.c.Location.Pointer = x.pointer("")
}

func (x *reader) setTitle(line string) {
	x.title = line
	if x.c != nil {
		x.c.Location.Pointer = x.pointer("")
	}
}

// indented reads an indented line. The first one of a structure has the indentation of all its
// fields: a tab, or blanks if the text was copied. A line with more indentation is an element of
// a list.
func (x *reader) indented(line string, offset int64) bool {
	text := strings.TrimLeft(line, " \t")
	indent := line[:len(line)-len(text)]
	if text == "" {
		return true
	}
	if x.indent == "" {
		x.indent = indent
	}
	if text == "<TRUNCATED>" {
		x.count("the structure is cut off; dmidecode printed: <TRUNCATED>", offset)
		return true
	}
	if len(indent) > len(x.indent) {
		x.element(strings.TrimSpace(text), offset+int64(len(line)-len(strings.TrimLeftFunc(line, unicode.IsSpace))))
		return true
	}
	key, value, found := strings.Cut(text, ":")
	if !found && makerStart.MatchString(text) {
		x.count("a line that may name a maker has no colon; it was not screened", offset)
	}
	printed := key
	key = fieldName(key)
	lead := len(value) - len(strings.TrimLeftFunc(value, unicode.IsSpace))
	x.pending = ""
	if found && strings.TrimSpace(value) == "" {
		x.pending = key
	}
	x.field(key, strings.TrimSpace(value), offset+int64(len(indent)+len(printed)+1+lead))
	return true
}

// fields are the known fields of a structure.
var fields = format.Table{
	"Manufacturer":            {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"Manufacturer Name":       {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"Vendor":                  {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"Product Name":            productName,
	"Part Number":             productName,
	"Name":                    productName,
	"Firmware Component Name": productName,
	"Version":                 {To: format.Version},
	"Family":                  {Role: vendors.Mention, Kind: vendors.KindText},
	// Fields that describe the structure itself.
	"Header and Data": {},
	"Strings":         {},
	"Size":            {},
	"Status":          {},
}

var productName = format.Field{Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name}

// fieldNames are the names of the fields, by their lower case.
var fieldNames = func() map[string]string {
	m := make(map[string]string)
	for name := range fields {
		m[strings.ToLower(name)] = name
	}
	return m
}()

// fieldName returns the name of a field as dmidecode prints it. In a text that was copied or edited,
// the name may have other blanks or be in another case.
func fieldName(key string) string {
	key = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // invisible characters
			return -1
		}
		return r
	}, key)), " ")
	if name, ok := fieldNames[strings.ToLower(key)]; ok {
		return name
	}
	return key
}

// makerKey matches other fields that may name a maker, but not "Module Manufacturer ID" and
// "Manufacture Date".
var makerKey = lazyregexp.New(`(?i)(?:manufacturer|vendor|supplier|maker|mfr|oem|company)(?: name)?$`)

// makerStart matches a line that is not a field and may name a maker.
var makerStart = lazyregexp.New(`(?i)^[\pL ]{0,20}(?:manufacturer|vendor)`)

// hexNumber matches the number of a vendor, such as that of a USB device.
var hexNumber = lazyregexp.New(`^0x[0-9A-Fa-f]+$`)

// isMaker reports whether a field names the maker of its structure.
func isMaker(key string) bool {
	return key == "Manufacturer" || key == "Manufacturer Name" || key == "Vendor"
}

// count counts something in the structure that was not screened.
func (x *reader) count(message string, offset int64) {
	format.Malformed(x.s, x.c, sbom.WarnMalformed, message, vendors.Location{Pointer: x.pointer(""), Offset: offset})
}

// hexRow matches a row of bytes. dmidecode prints bytes for unknown structures, and for all structures
// with the option -u.
var hexRow = lazyregexp.New(`^[0-9A-F]{2}( [0-9A-F]{2}){0,15}$`)

// element reads an element of a list. Elements do not name makers, except for the strings of a part
// that is printed as bytes, which contain the numbers of the strings.
func (x *reader) element(text string, offset int64) {
	key, value, found := strings.Cut(text, ":")
	switch {
	case x.raw == nil && isMaker(x.pending): // the value of a field is on the next line
		x.field(x.pending, text, offset)
		return
	case x.raw == nil && found && isMaker(fieldName(key)) && !names.Placeholder(strings.TrimSpace(value)):
		x.count("an element of a list may name a maker; it was not screened", offset)
		return
	case x.raw == nil && found:
		value = strings.TrimSpace(value)
		if _, ok := idOf(key, value); ok {
			x.field(key, value, offset+int64(strings.LastIndex(text, value)))
		}
		return
	case x.c == nil || x.raw == nil:
		return
	case hexRow.MatchString(text):
		if row, err := hex.DecodeString(strings.ReplaceAll(text, " ", "")); err == nil && x.texts == 0 {
			x.raw = append(x.raw, row...)
		}
		return
	}
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		text, offset = strings.TrimSuffix(quoted, `"`), offset+1
	}
	x.texts++
	switch x.texts {
	case x.number(makerAt):
		x.field("Manufacturer", text, offset)
	case x.number(nameAt):
		x.field("Name", text, offset)
	}
}

// number returns the number of a string in a structure that is printed as bytes, or 0.
func (x *reader) number(at map[int]int) int {
	if len(x.raw) == 0 {
		return 0
	}
	if i, ok := at[int(x.raw[0])]; ok && i < len(x.raw) {
		return int(x.raw[i])
	}
	return 0
}

// field reads one field of the structure.
func (x *reader) field(key, value string, offset int64) {
	switch {
	case key == "Header and Data":
		x.raw = []byte{}
		return
	case names.Placeholder(value):
		return
	}
	number, isID := idOf(key, value)
	switch {
	case (isMaker(key) || isID) && x.c == nil:
		x.part("device")
	case !isMaker(key) && key != "Strings" && makerKey.MatchString(key) && !hexNumber.MatchString(value):
		x.count("the field "+strconv.Quote(key)+" may say who made something; it was not screened", offset)
	}
	if x.c == nil {
		return
	}
	if isID {
		offset += int64(max(0, strings.Index(value, number.text)))
		x.s.Claim(x.c, number.role, number.kind, number.text, vendors.Location{Pointer: x.pointer(key), Offset: offset})
		return
	}
	f := fields[key]
	switch key {
	case "Version":
		if x.title == "Processor Information" { // "HUAWEI Kirin990", "Kunpeng 920-4826"
			f = productName
		}
	case "Size", "Status":
		x.empty = x.empty || value == "No Module Installed" || strings.HasPrefix(value, "Unpopulated")
	}
	f.Read(x.s, x.c, value, vendors.Location{Pointer: x.pointer(key), Offset: offset})
}

// emit ends the structure and reports whether to go on.
func (x *reader) emit() bool {
	if x.c != nil && x.number(makerAt) > x.texts {
		x.count("the structure is printed as bytes, without the string that names the manufacturer", x.at)
	}
	c, title, empty := x.c, x.title, x.empty
	x.structure = structure{}
	if c == nil || empty {
		return true
	}
	if c.Name == "" {
		c.Name = title
	}
	return x.s.Emit(*c)
}
