// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"embed"
	"errors"
	"io/fs"
	"iter"
	"sync"
)

// Errors of [Load] and [Merge], for errors.Is.
var (
	// ErrRegister is wrapped by every error in a register's data.
	ErrRegister = errors.New("vendors: bad register")
)

// A Vendor is a corporate family with its dated members and its identifiers.
type Vendor struct {
	ID          ID
	Name        string
	Note        string
	Members     []Member
	Identifiers []Identifier
	Exclusions  []Exclusion
}

// A Member is a company, brand or business that belongs or belonged to a vendor.
type Member struct {
	ID       string
	Name     string
	Relation string // "subsidiary", "brand", "business", "jointVenture", "renamed"
	Interval
	// DoubtFrom is the day from which the membership is in doubt, as after a
	// sale was agreed whose closing is not known. From then on the member's
	// identifiers reach no more than Resembles.
	DoubtFrom Date
	Source    string
}

// An Identifier is one name, number or namespace of a vendor.
type Identifier struct {
	Kind   string // see the schema in CONTRIBUTING: "name", "purlNamespace", "oui" …
	Value  string
	Member string // id of the member it belongs to, "" for the family
	Interval
	Verified   bool   // false: not seen in its source; reaches no more than Resembles
	Common     bool   // a common word or name: needs a second, independent field
	Weak       string // why the identifier reaches no more than Resembles, "" if it does not
	Category   string // what a product is: "antivirus"; "" if not recorded
	Registrant string // of an OUI block: the organisation as registered
	Source     string
}

// An Exclusion is a thing that looks like a vendor's and is not.
type Exclusion struct {
	Kind  string
	Value string
	Interval
	Reason string // "stranger", "lookAlike", "formerMember", "hosting", "contribution"
	Note   string
	Source string
}

// A Register is a versioned collection of vendors. It is immutable and safe for
// concurrent use.
type Register struct {
	vendors []*Vendor // in order of id
	byID    map[ID]*Vendor
	index   index
}

//go:embed data/*.json
var bundled embed.FS

// Bundled returns the register that comes with this package. It is read on first
// use, once.
func Bundled() *Register { return bundledOnce() }

var bundledOnce = sync.OnceValue(func() *Register {
	sub, err := fs.Sub(bundled, "data")
	if err != nil {
		panic("vendors: internal error: " + err.Error())
	}
	r, err := Load(sub)
	if err != nil {
		panic("vendors: internal error: " + err.Error())
	}
	return r
})

// BundledData returns the files of [Bundled], one JSON file a vendor.
func BundledData() fs.FS {
	sub, err := fs.Sub(bundled, "data")
	if err != nil {
		panic("vendors: internal error: " + err.Error())
	}
	return sub
}

// All returns the vendors in order of their ids.
func (r *Register) All() iter.Seq[*Vendor] {
	return func(yield func(*Vendor) bool) {
		for _, v := range r.vendors {
			if !yield(v) {
				return
			}
		}
	}
}

// Vendor returns the vendor with this id, or nil. The caller must not change it.
func (r *Register) Vendor(id ID) *Vendor { return r.byID[id] }
