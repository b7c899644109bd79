// SPDX-License-Identifier: Apache-2.0

package denylist_test

import (
	"fmt"

	"github.com/clause76/clause76/match/denylist"
)

// The entries about Kaspersky in the releases of the day before the vote on clause 76 and of that
// day.
func Example() {
	for _, name := range []string{"2018.06.12", "2018.06.13"} {
		r, err := denylist.Open(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, e := range r.ForVendor("kaspersky") {
			if e.Listing == nil || e.Instrument.Jurisdiction != "EU" || e.State(r.Date()) == denylist.Ended {
				continue
			}
			c := e.Cite(r.Date())
			fmt.Println(name, c.Instrument, c.Clause, c.Force, c.Status)
		}
	}
	// Output:
	// 2018.06.12 eu-ep-a8-0189-2018 clause 76 proposal tabled
	// 2018.06.13 eu-ep-p8-ta-2018-0258 clause 76 resolution adopted
}
