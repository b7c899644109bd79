// SPDX-License-Identifier: Apache-2.0

package adapter_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/clause76/clause76"
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

func ExampleAnnotateCycloneDX() {
	bom := cyclonedx.NewBOM()
	bom.Components = &[]cyclonedx.Component{{Name: "klnagent", Publisher: "AO Kaspersky Lab"}}
	report, err := clause76.ScreenDocument(context.Background(), "bid", adapter.FromCycloneDX(bom), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := adapter.AnnotateCycloneDX(bom, report, &report.Documents[0]); err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range *bom.Annotations {
		_, text, _ := strings.Cut(a.Text, ": ")
		text, _, _ = strings.Cut(text, ". Denylist")
		fmt.Println(text, string((*a.Subjects)[0]) == (*bom.Components)[0].BOMRef)
	}
	// Output:
	// ban, binding. Attributed to Kaspersky (declared) true
}
