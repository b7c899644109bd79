// SPDX-License-Identifier: Apache-2.0

package csv_test

import (
	"bytes"
	encoding "encoding/csv"
	"fmt"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/csv"
)

func Example() {
	report := &evidence.Report{Coverage: match.Coverage{Components: 1}, Documents: []evidence.Document{
		{Path: "=sbom.json", Verdict: match.Clear, Complete: true, Coverage: match.Coverage{Components: 1}}}}
	var b bytes.Buffer
	if err := csv.Write(&b, report, nil); err != nil {
		fmt.Println(err)
	}
	rows, err := encoding.NewReader(&b).ReadAll()
	if err != nil {
		fmt.Println(err)
	}
	for _, row := range rows {
		fmt.Printf("%s|%s|%s\n", row[0], row[1], row[10]) // an apostrophe keeps a path from being a formula
	}
	// Output:
	// row|verdict|document
	// report||
	// document|clear|'=sbom.json
}
