// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors/internal/prefilter"
)

// An entry is an identifier or an exclusion with its vendor.
type entry struct {
	vendor *Vendor
	member *Member // nil for the family itself
	id     *Identifier
	excl   *Exclusion // set instead of id

	ordinary bool // a name that consists of ordinary words
}

// An index has the look-up tables of a register.
type index struct {
	prefilter       prefilter.Filter
	ids             map[IdentifierKind]*table // the kinds that are compared in lower case
	cpeVendors      []string                  // the keys of the table of that kind, in order
	packagePrefixes []packagePrefix
	products        *table // with and without spaces
	devices         deviceTable

	aliases                  // names, in their own letters
	lookalike    aliases     // names that are not in ASCII, in the letters that theirs look like
	fuzzy        fuzzyIndex  // the names in unspaced that are found misspelled
	phraseStarts [128]uint64 // the hashes of the first tokens of phrases
	longest      int         // tokens in the longest phrase
}

// aliases find the names of vendors by their folded tokens.
type aliases struct {
	names      *table      // without legal form
	full       *table      // with legal form
	exact      *table      // with legal form: exclusions and names that are found as a whole only
	unspaced   *table      // distinctive names, written without spaces
	phrases    *table      // distinctive names that are found inside longer text
	wordStarts []wordStart // names that are found at the start of words
}

func newAliases() aliases {
	return aliases{names: newTable(), full: newTable(), exact: newTable(), unspaced: newTable(), phrases: newTable()}
}

// A wordStart is a name, folded and without its legal form, in a script without spaces between
// words or in Hangul, in which other words follow a name without a space.
type wordStart struct {
	name string
	is   ref
}

// A packagePrefix is how the names of a vendor's packages start, in lower case and with the type of
// their package URLs.
type packagePrefix struct {
	key string
	is  ref
}

func (x *index) build(vendors []*Vendor) error {
	x.ids = make(map[IdentifierKind]*table)
	x.products = newTable()
	x.aliases, x.lookalike = newAliases(), newAliases()
	x.fuzzy.names = make(map[byte][]string)
	x.prefilter.AddToken("xn") // a host in Punycode can stand for any letters
	for _, v := range vendors {
		for i := range v.Exclusions {
			if err := x.addExclusion(v, &v.Exclusions[i]); err != nil {
				return fmt.Errorf("%s: exclusion %q: %w", v.ID, v.Exclusions[i].Value, err)
			}
		}
	}
	for _, v := range vendors {
		for i := range v.Identifiers {
			id := &v.Identifiers[i]
			if err := x.addIdentifier(&entry{vendor: v, member: v.member(id.Member), id: id}); err != nil {
				return fmt.Errorf("%s: %s %q: %w", v.ID, id.Kind, id.Value, err)
			}
		}
	}
	x.cpeVendors = slices.Sorted(maps.Keys(x.table(IdentifierCPEVendor).made))
	return nil
}

// table returns the table of a kind, and makes it if there is none.
func (x *index) table(kind IdentifierKind) *table {
	t := x.ids[kind]
	if t == nil {
		t = newTable()
		x.ids[kind] = t
	}
	return t
}

func (x *index) addExclusion(v *Vendor, excl *Exclusion) error {
	e := &entry{vendor: v, excl: excl}
	x.prefilter.Add(excl.Value)
	switch excl.Kind {
	case IdentifierName:
		return x.exact.put(names.Fold(excl.Value), e)
	case IdentifierProduct:
		return x.products.put(names.Fold(excl.Value), e)
	}
	return x.table(excl.Kind).put(strings.ToLower(excl.Value), e)
}

// addIdentifier adds an identifier to the tables of its kind.
func (x *index) addIdentifier(e *entry) error {
	kind, value := e.id.Kind, e.id.Value
	if err := checkForm(kind, value); err != nil {
		return err
	}
	if err := x.addToPrefilter(kind, value); err != nil {
		return err
	}
	if id := e.id.computed(); id != nil {
		if err := x.table(IdentifierGUID).put(id.Value, &entry{vendor: e.vendor, member: e.member, id: id}); err != nil {
			return err
		}
	}
	switch {
	case kind.IsName():
		return x.addName(e)
	case kind == IdentifierExactName:
		return x.exact.put(names.Fold(value), e)
	case kind == IdentifierProduct:
		return x.addProduct(e)
	case kind == IdentifierPURLPrefix:
		x.packagePrefixes = append(x.packagePrefixes, packagePrefix{strings.ToLower(value), ref{made: e}})
		return nil
	}
	return x.table(kind).put(strings.ToLower(value), e)
}

// addToPrefilter adds an identifier to the prefilter, if claims of its kind pass through it.
func (x *index) addToPrefilter(kind IdentifierKind, value string) error {
	switch kind {
	case IdentifierPURLPrefix:
		if !x.prefilter.AddPrefix(value) {
			return errors.New("expected a type and the start of a name: \"pypi/example\"")
		}
	case IdentifierOUI, IdentifierPEN, IdentifierPCI, IdentifierUSB, IdentifierPNP, IdentifierACPI, IdentifierBluetooth, IdentifierFingerprint, IdentifierGUID:
	default:
		x.prefilter.Add(value)
	}
	return nil
}

// checkForm returns an error if a value does not have the form of its kind.
func checkForm(kind IdentifierKind, value string) error {
	ok, form := true, ""
	switch n := len(value); kind {
	case IdentifierOUI:
		ok, form = (n == 6 || n == 7 || n == 9) && strings.ToUpper(value) == value, "6, 7 or 9 upper-case hexadecimal digits"
	case IdentifierDomain:
		ok, form = value == strings.ToLower(value) && strings.Contains(value, "."), "a registrable domain in lower case"
	case IdentifierPNP:
		ok, form = n == 3 && strings.ToUpper(value) == value, "three upper-case letters"
	case IdentifierPCI, IdentifierUSB:
		ok, form = n == 4 && isHex(value), "four hexadecimal digits"
	case IdentifierFingerprint:
		ok, form = (n == 40 || n == 64) && isHex(value), "a SHA-1 or SHA-256 digest in hexadecimal"
	}
	if !ok {
		return errors.New("expected " + form)
	}
	return nil
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// addProduct adds the name of a product, which is found with and without its spaces.
func (x *index) addProduct(e *entry) error {
	folded := names.Fold(e.id.Value)
	joined := names.Join(folded)
	x.prefilter.AddToken(joined)
	if err := x.products.put(joined, e); err != nil {
		return err
	}
	return x.products.put(folded, e)
}

// isBetter reports whether e identifies the vendor more reliably than another entry with the same
// value, or as reliably and in fewer words.
func isBetter(e, old *entry) bool {
	if a, b := strength(e), strength(old); a != b {
		return a > b
	}
	if a, b := e.id.Kind == IdentifierName, old.id.Kind == IdentifierName; a != b {
		return a
	}
	return len(e.id.Value) < len(old.id.Value)
}

// strength orders the entries with one value. The highest identify the vendor without a second
// field.
func strength(e *entry) int {
	switch {
	case weakness(e) != "":
		return 0
	case e.id.Common:
		return 1
	}
	return 2
}

// weakness returns why an identifier leads to [Resembles] at most, "" if it leads further.
func weakness(e *entry) string {
	if !e.id.Verified {
		return "not verified in its source"
	}
	return e.id.Weak
}
