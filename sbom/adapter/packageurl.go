// SPDX-License-Identifier: Apache-2.0

package adapter

import (
	"errors"
	"fmt"

	"github.com/package-url/packageurl-go"

	"github.com/clause76/clause76/internal/purl"
)

// FromPackageURL returns the canonical text of a package URL, to look up or to give to
// [sbom.Fields]. It is an error if the parts make no valid package URL (ECMA-427).
func FromPackageURL(p packageurl.PackageURL) (string, error) {
	text, err := purl.Normalize(p.String())
	if err != nil {
		return "", fmt.Errorf("adapter: %w", err)
	}
	return text, nil
}

// ToPackageURL returns a package URL as the type of packageurl-go, such as the canonical one
// of a component in a finding. A text that breaks only a rule of its type is read. A text that
// is no package URL is an error.
func ToPackageURL(text string) (packageurl.PackageURL, error) {
	p, err := purl.Parse(text)
	if err != nil && !errors.Is(err, purl.ErrType) {
		return packageurl.PackageURL{}, fmt.Errorf("adapter: %w", err)
	}
	out := packageurl.PackageURL{Type: p.Type, Namespace: p.Namespace, Name: p.Name, Version: p.Version, Subpath: p.Subpath}
	for _, q := range p.Qualifiers {
		out.Qualifiers = append(out.Qualifiers, packageurl.Qualifier{Key: q.Key, Value: q.Value})
	}
	return out, nil
}
