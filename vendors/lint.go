// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Lint checks the files of a register as a reviewer would, beyond what [Load] needs to
// read them. It returns all faults, joined, each with the file and the entry and wrapping
// [ErrRegister]:
//
//   - what Load refuses, among it an identifier of two families and a missing source;
//   - a name of fewer than four letters that is not marked common, and so would name the
//     vendor without a second field, unless a legal form stands beside it;
//   - an undated sale: a former member without the day from which it is one, a business
//     that changed hands without the day of it or of the doubt;
//   - an entry that is not verified and does not say that its source is none;
//   - entries that are not in order, so that they are found and compared by eye: members
//     by id; identifiers by kind, member and value; exclusions by kind and value; values
//     and sources by code point; and a source that nothing cites.
func Lint(fsys fs.FS) error {
	var faults []error
	if _, err := Load(fsys); err != nil {
		faults = append(faults, err)
	}
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		var f vendorFile
		if json.Unmarshal(data, &f, json.RejectUnknownMembers(true)) != nil {
			continue // Load has said so
		}
		for _, fault := range f.lint(data) {
			faults = append(faults, fmt.Errorf("%w: %s: %s", ErrRegister, name, fault))
		}
	}
	return errors.Join(faults...)
}

// kindOrder is the order of identifiers in a file: names, then namespaces, then numbers.
var kindOrder = []string{"name", "exactName", "transliteration", "product", "certificate", "deviceManufacturer", "rpmVendor",
	"domain", "regid", "purlNamespace", "purlPackage", "purlPrefix", "cpeVendor",
	"pen", "pci", "usb", "pnp", "acpi", "bluetooth", "devicetree", "fingerprint", "guid", "oui"}

func (f *vendorFile) lint(data []byte) (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	cited := make(map[string]bool)
	for i, m := range f.Members {
		cited[m.Source] = true
		if i > 0 && m.ID <= f.Members[i-1].ID {
			add("members[%d]: %s is not in order behind %s", i, m.ID, f.Members[i-1].ID)
		}
		if m.Relation == "business" && m.Until == "" && m.DoubtFrom == "" && f.holds(m.ID) {
			add("members[%d]: %s: a business that changed hands, without a date; expected until or doubtFrom, or that its identifiers are weak", i, m.ID)
		}
	}
	for i, id := range f.Identifiers {
		cited[id.Source] = true
		if !slices.IsSorted(id.Values) {
			add("identifiers[%d] (%s): the values are not in order", i, id.Kind)
		}
		if i > 0 && compareIdentifiers(f.Identifiers[i-1], id) > 0 {
			add("identifiers[%d] (%s %q): not in order behind %s %q", i, id.Kind, first(id.Values), f.Identifiers[i-1].Kind, first(f.Identifiers[i-1].Values))
		}
		if f.Sources[id.Source] == notSourced && !id.Unverified {
			add("identifiers[%d] (%s): not sourced; expected unverified", i, id.Kind)
		}
		for _, v := range id.Values {
			folded := Fold(v)
			stripped := string(stripForms([]byte(folded)))
			if isName(id.Kind) && !id.Common && letters(stripped) < minName && stripped == folded {
				add("identifiers[%d] (%s %q): fewer than four letters and no legal form; expected common", i, id.Kind, v)
			}
		}
	}
	for i, x := range f.Exclusions {
		cited[x.Source] = true
		if x.Reason == "formerMember" && x.From == "" {
			add("exclusions[%d] (%s): a former member; expected the day from which it is one", i, x.Value)
		}
		if i > 0 && cmp.Or(cmp.Compare(kindIndex(f.Exclusions[i-1].Kind), kindIndex(x.Kind)), strings.Compare(f.Exclusions[i-1].Value, x.Value)) > 0 {
			add("exclusions[%d] (%s): not in order", i, x.Value)
		}
	}
	last := ""
	for _, key := range sourceKeys(data) {
		if key < last {
			add("sources: %q is not in order behind %q", key, last)
		}
		if !cited[key] {
			add("sources: nothing cites %q", key)
		}
		last = key
	}
	return faults
}

// notSourced is what a source says that is none.
const notSourced = "not sourced"

func isName(kind string) bool {
	switch kind {
	case "name", "transliteration", "certificate", "deviceManufacturer", "rpmVendor":
		return true
	}
	return false
}

// holds reports whether an identifier of the member can attribute by itself.
func (f *vendorFile) holds(member string) bool {
	return slices.ContainsFunc(f.Identifiers, func(x identifierFile) bool { return x.Member == member && x.Weak == "" && !x.Unverified })
}

func compareIdentifiers(a, b identifierFile) int {
	return cmp.Or(cmp.Compare(kindIndex(a.Kind), kindIndex(b.Kind)), strings.Compare(a.Member, b.Member), strings.Compare(first(a.Values), first(b.Values)))
}

func kindIndex(kind string) int { return slices.Index(kindOrder, kind) }

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// sourceKeys returns the names in the object "sources", in order of the file.
func sourceKeys(data []byte) (keys []string) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return keys
		}
		if d.StackDepth() == 2 && token.Kind() == '"' && strings.HasPrefix(string(d.StackPointer()), "/sources/") {
			if _, n := d.StackIndex(2); n%2 == 1 { // a name, not a value
				keys = append(keys, token.String())
			}
		}
	}
}
