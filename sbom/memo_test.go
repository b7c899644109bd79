// SPDX-License-Identifier: Apache-2.0

package sbom_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// Names that occur again and again have the same effect every time, in every role, in a document that
// is long enough for them to be remembered and to take each other's places.
func TestRepeatedNamesHaveTheSameEffect(t *testing.T) {
	const n = 20_000
	read, write := io.Pipe()
	go func() {
		fmt.Fprint(write, `{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"first"}`)
		for i := range n {
			fmt.Fprintf(write, `,{"type":"library","name":"x","version":"%d","publisher":"Name %d","author":"Name %d"`, i, i%7919, i*31%6007)
			switch i % 4 {
			case 1:
				fmt.Fprint(write, `,"supplier":{"name":"Wanted"}`)
			case 2:
				fmt.Fprint(write, `,"supplier":{"name":"N/A"},"description":"Wanted"`)
			case 3:
				fmt.Fprint(write, `,"manufacturer":{"name":"N/A"}`)
			}
			fmt.Fprint(write, "}")
		}
		fmt.Fprint(write, "]}")
		write.Close()
	}()
	doc := sbom.NewReader(read, nil)
	doc.Keep(func(role vendors.Role, kind vendors.Kind, value []byte) bool {
		return role == vendors.Supplier && kind == vendors.KindName && string(value) == "Wanted"
	})
	i := -1 // the first has none of this
	for c, err := range doc.Components() {
		if err != nil {
			t.Fatal(err)
		}
		if i >= 0 {
			var got []string
			for _, claim := range c.Claims {
				got = append(got, string(claim.Role)+":"+claim.Value)
			}
			want := []string{}
			if i%4 == 1 {
				want = []string{"supplier:Wanted", fmt.Sprintf("publisher:Name %d", i%7919)}
			}
			slices.Sort(got)
			slices.Sort(want)
			if strings.Join(got, " ") != strings.Join(want, " ") || !c.Identified || !c.Supplied {
				t.Fatalf("component %d: claims %q, want %q; %+v", i, got, want, c)
			}
		}
		i++
	}
	if i != n {
		t.Errorf("%d components, want %d", i, n)
	}
}
