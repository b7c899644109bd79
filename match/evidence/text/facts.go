// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"

	"github.com/clause76/clause76/match/evidence/internal/view"
)

// summaryFacts prints a fact about each of the first vendors, if the summary has room for that.
func (p *printer) summaryFacts(facts []view.Fact, groups []view.Group) {
	const mostGroups, mostVendors = 1, 2
	if len(groups) > mostGroups {
		return
	}
	for n := 0; len(facts) > 0 && n < mostVendors; n++ {
		about := facts[0].Vendor
		i := 0
		for i < len(facts) && facts[i].Vendor.ID == about.ID {
			i++
		}
		f := view.Counter(facts[:i])
		head := fmt.Sprintf("Other fact about %s: %s  ", about.Name, f.Date)
		p.line("", "  ", cut(head+view.Printable(f.Text), 2*p.width-12))
		facts = facts[i:]
	}
}
