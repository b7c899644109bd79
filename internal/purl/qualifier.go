// SPDX-License-Identifier: Apache-2.0

package purl

import (
	"bytes"

	"github.com/clause76/clause76/internal/ascii"
)

// A Meaning is the meaning of a qualifier for the package.
type Meaning uint8

// The meanings of qualifiers. The names come last.
const (
	NoMeaning Meaning = iota
	SourceURL         // where the package is kept or comes from
	HomepageURL
	SupplierName
	ManufacturerName
	PublisherName
	AuthorName
)

// IsName reports whether the value of the qualifier is the name of an organization or a person.
func (m Meaning) IsName() bool { return m >= SupplierName }

// qualifierKeys are the keys of the qualifiers that state who makes or supplies a package, or where
// it is kept: those of the specification (repository_url, download_url, vcs_url, vendor, author)
// and those that tools write. A distro is never a vendor.
var qualifierKeys = [...]struct {
	key     string
	meaning Meaning
}{
	{"repository_url", SourceURL},
	{"download_url", SourceURL},
	{"vcs_url", SourceURL},
	{"repo_url", SourceURL},
	{"registry_url", SourceURL},
	{"source_url", SourceURL},
	{"url", SourceURL},
	{"homepage", HomepageURL},
	{"homepage_url", HomepageURL},
	{"vendor", SupplierName},
	{"supplier", SupplierName},
	{"manufacturer", ManufacturerName},
	{"publisher", PublisherName},
	{"author", AuthorName},
	{"maintainer", AuthorName},
	{"originator", AuthorName},
}

// MeaningOf returns the meaning of a qualifier by its key, in any case, and the key in lower case.
func MeaningOf[T string | []byte](key T) (lower string, m Meaning) {
	for _, q := range qualifierKeys {
		if ascii.EqualFold(key, q.key) {
			return q.key, q.meaning
		}
	}
	return "", NoMeaning
}

// HasName reports whether a package URL has a qualifier with the name of an organization or a
// person.
func HasName(purl []byte) bool {
	_, rest, _ := bytes.Cut(purl, []byte{'?'})
	for len(rest) > 0 {
		var pair []byte
		pair, rest, _ = bytes.Cut(rest, []byte{'&'})
		key, _, _ := bytes.Cut(pair, []byte{'='})
		if _, m := MeaningOf(key); m.IsName() {
			return true
		}
	}
	return false
}
