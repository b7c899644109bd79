// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"

	"github.com/clause76/clause76/internal/ascii"
)

// A meaning is what a qualifier states about the package.
type meaning uint8

// The meanings of qualifiers. The names come last.
const (
	noMeaning meaning = iota
	sourceURL         // where the package is kept or comes from
	homepageURL
	supplierName
	manufacturerName
	publisherName
	authorName
)

// isName reports whether the value of the qualifier is the name of an organization or a person.
func (m meaning) isName() bool { return m >= supplierName }

// qualifierKeys are the keys of the qualifiers that state who makes or supplies a package, or where
// it is kept: those of the specification (repository_url, download_url, vcs_url, vendor, author)
// and those that tools write. A distro is never a vendor.
var qualifierKeys = [...]struct {
	key     string
	meaning meaning
}{
	{"repository_url", sourceURL},
	{"download_url", sourceURL},
	{"vcs_url", sourceURL},
	{"repo_url", sourceURL},
	{"registry_url", sourceURL},
	{"source_url", sourceURL},
	{"url", sourceURL},
	{"homepage", homepageURL},
	{"homepage_url", homepageURL},
	{"vendor", supplierName},
	{"supplier", supplierName},
	{"manufacturer", manufacturerName},
	{"publisher", publisherName},
	{"author", authorName},
	{"maintainer", authorName},
	{"originator", authorName},
}

// qualifierMeaning returns what the qualifier with a key, in any case, states about a package, and the key
// in lower case.
func qualifierMeaning[T string | []byte](key T) (lower string, m meaning) {
	for _, q := range qualifierKeys {
		if ascii.EqualFold(key, q.key) {
			return q.key, q.meaning
		}
	}
	return "", noMeaning
}

// hasNameQualifier reports whether a package URL has a qualifier with the name of an organization
// or a person.
func hasNameQualifier(purl []byte) bool {
	_, rest, _ := bytes.Cut(purl, []byte{'?'})
	for len(rest) > 0 {
		var pair []byte
		pair, rest, _ = bytes.Cut(rest, []byte{'&'})
		key, _, _ := bytes.Cut(pair, []byte{'='})
		if _, m := qualifierMeaning(key); m.isName() {
			return true
		}
	}
	return false
}
