// SPDX-License-Identifier: Apache-2.0

// Package pkgdb reads the lists of packages of an installed system or of a package feed.
//
//	deb822            dpkg and opkg: status, Packages, control, and the control files of
//	                  source packages (.dsc), signed or not (Debian Policy, chapter 5)
//	apk-installed     the installed database of apk (lib/apk/db/installed)
//	openwrt-manifest  the manifest of an OpenWrt image: lines "name - version", or
//	                  "name version" as "apk list --manifest" prints them
//
// The maintainer of a package packaged it, and is an author. The distribution (Origin) is a
// distributor. Vendor, a field of third-party packages, is a supplier. The address of the source
// (Vcs-Git and other Vcs fields) is a reference. Most packages name no vendor, and have no vendor
// identity. Signatures are not checked.
//
// A package that was removed, except for its configuration, is no longer in the product. It is marked
// as pedigree, and not omitted.
//
// Locations are "/package/Field" with the offset of the value.
package pkgdb

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
	"github.com/clause76/clause76/internal/lazyregexp"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// The formats' names in reports.
const (
	NameDeb822   = "deb822"
	NameAPK      = "apk-installed"
	NameManifest = "openwrt-manifest"
)

// A grammar describes a text of paragraphs, with one package each.
type grammar struct {
	label         *lazyregexp.Regexp // the start of a line, up to its value
	name, version string
	fields        format.Table
	folded        bool // a line that starts with white space continues the field before it
}

var deb822 = &grammar{
	// Debian Policy 5.1 allows more characters, but no known field has them.
	label: lazyregexp.New(`^([A-Za-z0-9][A-Za-z0-9_-]*):[ \t\f\v]*`),
	name:  "Package", version: "Version",
	fields: format.Table{
		"Package":             {Role: vendors.Mention, Kind: vendors.KindProduct},
		"Vendor":              {Role: vendors.Supplier, Kind: vendors.KindName},
		"Supplier":            {Role: vendors.Supplier, Kind: vendors.KindName},
		"Manufacturer":        {Role: vendors.Manufacturer, Kind: vendors.KindName},
		"Publisher":           {Role: vendors.Publisher, Kind: vendors.KindName},
		"Origin":              {Role: vendors.Distributor, Kind: vendors.KindName},
		"Uploaders":           {Role: vendors.Author, Kind: vendors.KindName},
		"Changed-By":          {Role: vendors.Author, Kind: vendors.KindName},
		vcs:                   {Role: vendors.Reference, Kind: vendors.KindURL},
		"Maintainer":          {Role: vendors.Author, Kind: vendors.KindName},
		"Original-Maintainer": {Role: vendors.Author, Kind: vendors.KindName},
		"Homepage":            {Role: vendors.Homepage, Kind: vendors.KindURL},
		"URL":                 {Role: vendors.Homepage, Kind: vendors.KindURL},
		"CPE-ID":              {Role: vendors.Namespace, Kind: vendors.KindCPE},
		"Description":         {Role: vendors.Mention, Kind: vendors.KindText},
	},
	folded: true,
}

var apk = &grammar{
	label: lazyregexp.New(`^([A-Za-z]):`),
	name:  "P", version: "V",
	fields: format.Table{
		"P": {Role: vendors.Mention, Kind: vendors.KindProduct},
		"m": {Role: vendors.Author, Kind: vendors.KindName},
		"U": {Role: vendors.Homepage, Kind: vendors.KindURL},
		"T": {Role: vendors.Mention, Kind: vendors.KindText},
	},
}

// vcs represents all fields with the address of the source: "Vcs-Browser", "Vcs-Git".
const vcs = "Vcs-*"

// userDefined matches the prefix of fields that the policy does not define (5.7): "XB-Vendor".
var userDefined = lazyregexp.New(`^X[BCSbcs]*-`)

// known returns the name of a field as the grammar spells it. Names in control files are not
// case-sensitive (Debian Policy 5.1). Names in databases of apk are.
func (g *grammar) known(name string) string {
	if g.folded {
		name = userDefined.ReplaceAllString(name, "")
		if len(name) > 4 && strings.EqualFold(name[:4], vcs[:4]) {
			return vcs
		}
		for known := range g.fields {
			if strings.EqualFold(name, known) {
				return known
			}
		}
		for _, known := range [...]string{g.version, "Status"} {
			if strings.EqualFold(name, known) {
				return known
			}
		}
	}
	return name
}

// SniffDeb822 reports whether a document that starts with head is a list of packages in
// the syntax of Debian's control files.
func SniffDeb822(head []byte) bool {
	named, versioned := false, false
	source := false // a source package
	for line := range unarmored(lines.Head(head)) {
		if line == "" {
			if named {
				break
			}
			continue
		}
		m := deb822.label.FindStringSubmatch(line)
		switch {
		case line[0] == ' ' || line[0] == '\t':
			if !named && !versioned {
				return false
			}
		case m == nil:
			return false
		case strings.EqualFold(m[1], "Package"), source && strings.EqualFold(m[1], "Source"):
			named = true
		case strings.EqualFold(m[1], "Format"):
			source = sourceFormat.MatchString(line[len(m[0]):])
		case slices.ContainsFunc([]string{"Version", "Status", "Architecture", "Depends", "Maintainer"}, func(f string) bool { return strings.EqualFold(m[1], f) }):
			versioned = true
		}
		if named && versioned {
			return true
		}
	}
	return false
}

// SniffAPK reports whether a document that starts with head is the database of apk.
func SniffAPK(head []byte) bool {
	seen := ""
	for line := range lines.Head(head) {
		if line == "" {
			if seen != "" {
				break
			}
			continue
		}
		m := apk.label.FindStringSubmatch(line)
		if m == nil {
			return false
		}
		if seen += m[1]; strings.ContainsAny(seen, "P") && strings.ContainsAny(seen, "V") && strings.ContainsAny(seen, "CAo") {
			return true
		}
	}
	return false
}

// The two kinds of manifests, by the form of their lines.
var (
	// opkgLine matches a line of the manifest of an image with opkg as its package manager.
	opkgLine = lazyregexp.New(`^([A-Za-z0-9][A-Za-z0-9+._-]*) - ([A-Za-z0-9~][^\s]*)$`)
	// apkLine matches a line that "apk list --manifest" prints. Versions start with a digit (apk-package(5)).
	apkLine = lazyregexp.New(`^([a-z0-9_][A-Za-z0-9+._-]*) (\d[a-z0-9._~]*(?:-r\d+)?)$`)
	// revision matches the package revision, which most versions of apk end with.
	revision = lazyregexp.New(`-r\d+$`)
)

// everywhere are packages that every OpenWrt image has.
var everywhere = []string{"base-files", "libc"}

// SniffManifest reports whether a document that starts with head is the manifest of an image. All
// lines must have the form of a manifest. A line of apk is only two words, so one of the packages
// must be in every image, or there must be at least three lines that all have a revision.
func SniffManifest(head []byte) bool {
	n, apks, known, revisions := 0, 0, false, 0
	for line := range lines.Head(head) {
		if line == "" {
			continue
		}
		n++
		if m := apkLine.FindStringSubmatch(line); m != nil {
			apks++
			known = known || slices.Contains(everywhere, m[1])
			if revision.MatchString(line) {
				revisions++
			}
		} else if n <= 20 && !opkgLine.MatchString(line) {
			return false
		}
	}
	if apks > 0 {
		return apks == n && (known || n >= 3 && revisions == n)
	}
	return n >= 3
}

// ReadDeb822 returns the packages of a dpkg or opkg database or index.
func ReadDeb822(r io.Reader, opts *sbom.Options) *sbom.Document {
	return read(NameDeb822, deb822, r, opts)
}

// ReadAPK returns the packages of a database of apk.
func ReadAPK(r io.Reader, opts *sbom.Options) *sbom.Document { return read(NameAPK, apk, r, opts) }

func read(name string, g *grammar, r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: name, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		x := &reader{g: g, s: s, in: lines.NewReader(r, s.Limits().Bytes)}
		for x.in.Next() {
			if !x.line(x.in.Text(), x.in.Offset()) {
				return nil
			}
		}
		x.flush()
		if x.whole() || x.armor == afterward {
			x.in.Whole()
		}
		x.unsigned()
		if err := x.in.End(s); err != nil {
			return err
		}
		x.emit()
		return nil
	})
}

// spdx are the tags that every SPDX document has, and those that name a supplier.
var spdx = []string{"SPDXVersion", "SPDXID", "DataLicense", "PackageName", "PackageSupplier", "PackageOriginator"}

type reader struct {
	g          *grammar
	s          *sbom.Sink
	in         *lines.Reader
	c          *sbom.Component
	seen       map[string]bool
	field      string // the field that a folded line continues
	value      []byte // the value of that field, if it is read as a whole
	valueAt    int64
	armor      armorState
	paragraphs int
	all        []string // the fields that are in all paragraphs so far
}

// whole reports whether the fields of the last paragraph show that it is complete: it has the
// required fields and all fields that all other paragraphs have, and its last value is not the name
// or identifier of a maker, which may have been cut off. If there is only one paragraph, it must
// name its maintainer, because that field may have been cut off.
func (x *reader) whole() bool {
	if x.c == nil || x.c.Name == "" || x.c.Version == "" || x.field == x.g.name || x.field == x.g.version {
		return false
	}
	switch f := x.g.fields[x.field]; {
	case f.Role.IsOrigin(), f.Role == vendors.Namespace:
		return false
	case f.Role == vendors.Author: // complete if it ends with an e-mail address
		if n := len(x.c.Claims); n == 0 || x.c.Claims[n-1].Kind != vendors.KindEmail {
			return false
		}
	}
	if x.paragraphs == 0 {
		for field := range x.seen {
			if f := x.g.fields[field]; f.Role == vendors.Author {
				return true
			}
		}
		return false
	}
	return !slices.ContainsFunc(x.all, func(field string) bool { return !x.seen[field] })
}

// line reads one line and reports whether to go on.
func (x *reader) line(line string, offset int64) bool {
	if x.g.folded {
		var armor bool
		if line, armor = x.armored(line, offset); armor {
			return x.armor != signed || x.emit()
		}
	}
	if strings.TrimSpace(line) == "" {
		return x.emit()
	}
	if x.c == nil {
		x.c, x.seen = &sbom.Component{Type: "application", Location: vendors.Location{Offset: offset}}, make(map[string]bool)
	}
	if x.g.folded && (line[0] == ' ' || line[0] == '\t') {
		if text := strings.TrimSpace(line); text != "." && x.field != "" {
			x.more(text, offset+int64(strings.Index(line, text)))
		}
		return true
	}
	x.flush()
	m := x.g.label.FindStringSubmatch(line)
	if m == nil {
		x.bad("expected a line \"Field: value\"; it was not screened", offset)
		return true
	}
	x.field = x.g.known(m[1])
	if x.g.folded && x.field == "Source" && x.seen["Format"] && x.c.Name == "" {
		x.field = x.g.name // of a source package
	}
	value := strings.TrimRight(line[len(m[0]):], " \t\f\v")
	x.check(value, offset)
	x.seen[x.field] = true
	x.start(value, offset+int64(len(m[0])))
	return true
}

// check counts a field that should not be in the paragraph: an unknown field that may name a maker, a
// repeated field, or a field of SPDX.
func (x *reader) check(value string, offset int64) {
	_, known := x.g.fields[x.field]
	isSPDX := x.g.folded && slices.Contains(spdx, x.field)
	if !known && x.g.folded && format.MayNameMaker(x.field) && !isSPDX && !names.Placeholder(value) {
		x.bad(fmt.Sprintf("the field %q may say who made something; it was not screened", x.field), offset)
	}
	if x.seen[x.field] && (known && x.field != vcs || x.field == x.g.version) {
		x.bad("the field "+x.field+" is repeated in one paragraph", offset)
	}
	if isSPDX {
		x.bad("the field "+x.field+" belongs to SPDX's tag-value format, and other parsers may read the text as SPDX", offset)
	}
}

// asWhole reports whether the lines of the field are read as one value, like those of a name. Each
// line of a description is a text of its own.
func (x *reader) asWhole() bool {
	f, ok := x.g.fields[x.field]
	return x.g.folded && ok && f.Kind != vendors.KindText && x.field != x.g.name
}

// start reads the first line of the field.
func (x *reader) start(value string, offset int64) {
	if x.asWhole() {
		x.value, x.valueAt = append(x.value[:0], value...), offset
		return
	}
	x.take(x.field, value, offset)
}

// more reads a line that continues the field.
func (x *reader) more(text string, offset int64) {
	switch {
	case !x.asWhole():
		x.take(x.field, text, offset)
	case len(x.value) == 0:
		x.value, x.valueAt = append(x.value, text...), offset
	case len(x.value) < lines.MaxLine:
		x.value = append(append(x.value, ' '), text...)
	default:
		x.bad(fmt.Sprintf("the field %s is longer than %d bytes; the rest was not screened", x.field, lines.MaxLine), offset)
	}
}

// flush ends a field that is read as a whole.
func (x *reader) flush() {
	if x.c == nil || len(x.value) == 0 {
		return
	}
	value := string(x.value)
	x.value = x.value[:0]
	if x.field == vcs { // "https://… -b branch [folder]"
		value, _, _ = strings.Cut(value, " ")
	}
	x.take(x.field, value, x.valueAt)
}

// bad counts something in the paragraph that was not screened.
func (x *reader) bad(message string, offset int64) {
	format.Malformed(x.s, x.c, sbom.WarnMalformed, message, vendors.Location{Pointer: x.c.Location.Pointer, Offset: offset})
}

// take reads the value of a field, or one more line of it.
func (x *reader) take(name, value string, offset int64) {
	c := x.c
	switch name {
	case x.g.name:
		if c.Name == "" {
			c.Name, c.Ref = value, value
			c.Location.Pointer = "/" + value
		}
	case x.g.version:
		c.Version = value
	case "Status":
		words := strings.Fields(value)
		c.Pedigree = x.g.folded && len(words) == 3 && (words[2] == "config-files" || words[2] == "not-installed")
	}
	f, ok := x.g.fields[name]
	if !ok {
		return
	}
	at := vendors.Location{Pointer: "/" + c.Name + "/" + name, Offset: offset}
	if f.Role == vendors.Author {
		x.s.Contact(c, f.Role, value, at)
		return
	}
	x.s.Claim(c, f.Role, f.Kind, value, at)
}

// emit ends the paragraph and reports whether to go on.
func (x *reader) emit() bool {
	x.flush()
	c := x.c
	x.c, x.field = nil, ""
	if c == nil {
		return true
	}
	if x.paragraphs++; x.paragraphs == 1 {
		x.all = slices.Sorted(maps.Keys(x.seen))
	} else {
		x.all = slices.DeleteFunc(x.all, func(field string) bool { return !x.seen[field] })
	}
	if c.Name == "" {
		x.s.Malformed(sbom.WarnMalformed, "a paragraph has no field "+x.g.name+", so its package has no name", c.Location)
		c.Location.Pointer = "/"
	} else if c.Version == "" {
		c.Malformed++ // the version is mandatory, so the end of the text may be missing
		x.s.Warn(sbom.WarnIncomplete, "a package without a version: the text may have been cut off", c.Location)
	}
	return x.s.Emit(*c)
}

// ReadManifest returns the packages in the manifest of an image.
func ReadManifest(r io.Reader, opts *sbom.Options) *sbom.Document {
	return sbom.NewDocument(sbom.Header{Format: NameManifest, Encoding: "text"}, opts, func(s *sbom.Sink) error {
		s.PlacementFinal()
		in := lines.NewReader(r, s.Limits().Bytes)
		form, first := opkgLine, true
		for in.Next() {
			if in.Text() == "" {
				continue
			}
			if first && apkLine.MatchString(in.Text()) {
				form = apkLine
			}
			first = false
			m := form.FindStringSubmatch(in.Text())
			if m == nil {
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected a line \"name - version\", or \"name version\" if the first line has this form")}
			}
			c := sbom.Component{Ref: m[1], Type: "application", Name: m[1], Version: m[2], Location: vendors.Location{Pointer: "/" + m[1], Offset: in.Offset()}}
			s.Claim(&c, vendors.Mention, vendors.KindProduct, c.Name, c.Location)
			if !s.Emit(c) {
				return nil
			}
		}
		return in.End(s)
	})
}
