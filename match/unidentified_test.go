// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
)

// The first components without an identity are named, whatever the format is and whether or not
// the reader drops claims; all of them are counted.
func TestUnidentified(t *testing.T) {
	const n = 150
	var cdx strings.Builder
	cdx.WriteString(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"known","supplier":{"name":"Acme"}}`)
	for i := range n {
		fmt.Fprintf(&cdx, `,{"type":"library","bom-ref":"r%d","name":"part%d","version":"%d"}`, i, i, i)
	}
	cdx.WriteString(`]}`)
	tag := "SPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: d\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-0\n\nPackageName: known\nSPDXID: SPDXRef-k\nPackageSupplier: Organization: Acme\n"
	for i := range n {
		tag += fmt.Sprintf("\nPackageName: part%d\nSPDXID: SPDXRef-%d\nPackageVersion: %d\n", i, i, i)
	}
	m := matcher(t, "", nil)
	for name, text := range map[string]string{"CycloneDX": cdx.String(), "SPDX": tag} {
		r, err := m.Check(t.Context(), sbom.NewReader(strings.NewReader(text), nil))
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Unidentified) != 100 || r.Coverage.Unidentified != n {
			t.Errorf("%s: %d are named and %d counted", name, len(r.Unidentified), r.Coverage.Unidentified)
		}
		for i, c := range r.Unidentified {
			if c.Name != fmt.Sprint("part", i) || c.Version != fmt.Sprint(i) || c.Ref == "" || c.Location.Pointer == "" {
				t.Errorf("%s: %d is %+v", name, i, c)
			}
			if c.Primary != (name == "SPDX" && i == 0) {
				t.Errorf("%s: %d is the product: %v", name, i, c.Primary)
			}
		}
	}
}
