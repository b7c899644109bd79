// SPDX-License-Identifier: Apache-2.0

// Embed screens one bill of materials from standard input. It is the Go code of the
// README.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/sbom"
)

func main() {
	m, err := match.New(denylist.Current(), nil)
	if err != nil {
		log.Fatal(err)
	}
	result, err := m.Check(context.Background(), sbom.NewReader(os.Stdin, nil))
	var incomplete *match.IncompleteError
	switch {
	case errors.As(err, &incomplete): // not read to its end, or too much was found
		log.Print(err)
		result = incomplete.Result // what was found before; its verdict is never clear
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println(result.Verdict, result.Coverage.Unidentified, "components without a vendor identity")
	for _, g := range result.Gaps {
		fmt.Println("not screened:", g.Message)
	}
	for _, f := range result.Findings {
		fmt.Printf("%s: %s is %s's: %q\n", f.Verdict, f.Component.Name, f.Vendor.Name, f.Citations[0].Quote)
	}
	if result.Verdict != match.Clear {
		os.Exit(1) // also for inconclusive: nothing is known of what was not screened
	}
}
