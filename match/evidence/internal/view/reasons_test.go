// SPDX-License-Identifier: Apache-2.0

package view

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

// A semicolon in a reason, or in a name in it, does not end it.
func TestReasons(t *testing.T) {
	for text, want := range map[string][]string{
		"": {""},
		"the attribution only resembles the vendor; the text is only proposed":                                             {"the attribution only resembles the vendor", "the text is only proposed"},
		"the claims contradict each other: Acme; Wile is named as the maker or supplier; the text is only proposed":        {"the claims contradict each other: Acme; Wile is named as the maker or supplier", "the text is only proposed"},
		"about software; its type does not say that the component is not equipment or its firmware; limited to “x; y”, so": {"about software; its type does not say that the component is not equipment or its firmware", "limited to “x; y”, so"},
	} {
		if got := Reasons(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// A list that was not read is to be checked by a person, and is not said not to name the vendor.
func TestListThatWasNotRead(t *testing.T) {
	r := &evidence.Report{Documents: []evidence.Document{{Observations: []evidence.Finding{{Finding: match.Finding{Reason: "listNotRead", Tier: vendors.Declared,
		Vendor:    match.Vendor{ID: "x", Name: "X"},
		Citations: []match.Citation{{Citation: &denylist.Citation{Binding: true}, Speaks: denylist.Binds}}}}}}}}
	if got := CriteriaWords(r); !strings.Contains(got, "1 binding text may cover X") {
		t.Errorf("%q", got)
	}
	if got := ReasonWords("listNotRead"); strings.Contains(got, "does not name") {
		t.Errorf("%q", got)
	}
}
