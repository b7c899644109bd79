// SPDX-License-Identifier: Apache-2.0

package sbom

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/clause76/clause76/vendors"
)

// ErrNoIdentity: no field of a component can identify a vendor, so that nothing could be found.
var ErrNoIdentity = errors.New("sbom: the component has no package URL, CPE, group, URL, supplier, manufacturer or publisher")

// Fields are what a program knows about a component, in the terms of CycloneDX. Each may be
// empty; [NewComponent] needs at least one that can identify a vendor.
type Fields struct {
	Type         string // "library", "device", "application"; default "library"
	Group        string // "com.example", "@example"
	Name         string
	Version      string
	PURL         string // package URL, ECMA-427
	CPE          string // CPE 2.3 formatted string or 2.2 URI
	Supplier     string // name of an organization
	Manufacturer string // name of an organization
	Publisher    string // name of an organization or person
	URL          string // of the repository that the component comes from
}

// NewComponent returns a component with the claims that the fields make. The rules are those by
// which a CycloneDX document with these fields is read, and the pointers of the claims are
// those of a CycloneDX component ("/supplier/name"). The error is [ErrNoIdentity] if no field
// can identify a vendor; any other error names the field that cannot be read, and why.
func NewComponent(f Fields) (Component, error) {
	data, err := f.document()
	if err != nil {
		return Component{}, fmt.Errorf("sbom: the fields of a component: %w", err)
	}
	header := Header{Format: "CycloneDX", Encoding: "memory"}
	doc := NewDocument(header, nil, func(s *Sink) error { return s.ReadJSON(data) })
	var c Component
	for part, err := range doc.Components() {
		if err != nil {
			return Component{}, fmt.Errorf("sbom: the fields of a component: %w", err)
		}
		c = part
	}
	if h := doc.Header(); h.Malformed > 0 {
		return Component{}, fmt.Errorf("sbom: a field of the component cannot be read: %s", h.Warnings[0].Message)
	}
	c.Location = vendors.Location{Offset: -1}
	identified := false
	for i := range c.Claims {
		claim := &c.Claims[i]
		claim.Location.Pointer = claim.Location.Pointer[len("/components/0"):]
		identified = identified || claim.Identity() || claim.Kind == vendors.KindURL || claim.Kind == vendors.KindPURL
	}
	if !identified {
		return Component{}, ErrNoIdentity
	}
	return c, nil
}

// document returns a CycloneDX document with one component of these fields.
func (f Fields) document() (jsontext.Value, error) {
	type entity struct {
		Name string `json:"name,omitzero"`
	}
	type reference struct {
		Type string `json:"type"`
		URL  string `json:"url"`
	}
	type component struct {
		Type         string      `json:"type"`
		Group        string      `json:"group,omitzero"`
		Name         string      `json:"name"`
		Version      string      `json:"version,omitzero"`
		PURL         string      `json:"purl,omitzero"`
		CPE          string      `json:"cpe,omitzero"`
		Supplier     entity      `json:"supplier,omitzero"`
		Manufacturer entity      `json:"manufacturer,omitzero"`
		Publisher    string      `json:"publisher,omitzero"`
		References   []reference `json:"externalReferences,omitzero"`
	}
	c := component{f.Type, f.Group, f.Name, f.Version, f.PURL, f.CPE, entity{f.Supplier}, entity{f.Manufacturer}, f.Publisher, nil}
	if c.Type == "" {
		c.Type = "library"
	}
	if f.URL != "" {
		c.References = []reference{{"vcs", f.URL}}
	}
	return json.Marshal(struct {
		Format     string      `json:"bomFormat"`
		Version    string      `json:"specVersion"`
		Components []component `json:"components"`
	}{"CycloneDX", "1.6", []component{c}})
}
