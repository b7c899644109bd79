// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json"
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

// identifierKinds are the kinds of identifiers a register can hold.
var identifierKinds = makeSet("name", "exactName", "transliteration", "product", "domain",
	"certificate", "deviceManufacturer", "rpmVendor",
	"purlNamespace", "purlPackage", "purlPrefix", "cpeVendor", "regid",
	"oui", "pen", "pci", "usb", "pnp", "acpi", "bluetooth", "devicetree", "fingerprint", "guid")

// relations are what a member can be to its family.
var relations = makeSet("subsidiary", "brand", "business", "jointVenture", "renamed")

var exclusionReasons = makeSet("stranger", "lookAlike", "formerMember", "hosting", "contribution")

// Load reads a register from the *.json files at the top of fsys, one file a
// vendor, named after its id. Every error wraps [ErrRegister] and names the file
// and the entry: an unknown member name, a duplicate key, a missing source, a date
// that is none or an interval that ends before it starts, a value claimed by two
// families, a name of fewer than three letters, a number of the wrong form. [Lint]
// checks more.
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

// LoadBytes reads a register from one JSON array of what [Load] has in files, as
// it is kept in a denylist release.
func LoadBytes(data []byte) (*Register, error) {
	var files []vendorFile
	if err := json.Unmarshal(data, &files, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRegister, err)
	}
	return build(files)
}

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

func (f *vendorFile) vendor() (*Vendor, error) {
	if !validID(string(f.ID)) {
		return nil, fmt.Errorf("id %q; expected lower-case letters, digits and hyphens", f.ID)
	}
	if f.Name == "" {
		return nil, errors.New("no name")
	}
	v := &Vendor{ID: f.ID, Name: f.Name, Note: f.Note}
	for i, m := range f.Members {
		source, err := f.check(m.Source, m.From, m.Until, m.DoubtFrom)
		if err != nil {
			return nil, fmt.Errorf("members[%d] (%s): %w", i, m.ID, err)
		}
		if !validID(m.ID) || m.Name == "" || !relations[m.Relation] {
			return nil, fmt.Errorf("members[%d] (%s): id, name and relation (one of %s) are required", i, m.ID, words(relations))
		}
		v.Members = append(v.Members, Member{m.ID, m.Name, m.Relation, Interval{m.From, m.Until}, m.DoubtFrom, source})
	}
	for i, id := range f.Identifiers {
		source, err := f.check(id.Source, id.From, id.Until)
		switch {
		case err != nil:
		case !identifierKinds[id.Kind]:
			err = fmt.Errorf("unknown kind; expected one of %s", words(identifierKinds))
		case len(id.Values) == 0:
			err = errors.New("no values")
		case id.Member != "" && v.member(id.Member) == nil:
			err = fmt.Errorf("unknown member %q", id.Member)
		}
		if err != nil {
			return nil, fmt.Errorf("identifiers[%d] (%s): %w", i, id.Kind, err)
		}
		for _, value := range id.Values {
			v.Identifiers = append(v.Identifiers, Identifier{
				Kind: id.Kind, Value: value, Member: id.Member, Interval: Interval{id.From, id.Until},
				Verified: !id.Unverified, Common: id.Common, Weak: id.Weak, Category: id.Category,
				Registrant: id.Registrant, Source: source,
			})
		}
	}
	for i, x := range f.Exclusions {
		source, err := f.check(x.Source, x.From, x.Until)
		switch {
		case err != nil:
		case !identifierKinds[x.Kind]:
			err = fmt.Errorf("unknown kind; expected one of %s", words(identifierKinds))
		case !exclusionReasons[x.Reason]:
			err = fmt.Errorf("reason %q; expected one of %s", x.Reason, words(exclusionReasons))
		case x.Value == "" || x.Note == "":
			err = errors.New("value and note are required")
		}
		if err != nil {
			return nil, fmt.Errorf("exclusions[%d] (%s): %w", i, x.Kind, err)
		}
		v.Exclusions = append(v.Exclusions, Exclusion{x.Kind, x.Value, Interval{x.From, x.Until}, x.Reason, x.Note, source})
	}
	return v, nil
}

// check returns the source behind a key, and an error if there is none or a date
// is bad.
func (f *vendorFile) check(source string, dates ...Date) (string, error) {
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
	full, ok := f.Sources[source]
	if !ok || full == "" {
		return "", fmt.Errorf("source %q is not in sources", source)
	}
	return full, nil
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

func words(set map[string]bool) string {
	var w []string
	for k := range set {
		w = append(w, k)
	}
	slices.Sort(w)
	return strings.Join(w, ", ")
}
