// SPDX-License-Identifier: Apache-2.0

package text_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
	"github.com/clause76/clause76/sbom"
)

// A summary stays short whatever a document contains, and names each part.
func TestSummaryIsBounded(t *testing.T) {
	long := strings.Repeat("long ", 5000)
	r := &evidence.Report{SchemaVersion: "2", Verdict: match.Review, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}}
	d := evidence.Document{Path: long, Verdict: match.Review, Complete: true, Coverage: match.Coverage{Components: 2, Unidentified: 2, Complete: true}}
	for i := range 40 {
		d.Notices = append(d.Notices, sbom.Warning{Message: fmt.Sprintf("notice %d", i)})
		d.Gaps = append(d.Gaps, match.GapMalformed.Gap(i+1))
	}
	cited := []match.Citation{{Citation: &denylist.Citation{Listing: "x", Title: "Order 7", Jurisdiction: "XX"}, Verdict: match.Review,
		CappedBy: "the claims contradict each other: Acme; Wile Ltd is named as the maker or supplier; about software; the document states different kinds of product; the text is only proposed"}}
	for i, name := range []string{"", long, strings.Repeat("x", 5000)} {
		d.Findings = append(d.Findings, evidence.Finding{ID: fmt.Sprintf("%016d", i), Finding: match.Finding{Verdict: match.Review, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Ref: name, Name: name}, Citations: cited}})
		d.Unidentified = append(d.Unidentified, match.Component{Name: name})
	}
	r.Finish([]evidence.Document{d}, []evidence.File{{Path: long, Reason: "checksum file"}})
	var b bytes.Buffer
	if err := text.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if n := strings.Count(out, "\n"); n > 80 {
		t.Errorf("%d lines: %s", n, out)
	}
	for _, want := range []string{"3 parts: (no name), long long", "Notice:", "notice 7", "32 more; see -details.", "No maker's name: (no name),"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "notice 8") {
		t.Errorf("too many notices in %s", out)
	}
}

// Letters that show nothing are replaced: a name of them alone would be an empty place.
func TestPrintableShowsInvisibleLetters(t *testing.T) {
	for _, r := range "\u3164\u2800\u115f\u1160\uffa0\u200b" {
		if got := text.Printable("a" + string(r)); got != "a\ufffd" {
			t.Errorf("%U: %q", r, got)
		}
	}
}

// All of the report tells for whom it was made, whether each text binds the buyer, and what settled a
// limit; the summary tells the latter too.
func TestDetailsForABuyer(t *testing.T) {
	cite := func(listing, speaks, settledBy string) match.Citation {
		return match.Citation{Citation: &denylist.Citation{Listing: listing, Title: "Order " + listing, Jurisdiction: "XX", Binding: true, Addressees: "ministries", Action: denylist.Ban}, Verdict: match.Ban, Speaks: speaks, SettledBy: settledBy}
	}
	r := &evidence.Report{SchemaVersion: "2", Verdict: match.Ban, Denylist: evidence.Denylist{Release: "x", AsOf: "2018-06-13"}, Purpose: []string{"32420000"},
		Buyer: &denylist.Buyer{Name: "ministry", Title: "A ministry"}}
	f := match.Finding{Verdict: match.Ban, Vendor: match.Vendor{ID: "acme", Name: "Acme"}, Component: match.Component{Ref: "a", Name: "a", Primary: true},
		Citations: []match.Citation{cite("1", denylist.Binds, "the lot is about CPV 32420000 Network equipment"), cite("2", denylist.Advises, "")}}
	r.Finish([]evidence.Document{{Path: "a.json", Verdict: match.Ban, Complete: true, Findings: []evidence.Finding{{ID: "0123456789abcdef", Finding: f}}}}, nil)
	for _, tt := range []struct {
		opts  *text.Options
		wants []string
	}{
		{&text.Options{Details: true}, []string{"Buyer: A ministry", "The lot is about: CPV 32420000", "binding, binds the buyer", "not binding, advises the buyer, without a duty", "its limit is settled: the lot is about CPV 32420000 Network equipment"}},
		{nil, []string{"buyer ministry", "CPV 32420000", "limit settled: the lot is about CPV 32420000 Network equipment"}},
	} {
		var b bytes.Buffer
		if err := text.Write(&b, r, tt.opts); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.wants {
			if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
				t.Errorf("no %q in %s", want, b.String())
			}
		}
	}
	r.Buyer = nil
	var b bytes.Buffer
	if err := text.Write(&b, r, &text.Options{Details: true}); err != nil || !strings.Contains(b.String(), "No buyer given") {
		t.Errorf("%v: %s", err, b.String())
	}
}
