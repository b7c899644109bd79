// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
)

func Example() {
	list, err := denylist.Open("2018.06.13")
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := match.New(list, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":
		{"type":"application","name":"kav","supplier":{"name":"AO Kaspersky Lab"}}}}`
	result, err := m.Check(context.Background(), sbom.NewReader(strings.NewReader(bom), nil))
	if err != nil {
		fmt.Println(err) // not read to its end: nothing is known to be absent
		return
	}
	c := result.Findings[0].Citations[0]
	fmt.Println(result.Verdict, c.Instrument, c.Clause, c.Force, "binding:", c.Binding)
	fmt.Println(c.Quote[:62], "…")
	// Output:
	// ban eu-ep-p8-ta-2018-0258 clause 76 resolution binding: false
	// Calls on the EU to perform a comprehensive review of software, …
}
