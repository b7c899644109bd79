// SPDX-License-Identifier: Apache-2.0

package purl

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
)

// Parts are the parts of a package URL by which it is looked up. Namespace and name are
// percent-decoded and otherwise as written. The qualifiers are as written.
type Parts struct {
	Type, Namespace, Name, Version, Qualifiers string
	// Scoped reports that the namespace is an npm scope. Namespace does not contain its "@".
	Scoped bool
}

// ParseTolerant reads a package URL that can break rules of its type and have frequent faults. It
// does not guess. note describes a fault in a package URL that it read. It does not allocate unless
// the package URL has escapes or characters beyond ASCII.
func ParseTolerant(s string) (p Parts, note string, ok bool) {
	s = strings.TrimSpace(s)
	rest, ok := ascii.CutPrefixFold(s, "pkg:")
	if !ok {
		return Parts{}, "", false
	}
	rest = strings.TrimLeft(rest, "/")
	typ, path, ok := strings.Cut(rest, "/")
	if !ok || typ == "" || !plausibleType(typ) {
		return Parts{}, "", false
	}
	p.Type = ascii.Lower(typ)
	path, _, _ = strings.Cut(path, "#")
	path, p.Qualifiers, _ = strings.Cut(path, "?")
	if at := strings.LastIndexByte(path, '@'); at > 0 && path[at-1] != '/' {
		path, p.Version = path[:at], path[at+1:]
	}
	path = strings.Trim(path, "/")
	if slash := strings.LastIndexByte(path, '/'); slash >= 0 {
		p.Namespace, p.Name = path[:slash], path[slash+1:]
	} else {
		p.Name = path
	}
	if clean := ascii.CleanPath(p.Namespace); clean != p.Namespace {
		p.Namespace, note = clean, "its namespace has dots in the place of names"
	}
	if p.Type == "npm" {
		p.cutScope()
	}
	if ascii.IsPlain(p.Namespace) && ascii.IsPlain(p.Name) && !strings.HasPrefix(p.Name, "@") {
		if note == "" && p.Type == "maven" && p.Namespace == "" && strings.IndexByte(p.Name, ':') > 0 {
			note = "the group is a part of the name, with a colon after it"
		}
		return p, note, p.Name != "" && !strings.Contains(p.Namespace, "//")
	}
	return parseEscaped(s, p)
}

// IsUsual reports whether a package URL has the form that most have: no qualifiers, no subpath, and no
// escapes but that of an npm scope. [ParseTolerant] reads it without a note.
func IsUsual(s []byte) bool {
	rest, ok := bytes.CutPrefix(s, []byte("pkg:"))
	slash := bytes.IndexByte(rest, '/')
	if !ok || slash <= 0 || rest[0] < 'a' || rest[0] > 'z' {
		return false
	}
	for _, c := range rest[:slash] {
		if ascii.Alnum[c] == 0 || ascii.IsUpper(c) {
			return false
		}
	}
	path := rest[slash+1:]
	if string(rest[:slash]) == "npm" {
		path = bytes.TrimPrefix(path, []byte("%40"))
	}
	name := 0 // where it begins
	for i := 0; i < len(path); i++ {
		c := path[i]
		switch {
		case ascii.Alnum[c] != 0 || (c == '-' || c == '_' || c == '.') && i > name:
		case c == '/' && i > name:
			name = i + 1
		case c == '@' && i > name:
			return isUsualVersion(path[i+1:])
		default:
			return false
		}
	}
	return len(path) > name
}

func isUsualVersion(s []byte) bool {
	for _, c := range s {
		if ascii.Alnum[c] == 0 && c != '.' && c != '-' && c != '_' && c != '+' && c != '~' && c != ':' {
			return false
		}
	}
	return true
}

// parseEscaped reads a package URL with escapes or characters beyond ASCII. raw has its parts as
// written.
func parseEscaped(s string, raw Parts) (p Parts, note string, ok bool) {
	u, err := Parse(s)
	if errors.Is(err, ErrSyntax) && ascii.HasEscape(raw.Namespace, "2f") { // an encoded slash in the namespace
		u, err = Parse(decodeSlashes.Replace(s))
		note = "a slash in the namespace is encoded"
	}
	if errors.Is(err, ErrSyntax) {
		return Parts{}, "", false
	}
	p = Parts{Type: u.Type, Namespace: u.Namespace, Name: u.Name, Version: u.Version, Qualifiers: raw.Qualifiers}
	if namespace, name := ascii.UnescapeAll(p.Namespace), ascii.UnescapeAll(p.Name); namespace != p.Namespace || name != p.Name {
		if !utf8.ValidString(namespace) || !utf8.ValidString(name) {
			return Parts{}, "", false
		}
		p.Namespace, p.Name, note = namespace, name, "it is percent-encoded twice"
	}
	if owner, name, found := ascii.CutLast(strings.Trim(p.Name, "/"), '/'); found { // the slash was encoded
		p.Namespace, p.Name = strings.Trim(p.Namespace+"/"+owner, "/"), name
		if note == "" {
			note = "a slash in the name is encoded; what comes before it is read as a part of the namespace"
		}
	}
	if clean := ascii.CleanPath(p.Namespace); clean != p.Namespace {
		p.Namespace, note = clean, "its namespace has dots in the place of names"
	}
	if p.Type == "npm" {
		p.cutScope()
	}
	return p, note, p.Name != ""
}

// decodeSlashes decodes slashes only.
var decodeSlashes = strings.NewReplacer("%2F", "/", "%2f", "/")

// IsEmpty reports whether s is the start of a package URL and names no package: "pkg:/",
// "pkg:golang/@", "pkg:npm/@1.0".
func IsEmpty(s []byte) bool {
	const mark = "pkg:"
	if len(s) < len(mark) || !bytes.EqualFold(s[:len(mark)], []byte(mark)) {
		return false
	}
	s = bytes.TrimLeft(s[len(mark):], "/")
	if cut := bytes.IndexAny(s, "?#"); cut >= 0 {
		s = s[:cut]
	}
	typ, path, found := bytes.Cut(s, []byte("/"))
	if !found {
		return len(typ) == 0 // "pkg:example" cannot be read
	}
	path = bytes.TrimLeft(path, "/")
	return len(path) == 0 || path[0] == '@' && bytes.IndexByte(path, '/') < 0
}

// cutScope removes the "@" of an npm scope.
func (p *Parts) cutScope() {
	for _, at := range [...]string{"@", "%40"} {
		if rest, ok := strings.CutPrefix(p.Namespace, at); ok {
			p.Namespace, p.Scoped = rest, true
			return
		}
	}
}

// AppendKey appends the type and the namespace in lower case, "npm/@kaspersky", or with name those
// and the name, "npm/@kaspersky/hexa-ui".
func (p *Parts) AppendKey(dst []byte, name bool) []byte {
	dst = append(ascii.AppendLower(dst, p.Type), '/')
	if p.Scoped {
		dst = append(dst, '@')
	}
	dst = ascii.AppendLower(dst, p.Namespace)
	if name {
		if p.Namespace != "" {
			dst = append(dst, '/')
		}
		start := len(dst)
		dst = ascii.AppendLower(dst, p.Name)
		if p.Type == "pypi" { // PEP 503
			for i := start; i < len(dst); i++ {
				if dst[i] == '_' || dst[i] == '.' {
					dst[i] = '-'
				}
			}
		}
	}
	return dst
}

func plausibleType(t string) bool {
	if c := t[0]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
		return false
	}
	for i := range len(t) {
		c := t[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '+') {
			return false
		}
	}
	return true
}

// Owner returns the namespace if it names an owner, or "". A namespace that is a distribution (deb,
// rpm, apk, alpm, layers of yocto) does not name an owner.
func (p Parts) Owner() string {
	switch d, _ := Define(p.Type); d.Namespace {
	case HostPath:
		if p.Type == "golang" && p.Namespace == "" {
			return p.Name // the module path is one segment: "go.example.com"
		}
		return p.Namespace
	case Owner:
		return p.Namespace
	}
	return ""
}

// Publisher returns the publisher that tools write before the name instead of a namespace, for types
// with publishers: "publisher.extension".
func (p Parts) Publisher() string {
	switch p.Type {
	case "vscode-extension", "openvsx", "winget":
		if before, _, found := strings.Cut(p.Name, "."); found && p.Namespace == "" {
			return before
		}
	}
	return ""
}

// Canonical returns the canonical identity of a component: its own package URL in canonical form or,
// if it has none that can be read, pkg:generic/<vendor>/<name>@<version>. It returns "" if there is
// no name either.
func Canonical(own, vendor, name, version string) string {
	if canonical, err := Normalize(own); !errors.Is(err, ErrSyntax) {
		return canonical
	}
	if p, err := New(PURL{Type: "generic", Namespace: vendor, Name: name, Version: version}); err == nil {
		return p.String()
	}
	return ""
}
