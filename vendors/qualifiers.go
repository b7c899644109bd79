// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"strings"
)

// A qualifier is what the value of a package URL's qualifier says of the package.
type qualifier struct {
	key  string
	role Role
	kind Kind
}

// qualifierKeys are the keys that say who makes or supplies a package, or where it is kept: those
// of the specification (repository_url, download_url, vcs_url, vendor, author) and those that
// tools write. A distro is never a vendor.
var qualifierKeys = [...]qualifier{
	{"repository_url", Reference, KindURL},
	{"download_url", Reference, KindURL},
	{"vcs_url", Reference, KindURL},
	{"repo_url", Reference, KindURL},
	{"registry_url", Reference, KindURL},
	{"source_url", Reference, KindURL},
	{"url", Reference, KindURL},
	{"homepage", Homepage, KindURL},
	{"homepage_url", Homepage, KindURL},
	{"vendor", Supplier, KindName},
	{"supplier", Supplier, KindName},
	{"manufacturer", Manufacturer, KindName},
	{"publisher", Publisher, KindName},
	{"author", Author, KindName},
	{"maintainer", Author, KindName},
	{"originator", Author, KindName},
}

// qualifierOf returns what the key of a qualifier says, in any case.
func qualifierOf[T string | []byte](key T) (qualifier, bool) {
	for _, q := range qualifierKeys {
		if len(q.key) == len(key) && equalFold(key, q.key) {
			return q, true
		}
	}
	return qualifier{}, false
}

// equalFold compares with a text in lower case.
func equalFold[T string | []byte](s T, lower string) bool {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// qualifiers reads the qualifiers that say where a package of the type is kept and who supplies it.
func (r *resolver) qualifiers(c *Claim, typ, q string) {
	for q != "" {
		var pair string
		pair, q, _ = strings.Cut(q, "&")
		key, value, _ := strings.Cut(pair, "=")
		what, ok := qualifierOf(key)
		switch {
		case ok && what.kind == KindURL:
			r.sub(c, Claim{Role: what.role, Kind: KindURL, Value: unescapeAll(value)}, r.url)
		case ok:
			r.sub(c, Claim{Role: what.role, Kind: KindName, Value: unescapeAll(value)}, r.name)
		case typ == "conan" && (equalKey(key, "user") || equalKey(key, "channel")): // "package/version@user/channel"
			r.namespaceName(c, unescapeAll(value))
		}
	}
}

func equalKey(key, lower string) bool { return len(key) == len(lower) && equalFold(key, lower) }

// namesSomebody reports whether a package URL has a qualifier with a name.
func namesSomebody(purl []byte) bool {
	_, rest, _ := bytes.Cut(purl, []byte{'?'})
	for len(rest) > 0 {
		var pair []byte
		pair, rest, _ = bytes.Cut(rest, []byte{'&'})
		key, _, _ := bytes.Cut(pair, []byte{'='})
		if q, ok := qualifierOf(key); ok && q.kind == KindName {
			return true
		}
	}
	return false
}
