// SPDX-License-Identifier: Apache-2.0

package match_test

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
)

// A text about subsidies is a question for a buyer whom it binds, and an observation for others.
func TestSubsidyTextForItsBuyer(t *testing.T) {
	const doc = `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"X100","supplier":{"name":"Huawei Technologies Co., Ltd."}}},"components":[{"type":"library","name":"l"}]}`
	const list = "us-fcc-covered-list"
	for _, tt := range []struct {
		buyer string
		want  match.Verdict
	}{
		{"", match.NoVerdict},
		{"us-subsidized-carrier", match.Review},
		{"private-company", match.NoVerdict},
		{"us-state-agency-texas", match.NoVerdict},
	} {
		opts := &match.Options{}
		if tt.buyer != "" {
			opts.Buyer = profile(t, tt.buyer)
		}
		r := checkFor(t, denylist.Current(), opts, doc)
		got, cappedBy := match.NoVerdict, ""
		for _, f := range r.Findings {
			for _, c := range f.Citations {
				if c.Instrument == list {
					got, cappedBy = max(got, c.Verdict), c.CappedBy
				}
			}
		}
		if got != tt.want || got == match.Review && !strings.Contains(cappedBy, "subsidies may pay for") || r.Verdict < got {
			t.Errorf("%q: %q by the list, %s; capped by %q", tt.buyer, got, r.Verdict, cappedBy)
		}
		for _, in := range denylist.Current().Instruments() {
			for i := range in.Listings {
				if l := &in.Listings[i]; in.ID == list && l.Vendor == "huawei" {
					if v := opts.Strongest(in, l); v != tt.want {
						t.Errorf("%q: strongest %q", tt.buyer, v)
					}
				}
			}
		}
	}
}

// If only advice to the public counts for a buyer, no text speaks to it. A text that names a
// product, or sets a criterion, speaks to the buyer.
func TestSpeaksOnlyToPublic(t *testing.T) {
	list := sources(t)
	for buyer, want := range map[string]bool{"": false, "us-state-agency-texas": false, "uk-department": false, "private-company": true, "eu-institution": false, "us-subsidized-carrier": false} {
		opts := &match.Options{}
		if buyer != "" {
			opts.Buyer = profile(t, buyer)
		}
		m, err := match.New(list, opts)
		if err != nil {
			t.Fatal(err)
		}
		if m.SpeaksOnlyToPublic() != want {
			t.Errorf("%q: %t", buyer, !want)
		}
	}
	m := matcher(t, "", &match.Options{Jurisdictions: []string{"US"}, Buyer: profile(t, "private-company")})
	if m.SpeaksOnlyToPublic() || m.Strongest() != match.NoVerdict {
		t.Error("nothing counts, and that is another answer")
	}
}
