// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// A component is undecided if a text in force that binds the buyer may cover its vendor by a
// criterion or a list that was not read, and nothing else was found on the vendor: the document is
// then not clear, and nobody is accused.
func TestUndecided(t *testing.T) {
	const (
		kaspersky   = `{"type":"application","name":"Endpoint Security","supplier":{"name":"AO Kaspersky Lab"}}`
		antivirus21 = `{"type":"application","name":"Kaspersky Anti-Virus","supplier":{"name":"AO Kaspersky Lab"}}`
		mentioned   = `{"type":"application","name":"Remover","description":"removes Kaspersky Endpoint Security","supplier":{"name":"Example GmbH"}}`
		drWeb       = `{"type":"application","name":"Scanner","supplier":{"name":"Doctor Web, Ltd."}}`
		huawei      = `{"type":"device","name":"router","supplier":{"name":"Huawei Technologies Co., Ltd."}}`
		hikvision   = `{"type":"device","name":"camera","supplier":{"name":"Hangzhou Hikvision Digital Technology Co., Ltd."}}`
		deepSeek    = `{"type":"application","name":"DeepSeek","supplier":{"name":"Hangzhou DeepSeek Artificial Intelligence Basic Technology Research Co., Ltd."}}`
		nuctech     = `{"type":"device","name":"scanner","supplier":{"name":"Nuctech Company Limited"}}`
		tpLink      = `{"type":"device","name":"switch","supplier":{"name":"TP-Link Technologies Co., Ltd."}}`
		other       = `{"type":"application","name":"Editor","supplier":{"name":"Example GmbH"}}`
	)
	for _, tt := range []struct {
		name, codes, jurisdictions, primary, parts string
		undecided                                  int
		want                                       match.Verdict
	}{
		{"a criterion of a law that binds the buyer", "ro.publicAuthorities eu.memberStates", "EU RO", kaspersky, other, 1, match.Inconclusive},
		{"the same of a part", "ro.publicAuthorities eu.memberStates", "EU RO", other, kaspersky, 1, match.Inconclusive},
		{"a list of names that was not read", "ro.publicAuthorities eu.memberStates", "EU RO", drWeb, other, 1, match.Inconclusive},
		{"two parts, each counted", "ro.publicAuthorities eu.memberStates", "EU RO", kaspersky, drWeb + "," + other, 2, match.Inconclusive},
		{"only mentioned", "ro.publicAuthorities eu.memberStates", "EU RO", mentioned, other, 0, match.Clear},
		{"a vendor that the text is not about", "ro.publicAuthorities eu.memberStates", "EU RO", tpLink, other, 0, match.Clear},
		{"a text that binds others", "lt.publicSector eu.memberStates", "EU RO", kaspersky, other, 0, match.Clear},
		{"no buyer", "", "EU RO", drWeb, other, 0, match.Clear},
		{"the criterion of the UK statement, for a department", "uk.centralGovernment uk.publicSector", "UK", hikvision, other, 1, match.Inconclusive},
		{"the same, for a public body that it does not bind", "uk.publicSector", "UK", hikvision, other, 0, match.Inconclusive}, // no listing applies
		{"a decree that was not read", "ua.stateBodies", "UA EU", drWeb, other, 1, match.Inconclusive},
		{"a decision that was not read", "hu.stateBodies eu.memberStates", "HU EU", other, kaspersky, 1, match.Inconclusive},
		{"words of a minister that are not verified", "ca.federalDepartments", "CA", hikvision, other, 0, match.Review},
		{"a direction as several quote it", "au.commonwealthEntities", "AU", deepSeek, other, 0, match.Review},
		{"a resolution that binds nobody and was not read", "eu.institutions", "EU", nuctech, other, 0, match.Clear},
		{"a list of a US state", "us.stateAgencies/TX", "US EU", other, tpLink, 1, match.Inconclusive},
		{"the bare brand name of a vendor", "us.stateAgencies/TX", "US EU", other, `{"type":"device","name":"Gadget","manufacturer":{"name":"ZTE"}}`, 1, match.Inconclusive},
		{"a name that is misspelled", "us.stateAgencies/TX", "US EU", other, `{"type":"device","name":"Gadget","supplier":{"name":"Hikvison"}}`, 1, match.Inconclusive},
		{"another product of a vendor with a product that the text names", "us.stateAgencies/TX", "US EU", other, `{"type":"application","name":"CapCut","supplier":{"name":"ByteDance Ltd."}}`, 1, match.Inconclusive},
		{"the same, for another state", "us.stateAgencies/TN public", "US EU", other, tpLink, 0, match.Inconclusive}, // no listing applies
		{"a text that was looked at and does not name the vendor", "eu.institutions", "EU", huawei, other, 0, match.Clear},
		{"a finding on the vendor asks a person anyway", "fi.telecomOperators", "EU FI", huawei, other, 0, match.Review},
		{"a criterion on the country of the maker", "lt.publicSector lt.criticalInfrastructure", "EU LT", huawei, other, 1, match.Inconclusive},
		{"an act on orders in single cases, which an operator would have", "de.criticalOperators public", "EU DE", huawei, other, 0, match.Clear},
		{"an article on assessments, which is no criterion", "eu.memberStates", "EU", other, `{"type":"library","name":"left","supplier":{"name":"ZTE Corporation"}}`, 0, match.Clear},
		{"a finding on another vendor", "nl.centralGovernment ro.publicAuthorities", "NL RO", antivirus21, drWeb, 1, match.Exclude},
	} {
		opts := &match.Options{Jurisdictions: strings.Fields(tt.jurisdictions)}
		if tt.codes != "" {
			opts.Buyer = &denylist.Buyer{Name: "test", Title: "Test", Codes: strings.Fields(tt.codes)}
		}
		r := checkFor(t, sources(t), opts, `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":`+tt.primary+`},"components":[`+tt.parts+`]}`)
		gap := slices.ContainsFunc(r.Gaps, func(g match.Gap) bool { return g.Kind == match.GapUndecided })
		if r.Coverage.Undecided != tt.undecided || gap != (tt.undecided > 0) || r.Verdict != tt.want {
			t.Errorf("%s: %d undecided, %s, gaps %v; want %d, %s", tt.name, r.Coverage.Undecided, r.Verdict, r.Gaps, tt.undecided, tt.want)
		}
		for _, f := range r.Findings {
			if f.Verdict > match.Review && tt.want < match.Exclude {
				t.Errorf("%s: %s for %s", tt.name, f.Verdict, f.Vendor.ID)
			}
		}
	}
}
