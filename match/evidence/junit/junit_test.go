// SPDX-License-Identifier: Apache-2.0

package junit_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/clause76/clause76/match"
	"github.com/clause76/clause76/match/evidence"
	"github.com/clause76/clause76/match/evidence/junit"
	"github.com/clause76/clause76/match/policy"
	"github.com/clause76/clause76/vendors"
)

func report(failOn match.Verdict) *evidence.Report {
	return &evidence.Report{Verdict: match.Ban, Coverage: match.Coverage{Components: 3}, Options: evidence.Options{FailOn: failOn}, Documents: []evidence.Document{
		{Path: "a.json", Verdict: match.Ban, Findings: []evidence.Finding{
			{Finding: match.Finding{Verdict: match.Ban, Tier: vendors.Registered, Vendor: match.Vendor{Name: "Kaspersky"}, Component: match.Component{Name: "agent", Version: "1"}}},
			{Finding: match.Finding{Verdict: match.Review, Tier: vendors.Resembles, Vendor: match.Vendor{Name: "ZTE"}, Component: match.Component{Name: "<x>\x1b&\"\n"}}},
		}},
		{Path: "b.json", Verdict: match.Inconclusive, Error: &evidence.Error{Kind: "syntax", Message: "broken"}},
		{Path: "c.json", Verdict: match.Clear},
		{Path: "d.json", Verdict: match.Inconclusive, Coverage: match.Coverage{Malformed: 2}},
	}}
}

func Example() {
	var b bytes.Buffer
	if err := junit.Write(&b, &evidence.Report{Options: evidence.Options{FailOn: match.Ban}, Coverage: match.Coverage{Components: 1}, Documents: []evidence.Document{{Path: "a.json", Verdict: match.Clear}}}, nil); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Split(b.String(), "\n")[1])
	// Output: <testsuites name="clause76" tests="1" failures="0" errors="0" skipped="0">
}

// A report without documents is no run in which all went well.
func TestNothing(t *testing.T) {
	var b bytes.Buffer
	if err := junit.Write(&b, &evidence.Report{Options: evidence.Options{FailOn: match.Ban}}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `tests="1" failures="0" errors="1"`) || !strings.Contains(b.String(), "nothing was screened") {
		t.Error(b.String())
	}
}

// With the decision of a policy, the findings are failures that it fails. A waived finding is
// skipped and says who waived it. A waiver that has expired or that nothing needs shows, too, and so
// does a policy that fails only because something that it requires is missing.
func TestPolicy(t *testing.T) {
	r := report(match.Review)
	r.Documents[0].Findings[0].ID, r.Documents[0].Findings[1].ID = "waived", "counts"
	r.Policy = &policy.Decision{Policy: "of the buyer", Fails: []policy.Decided{{Document: "a.json", ID: "counts"}},
		Waived:  []policy.Decided{{Document: "a.json", ID: "waived", Waiver: &policy.Waiver{Author: "A. Buyer", Reason: "until it is replaced", Expires: "2027-06-30"}}},
		Gaps:    []string{"1 of 9 parts carry a vendor identity"},
		Expired: []policy.ExpiredWaiver{{Waiver: policy.Waiver{Vendor: "zte", Author: "B. Buyer", Expires: "2026-01-01"}, Findings: 1}}, Unused: []policy.Waiver{{Vendor: "other", Author: "C. Buyer"}}}
	write := func() string {
		var b bytes.Buffer
		if err := junit.Write(&b, r, nil); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, want := range []string{`<testsuite name="policy" tests="3" failures="1" errors="0" skipped="2">`, `<testsuite name="a.json" tests="3" failures="1" errors="0" skipped="1">`, `failures="2" errors="2" skipped="5"`,
		`<failure message="review without a text: ZTE, resembles" type="review">`, `<skipped message="waived until 2027-06-30 by A. Buyer: until it is replaced; ban without a text: Kaspersky, registered">`,
		`name="waiver: zte"`, `a waiver by B. Buyer expired on 2026-01-01; findings that it would have let pass: 1`, `name="waiver: other"`, "Policy of the buyer", "fails: 1 of 9 parts carry a vendor identity"} {
		if out := write(); !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	// A finding that the decision does not name is one as without a policy.
	r.Policy.Waived = nil
	if out := write(); !strings.Contains(out, `<failure message="ban without a text: Kaspersky`) {
		t.Error(out)
	}
	r.Policy = &policy.Decision{Pass: true, OutOfPolicy: []policy.Decided{{Document: "a.json", ID: "waived", Why: "not certain enough"}, {Document: "a.json", ID: "counts"}}}
	if out := write(); !strings.Contains(out, ` failures="0" errors="2"`) || !strings.Contains(out, "not counted by the policy: not certain enough") {
		t.Error(out)
	}
}

func TestWrite(t *testing.T) {
	for failOn, want := range map[match.Verdict]string{
		match.Ban:          "8 tests, 1 failures, 2 errors, 3 skipped",
		match.Review:       "8 tests, 2 failures, 2 errors, 2 skipped",
		match.Inconclusive: "8 tests, 2 failures, 2 errors, 2 skipped",
		match.NoVerdict:    "8 tests, 0 failures, 2 errors, 4 skipped",
	} {
		var b bytes.Buffer
		if err := junit.Write(&b, report(failOn), nil); err != nil {
			t.Fatal(err)
		}
		var all struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Suites   []struct {
				Cases []struct {
					Name string `xml:"name,attr"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		d := xml.NewDecoder(&b)
		if err := d.Decode(&all); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(); err != io.EOF && err != nil {
			t.Error(err)
		}
		if got := fmt.Sprintf("%d tests, %d failures, %d errors, %d skipped", all.Tests, all.Failures, all.Errors, all.Skipped); got != want {
			t.Errorf("-fail-on %s: %s; want %s", failOn, got, want)
		}
		if n := all.Suites[0].Cases[2].Name; n != "<x>\ufffd&\": attributed to ZTE" {
			t.Errorf("a name came out as %q", n)
		}
	}
}

// Gaps of one kind are one case: a document that was not read to its end and has findings that are
// not listed is incomplete once.
func TestOneCaseForAKindOfGap(t *testing.T) {
	r := &evidence.Report{Verdict: match.Inconclusive, Coverage: match.Coverage{Components: 1}, Documents: []evidence.Document{{Path: "a.json", Verdict: match.Ban,
		Coverage: match.Coverage{Components: 1}, Error: &evidence.Error{Kind: "syntax", Message: "broken"}, Unlisted: &match.Unlisted{Findings: 3, Verdict: match.Ban},
		Gaps: []match.Gap{match.GapMalformed.Gap(2)}}}}
	var b bytes.Buffer
	if err := junit.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	if n := strings.Count(out, `name="not screened: incomplete"`); n != 1 || !strings.Contains(out, "broken; ") || !strings.Contains(out, "3 findings") ||
		!strings.Contains(out, `tests="3" failures="0" errors="2" skipped="1"`) {
		t.Errorf("%d cases of an incomplete document in %s", n, out)
	}
}
