// SPDX-License-Identifier: Apache-2.0

package vendors

import (
	"github.com/clause76/clause76/internal/cpe"
	"github.com/clause76/clause76/internal/names"
	"github.com/clause76/clause76/internal/purl"
	"github.com/clause76/clause76/internal/weburl"
)

// An ID identifies a vendor, which is a corporate family: "kaspersky".
type ID string

// A Role is the relation of the subject of a claim to the component.
type Role string

// The roles of a claim. SBOMAuthor is the tool or organization that wrote the document. It is never
// attributed.
const (
	Manufacturer Role = "manufacturer"
	Supplier     Role = "supplier"
	Publisher    Role = "publisher"
	Distributor  Role = "distributor"
	Namespace    Role = "namespace" // a namespace or identifier that the component is published under
	Reference    Role = "reference" // where the component is kept or comes from; model texts of a device
	Homepage     Role = "homepage"  // a page about the component
	Author       Role = "author"    // persons and rights holders, who contribute and do not supply
	Mention      Role = "mention"   // the component's own name, descriptions, paths
	SBOMAuthor   Role = "emitter"
)

// Cap returns the highest tier of claims with this role, however well their values match.
func (r Role) Cap() Tier {
	switch r {
	case Manufacturer, Supplier, Publisher, Distributor, Namespace, Reference, Homepage:
		return Registered
	case Author, Mention:
		return Resembles
	}
	return NoTier
}

// IsOrigin reports whether the subject of a claim with this role made, supplied, published or
// distributed the component.
func (r Role) IsOrigin() bool {
	switch r {
	case Manufacturer, Supplier, Publisher, Distributor:
		return true
	}
	return false
}

// A Kind is the kind of a claim's value.
type Kind string

// The kinds of a claim's value.
const (
	KindName    Kind = "name"    // name of an organization or a person
	KindGroup   Kind = "group"   // a package group or scope: "com.example", "@example"
	KindProduct Kind = "product" // name of a component or model
	KindText    Kind = "text"    // free text
	KindPURL    Kind = "purl"    // package URL, ECMA-427
	KindCPE     Kind = "cpe"     // CPE 2.2 URI or 2.3 formatted string, NIST IR 7695
	KindURL     Kind = "url"     // any URL or host name
	KindEmail   Kind = "email"   // e-mail address
	KindRegID   Kind = "regid"   // SWID registration id, ISO/IEC 19770-2
	// KindGUID is a GUID of a vendor or product: a SUIT vendor id, a computer hardware id.
	KindGUID Kind = "guid"
	// KindFingerprint is the SHA-1 or SHA-256 digest of a certificate or key, or the
	// Authenticode digest of a signed image, in hexadecimal.
	KindFingerprint Kind = "fingerprint"
	// KindCertificate is the subject of a certificate: its distinguished name, or only the
	// organization.
	KindCertificate Kind = "certificate"
	KindOUI         Kind = "oui"        // MAC address or IEEE prefix in hexadecimal
	KindPEN         Kind = "pen"        // IANA private enterprise number, decimal
	KindPCI         Kind = "pci"        // PCI vendor id, four hexadecimal digits
	KindUSB         Kind = "usb"        // USB vendor id, four hexadecimal digits
	KindPNP         Kind = "pnp"        // UEFI PNP id, three letters
	KindACPI        Kind = "acpi"       // ACPI vendor id, four letters
	KindBluetooth   Kind = "bluetooth"  // Bluetooth company id, 0x and four hexadecimal digits
	KindDeviceTree  Kind = "devicetree" // devicetree compatible string or vendor prefix
)

// A Location is the place of a value in a document.
type Location struct {
	// Pointer is a JSON Pointer (RFC 6901) or, in formats that are not JSON, a
	// path of the same shape.
	Pointer string `json:"pointer"`
	// Offset is the number of bytes from the start of the document to the first byte of the value,
	// or -1 if it is not known, for example if the document was never a file.
	Offset int64 `json:"offset"`
}

// A Claim is one statement in a document about who made, supplied or published a component.
type Claim struct {
	Role     Role     `json:"role"`
	Kind     Kind     `json:"kind"`
	Value    string   `json:"value"` // as the document has it, with the escapes of its syntax decoded
	Location Location `json:"location"`
}

// Identity reports whether the claim identifies a maker: it is the name of a maker and not a
// placeholder, or an identifier in a namespace with an owner. Coverage counts the components with
// such a claim.
func (c Claim) Identity() bool {
	switch c.Kind {
	case KindName:
		return c.Role.IsOrigin() && !names.Placeholder(c.Value)
	case KindPURL:
		p, _, ok := purl.ParseTolerant(c.Value)
		return ok && p.Owner() != ""
	case KindCPE:
		name, ok := cpe.Parse(c.Value)
		return ok && name.Vendor != ""
	case KindGroup:
		return c.Role == Namespace && c.Value != "" && !names.Placeholder(c.Value)
	case KindRegID, KindGUID, KindFingerprint, KindCertificate, KindOUI, KindPEN, KindPCI, KindUSB, KindPNP, KindACPI, KindBluetooth, KindDeviceTree:
		return c.Role != Mention && c.Value != ""
	}
	return false
}

// Owner returns the owner of the component that an identifier names: the owner in a package URL
// ("npm/example"), a package group, the account on a host of repositories ("github/example"), or
// the vendor of a CPE that does not only repeat the product. It returns "" for other claims, and for
// identifiers without an owner.
func (c Claim) Owner() string {
	switch {
	case c.Kind == KindURL && c.Role == Reference:
		return ownerInURL(c.Value)
	case c.Role != Namespace:
		return ""
	}
	switch c.Kind {
	case KindPURL:
		p, _, ok := purl.ParseTolerant(c.Value)
		if owner := p.Owner(); ok && owner != "" && !names.Placeholder(owner) {
			return p.Type + "/" + owner
		}
	case KindGroup:
		if !names.Placeholder(c.Value) {
			return c.Value
		}
	case KindCPE:
		if name, ok := cpe.Parse(c.Value); ok && !name.VendorEchoesProduct() && !names.Placeholder(name.Vendor) {
			return "cpe/" + name.Vendor
		}
	}
	return ""
}

// ownerInURL returns the owner of the account or of the package that a URL leads to.
func ownerInURL(url string) string {
	p, ok := weburl.Parse(url)
	if !ok {
		return ""
	}
	if typ, owner := p.Account(); typ != "" && owner != "" && !p.Shorthand {
		return typ + "/" + owner
	}
	return Claim{Role: Namespace, Kind: KindPURL, Value: p.PackageURL()}.Owner()
}
