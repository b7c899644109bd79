// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// The purpose of a lot settles a limit for the product that is offered, and for nothing else.
func TestPurposeSettlesALimit(t *testing.T) {
	const (
		product = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"X100","supplier":{"name":"Huawei Technologies Co., Ltd."}}},"components":[{"type":"library","name":"l"}]}`
		part    = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"X100","supplier":{"name":"Acme"}}},"components":[{"type":"device","name":"m","supplier":{"name":"Huawei Technologies Co., Ltd."}}]}`
		// the register records the category of the product
		recorded = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Kaspersky Password Manager","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		other    = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"Kaspersky Endpoint Security","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		program  = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"k","supplier":{"name":"AO Kaspersky Lab"}}},"components":[]}`
		s889     = "us-pl-115-232-s889/a1A/huawei"
		nl       = "nl-2018-05-14/decision/kaspersky"
	)
	const open = "does not settle"
	for _, tt := range []struct {
		name, doc, listing string
		purpose            []string
		want               match.Verdict
		settledBy, held    string
	}{
		{"no purpose", product, s889, nil, match.Review, "", open},
		{"network equipment", product, s889, []string{"32420000-3"}, match.Ban, "the lot is about CPV 32420000 Network equipment", ""},
		{"two codes of the category", product, s889, []string{"32420000", "32413100-2", "32420000-3"}, match.Ban, "the lot is about CPV 32420000 Network equipment, CPV 32413100 Network routers", ""},
		{"a code of another category", product, s889, []string{"48820000"}, match.Review, "", open + ", nor does the purpose of the lot"},
		{"some codes of another category", product, s889, []string{"32420000", "48820000"}, match.Review, "", open + ", nor does the purpose of the lot"},
		{"a code that is wider than the category", product, s889, []string{"32400000"}, match.Review, "", open},
		{"a part", part, s889, []string{"32420000"}, match.Review, "", open},
		{"a program in a lot of anti-virus software", program, nl, []string{"48761000"}, match.Exclude, "the lot is about CPV 48761000 Anti-virus software package", ""},
		{"a recorded category that the limit leaves open", other, nl, []string{"48761000"}, match.Review, "", open},
		{"a recorded category", recorded, nl, []string{"48761000"}, match.NoVerdict, "", ""},
		{"a kind of product that the text is not about", program, s889, []string{"32420000"}, match.NoVerdict, "", ""},
	} {
		r := checkFor(t, denylist.Current(), &match.Options{Purpose: tt.purpose}, tt.doc)
		var got match.Citation
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				if c.Listing == tt.listing {
					got = c
				}
			}
		}
		if got.Verdict != tt.want || got.SettledBy != tt.settledBy || !strings.Contains(got.CappedBy, tt.held) {
			t.Errorf("%s: %q, settled by %q, capped by %q", tt.name, got.Verdict, got.SettledBy, got.CappedBy)
		}
	}
}

func TestPurposeIsChecked(t *testing.T) {
	for _, code := range []string{"32420000-4", "routers", "", "3242000"} {
		if _, err := match.New(denylist.Current(), &match.Options{Purpose: []string{"32420000", code}}); !errors.Is(err, match.ErrOptions) || !strings.Contains(err.Error(), "entry 2 of purpose") {
			t.Errorf("%q: %v", code, err)
		}
	}
	purpose := []string{"32420000-3"}
	m, err := match.New(denylist.Current(), &match.Options{Purpose: purpose})
	if err != nil {
		t.Fatal(err)
	}
	purpose[0] = "changed"
	m.Options().Purpose[0] = "changed"
	if got := fmt.Sprint(m.Options().Purpose); got != "[32420000]" {
		t.Errorf("purpose %s", got)
	}
}
