// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"strings"

	"github.com/clause76/clause76/sbom"
)

func Example() {
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[
		{"type":"library","name":"hexa-ui","purl":"pkg:npm/%40kaspersky/hexa-ui@6.387.4","supplier":{"name":"AO Kaspersky Lab"}}]}`
	doc := sbom.NewReader(strings.NewReader(bom), nil)
	for c, err := range doc.Components() {
		if err != nil {
			fmt.Println(err) // not read to its end
			return
		}
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
		}
	}
	fmt.Println(doc.Header().Format, doc.Header().SpecVersion)
	// Output:
	// mention product hexa-ui /components/0/name
	// namespace purl pkg:npm/%40kaspersky/hexa-ui@6.387.4 /components/0/purl
	// supplier name AO Kaspersky Lab /components/0/supplier/name
	// CycloneDX 1.6
}
