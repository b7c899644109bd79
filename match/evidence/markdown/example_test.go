// SPDX-License-Identifier: Apache-2.0

package markdown_test

import (
	"fmt"
	"os"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/markdown"
)

func Example() {
	report := &evidence.Report{Verdict: match.Clear, Denylist: evidence.Denylist{Release: "2018.06.13", AsOf: "2018-06-13"}, Coverage: match.Coverage{Components: 1},
		Documents: []evidence.Document{{Path: "sbom.json", Verdict: match.Clear, Complete: true, Coverage: match.Coverage{Components: 1}}}}
	if err := markdown.Write(os.Stdout, report, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ## Screening: clear
	//
	// Denylist 2018.06.13, judged as of 2018-06-13, no buyer given: texts addressed to anyone count. 1 document, 0 findings. A finding is for a person to decide on; it is no legal advice.
	//
	// ### Coverage
	//
	// - 0 parts without a vendor identity: nothing is known about them, and they are not clear of any vendor.
	// - 0 fields that could not be read.
}
