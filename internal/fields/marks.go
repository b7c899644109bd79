// SPDX-License-Identifier: Apache-2.0

package fields

import "fmt"

// Names of formats in the table of marks.
const (
	cycloneDX = "CycloneDX"
	spdx2     = "SPDX 2"
	spdx3     = "SPDX 3"
	syft      = "Syft"
	openWrt   = "OpenWrt"
	fwupd     = "fwupd"
	redfish   = "Redfish"
	mud       = "MUD"
	envelope  = "an envelope"
)

// A Use is a set of conclusions from a member at the top level of a JSON object.
type Use uint8

const (
	// Detects: the object is a document of the format.
	Detects Use = 1 << iota
	// Suggests: it is, unless another member detects a different format.
	Suggests
	// Own: no other format has the member, so that a document with it is of this format only.
	Own
	// Document: the object is a document and not only an envelope.
	Document
	// NotEnvelope: the object is not an envelope.
	NotEnvelope
	// Hidden: an object with the member, at any place in a file that should have no bill of
	// materials, may be one.
	Hidden
)

// A Mark is what the name of a member shows about the format of a document.
type Mark struct {
	Format string
	Use    Use
}

// marks are the names of members that show the format of a JSON document.
var marks = map[string]Mark{
	"bomFormat":     {cycloneDX, Detects | Own | Document | NotEnvelope | Hidden},
	"specVersion":   {cycloneDX, Detects | Own | Document},
	"components":    {cycloneDX, Detects | Own | Document | NotEnvelope},
	"serialNumber":  {cycloneDX, Detects},
	"compositions":  {cycloneDX, Detects},
	"formulation":   {cycloneDX, Detects},
	"declarations":  {cycloneDX, Detects},
	"metadata":      {cycloneDX, Suggests},
	"services":      {cycloneDX, Suggests | Document},
	"dependencies":  {cycloneDX, Suggests},
	"spdxVersion":   {spdx2, Detects | Own | Document | NotEnvelope | Hidden},
	"packages":      {spdx2, Detects | Own | Document | NotEnvelope},
	"SPDXID":        {spdx2, Detects | Document | NotEnvelope | Hidden},
	"creationInfo":  {spdx2, Detects},
	"dataLicense":   {spdx2, Detects},
	"relationships": {spdx2, Detects},
	"snippets":      {spdx2, Detects},
	"files":         {spdx2, Suggests}, // some tools write it first, and longer than what is examined
	"@context":      {spdx3, Detects | Own | Document | NotEnvelope},
	"@graph":        {spdx3, Detects | Own | Document | Hidden},
	"artifacts":     {syft, Detects | Own | Document},
	"profiles":      {openWrt, Own | Document},
	"Devices":       {fwupd, Own | Document},
	"@odata.type":   {redfish, Own | Document},
	"@odata.id":     {redfish, Own | Document},
	"ietf-mud:mud":  {mud, Own | Document},
	"sbom":          {envelope, Own},
	"predicate":     {envelope, Own},
	"payload":       {envelope, Own},
	"dsseEnvelope":  {envelope, Own},

	"documentNamespace":          {spdx2, Detects},
	"documentDescribes":          {spdx2, Detects},
	"hasExtractedLicensingInfos": {spdx2, Detects},
	"externalDocumentRefs":       {spdx2, Detects},
	"artifactRelationships":      {syft, Detects},
}

// Shows returns what a member at the top level of a JSON object shows about its format. The
// Mark of any other name is empty.
func Shows(member string) Mark { return marks[member] }

// Members returns the names of members with a use, in no order.
func Members(use Use) []string {
	var names []string
	for name, m := range marks {
		if m.Use&use != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Namespaces of the formats in XML, RDF and JSON-LD, without their versions.
const (
	CycloneDXNamespace = "cyclonedx.org/schema/bom"
	SPDXNamespace      = "spdx.org/rdf/"
	SWIDElement        = "SoftwareIdentity" // the root element of a SWID tag
)

// CheckPolyglot returns an error if a member at the top level of a JSON document of one format
// belongs to another format.
func CheckPolyglot(format, member string) error {
	other := marks[member]
	if other.Use&Own == 0 || other.Format == format {
		return nil
	}
	return fmt.Errorf("the document is of %s, and its member %q is of %s; parsers disagree about which of them it is", format, member, other.Format)
}
