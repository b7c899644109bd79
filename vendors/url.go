// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
)

// A place is what a URL says of who has it: the host in lower case, without user, port,
// "www." and a dot at its end, and the path on it, without a slash at its start. Both are
// "" for a URL that has no host, such as a relative one.
type place struct {
	host, path string
	// look is the host as it looks, in Latin letters, if it has others.
	look string
	// short says that the value is the short form "owner/repository".
	short bool
}

// readURL reads a URL as documents have it: with blanks around it, without a scheme,
// with prefixes of tools ("git+https://", "scm:git:git://"), in the form of scp
// ("git@host:owner/repo"), in the short form of package managers ("github:owner/repo"),
// with backslashes, and with a host that is written with escapes, in capitals or in other
// scripts. ok is false if the value cannot be read as a URL.
func readURL(s string) (p place, ok bool) {
	p, ok = readOuter(s)
	for range maxDepth {
		kept, is := p.kept()
		if !is {
			return p, ok
		}
		p = kept
	}
	if _, is := p.kept(); is {
		return place{}, false // copies of copies
	}
	return p, ok
}

func readOuter(s string) (p place, ok bool) {
	if p, ok = readOne(s); ok || !strings.Contains(s, "://") {
		return p, ok
	}
	// Words around one URL: "Homepage: https://example.org", "[site](https://example.org)".
	i := strings.Index(s, "://")
	start, end := i, len(s)
	for start > 0 && ascii.Alnum[s[start-1]] != 0 {
		start--
	}
	if cut := strings.IndexAny(s[i:], " \t\r\n<>\"')]},;"); cut >= 0 {
		end = i + cut
	}
	if strings.Contains(s[:start], "://") || strings.Contains(s[end:], "://") {
		return place{}, false // which of them it is cannot be told
	}
	p, ok = readOne(s[start:end])
	return p, ok && p.host != ""
}

func readOne(s string) (p place, ok bool) {
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
		return place{}, false
	case scheme == "oci" && !strings.HasPrefix(rest, "//"):
		return place{}, true // a folder
	case imageSchemes[ascii.Lower(scheme)]:
		return readImage(strings.TrimLeft(rest, "/"))
	case host != "" && !strings.HasPrefix(rest, "/"):
		return place{host: host, path: rest}, true
	case hostless(scheme):
		return place{}, true
	case scheme == "" && rest[0] != '/':
		return readBare(rest)
	}
	bare := strings.TrimLeft(rest, "/")
	if scheme == "" && len(rest)-len(bare) != 2 {
		return place{}, true // a path; "//host/path" has a host
	}
	return readAuthority(bare)
}

// cutScheme takes off the schemes at the start of a URL, of which documents have several
// ("scm:git:ssh:"), and returns the last.
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

// isPort reports whether s starts with a port number, so that what comes before it is a
// host and no scheme: "localhost:8080/x".
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

// readBare reads a URL that has neither a scheme nor a slash at its start.
func readBare(s string) (place, bool) {
	if s[0] == '#' || s[0] == '?' || s[0] == '.' {
		return place{}, true // relative to the document
	}
	end := strings.IndexAny(s, "/?#")
	if end < 0 {
		end = len(s)
	}
	switch first := s[:end]; {
	case strings.ContainsAny(first, ".:@%") || !ascii.Only(first):
		return readAuthority(s)
	case strings.Count(strings.TrimRight(s, "/"), "/") == 1 && !strings.ContainsAny(s, " \t"):
		return place{path: s, short: true}, true
	case end < len(s):
		return place{}, !strings.ContainsAny(s, " \t<>\"") // a relative path
	}
	return place{}, false
}

// readAuthority reads "user@host:port/path".
func readAuthority(s string) (place, bool) {
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
		return place{}, closed && strings.Trim(address, "0123456789abcdefABCDEF:.%") == "" && strings.Trim(port, ":0123456789") == ""
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
	p := place{path: strings.TrimLeft(ascii.CleanPath(path), "/")}
	var ok bool
	p.host, p.look, ok = readHost(host)
	return p, ok
}

// readHost returns a host as DNS has it, and how it looks if it has letters that look
// like Latin ones.
func readHost(s string) (host, look string, ok bool) {
	if strings.IndexByte(s, '%') >= 0 {
		if s = ascii.UnescapeAll(s); strings.IndexByte(s, '%') >= 0 || !utf8.ValidString(s) {
			return "", "", false
		}
	}
	if !ascii.Only(s) || len(s) > 4 && strings.Contains(ascii.Lower(s), "xn--") {
		if !utf8.ValidString(s) {
			return "", "", false
		}
		shown, _ := hostProfile.ToUnicode(s) // what cannot be shown stays as it is
		if like, changed := names.Skeleton(shown); changed {
			look = strings.Trim(ascii.Lower(like), ".")
		}
		var err error
		if s, err = hostProfile.ToASCII(s); err != nil {
			return "", look, look != ""
		}
	}
	s = strings.TrimRight(ascii.Lower(s), ".")
	if len(s) > maxHost || s == "" {
		return "", look, false
	}
	for i := range len(s) {
		if c := s[i]; ascii.Alnum[c] == 0 && c != '.' && c != '-' && c != '_' && c != '*' && c != '$' && c != '{' && c != '}' {
			return "", look, false
		}
	}
	if strings.IndexByte(s, '.') < 0 {
		return "", look, true // "localhost"
	}
	return strings.TrimPrefix(s, "www."), strings.TrimPrefix(look, "www."), true
}

// maxHost is the length of the longest host name (RFC 1035, 2.3.4), without the dot at
// its end.
const maxHost = 253

// hostProfile maps the letters and dots of a host as browsers do (UTS #46).
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false), idna.CheckJoiners(false))

// segment returns the first segment of a path that says something, without its escapes,
// and the rest.
func segment(path string) (first, rest string) {
	for path != "" {
		first, path, _ = strings.Cut(path, "/")
		if strings.IndexByte(first, '%') >= 0 {
			first = ascii.UnescapeAll(first)
		}
		if before, after, slash := strings.Cut(first, "/"); slash && before != "" { // it was escaped
			first, path = before, after+"/"+path
		}
		if first != "" && first != "." && first != ".." {
			return first, path
		}
	}
	return "", ""
}

// parentDomains yields host, then host without its first label, and so on, as
// long as two labels are left.
func parentDomains(host string, yield func(string) bool) {
	for strings.IndexByte(host, '.') >= 0 {
		if !yield(host) {
			return
		}
		_, host, _ = strings.Cut(host, ".")
	}
}

// reverseDNS turns "com.huawei.hms" into "hms.huawei.com".
func reverseDNS(s string) string {
	parts := strings.Split(s, ".")
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ".")
}
