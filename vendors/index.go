// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clause76/clause76/internal/ascii"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/vendors/internal/prefilter"
)

// An entry is an identifier with its vendor, as look-ups find it.
type entry struct {
	vendor *Vendor
	member *Member // nil for the family itself
	id     *Identifier
	excl   *Exclusion // set instead of id

	ordinary bool // a name of ordinary words only
}

type table map[string]*entry

// index holds the look-up tables of a register. Each is keyed by the folded value.
type index struct {
	ids      map[string]table // by identifier kind, for kinds looked up as a whole
	prefixes []prefix         // purlPrefix
	aliases
	drawn     aliases // those not in ASCII, in the letters that theirs are drawn like
	products  table
	fuzzy     fuzzyIndex  // the keys of squashed that are found misspelt
	first     [128]uint64 // which first tokens phrases have, by hash
	longest   int         // tokens in the longest phrase
	oui       table
	prefilter prefilter.Filter

	cpeVendors []string // the keys of that table, in order
	devices    deviceTable
}

// aliases are the names of vendors, keyed by their folded tokens.
type aliases struct {
	names    table          // without legal form
	full     table          // with it, to say which alias it was
	exact    table          // with it: exclusions and exactName
	squashed table          // distinctive names without spaces
	phrases  table          // distinctive names, to be found inside longer text
	unspaced []unspacedName // found at the start of longer names
}

func makeAliases() aliases {
	return aliases{names: make(table), full: make(table), exact: make(table), squashed: make(table), phrases: make(table)}
}

// An unspacedName is a name in a script without spaces between words, or in Hangul, where
// other words follow without one. It is folded and without its legal form.
type unspacedName struct {
	name  string
	entry *entry
}

// A prefix is the start of package names, in lower case with the purl's type.
type prefix struct {
	key   string
	entry *entry
}

// minDistinct is the fewest letters of an alias that may be found inside longer
// text, squashed or misspelt.
const minDistinct = 6

// minName is the fewest letters of a name that names a vendor by itself. A shorter one
// ("ZTE") does so with a legal form beside it that the register has, or with a second
// field.
const minName = 4

func (x *index) build(vendors []*Vendor) error {
	x.ids = make(map[string]table)
	x.products, x.oui = make(table), make(table)
	x.aliases, x.drawn = makeAliases(), makeAliases()
	x.fuzzy.names = make(map[byte][]string)
	x.prefilter.AddToken("xn") // a host in Punycode can look like any other
	for _, v := range vendors {
		for i := range v.Exclusions {
			if err := x.exclude(v, &v.Exclusions[i]); err != nil {
				return fmt.Errorf("%s: exclusion %q: %w", v.ID, v.Exclusions[i].Value, err)
			}
		}
	}
	for _, v := range vendors {
		for i := range v.Identifiers {
			id := &v.Identifiers[i]
			e := &entry{vendor: v, member: v.member(id.Member), id: id}
			if err := x.add(e); err != nil {
				return fmt.Errorf("%s: %s %q: %w", v.ID, id.Kind, id.Value, err)
			}
		}
	}
	x.cpeVendors = slices.Sorted(maps.Keys(x.ids["cpeVendor"]))
	return nil
}

func (x *index) table(kind string) table {
	t := x.ids[kind]
	if t == nil {
		t = make(table)
		x.ids[kind] = t
	}
	return t
}

func (x *index) exclude(v *Vendor, ex *Exclusion) error {
	e := &entry{vendor: v, excl: ex}
	x.prefilter.Add(ex.Value)
	switch ex.Kind {
	case "name":
		return x.exact.put(names.Fold(ex.Value), e)
	case "product":
		return x.products.put(names.Fold(ex.Value), e)
	default:
		return x.table(ex.Kind).put(strings.ToLower(ex.Value), e)
	}
}

func (x *index) add(e *entry) error {
	id := e.id
	switch id.Kind {
	case "purlPrefix":
		if !x.prefilter.AddPrefix(id.Value) {
			return errors.New("expected a type and the start of a name: \"pypi/example\"")
		}
	case "oui", "pen", "pci", "usb", "pnp", "acpi", "bluetooth", "fingerprint", "guid": // not words
	default:
		x.prefilter.Add(id.Value)
	}
	switch id.Kind {
	case "name", "transliteration", "certificate", "deviceManufacturer", "rpmVendor":
		if err := x.addComputed(e); err != nil {
			return err
		}
		return x.addName(e)
	case "exactName":
		return x.exact.put(names.Fold(id.Value), e)
	case "product":
		folded := names.Fold(id.Value)
		x.prefilter.AddToken(string(names.AppendJoined(nil, []byte(folded))))
		if err := x.products.put(string(names.AppendJoined(nil, []byte(folded))), e); err != nil {
			return err
		}
		return x.products.put(folded, e)
	case "purlPrefix":
		x.prefixes = append(x.prefixes, prefix{strings.ToLower(id.Value), e})
		return nil
	case "oui":
		if n := len(id.Value); n != 6 && n != 7 && n != 9 || strings.ToUpper(id.Value) != id.Value {
			return fmt.Errorf("expected 6, 7 or 9 upper-case hexadecimal digits")
		}
		return x.oui.put(id.Value, e)
	case "domain":
		if id.Value != strings.ToLower(id.Value) || !strings.Contains(id.Value, ".") {
			return fmt.Errorf("expected a registrable domain in lower case")
		}
		if err := x.addComputed(e); err != nil {
			return err
		}
	case "pnp":
		if len(id.Value) != 3 || strings.ToUpper(id.Value) != id.Value {
			return fmt.Errorf("expected three upper-case letters")
		}
	case "pci", "usb":
		if len(id.Value) != 4 || !isHex(id.Value) {
			return fmt.Errorf("expected four hexadecimal digits")
		}
	case "fingerprint":
		if n := len(id.Value); n != 40 && n != 64 || !isHex(id.Value) {
			return fmt.Errorf("expected a SHA-1 or SHA-256 digest in hexadecimal")
		}
	}
	return x.table(id.Kind).put(strings.ToLower(id.Value), e)
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

func (x *index) addComputed(e *entry) error {
	id := e.id.computed()
	if id == nil {
		return nil
	}
	return x.table("guid").put(id.Value, &entry{vendor: e.vendor, member: e.member, id: id})
}

func (x *index) addName(e *entry) error {
	folded := names.Fold(e.id.Value)
	stripped := string(names.StripLegalForms([]byte(folded)))
	x.prefilter.Add(stripped)
	x.prefilter.AddToken(string(names.AppendJoined(nil, []byte(stripped))))
	if names.Letters(stripped) < 3 {
		return fmt.Errorf("too short for a name; expected at least three letters")
	}
	e.ordinary = names.IsOrdinary([]byte(stripped))
	if !e.id.Common && len(names.AppendJoined(nil, []byte(stripped))) >= minDistinct {
		x.typo(stripped, e)
	}
	if err := x.addAlias(&x.aliases, e, folded, stripped); err != nil {
		return err
	}
	if !ascii.Only(e.id.Value) {
		look := names.LookalikeTokens(e.id.Value)
		if string(look) != folded {
			// Two vendors' names may be drawn alike; the first is found.
			_ = x.addAlias(&x.drawn, e, string(look), string(names.StripLegalForms(look)))
		}
	}
	return nil
}

// addAlias adds a name to x in all the forms in which names of its sort are found.
func (x *index) addAlias(to *aliases, e *entry, folded, stripped string) error {
	if err := to.names.put(stripped, e); err != nil {
		return err
	}
	if err := to.full.put(folded, e); err != nil {
		return err
	}
	if e.id.Common || e.id.Kind == "transliteration" {
		return nil
	}
	if r, _ := utf8.DecodeRuneInString(stripped); (names.IsUnspacedScript(r) || unicode.Is(unicode.Hangul, r)) && !strings.Contains(stripped, " ") {
		to.unspaced = append(to.unspaced, unspacedName{stripped, e})
	}
	for _, phrase := range []string{folded, stripped} {
		if len(names.AppendJoined(nil, []byte(phrase))) < minDistinct {
			continue
		}
		if err := to.phrases.put(phrase, e); err != nil {
			return err
		}
		x.longest = max(x.longest, strings.Count(phrase, " ")+1)
		token, _, _ := strings.Cut(phrase, " ")
		h := hashToken([]byte(token))
		x.first[h>>6&127] |= 1 << (h & 63)
	}
	if s := string(names.AppendJoined(nil, []byte(folded))); len(s) >= minDistinct && to.squashed[s] == nil {
		to.squashed[s] = e // "HuaweiTechnologiesCoLtd"
		x.prefilter.AddToken(s)
	}
	return nil
}

// typo adds a distinctive name to those that are found squashed and misspelt.
func (x *index) typo(stripped string, e *entry) {
	s := string(names.AppendJoined(nil, []byte(stripped)))
	if len(s) < minDistinct || s[0] >= 0x80 {
		return
	}
	if old := x.squashed[s]; old != nil {
		if old.vendor == e.vendor && better(e, old) {
			x.squashed[s] = e
		}
		return
	}
	x.squashed[s] = e
	x.fuzzy.add(s)
}

// hashToken is FNV-1a, used to pass over tokens that start no phrase.
func hashToken(token []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range token {
		h = (h ^ uint32(b)) * 16777619
	}
	return h ^ h>>15
}

// put adds e under key. The same value of one vendor may come from two sources: the
// better one stays, else the first. Two vendors cannot share a
// value, and nothing can be both an identifier and an exclusion.
func (t table) put(key string, e *entry) error {
	if key == "" {
		return fmt.Errorf("no value is left after folding")
	}
	old := t[key]
	switch {
	case old == nil:
		t[key] = e
	case old.vendor != e.vendor:
		return fmt.Errorf("also claimed by %s", old.vendor.ID)
	case (old.excl != nil) != (e.excl != nil):
		return fmt.Errorf("both an identifier and an exclusion")
	case old.id != nil && better(e, old):
		t[key] = e
	}
	return nil
}

// better reports whether e is the one of two entries of one value to be shown: it names
// the vendor more surely, or as surely and in fewer words.
func better(e, old *entry) bool {
	if a, b := worth(e), worth(old); a != b {
		return a > b
	}
	if a, b := e.id.Kind == "name", old.id.Kind == "name"; a != b {
		return a
	}
	return len(e.id.Value) < len(old.id.Value)
}

// worth orders the entries of one value: what names the vendor by itself comes first.
func worth(e *entry) int {
	switch {
	case weakness(e) != "":
		return 0
	case e.id.Common:
		return 1
	}
	return 2
}

func weakness(e *entry) string {
	switch {
	case !e.id.Verified:
		return "not verified in its source"
	case e.id.Weak != "":
		return e.id.Weak
	}
	return ""
}
