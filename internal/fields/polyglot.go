// SPDX-License-Identifier: Apache-2.0

package fields

import "fmt"

// ownMembers are the members at the top level of a JSON document that only one format has.
var ownMembers = map[string]string{
	"bomFormat": "CycloneDX", "specVersion": "CycloneDX", "components": "CycloneDX",
	"spdxVersion": "SPDX 2", "packages": "SPDX 2", "@context": "SPDX 3", "@graph": "SPDX 3",
	"artifacts": "Syft", "profiles": "OpenWrt", "Devices": "fwupd", "@odata.type": "Redfish", "@odata.id": "Redfish", "ietf-mud:mud": "MUD",
	"sbom": "an envelope", "predicate": "an envelope", "payload": "an envelope", "dsseEnvelope": "an envelope",
}

// CheckPolyglot returns an error if a member at the top level of a JSON document of one format
// belongs to another format.
func CheckPolyglot(format, member string) error {
	other := ownMembers[member]
	if other == "" || other == format {
		return nil
	}
	return fmt.Errorf("the document is of %s, and its member %q is of %s; which one it is depends on who reads it", format, member, other)
}
