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

	"github.com/clause76/clause76/internal/names"
)

// Lint checks the files of a register as a reviewer would, beyond what [Load] needs to
// read them. It returns all faults, joined. Each names the file and the entry and wraps
// [ErrRegister]:
//
//   - what Load refuses, such as an identifier that two families claim, or a missing source;
//   - a name of fewer than four letters that is not marked common and has no legal form with
//     it: it would name the vendor without a second field;
//   - a sale without a date: a former member without the day from which it is one, or a
//     business that changed hands without the day of the sale or of the doubt;
//   - an entry that is not sourced and not marked unverified;
//   - entries out of order, which makes them hard to find and compare: members are in order
//     of id; identifiers of kind, member and value; exclusions of kind and value; values and
//     sources of code points;
//   - a source that nothing cites.
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
			continue // Load reported it
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

// lint returns what is wrong in a file, in order of its entries. data is its text.
func (f *vendorFile) lint(data []byte) []string {
	l := &linter{file: f, cited: make(map[string]bool)}
	for i, m := range f.Members {
		l.member(i, m)
	}
	for i, id := range f.Identifiers {
		l.identifier(i, id)
	}
	for i, x := range f.Exclusions {
		l.exclusion(i, x)
	}
	l.sources(sourceKeys(data))
	return l.faults
}

// A linter collects what is wrong in a file of a vendor.
type linter struct {
	file   *vendorFile
	cited  map[string]bool // keys of the sources that entries cite
	faults []string
}

func (l *linter) add(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

func (l *linter) member(i int, m memberFile) {
	l.cited[m.Source] = true
	if i > 0 && m.ID <= l.file.Members[i-1].ID {
		l.add("members[%d]: %s is not in order behind %s", i, m.ID, l.file.Members[i-1].ID)
	}
	if m.Relation == "business" && m.Until == "" && m.DoubtFrom == "" && l.file.attributesAlone(m.ID) {
		l.add("members[%d]: %s: a business that changed hands, without a date; expected until or doubtFrom, or that its identifiers are weak", i, m.ID)
	}
}

func (l *linter) identifier(i int, id identifierFile) {
	l.cited[id.Source] = true
	if !slices.IsSorted(id.Values) {
		l.add("identifiers[%d] (%s): the values are not in order", i, id.Kind)
	}
	if i > 0 {
		if before := l.file.Identifiers[i-1]; compareIdentifiers(before, id) > 0 {
			l.add("identifiers[%d] (%s %q): not in order behind %s %q", i, id.Kind, first(id.Values), before.Kind, first(before.Values))
		}
	}
	if l.file.Sources[id.Source] == notSourced && !id.Unverified {
		l.add("identifiers[%d] (%s): not sourced; expected unverified", i, id.Kind)
	}
	if !isName(id.Kind) || id.Common {
		return
	}
	for _, name := range id.Values {
		if isShortName(name) {
			l.add("identifiers[%d] (%s %q): fewer than four letters and no legal form; expected common", i, id.Kind, name)
		}
	}
}

func (l *linter) exclusion(i int, x exclusionFile) {
	l.cited[x.Source] = true
	if x.Reason == "formerMember" && x.From == "" {
		l.add("exclusions[%d] (%s): a former member; expected the day from which it is one", i, x.Value)
	}
	if i > 0 && compareExclusions(l.file.Exclusions[i-1], x) > 0 {
		l.add("exclusions[%d] (%s): not in order", i, x.Value)
	}
}

// sources checks the keys of the sources, in their order in the file. The entries must have
// been checked before, because they cite the sources.
func (l *linter) sources(keys []string) {
	last := ""
	for _, key := range keys {
		if key < last {
			l.add("sources: %q is not in order behind %q", key, last)
		}
		if !l.cited[key] {
			l.add("sources: nothing cites %q", key)
		}
		last = key
	}
}

// isShortName reports whether a name has fewer than four letters and no legal form with it.
// Others can have such a name by chance.
func isShortName(name string) bool {
	folded := names.Fold(name)
	stripped := string(names.StripLegalForms([]byte(folded)))
	return names.Letters(stripped) < minName && stripped == folded
}

// notSourced is the text in sources for a key that means that there is no source.
const notSourced = "not sourced"

// isName reports whether identifiers of a kind are names that are compared without their legal
// forms.
func isName(kind string) bool {
	switch kind {
	case "name", "transliteration", "certificate", "deviceManufacturer", "rpmVendor":
		return true
	}
	return false
}

// attributesAlone reports whether an identifier of the member leads to an attribution without
// a second one.
func (f *vendorFile) attributesAlone(member string) bool {
	return slices.ContainsFunc(f.Identifiers, func(x identifierFile) bool { return x.Member == member && x.Weak == "" && !x.Unverified })
}

func compareIdentifiers(a, b identifierFile) int {
	return cmp.Or(cmp.Compare(kindIndex(a.Kind), kindIndex(b.Kind)), strings.Compare(a.Member, b.Member), strings.Compare(first(a.Values), first(b.Values)))
}

func compareExclusions(a, b exclusionFile) int {
	return cmp.Or(cmp.Compare(kindIndex(a.Kind), kindIndex(b.Kind)), strings.Compare(a.Value, b.Value))
}

func kindIndex(kind string) int { return slices.Index(kindOrder, kind) }

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// sourceKeys returns the names in the object "sources", in their order in the file.
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
