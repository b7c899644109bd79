// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/purl"
)

// purlParts is a package URL taken apart for looking it up. Namespace and name are
// percent-decoded and otherwise as written; what a type does not tell apart by case is
// left to the keys of the look-up.
type purlParts struct {
	typ, namespace, name, version, qualifiers string
	// scope says that the namespace is an npm scope; its "@" is not part of namespace.
	scope bool
}

// splitPURL takes a package URL apart. The common case is split in place without
// allocation; whatever has escapes or is not ASCII is read by package purl. It is as
// tolerant as can be without guessing: a text that breaks a rule of its type only (a
// namespace where none belongs) still says what it says. note says what is odd about a
// package URL that was read all the same.
func splitPURL(s string) (p purlParts, note string, ok bool) {
	s = strings.TrimSpace(s)
	rest, ok := ascii.CutPrefixFold(s, "pkg:")
	if !ok {
		return purlParts{}, "", false
	}
	rest = strings.TrimLeft(rest, "/")
	typ, path, ok := strings.Cut(rest, "/")
	if !ok || typ == "" || !validType(typ) {
		return purlParts{}, "", false
	}
	p.typ = ascii.Lower(typ)
	path, _, _ = strings.Cut(path, "#")
	path, p.qualifiers, _ = strings.Cut(path, "?")
	if at := strings.LastIndexByte(path, '@'); at > 0 && path[at-1] != '/' {
		path, p.version = path[:at], path[at+1:]
	}
	path = strings.Trim(path, "/")
	if slash := strings.LastIndexByte(path, '/'); slash >= 0 {
		p.namespace, p.name = path[:slash], path[slash+1:]
	} else {
		p.name = path
	}
	if clean := cleanPath(p.namespace); clean != p.namespace {
		p.namespace, note = clean, "its namespace has dots in the place of names"
	}
	if p.typ == "npm" {
		p.cutScope()
	}
	if ascii.IsPlain(p.namespace) && ascii.IsPlain(p.name) && !strings.HasPrefix(p.name, "@") {
		if note == "" && p.typ == "maven" && p.namespace == "" && strings.IndexByte(p.name, ':') > 0 {
			note = "the group is a part of the name, with a colon after it"
		}
		return p, note, p.name != "" && !strings.Contains(p.namespace, "//")
	}
	return splitEscaped(s, p)
}

// splitEscaped reads a package URL with escapes or letters beyond ASCII. raw has its
// parts as written.
func splitEscaped(s string, raw purlParts) (p purlParts, note string, ok bool) {
	u, err := purl.Parse(s)
	if errors.Is(err, purl.ErrSyntax) && ascii.HasEscape(raw.namespace, "2f") { // an encoded slash in the namespace
		u, err = purl.Parse(decodeSlashes.Replace(s))
		note = "a slash in the namespace is encoded"
	}
	if errors.Is(err, purl.ErrSyntax) {
		return purlParts{}, "", false
	}
	p = purlParts{typ: u.Type, namespace: u.Namespace, name: u.Name, version: u.Version, qualifiers: raw.qualifiers}
	if namespace, name := ascii.UnescapeAll(p.namespace), ascii.UnescapeAll(p.name); namespace != p.namespace || name != p.name {
		if !utf8.ValidString(namespace) || !utf8.ValidString(name) {
			return purlParts{}, "", false
		}
		p.namespace, p.name, note = namespace, name, "it is percent-encoded twice"
	}
	if owner, name, found := ascii.CutLast(strings.Trim(p.name, "/"), '/'); found { // the slash was encoded
		p.namespace, p.name = strings.Trim(p.namespace+"/"+owner, "/"), name
		if note == "" {
			note = "a slash in the name is encoded; what comes before it is read as a part of the namespace"
		}
	}
	if clean := cleanPath(p.namespace); clean != p.namespace {
		p.namespace, note = clean, "its namespace has dots in the place of names"
	}
	if p.typ == "npm" {
		p.cutScope()
	}
	return p, note, p.name != ""
}

// decodeSlashes decodes slashes only.
var decodeSlashes = strings.NewReplacer("%2F", "/", "%2f", "/")

// emptyPURL reports whether s is the start of a package URL without anything that says
// which package it is: "pkg:/", "pkg:golang/@", "pkg:npm/@1.0".
func emptyPURL(s []byte) bool {
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
		return len(typ) == 0 // "pkg:example" is something else, and cannot be read
	}
	path = bytes.TrimLeft(path, "/")
	return len(path) == 0 || path[0] == '@' && bytes.IndexByte(path, '/') < 0
}

func (p *purlParts) cutScope() {
	for _, at := range [...]string{"@", "%40"} {
		if rest, ok := strings.CutPrefix(p.namespace, at); ok {
			p.namespace, p.scope = rest, true
			return
		}
	}
}

// key appends the look-up key of the purl's owner, or with name of the package
// itself, in lower case: "npm/@kaspersky", "npm/@kaspersky/hexa-ui".
func (p *purlParts) key(dst []byte, name bool) []byte {
	dst = append(ascii.AppendLower(dst, p.typ), '/')
	if p.scope {
		dst = append(dst, '@')
	}
	dst = ascii.AppendLower(dst, p.namespace)
	if name {
		if p.namespace != "" {
			dst = append(dst, '/')
		}
		start := len(dst)
		dst = ascii.AppendLower(dst, p.name)
		if p.typ == "pypi" { // PEP 503
			for i := start; i < len(dst); i++ {
				if dst[i] == '_' || dst[i] == '.' {
					dst[i] = '-'
				}
			}
		}
	}
	return dst
}

func validType(t string) bool {
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

// owner returns the namespace if it names an owner, else "". Namespaces that are
// distributions (deb, rpm, apk, alpm, layers of yocto) are not vendors, and types that
// prohibit a namespace have none.
func (p purlParts) owner() string {
	switch d, _ := purl.Define(p.typ); d.Namespace {
	case purl.HostPath:
		if p.typ == "golang" && p.namespace == "" {
			return p.name // the module path is one segment: "go.example.com"
		}
		return p.namespace
	case purl.Owner:
		return p.namespace
	}
	return ""
}

// publisher returns the publisher that tools write before the name, with a dot between
// them, where the type has publishers and there is no namespace: "publisher.extension".
func (p purlParts) publisher() string {
	switch p.typ {
	case "vscode-extension", "openvsx", "winget":
		if before, _, found := strings.Cut(p.name, "."); found && p.namespace == "" {
			return before
		}
	}
	return ""
}

// CanonicalPURL returns the canonical identity of a component: its own package URL
// in canonical form, or where it has none that can be read,
// pkg:generic/<vendor>/<name>@<version>. It returns "" if there is no name either.
func CanonicalPURL(own string, vendor ID, name, version string) string {
	if canonical, err := purl.Normalize(own); !errors.Is(err, purl.ErrSyntax) {
		return canonical
	}
	if p, err := purl.New(purl.PURL{Type: "generic", Namespace: string(vendor), Name: name, Version: version}); err == nil {
		return p.String()
	}
	return ""
}

// ValidPURL reports whether s parses as a package URL with a type and a name. It accepts
// some common faults, see [Examine].
func ValidPURL(s []byte) bool {
	_, _, ok := splitPURL(string(s))
	return ok
}
