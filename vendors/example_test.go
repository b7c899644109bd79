// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"fmt"

	"github.com/clause76/clause76/vendors"
)

func Example() {
	claims := []vendors.Claim{
		{Role: vendors.Namespace, Kind: vendors.KindPURL, Value: "pkg:npm/%40kaspersky/hexa-ui@6.387.4"},
		{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Kapersky Lab"},
		{Role: vendors.Mention, Kind: vendors.KindProduct, Value: "aztec-code-generator"},
	}
	for _, a := range vendors.Bundled().Resolve("2026-11-23", claims).Attributions {
		fmt.Println(a.Vendor, a.Tier, a.Rule, a.Matched)
	}
	// Output:
	// kaspersky registered purl.namespace npm/@kaspersky
	// kaspersky resembles name.misspelt Kaspersky Lab
}
