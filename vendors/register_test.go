// SPDX-License-Identifier: Apache-2.0

package vendors_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"golang.org/x/net/publicsuffix"

	"github.com/clause76/clause76/vendors"
)

// A domain in the register is neither a suffix that others share nor a part of a site.
func TestDomainsAreRegistrable(t *testing.T) {
	for v := range vendors.Bundled().All() {
		for _, id := range v.Identifiers {
			if id.Kind != "domain" {
				continue
			}
			if d, err := publicsuffix.EffectiveTLDPlusOne(id.Value); err != nil || d != id.Value {
				t.Errorf("%s: %s is not a registrable domain, but part of %q (%v)", v.ID, id.Value, d, err)
			}
		}
	}
}

// file returns the file of a vendor.
func file(id, members, identifiers, exclusions string) string {
	return fmt.Sprintf(`{"id": %q, "name": "X", "sources": {"a": "a source", "m": "not sourced"}, "members": [%s], "identifiers": [%s], "exclusions": [%s]}`,
		id, members, identifiers, exclusions)
}

// The number of entries, by kind and family.
func TestRegisterHasNotShrunk(t *testing.T) {
	kinds := make(map[vendors.IdentifierKind][3]int) // all, verified, families
	families, members, exclusions := 0, 0, 0
	for v := range vendors.Bundled().All() {
		families++
		members += len(v.Members)
		exclusions += len(v.Exclusions)
		seen := make(map[vendors.IdentifierKind]bool)
		for _, id := range v.Identifiers {
			n := kinds[id.Kind]
			n[0]++
			if id.Verified && id.Weak == "" {
				n[1]++
			}
			if !seen[id.Kind] {
				n[2]++
			}
			seen[id.Kind] = true
			kinds[id.Kind] = n
		}
	}
	t.Logf("%d families, %d members, %d exclusions", families, members, exclusions)
	t.Logf("%-20s %8s %20s %9s", "kind", "values", "not weak, verified", "families")
	total := 0
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		n := kinds[k]
		t.Logf("%-20s %8d %20d %9d", k, n[0], n[1], n[2])
		total += n[0]
	}
	if families < 30 || total < 3000 {
		t.Errorf("%d families and %d identifiers: something was lost", families, total)
	}
}
