// SPDX-License-Identifier: Apache-2.0

// Embed screens one bill of materials from standard input. It is the Go code of the
// README.
package main

import (
	"context"
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
	if err != nil {
		log.Fatal(err) // not read to its end; a *match.IncompleteError has what was found before
	}
	fmt.Println(result.Verdict, result.Coverage.Unidentified, "components without a vendor identity")
	for _, f := range result.Findings {
		fmt.Printf("%s: %s is %s's: %q\n", f.Verdict, f.Component.Name, f.VendorName, f.Citations[0].Quote)
	}
}
