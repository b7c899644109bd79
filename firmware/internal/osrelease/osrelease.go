// SPDX-License-Identifier: Apache-2.0

// Package osrelease reads what an installed operating system says of itself in
// os-release (freedesktop.org, os-release(5)), and OpenWrt's openwrt_release and
// device_info, which have the same form.
//
// The system is one component. Its VENDOR_NAME is its supplier; its own name is a
// mention, as is that of any product; its URLs tell where it is described. OpenWrt's
// DEVICE_MANUFACTURER is about the device, which is a component, and the product, if
// the image was built for one: a build that was not says "OpenWrt" there.
package osrelease

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Name is the format's name in reports.
const Name = "os-release"

var assignment = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// makerName are variables that may name a maker: "BUILD_VENDOR", "OEM_NAME".
var makerName = regexp.MustCompile(`(?i)(?:manufacturer|vendor|supplier|publisher|oem|company|maker)(?:_?name)?$`)

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

// A field says what a variable is about.
type field struct {
	device bool // not the system
	role   vendors.Role
	kind   vendors.Kind
}

var fields = map[string]field{
	"NAME":          {false, vendors.Mention, vendors.KindProduct},
	"PRETTY_NAME":   {false, vendors.Mention, vendors.KindProduct},
	"ID":            {false, vendors.Mention, vendors.KindProduct},
	"ID_LIKE":       {false, vendors.Mention, vendors.KindText},
	"CPE_NAME":      {false, vendors.Namespace, vendors.KindCPE},
	"VENDOR_NAME":   {false, vendors.Supplier, vendors.KindName},
	"VENDOR":        {false, vendors.Supplier, vendors.KindName},
	"VENDOR_URL":    {false, vendors.Supplier, vendors.KindURL},
	"HOME_URL":      {false, vendors.Homepage, vendors.KindURL},
	"SUPPORT_URL":   {false, vendors.Homepage, vendors.KindURL},
	"BUG_URL":       {false, vendors.Homepage, vendors.KindURL},
	"SUPPORT_EMAIL": {false, vendors.Reference, vendors.KindEmail},

	"DISTRIB_ID":          {false, vendors.Mention, vendors.KindProduct},
	"DISTRIB_DESCRIPTION": {false, vendors.Mention, vendors.KindText},

	"DEVICE_MANUFACTURER":     {true, vendors.Manufacturer, vendors.KindName},
	"DEVICE_MANUFACTURER_URL": {true, vendors.Reference, vendors.KindURL},
	"DEVICE_PRODUCT":          {true, vendors.Reference, vendors.KindProduct},
}

// Read returns the system and, if it is named, the device.
func Read(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: Name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		system := &sbom.Component{Ref: "system", Type: "operating-system", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}
		device := &sbom.Component{Ref: "device", Type: "device", Category: "telecommunicationsEquipment", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/DEVICE_PRODUCT"}}
		seen := make(map[string]bool)
		in := lines.NewReader(r, s.Limits().Bytes)
		for in.Next() {
			line := strings.TrimSpace(in.Text())
			if line == "" || line[0] == '#' {
				continue
			}
			m := assignment.FindStringSubmatch(line)
			if m == nil {
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected NAME=value")}
			}
			at := vendors.Location{Pointer: "/" + m[1], Offset: in.Offset() + int64(strings.Index(in.Text(), line)+len(m[1])+1)}
			value, lead, err := unquote(m[2])
			if err != nil {
				return &sbom.Error{Pointer: at.Pointer, Offset: at.Offset, Kind: sbom.ErrSyntax, Err: err}
			}
			at.Offset += int64(lead)
			if lead > 0 { // the closing quote is there
				in.Whole()
			}
			if lead == 0 && strings.ContainsAny(value, " \t;&|<>()`$\\") { // a shell makes something else of it
				s.Malformed(sbom.WarnMalformed, "a value with blanks or signs of the shell, without quotes", at)
			}
			name := m[1]
			for _, prefix := range []string{"OPENWRT_", "LEDE_"} {
				name = strings.TrimPrefix(name, prefix)
			}
			f, ok := fields[name]
			if !ok {
				ok = name == "VERSION_ID" || name == "DISTRIB_RELEASE"
				if ok && system.Version == "" {
					system.Version = value
				}
				unread(s, name, value, at)
				continue
			}
			c := system
			if f.device {
				c = device
			}
			if seen[m[1]] {
				c.Malformed++
				s.Warn(sbom.WarnMalformed, m[1]+" is set twice", at)
			}
			seen[m[1]] = true
			switch name {
			case "NAME", "DEVICE_PRODUCT", "DISTRIB_ID":
				c.Name = value
			case "ID":
				if c.Name == "" {
					c.Name = value
				}
			case "DEVICE_MANUFACTURER":
				c.Group = value
			}
			s.Claim(c, f.role, f.kind, value, at)
		}
		if err := in.End(s); err != nil {
			return err
		}
		for _, c := range []*sbom.Component{system, device} {
			if len(c.Claims) > 0 || c.Malformed > 0 {
				if !s.Emit(*c) {
					return nil
				}
			}
		}
		return nil
	})
}

// unread counts a variable that is not read and that may say who made the system or the device,
// or that is one of those in another case.
func unread(s *sbom.Sink, name, value string, at vendors.Location) {
	f, near := fields[strings.ToUpper(name)]
	if !near || !f.role.IsOrigin() {
		near = makerName.MatchString(name)
	}
	if near && !names.Placeholder(value) {
		s.Malformed(sbom.WarnSimilarField, "the variable "+name+" may say who made something; it was not screened", at)
	}
}

// unquote takes the quotes of a shell's assignment off, and says how many bytes stand
// before the value.
func unquote(s string) (value string, lead int, err error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return s, 0, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == s[0]:
			if strings.TrimSpace(s[i+1:]) != "" {
				return "", 0, errors.New("text behind the closing quote")
			}
			return b.String(), 1, nil
		case c == '\\' && s[0] == '"' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, errors.New("no closing quote")
}
