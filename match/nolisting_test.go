// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/vendors"
)

// A vendor of the register that no text is about is an observation: it was recognized, and is not
// listed. It changes no verdict. A vendor that texts are about has none.
func TestNoListing(t *testing.T) {
	m := matcher(t, "", nil)
	n := 0
	for v := range m.Release().Register().All() {
		name := ""
		for _, id := range v.Identifiers {
			if id.Kind == vendors.IdentifierName && name == "" {
				name = id.Value
			}
		}
		if name == "" {
			continue
		}
		listed := len(m.Release().ForVendor(v.ID)) > 0
		said := false
		for _, f := range matched(t, m, made("application", name, "x"), true) {
			if f.Vendor.ID != v.ID || f.Reason != match.NoListing {
				continue
			}
			said = true
			if f.Verdict != match.NoVerdict || f.Note == "" || len(f.Citations) != 0 {
				t.Errorf("%s: %+v", v.ID, f)
			}
		}
		if !listed {
			n++
		}
		if said && listed {
			t.Errorf("%s is listed, and the observation says that it is not", v.ID)
		}
		if !said && !listed {
			t.Errorf("%s is not listed, and no observation on %q says so", v.ID, name)
		}
	}
	t.Logf("%d vendors without a listing", n)
}
