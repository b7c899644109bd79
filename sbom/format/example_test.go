// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/sbom/format"
	"github.com/clause76/clause76/vendors"
)

// readInventory reads an invented format: a line "field: value" for each field, and an empty
// line after each component.
func readInventory(r io.Reader, opts *sbom.Options) *sbom.Document {
	header := sbom.Header{Format: "inventory", Encoding: "text"}
	return sbom.NewDocument(header, opts, func(s *sbom.Sink) error {
		s.PlacementFinal() // every component is part of a product
		var c sbom.Component
		offset := int64(0)
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			line := lines.Text()
			name, value, _ := strings.Cut(line, ": ")
			at := vendors.Location{Pointer: "/" + name, Offset: offset}
			offset += int64(len(line)) + 1
			switch {
			case line == "":
				if !s.Emit(c) {
					return nil // the caller wants no more
				}
				c = sbom.Component{}
			case name == "name":
				c.Name = value
			case name == "vendor":
				s.Claim(&c, vendors.Supplier, vendors.KindName, value, at)
			case format.SimilarField(name, "vendor") != "", format.MayNameMaker(name):
				c.Malformed++
				s.Warn(sbom.WarnSimilarField, "the field "+name+" may name a maker; it was not screened", at)
			}
		}
		if err := lines.Err(); err != nil {
			return format.ReadError(offset, err)
		}
		return nil
	})
}

func Example() {
	const inventory = "name: hexa-ui\nvendor: AO Kaspersky Lab\n\nname: modem\noem: Example GmbH\n\n"
	doc := readInventory(strings.NewReader(inventory), nil)
	for c, err := range doc.Components() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Name, c.Malformed)
		for _, claim := range c.Claims {
			fmt.Println(" ", claim.Role, claim.Value, claim.Location.Offset)
		}
	}
	for _, w := range doc.Header().Warnings {
		fmt.Println(w.Message)
	}
	// Output:
	// hexa-ui 0
	//   supplier AO Kaspersky Lab 14
	// modem 1
	// the field oem may name a maker; it was not screened
}
