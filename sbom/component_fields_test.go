// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
)

func ExampleNewComponent() {
	c, err := sbom.NewComponent(sbom.Fields{Name: "hexa-ui", PURL: "pkg:npm/%40kaspersky/hexa-ui@6.387.4", Supplier: "AO Kaspersky Lab"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, claim := range c.Claims {
		fmt.Println(claim.Role, claim.Kind, claim.Value, claim.Location.Pointer)
	}
	// Output:
	// mention product hexa-ui /name
	// namespace purl pkg:npm/%40kaspersky/hexa-ui@6.387.4 /purl
	// supplier name AO Kaspersky Lab /supplier/name
}

func TestFieldsWithoutIdentityAreAnError(t *testing.T) {
	for _, f := range []sbom.Fields{{}, {Name: "klnagent"}, {Name: "x", Supplier: "NOASSERTION"}, {Name: "x", Version: "1"}} {
		if c, err := sbom.NewComponent(f); !errors.Is(err, sbom.ErrNoIdentity) {
			t.Errorf("%+v: %v with claims %v, want ErrNoIdentity", f, err, c.Claims)
		}
	}
	for _, f := range []sbom.Fields{{Name: "x", PURL: "pkg:npm"}, {Name: "x", CPE: "cpe:2.3:a"}, {Name: "x", Supplier: strings.Repeat("y", 5000)}, {Name: "x", Supplier: "\xff"}} {
		if c, err := sbom.NewComponent(f); err == nil {
			t.Errorf("%.60v: no error, claims %.100v", f, c.Claims)
		}
	}
}
