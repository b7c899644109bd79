// SPDX-License-Identifier: Apache-2.0

package screen_test

import (
	"context"
	"fmt"
	"log"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/screen"
)

func Example() {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		log.Fatal(err)
	}
	report := evidence.New(m, "example", match.Ban)
	report.Finish(screen.Run(context.Background(), m, screen.Collect([]string{"../../testdata/bids/clean"}), nil))
	for _, d := range report.Documents {
		fmt.Println(d.Verdict, d.Path, d.Format)
	}
	// Output:
	// clear ../../testdata/bids/clean/notebook.dmidecode.txt dmidecode
	// clear ../../testdata/bids/clean/records-portal.cdx.json CycloneDX
	// clear ../../testdata/bids/clean/reporting.spdx.json SPDX
}
