// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// A text that excepts a product by its name leads to review for that product, because the bidder chooses
// the name. No other words of an exception change anything: a product called "Kaspersky services" is
// not excepted.
func TestExceptionByName(t *testing.T) {
	const bod = "us-dhs-bod-17-01"
	for doc, excepted := range map[string]bool{
		`"name":"Kaspersky Threat Intelligence"`:                                                  true,
		`"name":"Kaspersky Threat Intelligence 2.1"`:                                              true,
		`"name":"KASPERSKY Security Training","purl":"pkg:generic/kaspersky-security-training@1"`: true,
		`"name":"Kaspersky Threat Intelligence Portal"`:                                           false,
		`"name":"Kaspersky services"`:                                                             false,
		`"name":"Kaspersky"`:                                                                      false,
		`"name":"Threat Intelligence"`:                                                            false,
		`"name":"Kaspersky Threat Intelligence","cpe":"cpe:2.3:a:kaspersky:endpoint_security:12:*:*:*:*:*:*:*"`: false,
		`"name":"Kaspersky Endpoint Security"`: false,
	} {
		r := checkFor(t, denylist.Current(), &match.Options{Buyer: profile(t, "us-federal-agency-civilian")},
			`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","version":"1","supplier":{"name":"AO Kaspersky Lab"},`+doc+`}},"components":[]}`)
		said := false
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				said = said || c.Instrument == bod && c.Verdict == match.Review && strings.Contains(c.CappedBy, "excepts it by its name")
			}
		}
		if said != excepted || outcome(r.Findings, bod) == "" {
			t.Errorf("%s: excepted %t, finding %q", doc, said, outcome(r.Findings, bod))
		}
	}
	r := checkFor(t, denylist.Current(), &match.Options{Buyer: profile(t, "us-federal-agency-civilian")},
		cyclonedxOf(`{"type":"device","name":"Telecommunications equipment","supplier":{"name":"Huawei Technologies Co., Ltd."}}`))
	if got := outcome(r.Findings, "us-pl-115-232-s889"); got == "" {
		t.Errorf("a name in the words of an exception: %+v", r.Observations)
	}
}
