// SPDX-License-Identifier: Apache-2.0

// Package osrelease reads how an installed operating system identifies itself: os-release
// (freedesktop.org, os-release(5)), and the files openwrt_release and device_info of OpenWrt, which
// have the same syntax.
//
// The system is one component. VENDOR_NAME is its supplier. The name of the system is a mention, like
// the name of any product, and its URLs are homepages. DEVICE_MANUFACTURER of OpenWrt is the
// manufacturer of the device, which is another primary component. If an image was not built for one
// device, its value is "OpenWrt".
package osrelease

import (
	"errors"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "os-release"

var assignment = lazyregexp.New(`^([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// makerName matches other variables that may name a maker: "BUILD_VENDOR", "OEM_NAME".
var makerName = lazyregexp.New(`(?i)(?:manufacturer|vendor|supplier|publisher|oem|company|maker)(?:_?name)?$`)

// Sniff reports whether a document that starts with head is such a file.
func Sniff(head []byte) bool {
	known := false
	for line := range lines.Head(head) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		m := assignment.FindStringSubmatch(line)
		if m == nil {
			return false
		}
		switch m[1] {
		case "ID", "NAME", "PRETTY_NAME", "DISTRIB_ID", "DEVICE_MANUFACTURER":
			known = true
		}
	}
	return known
}

// systemFields are the variables about the operating system.
var systemFields = format.Table{
	"NAME":          {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"ID":            {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name, First: true},
	"PRETTY_NAME":   {Role: vendors.Mention, Kind: vendors.KindProduct},
	"ID_LIKE":       {Role: vendors.Mention, Kind: vendors.KindText},
	"VERSION_ID":    {To: format.Version, First: true},
	"CPE_NAME":      {Role: vendors.Namespace, Kind: vendors.KindCPE},
	"VENDOR_NAME":   {Role: vendors.Supplier, Kind: vendors.KindName},
	"VENDOR":        {Role: vendors.Supplier, Kind: vendors.KindName},
	"VENDOR_URL":    {Role: vendors.Supplier, Kind: vendors.KindURL},
	"HOME_URL":      {Role: vendors.Homepage, Kind: vendors.KindURL},
	"SUPPORT_URL":   {Role: vendors.Homepage, Kind: vendors.KindURL},
	"BUG_URL":       {Role: vendors.Homepage, Kind: vendors.KindURL},
	"SUPPORT_EMAIL": {Role: vendors.Reference, Kind: vendors.KindEmail},

	"DISTRIB_ID":          {Role: vendors.Mention, Kind: vendors.KindProduct, To: format.Name},
	"DISTRIB_DESCRIPTION": {Role: vendors.Mention, Kind: vendors.KindText},
	"DISTRIB_RELEASE":     {To: format.Version, First: true},
}

// deviceFields are the variables about the device.
var deviceFields = format.Table{
	"DEVICE_MANUFACTURER":     {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group},
	"DEVICE_MANUFACTURER_URL": {Role: vendors.Reference, Kind: vendors.KindURL},
	"DEVICE_PRODUCT":          {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
}

// Read returns the system and, if it is named, the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		x := &reader{
			s:      s,
			in:     lines.NewReader(r, s.Limits().Bytes),
			system: sbom.Component{Ref: "system", Type: "operating-system", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}},
			device: sbom.Component{Ref: "device", Type: "device", Category: "telecommunicationsEquipment", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/DEVICE_PRODUCT"}},
			seen:   make(map[string]bool),
		}
		for x.in.Next() {
			if err := x.line(); err != nil {
				return err
			}
		}
		if err := x.in.End(s); err != nil {
			return err
		}
		for _, c := range []*sbom.Component{&x.system, &x.device} {
			if (len(c.Claims) > 0 || c.Malformed > 0) && !s.Emit(*c) {
				return nil
			}
		}
		return nil
	})
}

type reader struct {
	s              *sbom.Sink
	in             *lines.Reader
	system, device sbom.Component
	seen           map[string]bool // variables
}

// line reads a line: a variable, a comment or a blank line.
func (x *reader) line() error {
	line := strings.TrimSpace(x.in.Text())
	if line == "" || line[0] == '#' {
		return nil
	}
	m := assignment.FindStringSubmatch(line)
	if m == nil {
		return &sbom.Error{Offset: x.in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected NAME=value")}
	}
	at := vendors.Location{Pointer: "/" + m[1], Offset: x.in.Offset() + int64(strings.Index(x.in.Text(), line)+len(m[1])+1)}
	value, quote, err := unquote(m[2])
	switch {
	case err != nil:
		return &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrSyntax, Err: err}
	case quote > 0: // the closing quote shows that the line is complete
		x.in.Whole()
	case strings.ContainsAny(value, " \t;&|<>()`$\\"): // a shell would read another value
		x.s.Malformed(sbom.WarnMalformed, "a value with blanks or shell characters is not in quotes", at)
	}
	at.Offset += int64(quote)
	x.variable(m[1], value, at)
	return nil
}

// variable reads a variable of the system or the device.
func (x *reader) variable(name, value string, at vendors.Location) {
	key := strings.TrimPrefix(strings.TrimPrefix(name, "OPENWRT_"), "LEDE_")
	c, f := &x.system, systemFields[key]
	if d, ok := deviceFields[key]; ok {
		c, f = &x.device, d
	}
	switch {
	case f.Role == "":
		x.unknown(key, value, at)
	case x.seen[name]:
		format.Malformed(x.s, c, sbom.WarnMalformed, name+" is set twice", at)
	}
	x.seen[name] = true
	f.Read(x.s, c, value, at)
}

// unknown counts an unknown variable as not screened if it may name the maker of the system or the
// device, or if its name is that of a known variable in another case.
func (x *reader) unknown(name, value string, at vendors.Location) {
	upper := strings.ToUpper(name)
	maker := systemFields[upper].Role.IsOrigin() || deviceFields[upper].Role.IsOrigin() || makerName.MatchString(name)
	if maker && !names.Placeholder(value) {
		format.UnknownMaker(x.s, nil, name, at)
	}
}

// unquote removes the quotes of a shell assignment. It returns the length of the opening quote: 0
// or 1.
func unquote(s string) (value string, quote int, err error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return s, 0, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			if strings.TrimSpace(s[i+1:]) != "" {
				return "", 0, errors.New("text after the closing quote")
			}
			return b.String(), 1, nil
		case c == '\\' && s[0] == '"' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, errors.New("the closing quote is missing")
}
