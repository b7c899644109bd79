// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
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
	bom := `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"left-pad"}]}`
	file := evidence.File{Path: "left-pad.cdx.json"}
	doc := sbom.NewReader(strings.NewReader(bom), nil)
	result, err := m.Check(context.Background(), doc)
	report := evidence.New(m, "example", match.Ban)
	report.Finish([]evidence.Document{evidence.NewDocument(file, doc.Header(), result, err)}, nil)
	if err := text.Write(os.Stdout, report, &text.Options{Details: true}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// clause76: denylist release 2018.06.13, judged as of 2018-06-13
	// Buyer: No buyer given: texts addressed to anyone count.
	// Jurisdictions: EU only
	// A finding is for a person to decide on. It is no legal advice.
	//
	// ── left-pad.cdx.json ───────────────────────────────────────────────────────────
	// clear CycloneDX 1.6
	//
	//   Coverage: 1 component; 0 with a vendor identity, 1 without; 0 with a supplier,
	//   0 with a package URL
	//
	// ── All documents ───────────────────────────────────────────────────────────────
	// clear 1 document, 0 could not be screened
	// Coverage: 1 component; 0 with a vendor identity, 1 without; 0 with a supplier, 0
	// with a package URL; fields or elements unreadable: 0
	// Nothing is known about the components without a vendor identity (1): they are
	// not clear of any vendor.
}
