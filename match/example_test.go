// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"context"
	"errors"
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
	m, err := match.New(list, &match.Options{Jurisdictions: []string{"EU"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":
		{"type":"application","name":"kav","supplier":{"name":"AO Kaspersky Lab"}}}}`
	result, err := m.Check(context.Background(), sbom.NewReader(strings.NewReader(bom), nil))
	if err != nil {
		fmt.Println(err) // not read to its end, see the example of IncompleteError
		return
	}
	c := result.Findings[0].Citations[0]
	fmt.Println(result.Verdict, c.Instrument, c.Clause, c.Force, "binding:", c.Binding)
	fmt.Println(c.Quote[:62], "…")
	// Output:
	// ban eu-ep-p8-ta-2018-0258 clause 76 resolution binding: false
	// Calls on the EU to perform a comprehensive review of software, …
}

// A document that is not read to its end gives no result that could be mistaken for a clear one.
// The error has what was found before the fault.
func ExampleIncompleteError() {
	m, err := match.New(denylist.Current(), &match.Options{Jurisdictions: []string{"EU"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	const clean = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"pump"}`
	const listed = `,{"type":"application","name":"kav","supplier":{"name":"AO Kaspersky Lab"}}`
	for _, bom := range []string{clean + "]}", clean, clean + listed} {
		result, err := m.Check(context.Background(), sbom.NewReader(strings.NewReader(bom), nil))
		var incomplete *match.IncompleteError
		switch {
		case errors.As(err, &incomplete):
			result = incomplete.Result // its verdict is never clear
		case err != nil:
			fmt.Println(err)
			return
		}
		fmt.Println(result.Verdict, "complete:", result.Coverage.Complete, "findings:", len(result.Findings))
	}
	// Output:
	// clear complete: true findings: 0
	// inconclusive complete: false findings: 0
	// review complete: false findings: 1
}
