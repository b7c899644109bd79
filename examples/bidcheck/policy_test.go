// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestPolicy(t *testing.T) {
	const file = "testdata/policies/routers.json"
	status, out, _ := check(t, "", "-policy", file, "-day", "2027-06-30", "testdata/bids/router-tender")
	for _, want := range []string{"DOES NOT PASS", "waived until 2027-06-30 by A. Buyer", "expired on 2026-03-31", "fails: ban EchoLife HG556a, huawei"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if status != exitFound {
		t.Errorf("status %d", status)
	}
	if _, out, _ := check(t, "", "-policy", file, "-day", "2027-07-01", "testdata/bids/router-tender"); strings.Contains(out, "waived") {
		t.Error("a waiver holds after its last day")
	}
	// The record is the same with a policy, and the decision is elsewhere.
	_, plain, _ := check(t, "", "-format", "json", "testdata/bids/router-tender")
	_, out, stderr := check(t, "", "-format", "json", "-policy", file, "testdata/bids/router-tender")
	if out != plain || !strings.Contains(stderr, "Policy ") {
		t.Errorf("another record, or no decision: %q", stderr)
	}
	if status, out, _ := check(t, "", "-policy", file, "testdata/bids/clean"); status != exitClear || !strings.Contains(out, "PASSES") {
		t.Errorf("the clean bid: status %d", status)
	}
	if status, _, _ := check(t, "", "-policy", file, "go.mod"); status != exitUnscreened {
		t.Errorf("a file that cannot be read: status %d", status)
	}
	part := filepath.Join(t.TempDir(), "part.json")
	write(t, part, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","supplier":5}]}`)
	if status, _, _ := check(t, "", "-policy", file, part); status != exitUnscreened {
		t.Errorf("a part that cannot be read: status %d", status)
	}
	policy := func(text string) string {
		path := filepath.Join(t.TempDir(), "policy.json")
		write(t, path, text)
		return path
	}
	// A policy that counts nothing, or lets what was not screened pass only by mistake.
	link := filepath.Join(t.TempDir(), "link.json")
	write(t, link, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a"}],"externalReferences":[{"type":"bom","url":"https://example.org/b"}]}`)
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"-policy", policy(`{"jurisdictions":["Europe"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"failOn":"ban","actions":["warn"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"failOn":"ban","jurisdictions":["IT"]}`), "-denylist", "2018.06.13", "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"jurisdictions":["xx"]}`), "testdata/bids/clean"}, exitUsage},
		{[]string{"-policy", policy(`{"jurisdictions":["xx"]}`), "-denylist", "testdata/lists/ministry", "testdata/bids/clean"}, exitClear},
		{[]string{"-policy", policy(`{"jurisdictions":["eu"]}`), "testdata/bids/endpoint-tender"}, exitFound},
		{[]string{"-policy", policy(`{"failOn":"ban"}`), "-fail-on", "never", "testdata/bids/endpoint-tender"}, exitFound},
		{[]string{"-policy", policy(`{}`), link}, exitUnscreened},
		{[]string{"-policy", policy(`{"requireComplete":false}`), link}, exitClear},
		{[]string{"-policy", policy(`{"requireComplete":false}`), "go.mod"}, exitUnscreened},
	} {
		if status, _, stderr := check(t, "", tt.args...); status != tt.want {
			t.Errorf("%v: status %d, want %d (%s)", tt.args, status, tt.want, stderr)
		}
	}
	// A run in which nothing that counts could be found does not pass.
	const listed, clean = "testdata/bids/endpoint-tender", "testdata/bids/clean"
	for _, tt := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"-as-of", "1999-01-01", listed}, exitUnscreened, "on 1999-01-01"},
		{[]string{"-jurisdiction", "RO", listed}, exitUnscreened, "in RO"},
		{[]string{"-jurisdiction", "RO", "-fail-on", "never", listed}, exitUnscreened, "in RO"},
		{[]string{"-jurisdiction", "XX", listed}, exitUsage, "expected one of AU, CA"},
		{[]string{"-jurisdiction", "DE", "-fail-on", "ban", clean}, exitUsage, "expected -fail-on review"},
		{[]string{"-jurisdiction", "DE", clean}, exitClear, ""},
		{[]string{"-policy", policy(`{"requireComplete":false}`), "-as-of", "1999-01-01", listed}, exitUnscreened, "DOES NOT PASS"},
		{[]string{"-policy", policy(`{"jurisdictions":["EU"],"requireComplete":false}`), "-jurisdiction", "US", listed}, exitUnscreened, "nothing that the policy counts could be found"},
		{[]string{"-policy", policy(`{"failOn":"ban","jurisdictions":["US"]}`), "-as-of", "2020-01-01", clean}, exitClear, "PASSES"},
		{[]string{"-policy", policy(`{"failOn":"exclude","jurisdictions":["IT"]}`), "-as-of", "2018-06-13", clean}, exitUnscreened, "nothing that the policy counts could be found"},
	} {
		if status, out, stderr := check(t, "", tt.args...); status != tt.want || !strings.Contains(out+stderr, tt.says) {
			t.Errorf("%v: status %d, want %d and %q (%s)", tt.args, status, tt.want, tt.says, stderr)
		}
	}
	bad := policy(`{"waivers":[{}]}`)
	for _, args := range [][]string{{"-policy", bad}, {"-policy", "none"}, {"-policy", file, "-day", "soon"}, {"-day", "2027-01-01"}} {
		if status, _, stderr := check(t, "", append(args, "testdata/bids/clean")...); status != exitUsage || !strings.Contains(stderr, "-policy") {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}
