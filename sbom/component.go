// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"github.com/clause76/clause76/vendors"
)

// A Placement is the place of a component: a product itself, or part of one.
type Placement uint8

const (
	// Included is a component inside a product.
	Included Placement = iota
	// Primary is a product that the document describes: metadata.component of
	// CycloneDX, the package that an SPDX document DESCRIBES, a device.
	Primary
	// Unresolved is a component for which the document states the placement later.
	// [Document.IsPrimary] reports it once all components are read.
	Unresolved
)

// A Component is a part of a product, or the product itself, with its claims.
type Component struct {
	Ref     string // bom-ref or SPDXID, unique in a valid document; may be empty
	Type    string // in the words of the format: "library", "device"; "service" for services; may be empty
	Group   string
	Name    string
	Version string
	PURL    string // the first package URL, as written; may be empty
	// Category is the kind of product if the format determines it:
	// "telecommunicationsEquipment" for a router. Most components have none.
	Category  string
	Placement Placement
	// Pedigree means that the component is not part of the product but of its history:
	// an ancestor, a variant, an input of its build.
	Pedigree bool
	Claims   []vendors.Claim
	// Supplied means that there is a name of a manufacturer, supplier, publisher or
	// distributor; Identified that there is such a name or an identifier of a vendor;
	// HasPURL that there is a package URL. Claims that [Document.Keep] drops count too.
	Supplied, Identified, HasPURL bool
	// Malformed counts fields that can identify a vendor and that could not be read.
	Malformed int
	Location  vendors.Location
}

// A Warning reports something unusual that did not prevent reading the document.
type Warning struct {
	Kind     WarningKind      `json:"kind"`
	Message  string           `json:"message"`
	Location vendors.Location `json:"location"`
}

// A WarningKind is the word for a kind of warnings in a report.
type WarningKind string

// The kinds of warnings.
const (
	WarnMalformed        WarningKind = "malformedField"   // a field that can identify a vendor has the wrong type
	WarnSimilarField     WarningKind = "nearMissName"     // a name that other parsers may fold into a known one
	WarnSchema           WarningKind = "schema"           // a fault by the schema of the format that did not prevent reading
	WarnConfusable       WarningKind = "oddLetters"       // a maker's name has invisible characters or mixes scripts
	WarnPURL             WarningKind = "badPURL"          // a package URL that does not parse
	WarnCPE              WarningKind = "badCPE"           // a CPE that does not parse
	WarnNullElement      WarningKind = "nullElement"      // null where a component should be
	WarnSupplierForm     WarningKind = "supplierForm"     // an SPDX supplier without "Organization:" or the like
	WarnIncomplete       WarningKind = "incomplete"       // the document states that it is not complete, or does not show that it is
	WarnUnresolved       WarningKind = "unresolvedAgent"  // a supplier is a reference to an element that the document does not have
	WarnMissingElement   WarningKind = "missingElement"   // the document refers to an element that it does not have
	WarnExternalDocument WarningKind = "externalDocument" // parts are in another document, which was not read
	WarnLinkedDocument   WarningKind = "linkedDocument"   // a linked document was found among those screened together
	WarnUnverified       WarningKind = "unverified"       // the signature of the envelope around the document was not checked
	WarnNothingScreened  WarningKind = "nothingScreened"  // the document has no components, or none that can be screened
	WarnTooManyWarnings  WarningKind = "moreWarnings"     // there are further warnings, which are not listed
	maxWarnings                      = 1000
	maxSchema                        = 100
)

// A Header describes a document. It is complete once all components are read.
type Header struct {
	Format      string // "CycloneDX", "SPDX", or a firmware format's name
	SpecVersion string // "1.6", "SPDX-2.3"; "" where the format has no versions
	Encoding    string // "JSON", "text"
	Components  int
	Warnings    []Warning
	// Malformed counts fields and elements that could not be read and were not screened.
	Malformed int
	// Serial is the name by which other documents refer to this one: the serial number of
	// CycloneDX ("urn:uuid:…") or the document namespace of SPDX; may be empty.
	Serial string
	// Version is the version of the document itself, if its format has one.
	Version string
	// UnresolvedRefs counts the references to documents that were not read; DocumentRefs are
	// the first 1,000 of them.
	UnresolvedRefs int
	DocumentRefs   []DocumentRef
	// Notices are statements of the document about itself that belong in every summary and
	// change no verdict, such as that it is incomplete.
	Notices []Warning
	// NoParts means that a bill of materials has a primary component and lists no parts of
	// it, without stating that there are none.
	NoParts bool
	// OneProduct means that the document was read to its end, describes exactly one product, and
	// does not state that another component contains it.
	OneProduct bool
}

// A DocumentRef is a reference to another document.
type DocumentRef struct {
	// URL is a BOM-Link ("urn:cdx:<serial>/<version>"), an address, or an SPDX document
	// namespace.
	URL string
	// Digests are those of the other document, in lower-case hexadecimal, by algorithm in
	// lower case without hyphens ("sha256", "sha1").
	Digests  map[string]string
	Location vendors.Location
}
