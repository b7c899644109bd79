// SPDX-License-Identifier: Apache-2.0

// Package windows reads Windows files:
//
//	windows-executable  the version resource (VS_VERSIONINFO) and the certificates of the
//	                    Authenticode signature of an executable
//	windows-inf         the setup information file of a driver or a firmware update (Microsoft,
//	                    "Windows Driver INF files": sections Version, Manufacturer and Strings)
//
// The CompanyName of an executable is its manufacturer: the maker sets it when it builds the
// program. The names of the product and the file are mentions, and so is the copyright. Signatures
// are not checked, so the subject of a certificate is only a mention. EFI applications and drivers
// are executables too, and count as firmware.
//
// The driver or firmware of an INF file is the primary component, and the Provider is its
// publisher. The section Manufacturer names manufacturers. Hardware IDs are mentions, because a
// driver does not always come from the vendor of the device. The GUIDs of the firmware that an
// update is for are identifiers.
package windows

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The formats' names in reports.
const (
	NameExecutable = "windows-executable"
	NameINF        = "windows-inf"
)

var (
	version   = lazyregexp.New(`(?mi)^[ \t]*\[version\][ \t]*\r?$`)
	signature = lazyregexp.New(`(?mi)^[ \t]*signature[ \t]*=[ \t]*"?\$(?:windows nt|windows 95|chicago)\$`)
	section   = lazyregexp.New(`^\[([^\]]+)\]$`)
	token     = lazyregexp.New(`%([^%]+)%`)
	resource  = lazyregexp.New(`(?i)UEFI\\RES_\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}`)
	firmware  = lazyregexp.New(`(?i),\s*FirmwareId\s*,[^{]*\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}`)
	bus       = lazyregexp.New(`(?i)\b(PCI\\VEN_|USB\\VID_)([0-9a-f]{4})`)
)

// SniffINF reports whether a document that starts with head is an INF file.
func SniffINF(head []byte) bool {
	// Most documents are in other formats, and regular expressions are slow.
	return bytes.IndexByte(head, '[') >= 0 && (bytes.Contains(head, []byte("ignature")) || bytes.Contains(head, []byte("IGNATURE"))) &&
		bytes.IndexByte(head, 0) < 0 && version.Match(head) && signature.Match(head)
}

// A line is an assignment, or a line without one, which has no key.
type line struct {
	section, key, value string
	offset              int64 // of value
	keyOffset           int64
}

// maxLines limits a file. Its lines are kept in memory, because the strings can be at the end.
const maxLines = 200_000

// ReadINF returns the driver or firmware of an INF file.
func ReadINF(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameINF, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		all, err := parse(r, s)
		if err != nil {
			return err
		}
		x := &reader{s: s, strings: make(map[string][]line), seen: make(map[string]bool), c: sbom.Component{Ref: "driver", Type: "device-driver", Name: "driver", Placement: sbom.Primary, Location: vendors.Location{Pointer: "/"}}}
		for _, l := range all {
			// Strings.0409 is for one language, Strings for all others.
			if name := strings.ToLower(l.section); name == "strings" || strings.HasPrefix(name, "strings.") {
				x.define(l)
			}
		}
		for _, l := range all {
			x.take(l)
		}
		s.Emit(x.c)
		return nil
	})
}

// parse reads the lines. A line that ends in a backslash continues on the next line.
func parse(r io.Reader, s *sbom.Sink) ([]line, error) {
	var all []line
	in := lines.NewReader(r, s.Limits().Bytes)
	name, held := "", ""
	for in.Next() {
		text := held + strings.TrimSpace(uncomment(strings.TrimPrefix(in.Text(), "\ufeff")))
		if held = ""; strings.HasSuffix(text, `\`) {
			held = strings.TrimSuffix(text, `\`)
			if len(held) > lines.MaxLine {
				return nil, &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrLimit, Err: fmt.Errorf("a continued line is longer than %d bytes", lines.MaxLine)}
			}
			continue
		}
		if m := section.FindStringSubmatch(text); m != nil {
			name = strings.TrimSpace(m[1])
			continue
		}
		if text == "" {
			continue
		}
		key, value, found := strings.Cut(text, "=")
		if !found {
			key, value = "", text
		}
		l := line{section: name, key: strings.TrimSpace(key), value: unquote(strings.TrimSpace(value))}
		l.offset = in.Offset() + int64(max(0, strings.LastIndex(in.Text(), l.value)))
		l.keyOffset = in.Offset() + int64(max(0, strings.Index(in.Text(), l.key)))
		if all = append(all, l); len(all) > maxLines {
			return nil, &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrLimit, Err: fmt.Errorf("more than %d lines", maxLines)}
		}
	}
	if held != "" {
		s.Malformed(sbom.WarnIncomplete, "the last line ends in a backslash, but no line follows: the text may have been cut off", vendors.Location{Offset: in.Offset()})
	}
	return all, in.End(s)
}

// uncomment removes the comment after a semicolon outside of quotes.
func uncomment(s string) string {
	quoted := false
	for i, c := range s {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			return s[:i]
		}
	}
	return s
}

func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

type reader struct {
	s       *sbom.Sink
	strings map[string][]line // by name, without duplicate values
	c       sbom.Component
	seen    map[string]bool // claims
}

// maxValues limits the values of a string. Windows has fewer languages.
const maxValues = 250

// define adds a string. Two values of one name in the same section are an error. Other sections are
// for other languages.
func (x *reader) define(l line) {
	key := strings.ToLower(l.key)
	bad := func(message string) {
		x.c.Malformed++
		x.s.Warn(sbom.WarnMalformed, message, vendors.Location{Pointer: "/" + l.section + "/" + l.key, Offset: l.offset})
	}
	for _, before := range x.strings[key] {
		switch {
		case before.value == l.value:
			return
		case strings.EqualFold(before.section, l.section):
			bad("the string " + l.key + " has two values")
			return
		}
	}
	if len(x.strings[key]) >= maxValues {
		bad(fmt.Sprintf("the string %s has more than %d values; the others were not screened", l.key, maxValues))
		return
	}
	x.strings[key] = append(x.strings[key], l)
}

// values returns a text or, if the text is the name of a string, its values in all languages.
func (x *reader) values(text string, offset int64) []line {
	if m := token.FindStringSubmatch(text); m != nil && m[0] == text {
		if all := x.strings[strings.ToLower(m[1])]; len(all) > 0 {
			return all
		}
	}
	value, offset := x.resolve(text, offset)
	return []line{{value: value, offset: offset}}
}

// resolve replaces names of strings by their values in the first language.
func (x *reader) resolve(text string, offset int64) (string, int64) {
	if m := token.FindStringSubmatch(text); m != nil && m[0] == text {
		if all := x.strings[strings.ToLower(m[1])]; len(all) > 0 {
			return all[0].value, all[0].offset
		}
		x.c.Malformed++
		x.s.Warn(sbom.WarnUnresolved, "undefined string "+text+"; it was not screened", vendors.Location{Offset: offset})
		return "", offset
	}
	return token.ReplaceAllStringFunc(text, func(name string) string {
		if all := x.strings[strings.ToLower(strings.Trim(name, "%"))]; len(all) > 0 {
			return all[0].value
		}
		return name
	}), offset
}

// claim adds a claim once.
func (x *reader) claim(role vendors.Role, kind vendors.Kind, text, pointer string, offset int64) {
	if key := string(role) + string(kind) + text; !x.seen[key] {
		x.seen[key] = true
		x.s.Claim(&x.c, role, kind, text, vendors.Location{Pointer: pointer, Offset: offset})
	}
}

// take reads a line.
func (x *reader) take(l line) {
	pointer := "/" + l.section + "/" + l.key
	switch strings.ToLower(l.section) {
	case "version":
		switch strings.ToLower(l.key) {
		case "provider":
			for i, v := range x.values(l.value, l.offset) {
				if i == 0 {
					x.c.Group = v.value
				}
				x.claim(vendors.Publisher, vendors.KindName, v.value, pointer, v.offset)
			}
		case "driverver":
			if _, v, ok := strings.Cut(l.value, ","); ok {
				x.c.Version = strings.TrimSpace(v)
			}
		case "class":
			if strings.EqualFold(l.value, "Firmware") {
				x.c.Type = "firmware"
			}
		}
	case "manufacturer":
		name, offset := l.key, l.keyOffset
		if name == "" {
			name, offset = l.value, l.offset
		}
		for _, v := range x.values(name, offset) {
			x.claim(vendors.Manufacturer, vendors.KindName, v.value, pointer, v.offset)
		}
	}
	for _, id := range []*lazyregexp.Regexp{resource, firmware} {
		for _, m := range id.FindAllStringSubmatch(l.value, -1) {
			x.claim(vendors.Namespace, vendors.KindGUID, strings.ToLower(m[1]), pointer, l.offset)
			if name, _ := x.resolve(l.key, l.keyOffset); name != "" && id == resource {
				x.c.Name = name
				x.claim(vendors.Mention, vendors.KindProduct, name, pointer, l.keyOffset)
			}
		}
	}
	for _, m := range bus.FindAllStringSubmatch(l.value, -1) {
		kind := vendors.KindPCI
		if strings.EqualFold(m[1][:3], "USB") {
			kind = vendors.KindUSB
		}
		x.claim(vendors.Mention, kind, strings.ToLower(m[2]), pointer, l.offset)
	}
}
