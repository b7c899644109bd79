// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/sbom"
	"github.com/clause76/clause76/vendors"
)

// told is a report with something of each kind that every view has to tell.
func told() *evidence.Report {
	statute := &denylist.Citation{Listing: "us/1/acme", Title: "Act One", Clause: "section 1", Jurisdiction: "US", Force: "statute", Binding: true, Addressees: "heads of agencies", Status: "effective",
		Action: "ban", Quote: "shall not procure", Language: "en", URL: "https://example.gov/one", Scope: &denylist.Scope{Hardware: true, Limit: "switching equipment", Exceptions: []string{"unless a spare part is needed"}}}
	resolution := &denylist.Citation{Listing: "eu/2/acme", Title: "Resolution Two", Jurisdiction: "EU", Force: "resolution", Addressees: "the institutions", Status: "adopted",
		Action: "ban", Quote: "to ban", Language: "en", URL: "https://example.eu/two", Scope: &denylist.Scope{Software: true}}
	binds := match.Citation{Citation: statute, Verdict: match.Ban, Speaks: "binds", SettledBy: "the lot is about CPV 32400000 Networks"}
	advises := match.Citation{Citation: resolution, Verdict: match.Ban, Speaks: "advises"}
	held := match.Citation{Citation: resolution, Verdict: match.Review, Speaks: "advises", CappedBy: "the text is only proposed"}
	find := func(id, name string, v match.Verdict, cs ...match.Citation) evidence.Finding {
		return evidence.Finding{ID: id, Finding: match.Finding{Verdict: v, Tier: vendors.Declared, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Citations: cs,
			Context:      []denylist.Context{{ID: "x", Date: "2020-01-01", Text: "a court heard Acme", Source: "the register of the court"}},
			Component:    match.Component{Ref: name, Name: name, Version: "1", Location: vendors.Location{Pointer: "/" + name, Offset: 7}},
			Attributions: []vendors.Attribution{{Vendor: "acme", Tier: vendors.Declared, Claim: vendors.Claim{Role: vendors.Supplier, Kind: vendors.KindName, Value: "Acme Ltd"}, Rule: "name.whole", Matched: "Acme"}}}}
	}
	doc := evidence.Document{Path: "a.json", SHA256: strings.Repeat("a", 64), Format: "CycloneDX", Encoding: "JSON", Verdict: match.Ban, Complete: true, Coverage: match.Coverage{Components: 6, Identified: 6, Malformed: 2},
		Gaps:    []match.Gap{match.GapMalformed.Gap(2)},
		Notices: []sbom.Warning{{Kind: "draft", Message: "it says that it is a draft"}},
		Findings: []evidence.Finding{
			find("1111111111111111", "held", match.Review, held), find("2222222222222222", "advised", match.Ban, advises),
			find("3333333333333333", "waived", match.Ban, binds, advises), find("4444444444444444", "failing", match.Ban, binds, advises),
		}}
	for _, name := range []string{"seen", "seen too"} {
		o := find("5555555555555555", name, match.NoVerdict, match.Citation{Citation: resolution})
		o.Reason, o.Note = match.OutOfScope, "about services; the component is software"
		doc.Observations = append(doc.Observations, o)
	}
	r := &evidence.Report{SchemaVersion: "2", Denylist: evidence.Denylist{Release: "2026.11.30", AsOf: "2026-11-30"}, Options: evidence.Options{FailOn: match.Review},
		Buyer: &denylist.Buyer{Name: "us-agency", Title: "An agency"}, Purpose: []string{"32400000"}, Bid: &evidence.Bid{Bidder: "Bidder & Co", Tender: "2026/1", Lot: "2"}, Notices: []sbom.Warning{{Kind: "asOf", Message: "the denylist is older than the day"}}}
	r.Finish([]evidence.Document{doc}, []evidence.File{{Path: "offer.pdf", Reason: "PDF document"}})
	decided := func(f *evidence.Finding, w *policy.Waiver) policy.Decided {
		return policy.Decided{Document: "a.json", ID: f.ID, Verdict: f.Verdict, Vendor: "acme", Component: f.Component.Name + " 1", Waiver: w}
	}
	fs := r.Documents[0].Findings
	out := decided(&fs[0], nil)
	out.Why = "the policy fails on exclude"
	r.Policy = &policy.Decision{Policy: "House rules", Day: "2026-12-01", Fails: []policy.Decided{decided(&fs[1], nil), decided(&fs[3], nil)}, OutOfPolicy: []policy.Decided{out},
		Waived:  []policy.Decided{decided(&fs[2], &policy.Waiver{Finding: fs[2].ID, Author: "A. Buyer", Reason: "until it is replaced", Expires: "2027-06-30"})},
		Gaps:    []string{"a.json: fields or elements that could not be read: 2"},
		Expired: []policy.ExpiredWaiver{{Waiver: policy.Waiver{Vendor: "acme", Author: "B. Buyer", Expires: "2026-01-01"}, Findings: 2}}, Unused: []policy.Waiver{{Vendor: "other", Author: "C. Buyer"}}}
	return r
}

// flat returns the words of a view without its line breaks, and with the escapes of its syntax
// resolved.
func flat(out string) string {
	out = html.UnescapeString(strings.NewReplacer(`\n`, " ", `\"`, `"`, `\\`, `\`, "&#xA;", " ").Replace(out))
	return strings.Join(strings.Fields(strings.ReplaceAll(out, "*", "")), " ")
}

// tellers are the views that say everything in words.
var tellers = map[string]func(io.Writer, *evidence.Report) error{
	"csv": allViews["csv"], "csv-citations": allViews["csv-citations"], "junit": allViews["junit"], "sarif": allViews["sarif"], "markdown": allViews["markdown"], "oscal": allViews["oscal"],
}

// Every view tells the force of each finding and text, the limits and exceptions of a text, whom it
// addresses and how it speaks to the buyer, what capped a verdict and settled a limit, what the
// policy decided, and what was not screened.
func TestViewsTellAll(t *testing.T) {
	facts := []string{
		"switching equipment", "unless a spare part is needed", "heads of agencies", "the institutions", "shall not procure", "for the buyer An agency; the lot is about CPV 32400000; bidder Bidder & Co; tender 2026/1; lot 2",
		"the text is only proposed", "the lot is about CPV 32400000 Networks",
		"Policy House rules, on 2026-12-01: DOES NOT PASS", "waived until 2027-06-30 by A. Buyer", "until it is replaced", "B. Buyer expired on 2026-01-01", "C. Buyer that no finding needs",
		"a.json: fields or elements that could not be read: 2", "it says that it is a draft", "the denylist is older than the day", "offer.pdf", "PDF document",
		"outOfScope", "seen too", "about services",
	}
	more := map[string][]string{"csv": {"a court heard Acme"}, "markdown": {"a court heard Acme (the register of the court)"}}
	own := map[string][]string{
		"csv-citations": {",binds,", ",advises,", ",binding,", ",not binding,"},
	}
	for name, write := range tellers {
		out := flat(written(t, name, write, told()))
		wants := own[name]
		if wants == nil {
			wants = []string{"binds the buyer", "calls on the buyer", "binding", "not binding", "ban: 2 parts by binding texts, 1 by texts that bind nobody; review: 1 part by texts that bind nobody"}
		}
		for _, want := range slices.Concat(wants, facts, more[name]) {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
		r := told()
		r.Buyer = nil
		if out := flat(written(t, name, write, r)); !strings.Contains(out, "no buyer given: texts addressed to anyone count") {
			t.Errorf("%s does not say that there is no buyer", name)
		}
	}
}

// The worst finding is the first, then one by a binding text, then the earlier one in the document.
func TestViewsOrderFindings(t *testing.T) {
	for name, write := range tellers {
		out := written(t, name, write, told())
		last := -1
		for _, id := range []string{"3333333333333333", "4444444444444444", "2222222222222222", "1111111111111111"} {
			i := strings.Index(out, id)
			if i < last || i < 0 {
				t.Errorf("%s: the finding %s is at %d, after %d", name, id, i, last)
			}
			last = i
		}
	}
}

// A text that binds others and only advises the buyer is no binding text for the buyer, and does bind
// somebody.
func TestViewsTellWhomATextBinds(t *testing.T) {
	r := told()
	for i := range r.Documents[0].Findings {
		for j := range r.Documents[0].Findings[i].Citations {
			r.Documents[0].Findings[i].Citations[j].Speaks = denylist.Advises
		}
	}
	for name, write := range tellers {
		want := "ban: 1 part by texts that bind nobody, 2 by texts that do not bind the buyer; review: 1 part by texts that bind nobody"
		if name == "csv-citations" {
			want = ",not binding,"
		}
		if out := flat(written(t, name, write, r)); !strings.Contains(out, want) || strings.Contains(out, "by binding texts") {
			t.Errorf("%s: no %q in\n%s", name, want, out)
		}
	}
}

// A part with findings on two vendors is one part. A text that binds others only advises the buyer, in
// the same words everywhere.
func TestPartsAreCountedOnce(t *testing.T) {
	cited := func(binding bool, speaks string) []match.Citation {
		return []match.Citation{{Citation: &denylist.Citation{Listing: "x/" + speaks, Title: "Order 7", Binding: binding, Jurisdiction: "XX", Addressees: "ministries"}, Verdict: match.Ban, Speaks: speaks}}
	}
	find := func(id, vendor, component string, cs []match.Citation) evidence.Finding {
		return evidence.Finding{ID: id, Finding: match.Finding{Verdict: match.Ban, Tier: vendors.Declared, Vendor: match.Vendor{ID: vendors.ID(vendor), Name: vendor},
			Component: match.Component{Ref: component, Name: component, Location: vendors.Location{Pointer: "/components/" + component}}, Citations: cs}}
	}
	d := gapped("a.json", match.Ban)
	d.Findings = []evidence.Finding{
		find("0000000000000001", "acme", "a", cited(true, denylist.Binds)), find("0000000000000002", "wile", "a", cited(true, denylist.Advises)),
		find("0000000000000003", "acme", "b", cited(true, denylist.Advises)), find("0000000000000004", "wile", "b", cited(true, denylist.Advises)),
	}
	r := &evidence.Report{SchemaVersion: evidence.SchemaVersion, Buyer: &denylist.Buyer{Name: "b", Title: "A buyer"}, Verdict: match.Ban, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}}
	r.Finish([]evidence.Document{d}, nil)
	for name, want := range map[string]string{
		"markdown": "ban: 1 part by binding texts, 1 by texts that do not bind the buyer",
		"summary":  "1 part by binding texts (XX), 1 by texts that do not bind the buyer (XX).",
		"html":     "1 part by binding texts, 1 by texts that do not bind the buyer",
	} {
		out := strings.Join(strings.Fields(written(t, name, allViews[name], r)), " ")
		if !strings.Contains(out, want) || strings.Contains(out, "bind nobody") {
			t.Errorf("%s: no %q in %s", name, want, out)
		}
	}
}

// No view hides that waivers have expired, however many other lines there are, and all tell how long
// one that is not needed is valid.
func TestExpiredWaiversAreShown(t *testing.T) {
	d := &policy.Decision{Policy: "House rules", Day: "2026-12-01", Release: "x",
		Unused: []policy.Waiver{{Vendor: "acme", Author: "U. Buyer", Reason: "r", Expires: "2027-05-06"}}}
	for i := range 30 {
		f := policy.Decided{Document: "a.json", ID: fmt.Sprintf("%016d", i), Verdict: match.Ban, Vendor: "acme", Component: "c"}
		d.Fails = append(d.Fails, f)
		f.Waiver = &policy.Waiver{Vendor: "acme", Author: "W. Buyer", Reason: "r", Expires: "2027-06-30"}
		d.Waived = append(d.Waived, f)
	}
	for _, n := range []int{1, 40} {
		d.Expired = nil
		for range n {
			d.Expired = append(d.Expired, policy.ExpiredWaiver{Waiver: policy.Waiver{Vendor: "wile", Author: "E. Buyer", Reason: "r", Expires: "2026-01-02"}, Findings: 3})
		}
		r := &evidence.Report{SchemaVersion: evidence.SchemaVersion, Verdict: match.Clear, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}, Policy: d}
		r.Finish([]evidence.Document{gapped("a.json", match.Clear)}, nil)
		counts := fmt.Sprintf("%d waivers have expired", n)
		if n == 1 {
			counts = "1 waiver has expired"
		}
		for name, write := range allViews {
			if name == "csv-citations" { // has no policy
				continue
			}
			out := strings.Join(strings.Fields(written(t, name, write, r)), " ")
			for _, want := range []string{"2026-01-02", "E. Buyer", counts} {
				if !strings.Contains(out, want) && !(name == "junit" && want == counts) { // it has a case for each
					t.Errorf("%s, %d waivers: no %q in %s", name, n, want, out)
				}
			}
			if name != "summary" && !strings.Contains(out, "2027-05-06") {
				t.Errorf("%s: no last day of the unused waiver in %s", name, out)
			}
			if name == "summary" && len(out) > 2000 {
				t.Errorf("the summary has %d characters: %s", len(out), out)
			}
		}
	}
}
