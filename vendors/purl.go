// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"errors"
	"strings"

	"github.com/clause76/clause76/vendors/purl"
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
// namespace where none belongs) still says what it says.
func splitPURL(s string) (purlParts, bool) {
	rest, ok := cutPrefixFold(s, "pkg:")
	if !ok {
		return purlParts{}, false
	}
	rest = strings.TrimLeft(rest, "/")
	typ, path, ok := strings.Cut(rest, "/")
	if !ok || typ == "" || !validType(typ) {
		return purlParts{}, false
	}
	var p purlParts
	p.typ = lowerASCII(typ)
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
	if p.typ == "npm" {
		p.cutScope()
	}
	if plain(p.namespace) && plain(p.name) && !strings.HasPrefix(p.name, "@") {
		return p, p.name != "" && !strings.Contains(p.namespace, "//")
	}
	u, err := purl.Parse(s)
	if errors.Is(err, purl.ErrSyntax) {
		return purlParts{}, false
	}
	p = purlParts{typ: u.Type, namespace: u.Namespace, name: u.Name, version: u.Version, qualifiers: p.qualifiers}
	if owner, name, ok := cutLastByte(u.Name, '/'); ok { // the slash was encoded
		if p.namespace != "" || p.typ != "npm" && p.typ != "golang" {
			return purlParts{}, false
		}
		p.namespace, p.name = owner, name // such a name can have no other meaning
	}
	if p.typ == "npm" {
		p.cutScope()
	}
	return p, true
}

func cutLastByte(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
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
	dst = append(appendLower(dst, p.typ), '/')
	if p.scope {
		dst = append(dst, '@')
	}
	dst = appendLower(dst, p.namespace)
	if name {
		if p.namespace != "" {
			dst = append(dst, '/')
		}
		start := len(dst)
		dst = appendLower(dst, p.name)
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

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
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

// plain reports whether s is printable ASCII without percent escapes.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '%' || c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
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

// ValidPURL reports whether s parses as a package URL with a type and a name.
func ValidPURL(s []byte) bool {
	if plainPURL(s) {
		return true
	}
	_, ok := splitPURL(string(s))
	return ok
}

// plainPURL reports whether s is of the commonest shape, which needs no parser:
// pkg:type/…name without escapes other than "%40".
func plainPURL(s []byte) bool {
	if len(s) < 7 || string(s[:4]) != "pkg:" {
		return false
	}
	slash := -1
	for i := 4; i < len(s); i++ {
		switch c := s[i]; {
		case class[c] != 0, c == '.', c == '-', c == '_', c == '+':
		case c == '/':
			if s[i-1] == '/' || s[i-1] == ':' {
				return false
			}
			slash = i
		case c == '@':
			return slash > 0 && s[i-1] != '/' && bytes.IndexByte(s[i:], '%') < 0 && bytes.IndexByte(s[i:], '/') < 0
		case c == '%' && s[i-1] == '/' && i+3 < len(s) && s[i+1] == '4' && s[i+2] == '0':
			i += 2
		default:
			return false
		}
	}
	return slash > 0 && slash < len(s)-1
}
