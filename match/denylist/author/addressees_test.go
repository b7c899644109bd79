// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

// relation returns how a listing of the sources speaks to a buyer on a day, and fails if the citation
// tells something else.
func relation(t *testing.T, list *denylist.Release, b *denylist.Buyer, vendor vendors.ID, listing string, day vendors.Date) (string, denylist.Citation) {
	t.Helper()
	for _, e := range list.ForVendor(vendor) {
		if e.Listing == nil || e.Listing.ID != listing {
			continue
		}
		c := e.Cite(day)
		got := b.RelationTo(e.On(day))
		if cited := b.Relation(&c); cited != got {
			t.Errorf("%s to %s: the entry says %q, its citation %q", listing, b.Name, got, cited)
		}
		return got, c
	}
	t.Fatalf("no listing %s", listing)
	return "", denylist.Citation{}
}

// A clause can speak to fewer than its instrument does.
func TestClausesSpeakToTheirOwnAddressees(t *testing.T) {
	list := sources(t)
	for _, tt := range []struct {
		codes        string
		vendor       vendors.ID
		listing      string
		day          vendors.Date
		want, toWhom string
	}{
		{"eu.commission", "huawei", "eu-ec-c-2023-4049/own/huawei", "2026-11-30", denylist.Advises, "the Commission itself"},
		{"eu.commission", "huawei", "eu-ec-c-2023-4049/suppliers/huawei", "2026-11-30", "", "Member States and operators"},
		{"eu.europeanParliament", "zte", "eu-ec-c-2023-4049/own/zte", "2026-11-30", "", "the Commission itself"},
		{"de.centralGovernment eu.memberStates", "huawei", "eu-ec-c-2023-4049/own/huawei", "2026-11-30", "", "the Commission itself"},
		{"de.centralGovernment eu.memberStates", "huawei", "eu-ec-c-2023-4049/suppliers/huawei", "2026-11-30", denylist.Advises, "Member States"},
		{"de.telecomOperators", "zte", "eu-ec-c-2023-4049/suppliers/zte", "2026-11-30", denylist.Advises, "Member States"},
		{"de.telecomOperators", "zte", "eu-ec-c-2023-4049/own/zte", "2026-11-30", "", "the Commission itself"},
		// Only the circular of 2025 speaks to central purchasing bodies.
		{"it.centralPurchasingBodies", "kaspersky", "it-dl-21-2022-a29/circular/kaspersky", "2025-11-21", "", "public administrations"},
		{"it.centralPurchasingBodies", "kaspersky", "it-dl-21-2022-a29/circular/kaspersky", "2025-11-22", denylist.Binds, "central purchasing bodies"},
		{"it.publicAdministrations", "kaspersky", "it-dl-21-2022-a29/circular/kaspersky", "2025-11-21", denylist.Binds, "public administrations"},
		{"it.publicAdministrations", "kaspersky", "it-dl-21-2022-a29/circular/kaspersky", "2025-11-22", denylist.Binds, "public administrations"},
	} {
		b := &denylist.Buyer{Name: "test", Title: "Test", Codes: strings.Fields(tt.codes)}
		got, c := relation(t, list, b, tt.vendor, tt.listing, tt.day)
		if got != tt.want || !strings.Contains(c.Addressees, tt.toWhom) {
			t.Errorf("%s on %s to %s: %q, addressed to %q; want %q, %q", tt.listing, tt.day, tt.codes, got, c.Addressees, tt.want, tt.toWhom)
		}
	}
}

// The codes of a clause are checked as those of an instrument, and are among them.
func TestCodesOfClausesAreChecked(t *testing.T) {
	for _, tt := range []struct{ members, want string }{
		{`"addressees": "the ministry", "bound": ["de.centralGovernment"],`, ""},
		{`"addressees": "the ministry", "advised": ["de.centralGovernment"],`, ""},
		{`"bound": ["de.centralGovernment"],`, "addressees is missing or empty"},
		{`"addressees": "the ministry",`, "the clause has addressees, but no codes"},
		{`"addressees": "the ministry", "bound": ["nl.centralGovernment"],`, `bound has "nl.centralGovernment", which the instrument does not have; expected one of its codes ["de.centralGovernment"]`},
		{`"addressees": "the ministry", "advised": ["de.government"],`, `advised has a value that is no code: "de.government" is not an addressee code`},
		{`"addressees": "the ministry", "bound": ["de.centralGovernment"], "advised": ["de.centralGovernment"],`, "which is in bound too"},
		{`"addressees": "the ministry", "bound": ["de.public"],`, `bound has "de.public"; expected it in advised`},
	} {
		files, name := ministry(), "instruments/xx-order-7.json"
		text := strings.Replace(string(files[name].Data), `"addressees"`, `"bound": ["de.centralGovernment"], "addressees"`, 1)
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, `"locator"`, tt.members+` "locator"`, 1))}
		faults := author.Lint(files, denylist.Current())
		switch {
		case tt.want == "" && len(faults) > 0:
			t.Errorf("%s: %v", tt.members, faults)
		case tt.want != "" && !slices.ContainsFunc(faults, func(f author.Fault) bool {
			return strings.Contains(f.String(), tt.want) && f.File == name && f.Line > 0
		}):
			t.Errorf("%s: %v; want %q", tt.members, faults, tt.want)
		}
	}
}

// A warning of an authority to the public of its country is advice to buyers there and to those
// with an unknown country, and speaks to others than a buyer of another country.
func TestWarningsToThePublicOfACountry(t *testing.T) {
	const bsi, huawei, deepSeek = "de-bsi-2022-03-15/warning/kaspersky", "cz-nukib-2018-12-17/warning/huawei", "cz-nukib-2025-07-10-deepseek/warning/deepseek"
	list := sources(t)
	for _, tt := range []struct {
		codes, vendor, listing, want string
	}{
		{"de.centralGovernment eu.memberStates", "kaspersky", bsi, denylist.Advises},
		{"de.criticalOperators", "kaspersky", bsi, denylist.Advises},
		{"de.public", "kaspersky", bsi, denylist.Advises},
		{"nl.centralGovernment eu.memberStates", "kaspersky", bsi, ""},
		{"cz.obligedEntities", "kaspersky", bsi, ""},
		{"nl.public", "kaspersky", bsi, ""},
		{"us.federal.executiveAgencies", "kaspersky", bsi, ""},
		{"us.stateAgencies/TX", "kaspersky", bsi, ""},
		{"uk.publicSector", "kaspersky", bsi, ""},
		{"public", "kaspersky", bsi, denylist.Advises},              // a company of a country that nobody gave
		{"eu.memberStates", "kaspersky", bsi, denylist.Advises},     // an authority of a country that nobody gave
		{"eu.institutions", "kaspersky", bsi, denylist.Advises},     // it has seats in many countries
		{"public nl.public", "kaspersky", bsi, ""},                  // a company of a country that somebody gave
		{"us.public de.public", "kaspersky", bsi, denylist.Advises}, // of both
		{"cz.obligedEntities", "huawei", huawei, denylist.Binds},
		{"cz.public", "huawei", huawei, denylist.Advises},
		{"cz.telecomOperators", "huawei", huawei, denylist.Advises},
		{"public", "huawei", huawei, denylist.Advises},
		{"sk.centralGovernment eu.memberStates", "huawei", huawei, ""},
		{"de.public", "huawei", huawei, ""},
		{"cz.stateAdministration", "deepseek", deepSeek, denylist.Binds},
		{"pl.public", "deepseek", deepSeek, ""},
	} {
		b := &denylist.Buyer{Name: "test", Title: "Test", Codes: strings.Fields(tt.codes)}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
		got, c := relation(t, list, b, vendors.ID(tt.vendor), tt.listing, "2026-11-30")
		if got != tt.want {
			t.Errorf("%s to %s: %q; want %q", tt.listing, tt.codes, got, tt.want)
		}
		for _, e := range list.ForVendor(vendors.ID(tt.vendor)) {
			if e.Listing != nil && e.Listing.ID == tt.listing && b.AdvisedAsPublic(e) != (got == denylist.Advises) {
				t.Errorf("%s to %s: as the public %t", tt.listing, tt.codes, b.AdvisedAsPublic(e))
			}
		}
		if strings.Contains(strings.Join(c.Advised, " "), "public") && !strings.Contains(strings.Join(c.Advised, " "), ".public") {
			t.Errorf("%s advises %q", tt.listing, c.Advised)
		}
	}
}

// No authority of one country speaks to the public of the world.
func TestWarningsNameTheCountryOfTheirPublic(t *testing.T) {
	for _, in := range sources(t).Instruments() {
		if slices.Contains(in.Advised, "public") {
			t.Errorf("%s advises \"public\"; expected the public of a country, such as \"de.public\"", in.ID)
		}
	}
}
