// SPDX-License-Identifier: Apache-2.0

// Package snmp reads SNMP walks: what snmpwalk prints, with numbers or with names, and snmprec
// files.
//
// The device is the primary component; its interfaces, physical entities, host devices and
// programs are parts, and its neighbors are not. Devices answer with the name that they are sold
// under, so an answer is what the device claims. Free text that describes the device is a
// reference. An enterprise number is registered to the company that wrote the agent, which in
// most cases made the device.
package snmp

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/internal/ethernet"
	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "snmp"

// Lines of walks (net-snmp, snmpcmd(1), option -O) and of snmprec files.
var (
	numbered = regexp.MustCompile(`^(?:\.?[012]|\.?iso)(?:\.\d+)+$`)
	named    = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+::[A-Za-z][A-Za-z0-9-]*(?:$|[.\[])`)
	bare     = regexp.MustCompile(`^\.?[a-z][A-Za-z0-9-]*(?:$|[.\[])`)
	typed    = regexp.MustCompile(`^(?:Wrong Type \(should be [^)]*\): )?(STRING|Hex-STRING|OID|INTEGER|Integer32|Unsigned32|UInteger32|Gauge32|Counter32|Counter64|Timeticks|IpAddress|Network Address|BITS|Opaque):(?: |$)`)
	recorded = regexp.MustCompile(`^((?:0|1|2)(?:\.\d+)+)\|(\d+x?)(?::[^|]*)?\|(.*)$`)
	hexBytes = regexp.MustCompile(`^(?:[0-9A-Fa-f]{2} )*[0-9A-Fa-f]{2} ?$`)
)

// Messages of net-snmp between the lines. After those of a failure, the walk may lack what it
// was to have; the others are about the files with names.
var (
	failure = regexp.MustCompile(`^(?:Timeout: No Response from |snmp[a-z]+: |Error in packet|Reason: |Failed object: |(?:Error: )?OID not increasing: | *>= \S+$|Authentication failure)`)
	remark  = regexp.MustCompile(`^(?:Cannot find module \(|MIB search path: |Did not find '|Unlinked OID in |Undefined identifier: |Cannot adopt OID in |Bad operator \(|Expected "|Created directory: |No log handling enabled|No more variables left in this MIB View|End of MIB|Variables found: |Total traversal time)`)
	absent  = regexp.MustCompile(`^(?:No Such (?:Object|Instance) |No more variables left in this MIB View)`)
)

// Sniff reports whether a document that starts with head is an SNMP walk, as snmpwalk
// prints it or as an snmprec file.
func Sniff(head []byte) bool {
	failed := false
	for line := range lines.Head(head) {
		switch {
		case line == "" || remark.MatchString(line):
		case failure.MatchString(line):
			failed = failed || strings.HasPrefix(line, "Timeout: ")
		default:
			_, ok := parseObject(line)
			return ok
		}
	}
	return failed
}

// Read returns the device, its physical entities, its interfaces, and the devices and
// programs of a host.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := lines.NewReader(r, s.Limits().Bytes)
		x := &snmp{s: s, device: &sbom.Component{Ref: "device", Type: "device", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}, parts: make(map[string]*sbom.Component), once: make(map[string]bool)}
		for in.Next() {
			if err := x.line(in.Text(), in.Offset()); err != nil {
				return err
			}
		}
		if err := in.End(s); err != nil {
			return err
		}
		if err := x.flush(); err != nil {
			return err
		}
		for _, ref := range x.order {
			if !s.Emit(*x.parts[ref]) {
				return nil
			}
		}
		if x.device.Name == "" {
			x.device.Name = "SNMP agent"
		}
		s.Emit(*x.device)
		return nil
	})
}

type snmp struct {
	s      *sbom.Sink
	device *sbom.Component
	parts  map[string]*sbom.Component // entities, interfaces and the like
	order  []string
	once   map[string]bool // what was claimed, and is not claimed again
	now    *object         // that is being read; nil before the first
}

// An object is a line of a walk, and those with which its value goes on.
type object struct {
	oid
	typ    string // "" where it is not printed
	at     int64  // of its line, in the text
	value  []text
	quoted bool // the value is in quotes
	closed bool // and the closing quote was there
}

// A text is a line of a value.
type text struct {
	text string
	at   int64
}

// maxParts bounds the entities and interfaces, which are held until the end.
const maxParts = 100_000

// parseObject reads the first line of an object; places count from the start of the line.
func parseObject(line string) (*object, bool) {
	if m := recorded.FindStringSubmatchIndex(line); m != nil {
		o := &object{oid: parseOID(line[m[2]:m[3]]), value: []text{{line[m[6]:m[7]], int64(m[6])}}}
		o.typ = "snmprec"
		if strings.HasSuffix(line[m[4]:m[5]], "x") { // a value in hexadecimal
			o.typ = "Hex-STRING"
		}
		return o, true
	}
	name := line[:nameEnd(line)]
	rest, printed := strings.CutPrefix(line[len(name):], " = ")
	if !printed && strings.HasSuffix(line, " =") { // an empty value
		rest, printed = "", true
	}
	start := len(line) - len(rest)
	if !printed {
		quiet := strings.TrimPrefix(rest, " ")
		if quiet == rest {
			return nil, false
		}
		start, rest = len(line)-len(quiet), quiet
	}
	o := &object{oid: parseOID(name)}
	if m := typed.FindStringSubmatchIndex(rest); m != nil {
		o.typ = rest[m[2]:m[3]]
		start += m[1]
		rest = rest[m[1]:]
	}
	switch {
	case numbered.MatchString(name):
		if !printed && (strings.Count(name, ".") < 6 || name[0] != '.' && name[0] != 'i') {
			return nil, false
		}
	case named.MatchString(name):
	case bare.MatchString(name) && (o.typ != "" && printed || o.numeric != "" && strings.Contains(name, ".")):
	default:
		return nil, false
	}
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		rest, start, o.quoted = quoted, start+1, true
	}
	o.value = []text{{rest, int64(start)}}
	return o, true
}

// nameEnd is where the name of an object ends: at a blank that is not in the quotes of an index.
func nameEnd(line string) int {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ' ' && !quoted:
			return i
		}
	}
	return len(line)
}

// line takes one line: the first of an object, a message, or one that goes on with a value.
func (x *snmp) line(line string, offset int64) error {
	o, ok := parseObject(line)
	switch {
	case ok:
		err := x.flush()
		o.at = offset
		o.value[0].at += offset
		x.now = o
		x.close(offset)
		return err
	case failure.MatchString(line):
		x.s.Malformed(sbom.WarnIncomplete, "the walk is not complete: "+line, vendors.Location{Offset: offset})
	case remark.MatchString(line):
	case x.goesOn(line):
		x.now.value = append(x.now.value, text{line, offset})
		x.close(offset)
	case strings.TrimSpace(line) != "":
		x.s.Malformed(sbom.WarnMalformed, "expected an object identifier with its value; the line was not screened", vendors.Location{Offset: offset})
	}
	return nil
}

// goesOn reports whether a line can go on with the value of the object above it.
func (x *snmp) goesOn(line string) bool {
	switch o := x.now; {
	case o == nil || o.typ == "snmprec":
		return false
	case o.quoted:
		return !o.closed
	case o.typ == "STRING":
		return true
	case o.typ == "":
		return o.numeric != sysObjectID && !strings.HasPrefix(o.numeric, ifPhysAddress)
	case o.typ == "Hex-STRING", o.typ == "BITS", o.typ == "Opaque":
		return hexBytes.MatchString(line) || strings.TrimSpace(line) == ""
	}
	return false
}

// close looks for the closing quote in the last line of a value.
func (x *snmp) close(offset int64) {
	o := x.now
	if !o.quoted || o.closed {
		return
	}
	last := &o.value[len(o.value)-1]
	value, rest, closed := unquote(last.text)
	if closed && rest != "" {
		x.s.Malformed(sbom.WarnMalformed, "text after the closing quote; it was not screened", vendors.Location{Pointer: "/" + o.text, Offset: offset})
	}
	last.text, o.closed = value, closed
}

// flush takes the object that is being read.
func (x *snmp) flush() error {
	o := x.now
	x.now = nil
	if o == nil {
		return nil
	}
	first := o.value[0]
	at := vendors.Location{Pointer: "/" + cmp.Or(o.numeric, o.text), Offset: first.at}
	if o.quoted && !o.closed {
		x.s.Malformed(sbom.WarnMalformed, "a text without its closing quote", vendors.Location{Pointer: at.Pointer, Offset: o.at})
	}
	if absent.MatchString(first.text) {
		return nil
	}
	x.agent(o)
	if !readObject(o.numeric) {
		x.unread(o, at)
		return nil
	}
	if value, printed, ok := o.bytes(); printed && !strings.HasPrefix(o.numeric, ifPhysAddress) {
		if !ok {
			x.s.Malformed(sbom.WarnMalformed, "a value in hexadecimal that is no UTF-8 text; it was not screened", at)
			return nil
		}
		return x.take(o, strings.TrimSpace(value), at)
	}
	for _, line := range o.value {
		value := strings.TrimSpace(line.text)
		at.Offset = line.at + int64(max(0, strings.Index(line.text, value)))
		if err := x.take(o, value, at); err != nil {
			return err
		}
	}
	return nil
}

// unread counts an object by a name that is not known and that may say who made something. A
// text or name can, a number cannot.
func (x *snmp) unread(o *object, at vendors.Location) {
	if o.numeric != "" || o.typ != "" && o.typ != "STRING" && o.typ != "Hex-STRING" || strings.TrimSpace(o.value[0].text) == "" {
		return
	}
	name := o.text[strings.LastIndexByte(o.text, ':')+1:]
	if end := strings.IndexAny(name, ".["); end >= 0 {
		name = name[:end]
	}
	if format.MayNameMaker(name) {
		x.s.Malformed(sbom.WarnSimilarField, "the object "+name+" may say who made something; it was not screened", at)
	}
}

// bytes decodes a value that is printed in hexadecimal. It reports whether it is, and whether
// its bytes are text.
func (o *object) bytes() (value string, printed, ok bool) {
	var all strings.Builder
	for _, line := range o.value {
		all.WriteString(line.text + " ")
	}
	value, ok = unhex(all.String())
	// With -Oq it is in quotes, and each byte has a blank after it.
	quiet := o.typ == "" && o.quoted && hexBytes.MatchString(o.value[0].text) && strings.HasSuffix(o.value[0].text, " ")
	return value, o.typ == "Hex-STRING" || quiet && ok, ok
}

// agent claims the enterprises that an agent answers for. Who answers in somebody's subtree, or
// with objects of somebody's module, implements their objects. Many do so of others, so it is a
// reference.
func (x *snmp) agent(o *object) {
	claim := func(kind vendors.Kind, value string, from int) {
		if value != "" && !x.once[value] {
			x.once[value] = true
			x.s.Claim(x.device, vendors.Reference, kind, value, vendors.Location{Pointer: "/" + cmp.Or(o.numeric, o.text), Offset: o.at + int64(max(0, from))})
		}
	}
	number := enterprise(o.numeric)
	claim(vendors.KindPEN, number, strings.Index(o.text, "."+number)+1)
	claim(vendors.KindProduct, o.name, strings.Index(o.text, o.name))
	if o.module != "" && !standard.MatchString(o.module) {
		claim(vendors.KindProduct, o.module, 0)
	}
}

// unquote returns a text up to its closing quote, and what follows. Quotes in it stand
// behind backslashes, and stay so: they are in no maker's name.
func unquote(s string) (text, rest string, closed bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i], strings.TrimSpace(s[i+1:]), true
		}
	}
	return s, "", false
}

// unhex decodes bytes that are written in hexadecimal, with or without blanks, and end with
// zeros or not.
func unhex(s string) (string, bool) {
	text, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	text = bytes.TrimRight(text, "\x00")
	return string(text), err == nil && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
}

// readObject reports whether an object's value is read.
func readObject(numeric string) bool {
	switch numeric {
	case sysDescr, sysObjectID, sysName, upsMaker, upsModel, lldpLocSysDesc, lldpLocMfgName, lldpLocModelName:
		return true
	}
	for _, column := range columns {
		if strings.HasPrefix(numeric, column) {
			return true
		}
	}
	return false
}

// part returns the part that a row of a table is about.
func (x *snmp) part(kind, index, typ string, at vendors.Location) *sbom.Component {
	ref := kind + " " + index
	c := x.parts[ref]
	if c == nil {
		c = &sbom.Component{Ref: ref, Type: typ, Name: ref, Location: at}
		x.parts[ref] = c
		x.order = append(x.order, ref)
	}
	return c
}

// take takes an object with a line of its value. at is the place of that.
func (x *snmp) take(o *object, value string, at vendors.Location) error {
	if len(x.order) > maxParts {
		return &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d entities, interfaces and programs", maxParts)}
	}
	id := o.numeric
	claim := func(c *sbom.Component, role vendors.Role, kind vendors.Kind) { x.s.Claim(c, role, kind, value, at) }
	switch {
	case id == sysDescr, id == lldpLocSysDesc, id == lldpLocModelName, id == upsModel:
		x.device.Name = cmp.Or(x.device.Name, value)
		claim(x.device, vendors.Reference, vendors.KindProduct)
	case id == lldpLocMfgName, id == upsMaker:
		claim(x.device, vendors.Manufacturer, vendors.KindName)
	case id == sysName:
		x.device.Name = cmp.Or(x.device.Name, value)
	case id == sysObjectID:
		id := parseOID(value)
		if value = enterprise(id.numeric); value != "" { // the number of who made the agent
			claim(x.device, vendors.Namespace, vendors.KindPEN)
		} else if id.numeric == "" && id.text != "" {
			x.unknownID(id, at)
		}
	case strings.HasPrefix(id, lldpRemSysDesc):
		claim(x.neighbor(id[len(lldpRemSysDesc):], at), vendors.Reference, vendors.KindProduct)
	case strings.HasPrefix(id, lldpRemMfgName):
		claim(x.neighbor(id[len(lldpRemMfgName):], at), vendors.Manufacturer, vendors.KindName)
	case strings.HasPrefix(id, lldpRemModelName):
		claim(x.neighbor(id[len(lldpRemModelName):], at), vendors.Reference, vendors.KindProduct)
	case strings.HasPrefix(id, entPhysicalType):
		x.vendorType(x.part("entity", id[len(entPhysicalType):], "device", at), value, at)
	case strings.HasPrefix(id, entPhysicalMfgName):
		claim(x.part("entity", id[len(entPhysicalMfgName):], "device", at), vendors.Manufacturer, vendors.KindName)
	case strings.HasPrefix(id, entPhysicalModel):
		if c := x.part("entity", id[len(entPhysicalModel):], "device", at); value != "" {
			c.Name = value
			claim(c, vendors.Reference, vendors.KindProduct)
		}
	case strings.HasPrefix(id, entPhysicalDescr):
		claim(x.part("entity", id[len(entPhysicalDescr):], "device", at), vendors.Reference, vendors.KindProduct)
	case strings.HasPrefix(id, hrDeviceDescr):
		claim(x.part("host device", id[len(hrDeviceDescr):], "device", at), vendors.Reference, vendors.KindProduct)
	case strings.HasPrefix(id, hrSWInstalledName):
		c := x.part("program", id[len(hrSWInstalledName):], "application", at)
		c.Name = value
		claim(c, vendors.Mention, vendors.KindProduct) // as the names of packages elsewhere
	case strings.HasPrefix(id, ifPhysAddress):
		switch address, ok := ethernet.Address(value); {
		case !ok && value != "":
			x.s.Malformed(sbom.WarnMalformed, "a physical address that is not in bytes; it was not screened", at)
		case address != "":
			if strings.ContainsAny(value, ": -") { // else it is as the document has it
				value = address
			}
			claim(x.part("interface", id[len(ifPhysAddress):], "device", at), vendors.Namespace, vendors.KindOUI)
		}
	}
	return nil
}

// neighbor returns the device at the other end of a link, which is no part of this one.
func (x *snmp) neighbor(index string, at vendors.Location) *sbom.Component {
	c := x.part("neighbor", index, "device", at)
	c.Pedigree = true
	return c
}

// vendorType takes the type of a physical entity, which its maker gives out in its own subtree
// (RFC 6933). One by a name says who in the name or its module.
func (x *snmp) vendorType(c *sbom.Component, value string, at vendors.Location) {
	id := parseOID(value)
	if number := enterprise(id.numeric); number != "" {
		x.s.Claim(c, vendors.Namespace, vendors.KindPEN, number, at)
		return
	}
	for _, name := range []string{id.module, id.name} {
		if name != "" && !standard.MatchString(name) {
			x.s.Claim(c, vendors.Reference, vendors.KindProduct, name, at)
		}
	}
}

// unknownID counts a value of sysObjectID that has a name which is not known, and claims what
// it says of the enterprise.
func (x *snmp) unknownID(id oid, at vendors.Location) {
	x.s.Malformed(sbom.WarnMalformed, "sysObjectID has a name that is not known; its enterprise was not screened", at)
	for _, name := range []string{id.module, id.name} {
		if name != "" && !standard.MatchString(name) {
			x.s.Claim(x.device, vendors.Reference, vendors.KindProduct, name, at)
		}
	}
}

// enterprise returns the number of the enterprise in whose subtree an OID lies, or "".
func enterprise(oid string) string {
	rest, ok := strings.CutPrefix(oid, enterprises)
	if !ok {
		return ""
	}
	n, _, _ := strings.Cut(rest, ".")
	return n
}
