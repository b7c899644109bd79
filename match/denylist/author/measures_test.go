// SPDX-License-Identifier: Apache-2.0

package author_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/denylist/author"
	"github.com/clause76/clause76/vendors"
)

func sources(t *testing.T) *denylist.Release {
	t.Helper()
	list, err := author.Load(author.Sources(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// The list covers enough of what public bodies have decided to be worth a question.
func TestSourcesCoverManyJurisdictions(t *testing.T) {
	const memberStates = "AT BE BG HR CY CZ DK EE ES FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SE SI SK"
	list := sources(t)
	seen := make(map[string]bool)
	states := 0
	for _, in := range list.Instruments() {
		if seen[in.Jurisdiction] {
			continue
		}
		seen[in.Jurisdiction] = true
		if slices.Contains(strings.Fields(memberStates), in.Jurisdiction) {
			states++
		}
	}
	if n := len(list.Instruments()); n < 60 || len(seen) < 18 || states < 12 {
		t.Errorf("%d instruments of %d jurisdictions, of which %d are EU states; want at least 60, 18 and 12", n, len(seen), states)
	}
}

// Texts that are often reported as bans of a vendor and are none have no listing of it.
func TestSourcesHaveNoListingWhereTheTextHasNone(t *testing.T) {
	tests := []struct {
		instrument string
		vendor     vendors.ID
	}{
		{"eu-ep-p8-ta-2018-0258", "zte"},             // clause 76 does not name it
		{"eu-ep-p8-ta-2018-0258", "huawei"},          // nor this one
		{"ch-bacs-2024", "kaspersky"},                // Switzerland has no ban
		{"nz-gcsb-2018-11-28", "huawei"},             // one proposal was assessed
		{"lt-energy-73-3-2024", "huawei"},            // remote access, not inverters
		{"au-5g-2018-08-23", "huawei"},               // a criterion
		{"tw-ey-2019-2020", "xiaomi"},                // the lists of brands are by others
		{"jp-2018-12-10", "huawei"},                  // the Government denied it
		{"eu-ec-tiktok-2023-02-23", "bytedance"},     // one application
		{"us-far-52.204-27", "bytedance"},            // one application
		{"hu-kormhat-2018-08-13", "kaspersky"},       // review and report, seen in the press only
		{"eu-ep-p9-ta-2023-0219", "kaspersky"},       // named, but the words were not seen
		{"us-tx-prohibited-technologies", "acronis"}, // not even reported
	}
	list := sources(t)
	for _, tt := range tests {
		i := slices.IndexFunc(list.Instruments(), func(in *denylist.Instrument) bool { return in.ID == tt.instrument })
		if i < 0 {
			t.Errorf("%s is not in the list", tt.instrument)
			continue
		}
		for _, l := range list.Instruments()[i].Listings {
			if l.Vendor == tt.vendor {
				t.Errorf("%s lists %s", tt.instrument, tt.vendor)
			}
		}
	}
}

// A later resolution of the same Parliament is reported to name vendors that clause 76 does not:
// whoever reads a finding about them is told.
func TestSourcesTellOfTheResolutionOf2023(t *testing.T) {
	list := sources(t)
	for _, id := range []vendors.ID{"kaspersky", "huawei", "zte", "bytedance", "ntechlab", "nuctech"} {
		if !slices.ContainsFunc(list.ContextFor(id), func(c denylist.Context) bool {
			return c.Date == "2023-06-01" && strings.Contains(c.Text, "not seen")
		}) {
			t.Errorf("%s has no context of 1 June 2023", id)
		}
	}
}

// A text that only warns, advises or intends leads to review at most.
func TestWarningsOfTheSourcesLeadToReviewAtMost(t *testing.T) {
	weak := []string{"cz-nukib-2018-12-17", "cz-nukib-2025-07-10-deepseek", "uk-ncsc-2018-04-16-zte", "ca-telecom-2022-05-19"}
	seen := 0
	list := sources(t)
	for v := range list.Register().All() {
		for _, e := range list.ForVendor(v.ID) {
			if e.Listing == nil || !slices.Contains(weak, e.Instrument.ID) {
				continue
			}
			seen++
			if a := e.Strongest(); a != denylist.Warn && a != denylist.Review {
				t.Errorf("%s leads to %s", e.Listing.ID, a)
			}
		}
	}
	if seen < 6 {
		t.Errorf("%d listings; want at least 6", seen)
	}
}

// Section 805 bars contracts with listed companies since 30 June 2026, and goods that include
// theirs from 30 June 2027.
func TestSection805HasTwoSteps(t *testing.T) {
	list := sources(t)
	for _, step := range []struct {
		clause string
		from   vendors.Date
		state  denylist.State // on 30 November 2026
	}{{"a1A", "2026-06-30", denylist.InForce}, {"a1B", "2027-06-30", denylist.Pending}} {
		entries := list.ForVendor("huawei")
		i := slices.IndexFunc(entries, func(e denylist.Entry) bool {
			return e.Listing != nil && e.Listing.ID == "us-pl-118-31-s805/"+step.clause+"/huawei"
		})
		if i < 0 {
			t.Errorf("%s has no listing", step.clause)
			continue
		}
		if e := entries[i]; e.Listing.From != step.from || e.State("2026-11-30") != step.state {
			t.Errorf("%s: from %s, state %d; want %s, %d", e.Listing.ID, e.Listing.From, e.State("2026-11-30"), step.from, step.state)
		}
	}
}

// Section 805 follows the section 1260H list, so each vendor that it bars is listed there on its day,
// under the words of that day, and each one listed there is barred.
func TestSection805HasTheVendorsOfTheSection1260HList(t *testing.T) {
	list := sources(t)
	listed := func(instrument string) map[vendors.ID]string {
		words := make(map[vendors.ID]string)
		for v := range list.Register().All() {
			for _, e := range list.ForVendor(v.ID) {
				if e.Listing != nil && e.Instrument.ID == instrument && e.Listing.Until == "" {
					words[v.ID] = e.On("2026-11-30").Clause.ID
				}
			}
		}
		return words
	}
	barred, named := listed("us-pl-118-31-s805"), listed("us-1260h")
	if len(barred) < 30 {
		t.Errorf("section 805 has %d vendors; want at least 30", len(barred))
	}
	for id := range barred {
		if !strings.HasPrefix(named[id], "list-2026-06-08") {
			t.Errorf("%s is barred by section 805, but its listing under section 1260H has the words of %q", id, named[id])
		}
	}
	for id := range named {
		if barred[id] == "" {
			t.Errorf("%s is on the section 1260H list, but section 805 has no listing of it", id)
		}
	}
}

// The first day of a vendor on the section 1260H list is that of the first list that names it.
func TestSection1260HHasTheFirstDays(t *testing.T) {
	list := sources(t)
	tests := []struct {
		vendor    vendors.ID
		day       vendors.Date
		named, in string
	}{
		{"cloudwalk", "2022-10-05", "CloudWalk Technology Co., Ltd", "list of 2022-10-05"},
		{"cloudwalk", "2026-11-30", "CloudWalk Technology Co., Ltd.", "list of 2026-06-08 (91 FR 35189)"},
		{"catl", "2025-01-07", "Contemporary Amperex Technology Co., Ltd.", "list of 2025-01-07 (90 FR 1105)"},
		{"hesai", "2025-06-01", "Hesai Technology Co., Ltd.", "list of 2024-01-31"},
		{"hesai", "2026-06-08", "Hesai Group", "list of 2026-06-08 (91 FR 35189)"},
		{"alibaba", "2026-06-08", "Alibaba Group Holding Limited", "list of 2026-06-08 (91 FR 35189)"},
		{"alibaba", "2026-06-07", "", ""},
		{"catl", "2025-01-06", "", ""},
	}
	for _, tt := range tests {
		named, in := "", ""
		for _, e := range list.ForVendor(tt.vendor) {
			if e.Instrument.ID == "us-1260h" && e.Listing != nil && e.Listing.From <= tt.day {
				e = e.On(tt.day)
				named, in = e.Listing.Named, e.Clause.Locator
			}
		}
		if named != tt.named || in != tt.in {
			t.Errorf("%s on %s: %q in %q; want %q in %q", tt.vendor, tt.day, named, in, tt.named, tt.in)
		}
	}
}
