// SPDX-License-Identifier: Apache-2.0

package adapter_test

import (
	"fmt"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/clause76/clause76/sbom/adapter"
)

func ExampleFromCycloneDX() {
	bom := cyclonedx.NewBOM()
	bom.Components = &[]cyclonedx.Component{{Name: "klnagent", Publisher: "AO Kaspersky Lab"}}
	for c, err := range adapter.FromCycloneDX(bom).Components() {
		fmt.Println(c.Name, len(c.Claims), "claims", err)
	}
	// Output:
	// klnagent 2 claims <nil>
}
