// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// A reader of a format with one field a line.
func ExampleTable() {
	table := format.Table{
		"Manufacturer": {Role: vendors.Manufacturer, Kind: vendors.KindName, To: format.Group, Guard: true},
		"Model":        {Role: vendors.Reference, Kind: vendors.KindProduct, To: format.Name},
		"Firmware":     {To: format.Version},
	}
	text := "Manufacturer=ZTE\nModel=MF79U\nFirmware=1.0\nmanufacturer=Acme\n"
	doc := sbom.NewDocument(sbom.Header{Format: "example"}, nil, func(s *sbom.Sink) error {
		c := sbom.Component{Ref: "device", Placement: sbom.Primary}
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			at := vendors.Location{Pointer: "/" + name}
			if f, ok := table[name]; ok {
				f.Read(s, &c, value, at)
			} else {
				table.Unknown(s, &c, name, at)
			}
		}
		s.Emit(c)
		return nil
	})
	for c, err := range doc.Components() {
		fmt.Println(c.Group, c.Name, c.Version, err)
		for _, claim := range c.Claims {
			fmt.Println(claim.Role, claim.Value, claim.Location.Pointer)
		}
	}
	fmt.Println(doc.Header().Warnings[0].Message)
	// Output:
	// ZTE MF79U 1.0 <nil>
	// manufacturer ZTE /Manufacturer
	// reference MF79U /Model
	// the name "manufacturer" is not "Manufacturer", but other parsers may read it so; it was not screened
}

// read runs f in a document of one component, and returns that with the document's header.
func read(t *testing.T, f func(s *sbom.Sink, c *sbom.Component)) (sbom.Component, sbom.Header) {
	t.Helper()
	doc := sbom.NewDocument(sbom.Header{}, nil, func(s *sbom.Sink) error {
		var c sbom.Component
		f(s, &c)
		s.Emit(c)
		return nil
	})
	var got sbom.Component
	for c, err := range doc.Components() {
		if err != nil {
			t.Fatal(err)
		}
		got = c
	}
	return got, doc.Header()
}

func TestFieldCopiesTheFirstOrTheLastValue(t *testing.T) {
	for _, tt := range []struct {
		field format.Field
		want  sbom.Component
	}{
		{format.Field{To: format.Name}, sbom.Component{Name: "b"}},
		{format.Field{To: format.Name, First: true}, sbom.Component{Name: "a"}},
		{format.Field{To: format.Group}, sbom.Component{Group: "b"}},
		{format.Field{To: format.Version, First: true}, sbom.Component{Version: "a"}},
		{format.Field{To: format.Ref}, sbom.Component{Ref: "b"}},
		{format.Field{}, sbom.Component{}},
	} {
		got, h := read(t, func(s *sbom.Sink, c *sbom.Component) {
			tt.field.Read(s, c, "a", vendors.Location{})
			tt.field.Read(s, c, "b", vendors.Location{})
		})
		if got.Ref != tt.want.Ref || got.Group != tt.want.Group || got.Name != tt.want.Name || got.Version != tt.want.Version || len(got.Claims) > 0 || h.Malformed > 0 {
			t.Errorf("%+v: %+v", tt.field, got)
		}
	}
}

func TestFieldChecksItsValue(t *testing.T) {
	field := format.Field{Role: vendors.Namespace, Kind: vendors.KindOUI, Check: func(value string) error {
		if value != "202BC1" {
			return errors.New("expected 202BC1")
		}
		return nil
	}}
	for value, want := range map[string]struct{ claims, malformed int }{
		"202BC1": {1, 0},
		"ZTE":    {0, 1},
		"":       {0, 0}, // a placeholder is not wrong
	} {
		c, h := read(t, func(s *sbom.Sink, c *sbom.Component) { field.Read(s, c, value, vendors.Location{}) })
		if len(c.Claims) != want.claims || h.Malformed != want.malformed {
			t.Errorf("%q: %d claims, malformed %d; want %+v", value, len(c.Claims), h.Malformed, want)
		}
	}
}

func TestSimilarFieldCounts(t *testing.T) {
	table := format.Table{"Vendor": {Guard: true}, "vendorID": {Guard: true}, "Model": {}}
	for name, want := range map[string]string{
		"vendor": "Vendor", "VENDOR": "Vendor", "x:Vendor": "Vendor", "VendorId": "vendorID",
		"Vendor": "", "model": "", "Model": "", "Color": "",
	} {
		if got := table.Similar(name); got != want {
			t.Errorf("%s is similar to %q; want %q", name, got, want)
		}
		counts := 0
		if want != "" {
			counts = 1
		}
		if c, h := read(t, func(s *sbom.Sink, c *sbom.Component) { table.Unknown(s, c, name, vendors.Location{}) }); c.Malformed != counts || h.Malformed != counts {
			t.Errorf("%s: malformed %d and %d; want %d", name, c.Malformed, h.Malformed, counts)
		}
		if _, h := read(t, func(s *sbom.Sink, _ *sbom.Component) {
			format.Unknown(s, nil, name, vendors.Location{}, "Vendor", "vendorID")
		}); h.Malformed != counts && name != "Model" {
			t.Errorf("%s in the document: malformed %d; want %d", name, h.Malformed, counts)
		}
	}
}

func TestMayNameMakerCounts(t *testing.T) {
	c, h := read(t, func(s *sbom.Sink, c *sbom.Component) {
		format.UnknownMaker(s, c, "x-vendor", vendors.Location{Pointer: "/x-vendor"})
	})
	if w := h.Warnings; c.Malformed != 1 || len(w) != 1 || w[0].Kind != sbom.WarnSimilarField || w[0].Location.Pointer != "/x-vendor" {
		t.Errorf("malformed %d, %+v", c.Malformed, w)
	}
}
