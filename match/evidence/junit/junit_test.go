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

// With the decision of a policy, the findings are failures that it fails.
func TestPolicy(t *testing.T) {
	r := report(match.Review)
	r.Documents[0].Findings[0].ID, r.Documents[0].Findings[1].ID = "waived", "counts"
	r.Policy = &policy.Decision{Policy: "of the buyer", Fails: []policy.Decided{{Document: "a.json", ID: "counts"}}}
	var b bytes.Buffer
	if err := junit.Write(&b, r, nil); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); !strings.Contains(out, `failures="1"`) || !strings.Contains(out, `<failure message="review: ZTE`) || !strings.Contains(out, `<skipped message="ban: Kaspersky`) || !strings.Contains(out, "Policy of the buyer") {
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
