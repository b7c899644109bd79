// SPDX-License-Identifier: Apache-2.0

package adapter_test

import (
	"errors"
	"testing"

	"github.com/package-url/packageurl-go"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/adapter"
)

func TestNilDocumentsAreErrors(t *testing.T) {
	for name, doc := range map[string]*sbom.Document{"CycloneDX": adapter.FromCycloneDX(nil), "SPDX": adapter.FromSPDX(nil)} {
		n := 0
		for _, err := range doc.Components() {
			if n++; !errors.Is(err, sbom.ErrSyntax) {
				t.Errorf("%s: %v, want an error of kind ErrSyntax", name, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d components and errors, want one error", name, n)
		}
	}
}

func TestPackageURLsKeepTheirParts(t *testing.T) {
	for text, want := range map[string]string{
		"pkg:npm/%40kaspersky/hexa-ui@6.387.4":                          "",
		"pkg:NPM/%40Kaspersky/hexa-ui":                                  "pkg:npm/%40kaspersky/hexa-ui",
		"pkg:golang/github.com/ZTE/x@v1.0.0#cmd/x":                      "",
		"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian%20jessie": "",
	} {
		if want == "" {
			want = text
		}
		p, err := adapter.ToPackageURL(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := adapter.FromPackageURL(p); err != nil || got != want {
			t.Errorf("%s: became %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "npm/x", "pkg:npm"} {
		if p, err := adapter.ToPackageURL(text); err == nil {
			t.Errorf("%q: read as %+v, want an error", text, p)
		}
	}
	if text, err := adapter.FromPackageURL(packageurl.PackageURL{Type: "npm"}); err == nil {
		t.Errorf("a package URL without a name became %q", text)
	}
}
