// SPDX-License-Identifier: Apache-2.0

package text_test

import (
	"fmt"
	"os"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

func Example() {
	comparison := &evidence.Comparison{
		Before: evidence.Denylist{Release: "2018.06.12", AsOf: "2018-06-12"}, After: evidence.Denylist{Release: "2018.06.13", AsOf: "2018-06-13"},
		Flips: []evidence.Flip{{Path: "sbom.json", Component: match.Component{Name: "agent", Version: "2"}, Vendor: match.Vendor{ID: "kaspersky", Name: "Kaspersky"}, After: match.Ban,
			Changes: []denylist.Change{{Entry: "eu-ep-p8-ta-2018-0258/76", What: "clause 76 is adopted", Why: "the text of 2018-06-13"}}}},
	}
	if err := text.WriteComparison(os.Stdout, comparison, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// clause76: from denylist release 2018.06.12, as of 2018-06-12, to 2018.06.13, as
	// of 2018-06-13
	// A finding is for a person to decide on. It is no legal advice.
	//
	// ── sbom.json ───────────────────────────────────────────────────────────────────
	//
	// nothing → ban agent 2 — Kaspersky
	//   clause 76 is adopted
	//     because: the text of 2018-06-13
	//
	// In all: 1 verdict changed, 0 findings stayed as they were.
}
