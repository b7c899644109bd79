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

// A limit in another language has our translation beside it.
func TestLimitInEnglish(t *testing.T) {
	scope := &denylist.Scope{Hardware: true, Limit: "reti mobili", LimitEnglish: "mobile networks"}
	if got := QuestionWords("limited to " + scope.LimitWords() + ", which what is known of the component does not settle"); got != "is it for “reti mobili” (mobile networks)?" {
		t.Errorf("%q", got)
	}
	if got := Limits(&denylist.Citation{Scope: scope}); len(got) != 1 || got[0] != "Limited to “reti mobili” (mobile networks)." {
		t.Errorf("%q", got)
	}
	scope.LimitEnglish = ""
	if got := QuestionWords("limited to " + scope.LimitWords() + "; the component is recorded as x"); got != "is it for “reti mobili”?" {
		t.Errorf("%q", got)
	}
	c := match.Citation{Citation: &denylist.Citation{Scope: &denylist.Scope{Limit: "reti mobili", LimitEnglish: "mobile networks"}}, Verdict: match.Review, CappedBy: "limited to “reti mobili” (mobile networks), which"}
	g := &Group{Verdict: match.Review}
	g.Citations = []match.Citation{c}
	if got := useQuestion(g, true); !strings.Contains(got, "“reti mobili” (mobile networks)") {
		t.Errorf("%q", got)
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
