// SPDX-License-Identifier: Apache-2.0

// Package dn reads the names of organizations in the distinguished names of certificates.
package dn

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
)

// Organizations returns the organizations (O) in the subject of a certificate, or its common
// names (CN) if it has none. It reads the notations that programs write: RFC 4514
// ("CN=x,O=A\, B"), RFC 1779 (quotes, semicolons), and those of OpenSSL with blanks
// ("C = RU, O = A") and with slashes ("/C=RU/O=A").
func Organizations(subject string) (names []string) {
	var common []string
	for len(subject) > 0 {
		var attribute string
		attribute, subject = cutAttribute(subject)
		typ, value, ok := strings.Cut(attribute, "=")
		if !ok {
			continue
		}
		switch typ = strings.ToLower(strings.TrimSpace(typ)); strings.TrimPrefix(typ, "oid.") {
		case "o", "organizationname", "2.5.4.10":
			names = append(names, attributeValue(value))
		case "cn", "commonname", "2.5.4.3":
			common = append(common, attributeValue(value))
		}
	}
	if len(names) == 0 {
		return common
	}
	return names
}

// cutAttribute cuts off the first attribute of a distinguished name. In a name that begins with
// a slash, slashes separate the attributes and can occur in their values.
func cutAttribute(s string) (attribute, rest string) {
	slashes := strings.HasPrefix(s, "/")
	if slashes {
		s = s[1:]
	}
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case slashes && c == '/' && startsAttribute(s[i+1:]):
			return s[:i], s[i:]
		case !slashes && (c == ',' || c == ';' || c == '+' || c == '\n'),
			!slashes && c == ' ' && i > 0 && startsKnownAttribute(s[i+1:]):
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// startsKnownAttribute reports whether s begins with a common type and "=". It finds attributes
// that only blanks separate ("C = US O = A").
func startsKnownAttribute(s string) bool {
	typ, _, ok := strings.Cut(s[:min(len(s), 16)], "=")
	if !ok {
		return false
	}
	switch strings.ToUpper(strings.TrimRight(typ, " ")) {
	case "C", "CN", "DC", "E", "EMAILADDRESS", "L", "O", "OU", "S", "SERIALNUMBER", "SN", "ST", "STREET", "UID":
		return true
	}
	return false
}

// startsAttribute reports whether s begins with the type of an attribute and "=".
func startsAttribute(s string) bool {
	for i := range min(len(s), 64) {
		c := s[i]
		if c == '=' {
			return i > 0
		}
		if c != '.' && c != '-' && c != ' ' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return false
}

// attributeValue decodes the value of an attribute.
func attributeValue(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "#") {
		if der, err := hex.DecodeString(s[1:]); err == nil && len(der) > 2 {
			return derText(der)
		}
		return s
	}
	if n := len(s); n > 1 && s[0] == '"' && s[n-1] == '"' {
		s = s[1 : n-1]
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if i+1 < len(s) && ascii.HexDigit(s[i]) >= 0 && ascii.HexDigit(s[i+1]) >= 0 {
			b = append(b, byte(ascii.HexDigit(s[i])<<4|ascii.HexDigit(s[i+1])))
			i++
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// derText returns the text of a string in DER of less than 128 bytes.
func derText(der []byte) string {
	text := der[2:]
	if der[0] != 0x1e { // BMPString: two bytes a character
		return strings.ToValidUTF8(string(text), string(utf8.RuneError))
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
	}
	return string(utf16.Decode(units))
}

// MayHideLetters reports whether the subject of a certificate can contain letters as escapes or in
// hexadecimal.
func MayHideLetters(subject []byte) bool { return bytes.ContainsAny(subject, `\#`) }
