// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/firmware/lines"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Lines of "snmpwalk -On" and of snmprec files: an OID, a type and a value.
var (
	walked   = regexp.MustCompile(`^\.((?:0|1|2)(?:\.\d+)+) = (?:([A-Za-z0-9-]+): ?)?(.*)$`)
	recorded = regexp.MustCompile(`^((?:0|1|2)(?:\.\d+)+)\|(\d+x?)(?::[^|]*)?\|(.*)$`)
)

// Object identifiers, of SNMPv2-MIB, IF-MIB and ENTITY-MIB.
const (
	sysDescr           = "1.3.6.1.2.1.1.1.0"
	sysObjectID        = "1.3.6.1.2.1.1.2.0"
	sysName            = "1.3.6.1.2.1.1.5.0"
	ifPhysAddress      = "1.3.6.1.2.1.2.2.1.6."
	entPhysicalDescr   = "1.3.6.1.2.1.47.1.1.1.1.2."
	entPhysicalMfgName = "1.3.6.1.2.1.47.1.1.1.1.12."
	entPhysicalModel   = "1.3.6.1.2.1.47.1.1.1.1.13."
	enterprises        = "1.3.6.1.4.1."
)

// SniffSNMP reports whether a document that starts with head is an SNMP walk, as
// "snmpwalk -On" prints it or as an snmprec file.
func SniffSNMP(head []byte) bool {
	for line := range lines.Head(head) {
		if line != "" {
			return walked.MatchString(line) || recorded.MatchString(line)
		}
	}
	return false
}

// ReadSNMP returns the device, its physical entities and its interfaces.
func ReadSNMP(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameSNMP, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.Placed()
		x := &snmp{s: s, device: product("/"), parts: make(map[string]*sbom.Component), subtrees: make(map[string]bool)}
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			if err := x.line(in); err != nil {
				return err
			}
		}
		if err := in.End(s); err != nil {
			return err
		}
		if x.open {
			x.unclosed(in.Offset())
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

// product returns the device of a capture.
func product(pointer string) *sbom.Component {
	return &sbom.Component{Ref: "device", Type: "device", Placement: sbom.Subject, Location: vendors.Location{Pointer: pointer}}
}

type snmp struct {
	s        *sbom.Sink
	device   *sbom.Component
	parts    map[string]*sbom.Component // entities and interfaces
	order    []string
	subtrees map[string]bool // of enterprises, that the agent answers
	open     bool            // the value above goes on in the next line
	oid      string          // of the value above
	oidAt    int64           // where it stands
}

// unclosed counts a text without its closing quote.
func (x *snmp) unclosed(offset int64) {
	x.open = false
	x.s.Malformed(sbom.WarnMalformed, "a text without its closing quote", vendors.Location{Pointer: "/" + x.oid, Offset: offset})
}

// maxParts bounds the entities and interfaces, which are held until the end.
const maxParts = 100_000

func (x *snmp) line(in *lines.Reader) error {
	line := in.Text()
	m := walked.FindStringSubmatchIndex(line)
	if m == nil {
		m = recorded.FindStringSubmatchIndex(line)
	}
	switch {
	case m != nil && x.open:
		x.unclosed(in.Offset())
	case m != nil:
	case strings.TrimSpace(line) == "":
		return nil
	case x.open:
		text, rest, closed := unquote(line)
		if closed && rest != "" {
			return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("text behind the closing quote")}
		}
		x.open = !closed
		return x.take(x.oid, strings.TrimSpace(text), vendors.Location{Pointer: "/" + x.oid, Offset: in.Offset()})
	default:
		return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected an object identifier with its value")}
	}
	oid, typ := line[m[2]:m[3]], ""
	if m[4] >= 0 {
		typ = line[m[4]:m[5]]
	}
	value, start := line[m[6]:m[7]], m[6]
	if quoted, ok := strings.CutPrefix(value, `"`); ok {
		text, rest, closed := unquote(quoted)
		if closed && rest != "" {
			return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("text behind the closing quote")}
		}
		value, start, x.open = text, start+1, !closed
	}
	if strings.HasPrefix(value, "No Such ") || strings.HasPrefix(value, "No more variables") {
		return nil
	}
	x.oid, x.oidAt = oid, in.Offset()+int64(m[2])
	at := vendors.Location{Pointer: "/" + oid, Offset: in.Offset() + int64(start)}
	// snmprec marks values in hexadecimal by an x.
	if (strings.HasSuffix(typ, "x") || typ == "Hex-STRING") && !strings.HasPrefix(oid, ifPhysAddress) && !strings.HasPrefix(oid, enterprises) {
		text, ok := unhex(value)
		if !ok {
			x.s.Malformed(sbom.WarnMalformed, "a value in hexadecimal that is no UTF-8 text; it was not screened", at)
			return nil
		}
		value = text
	}
	return x.take(oid, strings.TrimSpace(value), at)
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

// take takes one object. at is the place of its value.
func (x *snmp) take(oid, value string, at vendors.Location) error {
	d := x.device
	part := func(kind, index string) *sbom.Component {
		ref := kind + " " + index
		c := x.parts[ref]
		if c == nil {
			c = &sbom.Component{Ref: ref, Type: "device", Name: ref, Location: at}
			x.parts[ref] = c
			x.order = append(x.order, ref)
		}
		return c
	}
	if len(x.order) > maxParts {
		return &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d entities and interfaces", maxParts)}
	}
	switch {
	case oid == sysDescr:
		d.Name = cmp.Or(d.Name, value)
		x.s.Claim(d, vendors.Reference, vendors.KindProduct, value, at)
	case oid == sysName:
		d.Name = cmp.Or(d.Name, value)
	case oid == sysObjectID:
		id := strings.TrimPrefix(value, ".")
		if n := enterprise(id); n != "" {
			x.s.Claim(d, vendors.Namespace, vendors.KindPEN, n, at)
		} else if strings.Trim(id, "0123456789.") != "" { // "SNMPv2-SMI::enterprises.2011"
			x.s.Malformed(sbom.WarnMalformed, "sysObjectID is no object identifier in numbers; it was not screened", at)
		}
	case strings.HasPrefix(oid, entPhysicalMfgName):
		x.s.Claim(part("entity", oid[len(entPhysicalMfgName):]), vendors.Manufacturer, vendors.KindName, value, at)
	case strings.HasPrefix(oid, entPhysicalModel):
		if c := part("entity", oid[len(entPhysicalModel):]); value != "" {
			c.Name = value
			x.s.Claim(c, vendors.Reference, vendors.KindProduct, value, at)
		}
	case strings.HasPrefix(oid, entPhysicalDescr):
		x.s.Claim(part("entity", oid[len(entPhysicalDescr):]), vendors.Reference, vendors.KindProduct, value, at)
	case strings.HasPrefix(oid, ifPhysAddress):
		if address := mac(value); address != "" {
			x.s.Claim(part("interface", oid[len(ifPhysAddress):]), vendors.Namespace, vendors.KindOUI, address, at)
		}
	default:
		// An agent that answers in somebody's subtree implements their objects. Many do
		// so of others, so it is a reference.
		if n := enterprise(oid); n != "" && !x.subtrees[n] {
			x.subtrees[n] = true
			at.Offset = x.oidAt + int64(len(enterprises)) // the number is in the identifier
			x.s.Claim(d, vendors.Reference, vendors.KindPEN, n, at)
		}
	}
	return nil
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

// mac writes an address of six bytes with two digits a byte: "0:1e:73:0:1:2", "00 1E 73 00 01
// 02 " or, in snmprec, "001e73000102".
func mac(s string) string {
	if len(s) == 12 && !strings.ContainsAny(s, ": -") {
		return s
	}
	bytes := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == ' ' || r == '-' })
	if len(bytes) != 6 {
		return ""
	}
	for i, b := range bytes {
		if len(b) == 1 {
			bytes[i] = "0" + b
		}
		if len(bytes[i]) != 2 || strings.Trim(bytes[i], "0123456789abcdefABCDEF") != "" {
			return ""
		}
	}
	return strings.Join(bytes, ":")
}
