// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/clause76/clause76/internal/words"
)

// The JSON of a vendor's file. CONTRIBUTING.md describes it.
type vendorFile struct {
	ID          ID                `json:"id"`
	Name        string            `json:"name"`
	Note        string            `json:"note,omitzero"`
	Sources     map[string]string `json:"sources"`
	Members     []memberFile      `json:"members"`
	Identifiers []identifierFile  `json:"identifiers"`
	Exclusions  []exclusionFile   `json:"exclusions"`
}

type memberFile struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Relation  string `json:"relation"`
	From      Date   `json:"from,omitzero"`
	Until     Date   `json:"until,omitzero"`
	DoubtFrom Date   `json:"doubtFrom,omitzero"`
	Source    string `json:"source"`
}

type identifierFile struct {
	Kind       string   `json:"kind"`
	Values     []string `json:"values"`
	Member     string   `json:"member,omitzero"`
	From       Date     `json:"from,omitzero"`
	Until      Date     `json:"until,omitzero"`
	Unverified bool     `json:"unverified,omitzero"`
	Common     bool     `json:"common,omitzero"`
	Weak       string   `json:"weak,omitzero"`
	Category   string   `json:"category,omitzero"`
	Registrant string   `json:"registrant,omitzero"`
	Source     string   `json:"source"`
}

type exclusionFile struct {
	Kind   string `json:"kind"`
	Value  string `json:"value"`
	From   Date   `json:"from,omitzero"`
	Until  Date   `json:"until,omitzero"`
	Reason string `json:"reason"`
	Note   string `json:"note"`
	Source string `json:"source"`
}

// identifierKinds are the kinds of identifiers that a register can hold.
var identifierKinds = words.Set("name", "exactName", "transliteration", "product", "domain",
	"certificate", "deviceManufacturer", "rpmVendor",
	"purlNamespace", "purlPackage", "purlPrefix", "cpeVendor", "regid",
	"oui", "pen", "pci", "usb", "pnp", "acpi", "bluetooth", "devicetree", "fingerprint", "guid")

var errUnknownKind = fmt.Errorf("unknown kind; expected one of %s", listWords(identifierKinds))

// relations are the relations that a member can have to its family.
var relations = words.Set("subsidiary", "brand", "business", "jointVenture", "renamed")

// exclusionReasons say why a thing that looks like a vendor's is not.
var exclusionReasons = words.Set("stranger", "lookAlike", "formerMember", "hosting", "contribution")

// Load reads a register from the *.json files at the top of fsys. There is one file per
// vendor, named after its id. Every error wraps [ErrRegister] and names the file and the
// entry: an unknown member name, a duplicate key, a missing source, an invalid date, an
// interval that ends before it starts, a value that two families claim, a name of fewer
// than three letters, a number of the wrong form. [Lint] checks more.
func Load(fsys fs.FS) (*Register, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	var files []vendorFile
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var f vendorFile
		if err := json.Unmarshal(data, &f, json.RejectUnknownMembers(true)); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRegister, name, err)
		}
		if name != string(f.ID)+".json" {
			return nil, fmt.Errorf("%w: %s: id is %q; expected the file's name", ErrRegister, name, f.ID)
		}
		files = append(files, f)
	}
	return build(files)
}

// LoadBytes reads a register from one JSON array, as it is in a release of a denylist. The
// elements of the array are what [Load] reads from files.
func LoadBytes(data []byte) (*Register, error) {
	var files []vendorFile
	if err := json.Unmarshal(data, &files, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegister, err)
	}
	return build(files)
}

// build makes a register from the files of its vendors.
func build(files []vendorFile) (*Register, error) {
	r := &Register{byID: make(map[ID]*Vendor)}
	for _, f := range files {
		v, err := f.vendor()
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrRegister, f.ID, err)
		}
		if r.byID[v.ID] != nil {
			return nil, fmt.Errorf("%w: %s: a second vendor with this id", ErrRegister, v.ID)
		}
		r.byID[v.ID] = v
		r.vendors = append(r.vendors, v)
	}
	if len(r.vendors) == 0 {
		return nil, fmt.Errorf("%w: no vendors", ErrRegister)
	}
	sort.Slice(r.vendors, func(i, j int) bool { return r.vendors[i].ID < r.vendors[j].ID })
	if err := r.index.build(r.vendors); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegister, err)
	}
	return r, nil
}

// vendor checks the entries of a file and returns the vendor.
func (f *vendorFile) vendor() (*Vendor, error) {
	if !validID(string(f.ID)) {
		return nil, fmt.Errorf("id %q; expected lower-case letters, digits and hyphens", f.ID)
	}
	if f.Name == "" {
		return nil, errors.New("no name")
	}
	v := &Vendor{ID: f.ID, Name: f.Name, Note: f.Note}
	for i, m := range f.Members {
		member, err := f.member(m)
		if err != nil {
			return nil, fmt.Errorf("members[%d] (%s): %w", i, m.ID, err)
		}
		v.Members = append(v.Members, member)
	}
	for i, id := range f.Identifiers {
		if err := f.addIdentifiers(v, id); err != nil {
			return nil, fmt.Errorf("identifiers[%d] (%s): %w", i, id.Kind, err)
		}
	}
	for i, x := range f.Exclusions {
		exclusion, err := f.exclusion(x)
		if err != nil {
			return nil, fmt.Errorf("exclusions[%d] (%s): %w", i, x.Kind, err)
		}
		v.Exclusions = append(v.Exclusions, exclusion)
	}
	return v, nil
}

func (f *vendorFile) member(m memberFile) (Member, error) {
	source, err := f.check(m.Source, m.From, m.Until, m.DoubtFrom)
	if err != nil {
		return Member{}, err
	}
	if !validID(m.ID) || m.Name == "" || !relations[m.Relation] {
		return Member{}, fmt.Errorf("id, name and relation (one of %s) are required", listWords(relations))
	}
	return Member{m.ID, m.Name, m.Relation, Interval{m.From, m.Until}, m.DoubtFrom, source}, nil
}

// addIdentifiers adds the identifiers of an entry to v, one for each of its values. v must have
// its members already, because the entry can refer to one.
func (f *vendorFile) addIdentifiers(v *Vendor, id identifierFile) error {
	source, err := f.check(id.Source, id.From, id.Until)
	switch {
	case err != nil:
		return err
	case !identifierKinds[id.Kind]:
		return errUnknownKind
	case len(id.Values) == 0:
		return errors.New("no values")
	case id.Member != "" && v.member(id.Member) == nil:
		return fmt.Errorf("unknown member %q", id.Member)
	}
	for _, value := range id.Values {
		v.Identifiers = append(v.Identifiers, Identifier{
			Kind: id.Kind, Value: value, Member: id.Member, Interval: Interval{id.From, id.Until},
			Verified: !id.Unverified, Common: id.Common, Weak: id.Weak, Category: id.Category,
			Registrant: id.Registrant, Source: source,
		})
	}
	return nil
}

func (f *vendorFile) exclusion(x exclusionFile) (Exclusion, error) {
	source, err := f.check(x.Source, x.From, x.Until)
	switch {
	case err != nil:
		return Exclusion{}, err
	case !identifierKinds[x.Kind]:
		return Exclusion{}, errUnknownKind
	case !exclusionReasons[x.Reason]:
		return Exclusion{}, fmt.Errorf("reason %q; expected one of %s", x.Reason, listWords(exclusionReasons))
	case x.Value == "" || x.Note == "":
		return Exclusion{}, errors.New("value and note are required")
	}
	return Exclusion{x.Kind, x.Value, Interval{x.From, x.Until}, x.Reason, x.Note, source}, nil
}

// check returns the source with a key. It returns an error if there is none, or if a date is
// invalid. The first two dates are the start and the end of an interval.
func (f *vendorFile) check(key string, dates ...Date) (source string, err error) {
	for _, d := range dates {
		if d == "" {
			continue
		}
		if _, err := ParseDate(string(d)); err != nil {
			return "", err
		}
	}
	if len(dates) >= 2 && (Interval{dates[0], dates[1]}).reversed() {
		return "", fmt.Errorf("until %s is not after from %s", dates[1], dates[0])
	}
	if source = f.Sources[key]; source == "" {
		return "", fmt.Errorf("source %q is not in sources", key)
	}
	return source, nil
}

func (v *Vendor) member(id string) *Member {
	for i := range v.Members {
		if v.Members[i].ID == id {
			return &v.Members[i]
		}
	}
	return nil
}

func validID(id string) bool {
	for i := range len(id) {
		if c := id[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' && i > 0) {
			return false
		}
	}
	return id != ""
}

// listWords lists a set for a message, in alphabetical order.
func listWords(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}
