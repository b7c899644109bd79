// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	packageurl "github.com/package-url/packageurl-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// The faults of the field's libraries that hide a vendor or stop a program. Each row
// shows that the library, used according to its documentation, still has the fault, and
// that this package does not have it. A row of a fixed library fails and can be removed.
// Those of SPDX 3 are in the module match/testdata/spdx3 and in TestSPDX3Evasion.
func TestLibraryFaults(t *testing.T) {
	suppliers := func(doc string) string {
		d, err := spdxjson.Read(strings.NewReader(doc))
		if err != nil {
			return "error"
		}
		return supplierOf(d)
	}
	decode := func(doc string, format cyclonedx.BOMFileFormat) string {
		var bom cyclonedx.BOM
		if err := cyclonedx.NewBOMDecoder(strings.NewReader(doc), format).Decode(&bom); err != nil {
			return "error"
		}
		var out []string
		for _, c := range *bom.Components {
			s := c.Name
			if c.Supplier != nil {
				s += "=" + c.Supplier.Name
			}
			out = append(out, s)
		}
		return strings.Join(out, " ")
	}
	pkg := func(supplier string) string {
		return `{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{"creators":["Tool: x"],"created":"2026-01-01T00:00:00Z"},"packages":[{"SPDXID":"SPDXRef-a","name":"a","supplier":` + supplier + `}]}`
	}
	json := cyclonedx.BOMFileFormatJSON
	for _, tt := range []struct {
		name    string
		doc     string
		library func(doc string) string
		fault   string // result of the library
		want    string // what is to be found here: a supplier, "malformed", "error"
	}{
		{"D1: escaped letter", pkg(`"Organization: \u004baspersky Lab"`), suppliers, `\u004baspersky Lab`, "Kaspersky Lab"},
		{"D2: escaped Cyrillic", pkg(`"Organization: \u041b\u0430\u0431"`), suppliers, `\u041b\u0430\u0431`, "Лаб"},
		{"D3: components twice", cdx(`"components":[{"name":"kav","supplier":{"name":"Kaspersky Lab"}}],"components":[{"name":"ok"}]`),
			func(doc string) string { return decode(doc, json) }, "ok=Kaspersky Lab", "error"},
		{"D4: supplier twice", cdx(`"components":[{"name":"kav","supplier":{"name":"Kaspersky Lab"},"supplier":{"name":"Acme"}}]`),
			func(doc string) string { return decode(doc, json) }, "kav=Acme", "error"},
		{"D5: folded names", cdx(`"components":[{"name":"kav","supplier":{"name":"Acme"},"ſupplier":{"name":"Kaspersky Lab"}}]`),
			func(doc string) string { return decode(doc, json) }, "kav=Kaspersky Lab", "malformed"},
		{"D6: null package", spdx(`"creationInfo":{"creators":["Tool: x"],"created":"2026-01-01T00:00:00Z"},"packages":[null]`), func(doc string) (out string) {
			defer func() {
				if recover() != nil {
					out = "panic"
				}
			}()
			return suppliers(doc)
		}, "panic", "malformed"},
		{"D11: valid attestation", `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"kav","supplier":{"name":"Kaspersky Lab"}}],"declarations":{"affirmation":{"statement":"s","signatories":[{"name":"x","signature":{"algorithm":"RS256","value":"x"},"organization":{"name":"o"},"externalReference":{"type":"website","url":"https://example.com"}}]},"attestations":[{"map":[{"requirement":"r","conformance":{"score":0.8,"rationale":"r","mitigationStrategies":["m"]},"confidence":{"score":1,"rationale":"x"}}],"signature":{"algorithm":"RS256","value":"x"}}],"signature":"x"}}`,
			func(doc string) string { return decode(doc, json) }, "error", "Kaspersky Lab"},
		{"D12: Kelvin sign", cdx(`"components":[{"name":"x","purl":"pkg:github/%E2%84%AAaspersky/x"}]`), func(string) string {
			p, _ := packageurl.FromString("pkg:github/%E2%84%AAaspersky/x")
			return p.Namespace
		}, "kaspersky", "not the owner"},
		{"D12: encoded slash", cdx(`"components":[{"name":"x","purl":"pkg:npm/%40kaspersky%2Fx"}]`), func(string) string {
			p, _ := packageurl.FromString("pkg:npm/%40kaspersky%2Fx")
			return p.Namespace + "|" + p.Name
		}, "|@kaspersky/x", "the owner"},
		{"D13: element in a name", `<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components><component><name>kav</name><supplier><name>Kas<b>per</b>sky</name></supplier></component></components></bom>`,
			func(doc string) string { return decode(doc, cyclonedx.BOMFileFormatXML) }, "kav=Kassky", "malformed"},
		{"D14: broken purl", cdx(`"components":[{"name":"x","purl":"pkg:generic/x%zz","supplier":{"name":"Kaspersky Lab"}}]`), func(string) string {
			// trivy and osv-scalibr drop the component on this error.
			if _, err := packageurl.FromString("pkg:generic/x%zz"); err != nil {
				return "error"
			}
			return ""
		}, "error", "Kaspersky Lab"},
	} {
		if got := tt.library(tt.doc); got != tt.fault {
			t.Errorf("%s: the library gives %q, no longer %q", tt.name, got, tt.fault)
		}
		d := sbom.NewReader(strings.NewReader(tt.doc), nil)
		cs, err := read(d)
		got := ""
		switch {
		case err != nil:
			got = "error"
		case has(cs, vendors.Supplier, tt.want):
			got = tt.want
		case d.Header().Malformed > 0:
			got = "malformed"
		default:
			got = owner(cs)
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q (%v)", tt.name, got, tt.want, err)
		}
	}
}

// owner returns the vendor of the package URL of the first component in the register.
func owner(cs []sbom.Component) string {
	for _, a := range vendors.Bundled().Resolve("", cs[0].Claims).Attributions {
		if a.Claim.Kind == vendors.KindPURL && a.Tier == vendors.Registered {
			return "the owner"
		}
	}
	return "not the owner"
}

func supplierOf(d *v2_3.Document) string {
	for _, p := range d.Packages {
		if p.PackageSupplier != nil {
			return p.PackageSupplier.Supplier
		}
	}
	return ""
}

// D7: a text of empty lines takes the library's tag-value reader quadratic time. Here a
// hundred times the text is read, in less time; the times are only logged. See
// BenchmarkLinear.
func TestLibraryFaultTagValue(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	doc := func(n int) []byte {
		return fmt.Appendf(nil, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nPackageName: a\nSPDXID: SPDXRef-a\nPackageComment: <text>%s</text>\nPackageSupplier: Organization: Kaspersky Lab\nPackageDownloadLocation: NONE\n", strings.Repeat("\n", n))
	}
	start := time.Now()
	if _, err := tagvalue.Read(bytes.NewReader(doc(60_000))); err != nil {
		t.Fatal(err)
	}
	library := time.Since(start)
	start = time.Now()
	cs, err := read(sbom.NewReader(bytes.NewReader(doc(6_000_000)), nil))
	if err != nil || !has(cs, vendors.Supplier, "Kaspersky Lab") {
		t.Errorf("%d components, %v", len(cs), err)
	}
	t.Logf("library: %v for 60 KB; here: %v for 6 MB", library, time.Since(start))
}
