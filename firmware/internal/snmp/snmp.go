// SPDX-License-Identifier: Apache-2.0

// Package snmp reads SNMP walks: the output of snmpwalk, with numbers or with names, and snmprec
// files.
//
// The device is the primary component. Its interfaces, physical entities, host devices and programs
// are parts. Its neighbors are not. A device answers with the name that it is sold under, so an
// answer is only what the device claims. Free text that describes the device is a
// reference. An enterprise number is registered to the company that wrote the agent, which in
// most cases made the device.
package snmp

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/internal/ethernet"
	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "snmp"

// Lines of walks (net-snmp, snmpcmd(1), option -O) and of snmprec files.
var (
	numbered = lazyregexp.New(`^(?:\.?[012]|\.?iso)(?:\.\d+)+$`)
	named    = lazyregexp.New(`^[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+::[A-Za-z][A-Za-z0-9-]*(?:$|[.\[])`)
	bare     = lazyregexp.New(`^\.?[a-z][A-Za-z0-9-]*(?:$|[.\[])`)
	typed    = lazyregexp.New(`^(?:Wrong Type \(should be [^)]*\): )?(STRING|Hex-STRING|OID|INTEGER|Integer32|Unsigned32|UInteger32|Gauge32|Counter32|Counter64|Timeticks|IpAddress|Network Address|BITS|Opaque):(?: |$)`)
	recorded = lazyregexp.New(`^((?:0|1|2)(?:\.\d+)+)\|(\d+x?)(?::[^|]*)?\|(.*)$`)
	hexBytes = lazyregexp.New(`^(?:[0-9A-Fa-f]{2} )*[0-9A-Fa-f]{2} ?$`)
)

// Messages of net-snmp between the lines. After a failure, the walk may be incomplete. The other
// messages are about MIB files.
var (
	failure = lazyregexp.New(`^(?:Timeout: No Response from |snmp[a-z]+: |Error in packet|Reason: |Failed object: |(?:Error: )?OID not increasing: | *>= \S+$|Authentication failure)`)
	remark  = lazyregexp.New(`^(?:Cannot find module \(|MIB search path: |Did not find '|Unlinked OID in |Undefined identifier: |Cannot adopt OID in |Bad operator \(|Expected "|Created directory: |No log handling enabled|No more variables left in this MIB View|End of MIB|Variables found: |Total traversal time)`)
	absent  = lazyregexp.New(`^(?:No Such (?:Object|Instance) |No more variables left in this MIB View)`)
)

// Sniff reports whether a document that starts with head is an SNMP walk: the output of snmpwalk or
// an snmprec file.
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
		x := &reader{s: s, device: &sbom.Component{Ref: "device", Type: "device", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}, parts: make(map[string]*sbom.Component), once: make(map[string]bool)}
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

type reader struct {
	s      *sbom.Sink
	device *sbom.Component
	parts  map[string]*sbom.Component // entities, interfaces, programs and neighbors, by their Ref
	order  []string                   // the keys of parts
	once   map[string]bool            // the enterprises and modules that were claimed
	now    *object                    // the object that is being read; nil before the first
}

// An object is a line of a walk, with the lines that continue its value.
type object struct {
	oid
	typ    string // "" if it is not printed
	at     int64  // the offset of its line
	value  []text
	quoted bool // the value is in quotes
	closed bool // the closing quote was found
}

// A text is a line of a value.
type text struct {
	text string
	at   int64
}

// maxParts limits the parts, which are kept in memory until the end of the walk.
const maxParts = 100_000

// parseObject reads the first line of an object. Offsets are relative to the start of the line.
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

// nameEnd returns the offset of the end of the name of an object: the first blank outside of quotes,
// which an index can have.
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

// line reads one line: the first of an object, a message, or the continuation of a value.
func (x *reader) line(line string, offset int64) error {
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
		x.s.Malformed(sbom.WarnIncomplete, "the walk is incomplete; net-snmp printed: "+line, vendors.Location{Offset: offset})
	case remark.MatchString(line):
	case x.continues(line):
		x.now.value = append(x.now.value, text{line, offset})
		x.close(offset)
	case strings.TrimSpace(line) != "":
		x.s.Malformed(sbom.WarnMalformed, "expected an object identifier with its value; the line was not screened", vendors.Location{Offset: offset})
	}
	return nil
}

// continues reports whether a line can continue the value of the object above it.
func (x *reader) continues(line string) bool {
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
func (x *reader) close(offset int64) {
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

// flush ends the current object and reads it.
func (x *reader) flush() error {
	o := x.now
	x.now = nil
	if o == nil {
		return nil
	}
	first := o.value[0]
	at := vendors.Location{Pointer: "/" + cmp.Or(o.numeric, o.text), Offset: first.at}
	if o.quoted && !o.closed {
		x.s.Malformed(sbom.WarnMalformed, "the closing quote of a text is missing", vendors.Location{Pointer: at.Pointer, Offset: o.at})
	}
	if absent.MatchString(first.text) {
		return nil
	}
	x.agent(o)
	if !isRead(o.numeric) {
		x.unknown(o, at)
		return nil
	}
	if value, printed, ok := o.bytes(); printed && !strings.HasPrefix(o.numeric, ifPhysAddress) {
		if !ok {
			x.s.Malformed(sbom.WarnMalformed, "a hexadecimal value is not UTF-8 text; it was not screened", at)
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

// unknown counts an object as not screened if it has an unknown name that suggests that its value
// names a maker, and the value is not a number.
func (x *reader) unknown(o *object, at vendors.Location) {
	if o.numeric != "" || o.typ != "" && o.typ != "STRING" && o.typ != "Hex-STRING" || strings.TrimSpace(o.value[0].text) == "" {
		return
	}
	name := o.text[strings.LastIndexByte(o.text, ':')+1:]
	if end := strings.IndexAny(name, ".["); end >= 0 {
		name = name[:end]
	}
	if format.MayNameMaker(name) {
		format.UnknownMaker(x.s, nil, name, at)
	}
}

// bytes decodes a value that is printed in hexadecimal. printed reports whether the value is in
// hexadecimal, and ok whether its bytes are text.
func (o *object) bytes() (value string, printed, ok bool) {
	var all strings.Builder
	for _, line := range o.value {
		all.WriteString(line.text + " ")
	}
	value, ok = unhex(all.String())
	// With -Oq, the value is in quotes and each byte is followed by a blank.
	quiet := o.typ == "" && o.quoted && hexBytes.MatchString(o.value[0].text) && strings.HasSuffix(o.value[0].text, " ")
	return value, o.typ == "Hex-STRING" || quiet && ok, ok
}

// agent claims the enterprises of the objects that an agent implements, by the subtree or the
// module of an object. Many agents implement objects of other enterprises, so these are references.
func (x *reader) agent(o *object) {
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

// unquote returns a text up to its closing quote, and the rest of the line. Escaped quotes stay
// escaped, because names of makers have no quotes.
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

// unhex decodes hexadecimal bytes, with or without blanks between them, and removes zeros at the
// end. It reports whether they are text.
func unhex(s string) (string, bool) {
	text, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	text = bytes.TrimRight(text, "\x00")
	return string(text), err == nil && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
}

// part returns the part that a row of a table describes.
func (x *reader) part(col column, index string, at vendors.Location) *sbom.Component {
	ref := col.part + " " + index
	c := x.parts[ref]
	if c == nil {
		c = &sbom.Component{Ref: ref, Type: cmp.Or(col.typ, "device"), Name: ref, Location: at}
		x.parts[ref] = c
		x.order = append(x.order, ref)
	}
	c.Pedigree = c.Pedigree || col.part == neighbor // a neighbor is not in the device
	return c
}

// take reads one line of the value of an object.
func (x *reader) take(o *object, value string, at vendors.Location) error {
	if len(x.order) > maxParts {
		return &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d entities, interfaces and programs", maxParts)}
	}
	if o.numeric == sysObjectID {
		x.objectID(parseOID(value), at)
		return nil
	}
	if f, ok := scalars[o.numeric]; ok {
		f.Read(x.s, x.device, value, at)
		return nil
	}
	col, index, _ := columnOf(o.numeric)
	switch {
	case col.oid == ifPhysAddress:
		x.address(col, index, value, at)
	case col.oid == entPhysicalType:
		x.vendorType(x.part(col, index, at), value, at)
	case value == "" && col.oid != hrSWInstalledName:
		x.part(col, index, at)
	default:
		col.field.Read(x.s, x.part(col, index, at), value, at)
	}
	return nil
}

// objectID reads sysObjectID, which contains the number of the enterprise that made the agent.
func (x *reader) objectID(id oid, at vendors.Location) {
	if number := enterprise(id.numeric); number != "" {
		x.s.Claim(x.device, vendors.Namespace, vendors.KindPEN, number, at)
	} else if id.numeric == "" && id.text != "" {
		x.s.Malformed(sbom.WarnMalformed, "sysObjectID has an unknown name; its enterprise was not screened", at)
		x.names(x.device, id, at)
	}
}

// address reads the address of an interface.
func (x *reader) address(col column, index, value string, at vendors.Location) {
	switch address, ok := ethernet.Address(value); {
	case !ok && value != "":
		x.s.Malformed(sbom.WarnMalformed, "a physical address is not a list of bytes; it was not screened", at)
	case address != "":
		if strings.ContainsAny(value, ": -") { // an address without separators needs no normalization
			value = address
		}
		col.field.Read(x.s, x.part(col, index, at), value, at)
	}
}

// vendorType reads the type of a physical entity, which its maker assigns in its own subtree
// (RFC 6933). If the type has a name, the name or its module may contain the maker's.
func (x *reader) vendorType(c *sbom.Component, value string, at vendors.Location) {
	id := parseOID(value)
	if number := enterprise(id.numeric); number != "" {
		x.s.Claim(c, vendors.Namespace, vendors.KindPEN, number, at)
		return
	}
	x.names(c, id, at)
}

// names claims the names in an object identifier that are not standard.
func (x *reader) names(c *sbom.Component, id oid, at vendors.Location) {
	for _, name := range []string{id.module, id.name} {
		if name != "" && !standard.MatchString(name) {
			x.s.Claim(c, vendors.Reference, vendors.KindProduct, name, at)
		}
	}
}

// enterprise returns the number of the enterprise that an OID belongs to, or "".
func enterprise(oid string) string {
	rest, ok := strings.CutPrefix(oid, enterprises)
	if !ok {
		return ""
	}
	n, _, _ := strings.Cut(rest, ".")
	return n
}
