// SPDX-License-Identifier: Apache-2.0

package view

import (
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/vendors"
)

func TestFullName(t *testing.T) {
	for _, tt := range []struct{ title, clause, want string }{
		{"NDAA for 2019 (Pub. L. 115-232), section 889", "section 889(a)(1)(A)", "NDAA for 2019 (Pub. L. 115-232), section 889(a)(1)(A)"},
		{"FAR 52.204-25, Prohibition on Contracting", "52.204-25(b)(1)", "FAR 52.204-25(b)(1), Prohibition on Contracting"},
		{"Resolution of 13 June 2018, P8_TA(2018)0258", "clause 76", "Resolution of 13 June 2018, P8_TA(2018)0258, clause 76"},
		{"Act 88", "889(a)", "Act 88, 889(a)"}, // the number is another one
		{"Act 88", "88", "Act 88"},
		{"Act", "", "Act"},
		{"", "clause 1", ", clause 1"},
	} {
		if got := FullName(tt.title, tt.clause); got != tt.want {
			t.Errorf("FullName(%q, %q) is %q, want %q", tt.title, tt.clause, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{FormatName("SPDX", "SPDX-2.3"), "SPDX-2.3"},
		{FormatName("CycloneDX", "1.6"), "CycloneDX 1.6"},
		{FormatName("", "1"), "1"},
		{FormatName("openwrt-profiles", ""), "openwrt-profiles"},
		{Plain("phaseOut"), "phase out"},
		{Plain("name.whole"), "name whole"},
		{RuleWords("new.rule"), "new rule"},
		{List([]string{"A"}, 1), "A"},
		{List([]string{"A", "B", "C"}, 3), "A, B and C"},
		{List([]string{"A", "B"}, 5), "A, B and 3 more"},
		{List(nil, 0), ""},
		{ClaimWords(&vendors.Claim{Role: vendors.Manufacturer, Kind: vendors.KindName}), "manufacturer (name)"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// Of the facts about a vendor one line shows the latest that speaks for it.
func TestCounterEvidence(t *testing.T) {
	f := &match.Finding{}
	if CounterEvidence(f) != nil {
		t.Error("a fact of none")
	}
	f.Context = []denylist.Context{{Text: "The Commission has no indication for any danger."}, {Text: "Added to the Entity List."}}
	if got := CounterEvidence(f); got != &f.Context[0] {
		t.Errorf("%+v", got)
	}
	f.Context = f.Context[1:]
	if got := CounterEvidence(f); got != &f.Context[0] {
		t.Errorf("%+v", got)
	}
}

// Questions ask for what the texts depend on, and state no breach.
func TestQuestions(t *testing.T) {
	device := func(name string, primary bool, tier vendors.Tier, v match.Verdict, limit string, depth string) evidence.Finding {
		f := match.Finding{Verdict: v, Tier: tier, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Name: name, Primary: primary},
			Attributions: []vendors.Attribution{{Tier: tier, Claim: vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Acmee"}, Rule: vendors.RuleNameMisspelled, Matched: "Acme"}}}
		c := &denylist.Citation{Listing: name, Depth: depth, Scope: &denylist.Scope{Limit: limit}}
		capped := ""
		if limit != "" {
			capped = "limited to “" + limit + "”, which what is known of the component does not settle"
		}
		f.Citations = []match.Citation{{Citation: c, Verdict: v, CappedBy: capped}}
		return evidence.Finding{Finding: f}
	}
	for _, tt := range []struct {
		doc  evidence.Document
		want []string
	}{
		{evidence.Document{Findings: []evidence.Finding{device("router", true, vendors.Declared, match.Ban, "", denylist.Any)}},
			[]string{"Please confirm who manufactures or supplies router (we read: Acme, named as supplier), and whether it is part of the offer."}},
		{evidence.Document{Findings: []evidence.Finding{device("chip", false, vendors.Declared, match.Review, "5G networks", denylist.Essential)}},
			[]string{"Please confirm who manufactures or supplies chip (we read: Acme, named as supplier), and which product of the offer contains it; is it a substantial or essential component of that? Is it for “5G networks”?"}},
		{evidence.Document{Findings: []evidence.Finding{device("engine", false, vendors.Resembles, match.Review, "", denylist.Any)}},
			[]string{"Please state who manufactures or supplies engine (“Acmee” is one letter away from “Acme”), and which product of the offer contains it."}},
		{evidence.Document{Coverage: match.Coverage{Unidentified: 1}, Unidentified: []match.Component{{Name: "expat", Version: "2.6"}}},
			[]string{"Please state who manufactures or supplies expat 2.6: its document does not say so."}},
		{evidence.Document{Coverage: match.Coverage{Unidentified: 7}, Unidentified: []match.Component{{Name: "a"}, {}}},
			[]string{"Please state who manufactures or supplies a, a part without a name and 5 more: their documents do not say so."}},
		{evidence.Document{Path: "a.json", Error: &evidence.Error{Message: "broken"}, Coverage: match.Coverage{Malformed: 2}, Gaps: []match.Gap{match.GapLinks.Gap(1), match.GapNoParts.Gap(0)}},
			[]string{"Please send again, complete and readable: a.json (not read to the end).", "Please check and send again: a.json (some fields or elements could not be read).",
				"Please send the documents that these refer to: a.json.", "Please send the list of parts of the product that is named in: a.json."}},
	} {
		if tt.doc.Error == nil {
			tt.doc.Complete, tt.doc.Coverage.Components = true, 9
		}
		r := &evidence.Report{SchemaVersion: "2", Documents: []evidence.Document{tt.doc}, Coverage: tt.doc.Coverage}
		if got := Questions(r, Groups(r)); strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

// Names of parts that mean something to a program, or are very long, stay short text on one line.
func TestQuestionsOfHostileNames(t *testing.T) {
	c := match.Component{Name: "two\nlines\x1b[31m" + strings.Repeat("x", 10_000)}
	if got := ShortPart(&c); strings.ContainsAny(got, "\n\x1b") || len(got) > 400 {
		t.Errorf("%.200q", got)
	}
}
