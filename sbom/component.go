// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"github.com/clause76/clause76/vendors"
)

// A Placement says whether a component is a product itself or part of one.
type Placement uint8

const (
	// Included is a component inside a product.
	Included Placement = iota
	// Primary is a product that the document describes: metadata.component of
	// CycloneDX, the package that an SPDX document DESCRIBES, a device.
	Primary
	// Unresolved is a component whose placement stands elsewhere in the document.
	// [Document.IsPrimary] knows once all components are read.
	Unresolved
)

// A Component is one part of a product, or the product itself, with its claims.
type Component struct {
	Ref     string // bom-ref or SPDXID, unique in a sound document; may be empty
	Type    string // as the format has it: "library", "device"; "service" for services; may be empty
	Group   string
	Name    string
	Version string
	PURL    string // the first package URL, as written; may be empty
	// Category says what kind of product it is where the format itself says so:
	// "telecommunicationsEquipment" for a router. Most components have none.
	Category  string
	Placement Placement
	// Pedigree says that the component is not in the product but in its history:
	// an ancestor, a variant, an input of its build.
	Pedigree bool
	Claims   []vendors.Claim
	// Supplied says that a manufacturer's, supplier's, publisher's or
	// distributor's name is given; Identified that the name or an identifier
	// says who stands behind the component; HasPURL that there is a package URL.
	// They count what [Document.Keep] dropped.
	Supplied, Identified, HasPURL bool
	// Malformed counts vendor-bearing fields that could not be read.
	Malformed int
	Location  vendors.Location
}

// A Warning tells of something odd that did not stop the reading.
type Warning struct {
	Kind     WarningKind      `json:"kind"`
	Message  string           `json:"message"`
	Location vendors.Location `json:"location"`
}

// A WarningKind is a word for a kind of warnings.
type WarningKind string

// The kinds of warnings.
const (
	WarnMalformed        WarningKind = "malformedField"   // a vendor-bearing field has the wrong type
	WarnSimilarField     WarningKind = "nearMissName"     // a name that other parsers may fold into a known one
	WarnSchema           WarningKind = "schema"           // what the format's schema would refuse, and was read all the same
	WarnConfusable       WarningKind = "oddLetters"       // a maker's name has invisible characters or mixes scripts
	WarnPURL             WarningKind = "badPURL"          // a package URL that does not parse
	WarnCPE              WarningKind = "badCPE"           // a CPE that does not parse
	WarnNullElement      WarningKind = "nullElement"      // null where a component should be
	WarnSupplierForm     WarningKind = "supplierForm"     // an SPDX supplier without "Organization:" or the like
	WarnIncomplete       WarningKind = "incomplete"       // the document says that it is not complete, or lacks what would show that it is
	WarnUnresolved       WarningKind = "unresolvedAgent"  // a supplier that is named by a reference which leads nowhere
	WarnMissingElement   WarningKind = "missingElement"   // the document refers to an element that it does not have
	WarnExternalDocument WarningKind = "externalDocument" // parts are in another document, which was not read
	WarnLinkedDocument   WarningKind = "linkedDocument"   // a linked document was found among those screened together
	WarnUnverified       WarningKind = "unverified"       // the document came out of an envelope whose signature was not checked
	WarnNothingScreened  WarningKind = "nothingScreened"  // the document has no components, or nothing could be found in them
	WarnTooManyWarnings  WarningKind = "moreWarnings"     // further warnings were counted and dropped
	maxWarnings                      = 1000
	maxSchema                        = 100
)

// A Header says what a document is. It is complete once all components are read.
type Header struct {
	Format      string // "CycloneDX", "SPDX", or a firmware format's name
	SpecVersion string // "1.6", "SPDX-2.3"; "" where the format has no versions
	Encoding    string // "JSON", "text"
	Components  int
	Warnings    []Warning
	// Malformed counts what could not be read and so not screened.
	Malformed int
	// Serial is what other documents refer to this one by: the serial number of
	// CycloneDX ("urn:uuid:…") or the document namespace of SPDX; may be empty.
	Serial string
	// Version is the document's own version where its format counts them.
	Version string
	// UnresolvedRefs counts the documents that this one refers to and that were not read;
	// DocumentRefs are the first 1,000 of them.
	UnresolvedRefs int
	DocumentRefs   []DocumentRef
	// Notices are what the document says of itself that a reader of any summary has to
	// know and that changes no verdict, such as that it calls itself incomplete.
	Notices []Warning
	// NoParts says that a bill of materials names a product and lists no parts of it,
	// without saying that it has none.
	NoParts bool
}

// A DocumentRef is a reference to another document.
type DocumentRef struct {
	// URL is what the reference says: a BOM-Link ("urn:cdx:<serial>/<version>"), an
	// address, or an SPDX document namespace.
	URL string
	// Digests are of the other document: algorithm in lower case without hyphens
	// ("sha256", "sha1") to lower-case hexadecimal.
	Digests  map[string]string
	Location vendors.Location
}
