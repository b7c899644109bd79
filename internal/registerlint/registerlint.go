// SPDX-License-Identifier: Apache-2.0

// Package registerlint checks the files of a vendor register as a reviewer would.
package registerlint

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/registerfile"
	"github.com/clause76/clause76/vendors"
)

// Lint returns all faults in the files of a register. Each names the file and the entry, and wraps
// [vendors.ErrRegister]:
//
//   - what [vendors.Load] refuses, such as an identifier that two families claim, or a missing
//     source;
//   - a name of fewer than four letters that is not marked common and has no legal form: it would
//     identify the vendor without a second field;
//   - a sale without a date: a former member without the day from which it is one, or a
//     business that changed hands without the day of the sale or of the doubt;
//   - an entry that is not sourced and not marked unverified;
//   - entries out of order, which makes them hard to find and compare: members are in order
//     of id, identifiers of kind, member and value, exclusions of kind and value, values and
//     sources of code points;
//   - a source that no entry cites.
func Lint(fsys fs.FS) (faults []error) {
	if _, err := vendors.Load(fsys); err != nil {
		faults = append(faults, err)
	}
	paths, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return append(faults, err)
	}
	for _, path := range paths {
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return append(faults, err)
		}
		f, err := registerfile.Parse(data)
		if err != nil {
			continue // Load reported it
		}
		for _, fault := range lint(&f, data) {
			faults = append(faults, fmt.Errorf("%w: %s: %s", vendors.ErrRegister, path, fault))
		}
	}
	return faults
}

// lint returns what is wrong in a file, in order of its entries. data is its text.
func lint(f *registerfile.Vendor, data []byte) []string {
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
	file   *registerfile.Vendor
	cited  map[string]bool // keys of the sources that entries cite
	faults []string
}

func (l *linter) add(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

func (l *linter) member(i int, m registerfile.Member) {
	l.cited[m.Source] = true
	if i > 0 && m.ID <= l.file.Members[i-1].ID {
		l.add("members[%d]: %s is not in order after %s", i, m.ID, l.file.Members[i-1].ID)
	}
	if vendors.Relation(m.Relation) == vendors.RelationBusiness && m.Until == "" && m.DoubtFrom == "" && attributesAlone(l.file, m.ID) {
		l.add("members[%d]: %s: a business that changed hands, without a date; expected until or doubtFrom, or that its identifiers are weak", i, m.ID)
	}
}

func (l *linter) identifier(i int, id registerfile.Identifier) {
	l.cited[id.Source] = true
	if !slices.IsSorted(id.Values) {
		l.add("identifiers[%d] (%s): the values are not in order", i, id.Kind)
	}
	if i > 0 {
		if before := l.file.Identifiers[i-1]; compareIdentifiers(before, id) > 0 {
			l.add("identifiers[%d] (%s %q): not in order after %s %q", i, id.Kind, first(id.Values), before.Kind, first(before.Values))
		}
	}
	if l.file.Sources[id.Source] == notSourced && !id.Unverified {
		l.add("identifiers[%d] (%s): not sourced; expected unverified", i, id.Kind)
	}
	if !vendors.IdentifierKind(id.Kind).IsName() || id.Common {
		return
	}
	for _, name := range id.Values {
		if isShortName(name) {
			l.add("identifiers[%d] (%s %q): fewer than four letters and no legal form; expected common", i, id.Kind, name)
		}
	}
}

func (l *linter) exclusion(i int, x registerfile.Exclusion) {
	l.cited[x.Source] = true
	if vendors.Reason(x.Reason) == vendors.ReasonFormerMember && x.From == "" {
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
			l.add("sources: %q is not in order after %q", key, last)
		}
		if !l.cited[key] {
			l.add("sources: nothing cites %q", key)
		}
		last = key
	}
}

// isShortName reports whether a name has fewer than four letters and no legal form. Others can have
// that name by chance.
func isShortName(name string) bool {
	folded := names.Fold(name)
	stripped := string(names.StripLegalForms([]byte(folded)))
	return names.Letters(stripped) < names.MinLetters && stripped == folded
}

// notSourced is the text in "sources" for entries without a source.
const notSourced = "not sourced"

// attributesAlone reports whether an identifier of the member leads to an attribution without
// a second one.
func attributesAlone(f *registerfile.Vendor, member string) bool {
	return slices.ContainsFunc(f.Identifiers, func(x registerfile.Identifier) bool { return x.Member == member && x.Weak == "" && !x.Unverified })
}

func compareIdentifiers(a, b registerfile.Identifier) int {
	return cmp.Or(cmp.Compare(kindIndex(a.Kind), kindIndex(b.Kind)), strings.Compare(a.Member, b.Member), strings.Compare(first(a.Values), first(b.Values)))
}

func compareExclusions(a, b registerfile.Exclusion) int {
	return cmp.Or(cmp.Compare(kindIndex(a.Kind), kindIndex(b.Kind)), strings.Compare(a.Value, b.Value))
}

func kindIndex(kind string) int { return slices.Index(registerfile.Kinds, kind) }

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
