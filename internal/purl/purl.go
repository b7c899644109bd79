// SPDX-License-Identifier: Apache-2.0

package purl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Errors of this package, for errors.Is.
var (
	// ErrSyntax: the text is no package URL.
	ErrSyntax = errors.New("purl: not a package URL")
	// ErrType: the text is a package URL that breaks a rule of its type. What it says
	// is returned beside the error.
	ErrType = errors.New("purl: rule of the type broken")
)

// MaxLength is the length of the longest text that is read, in bytes.
const MaxLength = 8192

// A PURL is a package URL taken apart, with percent-encoding removed.
type PURL struct {
	Type      string // in lower case
	Namespace string // segments joined by "/"; an npm scope with its "@"
	Name      string
	Version   string
	// Qualifiers are in order of their keys, which are in lower case.
	Qualifiers []Qualifier
	Subpath    string
}

// A Qualifier is a key and a value.
type Qualifier struct{ Key, Value string }

// Qualifier returns the value of a qualifier.
func (p *PURL) Qualifier(key string) (value string, ok bool) {
	for _, q := range p.Qualifiers {
		if q.Key == key {
			return q.Value, true
		}
	}
	return "", false
}

// Parse reads a package URL strictly: the keys of qualifiers must begin with a
// lower-case letter. Names are
// returned as their type writes them. The errors are [ErrSyntax] and [ErrType]; with
// ErrType what was read is returned too.
func Parse(s string) (PURL, error) {
	p, folded, err := split(s)
	if err != nil {
		return PURL{}, err
	}
	if folded {
		return p, fmt.Errorf("%w: %.80q: the key of a qualifier begins with a capital", ErrType, s)
	}
	if why := p.finish(); why != "" {
		return p, fmt.Errorf("%w: %.80q: %s", ErrType, s, why)
	}
	return p, nil
}

// Normalize reads a package URL as documents have it and returns its canonical form.
// The errors are those of [Parse]; with [ErrType] the form is returned too.
func Normalize(s string) (string, error) {
	p, _, err := split(s)
	if err != nil {
		return "", err
	}
	if why := p.finish(); why != "" {
		return p.String(), fmt.Errorf("%w: %.80q: %s", ErrType, s, why)
	}
	return p.String(), nil
}

// New builds a package URL of its parts. The errors are those of [Parse].
func New(p PURL) (PURL, error) {
	p.Type = lower(p.Type)
	p.Namespace, p.Subpath = strings.Trim(p.Namespace, "/"), strings.Trim(p.Subpath, "/")
	if !validType(p.Type) || p.Name == "" {
		return PURL{}, fmt.Errorf("%w: type %q, name %q; expected both", ErrSyntax, p.Type, p.Name)
	}
	p.Qualifiers = slices.DeleteFunc(slices.Clone(p.Qualifiers), func(q Qualifier) bool { return q.Value == "" })
	for i := range p.Qualifiers {
		if p.Qualifiers[i].Key = lower(p.Qualifiers[i].Key); !validKey(p.Qualifiers[i].Key) {
			return PURL{}, fmt.Errorf("%w: qualifier %q", ErrSyntax, p.Qualifiers[i].Key)
		}
	}
	if err := p.sort(); err != nil {
		return PURL{}, err
	}
	if why := p.finish(); why != "" {
		return p, fmt.Errorf("%w: %s", ErrType, why)
	}
	return p, nil
}

// finish applies the rules of the type and returns the one that is broken, or "".
func (p *PURL) finish() string {
	d, ok := definitions[p.Type]
	if !ok {
		return ""
	}
	p.adjust(d)
	return p.broken(d)
}

// split takes a text apart (ECMA-427, 5.7). folded says that the key of a qualifier
// began with a capital.
func split(s string) (p PURL, folded bool, err error) {
	fail := func(why string) (PURL, bool, error) {
		return PURL{}, false, fmt.Errorf("%w: %.80q: %s", ErrSyntax, s, why)
	}
	if len(s) > MaxLength {
		return fail("too long")
	}
	if !utf8.ValidString(s) {
		return fail("not UTF-8")
	}
	if len(s) < 4 || !strings.EqualFold(s[:4], "pkg:") {
		return fail("expected pkg:")
	}
	rest, subpath, _ := cutLast(s[4:], '#')
	rest, qualifiers, _ := strings.Cut(rest, "?")
	rest = strings.TrimLeft(rest, "/")
	typ, rest, ok := strings.Cut(rest, "/")
	if p.Type = lower(typ); !ok || !validType(p.Type) {
		return fail("expected a type and a slash")
	}
	// The "@" of a version comes behind the name; that of an npm scope begins a segment
	// that is not the last.
	if path, version, ok := cutLast(rest, '@'); ok && (path != "" && path[len(path)-1] != '/' || strings.IndexByte(version, '/') < 0) {
		rest = path
		if p.Version, ok = unescape(version); !ok {
			return fail("bad percent-encoding in the version")
		}
		if strings.HasSuffix(rest, "/") && p.Type != "git" {
			return fail("no name")
		}
	}
	rest = strings.Trim(rest, "/")
	ns, nm, ok := cutLast(rest, '/')
	if !ok {
		ns, nm = "", rest
	} else if p.Type == "git" { // the name is the path on the host
		ns, nm, _ = strings.Cut(rest, "/")
	}
	if p.Name, ok = unescape(nm); !ok || p.Name == "" {
		return fail("no name, or bad percent-encoding in it")
	}
	if p.Namespace, ok = segments(ns, false); !ok {
		return fail("bad namespace")
	}
	if p.Subpath, ok = segments(subpath, true); !ok {
		return fail("bad subpath")
	}
	for qualifiers != "" {
		var pair string
		pair, qualifiers, _ = strings.Cut(qualifiers, "&")
		key, value, _ := strings.Cut(pair, "=")
		k := lower(key)
		// The specification's tests refuse "Platform" and take "repositorY_url".
		folded = folded || key != "" && k[0] != key[0]
		if !validKey(k) {
			return fail("bad key of a qualifier")
		}
		if value, ok = unescape(value); !ok {
			return fail("bad percent-encoding in a qualifier")
		}
		if value != "" {
			p.Qualifiers = append(p.Qualifiers, Qualifier{k, value})
		}
	}
	if err := p.sort(); err != nil {
		return fail("a qualifier is given twice")
	}
	return p, folded, nil
}

// sort orders the qualifiers and refuses a key that is there twice.
func (p *PURL) sort() error {
	slices.SortStableFunc(p.Qualifiers, func(a, b Qualifier) int { return strings.Compare(a.Key, b.Key) })
	for i := 1; i < len(p.Qualifiers); i++ {
		if p.Qualifiers[i].Key == p.Qualifiers[i-1].Key {
			return fmt.Errorf("%w: qualifier %q is given twice", ErrSyntax, p.Qualifiers[i].Key)
		}
	}
	return nil
}

// segments decodes a path segment by segment. Empty segments are dropped, in a subpath
// "." and ".." too; an encoded slash cannot make a segment into two.
func segments(path string, sub bool) (string, bool) {
	if path == "" {
		return "", true
	}
	var out []string
	for s := range strings.SplitSeq(path, "/") {
		d, ok := unescape(s)
		if !ok || strings.Contains(d, "/") {
			return "", false
		}
		if d != "" && (!sub || d != "." && d != "..") {
			out = append(out, d)
		}
	}
	return strings.Join(out, "/"), true
}

// String returns the canonical text.
func (p PURL) String() string {
	var b strings.Builder
	b.WriteString("pkg:")
	b.WriteString(p.Type)
	b.WriteByte('/')
	if p.Namespace != "" {
		escape(&b, p.Namespace, "/")
		b.WriteByte('/')
	}
	if p.Type == "git" {
		escape(&b, p.Name, "/")
	} else {
		escape(&b, p.Name, "")
	}
	if p.Version != "" {
		b.WriteByte('@')
		escape(&b, p.Version, "")
	}
	for i, q := range p.Qualifiers {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(q.Key)
		b.WriteByte('=')
		escape(&b, q.Value, "")
	}
	if p.Subpath != "" {
		b.WriteByte('#')
		escape(&b, p.Subpath, "/")
	}
	return b.String()
}

// escape percent-encodes all but the unreserved characters, the colon, and those of
// also (ECMA-427, 5.4).
func escape(b *strings.Builder, s, also string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case isAlnum(c), c == '-', c == '.', c == '_', c == '~', c == ':', strings.IndexByte(also, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
}

// unescape decodes percent-encoding. The result must be UTF-8.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
			return "", false
		}
		b = append(b, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
		i += 2
	}
	return string(b), utf8.Valid(b)
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// lower lowers ASCII letters only: other letters have no case in package registries,
// and lowering some of them would make ASCII ones ("K", the Kelvin sign).
func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// validType reports whether t, in lower case, can be a type: letters, digits, "." and
// "-", beginning with a letter.
func validType(t string) bool {
	return t != "" && 'a' <= t[0] && t[0] <= 'z' && validKey(t) && strings.IndexByte(t, '_') < 0
}

// validKey reports whether k, in lower case, can be the key of a qualifier.
func validKey(k string) bool {
	for i := range len(k) {
		if c := k[i]; !isAlnum(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return k != "" && 'a' <= k[0] && k[0] <= 'z'
}
