// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"embed"
	"errors"
	"io/fs"
	"iter"
	"sync"
)

// ErrRegister is wrapped by every error about the data of a register, for errors.Is.
var ErrRegister = errors.New("vendors: bad register")

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
	Relation Relation
	// The membership is valid from the day From, and no longer valid on the day Until. Both can be
	// empty.
	From, Until Date
	// DoubtFrom is the day from which the membership is in doubt, for example because the parties
	// agreed on a sale and its closing is not known. From this day on, the identifiers of the member
	// lead to [Resembles] at most.
	DoubtFrom Date
	Source    string
}

// A Relation is the relation of a member to its family.
type Relation string

// The relations.
const (
	RelationSubsidiary   Relation = "subsidiary"
	RelationBrand        Relation = "brand"
	RelationBusiness     Relation = "business" // a business that changed hands
	RelationJointVenture Relation = "jointVenture"
	RelationRenamed      Relation = "renamed" // an earlier name of the family or of a member
)

// An Identifier is one name, number or namespace of a vendor.
type Identifier struct {
	Kind   IdentifierKind
	Value  string
	Member string // id of the member that it belongs to, "" for the family
	// The identifier is valid from the day From, and no longer valid on the day Until. Both can be
	// empty.
	From, Until Date
	Verified    bool   // false: it was not seen in its source; it leads to Resembles at most
	Common      bool   // a common word or name: needs a second, independent field
	Weak        string // why the identifier leads to Resembles at most, "" if it leads further
	Category    string // what a product is: "antivirus"; "" if not recorded
	Registrant  string // of an OUI block: the organization in the registry
	Source      string
}

// An IdentifierKind is the kind of an [Identifier] or an [Exclusion]. CONTRIBUTING.md describes the
// values of each kind.
type IdentifierKind string

// The kinds that a register can contain.
const (
	IdentifierName               IdentifierKind = "name"               // compared without its legal form
	IdentifierExactName          IdentifierKind = "exactName"          // compared with its legal form, and not found in longer names
	IdentifierTransliteration    IdentifierKind = "transliteration"    // a name in Latin letters
	IdentifierProduct            IdentifierKind = "product"            // the name of a product
	IdentifierCertificate        IdentifierKind = "certificate"        // the organization in the subject of certificates
	IdentifierDeviceManufacturer IdentifierKind = "deviceManufacturer" // the manufacturer that SMBIOS or Android report
	IdentifierRPMVendor          IdentifierKind = "rpmVendor"          // the vendor tag of RPM packages
	IdentifierDomain             IdentifierKind = "domain"             // a registrable domain
	IdentifierRegID              IdentifierKind = "regid"              // SWID registration id
	IdentifierPURLNamespace      IdentifierKind = "purlNamespace"      // "npm/@scope", "maven/group", "github/owner"
	IdentifierPURLPackage        IdentifierKind = "purlPackage"        // "pypi/name"
	IdentifierPURLPrefix         IdentifierKind = "purlPrefix"         // how the names of packages start: "pypi/name"
	IdentifierCPEVendor          IdentifierKind = "cpeVendor"          // the vendor field of CPEs
	IdentifierPEN                IdentifierKind = "pen"                // IANA private enterprise number
	IdentifierPCI                IdentifierKind = "pci"                // PCI vendor id
	IdentifierUSB                IdentifierKind = "usb"                // USB vendor id
	IdentifierPNP                IdentifierKind = "pnp"                // UEFI PNP id
	IdentifierACPI               IdentifierKind = "acpi"               // ACPI vendor id
	IdentifierBluetooth          IdentifierKind = "bluetooth"          // Bluetooth company id
	IdentifierDeviceTree         IdentifierKind = "devicetree"         // vendor prefix of compatible strings
	IdentifierFingerprint        IdentifierKind = "fingerprint"        // digest of a certificate, key or signed image
	IdentifierGUID               IdentifierKind = "guid"               // GUID of the vendor or of a product
	IdentifierOUI                IdentifierKind = "oui"                // IEEE block
)

// The kinds that the register computes from others, see [Identifier.computed].
const (
	identifierSUIT  IdentifierKind = "suitVendorID"
	identifierCHID  IdentifierKind = "chid"
	identifierFwupd IdentifierKind = "fwupdGUID"
)

// IsName reports whether identifiers of this kind are names that are compared without their legal
// forms.
func (k IdentifierKind) IsName() bool {
	switch k {
	case IdentifierName, IdentifierTransliteration, IdentifierCertificate, IdentifierDeviceManufacturer, IdentifierRPMVendor:
		return true
	}
	return false
}

// An Exclusion is a name, number or namespace that resembles those of a vendor and belongs to
// somebody else.
type Exclusion struct {
	Kind  IdentifierKind
	Value string
	// The exclusion is valid from the day From, and no longer valid on the day Until. Both can be
	// empty.
	From, Until Date
	Reason      Reason
	Note        string
	Source      string
}

// A Reason is the reason why a claim that resembles an identifier of a vendor is not attributed to the
// vendor.
type Reason string

// The reasons. An [Exclusion] has one of the first five.
const (
	ReasonStranger     Reason = "stranger"     // another party with the same name
	ReasonLookAlike    Reason = "lookAlike"    // another party with a similar name
	ReasonFormerMember Reason = "formerMember" // not part of the family any more
	ReasonHosting      Reason = "hosting"      // the vendor hosts products of others
	ReasonContribution Reason = "contribution" // the vendor contributed to a product that others maintain
	ReasonNotYetMember Reason = "notYetMember" // not part of the family until a later day
)

// A Register is a collection of vendors. It is immutable and safe for concurrent use.
type Register struct {
	vendors []*Vendor // in order of id
	byID    map[ID]*Vendor
	packed  *packed // instead of vendors and byID, for a register that was packed
	index   index
	files   fs.FS // nil if the register was not loaded from files
	answers answers
}

//go:embed data/*.json
var bundled embed.FS

// Bundled returns the register that comes with this package. It is read once, on first use.
func Bundled() *Register { return bundledOnce() }

var bundledOnce = sync.OnceValue(func() *Register {
	files, err := fs.Sub(bundled, "data")
	if err != nil {
		panic("vendors: internal error: " + err.Error())
	}
	r, err := loadBundled(files)
	if err != nil {
		panic("vendors: internal error: " + err.Error())
	}
	return r
})

// Files returns the files that [Load] read the register from, one JSON file for each vendor. It
// returns nil for other registers.
func (r *Register) Files() fs.FS { return r.files }

// All returns the vendors in order of their ids.
func (r *Register) All() iter.Seq[*Vendor] {
	return func(yield func(*Vendor) bool) {
		for _, v := range r.all() {
			if !yield(v) {
				return
			}
		}
	}
}

// Vendor returns the vendor with this id, or nil. The caller must not change it.
func (r *Register) Vendor(id ID) *Vendor {
	if r.packed != nil {
		return r.packed.find(id)
	}
	return r.byID[id]
}

// all returns the vendors in order of their ids.
func (r *Register) all() []*Vendor {
	if r.packed != nil {
		return r.packed.all()
	}
	return r.vendors
}
