// SPDX-License-Identifier: Apache-2.0

// Package pkgdb reads the lists of packages that an installed system or its feed
// carries.
//
//	deb822            dpkg and opkg: status, Packages, control, and the control files of
//	                  source packages (.dsc), signed or not (Debian Policy, chapter 5)
//	apk-installed     the installed database of apk (lib/apk/db/installed)
//	openwrt-manifest  the list beside an OpenWrt image: "name - version", or "name version"
//	                  as "apk list --manifest" prints it
//
// A package's maintainer is the one who packaged it, so an author; the distribution
// (Origin) is a distributor; Vendor, which third parties' packages have, is a supplier.
// Where the source is kept (Vcs-Git and the like) is a reference. Most packages name nobody,
// and are unidentified. A signature is not checked.
//
// A package that was removed and left its configuration behind is not in the product
// any more, and is marked as indirect. No status is a reason to leave one out.
//
// Locations are "/package/Field" with the offset of the value.
package pkgdb

import (
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/clause76/clause76/firmware/internal/lines"
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

// A field says what a field of a paragraph is about.
type field struct {
	role vendors.Role
	kind vendors.Kind
}

// A grammar is a text of paragraphs, each a package.
type grammar struct {
	label         *regexp.Regexp // the start of a line, up to its value
	name, version string
	fields        map[string]field
	folded        bool // lines that start with white space go on with the field above
}

var deb822 = &grammar{
	// Debian Policy 5.1 allows more characters; no field has them.
	label: regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]*):[ \t\f\v]*`),
	name:  "Package", version: "Version",
	fields: map[string]field{
		"Package":             {vendors.Mention, vendors.KindProduct},
		"Vendor":              {vendors.Supplier, vendors.KindName},
		"Supplier":            {vendors.Supplier, vendors.KindName},
		"Manufacturer":        {vendors.Manufacturer, vendors.KindName},
		"Publisher":           {vendors.Publisher, vendors.KindName},
		"Origin":              {vendors.Distributor, vendors.KindName},
		"Uploaders":           {vendors.Author, vendors.KindName},
		"Changed-By":          {vendors.Author, vendors.KindName},
		vcs:                   {vendors.Reference, vendors.KindURL},
		"Maintainer":          {vendors.Author, vendors.KindName},
		"Original-Maintainer": {vendors.Author, vendors.KindName},
		"Homepage":            {vendors.Homepage, vendors.KindURL},
		"URL":                 {vendors.Homepage, vendors.KindURL},
		"CPE-ID":              {vendors.Namespace, vendors.KindCPE},
		"Description":         {vendors.Mention, vendors.KindText},
	},
	folded: true,
}

var apk = &grammar{
	label: regexp.MustCompile(`^([A-Za-z]):`),
	name:  "P", version: "V",
	fields: map[string]field{
		"P": {vendors.Mention, vendors.KindProduct},
		"m": {vendors.Author, vendors.KindName},
		"U": {vendors.Homepage, vendors.KindURL},
		"T": {vendors.Mention, vendors.KindText},
	},
}

// vcs stands for all fields that say where the source is kept: "Vcs-Browser", "Vcs-Git".
const vcs = "Vcs-*"

// userDefined begins fields that are not of the policy (5.7): "XB-Vendor".
var userDefined = regexp.MustCompile(`^X[BCSbcs]*-`)

// known returns a field's name as the grammar has it: those of control files are not
// case-sensitive (Debian Policy 5.1), those of apk are.
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

// SniffAPK reports whether a document that starts with head is apk's database.
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

// The forms of a manifest, a line each.
var (
	// opkgLine is a line of the manifest of an image with opkg as its package manager.
	opkgLine = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9+._-]*) - ([A-Za-z0-9~][^\s]*)$`)
	// apkLine is what "apk list --manifest" prints. Versions start with a digit (apk-package(5)).
	apkLine = regexp.MustCompile(`^([a-z0-9_][A-Za-z0-9+._-]*) (\d[a-z0-9._~]*(?:-r\d+)?)$`)
	// revision ends most versions of apk: the packager's own count.
	revision = regexp.MustCompile(`-r\d+$`)
)

// everywhere are packages of every image of OpenWrt.
var everywhere = []string{"base-files", "libc"}

// SniffManifest reports whether a document that starts with head is an image's manifest:
// all its lines are. In apk's form, which is two words and could be of much else, one of them is
// a package of every image, or there are three or more and all have a revision.
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

// ReadAPK returns the packages of apk's database.
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

// spdx are tags without which a text is no SPDX document, or names no supplier.
var spdx = []string{"SPDXVersion", "SPDXID", "DataLicense", "PackageName", "PackageSupplier", "PackageOriginator"}

type reader struct {
	g          *grammar
	s          *sbom.Sink
	in         *lines.Reader
	c          *sbom.Component
	seen       map[string]bool
	field      string // that a folded line goes on with
	value      []byte // of that field, if it is one that is read as a whole
	valueAt    int64
	armor      armorState
	paragraphs int
	all        []string // the fields that all paragraphs have that were read
}

// whole reports whether the last paragraph is whole by its fields: it has those that each has to
// have, and those that all others have, and does not end in a maker's name or number, which may be
// the start of a longer one. Without others to compare with, it has to name its maintainer: what
// was cut off could be that field.
func (x *reader) whole() bool {
	if x.c == nil || x.c.Name == "" || x.c.Version == "" || x.field == x.g.name || x.field == x.g.version {
		return false
	}
	switch f := x.g.fields[x.field]; {
	case f.role.IsOrigin(), f.role == vendors.Namespace:
		return false
	case f.role == vendors.Author: // whole if its address has an end
		if n := len(x.c.Claims); n == 0 || x.c.Claims[n-1].Kind != vendors.KindEmail {
			return false
		}
	}
	if x.paragraphs == 0 {
		for field := range x.seen {
			if f := x.g.fields[field]; f.role == vendors.Author {
				return true
			}
		}
		return false
	}
	return !slices.ContainsFunc(x.all, func(field string) bool { return !x.seen[field] })
}

// line takes one line and reports whether to go on.
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
	_, known := x.g.fields[x.field]
	if !known && x.g.folded && format.MayNameMaker(x.field) && !slices.Contains(spdx, x.field) && !names.Placeholder(value) {
		x.bad("the field "+x.field+" may say who made the package; it was not screened", offset)
	}
	if x.seen[x.field] && (known && x.field != vcs || x.field == x.g.version) {
		x.bad("the field "+x.field+" stands twice in one paragraph", offset)
	}
	if x.g.folded && slices.Contains(spdx, x.field) {
		x.bad("the field "+x.field+" is of SPDX's tag-value format, which other readers may take this for", offset)
	}
	x.seen[x.field] = true
	x.start(value, offset+int64(len(m[0])))
	return true
}

// asWhole reports whether the value of the field is read as a whole: a name goes on in the next
// line, of a description each line is a text.
func (x *reader) asWhole() bool {
	f, ok := x.g.fields[x.field]
	return x.g.folded && ok && f.kind != vendors.KindText && x.field != x.g.name
}

// start takes the first line of the field's value.
func (x *reader) start(value string, offset int64) {
	if x.asWhole() {
		x.value, x.valueAt = append(x.value[:0], value...), offset
		return
	}
	x.take(x.field, value, offset)
}

// more takes a line with which the field's value goes on.
func (x *reader) more(text string, offset int64) {
	switch {
	case !x.asWhole():
		x.take(x.field, text, offset)
	case len(x.value) == 0:
		x.value, x.valueAt = append(x.value, text...), offset
	case len(x.value) < lines.MaxLine:
		x.value = append(append(x.value, ' '), text...)
	default:
		x.bad("the field "+x.field+" is longer than is read", offset)
	}
}

// flush takes the field that is read as a whole.
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

func (x *reader) bad(message string, offset int64) {
	x.c.Malformed++
	x.s.Warn(sbom.WarnMalformed, message, vendors.Location{Pointer: x.c.Location.Pointer, Offset: offset})
}

// take takes the value of a field, or one more line of it.
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
	if f.role == vendors.Author {
		x.s.Contact(c, f.role, value, at)
		return
	}
	x.s.Claim(c, f.role, f.kind, value, at)
}

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
		x.s.Malformed(sbom.WarnMalformed, "a paragraph without "+x.g.name+": its package cannot be named", c.Location)
		c.Location.Pointer = "/"
	} else if c.Version == "" {
		c.Malformed++ // it is mandatory, and the only sign that the text goes on to its end
		x.s.Warn(sbom.WarnIncomplete, "a package without a version: something may be missing", c.Location)
	}
	return x.s.Emit(*c)
}

// ReadManifest returns the packages of an image's manifest.
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
				return &sbom.Error{Offset: in.Offset(), Kind: sbom.ErrSyntax, Err: errors.New("expected a line \"name - version\", or \"name version\" as the first one")}
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
