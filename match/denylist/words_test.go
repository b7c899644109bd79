// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/vendors"
)

// A citation has the words that name the vendor and those on parts, on each day of its editions.
func TestCitationsHaveTheNameAndTheReach(t *testing.T) {
	for _, name := range denylist.Names() {
		r := open(t, name)
		for _, in := range r.Instruments() {
			for i := range in.Listings {
				l := &in.Listings[i]
				days := []vendors.Date{l.Public, r.Date()}
				for _, e := range l.Editions {
					days = append(days, e.From)
				}
				for _, entry := range r.ForVendor(l.Vendor) {
					if entry.Listing != l {
						continue
					}
					for _, day := range days {
						c := entry.Cite(day)
						if l.Basis != denylist.Covered && !strings.Contains(c.Quote, c.Named) && (c.NamedIn == nil || !strings.Contains(c.NamedIn.Text, c.Named) || c.NamedIn.Clause == "") {
							t.Errorf("%s: %s on %s: the words that name %q are not in the citation: %+v", name, l.ID, day, c.Named, c.NamedIn)
						}
						if c.NamedIn != nil && (strings.Contains(c.Quote, c.Named) || strings.Contains(c.NamedIn.Text, "[…]")) {
							t.Errorf("%s: %s on %s: %+v", name, l.ID, day, c.NamedIn)
						}
						if (entry.On(day).Listing.Reach == "") != (c.Reach == nil) {
							t.Errorf("%s: %s on %s: the words on parts are not in the citation", name, l.ID, day)
						}
					}
				}
			}
		}
	}
}
