// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/internal/weburl"
)

// Statements about the origin or the tests of an artifact name packages too: the dependencies of a
// build, the package of a release, the products of a VEX document. They are not screened, so
// a package with an owner is an error. The source of the artifact itself is none: nearly every
// provenance has it, and the bill of materials describes the artifact.

// partLists are the members of predicates that list what an artifact was made of: of SLSA and in-toto
// links, SCAI, and OpenVEX.
var partLists = []string{"/resolvedDependencies/", "/materials/", "/target/", "/products/", "/subcomponents/"}

// isPart reports whether a place in a predicate is in one of the lists.
func isPart(at jsontext.Pointer) bool {
	for _, list := range partLists {
		if strings.Contains(string(at)+"/", list) {
			return true
		}
	}
	return false
}

// namedPackage returns the first package in a predicate that has an owner, or "".
func namedPackage(predicate jsontext.Value) string {
	own := make(map[string]bool) // owners of the sources of the artifact
	for at, text := range textsOf(predicate) {
		if owner := accountOf(text); owner != "" && !isPart(at) {
			own[owner] = true
		}
	}
	for at, text := range textsOf(predicate) {
		if packageOwner(text) != "" {
			return text
		}
		if isPart(at) && (strings.Contains(text, "://") || accountOf(text) != "") && !own[accountOf(text)] && !strings.HasPrefix(text, "file:") {
			return text
		}
	}
	return ""
}

// textsOf iterates over the texts in a JSON value with their places, and over the names of members.
func textsOf(v jsontext.Value) func(yield func(jsontext.Pointer, string) bool) {
	return func(yield func(jsontext.Pointer, string) bool) {
		d := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		for {
			t, err := d.ReadToken()
			if err != nil || t.Kind() == '"' && !yield(d.StackPointer(), t.String()) {
				return
			}
		}
	}
}

// packageOwner returns the owner in a package URL or the vendor in a CPE, or "".
func packageOwner(text string) string {
	if p, _, ok := purl.ParseTolerant(text); ok {
		return p.Owner()
	}
	if c, ok := cpe.Parse(text); ok {
		return c.Vendor
	}
	return ""
}

// accountOf returns the account that a URL belongs to, or "".
func accountOf(text string) string {
	p, ok := weburl.Parse(text)
	if !ok || p.Shorthand { // "src/main.c" may be a file
		return ""
	}
	if typ, owner := p.Account(); typ != "" {
		return strings.ToLower(owner)
	}
	return ""
}

// strangeSubject returns an error if a subject of a statement has an owner that the bill of materials
// in it does not name.
func strangeSubject(subject, predicate jsontext.Value) error {
	var list []struct {
		Name, URI, DownloadLocation string
	}
	if json.Unmarshal(subject, &list, json.MatchCaseInsensitiveNames(true)) != nil {
		return nil // its form is not that of a statement
	}
	text := bytes.ToLower(predicate)
	for _, s := range list {
		for _, name := range []string{s.Name, s.URI, s.DownloadLocation} {
			owner := packageOwner(name)
			if owner == "" {
				owner = accountOf(name)
			}
			if owner == "" && strings.Contains(name, "://") {
				if p, ok := weburl.Parse(name); ok {
					owner = p.Host
				}
			}
			if owner != "" && !bytes.Contains(text, []byte(strings.ToLower(strings.TrimPrefix(owner, "@")))) {
				return notRead(fmt.Errorf("the statement is about %.100q, and its bill of materials does not name %.100q, which was not screened", name, owner))
			}
		}
	}
	return nil
}
