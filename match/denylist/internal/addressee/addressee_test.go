// SPDX-License-Identifier: Apache-2.0

package addressee_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist/internal/addressee"
)

func TestCheck(t *testing.T) {
	for code, want := range map[string]string{ // the suggestion, or "" for a valid code
		"eu.institutions": "", "us.stateAgencies/TX": "", "de.telecomOperators": "", "pl.criticalOperators": "", "jp.centralGovernment": "",
		"nl.centralGovernment": "", "uk.telecomProviders": "", "public": "", "es.suppliers": "", "de.public": "", "uk.public": "",
		"eu.institution":         "eu.institutions",
		"us.federal.agency":      "us.federal.agencies",
		"US.FEDERAL.CONTRACTORS": "us.federal.contractors",
		"us.stateAgencies/tx":    "us.stateAgencies/TX",
		"us.stateAgencies":       "us.stateAgencies/",
		"us.stateAgencies/XX":    "us.stateAgencies/",
		"de.telecomOperator":     "de.telecomOperators",
		"gb.telecomOperators":    "uk.telecom",         // another code of the same country
		"it.centralGovernment":   ".centralGovernment", // Italy has a code of its own
		"xx.telecomOperators":    ".telecomOperators",
		"":                       "",
		"everybody":              "",
	} {
		err := addressee.Check(code)
		_, known := addressee.Lookup(code)
		switch valid := want == "" && strings.ContainsAny(code, "./p"); {
		case valid != (err == nil) || valid != known:
			t.Errorf("%q: %v, known %t", code, err, known)
		case err != nil && want != "" && !strings.Contains(err.Error(), "did you mean \"") || err != nil && !strings.Contains(err.Error(), "Expected one of au.commonwealthEntities"):
			t.Errorf("%q: %v", code, err)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		code, other string
		want        bool
	}{
		{"eu.institutions", "eu.institutions", true},
		{"eu.commission", "eu.institutions", true},
		{"eu.institutions", "eu.commission", false},
		{"us.federal.civilianAgencies", "us.federal.agencies", true}, // by way of executive agencies
		{"us.dod", "us.federal.civilianAgencies", false},
		{"us.dod.contractors", "us.federal.contractors", true},
		{"us.federal.contractors", "us.federal.agencies", false},
		{"de.telecomOperators", "eu.telecomOperators", true},
		{"in.telecomOperators", "eu.telecomOperators", false},
		{"de.telecomOperators", "fr.telecomOperators", false},
		{"us.stateAgencies/TX", "us.stateAgencies/TN", false},
		{"de.centralGovernment", "de.public", true}, // everybody in a country is of its public
		{"us.stateAgencies/TX", "us.public", true},
		{"uk.telecomProviders", "uk.public", true},
		{"nl.centralGovernment", "de.public", false},
		{"eu.institutions", "de.public", false},
		{"public", "de.public", false},
		{"de.public", "public", false},
		{"de.centralGovernment", "eu.memberStates", false}, // a profile has both: no code is inferred from a country
	} {
		if got := addressee.Within(tt.code, tt.other); got != tt.want {
			t.Errorf("%s within %s: %t", tt.code, tt.other, got)
		}
	}
}

// Each class has a meaning and a source, and lies within classes of the set, and not in a circle.
func TestEachCodeIsComplete(t *testing.T) {
	all := addressee.All()
	if len(all) < 38 || !slices.IsSortedFunc(all, func(a, b addressee.Code) int { return strings.Compare(a.Code, b.Code) }) {
		t.Errorf("%d codes, or not sorted", len(all))
	}
	for _, c := range all {
		if c.Means == "" || c.Source == "" {
			t.Errorf("%s: means %q, source %q", c.Code, c.Means, c.Source)
		}
		for _, wider := range c.Within {
			if _, ok := addressee.Lookup(wider); !ok || addressee.Within(wider, c.Code) {
				t.Errorf("%s lies within %q", c.Code, wider)
			}
		}
	}
}
