// SPDX-License-Identifier: Apache-2.0

// Package weburl reads URLs as documents contain them, and finds who owns what a URL leads to: the
// account on a host of repositories ([Place.Account]), the package in a registry
// ([Place.PackageURL]), or the domain.
package weburl

import (
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
)

// MaxDepth bounds how deep one value may be inside another: a URL in the qualifier of a package
// URL, the copy of a page in an archive. Readers count deeper values as not screened.
const MaxDepth = 4

// EmailHost returns the host of an e-mail address, as [ParseHost] does. The address can have a name
// before it and a query after it.
func EmailHost(s string) (host, look string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return "", "", false
	}
	s, _, _ = strings.Cut(s[at+1:], "?")
	return ParseHost(strings.Trim(s, " \t\r\n>)\"'"))
}

// A Place is the host of a URL and the path on it. The host is in lower case and has no user, port,
// "www." or dot at its end. The path has no slash at its start. Both are "" if the URL has no host,
// for example if it is relative.
type Place struct {
	Host, Path string
	// LookalikeHost is the host in the Latin letters that its letters look like, if it has others.
	LookalikeHost string
	// Shorthand reports that the URL is the short form "owner/repository".
	Shorthand bool
}

// Parse reads a URL as documents contain it: with blanks around it, without a scheme, with prefixes
// of tools ("git+https://", "scm:git:git://"), in the form of scp ("git@host:owner/repo"), in the
// short form of package managers ("github:owner/repo"), with backslashes, and with a host in
// escapes, capitals or other scripts. If the URL leads to an archive of pages or a proxy, Parse
// returns the place that its path names. ok is false if the value cannot be read as a URL.
func Parse(s string) (p Place, ok bool) {
	p, ok = parseWithWords(s)
	for range MaxDepth {
		original, isCopy := p.original()
		if !isCopy {
			return p, ok
		}
		p = original
	}
	if _, isCopy := p.original(); isCopy {
		return Place{}, false // too deep
	}
	return p, ok
}

// parseWithWords reads a URL that can have words around it: "Homepage: https://example.org",
// "[site](https://example.org)".
func parseWithWords(s string) (p Place, ok bool) {
	if p, ok = parseOne(s); ok || !strings.Contains(s, "://") {
		return p, ok
	}
	i := strings.Index(s, "://")
	start, end := i, len(s)
	for start > 0 && ascii.Alnum[s[start-1]] != 0 {
		start--
	}
	if cut := strings.IndexAny(s[i:], " \t\r\n<>\"')]},;"); cut >= 0 {
		end = i + cut
	}
	if strings.Contains(s[:start], "://") || strings.Contains(s[end:], "://") {
		return Place{}, false // it is not clear which URL is meant
	}
	p, ok = parseOne(s[start:end])
	return p, ok && p.Host != ""
}

func parseOne(s string) (p Place, ok bool) {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\u3000' || names.IsInvisible(r) })
	if len(s) > 1 && s[0] == '<' && s[len(s)-1] == '>' { // RFC 3986, appendix C
		s = s[1 : len(s)-1]
	}
	if strings.IndexByte(s, '\\') >= 0 { // as browsers read it (WHATWG URL, 4.4)
		s = strings.ReplaceAll(s, `\`, "/")
	}
	scheme, rest := cutScheme(s)
	switch host := shortForms[ascii.Lower(scheme)]; {
	case scheme == "" && rest == "":
		return Place{}, false
	case scheme == "oci" && !strings.HasPrefix(rest, "//"):
		return Place{}, true // a folder
	case imageSchemes[ascii.Lower(scheme)]:
		return parseImage(strings.TrimLeft(rest, "/"))
	case host != "" && !strings.HasPrefix(rest, "/"):
		return Place{Host: host, Path: rest}, true
	case hostless(scheme):
		return Place{}, true
	case scheme == "" && rest[0] != '/':
		return parseBare(rest)
	}
	bare := strings.TrimLeft(rest, "/")
	if scheme == "" && len(rest)-len(bare) != 2 {
		return Place{}, true // a path; "//host/path" has a host
	}
	return parseAuthority(bare)
}

// cutScheme removes the schemes at the start of a URL, which can be several ("scm:git:ssh:"), and
// returns the last.
func cutScheme(s string) (scheme, rest string) {
	for {
		i := 0
		for i < len(s) && (ascii.Alnum[s[i]] != 0 || i > 0 && (s[i] == '+' || s[i] == '-')) {
			i++
		}
		if i == 0 || i == len(s) || s[i] != ':' || s[0] <= '9' || isPort(s[i+1:]) {
			// "git+git@host:owner/repo": the prefix of a tool before the form of scp.
			if j := strings.IndexByte(s, '+'); j > 0 && j < i && strings.IndexByte(s[i:], '@') == 0 {
				s = s[j+1:]
			}
			return scheme, s
		}
		scheme, s = s[:i], s[i+1:]
	}
}

// isPort reports whether s starts with a port number. Then a host comes before it and not a scheme:
// "localhost:8080/x".
func isPort(s string) bool {
	n := 0
	for n < len(s) && ascii.IsDigit(s[n]) {
		n++
	}
	return n > 0 && n < 6 && (n == len(s) || s[n] == '/' || s[n] == '?' || s[n] == '#')
}

// hostless reports whether URLs of a scheme name no host.
func hostless(scheme string) bool {
	switch ascii.Lower(scheme) {
	case "urn", "file", "data", "tel", "cid", "mid", "about", "javascript", "blob", "tag", "doi", "swh", "magnet", "path", "uuid":
		return true
	}
	return false
}

// parseBare reads a URL that has neither a scheme nor a slash at its start.
func parseBare(s string) (Place, bool) {
	if s[0] == '#' || s[0] == '?' || s[0] == '.' {
		return Place{}, true // relative to the document
	}
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	switch first := s[:end]; {
	case strings.ContainsAny(first, ".:@%") || !ascii.Only(first):
		return parseAuthority(s)
	case strings.Count(strings.TrimRight(s, "/"), "/") == 1 && !strings.ContainsAny(s, " \t"):
		return Place{Path: s, Shorthand: true}, true
	case end < len(s):
		return Place{}, !strings.ContainsAny(s, " \t<>\"") // a relative path
	}
	return Place{}, false
}

// parseAuthority reads "user@host:port/path".
func parseAuthority(s string) (Place, bool) {
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	host, path := s[:end], s[end:]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if strings.HasPrefix(host, "[") { // an IPv6 address, with or without a port
		address, port, closed := strings.Cut(host[1:], "]")
		return Place{}, closed && strings.Trim(address, "0123456789abcdefABCDEF:.%") == "" && strings.Trim(port, ":0123456789") == ""
	}
	if colon := strings.IndexByte(host, ':'); colon >= 0 {
		if port := host[colon+1:]; port != "" && !isPort(port) { // the form of scp
			path = "/" + port + path
		}
		host = host[:colon]
	}
	if cut := strings.IndexAny(path, "?#"); cut >= 0 {
		path = path[:cut]
	}
	p := Place{Path: strings.TrimLeft(ascii.CleanPath(path), "/")}
	var ok bool
	p.Host, p.LookalikeHost, ok = ParseHost(host)
	return p, ok
}

// ParseHost returns a host in the form of DNS, without "www.". If the host has letters that look like
// Latin ones, it also returns the host in Latin letters. ok is false if s is not a host. A host of one
// label, such as "localhost", is "".
func ParseHost(s string) (host, lookalike string, ok bool) {
	if strings.IndexByte(s, '%') >= 0 {
		if s = ascii.UnescapeAll(s); strings.IndexByte(s, '%') >= 0 || !utf8.ValidString(s) {
			return "", "", false
		}
	}
	if !ascii.Only(s) || len(s) > 4 && strings.Contains(ascii.Lower(s), "xn--") {
		if s, lookalike, ok = toASCII(s); !ok {
			return "", lookalike, lookalike != ""
		}
	}
	s = strings.TrimRight(ascii.Lower(s), ".")
	switch {
	case !isHost(s):
		return "", lookalike, false
	case strings.IndexByte(s, '.') < 0:
		return "", lookalike, true
	}
	return strings.TrimPrefix(s, "www."), strings.TrimPrefix(lookalike, "www."), true
}

// toASCII returns an internationalized host in Punycode, and in the Latin letters that its letters
// look like, if there are some.
func toASCII(s string) (host, lookalike string, ok bool) {
	if !utf8.ValidString(s) {
		return "", "", false
	}
	shown, _ := hostProfile.ToUnicode(s) // an error leaves labels as they are
	if skeleton, changed := names.Skeleton(shown); changed {
		lookalike = strings.Trim(ascii.Lower(skeleton), ".")
	}
	host, err := hostProfile.ToASCII(s)
	return host, lookalike, err == nil
}

// isHost reports whether s has the length and the characters of a host, or is a template for one.
func isHost(s string) bool {
	if len(s) > MaxHost || s == "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; ascii.Alnum[c] == 0 && strings.IndexByte(".-_*${}", c) < 0 {
			return false
		}
	}
	return true
}

// MaxHost is the length of the longest host name without the dot at its end (RFC 1035, 2.3.4).
const MaxHost = 253

// hostProfile maps the letters and dots of a host as browsers do (UTS #46).
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))

// Segment returns the first segment of a path, without its escapes, and the rest. It skips empty
// segments and dots.
func Segment(path string) (first, rest string) {
	for path != "" {
		first, path, _ = strings.Cut(path, "/")
		if strings.IndexByte(first, '%') >= 0 {
			first = ascii.UnescapeAll(first)
		}
		if before, after, slash := strings.Cut(first, "/"); slash && before != "" { // the slash was escaped
			first, path = before, after+"/"+path
		}
		if first != "" && first != "." && first != ".." {
			return first, path
		}
	}
	return "", ""
}

// ParentDomains yields the host, the host without its first label, and so on, as long as it has two
// labels.
func ParentDomains(host string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for strings.IndexByte(host, '.') >= 0 {
			if !yield(host) {
				return
			}
			_, host, _ = strings.Cut(host, ".")
		}
	}
}

// ReverseDNS turns "com.huawei.hms" into "hms.huawei.com".
func ReverseDNS(s string) string {
	parts := strings.Split(s, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".")
}
