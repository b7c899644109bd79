// SPDX-License-Identifier: Apache-2.0

package vendors

// An ID names a vendor, that is a corporate family: "kaspersky".
type ID string

// A Role says how the subject of a claim relates to the component.
type Role string

// The roles of a claim. SBOMAuthor marks the tool or body that wrote the document;
// it is never matched.
const (
	Manufacturer Role = "manufacturer"
	Supplier     Role = "supplier"
	Publisher    Role = "publisher"
	Distributor  Role = "distributor"
	Namespace    Role = "namespace" // a namespace or identifier the component is published under
	Reference    Role = "reference" // where the component is kept or comes from; model texts of a device
	Homepage     Role = "homepage"  // a page about the component
	Author       Role = "author"    // persons and rights holders: contribution, not supply
	Mention      Role = "mention"   // the component's own name, descriptions, paths
	SBOMAuthor   Role = "emitter"
)

// Cap returns the highest tier that a claim of this role can reach, however well
// its value matches.
func (r Role) Cap() Tier {
	switch r {
	case Manufacturer, Supplier, Publisher, Distributor, Namespace, Reference, Homepage:
		return Registered
	case Author, Mention:
		return Resembles
	}
	return NoTier
}

// IsOrigin reports whether the role says who made, supplied, published or
// distributed the component.
func (r Role) IsOrigin() bool {
	switch r {
	case Manufacturer, Supplier, Publisher, Distributor:
		return true
	}
	return false
}

// A Kind says what sort of value a claim holds.
type Kind string

// The kinds of a claim's value.
const (
	KindName    Kind = "name"    // name of an organisation or person
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
	// KindFingerprint is the SHA-1 or SHA-256 digest, in hexadecimal, of a certificate
	// or key, or the Authenticode digest of a signed image.
	KindFingerprint Kind = "fingerprint"
	// KindCertificate is the subject of a certificate: its distinguished name, or the
	// organisation alone.
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

// A Location says where in a document a value stands.
type Location struct {
	// Pointer is a JSON Pointer (RFC 6901) or, in formats that are not JSON, a
	// path of the same shape.
	Pointer string `json:"pointer"`
	// Offset counts bytes from the start of the document to the first byte of
	// the value; -1 means that it is not known, as for a document that was
	// never a file.
	Offset int64 `json:"offset"`
}

// A Claim is one statement found in a document about who stands behind a component.
type Claim struct {
	Role     Role     `json:"role"`
	Kind     Kind     `json:"kind"`
	Value    string   `json:"value"` // as the document has it, with the escapes of its syntax decoded
	Location Location `json:"location"`
}

// Identity reports whether the claim, if true, says who stands behind the
// component: a maker's name that is not a placeholder, or an identifier of a
// namespace that has an owner. Coverage counts components with such a claim.
func (c Claim) Identity() bool {
	switch c.Kind {
	case KindName:
		return c.Role.IsOrigin() && !Placeholder(c.Value)
	case KindPURL:
		p, _, ok := splitPURL(c.Value)
		return ok && p.owner() != ""
	case KindCPE:
		v, _, ok := splitCPE(c.Value)
		return ok && v != ""
	case KindGroup:
		return c.Role == Namespace && c.Value != "" && !Placeholder(c.Value)
	case KindRegID, KindGUID, KindFingerprint, KindCertificate, KindOUI, KindPEN, KindPCI, KindUSB, KindPNP, KindACPI, KindBluetooth, KindDeviceTree:
		return c.Role != Mention && c.Value != ""
	}
	return false
}

// Owner returns whom an identifier names as the owner of the component: the owner in a
// package URL ("npm/@example"), a package group, the account on a host of repositories
// ("github/example"), or the vendor of a CPE that does not only repeat the product. It
// returns "" for all else, and for identifiers that name nobody.
func (c Claim) Owner() string {
	switch {
	case c.Kind == KindPURL && c.Role == Namespace:
		p, _, ok := splitPURL(c.Value)
		if owner := p.owner(); ok && owner != "" && !Placeholder(owner) {
			return p.typ + "/" + owner
		}
	case c.Kind == KindGroup && c.Role == Namespace:
		if !Placeholder(c.Value) {
			return c.Value
		}
	case c.Kind == KindCPE && c.Role == Namespace:
		if vendor, product, ok := splitCPE(c.Value); ok && !echoes(vendor, product) && !Placeholder(vendor) {
			return "cpe/" + vendor
		}
	case c.Kind == KindURL && c.Role == Reference:
		if p, ok := readURL(c.Value); ok {
			if typ, owner := p.account(); typ != "" && owner != "" && !p.short {
				return typ + "/" + owner
			}
			return Claim{Role: Namespace, Kind: KindPURL, Value: p.packageURL()}.Owner()
		}
	}
	return ""
}
