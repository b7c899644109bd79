// SPDX-License-Identifier: Apache-2.0

package evidence_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/denylist"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/text"
)

// A flip cites the changes that explain its own finding, and not every change about the vendor:
// clause 76 names Kaspersky, and is no reason for a finding about Huawei or ZTE.
func TestFlipCitesItsFinding(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	docs := map[string]string{
		"kaspersky.json": bom("kav", "AO Kaspersky Lab"), "huawei.json": bom("HG556a", "Huawei"), "zte.json": bom("MF286", "ZTE Corporation"), "hikvision.json": bom("DS-2CD2", "Hikvision"),
		"parts.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":{"name":"Huawei"}},{"type":"device","name":"b","supplier":{"name":"ZTE Corporation"}},` +
			`{"type":"application","name":"c","supplier":{"name":"Kaspersky Lab"}},{"type":"library","name":"d","purl":"pkg:npm/%40huaweicloud/huaweicloud-sdk-core@3.1.120"}]}`,
	}
	reports := make(map[string]*evidence.Report)
	eachRelease(t, func(t *testing.T, r *denylist.Release) { reports[r.Name()] = screenWith(t, r, docs) })
	flips, cited := 0, 0
	for _, from := range denylist.Names() {
		for _, to := range denylist.Names() {
			a, b := opened(t, from), opened(t, to)
			if !worthComparing(a, b) {
				continue
			}
			for _, f := range evidence.Compare(reports[from], reports[to], denylist.Diff(a, b)).Flips {
				flips++
				of := verdictsOf(f, reports[from], reports[to])
				for _, x := range f.Changes {
					cited++
					if v, ok := of[x.Entry]; x.Entry != "" && (!ok || v[0] == v[1]) {
						t.Errorf("%s to %s: %s → %s of %s cites %s, which came to %q for it", from, to, f.Before, f.After, f.Vendor.ID, x.Entry, v)
					}
					if f.Vendor.ID != "kaspersky" && strings.Contains(x.What, "clause 76") {
						t.Errorf("%s to %s: %s → %s of %s cites %s", from, to, f.Before, f.After, f.Vendor.ID, x.What)
					}
				}
				if len(f.Changes) == 0 {
					t.Errorf("%s to %s: %s → %s of %s for no reason", from, to, f.Before, f.After, f.Vendor.ID)
				}
			}
		}
	}
	if flips < 20 || cited < flips {
		t.Errorf("%d flips that cite %d records", flips, cited)
	}
}

// verdictsOf returns the verdicts of the listings that the findings of a flip cite, before and
// after.
func verdictsOf(f evidence.Flip, reports ...*evidence.Report) map[string][2]match.Verdict {
	of := make(map[string][2]match.Verdict)
	for i, r := range reports {
		for _, d := range r.Documents {
			for _, x := range d.Findings {
				if d.Path != f.Path || x.Vendor != f.Vendor || x.Component.Location != f.Component.Location {
					continue
				}
				for _, c := range x.Citations {
					v := of[c.Listing]
					v[i] = c.Verdict
					of[c.Listing] = v
				}
			}
		}
	}
	return of
}

// Findings of a format without places or references are compared one by one.
func TestCompareOccurrences(t *testing.T) {
	made := func(verdicts ...match.Verdict) *evidence.Report {
		d := evidence.Document{Path: "a"}
		for _, v := range verdicts {
			f := evidence.Finding{Finding: match.Finding{Verdict: v, Vendor: match.Vendor{ID: "x"}}}
			f.Component.Name, f.Component.Location.Offset = "part", -1
			d.Findings = append(d.Findings, f)
		}
		return &evidence.Report{Documents: []evidence.Document{d}}
	}
	for _, tt := range []struct {
		before, after *evidence.Report
		flips, same   int
	}{
		{made(match.Ban, match.Ban), made(match.Ban, match.Ban), 0, 2},
		{made(match.Ban, match.Ban), made(match.Ban), 1, 1},
		{made(match.Review, match.Ban), made(match.Ban, match.Ban), 1, 1},
	} {
		if c := evidence.Compare(tt.before, tt.after, nil); len(c.Flips) != tt.flips || c.Same != tt.same {
			t.Errorf("%d flips, %d the same; want %d and %d", len(c.Flips), c.Same, tt.flips, tt.same)
		}
	}
}

// A flip that no change of the denylist explains has the reason for which the reports differ.
func TestComparisonOfBuyers(t *testing.T) {
	buyers := denylist.Buyers()
	before, after := many(t, 1), many(t, 1)
	after.Buyer, after.Purpose = &buyers[0], []string{"48761000"}
	after.Documents[0].Findings[0].Verdict = match.Review
	c := evidence.Compare(before, after, nil)
	want := "the buyer was not given and is " + buyers[0].Name + "; the purpose (CPV) was not given and is 48761000"
	if got := strings.Join(c.Differently, "; "); len(c.Flips) != 1 || got != want {
		t.Errorf("%d flips, %q; want %q", len(c.Flips), got, want)
	}
	var b strings.Builder
	if err := text.WriteComparison(&b, c, nil); err != nil || !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
		t.Errorf("%v, no %q in\n%s", err, want, b.String())
	}
}

// A binding text that leads to the same verdict as one that does not bind is a flip, and so is the
// way back. The text that decides is its cause, and not one that counts for others than the buyer.
func TestComparisonOfForce(t *testing.T) {
	old, err := denylist.Open("2026.11.25")
	if err != nil {
		t.Fatal(err)
	}
	now, err := denylist.Open("2026.11.30")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{"a.json": `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"device","name":"Archer","supplier":{"name":"TP-Link Technologies Co., Ltd."}}},"components":[]}`}
	compare := func(a, b *denylist.Release) *evidence.Comparison {
		x, y := screenWith(t, a, docs), screenWith(t, b, docs)
		y.Options.FailOn = match.Review
		return evidence.Compare(x, y, denylist.Diff(a, b))
	}
	c := compare(old, now)
	if len(c.Flips) != 1 || c.Same != 0 {
		t.Fatalf("%+v", c)
	}
	f := c.Flips[0]
	if f.Before != match.Review || f.After != match.Review || f.BeforeBinds || !f.AfterBinds || len(f.Changes) != 1 || f.Changes[0].After.Instrument != "us-pl-118-31-s805" {
		t.Errorf("%+v", f)
	}
	if c.ExitStatus() != evidence.ExitFound {
		t.Errorf("exit status %d", c.ExitStatus())
	}
	var b, j strings.Builder
	if err := text.WriteComparison(&b, c, nil); err != nil || !strings.Contains(b.String(), "review (not binding) → review (binding)") {
		t.Errorf("%v: %s", err, b.String())
	}
	if err := c.WriteJSON(&j); err != nil || !strings.Contains(j.String(), `"afterForce": "binding"`) {
		t.Errorf("%v: %s", err, j.String())
	}
	if c = compare(now, old); len(c.Flips) != 1 || c.Flips[0].AfterBinds || c.ExitStatus() == evidence.ExitFound {
		t.Errorf("the way back: %+v", c)
	}
}

// With a buyer, what changed is that a text does not count for it, and not that its words changed.
func TestCauseForABuyer(t *testing.T) {
	old, err := denylist.Open("2026.11.25")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(denylist.Buyers(), func(b denylist.Buyer) bool { return b.Name == "nl-ministry" })
	buyer := denylist.Buyers()[i]
	n := 0
	for _, f := range evidence.Compare(screenFor(t, old, &buyer), screenFor(t, denylist.Current(), &buyer), denylist.Diff(old, denylist.Current())).Flips {
		if f.Before != match.Ban || f.After != match.Review || f.Vendor.ID != "kaspersky" {
			continue
		}
		n++
		if len(f.Changes) == 0 {
			t.Errorf("%+v: no cause", f)
		}
		for _, x := range f.Changes {
			if x.Class != denylist.ByBuyer || strings.Contains(x.What, "PSPF") {
				t.Errorf("%s: %s: %s", f.Component.Name, x.Class, x.What)
			}
		}
	}
	if n == 0 {
		t.Error("no flip")
	}
}
