// SPDX-License-Identifier: Apache-2.0

// Embed screens the files and directories that are its arguments, and looks up one package
// URL. The body of main is the Go code of the README.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/clause76/clause76"
)

func main() {
	report, err := clause76.Screen(context.Background(), os.Args[1:], nil)
	found, err2 := clause76.Lookup("pkg:npm/%40kaspersky/hexa-ui@6.387.4", nil)
	if err := errors.Join(err, err2); err != nil {
		log.Fatal(err)
	}
	for doc, f := range report.Findings() {
		fmt.Printf("%s: %s in %s, by %s: %q\n", f.Verdict, f.Component.Name, doc.Path, f.Vendor.Name, f.Citations[0].Quote)
	}
	fmt.Println("verdict:", report.Verdict, "— the package URL belongs to", found[0].Name)
	os.Exit(report.ExitStatus()) // 0 only if the verdict is clear
}
