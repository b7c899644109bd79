// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"

	"github.com/clause76/clause76/internal/registerfile"
)

// Load reads a register from the *.json files at the top of fsys. There is one file per
// vendor, named after its id. Every error wraps [ErrRegister] and names the file and the
// entry: an unknown member name, a duplicate key, a missing source, an invalid date, an
// interval that ends before it starts, a value that two families claim, a name of fewer
// than three letters, a number of the wrong form.
func Load(fsys fs.FS) (*Register, error) {
	paths, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	var files []registerfile.Vendor
	for _, path := range paths {
		data, err := fs.ReadFile(fsys, path)
		if err != nil {
			return nil, err
		}
		f, err := registerfile.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRegister, path, err)
		}
		if path != f.ID+".json" {
			return nil, fmt.Errorf("%w: %s: id is %q; expected the file's name", ErrRegister, path, f.ID)
		}
		files = append(files, f)
	}
	r, err := build(files)
	if err != nil {
		return nil, err
	}
	r.files = fsys
	return r, nil
}

// UnmarshalJSON reads a register from one JSON array, as a release of a denylist contains it. The
// elements of the array are what [Load] reads from files. A Register that has vendors is
// immutable: UnmarshalJSON returns an error for it.
func (r *Register) UnmarshalJSON(data []byte) error {
	if len(r.vendors) > 0 || r.packed != nil {
		return fmt.Errorf("%w: the register has vendors already", ErrRegister)
	}
	files, err := registerfile.ParseList(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRegister, err)
	}
	return r.build(files)
}

// build makes a register from the files of its vendors.
func build(files []registerfile.Vendor) (*Register, error) {
	r := new(Register)
	if err := r.build(files); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Register) build(files []registerfile.Vendor) error {
	var vendors []*Vendor
	for i := range files {
		v, err := readVendor(&files[i])
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrRegister, files[i].ID, err)
		}
		vendors = append(vendors, v)
	}
	return r.set(vendors)
}

// set sets the vendors of an empty register.
func (r *Register) set(vendors []*Vendor) error {
	if len(vendors) == 0 {
		return fmt.Errorf("%w: no vendors", ErrRegister)
	}
	r.byID = make(map[ID]*Vendor)
	for _, v := range vendors {
		if r.byID[v.ID] != nil {
			return fmt.Errorf("%w: %s: a second vendor with this id", ErrRegister, v.ID)
		}
		r.byID[v.ID] = v
	}
	sort.Slice(vendors, func(i, j int) bool { return vendors[i].ID < vendors[j].ID })
	if err := r.index.build(vendors); err != nil {
		return fmt.Errorf("%w: %w", ErrRegister, err)
	}
	r.vendors = vendors
	return nil
}

// A vendorReader makes a vendor of its file and checks the entries.
type vendorReader struct {
	file   *registerfile.Vendor
	vendor *Vendor
}

func readVendor(f *registerfile.Vendor) (*Vendor, error) {
	if err := registerfile.CheckID(f.ID); err != nil {
		return nil, err
	}
	if f.Name == "" {
		return nil, errors.New("no name")
	}
	r := vendorReader{f, &Vendor{ID: ID(f.ID), Name: f.Name, Note: f.Note}}
	for i := range f.Members {
		if err := r.member(&f.Members[i]); err != nil {
			return nil, fmt.Errorf("members[%d] (%s): %w", i, f.Members[i].ID, err)
		}
	}
	for i := range f.Identifiers { // after the members, because they can refer to one
		if err := r.identifiers(&f.Identifiers[i]); err != nil {
			return nil, fmt.Errorf("identifiers[%d] (%s): %w", i, f.Identifiers[i].Kind, err)
		}
	}
	for i := range f.Exclusions {
		if err := r.exclusion(&f.Exclusions[i]); err != nil {
			return nil, fmt.Errorf("exclusions[%d] (%s): %w", i, f.Exclusions[i].Kind, err)
		}
	}
	return r.vendor, nil
}

func (r *vendorReader) member(m *registerfile.Member) error {
	source, err := r.check(m.Source, m.From, m.Until, m.DoubtFrom)
	if err != nil {
		return err
	}
	if registerfile.CheckID(m.ID) != nil || m.Name == "" || !slices.Contains(registerfile.Relations, m.Relation) {
		return fmt.Errorf("id, name and relation (one of %s) are required", registerfile.Sorted(registerfile.Relations))
	}
	r.vendor.Members = append(r.vendor.Members, Member{
		ID: m.ID, Name: m.Name, Relation: Relation(m.Relation),
		From: Date(m.From), Until: Date(m.Until), DoubtFrom: Date(m.DoubtFrom), Source: source,
	})
	return nil
}

// identifiers adds the identifiers of an entry, one for each of its values.
func (r *vendorReader) identifiers(id *registerfile.Identifier) error {
	source, err := r.check(id.Source, id.From, id.Until)
	if err != nil {
		return err
	}
	if err := registerfile.CheckKind(id.Kind); err != nil {
		return err
	}
	switch {
	case len(id.Values) == 0:
		return errors.New("no values")
	case id.Member != "" && r.vendor.member(id.Member) == nil:
		return fmt.Errorf("unknown member %q", id.Member)
	}
	for _, value := range id.Values {
		r.vendor.Identifiers = append(r.vendor.Identifiers, Identifier{
			Kind: IdentifierKind(id.Kind), Value: value, Member: id.Member, From: Date(id.From), Until: Date(id.Until),
			Verified: !id.Unverified, Common: id.Common, Weak: id.Weak, Category: id.Category,
			Registrant: id.Registrant, Source: source,
		})
	}
	return nil
}

func (r *vendorReader) exclusion(x *registerfile.Exclusion) error {
	source, err := r.check(x.Source, x.From, x.Until)
	if err != nil {
		return err
	}
	if err := registerfile.CheckKind(x.Kind); err != nil {
		return err
	}
	switch {
	case !slices.Contains(registerfile.Reasons, x.Reason):
		return fmt.Errorf("reason %q; expected one of %s", x.Reason, registerfile.Sorted(registerfile.Reasons))
	case x.Value == "" || x.Note == "":
		return errors.New("value and note are required")
	}
	r.vendor.Exclusions = append(r.vendor.Exclusions, Exclusion{
		Kind: IdentifierKind(x.Kind), Value: x.Value, From: Date(x.From), Until: Date(x.Until),
		Reason: Reason(x.Reason), Note: x.Note, Source: source,
	})
	return nil
}

// check returns the source with a key. It returns an error if there is none, or if a date is
// invalid. The first two dates are the start and the end of an interval.
func (r *vendorReader) check(key string, dates ...string) (source string, err error) {
	for _, d := range dates {
		if d == "" {
			continue
		}
		if err := Date(d).check(); err != nil {
			return "", err
		}
	}
	if (interval{Date(dates[0]), Date(dates[1])}).isReversed() {
		return "", fmt.Errorf("until %s is not after from %s", dates[1], dates[0])
	}
	if source = r.file.Sources[key]; source == "" {
		return "", fmt.Errorf("source %q is not in sources", key)
	}
	return source, nil
}

// member returns the member with an id, or nil.
func (v *Vendor) member(id string) *Member {
	for i := range v.Members {
		if v.Members[i].ID == id {
			return &v.Members[i]
		}
	}
	return nil
}
