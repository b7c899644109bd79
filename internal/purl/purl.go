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
	// ErrSyntax: the text is not a package URL.
	ErrSyntax = errors.New("purl: not a package URL")
	// ErrType: the text is a package URL that breaks a rule of its type. Its parts are
	// returned together with the error.
	ErrType = errors.New("purl: rule of the type broken")
)

// MaxLength is the length of the longest text that is read, in bytes.
const MaxLength = 8192

// A PURL has the parts of a package URL, percent-decoded.
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
// lower-case letter. Names are returned as their type writes them. The errors are
// [ErrSyntax] and [ErrType]; with ErrType what was read is returned too.
func Parse(s string) (PURL, error) {
	p, capital, err := split(s)
	if err != nil {
		return PURL{}, err
	}
	if capital {
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

// New builds a package URL from its parts. The errors are those of [Parse].
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

// finish applies the rules of the type. It returns the rule that p breaks, or "".
func (p *PURL) finish() string {
	d, ok := definitions[p.Type]
	if !ok {
		return ""
	}
	p.adjust(d)
	return p.broken(d)
}

// split parses a text (ECMA-427, 5.7). capital reports whether the key of a qualifier
// began with a capital letter.
func split(s string) (p PURL, capital bool, err error) {
	capital, why := p.readText(s)
	if why != "" {
		return PURL{}, false, fmt.Errorf("%w: %.80q: %s", ErrSyntax, s, why)
	}
	return p, capital, nil
}

// readText sets the parts of p from a text. It and the functions that it calls return
// what is wrong with the text, or "".
func (p *PURL) readText(s string) (capital bool, why string) {
	switch {
	case len(s) > MaxLength:
		return false, "too long"
	case !utf8.ValidString(s):
		return false, "not UTF-8"
	case len(s) < 4 || !strings.EqualFold(s[:4], "pkg:"):
		return false, "expected pkg:"
	}
	rest, subpath, _ := cutLast(s[4:], '#')
	rest, qualifiers, _ := strings.Cut(rest, "?")
	typ, path, ok := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	if p.Type = lower(typ); !ok || !validType(p.Type) {
		return false, "expected a type and a slash"
	}
	if path, why = p.readVersion(path); why != "" {
		return false, why
	}
	if why = p.readName(path); why != "" {
		return false, why
	}
	if p.Subpath, ok = segments(subpath, true); !ok {
		return false, "bad subpath"
	}
	return p.readQualifiers(qualifiers)
}

// readVersion sets the version and returns the path without it. The "@" of a version
// comes after the name; the "@" of an npm scope begins a segment that is not the last.
func (p *PURL) readVersion(path string) (rest, why string) {
	rest, version, found := cutLast(path, '@')
	beginsSegment := rest == "" || rest[len(rest)-1] == '/'
	if !found || beginsSegment && strings.IndexByte(version, '/') >= 0 {
		return path, ""
	}
	var ok bool
	if p.Version, ok = unescape(version); !ok {
		return "", "bad percent-encoding in the version"
	}
	if strings.HasSuffix(rest, "/") && p.Type != "git" {
		return "", "no name"
	}
	return rest, ""
}

// readName sets the namespace and the name, which is the last segment of the path.
func (p *PURL) readName(path string) (why string) {
	path = strings.Trim(path, "/")
	namespace, name, ok := cutLast(path, '/')
	switch {
	case !ok:
		namespace, name = "", path
	case p.Type == "git": // the namespace is the host, the name is the path on it
		namespace, name, _ = strings.Cut(path, "/")
	}
	if p.Name, ok = unescape(name); !ok || p.Name == "" {
		return "no name, or bad percent-encoding in it"
	}
	if p.Namespace, ok = segments(namespace, false); !ok {
		return "bad namespace"
	}
	return ""
}

// readQualifiers sets the qualifiers, without those that have no value.
func (p *PURL) readQualifiers(text string) (capital bool, why string) {
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		written, value, _ := strings.Cut(pair, "=")
		key := lower(written)
		// The specification's tests refuse "Platform" and take "repositorY_url".
		capital = capital || written != "" && key[0] != written[0]
		if !validKey(key) {
			return false, "bad key of a qualifier"
		}
		value, ok := unescape(value)
		if !ok {
			return false, "bad percent-encoding in a qualifier"
		}
		if value != "" {
			p.Qualifiers = append(p.Qualifiers, Qualifier{key, value})
		}
	}
	if err := p.sort(); err != nil {
		return false, "a qualifier is given twice"
	}
	return capital, ""
}

// sort orders the qualifiers by key and refuses a key that occurs twice.
func (p *PURL) sort() error {
	slices.SortStableFunc(p.Qualifiers, func(a, b Qualifier) int { return strings.Compare(a.Key, b.Key) })
	for i := 1; i < len(p.Qualifiers); i++ {
		if p.Qualifiers[i].Key == p.Qualifiers[i-1].Key {
			return fmt.Errorf("%w: qualifier %q is given twice", ErrSyntax, p.Qualifiers[i].Key)
		}
	}
	return nil
}

// segments decodes a path segment by segment and drops empty segments; in a subpath it
// drops "." and ".." too. A segment with an encoded slash is refused: decoded, it would
// be two segments.
func segments(path string, subpath bool) (string, bool) {
	if path == "" {
		return "", true
	}
	var out []string
	for s := range strings.SplitSeq(path, "/") {
		d, ok := unescape(s)
		if !ok || strings.Contains(d, "/") {
			return "", false
		}
		if d != "" && (!subpath || d != "." && d != "..") {
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

// escape percent-encodes all characters except the unreserved ones, the colon, and those
// in keep (ECMA-427, 5.4).
func escape(b *strings.Builder, s, keep string) {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case isAlnum(c), c == '-', c == '.', c == '_', c == '~', c == ':', strings.IndexByte(keep, c) >= 0:
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

// lower changes ASCII letters to lower case. Other letters have no case in package
// registries, and some would become ASCII letters: the Kelvin sign would become "k".
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
// "-", and a letter first.
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
